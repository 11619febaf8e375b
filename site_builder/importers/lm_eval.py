"""Read lm-evaluation-harness."""

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

# Names of the harness's own code for running models: in their place no model is named.
_BACKENDS = (
    "hf", "hf-auto", "hf-causal", "hf-causal-experimental", "hf-seq2seq", "hf-multimodal",
    "huggingface", "gpt2", "gpt3", "vllm", "vllm-vlm", "sglang", "sglang-generate", "nemo_lm",
    "megatron_lm", "openai-completions", "openai-chat-completions", "local-completions",
    "local-chat-completions", "openai", "anthropic", "anthropic-chat",
    "anthropic-chat-completions", "textsynth", "goose", "gguf", "ggml", "mamba_ssm", "sparseml",
    "deepsparse", "neuronx", "ipex", "openvino", "optimum", "optimum-causal", "watsonx_llm",
    "steered", "winml", "dummy",
)  # fmt: skip
# Of these the weights are on Hugging Face where the name has the form of an id there.
_HUB_BACKENDS = (
    "hf", "hf-auto", "hf-causal", "hf-causal-experimental", "hf-seq2seq", "hf-multimodal",
    "huggingface", "gpt2", "vllm", "vllm-vlm", "sglang",
)  # fmt: skip
_COUNTS = ("sample_len", "sample_len,none", "samples")  # by version; none had it before 0.4.2
_NAMES = ("pretrained", "model", "model_path", "path", "engine")  # the order is the harness's own
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_UNSAFE = re.compile(r'["<>:/|\\?*\[\]]+')  # what the harness replaces in names of folders


class HarnessRun(Record):
    """One run of the harness.

    Attributes:
        model: What was run; empty where the file does not say.
        base: The model that an adapter was put on; None without one.
        facts: Columns of the models table that the file tells.
        date: Day of the run.
        time: What tells the newer of two runs.
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

    def shots(self, task: str) -> int | None:
        """Examples in the prompt of a task; None where the file does not say."""
        config = as_table(self.document.get("config"))
        own = as_table(as_table(self.document.get("configs")).get(task))
        stated = (
            as_table(self.document.get("n-shot")).get(task),
            self._values(task).get("n-shot"),
            own.get("num_fewshot"),
            config.get("num_fewshot"),
        )
        number = next((n for n in map(as_number, stated) if n is not None), None)
        return None if number is None else int(number)

    def examples(self, task: str) -> tuple[int | None, int | None]:
        """How many examples of a task were run, and how many it has, where the file says it."""
        counts = as_table(as_table(self.document.get("n-samples")).get(task))
        own = [as_count(self._values(task).get(name)) for name in _COUNTS]
        ran = as_count(counts.get("effective")) or next(filter(None, own), None)
        return ran, as_count(counts.get("original"))

    def _values(self, task: str) -> dict[str, Any]:
        return as_table(as_table(self.document.get("results")).get(task))

    def flag(self, ran: int | None, has: int | None) -> str | None:
        """Why a score should be read with care: only some of the examples were run."""
        limit = as_number(as_table(self.document.get("config")).get("limit"))
        if ran is not None and has is not None:
            return f"Measured on {ran:,} of {has:,} examples." if ran < has else None
        if limit is None or limit <= 0:
            return None
        share = f"{limit:.0%} of the examples" if limit < 1 else f"the first {limit:,.0f} examples"
        return f"Measured on {share} only (--limit)."

    def command(self, task: str, shots: int | None) -> str | None:
        """The command that runs a task again, put together from what the file records."""
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
        """The folder's name, where the harness would have named it for another model."""
        folder = Path(self.shown).parent.name
        names = {self.model, self.model.partition("@")[0]}
        fits = folder.casefold() in {_UNSAFE.sub("__", name).casefold() for name in names}
        return folder if "__" in folder and not fits else None


def run_of(document: dict[str, Any], path: Path, shown: str) -> HarnessRun:
    """What a results file says about its run.

    Args:
        document: Its content.
        path: The file.
        shown: The file as messages name it.
    """
    config = as_table(document.get("config"))
    arguments = _arguments(config.get("model_args"))
    model, base = _model(config, arguments, document)
    moment = moment_of(document.get("date")) or moment_in_name(path.name)
    return HarnessRun(
        model=as_text(model),
        base=as_text(base) or None,
        facts=_facts(config, base or model, arguments),
        date=day_of(moment),
        time=time_of(moment, path),
        shown=shown,
        document=document,
    )


def _arguments(value: object) -> dict[str, str]:
    """`--model_args`: text such as `pretrained=a/b,dtype=auto`, or an object in newer files."""
    if isinstance(value, dict):
        return {str(name): str(part) for name, part in value.items()}
    pairs = (part.partition("=") for part in re.split(r",(?![^\[{]*[\]}])", as_text(value)))
    return {name.strip(): part.strip() for name, equals, part in pairs if equals}


def _model(
    config: dict[str, Any], arguments: dict[str, str], document: dict[str, Any]
) -> tuple[str, str | None]:
    """What was run, and what it was put on where that was an adapter."""
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


def _facts(config: dict[str, Any], model: str, arguments: dict[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    parameters = as_number(config.get("model_num_parameters"))
    if parameters is not None and parameters > 0 and "peft" not in arguments:
        facts["parameters_b"] = parameters / 1e9
    name = model.partition("@")[0]
    if as_text(config.get("model")) in _HUB_BACKENDS and _HUB_ID.fullmatch(name):
        facts["hf_id"] = name
    return facts


def members_of_groups(document: Mapping[str, Any], scored: Collection[str]) -> dict[str, list[str]]:
    """The tasks and groups below each group that has a score of its own, at any depth.

    Files say it in `group_subtasks`; those of the first releases of 0.4 only by how far the names
    in their tables are moved in.

    Args:
        document: A results file.
        scored: The tasks and groups that have a score in it.
    """
    stated = {
        group: [str(name) for name in names]
        for group, names in as_table(document.get("group_subtasks")).items()
        if isinstance(names, list) and names
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
    """Group to members where an alias such as `  - algebra` stands below its group's."""
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


_PARTS = (
    "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics",
    "doc_hash", "prompt_hash", "target_hash",
)  # fmt: skip


def is_samples(path: Path) -> bool:
    """Whether a file has the name of one with scores of single examples."""
    return path.name.startswith("samples_") and path.suffix == ".jsonl"


def read_examples(run: HarnessRun, found: Found) -> Reading:
    """The scores of one file of samples.

    A file that is cut short gives the lines that are whole, and a note says how many examples the
    task has.

    Args:
        run: The run that it is of.
        found: The file.
    """
    task = found.path.stem.removeprefix("samples_").rpartition("_")[0]
    examples: list[ImportedExample] = []
    skipped: list[Skipped] = []
    ids = set()
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
        scores = list(_scores(run, task, sample))
        ids |= {example.example for example in scores}
        examples += scores
    ran = run.examples(task)[0]
    notes = (f"{found.shown}: holds {len(ids):,} of the {ran or 0:,} examples of the run",)
    is_short = ran is not None and len(ids) < ran
    return Reading(
        examples=tuple(examples), skipped=tuple(skipped), notes=notes if is_short else ()
    )


def _scores(run: HarnessRun, task: str, sample: dict[str, Any]) -> Iterator[ImportedExample]:
    named = sample.get("metrics")
    metrics = named if isinstance(named, list) else [key for key in sample if key not in _PARTS]
    shots, found = run.shots(task), as_text(sample.get("filter"))
    parts = ["" if found == "none" else found, "" if shots is None else f"{shots}-shot"]
    for metric in map(str, metrics):
        score = sample.get(metric)
        value = float(score) if isinstance(score, bool) else as_number(score)
        if value is not None and "doc_id" in sample:
            setting = ", ".join(filter(None, parts))
            name = as_text(str(sample["doc_id"]))
            yield ImportedExample(run.model, task, metric, setting, name, value, run.shown)


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


def read_lm_eval(path: Path, options: ImportOptions) -> Reading:
    """The scores of a results file, or of every results file in a folder.

    Args:
        path: The file or folder.
        options: `subtasks` and `examples` count here.
    """
    is_folder = path.is_dir()
    return read_each(find_files(path), lambda found: _read(found, options, is_named=not is_folder))


def _read(found: Found, options: ImportOptions, *, is_named: bool) -> Reading:
    if is_samples(found.path):
        return _read_samples_alone(found, options, is_named=is_named)
    runs = list(_runs(_read_document(found), found))
    return joined(_read_run(run, found, options) for run in runs)


def _read_document(found: Found) -> object:
    suffix = found.path.suffix.lower()
    if suffix in _OTHER:
        why = f"{suffix} is no ending of a results file"
        raise UnreadableFileError(why)
    return read_json(found.path)


def _read_samples_alone(found: Found, options: ImportOptions, *, is_named: bool) -> Reading:
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


def _runs(document: object, found: Found) -> Iterator[HarnessRun]:
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
        raise UnreadableFileError(_why_no_results(document))


def _run(document: dict[str, Any], found: Found, moment: str) -> HarnessRun:
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


def _read_run(run: HarnessRun, found: Found, options: ImportOptions) -> Reading:
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
        models=(ImportedRow(run.base or run.model, run.facts),),
        tasks=tuple(_task_facts(run, measure) for measure in kept),
        skipped=(*skipped, *left_out),
        notes=notes if other else (),
        files=1,
    )
    return joined([own, examples])


def _measures(
    run: HarnessRun, results: Mapping[str, Any]
) -> tuple[list[ImportedScore], list[Skipped]]:
    """Every score of a run, and what stands among the scores and is none."""
    measures: list[ImportedScore] = []
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


def _measure(
    run: HarnessRun, task: str, metric: str, found: str, score: float, error: object
) -> ImportedScore:
    shots, (ran, has) = run.shots(task), run.examples(task)
    parts = [
        "" if found in _NO_FILTER else as_text(found),
        "" if shots is None else f"{shots}-shot",
    ]
    return ImportedScore(
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
    run: HarnessRun, measures: list[ImportedScore], options: ImportOptions
) -> tuple[list[ImportedScore], list[Skipped]]:
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


def _of_group(run: HarnessRun, measure: ImportedScore, leaves: Collection[str]) -> ImportedScore:
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


def _task_facts(run: HarnessRun, measure: ImportedScore) -> ImportedRow:
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
    return ImportedRow(measure.task, values, measure.metric)


def _examples_of(run: HarnessRun, found: Found) -> Reading:
    """The scores of single examples that the harness wrote beside the results."""
    moment = found.path.stem.removeprefix("results_")
    beside = sorted(found.path.parent.glob(f"samples_*_{escape(moment)}.jsonl"))
    shown = Path(found.shown).parent
    return joined(
        read_examples(run, Found(path, (shown / path.name).as_posix())) for path in beside
    )
