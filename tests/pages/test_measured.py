"""What a site shows of the errors of single scores; where none is known, nothing."""

import pytest
from scipy.stats import binomtest

from tests.helpers.measured import measured_site
from tests.helpers.sites import table, visible


def test_the_api_has_the_errors():
    quiz, essay, plain = measured_site(exclude=True).tasks()
    a, b = quiz["scores"][:2]
    assert (0.04, 100, True) == (a["stderr"], a["n_examples"], a["tied_with_best"])
    wilson = binomtest(80, 100).proportion_ci(method="wilson")
    assert [wilson.low, wilson.high] == pytest.approx(a["interval"])
    assert True is b["tied_with_best"]
    c = next(s for s in essay["scores"] if s["model"] == "c" and s["variant"] == "tuned")
    keys = ("interval", "stderr", "n_examples", "tied_with_best")
    assert [None] * 4 == [c[key] for key in keys]
    assert {None} == {score[key] for score in plain["scores"] for key in keys}


def test_a_task_without_errors_shows_none(index_site):
    page = index_site.page("tasks/drop/")
    assert {()} == {cell.tags for row in table(page, "ranking") for cell in row.values()}
    assert [] == page.select("#ranking .m-band, #ranking [data-details]")
    (drop,) = (task for task in index_site.tasks() if task["task"] == "drop")
    keys = ("interval", "stderr", "n_examples", "n_examples_range", "tied_with_best")
    assert {None} == {score[key] for score in drop["scores"] for key in keys}


def test_a_task_of_which_only_the_split_is_known(index_site):
    """The split has 1,319 examples; of 764, all scores are shares with three decimals."""
    (gsm8k,) = (task for task in index_site.tasks() if task["task"] == "gsm8k")
    best = max(
        (score for score in gsm8k["scores"] if score["variant"] == "fine_tuned"),
        key=lambda score: score["score"],
    )
    assert (0.569, None, [764, 1319]) == tuple(
        best[key] for key in ("score", "n_examples", "n_examples_range")
    )
    wilson = binomtest(round(0.569 * 764), 764).proportion_ci(method="wilson")
    assert pytest.approx([wilson.low, wilson.high], abs=5e-4) == best["interval"]
    shown = visible(index_site.page("tasks/gsm8k/"))
    assert "up to 1,319 test examples" in shown
    assert "95\N{NO-BREAK SPACE}% interval, for 764 examples" in shown
    (cell,) = index_site.page("models/gemma-7b/").select("#score-gsm8k td.merit")
    assert ["764", "1319"] == str(cell["data-details"]).split()[-2:]


def test_a_task_whose_scores_give_the_number_of_examples(index_site):
    """Every score is k of 71; no smaller number gives them all."""
    (wnli,) = (task for task in index_site.tasks() if task["task"] == "glue_wnli")
    assert {(71, (71, 71))} == {
        (score["n_examples"], tuple(score["n_examples_range"])) for score in wnli["scores"]
    }
    assert "71 test examples" in visible(index_site.page("tasks/glue-wnli/"))
