"""Write a review as a comment. Everything that the review says may be of a stranger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from site_builder.formatting import ordinal
from site_builder.messages import MESSAGES
from site_builder.releases.review import Review, ReviewedEntry, ReviewedStatus
from site_builder.releases.wording import ChangeSection, as_code, fit_comment, markdown_table
from site_builder.translation import english

_SAY = english()
_MAX_LINES = 40


def review_comment(review: Review) -> str:
    """Return a review as Markdown.

    Sentences are ours, with numbers of the review; every text of it is code, in which GitHub makes
    nothing a link, a mention, a picture or a command.
    """
    errors = review.n_errors
    head = _SAY("review.fails", errors) if errors else _SAY("review.builds")
    parts = [f"**{head}** {_SAY('review.data', review.n_data)}"]
    if review.faults.rows:
        parts.append(_table(_SAY("review.faults"), review.faults))
    parts += _entry_parts(review)
    if review.others:
        parts.append(_SAY("review.others", review.n_others))
        parts.append(_list(map(as_code, review.others), review.n_others))
        parts += [] if review.whole else [_SAY("review.not_taken")]
    for section in review.sections or ():
        # A kind that nobody knows is of no review of ours.
        if (title := f"changes.title.{section.key}") in MESSAGES and section.columns:
            parts.append(_table(_SAY(title), section))
    return fit_comment("\n\n".join(parts)) + "\n"


def _table(title: str, section: ChangeSection) -> str:
    """Return a table whose rows have as many cells as there are columns."""
    width, columns = len(section.columns), [as_code(name) for name in section.columns]
    rows = [[*row, *[""] * width][:width] for row in section.rows]
    return markdown_table(title, columns, rows, section.more)


def _entry_parts(review: Review) -> Iterator[str]:
    if review.sections is None:
        if not review.n_errors:
            yield _SAY("review.no_comparison")
        return
    entries = review.entries or []
    if not (entries or review.waiting):
        yield _SAY("review.no_entry")
        return
    every = (*map(_entry_text, entries), *map(_status_text, review.waiting))
    yield f"### {_SAY('review.entries')}\n\n{_list(every, len(every))}"


def _list(texts: Iterable[str], n: int) -> str:
    """Return a list of the first texts, and how many more of `n` there are."""
    lines = [f"- {text}" for text in islice(texts, _MAX_LINES)]
    if (more := n - len(lines)) > 0:
        lines.append(f"- {_SAY('changes.n_more', more)}")
    return "\n".join(lines)


def _status_text(entry: ReviewedStatus) -> str:
    """Return why an entry has no scores."""
    kind = "pending" if entry.is_pending else "not_evaluated"
    since = "_since" if entry.reason else ""
    return _SAY(f"model.{kind}{since}", name=as_code(entry.name), reason=as_code(entry.reason))


def _entry_text(entry: ReviewedEntry) -> str:
    """Return where an entry would stand: `4th of 57, level with 3rd to 6th`."""
    boards = [as_code(name) for name in (entry.board, entry.variant) if name]
    where = "".join(_SAY("review.where", board=board) for board in boards)
    name, value = entry.merit
    merit = _SAY("review.merit", name=as_code(name), value=as_code(value)) if value else ""
    known = {"name": as_code(entry.name), "where": where, "merit": merit}
    if entry.rank is None:
        text = _SAY("review.unranked", entry.tasks, scored=entry.scored, **known)
    else:
        level = ""
        if entry.best < entry.worst:
            best, worst = ordinal(entry.best), ordinal(entry.worst)
            level = _SAY("review.level", best=best, worst=worst)
        kind = "review.new" if entry.is_new else "review.changed"
        text = _SAY(kind, entry.ranked, rank=ordinal(entry.rank), level=level, **known)
    costs = ", ".join(f"{as_code(label)} {as_code(number)}" for label, number in entry.measures)
    return f"{text}. {costs and f'{costs}.'}".strip()
