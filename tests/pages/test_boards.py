"""Boards that are not like the Index come out whole, and say no more than their data does."""

import gzip
import json
import re

import pytest
from bs4 import Tag

from tests.helpers.hostile import RUNS
from tests.helpers.odd_boards import (
    NO_BASELINE,
    SHAPES,
    built,
)
from tests.helpers.sites import BuiltSite, build, faults_of, single_spaced, table, visible
from tests.helpers.tables import board as fixture_board
from tests.helpers.tables import write_project

WITHOUT_BASELINE = ("three_columns", "one_score", "one_model", "tuned_only", "failed_requests")
WITHOUT_LIFT = (
    "three_columns",
    "one_score",
    "tuned_only",
    "without_results",
    "failed_requests",
    "peft_methods",
)
OVER_BASELINE = {
    "lift_over_baseline",
    "beats",
    "baseline",
    "baseline_score",
    "best_lift_over_baseline",
    "beating",
}
# Pages whose words are about the generator, whatever the board.
ANY_BOARD = ("data/index.html",)
MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"

every_board = pytest.mark.parametrize(
    "name", ["index", *SHAPES, "jp_finetuned", "peft_methods", f"pythia {NO_BASELINE}"]
)
every_shape = pytest.mark.parametrize("name", SHAPES)


def column_keys(site: BuiltSite) -> set[str]:
    """The keys of every column of every table of a site."""
    return {
        key
        for html in site.html.values()
        for key in re.findall(r'<th[^>]* data-key="?([^" >]*)', html)
    }


def pages_saying(site: BuiltSite, word: str) -> list[str]:
    """Pages on which a word can be read or heard."""
    return sorted(
        path
        for path, page in site.readings.items()
        if path not in ANY_BOARD and re.search(word, " ".join(page.words), re.IGNORECASE)
    )


@every_board
def test_every_board_is_whole(name):
    assert [] == faults_of(built(name))


# What only details, score cards and the method say; text of the publisher's is their own.
HEDGES = re.compile(r"\bp\s*[<=>]|\bp.value|±|\+-|\bclear(ly)?\b|\bcorrected\b|\bsignifican")
SAID = "h1, h2, h3, .lede, .note, figcaption, .legend, dt, dd, .tile, main > p, section > p"


@every_board
def test_running_text_does_not_hedge(name):
    found = []
    for path in built(name).html:
        if path.startswith(("about/", "glossary/", "data/", "embed/", "changes/")):
            continue
        if not HEDGES.search(single_spaced(" ".join(built(name).readings[path].words))):
            continue
        texts = [
            visible(tag)
            for tag in built(name).page(path.removesuffix("index.html")).select(SAID)
            if not tag.find_parent("details") and not tag.find_parent(class_="prose")
        ]
        found += [f"{path}: {text}" for text in texts if HEDGES.search(text)]
    assert [] == found


@every_shape
def test_no_page_is_empty(name):
    pages = built(name).readings
    short = [path for path, page in pages.items() if len(" ".join(page.main).split()) < 15]
    # A task or a model that nobody has run has little to say.
    assert [] == [path for path in short if name not in ("without_results", "one_score")]


@every_shape
def test_every_board_of_a_site_has_rows(name):
    site = built(name)
    first = site.page("").select_one("[data-views] table")
    assert isinstance(first, Tag)
    rows = table(site.page(""), str(first["id"]))
    ranks = [row["rank"].number for row in rows if row["rank"].value is not None]
    assert ranks
    assert sorted(ranks, key=lambda rank: rank or 0) == ranks
    assert 1.0 == ranks[0]


@pytest.mark.parametrize("name", [*WITHOUT_BASELINE, f"peft_methods {NO_BASELINE}"])
def test_a_board_without_a_baseline_shows_none(name):
    """No column, no mark, no row for it; and no word of it but in the method."""
    site = built(name)
    assert set() == column_keys(site) & OVER_BASELINE
    marked = re.compile("m-(reference|baseline)")
    assert [] == [path for path, html in site.html.items() if marked.search(html)]
    rows = {path for path, html in site.html.items() if re.search('<tr class="?reference', html)}
    assert rows <= {"models/index.html", "embed/scores/index.html"}  # medians of the matrix
    said = pages_saying(site, "baseline")
    assert [] == [path for path in said if path != "about/index.html" or NO_BASELINE in name]


@pytest.mark.parametrize("name", WITHOUT_LIFT)
def test_a_board_without_a_base_shows_no_lift(name):
    """No column, no view, no chart of it; and no word of it."""
    site = built(name)
    keys = {key for key in column_keys(site) if "lift" in key} - OVER_BASELINE
    assert set() == keys
    assert [] == [path for path in site.html if re.search('data-view="?lift', site.html[path])]
    assert [] == pages_saying(site, r"\blifts?\b")
    assert "analysis/index.html" not in pages_saying(site, r"\bgains?\b")


def test_pythia():
    """Accuracies and one perplexity: no mean over all, the win rate ranks, and that is said."""
    site = built("pythia")
    found = site.api("stats")
    assert ("mean_win_rate", "zero_shot") == (found["ranked_by"], found["variants"][-1])
    keys = {
        str(head["data-key"])
        for path in ("", "models/")
        for head in site.page(path).select("th[data-key]")
    }
    assert {"win_rate"} == keys & {"average", "win_rate"}
    assert "because the tasks state no common unit and direction" in visible(site.page("about/"))
    perplexity = next(task for task in site.tasks() if not task["higher_is_better"])
    best = perplexity["best"]["zero_shot"]["score"]
    assert min(s["score"] for s in perplexity["scores"] if s["variant"] == "zero_shot") == best


def test_fine_tuning_methods():
    """One variant, bytes beside shares, lower is often better: no toggle, readable numbers."""
    site = built("peft_methods")
    assert [] == site.page("").select("[data-view]")
    assert 1 == len(site.page("").select("[data-view-of]"))
    text = visible(site.page("tasks/"))
    assert "lower is better" in text
    assert re.search(r"\d\N{NO-BREAK SPACE}G\b", text)
    assert None is re.search(r"\d{8,}", text)
    # 4371 pairs over six tasks: hardly a method can be told from another, which is said once.
    [view] = site.page("models/").select("[data-views=view] .view")
    assert [] == view.select("tr.level")
    assert 1 == visible(view).count("are too close to call")


def test_columns_beyond_the_contract_are_offered():
    site = built("jp_finetuned")
    text = visible(site.page("data/"))
    assert "dataset_url" in text
    columns = json.loads(gzip.decompress(site.files["downloads/results.json.gz"]))[0]
    assert {"model", "task", "variant", "score"} <= set(columns)
    assert "task_version an extra column of this board" in re.sub(rf" {DASH} {DASH}", "", text)


def test_the_least_board():
    site = built("three_columns")
    navigation = [visible(link) for link in site.page("").select(".nav a")]
    assert ["Choose", "Models", "Tasks", "Compare", "Data", "About"] == [
        label for label in navigation if label != "Analysis"
    ]
    assert [] == [path for path in site.html if path.startswith(("serving/", "categories/"))]
    assert 1 == len(site.page("").select("[data-view-of]"))


def test_one_score():
    site = built("one_score")
    assert [] == [path for path, page in site.readings.items() if page.data]
    assert "0.500" == visible(site.page("models/only/").select("#answer strong")[0])


def test_one_model():
    site = built("one_model")
    row = table(site.page(""), "board-tuned")[0]
    assert ("only", "+0.050") == (row["model"].text, row["lift_over_base"].text)
    assert [] == site.page("models/only/").select(".pager")


def test_one_model_has_no_win_rate(tmp_path):
    """Without a rival there is none to beat; no column is all dashes."""
    frames, _ = SHAPES["mixed_directions"]()
    frames["results"] = frames["results"].query("model == 'm0'")
    (row,) = table(build(write_project(tmp_path, frames, "")).page(""), "board-tuned")
    assert "1" == row["rank"].text
    assert "win_rate" not in row


def test_one_task():
    site = built("one_task")
    for row in table(site.page(""), "board-tuned"):
        ranked = {
            r["model"].text: r["tuned"].value for r in table(site.page("tasks/one/"), "ranking")
        }
        assert ranked[row["model"].text] == row["average"].value
    # The score on one task is no mean; the glossary and the method speak of all boards.
    said = [path for path, page in site.pages() if "mean score" in visible(page).casefold()]
    assert ["about/index.html", "glossary/index.html"] == sorted(said)


def test_all_scores_equal():
    site = built("all_equal")
    for view in ("board-tuned", "board-lift"):
        rows = table(site.page(""), view)
        assert [1.0] * 6 == [row["rank"].number for row in rows]
    assert {("0.500", "0.000")} == {
        (row["average"].text, row["lift_over_base"].text) for row in rows
    }
    found = site.api("stats")
    counts = ("runs_helped", "runs_hurt", "tasks_beating_baseline", "models_ahead_of_baseline")
    assert dict.fromkeys(counts, 0) == {key: found[key] for key in counts}
    assert (36, 6) == (found["runs_unchanged"], found["tasks_tying_baseline"])
    assert [] == site.page("").select("td.gain, td.loss")


def test_no_task_shared_with_the_baseline():
    site = built("apart")
    found = site.api("stats")
    assert (0, 0) == (found["tasks_compared"], found["models_compared"])
    for row in table(site.page("models/"), "board-tuned"):
        assert not {"lift_over_baseline", "beats"} & {*row}
    assert "ahead of ref" not in visible(site.page("models/m0/"))


def test_large_scores():
    """1e11 is written with a prefix, and sorted by what it is."""
    site = built("large_scores")
    first = table(site.page("tasks/t0/"), "ranking")[0]
    assert "110\N{NO-BREAK SPACE}G" == first["tuned"].text
    assert 1.1e11 == pytest.approx(first["tuned"].number)
    assert [] == [
        path
        for path, page in site.readings.items()
        if re.search(r"\d{3},\d{3},\d{3}", " ".join(page.words))
    ]


def test_lower_is_better():
    """The lowest leads; a score that fell is a gain; one above the baseline's is a loss."""
    site = built("lower_is_better")
    rows = table(site.page(""), "board-tuned")
    assert ["m0", "m1", "m2", "m3"] == [row["model"].text for row in rows]
    assert ["+0.25", "+0.38", "+0.50", "+0.63"] == [row["lift_over_base"].text for row in rows]
    # m0 tuned is 5 - 0.25, the baseline's tuned score 6 - 0.375, and m2 tuned is 7 - 0.5.
    assert ["+0.88", f"{MINUS}0.88"] == [
        rows[0]["lift_over_baseline"].text,
        rows[2]["lift_over_baseline"].text,
    ]
    assert ["5", "0"] == [rows[i]["beats"].text for i in (0, 2)]
    assert "Better on all 5 tasks" in visible(site.page("models/m0/"))
    assert "lower is better" in visible(site.page("tasks/t0/"))


def test_mixed_directions():
    """Ranked by win rate; lift stands on the pages of the tasks, where it has a unit."""
    site = built("mixed_directions")
    assert {"win_rate"} == column_keys(site) & {"average", "win_rate"}
    # On t0 higher is better, so the same fall is a loss there.
    assert f"{MINUS}0.25" == table(site.page("tasks/t0/"), "ranking")[-1]["lift_tuned"].text
    assert "+0.25" == table(site.page("tasks/t1/"), "ranking")[0]["lift_tuned"].text


def test_models_and_tasks_without_results():
    site = built("without_results")
    assert "ghost has no scores on this board." in visible(site.page("models/ghost/"))
    assert "No tuned model has a score on void." in visible(site.page("tasks/void/"))
    assert "data/models.parquet: row 5: no result of model 'ghost'" in site.warnings
    assert "ghost" not in [row["model"].text for row in table(site.page(""), "board-tuned")]


def test_requests_that_all_failed():
    text = visible(built("failed_requests").page("serving/"))
    assert "100\N{NO-BREAK SPACE}%" in text
    assert "1 with code 429" in text
    assert "$1.50" in text


def test_hostile_text_makes_no_element(index_site):
    """No tag and no attribute occurs that the Index has not; no script runs where it stands."""
    pages = built("hostile").readings.values()
    usual = list(index_site.readings.values())
    tags = set().union(*(page.tags for page in pages)) - set().union(*(page.tags for page in usual))
    attributes = set().union(*(page.attributes for page in pages)) - set().union(
        *(page.attributes for page in usual)
    )
    assert (set(), set()) == (tags, attributes)
    assert [] == [page.inline for page in pages if page.inline]


def test_hostile_text_of_the_configuration_is_shown_as_text():
    home = built("hostile").page("")
    assert home.title is not None
    assert f"<script>{RUNS}</script>" == home.title.get_text()
    assert [f"<img src=x onerror={RUNS}>"] == [heading.get_text() for heading in home.select("h1")]
    description = home.find("meta", attrs={"name": "description"})
    assert isinstance(description, Tag)
    assert f'"><script>{RUNS}</script>' == description["content"]
    for shown in (f"<b onclick={RUNS}>", f"</code></pre><script>{RUNS}</script>"):
        assert shown in visible(home)


def test_hostile_text_in_figures_is_shown_as_text():
    """Plotly reads marks like HTML, so no text of the data holds one; nor can it end its script."""
    # Line breaks, and Plotly's own mark for the box that it would draw beside a tip.
    own = re.compile(r"<br>|<extra></extra>")
    for path, page in built("hostile").readings.items():
        for name, text in page.data.items():
            assert "<" not in text, path
            if name:  # a figure
                assert "<" not in own.sub("", json.dumps(json.loads(text))), path


@every_shape
def test_shapes_are_legal(name):
    """None of them is a fault; what is odd about some is a warning, a line each.

    Beside those, many state no direction.
    """
    warned = {"apart": 1, "sparse": 1, "without_results": 3}
    warnings = [w for w in built(name).warnings if "nothing states whether higher" not in w]
    assert warned.get(name, 0) == len(warnings), warnings


def test_a_long_board_is_not_there_twice(project, monkeypatch):
    """Sorted by its column of lifts it would be the same rows."""
    monkeypatch.setattr("site_builder.pages.board_views.LONG", 2)
    site = build(project)
    for path in ("", "models/"):
        shown = {str(found["id"]) for found in site.page(path).select("table[id^=board]")}
        assert {"board-fine-tuned", "board-base"} == shown


def test_lists_beside_the_full_board_are_cut(tmp_path, monkeypatch):
    """Those of tasks and categories; each page says so, and the board has all."""
    for page in ("task", "tasks"):
        monkeypatch.setattr(f"site_builder.pages.{page}.MOST_LISTED", 4)
    site = build(write_project(tmp_path, *SHAPES["all_equal"]()))
    assert 4 == len(table(site.page("tasks/t0/"), "ranking"))
    assert "The first 4 of 6 models." in visible(site.page("tasks/t0/"))
    category = site.page("categories/a/")
    assert 4 == len(table(category, "board-tuned"))
    assert "2 more models" in visible(category)
    assert 6 == len(table(site.page("models/"), "board-tuned"))


def test_an_entry_has_a_page_with_tasks_that_are_on_no_board_of_its_own(tmp_path):
    boards = "".join(f"[[boards]]\nid = '{task}'\ntasks = ['{task}']\n" for task in ("add", "sort"))
    site = build(write_project(tmp_path, fixture_board(), boards))
    assert [] == faults_of(site)
    found = table(site.page("models/alpha/index.html"), "all-scores")
    assert ["Addition", "Sorting"] == sorted(row["task"].text for row in found)
