"""Choose the metric and the run, name tasks, pair models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from site_builder.config import SiteConfig
from site_builder.formatting import listed
from site_builder.importers.reading import ImportedExample, ImportedScore, Skipped
from site_builder.records import Record

# Shares of right answers, between 0 and 1 where harnesses write them.
_SHARES = (
    "acc", "accuracy", "acc_norm", "acc_mutual_info", "exact_match", "em", "mc1", "mc2",
    "quasi_exact_match", "prefix_exact_match", "quasi_prefix_exact_match", "pass@1", "pass_at_1",
    "prompt_level_strict_acc", "inst_level_strict_acc", "prompt_level_loose_acc",
    "inst_level_loose_acc", "likelihood_diff_acc", "pct_stereotype",
)  # fmt: skip
# Of these a lower value is better.
_LOWER = (
    "ppl", "perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte", "loss", "brier",
    "brier_score", "ter", "wer", "cer", "mae", "mse", "rmse", "pct_stereotype",
    "likelihood_difference", "likelihood_diff", "ece",
)  # fmt: skip
# Which of a task's metrics stands for it, where nobody has said.
_ORDER = (
    "acc", "accuracy", "exact_match", "em", "quasi_exact_match", "acc_norm", "mc2", "mc1",
    "prompt_level_strict_acc", "pass@1", "pass_at_1", "f1", "f1_score", "rouge_l", "rougeL",
    "rouge1", "bleu", "chrf", "mcc", "pct_stereotype", "word_perplexity", "perplexity", "ppl",
)  # fmt: skip


def facts_of_metric(metric: str, scores: Sequence[float] = ()) -> dict[str, Any]:
    """Columns of the tasks table that a metric's name tells.

    Args:
        metric: Its name.
        scores: Scores of it; bounds are told only where they hold them all.
    """
    name = metric.lower()
    facts: dict[str, Any] = {"metric": metric} if metric else {}
    if name in _LOWER:
        facts["higher_is_better"] = False
    if name in _SHARES and all(0 <= score <= 1 for score in scores):
        facts |= {"score_min": 0.0, "score_max": 1.0}
    return facts


def is_share(metric: str) -> bool:
    """Whether a metric is known to be a share, whether written as a proportion or in percent."""
    return metric.lower() in _SHARES


def is_lower_better(metric: str) -> bool:
    """Whether a lower value of a metric is known to be better."""
    return metric.lower() in _LOWER


def rank_of_metric(metric: str, wanted: Sequence[str]) -> int:
    """Where a metric stands in the order of preference: what is wanted, then what is known.

    Args:
        metric: Its name.
        wanted: Names of metrics, the most wanted first.
    """
    order = (*wanted, *_ORDER)
    return order.index(metric) if metric in order else len(order)


_Run = tuple[str, str | None, str, str | None]


def choose_metrics(
    measures: Sequence[ImportedScore], wanted: Sequence[str], known: Mapping[str, str]
) -> tuple[list[ImportedScore], list[Skipped]]:
    """One metric of every task in every file, the same one in all files as far as they have it.

    The first of these that tells: what is wanted; what the tables have for the task; what the
    format itself calls the main score; the order of `metrics.py`; what more files have; what a file
    lists first.

    Args:
        measures: All scores.
        wanted: Names of metrics, the most wanted first.
        known: How each task, by its name in the files, was measured so far, where that is known.

    Returns:
        The scores of the chosen metrics, and one entry for every other.
    """
    files = Counter((m.task, m.metric, m.setting) for m in measures)
    best: dict[_Run, tuple[tuple[int, ...], ImportedScore]] = {}
    for place, measure in enumerate(measures):
        order = (
            rank_of_metric(measure.metric, wanted) if measure.metric in wanted else len(wanted),
            known.get(measure.task, "") != way_of(measure),
            not measure.main,
            rank_of_metric(measure.metric, ()),
            -files[measure.task, measure.metric, measure.setting],
            place,
        )
        if _run(measure) not in best or order < best[_run(measure)][0]:
            best[_run(measure)] = (order, measure)
    taken = {run: (m.metric, m.setting) for run, (_, m) in best.items()}
    chosen: list[ImportedScore] = []
    others: list[ImportedScore] = []
    for m in measures:
        (chosen if (m.metric, m.setting) == taken[_run(m)] else others).append(m)
    return chosen, [_other(m, best[_run(m)][1]) for m in others]


def _run(measure: ImportedScore) -> _Run:
    return (measure.model, measure.variant, measure.task, measure.source)


def _other(measure: ImportedScore, taken: ImportedScore) -> Skipped:
    where = f"{measure.source}: {measure.task}, {_words(measure)}"
    return Skipped(where, f"{_words(taken)} stands for the task", what="score")


def _words(measure: ImportedScore) -> str:
    return " ".join(filter(None, (measure.metric, measure.setting and f"({measure.setting})")))


def choose_newest(
    measures: Iterable[ImportedScore],
) -> tuple[list[ImportedScore], list[tuple[ImportedScore, ImportedScore]]]:
    """One score for every model, task and way of measuring: that of the newest run.

    A run with a stated moment is newer than one without; among runs without one the file that was
    written last is, and among these the last by name.

    Returns:
        The newest, and each of the others with the one that was taken in its place.
    """
    newest: dict[tuple[str, str | None, str, str, str], ImportedScore] = {}
    older: list[ImportedScore] = []
    for measure in measures:
        rival = newest.get(_kind(measure))
        is_newest = rival is None or _order(measure) >= _order(rival)
        if is_newest:
            newest[_kind(measure)] = measure
        if rival is not None:
            older.append(rival if is_newest else measure)
    return list(newest.values()), [(old, newest[_kind(old)]) for old in older]


def _kind(measure: ImportedScore) -> tuple[str, str | None, str, str, str]:
    return (measure.model, measure.variant, measure.task, measure.metric, measure.setting)


def _order(measure: ImportedScore) -> tuple[tuple[bool, float], str]:
    return (measure.time, measure.source or "")


Kind = tuple[str, str]
"""A task, as the files name it, and how it was measured."""


def way_of(measure: ImportedScore | ImportedExample) -> str:
    """How a score was measured, in words: `acc, 5-shot`; empty where the file does not say."""
    return ", ".join(filter(None, (measure.metric, measure.setting)))


def name_tasks(
    measures: Iterable[ImportedScore], known: Mapping[str, str], names: Mapping[str, str]
) -> dict[Kind, str]:
    """The id of every task, by its name in the files and by how it was measured.

    The plain name is that of the way that the tables have for it already, else of the way that
    most scores were measured in. Every other way gets what is different behind the name, as in
    `arc (25-shot)`, so that no board compares what cannot be compared.

    Args:
        measures: The scores.
        known: How each task of the tables was measured, as far as they say it.
        names: Ids of tasks by their names in the files, from `site.toml`.
    """
    counts: dict[str, Counter[str]] = {}
    for measure in measures:
        counts.setdefault(measure.task, Counter())[way_of(measure)] += 1
    ids: dict[Kind, str] = {}
    for task, ways in counts.items():
        plain = names.get(task, task)
        most = sorted(ways, key=lambda way: (-ways[way], len(way), way))
        owner = known.get(plain) or next(filter(None, most), "")
        for way in most:
            ids[task, way] = plain if way in ("", owner) else _named(plain, way, owner, known, ways)
    return ids


def _named(plain: str, way: str, owner: str, known: Mapping[str, str], ways: Iterable[str]) -> str:
    """The id of a way that is not the plain name's."""
    before = [task for task, k in known.items() if k == way and task.startswith(f"{plain} (")]
    if before:
        return before[0]
    short = _difference(way, owner)
    alike = [
        other for other in ways if other not in ("", owner) and _difference(other, owner) == short
    ]
    taken = len(alike) > 1 or known.get(f"{plain} ({short})", way) != way
    return f"{plain} ({way if taken else short})"


def _difference(way: str, owner: str) -> str:
    parts = owner.split(", ")
    return ", ".join(part for part in way.split(", ") if part not in parts) or way


Place = tuple[str, str]
"""A model of the board and a variant."""


class Pairing(Record):
    """Where the scores of each run go.

    Attributes:
        places: Model and variant of the board, by the name of what was run and by the variant that
            its file states, if it does.
        pairs: Each tuned run, with the model that it was tuned from.
        notes: What could not be paired, and why.
    """

    places: Mapping[tuple[str, str | None], Place]
    pairs: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def pair_runs(
    measures: Sequence[ImportedScore], config: SiteConfig, known: Mapping[Place, str]
) -> Pairing:
    """Find the place of every run.

    What `[import]` of `site.toml` says goes first, then what the file says. Two runs that were
    tuned from one model cannot both be its tuned variant: the one that is in the tables already
    stays, the others become models of their own.

    Args:
        measures: The scores.
        config: The project.
        known: What was run to give the scores of a model and variant that the tables hold.
    """
    own = config.importing
    bases = {m.model: own.pairs.get(m.model, m.base) for m in measures}
    wanted = {
        (m.model, m.variant): _place(m, bases[m.model], config)
        for m in {(m.model, m.variant): m for m in measures}.values()
    }
    claims: dict[Place, list[tuple[str, str | None]]] = {}
    for run, place in wanted.items():
        claims.setdefault(place, []).append(run)
    places, notes = dict(wanted), []
    for place, runs in claims.items():
        names = dict.fromkeys(name for name, _ in runs)
        holder = known.get(place)
        rivals = [name for name in names if name != holder]
        if len(names) == 1 and (holder is None or not rivals):
            continue
        for run in [run for run in runs if run[0] in rivals]:
            places[run] = (own.models.get(run[0], run[0]), place[1])
        notes.append(_rivals(place, sorted({*names, *filter(None, [holder])}), holder))
    pairs = tuple(
        (name, base)
        for name, base in bases.items()
        if base is not None
        and any(run[0] == name and p == wanted[run] for run, p in places.items())
    )
    return Pairing(places, pairs, (*notes, *_without_base(pairs, measures, config, known)))


def _place(measure: ImportedScore, base: str | None, config: SiteConfig) -> Place:
    own = config.importing
    names = own.models
    variant = own.variants.get(measure.model) or measure.variant
    if base is None:
        return names.get(measure.model, measure.model), variant or config.default_variant
    return names.get(base, base), variant or tuned_variant(config)


def tuned_variant(config: SiteConfig) -> str:
    """The variant of a tuned run: the primary one of `site.toml`."""
    return next(iter(config.board.tuned_variants or ()), "fine_tuned")


def _rivals(place: Place, names: Sequence[str], holder: str | None) -> str:
    model, variant = place
    what = f"{listed(names, most=5)} would all be {variant!r} of {model!r}"
    done = f"{holder!r} stays, the others" if holder else "they"
    fix = "Name a variant for each under [import.variants] in site.toml."
    return f"{what}, so {done} became models of their own. {fix}"


def _without_base(
    pairs: Iterable[tuple[str, str]],
    measures: Iterable[ImportedScore],
    config: SiteConfig,
    known: Mapping[Place, str],
) -> list[str]:
    """Tuned runs whose base has no score, neither here nor in the tables."""
    names = config.importing.models
    scored = {m.model for m in measures} | {model for model, _ in known}
    return [
        f"{tuned!r} was tuned from {base!r}, which has no score: there is nothing to pair it with"
        for tuned, base in pairs
        if base not in scored and names.get(base, base) not in scored
    ]
