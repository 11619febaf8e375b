"""A board whose results state errors, numbers of examples and reservations.

Tuned scores, with what is stated of them; `d` is flagged throughout, `c` on `quiz`:

    task    a                  b                   c           d
    quiz    0.80 of 100        0.75 of 100         0.60 of 100 0.95 of 100
    essay   0.80, stderr 0.01  0.70, stderr 0.01   0.75        0.90, stderr 0.01
    plain   0.5                0.4                 0.3         0.2

Base scores are 0.5, 0.4 and 0.3 throughout, and state nothing; `g` is the baseline, with 0.6.
"""

import functools
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from site_builder.compute.results import Results
from tests.helpers.boards import make_results
from tests.helpers.once import made_once
from tests.helpers.sites import BuiltSite, build
from tests.helpers.tables import write_project

LEAKED, PROMPT = "The <i>test set</i> leaked", "Another prompt"
TUNED = {
    "a": (0.80, 0.80, 0.5),
    "b": (0.75, 0.70, 0.4),
    "c": (0.60, 0.75, 0.3),
    "d": (0.95, 0.90, 0.2),
}
BASE = {"a": 0.5, "b": 0.4, "d": 0.3, "g": 0.6}
TASKS = ("quiz", "essay", "plain")


def measured_frames() -> dict[str, pd.DataFrame]:
    """The tables of the board."""
    rows: list[dict[str, Any]] = [
        {"model": model, "task": task, "variant": "tuned", "score": score}
        for model, scores in TUNED.items()
        for task, score in zip(TASKS, scores, strict=True)
    ]
    rows += [
        {"model": model, "task": task, "variant": "base", "score": score}
        for model, score in BASE.items()
        for task in TASKS
    ]
    frame = pd.DataFrame(rows)
    tuned, task = frame["variant"] == "tuned", frame["task"]
    frame["n_examples"] = pd.array([None] * len(frame), dtype="Int64")
    frame.loc[tuned & (task == "quiz"), "n_examples"] = 100
    frame["stderr"] = pd.array([None] * len(frame), dtype="Float64")
    frame.loc[tuned & (task == "essay") & (frame["model"] != "c"), "stderr"] = 0.01
    frame["flag"] = pd.Series([None] * len(frame), dtype="string")
    frame.loc[frame["model"] == "d", "flag"] = LEAKED
    frame.loc[(frame["model"] == "c") & (task == "quiz"), "flag"] = PROMPT
    tasks = pd.DataFrame({"task": TASKS, "score_min": [0.0] * 3, "score_max": [1.0] * 3})
    return {
        "results": frame,
        "models": pd.DataFrame({"model": ["a", "b", "c", "d", "g"]}),
        "tasks": tasks,
    }


def measured_results(*, exclude: bool) -> Results:
    """Everything that is computed from the board, flagged scores left out or not."""
    return make_results(measured_frames(), baseline="g", exclude_flagged=exclude)


@functools.cache
def measured_site(*, exclude: bool) -> BuiltSite:
    """The site of the board, built once."""
    board = f'[board]\nbaseline = "g"\nexclude_flagged = {str(exclude).lower()}\n'
    toml = f"[site]\nsubmissions = true\n{board}"
    with tempfile.TemporaryDirectory() as folder:
        root = write_project(Path(folder), measured_frames(), toml)
        return made_once(f"measured-{exclude}", lambda: build(root))
