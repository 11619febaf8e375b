"""Make the page of all models and of each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from site_builder.addresses import Address, Fact, Link
from site_builder.charts.cells import (
    RANK,
    category_cell,
    linked_score_cell,
    model_cell,
    names_text,
    number_cell,
    score_cell,
    single_lift_cell,
    task_cell,
    tested_cell,
    text_cell,
)
from site_builder.charts.chart import Chart
from site_builder.charts.scores import chart_model_tasks
from site_builder.compute.board import Board, Entry
from site_builder.compute.catalog import ModelInfo
from site_builder.compute.intervals import LEVEL
from site_builder.compute.scores import Score
from site_builder.compute.significance import LiftTest
from site_builder.formatting import (
    MISSING,
    NOT_STATED,
    NumberFormat,
    billions,
    count,
    coverage,
    p_value,
    percent,
    sentence,
)
from site_builder.labels import Labels
from site_builder.messages import with_article
from site_builder.pages.answers import Answer, model_answer, model_board
from site_builder.pages.board_table import rank_cell, span_text
from site_builder.pages.interactive import compare_link
from site_builder.pages.model_scores import (
    ALL_SCORES,
    ModelScore,
    list_scores,
    provenance_table,
    scores_legend,
    scores_table,
    unstated_note,
)
from site_builder.pages.page import HOME, Page, Site, cite_page, in_sequence
from site_builder.pages.robustness import (
    metric_name,
    metric_scale,
)
from site_builder.records import Record
from site_builder.table_model import (
    AxisRange,
    Cell,
    Column,
    Field,
    LegendItem,
    Table,
    draw_dumbbell,
    table_of,
)
from site_builder.tables.schema import Facet

_REACH = 2
_N_FIGURES = 4
# Characters that could end the text of a Markdown link, or begin something else within it.
_ESCAPES = str.maketrans({mark: f"\\{mark}" for mark in "\\[]<>`*_!&"})


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
        summary: Its rank, in a sentence.
        answer: Whether tuning it pays, or whether it is the best; None where nothing says it.
        facts: Its row of the models table.
        figures: The headline figures.
        tasks: Its scores by task; None below two tasks.
        categories: Its means by category; None below two categories with a mean.
        best_tasks: The tasks where it has the best score.
        worse_tasks: The tasks where tuning made its score worse; None without a pair of scores.
        tests: Whether its lifts are real; None without any.
        boards: Its rank on each board of the site; None where there is one.
        others: The other entries of its model; None where it has none.
        board: Its neighbours on the board.
        compare: Link to a comparison with its neighbours; None without another model.
        scores: Every score, a row for each task.
        scores_legend: What the marks of scores stand for; empty where there are none.
        provenance: Where the scores come from.
        missing_provenance: What is not known of any score of the board.
        badge: Its rank, to show on other pages.
    """

    description: str
    summary: str
    answer: Answer | None
    facts: tuple[Fact, ...]
    figures: tuple[Fact, ...]
    tasks: Chart | None
    categories: Table | None
    best_tasks: Table
    worse_tasks: Table | None
    tests: Table | None
    boards: Table | None
    others: Table | None
    board: Table
    compare: Link | None
    scores: Table
    scores_legend: tuple[LegendItem, ...]
    provenance: Table
    missing_provenance: str
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
    if not s.scored and any(model in site.results.scores.left_out(v) for v in labels.variants):
        return say("model.flagged", name=name)
    if not s.scored:
        return say("model.no_scores", name=name)
    variant = labels.before_noun(board.variant).rstrip()
    if s.rank is None:
        why = s.unranked if s.unranked in ("no rival", "no common tasks") else "coverage"
        who = say("model.in_variant", name=name, variant=variant) if variant else name
        return say(f"model.unranked.{why}", name=who, of=coverage(s.scored, len(board.tasks)))
    n = len(board.ranked)
    place = say("model.rank" if n > 1 else "model.only", name=name, rank=_ordinal(s.rank), of=n)
    parts = [place, *([variant] if variant else [])]
    over = labels.tasks_of(board) if board.rules.rank_by == "additive" else ""
    if (merit := board.merit(s)) is not None:
        over, value = over or say("n_tasks", s.scored), labels.merit_scale(board).score(merit)
        rule = with_article(board.rule.label)
        parts.append(say("model.merit", merit=rule, value=value, over=over))
    return f"{'; '.join((', '.join(parts), *_firmness(labels, board, s)))}."


def _firmness(labels: Labels, board: Board, s: Entry) -> Iterator[str]:
    """Yield whether a model may be first, or which others may, if either is known.

    Nothing where most models may be first, which the board says once.
    """
    if not board.tested or not s.tied_with_best or board.most_may_be_first:
        return
    if s.rank != 1:
        yield labels.say("model.may_be_first")
    elif others := len(board.leaders) + len(board.rivals) - 1:
        yield labels.say("model.others_first", others=labels.say("n_other_models", others))


def make_badge(site: Site, model: str) -> Badge:
    """Return the badge of a model: its ranks, and the figure that ranks it."""
    labels, board, label = site.labels, model_board(site, model), site.config.site.title
    s, name = board.entry(model), labels.models[model]
    message = labels.say("model.not_ranked")
    if s.rank is not None:
        is_primary = board.variant == labels.roles.primary
        variant = "" if is_primary else f", {labels.in_sentence(board.variant)}"
        ranks = span_text(*(s.rank_interval or (s.rank, s.rank)))
        parts = [f"#{ranks} of {len(board.ranked)}{variant}"]
        value = labels.merit_scale(board).score(board.merit(s))
        if board.by_average:
            parts.append(value)
        else:
            parts.append(f"{board.rule.label.removeprefix('mean ')} {value}")
        message = " \N{MIDDLE DOT} ".join(parts)
    alt, title = labels.say("model.badge", name=name, site=label), f"{label}: {name} {message}"
    alt = " ".join(alt.split())
    return Badge(label, message, title, s.rank is not None, alt, alt.translate(_ESCAPES))


def _make_model(site: Site, model: str) -> Page:
    name, crumbs, here = (
        site.labels.models[model],
        (HOME, site.link("models")),
        Address("model", model),
    )
    summary = model_summary(site, model)
    context = partial(_context, site, model, summary)
    cite = cite_page(site, name, summary, here)
    return Page(here, "model.html", name, summary, context, crumbs, cite=cite)


def _context(site: Site, model: str, summary: str) -> ModelContext:
    results, labels = site.results, site.labels
    fact, board = results.catalog.models[model], model_board(site, model)
    scores = list_scores(site.whole, model)
    return ModelContext(
        description=fact.description or "",
        summary=summary,
        answer=model_answer(site, model),
        facts=tuple(_facts(site, fact)),
        figures=tuple(islice(_figures(site, board, model), _N_FIGURES)),
        tasks=chart_model_tasks(results, labels, model, ALL_SCORES),
        categories=_categories_table(site, board, model),
        best_tasks=_best_tasks_table(site.whole, board.variant, model, scores),
        worse_tasks=_worse_tasks_table(site.whole, scores),
        tests=_lift_tests_table(site, model),
        boards=_boards_table(site, model),
        others=_others_table(site, model),
        board=_neighbours_table(site, board, model),
        compare=compare_link(site, board, model),
        scores=scores_table(site.whole, model, scores),
        scores_legend=scores_legend(labels, scores),
        provenance=provenance_table(site.whole, scores),
        missing_provenance=unstated_note(site),
        badge=make_badge(site, model),
    )


def _ordinal(n: int) -> str:
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _facts(site: Site, fact: ModelInfo) -> Iterator[Fact]:
    say, size = site.labels.say, fact.parameters_b
    parameters = NOT_STATED if size is None else billions(size)
    if fact.of != fact.model:
        yield Fact(say("model.fact.of"), fact.of)
    facets = ((f.label, fact.facets[f.id]) for f in site.results.catalog.facets)
    yield from (Fact(label, text) for label, text in facets if text is not None)
    for name in ("developer", "family", "parameters", "release_date", "tuning", "license"):
        text = parameters if name == "parameters" else getattr(fact, name)
        if text is not None:
            yield Fact(say(f"model.fact.{name}"), text)
    if fact.url is not None:
        shown = fact.hf_id or fact.url
        yield Fact("Page", shown, link=Link(shown, href=fact.url))


def _figures(site: Site, board: Board, model: str) -> Iterator[Fact]:
    """Yield the headline figures that the board defines, the most important first."""
    labels, scale, s, say = site.labels, site.labels.scale, board.entry(model), site.labels.say
    if not s.scored:
        return
    rank = say("model.figure.rank")
    if s.rank_interval:
        rank = say("model.figure.ranks", ranks=span_text(*s.rank_interval))
    of = f"/{len(board.ranked)}" if s.rank else ""
    yield Fact(rank, str(s.rank or say("model.not_ranked")), of, term="rank")
    yield from _merit_facts(labels, board, s)
    if (lift := board.figure(s, "lift_over_base")) is not None:
        yield Fact(say("home.lift", base=labels.base), scale.signed(lift), term="lift")
    compared = board.compared(s)
    if compared and model != labels.roles.baseline:
        label = say("model.figure.beats", baseline=labels.baseline)
        beaten = count(board.count(s, "beats"))
        yield Fact(label, beaten, f"/{compared}", term="lift-over-baseline")
    scored = say("model.figure.scored")
    yield Fact(scored, count(s.scored), f"/{len(board.tasks)}", term="average")
    for statistic in board.statistics:
        value = board.figure(s, statistic.id)
        if statistic.measure is not None and value is not None:
            text = labels.statistic_scale(statistic, board).score(value)
            yield Fact(statistic.label.lower(), text, term="measures")


def _merit_facts(labels: Labels, board: Board, s: Entry) -> Iterator[Fact]:
    """Yield what ranks a model: its average or its win rate."""
    merit, average, say = board.merit(s), board.figure(s, "average"), labels.say
    scale, label = labels.merit_scale(board), board.rule.label
    if s.interval and board.rules.rank_by != "mean_win_rate":
        ends = scale.interval(*s.interval)
        label = say("model.figure.merit", merit=label, level=percent(LEVEL), interval=ends)
    if merit is not None:
        yield Fact(label, scale.score(merit), term=board.ranking.section)
    if board.rules.rank_by == "additive" and average is not None:
        yield Fact(say("model.figure.mean"), labels.scale.score(average), term="average")


# --- tables ------------------------------------------------------------------------------------


class _CategoryMeans(Record):
    """A model in a category, with its mean score there."""

    category: str
    board: Board
    entry: Entry
    mean: float
    scale: NumberFormat


def _categories_table(site: Site, board: Board, model: str) -> Table | None:
    """Return the means of a model by category: before, after, and the baseline's."""
    labels, roles, found = site.labels, site.labels.roles, list[_CategoryMeans]()
    say = labels.say
    for c in site.results.categories:
        own = c.boards[board.variant]
        s = own.entry(model)
        if c.averaged and (mean := own.average(s)) is not None:
            scale = labels.category_scales[c.category]
            found.append(_CategoryMeans(c.category, own, s, mean, scale))
    if len(found) < 2:
        return None
    is_tuned = roles.base is not None and board.variant in roles.tuned
    before = Column("before", labels.variants.get(roles.base or "", ""), "number")
    after = Column("average", labels.variants[board.variant], "number", term="average")
    gains = Column("gains", say("model.category.gains"), "number", say("model.category.gains_help"))

    def gains_cell(c: _CategoryMeans) -> Cell:
        of, helped = c.board.paired(c.entry), c.board.count(c.entry, "helped")
        return number_cell(helped, coverage(helped, of)) if of else text_cell(None)

    fields: tuple[Field[_CategoryMeans], ...] = (
        Field(labels.column("category"), lambda c: category_cell(c.category)),
        Field(
            before, lambda c: score_cell(c.board.figure(c.entry, "base_average"), c.scale), is_tuned
        ),
        Field(after, lambda c: score_cell(c.mean, c.scale)),
        Field(
            Column("line", say("model.category.line"), "plot"),
            partial(_means_drawing, _means_range(found)),
            board.rules.averaged,
        ),
        Field(
            Column("baseline", labels.baseline, "number"),
            lambda c: score_cell(c.board.figure(c.entry, "baseline_average"), c.scale),
            roles.baseline not in (None, model),
        ),
        Field(gains, gains_cell, is_tuned),
        Field(
            Column("tasks", say("column.tasks"), "number"),
            lambda c: number_cell(c.entry.scored, count(c.entry.scored)),
        ),
    )
    return table_of("by-category", say("model.category.caption"), fields, found)


def _means_range(found: Sequence[_CategoryMeans]) -> AxisRange:
    ends = (
        (
            c.mean,
            c.board.figure(c.entry, "base_average"),
            c.board.figure(c.entry, "baseline_average"),
        )
        for c in found
    )
    drawn = [value for values in ends for value in values if value is not None]
    return AxisRange(min(drawn), max(drawn))


def _means_drawing(limits: AxisRange, c: _CategoryMeans) -> Cell:
    text = f"{c.category}: {c.scale.score(c.mean)}"
    base, beside = (c.board.figure(c.entry, f"{of}_average") for of in ("base", "baseline"))
    before, after, reference = map(limits.place, (base, c.mean, beside))
    return Cell("", c.mean, drawing=draw_dumbbell(before, after, reference, text=text))


def _best_tasks_table(site: Site, variant: str, model: str, scores: Sequence[ModelScore]) -> Table:
    """Return the tasks where the model has the best score of a variant, and who shares it."""
    labels = site.labels
    best = {t.task: t.best[variant].models for t in site.results.tasks if variant in t.best}
    counting = (s.counted for s in scores if s.counted and s.variant == variant)

    def shared(row: Score) -> Cell:
        return text_cell(names_text(labels, [m for m in best[row.task] if m != model]) or None)

    score = f"{labels.before_noun(variant)}score"
    return table_of(
        "at-top",
        labels.say("model.best.caption", score=score),
        _score_fields(labels, Field(Column("shared", labels.say("model.best.shared")), shared)),
        [score for score in counting if model in best.get(score.task, ())],
        empty=labels.say("model.best.empty", score=score),
    )


def _worse_tasks_table(site: Site, scores: Sequence[ModelScore]) -> Table | None:
    """Return the tasks where tuning made the score worse; None without a pair of scores."""
    results, labels = site.results, site.labels
    counting = [s.counted for s in scores if s.counted]
    if all(s.lift_over_base is None for s in counting):
        return None

    def lift(row: Score) -> float:
        return row.lift_over_base or 0.0

    words = {"base": labels.base, "tuned": labels.tuned}
    heading = labels.say("model.worse.lift", **words)
    column = Column("lift", heading, "number", first_order="ascending", term="lift")
    return table_of(
        "hurt",
        labels.say("model.worse.caption", **words),
        _score_fields(
            labels,
            Field(column, partial(single_lift_cell, results, labels, against="base")),
            named=len(labels.roles.tuned) > 1,
        ),
        sorted((s for s in counting if lift(s) < 0), key=lift),
        sorted_by="lift",
        empty=labels.say("model.worse.empty", **words),
    )


def _score_fields(
    labels: Labels, last: Field[Score], *, named: bool = False
) -> tuple[Field[Score], ...]:
    """Return the columns of scores, with their variants if `named`, and a last column."""

    def score_cell(score: Score) -> Cell:
        against = score.at_chance
        return linked_score_cell(labels, score.key, score.score, "", score.flag, against)

    return (
        Field(labels.column("task"), lambda s: task_cell(labels, s.task)),
        Field(
            Column("variant", labels.say("column.variant")),
            lambda s: text_cell(labels.variants[s.variant]),
            named,
        ),
        Field(Column("score", labels.say("column.score"), "number"), score_cell),
        last,
    )


def _boards_table(site: Site, model: str) -> Table | None:
    """Return the rank of an entry on each board that has it; None where the site has one board."""
    if not site.has_boards:
        return None
    say = site.labels.say
    found = [
        (each, each.results.board, each.results.board.entry(model))
        for each in site.by_board
        if model in each.results.catalog.models
    ]

    def value_cell(row: tuple[Site, Board, Entry]) -> Cell:
        each, board, s = row
        value = board.merit(s)
        shown = each.labels.merit_scale(board).score(value)
        return number_cell(value, shown, board.rule.label)

    def place_cell(row: tuple[Site, Board, Entry]) -> Cell:
        _, board, s = row
        return number_cell(s.rank, str(s.rank or MISSING), say("out_of", of=len(board.ranked)))

    fields: tuple[Field[tuple[Site, Board, Entry]], ...] = (
        Field(Column("board", say("column.board")), lambda row: _board_cell(row[0])),
        Field(RANK, place_cell),
        Field(Column("value", say("column.score"), "number"), value_cell),
    )
    caption, empty = say("model.boards.caption"), say("model.boards.empty")
    return table_of("boards", caption, fields, found, empty=empty)


def _board_cell(site: Site) -> Cell:
    title = site.board.title
    return Cell(title, title, link=Link(title, Address("board", site.board.id)))


def _others_table(site: Site, model: str) -> Table | None:
    """Return the entries of the same model, with the settings that tell them apart."""
    catalog, labels, board = site.results.catalog, site.labels, site.results.board
    whole = site.computed.whole.catalog
    mine = [m for m in whole.models.values() if m.of == whole.models[model].of]
    if len(mine) < 2:
        return None
    settings = [
        f for f in catalog.facets if f.is_setting and len({m.facets[f.id] for m in mine}) > 1
    ]

    def value_cell(m: ModelInfo) -> Cell:
        value = board.merit(board.entry(m.model)) if m.model in catalog.models else None
        return number_cell(value, labels.merit_scale(board).score(value))

    def facet_field(facet: Facet) -> Field[ModelInfo]:
        return Field(Column(facet.id, facet.label), lambda m: text_cell(m.facets[facet.id]))

    value = Column("value", sentence(board.rule.label), "number", term=board.ranking.section)
    fields: tuple[Field[ModelInfo], ...] = (
        Field(labels.column("model"), lambda m: model_cell(labels, m.model)),
        *map(facet_field, settings),
        Field(value, value_cell),
    )
    return table_of(
        "settings",
        labels.say("model.settings"),
        fields,
        mine,
        lambda m: "reference" if m.model == model else "",
    )


def _neighbours_table(site: Site, board: Board, model: str) -> Table:
    """Return the model among those next to it on a board; empty if it is not ranked."""
    labels, at = site.labels, board.places.get(model)
    shown: Sequence[Entry] = ()
    if at is not None:
        first = max(0, min(at - _REACH, len(board.ranked) - 2 * _REACH - 1))
        shown = board.ranked[first : first + 2 * _REACH + 1]
    own = board.ranking
    name = own.label.format_map({"baseline": labels.baseline})
    score = Column(own.id, name, "number", term=own.section)
    gap = Column("gap", labels.say("model.around.gap"), "number", term=score.term)
    # A win rate is better when it is greater, a mean score when its tasks say so.
    scale = labels.merit_scale(board)
    lower = board.rule.lower_is_better
    direction = float(site.results.scores.direction[0])
    if lower is not None:
        direction = -1.0 if lower else 1.0

    def merit(s: Entry) -> float:
        return board.merit(s) or 0.0

    def merit_cell(s: Entry) -> Cell:
        return Cell(scale.score(merit(s)), merit(s))

    def gap_cell(s: Entry) -> Cell:
        if s.model == model:
            return Cell(labels.say("model.around.this"), None, tone="soft")
        value = float(f"{direction * (merit(s) - merit(board.entry(model))):.12g}")
        return Cell(scale.signed(value), value, tone="soft")

    fields: tuple[Field[Entry], ...] = (
        Field(RANK, rank_cell),
        Field(labels.column("model"), lambda s: model_cell(labels, s.model)),
        Field(score, merit_cell),
        Field(gap, gap_cell),
    )
    return table_of(
        "around",
        labels.say("model.around.caption", variant=labels.before_noun(board.variant)),
        fields,
        shown,
        lambda s: "reference" if s.model == model else "",
        header=1,
        empty=labels.say("model.around.empty"),
    )


class _Tested(Record):
    """A lift that was tested.

    Attributes:
        label: What was compared.
        verdict: The verdict in words.
    """

    label: str
    verdict: str
    test: LiftTest
    scale: NumberFormat


def _lift_tests_table(site: Site, model: str) -> Table | None:
    """Return the tests of the lifts over base and over the baseline; None without any."""
    tested = [*_tests_of(site, model)]
    if not tested:
        return None
    has_means, say = any(t.test.mean is not None for t in tested), site.labels.say
    meaning, corrected = say("model.tests.mean_help"), say("model.tests.p_help")

    fields: tuple[Field[_Tested], ...] = (
        Field(Column("difference", say("column.difference")), lambda t: text_cell(t.label)),
        Field(
            Column("mean", say("model.tests.mean"), "number", meaning, term="lift-tests"),
            lambda t: tested_cell(t.test, t.scale),
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


def _tests_of(site: Site, model: str) -> Iterator[_Tested]:
    """Yield the tests of a model; against the baseline also by each metric with enough tasks."""
    labels, results, say = site.labels, site.results, site.labels.say

    def tested(
        tests: Mapping[str, Mapping[str, LiftTest]], against: str, n_tasks: str = ""
    ) -> Iterator[_Tested]:
        words = {"base": labels.base, "baseline": labels.baseline, "n_tasks": n_tasks}
        for variant, by_model in tests.items():
            if test := by_model.get(model):
                name = labels.variants[variant]
                label = say(f"model.tested.{against}", variant=name, **words)
                kind = "base" if against == "base" else "baseline"
                verdict = say(f"model.verdict.{kind}.{test.verdict}")
                yield _Tested(label, verdict, test, scale)

    scale, boards = labels.scale, results.boards.items()
    yield from tested({v: b.tests["base"] for v, b in boards}, "base")
    yield from tested({v: b.tests["baseline"] for v, b in boards}, "baseline")
    for metric in results.metrics:
        if metric.clearly_ahead is not None:
            scale, of = metric_scale(site, metric), metric_name(site, metric)
            yield from tested(metric.tests, "metric", say("n_tasks_of", len(metric.tasks), of=of))
