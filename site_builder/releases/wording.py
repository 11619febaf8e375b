"""Write changes as text, Markdown and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from site_builder.errors import one_line, shortened
from site_builder.formatting import MISSING, counted, exact, listed, sentence
from site_builder.records import Record, asdict, replace
from site_builder.releases.changes import Changes, FactChange, RankMove, ScoreChange

NOISE = {True: "beyond noise", False: "within noise", None: "not known"}
_MAX_PLACES = 12
# A comment on GitHub may have 65,536 characters: all of it has so many, a table of it so many rows,
# a cell so many characters.
_MAX_COMMENT, _MAX_ROWS, _MAX_CELL = 60_000, 40, 300
_WIDEST = 40  # how far cells of a text are filled up, so that one long id does not push all others
_SCORE, _BOTH = ("model", "task", "variant"), ("before", "after")


def summary(changes: Changes) -> str:
    """Return what changed, in a sentence: scores first, since they alone decide what counts."""
    if changes.is_empty:
        return "Nothing changed."
    further = _counts(
        (changes.models_added, "model", "added"),
        (changes.models_removed, "model", "removed"),
        (changes.tasks_added, "task", "added"),
        (changes.tasks_removed, "task", "removed"),
        (changes.ranks, "rank", "moved"),
        (changes.claims.turned if changes.claims else (), "claim", "became true or false"),
        (changes.lost, "score", "with less provenance"),
        (changes.flags, "flag", "changed"),
        (changes.measures, "value", "of a measure changed"),
        ((*changes.models_changed, *changes.tasks_changed), "fact", "changed"),
        (changes.rules, "rule", "of the board changed"),
    )
    return f"{sentence('; '.join((scores_summary(changes), *further)))}."


def scores_summary(changes: Changes) -> str:
    """Return what became of the scores: `3 scores changed, 1 beyond noise; 2 scores added`."""
    if not changes.any_score:
        return "no score changed"
    found = [change.beyond_noise for change in changes.scores_changed]
    unknown = found.count(None)
    noise = [f"{found.count(True):,} beyond noise"] if unknown < len(found) else []
    noise += [f"{unknown:,} of unknown error"] if unknown else []
    return "; ".join(
        _counts(
            (found, "score", f"changed, {listed(noise)}"),
            (changes.scores_added, "score", "added"),
            (changes.scores_removed, "score", "removed"),
        )
    )


def _counts(*found: tuple[Sequence[object], str, str]) -> Iterator[str]:
    return (f"{counted(len(things), noun)} {what}" for things, noun, what in found if things)


def notes(changes: Changes) -> tuple[str, ...]:
    """Return what could not be compared, a sentence each."""
    found = []
    if changes.claims is None:
        found.append("Claims were not compared: neither release includes its prose.")
    elif n := changes.claims.unjudged:
        needs = "they need" if n > 1 else "it needs"
        lacks = f"{needs} a figure that one of the releases lacks"
        found.append(f"{counted(n, 'claim')} could not be compared: {lacks}.")
    return tuple(found)


def fact_text(value: object) -> str:
    """Return a value of any kind as it is read; a dash where nothing is said."""
    match value:
        case None:
            return MISSING
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return exact(value)
        case list() | tuple():
            return ", ".join(map(str, value))
    return str(value)


def rank_text(rank: int | None) -> str:
    """Return a rank, or that there is none."""
    return "unranked" if rank is None else f"{rank:,}"


def move_text(move: RankMove) -> str:
    """Return how far a rank moved: `2 up`, `1 down`, or that it came or went."""
    if move.before is None or move.after is None:
        return "newly ranked" if move.before is None else "no longer ranked"
    places = move.before - move.after
    return f"{abs(places):,} {'up' if places > 0 else 'down'}"


def score_texts(
    changes: Changes, change: ScoreChange, *, turned: bool = False
) -> tuple[str, str, str]:
    """Return a score before and after, and its difference: in as many digits as tell the two apart.

    The difference is after minus before, or the reverse if `turned`.
    """
    scale = changes.scales[change.task]
    before, after = change.before or 0.0, change.after or 0.0
    while scale.score(before) == scale.score(after) and scale.places < _MAX_PLACES:
        scale = replace(scale, places=scale.places + 1, compact=False)
    difference = (change.difference or 0.0) * (-1 if turned else 1)
    return scale.score(before), scale.score(after), scale.signed(difference)


def one_score(changes: Changes, change: ScoreChange) -> str:
    """Return a score that was added or removed."""
    value = change.before if change.after is None else change.after
    return changes.scales[change.task].score(value)


class Section(Record):
    """One kind of change: a row of texts for each, with the ids of the data.

    Attributes:
        key: Its name in addresses.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def sections_of(changes: Changes) -> tuple[Section, ...]:
    """Return every kind of change that there is."""
    made = (*_of_scores(changes), *_of_claims(changes), *_of_subjects(changes))
    return tuple(section for section in made if section.rows)


def _of_scores(changes: Changes) -> Iterator[Section]:
    def rows(found: Sequence[ScoreChange]) -> list[tuple[str, ...]]:
        return [(*change.key, one_score(changes, change)) for change in found]

    changed = [
        (*change.key, *score_texts(changes, change), NOISE[change.beyond_noise])
        for change in changes.scores_changed
    ]
    ranks = [
        (m.board, m.model, m.variant, rank_text(m.before), rank_text(m.after))
        for m in changes.ranks
    ]
    columns = (*_SCORE, *_BOTH, "difference", "noise")
    yield Section("scores", "Scores changed", columns, changed)
    yield Section("added", "Scores added", (*_SCORE, "score"), rows(changes.scores_added))
    yield Section("removed", "Scores removed", (*_SCORE, "score"), rows(changes.scores_removed))
    yield _by_board("ranks", "Ranks moved", ("model", "variant", *_BOTH), ranks)


def _by_board(
    key: str, title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> Section:
    """Return a section without the column of the board, the first one, on a site of one."""
    if any(row[0] for row in rows):
        return Section(key, title, ("board", *columns), rows)
    return Section(key, title, columns, [row[1:] for row in rows])


def _of_claims(changes: Changes) -> Iterator[Section]:
    rows = [
        (
            f"{claim.file}:{claim.line}",
            "newly true" if claim.holds else "no longer true",
            claim.sentence,
            claim.condition,
        )
        for claim in (changes.claims.turned if changes.claims else ())
    ]
    columns = ("file", "change", "sentence", "condition")
    yield Section("claims", "Claims that became true or false", columns, rows)


def _of_subjects(changes: Changes) -> Iterator[Section]:
    def facts(found: Sequence[FactChange]) -> list[tuple[str, ...]]:
        return [(*f.of, f.key, fact_text(f.before), fact_text(f.after)) for f in found]

    named = (
        ("Models added", changes.models_added, changes.models),
        ("Models removed", changes.models_removed, changes.models),
        ("Tasks added", changes.tasks_added, changes.tasks),
        ("Tasks removed", changes.tasks_removed, changes.tasks),
    )
    for title, ids, names in named:
        of, what = title.lower().split()
        rows = [(key, names[key]) for key in ids]
        yield Section(f"{of}-{what}", title, (of.removesuffix("s"), "name"), rows)
    lost = [(x.model, x.task, x.variant, ", ".join(x.lost)) for x in changes.lost]
    flags = [(*f.of, fact_text(f.before), fact_text(f.after)) for f in changes.flags]
    measures, rules = facts(changes.measures), facts(changes.rules)
    models, tasks = facts(changes.models_changed), facts(changes.tasks_changed)
    yield Section("lost", "Provenance lost", (*_SCORE, "lost"), lost)
    yield Section("flags", "Flags changed", (*_SCORE, *_BOTH), flags)
    yield Section("measures", "Measures changed", (*_SCORE, "measure", *_BOTH), measures)
    yield Section("models", "Models changed", ("model", "fact", *_BOTH), models)
    yield Section("tasks", "Tasks changed", ("task", "fact", *_BOTH), tasks)
    yield _by_board("rules", "Rules of ranking changed", ("rule", *_BOTH), rules)


def _as_text(changes: Changes) -> str:
    """Write tables without control characters; ids stay whole, so that a search finds them."""
    old, new = one_line(changes.old.name), one_line(changes.new.name)
    parts = [f"old: {old}\nnew: {new}\n{summary(changes)}"]
    parts += ["\n".join((section.title, *_aligned(section))) for section in sections_of(changes)]
    if found := notes(changes):
        parts.append("\n".join(found))
    return "\n\n".join(parts)


def _aligned(section: Section) -> Iterator[str]:
    rows = [section.columns, *(tuple(map(one_line, row)) for row in section.rows)]
    widths = [min(_WIDEST, max(map(len, column))) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def _as_markdown(changes: Changes) -> str:
    """Write all that the releases say as code, and no more than fits into a comment."""
    releases = f"From {_code(changes.old.name)} to {_code(changes.new.name)}."
    tables = map(_table, sections_of(changes))
    text = "\n\n".join([f"**{summary(changes)}**", releases, *tables, *notes(changes)])
    if len(text) <= _MAX_COMMENT:
        return text
    whole_lines = text[: text.rindex("\n", 0, _MAX_COMMENT)]
    return f"{whole_lines}\n\nThe rest is left out: a comment has no room for it."


def _table(section: Section) -> str:
    columns, more = section.columns, len(section.rows) - _MAX_ROWS
    cells = [map(_code, row) for row in section.rows[:_MAX_ROWS]]
    lines = [f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *cells)]
    rest = [f"\nand {more:,} more"] if more > 0 else []
    return "\n".join([f"### {section.title}", "", *lines, *rest])


def _code(text: str) -> str:
    """Write text as code, in which GitHub makes nothing a link or a mention, within a cell."""
    shown = shortened(one_line(text), _MAX_CELL).replace("|", r"\|")
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    space = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{space}{shown}{space}{fence}"


def change_values(changes: Changes) -> dict[str, Any]:
    """Return every change, with the ids of the data; null where something was not compared."""
    claims = changes.claims
    return {
        "old": asdict(changes.old),
        "new": asdict(changes.new),
        "any_score": changes.any_score,
        "scores": {
            "changed": [asdict(change) for change in changes.scores_changed],
            "added": [_one(change, change.after) for change in changes.scores_added],
            "removed": [_one(change, change.before) for change in changes.scores_removed],
        },
        "models": {
            "added": changes.models_added,
            "removed": changes.models_removed,
            "changed": [_fact(fact, "model") for fact in changes.models_changed],
        },
        "tasks": {
            "added": changes.tasks_added,
            "removed": changes.tasks_removed,
            "changed": [_fact(fact, "task") for fact in changes.tasks_changed],
        },
        "ranks": [asdict(move) for move in changes.ranks],
        "claims": None if claims is None else [
            {
                "file": c.file,
                "line": c.line,
                "condition": c.condition,
                "before": {"holds": c.held, "sentence": c.before},
                "after": {"holds": c.holds, "sentence": c.after},
            }
            for c in claims.turned
        ],
        "claims_not_compared": None if claims is None else claims.unjudged,
        "provenance_lost": [asdict(loss) for loss in changes.lost],
        "flags": [_fact(fact, *_SCORE) for fact in changes.flags],
        "measures": [_fact(fact, *_SCORE) for fact in changes.measures],
        "rules": [_fact(fact, "board") for fact in changes.rules],
    }  # fmt: skip


def _one(change: ScoreChange, score: float | None) -> dict[str, object]:
    return {"model": change.model, "task": change.task, "variant": change.variant, "score": score}


def _fact(fact: FactChange, *names: str) -> dict[str, object]:
    said = {"key": fact.key, "before": fact.before, "after": fact.after}
    return {**dict(zip(names, fact.of, strict=True)), **said}


FORMATS: Mapping[str, Callable[[Changes], str]] = {
    "text": _as_text,
    "markdown": _as_markdown,
    "json": lambda it: json.dumps(change_values(it), allow_nan=False, separators=(",", ":")),
}
