"""The labels of variants are shown, and nothing else: ids, addresses and data have the variants."""

import csv
import io
from typing import Any

import pytest

from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.board_views import board_views
from site_builder.render.tables import write_csv
from site_builder.tables.submissions import parse_submission
from tests.helpers.boards import make_frames
from tests.helpers.sites import BuiltSite, build, make_site, table
from tests.helpers.tables import fault_lines, write_project

RUNS = {
    "raw": {"gpt": [1300.0], "a": [1310.0], "b": [1200.0]},
    "style_control": {"gpt": [1250.0], "a": [1240.0], "b": [1280.0]},
}
LABEL = 'style_control = "Style control"'
TOML = "[board]\nlabels = {{ {labels} }}\n{more}[site]\ncards = false\n"
ENTRIES = {
    *("gpt (raw)", "a (raw)", "b (raw)"),
    *("gpt (style_control)", "a (style_control)", "b (style_control)"),
}


def project(folder, labels: str = LABEL, more: str = "", after: str = ""):
    return write_project(folder, make_frames(RUNS), TOML.format(labels=labels, more=more) + after)


def entries(site: BuiltSite) -> dict[str, dict[str, Any]]:
    return {entry["model"]: entry for entry in site.api("models")}


def test_the_label_is_in_the_name_alone(tmp_path):
    site = build(project(tmp_path))
    found = entries(site)
    assert ENTRIES == {*found}
    assert "b (Style control)" == found["b (style_control)"]["name"]
    assert {"variant": "style_control"} == found["b (style_control)"]["facets"]
    assert "models/b-style-control/index.html" in site.files
    rows = table(site.page("models/"), "board-base")
    assert ["a (Raw)", "gpt (Raw)", "b (Style control)"] == [row["model"].text for row in rows[:3]]
    assert ["Raw", "Raw", "Style control"] == [row["variant"].text for row in rows[:3]]
    assert ["raw", "raw", "style_control"] == [row["variant"].value for row in rows[:3]]
    facts = site.page("models/b-style-control/").get_text(" ")
    assert "Style control" in facts
    assert "style_control" not in facts


@pytest.mark.parametrize("labels", ["", LABEL, 'raw = "Other words"', 'raw = "style_control"'])
def test_a_label_moves_no_page_and_no_value(tmp_path, labels):
    """Whatever it says, even that of another variant."""
    site, plain = build(project(tmp_path / "a", labels)), build(project(tmp_path / "b", ""))
    assert {*plain.html} == {*site.html}
    for model, entry in entries(plain).items():
        mine = entries(site)[model]
        assert {**entry, "name": ""} == {**mine, "name": ""}


def test_two_variants_of_one_label_stay_two_entries(tmp_path):
    site = build(project(tmp_path, 'raw = "Same", style_control = "Same"'))
    names = [entry["name"] for entry in entries(site).values()]
    assert ENTRIES == {*entries(site)}
    assert len({*names}) == len(names)


def test_where_filters_and_order_have_the_variant(tmp_path):
    """The filter of the page has the value, and the name beside it."""
    boards = "[[boards]]\nid = 'styled'\nwhere = { variant = ['style_control'] }\n"
    boards += "[[boards]]\nid = 'all'\nfilters = { variant = ['style_control'] }\n"
    boards += "[facets.variant]\norder = ['style_control', 'raw']\n"
    root = project(tmp_path, after=boards)
    assert [] == fault_lines(root)
    site = make_site(root)
    styled, whole = site.by_board
    styled_entries = {*styled.results.catalog.models}
    assert {"gpt (style_control)", "a (style_control)", "b (style_control)"} == styled_entries
    view = board_views(BoardTableSpec(whole, whole.results.boards, full=True))[0].table
    assert view.tools is not None
    (found,) = [facet for facet in view.tools.facets if facet.key == "variant"]
    assert (("style_control",), ("Style control",)) == (found.first, found.first_names)
    assert ("style_control", "raw") == found.order
    assert (("raw", "Raw"), ("style_control", "Style control")) == found.names
    assert {"raw", "style_control"} == {dict(row.filters)["variant"] for row in view.rows}
    assert [is_shown for is_shown in view.shown] == [
        dict(row.filters)["variant"] == "style_control" for row in view.rows
    ]


def test_a_label_in_where_is_no_value(tmp_path):
    after = "[[boards]]\nid = 'styled'\nwhere = { variant = ['Style control'] }\n"
    (line, *_) = fault_lines(project(tmp_path, after=after))
    assert "where wants variant = 'Style control', which no entry has" in line
    assert "Did you mean 'style_control'?" in line


def test_a_download_has_the_variant(tmp_path):
    site = make_site(project(tmp_path))
    view = board_views(BoardTableSpec(site, site.results.boards, full=True))[0].table
    rows = list(csv.DictReader(io.StringIO(write_csv(view).decode("utf-8-sig"))))
    assert ["raw", "raw", "style_control"] == [row["Variant"] for row in rows[:3]]


def test_the_example_of_a_submission_states_the_variant(tmp_path):
    """As the reader of submissions takes it: no setting, and no label."""
    more = '[site]\nsubmissions = true\nrepository = "https://github.com/org/name"\n'
    toml = f"[board]\nlabels = {{ {LABEL} }}\n{more}cards = false\n"
    site = build(write_project(tmp_path, make_frames(RUNS), toml))
    text = next(
        pre.get_text() for pre in site.page("submit/").select("pre") if "schema" in pre.text
    )
    submission, faults = parse_submission(text.encode(), "a.yaml", ".yaml")
    assert [] == faults
    assert submission is not None
    assert {"style_control"} == {row.values["variant"] for row in submission.scores}
