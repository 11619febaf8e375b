"""Gather what an audit reads: the values that the API has of a board, and what these leave out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from site_builder.api import FOLDER, api_values, published_statistics
from site_builder.compute.results import BoardResults, SiteResults
from site_builder.compute.rules import find_rule
from site_builder.config import RULES, SiteConfig
from site_builder.errors import Fault, SiteError, did_you_mean
from site_builder.formatting import NumberFormat
from site_builder.labels import format_of, make_labels
from site_builder.messages import Messages, make_messages
from site_builder.publish.manifest import SiteFiles
from site_builder.records import Record, replace
from site_builder.releases.snapshot import SNAPSHOT, read_snapshot, reading_api
from site_builder.translation import english


class Audited(Record):
    """One board that is audited, with the numbers that its site publishes or would publish.

    Attributes:
        source: What was given: a file, a folder, an address.
        board: Title of the board, or of the site with one; empty where there is none.
        others: Ids of the other boards of the site.
        stats, models, tasks, robustness: Content of the files of the API; no `robustness` below two
            ranked models.
        facts: What the API leaves out of each task: `unit`, `score_min`, `score_max`.
        why: What decided the rule, as in `RankingRules`; empty where that is not known.
        rule: The rule in words.
        merit: The field of `models` that ranks; empty where the API has none.
        scale, lead_scale: Formats of what ranks, and of differences of it.
        say: Texts in English, in the words of the site.
    """

    source: str
    board: str
    others: tuple[str, ...]
    stats: Mapping[str, Any]
    models: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    robustness: Mapping[str, Any] | None
    facts: Mapping[str, Mapping[str, Any]]
    why: str
    rule: str
    merit: str
    scale: NumberFormat
    lead_scale: NumberFormat
    say: Messages


def computed_board(source: str, computed: SiteResults, config: SiteConfig, board: str) -> Audited:
    """Return a board that was computed; the one that the home page shows if none is named.

    Raises:
        SiteError: There is no board of this name.
    """
    found = _find(computed, board)
    results, ids = found.results, [b.spec.id for b in computed.boards]
    labels, ranked = make_labels(results, config), results.board
    labels = replace(labels, say=make_messages(config.words.model_dump()))  # in English
    values = api_values(results)
    names = {s.id: name for name, s in published_statistics(ranked).items()}
    is_mean = ranked.rules.rank_by == "mean"
    is_rate = ranked.rules.rank_by == "mean_win_rate"
    return Audited(
        source=source,
        board=found.spec.title if found.spec.id or config.sha256 else "",
        others=tuple(one for one in ids if one != found.spec.id),
        stats=values["stats"],
        models=values["models"],
        tasks=values["tasks"],
        robustness=values.get("robustness"),
        facts={
            task: {"unit": of.unit, "score_min": of.score_min, "score_max": of.score_max}
            for task, of in results.catalog.tasks.items()
        },
        why=ranked.rules.why,
        rule="score" if len(ranked.tasks) == 1 and is_mean else labels.rule(ranked.rule),
        merit=names.get(ranked.rule.statistic, ""),
        scale=labels.merit_scale(ranked),
        lead_scale=labels.rate_scale if is_rate else labels.scale,
        say=labels.say,
    )


def _find(computed: SiteResults, board: str) -> BoardResults:
    if not board:
        return computed.featured
    ids = {b.spec.id: b for b in computed.boards}
    if board not in ids:
        raise SiteError(_no_board(board, [*filter(None, ids)]))
    return ids[board]


def _no_board(board: str, ids: list[str]) -> Fault:
    hint = did_you_mean(board, ids, "boards") if ids else "Leave the option out: it has only one."
    return Fault("--board", f"there is no board {board!r}", hint)


def published_board(files: SiteFiles, board: str) -> Audited:
    """Return the board that a published site opens with, from its API.

    Raises:
        SiteError: There is no API, it is not one of a board, or another board is asked for.
    """
    with reading_api(files.place):
        return _published(files, board)


def _tasks_of(files: SiteFiles, board: str) -> set[str]:
    """Return the tasks that a published board ranks over; none where an older version built it."""
    content = files.read(SNAPSHOT)
    with suppress(ValueError):
        states = read_snapshot(content).boards if content else {}
        return {*(states[board].tasks or ())} if board in states else set()
    return set()


def _published(files: SiteFiles, board: str) -> Audited:
    def read(name: str) -> Any:  # noqa: ANN401 - whatever the file holds
        content = files.read(f"{FOLDER}/{name}.json")
        return None if content is None else json.loads(content)

    stats = read("stats")
    if stats is None:
        what = f"there is no board: it has no {FOLDER}/stats.json"
        fix = "Name the home page of a board, a folder of a project, or a file of scores."
        raise SiteError(Fault(files.place, what, fix))
    boards, tasks = read("boards") or [], read("tasks")
    featured = next((b for b in boards if b["featured"]), {"id": "", "title": ""})
    if board and board != featured["id"]:
        raise SiteError(
            _no_board(board, [b["id"] for b in boards])
            if board not in [b["id"] for b in boards]
            else Fault("--board", f"a published site has the ranks of {featured['id']!r} alone")
        )
    mine, models = _tasks_of(files, featured["id"]), read("models")
    tasks = [task for task in tasks if task["task"] in mine] if mine else tasks
    if models[0]["coverage"]["of"] != len(tasks):
        what = "an older version built this site, which does not tell over which tasks it ranks"
        raise SiteError(Fault(files.place, what, "Build it again, or audit its project."))
    rank_by = stats["ranked_by"]
    rule = find_rule(rank_by, ()) if rank_by in RULES else None
    merit = rule.statistic if rule and rule.statistic in models[0] else ""
    variant = stats["variants"][0]
    if not any(variant in m["scored"] for m in models):
        message = f"no entry has a score of the variant {variant!r}"
        raise ValueError(message)
    ranked = [m[merit].get(variant) for m in models if merit and m["rank"] is not None]
    say = english()
    is_score = len(tasks) == 1 and rank_by == "mean"
    scale = format_of(value for value in ranked if value is not None)
    return Audited(
        source=files.place,
        board=featured["title"],
        others=tuple(b["id"] for b in boards if b["id"] != featured["id"]),
        stats=stats,
        models=models,
        tasks=tasks,
        robustness=read("robustness"),
        facts={},
        why="",
        rule="score" if is_score else say(f"rule.{rule.id}") if rule else rank_by,
        merit=merit,
        scale=scale,
        lead_scale=scale,
        say=say,
    )
