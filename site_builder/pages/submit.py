"""Make the page that says how others hand in results: written from the board and the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from site_builder.addresses import Address, Fact, Link
from site_builder.api import encode
from site_builder.formatting import exact, listed, percent
from site_builder.messages import Messages
from site_builder.pages.page import Document, Page, Site
from site_builder.records import Record, replace
from site_builder.tables.columns import VARIANT
from site_builder.tables.schema import VERIFICATIONS
from site_builder.tables.submission_schema import FORM, submission_schema
from site_builder.tables.submission_text import SubmittedEntry, entry_text, path_of
from site_builder.tables.submissions import FOLDER, MAX_BYTES

_SCHEMA = Address("file", "submit/schema.json")
_EXAMPLE, _MOST_SCORES = 2, 14
_FACTS = ("name", "developer", "license")


class SubmitContext(Record):
    """What the page for submitters shows.

    Attributes:
        tasks: How many tasks have scores.
        folder: Where submissions stand.
        of: Whose scores the example has.
        path: Where the example would stand.
        example: A submission with the scores of an entry of this board.
        facts: What a new model states.
        schema: The JSON Schema of a submission to this board.
        checks: What is checked, and what follows from it.
        form: Where the form for submissions without Git is filled in; empty without one.
        data: For the script: the schema, and the messages.
    """

    tasks: int
    folder: str
    of: str
    path: str
    example: str
    facts: str
    schema: Link
    checks: tuple[Fact, ...]
    form: str
    data: Mapping[str, Any]


def make_submit(site: Site) -> Iterator[Page | Document]:
    """Yield the page and the schema of a board that takes submissions."""
    if not site.config.site.submissions:
        return
    say, tasks = site.labels.say, _tasks(site)
    schema = submission_schema(tasks)
    model, entry = _example(site)
    about, texts = say("submit.about", len(tasks)), say.for_script("submit")
    repository = site.config.site.repository.rstrip("/")
    has_form = (site.config.root / FORM).is_file() and repository.startswith("https://github.com/")
    context = SubmitContext(
        tasks=len(tasks),
        folder=f"data/{FOLDER}/",
        of=say("submit.file_text", name=site.labels.models[model]),
        path=path_of(entry).as_posix(),
        example=_example_text(say, entry),
        facts=say("submit.facts", facts=listed([*_FACTS])),
        schema=Link(_SCHEMA.key.rpartition("/")[2], _SCHEMA),
        checks=tuple(_checks(site, tasks)),
        form=f"{repository}/issues/new?template={FORM.rpartition('/')[2]}" if has_form else "",
        data={"schema": schema, "texts": texts, "most": MAX_BYTES},
    )
    yield Page(Address("submit"), "submit.html", say("submit.title"), about, context, (site.home,))
    yield Document(_SCHEMA, encode(schema))


def _tasks(site: Site) -> dict[str, tuple[float | None, float | None]]:
    """Return the bounds of each task that has scores of its own, not the mean of its parts."""
    whole = site.computed.whole
    frame = whole.scores.frame
    stated = {*frame.loc[frame["row"].notna(), "task"]}
    infos = whole.catalog.tasks
    return {t: (infos[t].score_min, infos[t].score_max) for t in infos if t in stated}


def _example(site: Site) -> tuple[str, SubmittedEntry]:
    """Return the third entry of the board, or the last, and the submission of it."""
    entries = site.results.board.ranked or site.results.board.entries
    model = entries[min(_EXAMPLE, len(entries) - 1)].model
    whole, base = site.computed.whole, site.config.default_variant
    scores, info = whole.scores, whole.catalog.models[model]
    rows = [
        {
            "task": score.task,
            "score": score.score,
            "n_examples": None if score.stated_n is None else int(score.stated_n),
            "date": score.date,
            "source": score.source,
            **({} if score.variant == base else {"variant": score.variant}),
        }
        for score in scores.stated_of(model)
        if score.row is not None and score.counts
    ]
    settings = [facet.id for facet in whole.catalog.facets if facet.is_setting]
    known = {name: info.facets.get(name) for name in settings}
    facets = {name: value for name, value in known.items() if value is not None}
    variant = {VARIANT: facets.pop(VARIANT)} if VARIANT in facets else {}
    said = {**variant, "verification": VERIFICATIONS[0], "submitted_by": "your-name"}
    return model, SubmittedEntry(info.of, rows, facets, {}, said)


def _example_text(say: Messages, entry: SubmittedEntry) -> str:
    """Return the file of an entry, with a comment in place of all but its first scores."""
    kept = entry.rows[:_MOST_SCORES]
    left = len({row["task"] for row in entry.rows} - {row["task"] for row in kept})
    if not left:
        return entry_text(entry, ())
    lines = entry_text(replace(entry, rows=kept), ()).split("\n")
    last = max(i for i, line in enumerate(lines) if line.startswith("  "))
    lines.insert(last + 1, f"  # {say('submit.more', left)}")
    return "\n".join(lines)


def _checks(site: Site, tasks: Mapping[str, tuple[float | None, float | None]]) -> Iterator[Fact]:
    say, refused = site.labels.say, site.labels.say("submit.refused")
    share = site.results.board.rules.min_coverage
    if {*site.results.board.tasks} != {*tasks}:
        rest = say("submit.all_of_board")
    elif site.board.config.missing == "zero":
        rest = say("submit.all_zero")
    elif share < 1:
        rest = say("submit.all_else", share=percent(share))
    else:
        rest = say("submit.all_needed")
    yield Fact(say("submit.all", len(tasks)), rest)
    bounds = {*tasks.values()}
    if len(bounds) == 1 and None not in (one := next(iter(bounds))):
        low, high = (exact(value) for value in one if value is not None)
        yield Fact(say("submit.bounds", low=low, high=high), refused)
    elif bounds != {(None, None)}:
        yield Fact(say("submit.own_bounds"), refused)
    yield Fact(say("submit.listed"), say("submit.listed_else"))
    yield Fact(say("submit.keys"), refused)
