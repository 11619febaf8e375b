"""How exact a score is: its standard error and its 95 % interval, as far as the results tell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.compute.numbers import Array, difference, round_significant
from site_builder.records import Record
from site_builder.tables.read import positions

# Of the standard normal distribution, 95 % lie between -1.96 and +1.96. Written out, since the ways
# to compute it differ in the last bit.
REACH = 1.959963984540054
SHARES = ((0.0, 1.0), (0.0, 100.0))
NOTHING = np.full((), np.nan)


class ScoreErrors(Record):
    """What is known of how exact scores are: arrays of one shape, NaN where nothing is.

    Attributes:
        standard: Standard error, in the metric's own unit; never 0.
        low, high: Ends of the 95 % interval of the score.
        examples: Number of examples that the score was measured on.
    """

    standard: Array
    low: Array
    high: Array
    examples: Array

    def placed(
        self, cells: tuple[npt.NDArray[np.intp], ...], shape: tuple[int, ...]
    ) -> ScoreErrors:
        """The same as arrays of another shape, each entry in its cell; nothing known elsewhere."""
        return ScoreErrors(*(_placed(values, cells, shape) for values in self._arrays))

    def columns(self, columns: list[int]) -> ScoreErrors:
        """These columns of arrays (models, tasks)."""
        return ScoreErrors(*(values[:, columns] for values in self._arrays))

    @property
    def _arrays(self) -> tuple[Array, Array, Array, Array]:
        return self.standard, self.low, self.high, self.examples


def compute_score_errors(results: pd.DataFrame, tasks: pd.DataFrame) -> ScoreErrors:
    """The error of each score, from its `stderr`, else from its `n_examples`.

    - A `stderr` above 0 is the standard error, and the interval is score ± 1.96 stderr, cut off at
      the bounds of the task. One of 0 tells nothing: harnesses print it where every example came
      out alike.
    - Else, where the score is the mean of n examples' own scores, each between two bounds: Wilson's
      interval (Wilson, 1927) of the score's place p between them, and sqrt(p (1 - p) / n), which at
      a bound would be 0 and is half of the interval's width / 1.96 there. Agresti & Coull (1998)
      show why not p ± 1.96 sqrt(p (1 - p) / n). Examples that are right or wrong have the variance
      p (1 - p); graded ones have no more (Bhatia & Davis, 2000), so that for these it errs on the
      wide side.
    - Else nothing is known.

    Args:
        results: The results table.
        tasks: The tasks table.

    Shape: arrays (rows of `results`,).
    Units: the metric's own.
    Source: docs/statistics.md#error-of-a-score.
    """
    score, stated, n = (
        results[name].to_numpy(dtype=float) for name in ("score", "stderr", "n_examples")
    )
    rows = positions(results["task"], tasks["task"].tolist())
    least, most = (tasks[name].to_numpy(dtype=float)[rows] for name in ("score_min", "score_max"))
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        stated = np.where(stated > 0, stated, np.nan)
        averaged = _are_means_of_examples(tasks)[rows]
        span = np.where(averaged & (most > least), most - least, np.nan)
        low, high = wilson_interval((score - least) / span, n)
        shares = standard_error_of_share((score - least) / span, n)
        known = np.isfinite(stated)
        ends = (
            np.where(known, np.fmax(score - REACH * stated, least), least + span * low),
            np.where(known, np.fmin(score + REACH * stated, most), least + span * high),
        )
    size = np.fmax(np.abs(score), np.where(np.isnan(span), np.abs(score), span))
    low, high = (round_significant(np.where(np.isfinite(end), end, np.nan), size) for end in ends)
    return ScoreErrors(np.where(known, stated, round_significant(span * shares)), low, high, n)


def wilson_interval(p: Array, n: Array) -> tuple[Array, Array]:
    """95 % interval of a share p of n examples; both ends lie in 0..1, and it has a width at both.

    (p + z²/2n ± z sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n), with z = 1.96.

    Source: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical
        inference", Journal of the American Statistical Association 22(158), 209-212.
    """
    p = np.clip(p, 0, 1)
    more = REACH**2 / n
    middle = (p + more / 2) / (1 + more)
    half = np.sqrt(more * (p * (1 - p) + more / 4)) / (1 + more)
    # Settled, since on paper the interval ends at 0 where p is 0, and at 1 where p is 1.
    low, high = round_significant(
        np.clip([middle - half, middle + half], 0, 1), np.ones(2)[:, np.newaxis]
    )
    return low, high


def standard_error_of_share(p: Array, n: Array) -> Array:
    """Standard error of a share p of n examples: sqrt(p (1 - p) / n), and above 0 at 0 and 1 too.

    It never falls below z / 2(n + z²), which is half the width of Wilson's interval at 0 or 1,
    over z. With one example wrong of n it is above that, so that counts have the first formula.
    """
    p = np.clip(p, 0, 1)
    return np.maximum(np.sqrt(p * (1 - p) / n), REACH / (2 * (n + REACH**2)))


def find_ties(signed: Array, standard: Array) -> Array:
    """Which scores of each task cannot be told from the best one: 1 where so, 0 where not.

    Two scores are told apart where z = difference / sqrt(se1² + se2²) is above 1.96. That takes
    them as independent. Models that answered the same examples agree on the easy ones, so that
    their difference is better known than that: it calls a difference none rather than the reverse.
    NaN where the standard error of the score is not known, or that of no best score is.

    Args:
        signed: Scores as they are compared, greater is better; shape (models, tasks).
        standard: Their standard errors.

    Shape: (models, tasks).
    Source: the z test of two means; docs/statistics.md#ties-on-a-task.
    """
    best = np.fmax.reduce(signed, axis=0)
    best_error = np.fmax.reduce(np.where(signed == best, standard, np.nan), axis=0)
    reach = REACH * np.hypot(standard, best_error)
    return np.where(np.isnan(reach), np.nan, difference(best, signed) <= reach)


def _are_means_of_examples(tasks: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tasks whose scores are means over examples: as stated, else those with a share's bounds."""
    bounds = zip(tasks["score_min"], tasks["score_max"], strict=True)
    stated = zip(tasks["mean_of_examples"], bounds, strict=True)
    return np.array([b in SHARES if pd.isna(own) else bool(own) for own, b in stated], dtype=bool)


def _placed(
    values: Array, cells: tuple[npt.NDArray[np.intp], ...], shape: tuple[int, ...]
) -> Array:
    if np.isnan(values).all():
        # One NaN that is seen everywhere takes no room, on a board of millions of cells.
        return np.broadcast_to(NOTHING, shape)
    placed = np.full(shape, np.nan)
    placed[cells] = values
    return placed
