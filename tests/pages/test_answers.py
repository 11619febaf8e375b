"""The answer on top of the pages of models and tasks: its words by hand, and its button."""

import pytest

from tests.helpers.boards import make_frames
from tests.helpers.browsing import NARROW, breaches, open_page, overflow
from tests.helpers.sites import BuiltSite, build, single_spaced, visible
from tests.helpers.tables import write_project

# Each gains 0.2 or 0.3 on seven tasks; b loses as much; c gains and loses in turn.
BEFORE = [0.5, 0.4, 0.5, 0.4, 0.5, 0.4, 0.5]
AFTER = {
    "a": [0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7],
    "b": [0.3, 0.1, 0.3, 0.1, 0.3, 0.1, 0.3],
    "c": [0.6, 0.3, 0.6, 0.3, 0.6, 0.3, 0.6],
}


@pytest.fixture
def made(tmp_path):
    """Builds a board of scores by variant and model."""

    def make(scores, toml: str = "") -> BuiltSite:
        return build(write_project(tmp_path, make_frames(scores), toml))

    return make


def answer(site: BuiltSite, path: str) -> str:
    (said,) = site.page(path).select("#answer")
    return single_spaced(said.get_text())


def test_whether_tuning_pays(made):
    """Means: (4 x 0.5 + 3 x 0.4) / 7 = 0.457 before; (4 x 0.3 + 3 x 0.1) / 7 = 0.214 of b after."""
    site = made({"base": dict.fromkeys(AFTER, BEFORE), "fine_tuned": AFTER})
    assert "Fine-tune a? Yes: from 0.457 to 0.700 (7 tasks)" == answer(site, "models/a/")
    assert "Fine-tune b? No: from 0.457 to 0.214 (7 tasks)" == answer(site, "models/b/")
    assert "Fine-tune c? Not clear: from 0.457 to 0.471 (7 tasks)" == answer(site, "models/c/")
    said = "Which fine-tuned model is best on t1? a: from 0.500 to 0.700"
    assert said == answer(site, "tasks/t1/")


def test_another_variant_is_named_and_two_tasks_are_too_few(made):
    two = {model: scores[:2] for model, scores in AFTER.items()}
    site = made({"base": dict.fromkeys(AFTER, BEFORE[:2]), "sft": two})
    said = (
        "Is the sft score of a better than its base score? Too few tasks to tell: "
        "from 0.450 to 0.700 (2 tasks)"
    )
    assert said == answer(site, "models/a/")


def test_whether_it_beats_the_baseline(made):
    """Without tuning: 0.7 against 0.457, better on every task; the baseline is not the best."""
    site = made({"base": {**AFTER, "ref": BEFORE}}, '[board]\nbaseline = "ref"')
    assert "Is a better than ref? Yes: 0.700 against 0.457 (7 tasks)" == answer(site, "models/a/")
    said = "Is ref the best of 4 models? No: rank 3, mean score 0.457 (7 tasks)"
    assert said == answer(site, "models/ref/")


def test_whether_it_is_the_best(made):
    """Without tuning and baseline: a leads on every task; c is ahead of b on every task."""
    site = made({"base": AFTER})
    said = "Is a the best of 3 models? Yes: rank 1, mean score 0.700 (7 tasks)"
    assert said == answer(site, "models/a/")
    said = "Is b the best of 3 models? No: rank 3, mean score 0.214 (7 tasks)"
    assert said == answer(site, "models/b/")
    assert "Which model is best on t1? a: 0.700" == answer(site, "tasks/t1/")


def test_one_model_alone_has_no_answer(made):
    site = made({"base": {"a": AFTER["a"]}})
    for path in ("models/a/", "tasks/t1/"):
        assert [] == site.page(path).select(".answer")
        assert site.page(path).select_one("p.lede") is not None


def test_the_drawing_is_that_of_the_answer(index_site):
    """0.271 to 0.732 and GPT-4's 0.661 between: the line stands at 85 % of the way."""
    page = index_site.page("models/mistral-7b/")
    (drawing,) = page.select(".answer .dumbbell[role=img]")
    before, after = (float(drawing.select_one(f".db-{end}")["cx"]) for end in ("before", "after"))
    line = float(str(drawing.select_one(".db-reference")["d"])[1:].split()[0])
    expected = (0.661 - 0.271) / (0.732 - 0.271)
    assert pytest.approx(expected, abs=0.005) == (line - before) / (after - before)
    legend = [visible(item) for item in page.select(".answer .legend li")]
    assert ["base", "fine-tuned", "its 95\N{NO-BREAK SPACE}% interval", "GPT-4"] == legend


def test_an_answer_is_shared(chromium, home):
    page, heard = open_page(
        chromium,
        f"{home}models/mistral-7b/",
        NARROW,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()
    assert (
        "Fine-tune Mistral 7B? Yes: from 0.271 to 0.732; GPT-4 0.661 (31 tasks) "
        f"{home}models/mistral-7b/"
    ) == page.evaluate("navigator.clipboard.readText()")
    assert overflow(page) <= 0
    assert [] == heard.complaints
    assert [] == breaches(page)
