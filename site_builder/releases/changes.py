"""Compare two snapshots of a board, and the claims of both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from functools import cached_property
from math import inf
from typing import Any, TypeAlias, TypeVar

import numpy as np

from site_builder.compute.catalog import Release
from site_builder.compute.numbers import difference
from site_builder.compute.score_error import REACH
from site_builder.formatting import NumberFormat, scale_for
from site_builder.labels import ScoreKey
from site_builder.prose.markdown import plain_text, text_file
from site_builder.prose.template import ProseTemplate, SafeMarkdown, prose_filters
from site_builder.records import CachingRecord, Record, replace
from site_builder.releases.snapshot import BoardState, Facts, Snapshot

_Key = TypeVar("_Key", bound=Hashable)


class ScoreChange(Record):
    """A score that was added, removed or changed.

    Attributes:
        before, after: Its value; None where there was, or is, none.
        difference: After minus before; None where either is missing.
        better: Whether it improved; None without a difference.
        beyond_noise: Whether the difference exceeds what the standard errors explain; None where
            the errors do not say it (docs/statistics.md#changes).
    """

    model: str
    task: str
    variant: str
    before: float | None
    after: float | None
    difference: float | None = None
    better: bool | None = None
    beyond_noise: bool | None = None

    @property
    def key(self) -> ScoreKey:
        """Its model, task and variant."""
        return self.model, self.task, self.variant

    @property
    def noise(self) -> str:
        """The name of `beyond_noise` in messages."""
        return {None: "unknown", True: "beyond", False: "within"}[self.beyond_noise]


class FactChange(Record):
    """A changed fact of a model, a task, a score, or a board.

    Attributes:
        of: The id of the model, task or board; model, task and variant of a score.
        key: Name of the fact, such as `name` or `baseline`, or id of the measure.
    """

    of: tuple[str, ...]
    key: str
    before: object
    after: object


class RankMove(Record):
    """A changed rank of a model in a variant on a board; None where it is not ranked."""

    model: str
    variant: str
    before: int | None
    after: int | None
    board: str = ""


class Judged(Record):
    """Whether a claim is true of a release, and its sentence with the figures of that."""

    holds: bool
    sentence: str


Claims: TypeAlias = dict[tuple[str, str, int], tuple[int, Judged]]
"""Line and truth of each claim, by slot, condition, and number of the same condition before it."""


class ChangedClaim(Record):
    """A claim in the prose that became true or false; `before` is None where it was not judged."""

    file: str
    line: int
    condition: str
    before: Judged | None
    after: Judged

    @property
    def sentence(self) -> str:
        """The sentence with the figures that make it true, where those are known."""
        return (self.after if self.after.holds else self.before or self.after).sentence


class LostProvenance(Record):
    """Provenance of a score that the later release lacks: names out of `PROVENANCE`."""

    model: str
    task: str
    variant: str
    lost: tuple[str, ...]


class Changes(CachingRecord):
    """Every difference between two releases of a board.

    Attributes:
        models, tasks: Names to show, by id; the newer name where they differ.
        models_added, models_removed, tasks_added, tasks_removed: Ids, in published order.
        scores_changed: Those beyond noise first, then those where this is unknown, then the
            others; the largest difference first.
        claims: The claims that became true or false; None where they were not compared.
        measures: Of scores that both releases have, and of measures that both have.
        lost: Scores with less provenance.
    """

    old: Release
    new: Release
    models: Mapping[str, str]
    tasks: Mapping[str, str]
    models_added: tuple[str, ...]
    models_removed: tuple[str, ...]
    models_changed: tuple[FactChange, ...]
    tasks_added: tuple[str, ...]
    tasks_removed: tuple[str, ...]
    tasks_changed: tuple[FactChange, ...]
    scores_added: tuple[ScoreChange, ...]
    scores_removed: tuple[ScoreChange, ...]
    scores_changed: tuple[ScoreChange, ...]
    flags: tuple[FactChange, ...]
    measures: tuple[FactChange, ...]
    ranks: tuple[RankMove, ...]
    rules: tuple[FactChange, ...]
    claims: tuple[ChangedClaim, ...] | None
    lost: tuple[LostProvenance, ...]

    @property
    def facts(self) -> tuple[FactChange, ...]:
        """The changed facts of models and tasks."""
        return (*self.models_changed, *self.tasks_changed)

    @property
    def any_score(self) -> bool:
        """Whether a score was added, removed or changed."""
        return bool(self.scores_added or self.scores_removed or self.scores_changed)

    @cached_property
    def scales(self) -> Mapping[str, NumberFormat]:
        """Number format of the changed scores, by task."""
        values: dict[str, list[float]] = {}
        for c in (*self.scores_changed, *self.scores_added, *self.scores_removed):
            values.setdefault(c.task, []).extend(v for v in (c.before, c.after) if v is not None)
        return {task: scale_for(scores) for task, scores in values.items()}


def find_changes(
    old: Snapshot, new: Snapshot, claims: tuple[ChangedClaim, ...] | None = None
) -> Changes:
    """Return what changed between two snapshots of a site, and the claims that did.

    Models, tasks and scores are matched by their ids. Two scores are equal if they agree in twelve
    significant digits. Scores of another version of a task are removed and added, never compared.

    Source: docs/statistics.md#changes.
    """
    told = tuple(task for task in new.tasks if is_other_version(task, old.tasks, new.tasks))
    before, after = _without(old, told), _without(new, told)
    both = [(k, before.scores[k], now) for k, now in after.scores.items() if k in before.scores]
    models = [key for key in new.models if key in old.models]
    tasks = [key for key in new.tasks if key in old.tasks]
    return Changes(
        old=old.release,
        new=new.release,
        models=_names(old.models, new.models),
        tasks=_names(old.tasks, new.tasks),
        models_added=_only(new.models, old.models),
        models_removed=_only(old.models, new.models),
        models_changed=_changed_facts(((key,), old.models[key], new.models[key]) for key in models),
        tasks_added=_only(new.tasks, old.tasks),
        tasks_removed=_only(old.tasks, new.tasks),
        tasks_changed=_changed_facts(((key,), old.tasks[key], new.tasks[key]) for key in tasks),
        scores_added=tuple(
            ScoreChange(*key, None, new.scores[key].score)
            for key in _only(new.scores, before.scores)
        ),
        scores_removed=tuple(
            ScoreChange(*key, old.scores[key].score, None)
            for key in _only(old.scores, after.scores)
        ),
        scores_changed=_changed_scores(before, after),
        flags=_changed_facts((k, {"flag": a.flag}, {"flag": b.flag}) for k, a, b in both),
        measures=_changed_facts((k, a.measures, b.measures) for k, a, b in both),
        ranks=_moves(old, new),
        rules=_changed_rules(old.boards, new.boards),
        claims=claims,
        lost=tuple(
            LostProvenance(*key, lost)
            for key, before, after in both
            if (lost := _only(before.stated, after.stated))
        ),
    )


def is_other_version(task: str, old: Mapping[str, Facts], new: Mapping[str, Facts]) -> bool:
    """Return whether the facts of two releases state versions of a task that are not the same."""
    before, after = (facts.get(task, {}).get("version") for facts in (old, new))
    return None not in (before, after) and before != after


def _without(snapshot: Snapshot, tasks: Collection[str]) -> Snapshot:
    """Return a snapshot without the scores of some tasks."""
    kept = {key: state for key, state in snapshot.scores.items() if key[1] not in tasks}
    return replace(snapshot, scores=kept) if tasks else snapshot


def _only(mine: Iterable[_Key], others: Collection[_Key]) -> tuple[_Key, ...]:
    return tuple(key for key in mine if key not in others)


def _names(old: Mapping[str, Facts], new: Mapping[str, Facts]) -> dict[str, str]:
    facts = {key: {**old.get(key, {}), **new.get(key, {})} for key in (*old, *new)}
    return {key: str(stated.get("name", key)) for key, stated in facts.items()}


def _changed_facts(both: Iterable[tuple[tuple[str, ...], Facts, Facts]]) -> tuple[FactChange, ...]:
    """Return the facts that both state and that differ; a fact stated by one only is no change."""
    return tuple(
        FactChange(of, key, before[key], value)
        for of, before, after in both
        for key, value in after.items()
        if key in before and before[key] != value
    )


def _changed_scores(old: Snapshot, new: Snapshot) -> tuple[ScoreChange, ...]:
    """Return the scores of both snapshots that differ.

    d = after - before is beyond noise where |d| > 1.96 sqrt(se_before^2 + se_after^2). This takes
    the two as independent. Two measurements on the same examples differ less by chance, so the rule
    errs towards calling a difference noise.

    Source: the z test of two means; docs/statistics.md#changes.
    """
    keys = [key for key in new.scores if key in old.scores]
    pairs = [(old.scores[key], new.scores[key]) for key in keys]
    numbers = [(a.score, b.score, a.error, b.error) for a, b in pairs]
    before, after, *errors = np.array(numbers, dtype=float).reshape(-1, 4).T
    found, reach = difference(after, before), REACH * np.hypot(*errors)
    is_beyond = np.abs(found) > reach
    changes = [
        ScoreChange(
            *keys[i],
            float(before[i]),
            float(after[i]),
            float(found[i]),
            bool(found[i] > 0) == new.tasks.get(keys[i][1], {}).get("higher_is_better", True),
            None if np.isnan(reach[i]) else bool(is_beyond[i]),
        )
        for i in np.flatnonzero(found).tolist()
    ]
    certainty = (True, None, False)
    changes.sort(key=lambda c: (certainty.index(c.beyond_noise), -abs(c.difference or 0), c.key))
    return tuple(changes)


def _changed_rules(
    old: Mapping[str, BoardState], new: Mapping[str, BoardState]
) -> tuple[FactChange, ...]:
    """Return the rules that differ of boards that both have, and the boards that came or went."""
    both = [((board,), old[board].rules, new[board].rules) for board in new if board in old]
    came = [(board, None, new[board].rules.get("title")) for board in _only(new, old)]
    went = [(board, old[board].rules.get("title"), None) for board in _only(old, new)]
    others = (FactChange((of,), "board", a, b) for of, a, b in (*came, *went) if of)
    return (*_changed_facts(both), *others)


def _moves(old: Snapshot, new: Snapshot) -> tuple[RankMove, ...]:
    """Return the changed ranks on boards that both have, by board, variant and new rank."""
    models, found = [model for model in new.models if model in old.models], list[RankMove]()
    for board in (board for board in new.boards if board in old.boards):
        before, after = old.boards[board].ranks, new.boards[board].ranks
        for variant in (variant for variant in after if variant in before):
            was, now = before[variant], after[variant]
            moves = [RankMove(m, variant, was.get(m), now.get(m), board) for m in models]
            moves.sort(key=lambda m: (m.after or inf, m.before or inf))
            found += [move for move in moves if move.before != move.after]
    return tuple(found)


def find_turned_claims(old: Claims | None, new: Claims | None) -> tuple[ChangedClaim, ...] | None:
    """Return the claims of the newer text whose truth is another now; None without that text.

    Each is judged by the figures of its own release. One that the older text does not make, or that
    a published site made, is taken for true before: a site with a false claim is not built.
    """
    if new is None:
        return None
    turned = []
    for key, (line, now) in new.items():
        slot, condition, _ = key
        _, before = (old or {}).get(key, (0, None))
        if now.holds != (before is None or before.holds):
            turned.append(ChangedClaim(text_file(slot), line, condition, before, now))
    return tuple(turned)


def judge_claims(
    texts: Mapping[str, str], figures: Mapping[str, Any], scale: NumberFormat
) -> Claims:
    """Judge the claims of the texts of a release by its figures."""
    known = {**figures, "link": lambda *_: SafeMarkdown("")}
    judged: Claims = {}
    for slot, text in texts.items():
        seen: Counter[str] = Counter()
        _, claims, _ = ProseTemplate(text, prose_filters(scale)).fill_in(known)
        for claim in claims:
            # Without the punctuation that joins the sentence to the one before.
            sentence = plain_text(claim.sentence).lstrip(",; ")
            key = slot, claim.condition, seen[claim.condition]
            judged[key] = claim.line, Judged(claim.holds, sentence)
            seen[claim.condition] += 1
    return judged
