"""The house as DESIGN.md draws it: which room may import which, and what only one room may."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "site_builder"
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
TEXTS = [
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

# Leaves are open to every room; what a room may import beyond them and its own modules:
LEAVES = {"addresses", "config", "errors", "format", "looks", "memory", "parts", "processes"}
LEAVES |= {"__init__", "records", "refusals", "slugs"}
MAY_IMPORT = {
    "tables": set(),
    "importers": {"tables"},
    "compute": {"tables"},
    "charts": {"tables", "compute"},
    "pages": {"tables", "compute", "charts"},
    "output": {"tables", "compute", "charts", "pages", "prose"},
    "prose": set(),
    "profile": {"tables"},
    "instances": {"tables", "importers"},
    "fetch": set(),
    "editions": {"tables", "compute", "charts", "pages", "output", "prose", "fetch"},
    "head_start": {"tables", "compute"},
    "work": {"head_start", "tables", "pages", "output"},
    "build": {
        *("work", "head_start", "tables", "compute", "charts", "pages", "output", "prose"),
        "editions",
    },
    "reports": set(),
    "change_reports": {"compute", "pages", "prose"},
    "starter": {"tables", "build"},
    "live": {"build", "output", "work"},
    "console": {"build", "reports"},
    "commands": {
        *("build", "change_reports", "console", "editions", "head_start", "importers", "output"),
        *("instances", "live", "profile", "starter", "work"),
    },
    "cli": {"commands"},
    "__main__": {"cli"},
}
LEAVES_MAY_IMPORT: dict[str, set[str]] = {
    "addresses": {"records"},
    "config": {"errors", "looks"},
    "errors": {"records"},
    "format": {"records"},
    "looks": set(),
    "parts": {"addresses", "records"},
    "memory": set(),
    "processes": {"errors", "memory"},
    "records": set(),
    "refusals": {"errors"},
    "slugs": set(),
    "__init__": set(),
}
# The one home of each library; a library without a home here may not be imported at all.
HOMES = {
    "click": "(cli|console|commands/*).py",
    "dask": "instances/cluster.py",
    "distributed": "instances/cluster.py",
    "duckdb": "instances/duck.py",
    "filelock": "output/staging.py",
    "fontTools": "output/typeface.py",
    "git": "output/branch.py",
    "jinja2": "output/*.py",
    "markdown": "prose.py",
    "markupsafe": "output/*.py",
    "msgspec": "records.py",
    "narwhals": "instances/(expression|duck|cluster).py",
    "nh3": "prose.py",
    "numpy": "(tables|compute|charts)/*.py",
    "packaging": "output/urls.py",
    "pandas": "(tables/*|compute/*|importers/*|instances/cluster).py",
    "pyarrow": "(tables/load|tables/save|tables/batches|importers/zipped|instances/cluster).py",
    "pydantic": "(config|looks|pages/api_snapshot).py",
    "pydantic_core": "config.py",
    "rapidfuzz": "profile/measure.py",
    "resvg_py": "output/pictures.py",
    "rich": "console.py",
    "ruamel": "importers/hugging_face.py",
    "scipy": "compute/probabilities.py",
    "slugify": "slugs.py",
    "tokenizers": "profile/tokens.py",
}
# What another library imports for us, and what packages draw their own charts with: at the version
# whose figures the library of the pages can draw.
INDIRECT = {"brotli", "plotly"}
# What is imported under another name than it is installed by.
NAMES = {"git": "gitpython", "ruamel": "ruamel-yaml"}
# Ids of the Index's tasks that are English words: looked for in quotes only.
ENGLISH = {"covid", "drop", "jigsaw", "legal", "reuters"}
each_module = pytest.mark.parametrize("module", MODULES)


def imported(module: str) -> Iterator[str]:
    """Dotted names of all that a module imports, at its top or within a function."""
    for node in ast.walk(ast.parse((PACKAGE / module).read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import hides the room that it leads to"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str:
    """The wing, or the module of the root, that a file is of."""
    return Path(module).parts[0].removesuffix(".py")


def rooms_imported(module: str) -> set[str]:
    """The rooms of the package that a module imports, its own left out."""
    names = [name.split(".")[1] for name in imported(module) if name.startswith("site_builder.")]
    rooms = {room_of(path) for path in MODULES}
    return {name if name in rooms else "__init__" for name in names} - {room_of(module)}


def libraries_imported(module: str) -> set[str]:
    """The libraries that a module imports beyond Python's own."""
    names = {name.split(".")[0] for name in imported(module)}
    return names - {"site_builder"} - sys.stdlib_module_names


def is_home(module: str, homes: str) -> bool:
    """Whether a module is one of `homes`: a pattern, perhaps with a choice of folders."""
    choice = re.match(r"(.*)\((.*)\)(.*)", homes)
    patterns = [choice[1] + one + choice[3] for one in choice[2].split("|")] if choice else [homes]
    return any(fnmatch(module, pattern) for pattern in patterns)


def test_every_room_has_its_rule():
    """A new room of the package gets its place in the flow before it gets code."""
    assert {room_of(module) for module in MODULES} <= {*MAY_IMPORT, *LEAVES}


@each_module
def test_imports_go_from_the_end_of_the_flow_to_its_start(module):
    """From tables over compute, charts and pages to output: no room imports a later one.

    Importers stand before the tables: they write them, and nothing that builds a site knows them.
    """
    room = room_of(module)
    may = LEAVES_MAY_IMPORT[room] if room in LEAVES else MAY_IMPORT[room] | LEAVES
    assert set() == rooms_imported(module) - may


@each_module
def test_libraries_stay_in_their_homes(module):
    """Each library is imported where DESIGN.md has it and nowhere else."""
    strangers = {name for name in libraries_imported(module) if name not in HOMES}
    astray = {
        name for name in libraries_imported(module) & {*HOMES} if not is_home(module, HOMES[name])
    }
    assert (set(), set()) == (strangers, astray)


def test_every_dependency_is_used():
    """What pyproject.toml asks to be installed is imported by some room."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    names = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    libraries = set.union(*(libraries_imported(module) for module in MODULES))
    used = {canonicalize_name(NAMES.get(name, name)) for name in libraries} | INDIRECT
    assert set() == {name.removeprefix("python-") for name in names} - used


@each_module
def test_module_is_named_for_what_it_holds(module):
    """A name that says nothing attracts everything."""
    assert Path(module).stem not in {"utils", "util", "helpers", "common", "misc", "tools"}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_file_is_short_enough_to_be_read(path):
    """No file is longer than 300 lines."""
    assert len(path.read_text(encoding="utf8").splitlines()) <= 300


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_generator_knows_no_model_or_task_by_name(path):
    """Names come from the data and from site.toml: the next board has others."""
    text = path.read_text(encoding="utf8")
    ids = {
        *pd.read_csv(ROOT / "data/source/models.csv")["model"],
        *pd.read_csv(ROOT / "data/source/tasks.csv")["task"],
    }
    words = "|".join(sorted(map(re.escape, ids - ENGLISH)))
    quoted = "|".join(sorted(ENGLISH))
    pattern = rf"(?<![\w-])({words}|gpt-?4|lora)(?![\w-])|[\"'`]({quoted})[\"'`]"
    found = [match[0] for match in re.finditer(pattern, text, re.IGNORECASE)]
    assert [] == found


def test_there_are_files_to_judge():
    """The tests above look where the files are."""
    assert len(MODULES) > 40
    assert {".py", ".html", ".svg", ".css", ".js"} == {path.suffix for path in TEXTS}
    assert set(ENGLISH) <= set(pd.read_csv(ROOT / "data/source/tasks.csv")["task"])
