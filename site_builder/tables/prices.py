"""Tell which of several dated prices is current, and compute costs from tokens and prices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from site_builder.config import TOML, MeasureSection, SiteConfig
from site_builder.errors import Fault, did_you_mean
from site_builder.formatting import listed, quoted
from site_builder.records import replace
from site_builder.tables.read import LoadedTable, LoadedTables, has_type
from site_builder.tables.schema import PRICES, RESULTS, whole_day
from site_builder.tables.table_faults import row_faults

LOWEST = "lowest"
"""In place of a provider: the cheapest offer for the tokens of each row."""
_MILLION = 1_000_000
_TOKENS = {
    "input_tokens": "usd_per_million_input_tokens",
    "output_tokens": "usd_per_million_output_tokens",
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
    loaded: LoadedTables, config: SiteConfig
) -> tuple[LoadedTables, dict[str, str], list[Fault]]:
    """Add the measures that `site.toml` takes from prices as columns of the results.

    The cost of a row is input tokens x price of an input token + output tokens x price of an
    output token, at the newest prices up to `price_date`; unknown where any of the four is.

    Returns:
        The tables; by measure the day of its prices, empty where none is stated; the faults.
    """
    wanted = {name: m for name, m in config.measures.items() if m.from_prices}
    results, days = loaded.tables.get(RESULTS.name), dict[str, str]()
    what, fix = "[measures.{}]: provider and price_date are of prices", "Add from_prices = true."
    faults = [
        Fault(TOML, what.format(name), fix)
        for name, m in config.measures.items()
        if name not in wanted and (m.provider or m.price_date)
    ]
    if results is None or not wanted:
        return loaded, days, faults
    frame = results.frame
    for name, section in wanted.items():
        found, day = _costs(name, section, results, loaded.tables.get(PRICES.name), faults)
        days[name] = day
        if name not in frame or frame[name].isna().all():
            frame = frame.assign(**{name: found})
    tables = {**loaded.tables, RESULTS.name: replace(results, frame=frame)}
    return replace(loaded, tables=tables), days, faults


def _costs(
    name: str,
    section: MeasureSection,
    results: LoadedTable,
    prices: LoadedTable | None,
    faults: list[Fault],
) -> tuple[pd.Series, str]:
    """Return the cost of each row of the results and the day of the prices; add what is wrong."""
    frame, at = results.frame, f"[measures.{name}]"
    unknown = pd.Series(np.nan, frame.index)
    if name in frame and frame[name].notna().any():
        what = f"{name!r} is measured here, and {at} takes it from prices"
        fix = "Remove the column, or from_prices in site.toml."
        faults.append(Fault(results.place(np.flatnonzero(frame[name].notna())), what, fix))
        return unknown, ""
    if prices is None:
        faults.append(Fault(TOML, f"{at}: there are no prices", f"Write data/{PRICES.file}."))
        return unknown, ""
    if missing := [column for column in _TOKENS if column not in frame]:
        what = f"{at}: the results have no column {quoted(missing, most=3)}"
        faults.append(Fault(results.where, what, "Add the tokens of each run."))
        return unknown, ""
    columns = [*_TOKENS.values(), "date"]
    listing = prices.frame.reindex(columns=["provider", "model", *columns])
    if not _are_readable(frame, listing):  # reported by the checks of both tables
        return unknown, ""
    until = section.price_date.isoformat() if section.price_date else None
    offers = current_prices(listing, until)
    if until and offers.empty:
        what = f"{at}: no price is as old as {until}"
        faults.append(Fault(TOML, what, "Choose a later price_date."))
    faults += _provider_faults(at, section, offers, prices, frame)
    if section.provider not in (None, LOWEST):
        offers = offers[offers["provider"] == section.provider]
    faults += _unpriced_faults(name, offers, results)
    costs = _lowest_costs(frame, offers)
    used = offers.loc[offers["model"].isin(frame["model"]), "date"].dropna()
    return costs, until or (str(used.max()) if len(used) else "")


def _are_readable(results: pd.DataFrame, prices: pd.DataFrame) -> bool:
    columns = [results[name] for name in _TOKENS] + [prices[name] for name in _TOKENS.values()]
    numbers = all(has_type(values, "number") for values in columns)
    texts = [results.get("model"), *(prices[name] for name in ("provider", "model", "date"))]
    return numbers and all(t is not None and (t.isna().all() or has_type(t, "text")) for t in texts)


def _provider_faults(
    at: str, section: MeasureSection, offers: pd.DataFrame, prices: LoadedTable, frame: pd.DataFrame
) -> Iterator[Fault]:
    providers = offers["provider"].dropna().unique()
    if section.provider not in (None, LOWEST, *providers) and len(offers):
        what = f"{at}: no price is of the provider {section.provider!r}"
        yield Fault(TOML, what, did_you_mean(section.provider or "", [*providers], "providers"))
    if section.provider is not None:
        return
    mine = offers[offers["model"].isin(frame["model"])]
    groups = mine[mine["model"].duplicated(keep=False)].groupby("model", sort=False)
    fix = f'Write provider = "{LOWEST}", or the name of one, under {at} in {TOML}.'
    what, at_rows = "model {!r} has the prices of {}", prices.frame.index.get_indexer
    found = (
        (what.format(str(model), listed([*map(str, rows["provider"])])), at_rows(rows.index))
        for model, rows in groups
    )
    yield from row_faults(prices, found, groups.ngroups, fix, "models of several providers")


def _unpriced_faults(name: str, offers: pd.DataFrame, results: LoadedTable) -> Iterator[Fault]:
    """Name the models of the results without both prices, whose costs stay unknown."""
    priced = offers.dropna(subset=[*_TOKENS.values()])["model"]
    models = results.frame["model"]
    lost = models[models.notna() & ~models.isin(priced)]
    groups = lost.groupby(lost, sort=False)
    what = "no price of input and output tokens is known of model {!r}: its {} is not known"
    found = ((what.format(str(model), name), rows.index) for model, rows in groups)
    n, more = groups.ngroups, "models without prices"
    yield from row_faults(results, found, n, "", more, "warning")


def _lowest_costs(frame: pd.DataFrame, offers: pd.DataFrame) -> pd.Series:
    """Return the cost of each row at its cheapest offer; NaN where it is not known."""
    costs = pd.Series(np.nan, frame.index)
    for _, of_provider in offers.groupby("provider", sort=False):
        rates = of_provider.drop_duplicates("model").set_index("model")
        usd = sum(
            frame[tokens].astype(float) * frame["model"].map(rates[price].astype(float))
            for tokens, price in _TOKENS.items()
        )
        costs = costs.where(~(usd / _MILLION < costs) & costs.notna(), usd / _MILLION)
    return costs
