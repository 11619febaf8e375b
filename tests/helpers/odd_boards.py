"""Boards that are not like the Index: other people's, and the shapes that a board may have."""

import functools
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from tests.helpers.hostile import TOML as HOSTILE_TOML
from tests.helpers.hostile import frames as hostile_frames
from tests.helpers.once import made_once
from tests.helpers.sites import ROOT, BuiltSite, build
from tests.helpers.tables import write_project

Frames = dict[str, pd.DataFrame]
Project = tuple[Frames, str]

# Real boards that others published; their origin is in the README there.
FOREIGN_FOLDER = ROOT / "tests/data/boards"
FOREIGN = {"jp_finetuned": "base", "pythia": "zero_shot", "peft_methods": ""}
NO_BASELINE = "without baseline"


def foreign(name: str, *, baseline: bool) -> Project:
    """One of the boards that others published, its columns renamed as its publisher would."""
    folder = FOREIGN_FOLDER / name
    frames = {
        table: pd.read_parquet(folder / f"{table}.parquet")
        for table in ("results", "models", "tasks")
    }
    models = frames["models"].rename(columns={"params_b": "parameters_b"})
    frames["models"] = models.drop(columns="is_baseline")
    frames["tasks"] = frames["tasks"].rename(columns={"url": "dataset_url"})
    lines = ["[board]"]
    if baseline:
        lines.append(f'baseline = "{models.loc[models["is_baseline"], "model"].iloc[0]}"')
    if FOREIGN[name] not in ("", "base"):
        lines.append(f'base_variant = "{FOREIGN[name]}"')
    return frames, "\n".join(lines)


def results(
    models: Iterable[str],
    tasks: Iterable[str],
    score: Callable[[int, int, bool], float],
    variants: int = 2,
) -> pd.DataFrame:
    """A score for every model, task and variant, of their places and whether it is tuned."""
    named = list(enumerate(tasks))
    rows = [
        (model, task, "tuned" if tuned else "base", score(i, j, tuned))
        for i, model in enumerate(models)
        for j, task in named
        for tuned in (False, True)[:variants]
    ]
    return pd.DataFrame(rows, columns=["model", "task", "variant", "score"])


def ids(letter: str, n: int) -> list[str]:
    """`m0`, `m1`, ..."""
    return [f"{letter}{i}" for i in range(n)]


def climbing(i: int, j: int, tuned: bool) -> float:
    """Scores within 0..1 that differ, and gain by tuning."""
    return round(0.1 + 0.1 * i + 0.02 * j + 0.05 * tuned, 4)


def three_columns() -> Project:
    """Nothing but `results.parquet` with model, task and score."""
    frame = results(ids("m", 3), ids("t", 3), climbing, variants=1)
    return {"results": frame.drop(columns="variant")}, ""


def of_one_metric(frame: pd.DataFrame) -> Frames:
    """Results and tasks that have one metric, so that scores can be averaged."""
    return {
        "results": frame,
        "tasks": pd.DataFrame({"task": frame["task"].unique(), "metric": "points"}),
    }


def one_score() -> Project:
    """One model on one task."""
    return {"results": pd.DataFrame({"model": ["only"], "task": ["one"], "score": [0.5]})}, ""


def one_model() -> Project:
    """One model on many tasks, before and after."""
    return of_one_metric(results(["only"], ids("t", 6), climbing)), ""


def one_task() -> Project:
    """Many models on one task, with a baseline."""
    return {"results": results(ids("m", 6), ["one"], climbing)}, '[board]\nbaseline = "m2"'


def all_equal() -> Project:
    """Every score is the same: nobody leads, nothing helps."""
    tasks = pd.DataFrame(
        {
            "task": ids("t", 6),
            "category": ["A", "B"] * 3,
            "metric": "points",
            "train_examples": [10] * 6,
        }
    )
    frames = {"results": results(ids("m", 6), ids("t", 6), lambda *_: 0.5), "tasks": tasks}
    return frames, '[board]\nbaseline = "m2"'


def apart() -> Project:
    """No model shares a task with the baseline."""
    own = results(["ref"], ids("r", 3), climbing, variants=1)
    frame = pd.concat([own, results(ids("m", 3), ids("t", 5), climbing)], ignore_index=True)
    return of_one_metric(frame), '[board]\nbaseline = "ref"'


def sparse() -> Project:
    """Two of three scores exist; the last model has other tasks than all others."""
    frame = results(ids("m", 6), ids("t", 9), climbing)
    places = frame["model"].str[1:].astype(int) + frame["task"].str[1:].astype(int)
    own = results(["own"], ids("o", 5), climbing)
    return of_one_metric(pd.concat([frame[places % 3 > 0], own])), '[board]\nbaseline = "m1"'


def large_scores() -> Project:
    """Scores up to 1e11."""
    frame = results(
        ids("m", 4),
        ids("t", 5),
        lambda i, j, tuned: 1e11 * (i + 1) / (j + 4) * (1.1 if tuned else 1),
    )
    return of_one_metric(frame), '[board]\nbaseline = "m1"'


def lower_is_better() -> Project:
    """Perplexities: tuning lowers them."""
    tasks = pd.DataFrame(
        {
            "task": ids("t", 5),
            "metric": "perplexity",
            "higher_is_better": False,
            "category": ["A", "A", "B", "B", "B"],
        }
    )
    frame = results(
        ids("m", 4), ids("t", 5), lambda i, j, tuned: 5.0 + i + j / 2 - (0.25 + i / 8) * tuned
    )
    return {"results": frame, "tasks": tasks}, '[board]\nbaseline = "m1"'


def mixed_directions() -> Project:
    """Some tasks where higher is better, some where lower is: no averages."""
    frames, toml = lower_is_better()
    frames["tasks"]["higher_is_better"] = [True, False, True, False, True]
    frames["tasks"]["metric"] = ["accuracy", "perplexity"] * 2 + ["accuracy"]
    return frames, toml


def negative_scores() -> Project:
    """All below zero."""
    frame = results(ids("m", 4), ids("t", 5), lambda i, j, tuned: -5.0 + i / 2 + j / 4 + tuned / 8)
    return of_one_metric(frame), '[board]\nbaseline = "m1"'


def zeros_and_ones() -> Project:
    """Passed or failed, so that most are ties."""
    frame = results(ids("m", 4), ids("t", 5), lambda i, j, tuned: float((i + j + tuned) % 2))
    return of_one_metric(frame), '[board]\nbaseline = "m1"'


def tuned_only() -> Project:
    """No base variant: no lift over it."""
    frame = results(ids("m", 4), ids("t", 5), climbing)
    return {"results": frame[frame["variant"] == "tuned"].reset_index(drop=True)}, ""


def without_results() -> Project:
    """The baseline, a task and a category have no score at all."""
    frames, _ = tuned_only()
    frames["models"] = pd.DataFrame({"model": [*ids("m", 4), "ghost"]})
    frames["tasks"] = pd.DataFrame({"task": [*ids("t", 5), "void"], "category": [*"AAABB", "C"]})
    return frames, '[board]\nbaseline = "ghost"'


def failed_requests() -> Project:
    """Every measured request failed, and the only price is by the hour."""
    frames, toml = three_columns()
    unknown = ("ttft_s", "total_s", "output_tokens")
    requests: dict[str, Any] = {
        "provider": ["p"],
        "model": ["m0"],
        "error_code": ["429"],
        "input_tokens": [1.0],
        **{name: [None] for name in unknown},
    }
    numbers = dict.fromkeys(unknown, "Float64")
    frames["serving_requests"] = pd.DataFrame(requests).astype(numbers)
    frames["prices"] = pd.DataFrame({"provider": ["p"], "model": ["m0"], "usd_per_hour": [1.5]})
    return frames, toml


def hostile() -> Project:
    """HTML, scripts, Markdown and paths in every text of every table and of `site.toml`."""
    return hostile_frames(), HOSTILE_TOML


SHAPES: dict[str, Callable[[], Project]] = {
    make.__name__: make
    for make in (
        three_columns,
        one_score,
        one_model,
        one_task,
        all_equal,
        apart,
        sparse,
        large_scores,
        lower_is_better,
        mixed_directions,
        negative_scores,
        zeros_and_ones,
        tuned_only,
        without_results,
        failed_requests,
        hostile,
    )
}


@functools.cache
def built(name: str) -> BuiltSite:
    """The site of a board by its name, or the Index, built once."""
    return made_once(name, lambda: _build(name))


def _build(name: str) -> BuiltSite:
    if name == "index":
        return build(ROOT)
    frames, toml = (
        SHAPES[name]()
        if name in SHAPES
        else foreign(name.removesuffix(f" {NO_BASELINE}"), baseline=NO_BASELINE not in name)
    )
    with tempfile.TemporaryDirectory() as folder:
        return build(write_project(Path(folder), frames, toml))
