"""The JSON API: stable names, every number as it was computed, null for what is not defined."""

import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from site_builder.api import api_values, encode, score_values
from tests.helpers.sites import BuiltSite, index_results, make_site
from tests.helpers.tables import board, results_frame, write_project

# Results are rounded at twelve digits, so that all machines publish the same (docs/statistics.md).
close = pytest.approx
EXACT = 1e-11


def of_project(root: Path, frames: dict[str, Any], site_toml: str | None = None) -> dict[str, Any]:
    return api_values(make_site(write_project(root, frames, site_toml)).results)


def test_files_of_the_api(index_site):
    """Nine, and the scores of each model; all of it valid JSON, without NaN."""
    names = sorted(path for path in index_site.files if path.startswith("api/"))
    names.remove("api/v1/snapshot.json.gz")
    scores = sorted(m["scores_file"].removesuffix(".json") for m in index_site.api("models"))
    assert 12 == len(scores)
    expected = ["categories", "correlations", "metrics", "models", "over_time"]
    expected += ["robustness", "schema", *scores]
    expected += ["stats", "tasks"]
    assert sorted(f"api/v1/{name}.json" for name in expected) == names
    for name in expected:
        assert index_site.api(name)


def test_files_hold_the_values(index_site):
    site = index_results()
    results = site.results
    values = {**api_values(results, site.trade_offs), **dict(score_values(results))}
    assert 7 + 12 == len(values)
    for name, value in values.items():
        assert encode(value) == index_site.files[f"api/v1/{name}.json"]


def test_encoding():
    """UTF-8, floats in their shortest exact form; NaN is refused."""
    assert '["μ",0.1,null]\n'.encode() == encode(["μ", 0.1, None])
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not JSON compliant"):
            encode([value])


STATS = {
    "models": 12,
    "tasks": 31,
    "categories": 5,
    "scores": 682,
    "baseline": "gpt-4",
    "tasks_beating_baseline": 24,
    "tasks_tying_baseline": 1,
    "models_ahead_of_baseline": 6,
    "runs_tuned": 310,
    "runs_paired": 310,
    "runs_helped": 301,
    "runs_unchanged": 0,
    "runs_hurt": 9,
    "runs_beating_baseline": 194,
}


def test_stats_of_the_index(index_site):
    """Counted by hand from data/source/results.csv."""
    stats = index_site.api("stats")
    assert {key: stats[key] for key in STATS} == STATS
    assert 0.3838967741935484 == close(stats["mean_lift_over_base"], abs=EXACT)
    # 13 of 31 training sets are below 10,000 examples, 17 below 20,000.
    assert {"10000": 13 / 31, "20000": 17 / 31} == close(stats["training_sets"], abs=EXACT)


def test_models_of_the_index(index_site):
    """The types of all keys are those of the schema (tests/commands/test_schema.py)."""
    models = index_site.api("models")
    assert 12 == len(models)
    by_variant = ("interval", "lift_over_base", "lift_over_baseline", "tasks_beating_baseline")
    for model in models:
        assert {"scored": 31, "of": 31} == model["coverage"]
        for key in (*by_variant, "wins", "win_rate"):
            assert set(model["average"]) == set(model[key])
    ranks = [model["rank"] for model in models]
    assert [*range(1, 11), None, None] == ranks
    assert ["gpt-4"] == [model["model"] for model in models if model["is_baseline"]]


def test_unranked_models_of_the_index(index_site):
    """Those without a tuned score come last, with the reason, and with their base scores."""
    last = index_site.api("models")[-2:]
    assert {"gpt-4", "gpt-3.5-turbo"} == {model["model"] for model in last}
    for model in last:
        assert (None, "no score", None) == (
            model["rank"],
            model["unranked"],
            model["tied_with_best"],
        )
        assert {"base"} == set(model["average"])


def test_without_a_baseline(tmp_path):
    """Nothing is compared with one: null, not 0."""
    api = of_project(tmp_path, board())
    none = (
        "baseline",
        "models_ahead_of_baseline",
        "models_compared",
        "runs_beating_baseline",
        "tasks_beating_baseline",
        "tasks_beating_baseline_chosen_elsewhere",
        "tasks_beating_baseline_median",
        "tasks_clearly_above_baseline",
        "tasks_compared",
        "tasks_tying_baseline",
    )
    assert dict.fromkeys(none) == {key: api["stats"][key] for key in none}
    # (0.25 + 0.25 + 0.625 - 0.25) / 4
    assert 0.21875 == api["stats"]["mean_lift_over_base"]
    for model in api["models"]:
        assert model["is_baseline"] is False
        assert {None} == {
            *model["lift_over_baseline"].values(),
            *model["tasks_beating_baseline"].values(),
        }
    for task in api["tasks"]:
        assert (None, None) == (task["baseline_score"], task["best_lift_over_baseline"])
    assert {None} == {category["best_lift_over_baseline"] for category in api["categories"]}


@pytest.mark.parametrize("variant", ["base", "fine_tuned"])
def test_with_one_variant_only(tmp_path, variant):
    """No lift over base, no run that was helped or hurt: null, not 0."""
    results = results_frame()
    results = results[results["variant"] == variant]
    api = of_project(tmp_path, {**board(), "results": results})
    none = (
        "mean_base_score",
        "mean_lift_over_base",
        "mean_tuned_score",
        "runs_helped",
        "runs_hurt",
        "runs_unchanged",
    )
    assert dict.fromkeys(none) == {key: api["stats"][key] for key in none}
    assert 0 == api["stats"]["runs_paired"]
    assert (4 if variant == "fine_tuned" else 0) == api["stats"]["runs_tuned"]
    for model in api["models"]:
        assert {None} >= set(model["lift_over_base"].values())
        assert {variant} >= set(model["average"])
    assert {None} == {task["mean_lift_over_base"] for task in api["tasks"]}


def test_api_of_the_least_board(tmp_path):
    results = pd.DataFrame({"model": ["a", "b"], "task": ["t", "t"], "score": [0.1, 0.2]})
    api = of_project(tmp_path, {"results": results})
    assert {"stats", "models", "tasks", "categories", "metrics", "robustness"} == set(api)
    assert ([], {}) == (api["categories"], api["stats"]["training_sets"])
    assert [("b", 1), ("a", 2)] == [(model["model"], model["rank"]) for model in api["models"]]
    assert (None, None) == (api["models"][0]["developer"], api["models"][0]["parameters_b"])
    task = api["tasks"][0]
    assert (None, None, True) == (task["category"], task["metric"], task["higher_is_better"])


def test_where_scores_have_no_common_unit(tmp_path):
    frames = board()
    frames["tasks"]["higher_is_better"] = [True, False]
    api = of_project(tmp_path, frames)
    assert "mean_win_rate" == api["stats"]["ranked_by"]
    assert api["stats"]["mean_lift_over_base"] is None
    for model in api["models"]:
        assert {None} == {*model["average"].values(), *model["lift_over_base"].values()}
        assert [] == [rate for rate in model["win_rate"].values() if not 0 <= rate <= 1]


def test_downloads_and_api_hold_no_more_than_the_tables(index_site: BuiltSite):
    """Every score of the API is a row of the published results, and the reverse."""
    rows = json.loads(gzip.decompress(index_site.files["downloads/results.json.gz"]))
    published = {(r["model"], r["task"], r["variant"]): r["score"] for r in rows}
    tasks = index_site.tasks()
    assert published == {
        (s["model"], t["task"], s["variant"]): s["score"] for t in tasks for s in t["scores"]
    }
