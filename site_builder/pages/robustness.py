"""Make the tables that show how much the headline depends on the metric, the rule and one task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from site_builder.charts.cells import names_text, number_cell, tested_cell, text_cell
from site_builder.compute.robustness import LeftOut, MetricResult, RuleResult
from site_builder.compute.rules import find_rule
from site_builder.compute.significance import LiftTest
from site_builder.formatting import NumberFormat, count, listed, p_value, percent, sentence
from site_builder.labels import Labels
from site_builder.pages.page import Site
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, table_of

_MOST_NAMED = 4


class Finding(Record):
    """A table, what it shows in a sentence, and more of that."""

    summary: str
    table: Table
    more: str = ""


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
    names = listed([*dict.fromkeys(metric for metric in stated if metric is not None)])
    return site.labels.say("metrics.others" if names else "metrics.other", names=names)


def metric_scale(site: Site, result: MetricResult) -> NumberFormat:
    """Return the format of means over the tasks of one metric."""
    averaged = site.results.board.rules.averaged
    return site.labels.scale if averaged else site.labels.scales[result.tasks[0]]


def lifts_by_metric(site: Site) -> Finding | None:
    """Return who is ahead of the baseline on the tasks of each metric; None for one metric."""
    if not site.results.metrics:
        return None
    labels, board = site.labels, site.results.board
    leader = next((s.model for s in board.ranked if s.model in board.tests["baseline"]), None)
    rows = [_whole_row(site, leader)]
    rows += [
        _MetricRow(
            metric_name(site, result),
            len(result.tasks),
            result.tests[labels.roles.primary].get(leader or ""),
            result.compared,
            result.ahead if result.compared else None,
            result.clearly_ahead,
            metric_scale(site, result),
        )
        for result in site.results.metrics
    ]
    baseline, term, say = labels.baseline, "metrics", labels.say
    gap = say("metrics.gap_help", baseline=baseline, turning=labels.turning)
    ahead, corrected = say("metrics.ahead_help", baseline=baseline), say("metrics.p_help")
    name = labels.models[leader] if leader else ""

    def models_ahead(row: _MetricRow) -> Cell:
        if row.ahead is None:
            return text_cell(None)
        clearly = "" if row.clearly_ahead is None else say("metrics.clearly", row.clearly_ahead)
        return Cell(say("n_of", row.ahead, of=row.compared), row.ahead, clearly)

    def lift(row: _MetricRow) -> Cell:
        return tested_cell(row.test, row.scale) if row.test else text_cell(None)

    def p(row: _MetricRow) -> Cell:
        if row.test is None or row.test.verdict == "too few":
            return text_cell(None)
        return number_cell(row.test.p, p_value(row.test.p))

    ahead_of = say("metrics.ahead", baseline=baseline)
    p_column = Column("p", say("column.p"), "number", corrected, "ascending", "lift-tests")
    fields: tuple[Field[_MetricRow], ...] = (
        Field(Column("metric", say("column.metric")), lambda row: text_cell(row.label)),
        _tasks_field(labels),
        Field(Column("ahead", ahead_of, "number", ahead, term=term), models_ahead),
        Field(Column("leader", name, "number", gap, term=term), lift, bool(leader)),
        Field(p_column, p, bool(leader)),
    )
    table = table_of("by-metric", say("metrics.caption", baseline=baseline), fields, rows)
    summary = f"{_metric_summary(labels, rows[1:])} {_decisive_summary(site)}".strip()
    return Finding(summary, table)


def _tasks_field(labels: Labels) -> Field[Any]:
    column = Column("tasks", labels.say("column.tasks"), "number")
    return Field(column, lambda row: number_cell(row.tasks, count(row.tasks)))


def _whole_row(site: Site, leader: str | None) -> _MetricRow:
    stats, averaged = site.results.stats, site.results.board.rules.averaged
    test = site.results.board.tests["baseline"].get(leader or "")
    is_tested = averaged and test is not None and test.verdict != "too few"
    return _MetricRow(
        site.labels.say("metrics.all"),
        stats.tasks,
        test,
        stats.models_compared,
        stats.models_ahead_of_baseline if averaged else None,
        stats.models_clearly_ahead_of_baseline if is_tested else None,
        site.labels.scale,
    )


def _metric_summary(labels: Labels, rows: Sequence[_MetricRow]) -> str:
    """Say how many models are ahead of the baseline by each metric that has a mean."""
    say = labels.say
    known = [(row, say("n_tasks_of", row.tasks, of=row.label)) for row in rows]
    parts = [
        say("metrics.of", row.ahead, of=row.compared, n_tasks=n_tasks)
        for row, n_tasks in known
        if row.ahead is not None
    ]
    return say("metrics.summary", baseline=labels.baseline, parts="; ".join(parts)) if parts else ""


def _decisive_summary(site: Site) -> str:
    """Say which tasks make the leader's difference from the baseline; empty without a lead."""
    labels, found = site.labels, site.results.decisive
    if found is None:
        return ""
    say, n, n_tasks = labels.say, len(found.tasks), labels.say("n_tasks", site.results.stats.tasks)
    names = listed([labels.tasks[task] for task in found.tasks], _MOST_NAMED)
    words = {"name": labels.models[found.model], "baseline": labels.baseline, "names": names}
    return say("metrics.decisive", n, n_tasks=n_tasks, share=percent(found.share), **words)


# --- the leader by other rules ------------------------------------------------------------------


def leader_by_rule(site: Site) -> Finding | None:
    """Return who leads the board by other rules; None for one rule or task."""
    found, labels, say = site.results.robustness, site.labels, site.labels.say
    if found is None or len(found.rules) < 2 or len(site.results.board.tasks) < 2:
        return None
    caption = say("rules.caption")

    def first(result: RuleResult) -> Cell:
        names, note = names_text(labels, result.leaders), say("rules.shared")
        if result.second is not None:
            lead = _lead_scale(site, result).signed(result.lead)
            note = say("rules.lead", lead=lead, name=labels.models[result.second])
        return Cell(names, names, note)

    def rule(result: RuleResult) -> Cell:
        name, metric = sentence(labels.rule(find_rule(result.rule, ()))), result.metric
        if metric is not None:
            name = say("rules.metric", rule=name, metric=metric)
        return text_cell(name, (labels.tag("this_board"),) if result is found.own else ())

    fields: tuple[Field[RuleResult], ...] = (
        Field(Column("rule", say("rules.rule"), term="other-rules", spoken_label=caption), rule),
        _tasks_field(labels),
        Field(Column("first", say("rules.first")), first),
        Field(
            Column("same", say("rules.same")), lambda r: text_cell(say(f"rules.is_same.{r.same}"))
        ),
    )
    table = table_of("by-rule", caption, fields, found.rules)
    first_sentence, *more = _leader_sentences(site)
    return Finding(first_sentence, table, " ".join(more))


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
    leaders, agree = listed([labels.models[m] for m in own.leaders]), sum(r.same for r in rules)
    if len(rules) > 1:
        others = dict.fromkeys(m for rule in rules for m in rule.leaders if m not in own.leaders)
        said = "rules.some_others" if others else "rules.some"
        if agree == len(rules):
            said = "rules.both" if agree == 2 else "rules.all"
        names = listed([labels.models[m] for m in others], _MOST_NAMED)
        n, of = len(own.leaders), len(rules)
        yield labels.say(said, n, leaders=leaders, agree=agree, of=of, names=names)
    if found.left_out is not None:
        yield from _left_out_sentences(site, found.left_out, own, leaders)


def _left_out_sentences(site: Site, left_out: LeftOut, own: RuleResult, who: str) -> Iterator[str]:
    """Say whether the leader stays first without any one task, and which task matters most."""
    labels, say, kept = site.labels, site.labels.say, left_out.kept
    said = "left_out.never" if not left_out.changed else "left_out.some" if kept else "left_out.any"
    names = listed([labels.tasks[task] for task in left_out.changed], _MOST_NAMED)
    yield say(said, len(own.leaders), who=who, kept=kept, of=left_out.tried, names=names)
    if left_out.task is None or left_out.share is None or own.second is None:
        return
    scale = _lead_scale(site, own)
    yield say(
        "left_out.lead_share" if left_out.share > 0 else "left_out.lead",
        second=labels.models[own.second],
        lead=scale.signed(own.lead),
        name=labels.tasks[left_out.task],
        share=percent(left_out.share),
        without=scale.signed(left_out.lead),
    )
