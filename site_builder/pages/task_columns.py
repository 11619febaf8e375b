"""Publish the scores that a board's table can show as columns: its tasks and their parts.

The page names the files; `static/js/task-columns.js` loads what a reader asks for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

import numpy as np

from site_builder.addresses import Address, page_link
from site_builder.compute.numbers import Array
from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.interactive import by_variant
from site_builder.pages.page import ScriptData, Site
from site_builder.pages.task_parts import compare, find_worst
from site_builder.records import CachingRecord, asdict
from site_builder.tables.parts import ancestors_of, short_name

_MAX_SCORES = 40_000  # of one file: about 150 kB


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

    @cached_property
    def _parts(self) -> Mapping[str, list[str]]:
        """The parts of each task whose parts compare."""
        facts, parts = self.site.whole.results.catalog.tasks, defaultdict[str, list[str]](list)
        for part, whole in self.wholes.items():
            if whole is not None:
                parts[whole].append(part)
        return {task: own for task, own in parts.items() if compare(facts[part] for part in own)}

    @cached_property
    def _worst_at(self) -> Mapping[str, list[int]]:
        """The file and the row that say which of a task's parts is the worst, behind the scores."""
        found, rows = dict[str, list[int]](), [len(file) for file in self.files]
        for task, own in self._parts.items():
            file = next(n for n, tasks in enumerate(self.files) if own[0] in tasks)
            found[task] = [file, rows[file]]
            rows[file] += 1
        return found

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
        return {
            "id": task,
            "link": page_link(short_name(name, names[above]) if above else name, "task", task),
            "title": say("columns.title", name=name, metric=metric) if metric else name,
            "note": ", ".join(notes),
            "whole": above,
            "direction": 1 if fact.higher_is_better else -1,
            "scale": asdict(whole.labels.scales[task]),
            "worst": self._worst_at.get(task),
        }

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """The name of each task, with its id where several have it."""
        names = self.site.whole.labels.tasks
        counted = Counter(names[task] for task in self.wholes)
        return {t: names[t] if counted[names[t]] == 1 else f"{names[t]} ({t})" for t in self.wholes}

    def scores(self, file: int) -> Mapping[str, object]:
        """Return the scores of a file, by variant: a row for each task, in the order of entries.

        Behind them, a row for each task that says which of its parts is the worst, by place.
        """
        scores, board = self.site.whole.results.scores, self.site.results.scores
        facts = self.site.whole.results.catalog.tasks
        rows = [scores.rows[model] for model in board.models]

        def of(variant: str, tasks: Sequence[str]) -> Array:
            return scores.values[variant][rows][:, [scores.columns[task] for task in tasks]]

        def made(variant: str) -> Array:
            own = [self._parts[task] for task, (n, _) in self._worst_at.items() if n == file]
            worst = [
                find_worst(of(variant, parts), higher_is_better=facts[parts[0]].higher_is_better)
                for parts in own
            ]
            return np.vstack([of(variant, self.files[file]).T, *worst])

        return by_variant({variant: made(variant) for variant in board.roles.variants})


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
