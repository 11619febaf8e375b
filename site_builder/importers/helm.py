"""Read run folders of HELM: `run_spec.json`, `stats.json` and the files beside them.

The HELM package can read them too, but it depends on PyTorch; see docs/decisions.md.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain
from mmap import ACCESS_READ, mmap
from pathlib import Path

from site_builder.importers.reading import (
    Found,
    ImportedExample,
    ImportedRow,
    ImportedScore,
    ImportOptions,
    Reading,
    Skipped,
    find_files,
    grouped,
    read_each,
)
from site_builder.importers.runs import choose_run
from site_builder.importers.values import (
    JsonObject,
    UnreadableFileError,
    as_count,
    as_list,
    as_positive,
    as_text,
    check_file,
    is_wanted,
    known,
    moment_of,
    read_json,
    rounded_mean,
    version_of,
)
from site_builder.records import Record, replace

# Main metrics and members of run groups: the schemas and run entries of HELM 0.5.16
# (https://github.com/stanford-crfm/helm, Apache-2.0).
_GROUPS = Path(__file__).with_name("helm_groups.tsv")
_REQUEST_TIME = re.compile(rb'"request_datetime":\s*(\d{1,15})\b')
# Statistics about the run, which are no scores.
_BOOKKEEPING = re.compile(
    r"(num_|training_|inference_|finish_reason_|batch_size|prompt_truncated|max_prob|logprob"
    r"|estimated_|\d)"
)
_MEASURES = {
    "seconds": "inference_runtime",
    "input_tokens": "num_prompt_tokens",
    "output_tokens": "num_output_tokens",
}
# Of the main metrics, by the same schemas.
_LOWER_IS_BETTER = ("bits_per_byte", "error_rate", "toxic_frac", "wer", "wer_score")
_LIKELIHOODS = ("bits_per_byte", "logprob_per_byte", "perplexity")
# Arguments in the name of a run that state how it was run; the others state what was run.
_SETTINGS = (
    "data_augmentation", "eval_split", "follow_the_format_instructions", "instructions",
    "max_train_instances", "method", "num_outputs", "num_train_trials", "prompt", "stop",
    "temperature",
)  # fmt: skip
_RUNNERS = ("groups", "model", "model_deployment")
_Run = tuple[str, str, str]
"""A model, a run group, and how it was run."""


class _Scenario(Record):
    """What a run evaluated: a run group, and a part of it; empty for the whole."""

    group: str
    part: str

    @property
    def task(self) -> str:
        """The name of the task: `group (part)`."""
        return f"{self.group} ({self.part})" if self.part else self.group


@cache
def _groups() -> dict[str, tuple[list[str], list[frozenset[str]]]]:
    """Return the main metrics of each run group, and lists of all its scenarios, longest first."""
    groups: dict[str, tuple[list[str], list[frozenset[str]]]] = {}
    for line in _GROUPS.read_text(encoding="utf8").splitlines()[1:]:
        name, metrics, lists = f"{line}\t".split("\t")[:3]
        members = [frozenset(names.split("; ")) for names in lists.split(" | ") if names]
        groups[name] = metrics.split(), members
    return groups


def read_helm(path: Path, options: ImportOptions) -> Reading:
    """Read the scores of a run folder, or of every run folder below a folder.

    Statistics of the test split without perturbation are scores. Where a model has every scenario
    of a run group, they are one task, and with `subtasks` parts of it.
    """
    files = list(find_files(path))
    folders = {
        found.path.parent: Path(found.shown).parent
        for found in files
        if found.path.name in ("run_spec.json", "stats.json")
    }
    if path.is_file() or not folders:
        why = "it is not a run folder of HELM, with run_spec.json and stats.json in it"
        fix = "Name the run folder, not a file in it." if path.is_file() else ""
        return Reading(skipped=tuple(Skipped(found.shown, why, fix=fix) for found in files))
    runs = (Found(folder, str(shown)) for folder, shown in folders.items())
    scenarios: dict[str, _Scenario] = {}
    reading = read_each(runs, lambda found: _read_run(found, options, scenarios))
    return _join_groups(reading, scenarios, subtasks=options.subtasks)


def _read_run(found: Found, options: ImportOptions, scenarios: dict[str, _Scenario]) -> Reading:
    spec_file, stats_file = found.path / "run_spec.json", found.path / "stats.json"
    for file in (spec_file, stats_file):
        if not file.is_file():
            raise UnreadableFileError(why=f"its run did not end: it has no {file.name}")
    spec, stats = JsonObject(read_json(spec_file)), read_json(stats_file)
    model = spec.text("adapter_spec", "model")
    scenario, setting = _scenario(spec)
    if not model or not scenario.group or not isinstance(stats, list):
        why = "its run_spec.json or stats.json has no model, name or statistics"
        raise UnreadableFileError(why=why)
    moment = moment_of(_last_request(found.path / "scenario_state.json"))
    arguments = spec.object("scenario_spec", "args")
    run = ImportedScore(
        model,
        scenario.task,
        math.nan,
        setting=setting,
        version=version_of(*map(arguments.get, ("version", "revision"))),
        facets=_facets(spec),
        **Found(stats_file, f"{found.shown}/stats.json").provenance(moment),
    )
    scenarios[scenario.task] = scenario
    return _read_stats(found, run, scenario, list(_plain_stats(stats)), options)


def _scenario(spec: JsonObject) -> tuple[_Scenario, str]:
    """Return what a run evaluated, and how, by its groups and the arguments in its name."""
    name, _, arguments = spec.text("name").partition(":")
    groups = [*filter(None, map(as_text, spec.list("groups"))), name]
    group = next((known for known in groups if known in _groups()), groups[0])
    shots = spec.number("adapter_spec", "max_train_instances")
    parts: list[str] = []
    setting = [] if shots is None else [f"{shots:.0f}-shot"]
    for key, _, value in (text.partition("=") for text in arguments.split(",") if text):
        is_in_group = group == value or group.endswith(f"_{value}")
        if key in _RUNNERS or value == "False" or is_in_group:
            continue
        if key in _SETTINGS or value in ("", "True"):
            setting.append({"True": key, "": key}.get(value, value))
        else:
            parts.append(f"{key} {value}" if value.isdecimal() else value)
    return _Scenario(group, ", ".join(parts)), ", ".join(setting)


def _facets(spec: JsonObject) -> dict[str, str]:
    """Return how a model was prompted and served; where that differs between tasks, none counts."""
    adapter = spec.object("adapter_spec")
    shots, temperature = (adapter.number(n) for n in ("max_train_instances", "temperature"))
    return known(
        num_fewshot="" if shots is None else f"{shots:.0f}-shot",
        method=adapter.text("method"),
        temperature="" if temperature is None else f"{temperature:g}",
        deployment=adapter.text("model_deployment"),
    )


def _main_metric(
    has: Collection[str], scenario: _Scenario, wanted: Sequence[str]
) -> tuple[str, ImportedRow]:
    """Return the metric that ranks, and what it tells of the task; refuse to guess it."""
    mains, _ = _groups().get(scenario.group, ([], []))
    asked = (name for text in wanted for name in has if is_wanted(text, scenario.task, name))
    main = next((name for name in (*asked, *mains) if name in has), None)
    if main is None:
        names = sorted(has, key=lambda name: name in _LIKELIHOODS)
        why = f"HELM's list of main metrics has none for {scenario.group!r}"
        fix = f"Choose one: --metric '{scenario.group}=NAME', with {', '.join(names)}."
        raise UnreadableFileError(why=why, fix=fix)
    direction = {"higher_is_better": main not in _LOWER_IS_BETTER} if main in mains else {}
    return main, ImportedRow(scenario.task, direction, main)


def _join_groups(reading: Reading, scenarios: dict[str, _Scenario], *, subtasks: bool) -> Reading:
    """Add the mean of each run group of which a model has all scenarios, as in the tables of HELM.

    With `subtasks`, the scenarios of the longest such list are its parts. Else it takes their
    place, and what other models have of the group is left out, so that no board compares means over
    different scenarios.
    """
    copies = grouped(((s.model, s.task, s.setting, s.metric), s) for s in reading.measures)
    chosen = [best for same in copies.values() if (best := choose_run(same))]
    if len(chosen) < len(copies):
        return reading  # whoever merges these scores asks which run counts
    runs: dict[_Run, dict[str, dict[str, ImportedScore]]] = {}
    for score in chosen:
        scenario = scenarios[score.task]
        run = runs.setdefault((score.model, scenario.group, score.setting), {})
        run.setdefault(scenario.part, {})[score.metric] = score
    members = {key: _members(key[1], parts.keys()) for key, parts in runs.items()}
    longest: dict[str, frozenset[str]] = {}
    for (_, group, _), names in members.items():
        longest[group] = max(longest.get(group, names), names, key=len)
    joint = {group for group, names in longest.items() if names}
    of_groups = (replace(row, id=scenarios[row.id].group) for row in reading.tasks)
    tasks = [*reading.tasks, *(row for row in of_groups if row.id in joint)]
    means = [
        mean
        for key, names in members.items()
        if names and (names == longest[key[1]] or not subtasks)
        for mean in _means(key[1], [runs[key][name] for name in sorted(names)])
    ]
    if subtasks:
        wholes = {mean.task for mean in means}
        parts = (s for s in scenarios.values() if s.group in wholes and s.part in longest[s.group])
        tasks += (ImportedRow(part.task, {"part_of": part.group}) for part in parts)
        return replace(reading, measures=(*reading.measures, *means), tasks=tuple(tasks))
    kept = [score for score in reading.measures if scenarios[score.task].group not in joint]
    left = (_left_out(key, parts, members[key]) for key, parts in runs.items() if key[1] in joint)
    skipped = (*reading.skipped, *chain.from_iterable(left))
    return replace(reading, measures=(*kept, *means), tasks=tuple(tasks), skipped=skipped)


def _members(group: str, parts: Collection[str]) -> frozenset[str]:
    """Return the longest list of all scenarios of a group that a model has; empty if none."""
    _, lists = _groups().get(group, ([], []))
    return next((names for names in lists if names <= {*parts}), frozenset())


def _left_out(
    run: _Run, parts: Mapping[str, Mapping[str, ImportedScore]], members: Collection[str]
) -> Iterator[Skipped]:
    model, group, _ = run
    left = [next(iter(parts[name].values())) for name in sorted(parts.keys() - {*members})]
    if members:
        why = f"it is not one of the {len(members)} scenarios of {group}"
        yield from (Skipped(f"{score.source}: {score.task}", why, what="score") for score in left)
    else:
        why = f"the model has {len(left)} of its scenarios, and other models have all"
        fix = "Import single scenarios with --subtasks."
        yield Skipped(f"{group} of {model}", why, what="row", fix=fix)


def _means(group: str, members: Sequence[Mapping[str, ImportedScore]]) -> Iterator[ImportedScore]:
    """Yield the mean over the scenarios of a group, for each metric that all of them have."""
    for metric in next(iter(members), {}):
        scores = [of_part[metric] for of_part in members if metric in of_part]
        if len(scores) != len(members):
            continue
        newest, n = max(scores, key=lambda score: score.time), len(scores)
        errors = [score.stderr for score in scores if score.stderr is not None]
        sizes = [score.n_examples for score in scores if score.n_examples is not None]
        is_known = len(errors) == len(sizes) == n
        yield replace(
            newest,
            task=group,
            score=rounded_mean([score.score for score in scores]),
            setting=f"{newest.setting}, {n} scenarios".removeprefix(", "),
            stderr=math.hypot(*errors) / n if is_known else None,
            n_examples=sum(sizes) if is_known else None,
            measures={
                name: float(f"{sum(score.measures[name] for score in scores):.12g}")
                for name in newest.measures
                if all(name in score.measures for score in scores)
            },
            facets={
                name: value
                for name, value in newest.facets.items()
                if all(score.facets.get(name) == value for score in scores)
            },
        )


def _last_request(path: Path) -> int | None:
    """Return the time of the last request, of a file that may be too large to parse, or None."""
    with suppress(UnreadableFileError):
        check_file(path)
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            times = (int(match[1]) for match in _REQUEST_TIME.finditer(content))
            return max(times, default=None)
    return None


def _plain_stats(stats: object) -> Iterator[tuple[str, str, float]]:
    """Yield name, split and mean of the statistics without perturbation."""
    for stat in map(JsonObject, as_list(stats)):
        name, mean = stat.object("name"), stat.number("mean")
        if mean is not None and "perturbation" not in name and "sub_split" not in name:
            yield name.text("name"), name.text("split"), mean


def _read_stats(
    found: Found,
    run: ImportedScore,
    scenario: _Scenario,
    stats: list[tuple[str, str, float]],
    options: ImportOptions,
) -> Reading:
    """Read the scores of the first split that a run has, as in the tables of HELM."""
    splits = {split for _, split, _ in stats}
    split = next((split for split in ("test", "valid") if split in splits), None)
    means = {name: mean for name, of_split, mean in stats if of_split == split}
    scored = {name: mean for name, mean in means.items() if not _BOOKKEEPING.match(name)}
    if not scored:
        raise UnreadableFileError(why="it has no score of the test split")
    main, of_metric = _main_metric(scored, scenario, options.metrics)
    instances, unread = _read_beside(found, "per_instance_stats.json")
    by_example = _means_of_examples(instances, split)
    n = as_count(means.get("num_instances"))
    scores = tuple(
        replace(
            run,
            score=mean,
            metric=name,
            stderr=_error(mean, [*by_example.get(name, {}).values()]),
            n_examples=n,
            main=name == main,
            measures=_measures(means, n),
        )
        for name, mean in scored.items()
    )
    examples = tuple(
        ImportedExample(run.model, run.task, name, run.setting, example, score, run.source)
        for name, means_of_name in by_example.items()
        for example, score in means_of_name.items()
    )
    about, also_unread = _read_beside(found, "scenario.json")
    description = JsonObject(about).text("description")
    facts = {"evaluation_split": split, "description": description or None}
    return Reading(
        measures=scores,
        tasks=(ImportedRow(run.task, facts), of_metric),
        examples=examples if options.examples else (),
        skipped=(*unread, *also_unread),
    )


def _measures(means: Mapping[str, float], n: int | None) -> dict[str, float]:
    """Return time and tokens of all examples together; HELM states the means over them."""
    return {
        column: float(f"{means[name] * n:.12g}")
        for column, name in _MEASURES.items()
        if name in means and n is not None
    }


def _read_beside(found: Found, name: str) -> tuple[object, tuple[Skipped, ...]]:
    """Return the value of a JSON file that a folder may lack, and why it cannot be read, if so."""
    path = found.path / name
    try:
        return read_json(path) if path.exists() else None, ()
    except UnreadableFileError as error:
        return None, (Skipped(f"{found.shown}/{name}", str(error), fix=error.fix),)


def _means_of_examples(instances: object, split: str | None) -> dict[str, dict[str, float]]:
    """Return the mean over trials by score and example."""
    trials = grouped(
        ((name, as_text(str(instance.get("instance_id")))), mean)
        for instance in map(JsonObject, as_list(instances))
        for name, of_split, mean in _plain_stats(instance.get("stats"))
        if of_split == split and not _BOOKKEEPING.match(name) and "perturbation" not in instance
    )
    means: dict[str, dict[str, float]] = {}
    for (name, example), values in trials.items():
        means.setdefault(name, {})[example] = statistics.fmean(values)
    return means


def _error(score: float, means: list[float]) -> float | None:
    """Return the standard error of a mean over examples; None if the score is not that mean."""
    if len(means) < 2 or not math.isclose(statistics.fmean(means), score, abs_tol=1e-9):
        return None
    return as_positive(statistics.stdev(means) / math.sqrt(len(means)))
