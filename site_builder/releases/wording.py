"""Write changes as text, Markdown and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from site_builder.errors import one_line, shortened
from site_builder.formatting import MISSING, exact, text_columns
from site_builder.messages import Messages
from site_builder.records import Record, asdict, replace
from site_builder.releases.changes import ChangedClaim, Changes, FactChange, ScoreChange
from site_builder.translation import english

_WORDS = english()  # of a report, which is of no one site
_MAX_PLACES = 12
# A comment on GitHub may have 65,536 characters: all of it has so many, a table of it so many rows,
# a cell so many characters.
_MAX_COMMENT, _MAX_ROWS, _MAX_CELL = 60_000, 40, 300
_WIDEST = 40  # how far cells of a text are filled up, so that one long id does not push all others
_Rows: TypeAlias = list[tuple[str, ...]]
# What a summary counts beside the scores, as fields of `Changes` and in messages.
_COUNTED = (
    *("models_added", "models_removed", "tasks_added", "tasks_removed", "ranks", "claims"),
    *("lost", "flags", "measures", "facts", "rules"),
)
_SCORE, _BOTH = ("model", "task", "variant"), ("before", "after")


def summary(changes: Changes, say: Messages) -> str:
    """Return what changed, in sentences: scores first, since they alone decide what counts."""
    found = ((kind, getattr(changes, kind)) for kind in _COUNTED)
    further = [say(f"changes.n_{kind}", len(changed)) for kind, changed in found if changed]
    if not (further or changes.any_score):
        return say("changes.nothing")
    return " ".join((scores_summary(changes, say), *further))


def scores_summary(changes: Changes, say: Messages) -> str:
    """Return what became of the scores: `3 scores changed, 1 beyond noise.` and so on."""
    if not changes.any_score:
        return say("changes.no_score")
    found, sentences = [change.beyond_noise for change in changes.scores_changed], []
    beyond, unknown = found.count(True), found.count(None)
    if unknown:
        kind = "changes.n_scores_unknown" if unknown == len(found) else "changes.n_scores_both"
        sentences.append(say(kind, len(found), beyond=beyond, unknown=unknown))
    elif found:
        sentences.append(say("changes.n_scores", len(found), beyond=beyond))
    if changes.scores_added:
        sentences.append(say("changes.n_added", len(changes.scores_added)))
    if changes.scores_removed:
        sentences.append(say("changes.n_removed", len(changes.scores_removed)))
    return " ".join(sentences)


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


def rank_text(rank: int | None, say: Messages) -> str:
    """Return a rank, or that there is none."""
    return say("changes.unranked") if rank is None else f"{rank:,}"


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


class ChangeSection(Record):
    """One kind of change: a row of texts for each, with the ids of the data.

    Attributes:
        key: Its name in addresses, and of its title in messages.
        more: How many further rows there are.
    """

    key: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    more: int = 0


def sections_of(changes: Changes, say: Messages) -> tuple[ChangeSection, ...]:
    """Return every kind of change that there is."""

    def facts(found: Sequence[FactChange]) -> _Rows:
        return [(*f.of, f.key, fact_text(f.before), fact_text(f.after)) for f in found]

    def scores(found: Sequence[ScoreChange]) -> _Rows:
        return [(*change.key, one_score(changes, change)) for change in found]

    def names(ids: Sequence[str], of: Mapping[str, str]) -> _Rows:
        return [(key, of[key]) for key in ids]

    changed: _Rows = [
        (*change.key, *score_texts(changes, change), say(f"changes.noise.{change.noise}"))
        for change in changes.scores_changed
    ]
    ranks: _Rows = [
        (m.board, m.model, m.variant, rank_text(m.before, say), rank_text(m.after, say))
        for m in changes.ranks
    ]

    def turned(claim: ChangedClaim) -> str:
        was = "no_longer_true" if claim.before else "not_true"
        return say(f"changes.{'newly_true' if claim.after.holds else was}")

    claims: _Rows = [
        (f"{c.file}:{c.line}", turned(c), c.sentence, c.condition) for c in changes.claims or ()
    ]
    lost: _Rows = [(x.model, x.task, x.variant, ", ".join(x.lost)) for x in changes.lost]
    flags: _Rows = [(*f.of, fact_text(f.before), fact_text(f.after)) for f in changes.flags]
    models, tasks = changes.models, changes.tasks
    found: tuple[tuple[str, tuple[str, ...], _Rows], ...] = (
        ("scores", (*_SCORE, *_BOTH, "difference", "noise"), changed),
        ("added", (*_SCORE, "score"), scores(changes.scores_added)),
        ("removed", (*_SCORE, "score"), scores(changes.scores_removed)),
        ("ranks", ("board", "model", "variant", *_BOTH), ranks),
        ("claims", ("file", "change", "sentence", "condition"), claims),
        ("models-added", ("model", "name"), names(changes.models_added, models)),
        ("models-removed", ("model", "name"), names(changes.models_removed, models)),
        ("tasks-added", ("task", "name"), names(changes.tasks_added, tasks)),
        ("tasks-removed", ("task", "name"), names(changes.tasks_removed, tasks)),
        ("lost", (*_SCORE, "lost"), lost),
        ("flags", (*_SCORE, *_BOTH), flags),
        ("measures", (*_SCORE, "measure", *_BOTH), facts(changes.measures)),
        ("models", ("model", "fact", *_BOTH), facts(changes.models_changed)),
        ("tasks", ("task", "fact", *_BOTH), facts(changes.tasks_changed)),
        ("rules", ("board", "rule", *_BOTH), facts(changes.rules)),
    )
    sections = []
    for key, columns, rows in found:
        # The only board of a site has no name.
        start = int(columns[0] == "board" and not any(row[0] for row in rows))
        shown = [row[start:] for row in rows]
        sections += [ChangeSection(key, columns[start:], shown)] if rows else []
    return tuple(sections)


def _as_text(changes: Changes) -> str:
    """Write tables without control characters; ids stay whole, so that a search finds them."""
    old, new = one_line(changes.old.name), one_line(changes.new.name)
    parts = [f"old: {old}\nnew: {new}\n{summary(changes, _WORDS)}"]
    for section in sections_of(changes, _WORDS):
        rows = [section.columns, *(tuple(map(one_line, row)) for row in section.rows)]
        lines = text_columns(rows, _WIDEST)
        title = _WORDS(f"changes.title.{section.key}")
        parts.append("\n".join((title, *(f"  {line}" for line in lines))))
    return "\n\n".join(parts)


def _as_markdown(changes: Changes) -> str:
    """Write all that the releases say as code, and no more than fits into a comment."""
    names = {"old": as_code(changes.old.name), "new": as_code(changes.new.name)}
    parts = [f"**{summary(changes, _WORDS)}**", _WORDS("changes.from_to", **names)]
    for section in sections_of(changes, _WORDS):
        title = _WORDS(f"changes.title.{section.key}")
        parts.append(markdown_table(title, section.columns, section.rows))
    return fit_comment("\n\n".join(parts))


def fit_comment(text: str) -> str:
    """Return as many lines of a text as fit into a comment: half a line could end its code."""
    if len(text) <= _MAX_COMMENT:
        return text
    whole_lines = text[: text.rindex("\n", 0, _MAX_COMMENT)]
    return f"{whole_lines}\n\n{_WORDS('changes.cut')}"


def markdown_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], more: int = 0
) -> str:
    """Return a table whose cells are code; `more` rows are known of and not there."""
    more += max(0, len(rows) - _MAX_ROWS)
    cells = [map(as_code, row) for row in rows[:_MAX_ROWS]]
    lines = [f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *cells)]
    rest = ["", _WORDS("changes.n_more", more)] if more > 0 else []
    return "\n".join([f"### {title}", "", *lines, *rest])


def as_code(text: str) -> str:
    """Write text as code, in which GitHub makes nothing a link or a mention, within a cell."""
    shown = shortened(one_line(text), _MAX_CELL).replace("|", r"\|")
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    space = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{space}{shown}{space}{fence}"


def change_values(changes: Changes) -> dict[str, Any]:
    """Return every change, with the ids of the data; null where something was not compared."""
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
        "claims": msgspec.to_builtins(changes.claims),
        "claims_not_compared": None,  # a key of the API stays
        "provenance_lost": [asdict(loss) for loss in changes.lost],
        "flags": [_fact(fact, *_SCORE) for fact in changes.flags],
        "measures": [_fact(fact, *_SCORE) for fact in changes.measures],
        "rules": [_fact(fact, "board") for fact in changes.rules],
    }


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
