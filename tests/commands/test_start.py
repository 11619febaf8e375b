"""How a command starts: nothing is imported that it does not use."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from site_builder import head_start as starts
from site_builder.build import load_project, make_files
from site_builder.errors import FaultsError
from site_builder.head_start import NO_HEAD_START, compute_all, head_start
from site_builder.tables.check import check_tables
from site_builder.tables.export import export_tables
from site_builder.tables.read import load_tables
from site_builder.work import BuildOptions
from tests.helpers.sites import ROOT, copy_project

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


def test_the_build_command_imports_little():
    """Until it is called."""
    assert set() == imported_by("import site_builder.commands.build") & {*SLOW, *NOT_FOR_A_BUILD}


def test_a_build_imports_nothing_of_other_commands():
    """Neither at its start nor as it goes on."""
    code = (
        "from pathlib import Path; from site_builder.build import load_project, make_files;"
        "make_files(load_project(Path()))"
    )
    assert set() == imported_by(code) & NOT_FOR_A_BUILD


@copies
def test_what_another_process_computed_makes_the_same_site():
    """Byte for byte."""
    config = load_project(ROOT)
    plain = make_files(config)[0]
    with head_start(ROOT, None, 2) as start:
        assert start.computed(config) is not None
        files = make_files(config, BuildOptions(start=start))[0]
    assert plain == files


@copies
def test_what_another_process_cannot_compute_is_told_by_this_one(tmp_path: Path):
    """Every fault, as always; nor does it compute what another configuration asks for."""
    root = copy_project(tmp_path / "project")
    config = load_project(root)
    with head_start(root, "https://example.org/", 2) as start:
        assert start.computed(config) is None
    (root / "data/results.parquet").write_bytes(b"PAR1")
    with head_start(root, None, 2) as start, pytest.raises(FaultsError, match="is damaged"):
        make_files(config, BuildOptions(start=start))


@copies
def test_of_large_tables_another_process_only_makes_the_downloads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Of the files as they are: where one has changed since, they are made anew."""
    monkeypatch.setattr(starts, "MOST_BYTES", 1000)
    root = copy_project(tmp_path / "project")
    config, path = load_project(root), root / "data/results.parquet"
    with head_start(root, None, 2) as start:
        assert start.computed(config) is None
        made = start.exported()
        assert made == export_tables(load_tables(config.data_dir).tables)
        pd.read_parquet(path).iloc[::-1].to_parquet(path, index=False)
        tables = check_tables(load_tables(config.data_dir), config)
        again = compute_all(tables, config, exported=start.exported).exported
    assert made is not None
    assert again == export_tables(tables.loaded)
    assert again != made


@copies
def test_downloads_of_damaged_tables_are_nobodys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The build tells what is wrong with them."""
    monkeypatch.setattr(starts, "MOST_BYTES", 10)
    root = copy_project(tmp_path / "project")
    config = load_project(root)
    (root / "data/results.parquet").write_bytes(b"PAR1" * 10)
    with head_start(root, None, 2) as start, pytest.raises(FaultsError, match="is damaged"):
        make_files(config, BuildOptions(start=start))


def test_nothing_is_made_ahead_by_one_process(monkeypatch: pytest.MonkeyPatch):
    """Nor of tables that would fill the memory twice."""
    with head_start(ROOT, None, 1) as start:
        assert start is NO_HEAD_START
    monkeypatch.setattr(starts, "MOST_EXPORTED", 1000)
    with head_start(ROOT, None, 2) as start:
        assert start is NO_HEAD_START


def ended(code: str) -> subprocess.CompletedProcess[str]:
    """A process of its own that runs the command line in place of which `code` defines `main`."""
    setup = "import atexit, sys; from site_builder import __main__ as start"
    told = f"{setup}\n{code}\nstart.main = main\nstart.run()"
    return subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_command_ends_with_its_code(code: int):
    """After all that others have to do at the end, and with all that was said."""
    told = f"atexit.register(print, 'put away'); print('said', end=''); sys.exit({code})"
    done = ended(f"def main():\n {told}")
    assert (code, "saidput away\n", "") == (done.returncode, done.stdout, done.stderr)


def test_what_nobody_caught_is_told_as_ever():
    """With the code of an error."""
    done = ended("def main():\n raise ValueError('odd')")
    assert 1 == done.returncode
    assert done.stderr.endswith("ValueError: odd\n")


def test_a_reason_in_place_of_a_code_is_told():
    """As `sys.exit` has it."""
    done = ended("def main():\n sys.exit('full')")
    assert (1, "full\n") == (done.returncode, done.stderr)
