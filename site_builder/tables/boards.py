"""Find the tasks and entries of each board, and every fault of what `site.toml` states of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import pandas as pd

from site_builder.addresses import make_slugs
from site_builder.config import RULES, TOML, BoardConfig, BoardSection, SiteConfig
from site_builder.errors import Fault, did_you_mean
from site_builder.formatting import listed, sentence
from site_builder.records import Record, replace
from site_builder.tables.columns import texts_of
from site_builder.tables.licenses import LICENSE, spelled
from site_builder.tables.overrides import matches
from site_builder.tables.parts import ancestors_of, part_parents, short_name
from site_builder.tables.read import Tables

_FACTS = ("developer", "family", "license", "tuning", "release_date", "parameters_b", "role")


class BoardSpec(Record):
    """A board: which entries, over which tasks, by which rule.

    Attributes:
        id: Its name in addresses and files; empty for the only board of a site.
        tasks, entries: Ids, in the order of their tables.
        config: What ranks it, and what it shows.
        part, part_of, made_for: Of a board that is made for a part of a task: the name of the part,
            the task, and the id of the section that makes the boards; else empty.
    """

    id: str
    title: str
    description: str
    tasks: tuple[str, ...]
    entries: tuple[str, ...]
    config: BoardConfig
    featured: bool = False
    part: str = ""
    part_of: str = ""
    made_for: str = ""

    @property
    def name(self) -> str:
        """What an error calls the board; the only board of a site has no id."""
        return f"the board {self.id!r}" if self.id else "the board"


def resolve_boards(tables: Tables, config: SiteConfig) -> tuple[BoardSpec, ...]:
    """Return the boards of a site: those of `[[boards]]`, else one over every task.

    The only board is over the headline tasks where there are any, and never over parts.
    """
    if not config.boards:
        keys = [key for key, section in config.tasks.items() if section.headline]
        headline = (t for t in tables.tasks["task"] if any(matches(key, t) for key in keys))
        tasks = tuple(headline) or whole_tasks(tables)
        entries = tuple(tables.models["model"])
        return (BoardSpec("", config.site.title, "", tasks, entries, config.board, True),)
    boards = [board for section in config.boards for board in _boards_of(section, tables, config)]
    if not any(board.featured for board in boards):
        boards[0] = replace(boards[0], featured=True)
    return tuple(boards)


def whole_tasks(tables: Tables) -> tuple[str, ...]:
    """Return the tasks that are no part of another."""
    tasks = tables.tasks
    return tuple(tasks.loc[tasks["part_of"].isna(), "task"])


def _boards_of(section: BoardSection, tables: Tables, config: SiteConfig) -> Iterator[BoardSpec]:
    own = section.model_fields_set & BoardConfig.model_fields.keys()
    stated = {name: getattr(section, name) for name in own}
    ranking = config.board.model_copy(update=stated)
    title = section.title or sentence(section.id.replace("-", " ").replace("_", " "))
    if section.for_each_part_of is None:
        tasks = _tasks_of(section, tables)
        args = (tasks, _scored_entries(section, tasks, tables), ranking, section.featured)
        yield BoardSpec(section.id, title, section.description, *args)
        return
    names = dict(tables.tasks[["task", "name"]].itertuples(index=False, name=None))
    parts = _parts(section.for_each_part_of, tables)
    short = {part: short_name(names[part], names[section.for_each_part_of]) for part in parts}
    slugs = make_slugs(short.values())
    for part, name in short.items():
        text = section.title or f"{title}, {{part}}"
        yield BoardSpec(
            f"{section.id}-{slugs[name]}",
            text.replace("{part}", name),
            section.description.replace("{part}", name),
            (part,),
            _scored_entries(section, (part,), tables),
            ranking,
            part=name,
            part_of=section.for_each_part_of,
            made_for=section.id,
        )


def _parts(whole: str, tables: Tables) -> tuple[str, ...]:
    tasks = tables.tasks
    return tuple(tasks.loc[tasks["part_of"] == whole, "task"])


def _tasks_of(section: BoardSection, tables: Tables) -> tuple[str, ...]:
    """Return the tasks of a board; of those that a pattern names, no part of another."""
    tasks, parents = tables.tasks, part_parents(tables.tasks)
    if section.parts_of is not None:
        return _parts(section.parts_of, tables)
    if section.categories is not None:
        found = {*tasks.loc[tasks["category"].isin(section.categories), "task"]}
    elif section.tasks is not None:
        found = _matching(section.tasks, [str(task) for task in tasks["task"]])
    else:
        return whole_tasks(tables)
    named = {*(section.tasks or ())}
    return tuple(
        task
        for task in tasks["task"]
        if task in found and (task in named or found.isdisjoint(ancestors_of(task, parents)))
    )


def _matching(keys: Sequence[str], tasks: Sequence[str]) -> set[str]:
    """Return the tasks that an id or a pattern names."""
    named, patterns = {*keys}, [key for key in keys if "*" in key]
    return {t for t in tasks if t in named or any(matches(key, t) for key in patterns)}


def facet_names(tables: Tables) -> list[str]:
    """Return the names of the facets of the entries."""
    names = dict.fromkeys(("model", *_FACTS, *(facet.id for facet in tables.facets)))
    return [name for name in names if name == "model" or name in tables.models]


def facet_values(tables: Tables) -> dict[str, pd.Series]:
    """Return the values of each facet of the entries, as text, by its name; null where unknown."""
    models = tables.models
    return {
        name: texts_of(models["of" if name == "model" else name]) for name in facet_names(tables)
    }


def _entries_of(section: BoardSection, tables: Tables) -> tuple[str, ...]:
    values = facet_values(tables) if section.where else {}
    wanted = pd.Series(data=True, index=tables.models.index)
    for name, allowed in section.where.items():
        if name in values:
            wanted &= values[name].isin(wanted_texts(name, allowed))
    return tuple(tables.models.loc[wanted, "model"])


def _scored_entries(
    section: BoardSection, tasks: tuple[str, ...], tables: Tables
) -> tuple[str, ...]:
    """Return the entries of a board: those that `where` wants with a score on any of its tasks."""
    results, parents = tables.results, part_parents(tables.tasks)
    own = [t for t in tables.tasks["task"] if t in tasks or {*tasks} & {*ancestors_of(t, parents)}]
    scored = {*results.loc[results["task"].isin(own), "model"]}
    return tuple(model for model in _entries_of(section, tables) if model in scored)


def wanted_texts(facet: str, values: Iterable[object]) -> list[str]:
    """Return values that `where` and `filters` want of a facet as the texts that it has."""
    return [_wanted_text(facet, value) for value in values]


def _wanted_text(facet: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return spelled(str(value)) if facet == LICENSE else str(value)


# --- faults -------------------------------------------------------------------------------------


def find_board_faults(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    """Find what boards state of tasks, entries, facets and rules that the tables do not have."""
    yield from _ranking_faults(config.board, "board", tables, set(tables.models["model"]))
    ids = [section.id for section in config.boards]
    for repeated in sorted({name for name in ids if ids.count(name) > 1}):
        yield Fault(TOML, f"two boards have the id {repeated!r}", "Give each its own id.")
    for section in config.boards:
        where = f"[[boards]] {section.id!r}"
        found = [*_section_faults(section, where, tables)]
        yield from found
        if not found:
            for board in _boards_of(section, tables, config):
                yield from _ranking_faults(board.config, where, tables, set(board.entries))
                yield from _rule_faults(board, where, tables)
    if sum(section.featured for section in config.boards) > 1:
        yield Fault(TOML, "two boards are featured", "Name one for the home page.")
    if not config.boards:
        for board in resolve_boards(tables, config):
            yield from _rule_faults(board, "[board]", tables)
    yield from _weight_faults(tables, config)


def _weight_faults(tables: Tables, config: SiteConfig) -> Iterator[Fault]:
    # Those of parts tell what decides a difference.
    weights = tables.tasks.loc[tables.tasks["part_of"].isna(), "weight"].fillna(1.0)
    rules = {config.board.rank_by, *(section.rank_by for section in config.boards)}
    if len({*weights}) > 1 and "weighted_mean" not in rules:
        fix = 'Write rank_by = "weighted_mean" under [board], or delete the weights.'
        yield Fault(TOML, "tasks have a weight, and no board ranks by it", fix, "warning")


def _section_faults(section: BoardSection, where: str, tables: Tables) -> Iterator[Fault]:
    ways = ("tasks", "categories", "parts_of", "for_each_part_of")
    used = [way for way in ways if getattr(section, way) is not None]
    if len(used) > 1:
        yield Fault(TOML, f"{where} states {listed(used)}", "State one of them.")
    yield from _task_faults(section.tasks or (), where, tables)
    wholes = sorted({*part_parents(tables.tasks).values()})
    categories = [str(name) for name in tables.tasks["category"].dropna().unique()]
    named, start = filter(None, (section.parts_of, section.for_each_part_of)), f"{where}: "
    yield from _unknown(section.categories or (), categories, "names", start, " is no category")
    yield from _unknown(named, wholes, "names", start, " is no task with parts")
    yield from _facet_faults(section.where, where, "where", tables)
    if section.where and not _entries_of(section, tables):
        yield Fault(TOML, f"{where}: no entry has all values of `where`", "Loosen them.")


def _unknown(
    names: Iterable[str], known: Collection[str], nouns: str, before: str, after: str
) -> Iterator[Fault]:
    """Yield a fault for each name that is none of the known ones, called `nouns`."""
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known, nouns)
            yield Fault(TOML, f"{before}{name!r}{after}", hint)


def _task_faults(keys: Sequence[str], where: str, tables: Tables) -> Iterator[Fault]:
    tasks, parents = [str(t) for t in tables.tasks["task"]], part_parents(tables.tasks)
    for key in keys:
        if not _matching((key,), tasks):
            yield Fault(TOML, f"{where}: {key!r} is no task", did_you_mean(key, tasks, "tasks"))
        for above in ancestors_of(key, parents):
            if above in keys:
                what = f"{where} has {above!r} and its part {key!r}"
                yield Fault(TOML, what, "Name one of them: a total counts its parts.")


def _facet_faults(
    stated: dict[str, list[str | float | bool]], where: str, key: str, tables: Tables
) -> Iterator[Fault]:
    values = facet_values(tables) if stated else {}
    for name, allowed in stated.items():
        if name not in values:
            hint = did_you_mean(name, list(values), "facets")
            yield Fault(TOML, f"{where}: {key} names {name!r}, which is no facet", hint)
            continue
        known = [str(value) for value in values[name].dropna().unique()]
        start, end = f"{where}: {key} wants {name} = ", ", which no entry has"
        yield from _unknown(wanted_texts(name, allowed), known, "values", start, end)


def _ranking_faults(
    config: BoardConfig, where: str, tables: Tables, entries: set[str]
) -> Iterator[Fault]:
    """Find what a board states of baseline, rule and columns that the tables do not have."""
    yield from _baseline_faults(config.baseline, where, tables, entries)
    measures, rule = {measure.id: measure for measure in tables.measures}, config.rank_by
    if rule is not None and rule not in (*RULES, *measures):
        hint = did_you_mean(rule, [*RULES, *measures], "rules and measures")
        yield Fault(TOML, f"{where}: rank_by = {rule!r} is no rule and no measure", hint)
    elif rule in measures and measures[rule].higher_is_better is None:
        fix = f"State higher_is_better under [measures.{rule}]."
        yield Fault(TOML, f"{where} ranks by {rule!r}, whose direction is not known", fix)
    if rule == "ratio_to_baseline" and config.baseline is None:
        yield Fault(TOML, f"{where} ranks by ratio_to_baseline", "Name the baseline.")
    facets = facet_names(tables)
    of_columns = [*facets, *measures, "date", *tables.tasks["task"]]
    nouns, start, end = "facets, measures and tasks", f"{where}: ", ", which is none"
    yield from _unknown(config.columns, of_columns, nouns, f"{start}columns names ", end)
    groups = filter(None, [config.group_by])
    yield from _unknown(groups, facets, "facets", f"{start}group_by names ", end)
    yield from _facet_faults(config.filters, where, "filters", tables)


def _baseline_faults(
    baseline: str | None, where: str, tables: Tables, entries: set[str]
) -> Iterator[Fault]:
    at = "" if where == "board" else f"{where}: "
    if baseline is None or baseline in entries:
        return
    models = tables.models
    mine = models.loc[models["of"] == baseline, "model"].tolist()
    if mine and mine[0] in entries:
        what = f"{at}baseline {baseline!r} has {len(mine):,} entries; {mine[0]!r} is taken"
        yield Fault(TOML, what, "Name one of them.", "warning")
    else:
        hint = did_you_mean(baseline, entries, "models")
        yield Fault(TOML, f"{at}baseline {baseline!r} is not a model", hint)


def _rule_faults(board: BoardSpec, where: str, tables: Tables) -> Iterator[Fault]:
    """Find rules that the scores or facts of a board's tasks do not allow."""
    tasks = tables.tasks[tables.tasks["task"].isin(board.tasks)]
    results = tables.results
    is_mine = results["task"].isin(board.tasks) & results["model"].isin(board.entries)
    scores, rule = results.loc[is_mine, "score"], board.config.rank_by or ""
    is_whole = tasks["task"].isin(tables.tasks["part_of"])
    has_scores = results.loc[results["model"].isin(tables.models["model"]), "score"].notna().any()
    if scores.isna().all() and has_scores and not is_whole.any():
        yield Fault(TOML, f"{where} has no score", "Loosen `where`, or name other tasks.")
    if rule.startswith("ratio_"):
        yield from _ratio_faults(scores + board.config.ratio_offset, where, tasks)
    needs = {"weighted_mean": "weight", "mean_of_categories": "category"}
    if (column := needs.get(rule)) and tasks[column].isna().all():
        fix = f"State `{column}` in the tasks table, or under [tasks] in site.toml."
        yield Fault(TOML, f"{where} ranks by {rule}, and no task has a {column}", fix)
    if board.config.missing == "zero":
        low, high = tasks["score_min"], tasks["score_max"]
        bad = tasks.loc[~tasks["higher_is_better"] | (low > 0) | (high < 0), "task"]
        for task in bad[:1]:
            what = f'{where}: missing = "zero", and 0 is not the worst score of {task!r}'
            yield Fault(TOML, what, 'Write missing = "none".')


def _ratio_faults(scores: pd.Series, where: str, tasks: pd.DataFrame) -> Iterator[Fault]:
    if (scores <= 0).any():
        fix = "State ratio_offset, or rank by another rule."
        yield Fault(TOML, f"{where} ranks by ratios, and some score is not above 0", fix)
    if len(tasks["higher_is_better"].unique()) > 1:
        what = f"{where} ranks by ratios of tasks with both directions"
        yield Fault(TOML, what, "Rank by another rule, or make two boards.")
