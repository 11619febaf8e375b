"""A model's place in a line, to show elsewhere."""

from __future__ import annotations

from site_builder.compute.board import Board
from site_builder.format import rounded
from site_builder.pages.page import Site
from site_builder.records import Record

# What could end the text of a link, or begin something else within it.
_AS_TEXT = str.maketrans({mark: f"\\{mark}" for mark in "\\[]<>`*_!&"})
BETWEEN = " \N{MIDDLE DOT} "


class Badge(Record):
    """A badge in two parts.

    Attributes:
        label: Whose word it is: the site's title.
        message: The model's place.
        title: The whole of it, for those who cannot see it.
        ranked: Whether the model has a rank.
        alt: What it is of, to be pasted with it; no figure in it could go stale.
        markdown: The same, with what Markdown would obey marked as text.
    """

    label: str
    message: str
    title: str
    ranked: bool
    alt: str
    markdown: str


def make_badge(site: Site, board: Board, model: str) -> Badge:
    """The badge of a model.

    Args:
        site: The site.
        board: The board that the model is best seen on.
        model: Its id.
    """
    label, message = site.config.site.title, _message(site, board, model)
    alt = " ".join(f"{site.labels.models[model]} on {label}".split())
    return Badge(
        label=label,
        message=message,
        title=f"{label}: {site.labels.models[model]} {message}",
        ranked=board.standing(model).rank is not None,
        alt=alt,
        markdown=alt.translate(_AS_TEXT),
    )


def _message(site: Site, board: Board, model: str) -> str:
    """`#3 of 11 · 0.724`: rank, what ranks the board, and whether it is tied with the best."""
    labels, standing = site.labels, board.standing(model)
    if standing.rank is None:
        return "not ranked"
    primary = board.variant == labels.roles.primary
    variant = "" if primary else f", {labels.in_sentence(board.variant)}"
    parts = [f"#{standing.rank} of {len(board.ranked)}{variant}"]
    if board.rules.rank_by == "mean" and standing.average is not None:
        parts.append(labels.scale.score(standing.average))
    elif standing.win_rate is not None:
        parts.append(f"win rate {rounded(standing.win_rate, 3)}")
    if standing.rank > 1 and standing.tied_with_best:
        parts.append("tied with the best")
    return BETWEEN.join(parts)
