"""Boards of other people come out in their own order.

Origin and licence: tests/data/boards/README.md.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from tests.helpers.real_boards import (
    AIDER,
    BFCL,
    HAL,
    MTEB,
    TAU2,
    aider,
    bfcl,
    hal,
    mteb,
    read,
    tau2,
)
from tests.helpers.sites import build
from tests.helpers.tables import write_project


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
    places = _published(read("aider/polyglot.csv"), "place", "model", "edit_format")
    assert {_entry(row, "edit_format"): row["rank"] for row in found} == places
    costs = [row["cost_usd"]["base"] for row in found]
    assert sum(cost is not None for cost in costs) == 51  # a cost of 0 is not known
    assert (costs[0], found[0]["seconds"]["base"]) == (29.0829, 194.0)


def test_bfcl_ranks_by_the_published_total(api):
    found = api(bfcl, BFCL)["models"]
    board = read("bfcl/data_overall.csv")
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
    runs = read("hal/entries.csv")
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
    files, expected = api(mteb, MTEB), read("mteb/task_scores.csv")
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
