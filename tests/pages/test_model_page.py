"""The page of a model: its tasks in order, what stands below them, where its scores come from."""

import pandas as pd
import pytest
from playwright.sync_api import expect

from site_builder.pages.model import _context
from tests.helpers.boards import make_frames
from tests.helpers.browsing import NARROW, has_address, open_page, overflow
from tests.helpers.sites import make_site, visible
from tests.helpers.tables import having, write_project

MINUS = "\N{MINUS SIGN}"
BASELINE = '[board]\nbaseline = "ref"\n'
# a is tuned, and leads ref by 0.3, -0.1 and 0; ref is not tuned.
TUNED = {
    "base": {"a": [0.1, 0.3, 0.6], "b": [0.2, 0.2, 0.2], "ref": [0.2, 0.6, 0.5]},
    "fine_tuned": {"a": [0.5, 0.5, 0.5], "b": [0.4, 0.1, 0.6]},
}
PLAIN = {"base": {"a": [0.9, 0.2, 0.4], "b": [0.5, 0.6, 0.4], "c": [0.1, 0.7, 0.4]}}
FOUR = {"base": {f"m{i}": [i / 10, 0.9 - i / 10, i / 20] for i in range(1, 5)}}


@pytest.fixture
def page(tmp_path):
    """What the page of a model shows of a board of runs."""

    def make(model, runs, toml="", frames=None, **tables):
        found = frames or make_frames(runs, **tables)
        site = make_site(write_project(tmp_path, found, toml))
        return _context(site.of_entries[model], model)

    return make


def column(table, key, part="text"):
    """The texts of a column, or another part of its cells, by the name of the row."""
    at = [c.key for c in table.columns].index(key)
    return {row.cells[0].text: getattr(row.cells[at], part) for row in table.rows}


def kinds(table):
    return {row.cells[0].text: row.kind for row in table.rows}


# --- tasks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "runs", "toml", "title"),
    [
        ("a", TUNED, BASELINE, "Better on 2 of 3 tasks, ahead of ref on 1"),
        ("a", TUNED, "", "Better on 2 of 3 tasks"),
        ("a", {v: {"a": TUNED[v]["a"][:2]} for v in TUNED}, "", "Better on all 2 tasks"),
        ("a", {v: {"a": TUNED[v]["a"][:1]} for v in TUNED}, "", "Better on its one task"),
        ("ref", TUNED, BASELINE, "First on 2 of 3 tasks"),
        ("a", {v: {"a": [0.5, 0.5]} for v in TUNED}, "", "Better on none of 2 tasks"),
        ("a", {"base": TUNED["base"]}, BASELINE, "Ahead of ref on 1 of 3 tasks"),
        ("b", {"base": TUNED["base"]}, BASELINE, "Not ahead of ref on any of 3 tasks"),
        ("a", PLAIN, "", "First on t1"),
        ("b", PLAIN, "", "In the lower half on each of 2 tasks"),
        ("m3", FOUR, "", "Highest place: 2nd of 4, on t1"),
        ("a", {"base": {"a": [0.5, 0.5], "b": [0.5, 0.5]}}, "", "Its 2 scores"),
        ("a", {"base": {"a": [0.5], "b": [0.2]}}, "", "Its score"),
    ],
)
def test_the_title_of_the_tasks(page, model, runs, toml, title):
    """On t3 of PLAIN all are equal, so that nobody is first, nor in the lower half."""
    assert title == page(model, runs, toml).tasks.title


def test_the_widest_lead_comes_first_and_a_rule_ends_it(page):
    found = page("a", TUNED, BASELINE).tasks
    assert "Widest lead over ref first." == found.line
    assert {"t1": "", "t3": "behind", "t2": "behind"} == kinds(found.table)
    lead = {"t1": "+0.300", "t3": "0.000", "t2": f"{MINUS}0.100"}
    assert lead == column(found.table, "lift_over_baseline")
    gain = {"t1": "+0.400", "t3": f"{MINUS}0.100", "t2": "+0.200"}
    assert gain == column(found.table, "lift_fine_tuned")
    assert [("", "vs ref"), ("lift_fine_tuned", "Gain"), ("score_fine_tuned", "Score")] == [
        *found.orders
    ]


@pytest.mark.parametrize(
    ("model", "runs", "toml", "line"),
    [
        ("a", {v: {"a": TUNED[v]["a"]} for v in TUNED}, "", "Widest gain first."),
        ("a", PLAIN, "", "Highest place first."),
        # The baseline has no lead over itself, and is not tuned.
        ("ref", TUNED, BASELINE, "Among the base scores. Highest place first."),
    ],
)
def test_other_orders(page, model, runs, toml, line):
    assert line == page(model, runs, toml).tasks.line


def test_a_difference_has_a_colour_only_where_it_is_certain(page):
    """With 1,000 examples an error is at most 0.016; on t3 no error is known."""
    bounds = {"score_min": [0.0] * 3, "score_max": [1.0] * 3}
    frames = make_frames({"base": {"a": [0.9, 0.2, 0.9], "ref": [0.5, 0.21, 0.5]}}, tasks=bounds)
    frames["results"]["n_examples"] = pd.array([1000, 1000, None] * 2, dtype="Int64")
    found = page("a", {}, BASELINE, frames).tasks
    tones = column(found.table, "lift_over_baseline", "tone")
    assert {"t1": "gain", "t3": "soft", "t2": "soft"} == tones
    assert found.has_tones
    (score,) = (c for c in found.table.columns if c.key == "score_base")
    assert 4 == len(score.details)
    assert (1000, 1000) == found.table.rows[0].cells[2].details[2:]


def test_places_say_of_how_many(page):
    same = page("a", PLAIN).tasks.table
    assert "Place of 3" in [c.label for c in same.columns]
    assert {"t1": "1st", "t3": "all level", "t2": "3rd"} == column(same, "rank_base")
    gaps = page("a", {"base": {**PLAIN["base"], "c": [None, 0.7, 0.4]}}).tasks.table
    assert ["", "/2", "/3"] == [row.cells[-1].suffix for row in gaps.rows]


def test_tasks_of_several_units_have_a_scale_each(page):
    """The drawing of t1 goes from 0.1 to 0.4; of three at 0.3, 0.2 is two thirds of the way."""
    units = {"metric": ["x", "y", "z"]}
    found = page("m3", FOUR, lower=["t1"], tasks=units).tasks
    assert "Highest place first. Right is better." == found.line
    drawn = {row.cells[0].text: row.cells[1].drawing for row in found.table.rows}
    own = {task: next(m.at for m in d.marks if m.kind == "score") for task, d in drawn.items()}
    assert {"t1": 0.3333, "t2": 0.3333, "t3": 0.6667} == own
    assert ("lower is better",) == tuple(
        tag.text for row in found.table.rows for tag in row.cells[0].tags
    )


def test_parts_stand_below_their_whole(page):
    parts = {"part_of": [None, "t3", None], "category": ["X", "X", "Y"]}
    found = page("a", PLAIN, tasks=parts).tasks
    assert {"t1": "", "t3": "", "t2": "part"} == kinds(found.table)
    (chips,) = found.table.tools.facets
    assert (("X", 2), ("Y", 1)) == chips.values


# --- below the tasks ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "scores", "title"),
    [
        ("XXYY", [0.9, 0.9, 0.9, 0.9], "Ahead of ref in every category"),
        ("XXYY", [0.1, 0.1, 0.1, 0.1], "Behind ref in every category"),
        ("XXYY", [0.5, 0.5, 0.5, 0.5], "Level with ref in every category"),
        ("XXYY", [0.9, 0.9, 0.1, 0.1], "Ahead of ref in 1 of 2 categories"),
        ("XXYYZZ", [0.9] * 4 + [0.1] * 2, "Behind ref only in Z"),
        # A category of one task gets no verdict.
        ("XXXYYZ", [0.9] * 5 + [0.1], "Ahead of ref in 2 of 3 categories"),
        ("WXYZ", [0.1] * 4, "Mean of each category"),
        ("XXYZ", [0.1] * 4, "Behind ref in every category"),
        ("XXX", [0.9] * 3, None),
    ],
)
def test_the_title_of_the_categories(page, category, scores, title):
    runs = {"base": {"a": scores, "ref": [0.5] * len(scores)}}
    found = page("a", runs, BASELINE, tasks={"category": [*category]}).categories
    assert title == (found and found.title)
    if category == "XXYY":
        assert ["2 tasks", "2 tasks"] == [row.cells[0].note for row in found.table.rows]


def test_seconds_of_different_tasks_make_no_verdict(page):
    runs = {"base": {"a": [0.1] * 4, "ref": [0.5] * 4}}
    tasks = {"category": [*"XXYY"], "metric": ["seconds", "seconds", "bytes", "bytes"]}
    assert "Mean of each category" == page("a", runs, BASELINE, tasks=tasks).categories.title


def prices(**usd):
    rows = [("P", model, value, value) for model, value in usd.items()]
    columns = ["provider", "model", "usd_per_million_input_tokens", "usd_per_million_output_tokens"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("usd", "title"),
    [
        ({"a": 0.5, "ref": 20.0}, "40\N{MULTIPLICATION SIGN} cheaper than ref"),
        ({"a": 60.0, "ref": 20.0}, "3.0\N{MULTIPLICATION SIGN} as expensive as ref"),
        ({"a": 0.5}, "From $0.50 per million tokens"),
        ({"a": 20.0, "ref": 20.0}, "From $20.00 per million tokens"),
        ({"ref": 20.0}, None),
    ],
)
def test_the_title_of_the_prices(page, usd, title):
    frames = {**make_frames({"base": {"a": [0.5], "ref": [0.4]}}), "prices": prices(**usd)}
    found = page("a", {}, BASELINE, frames).prices
    assert title == (found and found.title)


@pytest.mark.parametrize(
    ("costs", "model", "place"),
    [
        ([1.0, 2.0, 3.0, 4.0, 500.0], "m0", "lowest of 5"),
        ([1.0, 2.0, 3.0, 4.0, 500.0], "m1", "2nd lowest of 5"),
        ([1.0, 2.0, 3.0, 4.0, 500.0], "m2", "3rd highest of 5"),
        ([1.0, 2.0, 3.0, 4.0, 500.0], "m4", "highest of 5"),
        ([1.0, 2.0, 3.0], "m0", "lowest of 3"),
        ([1.0, 1.0, 3.0], "m0", "lowest of 3"),
        ([1.0, 2.0], "m0", "\N{EN DASH}"),
        ([2.0, 2.0, 2.0], "m0", "\N{EN DASH}"),
    ],
)
def test_measures_have_a_place_from_the_nearer_end(page, costs, model, place):
    """Few or equal ones have none."""
    frames = make_frames({"base": {f"m{i}": [0.5] for i in range(len(costs))}})
    frames["results"] = having(frames["results"], cost_usd=costs)
    table = page(model, {}, "", frames).measures.table
    assert {"Cost": place} == column(table, "place")
    if 500.0 in costs:
        assert ["median $3"] == [row.cells[2].note for row in table.rows]


def test_a_value_among_many_has_their_middle_half(page):
    """Of costs of $0 to $201, from 50 to 151."""
    frames = make_frames({"base": {f"m{i}": [0.5] for i in range(202)}})
    frames["results"] = having(frames["results"], cost_usd=[*map(float, range(202))])
    (row,) = page("m0", {}, "", frames).measures.table.rows
    (half,) = (mark for mark in row.cells[1].drawing.marks if mark.kind == "soft-band")
    assert (50 / 201, 151 / 201) == pytest.approx((half.at, half.to), abs=1e-4)


@pytest.mark.parametrize(("n", "kind"), [(40, "tick"), (41, "soft-band")])
def test_a_long_list_of_tasks_draws_the_middle_half_of_the_others(page, n, kind):
    runs = {"base": {model: [score] * n for model, score in (("a", 0.2), ("b", 0.5), ("c", 0.9))}}
    (first, *_) = page("a", runs).tasks.table.rows
    (drawing,) = (cell.drawing for cell in first.cells if cell.drawing)
    assert kind in {mark.kind for mark in drawing.marks}


def test_each_board_has_a_row(page):
    toml = "".join(f'[[boards]]\nid = "b{n}"\ntitle = "B{n}"\ntasks = ["t{n}"]\n' for n in (1, 2))
    found = page("a", PLAIN, toml).boards
    assert "Highest place: 1st of 3, on B1" == found.title
    assert {"B1": "1st", "B2": "3rd"} == column(found.table, "place")
    assert page("a", PLAIN).boards is None


# a and b change places from task to task; c is behind both on each of eight.
EIGHT = {
    "a": [0.8, 0.7] * 4,
    "b": [0.7, 0.8] * 4,
    "c": [0.1, 0.2] * 4,
}


@pytest.mark.parametrize(
    ("model", "scores", "title"),
    [
        ("a", EIGHT, "Too close to call with b"),
        ("c", EIGHT, "No other model is too close to call"),
        ("a", {**EIGHT, "c": [0.75] * 8}, "Too close to call with every other model"),
        ("a", {m: s[:2] for m, s in EIGHT.items()}, "Next to it on the board"),
    ],
)
def test_which_models_are_too_close_to_call(page, model, scores, title):
    found = page(model, {"base": scores}).rivals
    if title.startswith("No other"):
        assert found is None
        return
    assert title == found.title


def test_settings_come_before_rivals(page):
    runs = {"base": dict.fromkeys(EIGHT, [0.05] * 8), "fine_tuned": EIGHT}
    found = page("a", runs).rivals
    assert "Its other settings, then the nearest of them." == found.note
    rows = [(row.cells[0].text, row.cells[0].note) for row in found.table.rows]
    assert [("Fine-tuned", ""), ("Base", ""), ("b", "Fine-tuned")] == rows
    ranks = ["1\N{EN DASH}2 of 3", "1\N{EN DASH}3 of 3", "1\N{EN DASH}2 of 3"]
    assert ranks == [row.cells[1].text for row in found.table.rows]


def test_scores_that_differ_widely_are_drawn_on_a_log_scale(page):
    """10 is halfway from 1 to 100."""
    runs = {"base": {"a": [1.0, 100.0], "b": [10.0, 10.0], "c": [100.0, 1.0]}}
    drawings = column(page("b", runs).tasks.table, "drawn", "drawing").values()
    assert [0.5, 0.5] == [drawing.marks[-1].at for drawing in drawings if drawing]


def test_medians_are_drawn_where_tasks_share_a_scale(page):
    """m4 is above the median on t1 and t3, and below it on t2."""
    found = page("m4", FOUR)
    assert "Ahead of the median model on 2 of 3 tasks" == found.others.title
    _, behind, ahead = found.others.figure_json["data"]
    assert ([0.65], [0.5]) == (behind["x"], behind["y"])
    assert ([0.25, 0.125], [0.4, 0.2]) == (ahead["x"], ahead["y"])
    assert page("m4", FOUR, lower=["t1", "t2", "t3"]).others.title.endswith("on 1 of 3 tasks")
    assert page("m4", FOUR, tasks={"metric": ["x", "y", "z"]}).others is None
    assert page("a", PLAIN).others is None


# --- where scores come from ---------------------------------------------------------------------


def test_the_source_in_short(page):
    frames = make_frames({"base": {"a": [0.1, 0.2, 0.3], "b": [0.4, 0.5, 0.6]}})
    frames["results"] = having(
        frames["results"],
        source=["https://x.example/1", None, None, "logs/b", None, None],
        log_url=[None, "https://x.example/log", "javascript:alert(1)", None, None, None],
        submitted_by=["Ann", "Ann", None, None, "Bo", None],
        date=["2024-05-02", "2024-06-01", None, None, None, None],
        command=["run a", "run a", None, None, None, None],
        flag=["leaked", "leaked", None, None, None, None],
    )
    found = page("a", {}, '[site]\nlicense = "MIT"', frames).source
    facts = {fact.label: fact.link.text if fact.link else fact.text for fact in found.facts}
    assert {
        "File": "x.example/1",
        "Log": "javascript:alert(1)",
        "Handed in by": "Ann",
        "Rows": "results.parquet",
        "Data of": "2024-05-02 to 2024-06-01",
        "Licence": "MIT",
    } == facts
    logs = ["https://x.example/log", "javascript:alert(1)"]  # the page shows the second as text
    assert logs == [fact.link.href for fact in found.facts if fact.label == "Log"]
    assert "3 rows, 1 to 3" == found.facts[4].text
    assert [("t1 and t2", "leaked")] == [(flag.label, flag.text) for flag in found.flags]
    assert ("run a",) == found.commands
    said = "Not stated for any score: standard error and number of examples."
    assert said == found.unstated


def test_the_facts_of_a_model_are_one_line(index_site):
    facts = [visible(li) for li in index_site.page("models/zephyr-7b-beta/").select(".subject li")]
    assert facts[:2] == ["Hugging Face", "7.24B parameters"]
    assert "not stated" not in visible(index_site.page("models/gpt-4/").select(".subject")[0])


def test_a_badge_says_the_ranks_of_the_board(index_site):
    """Those that the answer has."""
    page = index_site.page("models/zephyr-7b-beta/")
    (ranks,) = (b.get_text() for b in page.select(".answer-ranks strong"))
    assert f"#{ranks} of 10" in str(page.select(".badge img")[0]["alt"])


# --- in a browser -------------------------------------------------------------------------------


def test_buttons_order_and_filter_the_tasks(chromium, home):
    """They put their choice into the address, from which the page comes back."""
    page, heard = open_page(chromium, f"{home}models/zephyr-7b-beta/")
    first = page.locator("#all-scores tbody tr:visible th").first
    expect(first).to_contain_text("COVID-19")
    page.get_by_role("button", name="Score", exact=True).first.click()
    expect(first).to_contain_text("Customer Support")
    page.locator(".tools .chip", has_text="Coding").click()
    expect(page.locator("#all-scores tbody tr:visible")).to_have_count(2)
    has_address(page, "?sort=score_fine_tuned&category=Coding")
    page.reload()
    expect(page.locator("#all-scores tbody tr:visible")).to_have_count(2)
    page.locator(".tools .chip", has_text="Coding").click()
    page.get_by_role("button", name="vs GPT-4", exact=True).first.click()
    has_address(page, "models/zephyr-7b-beta/")
    expect(first).to_contain_text("COVID-19")
    assert [] == heard.complaints


def test_a_phone_shows_ten_tasks_first(chromium, home):
    page, heard = open_page(chromium, f"{home}models/zephyr-7b-beta/", NARROW)
    rows = page.locator("#all-scores tbody tr:visible")
    expect(rows).to_have_count(10)
    assert overflow(page) <= 0
    page.get_by_role("button", name="Show all 31").click()
    expect(rows).to_have_count(31)
    page.goto(f"{home}models/zephyr-7b-beta/#score-magicoder")
    page.reload()
    expect(page.locator("tr:target")).to_be_visible()
    assert [] == heard.complaints
