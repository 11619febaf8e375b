"""Make the views of a board, its notes and its legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from site_builder.charts.chart import id_of
from site_builder.compute.board import Board, Standing
from site_builder.compute.intervals import LEVEL
from site_builder.formatting import counted, listed, percent
from site_builder.labels import with_article
from site_builder.pages.board_table import (
    BY_LIFT,
    BoardTableSpec,
    board_table,
    can_rank_firmly,
    find_reference,
)
from site_builder.pages.page import Site
from site_builder.records import Record, replace
from site_builder.table_model import LONG, Table

_MOST_NAMED = 6
_MOST_SHORT = 25


class LegendItem(Record):
    """What one mark of the drawings in the rows of a board stands for."""

    kind: Literal["before", "after", "band", "reference"]
    text: str


class BoardView(Record):
    """One view of a board.

    Attributes:
        id: Its name in the page's address.
        label: Its name on the switch between views.
        table: Its table.
        ranked_by: The sentence above the table: by what it ranks.
        note: The sentences below it.
        legend: What the drawings in its rows show; empty where it has none.
    """

    id: str
    label: str
    table: Table
    ranked_by: str
    note: str = ""
    legend: tuple[LegendItem, ...] = ()


def board_views(spec: BoardTableSpec, table_id: str) -> tuple[BoardView, ...]:
    """Return a view for each variant, for the lift of each tuned one, and for common tasks.

    A long board has no views by lift: sorting by its column of lifts gives the same.
    """
    roles = spec.labels.roles
    rows = len(spec.board.standings)
    is_long = min(rows, spec.most or rows) > LONG
    views = [_variant_view(spec, variant, table_id) for variant in roles.variants]
    if roles.base is not None and spec.board.rules.averaged and not is_long:
        for variant in roles.tuned:
            if any(s.lift_over_base is not None for s in spec.boards[variant].standings):
                views.append(_lift_view(spec, variant, table_id))
    views += [_common_view(spec, variant, table_id) for variant in spec.common]
    return tuple(views)


def short_board(site: Site, table_id: str) -> BoardView:
    """Return the board of the primary variant, for a page that scripts fill with more."""
    spec = BoardTableSpec(site, site.results.boards, most=_MOST_SHORT)
    return _variant_view(spec, site.labels.roles.primary, table_id)


def board_lede(site: Site) -> str:
    """Return the size of the board in two sentences."""
    stats, labels = site.results.stats, site.labels
    models = counted(stats.models_tuned if labels.lifted else stats.models, "model")
    how = f", {labels.tuned}" if labels.lifted else ""
    beside = f", compared with {labels.baseline}" if labels.baseline else ""
    return (
        f"{models}{how} on {counted(stats.tasks, 'task')}{beside}. "
        f"{counted(stats.scores, 'score')}, each traceable to its row in the data."
    )


def board_note(site: Site) -> str:
    """Return what a reader of the board needs to know of ranks, ties and missing scores."""
    board = site.results.board
    tied = (
        "\N{LEFT DOUBLE QUOTATION MARK}Tied with best\N{RIGHT DOUBLE QUOTATION MARK}: the gap to "
        "first place could be due to which tasks were picked. The small range below a rank shows "
        "how far the rank could move."
    )
    win_rate = (
        "The win rate of a model is the share of other models that it beats on a task, averaged "
        "over tasks; a tie counts one half."
    )
    sentences = (
        win_rate if board.rules.rank_by == "mean_win_rate" else "",
        _coverage_rule(board),
        tied if can_rank_firmly(board) else "",
    )
    return " ".join(filter(None, sentences))


def ranking_rule(board: Board) -> str:
    """Return by what the models of a board are ranked, as a sentence."""
    n = counted(len(board.tasks), "task")
    if board.rules.rank_by == "mean":
        return f"Ranked by mean score over {n}."
    whys = {
        "mixed units": ", because the tasks differ in unit or direction",
        "sparse": ", because few models have every task",
    }
    return f"Ranked by mean win rate over {n}{whys.get(board.rules.why, '')}."


def _coverage_rule(board: Board) -> str:
    share = board.rules.min_coverage
    if share == 0:
        return ""
    if share == 1:
        return "A model needs a score on every task to be ranked."
    return f"A model needs scores on {percent(share)} of the tasks to be ranked."


# --- views --------------------------------------------------------------------------------------


def _variant_view(spec: BoardTableSpec, variant: str, table_id: str) -> BoardView:
    by_mean = spec.boards[variant].rules.rank_by == "mean"
    spec = replace(spec, variant=variant, by="average" if by_mean else "win_rate")
    board, rows, slug = spec.board, _rows(spec), _slug(spec, variant)
    merit = "mean score" if by_mean else "mean win rate"
    ranked = counted(len(board.ranked), "model")
    in_variant = spec.labels.in_sentence(variant)
    caption = f"Model leaderboard, {in_variant}: {ranked} ranked by {merit}"
    table = board_table(spec, rows, f"{table_id}-{slug}", caption)
    return BoardView(
        slug,
        spec.labels.variants[variant],
        table,
        ranking_rule(board),
        _notes(spec, rows),
        _legend(spec, table),
    )


def _slug(spec: BoardTableSpec, variant: str) -> str:
    """A short id of a view; a variant that is no plain word goes by its place."""
    place = spec.labels.roles.variants.index(variant) + 1
    return id_of(variant, place) if variant not in ("lift", "common") else f"v{place}"


def _lift_view(spec: BoardTableSpec, variant: str, table_id: str) -> BoardView:
    spec = replace(spec, variant=variant, by=BY_LIFT)
    labels, in_variant = spec.labels, spec.labels.in_sentence(variant)
    is_only = len(labels.roles.tuned) == 1
    view_id = "lift" if is_only else f"lift-{_slug(spec, variant)}"
    label = "Lift" if is_only else f"Lift, {labels.variants[variant]}"
    rows = [s for s in spec.board.standings if s.lift_over_base is not None and s.rank is not None]
    rows.sort(key=lambda s: -(s.lift_over_base or 0.0))
    caption = f"Model leaderboard by mean lift of {in_variant} over {labels.base}"
    table = board_table(spec, rows, f"{table_id}-{view_id}", caption)
    rule = f"Ranked by average gain from {labels.base} to {in_variant}."
    return BoardView(view_id, label, table, rule, legend=_legend(spec, table))


def _common_view(spec: BoardTableSpec, variant: str, table_id: str) -> BoardView:
    """The variant's board over the tasks that all of its ranked models have."""
    boards = spec.common[variant]
    view = _variant_view(replace(spec, boards=boards), variant, f"{table_id}-common")
    n = counted(len(boards[variant].tasks), "task")
    over = f"Only the {n} on which every model that is ranked on the whole board has a score."
    is_only = len(spec.common) == 1
    return replace(
        view,
        id="common" if is_only else f"common-{view.id}",
        label="Common tasks" if is_only else f"{view.label}, common tasks",
        note=f"{over} {view.note}".strip(),
    )


# --- rows ---------------------------------------------------------------------------------------


def _rows(spec: BoardTableSpec) -> list[Standing]:
    """The ranked models, and on a full board all others, those without a score last."""
    board = spec.board
    scored = [s for s in board.standings if s.rank is not None or (spec.full and s.scored)]
    rows = _with_reference(spec, scored)
    if spec.full:
        baseline = spec.labels.roles.baseline
        rows += [s for s in board.standings if not s.scored and s.model != baseline]
    return rows


def _with_reference(spec: BoardTableSpec, rows: list[Standing]) -> list[Standing]:
    """The rows with the baseline where it would stand, if it has no score in the variant."""
    board, reference = spec.board, _reference(spec)
    if reference is None or not board.rules.averaged or board.rules.rank_by != "mean":
        return rows
    direction = float(spec.results.scores.direction[0])
    ahead = [
        s
        for s in rows
        if s.average is not None
        and s.rank is not None
        and direction * (s.average - (reference.average or 0.0)) >= 0
    ]
    return [*rows[: len(ahead)], reference, *rows[len(ahead) :]]


def _reference(spec: BoardTableSpec) -> Standing | None:
    """The baseline's standing in the variant that stands for it, where this board lacks it."""
    baseline, variant = spec.labels.roles.baseline, spec.labels.roles.baseline_variant
    if baseline is None or variant is None or spec.board.standing(baseline).scored:
        return None
    return spec.boards[variant].standing(baseline)


# --- texts --------------------------------------------------------------------------------------


def _notes(spec: BoardTableSpec, rows: Sequence[Standing]) -> str:
    return " ".join(filter(None, (_ties(spec), _not_shown(spec, rows))))


def _ties(spec: BoardTableSpec) -> str:
    """Who is tied with the first."""
    board = spec.board
    if not can_rank_firmly(board):
        n = counted(len(board.tasks), "task")
        return "" if len(board.ranked) < 2 else f"{n}: too few to tell models apart."
    tied = [s for s in board.ranked if s.tied_with_best]
    first, *others = [spec.labels.models[s.model] for s in tied]
    if not others:
        return f"{first} leads, and no other model is tied with it."
    are = "is" if len(others) == 1 else "are"
    return f"{listed(others, _MOST_NAMED)} {are} effectively tied for first."


def _not_shown(spec: BoardTableSpec, rows: Sequence[Standing]) -> str:
    """How many models are not shown, and why."""
    board, shown = spec.board, {s.model for s in rows}
    variant = with_article(spec.labels.in_sentence(board.variant))
    reasons = {
        "coverage": f"with scores on less than {percent(board.rules.min_coverage)} of the tasks",
        "no score": f"without {variant} score",
        "flagged": "whose scores are flagged",
        "no rival": "without a rival on their tasks",
    }
    absent = [s.unranked for s in board.standings if s.model not in shown]
    texts = [
        f"{counted(absent.count(why), 'model')} {words}"
        for why, words in reasons.items()
        if why in absent
    ]
    hidden = len(rows) - (spec.most or len(rows))
    texts += [counted(hidden, "more model")] if hidden > 0 else []
    return f"Not shown: {', '.join(texts)}." if texts else ""


def _legend(spec: BoardTableSpec, table: Table) -> tuple[LegendItem, ...]:
    """What the marks of the drawings stand for, those that the board has."""
    if all(column.align != "plot" for column in table.columns):
        return ()
    board, labels, reference = spec.board, spec.labels, find_reference(spec)
    marks = [LegendItem("before", labels.base)] if spec.is_tuned else []
    marks.append(LegendItem("after", labels.in_sentence(board.variant)))
    if board.rules.rank_by == "mean" and any(s.interval for s in board.standings):
        marks.append(LegendItem("band", f"{percent(LEVEL)} interval of the mean"))
    if reference is not None:
        marks.append(LegendItem("reference", f"{labels.baseline}, {labels.scale.score(reference)}"))
    return tuple(marks)
