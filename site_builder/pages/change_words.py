"""What changed in words: the summary, and each kind of change as rows of texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from site_builder.compute.changes import Changes, FactChange, RankMove, ScoreChange
from site_builder.format import MISSING, counted, exact, listed, sentence
from site_builder.records import Record, replace

NOISE = {True: "beyond noise", False: "within noise", None: "not known"}
TURNED = {True: "newly true", False: "no longer true"}
UNRANKED = "unranked"
_MOST_PLACES = 12


class Section(Record):
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


def sections(changes: Changes) -> tuple[Section, ...]:
    """Every kind of change that there is, with the ids of the data."""
    made = (*_score_sections(changes), *_board_sections(changes), *_fact_sections(changes))
    return tuple(section for section in made if section.rows)


def _score_sections(changes: Changes) -> Iterator[Section]:
    scored = ("model", "task", "variant")
    yield Section(
        "Scores changed",
        (*scored, "before", "after", "difference", "noise"),
        tuple((*c.key, *score_texts(changes, c), NOISE[c.beyond_noise])
              for c in changes.scores_changed),
    )  # fmt: skip
    for title, found in (("added", changes.scores_added), ("removed", changes.scores_removed)):
        rows = tuple((*c.key, one_score(changes, c)) for c in found)
        yield Section(f"Scores {title}", (*scored, "score"), rows)


def _board_sections(changes: Changes) -> Iterator[Section]:
    moved = tuple(
        (m.model, m.variant, rank_text(m.before), rank_text(m.after)) for m in changes.ranks
    )
    yield Section("Ranks moved", ("model", "variant", "before", "after"), moved)
    turned = changes.claims.turned if changes.claims else ()
    claims = tuple((f"{c.file}:{c.line}", TURNED[c.holds], c.sentence, c.condition) for c in turned)
    named = ("file", "turned", "sentence", "condition")
    yield Section("Claims that turned", named, claims, prose=2)
    for title, ids, names in (
        ("Models added", changes.models_added, changes.models),
        ("Models removed", changes.models_removed, changes.models),
        ("Tasks added", changes.tasks_added, changes.tasks),
        ("Tasks removed", changes.tasks_removed, changes.tasks),
    ):
        yield Section(title, ("id", "name"), tuple((key, names[key]) for key in ids))


def _fact_sections(changes: Changes) -> Iterator[Section]:
    lost = tuple((x.model, x.task, x.variant, ", ".join(x.lost)) for x in changes.lost or ())
    yield Section("Provenance lost", ("model", "task", "variant", "lost"), lost)
    scored, said = ("model", "task", "variant"), ("before", "after")
    flags = tuple((*f.of, *_values(f)) for f in changes.flags)
    yield Section("Reservations changed", (*scored, *said), flags)
    for title, found in (("Models", changes.models_changed), ("Tasks", changes.tasks_changed)):
        rows = tuple((*f.of, f.key, *_values(f)) for f in found)
        yield Section(f"{title} said otherwise", (title[:-1].lower(), "fact", *said), rows)
    rules = tuple((f.key, *_values(f)) for f in changes.rules)
    yield Section("How the board ranks", ("rule", *said), rules)


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
