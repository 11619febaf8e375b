"""Whether a model's lifts are real: the tests of each, as a table."""

from __future__ import annotations

from collections.abc import Mapping

from site_builder.charts.cells import lift_cell, number_cell, text_cell
from site_builder.charts.columns import Field, columns_of, rows_of
from site_builder.compute.lift_tests import LiftTest, Verdict
from site_builder.format import p_value
from site_builder.pages.page import Site
from site_builder.parts import Cell, Column, Table
from site_builder.records import Record

_MEAN_HELP = "With its 95 % interval over tasks"


class _Tested(Record):
    """One lift of the model: what it is called, what is said of each outcome, and its test."""

    name: str
    words: Mapping[Verdict, str]
    test: LiftTest


OVER_BASE: Mapping[Verdict, str] = {
    "better": "helped",
    "worse": "hurt",
    "unclear": "no clear change",
    "too few": "too few tasks to tell",
}
OVER_BASELINE: Mapping[Verdict, str] = {
    "better": "ahead",
    "worse": "behind",
    "unclear": "no clear difference",
    "too few": "too few tasks to tell",
}


def lift_tests_table(site: Site, model: str) -> Table | None:
    """The model's lifts over its base and over the baseline; None where it has none."""
    tested = _tested(site, model)
    if not tested:
        return None
    averaged = site.results.board.rules.averaged
    fields: tuple[Field[_Tested], ...] = (
        Field(Column("difference", "Difference"), lambda t: Cell(t.name)),
        Field(
            Column("mean", "On average", "number", _MEAN_HELP, term="lift-tests"),
            lambda t: _mean_cell(site, t.test),
            averaged,
        ),
        Field(
            Column("tasks", "Better, equal, worse", "number"),
            lambda t: Cell(f"{t.test.above} / {t.test.equal} / {t.test.below}", t.test.above),
        ),
        Field(
            Column("wilcoxon", "Wilcoxon p", "number", first="ascending", term="lift-tests"),
            lambda t: _p_cell(t.test.wilcoxon_p_adjusted),
            averaged,
        ),
        Field(
            Column("sign", "Sign test p", "number", first="ascending", term="lift-tests"),
            lambda t: _p_cell(t.test.sign_p_adjusted),
        ),
        Field(
            Column("verdict", "Verdict", term="lift-tests"), lambda t: Cell(t.words[t.test.verdict])
        ),
    )
    caption = "What the tasks say of its differences"
    return Table("lift-tests", caption, columns_of(fields), rows_of(fields, tested))


def _tested(site: Site, model: str) -> list[_Tested]:
    labels, tests = site.labels, site.results.lift_tests
    over_base = [
        _Tested(f"{labels.variants[v]} over {labels.base}", OVER_BASE, found[model])
        for v, found in tests.over_base.items()
        if model in found
    ]
    over_baseline = [
        _Tested(f"{labels.variants[v]} against {labels.baseline}", OVER_BASELINE, found[model])
        for v, found in tests.over_baseline.items()
        if model in found
    ]
    return over_base + over_baseline


def _mean_cell(site: Site, test: LiftTest) -> Cell:
    scale = site.labels.scale
    cell = lift_cell(test.mean, scale)
    note = "" if test.interval is None else " to ".join(map(scale.signed, test.interval))
    return Cell(cell.text, cell.value, note, cell.tone)


def _p_cell(p: float | None) -> Cell:
    return text_cell(None) if p is None else number_cell(p, p_value(p))
