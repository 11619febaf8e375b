"""Which files are watched, and what comes of a build."""

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder.build import make_files
from site_builder.config import load_config
from site_builder.devserver import server as module
from site_builder.devserver.server import FileStates, Rebuilder, file_states, watch
from site_builder.errors import FaultsError
from site_builder.render.assets import default_folder
from tests.helpers.tables import board, parquet

A, B = Path("a"), Path("b")


def own(root: Path) -> list[str]:
    """The files of the project itself that are watched, by their path in it."""
    return sorted(
        p.relative_to(root).as_posix() for p in file_states(root) if p.is_relative_to(root)
    )


def told(monkeypatch, *looks: FileStates) -> list[list[Path]]:
    """The changes that are told where the files look like this, one look after the other."""
    stop, rest = threading.Event(), list(looks[1:])

    def look(_: Path) -> FileStates:
        if len(rest) == 1:
            stop.set()
        return rest.pop(0)

    monkeypatch.setattr(module, "file_states", look)
    return list(watch(Path(), looks[0], stop, pause_s=0))


def test_what_a_build_reads_is_watched(project):
    read = (
        "data/prices.csv",
        "data/content/lede.md",
        "templates/about.html",
        "static/css/base.css",
        "static/x/y.png",
    )
    unread = ("notes.txt", "site/index.html", "data/source/raw.csv", "data/content/.lede.md.swp")
    for name in (*read, *unread):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x")
    tables = [f"data/{name}.parquet" for name in ("models", "results", "tasks")]
    assert sorted([*read, *tables, "site.toml"]) == own(project)
    seen = file_states(project)
    assert default_folder("templates").resolve() / "base.html" in seen
    assert default_folder("static").resolve() / "css/tokens.css" in seen


def test_links_that_lead_nowhere_or_out_are_passed_over(project):
    """A folder may be one to the whole disk."""
    (project / "data/content").mkdir()
    (project / "data/content/lede.md").symlink_to("gone.md")
    for name in ("templates", "static", "locale"):
        (project / name).symlink_to("/")
    tables = [f"data/{name}.parquet" for name in ("models", "results", "tasks")]
    assert sorted([*tables, "site.toml"]) == own(project)


def test_a_file_that_takes_the_place_of_another_is_a_change(project):
    """Of the same size and time too, as version control and some editors write."""
    before = file_states(project)
    old, new = project / "site.toml", project / "new"
    new.write_bytes(old.read_bytes())
    os.utime(new, ns=(old.stat().st_atime_ns, old.stat().st_mtime_ns))
    new.replace(old)
    now = file_states(project)
    assert [project / "site.toml"] == [p for p in now if now[p] != before[p]]


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ([{A: (1, 1, 1)}, {A: (1, 1, 1)}, {A: (1, 1, 1)}], []),
        ([{A: (1, 1, 1)}, {A: (2, 1, 1)}, {A: (2, 1, 1)}], [[A]]),
        ([{A: (1, 1, 1)}, {A: (2, 1, 1)}, {A: (3, 5, 1)}, {A: (3, 5, 1)}], [[A]]),
        ([{A: (1, 1, 1)}, {}, {}], [[A]]),
        (
            [{}, {A: (1, 1, 1)}, {A: (1, 1, 1), B: (1, 1, 2)}, {A: (1, 1, 1), B: (1, 1, 2)}],
            [[A, B]],
        ),
        ([{A: (1, 1, 1)}, {A: (2, 1, 1)}, {A: (1, 1, 1)}, {A: (1, 1, 1)}], []),
        ([{}, {A: (1, 1, 1)}, {A: (1, 1, 1)}, {}, {}], [[A], [A]]),
    ],
    ids=["none", "one", "still being written", "gone", "two files", "taken back", "two changes"],
)
def test_a_change_is_reported_once_it_is_complete(monkeypatch, looks, expected):
    """Two looks in a row that are alike are rest; each change is told once."""
    assert expected == told(monkeypatch, *looks)


READ = "Reading and checking the tables"
ALL = [READ, "Computing", "Making the pages"]


def write(name: str, content: str | bytes) -> Callable[[Path], None]:
    """A change: this file has this content."""

    def change(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return change


def remove(name: str) -> Callable[[Path], None]:
    """A change: this file or folder is gone."""

    def change(root: Path) -> None:
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return change


def results(score: float) -> bytes:
    """The results of the fixture board, the first of them another."""
    return parquet(board()["results"].assign(score=lambda t: t["score"].where(t.index > 0, score)))


def about(heading: str) -> str:
    """The template of the page on method under another heading."""
    template = (default_folder("templates") / "about.html").read_text(encoding="utf8")
    return template.replace("<h1>About</h1>", f"<h1>{heading}</h1>")


SHEET = (default_folder("static") / "css/drawings.css").read_text(encoding="utf8")
# One after the other, each with the stages that it takes.
CHANGES: list[tuple[str, Callable[[Path], None], list[str]]] = [
    ("nothing", lambda _: None, [READ]),
    ("prose that was not there", write("data/content/lede.md", "One."), [READ]),
    ("prose", write("data/content/lede.md", "Two, {{ stats.models }}."), [READ]),
    ("a template", write("templates/about.html", about("Two")), [READ]),
    ("a part of templates", write("templates/_csp.html", "<!-- mine -->"), [READ]),
    ("no template of one's own", remove("templates"), [READ]),
    ("a sheet", write("static/css/drawings.css", f"{SHEET}b {{}}"), [READ]),
    ("a table", write("data/results.parquet", results(0.375)), ALL),
    ("the same table", write("data/results.parquet", results(0.375)), [READ]),
    ("site.toml", write("site.toml", '[site]\ntitle = "Other"\n'), ALL),
    ("a table that is not read", write("data/other.parquet", b""), ALL),
    ("no prose", remove("data/content"), [READ]),
]


def test_a_rebuild_makes_what_a_fresh_build_makes(project):
    """After each kind of change, every byte; and no more is worked on than has changed."""
    rebuilder = Rebuilder(project)
    last, alike = rebuilder.build().served.files, []
    for name, change, stages in CHANGES:
        change(project)
        said: list[str] = []
        built = rebuilder.build(said.append)
        files, warnings = make_files(load_config(project), dry=True)
        assert files == built.served.files, name
        assert warnings == built.warnings, name
        assert (None, stages) == (built.error, said), name
        alike += [name] if files == last else []
        last = files
    assert ["nothing", "the same table", "a table that is not read"] == alike


def test_a_fault_leaves_the_last_good_site(project):
    rebuilder = Rebuilder(project)
    good = rebuilder.build().served
    write("data/content/about.md", "{{ nope }}")(project)
    write("site.toml", '[site]\ntitel = "x"\n')(project)
    write("data/content/abuot.md", "")(project)
    built = rebuilder.build()
    with pytest.raises(FaultsError) as fresh:
        load_config(project)
    assert good.files == built.served.files
    assert str(fresh.value) == built.served.lines[0]
    assert "data/content/about.md:1: 'nope' is undefined" in built.served.lines
    odd = "data/content/abuot.md: no page shows this file. Did you mean 'about'?"
    assert f"warning: {odd}" in built.served.lines
    remove("data/content")(project)
    remove("site.toml")(project)
    mended = rebuilder.build()
    assert (None, ()) == (mended.error, mended.served.lines)


def test_any_error_is_a_line_and_the_next_build_mends_it(project, monkeypatch):
    """A file may be deleted while it is read; version control may be at work."""
    error = FileNotFoundError(2, "No such file or directory", "static/x.css")
    line = "static/x.css: cannot be read: No such file or directory"
    rebuilder = Rebuilder(project)
    good = rebuilder.build().served

    def fail(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("site_builder.devserver.server.make_files", fail)
        built = rebuilder.build()
    assert ((line,), good.files) == (built.served.lines, built.served.files)
    assert () == rebuilder.build().served.lines
