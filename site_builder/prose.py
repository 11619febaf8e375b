"""Markdown with live figures to safe HTML.

A page's prose is `data/content/<slot>.md`. Its figures are expressions over the published numbers, filled in by
`output/render.py` before they come here as Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import markdown
import nh3

from site_builder.errors import Fault, near

SLOTS = ("lede", "takeaways", "models", "tasks", "categories", "analysis", "serving", "data", "about", "limits")
_MARKDOWN_MARKS = re.compile(r"([\\`*_{}\[\]()#+.!|~<>&:-])")
_TAGS = {
    "a", "abbr", "blockquote", "br", "code", "dd", "del", "dl", "dt", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre",
    "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "h2": {"id"}, "h3": {"id"}, "th": {"align"}, "td": {"align"}, "abbr": {"title"}}


@dataclass(frozen=True)
class Prose:
    """The prose of a site, by slot, as it is written."""

    texts: Mapping[str, str]
    faults: tuple[Fault, ...] = ()


def load_prose(folder: Path, shown_as: str = "data/content") -> Prose:
    """Read every slot's text; a file that no page shows is a warning, one that cannot be read an error."""
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else []:
        where = f"{shown_as}/{path.name}"
        if path.stem not in SLOTS:
            faults.append(Fault(where, "no page shows this file.", near(path.stem, SLOTS) or f"Names: {', '.join(SLOTS)}.", "warning"))
            continue
        try:
            texts[path.stem] = path.read_text(encoding="utf8")
        except (OSError, UnicodeDecodeError) as error:
            faults.append(Fault(where, f"cannot be read as UTF-8 text: {error}"))
    return Prose(texts, tuple(faults))


def escape_markdown(text: str) -> str:
    """Text from data as Markdown shows it literally: no mark of it is obeyed."""
    return _MARKDOWN_MARKS.sub(r"\\\1", " ".join(text.split()))


def to_html(text: str) -> str:
    """Markdown to HTML that holds no more than prose needs: no scripts, no styles, links to http(s) and to the site."""
    raw = markdown.markdown(text, extensions=["tables", "sane_lists", "smarty", "toc"], extension_configs={"toc": {"permalink": False}}, output_format="html")
    return nh3.clean(raw, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https"}, link_rel="noopener")
