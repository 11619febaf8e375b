"""The charts of link previews that show one number a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from site_builder.charts.card import Axis, Card, CardChart, CardRow
from site_builder.charts.feature_scatters import link_in_words
from site_builder.charts.features import LIFTS, column_label, column_phrase
from site_builder.charts.labels import Labels
from site_builder.compute.results import Results
from site_builder.format import Scale, money, seconds

MOST_BARS = 6
N_FIRST = 3
RHO = Scale(places=2)

Named = tuple[str, float]


def card_task_lifts(results: Results, labels: Labels) -> CardChart | None:
    """The best contender minus the baseline, on the tasks where it is furthest ahead and behind."""
    lifts = [
        (labels.tasks[task], lift)
        for task in labels.side_by_side
        if (lift := results.task(task).best_lift_over_baseline) is not None
    ]
    lifts.sort(key=lambda item: -item[1])
    cut = len(lifts) > MOST_BARS
    shown = [*lifts[:N_FIRST], *lifts[N_FIRST - MOST_BARS :]] if cut else lifts
    ends = ", the three first and the three last tasks" if cut else ", by task"
    caption = f"Best {labels.contender} minus {labels.baseline}{labels.turning}{ends}"
    return _bars(shown, labels.scale.signed, caption, signed=True)


def card_category_lifts(results: Results, labels: Labels) -> CardChart | None:
    """The same by category, from harder to easier."""
    lifts = [
        (category.category, category.best_lift_over_baseline)
        for category in results.categories
        if category.best_lift_over_baseline is not None and labels.are_side_by_side(category.tasks)
    ]
    caption = f"Best {labels.contender} minus {labels.baseline}{labels.turning}, mean by category"
    return _bars(lifts[:MOST_BARS], labels.scale.signed, caption, signed=True)


def card_correlations(results: Results, labels: Labels) -> Card | None:
    """Each feature's rank correlation with lift, the strongest first."""
    found = results.correlations
    if found is None:
        return None
    for lift in LIFTS:
        pairs = ((feature, found.pairs[feature, lift].spearman) for feature in found.features)
        defined = [(feature, rho) for feature, rho in pairs if rho is not None]
        if defined:
            defined.sort(key=lambda item: -abs(item[1]))
            named = [(column_label(name, labels), rho) for name, rho in defined[:MOST_BARS]]
            what = column_phrase(lift, labels)
            caption = f"Spearman's rank correlation with {what}, over tasks"
            chart = _bars(named, RHO.signed, caption, signed=True)
            first, rho = defined[0]
            words = link_in_words(found.pairs[first, lift], first, lift, labels)
            return Card(f"{words} (Spearman {RHO.score(rho)}).", chart)
    return None


def card_latency(results: Results, labels: Labels) -> CardChart | None:
    """Median time to first token, the fastest first."""
    rows = results.serving.latency
    one_model = len({row.model for row in rows}) == 1
    times = [
        (row.provider if one_model else labels.served(row.provider, row.model), row.median_s)
        for row in rows
        if row.median_s is not None
    ]
    return _bars(times[:MOST_BARS], seconds, "Seconds to the first token, the median request")


def card_prices(results: Results, labels: Labels) -> CardChart | None:
    """List prices, the cheapest first."""
    prices = [
        (labels.served(price.provider, price.model), price.million_usd)
        for price in results.serving.prices
        if price.million_usd is not None
    ]
    caption = "US dollars per million tokens, half sent and half received"
    return _bars(prices[:MOST_BARS], money, caption)


def _bars(
    named: Sequence[Named], write: Callable[[float], str], caption: str, *, signed: bool = False
) -> CardChart | None:
    """Bars from zero; None where there is none. Differences have colours, other values have not."""
    if not named:
        return None
    axis = Axis.from_zero(value for _, value in named)
    rows = tuple(
        CardRow(
            name,
            write(value),
            axis.bar(value),
            "" if not signed or value == 0 else "gain" if value > 0 else "loss",
        )
        for name, value in named
    )
    return CardChart(rows, axis.ticks(signed=signed), caption)
