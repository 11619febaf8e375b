"""What pages and the API say of leaders by other rules, metrics, and the best of several."""

from collections.abc import Sequence

import pytest

from site_builder.pages.robustness import leader_by_rule, lifts_by_metric
from tests.helpers.boards import make_frames
from tests.helpers.odd_boards import SHAPES, built
from tests.helpers.sites import build, index_results, make_site, table
from tests.helpers.tables import write_project

RULES = {
    "Mean score": "mean",
    "Mean win rate": "mean_win_rate",
    "Median score": "median",
    "Mean of category means": "mean_of_categories",
}

Columns = dict[str, Sequence[object]]


def test_leaders_of_the_index_by_other_rules(index_site):
    """Zephyr by mean, by category and by ROUGE, else Mistral."""
    names = {m["model"]: m["name"] for m in index_site.api("models")}
    rows = {row["rule"].text: row for row in table(index_site.page("models/"), "by-rule")}
    zephyr, mistral = names["zephyr-7b-beta"], names["mistral-7b"]
    assert {
        "Mean score": zephyr,
        "Mean win rate": mistral,
        "Median score": mistral,
        "Mean of category means": zephyr,
        "Mean score, accuracy only": mistral,
        "Mean score, rouge only": zephyr,
    } == {rule: row["first"].text for rule, row in rows.items()}
    assert ["Mean score"] == [rule for rule, row in rows.items() if row["rule"].tags]
    published = index_site.api("robustness")["rules"]
    assert [(names[r["leaders"][0]], r["same"]) for r in published] == [
        (row["first"].text, row["same"].text == "yes") for row in rows.values()
    ]
    assert [RULES[rule.partition(",")[0]] for rule in rows] == [r["rule"] for r in published]


def test_metrics_of_the_index(index_site):
    rows = {row["metric"].text: row for row in table(index_site.page("models/"), "by-metric")}
    assert ["all tasks", "accuracy", "rouge", "other (humaneval and mae)"] == [*rows]
    assert [3, 10] == [rows[metric]["ahead"].number for metric in ("accuracy", "rouge")]
    metrics = {m["metric"]: m for m in index_site.api("metrics")}
    assert [(17, 3), (12, 10), (2, 0)] == [
        (len(m["tasks"]), m["models_ahead_of_baseline"]) for m in metrics.values()
    ]
    lift = metrics["rouge"]["lift_over_baseline"]["fine_tuned"]["zephyr-7b-beta"]
    assert lift == rows["rouge"]["leader"].number
    found = lifts_by_metric(index_results())
    assert found is not None
    assert "3 of 10 on 17 accuracy tasks; 10 of 10 on 12 rouge tasks" in found.title
    part = "3 of 31 tasks make 52\N{NO-BREAK SPACE}% of the lead of Zephyr 7B Beta over GPT-4"
    assert part in found.title


def test_clearly_beaten_tasks_are_counted_where_errors_are_known(tmp_path):
    """0.3 ahead with errors of 0.1 is z = 2.1, with 0.2 it is 1.06; the third has no error."""
    runs = {"base": {"ref": [0.5, 0.5, 0.5]}, "tuned": {"a": [0.8, 0.8, 0.8]}}
    frames = make_frames(runs, tasks={"score_min": [0.0] * 3, "score_max": [1.0] * 3})
    frames["results"]["stderr"] = [0.1, 0.2, None] * 2
    site = build(
        write_project(tmp_path, frames, '[site]\ncards = false\n[board]\nbaseline = "ref"')
    )
    stats = site.api("stats")
    assert [1, 1, 0] == [
        stats[f"tasks_{name}_baseline"]
        for name in ("clearly_above", "not_separable_from", "clearly_below")
    ]


def test_leader_that_one_task_makes(tmp_path):
    """Its lead comes from the first of three tasks."""
    tuned = {"alpha": [1.0, 0.2, 0.2], "beta": [0.3, 0.4, 0.4]}
    tasks: Columns = {"score_min": [0.0] * 3, "score_max": [1.0] * 3, "category": ["x", "y", "y"]}
    frames = make_frames({"tuned": tuned}, tasks=tasks)
    site = make_site(write_project(tmp_path, frames, "[site]\ncards = false"))
    found = leader_by_rule(site)
    assert found is not None
    assert (
        "Which model leads depends on the averaging: alpha by 2 of 4 rules, or "
        "beta. With one task left out, alpha stays first in 2 of 3 cases, but not without t1. "
        "The lead over beta is +0.100; without t1, which changes it most "
        "(233\N{NO-BREAK SPACE}% of the lead), it is \N{MINUS SIGN}0.200."
    ) == f"{found.title} {found.note}"
    assert lifts_by_metric(site) is None


def test_single_model_has_no_rivals_by_any_rule():
    site = built("one_model")
    assert not site.page("models/").select("#by-rules, #by-metrics")
    assert "api/v1/robustness.json" not in site.files


@pytest.mark.parametrize("name", SHAPES)
def test_every_board_has_its_own_rule_first(name):
    site = built(name)
    if "api/v1/robustness.json" in site.files:
        first, *others = site.api("robustness")["rules"]
        assert (site.api("stats")["ranked_by"], None, True) == (
            first["rule"],
            first["metric"],
            first["same"],
        )
        leaders = [m["model"] for m in site.api("models") if m["rank"] == 1]
        assert leaders == first["leaders"]
        assert all(r["lead"] >= 0 for r in others)
