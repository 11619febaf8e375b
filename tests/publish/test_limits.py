"""Limits of hosts are named before a site reaches them, by the commands that make it."""

import pytest
from click.testing import CliRunner

from site_builder.commands import main
from site_builder.publish import folder
from site_builder.publish.folder import near_limits


class Content(bytes):
    """Empty, with the length that it is told."""

    length = 0

    def __len__(self) -> int:
        return self.length


def content(length: int) -> bytes:
    made = Content()
    made.length = length
    return made


def test_a_small_site_is_near_no_limit():
    assert () == near_limits({"index.html": b"<h1>One</h1>", "a/b/c.html": b""})


@pytest.mark.parametrize(("size", "told"), [(79_999_999, 0), (80_000_000, 1), (160_000_000, 1)])
def test_a_large_file(size, told):
    lines = near_limits({"index.html": b"", "downloads/x.csv": content(size)})
    assert told == len(lines)
    if told:
        what = f"downloads/x.csv has {size / 1e6:.1f}\N{NO-BREAK SPACE}MB"
        assert (f"Limit of a host: {what}; a branch on GitHub takes 100 MB a file.",) == lines


def test_a_large_site():
    """Twelve files of 70 MB are 840 MB."""
    files: dict[str, bytes] = {f"{n}.bin": content(70_000_000) for n in range(12)}
    what = "the site has 840.0\N{NO-BREAK SPACE}MB"
    assert (f"Limit of a host: {what}; GitHub Pages takes 1 GB.",) == near_limits(files)


def test_a_full_folder():
    """4,000 folders and 4,000 files of one folder are 8,000 entries of it."""
    files: dict[str, bytes] = {f"models/{n}/index.html": b"" for n in range(4_000)}
    files |= {f"models/{n}.svg": b"" for n in range(3_999)}
    assert () == near_limits(files)
    what = "models/ has 8,000 entries"
    assert (f"Limit of a host: {what}; a Space takes 10,000 a folder.",) == near_limits(
        {**files, "models/last.svg": b""}
    )


@pytest.mark.parametrize("command", ["build", "check"])
def test_the_commands_tell(project, monkeypatch, command):
    """In one line each; a limit of a host is no warning, so `--strict` does not stop."""
    monkeypatch.setattr(folder, "_SITE_BYTES", 1_000.0)
    monkeypatch.setattr(folder, "_ENTRIES", 1e9)
    said = CliRunner().invoke(main, [command, "--project", str(project), "--strict"])
    assert 0 == said.exit_code
    lines = [line for line in said.stderr.splitlines() if line.startswith("Limit of a host: ")]
    assert 1 == len(lines)
    assert "GitHub Pages takes 1 GB." in lines[0]
