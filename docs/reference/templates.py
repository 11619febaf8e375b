"""Write docs/templates.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from inspect import get_annotations

from jinja2 import nodes

from site_builder.pages.about import AboutContext, GlossaryContext
from site_builder.pages.analysis import AnalysisContext
from site_builder.pages.boards import BoardContext, EntriesContext
from site_builder.pages.changes import ChangesContext
from site_builder.pages.data import DataContext
from site_builder.pages.history import HistoryContext, ReleaseContext
from site_builder.pages.home import EmbedContext, HomeContext
from site_builder.pages.interactive import ChooseContext, CompareContext
from site_builder.pages.model import ModelContext
from site_builder.pages.page import Page
from site_builder.pages.serving import ServingContext
from site_builder.pages.submit import SubmitContext
from site_builder.pages.task import TaskContext
from site_builder.pages.tasks import CategoryContext, TasksContext
from site_builder.records import Record, field_meanings
from site_builder.render.assets import default_folder
from site_builder.render.environment import make_environment

CONTEXTS: Mapping[str, type] = {
    "home.html": HomeContext,
    "choose.html": ChooseContext,
    "board.html": BoardContext,
    "entries.html": EntriesContext,
    "model.html": ModelContext,
    "tasks.html": TasksContext,
    "task.html": TaskContext,
    "category.html": CategoryContext,
    "analysis.html": AnalysisContext,
    "compare.html": CompareContext,
    "serving.html": ServingContext,
    "data.html": DataContext,
    "about.html": AboutContext,
    "glossary.html": GlossaryContext,
    "submit.html": SubmitContext,
    "changes.html": ChangesContext,
    "history.html": HistoryContext,
    "release.html": ReleaseContext,
    "moved.html": Record,
    "page.html": Record,
    "404.html": Record,
    "embed.html": EmbedContext,
}
BLOCKS: Mapping[str, str] = {
    "title": "the title of the browser's tab",
    "head": "more for the head, such as a style sheet of this page",
    "brand": "logo and title, within their link",
    "header": "the whole header",
    "before": "own sections above what the page shows; empty",
    "main": "what the page shows",
    "charts": "charts of installed packages",
    "after": "own sections below it; empty",
    "footer": "the whole footer",
    "scripts": "more scripts, at the end",
}
GLOBALS: Mapping[str, str] = {
    "page": "the page: see below",
    "site": "`[site]` of `site.toml`, by its keys, and `direction`: `ltr` or `rtl`",
    "words": "`[words]` of `site.toml`: `model`, `models`, `Model`, `Models`, `a_model` and so on",
    "say(id, n, name=...)": "a text of `site_builder/messages.toml` in the language and the words "
    "of the site; `n` chooses its form, a parameter can be markup",
    "plurals": "the forms of texts in the language; empty for one and other",
    "citation": "`[citation]` of `site.toml`",
    "theme": "`[theme]` of `site.toml`",
    "logo": "link to the logo; empty without one",
    "navigation": "the entries of the header, links for `href`",
    "footer": "the entries of the footer, links for `href`",
    "root": "link to the home page",
    "canonical": "absolute link to this page; empty without `base_url`",
    "picture": "the link preview: `link`, `width`, `height`; none without `base_url`",
    "chart_data": "link to the folder with the numbers of the charts of this page, as `ID.csv`",
    "release": "the data release: `name`, `sha256`, `short`, `date`",
    "release_name": "its name in the language of the site",
    "feed": "address of the feed of changes; none where there is none",
    "structured": "what search engines are told, for `json`",
    "prose(slot)": "a text of `data/content/`, such as `lede` or `pages/our-method`, as HTML",
    "href(link)": "where a link leads; empty where it may not be followed",
    "url(address)": "link from this page to another: `url(address('model', 'alpha'))`",
    "address(kind, key)": "a page by what it is about, never by its path",
    "has(address)": "whether the site has that page",
    "absolute(address)": "absolute link to a page, from the root without `base_url`",
    "asset(name)": "link to a file of `static/`: `asset('css/mine.css')`",
    "json(value)": "a value for a script to read, safe within a script element",
    "cite(citation)": "a citation: `text` and `bibtex`",
    "range(n)": "Python's, bounded",
}
FILTERS: Mapping[str, str] = {
    "words(href)": "what a cell of a table says, with its link: `cell | words(href)`",
    "data": "what scripts must know of the rows of a table, as its attributes: `table | data`",
    "raw": "what a cell is sorted by; empty where it has no value: `cell | raw`",
    "unbroken": "text in which no line breaks at the hyphen of a short name, such as GPT-4",
    "rows(href, draw)": "the head and the rows of a table; `draw` is the macro that draws in rows",
}
_PIPE = r"\|"  # within a table
_OPENING = """\
# Templates

<!-- Written by `make docs` from docs/reference/templates.py and the templates. -->

Pages are [Jinja](https://jinja.palletsprojects.com/) templates. A file of `templates/` in a
project stands in for the generator's of the same name, all others stay. It can build on the one
that it replaces, which is there under `ours/`:

```html
{% extends "ours/home.html" %}
{% block after %}
<section class="block" aria-labelledby="thanks">
  <h2 id="thanks">Thanks</h2>
  <div class="prose">{{ prose("pages/thanks") }}</div>
</section>
{% endblock %}
```

That is `templates/home.html` of a project: the home page with a section of its own.
`templates/base.html` in the same manner changes every page. `{{ super() }}` is what a block would
hold without it.

Every value is escaped. An unknown name stops the build with file and line, so does a template
that is broken; `leaderboard-site serve` shows it [in the page](serving.md). Templates run in a
sandbox: they decide every byte of a page, and nothing else. A template may have 1,000,000 bytes.
What a page takes to render is [not limited](security.md#time-and-memory).

Numbers come as text, already rounded: templates hold no arithmetic. Names below are kept from
release to release; a change of one is in the [changelog](../CHANGELOG.md)."""


def describe_templates() -> str:
    """The whole page, as Markdown."""
    return "\n".join([_OPENING, *_blocks(), *_globals(), *_page(), *_contexts(), *_macros()]) + "\n"


def _blocks() -> Iterator[str]:
    yield "## Blocks\n"
    yield "Of every page but `embed.html`, which is a view for frames and has none.\n"
    yield from _rows("block", BLOCKS)


def _globals() -> Iterator[str]:
    yield "\n## What every template has\n"
    yield from _rows("name", GLOBALS)


def _page() -> Iterator[str]:
    yield "\nBeside Jinja's own filters:\n"
    yield from _rows("filter", FILTERS)
    yield "\n### `page`\n"
    yield from _rows("name", explained(Page))


def _contexts() -> Iterator[str]:
    yield "\n## What each page has besides"
    for template, context in CONTEXTS.items():
        yield f"\n### `{template}`\n"
        kinds = {n: kind for each in context.__mro__ for n, kind in get_annotations(each).items()}
        meanings = {f"{n}`: `{kinds[n]}": text for n, text in explained(context).items()}
        yield from _rows("name and type", meanings) if meanings else ["Nothing of its own."]


def _macros() -> Iterator[str]:
    folder = default_folder("templates")
    environment = make_environment([folder])
    yield "\n## Macros\n"
    yield 'Parts that pages are made of: `{% from "macros/charts.html" import chart %}`.\n'
    for path in sorted(folder.glob("macros/*.html")):
        tree = environment.parse(path.read_text(encoding="utf8"))
        found = ", ".join(f"`{_signature(macro)}`" for macro in tree.find_all(nodes.Macro))
        yield f"- `macros/{path.name}`: {found}"


def _signature(macro: nodes.Macro) -> str:
    names = [argument.name for argument in macro.args]
    required = len(names) - len(macro.defaults)
    optional = [f"{name}=…" for name in names[required:]]
    return f"{macro.name}({', '.join([*names[:required], *optional])})"


def _rows(heading: str, meanings: Mapping[str, str]) -> Iterator[str]:
    yield f"| {heading} | |"
    yield "|---|---|"
    for name, meaning in meanings.items():
        yield f"| `{name.replace('|', _PIPE)}` | {meaning.replace('|', _PIPE)} |"


def explained(record: type[Record]) -> dict[str, str]:
    """What the docstring of a record says of each of its fields, in the order of the fields."""
    said = field_meanings(record)
    return {name: said[name] for name in record.__struct_fields__}


if __name__ == "__main__":
    sys.stdout.write(describe_templates())
