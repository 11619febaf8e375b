"""`site-builder profile`: training sets into the features of the tasks table."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TypedDict, Unpack

import click

from site_builder.commands.console import FORMAT, QUIET, Progress
from site_builder.config import load_config
from site_builder.errors import Fault, SiteError, did_you_mean, limit_faults
from site_builder.formatting import count, counted, rounded
from site_builder.profile.features import (
    WORDS,
    MergedFeatures,
    TaskProfile,
    Tokenizer,
    find_tokenizer,
    profile_sets,
    save_features,
)
from site_builder.profile.training_sets import SetFile, find_sets


class _Asked(TypedDict):
    inputs: tuple[str, ...]
    output: str
    tokenizer: str
    dry: bool
    quiet: bool
    form: str


@click.command(epilog="Example: site-builder profile training-sets/ --into my-board")
@click.argument("paths", metavar="[TASK=]PATH...", nargs=-1, required=True)
@click.option(
    "--into",
    "root",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the project; features go into its data/tasks.parquet.",
)
@click.option("--input", "inputs", multiple=True, help="Field of an example's input; repeatable.")
@click.option("--output", default="", help="Field of an example's output.")
@click.option(
    "--tokenizer",
    default=WORDS,
    show_default=True,
    help="What lengths count: words, characters, or the path of a model's tokenizer.json.",
)
@click.option("--dry-run", "dry", is_flag=True, help="Say what was measured, and write nothing.")
@QUIET
@FORMAT
def profile(paths: tuple[str, ...], root: Path, **asked: Unpack[_Asked]) -> None:
    """Measure training sets, and put their features into the tasks table.

    A file is the task that it is called by; a folder with train, validation or test files in it is
    one task. Measuring twice changes nothing.
    """
    progress = Progress(root, asked["form"], quiet=asked["quiet"], strict=False)
    try:
        config, counter = load_config(root), find_tokenizer(asked["tokenizer"])
        fields = asked["inputs"], asked["output"]
        sets = find_sets(paths)
        found = _measure(sets.files, counter, fields, progress)
        rows = (task.row(counter.unit) for task in found)
        merged = save_features(config.data_dir, rows, dry=asked["dry"])
    except SiteError as error:
        sys.exit(progress.failed(error))
    progress.warn((*_skipped(sets.others), *_strangers(merged)))
    for line in (*map(_line, found), _summary(merged, counter, dry=asked["dry"])):
        progress.say(line)


def _measure(
    files: Sequence[SetFile],
    tokenizer: Tokenizer,
    fields: tuple[Sequence[str], str],
    progress: Progress,
) -> list[TaskProfile]:
    """The profiles, with a bar that fills with the bytes that have been read."""
    sizes = {file: file.path.stat().st_size for file in files}
    before = dict(zip(files, accumulate(sizes.values(), initial=0), strict=False))
    with progress.bar(sum(sizes.values())) as show:

        def told(file: SetFile, share: float) -> None:
            show(f"{file.task}, {file.split}", before[file] + share * sizes[file])

        return profile_sets(files, tokenizer, *fields, told)


def _skipped(others: Sequence[Path]) -> Iterator[Fault]:
    what = "files that hold no examples"
    faults = (Fault(str(p), "skipped: it holds no examples", "", "warning") for p in others)
    yield from limit_faults(faults, len(others), "", what)


def _strangers(merged: MergedFeatures) -> Iterator[Fault]:
    """Tasks that the table did not have, though it has tasks: perhaps they are called otherwise."""
    for task in merged.added if merged.known else ():
        what = f"task {task!r} was not there"
        hint = did_you_mean(task, merged.known, "tasks")
        yield Fault("data/tasks.parquet", what, hint, severity="warning")


def _line(found: TaskProfile) -> str:
    """What was read of a task, and the first of what was measured."""
    counts = ", ".join(f"{count(n)} {split}" for split, n in found.counts.items())
    if found.profile is None:
        return f"{found.task}: {counts}; no train split, so nothing is measured"
    p = found.profile
    ratio = p.compression_ratio
    packs = "" if ratio is None else f", compresses {rounded(ratio, 2)} times"
    return (
        f"{found.task}: {counts}; {found.fields}; mean length {rounded(p.input.mean, 1)} in, "
        f"{rounded(p.output.mean, 1)} out{packs}, ROUGE-L {rounded(p.rouge_l, 3)}"
    )


def _summary(merged: MergedFeatures, tokenizer: Tokenizer, *, dry: bool) -> str:
    parts: Sequence[tuple[str, list[str]]] = (
        ("added", merged.added),
        ("changed", merged.changed),
        ("unchanged", merged.unchanged),
    )
    told = ", ".join(f"{counted(len(tasks), 'task')} {what}" for what, tasks in parts if tasks)
    written = "nothing was written" if dry else "" if merged.is_changed else "nothing to write"
    return "; ".join(filter(None, (f"Lengths count {tokenizer.unit}. {told}", written))) + "."
