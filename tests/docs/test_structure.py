"""The structure of the package: the direction of imports, and one home for each library."""

import ast
import functools
import re
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "site_builder"
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
TEXTS = [PACKAGE / "glossary.toml"] + [
    path
    for folder, endings in (
        ("site_builder", "py html css js"),
        ("templates", "html svg"),
        ("static", "css js"),
    )
    for ending in endings.split()
    for path in sorted((ROOT / folder).rglob(f"*.{ending}"))
    if "vendor" not in path.parts
]

# The direction of imports. A package may import the packages before it that are listed here, the
# leaves, and its own modules.
LEAVES_MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "addresses": {"records"},
    "atomic": {"errors"},
    "config": {"dates", "errors", "symlinks", "tables/schema"},
    "dates": {"records"},
    "errors": {"records"},
    "formatting": {"records"},
    "locks": {"errors"},
    "messages": {"formatting", "records"},
    "processes": {"errors", "formatting", "records"},
    "records": set(),
    "symlinks": {"errors"},
    "table_model": {"addresses", "records"},
    "tables/schema": {"records"},
}
BOARD = {"tables", "compute", "labels", "translation"}
MAY_IMPORT = {
    "tables": set(),
    "translation": {"tables"},
    "compute": {"tables"},
    "labels": {"tables", "compute", "translation"},
    "api_schema": {"tables", "compute"},
    "api": {*BOARD, "api_schema"},
    "charts": BOARD,
    "prose": {*BOARD, "api"},
    "publish": set(),
    "releases": {*BOARD, "api", "prose", "publish"},
    "pages": {*BOARD, "api", "charts", "prose", "releases"},
    "render": {*BOARD, "api", "charts", "prose", "releases", "pages"},
    "build": {
        *BOARD,
        *("charts", "pages", "prose", "publish", "releases", "render"),
    },
    "importers": {"tables"},
    "audit": {*BOARD, "api", "importers", "releases"},
    "examples": {"tables", "importers"},
    "profile": {"tables", "importers"},
    "starter": {"tables", "compute", "render"},
    "unexpected": {"starter"},
    "devserver": {"build", "publish", "render", "tables", "unexpected"},
    "commands": {
        *("audit", "build", "devserver", "examples", "importers", "profile", "publish", "releases"),
        *("starter", "tables", "api_schema", "translation", "unexpected"),
    },
    "__main__": {"commands"},
}
LEAVES = {*LEAVES_MAY_IMPORT}
# The one home of each library; a library without a home here may not be imported at all.
HOMES = {
    "anyascii": "addresses.py",
    "click": "commands/*.py",
    "duckdb": "examples/database.py",
    "filelock": "locks.py",
    "jinja2": "(render|prose)/*.py",
    "markdown": "prose/markdown.py",
    "markupsafe": "(render|prose)/*.py",
    "msgspec": "(records|tables/export|publish/manifest|releases/*).py",
    "nh3": "prose/markdown.py",
    "numpy": "(tables/*|compute/*|labels|charts/*|releases/*).py",
    "packaging": "tables/licenses.py",
    "plotly": "charts/*.py",
    "pandas": "(tables/*|compute/*|releases/*).py",
    "pyarrow": "(tables/files|tables/read|tables/write|importers/inspect_ai).py",
    "pydantic": "config.py",
    "pydantic_core": "config.py",
    "python_calamine": "importers/workbook.py",
    "resvg_py": "render/previews.py",
    "ruamel": "(importers/hugging_face|importers/sheets|tables/documents).py",
    "scipy": "compute/*.py",
    "tokenizers": "profile.py",
}
# What is imported under another name than it is installed by.
NAMES = {"ruamel": "ruamel-yaml"}
# Ids of the Index's tasks that are English words: looked for in quotes only.
ENGLISH = {"covid", "drop", "jigsaw", "legal", "reuters"}


@functools.cache
def imported(module: str) -> list[str]:
    """Dotted names of all that a module imports, at its top or within a function."""
    names = []
    for node in ast.walk(ast.parse((PACKAGE / module).read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, (
                f"{module}: a relative import hides the package that it leads to"
            )
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def package_of(module: str) -> str:
    """Return the package, or the leaf, that a file or a name in it belongs to."""
    parts = Path(module).with_suffix("").parts
    return "tables/schema" if parts[:2] == ("tables", "schema") else parts[0]


def packages_imported(module: str) -> set[str]:
    """Return the packages that a module imports, without its own."""
    own = (name.split(".") for name in imported(module) if name.startswith("site_builder."))
    names, packages = [package_of("/".join(n[1:])) for n in own], {*map(package_of, MODULES)}
    return {name if name in packages else "__init__" for name in names} - {package_of(module)}


def libraries_imported(module: str) -> set[str]:
    """The libraries that a module imports beyond Python's own."""
    names = {name.split(".")[0] for name in imported(module)}
    return names - {"site_builder"} - sys.stdlib_module_names


def is_home(module: str, homes: str) -> bool:
    """Whether a module is one of `homes`: a pattern, perhaps with a choice of folders."""
    choice = re.match(r"(.*)\((.*)\)(.*)", homes)
    patterns = [choice[1] + one + choice[3] for one in choice[2].split("|")] if choice else [homes]
    return any(fnmatch(module, pattern) for pattern in patterns)


def test_every_package_has_its_rule():
    """A new package gets its place in the order of imports before it gets code."""
    assert {package_of(module) for module in MODULES} <= {*MAY_IMPORT, *LEAVES}


def test_imports_follow_the_data_flow_backwards():
    for module in MODULES:
        package = package_of(module)
        may = LEAVES_MAY_IMPORT[package] if package in LEAVES else MAY_IMPORT[package] | LEAVES
        assert set() == packages_imported(module) - may, module


def test_libraries_stay_in_their_homes():
    imports = [(module, name) for module in MODULES for name in libraries_imported(module)]
    assert [] == [(m, name) for m, name in imports if name not in HOMES]
    assert [] == [(m, name) for m, name in imports if not is_home(m, HOMES[name])]


def test_every_dependency_is_used():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    names = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    libraries = set.union(*(libraries_imported(module) for module in MODULES))
    used = {canonicalize_name(NAMES.get(name, name)) for name in libraries}
    assert set() == names - used


def test_modules_are_named_for_what_they_hold():
    named = {Path(module).stem for module in MODULES}
    assert set() == named & {"utils", "util", "helpers", "common", "misc", "tools"}


def test_generator_knows_no_model_or_task_by_name():
    """Names come from the data and from site.toml: the next board has others."""
    ids = {
        *pd.read_csv(ROOT / "data/source/models.csv")["model"],
        *pd.read_csv(ROOT / "data/source/tasks.csv")["task"],
    }
    words = "|".join(sorted(map(re.escape, ids - ENGLISH)))
    quoted = "|".join(sorted(ENGLISH))
    pattern = re.compile(
        rf"(?<![\w-])({words}|gpt-?4|lora)(?![\w-])|[\"'`]({quoted})[\"'`]", re.IGNORECASE
    )
    for path in TEXTS:
        found = {match[0].casefold() for match in pattern.finditer(path.read_text(encoding="utf8"))}
        # A kind of tuning that anyone's columns may name.
        assert found <= ({"lora"} if path.parent.name == "importers" else set()), path


def test_there_are_files_to_judge():
    assert len(MODULES) > 40
    assert {".py", ".html", ".svg", ".css", ".js", ".toml"} == {path.suffix for path in TEXTS}
    assert set(ENGLISH) <= set(pd.read_csv(ROOT / "data/source/tasks.csv")["task"])
