"""Boards as tables: one view for each variant, and one for the lift over base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from site_builder.charts.cells import lift_cell, model_cell, number_cell, text_cell
from site_builder.charts.labels import Labels
from site_builder.compute.board import Board, Standing
from site_builder.compute.results import Results
from site_builder.format import MISSING, billions, count, counted, coverage, percent, rounded
from site_builder.parts import Cell, Column, Dumbbell, Row, Table


@dataclass(frozen=True)
class View:
    """One view of a board: what the toggle calls it, its table, and what is said below it."""

    id: str
    label: str
    table: Table
    note: str = ""


@dataclass(frozen=True)
class BoardParts:
    """What the views of one board are made from: its standings by variant, and the names of things.

    Attributes:
        boards: Standings by variant, over the same tasks.
        results: The whole results, for facts.
        labels: Names and number formats.
        full: Every column and every model, or what a first look needs.
        most: Greatest number of rows.
    """

    boards: dict[str, Board]
    results: Results
    labels: Labels
    full: bool
    most: int | None = None

    def board(self, variant: str) -> Board:
        """The board of a variant."""
        return self.boards[variant]


def board_views(parts: BoardParts, table_id: str) -> tuple[View, ...]:
    """A view for each variant, primary first, then one for the lift of each tuned variant."""
    roles, labels = parts.labels.roles, parts.labels
    views = [_variant_view(parts, variant, table_id) for variant in roles.variants]
    if roles.base is not None and parts.board(roles.primary).rules.averaged:
        for variant in roles.tuned:
            if any(s.lift_over_base is not None for s in parts.board(variant).standings):
                label = "Lift" if len(roles.tuned) == 1 else f"Lift, {labels.variants[variant]}"
                views.append(_lift_view(parts, variant, table_id, label))
    return tuple(views)


def _variant_view(parts: BoardParts, variant: str, table_id: str) -> View:
    board, labels = parts.board(variant), parts.labels
    rows = _with_reference(parts, board, [s for s in board.standings if s.rank is not None or (parts.full and s.scored)])
    rows += [s for s in board.standings if not s.scored and parts.full and s.model != labels.roles.baseline]
    label = labels.variants[variant]
    caption = f"Model leaderboard, {label.lower()}: {counted(len(board.ranked), 'model')} ranked by {_merit_words(board)}"
    table = _table(parts, board, rows, f"{table_id}-{_slug(parts, variant)}", caption, _merit_key(board))
    return View(_slug(parts, variant), label, table, _left_out(parts, board, rows))


def _slug(parts: BoardParts, variant: str) -> str:
    """A short id for the address of a view: variants are free text, so they go by their place."""
    return variant.replace("_", "-") if variant.replace("_", "").isalnum() and variant.isascii() else f"v{parts.labels.roles.variants.index(variant) + 1}"


def _lift_view(parts: BoardParts, variant: str, table_id: str, label: str) -> View:
    board = parts.board(variant)
    lifted = sorted((s for s in board.standings if s.lift_over_base is not None and s.rank is not None), key=lambda s: -(s.lift_over_base or 0.0))
    view_id = "lift" if len(parts.labels.roles.tuned) == 1 else f"lift-{_slug(parts, variant)}"
    caption = f"Model leaderboard by mean lift of {parts.labels.variants[variant].lower()} over {parts.labels.base}"
    return View(view_id, label, _table(parts, board, list(lifted), f"{table_id}-{view_id}", caption, "lift_over_base"))


def _with_reference(parts: BoardParts, board: Board, standings: Sequence[Standing]) -> list[Standing]:
    """The baseline among the others, where it would stand, on a board of a variant that it has no score in."""
    reference = reference_standing(parts, board)
    if reference is None or not board.rules.averaged or board.rules.rank_by != "mean":
        return list(standings)
    direction = float(parts.results.scores.direction[0])
    ahead = [s for s in standings if s.average is not None and s.rank is not None and direction * (s.average - (reference.average or 0.0)) >= 0]
    return [*standings[: len(ahead)], reference, *standings[len(ahead) :]]


def reference_standing(parts: BoardParts, board: Board) -> Standing | None:
    """The baseline's own standing, from the variant that stands for it, where this board lacks it."""
    roles = parts.labels.roles
    if roles.baseline is None or roles.baseline_variant is None or board.standing(roles.baseline).scored:
        return None
    return parts.board(roles.baseline_variant).standing(roles.baseline)


def _merit_key(board: Board) -> str:
    return "average" if board.rules.rank_by == "mean" else "win_rate"


def _merit_words(board: Board) -> str:
    return "mean score" if board.rules.rank_by == "mean" else "mean win rate"


def _left_out(parts: BoardParts, board: Board, rows: Sequence[Standing]) -> str:
    listed = {s.model for s in rows}
    label = parts.labels.variants[board.variant].lower()
    reasons = {
        "coverage": f"with scores on less than {percent(board.rules.min_coverage)} of the tasks",
        "no score": f"without a {label} score",
    }
    found = {why: sum(s.unranked == why and s.model not in listed for s in board.standings) for why in reasons}
    texts = [f"{counted(n, 'model')} {reasons[why]}" for why, n in found.items() if n]
    hidden = max(0, len(rows) - parts.most) if parts.most else 0
    texts += [f"{counted(hidden, 'more model')}"] if hidden else []
    return f"Not shown: {', '.join(texts)}." if texts else ""


def _table(parts: BoardParts, board: Board, standings: list[Standing], table_id: str, caption: str, by: str) -> Table:
    shown = standings[: parts.most] if parts.most else standings
    columns = _columns(parts, board, by)
    rows = tuple(_row(parts, board, s, place, by, columns) for place, s in enumerate(shown, start=1))
    return Table(table_id, caption, columns, rows, header=1, sorted_by=by)


def _columns(parts: BoardParts, board: Board, by: str) -> tuple[Column, ...]:
    """The columns that this board has something to say in."""
    labels, roles = parts.labels, parts.labels.roles
    facts = parts.results.catalog.models.values()
    tuned = board.variant in roles.tuned and roles.base is not None
    averaged = board.rules.averaged
    lifted = tuned and any(s.lift_over_base is not None for s in board.standings)
    base, baseline, n = labels.base, labels.baseline, len(board.tasks)
    sizes = any(f.parameters_b is not None for f in facts)
    made = [
        (True, Column("rank", "#", "number", "Equal values share the better rank", "ascending")),
        (True, Column("model", "Model", first="ascending")),
        (averaged, Column("average", "Score", "number", f"Mean over {counted(n, 'task')}, with its 95 % interval over tasks")),
        (not averaged or parts.full or by == "win_rate", Column("win_rate", "Win rate", "number", "Mean share of rivals beaten on a task; ties count one half")),
        (averaged and (tuned or bool(baseline)), Column("line", f"{labels.variants[roles.base]} \N{RIGHTWARDS ARROW} {labels.variants[board.variant].lower()}" if tuned and roles.base else "On the scale", "plot")),
        (averaged and lifted, Column("lift_over_base", f"Lift over {base}", "number", f"Mean over tasks of {labels.variants[board.variant].lower()} minus {base} score")),
        (averaged and bool(baseline), Column("lift_over_baseline", f"vs {baseline}", "number", f"Mean over tasks of the score minus the score of {baseline}")),
        (bool(baseline), Column("beats", f"Beats {baseline}", "number", f"Tasks on which its score is strictly better than that of {baseline}")),
        (parts.full, Column("wins", "At the top", "number", "Tasks on which it has the best score of this board, ties included")),
        (parts.full and lifted, Column("helped", "Helped", "number", f"Tasks on which its score is above its {base} score")),
        (parts.full and lifted, Column("hurt", "Hurt", "number", f"Tasks on which its score is below its {base} score", "ascending")),
        (sizes, Column("parameters_b", "Size", "number", "Parameters, in billions", "ascending")),
        (parts.full and _any(facts, "license"), Column("license", "License", first="ascending")),
        (parts.full and _any(facts, "release_date"), Column("release_date", "Released", "number")),
        (parts.full or any(s.scored not in (0, n) for s in board.standings), Column("coverage", "Coverage", "number", "Tasks with a score")),
    ]  # fmt: skip
    return tuple(column for wanted, column in made if wanted)


def _any(facts: object, name: str) -> bool:
    return any(getattr(f, name) is not None for f in facts)  # type: ignore[attr-defined]


def _row(parts: BoardParts, board: Board, s: Standing, place: int, by: str, columns: Sequence[Column]) -> Row:
    labels, fact = parts.labels, parts.results.catalog.models[s.model]
    reference = s.model == labels.roles.baseline and not board.standing(s.model).scored
    missing = s.scored == 0
    cells = {
        "rank": _rank_cell(s, place if by == "lift_over_base" else s.rank, hidden=reference),
        "model": model_cell(labels, s.model, _under_name(parts, board, s), () if reference else _tags(board, s, by)),
        "parameters_b": number_cell(fact.parameters_b, billions(fact.parameters_b)),
        "license": text_cell(fact.license),
        "release_date": text_cell(fact.release_date),
        "line": Cell("", s.average, plot=_dumbbell(parts, board, s)),
        "average": _score_cell(parts, board, s),
        "win_rate": number_cell(None if reference else s.win_rate, MISSING if reference or s.win_rate is None else rounded(s.win_rate, 3), _interval(parts, board, s) if board.rules.rank_by == "mean_win_rate" and not reference else ""),
        "lift_over_base": lift_cell(s.lift_over_base, labels.scale),
        "lift_over_baseline": lift_cell(None if s.model == labels.roles.baseline and s.lift_over_baseline == 0 else s.lift_over_baseline, labels.scale),
        "beats": _beats_cell(labels, s),
        "wins": number_cell(None if reference or missing else s.wins, MISSING if reference or missing else count(s.wins)),
        "helped": _side_cell(s, s.helped), "hurt": _side_cell(s, s.hurt),
        "coverage": number_cell(s.scored, coverage(s.scored, len(board.tasks))),
    }  # fmt: skip
    kind = "reference" if s.model == labels.roles.baseline else "unranked" if s.rank is None else ""
    return Row(tuple(cells[c.key] for c in columns), kind)  # type: ignore[arg-type]


def _rank_cell(s: Standing, rank: int | None, *, hidden: bool) -> Cell:
    return Cell(MISSING, None, tone="soft") if hidden or rank is None else Cell(str(rank), float(rank))


def _under_name(parts: BoardParts, board: Board, s: Standing) -> str:
    developer = parts.results.catalog.models[s.model].developer or ""
    notes = [developer]
    if s.model == parts.labels.roles.baseline:
        notes.append("baseline")
    elif s.unranked == "no score":
        notes.append(f"no {parts.labels.variants[board.variant].lower()} score")
    elif s.unranked == "coverage":
        notes.append(f"not ranked: {coverage(s.scored, len(board.tasks))} tasks")
    return " \N{MIDDLE DOT} ".join(filter(None, notes))


def _tags(board: Board, s: Standing, by: str) -> tuple[str, ...]:
    if by == "lift_over_base" or s.rank is None or len(board.ranked) < 2:
        return ()
    return ("best",) if s.rank == 1 else ("tied with best",) if s.tied_with_best else ()


def _interval(parts: BoardParts, board: Board, s: Standing) -> str:
    if s.interval is None:
        return ""
    scale = parts.labels.scale
    if board.rules.rank_by == "mean_win_rate":
        return f"{rounded(s.interval[0], 3)}\N{EN DASH}{rounded(s.interval[1], 3)}"
    return f"{scale.score(s.interval[0])}\N{EN DASH}{scale.score(s.interval[1])}"


def _score_cell(parts: BoardParts, board: Board, s: Standing) -> Cell:
    note = _interval(parts, board, s) if board.rules.rank_by == "mean" else ""
    return number_cell(s.average, parts.labels.scale.score(s.average), note)


def _beats_cell(labels: Labels, s: Standing) -> Cell:
    compared = s.beats + s.ties + s.loses
    if not compared or s.model == labels.roles.baseline:
        return Cell(MISSING, None, tone="soft")
    return Cell(count(s.beats), float(s.beats), f"of {compared}")


def _side_cell(s: Standing, n: int) -> Cell:
    paired = s.helped + s.unchanged + s.hurt
    return Cell(count(n), float(n)) if paired else Cell(MISSING, None, tone="soft")


def _dumbbell(parts: BoardParts, board: Board, s: Standing) -> Dumbbell | None:
    """The row's story on the scale of the whole board: before, after, interval, baseline."""
    roles, labels = parts.labels.roles, parts.labels
    if s.average is None:
        return None
    low, high = _limits(parts)
    reference = None if roles.baseline is None or roles.baseline_variant is None else parts.board(roles.baseline_variant).standing(roles.baseline).average
    before = None
    if roles.base is not None and board.variant in roles.tuned:
        before = parts.board(roles.base).standing(s.model).average

    def share(value: float | None) -> float | None:
        return None if value is None else round((value - low) / (high - low), 4) if high > low else 0.5

    is_reference = s.model == roles.baseline and not board.standing(s.model).scored
    interval = s.interval if board.rules.rank_by == "mean" and s.interval else (None, None)
    words = labels.scale.score(s.average)
    text = f"{labels.models[s.model]}: {labels.scale.score(before)} to {words}" if before is not None else f"{labels.models[s.model]}: {words}"
    return Dumbbell(None if is_reference else share(before), None if is_reference else share(s.average), share(reference), share(interval[0]), share(interval[1]), text)


def _limits(parts: BoardParts) -> tuple[float, float]:
    """The ends of the scale: the tasks' common bounds where they state them, else all that is drawn."""
    facts = [parts.results.catalog.tasks[task] for task in parts.board(parts.labels.roles.primary).tasks]
    bounds = {(f.score_min, f.score_max) for f in facts}
    if len(bounds) == 1:
        low, high = next(iter(bounds))
        if low is not None and high is not None:
            return low, high
    drawn = [v for b in parts.boards.values() for s in b.standings for v in (s.average, *(s.interval or ())) if v is not None]
    return min(drawn, default=0.0), max(drawn, default=1.0)
