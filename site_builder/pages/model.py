"""Make the page of all models and of each model."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from site_builder.addresses import Address, Fact, Link
from site_builder.charts.cells import number_cell, source_link, tested_cell, text_cell
from site_builder.charts.chart import Chart
from site_builder.charts.scores import chart_beside_median
from site_builder.compute.catalog import ModelInfo
from site_builder.compute.significance import LiftTest
from site_builder.errors import working_on
from site_builder.formatting import billions, coverage, escape_markdown, ordinal, p_value
from site_builder.pages.answers import Answer, model_answer, model_board
from site_builder.pages.board_table import span_text
from site_builder.pages.boards import waiting_facts
from site_builder.pages.history import rank_line
from site_builder.pages.interactive import compare_link
from site_builder.pages.model_rivals import make_rivals
from site_builder.pages.model_scores import ScoreSource, make_source
from site_builder.pages.model_sections import (
    make_boards,
    make_categories,
    make_measures,
    make_prices,
)
from site_builder.pages.model_tasks import ALL_SCORES, make_task_scores
from site_builder.pages.page import Page, Site, TitledTable, citation_of, in_sequence
from site_builder.records import Record
from site_builder.table_model import Cell, Column, Field, Table, table_of


class Badge(Record):
    """A badge in two parts: the site's title and the model's rank.

    Attributes:
        title: Both, for those who cannot see the badge.
        alt: Its alternative text, without a figure that could become outdated.
        markdown: The same, escaped for Markdown.
    """

    label: str
    message: str
    title: str
    ranked: bool
    alt: str
    markdown: str


class ModelContext(Record):
    """What a model's page shows.

    Attributes:
        description: What the models table says of it.
        answer: Whether tuning it helps, or its place; None without a score.
        history: Its rank over releases; None below two of them.
        waiting: Other settings of its model that are not evaluated, and why.
        facts: Its row of the models table, in one line.
        tasks: Its scores by task; None without any.
        others: Its scores beside the medians of all; None where there is too little to draw.
        categories: Its means by category; None below two categories with a mean.
        prices: What it costs; None without a list price.
        measures: What was measured beside the score; None without any.
        boards: Its place on each board of the site; None where there is one.
        rivals: Its other settings, and the models next to it; None without any.
        tests: Whether its lifts are real; None without any.
        compare: Link to a comparison with its neighbours; None without another model.
        source: Where the scores come from.
        badge: Its rank, to show on other pages.
    """

    description: str
    answer: Answer | None
    history: Link | None
    waiting: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    tasks: TitledTable | None
    others: Chart | None
    categories: TitledTable | None
    prices: TitledTable | None
    measures: TitledTable | None
    boards: TitledTable | None
    rivals: TitledTable | None
    tests: Table | None
    compare: Link | None
    source: ScoreSource
    badge: Badge


def make_models(site: Site) -> Iterator[Page]:
    """Yield a page for each entry, in the order of the board, or of the models table."""
    models = [s.model for s in site.results.board.entries]
    others = [model for model in site.computed.whole.catalog.models if model not in {*models}]
    if site.has_boards:
        models, others = list(site.computed.whole.catalog.models), []
    yield from in_sequence(_make_model(site.of_entries[m], m) for m in (*models, *others))


# --- the page of a model ------------------------------------------------------------------------


def model_summary(site: Site, model: str) -> str:
    """Return the rank of a model in one sentence, for its page and for search engines."""
    labels, board, say = site.labels, model_board(site, model), site.labels.say
    s, name = board.entry(model), labels.models[model]
    if not s.scored and any(model in runs.left_out for runs in site.results.scores.runs.values()):
        return say("model.flagged", name=name)
    if not s.scored and model in site.computed.whole.scores.runs[board.variant].models_scored:
        return say("model.unranked.elsewhere", name=name)
    if not s.scored:
        fact = site.results.catalog.models[model]
        why = f"{fact.status or 'no_scores'}{'_since' if fact.status and fact.reason else ''}"
        return say(f"model.{why}", name=name, reason=(fact.reason or "").rstrip("."))
    variant = labels.before_noun(board.variant).rstrip()
    if s.rank is None:
        known = ("no rival", "no common tasks", "reference")
        why = s.unranked if s.unranked in known else "coverage"
        who = say("model.in_variant", name=name, variant=variant) if variant else name
        return say(f"model.unranked.{why}", name=who, of=coverage(s.scored, len(board.tasks)))
    n, merit = len(board.ranked), labels.merit_scale(board).score(board.merit(s))
    by_all = board.rules.rank_by == "additive"
    kind = "only" if n == 1 else "level" if board.is_level else "rank"
    over = labels.tasks_of(board) if by_all else say("n_tasks", s.scored)
    return say(
        f"model.summary.{kind}{'_variant' if variant else ''}",
        n - 1,
        name=name,
        rank=ordinal(s.rank),
        of=n,
        variant=variant,
        merit=say.with_article(labels.merit_label(board)),
        value=merit,
        over=say("model.whole_run") if board.rule.is_of_run else over,
    )


def make_badge(site: Site, model: str) -> Badge:
    """Return the badge of a model: its ranks, and the figure that ranks it."""
    labels, board, label = site.labels, model_board(site, model), site.config.site.title
    s, name = board.entry(model), labels.models[model]
    message = labels.say("model.not_ranked")
    if s.rank is not None:
        is_primary = board.variant == labels.roles.primary
        variant = "" if is_primary else f", {labels.in_sentence(board.variant)}"
        n = len(board.ranked)
        ends = (1, n) if board.is_level else (s.rank, s.rank)
        ranks = span_text(*(s.rank_interval or ends))
        value = labels.merit_scale(board).score(board.merit(s))
        if not board.by_average:
            value = f"{labels.merit_label(board).removeprefix('mean ')} {value}"
        message = labels.say("model.badge_rank", ranks=ranks, of=n, variant=variant)
        message += f" \N{MIDDLE DOT} {value}"
    alt, title = labels.say("model.badge", name=name, site=label), f"{label}: {name} {message}"
    alt = " ".join(alt.split())
    return Badge(label, message, title, s.rank is not None, alt, escape_markdown(alt))


def _make_model(site: Site, model: str) -> Page:
    with working_on(f"the page of {model!r}"):
        name, here = site.labels.models[model], Address("model", model)
        summary, crumbs = model_summary(site, model), (site.home, site.link("models"))
        context = partial(_context, site, model)
        cite = citation_of(site, name, summary, here)
        return Page(here, "model.html", name, summary, context, crumbs, cite=cite)


def _context(site: Site, model: str) -> ModelContext:
    whole, board = site.whole, model_board(site, model)
    fact, scores = site.results.catalog.models[model], whole.results.scores.stated_of(model)
    return ModelContext(
        description=fact.description or "",
        answer=model_answer(site, model),
        history=rank_line(site, model),
        waiting=waiting_facts(whole, beside=model),
        facts=tuple(_facts(site, fact)),
        tasks=make_task_scores(whole, model, board, scores) if scores else None,
        others=chart_beside_median(whole.results, whole.labels, model, board.variant, ALL_SCORES),
        categories=make_categories(site, board, model),
        prices=make_prices(site, model),
        measures=make_measures(site, board, model),
        boards=make_boards(site, model),
        rivals=make_rivals(site, board, model),
        tests=_lift_tests_table(site, model),
        compare=compare_link(site, board, model),
        source=make_source(site, scores),
        badge=make_badge(site, model),
    )


def _facts(site: Site, fact: ModelInfo) -> Iterator[Fact]:
    """Yield what is known of a model; a label stands where the value alone would not be clear."""
    labels, say = site.labels, site.labels.say
    known = (
        fact.developer,
        say("model.parameters", size=billions(fact.parameters_b)) if fact.parameters_b else None,
        fact.tuning,
        fact.release_date,
        fact.license,
    )
    yield from (Fact("", text) for text in known if text is not None)
    if fact.of != fact.model:
        yield Fact(say("column.model"), fact.of)
    for facet in site.results.catalog.facets:
        text = fact.facets[facet.id]
        if text is not None and text not in known:
            yield Fact(facet.label, labels.yes_or_no(labels.facet_text(facet.id, text)))
    yield from (Fact(say("caution.label"), text) for text in site.whole.cautions(fact.model))
    if fact.url is not None:
        shown = fact.hf_id or source_link(fact.url).text
        yield Fact("", shown, link=Link(shown, href=fact.url))


# --- details -----------------------------------------------------------------------------------


class _Tested(Record):
    """A test of lifts: what was compared, and the verdict in words."""

    label: str
    verdict: str
    test: LiftTest


def _lift_tests_table(site: Site, model: str) -> Table | None:
    """Return the tests of the lifts over base, then over the baseline; None without any."""
    labels, say = site.labels, site.labels.say
    words = {"base": labels.base, "baseline": labels.baseline}
    tested = [
        _Tested(
            say(f"model.tested.{against}", variant=labels.variants[variant], **words),
            say(f"model.verdict.{against}.{test.verdict}"),
            test,
        )
        for against in ("base", "baseline")
        for variant, board in site.results.boards.items()
        if (test := board.tests[against].get(model))
    ]
    if not tested:
        return None
    has_means = any(t.test.mean is not None for t in tested)
    meaning, corrected = say("model.tests.mean_help"), say("model.tests.p_help")
    fields: tuple[Field[_Tested], ...] = (
        Field(labels.column("difference"), lambda t: text_cell(t.label)),
        Field(
            Column("mean", say("model.tests.mean"), "number", meaning, term="lift-tests"),
            lambda t: tested_cell(t.test, labels.scale),
            has_means,
        ),
        Field(
            Column("tasks", say("model.tests.signs"), "number"),
            lambda t: Cell(f"{t.test.above} / {t.test.equal} / {t.test.below}", t.test.above),
        ),
        Field(
            Column("p", say("column.p"), "number", corrected, "ascending", "lift-tests"),
            lambda t: number_cell(t.test.p, p_value(t.test.p)),
        ),
        Field(
            Column("verdict", say("model.tests.verdict"), term="lift-tests"),
            lambda t: text_cell(t.verdict),
        ),
    )
    return table_of("lift-tests", say("model.tests.caption"), fields, tested)
