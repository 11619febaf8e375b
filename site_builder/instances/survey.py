"""What the rows are of, and what is wrong with them, from one pass over all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from site_builder.errors import Fault, at_most, near
from site_builder.format import counted
from site_builder.instances.engine import Engine
from site_builder.instances.expression import LARGEST, Frame, survey
from site_builder.instances.runs import Run
from site_builder.records import Record


class Survey(Record):
    """What the rows are of.

    Attributes:
        runs: The runs that have a model and a task, sorted.
        faults: What is wrong with rows.
    """

    runs: list[Run]
    faults: list[Fault]


class _Surveyed(Record):
    """A run, and how many of its rows cannot be read."""

    run: Run
    unfit: int
    unfit_example: str | None
    unnamed: int


def survey_rows(rows: Frame, engine: Engine, shown: str) -> Survey:
    """The runs of all rows, and every fault that a row has by itself.

    Args:
        rows: The rows, as the contract has them.
        engine: What runs the pass.
        shown: The files as messages name them.
    """
    found = [
        _Surveyed(
            Run(row["task"], row["model"], row["variant"], int(row["rows"])),
            int(row["unfit"]),
            row["unfit_example"],
            int(row["unnamed"]),
        )
        for row in engine.collect(survey(rows))
    ]
    found.sort(key=lambda one: one.run)
    faults = [*_id_faults(found, shown), *_unfit_faults(found, shown), *_unnamed(found, shown)]
    return Survey([one.run for one in found if _is_sound(one.run)], faults)


def _is_sound(run: Run) -> bool:
    return all(map(_is_id, (run.model, run.task, run.variant)))


def _is_id(text: str) -> bool:
    """Whether a text can be an id: it shows something, and HTML can hold it."""
    return bool(text.strip()) and not {"\0", "\r"} & {*text}


def _id_faults(found: Iterable[_Surveyed], shown: str) -> Iterator[Fault]:
    for name in ("model", "task", "variant"):
        rows: dict[str, int] = {}
        for one in found:
            value = getattr(one.run, name)
            if not _is_id(value):
                rows[value] = rows.get(value, 0) + one.run.rows
        blank = sum(n for value, n in rows.items() if not value.strip())
        if blank:
            what = f"'{name}' is null or empty in {counted(blank, 'row')}"
            yield Fault(shown, what, "Fill it in, or leave the rows out.")
        odd = {value: n for value, n in rows.items() if value.strip()}
        faults = (
            Fault(shown, f"{name} {value!r} holds a control character", "Take it out.")
            for value in odd
        )
        yield from at_most(faults, len(odd), shown, f"{name}s with control characters")


def _unfit_faults(found: Iterable[_Surveyed], shown: str) -> Iterator[Fault]:
    unfit = [one for one in found if one.unfit]
    faults = (
        Fault(
            f"{shown}: {one.run}",
            f"'score' is null, NaN, infinite or beyond {LARGEST:g} in "
            f"{counted(one.unfit, 'row')}{_such_as(one.unfit_example)}",
            "Give the number, or leave the rows out.",
        )
        for one in unfit
    )
    yield from at_most(faults, len(unfit), shown, "runs with scores that are none")


def _such_as(example: str | None) -> str:
    return "" if example is None else f", such as example {example!r}"


def _unnamed(found: Iterable[_Surveyed], shown: str) -> Iterator[Fault]:
    unnamed = [one for one in found if one.unnamed]
    faults = (
        Fault(
            f"{shown}: {one.run}",
            f"'example' is null or empty in {counted(one.unnamed, 'row')}",
            "Fill it in, or leave the rows out.",
        )
        for one in unnamed
    )
    yield from at_most(faults, len(unnamed), shown, "runs with examples that have no id")


def unknown_faults(
    runs: Iterable[Run], known: Mapping[str, Collection[str]], shown: str
) -> Iterator[Fault]:
    """Models and tasks that the tables of the project do not list.

    Args:
        runs: The runs of the rows.
        known: The ids of `model` and `task`; none where the project has no such table.
        shown: The files as messages name them.
    """
    runs = list(runs)
    for name, ids in known.items():
        unknown = sorted({getattr(run, name) for run in runs} - {*ids}) if ids else []
        faults = (
            Fault(
                shown,
                f"{name} {value!r} is not in {name}s.parquet",
                near(value, ids, f"{name}s") or f"Add it to {name}s.parquet.",
            )
            for value in unknown
        )
        yield from at_most(faults, len(unknown), shown, f"{name}s that are not in {name}s.parquet")
