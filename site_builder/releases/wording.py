"""Write changes as text, Markdown and JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from site_builder.api import encode
from site_builder.compute.catalog import Release
from site_builder.errors import one_line, shortened
from site_builder.formatting import MISSING, counted, exact, listed, sentence
from site_builder.prose.markdown import escape_markdown
from site_builder.records import Record, replace
from site_builder.releases.changes import Changes, FactChange, RankMove, ScoreChange

NOISE = {True: "beyond noise", False: "within noise", None: "not known"}
TURNED = {True: "newly true", False: "no longer true"}
UNRANKED = "unranked"
_MOST_PLACES = 12


class ChangeSection(Record):
    """One kind of change.

    Attributes:
        title: What it is.
        columns: The names of its columns.
        rows: A row of texts for each change.
        prose: Index of the column that holds sentences; None where all hold ids and values.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    prose: int | None = None


def summary(changes: Changes) -> str:
    """What changed, in a sentence: scores first, since they alone decide what counts."""
    if changes.is_empty:
        return "Nothing changed."
    return f"{sentence('; '.join((scores_summary(changes), *_further(changes))))}."


def scores_summary(changes: Changes) -> str:
    """What became of the scores: `3 scores changed, 1 beyond noise; 2 scores added`."""
    told = (
        _changed(changes.scores_changed),
        *_counts(((changes.scores_added, "score", "added"),)),
        *_counts(((changes.scores_removed, "score", "removed"),)),
    )
    return "; ".join(filter(None, told)) if changes.any_score else "no score changed"


def _changed(changed: Sequence[ScoreChange]) -> str:
    if not changed:
        return ""
    found = [change.beyond_noise for change in changed]
    known = len(found) - found.count(None)
    noise = f"{found.count(True):,} beyond noise" if known else ""
    unknown = f"{found.count(None):,} of unknown error" if known < len(found) else ""
    return f"{counted(len(found), 'score')} changed, {listed([p for p in (noise, unknown) if p])}"


def _further(changes: Changes) -> Iterator[str]:
    turned = changes.claims.turned if changes.claims else ()
    yield from _counts(
        (
            (changes.models_added, "model", "added"),
            (changes.models_removed, "model", "removed"),
            (changes.tasks_added, "task", "added"),
            (changes.tasks_removed, "task", "removed"),
            (changes.ranks, "rank", "moved"),
            (turned, "claim", "turned"),
            (changes.lost or (), "score", "with less provenance"),
            (changes.flags, "reservation", "changed"),
            ((*changes.models_changed, *changes.tasks_changed), "fact", "changed"),
            (changes.rules, "rule of the board", "changed"),
        )
    )


def _counts(found: Sequence[tuple[Sequence[object], str, str]]) -> Iterator[str]:
    for things, noun, what in found:
        if things:
            plural = noun.replace("rule", "rules") if noun.startswith("rule") else ""
            yield f"{counted(len(things), noun, plural)} {what}"


def notes(changes: Changes) -> tuple[str, ...]:
    """What could not be compared, a sentence each."""
    found = []
    if changes.claims is None:
        found.append("Claims were not compared: neither of the two brings its prose.")
    elif changes.claims.unjudged:
        claims, many = counted(changes.claims.unjudged, "claim"), changes.claims.unjudged > 1
        lacks = f"{'need' if many else 'needs'} a figure that one of the two does not have"
        found.append(f"{claims} could not be compared: {'they' if many else 'it'} {lacks}.")
    if changes.lost is None:
        found.append("Provenance was not compared: one of the two does not publish its results.")
    return tuple(found)


def sections(changes: Changes) -> tuple[ChangeSection, ...]:
    """Every kind of change that there is, with the ids of the data."""
    made = (*_score_sections(changes), *_board_sections(changes), *_fact_sections(changes))
    return tuple(section for section in made if section.rows)


def _score_sections(changes: Changes) -> Iterator[ChangeSection]:
    scored = ("model", "task", "variant")
    yield ChangeSection(
        "Scores changed",
        (*scored, "before", "after", "difference", "noise"),
        tuple((*c.key, *score_texts(changes, c), NOISE[c.beyond_noise])
              for c in changes.scores_changed),
    )  # fmt: skip
    for title, found in (("added", changes.scores_added), ("removed", changes.scores_removed)):
        rows = tuple((*c.key, one_score(changes, c)) for c in found)
        yield ChangeSection(f"Scores {title}", (*scored, "score"), rows)


def _board_sections(changes: Changes) -> Iterator[ChangeSection]:
    moved = tuple(
        (m.model, m.variant, rank_text(m.before), rank_text(m.after)) for m in changes.ranks
    )
    yield ChangeSection("Ranks moved", ("model", "variant", "before", "after"), moved)
    turned = changes.claims.turned if changes.claims else ()
    claims = tuple((f"{c.file}:{c.line}", TURNED[c.holds], c.sentence, c.condition) for c in turned)
    named = ("file", "turned", "sentence", "condition")
    yield ChangeSection("Claims that turned", named, claims, prose=2)
    for title, ids, names in (
        ("Models added", changes.models_added, changes.models),
        ("Models removed", changes.models_removed, changes.models),
        ("Tasks added", changes.tasks_added, changes.tasks),
        ("Tasks removed", changes.tasks_removed, changes.tasks),
    ):
        yield ChangeSection(title, ("id", "name"), tuple((key, names[key]) for key in ids))


def _fact_sections(changes: Changes) -> Iterator[ChangeSection]:
    lost = tuple((x.model, x.task, x.variant, ", ".join(x.lost)) for x in changes.lost or ())
    yield ChangeSection("Provenance lost", ("model", "task", "variant", "lost"), lost)
    scored, said = ("model", "task", "variant"), ("before", "after")
    flags = tuple((*f.of, *_values(f)) for f in changes.flags)
    yield ChangeSection("Reservations changed", (*scored, *said), flags)
    for title, found in (("Models", changes.models_changed), ("Tasks", changes.tasks_changed)):
        rows = tuple((*f.of, f.key, *_values(f)) for f in found)
        yield ChangeSection(f"{title} said otherwise", (title[:-1].lower(), "fact", *said), rows)
    rules = tuple((f.key, *_values(f)) for f in changes.rules)
    yield ChangeSection("How the board ranks", ("rule", *said), rules)


def _values(fact: FactChange) -> tuple[str, str]:
    return fact_text(fact.before), fact_text(fact.after)


def fact_text(value: object) -> str:
    """A value of any kind as it is read; a dash where nothing is said."""
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
    """A rank, or that there is none."""
    return UNRANKED if rank is None else f"{rank:,}"


def move_text(move: RankMove) -> str:
    """How far a rank moved: `2 up`, `1 down`, or that it came or went."""
    if move.before is None or move.after is None:
        return "newly ranked" if move.before is None else "not ranked any more"
    places = move.before - move.after
    return f"{abs(places):,} {'up' if places > 0 else 'down'}"


def score_texts(
    changes: Changes, change: ScoreChange, *, turned: bool = False
) -> tuple[str, str, str]:
    """A score before and after, and its difference: in as many digits as tell the two apart.

    Args:
        changes: What the change is one of.
        change: The change.
        turned: Whether the difference is before minus after.
    """
    scale = changes.scales[change.task]
    before, after = change.before or 0.0, change.after or 0.0
    while scale.score(before) == scale.score(after) and scale.places < _MOST_PLACES:
        scale = replace(scale, places=scale.places + 1, compact=False)
    difference = (change.difference or 0.0) * (-1 if turned else 1)
    return scale.score(before), scale.score(after), scale.signed(difference)


def one_score(changes: Changes, change: ScoreChange) -> str:
    """A score that was added or removed."""
    value = change.before if change.after is None else change.after
    return changes.scales[change.task].score(value)


def change_values(changes: Changes) -> dict[str, Any]:
    """Every change, with the ids of the data; null where something was not compared."""
    claims = changes.claims
    return {
        "old": _release(changes.old),
        "new": _release(changes.new),
        "any_score": changes.any_score,
        "scores": {
            "changed": [_changed_values(change) for change in changes.scores_changed],
            "added": [_one(change, change.after) for change in changes.scores_added],
            "removed": [_one(change, change.before) for change in changes.scores_removed],
        },
        "models": {
            "added": list(changes.models_added),
            "removed": list(changes.models_removed),
            "changed": [_fact(fact, "model") for fact in changes.models_changed],
        },
        "tasks": {
            "added": list(changes.tasks_added),
            "removed": list(changes.tasks_removed),
            "changed": [_fact(fact, "task") for fact in changes.tasks_changed],
        },
        "ranks": [
            {"model": m.model, "variant": m.variant, "before": m.before, "after": m.after}
            for m in changes.ranks
        ],
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
        "provenance_lost": None if changes.lost is None else [
            {"model": x.model, "task": x.task, "variant": x.variant, "lost": list(x.lost)}
            for x in changes.lost
        ],
        "flags": [_fact(fact, "model", "task", "variant") for fact in changes.flags],
        "rules": [_fact(fact) for fact in changes.rules],
    }  # fmt: skip


def _release(release: Release) -> dict[str, str | None]:
    return {"sha256": release.sha256, "date": release.date}


def _key(change: ScoreChange) -> dict[str, str]:
    return {"model": change.model, "task": change.task, "variant": change.variant}


def _one(change: ScoreChange, score: float | None) -> dict[str, object]:
    return {**_key(change), "score": score}


def _changed_values(change: ScoreChange) -> dict[str, object]:
    return {
        **_key(change),
        "before": change.before,
        "after": change.after,
        "difference": change.difference,
        "better": change.better,
        "beyond_noise": change.beyond_noise,
    }


def _fact(fact: FactChange, *names: str) -> dict[str, object]:
    said = {"key": fact.key, "before": fact.before, "after": fact.after}
    return {**dict(zip(names, fact.of, strict=True)), **said}


# A comment on GitHub may have 65,536 characters: a table of it has so many rows, a cell so many
# characters.
_MOST_ROWS, _LONGEST_CELL = 40, 300
WORD_JOINER = "\N{WORD JOINER}"
_WIDEST = 40  # how far cells of a text are filled up, so that one long id does not push all others


def as_text(changes: Changes) -> str:
    """The summary, then a table for each kind of change, in lines that hold no control character.

    Ids stand whole, so that they can be searched for.
    """
    parts = ["\n".join((*_releases(changes), summary(changes)))]
    parts += ["\n".join((section.title, *_aligned(section))) for section in sections(changes)]
    if found := notes(changes):
        parts.append("\n".join(found))
    return "\n\n".join(parts)


def _releases(changes: Changes) -> tuple[str, str]:
    return f"old: {one_line(changes.old.name)}", f"new: {one_line(changes.new.name)}"


def _aligned(section: ChangeSection) -> Iterator[str]:
    rows = [section.columns, *(tuple(map(one_line, row)) for row in section.rows)]
    widths = [min(_WIDEST, max(map(len, column))) for column in zip_longest(*rows, fillvalue="")]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def as_markdown(changes: Changes) -> str:
    """The same for a comment on a pull request: names of the data are code, so that none is obeyed.

    Nobody is notified by an `@` in an id, and no table is longer than a comment may be.
    """
    releases = f"From {_code(changes.old.name)} to {_code(changes.new.name)}."
    parts = [f"**{summary(changes)}**", releases]
    parts += [_table(section) for section in sections(changes)]
    return "\n\n".join([*parts, *notes(changes)])


def _table(section: ChangeSection) -> str:
    rows, more = section.rows[:_MOST_ROWS], len(section.rows) - _MOST_ROWS
    rest = [f"\nand {more:,} more"] if more > 0 else []
    cells = [
        [_words(c) if i == section.prose else _code(c) for i, c in enumerate(row)] for row in rows
    ]
    lines = [section.columns, ["---"] * len(section.columns), *cells]
    return "\n".join([f"### {section.title}", "", *map(_row, lines), *rest])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _words(text: str) -> str:
    """A sentence: no mark of it is read, and a name in it that begins with `@` calls nobody."""
    return escape_markdown(_cut(text)).replace("@", f"@{WORD_JOINER}")


def _cut(text: str) -> str:
    return shortened(one_line(text), _LONGEST_CELL)


def _code(text: str) -> str:
    """Text as code within a cell: no mark of it is read but the bar, which is escaped."""
    shown = _cut(text).replace("|", r"\|")
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    space = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{space}{shown}{space}{fence}"


def as_json(changes: Changes) -> str:
    """One JSON document."""
    return encode(change_values(changes)).decode().rstrip("\n")


FORMATS: Mapping[str, Callable[[Changes], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
}
