"""Measure training sets and save features of tasks."""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate, groupby
from math import sqrt
from pathlib import Path
from typing import Any, Literal

from site_builder.errors import (
    MAX_ALIKE,
    Fault,
    FaultsError,
    did_you_mean,
    limit_faults,
    not_installed,
)
from site_builder.importers.reading import find_files
from site_builder.records import Record, field
from site_builder.tables.files import (
    TEXT_ENDINGS,
    TextRow,
    UnreadableTableError,
    json_kind,
    read_rows,
    read_text_rows,
)
from site_builder.tables.lock import read_locked, write_locked
from site_builder.tables.schema import RESULTS, TASKS
from site_builder.tables.write import StoredRow, read_stored, save_tables

# --- training sets ------------------------------------------------------------------------------

Split = Literal["train", "validation", "test"]

# Usual names of inputs and outputs; the first that fits is used.
_INPUTS = (
    ("instruction", "input"),
    ("instruction", "context"),
    ("context", "question"),
    ("instruction",),
    ("prompt",),
    ("input",),
    ("question",),
    ("source",),
    ("text",),
)
_OUTPUTS = ("output", "completion", "response", "answer", "target", "summary", "label")
_CHATS = ("messages", "conversations")
_PARQUET = ".parquet"
_ENDINGS = (*TEXT_ENDINGS, _PARQUET)
_SPLITS: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}
# `train`, `train-00000-of-00002`; `sums_train`, `sums.train`.
_SPLIT_NAME = re.compile(rf"(?P<split>{'|'.join(_SPLITS)})([-_.]\d.*)?", re.IGNORECASE)
_TASK_SPLIT_NAME = re.compile(rf"(?P<task>.+)[-_.]{_SPLIT_NAME.pattern}", re.IGNORECASE)


class SetFile(Record):
    """A file with examples of a task."""

    task: str
    split: Split
    path: Path

    def place(self, line: int) -> str:
        """Return what a message calls a record: by its line, of Parquet by its row, 0 for none."""
        mark = ": row " if self.path.suffix == _PARQUET else ":"
        return f"{self.path}{mark}{line}" if line else str(self.path)


Example = tuple[str, str]
"""What a model is given, and what it should answer."""


class Fields(Record):
    """The fields of a record that an example is made of.

    Attributes:
        inputs: Fields of the input, joined by line ends; one chat if `output` is empty.
        output: Field of the output.
    """

    inputs: tuple[str, ...]
    output: str = ""

    @property
    def names(self) -> list[str]:
        """All of them."""
        return [name for name in (*self.inputs, self.output) if name]

    def __str__(self) -> str:
        """Describe the fields for the report."""
        if not self.output:
            return f"chat '{self.inputs[0]}'"
        names = " + ".join(f"'{name}'" for name in self.inputs)
        return f"input {names}, output '{self.output}'"


def find_sets(names: Iterable[str]) -> tuple[list[SetFile], list[Path]]:
    """Find the files with examples at some paths, by task and split, and those without.

    A file is one task, named by its file name. In a folder, each file or folder is a task, unless
    the files are named as splits.

    Raises:
        FaultsError: A path is missing, has no examples, or has another file format.
    """
    formats = f"file ending in {', '.join(_ENDINGS)}"
    sets: dict[Path, SetFile] = {}  # a file that is named twice counts once
    others, faults = list[Path](), list[Fault]()
    for path in map(Path, names):
        below = [*_files_at(path)]
        files = {file.path.resolve(): file for file in below if isinstance(file, SetFile)}
        sets |= files
        if files:
            others += sorted(file for file in below if isinstance(file, Path))
        elif path.exists():
            what = f"has no {formats}" if path.is_dir() else f"is not a {formats}"
            faults.append(Fault(str(path), what, "Convert it to one of these."))
        else:
            faults.append(Fault(str(path), "there is no such file or folder."))
    if faults:
        raise FaultsError(faults)
    return sorted(sets.values(), key=lambda file: (file.task, file.split, str(file.path))), others


def _files_at(path: Path) -> Iterator[SetFile | Path]:
    """Yield every file with examples at a path, and the path of every other file.

    Raises:
        FaultsError: A link leads out of a folder, or part of it cannot be read.
    """
    files = [found.path for found in find_files(path)]
    is_task = any(file.parent == path and _SPLIT_NAME.fullmatch(file.stem) for file in files)
    for file in files:
        match = _SPLIT_NAME.fullmatch(file.stem) or _TASK_SPLIT_NAME.fullmatch(file.stem)
        own = path.name if is_task else next(iter(file.relative_to(path).parts[:-1]), "")
        if file.suffix not in _ENDINGS:
            yield file
        elif match and file.is_file():
            named = match.groupdict().get("task") or file.resolve().parent.name
            yield SetFile(own or named, _SPLITS[match["split"].lower()], file)
        elif file.is_file():
            yield SetFile(own or file.stem, "train", file)


def find_fields(path: Path, inputs: Sequence[str] = (), output: str = "") -> Fields | None:
    """Return the fields of the examples of a file; None if it has no record.

    Fields of the input and of the output that are not given are guessed by name.

    Raises:
        FaultsError: A given field is missing, no field has a usual name, or the file is damaged.
    """
    first = next((row.values for row in _records(path) if row.values is not None), None)
    if first is None:
        return None
    names = [*first]
    for name in (*inputs, *([output] if output else [])):
        if name not in names:
            hint = did_you_mean(name, names, "fields")
            raise FaultsError([Fault(str(path), f"there is no field {name!r}", hint)])
    chat = next((name for name in _CHATS if name in names), "")
    if chat and not inputs and not output:
        return Fields((chat,))
    guessed = next((fields for fields in _INPUTS if {*fields} <= {*names} - {output}), ())
    chosen = tuple(inputs) or guessed
    answer = output or next((name for name in _OUTPUTS if name in names and name not in chosen), "")
    if not chosen or not answer:
        listed = ", ".join(sorted(names)[:12])
        what = f"none of its fields looks like an {'output' if chosen else 'input'}: {listed}"
        raise FaultsError([Fault(str(path), what, "Name them with --input and --output.")])
    return Fields(chosen, answer)


def _records(path: Path, columns: Sequence[str] = ()) -> Iterator[TextRow]:
    """Yield every record of a file, of Parquet by its row; a problem without a line ends it."""
    try:
        if path.suffix == _PARQUET:
            for number, values in enumerate(read_rows(path, columns), 1):
                yield TextRow(number, values)
        else:
            with path.open(encoding="utf-8-sig", newline="") as text:
                yield from read_text_rows(text, path.suffix)[1]
    except UnicodeDecodeError:
        yield TextRow(0, None, "is not UTF-8 text. Save it as UTF-8.")
    except OSError as error:
        yield TextRow(0, None, f"cannot be read: {error.strerror}")
    except UnreadableTableError as error:
        yield TextRow(error.line, None, f"{error.what}. {error.fix}")


def _example(values: Mapping[str, Any], fields: Fields) -> Example | str:
    """Return the example of a record, or why it is not one."""
    if not fields.output:
        return _last_turn(values.get(fields.inputs[0]))
    texts: list[str] = []
    for name in (*fields.inputs, fields.output):
        value = values.get(name)
        if value is None:
            return f"{name!r} is missing"
        if not isinstance(value, str | int | float):
            return f"{name!r} is {json_kind(value)}, not text"
        texts.append(value if isinstance(value, str) else json.dumps(value))
    return "\n".join(filter(None, texts[:-1])), texts[-1]


def _last_turn(chat: object) -> Example | str:
    """Return the last turn of a chat as the output, and those before it as the input."""
    texts: list[Any] = [
        turn.get("content", turn.get("value")) if isinstance(turn, dict) else None
        for turn in (chat if isinstance(chat, list) else ())
    ]
    if not texts or not all(isinstance(text, str) for text in texts):
        return "is not a chat: a list of turns with a text in 'content' or 'value'"
    return "\n".join(texts[:-1]), texts[-1]


# --- features -----------------------------------------------------------------------------------

WORDS, CHARACTERS = "words", "characters"
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_P95 = 0.95


class Tokenizer(Record):
    """What lengths count: the unit as published (`words and marks`), and how many a text has."""

    unit: str
    count: Callable[[str], int]


class TaskProfile(Record):
    """The measured examples of a task.

    Attributes:
        features: Those of the train split, by column of the tasks table; empty without one.
        counts: Number of examples by split.
        fields: How the fields were read.
    """

    task: str
    features: StoredRow
    counts: dict[str, int]
    fields: Fields

    @property
    def row(self) -> StoredRow:
        """Columns of the tasks table; absent splits have none."""
        counts = {f"{split}_examples": n for split, n in self.counts.items()}
        return {"task": self.task, **counts, **self.features}


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
        missing = not_installed("a tokenizer.json", "tokenizers", str(path))
        raise FaultsError([missing]) from error
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
    on_records: Callable[[int], None] = lambda _: None,
) -> list[TaskProfile]:
    """Measure the training sets of files that are sorted by task and split, or raise all faults.

    Fields of the input and of the output that are not given are guessed. `on_records` gets the
    number of records that are read.
    """
    find = partial(find_fields, inputs=inputs, output=output)
    profiles, reader = list[TaskProfile](), _Reader(find, on_records)
    for task, group in groupby(files, key=lambda file: file.task):
        reader.fields = Fields(())
        counts: dict[str, int] = {}
        features: StoredRow = {}
        for split, parts in groupby(group, key=lambda file: file.split):
            examples = reader.examples(parts)
            if split == "train":
                counts[split], features = measure(examples, tokenizer)
            else:
                counts[split] = sum(1 for _ in examples)
        profiles.append(TaskProfile(task, features, counts, reader.fields))
    if reader.faults:
        raise FaultsError(reader.faults)
    return profiles


class _Reader:
    """Reads files of examples, and collects their faults."""

    def __init__(
        self, find: Callable[[Path], Fields | None], on_records: Callable[[int], None]
    ) -> None:
        self._find, self._on_records, self._n = find, on_records, 0
        self.fields, self.faults = Fields(()), list[Fault]()

    def examples(self, files: Iterable[SetFile]) -> Iterator[Example]:
        for file in files:
            try:
                self.fields = self._find(file.path) or self.fields
            except FaultsError as error:
                self.faults += error.faults
                continue
            first, total = list[Fault](), 0
            for row in _records(file.path, self.fields.names):
                self._n += 1
                self._on_records(self._n)
                example = row.problem if row.values is None else _example(row.values, self.fields)
                if not isinstance(example, str):
                    yield example
                    continue
                total += 1
                first += [Fault(file.place(row.line), example)] if total <= MAX_ALIKE else []
            more = "records that are not examples"
            self.faults += limit_faults(first, total, str(file.path), more)


def measure(examples: Iterable[Example], tokenizer: Tokenizer) -> tuple[int, StoredRow]:
    """Return the number of examples and their features, by column of the tasks table.

    They are read once; without examples there are no features. The compression ratio is the bytes
    of all texts divided by their compressed size (DEFLATE, level 9), None without text; ROUGE-L is
    the mean over examples of that between input and output, 0 to 1.

    Source: Shaib et al. (2024), Standardizing the measurement of text diversity, arXiv:2403.00553.
    """
    inputs, outputs, both = Counter[int](), Counter[int](), Counter[int]()
    compressor, raw, compressed = zlib.compressobj(9), 0, 0
    overlap = 0.0
    for given, answer in examples:
        of_input, of_output = tokenizer.count(given), tokenizer.count(answer)
        inputs[of_input] += 1
        outputs[of_output] += 1
        both[of_input + of_output] += 1
        text = f"{given}\n{answer}\n".encode("utf8", "surrogatepass")
        raw += len(text)
        compressed += len(compressor.compress(text))
        overlap += rouge_l(given, answer)
    n = both.total()
    if n == 0:
        return 0, {}
    compressed += len(compressor.flush())
    has_text = raw > 2 * n  # more than the line ends
    features: StoredRow = {
        "tokens_min": float(min(both)),
        "tokens_max": float(max(both)),
        "length_unit": tokenizer.unit,
        "compression_ratio": raw / compressed if has_text else None,
        "rouge_l": overlap / n,
    }
    for part, lengths in (("input", inputs), ("output", outputs), ("example", both)):
        features[f"{part}_length_mean"], features[f"{part}_length_std"], p95 = _summary(lengths)
        features["tokens_p95" if part == "example" else f"{part}_length_p95"] = float(p95)
    return n, features


def _summary(histogram: Counter[int]) -> tuple[float, float | None, int]:
    """Return mean, standard deviation (with n - 1; None for one text) and 95th percentile.

    The percentile is the smallest length that 95 % of the texts do not exceed. Sums are of exact
    integers, so that the order of the texts does not matter.
    """
    n = histogram.total()
    total = sum(length * count for length, count in histogram.items())
    squares = sum(length**2 * count for length, count in histogram.items())
    variance = (n * squares - total**2) / (n * (n - 1)) if n > 1 else None
    lengths = sorted(histogram)
    up_to = zip(lengths, accumulate(histogram[length] for length in lengths), strict=True)
    p95 = next(length for length, count in up_to if count >= _P95 * n)
    return total / n, None if variance is None else sqrt(variance), p95


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
    return 2 * _common_length(a, b) / (len(a) + len(b))


def _common_length(a: Sequence[str], b: Sequence[str]) -> int:
    """Return the length of the longest common subsequence of two lists of words.

    A row of the usual table is the bits of one integer: as many steps as `b` has words. Source:
    Hyyrö (2004), Bit-parallel LCS-length computation revisited, figure 3.
    """
    places: dict[str, int] = {}  # of each word in `a`, as bits
    for place, word in enumerate(a):
        places[word] = places.get(word, 0) | 1 << place
    every = (1 << len(a)) - 1
    unmatched = every
    for word in b:
        found = unmatched & places.get(word, 0)
        unmatched = ((unmatched + found) | (unmatched - found)) & every
    return len(a) - unmatched.bit_count()


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
