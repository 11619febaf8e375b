"""Boards of other people, brought into the contract without a change of value.

Origin and licence: tests/data/boards/README.md.
"""

import functools
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tests.helpers.once import made_once
from tests.helpers.sites import BuiltSite, build
from tests.helpers.tables import write_project

DATA = Path(__file__).parents[1] / "data" / "boards"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name)


def _rows(shared: Mapping[str, Any], scores: Mapping[str, pd.Series]) -> pd.DataFrame:
    parts = [pd.DataFrame({**shared, "task": t, "score": s}) for t, s in scores.items()]
    return pd.concat(parts, ignore_index=True).dropna(subset=["score"])


def aider() -> pd.DataFrame:
    runs = read("aider/polyglot.csv")
    shared = {
        "model": runs["model"],
        "edit_format": runs["edit_format"],
        "cost_usd": runs["total_cost_usd"],
        "seconds": runs["seconds_per_case"],
        "date": runs["date"],
    }
    tasks = ("pass_rate_1", "pass_rate_2", "percent_cases_well_formed")
    return _rows(shared, {task: runs[task] for task in tasks})


AIDER = """
[tasks]
"*" = { unit = "percent", higher_is_better = true }
pass_rate_2 = { headline = true }
[measures]
cost_usd = { zero_is_missing = true, combine = "none" }
seconds = { label = "Time per exercise", combine = "none" }
"""


OPEN_WEIGHTS = """
[facets.open_weights]
label = "Open weights"
"""
_OPEN = "DeepSeek|Qwen|QwQ|Llama|gemma|Kimi|gpt-oss|command|Codestral|openhands"


def aider_models() -> pd.DataFrame:
    """Whether the weights of each model are open, which aider does not say."""
    models = aider()["model"].drop_duplicates()
    is_open = models.str.contains(_OPEN, case=False) & ~models.str.contains("claude|qwen-max")
    return pd.DataFrame({"model": models, "open_weights": is_open})


def bfcl() -> pd.DataFrame:
    board = pd.read_csv(DATA / "bfcl/data_overall.csv", na_values="N/A")
    named = board["Model"].str.extract(r"^(.*?)(?: \(([^()]*)\))?$")
    shared = {
        "model": named[0],
        "mode": named[1],
        "cost_usd": board["Total Cost ($)"],
        "latency_s": board["Latency Mean (s)"],
    }
    tasks = [
        str(name) for name in board if any(word in str(name) for word in ("Acc", "AST", "Delta"))
    ]
    texts = {task: board[task].astype("str").str.rstrip("%") for task in tasks}
    return _rows(shared, {task: pd.to_numeric(text) for task, text in texts.items()})


BFCL = """
[tasks]
"*" = { unit = "percent", higher_is_better = true }
"Overall Acc" = { headline = true }
"Format *" = { unit = "points", higher_is_better = false }
"Live *" = { part_of = "Live Acc" }
[measures]
cost_usd = { combine = "none" }
latency_s = { unit = "s", higher_is_better = false, combine = "none" }
"""


_BFCL_COLUMNS = '[board]\ncolumns = ["mode", "cost_usd", "latency_s"]\n'
_CLOSED = ("Claude", "GPT", "Gemini", "Grok", "o3", "o4", "Amazon", "Nova", "Command")


def bfcl_entries() -> pd.DataFrame:
    """With developers and licences that names suggest: a row an entry, the best first."""
    results = bfcl()
    found = results[results["task"] == "Overall Acc"].reset_index(drop=True)
    found["developer"] = found["model"].str.split("-").str[0]
    is_closed = found["model"].str.startswith(_CLOSED)
    found["license"] = is_closed.map({True: "Proprietary", False: "MIT"})
    several = found.duplicated("model", keep=False)
    named = found["model"] + " (" + found["mode"].fillna("") + ")"
    found["entry"] = named.where(several & found["mode"].notna(), found["model"])
    return found.sort_values("score", ascending=False, kind="stable")


def _bfcl_models() -> pd.DataFrame:
    return bfcl_entries()[["model", "developer", "license"]].drop_duplicates("model")


# The same with what the publisher's total is made of: groups, of which one has parts.
BFCL_GROUPS = """
[tasks]
"*" = { unit = "percent", higher_is_better = true }
"Overall Acc" = { headline = true }
"Format *" = { unit = "points", higher_is_better = false }
"Live *" = { part_of = "Live Acc" }
"Web Search Acc" = { name = "Web search", part_of = "Overall Acc", weight = 20 }
"Memory Acc" = { name = "Memory", part_of = "Overall Acc", weight = 20 }
"Multi Turn Acc" = { name = "Multi-turn", part_of = "Overall Acc", weight = 30 }
"Live Acc" = { name = "Live", part_of = "Overall Acc", weight = 10 }
[measures]
cost_usd = { combine = "none" }
latency_s = { unit = "s", higher_is_better = false, combine = "none" }
"""


def hal() -> pd.DataFrame:
    runs = read("hal/entries.csv")
    shared = {
        "model": runs["model_id"],
        "agent": runs["agent_scaffold"],
        "effort": runs["inference_effort"],
        "cost_usd": runs["total_cost_usd"],
    }
    tables = []
    for part in ("accuracy", "level_1", "level_2", "level_3"):
        subset = None if part == "accuracy" else part
        tables.append(
            pd.DataFrame({**shared, "task": runs["board"], "subset": subset, "score": runs[part]})
        )
    return pd.concat(tables, ignore_index=True).dropna(subset=["score"])


HAL = """
[tasks."*"]
unit = "proportion"
higher_is_better = true
[measures.cost_usd]
combine = "none"
[[boards]]
id = "gaia"
tasks = ["gaia"]
[[boards]]
id = "taubench_airline"
tasks = ["taubench_airline"]
"""


def tau2() -> pd.DataFrame:
    about = read("tau2/submissions.csv").set_index("submission")
    scores = read("tau2/scores.csv").pivot_table("value", ["submission", "domain"], "measure")
    scores = scores.reset_index().dropna(subset=["pass_1"])
    of = about.loc[scores["submission"]].reset_index(drop=True)
    voice = of["modality"] == "voice"
    table = pd.DataFrame(
        {
            "model": of["model_name"],
            "type": of["submission_type"].fillna("standard"),
            "list": of["list"],
            "effort": of["reasoning_effort"],
            "user_simulator": of["user_simulator"],
            "task": scores["domain"].where(~voice, "voice_" + scores["domain"]),
            "score": scores["pass_1"],
            **{f"pass_{k}": scores[f"pass_{k}"] for k in (2, 3, 4)},
            "cost_usd": scores["cost"],
        }
    )
    return table[table["list"].notna()]


TAU2 = """
[tasks]
"*" = { unit = "percent", higher_is_better = true }
[board]
columns = ["effort", "type", "cost_usd", "pass_4"]
filters = { type = ["standard"] }
min_coverage = 1.0
[measures]
pass_2 = { unit = "%" }
pass_3 = { unit = "%" }
pass_4 = { label = "All four tries", unit = "%" }
cost_usd = { combine = "mean", zero_is_missing = true }
[[boards]]
id = "knowledge"
tasks = ["banking_knowledge"]
where = { list = ["current"] }
[[boards]]
id = "core"
tasks = ["retail", "airline", "telecom"]
where = { list = ["current"] }
[[boards]]
id = "voice"
tasks = ["voice_retail", "voice_airline", "voice_telecom"]
where = { list = ["voice"] }
"""


def mteb() -> pd.DataFrame:
    scores = read("mteb/scores.csv.gz")
    subset = scores["split"] + "/" + scores["subset"]
    return scores[["model", "task", "score"]].assign(subset=subset)


MTEB = """
[board]
rank_by = "mean"
min_coverage = 1.0
[tasks."*"]
higher_is_better = true
"""


@functools.cache
def published(name: str) -> BuiltSite:
    """The site of a board by its name, built once."""
    tables, toml = {
        "aider": ({"results": aider, "models": aider_models}, AIDER + OPEN_WEIGHTS),
        "bfcl": ({"results": bfcl, "models": _bfcl_models}, BFCL + _BFCL_COLUMNS),
        "hal": ({"results": hal}, HAL),
        "mteb": ({"results": mteb}, MTEB),
        "tau2": ({"results": tau2}, TAU2),
    }[name]
    frames = {table: make() for table, make in tables.items()}
    with tempfile.TemporaryDirectory() as folder:
        root = write_project(Path(folder), frames, f"[site]\ncards = false\n{toml}")
        return made_once(f"published-{name}", lambda: build(root))
