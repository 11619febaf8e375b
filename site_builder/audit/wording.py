"""Write an audit as one screen of text, as Markdown, or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import wrap

from site_builder.audit.findings import SCHEMA, Audit, Scale, Taken
from site_builder.compute.intervals import LEAST_TASKS
from site_builder.compute.rules import find_rule
from site_builder.config import RULES
from site_builder.errors import one_line
from site_builder.formatting import MISSING, listed, percent, sentence, text_columns
from site_builder.messages import with_article
from site_builder.records import asdict
from site_builder.releases.wording import as_code
from site_builder.tables.metrics import bounds_text

WIDTH = 100
_ROWS, _NAMED, _FAULTS, _LONGEST = 10, 3, 2, 44

Line = tuple[str, str]
"""One finding: a word for what it is about, and what was found."""


def _models(audit: Audit, ids: Sequence[str]) -> str:
    return listed([_short(audit.words.names.get(one, one)) for one in ids], _NAMED)


def _tasks(audit: Audit, ids: Sequence[str], most: int = _NAMED) -> str:
    return listed([_short(audit.words.task_names.get(one, one)) for one in ids], most)


def _short(text: str) -> str:
    """Return a name without its middle where it is long: entries often differ at the end."""
    if len(text) <= _LONGEST:
        return text
    end = _LONGEST // 3
    return f"{text[: _LONGEST - end - 1]}\N{HORIZONTAL ELLIPSIS}{text[-end:]}"


def _joined(parts: Sequence[str]) -> str:
    """Return parts that hold commas themselves, the first few."""
    more = f"; {len(parts) - _NAMED:,} more" if len(parts) > _NAMED else ""
    return "; ".join(parts[:_NAMED]) + more


def heading(audit: Audit) -> str:
    """Return what was audited, in one line."""
    say = audit.words.say
    what = f"{audit.board} ({audit.source})" if audit.board else audit.source
    n_models, n_tasks = say("n_models", len(audit.entries)), say("n_tasks", audit.tasks)
    return say("audit.heading", what=what, n_models=n_models, n_tasks=n_tasks)


def findings(audit: Audit) -> list[Line]:
    """Return every finding, the answer first."""
    parts: tuple[tuple[str, Callable[[Audit], Iterator[str]]], ...] = (
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
    found = ((name, " ".join(write(audit))) for name, write in parts)
    lines = [(audit.words.say(f"audit.label.{name}"), text) for name, text in found if text]
    return [*lines, *_warnings(audit)]


# --- one finding each ---------------------------------------------------------------------------


def _first(audit: Audit) -> Iterator[str]:
    say, first = audit.words.say, audit.first
    n = len(first.entries)
    who, merit = _models(audit, first.entries), with_article(audit.words.rule)
    if audit.ranked < 2:
        yield say("audit.first.only", first=who) if n else say("audit.first.none")
        return
    best = [e.value for e in audit.entries if e.rank == 1 and e.value is not None]
    value = audit.words.scale.score(best[0]) if best else ""
    kind = "plain" if value else "bare"
    yield say(f"audit.first.{kind}", n, first=who, merit=merit, value=value)
    if first.by is None:
        yield say(f"audit.first.why_not.{first.why_not}", least=LEAST_TASKS)
    elif first.may_be:
        others = _models(audit, first.may_be)
        yield say(f"audit.first.open_{first.by}", len(first.may_be), others=others)
    else:
        yield say(f"audit.first.clear_{first.by}", n)


def _neighbours(audit: Audit) -> Iterator[str]:
    found = audit.neighbours
    if found is not None:
        kind = "some" if found.too_close else "none"
        yield audit.words.say(f"audit.neighbours.{kind}", found.too_close, of=found.pairs)


def _missing(audit: Audit) -> Iterator[str]:
    say, found, first = audit.words.say, audit.missing, audit.first.entries
    if not found.scores:
        yield say("audit.missing.none", of=found.of)
        return
    who = [f"{_models(audit, [one])} ({n:,})" for one, n in found.entries.items()]
    yield say("audit.missing.some", found.scores, of=found.of, who=listed(who, _NAMED))
    if found.first is None:
        yield say("audit.missing.rule", merit=audit.words.rule)
        return
    if found.tasks_without_bounds:
        yield say("audit.missing.unbounded", tasks_named=_tasks(audit, found.tasks_without_bounds))
    if not first:
        return
    if others := [one for one in found.first if one not in first]:
        yield say("audit.missing.others", len(others), others=_models(audit, others))
    else:
        yield say("audit.missing.kept", len(first), first=_models(audit, first))
    if found.ranks and found.ranks[1] > 1:
        yield say("audit.missing.down", first=_models(audit, first[:1]), worst=found.ranks[1])


def _without_task(audit: Audit) -> Iterator[str]:
    say, found, first = audit.words.say, audit.without_task, audit.first.entries
    if found is None or not first:
        return
    of, leaders = min(found["tried"], audit.tasks), found["leaders"]
    if not leaders:
        yield say("audit.tasks.kept", len(first), first=_models(audit, first), of=of)
    else:
        named = [
            say(
                "audit.tasks.then", len(ids), name=_tasks(audit, [one]), leaders=_models(audit, ids)
            )
            for one, ids in leaders.items()
        ]
        yield say("audit.tasks.changed", len(leaders), of=of, named=_joined(named))
    second = audit.rules[0]["second"] if audit.rules else None
    if second and found["task"] and found["lead"] is not None:
        signed = audit.words.lead_scale.signed
        leads = {"lead": signed(audit.rules[0]["lead"]), "without": signed(found["lead"])}
        names = {"second": _models(audit, [second]), "name": _tasks(audit, [found["task"]])}
        yield say("left_out.lead", **names, **leads)


def _rules(audit: Audit) -> Iterator[str]:
    say, rules = audit.words.say, audit.rules
    if len(rules) < 2 or audit.tasks < 2:
        return
    others = [rule for rule in rules[1:] if not rule["same"]]
    if not others:
        yield say("audit.rules.same", len(rules) - 1)
        return
    named = [
        say(
            "audit.rules.other", rule=_rule_name(audit, one), leaders=_models(audit, one["leaders"])
        )
        for one in others
    ]
    yield say("audit.rules.differ", len(others), of=len(rules) - 1, named=_joined(named))


def _rule_name(audit: Audit, rule: Mapping[str, object]) -> str:
    name, metric = audit.words.say(f"rule.{rule['rule']}"), rule["metric"]
    return audit.words.say("rules.metric", rule=name, metric=metric) if metric else name


def _ranking(audit: Audit) -> Iterator[str]:
    """Say what ranks, and why that and no other rule."""
    say = audit.words.say
    if audit.tasks == 1 and audit.words.rule == "score":
        yield say("audit.ranking.one", name=_tasks(audit, audit.scales[0].tasks))
    else:
        yield say(f"audit.ranking.{audit.why.replace(' ', '_')}", merit=audit.words.rule)
    if len(audit.variants) > 1:
        yield say("audit.ranking.variant", len(audit.variants) - 1, variant=audit.variants[0])
    hidden = Counter(entry.unranked for entry in audit.entries if entry.unranked)
    share = percent(audit.min_coverage)
    these = [
        say(f"board.hidden.{why}", n_models=say("n_models", n), share=share)
        for why, n in hidden.items()
    ]
    if these:
        yield say("audit.ranking.unranked", these=listed(these, len(these)))
    if measures := audit.taken.measures:
        yield say("audit.ranking.measures", names=listed([*map(_short, measures)], _NAMED))


def _scales(audit: Audit) -> Iterator[str]:
    say = audit.words.say
    if len(audit.scales) == 1 or audit.is_one_scale:
        yield f"{sentence(_of_scale(audit, audit.scales[0]))}."
        yield from _told(audit)
        return
    named = [
        say(
            "audit.scales.one",
            n_tasks=say("n_tasks", len(s.tasks)),
            names=_tasks(audit, s.tasks, 2),
            of=_of_scale(audit, s),
        )
        for s in audit.scales
    ]
    yield say("audit.scales.mixed", len(named), named=_joined(named))
    if audit.is_one_scale is None:
        return
    is_average = audit.rank_by in RULES and find_rule(audit.rank_by, ()).is_average
    kind = "averaged" if is_average else "apart"
    yield say(f"audit.scales.{kind}", merit=audit.words.rule)
    yield from _told(audit)


def _told(audit: Audit) -> Iterator[str]:
    """Say what told the directions of files, where it is a name and no statement."""
    by = Counter(one.why for one in audit.taken.told)
    named = [f"{why} ({audit.words.say('n_tasks', n)})" for why, n in by.items()]
    if named:
        yield audit.words.say("audit.scales.told", named=_joined(named))


def _of_scale(audit: Audit, scale: Scale) -> str:
    bounds = bounds_text(scale.low, scale.high)
    better = audit.words.say(f"audit.better.{scale.higher_is_better}")
    return ", ".join(filter(None, (scale.metric, scale.unit, bounds, better)))


def _unknown(audit: Audit) -> Iterator[str]:
    say, taken = audit.words.say, audit.taken
    if taken.directions:
        names = _tasks(audit, taken.directions)
        yield say("audit.unknown.direction", len(taken.directions), names=names)
    if taken.mixed:
        yield say("audit.unknown.mixed", len(taken.mixed), names=_ranges(taken, taken.mixed))
    if units := [name for name in taken.units if name not in taken.mixed]:
        yield say("audit.unknown.unit", len(units), names=_ranges(taken, units))
    if taken.assumed:
        yield say("audit.unknown.assumed", len(taken.assumed), names=_tasks(audit, taken.assumed))


def _ranges(taken: Taken, tasks: Sequence[str]) -> str:
    """Return the names of tasks with their least and greatest score."""
    ranges = ((name, taken.units[name]) for name in tasks)
    return listed([f"{_short(name)} ({low:g} to {high:g})" for name, (low, high) in ranges], _NAMED)


def _boards(audit: Audit) -> Iterator[str]:
    if others := audit.other_boards:
        yield audit.words.say("audit.boards", len(others), names=listed(others, 6))


def _warnings(audit: Audit) -> Iterator[Line]:
    """Yield the first warnings, a line each."""
    faults, label = audit.taken.faults, audit.words.say("audit.label.warning")
    for fault in faults[:_FAULTS]:
        said = str(fault)
        room = WIDTH - 20
        yield label, said if len(said) <= room else f"{said[:room]}\N{HORIZONTAL ELLIPSIS}"
    if rest := sum(fault.stands_for for fault in faults[_FAULTS:]):
        yield "", audit.words.say("audit.more_warnings", rest)


# --- the table ----------------------------------------------------------------------------------


def table(audit: Audit) -> tuple[list[list[str]], int]:
    """Return the first rows of the ranking below their headings, and how many more there are."""
    say, entries = audit.words.say, [e for e in audit.entries if e.rank is not None]
    shown, scale = entries[:_ROWS], audit.words.scale
    has_gaps = any(e.scored < audit.tasks for e in shown)
    has_complete = has_gaps and any(e.ranks_if_complete for e in shown)
    has_values = any(e.value is not None for e in shown)
    columns = (
        (True, say("audit.column.rank"), [str(e.rank) for e in shown]),
        (any(e.ranks for e in shown), say("audit.column.ranks"), [_span(e.ranks) for e in shown]),
        (True, say("audit.column.model"), [_short(e.name) for e in shown]),
        (has_values, sentence(audit.words.rule), [scale.score(e.value) for e in shown]),
        (has_gaps, say("audit.column.scored"), [f"{e.scored:,} of {audit.tasks:,}" for e in shown]),
        (has_complete, say("audit.column.complete"), [_span(e.ranks_if_complete) for e in shown]),
    )
    chosen = ([name, *cells] for is_wanted, name, cells in columns if is_wanted)
    rows = [[*row] for row in zip(*chosen, strict=True)]
    return rows, len(entries) - len(shown)


def _span(ranks: tuple[int, int] | None) -> str:
    if ranks is None:
        return MISSING
    low, high = ranks
    return f"{low:,}" if low == high else f"{low:,}\N{EN DASH}{high:,}"


# --- the documents ------------------------------------------------------------------------------


def as_text(audit: Audit) -> str:
    """Return one screen of at most 100 columns, without control characters."""
    lines, found = [_plain(heading(audit)), ""], findings(audit)
    indent = 2 + max(len(label) for label, _ in found)
    for label, text in found:
        line = label.ljust(indent) + _plain(text)
        lines += wrap(line, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)
    rows, more_rows = table(audit)
    if len(rows) > 1:
        lines += ["", *text_columns([[*map(_plain, row)] for row in rows])]
    if more_rows:
        lines.append(audit.words.say("audit.more_rows", more_rows))
    return "\n".join(lines)


def _plain(text: str) -> str:
    return one_line(text.replace("\N{NO-BREAK SPACE}", " "))


def as_markdown(audit: Audit) -> str:
    """Return the same for a comment or an issue; what files say is code there."""
    lines = [f"### {_escaped(heading(audit))}", ""]
    for label, text in findings(audit):
        lines.append(f"- {f'**{label}:** ' if label else ''}{_escaped(text)}")
    rows, more_rows = table(audit)
    if len(rows) > 1:
        head, *body = rows
        lines += ["", f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
        lines += [f"| {' | '.join(map(as_code, row))} |" for row in body]
    if more_rows:
        lines += ["", audit.words.say("audit.more_rows", more_rows)]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Return a line in which nothing is a mark of Markdown, a tag, a link or a mention."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>|~#@&" else c for c in _plain(text))


def as_json(audit: Audit) -> str:
    """Return one document with every entry and every number; `docs/audit.md` explains its keys."""
    values = {"schema": SCHEMA, **asdict(audit)}
    del values["words"]  # entries have their names; tasks have their ids
    return json.dumps(values, default=asdict, allow_nan=False)


FORMATS: Mapping[str, Callable[[Audit], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
}
