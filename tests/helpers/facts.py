"""What is true of a board, judged from its scores by other code than that of the pages."""

import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import combinations

import numpy as np
from scipy import stats

from site_builder.compute.board import Board, Standing
from site_builder.compute.serving import Price
from site_builder.pages.page import Site

LEAST = 6  # tasks that a verdict needs


class Facts:
    """The scores of a board, and what follows from them."""

    def __init__(self, site: Site) -> None:
        self.site, self.results, self.labels = site, site.results, site.labels
        self.scores, self.stats = site.results.scores, site.results.stats
        self.roles, self.board = site.labels.roles, site.results.board
        self.direction = self.scores.direction
        self.scale, self.tasks = site.labels.scale, self.scores.tasks
        self.models = {name: model for model, name in site.labels.models.items()}
        self.task_ids = {name: task for task, name in site.labels.tasks.items()}

    def values(self, variant: str) -> np.ndarray:
        """Scores of a variant, models by tasks."""
        values: np.ndarray = self.scores.values[variant]
        return values

    def row(self, run: tuple[str | None, str | None]) -> np.ndarray:
        """The scores of a model in a variant."""
        row: np.ndarray = self.values(run[1] or "")[self.scores.rows[run[0] or ""]]
        return row

    def reference(self, variant: str) -> tuple[str | None, str | None]:
        """The run of the baseline that a variant is compared with."""
        return self.roles.baseline, self.roles.baseline_variants.get(variant)

    @property
    def has_one_direction(self) -> bool:
        """Whether higher is better on every task, or lower on every task."""
        return len(set(self.direction.tolist())) == 1

    # --- boards -----------------------------------------------------------------------------------

    def view_board(self, category: str | None, label: str) -> Board:
        """The board of a view by its label, on the page of a category or of all tasks."""
        boards: Mapping[str, Board] = self.results.boards
        if category is not None:
            boards = next(c.boards for c in self.results.categories if c.category == category)
        name = label.removeprefix("Lift, ").removesuffix(", common tasks")
        found = [v for v in self.roles.variants if self.labels.variants[v] == name]
        variant = found[0] if found else self.roles.primary
        if label.lower().endswith("common tasks"):
            variant = variant if found else next(iter(self.results.common))
            return self.results.common[variant][variant]
        return boards[variant]

    def model_board(self, model: str) -> Board:
        """The first board on which a model has a score."""
        boards = [b for b in self.results.boards.values() if b.standing(model).scored]
        return boards[0] if boards else self.board

    @cached_property
    def comparable(self) -> Board:
        """The board over the tasks that every ranked model of the primary variant has.

        The whole one if it ranks by adjusted averages, which allow for the tasks.
        """
        if self.board.rules.rank_by == "additive":
            return self.board
        ranked = [self.scores.rows[s.model] for s in self.board.ranked]
        columns = [self.scores.columns[task] for task in self.board.tasks]
        full = ~np.isnan(self.values(self.board.variant)[ranked][:, columns]).any(axis=0)
        variant = self.board.variant
        return self.board if full.all() else self.results.common[variant][variant]

    @cached_property
    def means(self) -> dict[str, float]:
        """Averages of the primary variant over these tasks, of the models that have them all."""
        if self.board.rules.rank_by == "additive":
            return {s.model: s.adjusted for s in self.board.ranked if s.adjusted is not None}
        columns = [self.scores.columns[task] for task in self.comparable.tasks]
        ranked = {s.model for s in self.comparable.ranked}
        found = {m: self.row((m, self.board.variant))[columns].mean() for m in self.scores.models}
        return {m: float(mean) for m, mean in found.items() if mean == mean and m in ranked}

    # --- differences ------------------------------------------------------------------------------

    @cached_property
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Scores before and after tuning, by variant, model and task; NaN unless both are there."""
        before, after = [], []
        for variant in self.roles.tuned if self.roles.base else ():
            both = ~np.isnan(self.values(variant) + self.values(self.roles.base or ""))
            before.append(np.where(both, self.values(self.roles.base or ""), np.nan))
            after.append(np.where(both, self.values(variant), np.nan))
        return np.array(before), np.array(after)

    @cached_property
    def best(self) -> dict[str, tuple[float, list[tuple[str, str]]]]:
        """By task, the best score of the contenders and the runs that have it."""
        found = {}
        for column, task in enumerate(self.tasks):
            runs = {
                (model, variant): score
                for variant in self.roles.contest
                for model, score in zip(
                    self.scores.models, self.values(variant)[:, column].tolist(), strict=True
                )
                if score == score and model != self.roles.baseline
            }
            if runs:
                top = max(runs.values(), key=lambda s: self.direction[column] * s)
                found[task] = (top, [run for run, s in runs.items() if np.isclose(s, top, 1e-12)])
        return found

    @cached_property
    def best_lifts(self) -> dict[str, float]:
        """By task, the greatest lift of a contender over the baseline, positive is better."""
        found = self.contender_lifts.items()
        return {task: max(lifts.values()) for task, lifts in found if lifts}

    @cached_property
    def contender_lifts(self) -> dict[str, dict[tuple[str, str], float]]:
        """By task and run, the lift of each contender over the baseline beside its variant."""
        found: dict[str, dict[tuple[str, str], float]] = {task: {} for task in self.tasks}
        for variant in self.roles.contest if self.roles.baseline else ():
            for model in self.scores.models:
                lifts = self.lifts(model, variant, self.reference(variant)).tolist()
                for task, lift in zip(self.tasks, lifts, strict=True):
                    if lift == lift and model != self.roles.baseline:
                        found[task][model, variant] = lift
        return found

    def shown_best(self, task: str) -> tuple[float, tuple[str, str]]:
        """The score that a task's page compares with the baseline, and a run that has it."""
        lifts = self.contender_lifts[task]
        column = self.scores.columns[task]
        scores = {run: float(self.row(run)[column]) for run in lifts or self.best[task][1]}
        sign = self.direction[column]
        run = max(scores, key=lambda run: (lifts.get(run, 0.0), sign * scores[run]))
        return scores[run], run

    def lifts(self, model: str, variant: str, over: tuple[str | None, str | None]) -> np.ndarray:
        """Lifts of a model over another run, by task; NaN where there is none."""
        lifts = self.direction * (self.row((model, variant)) - self.row(over))
        return np.asarray(np.round(lifts, 12))

    def ahead_of_baseline(self) -> tuple[int, int]:
        """How many models have a better mean than the baseline over common tasks, of how many."""
        found: dict[str, list[float]] = {}
        for variant in self.roles.contest:
            for s in self.results.boards[variant].ranked:
                if s.model == self.roles.baseline or self.roles.baseline is None:
                    continue
                lifts = self.lifts(s.model, variant, self.reference(variant))
                if (~np.isnan(lifts)).any():
                    found.setdefault(s.model, []).append(float(np.nanmean(lifts)))
        return sum(max(means) > 1e-12 for means in found.values()), len(found)

    def verdicts(self, over: str) -> dict[tuple[str, str], str]:
        """By model and variant, the verdict on the lift over `base` or over the `baseline`."""
        tests = getattr(self.results.lift_tests, f"over_{over}")
        return {
            (m, v): test.verdict for v, by_model in tests.items() for m, test in by_model.items()
        }

    def costs(self, place: str) -> dict[str, float]:
        """By model, its size or its lowest price, for the chart of this name."""
        if place.startswith("size"):
            sizes = {m.model: m.parameters_b for m in self.results.catalog.models.values()}
            return {model: size for model, size in sizes.items() if size}
        prices: dict[str, list[float]] = {}
        for price in self.results.serving.prices:
            if price.million_usd is not None:
                prices.setdefault(price.model, []).append(price.million_usd)
        return {model: min(found) for model, found in prices.items() if min(found) > 0}

    def cheapest(self) -> tuple[float, list[Price]]:
        """The lowest price of a mixed million, the baseline's aside if it has one; who asks it."""
        offers = [p for p in self.results.serving.prices if p.million_usd]
        others = [p for p in offers if p.model != self.roles.baseline]
        compared = bool(others) and len(others) < len(offers)
        offers = others if compared else offers
        low = min(p.million_usd or 0.0 for p in offers)
        return low, [p for p in offers if p.million_usd == low]

    def wins(self) -> dict[str, int]:
        """On how many tasks each model has the best score of the primary variant."""
        signed = self.values(self.board.variant) * self.direction
        with np.errstate(invalid="ignore"):
            top = np.fmax.reduce(signed, axis=0)
            is_best = np.isclose(signed, top, 1e-12, 0)
        return dict(zip(self.scores.models, is_best.sum(axis=1).tolist(), strict=True))


def clear_ends(groups: Mapping[str, Sequence[float]]) -> tuple[str, str]:
    """The groups of the least and the greatest mean, if they differ from all others.

    By Welch's t test of each pair, among groups with two values or more.
    """
    kept = {name: list(values) for name, values in groups.items() if len(values) > 1}
    pairs = [*combinations(kept, 2)]
    clear = {frozenset((a, b)): _are_apart(kept[a], kept[b], len(pairs)) for a, b in pairs}
    if len(kept) < 2:
        return "", ""
    order = sorted(kept, key=lambda name: float(np.mean(kept[name])))
    low, high = (
        end if all(clear[frozenset((end, other))] for other in kept if other != end) else ""
        for end in (order[0], order[-1])
    )
    return low, high


def _are_apart(a: list[float], b: list[float], pairs: int) -> bool:
    """Whether Welch's test tells two groups apart; never if neither has any spread."""
    if np.ptp(a) == np.ptp(b) == 0:
        return False
    with warnings.catch_warnings(action="ignore"):  # of a group without any spread
        return bool(stats.ttest_ind(a, b, equal_var=False).pvalue * pairs < 0.05)


def leaders(board: Board) -> list[Standing]:
    """The models of the first rank."""
    return [s for s in board.ranked if s.rank == 1]


def rivals(board: Board) -> list[Standing]:
    """The other models that may be first."""
    return [s for s in board.ranked if s.rank != 1 and s.tied_with_best]


def can_tell(board: Board) -> bool:
    """Whether a board has enough models and tasks for any verdict."""
    return len(board.ranked) > 1 and len(board.tasks) >= LEAST
