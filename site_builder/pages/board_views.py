"""Make the views of a board, its notes and its legend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from site_builder.charts.chart import id_of
from site_builder.charts.dumbbells import tasks_averaged
from site_builder.compute.board import Board, best_of_groups
from site_builder.formatting import counted, percent
from site_builder.labels import with_article
from site_builder.pages.board_table import BY_LIFT, BoardRow, BoardTableSpec, board_table
from site_builder.pages.page import Site
from site_builder.records import Record, replace
from site_builder.table_model import LONG, Table

_MOST_NAMED = 6
MOST_SHORT = 25


class LegendItem(Record):
    """What one mark of the drawings in the rows of a board stands for."""

    kind: Literal["before", "after", "band", "reference", "chance", "at_chance"]
    text: str


class BoardView(Record):
    """One view of a board, with its name on the switch between views.

    Attributes:
        id: Its name in the page's address.
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


def board_views(spec: BoardTableSpec) -> tuple[BoardView, ...]:
    """Return a view for each variant, for the lift of each tuned one, and for common tasks.

    A long board has no views by lift: sorting by its column of lifts gives the same.
    """
    roles = spec.labels.roles
    rows = len(spec.board.entries)
    is_long = min(rows, spec.most or rows) > LONG
    views = [_variant_view(spec, variant, "board") for variant in roles.variants]
    if roles.base is not None and spec.board.rules.averaged and not is_long:
        for variant in roles.tuned:
            if any(lift is not None for lift in spec.boards[variant].figures["lift_over_base"]):
                views.append(_lift_view(spec, variant))
    views += [_common_view(spec, variant) for variant in spec.common]
    if spec.config.group_by is not None:
        views.insert(0, _best_view(spec, spec.config.group_by))
    return tuple(views)


def short_board(site: Site, table_id: str) -> BoardView:
    """Return the board of the primary variant, for a page that scripts fill with more."""
    spec = BoardTableSpec(site, site.results.boards, most=MOST_SHORT)
    return _variant_view(spec, site.labels.roles.primary, table_id)


def board_lede(site: Site) -> str:
    """Return the size of the board in two sentences."""
    stats, labels = site.results.stats, site.labels
    models = counted(stats.models_tuned if labels.lifted else stats.models, "model")
    how = f" with {labels.tuned} scores" if labels.lifted else ""
    beside = f", compared with {labels.baseline}" if labels.baseline else ""
    each = "each " if stats.scores > 1 else ""
    return (
        f"{models}{how} on {counted(stats.tasks, 'task')}{beside}. "
        f"{counted(stats.scores, 'score')}, {each}traceable to its row in the data."
    )


def board_note(site: Site) -> str:
    """Return what a reader of the board needs to know of ranks, ties and missing scores."""
    board, sentences = site.results.board, []
    share = board.rules.min_coverage
    if board.rules.rank_by == "additive":
        sentences.append(
            "The adjusted average of a model estimates its mean score over all tasks. It allows "
            "for how easy the tasks are on which the model has a score."
        )
        if any(s.scored and s.rank is None for s in board.entries):
            sentences.append("Tasks without a score of a ranked model do not count.")
    if board.rules.rank_by == "mean_win_rate":
        sentences.append(
            "The win rate of a model is the share of other models that it beats on a task, "
            "averaged over tasks; a tie counts one half."
        )
    if share == 1:
        sentences.append("A model needs a score on every task to be ranked.")
    elif share > 0:
        sentences.append(f"A model needs scores on {percent(share)} of the tasks to be ranked.")
    if any(board.tested for board in site.results.boards.values()):
        sentences.append("The small range below a rank has the ranks that it could plausibly have.")
    return " ".join(sentences)


def ranking_rule(board: Board) -> str:
    """Return by what the models of a board are ranked, as a sentence."""
    merit, over, why = board.rule.label, tasks_averaged(board), ""
    if board.rules.why == "mixed units":
        why = ", because the tasks state no common unit and direction"
    elif board.rules.why == "sparse" and board.rules.rank_by == "additive":
        why = ", because few models have every task"
    rule = f"Ranked by {merit} over {over}{why}."
    if not board.most_may_be_first:
        return rule
    n = sum(s.tied_with_best for s in board.ranked)
    return f"{rule} {n:,} of {len(board.ranked):,} may be first."


# --- views --------------------------------------------------------------------------------------


def _variant_view(spec: BoardTableSpec, variant: str, table_id: str) -> BoardView:
    spec = replace(spec, variant=variant, by=spec.boards[variant].rule.statistic)
    board, rows, view_id = spec.board, _rows(spec), _view_id(spec, variant)
    in_variant = spec.labels.before_noun(variant).rstrip()
    name = f"Model leaderboard, {in_variant}" if in_variant else "Model leaderboard"
    caption = f"{name}: {counted(len(board.ranked), 'model')} ranked by {board.rule.label}"
    table = board_table(spec, rows, f"{table_id}-{view_id}", caption)
    lead = "" if board.most_may_be_first else spec.labels.lead(board, _MOST_NAMED)
    return BoardView(
        id=view_id,
        label=spec.labels.variants[variant],
        table=table,
        ranked_by=ranking_rule(board),
        note=" ".join(filter(None, (lead and f"{lead}.", _not_shown(spec, rows)))),
        legend=_legend(spec, table),
    )


def _view_id(spec: BoardTableSpec, variant: str) -> str:
    """A short id; a variant that is no plain word goes by its place."""
    place = spec.labels.roles.variants.index(variant) + 1
    return id_of(variant, place) if variant not in ("lift", "common") else f"v{place}"


def _lift_view(spec: BoardTableSpec, variant: str) -> BoardView:
    spec = replace(spec, variant=variant, by=BY_LIFT)
    labels, in_variant = spec.labels, spec.labels.in_sentence(variant)
    view_id, label = "lift", "Lift"
    if len(labels.roles.tuned) > 1:
        view_id, label = f"lift-{_view_id(spec, variant)}", f"Lift, {labels.variants[variant]}"
    found = [(spec.board.figure(s, "lift_over_base"), s) for s in spec.board.ranked]
    gains = sorted(((lift, s) for lift, s in found if lift is not None), key=lambda g: -g[0])
    lifts = [lift for lift, _ in gains]
    # The place of the first of several equal lifts is the rank of all of them.
    places = [replace(s, rank=lifts.index(lift) + 1, rank_interval=None) for lift, s in gains]
    rows = [spec.row(s) for s in places]
    caption = f"Model leaderboard by mean lift of {in_variant} over {labels.base}"
    table = board_table(spec, rows, f"board-{view_id}", caption)
    rule = f"Ranked by mean lift of {in_variant} over {labels.base}."
    return BoardView(view_id, label, table, rule, legend=_legend(spec, table))


def _common_view(spec: BoardTableSpec, variant: str) -> BoardView:
    """The variant's board over the tasks that all of its ranked models have."""
    boards = spec.common[variant]
    view = _variant_view(replace(spec, boards=boards), variant, "board-common")
    view_id, label = "common", "Common tasks"
    if len(spec.common) > 1:
        view_id, label = f"common-{view.id}", f"{view.label}, common tasks"
    n = counted(len(boards[variant].tasks), "task")
    over = f"Uses only the {n} on which every ranked model of the whole board has a score."
    return replace(view, id=view_id, label=label, note=f"{over} {view.note}".strip())


def _best_view(spec: BoardTableSpec, facet: str) -> BoardView:
    """The best entry of each value of a facet, ranked among these."""
    whole = _variant_view(spec, spec.labels.roles.primary, "board")
    spec = replace(spec, variant=spec.labels.roles.primary, by=spec.board.rule.statistic)
    catalog, board = spec.site.results.catalog, spec.board
    best = best_of_groups(board.ranked, lambda s: catalog.models[s.model].facet(facet))
    rows = [spec.row(replace(s, rank=rank, rank_interval=None)) for s, rank in best]
    label = next((f.label for f in catalog.facets if f.id == facet), facet).lower()
    name = f"Best of each {label}"
    caption = f"{name}: {counted(len(rows), 'entry', 'entries')} of {len(board.ranked):,}"
    table = board_table(spec, rows, "board-best", caption)
    rule = f"{whole.ranked_by} Ranks are among the best entry of each {label}."
    return replace(whole, id="best", label=name, table=table, ranked_by=rule, note="")


def _rows(spec: BoardTableSpec) -> list[BoardRow]:
    """Return the rows in order; a baseline without a score stands where its other mean would."""
    board, reference = spec.board, spec.borrowed
    entries = [s for s in board.entries if s.rank is not None or (spec.full and s.scored)]
    rows = [spec.row(s) for s in entries]
    level = spec.average(reference) if reference else None
    if reference and level is not None and board.by_average:
        direction = float(spec.site.results.scores.direction[0])
        ahead = sum(
            direction * (average - level) >= 0
            for s in board.ranked
            if (average := board.average(s)) is not None
        )
        unranked = replace(reference.entry, rank=None, rank_interval=None, possible_ranks=None)
        of_other = dict.fromkeys(("win_rate", "lift_over_base"))
        row = replace(reference, entry=unranked, figures={**reference.figures, **of_other})
        rows.insert(ahead, row)
    if spec.full:
        shown = {row.model for row in rows}
        rows += [spec.row(s) for s in board.entries if not s.scored and s.model not in shown]
    return rows


# --- texts --------------------------------------------------------------------------------------


def _not_shown(spec: BoardTableSpec, rows: Sequence[BoardRow]) -> str:
    """How many models are not shown, and why."""
    board, shown = spec.board, {s.model for s in rows}
    absent = [s.unranked for s in board.entries if s.model not in shown]
    reasons = {
        "coverage": f"with scores on less than {percent(board.rules.min_coverage)} of the tasks",
        "no score": f"without {with_article(f'{spec.labels.before_noun(board.variant)}score')}",
        "flagged": "whose scores are flagged",
        "no rival": "without a rival on their tasks",
        "no common tasks": "not connected to the others by common tasks",
        "no value": "without a value that ranks them",
        "reference": "for reference",
    }
    texts = [
        f"{counted(absent.count(why), 'model')} {words}"
        for why, words in reasons.items()
        if why in absent
    ]
    if spec.most is not None and len(rows) > spec.most:
        texts.append(counted(len(rows) - spec.most, "more model"))
    return f"Not shown: {', '.join(texts)}." if texts else ""


def _legend(spec: BoardTableSpec, table: Table) -> tuple[LegendItem, ...]:
    """What the marks of the drawings stand for, those that the board has."""
    if all(column.align != "plot" for column in table.columns):
        return ()
    board, labels = spec.board, spec.labels
    marks = [LegendItem("before", labels.base)] if spec.is_tuned else []
    marks.append(LegendItem("after", labels.in_sentence(board.variant)))
    drawn = {
        board.figure(s, "baseline_average") for s in board.entries if board.average(s) is not None
    }
    if len(drawn) == 1 and (level := drawn.pop()) is not None:
        marks.append(LegendItem("reference", f"{labels.baseline}, {spec.scale.score(level)}"))
    elif drawn - {None}:
        marks.append(LegendItem("reference", f"{labels.baseline}, over the same tasks"))
    return tuple(marks)
