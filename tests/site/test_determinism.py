"""The same input gives the same bytes, wherever and whenever it is built."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from site_builder.publish.manifest import MANIFEST
from tests.helpers.sites import ROOT, build, contents
from tests.helpers.tables import write_project

SEED = 20240502
TOML = """\
[site]
title = "Tafel der größten Modelle, 模型"
base_url = "https://example.org/board/"
license = "CC-BY-4.0"

[board]
baseline = "m0"

[analysis]
features = ["train_examples", "tokens_p95"]
"""
PROSE = "Ärger über {{ stats.models }} models, {{ link('model', 'm1') }}.\n"
VARIED = {
    "PYTHONHASHSEED": "12345",
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "LANG": "tr_TR.UTF-8",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "SOURCE_DATE_EPOCH": "1",
    "COLUMNS": "40",
    "HOME": "/dev/null",
}


def rich_files() -> dict[str, bytes | pd.DataFrame]:
    """A board of four models, six tasks and three wholes that has every page, chart and file."""
    draw = random.Random(SEED)
    models, tasks = [f"m{i}" for i in range(4)], [f"t{i}" for i in range(6)]
    wholes = ["p", "q", "r"]  # each the mean of its one part
    runs = [(m, t, v) for m in models for t in tasks for v in ("base", "fine_tuned")]
    results = pd.DataFrame(runs, columns=["model", "task", "variant"])
    requests = [(p, m) for p in ("p", "q") for m in models for _ in range(4)]
    serving = pd.DataFrame(requests, columns=["provider", "model"])
    return {
        "results": results.assign(
            score=[draw.random() for _ in runs], n_examples=100, date="2024-05-02"
        ),
        "models": pd.DataFrame(
            {
                "model": models,
                "name": [f"Modèle {i} 模型" for i in range(4)],
                "developer": ["Ä", "B"] * 2,
                "parameters_b": [None, 1.0, 7.0, 7.0],
            }
        ),
        "tasks": pd.DataFrame(
            {
                "task": [*tasks, *wholes],
                "part_of": [None] * 3 + wholes + [None] * 3,
                "category": ["Übung", "Math", "Übung"] * 3,
                "metric": "accuracy",
                "train_examples": [draw.randrange(100, 30_000) for _ in (*tasks, *wholes)],
                "tokens_p95": [draw.randrange(100, 3000) for _ in (*tasks, *wholes)],
            }
        ),
        "serving_requests": serving.assign(
            ttft_s=[draw.random() for _ in requests],
            total_s=[1 + draw.random() for _ in requests],
            input_tokens=100,
            output_tokens=[draw.randrange(10, 200) for _ in requests],
        ),
        "prices": serving.drop_duplicates().assign(
            usd_per_million_input_tokens=[draw.random() for _ in range(8)],
            usd_per_million_output_tokens=[draw.random() for _ in range(8)],
        ),
    }


def write_rich_project(root: Path, *, backwards: bool = False) -> Path:
    """That board with prose and files of its own; backwards, so that folders list otherwise."""
    files = [*rich_files().items()]
    write_project(root, dict(reversed(files) if backwards else files), TOML)
    own = [
        ("data/content/about.md", PROSE),
        ("data/content/lede.md", PROSE),
        ("static/img/a.svg", "<svg/>"),
        ("static/img/b.svg", "<svg/>"),
    ]
    for name, text in reversed(own) if backwards else own:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf8")
    return root


@dataclass(frozen=True)
class Twice:
    """One project built twice.

    Attributes:
        here: What this process made of it.
        there: What another made of a copy, under circumstances that differ in all.
        folder: Where the other published it.
        places: The folders of the two projects, and of the generator.
    """

    here: Mapping[str, bytes]
    there: Mapping[str, bytes]
    folder: Path
    places: tuple[Path, ...]


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    one, other = (tmp_path_factory.mktemp(name) for name in ("one", "ganz woanders"))
    project = write_rich_project(one / "project")
    moved = write_rich_project(other / "Projekt 模型", backwards=True)
    for path in moved.rglob("*"):
        os.utime(path, (1, 1))
    command = [sys.executable, "-m", "site_builder", "build", "--quiet", "--strict"]
    subprocess.run(
        [*command, "--project", moved.name, "--out", "o ut/site"],
        check=True,
        cwd=other,
        env={**os.environ, "PYTHONPATH": str(ROOT), **VARIED},
        umask=0o077,
    )
    out = other / "o ut/site"
    return Twice(build(project).files, contents(out), out, (one, other, ROOT))


def test_the_same_project_gives_the_same_bytes(twice):
    """Whatever the hash seed, time zone, language, folders, umask, and times of the files."""
    assert set(twice.here) == set(twice.there)
    assert [] == [path for path in twice.here if twice.here[path] != twice.there[path]]


def test_there_is_something_to_compare(twice):
    kinds = {"cards/home.png", "badges/m1.svg", "sitemap.xml", "data/croissant.json", MANIFEST}
    pages = {"serving/index.html", "analysis/index.html", "choose/index.html"}
    assert set() == {*kinds, *pages, "api/v1/correlations.json"} - set(twice.there)
    assert "Ärger über" in twice.there["about/index.html"].decode()
    sources = json.loads(twice.there[MANIFEST])["sources"]
    assert len(rich_files()) + 3 == len(sources)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_the_umask_says_who_may_read(twice):
    assert 0o600 == (twice.folder / "index.html").stat().st_mode & 0o777


def test_no_file_says_where_it_was_built(twice):
    places = [str(place).encode() for place in twice.places]
    assert [] == [
        path
        for files in (twice.here, twice.there)
        for path, content in files.items()
        if any(place in content for place in places)
    ]
