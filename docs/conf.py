"""How `make manual` makes a website of the documentation, whose links are those of the repository.

A page of `docs/` lies at the root of the website, so that it can be published as `/docs/`.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder

from site_builder import __version__
from site_builder.config import load_config

project = "leaderboard-site"
version = release = __version__
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "*.md",
    "data/README.md",
    "gallery/README.md",
    "gallery/*/README.md",
    "tests/data/harnesses/README.md",
]
# Folders with many files and no page: to look through them took a third of the time.
exclude_patterns = [".*", "**node_modules", "dist", "site", "site_builder"]
html_theme = "furo"
html_title = f"{project} {version}"
html_favicon = "../static/favicon.svg"
# The site that the manual is published beside, where its address is known.
site_url = f"{base.rstrip('/')}/" if (base := os.environ.get("BASE_URL")) else ""
beside = {load_config(Path(__file__).parents[1]).site.title: "", "Gallery": "gallery/"}
html_baseurl = f"{site_url}docs/" if site_url else ""
html_theme_options = {
    "top_of_page_buttons": [],
    "footer_icons": [
        {"name": name, "url": f"{site_url}{path}", "html": name, "class": ""}
        for name, path in beside.items()
        if site_url
    ],
}
html_show_copyright = False
html_copy_source = False
html_extra_path = ["published"]  # the schemas, at addresses that stay
html_show_sphinx = False
myst_heading_anchors = 4
# The theme sets colours by scripts that stand in the pages; nothing comes from another host.
CONTENT_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="'
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'\">"
)


class Manual(StandaloneHTMLBuilder):
    """HTML whose paths leave out the folder `docs/`."""

    name = "html"

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        """Return the address of a page."""
        return super().get_target_uri(docname.removeprefix("docs/"), typ)

    def get_output_path(self, page_name: str, /) -> Path:
        """Return the file of a page."""
        return super().get_output_path(page_name.removeprefix("docs/"))

    def dump_search_index(self) -> None:
        """Write the index of the search with the paths that the pages have."""
        super().dump_search_index()
        path = Path(self.outdir, self.searchindex_filename)
        text = path.read_text(encoding="utf8")
        index = re.sub(r'"docnames":\[.*?\]', lambda names: names[0].replace('"docs/', '"'), text)
        path.write_text(index, encoding="utf8")


def _complete(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    context["metatags"] = CONTENT_POLICY + context.get("metatags", "")


def setup(app: Sphinx) -> Mapping[str, bool]:
    """Take this builder for HTML, and complete every page."""
    app.add_builder(Manual, override=True)
    app.connect("html-page-context", _complete)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
