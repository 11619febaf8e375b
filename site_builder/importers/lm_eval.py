"""Read lm-evaluation-harness: results files, and the samples beside them."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from glob import escape
from pathlib import Path
from typing import Any

from site_builder.importers.cells import parse_number
from site_builder.importers.hugging_face import is_template
from site_builder.importers.reading import (
    Found,
    ImportedExample,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    joined,
    leave_samples,
    of_files,
    read_each,
    read_json_lines,
)
from site_builder.importers.values import (
    GROUP_MEMBERS,
    HUB_ID,
    RUNS,
    SCORES,
    JsonObject,
    UnreadableFileError,
    as_count,
    as_list,
    as_number,
    as_text,
    flag_of_part,
    known,
    moment_in_name,
    read_json,
    version_of,
)
from site_builder.records import Record, replace
from site_builder.symlinks import refuse_outside

# Names of the harness's code for running models, which are no names of models. The first load
# weights from Hugging Face if the name has the form of an id there.
_HUB_BACKENDS = (
    "hf", "hf-auto", "hf-causal", "hf-causal-experimental", "hf-seq2seq", "hf-multimodal",
    "huggingface", "gpt2", "vllm", "vllm-vlm", "sglang",
)  # fmt: skip
_BACKENDS = (
    *_HUB_BACKENDS, "gpt3", "sglang-generate", "nemo_lm", "megatron_lm", "openai-completions",
    "openai-chat-completions", "local-completions", "local-chat-completions", "openai",
    "anthropic", "anthropic-chat", "anthropic-chat-completions", "textsynth", "goose", "gguf",
    "ggml", "mamba_ssm", "sparseml", "deepsparse", "neuronx", "ipex", "openvino", "optimum",
    "optimum-causal", "watsonx_llm", "steered", "winml", "dummy",
)  # fmt: skip
_COUNTS = ("sample_len", "sample_len,none", "samples")  # by version, from 0.4.2 on
_NAMES = ("pretrained", "model", "model_path", "path", "engine")  # in the order of the harness
_UNSAFE = re.compile(r'["<>:/|\\?*\[\]]+')  # what the harness replaces in names of folders
_NOT_RESULTS = (
    ".bin", ".csv", ".gz", ".html", ".ipynb", ".jpg", ".jsonl", ".lock", ".log", ".md",
    ".parquet", ".pdf", ".png", ".pt", ".py", ".pyc", ".rst", ".safetensors", ".sh", ".svg",
    ".toml", ".tsv", ".txt", ".xlsx", ".yaml", ".yml", ".zip",
)  # fmt: skip
# Keys among the metrics that are not metrics, in one version or another.
_NOT_METRICS = (
    "alias", "name", "version", "n-shot", "num_fewshot", "samples", "sample_len", "sample_count",
    " ", "task_name", "prompt_name", "date",
)  # fmt: skip
# A results file has one of these beside the results, in every version.
_SIGNS = frozenset(("config", "configs", "versions", "n-shot", "config_general"))
_PROMPT_NAMES = ("task_name", "prompt_name")
_DATE = "date"
"""Among the metrics of a task, the moment of its run."""
# Keys of a sample that are not metrics.
_SAMPLE_KEYS = (
    "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics",
    "doc_hash", "prompt_hash", "target_hash",
)  # fmt: skip
_Cell = tuple[str, str, str, float, float | None]
"""Task, metric, filter, score and standard error."""


@of_files
def read_lm_eval(found: Found, options: ImportOptions) -> Reading:
    """Read a results file; the options `subtasks` and `examples` apply."""
    if found.path.name.startswith("samples_") and found.path.suffix == ".jsonl":
        return leave_samples(found, options, f"results_{found.path.stem.rpartition('_')[2]}.json")
    readings: list[Reading] = []
    for run in RUNS.take(_runs(found)):  # each repeats what the file has once
        readings.append(_read_run(run, options))
        SCORES.check(sum(len(one.measures) + len(one.skipped) for one in readings))
    reading = joined(readings)
    skipped = dict.fromkeys(reading.skipped)  # such as that no run names a model
    return replace(reading, skipped=tuple(skipped))


class _Run(Record):
    """One run of the harness.

    Attributes:
        document: The content of the file, or the part about this run.
        shared: What its scores share; without a model if the file states none.
        facts: What it states about the model, or about the base of an adapter.
    """

    found: Found
    document: JsonObject
    shared: ImportedScore
    facts: dict[str, Any]

    def shots(self, task: str, members: Collection[str] = ()) -> int | None:
        """The number of examples in the prompt of a task, or of all members of a group."""
        stated = (
            self.document.at("n-shot", task),
            self.document.at("results", task, "n-shot"),
            self.document.at("configs", task, "num_fewshot"),
            self.document.at("config", "num_fewshot"),
        )
        number = next((n for n in map(as_number, stated) if n is not None), None)
        if number is not None:
            return int(number)
        of_members = {self.shots(name) for name in members} - {None}
        return of_members.pop() if len(of_members) == 1 else None

    def version(self, task: str, members: Collection[str] = ()) -> str:
        """The version of a task, or those of all members of a group."""
        at = self.document.at
        stated = version_of(
            at("versions", task), at("configs", task, "metadata", "version"),
            at("results", task, "version"),
        )  # fmt: skip
        found = {version for name in members if (version := self.version(name))}
        return stated or ", ".join(sorted(found))

    def examples(self, task: str, members: Collection[str] = ()) -> tuple[int | None, int | None]:
        """How many examples of a task or group were run, and how many it has, if stated."""
        counts = self.document.object("n-samples", task)
        values = self.document.object("results", task)
        numbers = map(as_count, (counts.get("effective"), *map(values.get, _COUNTS)))
        ran, has = next(filter(None, numbers), None), counts.count("original")
        if ran is not None or not members:
            return ran, has
        pairs = map(self.examples, members)
        rans, wholes = ([n for n in each if n is not None] for each in zip(*pairs, strict=True))
        if len(rans) < len(members):
            return None, has
        return sum(rans), sum(wholes) if len(wholes) == len(members) else None

    def flag(self, ran: int | None, has: int | None) -> str | None:
        """The caveat of a score, if only some of the examples were run."""
        if ran is not None and has is not None:
            return flag_of_part(ran, has)
        limit = self.document.number("config", "limit")
        if limit is None or limit <= 0:
            return None
        share = f"{limit:.0%} of the examples" if limit < 1 else f"the first {limit:,.0f} examples"
        return f"Measured on {share} only (--limit)."

    def command(self, task: str, shots: int | None) -> str | None:
        """The command that runs a task again, made from what the file records."""
        config = self.document.object("config")
        model, arguments = config.text("model"), config.get("model_args")
        if not model or not arguments:
            return None
        if isinstance(arguments, dict):
            arguments = ",".join(f"{name}={value}" for name, value in arguments.items())
        is_old = not {"n-shot", "configs", "lm_eval_version"} & self.document.keys()
        words = ["python", "main.py"] if is_old else ["lm_eval"]
        words += ["--model", model, "--model_args", as_text(arguments), "--tasks", task]
        words += [] if shots is None else ["--num_fewshot", str(shots)]
        limit = config.number("limit")
        words += [] if limit is None else ["--limit", f"{limit:g}"]
        return shlex.join(words)


def _runs(found: Found) -> Iterator[_Run]:
    """Yield the runs of a file: one, or one per moment if it nests them."""
    suffix = found.path.suffix.lower()
    if suffix in _NOT_RESULTS:
        raise UnreadableFileError(why=f"a results file does not end in {suffix}")
    document = read_json(found.path)
    whole = JsonObject(document)
    if is_template(whole):
        raise UnreadableFileError(why="its results are of the leaderboard template")
    results = whole.object("results") or _results_in_list(whole.get("results"))
    if results and whole.keys() != {"results"} and _SIGNS.isdisjoint(whole):
        raise UnreadableFileError(why="its results are not of this harness: it has no config")
    if results:
        for moment, part in _by_moment(results):
            yield _run(JsonObject({**whole, "results": part}), found, moment)
    elif whole and all("results" in JsonObject(part) for part in whole.values()):
        for moment, part in whole.items():
            yield _run(JsonObject(part), found, moment)
    else:
        raise UnreadableFileError(why=_why_no_results(document))


def _by_moment(results: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the results by moment, which files may nest above or below the tasks; else empty."""
    inner = [(key, value) for part in results.values() for key, value in JsonObject(part).items()]
    if not inner or not all(isinstance(value, dict) for _, value in inner):
        yield "", results
    elif all(moment_in_name(key) for key, _ in inner):
        # Tasks have moments of their own: one run has the newest of each, the next one the second.
        by_age = {t: sorted(JsonObject(p).items(), reverse=True) for t, p in results.items()}
        for rank in range(max(map(len, by_age.values()))):
            runs = ((task, runs[rank]) for task, runs in by_age.items() if rank < len(runs))
            yield "", _named((task, {**values, _DATE: moment}) for task, (moment, values) in runs)
    else:
        yield from results.items()


def _results_in_list(items: object) -> dict[str, Any]:
    """Return the results of a list of metrics, as the fork of the BigScience workshop has it."""
    numbers = (
        {key: value for key, value in item.items() if as_number(value) is not None}
        | {key: item.get(key) for key in _PROMPT_NAMES}
        for item in map(JsonObject, as_list(items))
    )
    return _named((as_text(values[_PROMPT_NAMES[0]]), values) for values in numbers)


def _named(results: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Join results of one task; each of its prompts is a task: `name (prompt)`."""
    named: dict[str, Any] = {}
    for task, values in results:
        name, prompt = (as_text(values.get(key)) for key in _PROMPT_NAMES)
        prompt = "" if prompt == "null" else prompt
        named.setdefault(f"{name} ({prompt})" if prompt else name or task, {}).update(values)
    return named


def _why_no_results(document: object) -> str:
    if not isinstance(document, dict):
        return "it is not a JSON object"
    if "table_results" in document:
        return "it is a summary (table_results) without results"
    if "results" in document:
        return "its results are empty"
    return "it has no results: it is not from this harness, or is a summary"


def _run(document: JsonObject, found: Found, key: str) -> _Run:
    if stamped := moment_in_name(key):
        document = JsonObject({"date": stamped.isoformat(), **document})
    config = document.object("config")
    arguments = _arguments(config.get("model_args"))
    model, base = _model(document, arguments)
    size, hub_id = config.positive("model_num_parameters"), (base or model).partition("@")[0]
    is_on_hub = config.text("model") in _HUB_BACKENDS and HUB_ID.fullmatch(hub_id)
    facts: dict[str, Any] = known(
        parameters_b=size / 1e9 if size and "peft" not in arguments else None,
        hf_id=hub_id if is_on_hub else None,
    )
    shared = ImportedScore(
        as_text(model),
        task="",
        score=math.nan,
        base=as_text(base) or None,
        facets=_facets(document, arguments),
        **found.provenance(document.moment("date") or moment_in_name(found.path.name)),
    )
    return _Run(found, document, shared, facts)


def _facets(document: JsonObject, arguments: Mapping[str, str]) -> dict[str, str]:
    """Return the type of the weights as they were run, and whether there was a chat template."""
    dtype = document.text("config", "model_dtype") or as_text(arguments.get("dtype"))
    dtype = dtype.removeprefix("torch.")
    has_chat = "yes" if document.get("chat_template") else "no"
    return known(
        dtype="" if dtype == "auto" else dtype,
        chat_template=has_chat if "chat_template" in document else "",
    )


def _arguments(value: object) -> dict[str, str]:
    """Parse `--model_args`: text such as `pretrained=a/b,dtype=auto`, or an object."""
    if isinstance(value, dict):
        return {str(name): str(part) for name, part in value.items()}
    # Commas separate them, except where the next bracket is a closing one.
    parts = re.split(r",(?![^\[\]{}]*+[\]}])", as_text(value))
    pairs = (part.partition("=") for part in parts)
    return {name.strip(): part.strip() for name, equals, part in pairs if equals}


def _model(document: JsonObject, arguments: dict[str, str]) -> tuple[str, str | None]:
    """Return what was run, and its base model if it is an adapter."""
    stated = next((arguments[name] for name in _NAMES if arguments.get(name)), "")
    name = document.text("config", "model")
    if not stated and name not in _BACKENDS:
        stated = name  # forks wrote the model in place of the backend
    names = (stated, document.text("model_name"), document.text("config", "model_name"))
    stated = next(filter(None, names), "").rstrip("/")
    revision = arguments.get("revision", "main")
    subfolder = arguments.get("subfolder", "")
    whole = f"{stated}/{subfolder}" if stated and subfolder else stated
    base = whole if revision in ("", "main", "None") or not whole else f"{whole}@{revision}"
    tuned = arguments.get("peft") or arguments.get("delta") or ""
    return (tuned.rstrip("/"), base or None) if tuned not in ("", "None") else (base, None)


def _read_run(run: _Run, options: ImportOptions) -> Reading:
    shown, model = run.found.shown, run.shared.model or options.model
    if not model:
        fix = "Name the model by --model."
        return Reading(skipped=(Skipped(shown, "it names no model", fix=fix),))
    run = replace(run, shared=replace(run.shared, model=model))
    cells, skipped = _cells(run)
    if not cells:
        return Reading(skipped=(Skipped(shown, "it has no score"), *skipped))
    tasks = dict.fromkeys(task for task, *_ in cells)
    members = _members_of_groups(run.document, {*tasks})
    whole = tasks.keys() - {name for names in members.values() for name in names}
    left_out = [task for task in tasks if not options.subtasks and task not in whole]
    why = "its group is imported; --subtasks imports the tasks of groups too"
    runs = {t: _task_run(run, t, members) for t in tasks if options.subtasks or t in whole}
    seconds = parse_number(run.document.get("total_evaluation_time_seconds"))
    if seconds and len(whole) == 1:  # of several tasks, the time is of all together
        (task,) = whole
        runs[task] = replace(runs[task], measures={"seconds": seconds.value})
    scores = [
        replace(
            runs[task],
            score=number,
            metric=as_text(metric),
            setting=_setting(used_filter, runs[task].setting),
            stderr=error,
        )
        for task, metric, used_filter, number, error in cells
        if task in runs
    ]
    reading = Reading(
        measures=tuple(scores),
        models=(ImportedRow(run.shared.base or model, run.facts),),
        tasks=(*(_task_facts(run, score) for score in scores), *_parts(members, runs)),
        skipped=(*skipped, *(Skipped(f"{shown}: {task}", why, "score") for task in left_out)),
        notes=tuple(_notes(run)),
    )
    if not options.examples:
        return reading
    path = run.found.path
    pattern = f"samples_*_{escape(path.stem.removeprefix('results_'))}.jsonl"
    paths = sorted(path.parent.glob(pattern))
    refuse_outside(paths, path.parent)
    beside = (run.found.beside(p.name) for p in paths)
    return joined([reading, read_each(beside, lambda found: _read_examples(run, found))])


def _parts(members: Mapping[str, Sequence[str]], imported: Container[str]) -> Iterator[ImportedRow]:
    """State the smallest group that each imported task is a part of."""
    smallest_first = sorted(members, key=lambda group: len(members[group]))
    wholes = {name: group for group in reversed(smallest_first) for name in members[group]}
    for name, group in wholes.items():
        is_within_itself = group in members.get(name, ())
        if name in imported and group in imported and not is_within_itself:
            yield ImportedRow(name, {"part_of": group})


def _notes(run: _Run) -> Iterator[str]:
    """Yield a note if the harness would give the folder of the file to another model."""
    folder, model = Path(run.found.shown).parent.name, run.shared.model
    names = (model, model.partition("@")[0])
    own = [_UNSAFE.sub("__", name).casefold() for name in names]
    if "__" in folder and folder.casefold() not in own:
        which = f"the folder names {folder!r}, the file {model!r}, which counts"
        yield f"{run.found.shown}: {which}"


def _cells(run: _Run) -> tuple[list[_Cell], list[Skipped]]:
    """Return every score of a run, and an entry for each value that is not one."""
    cells: list[_Cell] = []
    skipped: list[Skipped] = []
    tables = {**run.document.object("groups"), **run.document.object("results")}
    for task, table in tables.items():
        name, values = as_text(task), JsonObject(table)
        for key, value in values.items():
            metric, comma, used_filter = key.partition(",")
            if metric in _NOT_METRICS or metric.endswith("_stderr"):
                continue
            number = parse_number(value)
            if number is None or not name:
                found = "a list" if isinstance(value, list) else "not a number"
                why = f"there is no score: the value is {found}"
                skipped.append(Skipped(f"{run.found.shown}: {task}, {key}", why, what="score"))
            else:
                error = values.positive(f"{metric}_stderr{comma}{used_filter}")
                cells.append((name, metric, used_filter, number.value, error))
    return cells, skipped


def _task_run(run: _Run, task: str, members: Mapping[str, list[str]]) -> ImportedScore:
    """Return what the scores of a task share."""
    leaves = [name for name in members.get(task, ()) if not members.get(name)]
    shots, (ran, has) = run.shots(task, leaves), run.examples(task, leaves)
    moment = moment_in_name(run.document.text("results", task, _DATE))
    return replace(
        run.shared,
        task=task,
        setting=_setting("none", shots),
        n_examples=ran,
        command=run.command(task, shots),
        flag=run.flag(ran, has),
        version=run.version(task, leaves),
        **(run.found.provenance(moment) if moment else {}),
    )


def _setting(used_filter: str, shots: int | str | None) -> str:
    """Return `filter, 5-shot`; `shots` is a number, or in words already."""
    name = "" if used_filter == "none" else as_text(used_filter)
    words = f"{shots}-shot" if isinstance(shots, int) else shots
    return ", ".join(filter(None, (name, words)))


def _members_of_groups(document: JsonObject, scored: set[str]) -> dict[str, list[str]]:
    """Find what is scored below each group; the first releases of 0.4 only indent the names."""
    stated = document.object("group_subtasks").items()
    children = {group: list(map(str, names)) for group, names in stated if as_list(names)}
    children = children or _children_by_indent(document.object("results"))
    members: dict[str, list[str]] = {}
    n = 0
    for group in (group for group in children if group in scored):
        below = _below(group, children)
        n += len(below)
        GROUP_MEMBERS.check(n)
        members[group] = sorted(below & scored)
    return members


def _below(group: str, children: Mapping[str, list[str]]) -> set[str]:
    """Return what is below a group, at any depth."""
    seen, waiting = {group}, [group]
    while waiting:
        new = [name for name in children.get(waiting.pop(), ()) if name not in seen]
        seen.update(new)
        waiting += new
    return seen - {group}


def _children_by_indent(results: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the members of each group by aliases such as `  - algebra` below the group."""
    children: dict[str, list[str]] = {}
    open_groups: list[tuple[int, str]] = []
    for name, values in results.items():
        alias = JsonObject(values).get("alias")
        text = alias if isinstance(alias, str) else as_text(name)
        depth = len(text) - len(text.lstrip()) if text.lstrip().startswith("- ") else 0
        while open_groups and open_groups[-1][0] >= depth:
            open_groups.pop()
        if depth and open_groups:
            children.setdefault(open_groups[-1][1], []).append(name)
        open_groups.append((depth, name))
    return children


def _task_facts(run: _Run, score: ImportedScore) -> ImportedRow:
    config = run.document.object("configs", score.task)
    test, validation = config.text("test_split"), config.text("validation_split")
    has = run.examples(score.task)[1]
    values = {
        "higher_is_better": run.document.boolean("higher_is_better", score.task, score.metric),
        "evaluation_split": test or validation or None,
        "test_examples": has if test else None,
        "validation_examples": has if validation and not test else None,
    }
    return ImportedRow(score.task, values, score.metric)


def _read_examples(run: _Run, found: Found) -> Reading:
    """Read the complete lines of a samples file; a note tells if examples are missing."""
    task = found.path.stem.removeprefix("samples_").rpartition("_")[0]
    examples: list[ImportedExample] = []
    skipped: list[Skipped] = []
    for where, sample, why in read_json_lines(found):
        skipped += [Skipped(where, why, what="score")] if why else []
        examples += _example_scores(run, task, sample)
    n, ran = len({example.example for example in examples}), run.examples(task)[0]
    is_short = ran is not None and n < ran
    notes = (f"{found.shown}: has {n:,} of the {ran:,} examples of the run",) if is_short else ()
    return Reading(examples=tuple(examples), skipped=tuple(skipped), notes=notes)


def _example_scores(run: _Run, task: str, sample: JsonObject) -> Iterator[ImportedExample]:
    if "doc_id" not in sample:
        return
    metrics = sample.get("metrics")
    if not isinstance(metrics, list):
        metrics = [key for key in sample if key not in _SAMPLE_KEYS]
    setting = _setting(sample.text("filter"), run.shots(task))
    name = as_text(str(sample["doc_id"]))
    for metric in map(str, metrics):
        value = sample.get(metric)
        number = float(value) if isinstance(value, bool) else as_number(value)
        if number is not None:
            kind = (run.shared.model, task, metric, setting)
            yield ImportedExample(*kind, name, number, run.found.shown)
