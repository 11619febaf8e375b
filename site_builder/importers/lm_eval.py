"""Read lm-evaluation-harness: results files, and the samples beside them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from glob import escape
from pathlib import Path
from typing import Any

from site_builder.importers.reading import (
    Found,
    ImportedExample,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    UnreadableFileError,
    as_count,
    as_error,
    as_list,
    as_number,
    as_table,
    as_text,
    day_of,
    find_files,
    joined,
    moment_in_name,
    moment_of,
    parse_json,
    read_bytes,
    read_each,
    read_json,
    time_of,
)
from site_builder.records import Record, replace

# Names of the harness's code for running models, which are no names of models.
_BACKENDS = (
    "hf", "hf-auto", "hf-causal", "hf-causal-experimental", "hf-seq2seq", "hf-multimodal",
    "huggingface", "gpt2", "gpt3", "vllm", "vllm-vlm", "sglang", "sglang-generate", "nemo_lm",
    "megatron_lm", "openai-completions", "openai-chat-completions", "local-completions",
    "local-chat-completions", "openai", "anthropic", "anthropic-chat",
    "anthropic-chat-completions", "textsynth", "goose", "gguf", "ggml", "mamba_ssm", "sparseml",
    "deepsparse", "neuronx", "ipex", "openvino", "optimum", "optimum-causal", "watsonx_llm",
    "steered", "winml", "dummy",
)  # fmt: skip
# Those that load weights from Hugging Face if the name has the form of an id there.
_HUB_BACKENDS = (
    "hf", "hf-auto", "hf-causal", "hf-causal-experimental", "hf-seq2seq", "hf-multimodal",
    "huggingface", "gpt2", "vllm", "vllm-vlm", "sglang",
)  # fmt: skip
_COUNTS = ("sample_len", "sample_len,none", "samples")  # by version, from 0.4.2 on
_NAMES = ("pretrained", "model", "model_path", "path", "engine")  # in the order of the harness
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_UNSAFE = re.compile(r'["<>:/|\\?*\[\]]+')  # what the harness replaces in names of folders
_NOT_RESULTS = (
    ".bin", ".csv", ".gz", ".html", ".ipynb", ".jpg", ".jsonl", ".lock", ".log", ".md",
    ".parquet", ".pdf", ".png", ".pt", ".py", ".pyc", ".rst", ".safetensors", ".sh", ".svg",
    ".toml", ".tsv", ".txt", ".xlsx", ".yaml", ".yml", ".zip",
)  # fmt: skip
# Keys among the metrics that are not metrics, in one version or another.
_NOT_METRICS = (
    "alias", "name", "version", "n-shot", "num_fewshot", "samples", "sample_len", "sample_count",
    " ",
)  # fmt: skip
# Keys of a sample that are not metrics.
_SAMPLE_KEYS = (
    "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics",
    "doc_hash", "prompt_hash", "target_hash",
)  # fmt: skip


def read_lm_eval(path: Path, options: ImportOptions) -> Reading:
    """Read the scores of a results file, or of every results file in a folder.

    Args:
        path: The file or folder.
        options: `subtasks` and `examples` apply.
    """
    is_folder = path.is_dir()
    return read_each(find_files(path), lambda found: _read(found, options, is_named=not is_folder))


def _read(found: Found, options: ImportOptions, *, is_named: bool) -> Reading:
    if found.path.name.startswith("samples_") and found.path.suffix == ".jsonl":
        return _read_samples_alone(found, options, is_named=is_named)
    runs = list(_runs(_read_document(found), found))
    return joined(_read_run(run, found, options) for run in runs)


def _read_document(found: Found) -> object:
    suffix = found.path.suffix.lower()
    if suffix in _NOT_RESULTS:
        why = f"a results file does not end in {suffix}"
        raise UnreadableFileError(why)
    return read_json(found.path)


def _read_samples_alone(found: Found, options: ImportOptions, *, is_named: bool) -> Reading:
    """Read a samples file that was found in a folder or named itself.

    In a folder, the results file beside it reads it.
    """
    if not (options.examples or is_named):
        why = "it has scores of single examples, which --examples reads"
        return Reading(skipped=(Skipped(found.shown, why, what="score"),))
    moment = found.path.stem.rpartition("_")[2]
    results = found.path.with_name(f"results_{moment}.json")
    if not results.is_file():
        why = f"{results.name}, which states its model, is not in the folder"
        return Reading(skipped=(Skipped(found.shown, why),))
    if not is_named:
        return Reading()
    beside = Found(results, Path(found.shown).with_name(results.name).as_posix())
    (run,) = list(_runs(_read_document(beside), beside))[-1:]
    examples = _read_examples(run, found)
    scores = _read_run(run, beside, replace(options, examples=False))
    tasks = {example.task for example in examples.examples}
    kept = tuple(score for score in scores.measures if score.task in tasks)
    return replace(joined([scores, examples]), measures=kept)


class _Run(Record):
    """One run of the harness.

    Attributes:
        model: What was run; empty if the file does not state it.
        base: The model that an adapter was put on, if any.
        facts: Columns of the models table.
        date: Day of the run.
        time: Sort key of the age of the run.
        shown: The file.
        document: Its content.
    """

    model: str
    base: str | None
    facts: dict[str, Any]
    date: str | None
    time: tuple[bool, float]
    shown: str
    document: dict[str, Any]

    def part(self, name: str, task: str) -> dict[str, Any]:
        """What a part of the document, such as `configs`, states about a task."""
        return as_table(as_table(self.document.get(name)).get(task))

    def shots(self, task: str) -> int | None:
        """The number of examples in the prompt of a task, if the file states it."""
        stated = (
            as_table(self.document.get("n-shot")).get(task),
            self.part("results", task).get("n-shot"),
            self.part("configs", task).get("num_fewshot"),
            as_table(self.document.get("config")).get("num_fewshot"),
        )
        number = next((n for n in map(as_number, stated) if n is not None), None)
        return None if number is None else int(number)

    def examples(self, task: str) -> tuple[int | None, int | None]:
        """How many examples of a task were run, and how many it has, if the file states it."""
        counts, values = self.part("n-samples", task), self.part("results", task)
        ran = next(filter(None, (as_count(values.get(name)) for name in _COUNTS)), None)
        return as_count(counts.get("effective")) or ran, as_count(counts.get("original"))

    def flag(self, ran: int | None, has: int | None) -> str | None:
        """The caveat of a score, if only some of the examples were run."""
        limit = as_number(as_table(self.document.get("config")).get("limit"))
        if ran is not None and has is not None:
            return f"Measured on {ran:,} of {has:,} examples." if ran < has else None
        if limit is None or limit <= 0:
            return None
        share = f"{limit:.0%} of the examples" if limit < 1 else f"the first {limit:,.0f} examples"
        return f"Measured on {share} only (--limit)."

    def command(self, task: str, shots: int | None) -> str | None:
        """The command that runs a task again, made from what the file records."""
        config = as_table(self.document.get("config"))
        model, arguments = as_text(config.get("model")), config.get("model_args")
        if not model or not arguments:
            return None
        if isinstance(arguments, dict):
            arguments = ",".join(f"{name}={value}" for name, value in arguments.items())
        is_old = not {"n-shot", "configs", "lm_eval_version"} & self.document.keys()
        words = ["python", "main.py"] if is_old else ["lm_eval"]
        words += ["--model", model, "--model_args", as_text(arguments), "--tasks", task]
        words += [] if shots is None else ["--num_fewshot", str(shots)]
        limit = as_number(config.get("limit"))
        words += [] if limit is None else ["--limit", f"{limit:g}"]
        return shlex.join(words)

    def other_model_in_path(self) -> str | None:
        """The name of the folder, if the harness would give it to another model."""
        folder = Path(self.shown).parent.name
        names = {self.model, self.model.partition("@")[0]}
        fits = folder.casefold() in {_UNSAFE.sub("__", name).casefold() for name in names}
        return folder if "__" in folder and not fits else None


def _runs(document: object, found: Found) -> Iterator[_Run]:
    """Yield the runs of a file: one, or one per moment if it nests them."""
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
        raise UnreadableFileError(_why_no_results(document))


def _is_nested(results: Mapping[str, Any]) -> bool:
    """Whether `results` has another level, so that the metrics of a task are objects."""
    inner = [value for part in results.values() for value in as_table(part).values()]
    return bool(inner) and all(isinstance(value, dict) for value in inner)


def _why_no_results(document: object) -> str:
    if not isinstance(document, dict):
        return "it is not a JSON object"
    if "table_results" in document:
        return "it is a summary (table_results) without results"
    if "results" in document:
        return "its results are empty"
    return "it has no results: it is not from this harness, or is a summary"


def _run(document: dict[str, Any], found: Found, key: str) -> _Run:
    stamped = moment_in_name(key)
    if stamped is not None:
        document = {"date": stamped.isoformat(), **document}
    config = as_table(document.get("config"))
    arguments = _arguments(config.get("model_args"))
    model, base = _model(config, arguments, document)
    moment = moment_of(document.get("date")) or moment_in_name(found.path.name)
    return _Run(
        model=as_text(model),
        base=as_text(base) or None,
        facts=_model_facts(config, base or model, arguments),
        date=day_of(moment),
        time=time_of(moment, found.path),
        shown=found.shown,
        document=document,
    )


def _arguments(value: object) -> dict[str, str]:
    """Parse `--model_args`: text such as `pretrained=a/b,dtype=auto`, or an object."""
    if isinstance(value, dict):
        return {str(name): str(part) for name, part in value.items()}
    pairs = (part.partition("=") for part in re.split(r",(?![^\[{]*[\]}])", as_text(value)))
    return {name.strip(): part.strip() for name, equals, part in pairs if equals}


def _model(
    config: dict[str, Any], arguments: dict[str, str], document: dict[str, Any]
) -> tuple[str, str | None]:
    """Return what was run, and its base model if it is an adapter."""
    stated = next((arguments[name] for name in _NAMES if arguments.get(name)), "")
    name = as_text(config.get("model"))
    if not stated and name not in _BACKENDS:
        stated = name  # forks wrote the model in place of the backend
    stated = (stated or as_text(document.get("model_name"))).rstrip("/")
    revision = arguments.get("revision", "main")
    subfolder = arguments.get("subfolder", "")
    whole = f"{stated}/{subfolder}" if stated and subfolder else stated
    base = whole if revision in ("", "main", "None") or not whole else f"{whole}@{revision}"
    tuned = arguments.get("peft") or arguments.get("delta") or ""
    return (tuned.rstrip("/"), base or None) if tuned not in ("", "None") else (base, None)


def _model_facts(config: dict[str, Any], model: str, arguments: dict[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    parameters = as_number(config.get("model_num_parameters"))
    if parameters is not None and parameters > 0 and "peft" not in arguments:
        facts["parameters_b"] = parameters / 1e9
    name = model.partition("@")[0]
    if as_text(config.get("model")) in _HUB_BACKENDS and _HUB_ID.fullmatch(name):
        facts["hf_id"] = name
    return facts


def _read_run(run: _Run, found: Found, options: ImportOptions) -> Reading:
    if not run.model:
        return Reading(skipped=(Skipped(run.shown, "it names no model"),))
    results = as_table(run.document.get("results"))
    scores, skipped = _scores(run, {**as_table(run.document.get("groups")), **results})
    if not scores:
        return Reading(skipped=(Skipped(run.shown, "it has no score"), *skipped))
    kept, left_out = _without_overlap(run, scores, options)
    other = run.other_model_in_path()
    notes = (f"{run.shown}: the folder names {other!r}, the file {run.model!r}, which counts",)
    reading = Reading(
        measures=tuple(kept),
        models=(ImportedRow(run.base or run.model, run.facts),),
        tasks=tuple(_task_facts(run, score) for score in kept),
        skipped=(*skipped, *left_out),
        notes=notes if other else (),
        files=1,
    )
    return joined([reading, _examples_beside(run, found) if options.examples else Reading()])


def _scores(run: _Run, results: Mapping[str, Any]) -> tuple[list[ImportedScore], list[Skipped]]:
    """Return every score of a run, and an entry for each value that is not one."""
    scores: list[ImportedScore] = []
    skipped: list[Skipped] = []
    for task, values in results.items():
        for key, value in as_table(values).items():
            metric, _, used_filter = key.partition(",")
            if metric in _NOT_METRICS or metric.endswith("_stderr"):
                continue
            number = as_number(value)
            if number is None or not as_text(task):
                found = "a list" if isinstance(value, list) else "not a number"
                why = f"there is no score: the value is {found}"
                skipped.append(Skipped(f"{run.shown}: {task}, {key}", why, what="score"))
                continue
            error = values.get(
                f"{metric}_stderr,{used_filter}" if used_filter else f"{metric}_stderr"
            )
            score = _score(run, as_text(task), metric, used_filter, number)
            scores.append(replace(score, stderr=as_error(error)))
    return scores, skipped


def _score(run: _Run, task: str, metric: str, used_filter: str, number: float) -> ImportedScore:
    shots, (ran, has) = run.shots(task), run.examples(task)
    return ImportedScore(
        model=run.model,
        task=task,
        score=number,
        metric=as_text(metric),
        setting=_setting(used_filter, shots),
        n_examples=ran,
        date=run.date,
        source=run.shown,
        command=run.command(task, shots),
        flag=run.flag(ran, has),
        base=run.base,
        time=run.time,
    )


def _setting(used_filter: str, shots: int | None) -> str:
    parts = (
        "" if used_filter == "none" else as_text(used_filter),
        "" if shots is None else f"{shots}-shot",
    )
    return ", ".join(filter(None, parts))


def _without_overlap(
    run: _Run, scores: list[ImportedScore], options: ImportOptions
) -> tuple[list[ImportedScore], list[Skipped]]:
    """Keep either the groups or their tasks, as the options say."""
    members = _members_of_groups(run.document, {score.task for score in scores})
    if options.subtasks:
        out = {group for group, names in members.items() if names}
        why = "it is a group, and --subtasks imports its tasks"
    else:
        out = {name for names in members.values() for name in names}
        why = "its group is imported; --subtasks imports the tasks of groups instead"
    leaves = {g: [t for t in names if not members.get(t)] for g, names in members.items()}
    kept = [_of_group(run, m, leaves.get(m.task, ())) for m in scores if m.task not in out]
    left_out = [
        Skipped(f"{run.shown}: {task}", why, what="score")
        for task in dict.fromkeys(m.task for m in scores if m.task in out)
    ]
    return kept, left_out


def _members_of_groups(
    document: Mapping[str, Any], scored: Collection[str]
) -> dict[str, list[str]]:
    """Return the scored tasks and groups below each scored group, at any depth.

    Files state them in `group_subtasks`; the first releases of 0.4 only indent the names.
    """
    stated = {
        group: list(map(str, as_list(names)))
        for group, names in as_table(document.get("group_subtasks")).items()
        if as_list(names)
    }
    children = stated or _children_by_indent(as_table(document.get("results")))
    return {
        group: sorted(_below(group, children, set()) & set(scored))
        for group in children
        if group in scored
    }


def _below(group: str, children: Mapping[str, list[str]], seen: set[str]) -> set[str]:
    for name in children.get(group, ()):
        if name not in seen and name != group:
            seen.add(name)
            _below(name, children, seen)
    return seen


def _children_by_indent(results: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the members of each group by aliases such as `  - algebra` below the group."""
    children: dict[str, list[str]] = {}
    open_groups: list[tuple[int, str]] = []
    for name, values in results.items():
        alias = as_table(values).get("alias")
        text = alias if isinstance(alias, str) else as_text(name)
        depth = len(text) - len(text.lstrip()) if text.lstrip().startswith("- ") else 0
        while open_groups and open_groups[-1][0] >= depth:
            open_groups.pop()
        if depth and open_groups:
            children.setdefault(open_groups[-1][1], []).append(name)
        open_groups.append((depth, name))
    return children


def _of_group(run: _Run, score: ImportedScore, leaves: Collection[str]) -> ImportedScore:
    """Complete the score of a group with the shots and examples of its tasks."""
    shots = {run.shots(task) for task in leaves} - {None}
    if len(shots) == 1 and run.shots(score.task) is None:
        (n,) = shots
        setting = ", ".join(filter(None, (score.setting, f"{n}-shot")))
        score = replace(score, setting=setting, command=run.command(score.task, n))
    counts = [run.examples(task) for task in leaves]
    ran = [n for n, _ in counts if n is not None]
    has = [n for _, n in counts if n is not None]
    if not counts or len(ran) < len(counts) or score.n_examples is not None:
        return score
    whole = sum(has) if len(has) == len(counts) else None
    return replace(score, n_examples=sum(ran), flag=run.flag(sum(ran), whole))


def _task_facts(run: _Run, score: ImportedScore) -> ImportedRow:
    direction = run.part("higher_is_better", score.task).get(score.metric)
    config = run.part("configs", score.task)
    test, validation = as_text(config.get("test_split")), as_text(config.get("validation_split"))
    has = run.examples(score.task)[1]
    values = {
        "higher_is_better": direction if isinstance(direction, bool) else None,
        "evaluation_split": test or validation or None,
        "test_examples": has if test else None,
        "validation_examples": has if validation and not test else None,
    }
    return ImportedRow(score.task, values, score.metric)


def _examples_beside(run: _Run, found: Found) -> Reading:
    """Read the samples files beside a results file."""
    moment = found.path.stem.removeprefix("results_")
    beside = sorted(found.path.parent.glob(f"samples_*_{escape(moment)}.jsonl"))
    shown = Path(found.shown).parent
    return joined(
        _read_examples(run, Found(path, (shown / path.name).as_posix())) for path in beside
    )


def _read_examples(run: _Run, found: Found) -> Reading:
    """Read the complete lines of a samples file; a note tells if examples are missing."""
    task = found.path.stem.removeprefix("samples_").rpartition("_")[0]
    examples: list[ImportedExample] = []
    skipped: list[Skipped] = []
    try:
        lines = read_bytes(found.path).splitlines()
    except UnreadableFileError as error:
        return Reading(skipped=(Skipped(found.shown, str(error)),))
    for number, line in enumerate(lines, start=1):
        try:
            sample = as_table(parse_json(line)) if line.strip() else {}
        except UnreadableFileError as error:
            skipped.append(Skipped(f"{found.shown}:{number}", str(error), what="score"))
            continue
        examples += _example_scores(run, task, sample)
    n, ran = len({example.example for example in examples}), run.examples(task)[0]
    notes = (f"{found.shown}: has {n:,} of the {ran or 0:,} examples of the run",)
    is_short = ran is not None and n < ran
    return Reading(
        examples=tuple(examples), skipped=tuple(skipped), notes=notes if is_short else ()
    )


def _example_scores(run: _Run, task: str, sample: dict[str, Any]) -> Iterator[ImportedExample]:
    if "doc_id" not in sample:
        return
    named = sample.get("metrics")
    metrics = (
        named if isinstance(named, list) else [key for key in sample if key not in _SAMPLE_KEYS]
    )
    setting = _setting(as_text(sample.get("filter")), run.shots(task))
    name = as_text(str(sample["doc_id"]))
    for metric in map(str, metrics):
        value = sample.get(metric)
        number = float(value) if isinstance(value, bool) else as_number(value)
        if number is not None:
            yield ImportedExample(run.model, task, metric, setting, name, number, run.shown)
