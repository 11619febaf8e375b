"""The boards whose pages `tests/golden` holds word by word; each has something for every part."""

import shutil
from pathlib import Path

import pandas as pd

from tests.helpers.boards import make_frames
from tests.helpers.sites import ROOT
from tests.helpers.tables import board, write_project

FOLDER = ROOT / "tests/golden"
BOARDS = ("fixture", "word_errors", "systems", "gaps")


def write_board(name: str, to: Path) -> Path:
    """Write the project of one of `BOARDS` into a new folder; return the folder."""
    if name == "fixture":
        return write_project(to, board())
    if name == "word_errors":
        return write_project(to, word_errors(), '[board]\nbaseline = "m1"\n\n')
    if name == "gaps":
        return write_project(to, gaps(), '[board]\nbaseline = "m3"\nmin_coverage = 0.5\n')
    shutil.copytree(ROOT / "tests/data/systems", to)
    return to


def word_errors() -> dict[str, pd.DataFrame]:
    """Four models and eight tasks on which less is better, in two categories, with prices."""
    runs = {f"m{i}": [9.0 + 3.1 * i - t % (i + 2) + t / 4 for t in range(8)] for i in range(4)}
    facts = {"category": [*"XXXYYYYY"], "metric": ["wer"] * 8, "unit": ["percent"] * 8}
    offers = [
        ("A", "m0", 4.0, 16.0),
        ("B", "m0", 5.0, 15.0),
        ("A", "m1", 0.5, 1.5),
        ("B", "m3", 0.1, 0.3),
    ]
    frames = make_frames({"base": runs}, [f"t{n}" for n in range(1, 9)], facts)
    return frames | {"prices": prices(offers)}


def gaps() -> dict[str, pd.DataFrame]:
    """Six models before and after tuning, with gaps; one was tuned alone, one has few scores."""
    base = {f"m{i}": [0.9 - i / 10 - (i + t) % 4 / 20 for t in range(10)] for i in range(5)}
    tuned = {f"m{i}": [s + (i + t) % 3 / 25 for t, s in enumerate(base[f"m{i}"])] for i in (1, 2)}
    some = {m: [None if t % 5 == 4 else s for t, s in enumerate(tuned[m])] for m in tuned}
    runs = {"base": base | {"m5": [0.5, 0.25]}, "fine_tuned": some | {"m6": [0.8] * 8}}
    facts: dict[str, list[object]] = {"category": [*"XXXXYYYYYY"], "score_min": [0.0] * 10}
    facts |= {"metric": [*["accuracy"] * 7, *["f1"] * 3], "score_max": [1.0] * 10}
    offers = [("A", "m0", 0.2, 0.4), ("A", "m2", 1.0, 2.0), ("B", "m3", 2.0, 6.0)]
    return make_frames(runs, tasks=facts) | {"prices": prices(offers)}


def prices(offers: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    """Offers of a day, by provider and model: prices of a million tokens that go in, and out."""
    names = ("provider", "model", "usd_per_million_input_tokens", "usd_per_million_output_tokens")
    return pd.DataFrame(offers, columns=names).assign(date="2026-01-02")
