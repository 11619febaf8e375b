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
from site_builder.records import Record, field_meanings

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
_TITLED = {"id": _ID, "title": _ID, "description": _ID}
_LISTED = _object(**_TITLED, featured=_YES_OR_NO, file=_ID)
_BOARD = {
    **_TITLED,
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


# The types of keys, by the names that `KEYS` has for them. What only one key has goes by its name.
_NAMED: dict[str, _Type] = {
    **{"id": _ID, "yes or no": _YES_OR_NO, "whole": _WHOLE, "text": _TEXT, "flag": _FLAG},
    **{"count": _COUNT, "number": _NUMBER, "interval": _INTERVAL, "ids": _list(_ID)},
    **{"texts by name": _map(_TEXT), "numbers by name": _map(_NUMBER)},
    **{"release": _RELEASE, "test": _record(LiftTest, "n", tasks=_WHOLE)},
    "best": _record(Best, "variants"),
    "coverage": _object(scored=_WHOLE, of=_WHOLE),
    "cautions": _list(_object(reason=_ID, tasks=_list(_ID))),
    "flagged": _list(_record(FlaggedScore, "task")),
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
    "date": {"enum": ["release", "run"]},
    "record": _RECORD,
    "by_facet": _list(_object(facet=_ID, value=_ID, entries=_WHOLE, record=_RECORD, lag=_LAG)),
}
_NAMED |= {
    **{f"{name} by variant": _by_variant(of) for name, of in _NAMED.items()},
    **{f"{name} by variant and task": _column(of) for name, of in _NAMED.items()},
}
# Of the files that docs/api.md explains in words.
_OTHERS: Mapping[str, _Type] = {
    "categories": _list(_object(category=_ID, tasks=_list(_ID), best_lift_over_baseline=_NUMBER)),
    "not_evaluated": _list(_object(model=_ID, name=_ID, status=_ID, reason=_TEXT)),
    "correlations": _object(
        columns=_list(_ID),
        **dict.fromkeys(("n", "spearman", "pearson", "within_metrics", "strata"), _MATRIX),
        **dict.fromkeys(("p_value", "interval"), _MATRICES),
        **dict.fromkeys(("p_adjusted", "by_construction"), _MATRIX),
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

# --- keys -----------------------------------------------------------------------------------------

KEYS: Mapping[str, str] = {
    "stats": """
models, tasks, categories, scores (whole): how many the board has
release: which data it is: `sha256`, and `date`, `null` where it is not known; see
    [data-release.md](data-release.md)
baseline (text): id of the baseline
variants (ids): the variants, primary first, base last
ranked_by (id): `mean`, `additive` or `mean_win_rate`
min_coverage (number): share of the tasks that a model needs to be ranked
smallest_difference (number): the smallest [mean difference](statistics.md#power) between two models
    that the tasks of the primary board show with a power of 0.8; `null` where that is not defined
models_ranked (whole): models with a rank on the primary board
models_tuned (whole): models with a tuned score
runs_tuned, runs_paired (whole): tuned scores; those with a base score of the same model and task
models_compared, models_ahead_of_baseline (count): ranked models that compete with the baseline;
    those with a positive mean lift over it
models_clearly_ahead_of_baseline (count): models of which a run is `better` than the baseline by
    [the tests](statistics.md#lift-tests)
models_clearly_helped, models_clearly_hurt (count): models of which a tuned run is `better`, `worse`
    than its base by the tests
tasks_compared, tasks_beating_baseline, tasks_tying_baseline (count): tasks with a contender and a
    baseline score; those whose best contender is above it, level with it
tasks_beating_baseline_chosen_elsewhere, tasks_beating_baseline_median (count): of the compared
    tasks, those that the contender with the best mean over the other tasks beats; those where the
    median contender is above the baseline; see [best of several](statistics.md#best-of-several)
tasks_clearly_above_baseline, tasks_not_separable_from_baseline, tasks_clearly_below_baseline
    (count): tasks by the z test of the best contender against the baseline, corrected for the
    number of entries; together all with both errors, `null` where no task has them
mean_base_score, mean_tuned_score, mean_lift_over_base (number): means over all tuned runs that have
    a base score
runs_helped, runs_unchanged, runs_hurt (count): paired runs above, equal to, below their base score
runs_beating_baseline (count): tuned runs strictly better than the baseline on their task
training_sets (numbers by name): by threshold, the share of training sets with fewer examples
""",
    "models": """
model (id): as in the models table
name, developer (text): as in the models table
parameters_b (number): as in the models table
of (id): id of its model; the key is there only on a site with facets
facets (texts by name): the value of each facet as text, `null` where it is not known; the key is
    there only on a site with facets
is_baseline (yes or no): whether it is the baseline
rank (count): on the primary board; equal values share the better rank; `null` where it is not
    ranked
unranked (text): why not: `no score`, `flagged` (all of its scores are, and do not count),
    `coverage`, `no rival` on a board by win rate, or `no common tasks` with the ranked models on a
    board by the additive model
tied_with_best (flag): whether it may be first; null where nothing is tested
on_frontier (flag): whether no other entry with the same or a better value of the first trade-off
    matches its score; `null` where its value is not known; the key is there only on a board with
    one
coverage: `scored`: tasks with a score in any variant; `of`: tasks of the board
scores_file (id): path of its scores, from the folder of this file
scored (whole by variant):
ranks (count by variant): the rank on its board
rank_interval, possible_ranks (interval by variant):
behind (number by variant):
behind_interval (interval by variant):
not_distinguishable_from_best (flag by variant): whether the tasks cannot tell it from the first of
    its board; `tied_with_best` is that of the primary one
ahead_of_next (flag by variant): whether it is ahead of the next ranked entry by more than chance
    explains; `null` for the last, and where the board is not tested
    ([more](statistics.md#rank-interval))
interval (interval by variant):
adjusted, STATISTICS (number by variant):
tests_over_base, tests_over_baseline (test by variant): by variant that has such a lift: `tasks`,
    `mean`; `interval`: the one that decides, of all models at once; `above`, `equal`, `below`:
    tasks by the sign of the lift; `p`: the two-sided p-value, corrected for the number of models;
    `verdict`: `better`, `worse`, `unclear` or `too few` (tasks)
""",
    "boards": """
entry (id): id and name of the entry, and id of its model
name (text): id and name of the entry, and id of its model
model (id): id and name of the entry, and id of its model
facets (texts by name): the value of each facet as text; `null` where it is not known
rank (count): on the board, among all entries that `where` wants
rank_in_group (count): the rank among the best entries of each group, `null` for the others; the key
    is there only with `group_by`
unranked (text): why it has no rank, as in `models.json`
cautions: why its scores should be compared with care: `reason` as the data states it, empty where
    it was trained on the data of `tasks`
tied_with_best (flag): whether it may be first; `null` where nothing is tested
on_frontier (flag): as in `models.json`, of this board
scored (whole):
rank_interval, interval (interval):
STATISTICS (number):
""",
    "tasks": """
task (id): as in the tasks table
name, category, metric (text): as in the tasks table
higher_is_better (flag): as in the tasks table
score_chance (number): as in the tasks table; the key is there only if a task of the board states it
baseline_score (number): the baseline's score, beside the primary variant
best (best by variant): by variant: `models`, all who tie for the best score, and `score`
best_lift_over_baseline (number): greatest difference of a contender from the baseline in the same
    variant, positive is better
mean_lift_over_base (number): mean over the tuned runs
flagged: scores that should be read with care: `model`, `variant`, `score`, `reason`, and `counts`,
    `false` where `site.toml` leaves flagged scores out: these are in no other figure
""",
    "metrics": """
metric (text): as in the tasks table; `null` for all tasks whose metric is not stated or has no
    other task
tasks (ids): ids of its tasks
models_compared, models_ahead_of_baseline, models_clearly_ahead_of_baseline (count): ranked models
    with a lift on these tasks; those with a positive mean lift; those that are `better` by the
    tests, `null` where tasks are too few
lift_over_baseline (numbers by name by variant): by variant and model, mean lift on these tasks
p_value (numbers by name by variant): by variant and model, two-sided p of this lift, corrected for
    models and metrics
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
board (text): id of the board; `null` for the only one of a site
date: which date: `release` of the model, or `run`, the newest date of the scores of the entry on
    this board
entries (whole): number of ranked entries of known date that the board shows at first; all else is
    over these
newest (id): the newest date of these
record: the [record](statistics.md#progress), the oldest first: `entry`, `date` as stated, `score`
    (what ranks the board), `gain` over the record before, positive is better, `days_held` to the
    next record or to the newest date, `too_close_to_call` with the record before, `null` where that
    is not known
by_facet: for each value of the facets with two to six values: `facet`, `value`, `entries`,
    `record`, and `lag`: the `days` from `passed`, the first of the other entries that was as good
    as the record of these, to `reached`, which holds it; `null` where these are not behind, and for
    more than two values
""",
    "scores": """
model (id): its id
task (ids): ids of the tasks with a score of the model; all lists below have their order
score (number by variant and task): the scores that count; `null` where there is none
rank (count by variant and task): the rank among the scores of the task and variant
interval (interval by variant and task): the 95 % interval of each score, `[low, high]`
stderr (number by variant and task): the standard error of each score, as stated or from the number
    of examples
n_examples (count by variant and task): the number of examples of each score, as stated, or as the
    only possible one
n_examples_range (interval by variant and task): `[least, most]` examples that the score can be of,
    where none are stated. If these differ, `stderr` and `interval` are for the least, and may be
    too large
tied_with_best (flag by variant and task): whether the score cannot be told from the best of its
    task and variant
at_chance (flag by variant and task): whether the score is [no better than
    guessing](statistics.md#chance-level); `null` where the chance level is not known; the key is
    there only if a task of the board states one
""",
}
"""By file, keys with their type in brackets, and what they mean.

What has no meaning here is a field of `Entry` or a statistic, which say it. `STATISTICS` stands for
those that no other line has.
"""
_LINE = re.compile(r"(?P<names>[\w, ]+?)(?: \((?P<type>[\w ]+)\))?:(?P<meaning>.*)")


def file_keys(name: str) -> Iterator[tuple[str, _Type, str]]:
    """Yield each key of a file, or of what it lists: its type, and what it means in Markdown."""
    lines = [" ".join(line.split()) for line in re.split(r"\n(?=\w)", KEYS[name].strip())]
    found = [match for line in lines if (match := _LINE.fullmatch(line))]
    named = {key for line in found for key in line["names"].split(", ")}
    published = _published()
    meanings = {**_for_readers(field_meanings(Entry)), **published}
    others = ", ".join(key for key in published if key not in named)
    for line in found:
        keys = line["names"].replace("STATISTICS", others).split(", ")
        kind = _NAMED[line["type"] or keys[0]]
        yield from ((key, kind, line["meaning"].strip() or meanings[key]) for key in keys)


def api_schema() -> dict[str, Any]:
    """Return the schema of every file of the API, as a definition of its name.

    Further keys may be added to a file, so none is refused.
    """
    keys = {name: _keys_schema(name) for name in KEYS}
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
