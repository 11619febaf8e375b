"""Turn Markdown into safe HTML; read the texts of a project."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from errno import EISDIR, EPERM
from hashlib import sha256
from pathlib import Path

import markdown
import nh3
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.smarty import SmartyExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import TocExtension

from site_builder.errors import Fault, did_you_mean
from site_builder.formatting import sentence
from site_builder.records import Record, field

SLOTS = (
    "lede",
    "takeaways",
    "models",
    "tasks",
    "categories",
    "analysis",
    "serving",
    "data",
    "about",
    "limits",
)
_SPACE = re.compile(r"[^\S\N{NO-BREAK SPACE}]+")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>-])")
# What Markdown, or the smart quotes, would read as a mark. A backslash helps only before those that
# Markdown knows.
_LITERAL = str.maketrans(
    {mark: f"\\{mark}" for mark in "\\`*_{}[]()#+.!|>-"}
    | {"&": "&amp;", "<": "&lt;", "=": "&#61;", '"': "&quot;", "'": "&#39;"}
)
_TITLE = re.compile(r"\s*#[ \t]+(\S.*?)[ \t#]*$", re.MULTILINE)
_NO_SCHEME = re.compile(r"[\x00-\x20]*[/\\][\x00-\x20]*[/\\]")
_TAGS = {
    *("a", "abbr", "blockquote", "br", "code", "dd", "del", "dl", "dt", "em", "h2", "h3", "h4"),
    *("hr", "li", "ol", "p", "pre", "strong", "sub", "sup", "ul"),
    *("table", "tbody", "td", "th", "thead", "tr"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "h2": {"id"},
    "h3": {"id"},
    "th": {"align"},
    "td": {"align"},
    "abbr": {"title"},
}


class Prose(Record):
    """The prose of a site.

    Attributes:
        texts: By slot, the text as it is written.
        sha256: By slot, the checksum of its file.
        own: The titles of the project's own pages, by their names; their slots begin with `pages/`.
        faults: Files that no page shows or that cannot be read.
    """

    texts: Mapping[str, str]
    sha256: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def load_prose(folder: Path, shown_as: str = "data/content") -> Prose:
    """Read every slot's text, and the texts of the project's own pages.

    A file that no page shows is a warning, one that cannot be read an error.
    """
    texts: dict[str, str] = {}
    checksums: dict[str, str] = {}
    own: dict[str, str] = {}
    faults: list[Fault] = []
    for path in [*sorted(folder.glob("*.md")), *sorted(folder.glob("pages/*.md"))]:
        slot = path.relative_to(folder).as_posix().removesuffix(".md")
        where = f"{shown_as}/{slot}.md"
        if path.parent == folder and slot not in SLOTS:
            names = did_you_mean(path.stem, SLOTS) or f"Names: {', '.join(SLOTS)}."
            faults.append(Fault(where, "no page shows this file.", names, "warning"))
            continue
        try:
            file = _read(path, folder)
            text, checksums[slot] = file.decode("utf-8-sig"), sha256(file).hexdigest()
            if path.parent != folder:
                own[path.stem], text = _titled(path.stem, text)
            texts[slot] = text
        except UnicodeDecodeError as error:
            faults.append(Fault(where, f"cannot be read as UTF-8 text: {error}"))
        except OSError as error:
            faults.append(Fault(where, f"cannot be read: {error.strerror}"))
    return Prose(texts, checksums, own, tuple(faults))


def _titled(name: str, text: str) -> tuple[str, str]:
    """The title of a page, and its text without: its first heading, else its name in words."""
    heading = _TITLE.match(text)
    if heading is None:
        return sentence(re.sub(r"[-_]+", " ", name)), text
    above = text[: heading.end()].count("\n")  # so that lines keep their numbers
    return unescape_markdown(heading[1]), "\n" * above + text[heading.end() :]


def _read(path: Path, folder: Path) -> bytes:
    if not path.resolve().is_relative_to(folder.resolve()):
        # Whoever sends a change could publish any file of the machine that builds.
        raise OSError(EPERM, "it is a link that leads out of the folder")
    if not path.is_file():
        raise OSError(EISDIR, "it is no file")
    return path.read_bytes()


def escape_markdown(text: str) -> str:
    """Text from data as Markdown shows it literally: no mark of it is obeyed."""
    return _SPACE.sub(" ", text).strip(" ").translate(_LITERAL)


def unescape_markdown(text: str) -> str:
    """Text from `escape_markdown`, and other Markdown, with its escapes taken back."""
    return html.unescape(_ESCAPE.sub(r"\1", text))


def to_html(text: str) -> str:
    """Markdown to HTML that holds no more than prose needs.

    No scripts, no styles, no links but to the site and to http or https.
    """
    # Not by their names, for which all packages that are installed would be looked through.
    extensions = [TableExtension(), SaneListExtension(), SmartyExtension(), TocExtension()]
    raw = markdown.markdown(text, extensions=extensions, output_format="html")
    return nh3.clean(
        raw,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes={"http", "https"},
        link_rel="noopener",
    )


def plain_text(text: str) -> str:
    """Markdown as it is read, without its marks; as it is written where it is nested too deeply."""
    try:
        raw = to_html(text)
    except RecursionError:
        return text
    return " ".join(html.unescape(nh3.clean(raw, tags=set())).split())


def _kept(_tag: str, attribute: str, value: str) -> str | None:
    """The value of an attribute; none of a link that names a host and no scheme."""
    return None if attribute == "href" and _NO_SCHEME.match(value) else value
