"""Training sets to rows of the tasks table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from site_builder.errors import MOST_ALIKE, Fault, FaultsError, at_most
from site_builder.profile.examples import (
    Example,
    Fields,
    UnreadableError,
    field_names,
    find_fields,
    read_examples,
)
from site_builder.profile.find import SetFile
from site_builder.profile.measure import Profile, measure
from site_builder.profile.tokens import Tokenizer
from site_builder.records import Record

# Told a file, and which share of it has been read, 0 to 1.
Told = Callable[[SetFile, float], None]


class TaskProfile(Record):
    """What is known of a task's examples.

    Attributes:
        task: Id of the task.
        profile: Features of its train split; None where there is no such split.
        counts: Examples by split.
        fields: How its fields were read.
    """

    task: str
    profile: Profile | None
    counts: dict[str, int]
    fields: Fields

    def row(self, unit: str) -> dict[str, Any]:
        """Its columns of the tasks table; a split that there is not is not among them.

        Args:
            unit: What its lengths count.
        """
        row: dict[str, Any] = {"task": self.task}
        row |= {f"{split}_examples": n for split, n in self.counts.items()}
        found = self.profile
        if found is None:
            return row
        for part in ("input", "output", "example"):
            spread = getattr(found, part)
            row[f"{part}_length_mean"], row[f"{part}_length_std"] = spread.mean, spread.std
        return row | {
            "input_length_p95": float(found.input.p95),
            "output_length_p95": float(found.output.p95),
            "tokens_min": float(found.example.least),
            "tokens_max": float(found.example.greatest),
            "tokens_p95": float(found.example.p95),
            "length_unit": unit,
            "compression_ratio": found.compression_ratio,
            "rouge_l": found.rouge_l,
        }


def profile_sets(
    files: Iterable[SetFile],
    tokenizer: Tokenizer,
    inputs: Sequence[str] = (),
    output: str = "",
    told: Told = lambda *_: None,
) -> list[TaskProfile]:
    """The features of every task.

    Args:
        files: The files of the tasks' splits, sorted by task and split.
        tokenizer: What lengths count.
        inputs: Fields of an example's input; guessed where there are none.
        output: Field of its output; guessed where it is empty.
        told: Told how far the reading has come.

    Raises:
        FaultsError: Every file, and every record, that is not what it should be.
    """
    found, faults = list[TaskProfile](), list[Fault]()
    for task, group in groupby(files, key=lambda file: file.task):
        reader = _Reader(tuple(inputs), output, told)
        counts: dict[str, int] = {}
        profile = None
        for split, parts in groupby(group, key=lambda file: file.split):
            examples = reader.examples(parts)
            if split == "train":
                profile = measure(examples, tokenizer)
                counts[split] = profile.examples if profile else 0
            else:
                counts[split] = sum(1 for _ in examples)
        faults += reader.faults()
        found.append(TaskProfile(task, profile, counts, reader.fields))
    if faults:
        raise FaultsError(faults)
    return found


@dataclass
class _Wrong:
    """What is wrong in a file: the first of it, and how much there is."""

    errors: list[UnreadableError] = field(default_factory=list)
    total: int = 0

    def add(self, error: UnreadableError) -> None:
        self.total += 1
        if self.total <= MOST_ALIKE:
            self.errors.append(error)


@dataclass
class _Reader:
    """Reads the files of one task, and keeps what is wrong in them."""

    inputs: tuple[str, ...]
    output: str
    told: Told
    fields: Fields = field(default_factory=lambda: Fields(()))
    wrong: dict[Path, _Wrong] = field(default_factory=dict)

    def examples(self, files: Iterable[SetFile]) -> Iterator[Example]:
        """Every example of the files, one after the other."""
        for file in files:
            wrong = self.wrong.setdefault(file.path, _Wrong())
            try:
                names = field_names(file.path)
                if names is not None:
                    self.fields = find_fields(names, self.inputs, self.output)
            except UnreadableError as error:
                wrong.add(error)
                continue
            reached = partial(self.told, file)
            yield from read_examples(file.path, self.fields, wrong.add, reached)
            reached(1.0)

    def faults(self) -> Iterator[Fault]:
        """What is wrong, a file after the other; of many records of one, the first and a count."""
        for path, wrong in self.wrong.items():
            found = (error.at(path) for error in wrong.errors)
            yield from at_most(found, wrong.total, str(path), "records that are no examples")
