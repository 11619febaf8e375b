"""The views of boards: who leads, what a row shows, drawings and legends."""

import pytest
from bs4 import Tag

from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.board_views import BoardView, board_views
from site_builder.pages.model import model_summary
from site_builder.table_model import Cell
from tests.helpers.boards import make_frames
from tests.helpers.odd_boards import SHAPES, built
from tests.helpers.sites import cells_of, make_site, table, visible
from tests.helpers.tables import having, write_project

VARIANTS = {"board-fine-tuned": "fine_tuned", "board-base": "base"}
DASH = "\N{EN DASH}"


def views_of(root, runs, toml="", models=None, **options) -> dict[str, BoardView]:
    """The views of a full board, by id."""
    frames = make_frames(runs, **options)
    frames["models"] = having(frames["models"], **(models or {}))
    site = make_site(write_project(root, frames, toml))
    spec = BoardTableSpec(site, site.results.boards, full=True)
    return {view.id: view for view in board_views(spec)}


def rows_of(view: BoardView) -> dict[str, dict[str, Cell]]:
    """The cells of a view, by the text of its name and the key of its column."""
    keys = [column.key for column in view.table.columns]
    cells = [dict(zip(keys, row.cells, strict=True)) for row in view.table.rows]
    return {row["model"].text: row for row in cells}


@pytest.fixture(scope="module")
def gaps(tmp_path_factory):
    """A board of seven tasks between 0 and 1, on which one model lacks two."""
    tuned = {
        "a": [0.9, 0.8, 0.9, 0.8, 0.9, 0.8, 0.9],
        "b": [0.6, 0.5, 0.6, 0.5, 0.6, 0.5, 0.6],
        "c": [0.5, 0.7, 0.4, 0.6, 0.5, None, None],
    }
    toml = "[board]\nmin_coverage = 0.5\nrank_by = 'mean'\n"
    tasks = {"score_min": [0.0] * 7, "score_max": [1.0] * 7}
    return views_of(tmp_path_factory.mktemp("gaps"), {"tuned": tuned}, toml, tasks=tasks)


# --- who leads ------------------------------------------------------------------------------------

FAR, NEAR = [0.9, 0.8, 0.9, 0.8, 0.9, 0.8, 0.9], [0.8, 0.9, 0.8, 0.9, 0.8, 0.9, 0.8]
LOW, LOWER = [0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2], [0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1]
LOWEST = [0.02, 0.01, 0.02, 0.01, 0.02, 0.01, 0.02]


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ({"a": FAR, "b": LOW}, "Mean score over 7 tasks. a leads."),
        ({"a": FAR, "b": NEAR}, "Mean score over 7 tasks. Both models are too close to call."),
        (
            {"a": FAR, "b": NEAR, "c": LOW, "d": LOWER},
            "Mean score over 7 tasks. Two models are too close to call for first.",
        ),
        (
            {"a": FAR, "b": NEAR, "c": LOW},
            "Mean score over 7 tasks. 2 of 3 models are too close to call for first.",
        ),
        ({"a": FAR, "b": FAR}, "Mean score over 7 tasks. Both models are equal."),
        ({"a": FAR}, "Mean score over 7 tasks. a is the only ranked model."),
        ({"a": [0.9], "b": [0.1]}, "Score on t1. Too few tasks to say who leads."),
    ],
)
def test_who_leads_and_how_firmly(tmp_path, models, said):
    assert said == views_of(tmp_path, {"base": models})["base"].ranked_by


def test_who_leads_by_a_rule_without_a_test(tmp_path):
    runs, toml = {"base": {"a": FAR[:6], "b": LOW[:6]}}, "[board]\nrank_by = 'median'\n"
    said = "Median score over 6 tasks. a is first."
    assert said == views_of(tmp_path, runs, toml)["base"].ranked_by


def test_the_level_rows_have_a_rail_unless_most_are_level(tmp_path):
    runs = {"base": {"a": FAR, "b": NEAR, "c": LOW, "d": LOWER}}
    rows = views_of(tmp_path / "few", runs)["base"].table.rows
    assert [True, True, False, False] == [row.is_level for row in rows]
    del runs["base"]["d"]
    assert not any(row.is_level for row in views_of(tmp_path / "most", runs)["base"].table.rows)


def test_nothing_is_said_of_a_leader_that_a_first_filter_hides(tmp_path):
    toml = "[board]\nfilters = { kind = ['open'] }\n[facets]\nkind = {}\n"
    runs, models = {"base": {"a": FAR, "b": LOW}}, {"kind": ["closed", "open"]}
    view = views_of(tmp_path / "hidden", runs, toml, models)["base"]
    assert "Mean score over 7 tasks." == view.ranked_by
    assert (False, True) == view.table.shown
    models = {"kind": ["open", "closed"]}
    assert views_of(tmp_path / "seen", runs, toml, models)["base"].ranked_by.endswith("a leads.")
    # Nor does one that lacks a score, so that it has no rank, stand in the way.
    gap = {"base": {**runs["base"], "c": [*[0.95] * 6, None]}}
    models = {"kind": ["open"] * 3}
    assert views_of(tmp_path / "gap", gap, toml, models)["base"].ranked_by.endswith("a leads.")


def test_a_filter_offers_the_values_of_a_facet_in_their_stated_order(tmp_path):
    toml = "[facets]\neffort = { order = ['low', 'medium', 'high'] }\n"
    runs, models = {"base": {"a": FAR, "b": LOW}}, {"effort": ["high", "low"]}
    tools = views_of(tmp_path, runs, toml, models)["base"].table.tools
    assert tools is not None
    (found,) = (each for each in tools.facets if each.key == "effort")
    assert ("low", "medium", "high") == found.order


def test_a_baseline_of_another_variant_stands_where_its_mean_would(tmp_path):
    """And a model without a tuned score with that of its base, in grey; both unranked."""
    runs = {
        "base": {"a": LOWEST, "b": LOWEST, "ref": NEAR, "d": LOW},
        "tuned": {"a": FAR, "b": LOW},
    }
    view = views_of(tmp_path, runs, "[board]\nbaseline = 'ref'\n")["tuned"]
    rows = rows_of(view)
    assert ["a", "ref", "b", "d"] == list(rows)
    assert ["", "reference", "", "unranked"] == [row.kind for row in view.table.rows]
    assert ("no tuned score", DASH) == (rows["d"]["model"].note, rows["d"]["rank"].text)
    assert "scores better" not in view.ranked_by
    runs["base"]["ref"] = [1.0] * 7
    first = views_of(tmp_path / "first", runs, "[board]\nbaseline = 'ref'\n")["tuned"]
    assert first.ranked_by.endswith("ref, the baseline, scores better.")


def test_a_reference_stands_at_its_value_without_a_rank(tmp_path):
    models = {"role": [None, "reference", None]}
    runs = {"base": {"a": FAR, "people": NEAR, "c": LOW}}
    (view,) = views_of(tmp_path, runs, models=models).values()
    assert ["a", "people", "c"] == list(rows_of(view))
    assert ["1", DASH, "2"] == [row["rank"].text for row in rows_of(view).values()]
    assert ["", "reference", ""] == [row.kind for row in view.table.rows]
    assert view.ranked_by.endswith("a leads.")


def test_a_model_without_a_score_on_the_headline_has_others(tmp_path):
    frames = make_frames({"base": {"a": [0.9, 0.8], "b": [0.2, 0.1], "c": [None, 0.5]}})
    site = make_site(write_project(tmp_path, frames, "[tasks.t1]\nheadline = true\n"))
    (view,) = board_views(BoardTableSpec(site, site.results.boards, full=False))
    assert "Not shown: 1 model with scores on other tasks alone." == view.note
    assert "c is not ranked: it has scores on other tasks alone." == model_summary(site, "c")


def test_a_caution_is_shown_in_its_row_and_filtered_by(tmp_path):
    models = {"comparable": ["other prompt", None], "verification": ["verified", "reproduced"]}
    (view,) = views_of(tmp_path, {"base": {"a": FAR, "b": LOW}}, models=models).values()
    a, b = (row["model"] for row in rows_of(view).values())
    assert ("other prompt", ["caution", "verified"]) == (a.note, [tag.text for tag in a.tags])
    assert ("", ["reproduced"]) == (b.note, [tag.text for tag in b.tags])
    assert [1, 2] == [row["rank"].value for row in rows_of(view).values()]
    filters = [dict(row.filters) for row in view.table.rows]
    assert ["other prompt", "none"] == [each["caution"] for each in filters]
    assert view.table.tools is not None
    assert {"caution", "verification"} <= {facet.key for facet in view.table.tools.facets}


# --- rows -----------------------------------------------------------------------------------------


def test_leaders_of_the_index(index_site):
    """After fine-tuning, three models are too close to call; before it, two."""
    models = index_site.api("models")
    for board, variant in VARIANTS.items():
        tied = [m["name"] for m in models if m["not_distinguishable_from_best"].get(variant)]
        soup = index_site.page("models/").find(id=board)
        assert isinstance(soup, Tag)
        assert sorted(tied) == sorted(row.get_text() for row in soup.select("tr.level > th > a"))
        slots = {
            cells[1].get_text("|").split("|")[0]: str(cells[2].get("data-details", ""))
            for cells in cells_of(soup)
        }
        ranks = {m["name"]: m["rank_interval"].get(variant) or () for m in models}
        assert {name: " ".join(map(str, ranks[name])) for name in slots} == slots


def test_only_what_is_certain_has_a_colour(index_site):
    """Tuning helped all ten; of six ahead of GPT-4, none is so beyond chance."""
    stats, models = index_site.api("stats"), index_site.api("models")
    assert (10, 0) == (stats["models_clearly_helped"], stats["models_clearly_hurt"])
    assert 0 == stats["models_clearly_ahead_of_baseline"]
    (zephyr,) = [m for m in models if m["name"] == "Zephyr 7B Beta"]
    test = zephyr["tests_over_baseline"]["fine_tuned"]
    assert (0.313, "unclear") == (round(test["p"], 3), test["verdict"])
    # Ten comparisons, over 22 families of tasks: 0.081 ± 0.110.
    assert [-0.029, 0.19] == [round(end, 3) for end in test["interval"]]
    board = index_site.page("").select_one("#board-fine-tuned")
    assert board is not None
    assert (10, 0) == (len(board.select("td.gain")), len(board.select("td.loss")))
    # No number has a second line.
    assert not board.select("td small")


def test_further_columns_are_there_and_hidden(index_site):
    """All statistics on the full board, none that the home page has no room for."""
    full, home = (index_site.page(path).select_one("#board-fine-tuned") for path in ("models/", ""))
    extra = {str(head["data-key"]) for head in full.select("th.extra")}
    assert {"win_rate", "wins", "helped", "hurt", "license"} <= extra
    assert not home.select("th.extra")


def test_significance_tests_of_a_model(index_site):
    page = index_site.page("models/mistral-7b/")
    rows = {row["difference"].text: row for row in table(page, "lift-tests")}
    assert ["Fine-tuned over base", "Fine-tuned against GPT-4", "Base against GPT-4"] == [*rows]
    (model,) = [m for m in index_site.api("models") if m["model"] == "mistral-7b"]
    test = model["tests_over_baseline"]["fine_tuned"]
    row = rows["Fine-tuned against GPT-4"]
    assert (test["mean"], test["p"]) == (row["mean"].number, row["p"].number)
    assert f"{test['above']} / {test['equal']} / {test['below']}" == row["tasks"].text
    assert ("unclear", "too close to call") == (test["verdict"], row["verdict"].text)
    assert "helped" == rows["Fine-tuned over base"]["verdict"].text
    assert "behind" == rows["Base against GPT-4"]["verdict"].text
    texts = [visible(index_site.page(f"models/{m}/")) for m in ("mistral-7b", "gemma-7b")]
    assert [False, True] == ["Yet first place is ruled out" in text for text in texts]


def test_coverage_gives_the_ranks_if_complete(gaps):
    """The third has 5 of 7 tasks: with the others at 0 or 1 it would be third or second."""
    view = gaps["tuned"]
    cell = rows_of(view)["c"]["coverage"]
    # 2.7 of 7 and 4.7 of 7: from 0.386 to 0.671. The second has 3.9 / 7 = 0.557, the first 0.857.
    assert ("5", "/7", (2, 3)) == (cell.text, cell.suffix, cell.details)
    (column,) = [column for column in view.table.columns if column.key == "coverage"]
    assert ("Best rank if complete", "Worst rank if complete") == column.details


def test_view_of_common_tasks(gaps):
    """The five tasks that all three have."""
    assert ["Tuned", "Common tasks"] == [view.label for view in gaps.values()]
    # 4.3 / 5, 2.8 / 5, 2.7 / 5.
    values = {name: row["average"].value for name, row in rows_of(gaps["common"]).items()}
    assert {"a": 0.86, "b": 0.56, "c": 0.54} == pytest.approx(values)
    assert gaps["common"].ranked_by.startswith("Mean score over 5 tasks.")
    assert "Uses only the 5 tasks on which every ranked model" in gaps["common"].note


# --- drawings -------------------------------------------------------------------------------------


def kinds(view: BoardView, model: str, column: str = "line") -> list[str]:
    drawing = rows_of(view)[model][column].drawing
    assert drawing is not None
    return [mark.kind for mark in drawing.marks]


def test_a_tuned_board_joins_before_and_after(tmp_path):
    runs = {"base": {"a": LOW, "b": LOW, "ref": NEAR}, "tuned": {"a": FAR, "b": NEAR}}
    views = views_of(tmp_path, runs, "[board]\nbaseline = 'ref'\n")
    assert ["rod", "base", "score"] == kinds(views["tuned"], "a")
    # The baseline is the line through all rows.
    assert [] == kinds(views["tuned"], "ref")
    assert views["tuned"].table.style
    drawing = rows_of(views["tuned"])["a"]["line"].drawing
    assert drawing is not None
    assert "a: 0.157 to 0.857" == drawing.text


@pytest.mark.parametrize(
    ("low", "bounds", "is_tinted"),
    [(0.1, None, True), (0.7, None, False), (0.7, (0.0, 1.0), True)],
)
def test_a_value_is_tinted_from_0_or_a_stated_bound_alone(tmp_path, low, bounds, is_tinted):
    """Without either, lengths could not be compared."""
    ends = {} if bounds is None else {"score_min": [bounds[0]], "score_max": [bounds[1]]}
    view = views_of(tmp_path, {"base": {"a": [0.9], "b": [low]}}, tasks=ends)["base"]
    assert is_tinted == ("tint" in kinds(view, "a"))
    assert "band" not in kinds(view, "a")


@pytest.mark.parametrize("name", SHAPES)
def test_legend_has_the_marks_of_the_board(name: str):
    """On boards of any shape no word of the legend is without a mark."""
    for view in built(name).page("models/").select("[data-view-of]"):
        for key in view.select(".legend svg > *"):
            mark = str((key.get("class") or [""])[0])
            is_drawn = view.select_one(f"table .{mark}, table .level, table[style]")
            assert is_drawn, (view["data-view-of"], mark)


def test_sparse_board_shows_what_ranks_it():
    """The adjusted average ranks; the plain one is a further column."""
    site = built("sparse")
    rule = visible(site.page("models/").select(".ranked-by")[0])
    assert rule.startswith("Adjusted average over the tasks of the ranked models")
    rows = {row["model"].text: row for row in table(site.page("models/"), "board-tuned")}
    # m4 lacks three of nine tasks, t2, t5 and t8: its mean is 0.62, and 0.55 + 0.02 x 4 over all.
    assert ("0.630", "0.620") == (rows["m4"]["adjusted"].text, rows["m4"]["average"].text)
    assert "not ranked: no common tasks" in rows["own"]["model"].note
    api = {m["model"]: m for m in site.api("models")}
    assert 0.63 == pytest.approx(api["m4"]["adjusted"]["tuned"])
    assert "no common tasks" == api["own"]["unranked"]
    assert "additive" == site.api("stats")["ranked_by"]
