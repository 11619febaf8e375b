"""Write an audit as one screen of text, as Markdown, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from textwrap import wrap

from site_builder.audit.boards import Audited, reading_api
from site_builder.audit.findings import SCHEMA, Audit, AuditedEntry, Scale, find_audit
from site_builder.audit.sources import AuditOptions, Taken, read_source
from site_builder.compute.intervals import LEAST_TASKS
from site_builder.compute.rules import find_rule
from site_builder.config import RULES
from site_builder.errors import Fault, one_line
from site_builder.formatting import MISSING, listed, percent, sentence, text_columns
from site_builder.messages import Messages, with_article
from site_builder.records import Record, asdict
from site_builder.releases.wording import as_code
from site_builder.tables.metrics import bounds_text

WIDTH = 100
_ROWS, _NAMED, _FAULTS, _LONGEST = 10, 3, 2, 44
# Why a board ranks as it does: the message for each reason.
_WHY = {
    "mixed units": "mixed",
    "sparse": "sparse",
    "configured": "stated",
    "unknown units": "unsure",
}


class Line(Record):
    """One finding: a word for what it is about, and what was found."""

    label: str
    text: str


class _Words(Record):
    """What writes the findings of one audit."""

    audit: Audit
    audited: Audited

    @property
    def say(self) -> Messages:
        return self.audited.say

    def models(self, ids: Sequence[str], most: int = _NAMED) -> str:
        return listed([_short(self.audit.names.get(one, one)) for one in ids], most)

    def tasks(self, ids: Sequence[str], most: int = _NAMED) -> str:
        return listed([_short(self.audit.task_names.get(one, one)) for one in ids], most)


def _short(text: str, most: int = _LONGEST) -> str:
    """Return a name without its middle where it is long: entries often differ at the end."""
    if len(text) <= most:
        return text
    end = most // 3
    return f"{text[: most - end - 1]}\N{HORIZONTAL ELLIPSIS}{text[-end:]}"


def _joined(parts: Sequence[str]) -> str:
    """Return parts that hold commas themselves, the first few."""
    more = f"; {len(parts) - _NAMED:,} more" if len(parts) > _NAMED else ""
    return "; ".join(parts[:_NAMED]) + more


def heading(audited: Audited, audit: Audit) -> str:
    """Return what was audited, in one line."""
    say = audited.say
    what = f"{audited.board} ({audited.source})" if audited.board else audited.source
    n_models, n_tasks = say("n_models", len(audit.entries)), say("n_tasks", audit.tasks)
    return say("audit.heading", what=what, n_models=n_models, n_tasks=n_tasks)


def findings(audited: Audited, audit: Audit) -> list[Line]:
    """Return every finding, the answer first."""
    words = _Words(audit, audited)
    parts: tuple[tuple[str, Callable[[_Words], Iterator[str]]], ...] = (
        ("first", _first),
        ("unknown", _unknown),
        ("neighbours", _neighbours),
        ("missing", _missing),
        ("tasks", _without_task),
        ("rules", _rules),
        ("ranking", _ranking),
        ("scores", _scales),
        ("boards", _boards),
    )
    found = ((name, " ".join(write(words))) for name, write in parts)
    lines = [Line(audited.say(f"audit.label.{name}"), text) for name, text in found if text]
    return [*lines, *_warnings(words)]


# --- one finding each ---------------------------------------------------------------------------


def _first(words: _Words) -> Iterator[str]:
    audit, say, first = words.audit, words.say, words.audit.first
    n = len(first.entries)
    who, merit = words.models(first.entries), with_article(words.audited.rule)
    if audit.ranked < 2:
        yield say("audit.first.only", first=who) if n else say("audit.first.none")
        return
    best = [e.value for e in audit.entries if e.rank == 1 and e.value is not None]
    value = words.audited.scale.score(best[0]) if best else ""
    kind = "plain" if value else "bare"
    yield say(f"audit.first.{kind}", n, first=who, merit=merit, value=value)
    if first.by is None:
        yield say(f"audit.first.why_not.{first.why_not}", least=LEAST_TASKS)
    elif first.may_be:
        others = words.models(first.may_be)
        yield say(f"audit.first.open_{first.by}", len(first.may_be), others=others)
    else:
        yield say(f"audit.first.clear_{first.by}", n)


def _neighbours(words: _Words) -> Iterator[str]:
    found = words.audit.neighbours
    if found is not None:
        kind = "some" if found.too_close else "none"
        yield words.say(f"audit.neighbours.{kind}", found.too_close, of=found.pairs)


def _missing(words: _Words) -> Iterator[str]:
    say, found, first = words.say, words.audit.missing, words.audit.first.entries
    if not found.scores:
        yield say("audit.missing.none", of=found.of)
        return
    who = [f"{words.models([one])} ({n:,})" for one, n in found.entries.items()]
    yield say("audit.missing.some", found.scores, of=found.of, who=listed(who, _NAMED))
    if found.first is None:
        yield say("audit.missing.rule", merit=words.audited.rule)
        return
    if found.tasks_without_bounds:
        yield say("audit.missing.unbounded", tasks_named=words.tasks(found.tasks_without_bounds))
    if not first:
        return
    if others := [one for one in found.first if one not in first]:
        yield say("audit.missing.others", len(others), others=words.models(others))
    else:
        yield say("audit.missing.kept", len(first), first=words.models(first))
    if found.ranks and found.ranks[1] > 1:
        yield say("audit.missing.down", first=words.models(first[:1]), worst=found.ranks[1])


def _without_task(words: _Words) -> Iterator[str]:
    say, found, audit = words.say, words.audit.without_task, words.audit
    if found is None or not audit.first.entries:
        return
    who, of = words.models(audit.first.entries), min(found["tried"], audit.tasks)
    leaders = found["leaders"]
    if not leaders:
        yield say("audit.tasks.kept", len(audit.first.entries), first=who, of=of)
    else:
        named = [
            say("audit.tasks.then", len(ids), name=words.tasks([task]), leaders=words.models(ids))
            for task, ids in leaders.items()
        ]
        yield say("audit.tasks.changed", len(leaders), of=of, named=_joined(named))
    second = audit.rules[0]["second"] if audit.rules else None
    if second and found["task"] and found["lead"] is not None:
        scale, lead = words.audited.lead_scale, audit.rules[0]["lead"]
        yield say(
            "left_out.lead",
            second=words.models([second]),
            lead=scale.signed(lead),
            name=words.tasks([found["task"]]),
            without=scale.signed(found["lead"]),
        )


def _rules(words: _Words) -> Iterator[str]:
    say, rules = words.say, words.audit.rules
    if len(rules) < 2 or words.audit.tasks < 2:
        return
    others = [rule for rule in rules[1:] if not rule["same"]]
    if not others:
        yield say("audit.rules.same", len(rules) - 1)
        return
    named = [
        say(
            "audit.rules.other", rule=_rule_name(words, rule), leaders=words.models(rule["leaders"])
        )
        for rule in others
    ]
    yield say("audit.rules.differ", len(others), of=len(rules) - 1, named=_joined(named))


def _rule_name(words: _Words, rule: Mapping[str, object]) -> str:
    name = str(rule["rule"])
    name = words.say(f"rule.{name}") if name in RULES else name  # of a newer version
    metric = rule["metric"]
    return words.say("rules.metric", rule=name, metric=metric) if metric else name


def _ranking(words: _Words) -> Iterator[str]:
    """Say what ranks, and why that and no other rule."""
    say, audit = words.say, words.audit
    if audit.tasks == 1 and words.audited.rule == "score":
        yield say("audit.ranking.one", name=words.tasks(audit.scales[0].tasks))
    else:
        kind = _WHY.get(audit.why, "plain")
        yield say(f"audit.ranking.{kind}", merit=words.audited.rule)
    if len(audit.variants) > 1:
        yield say("audit.ranking.variant", len(audit.variants) - 1, variant=audit.variants[0])
    hidden: dict[str, int] = {}
    for entry in audit.entries:
        if entry.unranked:
            hidden[entry.unranked] = hidden.get(entry.unranked, 0) + 1
    share = percent(audit.min_coverage)
    these = [
        say(f"board.hidden.{why}", n_models=say("n_models", n), share=share)
        for why, n in hidden.items()
    ]
    if these:
        yield say("audit.ranking.unranked", these=listed(these, len(these)))
    if measures := audit.taken.measures:
        yield say("audit.ranking.measures", names=listed([*map(_short, measures)], _NAMED))


def _scales(words: _Words) -> Iterator[str]:
    say, audit = words.say, words.audit
    if len(audit.scales) == 1 or audit.is_one_scale:
        yield f"{sentence(_of_scale(words, audit.scales[0]))}."
        yield from _told(words)
        return
    named = [
        say(
            "audit.scales.one",
            n_tasks=say("n_tasks", len(s.tasks)),
            names=words.tasks(s.tasks, 2),
            of=_of_scale(words, s),
        )
        for s in audit.scales
    ]
    yield say("audit.scales.mixed", len(named), named=_joined(named))
    if audit.is_one_scale is None:
        return
    is_average = audit.rank_by in RULES and find_rule(audit.rank_by, ()).is_average
    kind = "averaged" if is_average else "apart"
    yield say(f"audit.scales.{kind}", merit=words.audited.rule)
    yield from _told(words)


def _told(words: _Words) -> Iterator[str]:
    """Say what told the directions of files, where it is a name and no statement."""
    by: dict[str, int] = {}
    for one in words.audit.taken.told:
        by[one.why] = by.get(one.why, 0) + 1
    named = [f"{why} ({words.say('n_tasks', n)})" for why, n in by.items()]
    if named:
        yield words.say("audit.scales.told", named=_joined(named))


def _of_scale(words: _Words, scale: Scale) -> str:
    say = words.say
    bounds = bounds_text(scale.low, scale.high)
    what = [
        scale.metric or "",
        scale.unit or "",
        bounds,
        say(f"audit.better.{scale.higher_is_better}"),
    ]
    return ", ".join(filter(None, what))


def _unknown(words: _Words) -> Iterator[str]:
    say, taken = words.say, words.audit.taken
    if taken.directions:
        names = words.tasks(taken.directions)
        yield say("audit.unknown.direction", len(taken.directions), names=names)
    if taken.mixed:
        yield say("audit.unknown.mixed", len(taken.mixed), names=_ranges(taken, taken.mixed))
    if units := [name for name in taken.units if name not in taken.mixed]:
        yield say("audit.unknown.unit", len(units), names=_ranges(taken, units))
    if taken.assumed:
        yield say("audit.unknown.assumed", len(taken.assumed), names=words.tasks(taken.assumed))


def _ranges(taken: Taken, tasks: Sequence[str]) -> str:
    """Return the names of tasks with their least and greatest score."""
    ranges = ((name, taken.units[name]) for name in tasks)
    return listed([f"{_short(name)} ({low:g} to {high:g})" for name, (low, high) in ranges], _NAMED)


def _boards(words: _Words) -> Iterator[str]:
    if others := words.audit.other_boards:
        yield words.say("audit.boards", len(others), names=listed(others, 6))


def _warnings(words: _Words) -> Iterator[Line]:
    """Yield the first warnings, a line each."""
    faults, label = words.audit.taken.faults, words.say("audit.label.warning")
    for fault in faults[:_FAULTS]:
        said = str(fault)
        room = WIDTH - 20
        yield Line(label, said if len(said) <= room else f"{said[:room]}\N{HORIZONTAL ELLIPSIS}")
    if rest := sum(fault.stands_for for fault in faults[_FAULTS:]):
        yield Line("", words.say("audit.more_warnings", rest))


# --- the table ----------------------------------------------------------------------------------


def table(audited: Audited, audit: Audit) -> tuple[list[list[str]], int]:
    """Return the first rows of the ranking below their headings, and how many more there are."""
    say, entries = audited.say, [e for e in audit.entries if e.rank is not None]
    shown = entries[:_ROWS]
    columns: list[tuple[str, Callable[[AuditedEntry], str]]] = [
        (say("audit.column.rank"), lambda e: str(e.rank)),
        (say("audit.column.ranks"), lambda e: _span(e.ranks)),
        (say("audit.column.model"), lambda e: _short(e.name)),
        (sentence(audited.rule), lambda e: audited.scale.score(e.value)),
        (say("audit.column.scored"), lambda e: f"{e.scored:,} of {audit.tasks:,}"),
        (say("audit.column.complete"), lambda e: _span(e.ranks_if_complete)),
    ]
    has_gaps = any(e.scored < audit.tasks for e in shown)
    wanted = (
        True,
        any(e.ranks for e in shown),
        True,
        any(e.value is not None for e in shown),
        has_gaps,
        has_gaps and any(e.ranks_if_complete for e in shown),
    )
    chosen = [column for column, is_wanted in zip(columns, wanted, strict=True) if is_wanted]
    rows = [[name for name, _ in chosen], *([write(e) for _, write in chosen] for e in shown)]
    return rows, len(entries) - len(shown)


def _span(ranks: tuple[int, int] | None) -> str:
    if ranks is None:
        return MISSING
    low, high = ranks
    return f"{low:,}" if low == high else f"{low:,}\N{EN DASH}{high:,}"


# --- the documents ------------------------------------------------------------------------------


def as_text(audited: Audited, audit: Audit) -> str:
    """Return one screen of at most 100 columns, without control characters."""
    lines, found = [_plain(heading(audited, audit)), ""], findings(audited, audit)
    indent = 2 + max(len(line.label) for line in found)
    for line in found:
        text = line.label.ljust(indent) + _plain(line.text)
        lines += wrap(text, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)
    rows, more_rows = table(audited, audit)
    if len(rows) > 1:
        lines += ["", *text_columns([[*map(_plain, row)] for row in rows])]
    if more_rows:
        lines.append(audited.say("audit.more_rows", more_rows))
    return "\n".join(lines)


def _plain(text: str) -> str:
    return one_line(text.replace("\N{NO-BREAK SPACE}", " "))


def as_markdown(audited: Audited, audit: Audit) -> str:
    """Return the same for a comment or an issue; what files say is code there."""
    lines = [f"### {_escaped(heading(audited, audit))}", ""]
    for line in findings(audited, audit):
        label = f"**{line.label}:** " if line.label else ""
        lines.append(f"- {label}{_escaped(line.text)}")
    rows, more_rows = table(audited, audit)
    if len(rows) > 1:
        head, *body = rows
        lines += ["", f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
        lines += [f"| {' | '.join(map(as_code, row))} |" for row in body]
    if more_rows:
        lines += ["", audited.say("audit.more_rows", more_rows)]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Return a line in which nothing is a mark of Markdown, a tag, a link or a mention."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>|~#@&" else c for c in _plain(text))


def as_json(_: Audited, audit: Audit) -> str:
    """Return one document with every entry and every number; `docs/audit.md` explains its keys."""
    values = {"schema": SCHEMA, **asdict(audit)}
    for name in ("names", "task_names"):  # entries have theirs; tasks are named by their ids
        del values[name]
    return json.dumps(values, default=asdict, allow_nan=False)


FORMATS: Mapping[str, Callable[[Audited, Audit], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
}


def write_audit(place: str, stated: AuditOptions, form: str) -> tuple[str, tuple[Fault, ...]]:
    """Return the audit of what is at a place in one of `FORMATS`, and every warning.

    Raises:
        SiteError: It cannot be read, or has no board; every fault of it.
    """
    audited, taken = read_source(place, stated)
    # Of the tables of a board, nothing but the sound can be left here.
    with nullcontext() if audited.facts else reading_api(place):
        return FORMATS[form](audited, find_audit(audited, taken)), taken.faults
