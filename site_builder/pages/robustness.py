"""Make the tables that show how much the headline depends on the metric, the rule and one task."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from site_builder.charts.cells import number_cell, number_field, tested_cell, text_cell
from site_builder.compute.robustness import LeftOut, MetricResult, Robustness, RuleResult
from site_builder.compute.rules import find_rule
from site_builder.compute.significance import LiftTest
from site_builder.formatting import NumberFormat, count, listed, p_value, percent, sentence
from site_builder.labels import Labels
from site_builder.pages.page import Site, TitledTable
from site_builder.table_model import Cell, Column, Field, table_of

_MOST_NAMED = 4


# --- by metric ----------------------------------------------------------------------------------


def metric_name(site: Site, result: MetricResult) -> str:
    """Return the name of a metric, or the metrics that are none of their own: `other (mae)`."""
    if result.metric is not None:
        return result.metric
    stated = (site.results.catalog.tasks[task].metric for task in result.tasks)
    names = listed([*dict.fromkeys(metric for metric in stated if metric is not None)])
    return site.labels.say("metrics.others" if names else "metrics.other", names=names)


def lifts_by_metric(site: Site) -> TitledTable | None:
    """Return who is ahead of the baseline on the tasks of each metric; None for one metric."""
    if not site.results.metrics:
        return None
    labels, board = site.labels, site.results.board
    leader = next((s.model for s in board.ranked if s.model in board.tests["baseline"]), "")
    baseline, term, say = labels.baseline, "metrics", labels.say
    gap = say("metrics.gap_help", baseline=baseline, turning=labels.turning)
    ahead, corrected = say("metrics.ahead_help", baseline=baseline), say("metrics.p_help")
    whole = _whole_result(site, leader)

    def test_of(result: MetricResult) -> LiftTest | None:
        return result.tests[labels.roles.primary].get(leader)

    def name(result: MetricResult) -> Cell:
        return text_cell(say("metrics.all") if result is whole else metric_name(site, result))

    def lift(result: MetricResult) -> Cell:
        has_one_scale = result is whole or board.rules.averaged
        scale = labels.scale if has_one_scale else labels.scales[result.tasks[0]]
        return tested_cell(test, scale) if (test := test_of(result)) else text_cell(None)

    def p(result: MetricResult) -> Cell:
        test = test_of(result)
        if test is None or test.verdict == "too few":
            return text_cell(None)
        return number_cell(test.p, p_value(test.p))

    ahead_of, tasks = say("metrics.ahead", baseline=baseline), labels.column("tasks", "number")
    p_column = labels.column(
        "p", "number", help=corrected, first_order="ascending", term="lift-tests"
    )
    leads = Column("leader", labels.models.get(leader, ""), "number", gap, term=term)
    fields: tuple[Field[MetricResult], ...] = (
        Field(labels.column("metric"), name),
        number_field(tasks, lambda result: len(result.tasks), count),
        Field(Column("ahead", ahead_of, "number", ahead, term=term), partial(_ahead_cell, labels)),
        Field(leads, lift, bool(leader)),
        Field(p_column, p, bool(leader)),
    )
    caption = say("metrics.caption", baseline=baseline)
    table = table_of("by-metric", caption, fields, (whole, *site.results.metrics))
    title = f"{_metric_summary(site)} {_decisive_summary(site)}".strip()
    return TitledTable("by-metrics", title, table)


def _ahead_cell(labels: Labels, result: MetricResult) -> Cell:
    if result.ahead is None or not result.compared:
        return text_cell(None)
    say, n = labels.say, result.clearly_ahead
    clearly = "" if n is None else say("metrics.clearly", n)
    return Cell(say("n_of", result.ahead, of=result.compared), result.ahead, clearly)


def _whole_result(site: Site, leader: str) -> MetricResult:
    """Return the lifts over the baseline on all tasks, whatever their metric."""
    stats, board = site.results.stats, site.results.board
    averaged, tests = board.rules.averaged, board.tests["baseline"]
    is_tested = averaged and leader in tests and tests[leader].verdict != "too few"
    return MetricResult(
        None,
        board.tasks,
        stats.models_compared,
        stats.models_ahead_of_baseline if averaged else None,
        stats.models_clearly_ahead_of_baseline if is_tested else None,
        {board.variant: tests},
    )


def _metric_summary(site: Site) -> str:
    """Say how many models are ahead of the baseline by each metric that has a mean."""
    say, parts = site.labels.say, list[str]()
    for result in site.results.metrics:
        if result.ahead is not None and result.compared:
            n_tasks = say("n_tasks_of", len(result.tasks), of=metric_name(site, result))
            parts.append(say("metrics.of", result.ahead, of=result.compared, n_tasks=n_tasks))
    baseline = site.labels.baseline
    return say("metrics.summary", baseline=baseline, parts="; ".join(parts)) if parts else ""


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


def leader_by_rule(site: Site) -> TitledTable | None:
    """Return who leads the board by other rules; None for one rule or task."""
    found, labels, say = site.results.robustness, site.labels, site.labels.say
    if found is None or len(found.rules) < 2 or len(site.results.board.tasks) < 2:
        return None
    caption = say("rules.caption")

    def first(result: RuleResult) -> Cell:
        names, note = listed([labels.models[m] for m in result.leaders]), say("rules.shared")
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
        number_field(labels.column("tasks", "number"), lambda result: result.tasks, count),
        Field(Column("first", say("rules.first")), first),
        Field(
            Column("same", say("rules.same")), lambda r: text_cell(say(f"rules.is_same.{r.same}"))
        ),
    )
    table = table_of("by-rule", caption, fields, found.rules)
    first_sentence, *more = _leader_sentences(site, found)
    return TitledTable("by-rules", first_sentence, table, " ".join(more))


def _lead_scale(site: Site, result: RuleResult) -> NumberFormat:
    if result.rule == "mean_win_rate":
        return site.labels.rate_scale
    if site.results.board.rules.averaged:
        return site.labels.scale
    tasks = site.results.catalog.tasks.values()
    return site.labels.scales[next(t.task for t in tasks if t.metric == result.metric)]


def _leader_sentences(site: Site, found: Robustness) -> Iterator[str]:
    labels, own, rules = site.labels, found.own, found.rules
    leaders, agree = listed([labels.models[m] for m in own.leaders]), sum(r.same for r in rules)
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
