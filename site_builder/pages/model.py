"""Make the page of all models and of each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from site_builder.addresses import Address, Fact, Link
from site_builder.charts.cells import (
    CATEGORY,
    MODEL,
    RANK,
    TASK,
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
from site_builder.charts.dumbbells import tasks_averaged
from site_builder.charts.grid import ScoreGrid
from site_builder.charts.scores import chart_model_tasks
from site_builder.compute.board import Board, Standing
from site_builder.compute.catalog import ModelInfo
from site_builder.compute.scores import Score
from site_builder.compute.significance import LiftTest, Verdict
from site_builder.formatting import (
    NOT_STATED,
    NumberFormat,
    billions,
    count,
    counted,
    coverage,
    listed,
    p_value,
)
from site_builder.labels import Labels
from site_builder.pages.answers import Answer, model_answer, model_board
from site_builder.pages.board_table import BoardTableSpec, rank_cell, span_text
from site_builder.pages.board_views import BoardView, LegendItem, board_note, board_views
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
from site_builder.pages.page import HOME, MODELS, Page, Site, cite_page, in_sequence
from site_builder.pages.robustness import (
    Finding,
    leader_by_rule,
    lifts_by_metric,
    metric_name,
    metric_scale,
)
from site_builder.records import Record
from site_builder.table_model import AxisRange, Cell, Column, Dumbbell, Field, Table, table_of

_REACH = 2
_N_FIGURES = 4
# What a verdict on a lift over the base, and over the baseline, is called.
_VERDICTS: Mapping[Verdict, tuple[str, str]] = {
    "better": ("helped", "ahead"),
    "worse": ("hurt", "behind"),
    "unclear": ("no clear change", "no clear difference"),
    "too few": ("too few tasks to tell", "too few tasks to tell"),
}
# Characters that could end the text of a Markdown link, or begin something else within it.
_ESCAPES = str.maketrans({mark: f"\\{mark}" for mark in "\\[]<>`*_!&"})


class ModelsContext(Record):
    """What the board of models shows.

    Attributes:
        views: The full board.
        board_note: What a reader needs to know of its ranks; empty where that is nothing.
        leader: Who leads by other rules; None below two ranked models.
        metrics: Models against the baseline, by metric; None without a baseline and for one metric.
        averages: Base and tuned averages; None where the board has nothing for it.
        size: Average against size; None where the home page has it, and without sizes.
        grid: Every score; None where the board has nothing for it.
    """

    views: tuple[BoardView, ...]
    board_note: str
    leader: Finding | None
    metrics: Finding | None
    averages: Chart | None
    size: Chart | None
    grid: ScoreGrid | None


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
    board: Table
    compare: Link | None
    scores: Table
    scores_legend: tuple[LegendItem, ...]
    provenance: Table
    missing_provenance: str
    badge: Badge


def make_models(site: Site) -> Iterator[Page]:
    """Yield the full board, then a page for each model in the order of the board."""
    board, labels, charts = site.results.board, site.labels, site.charts
    n, tasks = counted(len(board.standings), "model"), counted(len(board.tasks), "task")
    lead = labels.lead(board)
    parts = (
        "every column",
        charts.scores and "every task",
        charts.price and charts.size and "score by size",
    )
    shown = listed([part for part in parts if part])
    about = f"{n} on {tasks}{lead and f'; {lead}'}. The full leaderboard, with {shown}."
    context = partial(_list_context, site)
    yield Page(Address("models"), "models.html", "Models", about, context, (HOME,))
    yield from in_sequence(_make_model(site, s.model) for s in board.standings)


def _list_context(site: Site) -> ModelsContext:
    results, charts = site.results, site.charts
    spec = BoardTableSpec(site, results.boards, full=True, common=results.common)
    return ModelsContext(
        views=board_views(spec),
        board_note=board_note(site),
        leader=leader_by_rule(site),
        metrics=lifts_by_metric(site),
        averages=site.charts.averages,
        size=charts.size if charts.price else None,  # else the home page has it
        grid=charts.scores,
    )


# --- the page of a model ------------------------------------------------------------------------


def model_summary(site: Site, model: str) -> str:
    """Return the rank of a model in one sentence, for its page and for search engines."""
    labels, board = site.labels, model_board(site, model)
    s, name = board.standing(model), labels.models[model]
    if not s.scored and any(model in site.results.scores.left_out(v) for v in labels.variants):
        return f"{name} is not ranked: its scores are flagged, and flagged scores do not count."
    if not s.scored:
        return f"{name} has no scores on this board."
    variant = labels.before_noun(board.variant).rstrip()
    if s.rank is None:
        of = coverage(s.scored, len(board.tasks))
        whys = {
            "no rival": "no rival on its tasks",
            "no common tasks": "no tasks that connect it to the ranked models",
        }
        why = whys.get(s.unranked, f"scores on {of} tasks")
        return f"{name}{f' ({variant})' if variant else ''} is not ranked: it has {why}."
    n = len(board.ranked)
    place = f"{_ordinal(s.rank)} of {n:,} models" if n > 1 else "the only ranked model"
    parts = [f"{name} is {place}", *([variant] if variant else [])]
    over = counted(s.scored, "task")
    if s.adjusted is not None:
        score = labels.scale.score(s.adjusted)
        parts.append(f"with an adjusted average of {score} over {tasks_averaged(board)}")
    elif board.rules.rank_by == "mean" and s.average is not None:
        parts.append(f"with a mean score of {labels.scale.score(s.average)} over {over}")
    elif s.win_rate is not None:
        parts.append(f"with a mean win rate of {labels.rate_scale.score(s.win_rate)} over {over}")
    return f"{', '.join(parts)}{_firmness(board, s)}."


def _firmness(board: Board, s: Standing) -> str:
    """Return whether a model may be first, or which others may; empty if neither is known.

    Also empty where most models may be first, which the board says once.
    """
    if not board.tested or not s.tied_with_best or board.most_may_be_first:
        return ""
    if s.rank != 1:
        return "; it may be first"
    others = len(board.leaders) + len(board.rivals) - 1
    return f"; {counted(others, 'other model')} may be first" if others else ""


def make_badge(site: Site, model: str) -> Badge:
    """Return the badge of a model: its ranks, and the figure that ranks it."""
    labels, board, label = site.labels, model_board(site, model), site.config.site.title
    s, name = board.standing(model), labels.models[model]
    message = "not ranked"
    if s.rank is not None:
        is_primary = board.variant == labels.roles.primary
        variant = "" if is_primary else f", {labels.in_sentence(board.variant)}"
        ranks = span_text(*(s.rank_interval or (s.rank, s.rank)))
        parts = [f"#{ranks} of {len(board.ranked)}{variant}"]
        if board.rules.rank_by != "mean_win_rate" and board.average(s) is not None:
            parts.append(labels.scale.score(board.average(s)))
        elif s.win_rate is not None:
            parts.append(f"win rate {labels.rate_scale.score(s.win_rate)}")
        message = " \N{MIDDLE DOT} ".join(parts)
    alt, title = " ".join(f"{name} on {label}".split()), f"{label}: {name} {message}"
    return Badge(label, message, title, s.rank is not None, alt, alt.translate(_ESCAPES))


def _make_model(site: Site, model: str) -> Page:
    name, crumbs, here = site.labels.models[model], (HOME, MODELS), Address("model", model)
    summary = model_summary(site, model)
    context = partial(_context, site, model, summary)
    cite = cite_page(site, name, summary, here)
    return Page(here, "model.html", name, summary, context, crumbs, cite=cite)


def _context(site: Site, model: str, summary: str) -> ModelContext:
    results, labels = site.results, site.labels
    fact, board = results.catalog.models[model], model_board(site, model)
    scores = list_scores(site, model)
    return ModelContext(
        description=fact.description or "",
        summary=summary,
        answer=model_answer(site, model),
        facts=tuple(_facts(fact)),
        figures=tuple(islice(_figures(site, board, model), _N_FIGURES)),
        tasks=chart_model_tasks(results, labels, model, ALL_SCORES),
        categories=_categories_table(site, board, model),
        best_tasks=_best_tasks_table(site, board, model, scores),
        worse_tasks=_worse_tasks_table(site, scores),
        tests=_lift_tests_table(site, model),
        board=_neighbours_table(site, board, model),
        compare=compare_link(site, board, model),
        scores=scores_table(site, model, scores),
        scores_legend=scores_legend(scores),
        provenance=provenance_table(site, scores),
        missing_provenance=unstated_note(site),
        badge=make_badge(site, model),
    )


def _ordinal(n: int) -> str:
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _facts(fact: ModelInfo) -> Iterator[Fact]:
    known = {
        "Developer": fact.developer,
        "Family": fact.family,
        "Parameters": NOT_STATED if fact.parameters_b is None else billions(fact.parameters_b),
        "Released": fact.release_date,
        "Released as": fact.tuning,
        "License": fact.license,
    }
    yield from (Fact(label, text) for label, text in known.items() if text is not None)
    if fact.url is not None:
        shown = fact.hf_id or fact.url
        yield Fact("Page", shown, link=Link(shown, href=fact.url))


def _figures(site: Site, board: Board, model: str) -> Iterator[Fact]:
    """Yield the headline figures that the board defines, the most important first."""
    labels, scale, s = site.labels, site.labels.scale, board.standing(model)
    if not s.scored:
        return
    plausible = ""
    if s.rank_interval:
        plausible = f" (plausible: {span_text(*s.rank_interval)})"
    of = f"/{len(board.ranked)}" if s.rank else ""
    why = "ranks" if plausible else ""
    yield Fact(f"rank{plausible}", str(s.rank or "not ranked"), of, term="rank", why=why)
    yield from _merit_facts(labels, board, s)
    if s.lift_over_base is not None:
        yield Fact(f"mean lift over {labels.base}", scale.signed(s.lift_over_base), term="lift")
    compared = s.beats + s.ties + s.loses
    if compared and model != labels.roles.baseline:
        label = f"tasks where it beats {labels.baseline}"
        yield Fact(label, count(s.beats), f"/{compared}", term="lift-over-baseline")
    yield Fact("tasks with a score", count(s.scored), f"/{len(board.tasks)}", term="average")


def _merit_facts(labels: Labels, board: Board, s: Standing) -> Iterator[Fact]:
    """Yield what ranks a model: its average or its win rate."""
    scale, interval, why = labels.scale, "", ""
    if s.interval and board.rules.rank_by != "mean_win_rate":
        interval = f", 95\N{NO-BREAK SPACE}% interval {scale.interval(*s.interval)}"
        why = "interval"
    if s.adjusted is not None:
        label = f"adjusted average{interval}"
        yield Fact(label, scale.score(s.adjusted), term="adjusted-average", why=why)
        yield Fact("mean of its scores", scale.score(s.average), term="average")
    elif board.rules.rank_by != "mean_win_rate" and s.average is not None:
        yield Fact(f"mean score{interval}", scale.score(s.average), term="average", why=why)
    elif s.win_rate is not None:
        yield Fact("mean win rate", labels.rate_scale.score(s.win_rate), term="win-rate")


# --- tables ------------------------------------------------------------------------------------


class _CategoryMeans(Record):
    """The standing of a model in a category, and its mean score there."""

    category: str
    standing: Standing
    mean: float
    scale: NumberFormat


def _categories_table(site: Site, board: Board, model: str) -> Table | None:
    """Return the means of a model by category: before, after, and the baseline's."""
    labels, roles, found = site.labels, site.labels.roles, list[_CategoryMeans]()
    for c in site.results.categories:
        own = c.boards[board.variant]
        s = own.standing(model)
        if c.averaged and (mean := own.average(s)) is not None:
            found.append(_CategoryMeans(c.category, s, mean, labels.category_scales[c.category]))
    if len(found) < 2:
        return None
    is_tuned = roles.base is not None and board.variant in roles.tuned
    before = Column("before", labels.variants.get(roles.base or "", ""), "number")
    after = Column("average", labels.variants[board.variant], "number", term="average")
    gains = Column("gains", "Gains on", "number", "Tasks where tuning made its score better")

    def gains_cell(c: _CategoryMeans) -> Cell:
        s = c.standing
        of = s.helped + s.unchanged + s.hurt
        return number_cell(s.helped, coverage(s.helped, of)) if of else text_cell(None)

    fields: tuple[Field[_CategoryMeans], ...] = (
        Field(CATEGORY, lambda c: category_cell(c.category)),
        Field(before, lambda c: score_cell(c.standing.base_average, c.scale), is_tuned),
        Field(after, lambda c: score_cell(c.mean, c.scale)),
        Field(
            Column("line", "On one scale", "plot"),
            partial(_means_drawing, _means_range(found)),
            board.rules.averaged,
        ),
        Field(
            Column("baseline", labels.baseline, "number"),
            lambda c: score_cell(c.standing.baseline_average, c.scale),
            roles.baseline not in (None, model),
        ),
        Field(gains, gains_cell, is_tuned),
        Field(
            Column("tasks", "Tasks", "number"),
            lambda c: number_cell(c.standing.scored, count(c.standing.scored)),
        ),
    )
    return table_of("by-category", "Mean score by category", fields, found)


def _means_range(found: Sequence[_CategoryMeans]) -> AxisRange:
    ends = ((c.mean, c.standing.base_average, c.standing.baseline_average) for c in found)
    drawn = [value for values in ends for value in values if value is not None]
    return AxisRange(min(drawn), max(drawn))


def _means_drawing(limits: AxisRange, c: _CategoryMeans) -> Cell:
    s, text = c.standing, f"{c.category}: {c.scale.score(c.mean)}"
    before, after, reference = map(limits.place, (s.base_average, c.mean, s.baseline_average))
    return Cell("", c.mean, plot=Dumbbell(before, after, reference, text=text))


def _best_tasks_table(site: Site, board: Board, model: str, scores: Sequence[ModelScore]) -> Table:
    """Return the tasks where the model has the best score of a board, and who shares it."""
    labels, variant = site.labels, board.variant
    best = {t.task: t.best[variant].models for t in site.results.tasks if variant in t.best}
    counting = (s.counted for s in scores if s.counted and s.variant == variant)

    def shared(row: Score) -> Cell:
        return text_cell(names_text(labels, [m for m in best[row.task] if m != model]) or None)

    label = labels.before_noun(variant)
    return table_of(
        "at-top",
        f"Tasks where it has the best {label}score",
        _score_fields(labels, Field(Column("shared", "Shared with"), shared)),
        [score for score in counting if model in best[score.task]],
        empty=f"It does not have the best {label}score on any task.",
    )


def _worse_tasks_table(site: Site, scores: Sequence[ModelScore]) -> Table | None:
    """Return the tasks where tuning made the score worse; None without a pair of scores."""
    results, labels = site.results, site.labels
    counting = [s.counted for s in scores if s.counted]
    if all(s.lift_over_base is None for s in counting):
        return None

    def lift(row: Score) -> float:
        return row.lift_over_base or 0.0

    column = Column(
        "lift", f"Lift over {labels.base}", "number", first_order="ascending", term="lift"
    )
    worse = f"its {labels.tuned} score is worse than the {labels.base} score"
    return table_of(
        "hurt",
        f"Tasks where {worse}",
        _score_fields(
            labels,
            Field(column, partial(single_lift_cell, results, labels, against="base")),
            named=len(labels.roles.tuned) > 1,
        ),
        sorted((s for s in counting if lift(s) < 0), key=lift),
        sorted_by="lift",
        empty=f"Its {labels.tuned} score is never worse than its {labels.base} score.",
    )


def _score_fields(
    labels: Labels, last: Field[Score], *, named: bool = False
) -> tuple[Field[Score], ...]:
    """Return the columns of scores, with their variants if `named`, and a last column."""

    def score_cell(score: Score) -> Cell:
        against = score.at_chance
        return linked_score_cell(labels, score.key, score.score, "", score.flag, against)

    return (
        Field(TASK, lambda s: task_cell(labels, s.task)),
        Field(Column("variant", "Variant"), lambda s: text_cell(labels.variants[s.variant]), named),
        Field(Column("score", "Score", "number"), score_cell),
        last,
    )


def _neighbours_table(site: Site, board: Board, model: str) -> Table:
    """Return the model among those next to it on a board; empty if it is not ranked."""
    labels, at = site.labels, board.places.get(model)
    by_rate = board.rules.rank_by == "mean_win_rate"
    shown: Sequence[Standing] = ()
    if at is not None:
        first = max(0, min(at - _REACH, len(board.ranked) - 2 * _REACH - 1))
        shown = board.ranked[first : first + 2 * _REACH + 1]
    score = Column("average", "Score", "number", term="average")
    if board.rules.rank_by == "additive":
        score = Column("adjusted", "Adjusted average", "number", term="adjusted-average")
    if by_rate:
        score = Column("win_rate", "Win rate", "number", term="win-rate")
    gap = Column("gap", "Difference from this model", "number", term=score.term)
    # A win rate is better when it is greater, a mean score when its tasks say so.
    scale = labels.merit_scale(board)
    direction = 1.0 if by_rate else float(site.results.scores.direction[0])

    def merit(s: Standing) -> float:
        return board.merit(s) or 0.0

    def merit_cell(s: Standing) -> Cell:
        return Cell(scale.score(merit(s)), merit(s))

    def gap_cell(s: Standing) -> Cell:
        if s.model == model:
            return Cell("this model", None, tone="soft")
        value = float(f"{direction * (merit(s) - merit(board.standing(model))):.12g}")
        return Cell(scale.signed(value), value, tone="soft")

    fields: tuple[Field[Standing], ...] = (
        Field(RANK, rank_cell),
        Field(MODEL, lambda s: model_cell(labels, s.model)),
        Field(score, merit_cell),
        Field(gap, gap_cell),
    )
    return table_of(
        "around",
        f"Neighbours on the {labels.in_sentence(board.variant)} board",
        fields,
        shown,
        lambda s: "reference" if s.model == model else "",
        header=1,
        empty="It is not ranked, so it has no neighbours.",
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
    has_means = any(t.test.mean is not None for t in tested)
    meaning = "With the interval that decides"
    corrected = "Corrected for the number of comparisons"

    fields: tuple[Field[_Tested], ...] = (
        Field(Column("difference", "Difference"), lambda t: text_cell(t.label)),
        Field(
            Column("mean", "Mean difference", "number", meaning, term="lift-tests"),
            lambda t: tested_cell(t.test, t.scale),
            has_means,
        ),
        Field(
            Column("tasks", "Better, equal, worse", "number"),
            lambda t: Cell(f"{t.test.above} / {t.test.equal} / {t.test.below}", t.test.above),
        ),
        Field(
            Column("p", "Corrected p", "number", corrected, "ascending", "lift-tests"),
            lambda t: number_cell(t.test.p, p_value(t.test.p)),
        ),
        Field(Column("verdict", "Verdict", term="lift-tests"), lambda t: text_cell(t.verdict)),
    )
    return table_of("lift-tests", "Significance tests", fields, tested)


def _tests_of(site: Site, model: str) -> Iterator[_Tested]:
    """Yield the tests of a model; against the baseline also by each metric with enough tasks."""
    labels, results = site.labels, site.results
    against = f"against {labels.baseline}"

    def tested(tests: Mapping[str, Mapping[str, LiftTest]], over: str) -> Iterator[_Tested]:
        for variant, by_model in tests.items():
            if test := by_model.get(model):
                verdict = _VERDICTS[test.verdict][over.startswith(against)]
                yield _Tested(f"{labels.variants[variant]} {over}", verdict, test, scale)

    scale = labels.scale
    boards = results.boards.items()
    yield from tested({v: b.tests["base"] for v, b in boards}, f"over {labels.base}")
    yield from tested({v: b.tests["baseline"] for v, b in boards}, against)
    for metric in results.metrics:
        if metric.clearly_ahead is not None:
            scale = metric_scale(site, metric)
            n = counted(len(metric.tasks), f"{metric_name(site, metric)} task")
            yield from tested(metric.tests, f"{against}, {n}")
