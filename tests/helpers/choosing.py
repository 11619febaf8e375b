"""Answers of the choosing and comparing pages, computed with numpy and scipy."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata, t

Array = npt.NDArray[np.float64]
Families = npt.NDArray[Any]
NOISE = 1e-12


def as_json(arrays: Mapping[str, Array]) -> dict[str, list[list[float | None]]]:
    """Scores or errors as the pages ship them."""
    return {
        variant: [[None if np.isnan(x) else float(x) for x in row] for row in rows]
        for variant, rows in arrays.items()
    }


def moments(row: Array, errors: Array, weights: Array, families: Families) -> tuple[Any, ...]:
    """Mean of what is there, how far each family moves it, variance by errors, families."""
    there = ~np.isnan(row)
    total = weights[there].sum() or np.nan
    mean = np.nansum(weights * row) / total
    residuals = np.where(there, weights * (np.nan_to_num(row) - mean), 0.0)
    moves = np.array([residuals[families == f].sum() for f in np.unique(families)]) / total
    units = len(set(families[there]))
    known = np.linalg.norm((weights * errors)[there]) ** 2 / total**2
    return mean, moves * np.sqrt(units / max(units - 1, 1)), known, units


def paired(gaps: Array, errors: Array, weights: Array, families: Families) -> tuple[Any, ...]:
    """Mean difference, its standard error, and the degrees of freedom."""
    mean, moves, known, units = moments(gaps, errors, weights, families)
    return mean, max(np.linalg.norm(moves), np.sqrt(known)), units - 1


def best_chances(
    rows: Array, errors: Array, weights: Array, families: Families
) -> list[float | None]:
    """How often each row has the greatest mean in 20,000 draws of the multivariate t."""
    found = [moments(*of, weights, families) for of in zip(rows, errors, strict=True)]
    means, moves, known, units = (np.array(column) for column in zip(*found, strict=True))
    there = (units >= 6) & ((units >= 6).sum() > 1)
    first = int(np.argmax(np.where(there, means, -np.inf)))
    apart = ((moves - moves[first]) ** 2).sum(axis=1)
    own = np.sqrt(np.maximum(0.0, known + known[first] - apart))
    own[first] = 0.0
    dice, n = np.random.default_rng(7), moves.shape[1]
    scale = np.sqrt((n - 1) / dice.chisquare(n - 1, (20_000, 1)))
    noise = dice.normal(size=(20_000, n)) @ moves.T + dice.normal(size=(20_000, len(rows))) * own
    drawn = np.where(there, means + scale * noise, -np.inf)
    best = drawn >= drawn.max(axis=1, keepdims=True) - NOISE
    chances = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    return [c if is_there else None for c, is_there in zip(chances.tolist(), there, strict=True)]


def choose(
    board: Mapping[str, Any],
    scores: Mapping[str, Array],
    errors: Mapping[str, Array] | None,
    question: Mapping[str, Any],
) -> dict[str, Any]:
    """Answer a question, in the shape of `site.statistics.chooser`.

    Args:
        board: What the page ships of the board.
        scores: By variant, models x tasks.
        errors: Standard errors of these; None where none is known.
        question: Weight of each task, variant, limits by kind, margin.
    """
    return _Field(board, scores, errors, question).answer()


class _Field:
    """The models over the picked tasks."""

    def __init__(
        self,
        board: Mapping[str, Any],
        scores: Mapping[str, Array],
        errors: Mapping[str, Array] | None,
        question: Mapping[str, Any],
    ) -> None:
        self.board, self.question, self.scores, self.all_errors = board, question, scores, errors
        self.direction = np.array([task["direction"] for task in board["tasks"]])
        weights = np.array(question["weights"], dtype=float)
        is_scored = ~np.isnan(scores[question["variant"]]).all(axis=0)
        self.picked = (weights > 0) & (is_scored | ~((weights > 0) & is_scored).any())
        self.weights = weights[self.picked]
        self.by_mean = board["rank_by"] == "mean"
        whole = scores[question["variant"]] * self.direction
        self.signed = whole[:, self.picked]
        self.measure = self.signed if self.by_mean else _win_rates(whole)[:, self.picked]
        self.errors = np.zeros_like(self.signed)
        if self.by_mean:
            self.errors = self._known(question["variant"])[:, self.picked]
        self.merit = self._covered_mean(self.measure, self.signed)
        inside = np.logical_and.reduce([np.ones(len(whole), bool), *question["limits"].values()])
        self.inside = np.asarray(inside)
        scored = (~np.isnan(self.signed)).sum(axis=1)
        among = np.flatnonzero(self.inside & ~np.isnan(self.merit)).tolist()
        self.order: list[int] = sorted(
            among, key=lambda m: (-round(float(self.merit[m]), 10), -scored[m], m)
        )
        self.scored = scored
        self.families = np.array(board["families"])[self.picked]
        n_families = len(set(self.families))
        self.is_enough = len(self.order) > 1 and n_families >= board["least_tasks"]
        self.chances: list[float | None] = [None] * len(self.order)
        if self.is_enough:
            self.chances = best_chances(
                self.measure[self.order], self.errors[self.order], self.weights, self.families
            )

    def answer(self) -> dict[str, Any]:
        """The whole answer."""
        board, question, n = self.board, self.question, len(self.weights)
        ranked = np.flatnonzero(~np.isnan(self.merit))
        unranked = np.flatnonzero(self.inside & np.isnan(self.merit))
        margin = question["margin"]
        if margin is None:
            known = self.merit[ranked]
            span = 1.0 if not self.by_mean else np.ptp(board["ends"] or known) if n else 0.0
            margin = board["margin_share"] * span if len(known) else 0.0
        listed = [self._candidate(m) for m in self.order[: board["listed"]]]
        return {
            "tasks": n,
            "candidates": len(self.order),
            "ranked": len(ranked),
            "listed": listed,
            "margin": margin,
            "smallest": self._smallest(margin),
            "close": self._close(),
            "influence": self._influence(),
            "leftOut": {
                kind: [int(m) for m in ranked if not within[m]]
                for kind, within in question["limits"].items()
            },
            "unranked": [
                {
                    "model": int(m),
                    "missing": int(n - self.scored[m]),
                    "rivals": bool(self.scored[m] == 0 or not np.isnan(self.measure[m]).all()),
                }
                for m in unranked
            ],
        }

    def _covered_mean(self, values: Array, scores: Array) -> Array:
        share = (~np.isnan(scores) @ self.weights) / self.weights.sum()
        means = np.array([_mean(row, self.weights) for row in values])
        return np.where(share >= self.board["min_coverage"] - NOISE, means, np.nan)

    def _shown(self, merit: float) -> float | None:
        turned = self.by_mean and (self.direction[self.picked] < 0).all()
        return None if np.isnan(merit) else float(-merit if turned else merit)

    def _mean_beside(self, variant: str, model: int, other: int) -> float | None:
        """Mean of a model over the tasks that another one has; None where it lacks one of them."""
        row = (self.scores[variant] * self.direction)[[model]][:, self.picked]
        row = np.where(np.isnan(self.signed[other]), np.nan, row)
        if not self.by_mean or (np.isnan(row) & ~np.isnan(self.signed[other])).any():
            return None
        return self._shown(self._covered_mean(row, row)[0])

    def _behind(self, model: int) -> float:
        return float(round(self.merit[self.order[0]] - self.merit[model], 12))

    def _rank(self, model: int) -> int:
        return 1 + sum(bool(self.merit[m] > self.merit[model] + 1e-10) for m in self.order)

    def _candidate(self, model: int) -> dict[str, Any]:
        base, reference = self.board["base"], self.board["reference"]
        lifted = base is not None and base != self.question["variant"]
        field = self.signed[self.order]
        best = np.nanmax(field, axis=0, initial=-np.inf)
        return {
            "model": int(model),
            "rank": self._rank(model),
            "chance": self.chances[self.order.index(model)],
            "merit": self._shown(self.merit[model]),
            "before": self._mean_beside(base, model, model) if lifted else None,
            "reference": reference
            and self._mean_beside(
                reference["variants"][self.question["variant"]], reference["model"], model
            ),
            "behind": self._behind(model),
            "bestOn": int((self.signed[model] == best).sum()),
            "scored": int(self.scored[model]),
        }

    def _close(self) -> list[int] | None:
        """The models besides the first that may be first."""
        if not self.is_enough:
            return None
        variant, reference = self.question["variant"], self.board["reference"]
        tail = self.board["first_share"] / (len(self.order) - 1)
        beside = reference["variants"][variant] if reference and self.by_mean else variant
        behind = [False] * len(self.order)
        if beside != variant:
            outsider = (self.scores[beside] * self.direction)[reference["model"], self.picked]
            error = self._known(beside)[reference["model"], self.picked]
            of = self.board["tails"]["baseline"][variant]
            behind = [self._is_ahead(outsider, error, m, of) for m in self.order]
        return sorted(
            m
            for m, is_behind in zip(self.order[1:], behind[1:], strict=True)
            if not (is_behind and not behind[0])
            and not any(
                self._is_ahead(self.measure[rival], self.errors[rival], m, tail)
                for rival in self.order[:50]
                if rival != m
            )
        )

    def _known(self, variant: str) -> Array:
        """Errors of all scores of a variant, at least those of rounding."""
        rounding = np.broadcast_to(self.board["rounding"][variant], self.scores[variant].shape)
        return rounding if self.all_errors is None else np.fmax(self.all_errors[variant], rounding)

    def _is_ahead(self, row: Array, errors: Array, other: int, tail: float) -> bool:
        gaps, both = row - self.measure[other], np.hypot(errors, self.errors[other])
        mean, error, freedom = paired(gaps, both, self.weights, self.families)
        is_enough = freedom + 1 >= self.board["least_tasks"]
        return bool(is_enough and mean > t.isf(tail, freedom) * error + NOISE)

    def _influence(self) -> dict[str, Any] | None:
        """The task without which the lead over the second changes most."""
        if not self.is_enough:
            return None
        first, second = self.measure[self.order[:2]]
        lead = _mean(first, self.weights) - _mean(second, self.weights)
        picked, without = np.flatnonzero(self.picked), []
        for place in range(len(picked)):
            rest = np.arange(len(picked)) != place
            one, other = (_mean(row[rest], self.weights[rest]) for row in (first, second))
            without.append(one - other)
        changes = [-1.0 if np.isnan(left) else round(abs(lead - left), 10) for left in without]
        most = int(np.argmax(changes))
        if changes[most] <= 0:
            return None
        share = self.weights[most] * (first[most] - second[most]) / self.weights.sum() / lead
        is_whole = not np.isnan([first, second]).any()
        task = int(picked[most])
        return {"task": task, "without": without[most], "share": share if is_whole else None}

    def _smallest(self, margin: float) -> int | None:
        sizes = {m: self.board["models"][m]["parameters_b"] for m in self.order}
        fit = [m for m in self.order if self._behind(m) <= margin and sizes[m] is not None]
        return int(min(fit, key=lambda m: sizes[m])) if fit else None


def _mean(row: Array, weights: Array) -> float:
    there = ~np.isnan(row)
    return float(np.average(row[there], weights=weights[there])) if there.any() else np.nan


def _win_rates(signed: Array) -> Array:
    """The share of rivals that each model beats on each task, ties counting one half."""
    rates = np.full(signed.shape, np.nan)
    for column, rate in zip(signed.T, rates.T, strict=True):
        there = ~np.isnan(column)
        if there.sum() > 1:
            rate[there] = (rankdata(column[there]) - 1) / (there.sum() - 1)
    return rates
