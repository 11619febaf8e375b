"""The answer on top of the page of a model: its words by hand, its drawing, how it is shared."""

import pytest

from site_builder.pages.answers import model_answer
from tests.helpers.boards import make_frames
from tests.helpers.browsing import NARROW, open_page, overflow
from tests.helpers.sites import make_site
from tests.helpers.tables import write_project

# Each gains 0.2 or 0.3 on seven tasks; b loses as much; c gains and loses in turn.
BEFORE = [0.5, 0.4, 0.5, 0.4, 0.5, 0.4, 0.5]
AFTER = {
    "a": [0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7],
    "b": [0.3, 0.1, 0.3, 0.1, 0.3, 0.1, 0.3],
    "c": [0.6, 0.3, 0.6, 0.3, 0.6, 0.3, 0.6],
}
BASE = dict.fromkeys(AFTER, BEFORE)
TUNED = {"base": BASE, "fine_tuned": AFTER}
UNITS = {"metric": [f"metric {n}" for n in range(7)]}
TASKS = [f"t{n}" for n in range(1, 8)]


@pytest.fixture
def answer(tmp_path):
    """The answer of a model of a board of runs."""

    def make(model, runs, toml="", **frames):
        site = make_site(write_project(tmp_path, make_frames(runs, **frames), toml))
        found = model_answer(site.of_entries[model], model)
        assert found is not None
        return found

    return make


def said_by(answer):
    """The question with its answer."""
    return f"{answer.question} {answer.headline}"


@pytest.mark.parametrize(("model", "apart"), [("a", 0.463), ("c", 0.25)])
def test_names_of_a_change_stand_at_its_ends_or_further_apart(answer, model, apart):
    """1.7 / 7 of 0.525: the range of all averages is 0.486, and each end has 4 % more."""
    first, last = answer(model, TUNED).labels
    assert pytest.approx(apart, abs=0.001) == last.at - first.at


def test_lower_is_better(answer):
    found = answer("b", TUNED, lower=TASKS)
    said = "Does fine-tuning help? Lower is better. Yes: 0.457 to 0.214"
    assert said == said_by(found)


def test_tasks_in_several_units_have_no_mean(answer):
    """It gains on each of seven tasks, and there is nothing to draw."""
    found = answer("a", TUNED, tasks=UNITS)
    assert ("Yes: better on 7 of 7 tasks", None) == (found.headline, found.drawing)


@pytest.mark.parametrize(
    ("runs", "model", "said"),
    [
        # (4 x 0.5 + 3 x 0.4) / 7 = 0.457 before; of b (4 x 0.3 + 3 x 0.1) / 7 = 0.214 after
        (TUNED, "a", "Does fine-tuning help? Yes: 0.457 to 0.700"),
        (TUNED, "b", "Does fine-tuning help? No: 0.457 to 0.214"),
        (TUNED, "c", "Does fine-tuning help? Too close to call: 0.457 to 0.471"),
        # Another variant is named, and two tasks are too few.
        (
            {"base": dict.fromkeys(AFTER, BEFORE[:2]), "sft": {m: s[:2] for m, s in AFTER.items()}},
            "a",
            "Is the sft score better than the base score? Too few tasks to tell: 0.450 to 0.700",
        ),
        # The place without tuning: first, last, alone, all level, shared, not ranked.
        ({"base": AFTER}, "a", "Model leaderboard: mean score over 7 tasks 1st of 3: 0.700"),
        ({"base": AFTER}, "b", "Model leaderboard: mean score over 7 tasks 3rd of 3: 0.214"),
        ({"base": {"a": [0.5]}}, "a", "Model leaderboard: t1 0.500"),
        (
            {"base": {model: [0.5, 0.4] for model in "abc"}},
            "a",
            "Model leaderboard: mean score over 2 tasks Level with all 2 others: 0.450",
        ),
        (
            {"base": {"a": [0.5, 0.4], "b": [0.4, 0.5], "c": [0.1, 0.1]}},
            "b",
            "Model leaderboard: mean score over 2 tasks 1st of 3, shared: 0.450",
        ),
        (
            {"base": {"a": [0.5, 0.4], "b": [0.4, None]}},
            "b",
            "Model leaderboard: mean score over 1 task Not ranked: scores on 1 of 2 tasks",
        ),
        # Without a tuned score it stands on the board of base scores: 0.457, as all before tuning.
        (
            {"base": {**AFTER, "ref": BEFORE}, "tuned": AFTER},
            "ref",
            "Base: mean score over 7 tasks 3rd of 4: 0.457",
        ),
    ],
)
def test_the_answer_in_words(answer, runs, model, said):
    assert said == said_by(answer(model, runs))


def test_the_ranks_that_it_could_have(answer):
    """The first is ahead of both on each task by at least 0.1; on two tasks nothing is tested."""
    assert ("1", "of 3, ranks it could have") == answer("a", TUNED).ranks[1:]
    of_ticks = [label for label in answer("a", {"base": AFTER}).labels if not label.name]
    assert {True} == {label.is_below for label in of_ticks}
    two = {variant: {m: s[:2] for m, s in models.items()} for variant, models in TUNED.items()}
    assert ("1", "of 3, its rank") == answer("a", two).ranks[1:]


def test_the_name_of_the_baseline_stays_on_the_drawing(answer):
    """It is far ahead of all others, so that its line is near the end."""
    runs = {"base": {**BASE, "ref": [0.99] * 7}, "fine_tuned": AFTER}
    labels = answer("a", runs, '[board]\nbaseline = "ref"').labels
    assert {"ref": 0.88} == {label.name: label.at for label in labels if label.is_below}


def test_no_score_has_no_answer(tmp_path):
    frames = make_frames({"base": {"a": [0.5], "ghost": [None]}})
    site = make_site(write_project(tmp_path, frames, ""))
    assert model_answer(site.of_entries["ghost"], "ghost") is None


def test_the_drawing_is_that_of_the_answer(index_site):
    """0.271 to 0.732 and GPT-4's 0.661 between: the line stands at 85 % of the way."""
    page = index_site.page("models/mistral-7b/")
    (drawing,) = page.select(".answer-drawing .drawing[role=img]")
    marks = {
        str(mark["class"]): float(str(mark.get("cx", mark.get("x"))).rstrip("%"))
        for mark in drawing.select("[class]")
    }
    places = {name.split("'")[1].removeprefix("m-"): at for name, at in marks.items()}
    expected = (0.661 - 0.271) / (0.732 - 0.271)
    found = (places["reference"] - places["base"]) / (places["score"] - places["base"])
    assert pytest.approx(expected, abs=0.005) == found
    labels = [label.get_text() for label in page.select(".answer-labels > span")]
    assert ["base 0.271", "fine-tuned 0.732", "GPT-4 0.661"] == labels


def test_an_answer_is_shared(chromium, home):
    page, heard = open_page(
        chromium,
        f"{home}models/mistral-7b/",
        NARROW,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.locator(".subject-ways summary").click()
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()
    said = f"Does fine-tuning help? Yes: 0.271 to 0.732 {home}models/mistral-7b/"
    assert said == page.evaluate("navigator.clipboard.readText()")
    assert overflow(page) <= 0
    assert [] == heard.complaints
