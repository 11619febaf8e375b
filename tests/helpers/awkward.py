"""Boards on which a sentence that is true of the Index would be false.

Each is a project, as in tests/helpers/odd_boards.py: tables by name, and the text of `site.toml`.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from site_builder.pages.page import Site
from tests.helpers.boards import make_frames
from tests.helpers.charted import several
from tests.helpers.odd_boards import SHAPES, Project, built, foreign
from tests.helpers.sites import ROOT, BuiltSite, build, make_site
from tests.helpers.tables import write_project

_TOML = '[site]\ntitle = "Board"\ncards = false\n\n[board]\n'
_FAST = _TOML + 'baseline = "ref"\n'


def _noise(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, shape)


def _lists(values: np.ndarray) -> dict[str, list[float]]:
    return {f"m{i}": row.round(4).tolist() for i, row in enumerate(values)}


def units() -> Project:
    """Seconds, bytes, throughput and accuracy; tuning makes models slower and more accurate."""
    speed = np.abs(_noise(5, 8)) * [0.02, 0.3, 1e9, 1e7, 100, 0.2, 0.2, 0.2] + [
        *(0.013, 1, 2.2e10, 3e7, 900),
        *(0.3, 0.4, 0.5),
    ]
    tuned = speed * [1.2, 1.1, 1.0001, 1.0, 0.9, 1.1, 1.2, 1.05]
    reference = (speed.mean(axis=0) * 1.01).round(4).tolist()
    runs = {"base": {"ref": reference, **_lists(speed)}, "tuned": _lists(tuned)}
    metrics = ["seconds", "seconds", "bytes", "bytes", "tokens/s", *["accuracy"] * 3]
    tasks = {"metric": metrics, "category": [*"SSBBTQQQ"]}
    return make_frames(runs, ["t1", "t2", "t3", "t4"], tasks), _FAST


def sparse() -> Project:
    """Half of the models have the hard tasks, half the easy ones; they share none."""
    hard, easy = 0.3 + 0.02 * _noise(4, 6), 0.9 + 0.02 * _noise(4, 6, seed=2)
    gap = np.full((4, 6), np.nan)
    values = np.block([[hard, gap], [gap, easy]])
    runs = {m: [None if np.isnan(v) else v for v in row] for m, row in _lists(values).items()}
    frames = make_frames(
        {"base": {**runs, "ref": [0.3] * 6 + [None] * 6}},
        tasks={"score_min": [0.0] * 12, "score_max": [1.0] * 12},
    )
    frames["models"]["parameters_b"] = [1.0, 2.0, 4.0, 8.0, 1.0, 2.0, 4.0, 8.0, 16.0]
    return frames, _FAST


def overlapping() -> Project:
    """Every model has the first four tasks; who is best there is not best of the averages."""
    values = 0.5 + 0.03 * _noise(6, 10) + 0.04 * np.arange(6)[::-1, None]
    values[3:, 4:7] = np.nan
    values[:3, 7:] = np.nan
    values[3:, 7:] += 0.4
    runs = {m: [None if np.isnan(v) else v for v in row] for m, row in _lists(values).items()}
    frames = make_frames({"base": runs}, tasks={"metric": ["accuracy"] * 10})
    frames["models"]["parameters_b"] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    return frames, _TOML


def conditions() -> Project:
    """Two ways to prompt and no base; every model is behind the baseline, most in one category.

    The baseline has scores in both; one model has them in one only.
    """
    lower = np.repeat([0.0, 0.0, 0.3, 0.5], [3, 3, 3, 1])
    zero, five = 0.5 + 0.02 * _noise(5, 10) - lower, 0.52 + 0.02 * _noise(5, 10, seed=2) - lower
    prompted = {model: scores for model, scores in _lists(five).items() if model != "m0"}
    runs = {
        "zero_shot": {"ref": [0.8] * 10, **_lists(zero)},
        "five_shot": {"ref": [0.85] * 10, **prompted},
    }
    tasks = {"category": [*"AAABBBCCCD"], "metric": ["accuracy"] * 10}
    frames = make_frames(runs, tasks=tasks)
    frames["results"]["stderr"] = 0.02
    return frames, _FAST


def worse() -> Project:
    """Tuning makes every model slower on every task, and most in one category."""
    base = 150 + 10 * np.abs(_noise(5, 8)) + np.arange(5)[:, None]
    losses = np.array([40.0] * 4 + [2.0] * 4) + np.abs(_noise(5, 8, seed=2))
    runs = {"base": {"ref": [120.0] * 8, **_lists(base)}, "tuned": _lists(base + losses)}
    tasks = {"category": [*"AAAABBBB"], "metric": ["seconds"] * 8, "train_examples": [*range(8)]}
    frames = make_frames(runs, [f"t{i}" for i in range(1, 9)], tasks)
    frames["models"]["parameters_b"] = [None, 1.0, 2.0, 4.0, 8.0, 16.0]
    return frames, _FAST


def clear() -> Project:
    """One variant, models far apart, one category out of reach; prices with dates."""
    steps = np.array([0.2, 0.4, 0.6, 0.8])[:, None]
    values = steps + 0.01 * _noise(4, 9)
    reference = values.max(axis=0) - np.repeat([0.02, 0.1, 0.2], 3)
    reference += 0.005 * _noise(9, seed=3)
    runs = {"base": {"ref": reference.round(4).tolist(), **_lists(values)}}
    frames = make_frames(runs, tasks={"category": [*"AAABBBCCC"], "metric": ["accuracy"] * 9})
    frames["results"]["stderr"] = 0.001
    frames["models"]["parameters_b"] = [None, 1.0, 2.0, 4.0, 8.0]
    frames["serving_requests"] = _requests({"p": 0.1, "q": 0.4, "r": 0.9}, spread=0.01)
    frames["prices"] = pd.DataFrame(
        {
            "provider": ["p", "q", "o"],
            "model": ["m0", "m1", "ref"],
            "usd_per_million_input_tokens": [1.0, 2.0, 10.0],
            "usd_per_million_output_tokens": [3.0, 4.0, 60.0],
            "date": ["2024-01-01", "2024-03-01", "2024-02-01"],
            "source": "https://example.org/prices",
        }
    )
    return frames, _FAST


def level() -> Project:
    """Models that differ by chance only; latencies that overlap; one cheapest offer."""
    runs = {"base": _lists(0.5 + 0.05 * _noise(10, 9))}
    frames = make_frames(runs, tasks={"category": [*"AAABBBCCC"], "metric": ["accuracy"] * 9})
    frames["models"]["parameters_b"] = [float(size) for size in range(1, 11)]
    frames["serving_requests"] = _requests({"p": 0.40, "q": 0.41}, spread=0.2, tokens=(50, 90))
    frames["prices"] = pd.DataFrame(
        {
            "provider": ["p", "q"],
            "model": ["m0", "m1"],
            "usd_per_million_input_tokens": [1.0, 2.0],
            "usd_per_million_output_tokens": [3.0, 4.0],
        }
    )
    return frames, _TOML


def by_rate() -> Project:
    """Ranked by win rate though means are comparable; one easy category; one latency."""
    values = 0.5 + 0.01 * _noise(4, 9) + np.repeat([0.3, 0.0, 0.0], 3)
    runs = {"base": {"ref": [0.5] * 9, **_lists(values)}}
    tasks = {"category": [*"AAABBBCCC"], "metric": ["accuracy"] * 9, "train_examples": [*range(9)]}
    frames = make_frames(runs, tasks=tasks)
    frames["serving_requests"] = _requests({"p": 0.4}, spread=0.1)
    toml = f'{_FAST}rank_by = "mean_win_rate"\n\n[analysis]\ntraining_set_thresholds = []\n'
    return frames, toml


def untested() -> Project:
    """Only one model was tuned, on one of two tasks; the scores of another do not count."""
    base = {"a": [0.1, 0.2], "b": [0.3, 0.4], "c": [0.9, 0.9]}
    frames = make_frames({"base": base, "tuned": {"a": [0.5, None]}})
    flags = frames["results"]["model"].map({"c": "leaked"})
    frames["results"]["flag"] = flags.astype("string")
    return frames, f"{_TOML}exclude_flagged = true\n"


def related() -> Project:
    """Lift grows with one feature and falls with another; two of four models may be first."""
    grows = np.arange(12) / 20
    base = 0.3 + 0.01 * _noise(4, 12)
    tuned = base + grows + np.array([0.3, 0.3, 0.1, 0.0])[:, None] + 0.01 * _noise(4, 12, seed=2)
    runs = {"base": _lists(base), "tuned": _lists(tuned)}
    features = {"train_examples": [*range(1, 13)], "tokens_min": [*range(12, 0, -1)]}
    return make_frames(runs, tasks={"metric": ["accuracy"] * 12, **features}), _TOML


def falling() -> Project:
    """The only feature falls as lift grows; two models take turns at being better."""
    base = 0.3 + 0.01 * _noise(2, 12)
    tuned = base + np.arange(12) / 20 + 0.05 * np.resize([[1, -1], [-1, 1]], (2, 12))
    runs = {"base": _lists(base), "tuned": _lists(tuned)}
    tasks = {"metric": ["accuracy"] * 12, "tokens_min": [*range(12, 0, -1)]}
    return make_frames(runs, tasks=tasks), _TOML


def unrelated() -> Project:
    """The feature has nothing to do with lift."""
    base = 0.3 + 0.01 * _noise(3, 12)
    runs = {"base": _lists(base), "tuned": _lists(base + 0.1 + 0.05 * _noise(3, 12, seed=2))}
    tasks = {"metric": ["accuracy"] * 12, "train_examples": np.resize([1, 9, 2, 8], 12).tolist()}
    return make_frames(runs, tasks=tasks), _TOML


def few() -> Project:
    """Two models on three tasks, level on one; one flag, one unknown error."""
    frames = make_frames(
        {"base": {"a": [0.8, 0.9, 0.7], "b": [0.8, 0.6, 0.5]}},
        tasks={"metric": ["accuracy"] * 3, "score_chance": [0.25, 0.25, None]},
    )
    frames["results"]["stderr"] = [0.01, 0.01, 0.01, 0.01, None, 0.01]
    frames["results"]["flag"] = pd.Series(["leaked", *[None] * 5], dtype="string")
    return frames, _TOML


def _requests(
    medians: dict[str, float], spread: float, tokens: tuple[int, ...] = (50,)
) -> pd.DataFrame:
    first = {p: m + spread * np.abs(_noise(30, seed=i)) for i, (p, m) in enumerate(medians.items())}
    return pd.DataFrame(
        {
            "provider": np.repeat([*first], 30),
            "model": "m0",
            "ttft_s": np.concatenate([*first.values()]),
            "total_s": np.concatenate([*first.values()]) + 1,
            "input_tokens": 100.0,
            "output_tokens": np.repeat(np.resize(tokens, len(first)), 30).astype(float),
        }
    )


def _several() -> Project:
    return several(), f'{_TOML}baseline = "m1"\nmin_coverage = 0.5\nrank_by = "mean"\n'


AWKWARD: dict[str, Callable[[], Project]] = {
    make.__name__: make
    for make in (
        *(units, sparse, overlapping, conditions, worse, clear, level, by_rate, untested),
        *(related, falling, unrelated, few),
    )
} | {"several": _several}


def written(name: str) -> tuple[BuiltSite, Site]:
    """The built site of a board by its name, and the results that it is made from."""
    if name == "index":
        return built(name), make_site(ROOT)
    own = {**SHAPES, **AWKWARD}
    frames, toml = own[name]() if name in own else foreign(name, baseline=True)
    with tempfile.TemporaryDirectory() as folder:
        root = write_project(Path(folder), frames, toml)
        return build(root) if name in AWKWARD else built(name), make_site(root)
