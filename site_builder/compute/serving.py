"""Summarise latency and prices of serving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from site_builder.compute.catalog import records_of
from site_builder.compute.numbers import (
    difference,
    float_or_none,
    floats_or_none,
    round_float,
    round_significant,
)
from site_builder.records import Record, replace
from site_builder.tables.prices import current_prices

_PRICES = {
    "usd_per_million_input_tokens": "input_usd",
    "usd_per_million_output_tokens": "output_usd",
    "usd_per_hour": "hour_usd",
}


class Latency(Record):
    """The measured requests to one provider for one model.

    Attributes:
        failed: Number of requests that returned an error; no latency includes them.
        failed_share: failed / requests, 0..1.
        error_codes: Each error code with its number of requests, most frequent first.
        ttft_s: Time to first token of each success, in seconds, sorted.
        median_s, p95_s: Median and 95th percentile of `ttft_s`.
        total_s: Median time to the last token of the successes.
        output_tokens: Median length of their outputs.
        tokens_per_s: Median over successes of output tokens per second after the first token.
    """

    provider: str
    model: str
    requests: int
    failed: int
    failed_share: float
    error_codes: tuple[tuple[str, int], ...]
    ttft_s: tuple[float, ...]
    median_s: float | None
    p95_s: float | None
    total_s: float | None
    output_tokens: float | None
    tokens_per_s: float | None


class Price(Record):
    """A list price.

    Attributes:
        input_usd, output_usd: US dollars per million tokens sent and received.
        hour_usd: US dollars per hour of one machine.
        million_usd: Mean of `input_usd` and `output_usd`.
        ratio: `million_usd` of the baseline's lowest price / this `million_usd`; None where either
            is 0 or unknown.
        ratio_low, ratio_high: The least and the greatest ratio that another mix of input and
            output tokens gives.
        source, date: Where and when the price was listed; empty where unknown.
    """

    provider: str
    model: str
    input_usd: float | None
    output_usd: float | None
    hour_usd: float | None
    million_usd: float | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    source: str
    date: str


class Serving(Record):
    """Latency and prices of the models.

    Attributes:
        latency: By provider and model, fastest median first.
        prices: Cheapest first, prices by the hour only last.
        baseline_price: The baseline's lowest price by the token.
        request_size: Median tokens sent and received by successful requests.
    """

    latency: tuple[Latency, ...]
    prices: tuple[Price, ...]
    baseline_price: Price | None
    request_size: tuple[float, float] | None


def compute_serving(
    requests: pd.DataFrame | None, prices: pd.DataFrame | None, baseline: str | None
) -> Serving:
    """Summarise latency, and compare prices with the baseline's (docs/statistics.md#serving)."""
    listed = () if prices is None else _list_prices(prices, baseline)
    by_token = (p for p in listed if p.model == baseline and p.million_usd is not None)
    latency = () if requests is None else _latencies(requests)
    return Serving(
        latency=latency,
        prices=listed,
        baseline_price=next(by_token, None),
        request_size=None if requests is None else _median_size(requests),
    )


def _latencies(requests: pd.DataFrame) -> tuple[Latency, ...]:
    total, first, tokens = (
        requests[name].to_numpy(dtype=float) for name in ("total_s", "ttft_s", "output_tokens")
    )
    streamed = difference(total, first)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where((streamed > 0) & (tokens > 1), (tokens - 1) / streamed, np.nan)
    groups = requests.assign(rate=rate).groupby(["provider", "model"])
    latency = [_latency(str(provider), str(model), rows) for (provider, model), rows in groups]
    return tuple(sorted(latency, key=lambda r: (r.median_s is None, r.median_s or 0.0)))


def _latency(provider: str, model: str, rows: pd.DataFrame) -> Latency:
    """Summarise one group; percentiles by linear interpolation (Hyndman & Fan, 1996, type 7)."""
    failed = rows["error_code"].notna()
    done = rows[~failed]
    ttft = np.sort(done["ttft_s"].dropna().to_numpy(dtype=float))
    percentiles = np.quantile(ttft, [0.5, 0.95]) if ttft.size else np.full(2, np.nan)
    median, p95 = floats_or_none(round_significant(percentiles))
    codes = Counter(rows["error_code"].dropna().astype(str))
    return Latency(
        provider=provider,
        model=model,
        requests=len(rows),
        failed=int(failed.sum()),
        failed_share=float(failed.mean()),
        error_codes=tuple(sorted(codes.items(), key=lambda item: (-item[1], item[0]))),
        ttft_s=tuple(ttft.tolist()),
        median_s=median,
        p95_s=p95,
        total_s=float_or_none(round_float(done["total_s"].median())),
        output_tokens=float_or_none(done["output_tokens"].median()),
        tokens_per_s=float_or_none(round_float(done["rate"].median())),
    )


def _median_size(requests: pd.DataFrame) -> tuple[float, float] | None:
    done = requests[requests["error_code"].isna()]
    sent, received = (done[name].median() for name in ("input_tokens", "output_tokens"))
    return None if pd.isna(sent) or pd.isna(received) else (float(sent), float(received))


def _list_prices(prices: pd.DataFrame, baseline: str | None) -> tuple[Price, ...]:
    priced = current_prices(prices).rename(columns=_PRICES).fillna({"source": "", "date": ""})
    priced = priced.assign(million_usd=(priced["input_usd"] + priced["output_usd"]) / 2)
    columns = ["million_usd", "input_usd", "output_usd"]
    usd = priced[columns].to_numpy(dtype=float)
    own = usd[(priced["model"] == baseline).to_numpy() & ~np.isnan(usd[:, 0])]
    reference = own[own[:, 0].argmin()] if len(own) else np.full(len(columns), np.nan)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratios = np.where((usd > 0) & (reference > 0), reference / usd, np.nan)
    ratio, *ends = round_significant(np.where(np.isfinite(ratios), ratios, np.nan)).T
    priced = priced.assign(ratio=ratio, ratio_low=np.minimum(*ends), ratio_high=np.maximum(*ends))
    # Cheapest first; last what has no price by the token.
    priced = priced.sort_values(["million_usd", "provider", "model"])
    return tuple(records_of(Price, priced))


def collect_offers(prices: Sequence[Price]) -> tuple[Price, ...]:
    """Return the offers by the token, where both its prices are known, and those by the hour.

    A price that is listed both ways is two offers.
    """
    offers = list[Price]()
    for price in prices:
        if price.input_usd is not None and price.output_usd is not None:
            offers.append(replace(price, hour_usd=None))
        if price.hour_usd is not None:
            offers.append(replace(price, input_usd=None, output_usd=None))
    return tuple(offers)


def reference_choice(offers: Sequence[Price], baseline: str | None) -> tuple[Price, ...]:
    """Return the baseline's offers by the token, else by the hour; without any, all by the token.

    The cheapest of them is compared with the others (docs/statistics.md#cost).
    """
    of_baseline = [offer for offer in offers if offer.model == baseline]
    by_token = [offer for offer in of_baseline if offer.hour_usd is None]
    return tuple(by_token or of_baseline or [o for o in offers if o.hour_usd is None])
