"""Tell which of several dated prices is current, and compute costs from tokens and prices."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from site_builder.config import TOML, MeasureSection, SiteConfig
from site_builder.dates import whole_day
from site_builder.errors import Fault, did_you_mean
from site_builder.formatting import listed, quoted
from site_builder.records import replace
from site_builder.tables.read import Tables
from site_builder.tables.schema import PRICES, RESULTS
from site_builder.tables.table_faults import row_faults

LOWEST = "lowest"
"""In place of a provider: the cheapest offer for the tokens of each row."""
_MILLION = 1_000_000
_TOKENS = {
    "input_tokens": "usd_per_million_input_tokens",
    "output_tokens": "usd_per_million_output_tokens",
}
_READ = {
    *(f"results.{name}" for name in ("model", *_TOKENS)),
    *(f"prices.{name}" for name in ("provider", "model", "date", *_TOKENS.values())),
}


def current_prices(prices: pd.DataFrame, day: str | None = None) -> pd.DataFrame:
    """Return the newest price of each offer, a model at a provider, in the order of the table.

    `day` is the last day that counts; without it all do. A price without a date is the oldest of
    its offer. Months and years count from their first day.
    """
    days = prices["date"].astype("object").where(prices["date"].notna(), "").map(whole_day)
    known = prices if day is None else prices[days <= day]
    newest = days[known.index].sort_values(kind="stable").index
    last = known.loc[newest].drop_duplicates(["provider", "model"], keep="last")
    return last.sort_index()


def add_costs(
    tables: Tables, config: SiteConfig, unsound: Collection[str]
) -> tuple[Tables, list[Fault]]:
    """Compute the measures that `site.toml` takes from prices; return also what is wrong.

    The cost of a row is input tokens x price of an input token + output tokens x price of an
    output token, at the newest prices up to `price_date`; unknown where any of the four is. It is
    not computed where one of the columns is `unsound`. Measures without a value are left out.
    """
    what, fix = "[measures.{}]: provider and price_date are of prices", "Add from_prices = true."
    faults = [
        Fault(TOML, what.format(name), fix)
        for name, m in config.measures.items()
        if not m.from_prices and (m.provider or m.price_date)
    ]
    priced = [m.id for m in tables.measures if m.is_priced]
    if not priced or not _READ.isdisjoint(unsound):
        return tables, faults
    results, days = tables.results, dict[str, str]()
    for name in priced:
        costs, days[name] = _costs(name, config.measures[name], tables, faults)
        results = results.assign(**{name: costs})
    known = (m for m in tables.measures if results[m.id].notna().any())
    measures = tuple(replace(m, price_day=days.get(m.id, "")) for m in known)
    return replace(tables, results=results, measures=measures), faults


def _costs(
    name: str, section: MeasureSection, tables: Tables, faults: list[Fault]
) -> tuple[pd.Series, str]:
    """Return the cost of each row of the results and the day of the prices; add what is wrong."""
    frame, results, at = tables.results, tables.loaded[RESULTS.name], f"[measures.{name}]"
    unknown = pd.Series(np.nan, frame.index), ""
    if frame[name].notna().any():
        what = f"{name!r} is measured here, and {at} takes it from prices"
        fix = "Remove the column, or from_prices in site.toml."
        faults.append(Fault(results.place(np.flatnonzero(frame[name].notna())), what, fix))
        return unknown
    if tables.prices is None:
        faults.append(Fault(TOML, f"{at}: there are no prices", f"Write data/{PRICES.file}."))
        return unknown
    if missing := [column for column in _TOKENS if column not in results.frame]:
        what = f"{at}: the results have no column {quoted(missing, most=3)}"
        faults.append(Fault(results.where, what, "Add the tokens of each run."))
        return unknown
    until = section.price_date.isoformat() if section.price_date else None
    offers = current_prices(tables.prices, until)
    if until and offers.empty:
        what = f"{at}: no price is as old as {until}"
        faults.append(Fault(TOML, what, "Choose a later price_date."))
    faults += _provider_faults(at, section, offers, tables)
    if section.provider not in (None, LOWEST):
        offers = offers[offers["provider"] == section.provider]
    faults += _unpriced_faults(name, offers, tables)
    costs = _lowest_costs(frame, offers)
    used = offers.loc[offers["model"].isin(frame["model"]), "date"].dropna()
    return costs, until or (str(used.max()) if len(used) else "")


def _provider_faults(
    at: str, section: MeasureSection, offers: pd.DataFrame, tables: Tables
) -> Iterator[Fault]:
    providers = offers["provider"].dropna().unique()
    if section.provider not in (None, LOWEST, *providers) and len(offers):
        what = f"{at}: no price is of the provider {section.provider!r}"
        yield Fault(TOML, what, did_you_mean(section.provider or "", [*providers], "providers"))
    if section.provider is not None:
        return
    mine = offers[offers["model"].isin(tables.results["model"])]
    groups = mine[mine["model"].duplicated(keep=False)].groupby("model", sort=False)
    fix = f'Write provider = "{LOWEST}", or the name of one, under {at} in {TOML}.'
    what, table = "model {!r} has the prices of {}", tables.loaded[PRICES.name]
    found = (
        (what.format(str(model), listed([*map(str, rows["provider"])])), rows.index)
        for model, rows in groups
    )
    yield from row_faults(table, found, groups.ngroups, fix, "models of several providers")


def _unpriced_faults(name: str, offers: pd.DataFrame, tables: Tables) -> Iterator[Fault]:
    """Name the models of the results without both prices, whose costs stay unknown."""
    priced = offers.dropna(subset=[*_TOKENS.values()])["model"]
    models = tables.results["model"]
    lost = models[models.notna() & ~models.isin(priced)]
    groups = lost.groupby(lost, sort=False)
    what = "no price of input and output tokens is known of model {!r}: its {} is not known"
    found = ((what.format(str(model), name), rows.index) for model, rows in groups)
    n, more = groups.ngroups, "models without prices"
    yield from row_faults(tables.loaded[RESULTS.name], found, n, "", more, "warning")


def _lowest_costs(frame: pd.DataFrame, offers: pd.DataFrame) -> pd.Series:
    """Return the cost of each row at its cheapest offer; NaN where it is not known."""
    costs = pd.Series(np.nan, frame.index)
    for _, of_provider in offers.groupby("provider", sort=False):
        rates = of_provider.drop_duplicates("model").set_index("model")
        usd = sum(
            frame[tokens] * frame["model"].map(rates[price]) for tokens, price in _TOKENS.items()
        )
        costs = costs.where(~(usd / _MILLION < costs) & costs.notna(), usd / _MILLION)
    return costs
