"""How a command starts: it imports nothing that it does not use."""

import os
import subprocess
import sys

import pytest

from site_builder.cli import main
from tests.helpers.sites import ROOT

# What importing the library takes would be felt by a user who waits for another command.
SLOW = {"fontTools", "markdown", "numpy", "pandas", "plotly", "pydantic", "pyarrow", "scipy"}
# Used by some commands or some builds only. (Plotly imports narwhals, so every build does.)
SPECIAL = {"dask", "duckdb", "git", "rapidfuzz", "ruamel", "tokenizers"}


def imported_by(code: str) -> set[str]:
    """Return the top names of all modules that a new process imports."""
    program = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert "" == done.stderr
    return {*done.stdout.splitlines()[-1].split()}


def test_the_list_of_commands_imports_no_command():
    assert set() == imported_by("import site_builder.cli") & {*SLOW, *SPECIAL, "rich"}


@pytest.mark.parametrize("name", sorted(main.commands))
def test_a_command_does_not_import_what_others_use(name: str):
    """No engine, no tokenizer, no reader of YAML, no Git before they are needed."""
    code = f"from site_builder.cli import main; main.commands[{name!r}]"
    assert set() == imported_by(code) & SPECIAL


def test_a_build_does_not_import_what_other_commands_use():
    code = (
        "from pathlib import Path; from site_builder.build import load_project, make_files;"
        "make_files(load_project(Path()))"
    )
    assert set() == imported_by(code) & {*SPECIAL, "rich"}


@pytest.mark.parametrize(("value", "expected"), [(None, "1"), ("3", "3")])
def test_one_thread_multiplies_matrices(value, expected):
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    if value is not None:
        environment["OPENBLAS_NUM_THREADS"] = value
    code = "import site_builder.__main__, os; print(os.environ['OPENBLAS_NUM_THREADS'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert expected == done.stdout.decode().strip()
