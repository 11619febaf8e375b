"""How a command starts: nothing is imported that it does not use, templates are compiled ahead."""

import subprocess
import sys
from pathlib import Path

import pytest

from site_builder import head_start
from site_builder.build import load_project, make_files
from site_builder.errors import FaultsError
from site_builder.head_start import computed_ahead
from site_builder.output import environment
from site_builder.output.sandbox import CompiledTemplates
from tests.sites import ROOT, copy_project

copies = pytest.mark.skipif(sys.platform != "linux", reason="one process elsewhere")
# Other commands', or of a case that the build at hand is not.
NOT_FOR_A_BUILD = {"dask", "duckdb", "git", "narwhals", "rapidfuzz", "rich", "ruamel", "tokenizers"}
SLOW = {"fontTools", "markdown", "numpy", "pandas", "pydantic", "pyarrow", "scipy"}


def imported_by(code: str) -> set[str]:
    """Top names of all that a new process imports."""
    told = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True)
    assert "" == done.stderr
    return {*done.stdout.splitlines()[-1].split()}


def test_help_waits_for_no_command():
    """The list of commands is all that is imported before one is asked for."""
    assert set() == imported_by("import site_builder.cli") & {*SLOW, *NOT_FOR_A_BUILD}


def test_a_build_begins_to_compile_before_it_imports():
    """What its command imports is little."""
    assert set() == imported_by("import site_builder.commands.build") & {*SLOW, *NOT_FOR_A_BUILD}


def test_a_build_imports_nothing_of_other_commands():
    """Neither at its start nor as it goes on."""
    code = (
        "from pathlib import Path; from site_builder.build import load_project, make_files;"
        "make_files(load_project(Path()), lambda _: None)"
    )
    assert set() == imported_by(code) & NOT_FOR_A_BUILD


@copies
def test_templates_compiled_ahead_are_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Byte for byte; a template that cannot be compiled is told by the build as always."""
    root = copy_project(tmp_path / "project")
    monkeypatch.setattr(environment, "_COMPILED", CompiledTemplates())
    plain = make_files(load_project(root), lambda _: None)[0]
    compiled = {*environment._COMPILED.kept}
    monkeypatch.setattr(environment, "_COMPILED", CompiledTemplates())
    (root / "templates").mkdir()
    (root / "templates/unused.html").write_text("{% nonsense %}")
    with environment.compiled_ahead(root, 2):
        files = make_files(load_project(root), lambda _: None)[0]
    assert plain == files
    assert compiled <= {*environment._COMPILED.kept}


@copies
def test_what_another_process_computed_makes_the_same_site():
    """Byte for byte."""
    config = load_project(ROOT)
    plain = make_files(config, lambda _: None)[0]
    with computed_ahead(ROOT, None, 2) as wait:
        files = make_files(config, lambda _: None, wait=wait)[0]
    assert plain == files


@copies
def test_what_another_process_cannot_compute_is_told_by_this_one(tmp_path: Path):
    """Every fault, as always; nor does it compute what another configuration asks for."""
    root = copy_project(tmp_path / "project")
    config = load_project(root)
    with computed_ahead(root, "https://example.org/", 2) as wait:
        assert wait(config) is None
    (root / "data/results.parquet").write_bytes(b"PAR1")
    with computed_ahead(root, None, 2) as wait, pytest.raises(FaultsError, match="is damaged"):
        make_files(config, lambda _: None, wait=wait)


def test_large_tables_are_computed_where_they_are_read(monkeypatch: pytest.MonkeyPatch):
    """So are those of a build that is asked to be one process."""
    with computed_ahead(ROOT, None, 1) as wait:
        assert wait(load_project(ROOT)) is None
    monkeypatch.setattr(head_start, "MOST_BYTES", 1000)
    with computed_ahead(ROOT, None, 2) as wait:
        assert wait(load_project(ROOT)) is None
