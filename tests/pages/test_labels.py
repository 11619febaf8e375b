"""How a board's models, tasks, variants and scores are called and written."""

import pytest

from site_builder.compute.tasks import Best
from site_builder.formatting import NumberFormat
from site_builder.messages import with_article
from tests.helpers.boards import make_frames, scores_on
from tests.helpers.charted import draw, drawn
from tests.helpers.odd_boards import SHAPES, built

BOTH = {"base": {"a": [0.1, 0.2]}, "fine_tuned": {"a": [0.5, 0.7]}}
ONE = {"base": {"a": [0.1]}}
THREE = {"base": {"a": [0.1]}, "sft": {"a": [0.2]}, "ppo": {"a": [0.3]}}


def labels_of(runs, lower=(), tasks=None, **board):
    return draw(make_frames(runs, lower, tasks), **board)[1]


@pytest.mark.parametrize(
    ("runs", "tuned", "base", "contender", "is_lifted"),
    [
        (BOTH, "fine-tuned", "base", "fine-tuned model", True),
        (THREE, "tuned", "base", "tuned model", True),
        (ONE, "tuned", "score", "model", False),
        ({"tuned": {"a": [0.1]}}, "tuned", "", "tuned model", False),
    ],
)
def test_how_variants_are_called(runs, tuned, base, contender, is_lifted):
    """One tuned variant by its name; where there is one variant alone, nothing is lifted."""
    labels = labels_of(runs)
    assert (tuned, base, contender) == (labels.tuned, labels.base, labels.contender)
    assert (is_lifted, "") == (labels.lifted, labels.baseline)


@pytest.mark.parametrize(
    ("label", "in_sentence"),
    [
        ("Fine-tuned", "fine-tuned"),
        ("SFT", "SFT"),
        ("LoRA", "LoRA"),
        ("5-shot", "5-shot"),
    ],
)
def test_label_in_a_sentence(label, in_sentence):
    """Begins small, unless it is a name with capitals of its own."""
    labels = labels_of(BOTH, labels={"fine_tuned": label})
    assert in_sentence == labels.in_sentence("fine_tuned")


def test_run_names_the_variant_where_several_compete():
    labels = labels_of(THREE, labels={"sft": "SFT"})
    assert ["a (SFT)"] == labels.runs(Best(("a",), 0.5, ("sft",)))
    assert ["a"] == labels_of(BOTH).runs(Best(("a",), 0.5, ("fine_tuned",)))
    assert ["a"] == labels_of(ONE).runs(Best(("a",), 0.5, ("base",)))


def test_runs_are_all_who_tie():
    results, labels = draw(
        make_frames({"base": {"a": [0.1]}, "sft": {"a": [0.5]}, "ppo": {"b": [0.5]}})
    )
    best = results.tasks[0].best_contender
    assert best is not None
    assert ["a (Sft)", "b (Ppo)"] == labels.runs(best)


def test_served_model_need_not_be_on_the_board():
    labels = drawn("fixture")[1]
    assert "Alpha, host" == labels.served("host", "alpha")
    assert "other-7b, host" == labels.served("host", "other-7b")


def test_scores_of_each_task_are_written_in_its_own_scale():
    """0.9 at three places, 90 at one, 9 thousand million with a prefix; averages in the group's."""
    tasks = {"metric": ["f1", "f1", "loss"], "score_max": [1.0, 1.0, None]}
    labels = labels_of({"base": {"a": [0.9, 0.25, 9e9]}}, tasks=tasks)
    assert [NumberFormat(3), NumberFormat(3), NumberFormat(0, compact=True)] == [
        labels.scales[t] for t in ("t1", "t2", "t3")
    ]
    assert NumberFormat(3) == labels.scale


@pytest.mark.parametrize(
    ("scores", "scale"),
    [
        # The largest asks for one decimal, the fastest two for three.
        ([50.0, 4.0, 0.013, 0.014], NumberFormat(3)),
        # As many as the data state: these are equal.
        ([0.25, 0.25, 0.5, 0.75], NumberFormat(3)),
        # At most six.
        ([0.1, 0.10000001, 0.2, 0.3], NumberFormat(6)),
        # Digits of large scores, in place of decimals.
        ([2.012e10, 2.013e10, 2.5e10, 3.0e10], NumberFormat(0, compact=True, digits=4)),
        # Those before the point count too.
        ([1515.102, 1515.104, 1400.0, 1300.0], NumberFormat(2)),
    ],
)
def test_scores_ranked_apart_are_written_apart(scores, scale):
    labels = labels_of({"base": {f"m{i}": [score] for i, score in enumerate(scores)}})
    assert scale == labels.scales["t1"]
    written = {labels.scale.score(score) for score in scores}
    assert len(set(scores)) == len(written) or scale.places in (2, 6)


def test_averages_ranked_apart_are_written_apart():
    """2.503 and 2.498; the scores are stated with three decimals, so no more are shown."""
    runs = {"base": {"a": [5.001, 0.005], "b": [4.991, 0.005], "c": [50.0, 0.0]}}
    labels = labels_of(runs)
    assert ("2.503", "2.498") == (labels.scale.score(2.503), labels.scale.score(2.498))


def test_win_rates_ranked_apart_are_written_apart():
    """61 models on one task have win rates 1/60 apart, 101 models on three 1/300."""
    runs = {"base": {f"m{i}": [float(i), float(-i if i < 2 else i), 0.0] for i in range(101)}}
    results, labels = draw(make_frames(runs), rank_by="mean_win_rate")
    rates = {results.board.merit(s) for s in results.board.ranked}
    assert len(rates) == len({labels.rate_scale.score(rate) for rate in rates})


def test_averages_of_a_category_are_written_in_its_own_scale():
    """Seconds of one category, and shares of another."""
    tasks = {"category": ["A", "B"], "metric": ["seconds", "share"]}
    runs = {"base": {"a": [500.0, 0.25], "b": [600.0, 0.5]}}
    labels = labels_of(runs, tasks=tasks)
    assert {"A": NumberFormat(1), "B": NumberFormat(3)} == labels.category_scales


@pytest.mark.parametrize("name", ["index", "large_scores", "sparse", "lower_is_better"])
def test_no_neighbours_of_a_board_are_written_alike(name):
    """Of each task and variant, unless the data state no more digits."""
    results, labels = drawn(name) if name == "index" else draw(SHAPES[name]()[0])
    for task in results.scores.tasks:
        by_variant: dict[str, set[float]] = {}
        for score in scores_on(results.scores, task):
            by_variant.setdefault(score.variant, set()).add(score.score)
        for scores in by_variant.values():
            assert len(scores) == len({labels.scales[task].score(score) for score in scores})


def test_all_tasks_are_side_by_side_where_averages_mean_something():
    labels = labels_of({"base": {"a": [0.1, 0.2, 0.3]}})
    assert ("t1", "t2", "t3") == labels.side_by_side
    assert labels.are_side_by_side(["t3", "t1"])


def test_largest_group_is_side_by_side_elsewhere():
    """Tasks of one metric and direction; a category across the border has no mean."""
    tasks = {"metric": ["accuracy", "loss", "accuracy"]}
    labels = labels_of({"base": {"a": [0.1, 2.0, 0.3]}}, lower=["t2"], tasks=tasks)
    assert ("t1", "t3") == labels.side_by_side
    assert not labels.are_side_by_side(["t1", "t2"])


@pytest.mark.parametrize("name", ["lower_is_better", "mixed_directions"])
def test_every_heading_of_differences_says_that_they_are_turned(name):
    site = built(name)
    pages = [site.page(path) for path in ("", "models/", "tasks/")]
    heads = [str(head["title"]) for page in pages for head in page.select("thead th[title]")]
    differences = [text for text in heads if " minus " in text]
    assert differences
    assert [] == [text for text in differences if "turned" not in text and "positive" not in text]


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("fine-tuned model", "a fine-tuned model"),
        ("instruct model", "an instruct model"),
        ("SFT model", "an SFT model"),
        ("one-shot model", "a one-shot model"),
        ("8-bit model", "an 8-bit model"),
        ("11B model", "an 11B model"),
        ("180B model", "a 180B model"),
        ("unit", "a unit"),
        ("unimportant one", "an unimportant one"),
        ("", "a "),
    ],
)
def test_article_is_the_one_that_is_spoken(phrase, said):
    assert said == with_article(phrase)
