"""Flagged scores: shown with their reason wherever they stand, whether they count or not."""

import gzip
import re

import pytest

from tests.helpers.boards import row_of, rows_of, scores_on
from tests.helpers.measured import LEAKED, PROMPT, measured_results, measured_site
from tests.helpers.sites import table, visible

both = pytest.mark.parametrize("exclude", [False, True])


# --- what is computed ---------------------------------------------------------------------------


def test_a_flagged_score_that_is_left_out_counts_in_nothing():
    """No rank, no win, no lift, no average; all ranks are as if it were not there."""
    results = measured_results(exclude=True)
    task = results.task("quiz")
    tuned = [s for s in scores_on(results.scores, "quiz") if s.variant == "tuned"]
    assert [("a", 1), ("b", 2)] == [(s.model, s.rank) for s in tuned]
    assert ("a",) == task.best["tuned"].models
    standing = row_of(results.board, "d")
    assert (None, 0, None, 0, "flagged") == (
        standing.rank,
        standing.scored,
        standing.average,
        standing.wins,
        standing.unranked,
    )
    # lifts over base on quiz: a 0.3, b 0.35
    assert 0.325 == pytest.approx(task.mean_lift_over_base)


def test_reason_of_a_model_without_a_rank():
    standings = rows_of(measured_results(exclude=True).board)
    reasons = {s.model: s.unranked for s in standings if s.rank is None}
    assert {"d": "flagged", "g": "no score", "c": "coverage"} == reasons


# --- what is shown ------------------------------------------------------------------------------


def test_the_ranking_marks_flagged_scores_that_count():
    rows = table(measured_site(exclude=False).page("tasks/quiz/"), "ranking")
    assert ["1", "2", "3", "4"] == [row["rank"].text for row in rows[:4]]
    assert {"d": ("flagged",), "a": (), "b": (), "c": ("flagged",), "g": ()} == {
        row["model"].text: row["tuned"].tags for row in rows
    }


def test_the_ranking_lists_flagged_scores_that_do_not_count_last():
    rows = table(measured_site(exclude=True).page("tasks/quiz/"), "ranking")
    assert ["a", "b", "g", "c", "d"] == [row["model"].text for row in rows]
    c, d = rows[-2:]
    assert ("\N{EN DASH}", "0.600") == (c["rank"].text, c["tuned"].text)
    assert ("0.950", 0.95, "0.300") == (d["tuned"].text, d["tuned"].number, d["base"].text)
    assert {"not ranked: flagged"} == {c["model"].note, d["model"].note}
    assert {("flagged",)} == {c["tuned"].tags, d["tuned"].tags}


@both
def test_a_tasks_page_gives_the_reasons_as_text(exclude):
    page = measured_site(exclude=exclude).page("tasks/quiz/")
    rows = [
        tuple(row[key].text for key in ("model", "variant", "score", "reason"))
        for row in table(page, "flagged-scores")
    ]
    assert [
        ("c", "Tuned", "0.600", PROMPT),
        ("d", "Tuned", "0.950", LEAKED),
        ("d", "Base", "0.300", LEAKED),
    ] == rows
    notes = (
        "It counts like any other score.",
        "does not count in any rank, average or first place.",
    )
    assert notes[exclude] in visible(page)
    assert notes[not exclude] not in visible(page)


@both
def test_every_score_of_a_model_is_on_its_page(exclude):
    page = measured_site(exclude=exclude).page("models/d/")
    rows = table(page, "all-scores")
    assert {"score-quiz", "score-essay", "score-plain"} == {
        str(row["id"]) for row in page.select("#all-scores tbody tr")
    }
    for variant in ("tuned", "base"):
        assert {("flagged",)} == {row[f"score_{variant}"].tags for row in rows}
    # Where no score counts, none has a place.
    assert exclude == ("rank_tuned" not in rows[0])
    (flag,) = page.select("h3:-soup-contains('Read with care') + dl dd")
    assert LEAKED == visible(flag)


def test_a_model_whose_scores_are_all_left_out_keeps_its_place():
    site = measured_site(exclude=True)
    said = "d is not ranked: its scores are flagged, and flagged scores do not count."
    assert said in visible(site.page("models/d/"))
    (board,) = (t["id"] for t in site.page("models/").select("[data-view-of=tuned] table"))
    rows = {row["model"].text: row for row in table(site.page("models/"), str(board))}
    assert "not ranked: flagged" == rows["d"]["model"].note
    assert "\N{EN DASH}" == rows["d"]["rank"].text
    assert "1 model whose scores are flagged" in visible(site.page(""))


def test_the_best_score_is_marked_where_it_is_flagged():
    site = measured_site(exclude=False)
    best = table(site.page("tasks/"), "task-list")
    assert {"quiz": ("flagged",), "essay": ("flagged",), "plain": ()} == {
        row["task"].text: row["best_model"].tags for row in best
    }
    matrix = site.page("models/").select("#scores-score")[0]
    heads = [str(head.get("data-title")) for head in matrix.select("thead th")]
    (row,) = (row for row in matrix.select("tbody tr") if visible(row.select("th")[0]) == "c")
    flagged = {
        name: "flagged" in str(cell.get("class"))
        for name, cell in zip(heads, row.find_all(["th", "td"]), strict=True)
    }
    assert {"quiz": True, "essay": False, "plain": False} == {
        name: flagged[name] for name in ("quiz", "essay", "plain")
    }


@both
def test_the_api_lists_flagged_scores(exclude):
    """With the reason, and whether they count; those that do not are in no other list."""
    site = measured_site(exclude=exclude)
    quiz = site.tasks()[0]
    assert [
        {"model": "c", "variant": "tuned", "score": 0.6, "reason": PROMPT, "counts": not exclude},
        {"model": "d", "variant": "tuned", "score": 0.95, "reason": LEAKED, "counts": not exclude},
        {"model": "d", "variant": "base", "score": 0.3, "reason": LEAKED, "counts": not exclude},
    ] == quiz["flagged"]
    assert (not exclude) == any(score["model"] == "d" for score in quiz["scores"])
    unranked = {row["model"]: row["unranked"] for row in site.api("models")}
    assert ("flagged" if exclude else None) == unranked["d"]


@both
def test_downloads_hold_every_score(exclude):
    packed = measured_site(exclude=exclude).files["downloads/results.csv.gz"]
    text = gzip.decompress(packed).decode()
    assert 7 == len(re.findall(f"{LEAKED}|{PROMPT}", text))


def test_reasons_are_text():
    source = measured_site(exclude=True).html["tasks/quiz/index.html"]
    assert "<i>test set</i>" not in source
    assert "&lt;i&gt;test set&lt;/i&gt;" in source
    assert LEAKED == measured_results(exclude=True).task("quiz").flagged[1].reason


def test_a_board_without_flags_says_nothing_of_them(index_site):
    for path in ("tasks/gsm8k/", "models/zephyr-7b-beta/", "about/"):
        assert "flagged" not in visible(index_site.page(path)).lower(), path
