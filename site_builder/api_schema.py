"""Say of every key of the JSON API which type it has and what it means, as a JSON Schema.

docs/api.md is written from the same. Source: JSON Schema draft 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from site_builder.compute.board import Entry
from site_builder.compute.catalog import Release
from site_builder.compute.robustness import DecisiveTasks, RuleResult
from site_builder.compute.runs import FlaggedScore
from site_builder.compute.significance import LiftTest
from site_builder.compute.statistics import STATISTICS
from site_builder.compute.tasks import Best
from site_builder.records import Record, field_meanings, meanings_of

# --- types ----------------------------------------------------------------------------------------

_Type = dict[str, Any]
BY_VARIANT = "By variant"
"""The title of an object with a key for each variant."""
_ID: _Type = {"type": "string"}
_YES_OR_NO: _Type = {"type": "boolean"}
_WHOLE: _Type = {"type": "integer"}
# Each of these may be null, where it is not known or not defined.
_TEXT: _Type = {"type": ["string", "null"]}
_FLAG: _Type = {"type": ["boolean", "null"]}
_COUNT: _Type = {"type": ["integer", "null"]}
_NUMBER: _Type = {"type": ["number", "null"]}
_INTERVAL: _Type = {"type": ["array", "null"], "items": {"type": "number"}}
_INTERVAL |= {"minItems": 2, "maxItems": 2}


def _list(of: _Type) -> _Type:
    return {"type": "array", "items": of}


def _map(of: _Type) -> _Type:
    return {"type": "object", "additionalProperties": of}


def _by_variant(of: _Type) -> _Type:
    return {**_map(of), "title": BY_VARIANT}


def _object(**keys: _Type) -> _Type:
    return {"type": "object", "required": [*keys], "properties": keys}


def _or_null(of: _Type) -> _Type:
    return {**of, "type": [of["type"], "null"]}


# By the annotation of a field of a record.
_OF_FIELDS: Mapping[str, _Type] = {
    **{"str": _ID, "bool": _YES_OR_NO, "int": _WHOLE, "float": _NUMBER, "Verdict": _ID},
    **{"str | None": _TEXT, "float | None": _NUMBER, "tuple[float, float] | None": _INTERVAL},
    "tuple[str, ...]": _list(_ID),
}


def _record(record: type[Record], without: str = "", **more: _Type) -> _Type:
    """Return the type of a record, without one of its fields; further keys come first."""
    kinds = record.__annotations__.items()
    return _object(**more, **{name: _OF_FIELDS[kind] for name, kind in kinds if name != without})


_RELEASE = _record(Release)
_STEP = {"entry": _ID, "date": _ID, "score": _NUMBER, "gain": _NUMBER, "days_held": _COUNT}
_RECORD = _list(_object(**_STEP, too_close_to_call=_FLAG))
_LAG = _or_null(_object(days=_WHOLE, passed=_ID, reached=_ID))
_TEST = _record(LiftTest, "n", tasks=_WHOLE)
_NAMED = {"id": _ID, "title": _ID, "description": _ID}
_LISTED = _object(**_NAMED, featured=_YES_OR_NO, file=_ID)
_BOARD = {
    **_NAMED,
    **{"tasks": _list(_ID), "rank_by": _ID, "min_coverage": _NUMBER, "baseline": _TEXT},
    "statistics": _list(_ID),
}
_SCORE = {"model": _ID, "task": _ID, "variant": _ID}
_MOVED = {"before": _NUMBER, "after": _NUMBER, "difference": _NUMBER}
_OF_SCORE = _list(_object(**_SCORE, score=_NUMBER))
_CLAIM = _object(holds=_YES_OR_NO, sentence=_ID)
_MATRIX = _list({"type": "array"})
_MATRICES = _object(spearman=_MATRIX, pearson=_MATRIX, within_metrics=_MATRIX)


def _column(of: _Type) -> _Type:
    return _or_null(_by_variant(_list(of)))


def _change(**of: _Type) -> _Type:
    return _list(_object(**of, key=_ID, before={}, after={}))


# By file, then by keys that share a type.
TYPES: Mapping[str, Mapping[str, _Type]] = {
    "stats": {
        "models, tasks, categories, scores": _WHOLE,
        "release": _RELEASE,
        "baseline": _TEXT,
        "variants": _list(_ID),
        "ranked_by": _ID,
        "min_coverage, smallest_difference": _NUMBER,
        "models_ranked, models_tuned, runs_tuned, runs_paired": _WHOLE,
        "models_compared, models_ahead_of_baseline, models_clearly_ahead_of_baseline, "
        "models_clearly_helped, models_clearly_hurt, tasks_compared, tasks_beating_baseline, "
        "tasks_tying_baseline, tasks_beating_baseline_chosen_elsewhere, "
        "tasks_beating_baseline_median, tasks_clearly_above_baseline, "
        "tasks_not_separable_from_baseline, tasks_clearly_below_baseline": _COUNT,
        "mean_base_score, mean_tuned_score, mean_lift_over_base": _NUMBER,
        "runs_helped, runs_unchanged, runs_hurt, runs_beating_baseline": _COUNT,
        "training_sets": _map(_NUMBER),
    },
    "models": {
        "model": _ID,
        "name, developer": _TEXT,
        "parameters_b": _NUMBER,
        "of": _ID,
        "facets": _map(_TEXT),
        "is_baseline": _YES_OR_NO,
        "rank": _COUNT,
        "unranked": _TEXT,
        "tied_with_best, on_frontier": _FLAG,
        "coverage": _object(scored=_WHOLE, of=_WHOLE),
        "scores_file": _ID,
        "scored": _by_variant(_WHOLE),
        "ranks": _by_variant(_COUNT),
        "rank_interval, possible_ranks": _by_variant(_INTERVAL),
        "behind": _by_variant(_NUMBER),
        "behind_interval": _by_variant(_INTERVAL),
        "not_distinguishable_from_best, ahead_of_next": _by_variant(_FLAG),
        "interval": _by_variant(_INTERVAL),
        "adjusted": _by_variant(_NUMBER),
        "STATISTICS": _by_variant(_NUMBER),
        "tests_over_base, tests_over_baseline": _by_variant(_TEST),
    },
    "boards": {
        "entry": _ID,
        "name": _TEXT,
        "model": _ID,
        "facets": _map(_TEXT),
        "rank, rank_in_group": _COUNT,
        "unranked": _TEXT,
        "cautions": _list(_object(reason=_ID, tasks=_list(_ID))),
        "tied_with_best, on_frontier": _FLAG,
        "scored": _WHOLE,
        "rank_interval, interval": _INTERVAL,
        "STATISTICS": _NUMBER,
    },
    "tasks": {
        "task": _ID,
        "name, category, metric": _TEXT,
        "higher_is_better": _FLAG,
        "score_chance, baseline_score": _NUMBER,
        "best": _by_variant(_record(Best, "variants")),
        "best_lift_over_baseline, mean_lift_over_base": _NUMBER,
        "flagged": _list(_record(FlaggedScore, "task")),
    },
    "metrics": {
        "metric": _TEXT,
        "tasks": _list(_ID),
        "models_compared, models_ahead_of_baseline, models_clearly_ahead_of_baseline": _COUNT,
        "lift_over_baseline, p_value": _by_variant(_map(_NUMBER)),
    },
    "robustness": {
        "rules": _list(_record(RuleResult)),
        "one_task_left_out": _or_null(
            _object(
                tried=_WHOLE,
                kept=_WHOLE,
                task=_TEXT,
                share=_NUMBER,
                lead=_NUMBER,
                changed=_list(_ID),
                changed_leaders=_list(_list(_ID)),
            )
        ),
        "half_of_lift_over_baseline": _or_null(_record(DecisiveTasks)),
    },
    "over_time": {
        "board": _TEXT,
        "date": {"enum": ["release", "run"]},
        "entries": _WHOLE,
        "newest": _ID,
        "record": _RECORD,
        "by_facet": _list(_object(facet=_ID, value=_ID, entries=_WHOLE, record=_RECORD, lag=_LAG)),
    },
    "scores": {
        "model": _ID,
        "task": _list(_ID),
        "score": _column(_NUMBER),
        "rank": _column(_COUNT),
        "interval": _column(_INTERVAL),
        "stderr": _column(_NUMBER),
        "n_examples": _column(_COUNT),
        "n_examples_range": _column(_INTERVAL),
        "tied_with_best, at_chance": _column(_FLAG),
    },
}
# Of the files that docs/api.md explains in words.
_OTHERS: Mapping[str, _Type] = {
    "categories": _list(_object(category=_ID, tasks=_list(_ID), best_lift_over_baseline=_NUMBER)),
    "not_evaluated": _list(_object(model=_ID, name=_ID, status=_ID, reason=_TEXT)),
    "correlations": _object(
        columns=_list(_ID),
        n=_MATRIX,
        spearman=_MATRIX,
        pearson=_MATRIX,
        within_metrics=_MATRIX,
        strata=_MATRIX,
        p_value=_MATRICES,
        interval=_MATRICES,
        p_adjusted=_MATRIX,
        by_construction=_MATRIX,
    ),
    "changes": _object(
        old=_RELEASE,
        new=_RELEASE,
        any_score=_YES_OR_NO,
        scores=_object(
            changed=_list(_object(**_SCORE, **_MOVED, better=_FLAG, beyond_noise=_FLAG)),
            added=_OF_SCORE,
            removed=_OF_SCORE,
        ),
        models=_object(added=_list(_ID), removed=_list(_ID), changed=_change(model=_ID)),
        tasks=_object(added=_list(_ID), removed=_list(_ID), changed=_change(task=_ID)),
        ranks=_list(_object(model=_ID, variant=_ID, before=_COUNT, after=_COUNT, board=_ID)),
        claims=_or_null(
            _list(_object(file=_ID, line=_WHOLE, condition=_ID, before=_CLAIM, after=_CLAIM))
        ),
        claims_not_compared=_COUNT,
        provenance_lost=_list(_object(**_SCORE, lost=_list(_ID))),
        flags=_change(**_SCORE),
        measures=_change(**_SCORE),
        rules=_change(board=_ID),
    ),
    "releases": _object(releases=_list(_object(sha256=_ID, date=_TEXT, path=_ID))),
}
# The files with a list of what has the keys above.
_LISTS = ("models", "tasks", "metrics", "over_time")
# Keys that only some boards have.
_OPTIONAL = {"on_frontier", "score_chance", "at_chance", "rank_in_group", "of", "facets"}

# --- meanings -------------------------------------------------------------------------------------

MEANINGS: Mapping[str, str] = {
    "stats": """
models, tasks, categories, scores: how many the board has
release: which data it is: `sha256`, and `date`, `null` where it is not known; see
    [data-release.md](data-release.md)
baseline: id of the baseline
variants: the variants, primary first, base last
ranked_by: `mean`, `additive` or `mean_win_rate`
min_coverage: share of the tasks that a model needs to be ranked
smallest_difference: the smallest [mean difference](statistics.md#power) between two models that
    the tasks of the primary board show with a power of 0.8; `null` where that is not defined
models_ranked: models with a rank on the primary board
models_tuned: models with a tuned score
models_compared, models_ahead_of_baseline: ranked models that compete with the baseline; those
    with a positive mean lift over it
models_clearly_ahead_of_baseline: models of which a run is `better` than the baseline by [the
    tests](statistics.md#lift-tests)
models_clearly_helped, models_clearly_hurt: models of which a tuned run is `better`, `worse` than
    its base by the tests
tasks_compared, tasks_beating_baseline, tasks_tying_baseline: tasks with a contender and a
    baseline score; those whose best contender is above it, level with it
tasks_beating_baseline_chosen_elsewhere, tasks_beating_baseline_median: of the compared tasks,
    those that the contender with the best mean over the other tasks beats; those where the median
    contender is above the baseline; see [best of several](statistics.md#best-of-several)
tasks_clearly_above_baseline, tasks_not_separable_from_baseline, tasks_clearly_below_baseline:
    tasks by the z test of the best contender against the baseline, corrected for the number of
    entries; together all with both errors, `null` where no task has them
mean_base_score, mean_tuned_score, mean_lift_over_base: means over all tuned runs that have a base
    score
runs_tuned, runs_paired: tuned scores; those with a base score of the same model and task
runs_helped, runs_unchanged, runs_hurt: paired runs above, equal to, below their base score
runs_beating_baseline: tuned runs strictly better than the baseline on their task
training_sets: by threshold, the share of training sets with fewer examples
""",
    "models": """
model, name, developer, parameters_b: as in the models table
of: id of its model; the key is there only on a site with facets
facets: the value of each facet as text, `null` where it is not known; the key is there only on a
    site with facets
is_baseline: whether it is the baseline
rank: on the primary board; equal values share the better rank; `null` where it is not ranked
unranked: why not: `no score`, `flagged` (all of its scores are, and do not count), `coverage`,
    `no rival` on a board by win rate, or `no common tasks` with the ranked models on a board by
    the additive model
tied_with_best: whether it may be first; null where nothing is tested
on_frontier: whether no other entry with the same or a better value of the first trade-off matches
    its score; `null` where its value is not known; the key is there only on a board with one
coverage: `scored`: tasks with a score in any variant; `of`: tasks of the board
scores_file: path of its scores, from the folder of this file
ranks: the rank on its board
not_distinguishable_from_best: whether the tasks cannot tell it from the first of its board;
    `tied_with_best` is that of the primary one
ahead_of_next: whether it is ahead of the next ranked entry by more than chance explains; `null`
    for the last, and where the board is not tested ([more](statistics.md#rank-interval))
tests_over_base, tests_over_baseline: by variant that has such a lift: `tasks`, `mean`;
    `interval`: the one that decides, of all models at once; `above`, `equal`, `below`: tasks by
    the sign of the lift; `p`: the two-sided p-value, corrected for the number of models;
    `verdict`: `better`, `worse`, `unclear` or `too few` (tasks)
""",
    "boards": """
entry, name, model: id and name of the entry, and id of its model
facets: the value of each facet as text; `null` where it is not known
rank: on the board, among all entries that `where` wants
rank_in_group: the rank among the best entries of each group, `null` for the others; the key is
    there only with `group_by`
unranked: why it has no rank, as in `models.json`
cautions: why its scores should be compared with care: `reason` as the data states it, empty where
    it was trained on the data of `tasks`
tied_with_best: whether it may be first; `null` where nothing is tested
on_frontier: as in `models.json`, of this board
""",
    "tasks": """
task, name, category, metric, higher_is_better: as in the tasks table
score_chance: as in the tasks table; the key is there only if a task of the board states it
baseline_score: the baseline's score, beside the primary variant
best: by variant: `models`, all who tie for the best score, and `score`
best_lift_over_baseline: greatest difference of a contender from the baseline in the same variant,
    positive is better
mean_lift_over_base: mean over the tuned runs
flagged: scores that should be read with care: `model`, `variant`, `score`, `reason`, and
    `counts`, `false` where `site.toml` leaves flagged scores out: these are in no other figure
""",
    "metrics": """
metric: as in the tasks table; `null` for all tasks whose metric is not stated or has no other
    task
tasks: ids of its tasks
models_compared, models_ahead_of_baseline, models_clearly_ahead_of_baseline: ranked models with a
    lift on these tasks; those with a positive mean lift; those that are `better` by the tests,
    `null` where tasks are too few
lift_over_baseline: by variant and model, mean lift on these tasks
p_value: by variant and model, two-sided p of this lift, corrected for models and metrics
""",
    "robustness": """
rules: the board's rule, then every other that its tasks allow: `rule` as `rank_by` names it,
    `metric` whose tasks alone count or `null`, `tasks` (number), `leaders`, `second`, `lead`, and
    whether the leader is the `same`
one_task_left_out: the board's rule without each task in turn: `tried` (number of tasks), `kept`
    (how many keep the leader), `changed` (the tasks without which the leader differs),
    `changed_leaders` (by place in `changed`, who leads then); `task` that changes the lead most,
    its `share` of the lead, and the `lead` without it
half_of_lift_over_baseline: the fewest `tasks` that make at least half of the lift of the first
    compared `model` over the baseline, and their `share` of it; `null` without a lift above 0
""",
    "over_time": """
board: id of the board; `null` for the only one of a site
date: which date: `release` of the model, or `run`, the newest date of the scores of the entry on
    this board
entries: number of ranked entries of known date that the board shows at first; all else is over
    these
newest: the newest date of these
record: the [record](statistics.md#progress), the oldest first: `entry`, `date` as stated, `score`
    (what ranks the board), `gain` over the record before, positive is better, `days_held` to the
    next record or to the newest date, `too_close_to_call` with the record before, `null` where
    that is not known
by_facet: for each value of the facets with two to six values: `facet`, `value`, `entries`,
    `record`, and `lag`: the `days` from `passed`, the first of the other entries that was as good
    as the record of these, to `reached`, which holds it; `null` where these are not behind, and
    for more than two values
""",
    "scores": """
model: its id
task: ids of the tasks with a score of the model; all lists below have their order
score: the scores that count; `null` where there is none
rank: the rank among the scores of the task and variant
interval: the 95 % interval of each score, `[low, high]`
stderr: the standard error of each score, as stated or from the number of examples
n_examples: the number of examples of each score, as stated, or as the only possible one
n_examples_range: `[least, most]` examples that the score can be of, where none are stated. If
    these differ, `stderr` and `interval` are for the least, and may be too large
tied_with_best: whether the score cannot be told from the best of its task and variant
at_chance: whether the score is [no better than guessing](statistics.md#chance-level); `null`
    where the chance level is not known; the key is there only if a task of the board states one
""",
}
"""By file, then by keys that share a meaning; `Entry` and the statistics say what theirs mean."""


def file_keys(name: str) -> Iterator[tuple[str, _Type, str]]:
    """Yield each key of a file, or of what it lists: its type, and what it means in Markdown."""
    meanings, published = meanings_of(MEANINGS[name]), _published()
    if name in ("models", "boards"):
        meanings = {**_for_readers(field_meanings(Entry)), **published, **meanings}
    named = {key for names in TYPES[name] for key in names.split(", ")}
    for names, kind in TYPES[name].items():
        keys = (
            [k for k in published if k not in named] if names == "STATISTICS" else names.split(", ")
        )
        yield from ((key, kind, meanings[key]) for key in keys)


def api_schema() -> dict[str, Any]:
    """Return the schema of every file of the API, as a definition of its name.

    Further keys may be added to a file, so none is refused.
    """
    keys = {name: _keys_schema(name) for name in TYPES}
    entries = keys.pop("boards")
    files = {name: _list(of) if name in _LISTS else of for name, of in keys.items()}
    board = _object(**_BOARD, entries=_list(entries))
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "The JSON API of a leaderboard",
        "description": "NAME.json is as the definition NAME says, boards/ID.json as `board`, "
        "scores/MODEL.json as `scores`. Further keys may come, none changes its type.",
        "definitions": {**files, "boards": _list(_LISTED), "board": board, **_OTHERS},
    }


def _keys_schema(name: str) -> _Type:
    """Return the schema of an object with the keys of a file."""
    found = {key: (kind, meaning) for key, kind, meaning in file_keys(name)}
    optional = {*_OPTIONAL, *_published()}
    keys = {key: {**kind, "description": _without_links(m)} for key, (kind, m) in found.items()}
    required = [key for key in found if key not in optional]
    return {"type": "object", "required": required, "properties": keys}


def _published() -> Mapping[str, str]:
    """Return what each statistic that the API has means, by the name of its key."""
    return {s.published_as or s.id: s.meaning for s in STATISTICS if s.is_published}


def _for_readers(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the meanings of the fields of a record in the words of the API."""
    said = {}
    for name, meaning in fields.items():
        text = re.sub(r"\(docs/(\S+)\)", r"([more](\1))", meaning.replace("None", "`null`"))
        said[name] = text[0].lower() + text[1:].removesuffix(".")
    return said


def _without_links(text: str) -> str:
    """Return Markdown without links: a schema is read elsewhere."""
    plain = re.sub(r" \(\[more\]\([^)]*\)\)", "", text)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", plain)
