"""Make the tables that show how much the headline depends on the metric, the rule and one task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from site_builder.charts.cells import names_text, number_cell, tested_cell, text_cell
from site_builder.compute.robustness import LeftOut, MetricResult, RuleResult
from site_builder.compute.rules import find_rule
from site_builder.compute.significance import LiftTest
from site_builder.formatting import NumberFormat, count, counted, listed, p_value, percent, sentence
from site_builder.labels import Labels
from site_builder.pages.page import Site
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, table_of

_MOST_NAMED = 4


class Finding(Record):
    """A table, and what it shows in one to three sentences."""

    summary: str
    table: Table


# --- by metric ----------------------------------------------------------------------------------


class _MetricRow(Record):
    """The lifts over the baseline on some tasks; `test` is that of the leader."""

    label: str
    tasks: int
    test: LiftTest | None
    compared: int
    ahead: int | None
    clearly_ahead: int | None
    scale: NumberFormat


def metric_name(site: Site, result: MetricResult) -> str:
    """Return the name of a metric, or the metrics that are none of their own: `other (mae)`."""
    if result.metric is not None:
        return result.metric
    stated = (site.results.catalog.tasks[task].metric for task in result.tasks)
    names = [*dict.fromkeys(metric for metric in stated if metric is not None)]
    return f"other ({listed(names)})" if names else "other"


def metric_scale(site: Site, result: MetricResult) -> NumberFormat:
    """Return the format of means over the tasks of one metric."""
    averaged = site.results.board.rules.averaged
    return site.labels.scale if averaged else site.labels.scales[result.tasks[0]]


def lifts_by_metric(site: Site) -> Finding | None:
    """Return who is ahead of the baseline on the tasks of each metric; None for one metric."""
    if not site.results.metrics:
        return None
    labels, leader = site.labels, _leading_contender(site)
    rows = [_whole_row(site, leader), *(_metric_row(site, m, leader) for m in site.results.metrics)]
    baseline, term = labels.baseline, "metrics"
    gap = f"Mean over tasks of its score minus the score of {baseline}{labels.turning}, with the "
    gap += "interval that decides"
    ahead = f"Models with a better mean than {baseline}"
    corrected = "Corrected for the number of models, and of metrics; the interval has the same"
    name = labels.models[leader] if leader else ""

    def models_ahead(row: _MetricRow) -> Cell:
        clearly = "" if row.clearly_ahead is None else f"{count(row.clearly_ahead)} clearly"
        of = f"{count(row.ahead)} of {count(row.compared)}"
        return text_cell(None) if row.ahead is None else Cell(of, row.ahead, clearly)

    def lift(row: _MetricRow) -> Cell:
        return tested_cell(row.test, row.scale) if row.test else text_cell(None)

    def p(row: _MetricRow) -> Cell:
        if row.test is None or row.test.verdict == "too few":
            return text_cell(None)
        return number_cell(row.test.p, p_value(row.test.p))

    fields: tuple[Field[_MetricRow], ...] = (
        Field(Column("metric", "Metric"), lambda row: text_cell(row.label)),
        Field(
            Column("tasks", "Tasks", "number"), lambda row: number_cell(row.tasks, count(row.tasks))
        ),
        Field(Column("ahead", f"Ahead of {baseline}", "number", ahead, term=term), models_ahead),
        Field(Column("leader", name, "number", gap, term=term), lift, bool(leader)),
        Field(
            Column("p", "Corrected p", "number", corrected, "ascending", "lift-tests"),
            p,
            bool(leader),
        ),
    )
    table = table_of("by-metric", f"Models against {baseline}, by metric", fields, rows)
    summary = f"{_metric_summary(labels, rows[1:])} {_decisive_summary(site)}".strip()
    return Finding(summary, table)


def _leading_contender(site: Site) -> str | None:
    """Return the first model of the board that is compared with the baseline."""
    tests = site.results.board.tests["baseline"]
    return next((s.model for s in site.results.board.ranked if s.model in tests), None)


def _whole_row(site: Site, leader: str | None) -> _MetricRow:
    stats, test = site.results.stats, None
    if leader is not None:
        test = site.results.board.tests["baseline"][leader]
    averaged = site.results.board.rules.averaged
    is_tested = averaged and test is not None and test.verdict != "too few"
    return _MetricRow(
        "all tasks",
        stats.tasks,
        test,
        stats.models_compared,
        stats.models_ahead_of_baseline if averaged else None,
        stats.models_clearly_ahead_of_baseline if is_tested else None,
        site.labels.scale,
    )


def _metric_row(site: Site, result: MetricResult, leader: str | None) -> _MetricRow:
    return _MetricRow(
        metric_name(site, result),
        len(result.tasks),
        result.tests[site.labels.roles.primary].get(leader or ""),
        result.compared,
        result.ahead,
        result.clearly_ahead,
        metric_scale(site, result),
    )


def _metric_summary(labels: Labels, rows: Sequence[_MetricRow]) -> str:
    """Say how many models are ahead of the baseline by each metric that has a mean."""
    parts = [
        f"{count(row.ahead)} of {count(row.compared)} on {counted(row.tasks, f'{row.label} task')}"
        for row in rows
        if row.ahead is not None
    ]
    return f"Models ahead of {labels.baseline} on average: {'; '.join(parts)}." if parts else ""


def _decisive_summary(site: Site) -> str:
    """Say which tasks make the leader's difference from the baseline; empty without a lead."""
    labels, found = site.labels, site.results.decisive
    if found is None:
        return ""
    names = listed([labels.tasks[task] for task in found.tasks], _MOST_NAMED)
    make = "makes" if len(found.tasks) == 1 else "make"
    return (
        f"{count(len(found.tasks))} of {counted(site.results.stats.tasks, 'task')} {make} "
        f"{percent(found.share)} of the lead of {labels.models[found.model]} over "
        f"{labels.baseline}: {names}."
    )


# --- the leader by other rules ------------------------------------------------------------------


def leader_by_rule(site: Site) -> Finding | None:
    """Return who leads the board by other rules; None below two ranked models."""
    found, labels = site.results.robustness, site.labels
    if found is None:
        return None

    def first(result: RuleResult) -> Cell:
        names, note = names_text(labels, result.leaders), "shared"
        if result.second is not None:
            lead = _lead_scale(site, result).signed(result.lead)
            note = f"{lead} over {labels.models[result.second]}"
        return Cell(names, names, note)

    fields: tuple[Field[RuleResult], ...] = (
        Field(
            Column("rule", "Rule", term="other-rules", spoken_label="The leader by other rules"),
            lambda r: text_cell(rule_name(r), ("this board",) if r is found.own else ()),
        ),
        Field(Column("tasks", "Tasks", "number"), lambda r: number_cell(r.tasks, count(r.tasks))),
        Field(Column("first", "First"), first),
        Field(Column("same", "Same leader"), lambda r: text_cell("yes" if r.same else "no")),
    )
    table = table_of("by-rule", "The leader by other rules", fields, found.rules)
    return Finding(" ".join(_leader_sentences(site)), table)


def rule_name(result: RuleResult) -> str:
    """Return the name of a rule, such as `Mean score, accuracy only`."""
    name = sentence(find_rule(result.rule, ()).label)
    return name if result.metric is None else f"{name}, {result.metric} only"


def _lead_scale(site: Site, result: RuleResult) -> NumberFormat:
    if result.rule == "mean_win_rate":
        return site.labels.rate_scale
    if site.results.board.rules.averaged:
        return site.labels.scale
    tasks = site.results.catalog.tasks.values()
    return site.labels.scales[next(t.task for t in tasks if t.metric == result.metric)]


def _leader_sentences(site: Site) -> Iterator[str]:
    found, labels = site.results.robustness, site.labels
    if found is None:
        return
    own, rules = found.own, found.rules
    leaders, one = listed([labels.models[m] for m in own.leaders]), len(own.leaders) == 1
    agree, be = sum(rule.same for rule in rules), "is" if one else "are"
    if len(rules) > 1:
        share = f"{agree} of {len(rules)}"
        if agree == len(rules):
            share = "both" if agree == 2 else f"all {agree}"
        others = dict.fromkeys(m for rule in rules for m in rule.leaders if m not in own.leaders)
        names = listed([labels.models[m] for m in others], _MOST_NAMED)
        yield f"{leaders} {be} first by {share} rules{f'; by others, {names}' if others else ''}."
    if found.left_out is not None:
        yield from _left_out_sentences(site, found.left_out, own, leaders)


def _left_out_sentences(site: Site, left_out: LeftOut, own: RuleResult, who: str) -> Iterator[str]:
    """Say whether the leader stays first without any one task, and which task matters most."""
    labels, n, changed = site.labels, left_out.tried, left_out.changed
    stay = "stays" if len(own.leaders) == 1 else "stay"
    if not changed:
        yield f"With any one of the {count(n)} tasks left out, {who} {stay} first."
    elif not left_out.kept:
        do = "does" if len(own.leaders) == 1 else "do"
        yield f"Whichever task is left out, {who} {do} not stay first."
    else:
        tasks = listed([labels.tasks[task] for task in changed], _MOST_NAMED)
        kept = f"{who} {stay} first in {count(left_out.kept)} of {count(n)} cases"
        yield f"With one task left out, {kept}, but not without {tasks}."
    if left_out.task is None or left_out.share is None or own.second is None:
        return
    scale, task = _lead_scale(site, own), labels.tasks[left_out.task]
    share = f" ({percent(left_out.share)} of the lead)" if left_out.share > 0 else ""
    yield (
        f"The lead over {labels.models[own.second]} is {scale.signed(own.lead)}; without {task}, "
        f"which changes it most{share}, it is {scale.signed(left_out.lead)}."
    )
