"""Citations as text: a sentence, and a BibTeX entry."""

from __future__ import annotations

from functools import lru_cache

from site_builder.format import sentence
from site_builder.output.urls import Urls
from site_builder.pages.page import Citation
from site_builder.records import Record
from site_builder.slugs import make_slugs

# A brace is spelled out even behind a backslash: BibTeX counts them all the same.
_ESCAPED = str.maketrans(
    {mark: f"\\{mark}" for mark in "%&_#$"}
    | {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
    }
)
# An address stands as it is, but for what would end its field.
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


class CitationText(Record):
    """A citation, ready to copy.

    Attributes:
        sentence: For a text.
        bibtex: For a bibliography.
    """

    sentence: str
    bibtex: str


def write_citation(citation: Citation, urls: Urls) -> CitationText:
    """A citation in both forms; it has an address where the site's place is known."""
    address = urls.permalink(citation.to)
    said = f"{citation.text} " if citation.text else ""
    words = f"{said}{citation.site}, {citation.release.name}. {address}".strip()
    return CitationText(words, _entry(citation, address))


@lru_cache
def _slug(text: str) -> str:
    return make_slugs([text])[text]


def escape_bibtex(text: str) -> str:
    """Text as a BibTeX field within braces: every mark of TeX stands for itself."""
    return " ".join(text.split()).translate(_ESCAPED)


def _entry(citation: Citation, address: str) -> str:
    release, name = citation.release, citation.name
    title = f"{citation.site}: {name}" if name else citation.site
    fields = {
        # Braces keep the capitals of names from the style's own ideas of a title.
        "title": f"{{{escape_bibtex(title)}}}",
        "year": release.date[:4] if release.date else "",
        "note": escape_bibtex(f"{citation.text} {sentence(release.name)}"),
        "url": address.translate(_IN_ADDRESS),
    }
    lines = ",\n".join(f"  {name:5} = {{{text}}}" for name, text in fields.items() if text)
    key = _slug(citation.site) + f"-{citation.key}" if citation.key else _slug(title)
    return f"@misc{{{key}-{release.short},\n{lines}\n}}"
