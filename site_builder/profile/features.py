"""Measure training sets and save features of tasks."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import partial
from itertools import accumulate, groupby
from math import sqrt
from pathlib import Path
from typing import Any

from rapidfuzz.distance import LCSseq

from site_builder.errors import MOST_ALIKE, Fault, FaultsError, limit_faults
from site_builder.profile.training_sets import (
    Fields,
    SetFile,
    TrainingExample,
    UnreadableSetError,
    field_names,
    find_fields,
    read_examples,
)
from site_builder.records import Record, field
from site_builder.tables.schema import TASKS
from site_builder.tables.write import read_stored, save_tables

_WORD = re.compile(r"\w+")
_P95 = 0.95


class LengthSummary(Record):
    """How long the texts of a set are.

    Attributes:
        mean: Mean length.
        std: Standard deviation, with n - 1; None for one text.
        p95: The least length that 95 % of the texts do not exceed.
        least, greatest: The shortest and the longest.
    """

    mean: float
    std: float | None
    p95: int
    least: int
    greatest: int


class Profile(Record):
    """Features of a training set.

    Attributes:
        examples: How many examples it has.
        input, output, example: Lengths of inputs, of outputs, and of both together.
        compression_ratio: Bytes of all its texts for each byte of them compressed (DEFLATE, level
            9): the more it repeats itself, the greater. None where it holds no text. Source: Shaib
            et al. (2024), Standardizing the measurement of text diversity, arXiv:2403.00553.
        rouge_l: Mean over examples of ROUGE-L between input and output, 0 to 1: how much of
            the output stands in the input, in its order.
    """

    examples: int
    input: LengthSummary
    output: LengthSummary
    example: LengthSummary
    compression_ratio: float | None
    rouge_l: float


class _Lengths:
    """A histogram, so that a million lengths take the memory of as many as are different."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, length: int) -> None:
        self._counts[length] += 1

    def spread(self) -> LengthSummary:
        """Exact sums of whole numbers, so that the order of the examples does not matter."""
        lengths = sorted(self._counts)
        counts = [self._counts[length] for length in lengths]
        n = sum(counts)
        total = sum(length * count for length, count in zip(lengths, counts, strict=True))
        squares = sum(length**2 * count for length, count in zip(lengths, counts, strict=True))
        variance = (n * squares - total**2) / (n * (n - 1)) if n > 1 else None
        enough = next(i for i, below in enumerate(accumulate(counts)) if below >= _P95 * n)
        return LengthSummary(
            mean=total / n,
            std=None if variance is None else sqrt(variance),
            p95=lengths[enough],
            least=lengths[0],
            greatest=lengths[-1],
        )


def measure(examples: Iterable[TrainingExample], tokenizer: Tokenizer) -> Profile | None:
    """The features of a training set; None where it has no example.

    Args:
        examples: Read once, one after the other.
        tokenizer: What lengths count.
    """
    inputs, outputs, both = _Lengths(), _Lengths(), _Lengths()
    packed, raw, small = zlib.compressobj(9), 0, 0
    n, overlap = 0, 0.0
    for example in examples:
        n += 1
        of_input, of_output = tokenizer.count(example.input), tokenizer.count(example.output)
        inputs.add(of_input)
        outputs.add(of_output)
        both.add(of_input + of_output)
        text = f"{example.input}\n{example.output}\n".encode("utf8", "surrogatepass")
        raw += len(text)
        small += len(packed.compress(text))
        overlap += rouge_l(example.input, example.output)
    if n == 0:
        return None
    small += len(packed.flush())
    has_text = raw > 2 * n  # more than the line ends
    return Profile(
        examples=n,
        input=inputs.spread(),
        output=outputs.spread(),
        example=both.spread(),
        compression_ratio=raw / small if has_text else None,
        rouge_l=overlap / n,
    )


def rouge_l(first: str, second: str) -> float:
    """ROUGE-L of two texts: `2 L / (m + n)`, 0 where one of them has no word.

    `L` is the length of the longest common subsequence of their words, which are runs of letters
    and digits in any script, without regard to case; `m` and `n` are how many words they have, so
    that it is the harmonic mean of `L / m` and `L / n`. Source: Lin (2004), ROUGE: a package for
    automatic evaluation of summaries, section 3.1, with beta = 1.
    """
    a, b = _WORD.findall(first.lower()), _WORD.findall(second.lower())
    if not a or not b:
        return 0.0
    common: int = LCSseq.similarity(a, b)
    return 2 * common / (len(a) + len(b))


WORDS, CHARACTERS = "words", "characters"
_TOKEN = re.compile(r"\w+|[^\w\s]")


class Tokenizer(Record):
    """How a text is counted.

    Attributes:
        unit: What it counts, as it is published: `words and marks`.
        count: The number of tokens in a text.
    """

    unit: str
    count: Callable[[str], int]


def find_tokenizer(name: str) -> Tokenizer:
    """A tokenizer by its name, or from the `tokenizer.json` that a model is published with.

    Args:
        name: `words` (runs of letters and digits, and each other mark but space; the default, which
            needs nothing), `characters`, or the path of a `tokenizer.json`.

    Raises:
        FaultsError: No tokenizer has that name, or its file is none.
    """
    if name == WORDS:
        return Tokenizer("words and marks", lambda text: sum(1 for _ in _TOKEN.finditer(text)))
    if name == CHARACTERS:
        return Tokenizer("characters", len)
    return _from_file(Path(name))


def _from_file(path: Path) -> Tokenizer:
    known = f"Give {WORDS}, {CHARACTERS} or the path of a model's tokenizer.json."
    if not path.is_file():
        raise FaultsError([Fault(str(path), "there is no such tokenizer", known)])
    try:
        from tokenizers import Tokenizer as FromFile
    except ImportError as error:
        what = "a tokenizer.json is read by the package tokenizers, which is not installed"
        fix = "Install it: pip install 'site-builder[tokens]'."
        raise FaultsError([Fault(str(path), what, fix)]) from error
    try:
        tokenizer = FromFile.from_file(str(path))
    except Exception as error:  # the package raises nothing narrower
        what = f"this is no tokenizer.json: {error}"
        raise FaultsError([Fault(str(path), what, known)]) from error
    # A set that was cut to a model's window would count the window.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return Tokenizer(
        f"tokens of {path.parent.name or path.name}",
        lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids),
    )


FeatureRow = dict[str, Any]


class MergedFeatures(Record):
    """What merging did.

    Attributes:
        rows: All rows of the table, the old ones first, in their order.
        added: Tasks that the table did not have.
        changed: Tasks of which a column has another value than before.
        unchanged: Tasks whose every column was there already.
        known: Tasks that the table had.
    """

    rows: list[FeatureRow]
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    known: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether the table is another than before."""
        return bool(self.added or self.changed)


def save_features(
    data_dir: Path, features: Iterable[FeatureRow], *, dry: bool = False
) -> MergedFeatures:
    """Put features into the tasks table of a project; where nothing is new nothing is written.

    Args:
        data_dir: The folder of the tables.
        features: A row a task, with its key and its features.
        dry: Write nothing in any case.

    Raises:
        FaultsError: The table cannot be read, or the disk refuses; it stays as it was.
    """
    stored = read_stored(TASKS, data_dir)
    merged = merge_features(stored.rows, features)
    if merged.is_changed and not dry:
        save_tables(data_dir, [(stored, merged.rows)])
    return merged


def merge_features(old: Iterable[FeatureRow], features: Iterable[FeatureRow]) -> MergedFeatures:
    """The tasks table with features in it; columns that a row does not name stay as they were.

    Args:
        old: Rows of the table.
        features: A row a task, with its key and its features.
    """
    rows = [dict(row) for row in old]
    by_task = {row["task"]: row for row in rows}
    merged = MergedFeatures(rows, known=tuple(map(str, by_task)))
    for row in features:
        task = row["task"]
        known = by_task.get(task)
        if known is None:
            merged.rows.append(dict(row))
            merged.added.append(task)
        elif all(known.get(name) == value for name, value in row.items()):
            merged.unchanged.append(task)
        else:
            known |= row
            merged.changed.append(task)
    return merged


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

    errors: list[UnreadableSetError] = dataclass_field(default_factory=list)
    total: int = 0

    def add(self, error: UnreadableSetError) -> None:
        self.total += 1
        if self.total <= MOST_ALIKE:
            self.errors.append(error)


@dataclass
class _Reader:
    """Reads the files of one task, and keeps what is wrong in them."""

    inputs: tuple[str, ...]
    output: str
    told: Told
    fields: Fields = dataclass_field(default_factory=lambda: Fields(()))
    wrong: dict[Path, _Wrong] = dataclass_field(default_factory=dict)

    def examples(self, files: Iterable[SetFile]) -> Iterator[TrainingExample]:
        """Every example of the files, one after the other."""
        for file in files:
            wrong = self.wrong.setdefault(file.path, _Wrong())
            try:
                names = field_names(file.path)
                if names is not None:
                    self.fields = find_fields(names, self.inputs, self.output)
            except UnreadableSetError as error:
                wrong.add(error)
                continue
            reached = partial(self.told, file)
            yield from read_examples(file.path, self.fields, wrong.add, reached)
            reached(1.0)

    def faults(self) -> Iterator[Fault]:
        """What is wrong, a file after the other; of many records of one, the first and a count."""
        for path, wrong in self.wrong.items():
            found = (error.at(path) for error in wrong.errors)
            yield from limit_faults(found, wrong.total, str(path), "records that are no examples")
