"""Boards of other people, brought into the contract without a change of value, in their own order.

Origin and licence: tests/data/boards/README.md.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.helpers.sites import build
from tests.helpers.tables import write_project

DATA = Path(__file__).parents[1] / "data" / "boards"


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name)


def _rows(shared: Mapping[str, Any], scores: Mapping[str, pd.Series]) -> pd.DataFrame:
    parts = [pd.DataFrame({**shared, "task": t, "score": s}) for t, s in scores.items()]
    return pd.concat(parts, ignore_index=True).dropna(subset=["score"])


def aider() -> pd.DataFrame:
    runs = _read("aider/polyglot.csv")
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


def hal() -> pd.DataFrame:
    runs = _read("hal/entries.csv")
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
    about = _read("tau2/submissions.csv").set_index("submission")
    scores = _read("tau2/scores.csv").pivot_table("value", ["submission", "domain"], "measure")
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
    scores = _read("mteb/scores.csv.gz")
    subset = scores["split"] + "/" + scores["subset"]
    return scores[["model", "task", "score"]].assign(subset=subset)


MTEB = """
[board]
rank_by = "mean"
min_coverage = 1.0
[tasks."*"]
higher_is_better = true
"""


@pytest.fixture(scope="module")
def api(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[Callable[[], pd.DataFrame], str], Any]:
    """The files of the API of a board, by name; each board is built once."""

    def made(make: Callable[[], pd.DataFrame], toml: str) -> dict[str, Any]:
        root = tmp_path_factory.mktemp(make.__name__)
        write_project(root, {"results": make()}, toml)
        files = build(root).files
        start = "api/v1/"
        return {
            path.removeprefix(start).removesuffix(".json"): json.loads(content)
            for path, content in files.items()
            if path.startswith(start) and path.endswith(".json")
        }

    return made


def _entry(row: Mapping[str, Any], *facets: str) -> tuple[str, ...]:
    found = (row["facets"][facet] for facet in facets)
    return (row.get("of") or row["model"], *(value or "" for value in found))


def _published(table: pd.DataFrame, rank: str, *key: str) -> dict[tuple[str, ...], int]:
    table = table.fillna({name: "" for name in key})
    return dict(zip(map(tuple, table[[*key]].to_numpy()), table[rank], strict=True))


def test_aider_ranks_by_its_headline_with_cost_and_time_beside_it(api):
    found = api(aider, AIDER)["models"]
    places = _published(_read("aider/polyglot.csv"), "place", "model", "edit_format")
    assert {_entry(row, "edit_format"): row["rank"] for row in found} == places
    costs = [row["cost_usd"]["base"] for row in found]
    assert sum(cost is not None for cost in costs) == 51  # a cost of 0 is not known
    assert (costs[0], found[0]["seconds"]["base"]) == (29.0829, 194.0)


def test_bfcl_ranks_by_the_published_total(api):
    found = api(bfcl, BFCL)["models"]
    board = _read("bfcl/data_overall.csv")
    named = {
        row["of"] + (f" ({row['facets']['mode']})" if row["facets"]["mode"] else ""): row["rank"]
        for row in found
    }
    ranks = dict(zip(board["Model"], board["Rank"], strict=True))
    tied = "Granite-3.1-8B-Instruct (FC)"  # 27.10, as the entry before it
    assert named == ranks | {tied: ranks[tied] - 1}
    assert len({row["of"] for row in found}) == 83


@pytest.mark.parametrize(("board", "entries"), [("gaia", 32), ("taubench_airline", 26)])
def test_hal_tells_a_model_in_several_agents_apart(api, board, entries):
    found = api(hal, HAL)[f"boards/{board}"]["entries"]
    runs = _read("hal/entries.csv")
    runs = runs[runs["board"] == board]
    tied = runs["accuracy"].rank(ascending=False, method="min")
    key = ("model_id", "agent_scaffold", "inference_effort")
    expected = _published(runs.assign(rank=tied), "rank", *key)
    assert {_entry(row, "agent", "effort"): row["rank"] for row in found} == expected
    assert len(found) == entries


def test_tau2_has_three_boards_with_the_publishers_first_filter(api):
    files = api(tau2, TAU2)
    firsts = {
        "knowledge": (27, "Qwen 3.8 Max", 55.1546391753, "Qwen3.5-397B-A17B"),
        "core": (8, "Qwen3.5-397B-A17B", 87.9133333333, "GPT-5.2"),
        "voice": (13, "Pine Voice Preview", 75.3801169591, "gemini-live-2.5-flash-native-audio"),
    }
    for board, (entries, first, score, last) in firsts.items():
        rows = files[f"boards/{board}"]["entries"]
        ranked = [r for r in rows if r["rank"] and r["facets"]["type"] == "standard"]
        assert (len(ranked), ranked[0]["model"], ranked[-1]["model"]) == (entries, first, last)
        assert ranked[0]["average"] == score
    assert [board["id"] for board in files["boards"]] == ["knowledge", "core", "voice"]


def test_mteb_gives_a_task_the_mean_of_its_parts_where_all_are_there(api):
    files, expected = api(mteb, MTEB), _read("mteb/task_scores.csv")
    found = {
        (content["model"], task): score
        for name, content in files.items()
        if name.startswith("scores/")
        for task, score in zip(content["task"], content["score"]["base"], strict=True)
    }
    for model, task, score in expected.itertuples(index=False):
        if pd.isna(score):
            assert (model, task) not in found
        else:
            assert found[model, task] == pytest.approx(score, abs=1e-6)
    whole = expected.groupby("model")["task_score"].count()
    ranked = {row["model"] for row in files["models"] if row["rank"]}
    assert ranked == {*whole[whole == whole.max()].index}
