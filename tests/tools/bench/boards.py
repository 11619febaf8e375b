"""Boards to measure on: the Index, and large ones that are made, the same each time."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from site_builder.compute.numbers import Array

SEED = 20240502
DEVELOPERS, CATEGORIES = 40, 8
AGENTS = ("none", "tools", "browser", "swarm")
# A sparse board of a share 1 of these has 5,000 models on 1,500 tasks.
MANY_MODELS, MANY_TASKS, THERE = 5_000, 1_500, 0.1


def _write(root: Path, tables: Mapping[str, pd.DataFrame], baseline: str = "") -> Path:
    (root / "data").mkdir(parents=True)
    for name, table in tables.items():
        table.to_parquet(root / f"data/{name}.parquet", index=False)
    settings = f'[board]\nbaseline = "{baseline}"\n' if baseline else ""
    (root / "site.toml").write_text(settings, encoding="utf8")
    return root


def _worth(rng: np.random.Generator, models: int, tasks: int) -> Array:
    """What each model is worth on each task."""
    return np.asarray(0.5 * rng.beta(2, 4, (models, 1)) + 0.4 * rng.beta(3, 3, (1, tasks)))


def _tasks(ids: Sequence[str], categories: int, **more: object) -> pd.DataFrame:
    """Tasks of one metric from 0 to 1 in so many categories, with further columns."""
    in_turn = [f"Category {i % categories}" for i in range(len(ids))]
    columns = {"task": ids, "category": in_turn, "metric": "accuracy"}
    return pd.DataFrame({**columns, "score_min": 0.0, "score_max": 1.0, **more})


def write_large(root: Path, models: int, tasks: int) -> Path:
    """A board of so many models on so many tasks, before and after tuning.

    Scores are drawn: what a model is worth, what a task is, what both do to each other, and a gain.
    """
    rng = np.random.default_rng(SEED)
    names = [f"lab-{i % DEVELOPERS}/model-{i}" for i in range(models)]
    ids = [f"task-{i}" for i in range(tasks)]
    worth = _worth(rng, models, tasks)
    base = worth + rng.normal(0, 0.05, (models, tasks))
    tuned = base + rng.gamma(2, 0.08, (models, tasks))
    keys = {"model": np.repeat(names, tasks), "task": np.tile(ids, models)}
    frames = [
        pd.DataFrame({**keys, "variant": variant, "score": np.clip(drawn, 0, 1).round(4).ravel()})
        for variant, drawn in (("base", base), ("fine_tuned", tuned))
    ]
    tables = {
        "results": pd.concat(frames),
        "models": pd.DataFrame(
            {
                "model": names,
                "name": [f"Model {i}" for i in range(models)],
                "developer": [f"Lab {i % DEVELOPERS}" for i in range(models)],
                "parameters_b": rng.lognormal(2, 1, models).round(2),
                "license": rng.choice(["MIT", "Apache-2.0"], models),
            }
        ),
        "tasks": _tasks(
            ids,
            CATEGORIES,
            name=[f"Task {i}" for i in range(tasks)],
            train_examples=rng.integers(500, 100_000, tasks),
        ),
    }
    return _write(root, tables, names[0])


def write_faceted(root: Path, entries: int, tasks: int) -> Path:
    """A board of so many entries, four of each model: with settings, cost, dates and a size."""
    rng = np.random.default_rng(SEED)
    models = -(-entries // len(AGENTS))
    names = [f"lab-{i % DEVELOPERS}/model-{i}" for i in range(models)]
    ids = [f"task-{i}" for i in range(tasks)]
    pairs = [(name, agent) for name in names for agent in AGENTS][:entries]
    worth = _worth(rng, entries, tasks)
    score = np.clip(worth + rng.normal(0, 0.05, worth.shape), 0, 1).round(4)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 1_000, models), "D")
    tables = {
        "results": pd.DataFrame(
            {
                "model": np.repeat([name for name, _ in pairs], tasks),
                "agent": np.repeat([agent for _, agent in pairs], tasks),
                "task": np.tile(ids, entries),
                "score": score.ravel(),
                "cost_usd": rng.lognormal(0, 1.2, score.size).round(4),
            }
        ),
        "models": pd.DataFrame(
            {
                "model": names,
                "developer": [f"Lab {i % DEVELOPERS}" for i in range(models)],
                "parameters_b": rng.lognormal(2, 1, models).round(2),
                "license": rng.choice(["MIT", "Apache-2.0", "Proprietary"], models),
                "release_date": days.strftime("%Y-%m-%d"),
            }
        ),
        "tasks": _tasks(ids, CATEGORIES, higher_is_better=True),
    }
    return _write(root, tables)


def write_sparse(root: Path, share: float) -> Path:
    """A board with odd ids, of which nine scores of ten are missing.

    Args:
        root: A new folder.
        share: How large it is: both models and tasks are that share of the largest.
    """
    rng = np.random.default_rng(SEED)
    models, tasks = round(MANY_MODELS * share), round(MANY_TASKS * share)
    names = [f"läb {i % 400}/Model #{i}, v{i % 7}" for i in range(models)]
    ids = [f"tâsk/{i}?x={i % 9}&<b>" for i in range(tasks)]
    worth = _worth(rng, models, tasks)
    score = np.clip(worth + rng.normal(0, 0.05, worth.shape), 0, 1).round(4)
    model, task = np.nonzero(rng.random(worth.shape) < THERE)
    tables = {
        "results": pd.DataFrame(
            {
                "model": np.array(names)[model],
                "task": np.array(ids)[task],
                "variant": "base",
                "score": score[model, task],
            }
        ),
        "models": pd.DataFrame(
            {
                "model": names,
                "developer": [f"Lab {i % 400}" for i in range(models)],
                "parameters_b": rng.lognormal(2, 1, models).round(2),
            }
        ),
        "tasks": _tasks(ids, 30),
    }
    return _write(root, tables, names[0])
