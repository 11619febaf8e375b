"""Make the matrix of a board, and that of a task with parts, from the tables of the site."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from site_builder.addresses import Address
from site_builder.charts.cells import number_cell, text_cell
from site_builder.charts.matrix import Matrix, is_matrix, make_matrix
from site_builder.charts.matrix_measured import find_beside
from site_builder.charts.matrix_spec import MAX_COLUMNS, MatrixColumn, MatrixEntry, MatrixSpec
from site_builder.compute.board import Entry
from site_builder.compute.numbers import float_or_none
from site_builder.compute.results import Results
from site_builder.labels import Labels
from site_builder.pages.filters import model_tools, model_values
from site_builder.pages.page import ScriptData, Site
from site_builder.pages.task_parts import Parts
from site_builder.pages.task_ranking import Ranking
from site_builder.records import replace
from site_builder.table_model import RANK_VALUE, Cell, Column, Field, RowKind, Table

_DIFFERENCES = ("baseline", "base")


def board_matrix(site: Site) -> Matrix | None:
    """Lay out every score of a board, or of its only task with its parts; None without any."""
    spec = _spec_of_board(site)
    matrix = make_matrix(spec) if spec else None
    return matrix and replace(matrix, board=site.embedded_as, is_embedded=True)


def parts_matrix(site: Site, task: str) -> Matrix | None:
    """Lay out the scores on a task and its parts; None where it has none with a score."""
    spec = _spec_of_parts(Parts(site, task))
    return make_matrix(spec) if spec else None


def make_matrix_values(site: Site) -> Iterator[ScriptData]:
    """Yield the values of what was measured beside the scores, for each matrix and measure."""
    if not site.whole.results.scores.measures:
        return
    of_tasks = (_spec_of_parts(Parts(site.whole, t)) for t in site.whole.results.scores.tasks)
    for spec in (*map(_spec_of_board, site.by_board), *of_tasks):
        if spec is None or not is_matrix(spec):
            continue
        for beside, measured in find_beside(spec).items():
            yield ScriptData(Address("asset", beside.file), beside.name, measured.data)


def _spec_of_board(site: Site) -> MatrixSpec | None:
    board, folder = site.results.board, f"board-{site.board.id}" if site.board.id else "board"
    if len(board.tasks) > 1:
        return board_spec(site.results, site.labels, folder)
    spec = _spec_of_parts(
        Parts(site.whole, board.tasks[0]), {entry.model for entry in board.entries}
    )
    return spec and replace(spec, id="scores", folder=folder)


def with_tools(site: Site, matrix: Matrix | None, *, filtered: bool = False) -> Matrix | None:
    """Return a matrix whose tables have the filters of a board's entries.

    `filtered` are those that hide at first what the first filters of the board hide.
    """
    if matrix is None:
        return None
    labels, catalog = site.labels, site.results.catalog
    config = site.board.config if filtered else None
    tools = replace(model_tools(labels, catalog, config=config), compare=False)

    def tooled(table: Table) -> Table:
        rows = []
        for row in table.rows:
            found = model_values(labels, catalog, dict(row.filters)["id"], tools)
            if config and config.group_by and row.cells[0].value is not None:
                found[RANK_VALUE] = row.cells[0].text
            known = tuple((name, text) for name, text in found.items() if text is not None)
            rows.append(replace(row, filters=known))
        return replace(table, rows=tuple(rows), tools=tools)

    views = tuple(replace(view, table=tooled(view.table)) for view in matrix.views)
    return replace(matrix, views=views)


# --- boards -------------------------------------------------------------------------------------


def board_spec(results: Results, labels: Labels, folder: str = "board") -> MatrixSpec:
    """Return what the matrix of a board is made from: its entries, its tasks in categories."""
    board, say = results.board, labels.say
    columns, cut = _board_columns(results, labels)
    merits = {"score": labels.merit_label(board)}
    if board.rules.averaged:
        merits |= {name: say(f"matrix.mean.{name}") for name in _DIFFERENCES}

    def entry(s: Entry) -> MatrixEntry:
        lifts = {name: board.figure(s, f"lift_over_{name}") for name in _DIFFERENCES}
        measured = {m.id: board.figure(s, m.id) for m in results.scores.measures}
        found = {**measured, "score": board.merit(s), **lifts}
        is_reference = s.unranked == "reference"
        kind: RowKind = "reference" if is_reference else "" if s.rank else "unranked"
        return MatrixEntry(s.model, s.rank, kind, found)

    return MatrixSpec(
        id="scores",
        folder=folder,
        results=results,
        labels=labels,
        columns=columns,
        entries=[entry(s) for s in board.entries if s.scored and s.model != labels.roles.baseline],
        merits=merits,
        merit_scale=labels.merit_scale(board),
        lift_scale=labels.scale,
        tasks=board.tasks,
        is_shared=board.rules.averaged,
        cut=cut,
    )


def _board_columns(results: Results, labels: Labels) -> tuple[Sequence[MatrixColumn], str]:
    """Return the columns by category, greatest lead over the baseline first, and what is cut."""
    tasks, whole, found = results.board.tasks, labels.say("parts.whole"), list[MatrixColumn]()
    categories, rest = [c for c in results.categories[::-1] if {*c.tasks} & {*tasks}], [*tasks]
    is_grouped = len(categories) > 1
    for category in categories:
        mine, name = [task for task in category.tasks if task in rest], category.category
        if is_grouped and len(mine) > 1 and category.averaged:
            scale = labels.category_scales[name]
            found.append(MatrixColumn(whole, name, category.tasks, scale, category, name, True))
        group = name if is_grouped else ""
        found += _task_columns(results, labels, mine, group, is_whole=len(mine) == 1)
        rest = [task for task in rest if task not in mine]
    found += _task_columns(results, labels, rest, "")
    return _fitting(found, len(tasks), labels)


def _fitting(
    columns: Sequence[MatrixColumn], n: int, labels: Labels
) -> tuple[Sequence[MatrixColumn], str]:
    """Return what has room of columns of n tasks, and what is left out.

    Of too many, those that are a group as a whole, where there are some; of these the first.
    """
    if n <= MAX_COLUMNS:
        return columns, ""
    wholes = [replace(c, name=c.full, group="") for c in columns if c.is_whole]
    shown, cut = (wholes, labels.say("matrix.groups_of", n)) if len(wholes) > 1 else (columns, "")
    first = labels.say("matrix.cut_columns", len(shown), most=MAX_COLUMNS)
    return shown[:MAX_COLUMNS], f"{cut} {first if len(shown) > MAX_COLUMNS else ''}".strip()


def _task_columns(
    results: Results, labels: Labels, tasks: Sequence[str], group: str, *, is_whole: bool = False
) -> Iterator[MatrixColumn]:
    """Yield the columns of tasks, those first where the best entry has the greatest number.

    A task that is alone in its group stands for it.
    """
    scores = results.scores.primary
    lifts, signed = scores.contest_lifts, scores.contest * scores.direction
    values = lifts if (lifts == lifts).any() else signed

    def best(task: str) -> float:
        column = values[:, scores.columns[task]]
        known = column[column == column]
        return float(known.max()) if len(known) else float("-inf")

    for task in sorted(tasks, key=lambda task: -best(task)):
        name, is_alone = labels.tasks[task], bool(group) and is_whole
        scale = labels.scales[task]
        yield MatrixColumn(name, name, (task,), scale, group=group, is_whole=is_alone)


# --- parts --------------------------------------------------------------------------------------


def _spec_of_parts(parts: Parts, of: Collection[str] | None = None) -> MatrixSpec | None:
    """Return what the matrix of a task and its parts is made from, for some entries or for all."""
    if not parts.own:
        return None
    columns, cut = _part_columns(parts)
    entries = [*_part_entries(parts, of)]
    ranked = [entry.model for entry in entries if not entry.kind]
    say = parts.labels.say
    return MatrixSpec(
        id="parts",
        folder=f"task-{parts.labels.task_slugs[parts.task]}",
        results=parts.site.results,
        labels=parts.labels,
        columns=columns,
        entries=entries,
        merits={name: say("column.score") for name in ("score", *_DIFFERENCES)},
        merit_scale=parts.labels.scales[parts.task],
        lift_scale=parts.labels.scales[parts.task],
        tasks=parts.every,
        is_shared=parts.is_shared,
        title=parts.title(ranked),
        extra=[*_extra_fields(parts)],
        cut=f"{say('parts.note')} {cut}".rstrip(),
    )


def _part_columns(parts: Parts) -> tuple[Sequence[MatrixColumn], str]:
    """Return the columns of the parts, in groups where parts have parts, and what is left out."""
    labels, say, found = parts.labels, parts.labels.say, list[MatrixColumn]()
    is_grouped = len(parts.every) > len(parts.own)
    for part in parts.own:
        name = parts.name(part)
        for task in parts.all_of(part):
            is_whole = is_grouped and task == part
            label = say("parts.whole") if is_whole else parts.name(task)
            full = name if task == part else f"{name}: {parts.name(task)}"
            found.append(
                MatrixColumn(
                    label,
                    full,
                    (task,),
                    labels.scales[task],
                    group=name if is_grouped else "",
                    is_whole=is_whole,
                    weight=parts.weight(part) if task == part else "",
                )
            )
    return _fitting(found, len(found), labels)


def _part_entries(parts: Parts, of: Collection[str] | None) -> Iterator[MatrixEntry]:
    """Yield the entries with a score on the whole or on a part, the best on the whole first."""
    site, scores = parts.site, parts.runs
    ranking = {e.model: e for e in Ranking(site, site.results.task(parts.task)).entries}
    column = scores.columns[parts.task]
    beside = {
        **{name: values[:, column] for name, values in scores.measured.items()},
        "baseline": scores.contest_lifts[:, column],
        "base": scores.lifts["base"][:, column],
    }
    for model in dict.fromkeys((*ranking, *scores.models)):
        known = [parts.score(model, task) for task in (parts.task, *parts.every)]
        is_beside = model == parts.labels.roles.baseline or (of is not None and model not in of)
        if is_beside or all(score is None for score in known):
            continue
        rank = ranking[model].rank if model in ranking else None
        place = scores.rows[model]
        merits = {name: float_or_none(values[place]) for name, values in beside.items()}
        is_reference = model in scores.references
        kind: RowKind = "reference" if is_reference else "" if rank else "unranked"
        yield MatrixEntry(model, rank, kind, {**merits, "score": known[0]})


def _extra_fields(parts: Parts) -> Iterator[Field[MatrixEntry]]:
    """Yield the worst part of each entry and its spread, where the parts compare."""
    say, write = parts.labels.say, parts.labels.scales[parts.task].score
    if not parts.compares:
        return

    def worst(entry: MatrixEntry) -> Cell:
        found = parts.worst(entry.model)
        if found is None:
            return text_cell(None)
        name, score = parts.name(found.task), found.score
        return Cell(name, score, suffix=write(score), details=(score,))

    def spread(entry: MatrixEntry) -> Cell:
        found = parts.worst(entry.model)
        return text_cell(None) if found is None else number_cell(found.spread, write(found.spread))

    help_text = say("parts.spread_help")
    worst_help, ends = say("parts.worst_help"), (say("parts.worst_score"),)
    column = Column("worst", say("parts.worst"), "text", worst_help, "ascending", details=ends)
    yield Field(column, worst)
    yield Field(Column("spread", say("parts.spread"), "number", help_text), spread)
