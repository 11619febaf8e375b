"""Summarise latency and list prices; list offers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from site_builder.compute.numbers import difference, float_or_none, settled_float
from site_builder.records import Record, replace


class Latency(Record):
    """The measured requests to one provider for one model; times are of those that succeeded.

    Attributes:
        provider, model: Who served what.
        requests: Requests sent.
        failed: Requests that returned an error; they have no latency and count in none.
        failed_share: failed / requests, 0..1.
        error_codes: The codes that were returned, each with its number of requests, most frequent
            first.
        ttft_s: Time to first token of each success, in seconds, sorted.
        median_s, p95_s, low_s, high_s: Median, 95th, 25th and 75th percentile of `ttft_s`; None
            without one.
        tokens_per_s: Median over successes of output tokens a second after the first token; None
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
        provider, model: Who sells what.
        input_usd, output_usd: US dollars per million tokens sent and received.
        hour_usd: US dollars an hour, where the hour is sold.
        million_usd: Mean of `input_usd` and `output_usd`: a million tokens, half sent and half
            received.
        ratio: How many times cheaper than the baseline's lowest price: its `million_usd` / this
            `million_usd`; None where either is 0 or not known.
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


class Serving(Record):
    """How models are served, and for how much.

    Attributes:
        latency: By provider and model, from the fastest median on; empty where nothing is measured.
        prices: From the cheapest on, by the hour last; empty where none is given.
        baseline_price: The baseline's lowest price by the token; None where it has none.
        request_size: Median tokens sent and received, over requests that succeeded; None where not
            measured.
    """

    latency: tuple[Latency, ...]
    prices: tuple[Price, ...]
    baseline_price: Price | None
    request_size: tuple[float, float] | None


def compute_serving(
    requests: pd.DataFrame | None, prices: pd.DataFrame | None, baseline: str | None
) -> Serving:
    """Latency by provider and model, and prices with their ratio to the baseline's.

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
    """Median, percentiles (linear interpolation: Hyndman & Fan, 1996, type 7) and rate of a group.

    Source: docs/statistics.md#serving.
    """
    failed = rows["error_code"].notna()
    done = rows[~failed]
    ttft = np.sort(done["ttft_s"].dropna().to_numpy(dtype=float))
    percentiles = np.quantile(ttft, [0.25, 0.5, 0.75, 0.95]) if ttft.size else np.full(4, np.nan)
    low, median, high, p95 = (float_or_none(settled_float(p)) for p in percentiles)
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
    """Median of (output tokens - 1) / (total time - time to first token), the first having come.

    Of the requests with more than one token and some time after the first.
    """
    total, ttft = done["total_s"].to_numpy(dtype=float), done["ttft_s"].to_numpy(dtype=float)
    streamed = difference(total, ttft)
    tokens = done["output_tokens"].to_numpy(dtype=float)
    measured = (streamed > 0) & (tokens > 1)
    if not measured.any():
        return None
    return float_or_none(
        settled_float(float(np.median((tokens[measured] - 1) / streamed[measured])))
    )


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
    """Cheapest first, then by name; last what has no price by the token."""
    return price.million_usd is None, price.million_usd or 0.0, price.provider, price.model


def _with_ratio(price: Price, reference: Price | None) -> Price:
    if reference is None or not reference.million_usd or not price.million_usd:
        return price
    return replace(
        price, ratio=float_or_none(settled_float(reference.million_usd / price.million_usd))
    )


DAYS_A_MONTH = 365.25 / 12
HOURS_A_DAY = 24
PRICED_TOKENS = 1_000_000


class Load(Record):
    """What is asked of a model.

    Attributes:
        requests_a_day: Requests a day.
        input_tokens, output_tokens: Tokens that a request sends, and receives.
    """

    requests_a_day: float
    input_tokens: float
    output_tokens: float


class TokenPrice(Record):
    """US dollars per million tokens sent and received."""

    input_usd: float
    output_usd: float


class HourPrice(Record):
    """US dollars an hour of one machine, whatever is asked of it."""

    hour_usd: float


class Offer(Record):
    """One way to pay for a model: by the token or by the hour.

    Attributes:
        provider, model: Who sells what.
        price: The one way or the other.
    """

    provider: str
    model: str
    price: TokenPrice | HourPrice

    @property
    def hourly(self) -> bool:
        """Whether it is paid by the hour."""
        return isinstance(self.price, HourPrice)


class Cost(Record):
    """What an offer costs at a load.

    Attributes:
        offer: The offer.
        month_usd: US dollars a month; None where it is too large for a float.
        times_cheaper: What the reference costs / what this costs; None where either is 0 or not
            known, or there is no reference.
        times_dearer: Its inverse.
        break_even: Requests a day at which it costs as much as the reference; None where both are
            paid the same way, or never cost the same.
    """

    offer: Offer
    month_usd: float | None
    times_cheaper: float | None = None
    times_dearer: float | None = None
    break_even: float | None = None


def collect_offers(prices: Sequence[Price]) -> tuple[Offer, ...]:
    """Every offer that can be paid for, in the order of the prices.

    A price that is listed by the token and by the hour is two offers; one that is known for tokens
    sent or received alone is none.
    """
    offers = []
    for price in prices:
        if price.input_usd is not None and price.output_usd is not None:
            by_token = TokenPrice(price.input_usd, price.output_usd)
            offers.append(Offer(price.provider, price.model, by_token))
        if price.hour_usd is not None:
            offers.append(Offer(price.provider, price.model, HourPrice(price.hour_usd)))
    return tuple(offers)


def request_cost_usd(price: TokenPrice, load: Load) -> float:
    """What one request costs by the token.

    (input tokens x input price + output tokens x output price) / 1,000,000.

    Source: docs/statistics.md#cost.
    """
    total = load.input_tokens * price.input_usd + load.output_tokens * price.output_usd
    return total / PRICED_TOKENS


def monthly_cost_usd(offer: Offer, load: Load) -> float | None:
    """What a month costs; a month has 365.25 / 12 days.

    By the token: requests a day x days x cost of a request. By the hour: 24 x days x price of an
    hour, that is one machine which runs all month, however many requests it gets.

    Source: docs/statistics.md#cost.
    """
    if isinstance(offer.price, HourPrice):
        cost = offer.price.hour_usd * HOURS_A_DAY * DAYS_A_MONTH
    else:
        cost = load.requests_a_day * DAYS_A_MONTH * request_cost_usd(offer.price, load)
    return float_or_none(settled_float(cost))


def times_cheaper(month_usd: float | None, reference_usd: float | None) -> float | None:
    """Reference cost / cost: 2 is half the price. None where either is 0 or not known.

    Source: docs/statistics.md#cost.
    """
    if not month_usd or not reference_usd:
        return None
    return float_or_none(settled_float(reference_usd / month_usd)) or None


def break_even(offer: Offer, other: Offer, load: Load) -> float | None:
    """Requests a day at which an offer by the token costs as much as one by the hour.

    24 x price of an hour / cost of a request, of the one and the other in either order. None where
    both are paid the same way, and where one of them is free: they never cost the same then.

    Source: docs/statistics.md#cost.
    """
    token, hour = (other.price, offer.price) if offer.hourly else (offer.price, other.price)
    if not isinstance(token, TokenPrice) or not isinstance(hour, HourPrice):
        return None
    request_usd = request_cost_usd(token, load)
    if not request_usd or not hour.hour_usd:
        return None
    return float_or_none(settled_float(hour.hour_usd * HOURS_A_DAY / request_usd))


def reference_choice(offers: Sequence[Offer], baseline: str | None) -> tuple[Offer, ...]:
    """The offers whose cheapest is the one to compare with.

    The baseline's by the token, else by the hour; where it has none, all by the token.
    """
    own = [offer for offer in offers if offer.model == baseline]
    by_token = [offer for offer in own if not offer.hourly]
    return tuple(by_token or own or [offer for offer in offers if not offer.hourly])


def cheapest(offers: Sequence[Offer], load: Load) -> Offer | None:
    """The offer that costs least; of equal ones, the first."""
    return min(offers, key=lambda offer: _order(monthly_cost_usd(offer, load)), default=None)


def compute_costs(
    offers: Sequence[Offer], load: Load, reference: Offer | None = None
) -> tuple[Cost, ...]:
    """What each offer costs at a load, cheapest first, equal ones in the order of the offers.

    Source: docs/statistics.md#cost.
    """
    reference_usd = None if reference is None else monthly_cost_usd(reference, load)
    costs = []
    for offer in offers:
        month_usd = monthly_cost_usd(offer, load)
        ratios = times_cheaper(month_usd, reference_usd), times_cheaper(reference_usd, month_usd)
        even = None if reference is None else break_even(offer, reference, load)
        costs.append(Cost(offer, month_usd, *ratios, even))
    return tuple(sorted(costs, key=lambda cost: _order(cost.month_usd)))


def _order(month_usd: float | None) -> tuple[bool, float]:
    """Cheapest first, and last what is too dear for a float."""
    return month_usd is None, month_usd or 0.0
