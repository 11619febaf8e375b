"""Results of the lm-evaluation-harness, from 0.2 to the newest 0.4: files and folders of them.

The harness's own package has no function that reads its results, and asks for PyTorch; see
docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from glob import escape
from pathlib import Path
from typing import Any

from site_builder.importers.files import (
    Found,
    UnreadableError,
    as_error,
    as_number,
    as_table,
    as_text,
    find_files,
    moment_in_name,
    read_each,
    read_json,
)
from site_builder.importers.lm_eval_examples import is_samples, read_examples
from site_builder.importers.lm_eval_groups import members_of_groups
from site_builder.importers.lm_eval_run import Run, run_of
from site_builder.importers.records import (
    Facts,
    Measure,
    Options,
    Reading,
    Skipped,
    joined,
)
from site_builder.records import replace

_OTHER = (
    ".bin", ".csv", ".gz", ".html", ".ipynb", ".jpg", ".jsonl", ".lock", ".log", ".md",
    ".parquet", ".pdf", ".png", ".pt", ".py", ".pyc", ".rst", ".safetensors", ".sh", ".svg",
    ".toml", ".tsv", ".txt", ".xlsx", ".yaml", ".yml", ".zip",
)  # fmt: skip
# What stands among the metrics and is none, in one version or another.
_NO_METRICS = (
    "alias", "name", "version", "n-shot", "num_fewshot", "samples", "sample_len", "sample_count",
    " ",
)  # fmt: skip
_NO_FILTER = ("", "none")
_OF_GROUP = "its group is taken; --subtasks takes the tasks of groups instead"


def read_lm_eval(path: Path, options: Options) -> Reading:
    """The scores of a results file, or of every results file in a folder.

    Args:
        path: The file or folder.
        options: `subtasks` and `examples` count here.
    """
    is_folder = path.is_dir()
    return read_each(find_files(path), lambda found: _read(found, options, is_named=not is_folder))


def _read(found: Found, options: Options, *, is_named: bool) -> Reading:
    if is_samples(found.path):
        return _read_samples_alone(found, options, is_named=is_named)
    runs = list(_runs(_read_document(found), found))
    return joined(_read_run(run, found, options) for run in runs)


def _read_document(found: Found) -> object:
    suffix = found.path.suffix.lower()
    if suffix in _OTHER:
        why = f"{suffix} is no ending of a results file"
        raise UnreadableError(why)
    return read_json(found.path)


def _read_samples_alone(found: Found, options: Options, *, is_named: bool) -> Reading:
    """A file of samples that was come upon: its results file reads it, where there is one."""
    if not (options.examples or is_named):
        why = "it holds scores of single examples, which --examples reads"
        return Reading(skipped=(Skipped(found.shown, why, what="score"),))
    moment = found.path.stem.rpartition("_")[2]
    results = found.path.with_name(f"results_{moment}.json")
    if not results.is_file():
        why = f"which model it is of only {results.name} beside it would say, which is not there"
        return Reading(skipped=(Skipped(found.shown, why),))
    if not is_named:
        return Reading()
    beside = Found(results, Path(found.shown).with_name(results.name).as_posix())
    (run,) = list(_runs(_read_document(beside), beside))[-1:]
    examples = read_examples(run, found)
    scores = _read_run(run, beside, replace(options, examples=False))
    tasks = {example.task for example in examples.examples}
    kept = tuple(measure for measure in scores.measures if measure.task in tasks)
    return replace(joined([scores, examples]), measures=kept)


def _runs(document: object, found: Found) -> Iterator[Run]:
    """The runs that a file holds: one, or one for each time where it nests them by time."""
    whole = as_table(document)
    results = whole.get("results")
    if isinstance(results, dict) and results:
        nested = _is_nested(results)
        for moment, part in results.items() if nested else [("", results)]:
            yield _run({**whole, "results": part}, found, moment)
    elif whole and all("results" in as_table(part) for part in whole.values()):
        for moment, part in whole.items():
            yield _run(part, found, moment)
    else:
        raise UnreadableError(_why_no_results(document))


def _run(document: dict[str, Any], found: Found, moment: str) -> Run:
    stamped = moment_in_name(moment)
    dated = document if stamped is None else {"date": stamped.isoformat(), **document}
    return run_of(dated, found.path, found.shown)


def _is_nested(results: Mapping[str, Any]) -> bool:
    """Whether `results` holds one more level, so that what stands for metrics are tables."""
    inner = [value for part in results.values() for value in as_table(part).values()]
    return bool(inner) and all(isinstance(value, dict) for value in inner)


def _why_no_results(document: object) -> str:
    if not isinstance(document, dict):
        return "it holds no JSON object"
    if "table_results" in document:
        return "it is a summary (table_results) without results"
    if "results" in document:
        return "its results are empty"
    return "it has no results: it was not written by this harness, or is a summary"


def _read_run(run: Run, found: Found, options: Options) -> Reading:
    if not run.model:
        return Reading(skipped=(Skipped(run.shown, "it names no model"),))
    results = as_table(run.document.get("results"))
    results = {**as_table(run.document.get("groups")), **results}
    measures, skipped = _measures(run, results)
    if not measures:
        return Reading(skipped=(Skipped(run.shown, "it holds no score"), *skipped))
    kept, left_out = _once(run, measures, options)
    other = run.other_model_in_path()
    notes = (f"{run.shown}: the folder names {other!r}, the file {run.model!r}, which counts",)
    examples = _examples_of(run, found) if options.examples else Reading()
    own = Reading(
        measures=tuple(kept),
        models=(Facts(run.base or run.model, run.facts),),
        tasks=tuple(_task_facts(run, measure) for measure in kept),
        skipped=(*skipped, *left_out),
        notes=notes if other else (),
        files=1,
    )
    return joined([own, examples])


def _measures(run: Run, results: Mapping[str, Any]) -> tuple[list[Measure], list[Skipped]]:
    """Every score of a run, and what stands among the scores and is none."""
    measures: list[Measure] = []
    skipped: list[Skipped] = []
    for task, values in results.items():
        for key, value in as_table(values).items():
            metric, _, found = key.partition(",")
            if metric in _NO_METRICS or metric.endswith("_stderr"):
                continue
            score = as_number(value)
            if score is None or not as_text(task):
                what = "a list" if isinstance(value, list) else "no number"
                why = f"what stands in place of a score is {what}"
                skipped.append(Skipped(f"{run.shown}: {task}, {key}", why, what="score"))
                continue
            error = as_table(values).get(
                f"{metric}_stderr,{found}" if found else f"{metric}_stderr"
            )
            measures.append(_measure(run, as_text(task), metric, found, score, error))
    return measures, skipped


def _measure(run: Run, task: str, metric: str, found: str, score: float, error: object) -> Measure:
    shots, (ran, has) = run.shots(task), run.examples(task)
    parts = [
        "" if found in _NO_FILTER else as_text(found),
        "" if shots is None else f"{shots}-shot",
    ]
    return Measure(
        model=run.model,
        task=task,
        score=score,
        metric=as_text(metric),
        setting=", ".join(filter(None, parts)),
        stderr=as_error(error),
        n_examples=ran,
        date=run.date,
        source=run.shown,
        command=run.command(task, shots),
        flag=run.flag(ran, has),
        base=run.base,
        time=run.time,
    )


def _once(
    run: Run, measures: list[Measure], options: Options
) -> tuple[list[Measure], list[Skipped]]:
    """The scores without those that another holds: a group's or its tasks', as was asked."""
    members = members_of_groups(run.document, {measure.task for measure in measures})
    below = {name for names in members.values() for name in names}
    above = {group for group, names in members.items() if names}
    out = above if options.subtasks else below
    leaves = {g: [t for t in names if not members.get(t)] for g, names in members.items()}
    kept = [_of_group(run, m, leaves.get(m.task, ())) for m in measures if m.task not in out]
    why = "it is a group of tasks that are taken" if options.subtasks else _OF_GROUP
    left_out = [
        Skipped(f"{run.shown}: {task}", why, what="score")
        for task in dict.fromkeys(m.task for m in measures if m.task in out)
    ]
    return kept, left_out


def _of_group(run: Run, measure: Measure, leaves: Collection[str]) -> Measure:
    """A group's score with what is known of its tasks alone: their prompts and their examples."""
    shots = {run.shots(task) for task in leaves} - {None}
    if len(shots) == 1 and run.shots(measure.task) is None:
        (n,) = shots
        setting = ", ".join(filter(None, (measure.setting, f"{n}-shot")))
        measure = replace(measure, setting=setting, command=run.command(measure.task, n))
    counts = [run.examples(task) for task in leaves]
    ran = [n for n, _ in counts if n is not None]
    has = [n for _, n in counts if n is not None]
    if not counts or len(ran) < len(counts) or measure.n_examples is not None:
        return measure
    whole = sum(has) if len(has) == len(counts) else None
    return replace(measure, n_examples=sum(ran), flag=run.flag(sum(ran), whole))


def _task_facts(run: Run, measure: Measure) -> Facts:
    directions = as_table(as_table(run.document.get("higher_is_better")).get(measure.task))
    config = as_table(as_table(run.document.get("configs")).get(measure.task))
    test, validation = as_text(config.get("test_split")), as_text(config.get("validation_split"))
    direction = directions.get(measure.metric)
    has = run.examples(measure.task)[1]
    values = {
        "higher_is_better": direction if isinstance(direction, bool) else None,
        "evaluation_split": test or validation or None,
        "test_examples": has if test else None,
        "validation_examples": has if validation and not test else None,
    }
    return Facts(measure.task, values, measure.metric)


def _examples_of(run: Run, found: Found) -> Reading:
    """The scores of single examples that the harness wrote beside the results."""
    moment = found.path.stem.removeprefix("results_")
    beside = sorted(found.path.parent.glob(f"samples_*_{escape(moment)}.jsonl"))
    shown = Path(found.shown).parent
    return joined(
        read_examples(run, Found(path, (shown / path.name).as_posix())) for path in beside
    )
