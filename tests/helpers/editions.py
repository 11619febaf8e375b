"""Two editions of the fixture board, and sites that are told of their previous one."""

from pathlib import Path

import pandas as pd

from site_builder.build import make_files
from site_builder.config import load_config
from site_builder.publish.folder import publish
from tests.helpers.sites import BuiltSite
from tests.helpers.tables import board, changed, having, models_frame, results_frame, write_project

BASE = "https://example.org/board/"
DAYS = ("2024-05-02", "2024-06-03")
PROSE = '{% claim models[0].model == "alpha" %}{{ models[0].name }} leads.{% endclaim %}'


def toml(day: str | None, base: str = BASE) -> str:
    """`site.toml` with the day of the data and the place of the site, without a baseline."""
    lines = ['title = "Fixture board"', "cards = false"]
    lines += [f'base_url = "{base}"'] if base else []
    lines += [f"released = {day}"] if day else []
    return "\n".join(["[site]", *lines])


def older_results() -> pd.DataFrame:
    """The fixture's scores, each of 100 examples."""
    return having(results_frame(), n_examples=100, source="https://example.org/run")


def newer_results() -> pd.DataFrame:
    """Three scores are others, one of them within noise; one of a new model is new, one is gone."""
    frame = changed(older_results(), "score", {2: 0.5, 4: 0.125, 8: 0.3125})
    frame.loc[0, "source"] = None
    new = frame.tail(1).assign(model="delta", task="add", score=0.5)
    return pd.concat([frame[:-1], new], ignore_index=True)


def newer_models() -> pd.DataFrame:
    """With the new model, and a name that is written otherwise."""
    models = models_frame().assign(name=["Alpha", "Beta", "GAMMA"])
    return pd.concat([models, pd.DataFrame({"model": ["delta"], "name": ["Delta"]})])


def build(root: Path, previous: object, strict: bool = False) -> BuiltSite:
    """The site of a project that is told of its previous edition."""
    config = load_config(root)
    files, warnings = make_files(config, strict=strict, previous=str(previous))
    return BuiltSite(files, tuple(map(str, warnings)))


def write_projects(root: Path) -> Path:
    """Write the two projects into the folders `old` and `new` of `root`; return `root`."""
    old = write_project(root / "old", {**board(), "results": older_results()}, toml(DAYS[0]))
    (old / "data/content").mkdir()
    (old / "data/content/lede.md").write_text(PROSE, encoding="utf8")
    newer = {**board(), "results": newer_results(), "models": newer_models()}
    write_project(root / "new", newer, toml(DAYS[1]))
    return root


def write_editions(root: Path) -> Path:
    """Two projects: `old`, which is told of itself and published in `old/site`, and `new`."""
    write_projects(root)
    old = root / "old"
    publish(build(old, old).files, old / "site")
    return root


SEVERAL = """
[measures.cost_usd]
zero_is_missing = true
[tasks."*"]
higher_is_better = true
[[boards]]
id = "both"
tasks = ["add", "whole"]
[[boards]]
id = "add"
tasks = ["add"]
where = { agent = ["x"] }
"""


def write_several(root: Path, **scores: float) -> Path:
    """A site of two boards, with agents, costs, and a whole whose score is the mean of its parts.

    `scores` replaces those of the agent y on a task or part, and the `cost` of the last part.
    """
    rows = [
        (model, agent, task, part, scores.get(part or task, 0.5) if agent == "y" else 0.25)
        for model in "ab"
        for agent in "xy"
        for task, part in (("add", None), ("whole", "first"), ("whole", "last"))
    ]
    frame = pd.DataFrame(rows, columns=["model", "agent", "task", "subset", "score"])
    costs = [0.0, 1.0, scores.get("cost", 2.0)]
    frame = frame.assign(cost_usd=costs * 4, n_examples=100)
    return write_project(root, {"results": frame}, SEVERAL)
