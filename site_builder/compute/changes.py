"""What differs between two moments of a board: added, removed, changed, moved, turned, lost."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from site_builder.compute.release import Release
from site_builder.compute.snapshot import ScoreKey
from site_builder.format import Scale, scale_for
from site_builder.records import Record

# What the results table can say of where a score comes from and how exact it is.
PROVENANCE = ("source", "command", "date", "n_examples", "stderr")


class ScoreChange(Record):
    """One score that is new, gone or another.

    Attributes:
        model, task, variant: Which score.
        before, after: Its value; None where there was, or is, none.
        difference: After minus before, in the metric's own unit; None where either is missing.
        better: Whether it changed for the better; None without a difference.
        beyond_noise: Whether the two values are told apart by their standard errors; None where
            either error is not known (docs/statistics.md#changes).
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
        """Which score, as the catalog keys it."""
        return self.model, self.task, self.variant


class FactChange(Record):
    """One thing that is said otherwise: of a model, of a task, of a score, of the board itself.

    Attributes:
        of: Ids of what it is said of: a model, a task, model, task and variant, or nothing.
        key: What is said, such as `name` or `baseline`.
        before, after: The two values; None where nothing is said.
    """

    of: tuple[str, ...]
    key: str
    before: object
    after: object


class RankMove(Record):
    """A model whose rank on the board of a variant is another; None where it is not ranked."""

    model: str
    variant: str
    before: int | None
    after: int | None


class ClaimTurn(Record):
    """A claim of the prose that the figures of one moment bear out and those of the other do not.

    Attributes:
        file, line: Where it stands.
        condition: Its condition, as it is written.
        held, holds: Whether it held before, and holds after.
        before, after: The sentence with the figures of before and of after.
    """

    file: str
    line: int
    condition: str
    held: bool
    holds: bool
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """The sentence with the figures that bear it out."""
        return self.before if self.held else self.after


class Loss(Record):
    """What was known of a score and is not any more: names out of `PROVENANCE`."""

    model: str
    task: str
    variant: str
    lost: tuple[str, ...]


class Claims(Record):
    """What became of the claims.

    Attributes:
        turned: Those that turned.
        unjudged: How many could be judged by the figures of one moment only.
    """

    turned: tuple[ClaimTurn, ...] = ()
    unjudged: int = 0


class Changes(Record):
    """Everything that differs between two moments of a board.

    Attributes:
        old, new: Which data the two are.
        models, tasks: Names to show by id, of both moments; the newer name where they differ.
        models_added, models_removed, tasks_added, tasks_removed: Ids, in published order.
        models_changed, tasks_changed: What is said otherwise of those in both.
        scores_added, scores_removed: In published order, task by task.
        scores_changed: Those beyond noise first, then those of which that is not known, then the
            others; the largest difference first.
        flags: Reservations that were made, reworded or taken back, of scores in both.
        ranks: Models of both moments whose rank in a variant of both is another.
        rules: What decides how the board ranks, where that differs.
        claims: The claims of the prose; None where neither moment brings prose.
        lost: Provenance that is gone; None where one of the two did not publish any.
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
    ranks: tuple[RankMove, ...]
    rules: tuple[FactChange, ...]
    claims: Claims | None
    lost: tuple[Loss, ...] | None

    @property
    def any_score(self) -> bool:
        """Whether a score was added, removed or changed: what counts as a change of the board."""
        return bool(self.scores_added or self.scores_removed or self.scores_changed)

    @cached_property
    def scales(self) -> Mapping[str, Scale]:
        """How scores are written, by task: in digits that suit those that changed."""
        values: dict[str, list[float]] = {}
        for change in (*self.scores_changed, *self.scores_added, *self.scores_removed):
            found = (change.before, change.after)
            values.setdefault(change.task, []).extend(v for v in found if v is not None)
        return {task: scale_for(own) for task, own in values.items()}

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs at all."""
        models = (self.models_added, self.models_removed, self.models_changed)
        tasks = (self.tasks_added, self.tasks_removed, self.tasks_changed)
        turned = self.claims.turned if self.claims else ()
        rest = (self.flags, self.ranks, self.rules, turned, self.lost)
        return not self.any_score and not any((*models, *tasks, *rest))
