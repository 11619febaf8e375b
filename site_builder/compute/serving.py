"""Serving: how soon providers answer, how often they fail, what they ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from site_builder.compute.numbers import Array, number


@dataclass(frozen=True)
class Latency:
    """The measured requests to one provider for one model. Times are of the requests that succeeded.

    Attributes:
        provider, model: Who served what.
        requests: Requests sent.
        failed: Requests that returned an error; they have no latency and count in none.
        failed_share: failed / requests, 0..1.
        error_codes: The codes that were returned, each with its number of requests, most frequent first.
        ttft_s: Time to first token of each success, in seconds, sorted.
        median_s, p95_s, low_s, high_s: Median, 95th percentile, 25th and 75th percentile of `ttft_s`; None without one.
        tokens_per_s: Median over successes of output tokens a second after the first token; None where not measured.
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
    low_s: float | None
    high_s: float | None
    tokens_per_s: float | None


@dataclass(frozen=True)
class Price:
    """A list price.

    Attributes:
        provider, model: Who sells what.
        input_usd, output_usd: US dollars per million tokens sent and received.
        hour_usd: US dollars an hour, where the hour is sold.
        million_usd: Mean of `input_usd` and `output_usd`: a million tokens, half sent and half received.
        ratio: How many times cheaper than the baseline's lowest price: its `million_usd` / this `million_usd`.
        source, date: Where and when the price was listed; empty where not known.
    """

    provider: str
    model: str
    input_usd: float | None
    output_usd: float | None
    hour_usd: float | None
    million_usd: float | None
    ratio: float | None
    source: str
    date: str


@dataclass(frozen=True)
class Serving:
    """Latency from the fastest median on, prices from the cheapest on; empty where the project has no such table."""

    latency: tuple[Latency, ...]
    prices: tuple[Price, ...]
    baseline_price: Price | None


def compute_serving(requests: pd.DataFrame | None, prices: pd.DataFrame | None, baseline: str | None) -> Serving:
    """Latency by provider and model, and prices with their ratio to the baseline's."""
    latency = [] if requests is None else [_latency(str(p), str(m), rows) for (p, m), rows in requests.groupby(["provider", "model"], sort=True)]
    latency.sort(key=lambda r: (r.median_s is None, r.median_s or 0.0, r.provider, r.model))
    listed = [] if prices is None else [_price(row) for row in prices.to_dict("records")]
    reference = min((p for p in listed if p.model == baseline and p.million_usd is not None), key=_cost, default=None)
    compared = [_with_ratio(price, reference) for price in listed]
    compared.sort(key=lambda p: (p.million_usd is None, _cost(p), p.provider, p.model))
    return Serving(tuple(latency), tuple(compared), None if reference is None else _with_ratio(reference, reference))


def _latency(provider: str, model: str, rows: pd.DataFrame) -> Latency:
    """Median, percentiles (linear interpolation, Hyndman & Fan 1996, type 7) and rate of one group of requests.

    Output rate of a request: (output tokens - 1) / (total time - time to first token), since the first token has
    come by then. Source: docs/statistics.md#serving.
    """
    failed = rows["error_code"].notna()
    done = rows[~failed]
    ttft = np.sort(done["ttft_s"].dropna().to_numpy(dtype=float))
    low, median, high, p95 = np.quantile(ttft, [0.25, 0.5, 0.75, 0.95]) if ttft.size else [np.nan] * 4
    codes = rows["error_code"].dropna().value_counts()
    return Latency(
        provider, model,
        requests=len(rows), failed=int(failed.sum()), failed_share=float(failed.mean()),
        error_codes=tuple(sorted(((str(code), int(n)) for code, n in codes.items()), key=lambda item: (-item[1], item[0]))),
        ttft_s=tuple(float(t) for t in ttft),
        median_s=number(median), p95_s=number(p95), low_s=number(low), high_s=number(high),
        tokens_per_s=number(_median_rate(done)),
    )  # fmt: skip


def _median_rate(done: pd.DataFrame) -> float:
    streamed: Array = (done["total_s"] - done["ttft_s"]).to_numpy(dtype=float)
    tokens = done["output_tokens"].to_numpy(dtype=float)
    measured = (streamed > 0) & (tokens > 1)
    return float(np.median((tokens[measured] - 1) / streamed[measured])) if measured.any() else np.nan


def _price(row: dict[str, object]) -> Price:
    def usd(name: str) -> float | None:
        value = row[name]
        return None if pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]

    def text(name: str) -> str:
        return "" if pd.isna(row[name]) else str(row[name])  # type: ignore[call-overload]

    sent, received = usd("usd_per_million_input_tokens"), usd("usd_per_million_output_tokens")
    mean = None if sent is None or received is None else (sent + received) / 2
    return Price(str(row["provider"]), str(row["model"]), sent, received, usd("usd_per_hour"), mean, None, text("source"), text("date"))


def _cost(price: Price) -> float:
    return np.inf if price.million_usd is None else price.million_usd


def _with_ratio(price: Price, reference: Price | None) -> Price:
    if reference is None or reference.million_usd is None or not price.million_usd:
        return price
    return Price(**{**price.__dict__, "ratio": reference.million_usd / price.million_usd})


def request_cost_usd(price: Price, input_tokens: float, output_tokens: float) -> float | None:
    """What a request of a size costs: (input tokens x input price + output tokens x output price) / 1,000,000."""
    if price.input_usd is None or price.output_usd is None:
        return None
    return (input_tokens * price.input_usd + output_tokens * price.output_usd) / 1_000_000


