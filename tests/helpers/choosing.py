"""Answers of the choosing page, computed with numpy and scipy, to hold its script to."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata, t

Array = npt.NDArray[np.float64]
NOISE = 1e-12


def draw_words(n: int, seed: int) -> Array:
    """mulberry32 as its author wrote it, one word after the other."""
    found = np.empty(n)
    for i in range(n):
        seed = (seed + 0x6D2B79F5) & 0xFFFFFFFF
        word = (seed ^ seed >> 15) * (seed | 1) & 0xFFFFFFFF
        word ^= word + ((word ^ word >> 7) * (word | 61) & 0xFFFFFFFF) & 0xFFFFFFFF
        found[i] = word ^ word >> 14
    return found


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
        self.board, self.question, self.scores = board, question, scores
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
        if errors is not None and self.by_mean:
            self.errors = np.nan_to_num(errors[question["variant"]])[:, self.picked]
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
        references = {c["reference"] for c in listed}
        return {
            "tasks": n,
            "candidates": len(self.order),
            "ranked": len(ranked),
            "listed": listed,
            "reference": references.pop() if len(references) == 1 else None,
            "margin": margin,
            "smallest": self._smallest(margin),
            "staysFirst": self._stays_first(),
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
        rank = self._rank(model)
        return {
            "model": int(model),
            "rank": rank,
            "ranks": self._ranks(model, rank),
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

    def _lead(self, one: int, other: int) -> tuple[Array, Array, Array, Array]:
        """Differences on the common tasks, their weights, their standard errors, their families."""
        gaps = self.measure[one] - self.measure[other]
        both = ~np.isnan(gaps)
        errors = np.hypot(self.errors[one], self.errors[other])
        return gaps[both], self.weights[both], errors[both], self.families[both]

    def _is_ahead(self, one: int, other: int) -> bool:
        """A paired t test with weights, Bonferroni's correction, and families as units."""
        gaps, weights, errors, families = self._lead(one, other)
        k, units = len(self.order), len(set(families))
        if units < self.board["least_tasks"]:
            return False
        mean = np.average(gaps, weights=weights)
        residuals = weights * (gaps - mean)
        by_family = np.array([residuals[families == f].sum() for f in sorted(set(families))])
        spread = np.linalg.norm(by_family) * np.sqrt(units / (units - 1))
        error = max(spread, np.linalg.norm(weights * errors)) / weights.sum()
        reach = t.isf(0.05 / (k * (k - 1)), units - 1) * error
        return bool(mean > reach + NOISE * np.abs(gaps).max())

    def _ranks(self, model: int, rank: int) -> list[int] | None:
        if not self.is_enough:
            return None
        ahead = sum(self._is_ahead(model, m) for m in self.order)
        behind = sum(self._is_ahead(m, model) for m in self.order)
        return [min(rank, 1 + behind), max(rank, len(self.order) - ahead)]

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

    def _stays_first(self) -> int | None:
        """In how many reweightings the first has the greatest mean (Rubin 1981)."""
        if not self.is_enough:
            return None
        shape = (self.board["reweightings"], len(self.weights))
        words = draw_words(shape[0] * shape[1], self.board["reweighting_seed"])
        weights = -np.log((words + 0.5) / 2.0**32).reshape(shape) * self.weights
        values = self.measure[self.order]
        means = np.nan_to_num(values) @ weights.T / (~np.isnan(values) @ weights.T)
        noise = NOISE * np.nanmax(np.abs(values))
        return int((means[0] >= means[1:].max(axis=0) - noise).sum())


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
