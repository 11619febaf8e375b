"""Rank the entries of a board at earlier releases, on what these have in common with today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from site_builder.compute.board import Board, rank_models
from site_builder.compute.catalog import Release
from site_builder.compute.numbers import floats_or_none, integers_or_none
from site_builder.compute.results import BoardResults, SiteResults
from site_builder.compute.runs import without_scores
from site_builder.compute.scores import Scores
from site_builder.records import CachingRecord, Record, replace
from site_builder.releases.changes import is_other_version
from site_builder.releases.snapshot import Facts, Snapshot

_Ranks: TypeAlias = Mapping[str, int | None]
_Ranked: TypeAlias = tuple[_Ranks, Mapping[str, float | None]]
"""By entry its rank, and what ranks it."""
# Releases are compared as long as this share of the tasks of today is common to all of them.
_LEAST_COMMON = 0.5


class RankSplit(Record):
    """Why the published rank of an entry changed.

    Attributes:
        before, after: The published ranks; None where it was, or is, not ranked.
        parts: Places by cause, positive = better: `rescored`, by scores that both releases have and
            that differ, of any entry; `entries` and `tasks`, by those that came or went; `rule`, by
            the rule, the coverage that it asks for, weights. Empty where a rank is missing.
    """

    model: str
    before: int | None
    after: int | None
    parts: Mapping[str, int] = {}


class BoardAt(Record):
    """A ranking at one release.

    Attributes:
        published: The published rank of each entry that the board had.
        ranks, values: Of the entries that the board of today has too, on the common tasks by the
            rule of today; None of a release that has too few of the tasks.
        splits: Why the rank of each of them is another today.
        gone: The names of entries that the site of today does not have.
    """

    release: Release
    published: _Ranks
    ranks: _Ranks | None = None
    values: Mapping[str, float | None] = {}
    splits: tuple[RankSplit, ...] = ()
    gone: Mapping[str, str] = {}


class BoardHistory(CachingRecord):
    """A ranking over releases.

    Attributes:
        tasks: Those that all compared releases have.
        n_tasks: How many the board of today has.
        releases: The first of them first, today last.
    """

    tasks: tuple[str, ...]
    n_tasks: int
    releases: tuple[BoardAt, ...]

    @cached_property
    def compared(self) -> tuple[BoardAt, ...]:
        """The releases that have the common tasks, today among them."""
        return tuple(at for at in self.releases if at.ranks is not None)

    def ranks_of(self, model: str) -> list[tuple[Release, int]]:
        """Return the rank of an entry at each compared release that ranks it."""
        found = ((at.release, (at.ranks or {}).get(model)) for at in self.compared)
        return [(release, rank) for release, rank in found if rank is not None]


ViewKey: TypeAlias = tuple[str, str]
"""What tells a ranking from others: its board and its variant."""


def compute_histories(
    computed: SiteResults, snapshots: Iterable[Snapshot], today: Release
) -> dict[ViewKey, BoardHistory]:
    """Return the history of each ranking that an earlier release has.

    `snapshots` are read one at a time, the last made first: each may be large.

    Source: docs/statistics.md#history.
    """
    pasts: dict[ViewKey, list[_Past]] = {}
    for snapshot in snapshots:
        earlier = _place_scores(computed, snapshot)
        for of in computed.boards:
            state = snapshot.boards.get(of.spec.id)
            for variant, board in of.results.boards.items():
                if state is not None and variant in state.ranks:
                    now, ranks = computed.whole.scores, state.ranks[variant]
                    past = _Past(of, board, now, earlier, snapshot.release, ranks, state.tasks)
                    pasts.setdefault((of.spec.id, variant), []).append(past)
    return {key: _history(found, today) for key, found in pasts.items()}


class _Earlier(Record, eq=False):
    """The scores of a release, in arrays of the entries and tasks of today and of then.

    Attributes:
        scores: Entries and tasks that are gone, and other versions of tasks of today, stand behind.
        keys: By task of the release, its name in the arrays.
        gone: The names of the entries that are gone.
    """

    scores: Scores
    keys: Mapping[str, str]
    gone: Mapping[str, str]


def _place_scores(computed: SiteResults, snapshot: Snapshot) -> _Earlier:
    """Put the scores of a release into arrays like those of today."""
    whole, catalog = computed.whole.scores, computed.whole.catalog
    today = {task: {"version": facts.version} for task, facts in catalog.tasks.items()}
    keys = {
        task: f"{task}\0" if is_other_version(task, snapshot.tasks, today) else task
        for task in snapshot.tasks
    }
    gone = {key: snapshot.tasks[task] for task, key in keys.items() if key not in whole.columns}
    models = (*whole.models, *(m for m in snapshot.models if m not in whole.rows))
    shape = len(models), len(whole.tasks) + len(gone)
    is_low = [facts.get("higher_is_better") is False for facts in gone.values()]
    families = 1 + int(whole.families.max(initial=-1)) + np.arange(len(gone))
    scores = replace(
        whole,
        models=models,
        tasks=(*whole.tasks, *gone),
        apart={variant: without_scores(runs, shape) for variant, runs in whole.apart.items()},
        direction=np.append(whole.direction, np.where(is_low, -1.0, 1.0)),
        low=np.append(whole.low, np.full(len(gone), -np.inf)),
        high=np.append(whole.high, np.full(len(gone), np.inf)),
        families=np.append(whole.families, families),
        weights=np.append(whole.weights, [_weight(facts) for facts in gone.values()]),
        categories=(*whole.categories, *map(_category, gone.values())),
        flagged=(),
    )
    _fill_in(scores, snapshot, keys, leaves_out=any(not f.counts for f in whole.flagged))
    names = {m: str(snapshot.models[m].get("name", m)) for m in models[len(whole.models) :]}
    return _Earlier(scores, keys, names)


def _weight(facts: Facts) -> float:
    weight = facts.get("weight", 1.0)
    return float(weight) if isinstance(weight, int | float) else 1.0


def _category(facts: Facts) -> str | None:
    category = facts.get("category")
    return category if isinstance(category, str) else None


def _fill_in(
    scores: Scores, snapshot: Snapshot, keys: Mapping[str, str], *, leaves_out: bool
) -> None:
    """Put the scores of a release into empty arrays; flagged ones only if none is left out."""
    for (model, task, variant), state in snapshot.scores.items():
        row, column = scores.rows.get(model), scores.columns.get(keys.get(task, ""))
        if row is None or column is None or variant not in scores.apart:
            continue
        runs = scores.apart[variant]
        if not (leaves_out and state.flag):
            runs.values[row, column] = state.score
        for name, value in state.measures.items():
            if value is not None and name in runs.measured:
                runs.measured[name][row, column] = value


class _Past(CachingRecord, eq=False):
    """A ranking at a release, beside that of today.

    Attributes:
        of, board: The board of today, and its ranking in one variant.
        now: All scores of today.
        published: The ranks of then.
        stated: The tasks that it ranked over, by the names of then.
    """

    of: BoardResults
    board: Board
    now: Scores
    earlier: _Earlier
    release: Release
    published: _Ranks
    stated: tuple[str, ...]

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The entries that it had."""
        return tuple(model for model in self.published if model in self.earlier.scores.rows)

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that it had, as the arrays name them."""
        keys = (self.earlier.keys.get(task, "") for task in dict.fromkeys(self.stated))
        return tuple(key for key in keys if key in self.earlier.scores.columns)

    @cached_property
    def common(self) -> tuple[str, ...]:
        """The entries that the board has today too."""
        rows = self.of.results.scores.rows
        return tuple(model for model in self.models if model in rows)

    @cached_property
    def _ranked(self) -> dict[object, _Ranked]:
        """What has been ranked: most steps between two releases change nothing."""
        return {}

    def ranked(self, models: tuple[str, ...], tasks: tuple[str, ...], *, then: bool) -> _Ranked:
        """Rank entries over tasks by the scores of then, or by those of today."""
        key = models, tasks, then
        if key not in self._ranked:
            scores = self.earlier.scores if then else self.now
            self._ranked[key] = _rank(self.of, self.board, scores, models, tasks)
        return self._ranked[key]

    def split(self) -> tuple[RankSplit, ...]:
        """Return why the rank of each common entry is another today.

        From the published rank of then to that of today in six steps, each of one kind: the rule
        of today; without entries, then without tasks that are gone; the scores of today; with the
        tasks, then with the entries that are new. A part is the sum of the steps of its kind.

        Source: docs/statistics.md#history.
        """
        own = self.of.results.scores.tasks
        still = {*own}
        tasks = tuple(t for t in self.tasks if t in still)
        today = {s.model: s.rank for s in self.board.entries}
        steps = [self.published]
        for models, over, then in (
            (self.models, self.tasks, True),
            (self.common, self.tasks, True),
            (self.common, tasks, True),
            (self.common, tasks, False),
            (self.common, own, False),
        ):
            steps.append(self.ranked(models, over, then=then)[0])
        return tuple(
            _split(model, [step.get(model) for step in (*steps, today)]) for model in self.common
        )


def _split(model: str, ranks: Sequence[int | None]) -> RankSplit:
    """Sum the steps between the ranks of an entry by their kind; unknown where one has no rank."""
    known = [rank for rank in ranks if rank is not None]
    if len(known) < len(ranks):
        return RankSplit(model, ranks[0], ranks[-1])
    rule, entries_went, tasks_went, rescored, tasks_came, entries_came = (
        before - after for before, after in pairwise(known)
    )
    entries, tasks = entries_went + entries_came, tasks_went + tasks_came
    parts = {"rescored": rescored, "entries": entries, "tasks": tasks, "rule": rule}
    return RankSplit(model, known[0], known[-1], parts)


def _rank(
    of: BoardResults, board: Board, scores: Scores, models: Sequence[str], tasks: Sequence[str]
) -> _Ranked:
    """Rank entries over tasks by the rule of the board of today; return ranks and what ranks."""
    if not models or not tasks:
        return {}, {}
    roles = of.results.scores.roles
    if roles.baseline not in models:
        roles = replace(roles, baseline=None, baseline_variants={})
    part = replace(scores.of_models(models, of.spec.config), roles=roles).only(tasks)
    _, merit, ranks = rank_models(part.of_variant(board.variant), board.rules)
    return (
        dict(zip(models, integers_or_none(ranks), strict=True)),
        dict(zip(models, floats_or_none(merit.shown), strict=True)),
    )


def _history(pasts: Sequence[_Past], today: Release) -> BoardHistory:
    """Rank a board at each release on the tasks that all of these have; `pasts` newest first."""
    of, board = pasts[0].of, pasts[0].board
    scores, common, compared = of.results.scores, board.tasks, list[_Past]()
    for past in pasts:
        shared = tuple(task for task in common if task in {*past.tasks})
        if past.common and len(shared) >= max(_LEAST_COMMON * len(board.tasks), 1):
            common = shared
            compared.append(past)
    published = {s.model: s.rank for s in board.entries}
    is_explained = board.variant == scores.roles.primary  # the page of a release has no other
    found = [BoardAt(today, published, *_rank(of, board, scores, scores.models, common))]
    for past in pasts:
        gone = {
            model: past.earlier.gone[model] for model in past.models if model in past.earlier.gone
        }
        splits = past.split() if is_explained else ()
        at = BoardAt(past.release, past.published, splits=splits, gone=gone)
        if past in compared:
            ranked, values = past.ranked(past.common, common, then=True)
            at = replace(at, ranks=ranked, values=values)
        found.append(at)
    return BoardHistory(common, len(board.tasks), tuple(reversed(found)))
