"""Formats of installed packages: the documented example, and broken packages."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from site_builder.config import load_config
from site_builder.errors import FaultsError
from site_builder.importers.formats import FORMATS, format_of, known_formats
from site_builder.importers.reading import ImportOptions
from site_builder.importers.run import import_paths
from tests.helpers.sites import ROOT

Install = Callable[[str, str, str], None]
EXAMPLE = re.findall(
    r"```(?:python)\n(.*?)```", (ROOT / "docs/importing.md").read_text(encoding="utf8"), re.DOTALL
)[-1]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package, as far as Python can tell: its module, and what it says of itself."""
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))

    def make(name: str, entry: str, code: str) -> None:
        module = entry.partition(":")[0].rpartition("= ")[2]
        folder = tmp_path / "installed"
        facts = folder / f"{name}-1.0.dist-info"
        facts.mkdir(parents=True)
        (folder / f"{module}.py").write_text(code, encoding="utf8")
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text(f"[site_builder.importers]\n{entry}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return make


def test_documented_package_works(install: Install, tmp_path: Path) -> None:
    """The example of docs/importing.md imports its scores and names the bad line."""
    install("score-lines", "score-lines = score_lines:read_score_lines", EXAMPLE)
    assert "from score-lines 1.0" == known_formats()["score-lines"]
    (tmp_path / "scores.txt").write_text("a t 0.5\nb t 0.25\nb t\n")
    root = tmp_path / "board"
    root.mkdir()
    outcome = import_paths(
        format_of("score-lines"), [tmp_path / "scores.txt"], load_config(root), ImportOptions()
    )
    found = pd.read_parquet(root / "data/results.parquet")
    assert [("a", 0.5), ("b", 0.25)] == list(zip(found["model"], found["score"], strict=True))
    assert ["scores.txt: line 3"] == [skipped.where for skipped in outcome.reading.skipped]


def test_package_cannot_replace_a_built_in_format(install: Install) -> None:
    install("other-csv", "csv = other_csv:read", "def read(path, options): ...")
    assert {known.name: known.meaning for known in FORMATS} == known_formats()
    assert FORMATS[0] == format_of("csv")


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("1 / 0", r"failed: ZeroDivisionError: division by zero \(odd\.py, line 1\)"),
        ("read = None", r"failed: TypeError: .* \(formats\.py, line \d+\)"),
        ("other = 1", r"failed: AttributeError: .* \(.*, line \d+\)"),
        ("def read(path, options):\n    return 1", r"returned int instead of Reading"),
        (
            "def read(path, options):\n    raise KeyError('x')",
            r"failed: KeyError: 'x' \(odd\.py, line 2\)",
        ),
    ],
)
def test_broken_package_is_reported(install: Install, tmp_path: Path, code: str, what: str) -> None:
    """One line has the package and the place, without a traceback."""
    install("odd-formats", "odd = odd:read", code)
    with pytest.raises(FaultsError) as caught:
        format_of("odd").read(tmp_path, ImportOptions())
    (fault,) = caught.value.faults
    assert re.fullmatch(f"odd-formats 1\\.0: format 'odd' {what}", str(fault)), str(fault)


def test_two_packages_with_one_format_name(install: Install) -> None:
    install("one", "same = one_of_two:read", "")
    install("two", "same = two_of_two:read", "")
    with pytest.raises(FaultsError) as caught:
        format_of("same")
    assert re.fullmatch(
        "several packages have the format 'same': (one|two) 1.0 and (one|two) 1.0. "
        "Uninstall all but one.",
        str(caught.value),
    )
