"""Make the views of a board, its notes and its legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from site_builder.charts.chart import id_of
from site_builder.compute.board import Board, Standing
from site_builder.compute.intervals import LEVEL
from site_builder.formatting import counted, listed, percent
from site_builder.labels import with_article
from site_builder.pages.board_table import BoardParts, board_table, can_rank_firmly, find_reference
from site_builder.pages.page import Site
from site_builder.records import Record, replace
from site_builder.table_model import LONG, Table

MOST_NAMED = 6
MOST_SHORT = 25


class LegendItem(Record):
    """What one mark of the drawings in a board's rows stands for.

    Attributes:
        kind: Which mark.
        text: What it stands for.
    """

    kind: Literal["before", "after", "band", "reference"]
    text: str


class BoardView(Record):
    """One view of a board.

    Attributes:
        id: Its name in the page's address.
        label: What the toggle calls it.
        table: Its table.
        note: What is said below it.
        legend: What the drawings in its rows show; empty where it has none.
    """

    id: str
    label: str
    table: Table
    note: str = ""
    legend: tuple[LegendItem, ...] = ()


def board_views(parts: BoardParts, table_id: str) -> tuple[BoardView, ...]:
    """A view for each variant, primary first; the lift of each tuned one; common tasks last.

    A long board is not there once more in the order of its lifts: its column of lifts sorts it.
    """
    roles, rows = parts.labels.roles, len(parts.boards[parts.labels.roles.primary].standings)
    views = [_variant_view(parts, variant, table_id) for variant in roles.variants]
    is_long = min(rows, parts.most or rows) > LONG
    if roles.base is not None and parts.boards[roles.primary].rules.averaged and not is_long:
        for variant in roles.tuned:
            if any(s.lift_over_base is not None for s in parts.boards[variant].standings):
                views.append(_lift_view(parts, variant, table_id))
    views += [_common_view(parts, variant, table_id) for variant in parts.common]
    return tuple(views)


def short_board(site: Site, table_id: str) -> BoardView:
    """Return the board of the primary variant, for a page that scripts fill with more."""
    parts = BoardParts(site.results.boards, site.results, site.labels, full=False, most=MOST_SHORT)
    return _variant_view(parts, site.labels.roles.primary, table_id)


def _variant_view(parts: BoardParts, variant: str, table_id: str) -> BoardView:
    board, label = parts.boards[variant], parts.labels.variants[variant]
    rows = _rows(parts, board)
    by_mean = board.rules.rank_by == "mean"
    merit = "mean score" if by_mean else "mean win rate"
    ranked = counted(len(board.ranked), "model")
    table = board_table(
        parts,
        board,
        rows,
        f"{table_id}-{_slug(parts, variant)}",
        f"Model leaderboard, {parts.labels.in_sentence(variant)}: {ranked} ranked by {merit}",
        "average" if by_mean else "win_rate",
    )
    left_out, legend = _left_out(parts, board, rows), _legend(parts, board, table)
    return BoardView(_slug(parts, variant), label, table, left_out, legend)


def _slug(parts: BoardParts, variant: str) -> str:
    """A short id of a view; a variant is free text, so one that is no plain word goes by place."""
    place = parts.labels.roles.variants.index(variant) + 1
    return id_of(variant, place) if variant not in ("lift", "common") else f"v{place}"


def _lift_view(parts: BoardParts, variant: str, table_id: str) -> BoardView:
    board, labels = parts.boards[variant], parts.labels
    alone = len(labels.roles.tuned) == 1
    view_id = "lift" if alone else f"lift-{_slug(parts, variant)}"
    lifted = [s for s in board.standings if s.lift_over_base is not None and s.rank is not None]
    lifted.sort(key=lambda s: -(s.lift_over_base or 0.0))
    caption = f"mean lift of {labels.in_sentence(variant)} over {labels.base}"
    table = board_table(
        parts,
        board,
        lifted,
        f"{table_id}-{view_id}",
        f"Model leaderboard by {caption}",
        "lift_over_base",
    )
    label = "Lift" if alone else f"Lift, {labels.variants[variant]}"
    return BoardView(view_id, label, table, legend=_legend(parts, board, table))


def _common_view(parts: BoardParts, variant: str, table_id: str) -> BoardView:
    """The variant's board over the tasks that all of its ranked models have."""
    view = _variant_view(
        replace(parts, boards=parts.common[variant]), variant, f"{table_id}-common"
    )
    n = counted(len(parts.common[variant][variant].tasks), "task")
    over = f"Over the {n} on which every model that is ranked over all of them has a score."
    alone = len(parts.common) == 1
    return replace(
        view,
        id="common" if alone else f"common-{view.id}",
        label="Common tasks" if alone else f"{view.label}, common tasks",
        note=f"{over} {view.note}".strip(),
    )


# --- rows ---------------------------------------------------------------------------------------


def _rows(parts: BoardParts, board: Board) -> list[Standing]:
    """Who is listed: the ranked, and on a full board all others, those without a score last."""
    scored = [s for s in board.standings if s.rank is not None or (parts.full and s.scored)]
    rows = _with_reference(parts, board, scored)
    if parts.full:
        baseline = parts.labels.roles.baseline
        rows += [s for s in board.standings if not s.scored and s.model != baseline]
    return rows


def _with_reference(parts: BoardParts, board: Board, rows: Sequence[Standing]) -> list[Standing]:
    """The baseline among the others, where it would stand, if it has no score in the variant."""
    reference = _reference(parts, board)
    if reference is None or not board.rules.averaged or board.rules.rank_by != "mean":
        return list(rows)
    direction = float(parts.results.scores.direction[0])
    ahead = [
        s
        for s in rows
        if s.average is not None
        and s.rank is not None
        and direction * (s.average - (reference.average or 0.0)) >= 0
    ]
    return [*rows[: len(ahead)], reference, *rows[len(ahead) :]]


def _reference(parts: BoardParts, board: Board) -> Standing | None:
    """The baseline's standing in the variant that stands for it, where this board lacks it."""
    baseline, variant = parts.labels.roles.baseline, parts.labels.roles.baseline_variant
    if baseline is None or variant is None or board.standing(baseline).scored:
        return None
    return parts.boards[variant].standing(baseline)


# --- words --------------------------------------------------------------------------------------


def _left_out(parts: BoardParts, board: Board, rows: Sequence[Standing]) -> str:
    """Who is not listed, and why."""
    listed = {s.model for s in rows}
    variant = parts.labels.in_sentence(board.variant)
    reasons = {
        "coverage": f"with scores on less than {percent(board.rules.min_coverage)} of the tasks",
        "no score": f"without {with_article(variant)} score",
        "flagged": "whose scores are flagged",
        "no rival": "without a rival on their tasks",
    }
    absent = [s.unranked for s in board.standings if s.model not in listed]
    texts = [
        f"{counted(absent.count(why), 'model')} {words}"
        for why, words in reasons.items()
        if why in absent
    ]
    hidden = len(rows) - (parts.most or len(rows))
    texts += [counted(hidden, "more model")] if hidden > 0 else []
    left_out = f"Not shown: {', '.join(texts)}." if texts else ""
    return " ".join(filter(None, (_too_few(board), _tied(parts, board), left_out)))


def _tied(parts: BoardParts, board: Board) -> str:
    """Who cannot be told from the first, in words."""
    tied = [s for s in board.ranked if s.tied_with_best]
    if not can_rank_firmly(board):
        return ""
    these = f"these {counted(len(board.tasks), 'task')}"
    first, *others = [parts.labels.models[s.model] for s in tied]
    if not others:
        return f"{first} is distinguishable from every other model on {these}."
    whom = listed(others, MOST_NAMED)
    are = "is" if len(others) == 1 else "are"
    return f"{whom} {are} not distinguishable from the best on {these}."


def _legend(parts: BoardParts, board: Board, table: Table) -> tuple[LegendItem, ...]:
    """What the marks of the drawings stand for, those that the board has."""
    if all(column.align != "plot" for column in table.columns):
        return ()
    labels, reference = parts.labels, find_reference(parts.boards, parts.labels)
    is_tuned = labels.roles.base is not None and board.variant in labels.roles.tuned
    own = labels.in_sentence(board.variant)
    marks = [LegendItem("before", labels.base)] if is_tuned else []
    marks.append(LegendItem("after", own))
    if board.rules.rank_by == "mean" and any(s.interval for s in board.standings):
        marks.append(LegendItem("band", f"its {percent(LEVEL)} interval over tasks"))
    if reference is not None:
        marks.append(LegendItem("reference", f"{labels.baseline}, {labels.scale.score(reference)}"))
    return tuple(marks)


def _too_few(board: Board) -> str:
    if can_rank_firmly(board) or len(board.ranked) < 2:
        return ""
    return f"{counted(len(board.tasks), 'task')}: too few to tell models apart."


def board_note(site: Site) -> str:
    """How the board ranks, in a few sentences."""
    board = site.results.board
    tied = (
        " \N{LEFT DOUBLE QUOTATION MARK}Tied with best\N{RIGHT DOUBLE QUOTATION MARK}: "
        "these tasks cannot tell the model from the first. Below a rank stand the ranks that they "
        "allow."
    )
    return f"{_ranked_by(board)}{_asked(board)}{tied if can_rank_firmly(board) else ''}"


def _ranked_by(board: Board) -> str:
    n = counted(len(board.tasks), "task")
    if board.rules.rank_by == "mean":
        return f"Ranked by the mean score over {n}."
    whys = {
        "mixed units": " because the tasks differ in unit or direction",
        "sparse": " because few models have every task",
    }
    return (
        f"Ranked by mean win rate over {n}{whys.get(board.rules.why, '')}: the share of rivals "
        "that a model beats on a task, ties counting one half."
    )


def _asked(board: Board) -> str:
    share = board.rules.min_coverage
    if share == 0:
        return ""
    if share == 1:
        return " A model needs a score on every task to be ranked."
    return f" A model needs scores on {percent(share)} of the tasks to be ranked."
