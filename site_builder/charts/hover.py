"""What is read when a mark is pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from site_builder.charts import theme
from site_builder.format import Scale

HOVER = "%{customdata}"


def hover_texts(texts: Sequence[str], rows: Sequence[str] = ()) -> dict[str, Any]:
    """What is read when a mark is pointed at.

    It goes to Plotly as data: in a template, a name such as `%{x}` would be filled in. How all
    begin and end alike is in the template, up to a sign that could be such a name's.

    Args:
        texts: What is read at each mark.
        rows: The name of the row that each stands in, read before it: from the axis, where that
            has every name whole on any screen.
    """
    named = "%{y}: " if rows and theme.are_short(rows) else ""
    if rows and not named:
        texts = [f"{row}: {text}" for row, text in zip(rows, texts, strict=True)]
    begin, own, end = _parted([theme.plain(text) for text in texts])
    template = f"{named}{begin}{HOVER}{end}"
    return {"customdata": own} | ({"hovertemplate": template} if template != HOVER else {})


def hover_scores(
    name: str, scale: Scale, rows: Sequence[str], lifts: Sequence[float | None] = ()
) -> dict[str, Any] | None:
    """The same where marks are scores of one scale: the script writes them from where they stand.

    Args:
        name: What the scores are of, read before each.
        scale: How they are written.
        rows: The name of the row that each stands in.
        lifts: What is read after each: how much better it is; None for none.

    Returns:
        None where that cannot be, since a name is too long for the axis, or has a sign that a
        template could take for its own.
    """
    if "%" in name or not theme.are_short(rows):
        return None
    said = {"places": scale.places} | ({"compact": True} if scale.compact else {})
    told = {"lifts": list(lifts)} if any(lift is not None for lift in lifts) else {}
    return {**told, "scale": said, "hovertemplate": f"%{{y}}: {theme.plain(name)} {HOVER}"}


def _parted(texts: Sequence[str]) -> tuple[str, list[str], str]:
    """With which words texts begin alike, what each has of its own, with which words they end."""
    if len(set(texts)) < 2:
        return "", list(texts), ""
    begin = "".join(_alike(texts).partition("%")[0].rpartition(" ")[:2])
    own = [text[len(begin) :] for text in texts]
    alike = _alike([text[::-1] for text in own])[::-1]
    end = "".join(alike.rpartition("%")[2].partition(" ")[1:])
    own = [text.removesuffix(end) for text in own]
    # Plotly takes no text for no value, and says what was asked for in its place.
    return (begin, own, end) if all(own) else ("", list(texts), "")


def _alike(texts: Sequence[str]) -> str:
    """The letters with which all texts begin: those of the first and the last by the alphabet."""
    first, last = min(texts), max(texts)
    pairs = zip(first, last, strict=False)
    return first[: next((i for i, (a, b) in enumerate(pairs) if a != b), len(first))]
