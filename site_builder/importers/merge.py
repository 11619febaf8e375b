"""Choose scores, give them places in the tables, and merge them there by key.

For each task and model, one metric and one run are chosen; tasks are named, and models paired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from site_builder.config import SiteConfig
from site_builder.formatting import listed
from site_builder.importers.reading import ImportedExample, ImportedScore, Skipped, grouped
from site_builder.importers.values import as_link, is_wanted
from site_builder.records import Record, field
from site_builder.tables.columns import RUN
from site_builder.tables.schema import RESULTS
from site_builder.tables.write import StoredRow

# The metric of a task that ranks, unless somebody states one.
_PREFERENCE = {metric: rank for rank, metric in enumerate((
    "acc", "accuracy", "exact_match", "em", "quasi_exact_match", "acc_norm", "mc2", "mc1",
    "prompt_level_strict_acc", "pass@1", "pass_at_1", "f1", "f1_score", "rouge_l", "rougeL",
    "rouge1", "bleu", "chrf", "mcc", "pct_stereotype", "word_perplexity", "perplexity", "ppl",
))}  # fmt: skip

Setup = tuple[str, str]
"""A task, as the files name it, and how it was measured."""
Place = tuple[str, str]
"""A model of the board and a variant."""
Run = tuple[str, str | None]
"""What was run, and the variant that its file states, if any."""
Key = tuple[str, ...]
"""A model, a task and a variant, and the values of the facets that tell entries apart."""

# Columns that belong to a measurement and are replaced with its score. Those of the second line are
# outside the schema.
_DETAILS = (
    "stderr", "n_examples", "date", "source", "command", "flag",
    "evaluator_relationship", "tool", "retrieved",
)  # fmt: skip
_STATUS = ("status", "reason")
RESERVED = frozenset((*(spec.name for spec in RESULTS.columns), RUN, *_DETAILS))
"""Names of columns of the results that no facet can have."""


def choose_metrics(
    scores: Sequence[ImportedScore], wanted: Sequence[str], known: Mapping[str, str]
) -> tuple[list[ImportedScore], list[Skipped]]:
    """Choose one metric per task and file, the same in all files where possible.

    The first rule that decides: the metrics that the user wants, the setup that the tables have,
    the main score of the format, the usual preference, the most frequent, the first in the file.
    `known` has the setup of each task in the tables, by its name in the files.
    """
    files = Counter((m.task, m.metric, m.setting) for m in scores)

    def order(score: ImportedScore) -> tuple[int, ...]:
        return (
            _wish(score, wanted),
            known.get(score.task, "") != setup_of(score),
            not score.main,
            _PREFERENCE.get(score.metric, len(_PREFERENCE)),
            -files[score.task, score.metric, score.setting],
        )

    best: dict[tuple[str | None, ...], ImportedScore] = {}
    for score in sorted(scores, key=order):
        best.setdefault(_task_of_file(score), score)
    chosen: list[ImportedScore] = []
    others: list[Skipped] = []
    for score in scores:
        taken = best[_task_of_file(score)]
        if (score.metric, score.setting) == (taken.metric, taken.setting):
            chosen.append(score)
        elif score.metric not in taken.measures:
            where = f"{score.source}: {score.task}, {_words(score)}"
            others.append(Skipped(where, f"{_words(taken)} is used for the task", what="score"))
    return chosen, others


def _wish(score: ImportedScore, wanted: Sequence[str]) -> int:
    """Return the place of a score among the wanted metrics; those of one task come first."""
    n = len(wanted)
    places = (
        place + n * (text == score.metric)
        for place, text in enumerate(wanted)
        if is_wanted(text, score.task, score.metric)
    )
    return min(places, default=2 * n)


def _task_of_file(score: ImportedScore) -> tuple[str | None, ...]:
    return (score.model, score.variant, score.task, score.source)


def _words(score: ImportedScore) -> str:
    return " ".join(filter(None, (score.metric, score.setting and f"({score.setting})")))


def setup_of(score: ImportedScore | ImportedExample) -> str:
    """Return how a score was measured: `acc, 5-shot`; empty if the file does not state it."""
    return ", ".join(filter(None, (score.metric, score.setting)))


def name_tasks(
    scores: Iterable[ImportedScore],
    known: Mapping[str, str],
    names: Mapping[str, str],
    versions: Collection[Setup] = (),
) -> dict[Setup, str]:
    """Return the task id of each setup.

    The plain name goes to the setup that the tables have, or else to the most frequent one. Other
    setups become tasks such as `arc (25-shot)`, so that no board compares different setups.
    `known` has setups by task id, `names` has task ids by name in the files. The plain name is of
    none of the `versions`, which are setups of another version of their task.
    """
    counts: dict[str, Counter[str]] = {}
    for task, setup, *_ in dict.fromkeys((m.task, setup_of(m), m.model, m.variant) for m in scores):
        counts.setdefault(task, Counter())[setup] += 1
    by_setup = grouped((setup, task) for task, setup in known.items())
    ids: dict[Setup, str] = {}
    for task, setups in counts.items():
        plain = names.get(task, task)
        ordered = sorted(setups, key=lambda setup: (-setups[setup], len(setup), setup))
        own = (setup for setup in ordered if setup and (task, setup) not in versions)
        owner = known.get(plain) or next(own, "")
        ids |= {(task, setup): plain for setup in setups}
        others = _differences(owner, (setup for setup in ordered if setup not in ("", owner)))
        times = Counter(others.values())
        for setup, short in others.items():
            # The name that the tables have, else the short one if no other setup has it.
            before = (t for t in by_setup.get(setup, ()) if t.startswith(f"{plain} ("))
            is_taken = times[short] > 1 or known.get(f"{plain} ({short})", setup) != setup
            ids[task, setup] = next(before, f"{plain} ({setup if is_taken else short})")
    return ids


def _differences(owner: str, setups: Iterable[str]) -> dict[str, str]:
    """Return the parts of each setup that the owner has not, or the whole setup if it has all."""
    parts = {*owner.split(", ")}
    return {
        setup: ", ".join(part for part in setup.split(", ") if part not in parts) or setup
        for setup in setups
    }


class Pairing(Record):
    """Where the scores of each run go.

    Attributes:
        pairs: Each tuned run with its base model.
        notes: What could not be paired, and why.
    """

    places: Mapping[Run, Place]
    pairs: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def pair_runs(
    scores: Sequence[ImportedScore],
    ids: Mapping[Setup, str],
    config: SiteConfig,
    rows: Sequence[StoredRow],
) -> Pairing:
    """Find the model and variant of each run, by `[import]` of `site.toml`, then by its file.

    A pair that only a file states needs a score of the base model on a task of the tuned one. If
    several runs were tuned from one model, the run that is already in the tables stays its tuned
    variant, and the others become models. A tuned run without a base is tuned where the board has
    tuned models. `ids` has the task ids of the scores; `rows` are the results in the tables.
    """
    known, stored = _stored_runs(rows, config.default_variant)
    names = config.importing.models
    of_runs = {m.model: config.importing.pairs.get(m.model, m.base) for m in scores}
    stated = {run: base for run, base in of_runs.items() if base and base != run}
    tasks = grouped((m.model, ids[m.task, setup_of(m)]) for m in scores)

    def shares_a_task(run: str, base: str) -> bool:
        of_base = stored.get((names.get(base, base), config.default_variant), set())
        scored = () if base in stated else tasks.get(base, ())
        return not of_base.union(scored).isdisjoint(tasks[run])

    bases = {
        run: base
        for run, base in stated.items()
        if run in config.importing.pairs or shares_a_task(run, base)
    }
    alone = {run: base for run, base in stated.items() if run not in bases}
    tuned = next(iter(config.board.tuned_variants or ()), "fine_tuned")
    has_tuned = bool(bases) or any(variant == tuned for _, variant in stored)
    lone_variant = tuned if has_tuned else config.default_variant
    wanted: dict[Run, Place] = {}
    for m in scores:
        own = names.get(m.model, m.model)
        default = config.default_variant
        if m.model in bases:
            default = tuned
        elif m.model in alone:
            default = next((v for model, v in stored if model == own), lone_variant)
        variant = config.importing.variants.get(m.model) or m.variant or default
        base = bases.get(m.model, m.model)
        wanted[m.model, m.variant] = (names.get(base, base), variant)
    places, notes = _separate_rivals(wanted, names, known)
    paired = {name for (name, variant), place in places.items() if place == wanted[name, variant]}
    return Pairing(
        places,
        tuple((name, base) for name, base in bases.items() if name in paired),
        (*notes, *_lone_runs(alone)),
    )


def _stored_runs(
    rows: Iterable[StoredRow], default: str
) -> tuple[dict[Place, str], dict[Place, set[str]]]:
    """Return what was run for each place in the tables, if stated, and the tasks with a score."""
    known: dict[Place, str] = {}
    stored: dict[Place, set[str]] = {}
    for row in rows:
        model, task, variant = key_of(row, default)
        stored.setdefault((model, variant), set()).add(task)
        known |= {(model, variant): row[RUN]} if row.get(RUN) else {}
    return known, stored


def _separate_rivals(
    wanted: Mapping[Run, Place], names: Mapping[str, str], known: Mapping[Place, str]
) -> tuple[dict[Run, Place], list[str]]:
    """Make models of the runs that want the place of another; `known` has the stored runs."""
    places, notes = dict(wanted), []
    for place, runs in grouped((place, run) for run, place in wanted.items()).items():
        holder = known.get(place)
        rivals = {name for name, _ in runs} | ({holder} if holder else set())
        if len(rivals) == 1:
            continue
        model, variant = place
        for run in runs:
            if run[0] != holder:
                places[run] = (names.get(run[0], run[0]), variant)
        what = f"{listed(sorted(rivals), most=5)} would all be {variant!r} of {model!r}"
        done = f"{holder!r} stays, the others" if holder else "they"
        fix = "Name a variant for each under [import.variants] in site.toml."
        notes.append(f"{what}, so {done} became separate models. {fix}")
    return places, notes


def _lone_runs(alone: Mapping[str, str]) -> Iterator[str]:
    if alone:
        runs = listed([f"{run!r} from {base!r}" for run, base in alone.items()], most=5)
        what = f"{runs}, since the base has no score on the same tasks"
        done = "Each is a model of its own." if len(alone) > 1 else "It is a model of its own."
        fix = "Import scores of the base, or state the pair under [import.pairs] in site.toml."
        yield f"{what}. {done} {fix}"


class Placed(Record):
    """A score with its key in the results table.

    Attributes:
        suffix: What fields add to the model.
        facets: The value of each facet by the name of its column; empty where it is not stated.
        measures: The measures of the score by the names of their columns.
    """

    score: ImportedScore
    model: str
    task: str
    variant: str
    suffix: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def run(self) -> str:
        """What was run."""
        return f"{self.score.model}{self.suffix}"

    @property
    def key(self) -> Key:
        """The key of the results table."""
        return (self.model, self.task, self.variant, *self.facets.values())


class MergedScores(Record):
    """The results table after a merge, and what the merge did.

    Attributes:
        rows: All rows, the old ones first, in their order.
        replaced: Keys of rows whose score or details changed, with the old and the new score.
        moved: Keys of rows that went to another model or variant, with the new place.
        refused: Scores that were not used, and why.
        undated: Files whose score was replaced by one of another file, and no date tells why.
    """

    rows: list[StoredRow] = field(default_factory=list)
    added: list[Key] = field(default_factory=list)
    replaced: list[tuple[Key, Any, float]] = field(default_factory=list)
    moved: list[tuple[Key, tuple[str, str]]] = field(default_factory=list)
    unchanged: list[Key] = field(default_factory=list)
    refused: list[tuple[Placed, str]] = field(default_factory=list)
    undated: Counter[tuple[str, str]] = field(default_factory=Counter)


def merge_results(
    old: Iterable[StoredRow],
    placed: Iterable[Placed],
    default_variant: str,
    lacking: Set[str] = frozenset(),
    *,
    ours: bool = False,
) -> MergedScores:
    """Merge imported scores into the results table.

    A newer or undated score replaces the row of its key. The row stays if its date is later, if its
    `run_model` names another run, or if `ours`. A row without a variant has the default. `lacking`
    are the columns that the table is not to get for the default variant or the path of a file.
    """
    new_scores = list(placed)
    merged = MergedScores([dict(row) for row in old])
    names = _key_columns(merged.rows, new_scores, default_variant)
    has_facets = any(row.get(name) is not None for row in merged.rows for name in names)
    claims = Counter(new.key[:3] for new in new_scores if not has_facets)
    by_key = {key_of(row, default_variant, names): row for row in merged.rows}
    by_run: dict[Key, Key] = {}
    of_sources = grouped(((*k[:3], str(row.get("source"))), k) for k, row in by_key.items())
    for key, row in by_key.items():
        run = row.get(RUN) or key[0]
        by_run[run, *key[1:]] = by_run[run, key[1], "", *key[3:]] = key
    for new in new_scores:
        facets, run = [new.facets.get(name, "") for name in names], (new.run, new.task)
        key = (new.model, new.task, new.variant, *facets)
        before = by_run.get((*run, new.variant, *facets), by_run.get((*run, "", *facets), key))
        is_stored = before in by_key
        if before[0] != new.model and is_stored and key not in by_key and not ours:
            row = by_key[key] = by_key.pop(before)
            row["model"], row["variant"] = new.model, new.variant
            merged.moved.append((before, (new.model, new.variant)))
        if key not in by_key and any(facets) and not (ours and is_stored):
            _take_earlier_row(by_key, key, new, of_sources, is_only=claims[key[:3]] == 1)
        if ours and (stored := by_key.get(before, by_key.get(key))):
            if stored.get("score") == new.score.score:
                merged.unchanged.append(new.key)
            else:
                merged.refused.append((new, f"the stored score stays ({stored.get('score')!r})"))
            continue
        _merge_one(merged, by_key, key, new, lacking)
        if "variant" in lacking and new.variant == default_variant:
            by_key[key].pop("variant", None)
    return merged


def key_of(row: StoredRow, default_variant: str, facets: Sequence[str] = ()) -> Key:
    """Return the key of a row of the results, with the values of `facets`."""
    values = ("" if row.get(name) is None else str(row[name]) for name in facets)
    variant = row.get("variant") or default_variant
    return (str(row.get("model")), str(row.get("task")), variant, *values)


def _key_columns(
    rows: Sequence[StoredRow], placed: Sequence[Placed], default_variant: str
) -> list[str]:
    """Return the facets of the imported scores, and what else tells the stored rows apart."""
    names = [*dict.fromkeys(name for one in placed for name in one.facets)]
    if len({key_of(row, default_variant, names) for row in rows}) == len(rows):
        return names
    texts = {name for row in rows for name, value in row.items() if isinstance(value, str | bool)}
    return [
        *names,
        *(["subset"] if "subset" in texts else []),
        *sorted(texts - RESERVED - {*names}),
    ]


def _take_earlier_row(
    by_key: dict[Key, StoredRow],
    key: Key,
    new: Placed,
    of_sources: Mapping[tuple[str, ...], Sequence[Key]],
    *,
    is_only: bool,
) -> None:
    """Give the row of a score that states no facet, or fewer, as imports before wrote it, a key.

    It has the same source, or without a source the same score; or `new` is the only score that it
    can be, as no row states a facet. Of one with fewer facets, source and score are the same.
    """
    plain = (*key[:3], *("" for _ in key[3:]))
    row = by_key.get(plain, {})
    source = row.get("source")
    is_same = source == new.score.source if source else row.get("score") == new.score.score
    if row and (is_only or is_same):
        by_key[key] = by_key.pop(plain)
        return
    for before in of_sources.get((*key[:3], str(new.score.source)), ()):
        has_fewer = all(old in ("", own) for old, own in zip(before[3:], key[3:], strict=True))
        if has_fewer and by_key.get(before, {}).get("score") == new.score.score:
            by_key[key] = by_key.pop(before)
            return


def _merge_one(
    merged: MergedScores, by_key: dict[Key, StoredRow], key: Key, placed: Placed, lacking: Set[str]
) -> None:
    score, row = placed.score, by_key.get(key)
    details = {name: getattr(score, name) for name in _DETAILS}
    new = {"score": score.score, "rounding": None, **details}
    stated = {name: value or None for name, value in placed.facets.items()} | {**placed.measures}
    new[RUN] = None if placed.run == placed.model else placed.run
    if "source" in lacking and not as_link(score.source):
        new["source"] = None
    if row is None:
        row = {**dict(zip(("model", "task", "variant"), key, strict=False)), **stated, **new}
        by_key[key] = row
        merged.rows.append(row)
        merged.added.append(key)
        return
    ran, day = row.get(RUN), row.get("date")
    if ran and new[RUN] and ran != new[RUN]:
        why = f"the stored score is of {ran!r}, this one of {new[RUN]!r}"
        merged.refused.append((placed, why))
        return
    is_other = row.get("score") != new["score"]
    if is_other and day and new["date"] and str(day) > new["date"]:
        merged.refused.append((placed, f"the stored score is newer ({day})"))
        return
    taken = {name: value for name, value in new.items() if is_other or value is not None}
    taken |= {name: value for name, value in stated.items() if value is not None}
    if all(row.get(name) == value for name, value in taken.items()):
        merged.unchanged.append(key)
        return
    if is_other and row.get("source") not in (None, new["source"]) and not (day and new["date"]):
        merged.undated[str(row["source"]), str(new["source"])] += 1
    merged.replaced.append((key, row.get("score"), score.score))
    row |= taken


def merge_facts(
    old: Iterable[StoredRow],
    results: Iterable[StoredRow],
    column: str,
    facts: Mapping[str, Mapping[str, Any]],
    only_new: Sequence[str] = (),
) -> list[StoredRow]:
    """Add missing rows of models or tasks, and fill empty cells, but in old rows of `only_new`."""
    rows = [dict(row) for row in old]
    by_id = {str(row.get(column)): row for row in rows}
    for name in dict.fromkeys(str(row.get(column)) for row in results):
        known = {k: v for k, v in facts.get(name, {}).items() if v is not None}
        if row := by_id.get(name):
            row |= {k: v for k, v in known.items() if row.get(k) is None and k not in only_new}
        else:
            rows.append({column: name, **known})
    return rows


def merge_models(
    old: Iterable[StoredRow],
    results: Sequence[StoredRow],
    facts: Mapping[str, Mapping[str, Any]],
    added: Set[str],
    known_before: Set[str],
) -> list[StoredRow]:
    """Merge the facts of models, and those that files state to have no score yet, with a status.

    A status that the table has is replaced; it goes from models with `added` scores. A row with a
    setting, of a model that is `known_before` to have scores, says why that one entry has none: it
    stays.
    """
    settings = {name for name in set[str]().union(*results) if RESULTS.column(name) is None}
    every = [*old]
    of_entries = [
        row
        for row in every
        if row.get("status")
        and str(row.get("model")) in known_before
        and any(row.get(name) is not None for name in settings)
    ]
    old = [row for row in every if row not in of_entries]
    scored = {str(row.get("model")) for row in results}
    known = {
        name: {k: v for k, v in of.items() if name not in scored or k not in _STATUS}
        for name, of in facts.items()
    }
    waiting = [{"model": name} for name, of in known.items() if of.get("status")]
    rows = merge_facts(old, [*results, *waiting], "model", known)
    for row in rows:
        name = str(row.get("model"))
        status = {name: None for name in _STATUS} if name in added else {}
        if known.get(name, {}).get("status"):
            status = {key: known[name].get(key) for key in _STATUS}
        row |= {key: value for key, value in status.items() if row.get(key) != value}
    return [*rows, *map(dict, of_entries)]


def merge_examples(
    old: Iterable[StoredRow],
    examples: Iterable[tuple[Placed, ImportedExample]],
    default_variant: str,
) -> list[StoredRow]:
    """Merge scores of single examples into their table."""
    rows, new = [dict(row) for row in old], list(examples)
    names = [*dict.fromkeys(name for placed, _ in new for name in placed.facets)]
    by_key = {(*key_of(row, default_variant, names), str(row.get("example"))): row for row in rows}
    for placed, example in new:
        facets = {name: placed.facets.get(name, "") for name in names}
        key = (placed.model, placed.task, placed.variant, *facets.values(), example.example)
        if key not in by_key:
            about = dict(zip(("model", "task", "variant"), key, strict=False))
            stated = {name: value or None for name, value in facets.items()}
            by_key[key] = {**about, **stated, "example": example.example}
            rows.append(by_key[key])
        by_key[key]["score"] = example.score
    return rows
