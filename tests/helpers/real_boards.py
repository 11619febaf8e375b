"""Boards of other people: the projects of the gallery, and their tables.

Origin and licence: gallery/README.md.
"""

import functools

import pandas as pd

from gallery.convert import BOARDS, GALLERY
from tests.helpers.once import made_once
from tests.helpers.sites import BuiltSite, build


def results(board: str) -> pd.DataFrame:
    return BOARDS[board]()["results"]


def toml(board: str) -> str:
    return (GALLERY / board / "site.toml").read_text(encoding="utf8")


aider = functools.partial(results, "aider")
bfcl = functools.partial(results, "bfcl")
hal = functools.partial(results, "hal")
mteb = functools.partial(results, "mteb")
tau2 = functools.partial(results, "tau2")
AIDER, BFCL, MTEB, TAU2 = map(toml, ("aider", "bfcl", "mteb", "tau2"))

OPEN_WEIGHTS = """
[facets.open_weights]
label = "Open weights"
"""
_OPEN = "DeepSeek|Qwen|QwQ|Llama|gemma|Kimi|gpt-oss|command|Codestral|openhands"


def aider_models() -> pd.DataFrame:
    """Whether the weights of each model are open, which aider does not say."""
    models = aider()["model"].drop_duplicates()
    is_open = models.str.contains(_OPEN, case=False) & ~models.str.contains("claude|qwen-max")
    return pd.DataFrame({"model": models, "open_weights": is_open})


def bfcl_entries() -> pd.DataFrame:
    """With facts of their models: a row an entry, the best first."""
    found = bfcl().query("task == 'Overall Acc'").merge(BOARDS["bfcl"]()["models"], on="model")
    found["is_open"] = found["license"] != "Proprietary"
    several = found.duplicated("model", keep=False)
    named = found["model"] + " (" + found["mode"].fillna("") + ")"
    found["entry"] = named.where(several & found["mode"].notna(), found["model"])
    return found.sort_values("score", ascending=False, kind="stable")


@functools.cache
def published(name: str) -> BuiltSite:
    """The site of a board by its name, built once."""
    return made_once(f"published-{name}", lambda: build(GALLERY / name))
