"""Measure training sets and save features of tasks."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from math import sqrt
from pathlib import Path

from rapidfuzz.distance import LCSseq

from site_builder.errors import MOST_ALIKE, Fault, FaultsError, limit_faults
from site_builder.profile.training_sets import (
    Fields,
    SetFile,
    TrainingExample,
    find_fields,
    read_examples,
)
from site_builder.records import Record, field
from site_builder.tables.lock import read_locked, write_locked
from site_builder.tables.schema import RESULTS, TASKS
from site_builder.tables.write import StoredRow, read_stored, save_tables

WORDS, CHARACTERS = "words", "characters"
OnProgress = Callable[[str, float], None]
"""Called with the task and split that is read, and the number of bytes that are read."""

_STEP = 1_000  # records between two reports of progress
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_P95 = 0.95


class LengthSummary(Record):
    """How long the texts of a set are.

    Attributes:
        std: Standard deviation, with n - 1; None for one text.
        p95: The smallest length that 95 % of the texts do not exceed.
    """

    mean: float
    std: float | None
    p95: int
    least: int
    greatest: int


class Profile(Record):
    """Features of a training set.

    Attributes:
        example: Lengths of inputs and outputs together.
        compression_ratio: Bytes of all texts divided by their compressed size (DEFLATE, level 9).
            None without text. Source: Shaib et al. (2024), Standardizing the measurement of text
            diversity, arXiv:2403.00553.
        rouge_l: Mean over examples of ROUGE-L between input and output, 0 to 1.
    """

    examples: int
    input: LengthSummary
    output: LengthSummary
    example: LengthSummary
    compression_ratio: float | None
    rouge_l: float


class Tokenizer(Record):
    """What lengths count: the unit as published (`words and marks`), and how many a text has."""

    unit: str
    count: Callable[[str], int]


class TaskProfile(Record):
    """The measured examples of a task.

    Attributes:
        profile: Features of the train split, or None without one.
        counts: Number of examples by split.
        fields: How the fields were read.
    """

    task: str
    profile: Profile | None
    counts: dict[str, int]
    fields: Fields

    def row(self, unit: str) -> StoredRow:
        """Return columns of the tasks table, with lengths in a unit; absent splits have none."""
        row: StoredRow = {"task": self.task}
        row |= {f"{split}_examples": n for split, n in self.counts.items()}
        found = self.profile
        if found is None:
            return row
        for part in ("input", "output", "example"):
            lengths = getattr(found, part)
            row[f"{part}_length_mean"], row[f"{part}_length_std"] = lengths.mean, lengths.std
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


def find_tokenizer(name: str) -> Tokenizer:
    """Return a tokenizer by name, or from the `tokenizer.json` of a model.

    `words` are runs of letters and digits, and single marks.

    Raises:
        FaultsError: There is no such tokenizer, or the file is not one.
    """
    if name == WORDS:
        return Tokenizer("words and marks", lambda text: sum(1 for _ in _TOKEN.finditer(text)))
    if name == CHARACTERS:
        return Tokenizer("characters", len)
    path, known = Path(name), f"Give {WORDS}, {CHARACTERS} or the path of a model's tokenizer.json."
    if not path.is_file():
        raise FaultsError([Fault(str(path), "there is no such tokenizer", known)])
    try:
        from tokenizers import Tokenizer as FromFile
    except ImportError as error:
        what = "reading a tokenizer.json needs the package tokenizers, which is not installed"
        fix = "Install it: pip install 'site-builder[tokens]'."
        raise FaultsError([Fault(str(path), what, fix)]) from error
    try:
        tokenizer = FromFile.from_file(str(path))
    except Exception as error:  # the package raises nothing narrower
        what = f"this is not a tokenizer.json: {error}"
        raise FaultsError([Fault(str(path), what, known)]) from error
    # Otherwise long texts would have the length of the model's window.
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def count(text: str) -> int:
        try:
            return len(tokenizer.encode(text, add_special_tokens=False).ids)
        except Exception as error:  # as above: its parts contradict each other
            what = f"this tokenizer cannot count the tokens of {text[:40]!r}: {error}"
            raise FaultsError([Fault(str(path), what, known)]) from error

    return Tokenizer(f"tokens of {path.parent.name or path.name}", count)


def profile_sets(
    files: Iterable[SetFile],
    tokenizer: Tokenizer,
    inputs: Sequence[str] = (),
    output: str = "",
    on_progress: OnProgress = lambda *_: None,
) -> list[TaskProfile]:
    """Measure the training sets of files that are sorted by task and split, or raise all faults.

    Fields of the input and of the output that are not given are guessed.
    """
    found, reader = list[TaskProfile](), _Reader(inputs, output, on_progress)
    for task, group in groupby(files, key=lambda file: file.task):
        reader.fields = Fields(())
        counts: dict[str, int] = {}
        profile = None
        for split, parts in groupby(group, key=lambda file: file.split):
            examples = reader.examples(parts)
            if split == "train":
                profile = measure(examples, tokenizer)
                counts[split] = profile.examples if profile else 0
            else:
                counts[split] = sum(1 for _ in examples)
        found.append(TaskProfile(task, profile, counts, reader.fields))
    if reader.faults:
        raise FaultsError(reader.faults)
    return found


class _Reader:
    """Reads files of examples, and collects their faults."""

    def __init__(self, inputs: Sequence[str], output: str, on_progress: OnProgress) -> None:
        self._inputs, self._output, self._on_progress = inputs, output, on_progress
        self._bytes = 0
        self.fields = Fields(())
        self.faults: list[Fault] = []

    def examples(self, files: Iterable[SetFile]) -> Iterator[TrainingExample]:
        for file in files:
            name, size, began = f"{file.task}, {file.split}", file.path.stat().st_size, self._bytes
            self._bytes += size
            try:
                self.fields = find_fields(file.path, self._inputs, self._output) or self.fields
            except FaultsError as error:
                self.faults += error.faults
                continue
            first, total = list[Fault](), 0
            for number, (found, share) in enumerate(read_examples(file.path, self.fields), 1):
                if number % _STEP == 0:
                    self._on_progress(name, began + share * size)
                if isinstance(found, TrainingExample):
                    yield found
                    continue
                total += 1
                first += [found] if total <= MOST_ALIKE else []
            more = "records that are not examples"
            self.faults += limit_faults(first, total, str(file.path), more)
            self._on_progress(name, self._bytes)


def measure(examples: Iterable[TrainingExample], tokenizer: Tokenizer) -> Profile | None:
    """Return the features of a training set, or None without examples; reads them once."""
    inputs, outputs, both = Counter[int](), Counter[int](), Counter[int]()
    compressor, raw, compressed = zlib.compressobj(9), 0, 0
    n, overlap = 0, 0.0
    for example in examples:
        n += 1
        of_input, of_output = tokenizer.count(example.input), tokenizer.count(example.output)
        inputs[of_input] += 1
        outputs[of_output] += 1
        both[of_input + of_output] += 1
        text = f"{example.input}\n{example.output}\n".encode("utf8", "surrogatepass")
        raw += len(text)
        compressed += len(compressor.compress(text))
        overlap += rouge_l(example.input, example.output)
    if n == 0:
        return None
    compressed += len(compressor.flush())
    has_text = raw > 2 * n  # more than the line ends
    return Profile(
        examples=n,
        input=_summary(inputs),
        output=_summary(outputs),
        example=_summary(both),
        compression_ratio=raw / compressed if has_text else None,
        rouge_l=overlap / n,
    )


def _summary(histogram: Counter[int]) -> LengthSummary:
    """Summarise lengths by exact integer sums, so that their order does not matter."""
    lengths = sorted(histogram)
    n = histogram.total()
    total = sum(length * count for length, count in histogram.items())
    squares = sum(length**2 * count for length, count in histogram.items())
    variance = (n * squares - total**2) / (n * (n - 1)) if n > 1 else None
    up_to = zip(lengths, accumulate(histogram[length] for length in lengths), strict=True)
    return LengthSummary(
        mean=total / n,
        std=None if variance is None else sqrt(variance),
        p95=next(length for length, count in up_to if count >= _P95 * n),
        least=lengths[0],
        greatest=lengths[-1],
    )


def rouge_l(first: str, second: str) -> float:
    """Return ROUGE-L of two texts: `2 L / (m + n)`, or 0 if one of them has no word.

    `L` is the length of the longest common subsequence of their words, which are runs of letters
    and digits in any script, without regard to case; `m` and `n` are their numbers of words.
    Source: Lin (2004), ROUGE: a package for automatic evaluation of summaries, section 3.1, with
    beta = 1.
    """
    a, b = _WORD.findall(first.lower()), _WORD.findall(second.lower())
    if not a or not b:
        return 0.0
    common: int = LCSseq.similarity(a, b)
    return 2 * common / (len(a) + len(b))


class MergedFeatures(Record):
    """The tasks that the table had, and those that a merge added, changed or left."""

    known: tuple[str, ...]
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        """Whether the table differs from before."""
        return bool(self.added or self.changed)


def save_features(
    data_dir: Path, features: Iterable[StoredRow], *, dry: bool = False
) -> MergedFeatures:
    """Merge a row of features per task into the tasks table; write it only if it changes.

    Columns that a row does not name stay as they are.
    """
    lock = read_locked if dry else write_locked
    return lock(data_dir, lambda: _merge_features(data_dir, features, dry=dry))


def _merge_features(data_dir: Path, features: Iterable[StoredRow], *, dry: bool) -> MergedFeatures:
    stored = read_stored(TASKS, data_dir)
    # A table of tasks has every task that has a score: a new one begins with them.
    scored = () if stored.rows else read_stored(RESULTS, data_dir).rows
    ids = dict.fromkeys(row.get("task") for row in scored)
    rows = [*map(dict, stored.rows), *({"task": task} for task in ids if task is not None)]
    by_task = {row["task"]: row for row in rows}
    merged = MergedFeatures(tuple(map(str, by_task)))
    for row in features:
        task = row["task"]
        known = by_task.get(task)
        if known is None:
            rows.append(dict(row))
            merged.added.append(task)
        elif all(known.get(name) == value for name, value in row.items()):
            merged.unchanged.append(task)
        else:
            known |= row
            merged.changed.append(task)
    if merged.is_changed and not dry:
        save_tables(data_dir, [(stored, rows)])
    return merged
