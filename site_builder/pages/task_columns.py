"""Publish the scores that a board's table can show as columns: its tasks and their parts.

The page names the files; `static/js/task-columns.js` loads what a reader asks for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property, partial

from site_builder.addresses import Address, page_link
from site_builder.compute.catalog import TaskInfo
from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.interactive import by_variant
from site_builder.pages.page import ScriptData, Site
from site_builder.records import CachingRecord, asdict
from site_builder.tables.parts import ancestors_of, short_name

_MAX_SCORES = 40_000  # of one file: about 150 kB
_SAME = ("metric", "unit", "higher_is_better", "score_min", "score_max")


class TaskColumns(CachingRecord):
    """The tasks that a board's table can show as columns, and the files that hold their scores."""

    site: Site

    @cached_property
    def wholes(self) -> Mapping[str, str | None]:
        """The tasks of the board and their parts, each below the whole that it is a part of.

        Only those with a score. The only board of a site offers all tasks, also those that it does
        not rank by.
        """
        site, whole = self.site, self.site.whole.results
        parents = {t.task: t.part_of for t in whole.catalog.tasks.values() if t.part_of is not None}
        above = {task: ancestors_of(task, parents) for task in whole.scores.tasks}
        rows = [whole.scores.rows[model] for model in site.results.scores.models]
        is_scored = (whole.scores.scored[rows].sum(axis=0) > 0).tolist()
        own = {*(site.board.tasks if site.has_boards else whole.scores.tasks)}
        offered = {
            task
            for task, scored in zip(whole.scores.tasks, is_scored, strict=True)
            if scored and own & {task, *above[task]}
        }
        parts: dict[str | None, list[str]] = defaultdict(list)
        for task in whole.scores.tasks:
            if task in offered:
                parts[next((t for t in above[task] if t in offered), None)].append(task)

        def below(task: str | None) -> Iterator[tuple[str, str | None]]:
            for part in parts[task]:
                yield part, task
                yield from below(part)

        return dict(below(None)) if len(offered) > 1 else {}

    @cached_property
    def files(self) -> tuple[tuple[str, ...], ...]:
        """The tasks whose scores each file has: those that a reader opens together are together."""
        scores = self.site.results.scores
        most = max(1, _MAX_SCORES // (len(scores.models) * len(scores.roles.variants)))
        groups: dict[str | None, list[str]] = {None: []}
        for task, whole in self.wholes.items():
            groups.setdefault(whole, []).append(task)
        in_order = [task for group in groups.values() for task in group]
        return tuple(tuple(in_order[i : i + most]) for i in range(0, len(in_order), most))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files within `static/`: of what there is to choose, then of the scores.

        Empty where there is nothing to choose.
        """
        if not self.wholes:
            return ()
        folder = f"data/columns/{self.site.board.id or 'all'}"
        return (f"{folder}/tasks.js", *(f"{folder}/{n}.js" for n in range(len(self.files))))

    def menu(self) -> Mapping[str, object]:
        """Return what a script must know of the tasks, besides the scores.

        `borrowed` are the entries whose average stands there in another variant, and that variant.
        """
        site, labels = self.site, self.site.labels
        places = {task: [n, i] for n, file in enumerate(self.files) for i, task in enumerate(file)}
        specs = {
            variant: BoardTableSpec(site, site.results.boards, variant=variant)
            for variant in labels.roles.variants
        }
        return {
            "models": list(site.results.scores.models),
            "tasks": [{**self._facts(task), "at": places[task]} for task in self.wholes],
            "borrowed": {
                variant: {row.model: row.borrowed_from for row in spec.beside}
                for variant, spec in specs.items()
            },
        }

    def _facts(self, task: str) -> Mapping[str, object]:
        whole, say = self.site.whole, self.site.labels.say
        facts, names = whole.results.catalog.tasks, whole.labels.tasks
        fact, above, name = facts[task], self.wholes[task], self._names[task]
        metric = fact.metric or fact.unit or ""
        notes = [names[above]] if above else []
        notes += [metric] if metric else []
        notes += [] if fact.higher_is_better else [say("script.columns.lower")]
        units = [_unit(facts[part]) for part, of in self.wholes.items() if of == task]
        return {
            "id": task,
            "link": page_link(short_name(name, names[above]) if above else name, "task", task),
            "title": say("columns.title", name=name, metric=metric) if metric else name,
            "note": ", ".join(notes),
            "whole": above,
            "direction": 1 if fact.higher_is_better else -1,
            "scale": asdict(whole.labels.scales[task]),
            "alike": len(units) > 1 and len({*units}) == 1,
        }

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """The name of each task, with its id where several have it."""
        names = self.site.whole.labels.tasks
        counted = Counter(names[task] for task in self.wholes)
        return {t: names[t] if counted[names[t]] == 1 else f"{names[t]} ({t})" for t in self.wholes}

    def scores(self, file: int) -> Mapping[str, object]:
        """Return the scores of a file, by variant: a row for each task, in the order of entries."""
        scores, board = self.site.whole.results.scores, self.site.results.scores
        rows = [scores.rows[model] for model in board.models]
        columns = [scores.columns[task] for task in self.files[file]]
        variants = board.roles.variants
        return by_variant({v: scores.values[v][rows][:, columns].T for v in variants})


def _unit(fact: TaskInfo) -> tuple[object, ...]:
    """What two tasks share whose scores can be compared."""
    return tuple(getattr(fact, name) for name in _SAME)


def make_task_columns(site: Site) -> Iterator[ScriptData]:
    """Yield the files of the columns of each board."""
    for each in site.by_board:
        columns = TaskColumns(each)
        for n, name in enumerate(columns.names):
            address = Address("asset", name)
            if n == 0:
                yield ScriptData(address, "columns", columns.menu)
            else:
                yield ScriptData(address, f"columns {n - 1}", partial(columns.scores, n - 1))
