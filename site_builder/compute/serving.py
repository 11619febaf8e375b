"""Summarise latency and list prices; list offers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from site_builder.compute.numbers import difference, float_or_none, round_float
from site_builder.records import Record, replace


class Latency(Record):
    """The measured requests to one provider for one model.

    Attributes:
        requests: Number of requests.
        failed: Number of requests that returned an error; no latency includes them.
        failed_share: failed / requests, 0..1.
        error_codes: Each error code with its number of requests, most frequent first.
        ttft_s: Time to first token of each success, in seconds, sorted.
        median_s, p95_s, low_s, high_s: Median, 95th, 25th and 75th percentile of `ttft_s`; None
            without a success.
        tokens_per_s: Median over successes of output tokens per second after the first token; None
            where not measured.
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


class Price(Record):
    """A list price.

    Attributes:
        input_usd, output_usd: US dollars per million tokens sent and received.
        hour_usd: US dollars per hour of one machine.
        million_usd: Mean of `input_usd` and `output_usd`: a million tokens, half sent and half
            received.
        ratio: `million_usd` of the baseline's lowest price / this `million_usd`; None where either
            is 0 or unknown.
        source, date: Where and when the price was listed; empty where unknown.
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


class Serving(Record):
    """Latency and prices of the models.

    Attributes:
        latency: By provider and model, fastest median first.
        prices: Cheapest first, prices by the hour only last.
        baseline_price: The baseline's lowest price by the token; None where it has none.
        request_size: Median tokens sent and received by successful requests; None where not
            measured.
    """

    latency: tuple[Latency, ...]
    prices: tuple[Price, ...]
    baseline_price: Price | None
    request_size: tuple[float, float] | None


def compute_serving(
    requests: pd.DataFrame | None, prices: pd.DataFrame | None, baseline: str | None
) -> Serving:
    """Summarise latency by provider and model, and compare prices with the baseline's.

    Source: docs/statistics.md#serving.
    """
    latency = [] if requests is None else _latencies(requests)
    listed = [] if prices is None else [_price(row) for row in prices.to_dict("records")]
    rivals = [p for p in listed if p.model == baseline and p.million_usd is not None]
    reference = min(rivals, key=_cost, default=None)
    compared = [_with_ratio(price, reference) for price in sorted(listed, key=_cost)]
    return Serving(
        latency=tuple(latency),
        prices=tuple(compared),
        baseline_price=reference and _with_ratio(reference, reference),
        request_size=None if requests is None else _median_size(requests),
    )


def _latencies(requests: pd.DataFrame) -> list[Latency]:
    groups = requests.groupby(["provider", "model"], sort=True)
    latency = [_latency(str(provider), str(model), rows) for (provider, model), rows in groups]
    return sorted(latency, key=lambda r: (r.median_s is None, r.median_s or 0.0))


def _latency(provider: str, model: str, rows: pd.DataFrame) -> Latency:
    """Summarise one group; percentiles by linear interpolation (Hyndman & Fan, 1996, type 7).

    Source: docs/statistics.md#serving.
    """
    failed = rows["error_code"].notna()
    done = rows[~failed]
    ttft = np.sort(done["ttft_s"].dropna().to_numpy(dtype=float))
    percentiles = np.quantile(ttft, [0.25, 0.5, 0.75, 0.95]) if ttft.size else np.full(4, np.nan)
    low, median, high, p95 = (float_or_none(round_float(p)) for p in percentiles)
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
        low_s=low,
        high_s=high,
        tokens_per_s=_median_rate(done),
    )


def _median_rate(done: pd.DataFrame) -> float | None:
    """Return the median of (output tokens - 1) / (total time - time to first token).

    Requests with one token, or without time after the first, are left out.
    """
    total, ttft = done["total_s"].to_numpy(dtype=float), done["ttft_s"].to_numpy(dtype=float)
    streamed = difference(total, ttft)
    tokens = done["output_tokens"].to_numpy(dtype=float)
    measured = (streamed > 0) & (tokens > 1)
    if not measured.any():
        return None
    return float_or_none(round_float(float(np.median((tokens[measured] - 1) / streamed[measured]))))


def _median_size(requests: pd.DataFrame) -> tuple[float, float] | None:
    done = requests[requests["error_code"].isna()]
    sent, received = (done[name].median() for name in ("input_tokens", "output_tokens"))
    return None if pd.isna(sent) or pd.isna(received) else (float(sent), float(received))


def _price(row: Mapping[Hashable, Any]) -> Price:
    sent, received, hour = (
        None if pd.isna(row[name]) else float(row[name])
        for name in (
            "usd_per_million_input_tokens",
            "usd_per_million_output_tokens",
            "usd_per_hour",
        )
    )
    return Price(
        provider=str(row["provider"]),
        model=str(row["model"]),
        input_usd=sent,
        output_usd=received,
        hour_usd=hour,
        million_usd=None if sent is None or received is None else (sent + received) / 2,
        ratio=None,
        source="" if pd.isna(row["source"]) else str(row["source"]),
        date="" if pd.isna(row["date"]) else str(row["date"]),
    )


def _cost(price: Price) -> tuple[bool, float, str, str]:
    """Sort key: cheapest first, then by name; last without a price by the token."""
    return price.million_usd is None, price.million_usd or 0.0, price.provider, price.model


def _with_ratio(price: Price, reference: Price | None) -> Price:
    if reference is None or not reference.million_usd or not price.million_usd:
        return price
    return replace(
        price, ratio=float_or_none(round_float(reference.million_usd / price.million_usd))
    )


class Offer(Record):
    """One way to pay for a model: by the token or by the hour.

    Attributes:
        input_usd, output_usd: US dollars per million tokens sent and received; None by the hour.
        hour_usd: US dollars per hour of one machine; None by the token.
    """

    provider: str
    model: str
    input_usd: float | None = None
    output_usd: float | None = None
    hour_usd: float | None = None

    @property
    def hourly(self) -> bool:
        """Whether it is paid by the hour."""
        return self.hour_usd is not None


def collect_offers(prices: Sequence[Price]) -> tuple[Offer, ...]:
    """Return every offer that can be paid for, in the order of the prices.

    A price by the token and by the hour is two offers; a price of tokens sent or received alone is
    none.
    """
    offers = []
    for price in prices:
        seller = price.provider, price.model
        if price.input_usd is not None and price.output_usd is not None:
            offers.append(Offer(*seller, price.input_usd, price.output_usd))
        if price.hour_usd is not None:
            offers.append(Offer(*seller, hour_usd=price.hour_usd))
    return tuple(offers)


def reference_choice(offers: Sequence[Offer], baseline: str | None) -> tuple[Offer, ...]:
    """Return the offers of which the cheapest is compared with the others.

    These are the baseline's by the token, else by the hour; without any, all by the token.
    """
    of_baseline = [offer for offer in offers if offer.model == baseline]
    by_token = [offer for offer in of_baseline if not offer.hourly]
    return tuple(by_token or of_baseline or [offer for offer in offers if not offer.hourly])
