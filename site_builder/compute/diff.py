"""Two moments of a board held against each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from math import inf
from typing import TypeVar

import numpy as np

from site_builder.compute.catalog import Evidence
from site_builder.compute.changes import (
    PROVENANCE,
    Changes,
    Claims,
    FactChange,
    Loss,
    RankMove,
    ScoreChange,
)
from site_builder.compute.numbers import Array, difference
from site_builder.compute.score_error import REACH
from site_builder.compute.snapshot import Facts, ScoreKey, Snapshot

Key = TypeVar("Key", bound=Hashable)


def find_changes(old: Snapshot, new: Snapshot, claims: Claims | None = None) -> Changes:
    """Hold a board against an earlier moment of it.

    Models, tasks and scores are matched by their ids. Two scores are equal where they agree in
    twelve significant digits. Ranks never decide what counts as changed: they are told apart from
    the scores, and move when others do.

    Args:
        old: The earlier moment.
        new: The later one.
        claims: What became of the claims of the prose.

    Source: docs/statistics.md#changes.
    """
    return Changes(
        old=old.release,
        new=new.release,
        models=_names(old.models, new.models),
        tasks=_names(old.tasks, new.tasks),
        models_added=_only(new.models, old.models),
        models_removed=_only(old.models, new.models),
        models_changed=_changed_facts(old.models, new.models),
        tasks_added=_only(new.tasks, old.tasks),
        tasks_removed=_only(old.tasks, new.tasks),
        tasks_changed=_changed_facts(old.tasks, new.tasks),
        scores_added=tuple(
            ScoreChange(*key, None, new.scores[key].score) for key in _only(new.scores, old.scores)
        ),
        scores_removed=tuple(
            ScoreChange(*key, old.scores[key].score, None) for key in _only(old.scores, new.scores)
        ),
        scores_changed=_changed_scores(old, new),
        flags=tuple(
            FactChange(key, "flag", old.scores[key].flag, state.flag)
            for key, state in new.scores.items()
            if key in old.scores and old.scores[key].flag != state.flag
        ),
        ranks=_moves(old, new),
        rules=tuple(_facts_that_differ((), old.rules, new.rules)),
        claims=claims,
        lost=_losses(old.evidence, new.evidence),
    )


def _only(mine: Iterable[Key], others: Mapping[Key, object]) -> tuple[Key, ...]:
    return tuple(key for key in mine if key not in others)


def _names(old: Mapping[str, Facts], new: Mapping[str, Facts]) -> dict[str, str]:
    named = {
        key: str(facts["name"]) for f in (old, new) for key, facts in f.items() if "name" in facts
    }
    return {key: named.get(key, key) for key in {**old, **new}}


def _changed_facts(old: Mapping[str, Facts], new: Mapping[str, Facts]) -> tuple[FactChange, ...]:
    both = (key for key in new if key in old)
    return tuple(c for key in both for c in _facts_that_differ((key,), old[key], new[key]))


def _facts_that_differ(of: tuple[str, ...], old: Facts, new: Facts) -> Iterator[FactChange]:
    """What both say and say otherwise: what one of them does not speak of is no change."""
    for key, value in new.items():
        if key in old and old[key] != value:
            yield FactChange(of, key, old[key], value)


def _changed_scores(old: Snapshot, new: Snapshot) -> tuple[ScoreChange, ...]:
    """Scores of both moments that differ.

    d = after - before is beyond noise where |d| > 1.96 sqrt(se_before^2 + se_after^2). That takes
    the two as independent; what was measured twice on the same examples differs by less than that
    by chance, so that noise is found too often rather than change.

    Source: the z test of two means; docs/statistics.md#changes.
    """
    keys = [key for key in new.scores if key in old.scores]
    pairs = [(old.scores[key], new.scores[key]) for key in keys]
    before, after = _array(a.score for a, _ in pairs), _array(b.score for _, b in pairs)
    errors = (_array(a.error for a, _ in pairs), _array(b.error for _, b in pairs))
    found, reach = difference(after, before), REACH * np.hypot(*errors)
    changes = [
        ScoreChange(
            *keys[i],
            float(before[i]),
            float(after[i]),
            float(found[i]),
            bool(found[i] > 0) == _rises(keys[i][1], new, old),
            None if np.isnan(reach[i]) else bool(abs(found[i]) > reach[i]),
        )
        for i in np.flatnonzero(found).tolist()
    ]
    return tuple(sorted(changes, key=_weight))


def _rises(task: str, *moments: Snapshot) -> bool:
    """Whether a higher score is better: as the first says that says so, else it is."""
    said = (moment.tasks.get(task, {}).get("higher_is_better") for moment in moments)
    return next((bool(higher) for higher in said if higher is not None), True)


def _array(values: Iterable[float | None]) -> Array:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _weight(change: ScoreChange) -> tuple[int, float, ScoreKey]:
    certainty = (True, None, False).index(change.beyond_noise)
    return certainty, -abs(change.difference or 0), change.key


def _moves(old: Snapshot, new: Snapshot) -> tuple[RankMove, ...]:
    """Ranks that differ, in the order of the newer boards; who left them last."""
    variants = [variant for variant in new.variants if variant in old.variants]
    models = [model for model in new.models if model in old.models]
    moves = [
        RankMove(model, variant, old.ranks.get((model, variant)), new.ranks.get((model, variant)))
        for variant in variants
        for model in models
    ]
    moved = [move for move in moves if move.before != move.after]
    return tuple(
        sorted(moved, key=lambda m: (variants.index(m.variant), m.after or inf, m.before or inf))
    )


def _losses(
    old: Mapping[ScoreKey, Evidence] | None, new: Mapping[ScoreKey, Evidence] | None
) -> tuple[Loss, ...] | None:
    """Of scores in both, what was said of where they come from and is not any more."""
    if old is None or new is None:
        return None
    both = ((key, old[key], after) for key, after in new.items() if key in old)
    found = ((key, _lost(before, after)) for key, before, after in both)
    return tuple(Loss(*key, names) for key, names in found if names)


def _lost(before: Evidence, after: Evidence) -> tuple[str, ...]:
    return tuple(
        name
        for name in PROVENANCE
        if getattr(before, name) is not None and getattr(after, name) is None
    )
