"""Change single lines of compute/ and pages/ at random, and print which changes no test notices.

Run by hand: `python -m tests.tools.mutants [N] [--seed S] [--nearest 6]`. Each mutant is written
into a temporary copy of the repository, one at a time. The tests nearest to its module run first.
"""

import argparse
import ast
import importlib.util
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from click import echo

ROOT = Path(__file__).parents[2]
# The folders of tests that may notice a change in a package.
FOLDERS = {"compute": ("compute", "charts", "pages"), "pages": ("pages", "releases")}
TIMEOUT = 900  # seconds; a mutant that loops for ever is noticed
_NOT_COPIED = (".git", ".venv", "node_modules", "__pycache__", ".*_cache", ".hypothesis")
_SWAPPED: dict[type[ast.AST], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Add: "-",
    ast.Sub: "+",
    ast.And: "or",
    ast.Or: "and",
}


class Mutant(NamedTuple):
    """A change of one line: a file below site_builder/, the line, its new text."""

    path: str
    line: int
    text: str


def find_mutants(path: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a file."""
    lines = source.splitlines()
    for node in _nodes_of_code(ast.parse(source)):
        for old, new in _changes(node):
            at, end = old.lineno, old.end_lineno
            if at == end and at is not None and old.end_col_offset is not None:
                line = lines[at - 1].encode()  # offsets count bytes
                text = line[: old.col_offset] + new.encode() + line[old.end_col_offset :]
                yield Mutant(path, at, text.decode())


def _nodes_of_code(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes that run: no annotations."""
    yield node
    for name, value in ast.iter_fields(node):
        is_strict = isinstance(node, ast.keyword) and node.arg == "strict"  # a check of our own
        if name in ("annotation", "returns") or is_strict:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _nodes_of_code(child)


def _changes(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """What may stand in place of a node or of a part of it."""
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _SWAPPED:
            yield node, f"({_text(left)} {_SWAPPED[type(op)]} {_text(right)})"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SWAPPED:
            yield node, f"({_text(left)} {_SWAPPED[type(op)]} {_text(right)})"
        case ast.BinOp(left=left, op=ast.Div() | ast.Mult()):
            yield node, _text(left)  # as without a correction
        case ast.BoolOp(op=op, values=values):
            yield node, f"({f' {_SWAPPED[type(op)]} '.join(map(_text, values))})"
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            yield node, _text(operand)
        case ast.Constant(value=int() | float() as value):
            yield node, repr(not value if isinstance(value, bool) else value + 1)
        case ast.Return(value=ast.expr() as value) if _text(value) != "None":
            yield value, "None"


def _text(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if isinstance(node, ast.Name | ast.Constant | ast.Call) else f"({text})"


def nearest_tests(path: str, root: Path) -> list[str]:
    """The files of tests for a module: of its name, those that speak of it, then the others."""
    package, module = Path(path).parent.name, Path(path).stem
    files = [f for name in FOLDERS[package] for f in sorted((root / "tests" / name).glob("test_*"))]

    def distance(file: Path) -> tuple[bool, bool, bool]:
        imports = f"site_builder.{package}.{module} " in file.read_text(encoding="utf8")
        return file.stem != f"test_{module}", not imports, file.parent.name != package

    return [str(file.relative_to(root)) for file in sorted(files, key=distance)]


def is_noticed(mutant: Mutant, copy: Path, most: int | None = None) -> str:
    """The first test that fails with a mutant; empty where it survives the nearest files."""
    file = copy / "site_builder" / mutant.path
    source = file.read_text(encoding="utf8")
    lines = source.splitlines()
    lines[mutant.line - 1] = mutant.text
    _write(file, "\n".join(lines) + "\n")
    try:
        return _run(nearest_tests(mutant.path, copy)[:most], copy)
    finally:
        _write(file, source)


def _write(file: Path, source: str) -> None:
    file.write_text(source, encoding="utf8")
    # Python compares seconds and sizes only.
    Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)


def _run(tests: Sequence[str], copy: Path) -> str:
    options = ["-qx", "-n0", "--tb=no", "-p", "no:randomly", "--hypothesis-seed=0"]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    env = {**os.environ, "PYTHONPATH": str(copy)}
    try:
        done = subprocess.run(
            command, cwd=copy, env=env, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return "no end"
    if not done.returncode:
        return ""
    return next((x for x in done.stdout.splitlines() if x[:6] in ("FAILED", "ERROR ")), "an error")


def copy_repository(to: Path) -> Path:
    """The repository in another folder, with links to what is installed in it."""
    shutil.copytree(ROOT, to, symlinks=True, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    for installed in ("node_modules", "tests/types/node_modules"):
        if (ROOT / installed).exists():
            (to / installed).symlink_to((ROOT / installed).resolve())
    return to


def main() -> None:
    """Draw mutants, try each, print the outcome."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", nargs="?", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="the start of a path, such as compute/ranks.py")
    parser.add_argument("--nearest", type=int, help="how many files of tests to run, at most")
    options = parser.parse_args()
    package = ROOT / "site_builder"
    paths = [str(f.relative_to(package)) for n in FOLDERS for f in sorted((package / n).glob("*"))]
    mutants = [
        mutant
        for path in paths
        if path.endswith(".py") and path.startswith(options.only)
        for mutant in find_mutants(path, (package / path).read_text(encoding="utf8"))
    ]
    drawn = random.Random(options.seed).sample(mutants, min(options.number, len(mutants)))
    with tempfile.TemporaryDirectory() as folder:
        copy, killed = copy_repository(Path(folder) / "copy"), 0
        for mutant in drawn:
            test = is_noticed(mutant, copy, options.nearest)
            killed += bool(test)
            echo(f"{mutant.path}:{mutant.line}: {mutant.text.strip()}")
            echo(f"    {test or 'SURVIVED'}")
    echo(f"{killed} of {len(drawn)} mutants were noticed.")


if __name__ == "__main__":
    main()
