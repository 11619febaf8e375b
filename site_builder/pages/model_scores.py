"""List every score of a model with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from site_builder.addresses import Address, Fact, Link, make_slugs, page_link
from site_builder.charts.cells import source_link
from site_builder.compute.numbers import floats_or_none
from site_builder.compute.scores import Score
from site_builder.formatting import listed, sentence
from site_builder.pages.data import published_paths
from site_builder.pages.page import ScriptData, Site, variant_data
from site_builder.records import Record, asdict
from site_builder.table_model import MAX_DRAWN

CARDS = "data/score-cards.js"
_MAX_SOURCES = 3
# Columns of the results table that may be empty.
_STATED = ("stderr", "n_examples", "date", "source", "command")


# --- where they come from -----------------------------------------------------------------------


class ScoreSource(Record):
    """Where the scores of a model come from.

    Attributes:
        facts: Sources, rows of the results table, dates and licence, as far as they are stated.
        flags: Why scores should be read with care, each with their tasks.
        commands: What made them.
        unstated: What is not known of any score of the board.
    """

    facts: tuple[Fact, ...]
    flags: tuple[Fact, ...]
    commands: tuple[str, ...]
    unstated: str


def make_source(site: Site, scores: Sequence[Score]) -> ScoreSource:
    """Sum up where the scores of a model come from; the card of each has its own."""
    say = site.labels.say
    absent = [say(f"stated.{n}") for n in _STATED if n not in site.results.catalog.stated]
    flags = dict[str, list[str]]()
    facts = [
        *_linked(site, "file", [s.source for s in scores]),
        *_linked(site, "log", [s.log_url for s in scores]),
    ]
    if people := list(dict.fromkeys(s.submitted_by for s in scores if s.submitted_by)):
        facts.append(Fact(say("source.submitted_by"), listed(people, most=_MAX_SOURCES)))
    if rows := [s.row for s in scores if s.row is not None]:
        text = say("source.some_rows", len(rows), first=min(rows), last=max(rows))
        results = Link("results.parquet", Address("data", anchor="table-results"))
        facts.append(Fact(say("source.rows"), text, link=results))
    if dates := sorted(s.date for s in scores if s.date is not None):
        ends = {dates[0], dates[-1]}
        text = say("source.dates", len(ends), first=dates[0], last=dates[-1])
        facts.append(Fact(say("source.data"), text))
    if site.config.site.license:
        facts.append(Fact(say("source.license"), site.config.site.license))
    for score in scores:
        if score.flag is not None:
            flags.setdefault(score.flag, []).append(site.labels.tasks[score.task])
    return ScoreSource(
        facts=tuple(facts),
        flags=tuple(Fact(listed([*dict.fromkeys(of)]), flag) for flag, of in flags.items()),
        commands=tuple(dict.fromkeys(s.command for s in scores if s.command is not None)),
        unstated=say("scores.not_stated", what=listed(absent, most=len(absent))) if absent else "",
    )


def _linked(site: Site, name: str, paths: Sequence[str | None]) -> Iterator[Fact]:
    """Yield the first of some links or paths, and how many more there are."""
    say, published = site.labels.say, published_paths(site)
    known = [path for path in dict.fromkeys(paths) if path is not None]
    for path in known[:_MAX_SOURCES]:
        yield Fact(say(f"source.{name}"), "", link=source_link(path, published))
    if (more := len(known) - _MAX_SOURCES) > 0:
        yield Fact(say(f"source.{name}"), say("source.more", more))


# --- the data of score cards --------------------------------------------------------------------


def make_score_cards(site: Site) -> Iterator[ScriptData]:
    """Make the data of score cards: what all share, and a file beside the page of each model."""
    yield ScriptData(Address("asset", CARDS), "score cards", partial(shared_card_data, site))
    for model in site.results.scores.models:
        name = f"scores of {site.labels.model_slugs[model]}"
        yield ScriptData(Address("scores", model), name, partial(card_data, site, model))


def shared_card_data(site: Site) -> Mapping[str, object]:
    """Return the tasks and variants that scores are of, what citations share, and the texts.

    `tasks` are link, metric (empty where not stated), slug and number format. `baseline` has, by
    variant, its score beside it on each of them, null where there is none. `middles` has the middle
    half of all scores and their median, for the rows that a script makes of a long table.
    """
    labels, catalog, scores = site.labels, site.results.catalog, site.results.scores
    title, release = site.config.site.title, site.results.release
    return {
        "tasks": [
            [
                page_link(labels.tasks[task], "task", task),
                catalog.tasks[task].metric or "",
                labels.task_slugs[task],
                asdict(labels.scales[task]),
            ]
            for task in scores.tasks
        ],
        "variants": variant_data(labels),
        "baseline": [floats_or_none(runs.beside["baseline"].values[0]) for runs in scores.variants],
        "middles": [
            [spread and (spread.low, spread.median, spread.high) for spread in runs.spreads]
            for runs in (scores.variants if len(scores.tasks) > MAX_DRAWN else ())
        ],
        "cite": {
            "site": title,
            "slug": make_slugs([title])[title],
            "release": site.labels.release(release),
            "short": release.short,
            "note": sentence(site.labels.release(release)),
            "year": release.date[:4] if release.date else "",
        },
        "texts": labels.say.for_script("card"),
    }


def card_data(site: Site, model: str) -> Mapping[str, object]:
    """Return what the cards of a model's scores show.

    `tasks` are places in the shared list, null where the model has all of it. All else is by
    variant a list in their order, null where there is nothing; what no score states is left out.
    `row` may be the first of consecutive rows in place of a list. `source` and `log` have places in
    `sources`; `date`, `command`, `flag`, `by` (who handed it in) and `chance` in `texts`.
    """
    scores, published = site.results.scores.stated_of(model), published_paths(site)
    tasks = list(dict.fromkeys(score.task for score in scores))
    variants = list(site.labels.roles.variants)
    rows = [variants.index(score.variant) for score in scores]
    order = {task: place for place, task in enumerate(tasks)}
    places = [order[score.task] for score in scores]
    columns_of = site.results.scores.columns
    named = {link for s in scores for link in (s.source, s.log_url) if link is not None}
    links = {link: source_link(link, published) for link in named}
    texts, sources, columns = dict[str, int](), dict[Link, int](), dict[str, list[list[object]]]()
    values: dict[str, tuple[list[Any], dict[Any, int] | None]] = {
        "value": ([s.score for s in scores], None),
        "row": ([s.row for s in scores], None),
        "interval": ([s.interval for s in scores], None),
        "stderr": ([s.stated_stderr for s in scores], None),
        "n": ([s.stated_n for s in scores], None),
        "n_range": ([s.n_range for s in scores], None),
        "date": ([s.date for s in scores], texts),
        "source": ([None if s.source is None else links[s.source] for s in scores], sources),
        "log": ([None if s.log_url is None else links[s.log_url] for s in scores], sources),
        "by": ([s.submitted_by for s in scores], texts),
        "command": ([s.command for s in scores], texts),
        "flag": ([s.flag for s in scores], texts),
        "chance": ([_chance_text(site, score) for score in scores], texts),
    }
    for name, (column, known) in values.items():
        if column.count(None) < len(column):
            columns[name] = [[None] * len(tasks) for _ in variants]
            for row, place, value in zip(rows, places, column, strict=True):
                if value is not None and known is not None:
                    value = known.setdefault(value, len(known))
                columns[name][row][place] = value
    return {
        "model": page_link(site.labels.models[model], "model", model),
        "tasks": None if len(tasks) == len(columns_of) else [columns_of[task] for task in tasks],
        "row": list(map(_packed_rows, columns.pop("row", []))),
        "texts": list(texts),
        "sources": list(sources),
        **columns,
    }


def _chance_text(site: Site, score: Score) -> str | None:
    """Return the chance level of a score's task, and how the score compares with it."""
    level = site.results.catalog.tasks[score.task].score_chance
    if level is None or not score.counts:
        return None
    say, kind = site.labels.say, "no_better" if score.at_chance else "better"
    text = say(f"chance.{kind}", level=site.labels.scales[score.task].score(level))
    return say("chance.from_worse", text=text) if score.from_worse_than_chance else text


def _packed_rows(rows: Sequence[Any]) -> object:
    """Return the first of consecutive rows alone, since large boards have long lists of them."""
    is_run = len(rows) > 1 and None not in rows and rows == [*range(rows[0], rows[0] + len(rows))]
    return rows[0] if is_run else rows
