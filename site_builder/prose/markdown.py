"""Turn Markdown into safe HTML; read the texts of a project."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
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
from site_builder.symlinks import list_files, read_inside

SLOTS = (
    *("lede", "takeaways", "models", "tasks", "categories"),
    *("analysis", "serving", "data", "about", "limits", "glossary"),
)
MAX_BYTES = 1_000_000
"""Of a file of prose."""
_SPACE = re.compile(r"[^\S\N{NO-BREAK SPACE}]+")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>-])")
# Characters with a meaning in Markdown or for smart quotes; Markdown knows a backslash only before
# some of them.
_LITERAL = str.maketrans(
    {mark: f"\\{mark}" for mark in "\\`*_{}[]()#+.!|>-"}
    | {"&": "&amp;", "<": "&lt;", "=": "&#61;", '"': "&quot;", "'": "&#39;"}
)
_TITLE = re.compile(r"\s*#[ \t]+(\S.*)")
_NO_SCHEME = re.compile(r"[\x00-\x20]*[/\\][\x00-\x20]*[/\\]")
_ID = re.compile(r"""\bid\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_PREFIX = "text-"
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
    """The texts of a project.

    Attributes:
        texts, sha256: The text as it is written and the checksum of its file, by slot.
        own: Titles of the project's own pages, by name; their slots begin with `pages/`.
    """

    texts: Mapping[str, str]
    sha256: Mapping[str, str]
    own: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def text_file(slot: str) -> str:
    """Return the path of a slot's text, in messages."""
    return f"data/content/{slot}.md"


def load_prose(folder: Path) -> Prose:
    """Read the texts of all slots and of the project's own pages.

    A file that no page shows causes a warning, a file that cannot be read an error. A link must
    lead to a file in the folder; neither the folder nor the one that holds it may be a link.
    """
    root = folder.parents[1]
    texts, checksums, own = dict[str, str](), dict[str, str](), dict[str, str]()
    paths, faults = list_files(folder, "data/content", ".md")
    own_paths, own_faults = list_files(folder / "pages", "data/content/pages", ".md")
    faults += own_faults
    for path in (*paths, *own_paths):
        slot = path.relative_to(folder).as_posix().removesuffix(".md")
        where = text_file(slot)
        if path.parent == folder and slot not in SLOTS:
            fix = did_you_mean(slot, SLOTS) or f"Names: {', '.join(SLOTS)}."
            faults.append(Fault(where, "no page shows this file.", fix, "warning"))
            continue
        try:
            file = read_inside(path, root, str(folder.relative_to(root)), MAX_BYTES)
            texts[slot], checksums[slot] = file.decode("utf-8-sig"), sha256(file).hexdigest()
        except UnicodeDecodeError as error:
            faults.append(Fault(where, f"cannot be read as UTF-8 text: {error}"))
        except OSError as error:
            faults.append(Fault(where, f"cannot be read: {error.strerror}"))
        else:
            if path.parent != folder:
                own[path.stem], texts[slot] = _split_title(path.stem, texts[slot])
    return Prose(texts, checksums, own, tuple(faults))


def _split_title(name: str, text: str) -> tuple[str, str]:
    """Return the title and the rest; without a heading, the title is the page's name."""
    heading = _TITLE.match(text)
    if heading is None:
        return sentence(re.sub(r"[-_]+", " ", name)), text
    above = text[: heading.end()].count("\n")  # so that lines keep their numbers
    title = heading[1][0] + heading[1][1:].rstrip(" \t#")
    return unescape_markdown(title), "\n" * above + text[heading.end() :]


def escape_markdown(text: str) -> str:
    """Escape text from data, so that Markdown shows it literally."""
    return _SPACE.sub(" ", text).strip(" ").translate(_LITERAL)


def unescape_markdown(text: str) -> str:
    """Remove the escapes of `escape_markdown`."""
    return html.unescape(_ESCAPE.sub(r"\1", text))


def to_html(text: str) -> str:
    """Convert Markdown to safe HTML: no scripts, no styles, links only to http(s) and the site.

    Headings have ids of their own, which begin with `text-`: what the page itself refers to by an
    id cannot be replaced.
    """
    # As objects: to find them by name, Markdown searches all installed packages.
    extensions = [TableExtension(), SaneListExtension(), SmartyExtension(), TocExtension()]
    raw = markdown.markdown(text, extensions=extensions, output_format="html")
    ids = {*_ID.findall(raw)}

    def safe_value(_tag: str, name: str, value: str) -> str | None:
        if name == "id":
            return _PREFIX + value
        if name == "href" and _NO_SCHEME.match(value):  # a link with a host and without a scheme
            return None
        is_here = name == "href" and value.startswith("#") and value[1:] in ids
        return f"#{_PREFIX}{value[1:]}" if is_here else value

    return nh3.clean(
        raw,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=safe_value,
        url_schemes={"http", "https"},
        link_rel="noopener",
    )


def plain_text(text: str) -> str:
    """Return the text of Markdown without markup; unchanged if it is nested too deeply."""
    try:
        raw = to_html(text)
    except RecursionError:
        return text
    return " ".join(html.unescape(nh3.clean(raw, tags=set())).split())
