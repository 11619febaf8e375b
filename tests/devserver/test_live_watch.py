"""Which files are watched, and when a change of them is told."""

import os
import threading
from pathlib import Path

import pytest

from site_builder.devserver import rebuild as watch
from site_builder.devserver.rebuild import Look, changes, look_at
from site_builder.render.assets import default_folder

A, B = Path("a"), Path("b")


def own(root: Path) -> list[str]:
    """The files of the project itself that are watched, by their path in it."""
    return sorted(p.relative_to(root).as_posix() for p in look_at(root) if p.is_relative_to(root))


def told(monkeypatch, *looks: Look) -> list[list[Path]]:
    """The changes that are told where the files look like this, one look after the other."""
    stop, rest = threading.Event(), list(looks[1:])

    def look(_: Path) -> Look:
        if len(rest) == 1:
            stop.set()
        return rest.pop(0)

    monkeypatch.setattr(watch, "look_at", look)
    return list(changes(Path(), looks[0], stop, pause_s=0))


def test_what_a_build_reads_is_watched(project):
    """Configuration, tables, prose, templates, static files; not what it does not read."""
    read = ("data/content/lede.md", "templates/about.html", "static/css/base.css", "static/x/y.png")
    unread = ("notes.txt", "site/index.html", "data/source/raw.csv", "data/content/.lede.md.swp")
    for name in (*read, *unread):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x")
    tables = [f"data/{name}.parquet" for name in ("models", "results", "tasks")]
    assert sorted([*read, *tables, "site.toml"]) == own(project)


def test_the_generators_own_files_are_watched(project):
    """Whoever works on its templates and styles sees them too."""
    seen = look_at(project)
    assert default_folder("templates").resolve() / "base.html" in seen
    assert default_folder("static").resolve() / "css/tokens.css" in seen


def test_an_empty_folder_is_watched(tmp_path):
    """The first table may come later."""
    assert [] == own(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/results.parquet").write_bytes(b"")
    assert ["data/results.parquet"] == own(tmp_path)


def test_a_link_that_leads_nowhere_is_passed_over(project):
    """As if it were not there."""
    (project / "data/content").mkdir()
    (project / "data/content/lede.md").symlink_to("gone.md")
    assert "data/content/lede.md" not in own(project)


def test_a_file_that_takes_the_place_of_another_is_a_change(project):
    """Of the same size and time too, as version control and some editors write."""
    before = look_at(project)
    old, new = project / "site.toml", project / "new"
    new.write_bytes(old.read_bytes())
    os.utime(new, ns=(old.stat().st_atime_ns, old.stat().st_mtime_ns))
    new.replace(old)
    now = look_at(project)
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
def test_a_change_is_told_once_it_has_come_to_rest(monkeypatch, looks, expected):
    """Two looks in a row that are alike are rest; each change is told once."""
    assert expected == told(monkeypatch, *looks)
