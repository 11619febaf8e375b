"""Make the views of a board, its notes and its legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from site_builder.charts.chart import id_of
from site_builder.compute.board import REASONS, Board
from site_builder.compute.catalog import hides
from site_builder.compute.intervals import LEAST_TASKS, LEVEL
from site_builder.formatting import in_words, percent, sentence
from site_builder.labels import Labels
from site_builder.pages.board_spec import BY_LIFT, BoardRow, BoardTableSpec
from site_builder.pages.board_table import board_table
from site_builder.pages.filters import is_new, places_won, since
from site_builder.pages.page import Site
from site_builder.pages.task_columns import TaskColumns
from site_builder.records import Record, replace
from site_builder.table_model import LONG, LegendItem, MarkKind, Table, legend_of

MOST_SHORT = 25


class BoardView(Record):
    """One view of a board, with its name on the switch between views.

    Attributes:
        id: Its name in the page's address.
        ranked_by: The sentences above the table: what ranks, over what, and who leads.
        note: What is not shown, below it.
        legend: What the drawings in its rows show; empty where it has none.
        task_files: The files of the tasks that its table can show (`TaskColumns.names`).
    """

    id: str
    label: str
    table: Table
    ranked_by: str
    note: str = ""
    legend: tuple[LegendItem, ...] = ()
    task_files: tuple[str, ...] = ()


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
    common = spec.site.results.common if spec.full else {}
    views += [_common_view(spec, variant, boards) for variant, boards in common.items()]
    files = () if spec.category and len(spec.board.tasks) < 2 else TaskColumns(spec.site).names
    return tuple(replace(view, task_files=files) for view in views)


def board_lede(site: Site) -> str:
    """Return the size of the board in one sentence."""
    stats, labels, say = site.results.stats, site.labels, site.labels.say
    of, models = site.results.catalog.models, say("n_models", stats.models)
    if (n := len({of[s.model].of for s in site.results.board.entries})) < stats.models:
        entries = say("n_entries", stats.models)
        models = say("n_entries_of", n, n_entries=entries)
    if labels.lifted:
        models = say("n_models_with", stats.models_tuned, tuned=labels.tuned)
    over = "headline" if stats.tasks == 1 < len(labels.tasks) else "tasks"
    kind = f"{over}_beside" if labels.baseline else over
    n_tasks, baseline = say("n_tasks", stats.tasks), labels.baseline
    return say(f"board.size.{kind}", n_models=models, n_tasks=n_tasks, baseline=baseline)


def board_note(site: Site) -> str:
    """Return what a reader of the board needs to know of ranks, ties and missing scores."""
    board, say = site.results.board, site.labels.say
    boards = site.results.boards.values()
    rank_by, share = board.rules.rank_by, board.rules.min_coverage
    has_gaps = any(s.scored and s.rank is None for s in board.entries)
    sentences = (
        rank_by == "additive" and say("board.note.additive"),
        rank_by == "additive" and has_gaps and say("board.note.additive_gaps"),
        rank_by == "mean_win_rate" and say("board.note.mean_win_rate"),
        share == 1 and say("board.note.complete"),
        0 < share < 1 and say("board.note.min_coverage", share=percent(share)),
        any(b.tested and not b.by_errors for b in boards) and say("board.note.rank_range"),
        any(b.by_errors for b in boards) and say("board.note.rank_range_errors"),
    )
    return " ".join(str(said) for said in sentences if said)


def ranking_rule(labels: Labels, board: Board) -> str:
    """Return by what the models of a board are ranked, as a sentence."""
    rules = board.rules
    why = "board.rule.whole" if board.rule.is_of_run else "board.rule.plain"
    if rules.why == "mixed units":
        why = "board.rule.mixed"
    elif rules.why == "sparse" and rules.rank_by == "additive":
        why = "board.rule.sparse"
    return labels.say(why, merit=labels.merit_label(board), over=labels.tasks_of(board))


def board_headline(spec: BoardTableSpec) -> str:
    """Return what ranks a board and over how many tasks, and who leads, as far as that is known."""
    labels = spec.labels
    what = labels.ranked_by(spec.board, is_low=spec.lower_is_better)
    first = map(spec.row, spec.board.leaders[:1])
    baselines = [row for row in spec.beside if row.model == labels.roles.baseline]
    behind = any(spec.is_better(row, best) for best in first for row in baselines)
    beside = labels.say("board.lead.baseline", baseline=labels.baseline) if behind else ""
    return " ".join(filter(None, (what, lead_text(spec), beside)))


def lead_text(spec: BoardTableSpec) -> str:
    """Say who leads; nothing where a first filter hides one that may."""
    labels, board, say = spec.labels, spec.board, spec.labels.say
    n, n_first, n_level = (len(s) for s in (board.ranked, board.leaders, board.may_be_first))
    name = labels.models[board.leaders[0].model] if board.leaders else ""
    models = spec.site.results.catalog.models
    if any(hides(spec.config, models[s.model]) for s in board.may_be_first):
        return ""
    if n < 2:
        return say("board.lead.only" if n else "board.lead.none", first=name)
    if n_first == n:
        return say("board.lead.equal" if n > 2 else "board.lead.both_equal", n)
    if not board.tested:
        is_few = len(board.tasks) < LEAST_TASKS and not board.rule.is_of_run
        return say("board.lead.few" if is_few else "board.lead.first", n_first, first=name)
    which = "leads" if n_level == 1 else "open"
    if n_level == n:
        which = "all_open" if n > 2 else "both_open"
    elif 2 * n_level > n and n_level > 1:
        which = "open_of"
    number = sentence(in_words(n_level))
    return say(f"board.lead.{which}", n_level, of=n, first=name, number=number)


# --- views --------------------------------------------------------------------------------------


def _variant_view(spec: BoardTableSpec, variant: str, table_id: str) -> BoardView:
    spec = replace(spec, variant=variant, by=spec.boards[variant].rule.statistic)
    board, rows, name_of_view = spec.board, board_rows(spec), view_id(spec.labels, variant)
    labels, say = spec.labels, spec.labels.say
    in_variant = labels.before_noun(variant).rstrip()
    name = say("board.heading_of" if in_variant else "board.heading", variant=in_variant)
    n_models = say("n_models", len(board.ranked))
    caption = say("board.caption", name=name, n_models=n_models, rule=labels.merit_label(board))
    table = board_table(spec, rows, f"{table_id}-{name_of_view}", caption)
    return BoardView(
        id=name_of_view,
        label=spec.labels.variants[variant],
        table=table,
        ranked_by=board_headline(spec),
        note=_not_shown(spec, rows, len(rows) - len(table.rows)),
        legend=_legend(spec, table),
    )


def view_id(labels: Labels, variant: str) -> str:
    """Return a short id; a variant that is no plain word goes by its place."""
    place = labels.roles.variants.index(variant) + 1
    return id_of(variant, place) if variant not in ("lift", "common") else f"v{place}"


def _lift_view(spec: BoardTableSpec, variant: str) -> BoardView:
    spec = replace(spec, variant=variant, by=BY_LIFT)
    labels, say, in_variant = spec.labels, spec.labels.say, spec.labels.in_sentence(variant)
    name_of_view, label = "lift", say("board.lift.label")
    if len(labels.roles.tuned) > 1:
        name_of_view = f"lift-{view_id(labels, variant)}"
        label = say("board.lift.label_of", variant=labels.variants[variant])
    found = [(spec.board.figure(s, "lift_over_base"), s) for s in spec.board.ranked]
    gains = sorted(((lift, s) for lift, s in found if lift is not None), key=lambda g: -g[0])
    # The place of the first of several equal lifts is the rank of all of them.
    ranks = {lift: place for place, (lift, _) in reversed([*enumerate(gains, 1)])}
    rows = [spec.row(replace(s, rank=ranks[lift], rank_interval=None)) for lift, s in gains]
    caption = say("board.lift.caption", variant=in_variant, base=labels.base)
    table = board_table(spec, rows, f"board-{name_of_view}", caption)
    n_tasks = say("n_tasks", len(spec.board.tasks))
    rule = say("board.lift.rule", variant=in_variant, base=labels.base, n_tasks=n_tasks)
    return BoardView(name_of_view, label, table, rule, legend=_legend(spec, table))


def _common_view(spec: BoardTableSpec, variant: str, boards: Mapping[str, Board]) -> BoardView:
    """The variant's board over the tasks that all of its ranked models have."""
    say = spec.labels.say
    view = _variant_view(replace(spec, boards=boards), variant, "board-common")
    name_of_view, label = "common", say("board.common.label")
    if len(spec.site.results.common) > 1:
        name_of_view, label = f"common-{view.id}", say("board.common.label_of", variant=view.label)
    over = say("board.common.note", n_tasks=say("n_tasks", len(boards[variant].tasks)))
    return replace(view, id=name_of_view, label=label, note=f"{over} {view.note}".strip())


def board_rows(spec: BoardTableSpec) -> list[BoardRow]:
    """Return the rows in order; references and those of another variant stand at their value."""
    board, full = spec.board, spec.full
    beside = [r for r in spec.beside if full or r.model == spec.labels.roles.baseline]
    beside += map(spec.row, board.references)
    apart = {row.model for row in beside}
    entries = [s for s in board.entries if s.rank is not None or (full and s.scored)]
    rows = [spec.row(s) for s in entries if s.model not in apart]
    for row in beside:
        places = (
            i
            for i, other in enumerate(rows)
            if not (other.entry.rank or other.model in apart) or spec.is_better(row, other)
        )
        rows.insert(next(places, len(rows)), row)
    if spec.full:
        shown = {row.model for row in rows}
        shown |= {m.model for m in spec.site.results.catalog.waiting}
        rows += [spec.row(s) for s in board.entries if not s.scored and s.model not in shown]
    return rows


# --- texts --------------------------------------------------------------------------------------


def _not_shown(spec: BoardTableSpec, rows: Sequence[BoardRow], n_cut: int) -> str:
    """How many models are new, how many are not shown, and why."""
    board, shown, say = spec.board, {s.model for s in rows}, spec.labels.say
    shown |= {m.model for m in spec.site.results.catalog.waiting}  # listed below the board
    scored = spec.site.computed.whole.scores.runs[board.variant].models_scored
    absent = [
        "elsewhere" if s.unranked == "no score" and s.model in scored else s.unranked
        for s in board.entries
        if s.model not in shown
    ]
    least = board.rules.min_coverage
    ids = {why: f"board.hidden.{why}" for why in (*REASONS, "elsewhere")}
    ids |= {"coverage": "board.hidden.coverage_all"} if least == 1 else {}
    variant = spec.labels.before_noun(board.variant)
    score = say.with_article(say("label.score", variant=variant))
    texts = [
        say(ids[why], n_models=say("n_models", n), share=percent(least), a_score=score)
        for why in ids
        if (n := absent.count(why))
    ]
    if n_cut:
        catalog = spec.site.results.catalog
        are_models = len(catalog.entries_of) == len(catalog.models)
        texts.append(say("n_more_models" if are_models else "n_more_entries", n_cut))
    hidden = say("board.not_shown", these=", ".join(texts)) if texts else ""
    new = sum(is_new(spec.site, row.model) for row in rows)
    added = say("board.new", new, since=since(spec.site, "new")) if new else ""
    moved = any(places_won(spec, row.model) for row in rows) and since(spec.site, "moved")
    return " ".join(filter(None, (added, moved or "", hidden)))


def _legend(spec: BoardTableSpec, table: Table) -> tuple[LegendItem, ...]:
    """What the marks of the drawings stand for, those that the board has."""
    labels, say = spec.labels, spec.labels.say
    after = labels.in_sentence(spec.board.variant)
    by_kind = {
        align: [row.cells[i].drawing for row in table.rows]
        for i, column in enumerate(table.columns)
        if (align := column.align) in ("plot", "slots")
    }
    is_open = any(row.is_level for row in table.rows)
    found = [LegendItem("level", say("legend.level"))] if is_open else []
    slots, plot = by_kind.get("slots", ()), by_kind.get("plot", ())
    in_slots, in_plot = (legend_of(of, {"band": ""}) for of in (slots, plot))
    level = percent(LEVEL)
    band = say("legend.ranks") if not in_plot else say("legend.interval", level=level)
    if in_slots and in_plot:
        band = say("legend.ranks_and_interval", level=level)
    texts: dict[MarkKind, str] = {"band": band, "base": labels.base, "score": after}
    found += legend_of((*slots, *plot), texts)
    if any(column.reference is not None for column in table.columns):
        found.append(LegendItem("reference", labels.baseline))
    else:
        same = say("legend.same_tasks", name=labels.baseline)
        found += legend_of(plot, {"reference": same})
    return tuple(found)
