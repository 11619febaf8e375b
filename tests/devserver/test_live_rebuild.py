"""Builds one after the other: as quick as what has changed allows, and never other bytes."""

import gc
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from site_builder.build import make_files
from site_builder.config import load_config
from site_builder.devserver.rebuild import Rebuilder
from site_builder.errors import FaultsError
from site_builder.render.assets import default_folder
from tests.helpers.tables import board, parquet

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


SHEET = (default_folder("static") / "css/dumbbell.css").read_text(encoding="utf8")
# One after the other, each with the stages that it takes.
CHANGES: list[tuple[str, Callable[[Path], None], list[str]]] = [
    ("nothing", lambda _: None, [READ]),
    ("prose that was not there", write("data/content/lede.md", "One."), [READ]),
    ("prose", write("data/content/lede.md", "Two, {{ stats.models }}."), [READ]),
    ("a template that was not there", write("templates/about.html", about("One")), [READ]),
    ("a template", write("templates/about.html", about("Two")), [READ]),
    ("a part of templates", write("templates/_csp.html", "<!-- mine -->"), [READ]),
    ("no template of one's own", remove("templates"), [READ]),
    ("a sheet that was not there", write("static/css/dumbbell.css", f"{SHEET}a {{}}"), [READ]),
    ("a sheet", write("static/css/dumbbell.css", f"{SHEET}b {{}}"), [READ]),
    ("no sheet of one's own", remove("static"), [READ]),
    ("a table", write("data/results.parquet", results(0.375)), ALL),
    ("the same table", write("data/results.parquet", results(0.375)), [READ]),
    ("no table of models", remove("data/models.parquet"), ALL),
    ("site.toml", write("site.toml", '[site]\ntitle = "Other"\n'), ALL),
    ("a base URL", write("site.toml", '[site]\nbase_url = "https://x.example/b/"\n'), ALL),
    ("no site.toml", remove("site.toml"), ALL),
    ("a table that is not read", write("data/other.parquet", b""), ALL),
    ("no prose", remove("data/content"), [READ]),
]


def test_a_rebuild_makes_what_a_fresh_build_makes(project):
    """After each kind of change, every byte; and no more is worked on than has changed."""
    rebuilder = Rebuilder(project)
    last, alike = rebuilder.build().showing.files, []
    for name, change, stages in CHANGES:
        change(project)
        said: list[str] = []
        built = rebuilder.build(said.append)
        files, warnings = make_files(load_config(project), dry=True)
        assert files == built.showing.files, name
        assert warnings == built.warnings, name
        assert (None, stages) == (built.error, said), name
        alike += [name] if files == last else []
        last = files
    assert ["nothing", "the same table", "a table that is not read"] == alike


def test_a_fault_leaves_the_last_good_site(project):
    """With the lines that a build prints; mended, they are gone."""
    rebuilder = Rebuilder(project)
    good = rebuilder.build().showing
    write("data/content/about.md", "{{ nope }}")(project)
    write("site.toml", '[site]\ntitel = "x"\n')(project)
    write("data/content/abuot.md", "")(project)
    built = rebuilder.build()
    with pytest.raises(FaultsError) as fresh:
        load_config(project)
    assert good.files == built.showing.files
    assert str(fresh.value) == built.showing.lines[0]
    assert "data/content/about.md:1: 'nope' is undefined" in built.showing.lines
    odd = "data/content/abuot.md: no page shows this file. Did you mean 'about'?"
    assert f"warning: {odd}" in built.showing.lines
    remove("data/content")(project)
    remove("site.toml")(project)
    mended = rebuilder.build()
    assert (None, ()) == (mended.error, mended.showing.lines)


def test_a_file_that_goes_away_while_it_is_read(project, monkeypatch):
    """Is a fault like any other: version control may be at work, and the next build comes soon."""
    rebuilder = Rebuilder(project)
    good = rebuilder.build().showing

    def gone(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No such file or directory", "static/x.css")

    monkeypatch.setattr("site_builder.devserver.rebuild.make_files", gone)
    built = rebuilder.build()
    assert ("static/x.css: cannot be read: No such file or directory",) == built.showing.lines
    assert good.files == built.showing.files


def test_a_project_that_never_was_good(tmp_path):
    """There is nothing to show but what is wrong."""
    built = Rebuilder(tmp_path).build()
    assert {} == built.showing.files
    assert 1 == len(built.showing.lines)
    assert built.showing.lines[0].startswith("data/results.parquet: the file is missing.")


@pytest.mark.parametrize("is_good", [True, False])
def test_garbage_is_collected_again_after_a_build(project, is_good):
    """Whatever came of it."""
    if not is_good:
        remove("data/results.parquet")(project)
    assert is_good == (Rebuilder(project).build().error is None)
    assert gc.isenabled()


def test_warnings_are_told(project):
    """As a build tells them."""
    pd.DataFrame({"x": [1]}).to_parquet(project / "data/reslts.parquet")
    built = Rebuilder(project).build()
    assert ["data: 'reslts.parquet' is not a table of the site and is ignored. "
            "Did you mean 'results.parquet'?"] == [str(w) for w in built.warnings]  # fmt: skip
