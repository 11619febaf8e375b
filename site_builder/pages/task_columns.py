"""Publish the scores that a board's table can show as columns: its tasks and their parts.

The page names the files; `static/js/task-columns.js` loads what a reader asks for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial

from site_builder.addresses import Address, page_link
from site_builder.compute.catalog import TaskInfo
from site_builder.compute.numbers import Array
from site_builder.compute.tasks import CategoryResult, with_worst
from site_builder.errors import working_on
from site_builder.pages.board_spec import BoardTableSpec
from site_builder.pages.page import OfSite, ScriptData, Site, by_variant
from site_builder.pages.task_parts import compare
from site_builder.records import asdict
from site_builder.tables.parts import ancestors_of, short_name

_MAX_SCORES = 40_000  # of one file: about 150 kB


class TaskColumns(OfSite):
    """The tasks that a board's table can show as columns, and the files that hold their scores.

    These are the tasks of a board, and their parts, that have a score. The only board of a site
    offers all tasks, also those that it does not rank by.
    """

    @cached_property
    def above(self) -> Mapping[str, tuple[str, ...]]:
        """The wholes of each offered task, the nearest first, in the order of the tasks table."""
        site, whole = self.site, self.site.whole.results
        wholes = whole.catalog.wholes
        above = {task: tuple(ancestors_of(task, wholes)) for task in whole.scores.tasks}
        rows = [whole.scores.rows[model] for model in site.results.scores.models]
        is_scored = (whole.scores.scored[rows].sum(axis=0) > 0).tolist()
        own = {*(site.board.tasks if site.has_boards else whole.scores.tasks)}
        return {
            task: above[task]
            for task, scored in zip(whole.scores.tasks, is_scored, strict=True)
            if scored and own & {task, *above[task]}
        }

    @cached_property
    def stated(self) -> tuple[str, ...]:
        """Those that `columns` names, where no facet and no measure has the id."""
        results = self.site.results
        others = {
            *(facet.id for facet in results.catalog.facets),
            *(measure.id for measure in results.scores.measures),
        }
        return tuple(
            t for t in self.above if t in self.site.board.config.columns and t not in others
        )

    @cached_property
    def task_names(self) -> Mapping[str, str]:
        """The name of each, with its id where several have it."""
        names = self.site.whole.labels.tasks
        counted = Counter(names[task] for task in self.above)
        return {t: names[t] if counted[names[t]] == 1 else f"{names[t]} ({t})" for t in self.above}

    def fact(self, task: str) -> TaskInfo:
        """Return what is known of a task."""
        return self.site.whole.results.catalog.tasks[task]

    def title(self, task: str) -> str:
        """Return the name of a task with its metric, as exports have it."""
        metric = self.metric(task)
        name, say = self.task_names[task], self.site.labels.say
        return say("columns.title", name=name, metric=metric) if metric else name

    def metric(self, task: str) -> str:
        """Return its metric, or else its unit; empty where neither is stated."""
        return self.fact(task).metric or self.fact(task).unit or ""

    def note(self, task: str, whole: str | None = None) -> str:
        """Return what stands below its name: the whole that it is a part of, metric, direction."""
        low = "" if self.fact(task).higher_is_better else self.labels.say("script.columns.lower")
        of = self.site.whole.labels.tasks[whole] if whole else ""
        return ", ".join(filter(None, (of, self.metric(task), low)))

    @cached_property
    def zeros(self) -> Mapping[str, frozenset[str]]:
        """By variant, the entries of which the board counts an absent score as 0."""
        is_zero = self.site.board.config.missing == "zero"
        runs = self.site.results.scores.runs if is_zero else {}
        return {variant: each.models_scored for variant, each in runs.items()}

    def counts(self, task: str) -> bool:
        """Return whether the board counts an absent score on a task as 0."""
        is_own = not self.site.has_boards or task in self.site.results.scores.columns
        return bool(self.zeros) and is_own

    @cached_property
    def wholes(self) -> Mapping[str, str | None]:
        """The tasks, each below the whole that it is a part of."""
        above = self.above
        parts: dict[str | None, list[str]] = defaultdict(list)
        for task in above:
            parts[next((t for t in above[task] if t in above), None)].append(task)

        def below(task: str | None) -> Iterator[tuple[str, str | None]]:
            for part in parts[task]:
                yield part, task
                yield from below(part)

        return dict(below(None)) if len(above) > 1 else {}

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
        """The files within `static/`: of what there is to choose, if anything, then of scores."""
        if not self.wholes:
            return ()
        folder = f"data/columns/{self.site.board.id or 'all'}"
        return (f"{folder}/tasks.js", *(f"{folder}/{n}.js" for n in range(len(self.files))))

    def menu(self) -> Mapping[str, object]:
        """Return what a script must know of the tasks, besides the scores.

        `borrowed` are the entries whose average stands there in another variant, and that variant;
        `zeros` those of which the board counts an absent score as 0.
        """
        site = self.site
        places = {task: [n, i] for n, file in enumerate(self.files) for i, task in enumerate(file)}
        return {
            "models": list(site.results.scores.models),
            "tasks": [{**self._facts(task), "at": places[task]} for task in self.wholes],
            "borrowed": self._borrowed(),
            "categories": self._categories(),
            "zeros": {variant: sorted(found) for variant, found in self.zeros.items()},
        }

    def _borrowed(self, category: CategoryResult | None = None) -> Mapping[str, object]:
        boards = category.boards if category else self.site.results.boards
        specs = {v: BoardTableSpec(self.site, boards, variant=v) for v in boards}
        return {
            variant: {row.model: row.borrowed_from for row in spec.beside}
            for variant, spec in specs.items()
        }

    def _categories(self) -> Mapping[str, object]:
        """Return what a category's page offers: its tasks with their parts, by place."""
        if self.site.has_boards:
            return {}
        above, places = self.above, {task: n for n, task in enumerate(self.wholes)}
        found = {}
        for category in self.site.results.categories:
            own = {*category.tasks}
            tasks = [n for task, n in places.items() if own & {task, *above[task]}]
            borrowed = self._borrowed(category)
            found[category.category] = {"borrowed": borrowed, "tasks": tasks}
        return found

    def _facts(self, task: str) -> Mapping[str, object]:
        whole = self.site.whole
        above, name = self.wholes[task], self.task_names[task]
        short = short_name(name, whole.labels.tasks[above]) if above else name
        return {
            "id": task,
            "link": page_link(short, "task", task),
            "title": self.title(task),
            "note": self.note(task, above),
            "whole": above,
            "direction": 1 if self.fact(task).higher_is_better else -1,
            "scale": asdict(whole.labels.scales[task]),
            **({"worst": self._worst_at[task]} if task in self._worst_at else {}),
            **({"counts": True} if self.counts(task) else {}),
        }

    def scores(self, file: int) -> Mapping[str, object]:
        """Return the scores of a file, by variant: a row for each task, in the order of entries.

        Behind them, a row for each task that says which of its parts is the worst, by place.
        """
        scores, board = self.site.whole.results.scores, self.site.results.scores
        facts = self.site.whole.results.catalog.tasks
        rows = [scores.rows[model] for model in board.models]

        def of(values: Array, tasks: Sequence[str]) -> Array:
            return values[rows][:, [scores.columns[task] for task in tasks]]

        tasks = [self._parts[task] for task, (n, _) in self._worst_at.items() if n == file]

        def made(variant: str) -> Array:
            runs = scores.runs[variant]
            parts = ((of(runs.values, own), facts[own[0]].higher_is_better) for own in tasks)
            return with_worst(of(runs.published, self.files[file]), parts)

        return by_variant({variant: made(variant) for variant in board.roles.variants})


def make_task_columns(site: Site) -> Iterator[ScriptData]:
    """Yield the files of the columns of each board."""
    for each in site.by_board:
        with working_on(each.board.name):
            yield from _columns_of(each)


def _columns_of(site: Site) -> Iterator[ScriptData]:
    columns = TaskColumns(site)
    for n, name in enumerate(columns.names):
        address = Address("asset", name)
        if n == 0:
            yield ScriptData(address, "columns", columns.menu)
        else:
            yield ScriptData(address, f"columns {n - 1}", partial(columns.scores, n - 1))
