"""State all arithmetic on rows as Narwhals expressions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import narwhals as nw

from site_builder.tables.schema import LARGEST

Frame: TypeAlias = "nw.LazyFrame[Any]"

RUN = ("model", "task", "variant")


_SCORE, _EXAMPLE, _CLUSTER = nw.col("score"), nw.col("example"), nw.col("cluster")
# Not `is_nan`: DuckDB skips it by the statistics of the file, which leave out NaN.
_IS_UNFIT = _SCORE.is_null() | ~_SCORE.is_finite() | (_SCORE.abs() > LARGEST)
_IS_UNNAMED = _EXAMPLE.is_null() | (_EXAMPLE.str.strip_chars().str.len_chars() == 0)


def _one_if(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def all_rows(
    sources: Iterable[tuple[Frame, Mapping[str, str]]], base: str, *, clustered: bool = False
) -> Frame:
    """Join rows in the form of the schema: ids as text, scores as floats, `base` as null variant.

    The rows of a source are as they are stored, with its columns by column of the schema.
    Shape: in (rows, any); out (rows, 5): model, task, variant, example, score. If `clustered`, also
    `cluster`, empty where there is none, here and in what is made of them.
    """
    frames = []
    for rows, columns in sources:
        text = {name: nw.col(column).cast(nw.String) for name, column in columns.items()}
        cluster = text["cluster"].fill_null("") if "cluster" in text else nw.lit("")
        frames.append(
            rows.select(
                model=text["model"].fill_null(""),
                task=text["task"].fill_null(""),
                variant=text["variant"].fill_null(base) if "variant" in text else nw.lit(base),
                example=text["example"],
                score=nw.col(columns["score"]).cast(nw.Float64),
                **({"cluster": cluster} if clustered else {}),
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


def by_example(rows: Frame, runs: Frame, *, clustered: bool = False) -> Frame:
    """Return a row per example of a run, with the mean of its scores.

    Shape: in (rows, 5) and (runs, 4): model, task, variant, `run`; out (examples, 6): `run`,
    example, `score`, `low`, `high` (its lowest and highest score), `rows`. If `clustered`, also
    `cluster` and `other_cluster`, which differ where its rows have several.
    """
    low, high = nw.col("low"), nw.col("high")
    clusters = (_CLUSTER.min(), _CLUSTER.max().alias("other_cluster")) if clustered else ()
    examples = (
        rows.join(runs, on=list(RUN))
        .group_by("run", "example")
        .agg(
            nw.len().alias("rows"),
            _SCORE.min().alias("low"),
            _SCORE.max().alias("high"),
            _SCORE.mean(),
            *clusters,
        )
    )
    # The mean of equal numbers may differ from them in the last bit.
    return examples.with_columns(score=nw.when(low == high).then(low).otherwise(_SCORE))


def repeats(examples: Frame, *, clustered: bool = False) -> Frame:
    """Count the examples with several rows in each run, and those whose rows contradict.

    Shape: in (examples, 6); out (runs, 5): `run`, `repeated` (examples with several rows),
    `differing` (those with different scores), and the first example of each. If `clustered`, also
    `torn` (those in several clusters), and the first example.
    """
    counted = {"differing": nw.col("low") < nw.col("high")}
    if clustered:
        counted["torn"] = nw.col("other_cluster") != _CLUSTER
    return (
        examples.filter(nw.col("rows") > 1)
        .with_columns(
            **{name: _one_if(is_so) for name, is_so in counted.items()},
            **{f"{name}_example": nw.when(so).then(_EXAMPLE) for name, so in counted.items()},
        )
        .group_by("run")
        .agg(
            nw.len().alias("repeated"),
            _EXAMPLE.min(),
            *(nw.col(name).sum() for name in counted),
            *(nw.col(f"{name}_example").min() for name in counted),
        )
    )


def differences(examples: Frame, pairs: Frame, *, clustered: bool = False) -> Frame:
    """Return the difference of each example that both runs of a pair have.

    Shape: in (examples, 6) and (pairs, 3): `pair`, `run`, `against` (the other run); out (common
    examples of all pairs, 2): `pair`, `difference`. If `clustered`, also the example and its
    cluster in `run`.
    """
    more = ("example", "cluster") if clustered else ()
    mine = examples.select("run", "score", *dict.fromkeys(("example", *more)))
    theirs = examples.select("example", against=nw.col("run"), other=_SCORE)
    both = mine.join(pairs, on="run").join(theirs, on=["against", "example"])
    return both.select("pair", *more, difference=_SCORE - nw.col("other"))


def cluster_sums(values: Frame, centres: Frame, key: str, value: str) -> Frame:
    """Return the sum of the residuals of each cluster of each group.

    An example without a cluster is one of its own.

    Shape: in (examples, any) and (groups, 3): the key, and `centre` and `shift`, whose sum is the
    mean; out (clusters, 2): the key, `residual`.
    """
    alone = nw.when(_CLUSTER == "").then(_EXAMPLE).otherwise(nw.lit(""))
    residual = nw.col(value) - nw.col("centre") - nw.col("shift")
    return (
        values.join(centres, on=key)
        .with_columns(alone=alone, residual=residual)
        .group_by(key, "cluster", "alone")
        .agg(nw.col("residual").sum())
        .select(key, "residual")
    )


def moments(values: Frame, key: str, value: str) -> Frame:
    """Return the sums behind mean and standard error of each group, see `Moments`.

    Three passes: the mean, the mean square of the deviations, and the rounding errors of both. For
    millions of rows, only sums of numbers around 0 are exact enough.

    Shape: in (rows, any); out (groups, 10): the key, `n`, `centre`, `off`, `square`, `over`, `low`,
    `high`, `above` and `below` (the number of values above and below 0).
    """
    centres = values.group_by(key).agg(nw.col(value).mean().alias("centre"))
    around = values.join(centres, on=key).with_columns(off=nw.col(value) - nw.col("centre"))
    around = around.with_columns(off_square=nw.col("off") * nw.col("off"))
    squares = around.group_by(key).agg(nw.col("off_square").mean().alias("square"))
    return (
        around.join(squares, on=key)
        .with_columns(
            over=nw.col("off_square") - nw.col("square"),
            above=_one_if(nw.col(value) > 0),
            below=_one_if(nw.col(value) < 0),
        )
        .group_by(key)
        .agg(
            nw.len().alias("n"),
            nw.col("centre").max(),
            nw.col("off").sum(),
            nw.col("square").max(),
            nw.col("over").sum(),
            nw.col(value).min().alias("low"),
            nw.col(value).max().alias("high"),
            nw.col("above").sum(),
            nw.col("below").sum(),
        )
    )
