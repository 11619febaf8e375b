"""A language in which every text has marks, and what stands outside of them on a page."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString

from site_builder.config import Words
from site_builder.messages import make_messages
from site_builder.translation import catalogue
from tests.helpers.sites import ROOT
from tests.helpers.tables import write_project

MARKED = "qps-ploc"
"""The tag that stands for a language of tests."""
# Numbers have marks of their own, so that others show.
_NUMBERS = {"number.decimal": "\N{MIDDLE DOT}", "number.group": "\N{APOSTROPHE}"}
_PLAIN = ("number.percent", "number.dollars")
_ATTRIBUTES = (
    *("aria-label", "title", "alt", "placeholder", "data-copied", "data-title", "data-details"),
    *("data-noted", "data-noun", "data-nouns", "data-embed-title", "data-group", "data-from"),
)
_INLINE = ("a", "b", "strong", "small", "span", "i", "br", "em")
_WORD = re.compile(r"[a-z]{2,}")
_NUMBER = re.compile(r"\d[.,]\d")
# What no reader reads as text: addresses, names of files, checksums, and the keys of JSON.
_NO_TEXT = re.compile(r"\S*[/@]\S*|\b[\w-]+\.(json|csv|parquet|gz|js|html)\S*|\b[0-9a-f]{7,}\b")


def _marked(name: str, text: str) -> str:
    if name in _NUMBERS:
        return _NUMBERS[name]
    if name in _PLAIN:
        return text
    words = text.split() if name in ("number.months", "number.numbers") else [text]
    return " ".join(f"⟦{word}⟧" for word in words)


def marked_locale() -> str:
    """Every message of the catalogue within marks, as the file of a language."""
    lines = []
    for name, (one, other) in catalogue().items():
        key = ".".join(json.dumps(part, ensure_ascii=False) for part in name.split("."))
        forms = [json.dumps(_marked(name, text), ensure_ascii=False) for text in (one, other)]
        value = forms[0] if one == other else f"{{ one = {forms[0]}, other = {forms[1]} }}"
        if one or other:
            lines.append(f"{key} = {value}")
    words = make_messages(Words().model_dump()).words
    lines += [f'words.{name} = "⟦{word}⟧"' for name, word in words.items() if name.islower()]
    return "\n".join(lines)


def outside_of_marks(text: str) -> str:
    """What no message says."""
    found, depth = "", 0
    for letter in text:
        depth = max(0, depth + (letter == "⟦") - (letter == "⟧"))
        found += letter if depth == 0 and letter != "⟧" else ""
    return found


def unmarked_texts(html: str) -> Iterator[str]:
    """The texts and attributes of a page that no message says, and numbers in English marks."""
    soup = BeautifulSoup(html, "lxml")
    texts = [*_drawn_texts(soup)]
    for element in soup.find_all(True):
        # The details of a cell are numbers for scripts.
        names = [name for name in _ATTRIBUTES if element.name != "td" or name != "data-details"]
        texts += [str(element[name]) for name in names if name in element.attrs]
    for part in soup.select("script, style, code, pre"):
        part.decompose()
    for element in soup.find_all(True):
        texts += _own_texts(element)
    for meta in soup.select("meta[name=description], meta[property='og:title']"):
        texts.append(str(meta["content"]))
    for text in dict.fromkeys(texts):
        left = _NO_TEXT.sub(" ", outside_of_marks(text))
        if _WORD.search(left) or _NUMBER.search(left):
            yield " ".join(text.split())


def _own_texts(element: Tag) -> Iterator[str]:
    """The text of a block without that of blocks in it: a mark may open before a link in it."""
    if element.name not in _INLINE:
        parts = [child for child in element.children if not isinstance(child, PreformattedString)]
        yield "".join(
            child.get_text()
            for child in parts
            if not isinstance(child, Tag) or child.name in _INLINE
        )


def _drawn_texts(soup: BeautifulSoup) -> Iterator[str]:
    """The texts of charts."""
    for script in soup.select("script[data-figure]"):
        yield from _figure_texts(json.loads(script.get_text()))


def _figure_texts(part: Any, key: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _figure_texts(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from _figure_texts(value, key)
    elif isinstance(part, str) and key in ("text", "name", "customdata", "ticktext", "hovertext"):
        yield part


# --- boards whose own texts are in capitals -----------------------------------------------------

_AS_THEY_ARE = ("variant", "url", "dataset_url", "source", "release_date", "date", "hf_id")


def loud_index(root: Path, language: str, edition: int = 1) -> Path:
    """A part of the Index, with prices, requests and flags, as a project in a language."""
    frames = {path.stem: pd.read_parquet(path) for path in (ROOT / "data").glob("*.parquet")}
    models = [*frames["models"]["model"][:3], *frames["models"]["model"][-4:]]
    frames["tasks"] = frames["tasks"].groupby("category").head(2)
    results = frames["results"]
    is_left = results["model"].isin(models) & results["task"].isin(frames["tasks"]["task"])
    flags = [("CARE" if place == 3 else "") for place in range(is_left.sum())]
    frames["results"] = results[is_left].assign(flag=flags, rounding=None, command="RUN")
    frames["results"] = _edited(frames["results"], edition)
    frames["models"] = frames["models"][frames["models"]["model"].isin(models)]
    return write_project(
        root, {name: _loud(of) for name, of in frames.items()}, _toml(language, edition)
    )


def _edited(results: pd.DataFrame, edition: int) -> pd.DataFrame:
    """The same in a later edition: one score is another, one is gone."""
    if edition == 1:
        return results
    first = results["score"].iloc[0]
    return results.iloc[:-1].assign(score=[first / 2, *results["score"].iloc[1:-1]])


def _toml(language: str, edition: int, more: str = 'baseline = "GPT-4"') -> str:
    site = f'title = "B"\nlanguage = "{language}"\nreleased = 2025-0{edition}-01'
    site += '\nlicense = "CC"\nsubmissions = true'
    return f'[site]\n{site}\nbase_url = "https://b.org/"\ncards = false\n[board]\n{more}\n'


def _loud(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with its texts in capitals, but for what is no text."""
    texts = [
        name
        for name in frame.columns
        if name not in _AS_THEY_ARE and pd.api.types.is_string_dtype(frame[name])
    ]
    return frame.assign(**{name: frame[name].str.upper().str.replace(".", "") for name in texts})


def loud_agents(root: Path, language: str, edition: int = 1) -> Path:
    """Models in agents, with cost, dates and parts, on two boards, as a project in a language."""
    rows = [
        (f"M{i}", agent, task, round(0.3 + 0.1 * i + 0.03 * j + 0.05 * k, 2), 2.0 ** (i + k))
        for i in range(5)
        for k, agent in enumerate(("A1", "A2"))
        for j, task in enumerate(("T1", "T2", "T3", "T4"))
    ]
    results = pd.DataFrame(rows, columns=["model", "agent", "task", "score", "cost_usd"])
    results = _edited(results, edition)
    models = pd.DataFrame({"model": [f"M{i}" for i in range(6)], "license": "MIT"}).assign(
        release_date=[f"2025-0{i}-10" for i in range(1, 7)],
        parameters_b=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    )
    models["status"] = [*[None] * 5, "pending"]
    tasks = pd.DataFrame({"task": ["T1", "T2", "T3", "T4"]}).assign(
        higher_is_better=True, score_min=0.0, score_max=1.0, metric="METRIC", score_chance=0.5
    )
    boards = "".join(
        f'[[boards]]\nid = "{name}"\ntitle = "{name.upper()}"\ntasks = {tasks}\n'
        for name, tasks in (("b1", ["T1", "T2"]), ("b2", ["T1", "T2", "T3", "T4"]))
    )
    labels = '[facets.agent]\nlabel = "AGENT"\n[measures.cost_usd]\nlabel = "COST"\nunit = "USD"\n'
    toml = f"{_toml(language, edition, '')}{labels}{boards}"
    return write_project(root, {"results": results, "models": models, "tasks": tasks}, toml)


def translated(root: Path, language: str, texts: str) -> Path:
    """A project with a file of texts in a language; returns the project."""
    (root / "locale").mkdir(parents=True, exist_ok=True)
    (root / f"locale/{language}.toml").write_text(texts, encoding="utf8")
    return root
