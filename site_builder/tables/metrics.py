"""State what names of metrics and columns tell: direction, unit, whether a score or a measure.

`metrics.toml` lists the words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from site_builder.formatting import listed, text_columns
from site_builder.records import Record

ScoreScale = Literal["percent", "proportion", "other"]
"""The unit of scores: from 0 to 100, from 0 to 1, or another one, whose bounds are not known."""

BOUNDS: dict[str, tuple[float, float] | None] = {
    "percent": (0.0, 100.0),
    "proportion": (0.0, 1.0),
    "other": None,
}
"""The lowest and the highest possible score by unit."""

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf8"))
_LIMITED = {*_WORDS["limited"]}
_SIGNED = {*_WORDS["signed"]}
_HIGHER, _LOWER = {*_LIMITED, *_WORDS["higher"]}, {*_WORDS["lower"]}
_VAGUE = {*_WORDS["good"], *_WORDS["bad"]}
_METRICS = _HIGHER | _LOWER | {*_WORDS["good"]}
_DONE = {*_WORDS["done"]}
_CHANGES = {name: {*words} for name, words in _WORDS["changes"].items()}
_CHANGE_OF = re.compile(rf"(^|_)({'|'.join(_CHANGES['last'])})_(in|of|by|to|for|between)_")
SPREADS = ("error", "deviation", "interval")
_SPELLED = {
    **dict.fromkeys(("\N{PLUS-MINUS SIGN}", "+/-"), "ci"),
    **dict.fromkeys(("\N{GREEK CAPITAL LETTER DELTA}", "\N{INCREMENT}"), "delta"),
    "\N{GREEK SMALL LETTER SIGMA}": "std",
    "\N{HEAVY BLACK HEART}": "likes",
}
# Of several answers or runs on one task, or of its classes: `avg@32`, `(avg of 5)`, `macro avg F1`.
_OF_RUNS = re.compile(
    r"(?<![^\W_])(avg|average|mean)_?(@|at_)\s*(k|\d+)"
    r"|\b(avg\.?|average|mean)( of| over)? \d+ ?(runs?|seeds?|samples|trials)\b"
    r"|\b(avg\.?|average|mean)\s+ci\s+(std|sd|stdev|se|sem|ci)\b"
    r"|\(\s*(macro|micro)[ _-](avg\.?|average)\s*\)"
    r"|\b(macro|micro)[ _-](avg\.?|average)[ _-](?=f1|precision|recall|auc|acc)",
    re.IGNORECASE,
)
# Capitals that begin a name, and tags of languages: `MS MARCO`, `EUR-LEX`, `SEC filings`, `en-GB`.
_NO_UNIT = re.compile(
    r"^(?:MS|SEC|EUR|KB|MB|GB|TB)[ -](?=\w)"
    r"(?!(?i:per|mem|memory|v?ram|storage|disk|used?|usage|size|peak|total)\b)"
    r"|^[a-z]{2,3}[-_](?:GB|gb)$"
)
# What is done in a second, and takes none: `samples/sec`, `tokens_per_sec`, `Images per second`.
_PER_SECOND = re.compile(r"((/ ?|[ _]per[ _])sec(ond)?s?|(?<=tokens)/s)(?![^\W_])", re.IGNORECASE)
_CAMEL, _CAPITAL = re.compile(r"[a-z]+([A-Z][a-z]+)+", re.ASCII), re.compile(r"\B(?=[A-Z])")
_MAX_RATING = 10  # of marks and of judges
# `neg_rmse`, of which more is better, and not `Neg error rate`, that of the negatives.
_NEGATED = re.compile(r"neg_(?!.*rate)")
_OF_PAIRS = re.compile("win_?rate|preference|rating")
_COSTS = {"cost", "time", "size", "tokens", "rank"}
_SIGNS, _PHRASES = (
    {name: re.compile("|".join(parts), re.IGNORECASE) for name, parts in _WORDS[key].items()}
    for key in ("signs", "phrases")
)


def plain_name(name: str) -> str:
    """Return a name in lower case, with one underscore for all between words: `params_b`."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def _words(name: str) -> list[str]:
    apart = _CAPITAL.sub("_", name) if _CAMEL.fullmatch(name) else name
    # Other dollar signs are those of formulas and templates: `$x^2$`, `${x}`.
    return re.findall(r"[a-z]+\d*|(?<![\w^})])[$\u20ac](?=[\s)/]|$)", apart.casefold())


def _spelled(name: str) -> str:
    """Return a name with words for its signs: `F1 ±` is `F1 ci`, `# calls` is `count calls`."""
    name = re.sub(r"^\s*#\s*(?=[^\W\d_])", "count ", name)
    name = re.sub(r"^\s*(±|\+/-)\s*(?=\W*[^\W\d])(.+)$", r"\2 \1", name)
    name = _PER_SECOND.sub(" throughput ", name)
    for sign, word in _SPELLED.items():
        name = name.replace(sign, f" {word} ")
    rest = _OF_RUNS.sub(" ", name)
    is_of_all = "@" not in name and not re.search(r"[^\W\d_]", rest)  # `Avg of 3 runs`
    return name if is_of_all else rest


def direction_of(metric: str) -> bool | None:
    """Return whether a higher value of a metric is better, by its name; None if it is not known."""
    return _direction(metric, _words(metric))


def direction_in(heading: str) -> bool | None:
    """Return whether higher is better, by a heading or the name of a task; None if not known.

    A metric counts as the first or the last word: `WER (clean)`. A `loss` within a name may be what
    the task is about, and that of `win_loss` is no metric.
    """
    words = [word for word in _words(heading) if word not in _WORDS["fillers"]]
    if _is_of_contest(words):
        return None
    ends = {*words[:1], *words[-1:], *_last_word(heading)}  # `MAE (eV)`
    return _direction(heading, ends if len(words) == 1 else ends - _VAGUE)


def is_cost(name: str) -> bool:
    """Return whether a name is of an error or a cost, of which less is usually better.

    It never tells that higher is better: `F1 error`, `mean latency`, `tokens to pass`, `rank`.
    """
    if _NEGATED.match(name.casefold()):
        return False
    last, kinds = _last_word(name), {*_measures(name)}
    is_error = not {*_WORDS["bad"]}.isdisjoint(last)
    return is_error or (_HIGHER.isdisjoint(last) and "speed" not in kinds and bool(kinds & _COSTS))


def _direction(name: str, words: Collection[str]) -> bool | None:
    """Return what signs say, else phrases, else what all words agree on."""
    texts = (name, plain_name(name))
    found, changes = _found(_SIGNS, texts), set[str]()
    if not found:
        found, changes = _found(_PHRASES, texts), _changes(name)
    if not found:
        both = {*words, *map(_unnumbered, words)}  # `rouge1` is a `rouge`
        found |= {"higher"} if both & {*_HIGHER, *_WORDS["good"]} else set()
        found |= {"lower"} if both & {*_LOWER, *_WORDS["bad"]} else set()
    if found == {"lower"} and _NEGATED.match(name.casefold()):
        found, changes = {"higher"}, changes - _LOWER - {*_WORDS["bad"]}
    # The error of an error is one too.
    is_told = len(found) == 1 and ("lower" in found or not is_cost(name))
    return "higher" in found if is_told and changes <= _LOWER | {*_WORDS["bad"]} else None


def _found(patterns: Mapping[str, re.Pattern[str]], texts: Iterable[str]) -> set[str]:
    return {what for what, pattern in patterns.items() if any(map(pattern.search, texts))}


def _unnumbered(word: str) -> str:
    return word if word in _METRICS else word.rstrip("0123456789")


def is_changed(name: str) -> bool:
    """Return whether a further word makes another number of a metric, of unknown direction.

    `F1 rank`, `Std F1`, `drop in accuracy`, `attack success rate`.
    """
    return bool(_changes(name))


def is_worsened(name: str) -> bool:
    """Return whether a further word makes a number of a metric of which less is likely better."""
    return not _changes(name) <= _CHANGES["neutral"]


def _changes(name: str) -> set[str]:
    """Return the words in a name that make another number of a metric in it."""
    words = [*map(_unnumbered, _words(_spelled(name)))]
    metrics = _METRICS.intersection(words)
    known = [word for word in words if word in metrics | _CHANGES["last"]]
    found = _CHANGES["any"].intersection(words)
    if {*words} <= metrics | _CHANGES["alone"] | {*_WORDS["fillers"], "month", "week", "year"}:
        found |= _CHANGES["alone"].intersection(words)
    if _OF_PAIRS.search(plain_name(name)):
        found -= _CHANGES["neutral"]  # `win rate vs. alpha`
    found |= _CHANGES["last"].intersection(known[-1:])
    found |= {of[2] for of in _CHANGE_OF.finditer(plain_name(name))}
    return found if metrics - found else set()


def is_of_done(name: str) -> bool:
    """Return whether a name is of what was done right: `# Solved`, `Correct`."""
    return not _DONE.isdisjoint(_words(name))


def is_general(name: str) -> bool:
    """Return whether all words of a name say what a number is, and none of what: `Total tokens`."""
    return {*plain_name(name).split("_")} <= {*_WORDS["general"]}


def is_bare(name: str) -> bool:
    """Return whether a name is a metric and nothing else: `Acc`, `Accuracy (%)`, `pass@1`."""
    words = {word for word in plain_name(name).split("_") if not word.isdecimal()}
    return bool(words & _METRICS) and words <= _METRICS | {*_WORDS["fillers"]}


def metric_in(heading: str) -> str:
    """Return the metric that a heading or the name of a task begins or ends with, as written.

    The metric of `LS Clean WER` is `WER`. Empty if there is none, or two.
    """
    words = re.findall(r"[A-Za-z]+\d*", heading)
    if is_changed(heading) or _is_of_contest(word.casefold() for word in words):
        return ""
    ends = (*words[:1], *words[-1:])
    found = {word for word in ends if _unnumbered(word.casefold()) in _HIGHER | _LOWER}
    return found.pop() if len(found) == 1 else ""


def _is_of_contest(words: Iterable[str]) -> bool:
    """Return whether a loss is one of a game, and no metric: `win_loss`."""
    found = {*words}
    return bool({"win", "wins"} & found and {"loss", "losses"} & found)


def is_likely_lower(name: str) -> bool:
    """Return whether a name is of something of which less is likely to be better: `Toxicity`."""
    first = re.split(r"(?<=.) (?:to|from) ", name.casefold())[0]  # `Distance to goal`
    words = [word for word in plain_name(first).split("_") if word not in _WORDS["fillers"]]
    if _NEGATED.match(name.casefold()):
        return False
    return not {*_WORDS["likely_lower"]}.isdisjoint(words[-1:]) and "non" not in words


def is_earned(name: str) -> bool:
    """Return whether a name is of an amount of which more is likely to be better: `Net worth`."""
    return not {*_WORDS["earned"]}.isdisjoint(plain_name(name).split("_"))


def is_share(metric: str) -> bool:
    """Return whether a metric is a share of right answers, such as accuracy."""
    return metric.casefold() in _WORDS["shares"]


def is_limited(metric: str) -> bool:
    """Return whether the values of a metric are at most 1, or percentages: accuracy, F1."""
    return is_share(metric) or not _LIMITED.isdisjoint(map(_unnumbered, _words(metric)))


@lru_cache(maxsize=20_000)  # names of columns, of which a file may have 10,000
def measure_of(name: str) -> str:
    """Return what a column or a metric is that is no score: `cost`, `time`, `average`.

    Empty if it may be a score.
    """
    found = _measures(name)
    if spread := next((what for what in found if what in SPREADS), ""):
        return spread
    if "average" in found and "rank" not in found and not _is_of_aspect(plain_name(name)):
        return "average"
    return "" if metric_in(name) else next((what for what in found if what != "average"), "")


def _is_of_aspect(plain: str) -> bool:
    """Return whether an overall number is of one thing: `overall_consistency`, not `overall_f1`."""
    first, *others = plain.split("_")
    known = _METRICS | {*_WORDS["fillers"], *_WORDS["results"]}
    is_known = all(word in known or word.isdecimal() for word in others)
    return (first == "overall" and not is_known) or "average_precision" in plain


def _measures(name: str) -> list[str]:
    name = _NO_UNIT.sub("", _spelled(name))
    plain, words, last = plain_name(name), {*_words(name)}, _last_word(name)
    return [
        what
        for what, known in _WORDS["measures"].items()
        if (what != "count" or words.isdisjoint(_DONE) or words & {"n", "num"})
        and (
            words & {*known.get("any", ())}
            or last & {*known.get("last", ())}
            or plain in known.get("whole", ())
            or any(re.search(part, plain) for part in known.get("parts", ()))
        )
    ]


def _last_word(name: str) -> set[str]:
    """Return the last word of what is counted: `tokens` of `tokens per task (mean)`; or none."""
    return {*_words(re.split(r"(?<!^)\bper\b|_per_|[/(]", name.casefold())[0])[-1:]}


def is_size_in_billions(name: str) -> bool:
    """Return whether a column is the number of parameters in billions: `Model size (B)`."""
    words = {*_words(name)}
    is_size = words & {"size", "param", "params", "parameters"}
    return bool(is_size and words & {"b", "billion", "billions"})


def unit_of(
    scores: Sequence[float], metric: str, *, lower: bool = False, among_percents: bool = False
) -> ScoreScale | None:
    """Return the unit of the scores of one task; None if only the publisher knows it.

    Metrics that are at most 1, and scores without a metric, are proportions if none is above 1, but
    for correlations, which may be below 0. Where some are up to 1 and some above 2, proportions and
    percentages may be mixed. `among_percents` tells that the same files have percentages of other
    tasks, so that 0.89 may be 0.89 percent. Where lower is better, such as for error rates, only
    shares have bounds.
    """
    if (lower and not is_share(metric)) or min(scores) < 0 or max(scores) > 100:
        return "other"
    if metric and not is_limited(metric):
        return "other"
    has_bounds = _SIGNED.isdisjoint(_words(metric))
    if max(scores) <= 1:
        return None if among_percents else "proportion" if has_bounds else "other"
    if not metric or are_mixed(scores):
        return None
    # From 1 to 5, as of `AP Physics`, where the word is no metric.
    has_bounds = has_bounds and (is_share(metric) or max(scores) > _MAX_RATING)
    return "percent" if has_bounds else "other"


def are_mixed(scores: Sequence[float]) -> bool:
    """Return whether scores between 0 and 100 may be partly proportions, partly percentages.

    Some are up to 1, some above 2, and the first times 100 are among the others, or near. Counts
    are whole numbers; where percentages go down to 2 or less, some may be truly below 1.
    """
    low, high = [s for s in scores if 0 < s <= 1], [s for s in scores if s > 2]
    if not low or not high or all(s % 1 == 0 for s in scores) or any(1 < s <= 2 for s in scores):
        return False
    return any(min(high) / 2 <= 100 * s <= 2 * max(high) for s in low)


class Assumption(Record):
    """What the scores of a task are taken for, and where that comes from.

    Attributes:
        metric: The metric, with its unit; empty if unknown.
        higher_is_better: None where names tell of an error or a cost, and nothing states it.
        bounds: The lowest and the highest possible score in words; empty if unknown.
        why, why_bounds: Where the direction and the bounds come from.
    """

    task: str
    metric: str
    higher_is_better: bool | None
    why: str
    bounds: str = ""
    why_bounds: str = ""


def assumption_lines(assumptions: Iterable[Assumption]) -> list[str]:
    """Return a table in plain text with a line for each group of tasks that are taken alike."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for a in assumptions:
        why = "; ".join(dict.fromkeys(filter(None, (a.why, a.why_bounds))))
        better = "higher" if a.higher_is_better else "lower"
        groups.setdefault((better, a.bounds or "-", a.metric or "-", why), []).append(a.task)
    rows: list[tuple[str, ...]] = [("better", "range", "metric", "from", "tasks")]
    rows += [(*told, listed(tasks, most=4)) for told, tasks in groups.items()]
    return text_columns(rows)


def bounds_text(low: float | None, high: float | None) -> str:
    """Return bounds in words: `0 to 100`, `at least 0`; empty if there are none."""
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    return f"at least {low:g}" if low is not None else "" if high is None else f"at most {high:g}"
