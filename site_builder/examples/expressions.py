"""State all arithmetic on rows as Narwhals expressions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import narwhals as nw

from site_builder.tables.schema import LARGEST

Frame: TypeAlias = "nw.LazyFrame[Any]"

RUN = ("model", "task", "variant")


_SCORE, _EXAMPLE = nw.col("score"), nw.col("example")
# Not `is_nan`: DuckDB skips it by the statistics of the file, which leave out NaN.
_IS_UNFIT = _SCORE.is_null() | ~_SCORE.is_finite() | (_SCORE.abs() > LARGEST)
_IS_UNNAMED = _EXAMPLE.is_null() | (_EXAMPLE.str.strip_chars().str.len_chars() == 0)


def _one_if(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def all_rows(sources: Iterable[tuple[Frame, Mapping[str, str]]], base: str) -> Frame:
    """Join rows in the form of the schema: ids as text, scores as floats, `base` as null variant.

    The rows of a source are as they are stored, with its columns by column of the schema.
    Shape: in (rows, any); out (rows, 5): model, task, variant, example, score.
    """
    frames = []
    for rows, columns in sources:
        text = {name: nw.col(column).cast(nw.String) for name, column in columns.items()}
        frames.append(
            rows.select(
                model=text["model"].fill_null(""),
                task=text["task"].fill_null(""),
                variant=text["variant"].fill_null(base) if "variant" in text else nw.lit(base),
                example=text["example"],
                score=nw.col(columns["score"]).cast(nw.Float64),
            )
        )
    return nw.concat(frames)


def survey(rows: Frame) -> Frame:
    """Count the rows and the bad rows of each run, in one pass.

    Shape: in (rows, 5); out (runs, 7): model, task, variant, `rows`, `unfit` (rows without a valid
    score), `unfit_example` (the first of their examples), `unnamed` (rows without an example id).
    """
    return (
        rows.with_columns(
            unfit=_one_if(_IS_UNFIT),
            unfit_example=nw.when(_IS_UNFIT).then(_EXAMPLE),
            unnamed=_one_if(_IS_UNNAMED),
        )
        .group_by(*RUN)
        .agg(
            nw.len().alias("rows"),
            nw.col("unfit").sum(),
            nw.col("unfit_example").min(),
            nw.col("unnamed").sum(),
        )
    )


def fit_rows(rows: Frame, models: Collection[str], tasks: Collection[str]) -> Frame:
    """Return the valid rows of some models and tasks."""
    task, model = nw.col("task"), nw.col("model")
    # A separate filter: engines answer it by the statistics of the files.
    of_runs = rows.filter(task.is_in(list(tasks)), model.is_in(list(models)))
    return of_runs.filter(~_IS_UNFIT, ~_IS_UNNAMED)


def by_example(rows: Frame, runs: Frame) -> Frame:
    """Return a row per example of a run, with the mean of its scores.

    Shape: in (rows, 5) and (runs, 4): model, task, variant, `run`; out (examples, 6): `run`,
    example, `score`, `low`, `high` (its lowest and highest score), `rows`.
    """
    low, high = nw.col("low"), nw.col("high")
    examples = (
        rows.join(runs, on=list(RUN))
        .group_by("run", "example")
        .agg(
            nw.len().alias("rows"),
            _SCORE.min().alias("low"),
            _SCORE.max().alias("high"),
            _SCORE.mean(),
        )
    )
    # The mean of equal numbers may differ from them in the last bit.
    return examples.with_columns(score=nw.when(low == high).then(low).otherwise(_SCORE))


def repeats(examples: Frame) -> Frame:
    """Count the examples with several rows in each run, and those with different scores.

    Shape: in (examples, 6); out (runs, 5): `run`, `repeated` (examples with several rows),
    `differing` (those with different scores), and the first example of each.
    """
    differs = nw.col("low") < nw.col("high")
    return (
        examples.filter(nw.col("rows") > 1)
        .with_columns(
            differing=_one_if(differs),
            differing_example=nw.when(differs).then(_EXAMPLE),
        )
        .group_by("run")
        .agg(
            nw.len().alias("repeated"),
            _EXAMPLE.min(),
            nw.col("differing").sum(),
            nw.col("differing_example").min(),
        )
    )


def differences(examples: Frame, pairs: Frame) -> Frame:
    """Return the difference of each example that both runs of a pair have.

    Shape: in (examples, 6) and (pairs, 3): `pair`, `run`, `against` (the other run); out (common
    examples of all pairs, 2): `pair`, `difference`.
    """
    mine = examples.select("run", "example", "score").join(pairs, on="run")
    theirs = examples.select("example", against=nw.col("run"), other=_SCORE)
    both = mine.join(theirs, on=["against", "example"])
    return both.select("pair", difference=_SCORE - nw.col("other"))


def moments(values: Frame, key: str, value: str) -> Frame:
    """Return the sums behind mean and standard error of each group, see `Moments`.

    Three passes: the mean, the mean square of the deviations, and the rounding errors of both. For
    millions of rows, only sums of numbers around 0 are exact enough.

    Shape: in (rows, any); out (groups, 8): the key, `n`, `centre`, `off`, `square`, `over`, `low`,
    `high`.
    """
    centres = values.group_by(key).agg(nw.col(value).mean().alias("centre"))
    around = values.join(centres, on=key).with_columns(off=nw.col(value) - nw.col("centre"))
    around = around.with_columns(off_square=nw.col("off") * nw.col("off"))
    squares = around.group_by(key).agg(nw.col("off_square").mean().alias("square"))
    return (
        around.join(squares, on=key)
        .with_columns(over=nw.col("off_square") - nw.col("square"))
        .group_by(key)
        .agg(
            nw.len().alias("n"),
            nw.col("centre").max(),
            nw.col("off").sum(),
            nw.col("square").max(),
            nw.col("over").sum(),
            nw.col(value).min().alias("low"),
            nw.col(value).max().alias("high"),
        )
    )
