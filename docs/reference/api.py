"""What every key of the JSON API means: the words of docs/api.md, which `make docs` writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from docs.reference.templates import attributes
from site_builder.compute.board import Entry
from site_builder.compute.statistics import STATISTICS

MEANINGS: Mapping[str, Mapping[str, str]] = {
    "stats": {
        "models, tasks, categories, scores": ("how many the board has"),
        "release": (
            "which data it is: `sha256`, and `date`, `null` where it is not known; see "
            "[data-release.md](data-release.md)"
        ),
        "baseline": ("id of the baseline"),
        "variants": ("the variants, primary first, base last"),
        "ranked_by": ("`mean`, `additive` or `mean_win_rate`"),
        "min_coverage": ("share of the tasks that a model needs to be ranked"),
        "smallest_difference": (
            "the smallest [mean difference](statistics.md#power) between two models that the tasks "
            "of the primary board show with a power of 0.8; `null` where that is not defined"
        ),
        "models_ranked": ("models with a rank on the primary board"),
        "models_tuned": ("models with a tuned score"),
        "models_compared, models_ahead_of_baseline": (
            "ranked models that compete with the baseline; those with a positive mean lift over it"
        ),
        "models_clearly_ahead_of_baseline": (
            "models of which a run is `better` than the baseline by [the "
            "tests](statistics.md#lift-tests)"
        ),
        "models_clearly_helped, models_clearly_hurt": (
            "models of which a tuned run is `better`, `worse` than its base by the tests"
        ),
        "tasks_compared, tasks_beating_baseline, tasks_tying_baseline": (
            "tasks with a contender and a baseline score; those whose best contender is "
            "above it, level with it"
        ),
        "tasks_beating_baseline_chosen_elsewhere, tasks_beating_baseline_median": (
            "of the compared tasks, those that the contender with the best mean over the other "
            "tasks beats; those where the median contender is above the baseline; see "
            "[best of several](statistics.md#best-of-several)"
        ),
        "tasks_clearly_above_baseline, tasks_not_separable_from_baseline, "
        "tasks_clearly_below_baseline": (
            "tasks by the z test of the best contender against the baseline, corrected for the "
            "number of entries; together all with both errors, `null` where no task has them"
        ),
        "mean_base_score, mean_tuned_score, mean_lift_over_base": (
            "means over all tuned runs that have a base score"
        ),
        "runs_tuned, runs_paired": (
            "tuned scores; those with a base score of the same model and task"
        ),
        "runs_helped, runs_unchanged, runs_hurt": (
            "paired runs above, equal to, below their base score"
        ),
        "runs_beating_baseline": ("tuned runs strictly better than the baseline on their task"),
        "training_sets": ("by threshold, the share of training sets with fewer examples"),
    },
    "models": {
        "model, name, developer, parameters_b": ("as in the models table"),
        "is_baseline": ("whether it is the baseline"),
        "rank": (
            "on the primary board; equal values share the better rank; `null` where it is "
            "not ranked"
        ),
        "unranked": (
            "why not: `no score`, `flagged` (all of its scores are, and do not count), "
            "`coverage`, `no rival` on a board by win rate, or `no common tasks` with the ranked "
            "models on a board by the additive model"
        ),
        "tied_with_best": ("whether it may be first; null where nothing is tested"),
        "on_frontier": (
            "whether no other entry with the same or a better value of the first trade-off "
            "matches its score; `null` where its value is not known; the key is there only on a "
            "board with one"
        ),
        "coverage": ("`scored`: tasks with a score in any variant; `of`: tasks of the board"),
        "scores_file": ("path of its scores, from the folder of this file"),
        "ranks": ("the rank on its board"),
        "not_distinguishable_from_best": (
            "whether the tasks cannot tell it from the first of its board; "
            "`tied_with_best` is that of the primary one"
        ),
        "ahead_of_next": (
            "whether it is ahead of the next ranked entry by more than chance explains; `null` for "
            "the last, and where the board is not tested ([more](statistics.md#rank-interval))"
        ),
        "tests_over_base, tests_over_baseline": (
            "by variant that has such a lift: `tasks`, `mean`; `interval`: the one that decides, "
            "of all models at once; `above`, `equal`, `below`: tasks by the sign of the lift; `p`: "
            "the two-sided p-value, corrected for the number of models; "
            "`verdict`: `better`, `worse`, `unclear` or `too few` (tasks)"
        ),
    },
    "boards": {
        "entry, name, model": "id and name of the entry, and id of its model",
        "facets": "the value of each facet as text; `null` where it is not known",
        "rank": "on the board, among all entries that `where` wants",
        "unranked": "why it has no rank, as in `models.json`",
        "cautions": (
            "why its scores should be compared with care: `reason` as the data states it, empty "
            "where it was trained on the data of `tasks`"
        ),
        "tied_with_best": "whether it may be first; `null` where nothing is tested",
        "on_frontier": "as in `models.json`, of this board",
    },
    "tasks": {
        "task, name, category, metric, higher_is_better": ("as in the tasks table"),
        "score_chance": (
            "as in the tasks table; the key is there only if a task of the board states it"
        ),
        "baseline_score": ("the baseline's score, beside the primary variant"),
        "best": ("by variant: `models`, all who tie for the best score, and `score`"),
        "best_lift_over_baseline": (
            "greatest difference of a contender from the baseline in the same variant, positive "
            "is better"
        ),
        "mean_lift_over_base": ("mean over the tuned runs"),
        "flagged": (
            "scores that should be read with care: `model`, `variant`, `score`, `reason`, "
            "and `counts`, `false` where `site.toml` leaves flagged scores out: these are "
            "in no other figure"
        ),
    },
    "metrics": {
        "metric": (
            "as in the tasks table; `null` for all tasks whose metric is not stated or has no "
            "other task"
        ),
        "tasks": ("ids of its tasks"),
        "models_compared, models_ahead_of_baseline, models_clearly_ahead_of_baseline": (
            "ranked models with a lift on these tasks; those with a positive mean lift; those that "
            "are `better` by the tests, `null` where tasks are too few"
        ),
        "lift_over_baseline": ("by variant and model, mean lift on these tasks"),
        "p_value": (
            "by variant and model, two-sided p of this lift, corrected for models and metrics"
        ),
    },
    "robustness": {
        "rules": (
            "the board's rule, then every other that its tasks allow: `rule` as `rank_by` names "
            "it, `metric` whose tasks alone count or `null`, `tasks` (number), `leaders`, "
            "`second`, `lead`, and whether the leader is the `same`"
        ),
        "one_task_left_out": (
            "the board's rule without each task in turn: `tried` (number of tasks), `kept` (how "
            "many keep the leader), `changed` (the tasks without which the leader differs), "
            "`changed_leaders` (by place in `changed`, who leads then); "
            "`task` that changes the lead most, its `share` of the lead, and the `lead` without it"
        ),
        "half_of_lift_over_baseline": (
            "the fewest `tasks` that make at least half of the lift of the first compared `model` "
            "over the baseline, and their `share` of it; `null` without a lift above 0"
        ),
    },
    "over_time": {
        "board": "id of the board; `null` for the only one of a site",
        "date": (
            "which date: `release` of the model, or `run`, the newest date of the scores of the "
            "entry on this board"
        ),
        "entries": (
            "number of ranked entries of known date that the board shows at first; all else is "
            "over these"
        ),
        "newest": "the newest date of these",
        "record": (
            "the [record](statistics.md#progress), the oldest first: `entry`, `date` as stated, "
            "`score` (what ranks the board), `gain` over the record before, positive is better, "
            "`days_held` to the next record or to the newest date, `too_close_to_call` with the "
            "record before, `null` where that is not known"
        ),
        "by_facet": (
            "for each value of the facets with two to six values: `facet`, `value`, `entries`, "
            "`record`, and `lag`: the `days` from `passed`, the first of the other entries that "
            "was as good as the record of these, to `reached`, which holds it; `null` where these "
            "are not behind, and for more than two values"
        ),
    },
    "scores": {
        "model": ("its id"),
        "task": ("ids of the tasks with a score of the model; all lists below have their order"),
        "score": ("the scores that count; `null` where there is none"),
        "rank": ("the rank among the scores of the task and variant"),
        "interval": ("the 95 % interval of each score, `[low, high]`"),
        "stderr": ("the standard error of each score, as stated or from the number of examples"),
        "n_examples": (
            "the number of examples of each score, as stated, or as the only possible one"
        ),
        "n_examples_range": (
            "`[least, most]` examples that the score can be of, where none are stated. "
            "If these differ, `stderr` and `interval` are for the least, and may be too large"
        ),
        "tied_with_best": (
            "whether the score cannot be told from the best of its task and variant"
        ),
        "at_chance": (
            "whether the score is [no better than guessing]"
            "(statistics.md#chance-level); `null` where the chance level is not known; the key is "
            "there only if a task of the board states one"
        ),
    },
}
"""By file, then by keys that share a meaning; `Entry` and the statistics say what theirs mean."""


def meanings_of(name: str, keys: Iterable[str]) -> Mapping[str, str]:
    """What the keys of a file mean, by those that share a meaning, in the order of `keys`."""
    stated: dict[str, str] = {}
    if name in ("models", "boards"):
        stated |= dict(map(_for_readers, attributes(Entry).items()))
        stated |= {s.published_as or s.id: s.meaning for s in STATISTICS}
    for names, meaning in MEANINGS[name].items():
        stated |= dict.fromkeys(names.split(", "), meaning)
    shared: dict[str, list[str]] = {}
    for key in keys:
        shared.setdefault(stated[key], []).append(key)
    return {", ".join(names): meaning for meaning, names in shared.items()}


def _for_readers(said: tuple[str, str]) -> tuple[str, str]:
    """A field of a record and its meaning, in the words of the API."""
    name, meaning = said
    meaning = re.sub(r"\(docs/(\S+)\)", r"([more](\1))", meaning.replace("None", "`null`"))
    return name, meaning[0].lower() + meaning[1:].removesuffix(".")
