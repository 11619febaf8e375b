"""What every page loads, as one style sheet and one script: two requests in place of thirty."""

from __future__ import annotations

from collections.abc import Mapping

# In the order of the cascade. A sheet that a site does not have, such as that of a theme, is left
# out.
SHEETS = (
    *("tokens", "theme", "base", "layout", "components", "tables", "dumbbell", "tools"),
    *("icons", "find", "charts", "pages", "cite", "score-card"),
)
# Each may use what an earlier one has put into `site`. Charts come early, since their library is
# what a visitor may wait for.
SCRIPTS = (
    *("site", "chart-look", "charts", "numbers", "theme", "find", "table", "table-tools"),
    *("table-cells", "picker", "score-links"),
)
SHEET, SCRIPT = "css/every-page.css", "js/every-page.js"


def make_bundles(published: Mapping[str, bytes]) -> dict[str, bytes]:
    """The two bundles by their names, of those of their parts that there are.

    What a script raises stops no other, as if they were apart.

    Args:
        published: Content of static files as they are published, by name. Links in style sheets
            hold in the bundle too, since it stands beside them.
    """
    sheets = (published.get(f"css/{name}.css") for name in SHEETS)
    scripts = (published.get(f"js/{name}.js") for name in SCRIPTS)
    guarded = (b"try {\n%s\n} catch (error) { reportError(error); }\n" % s for s in scripts if s)
    bundles = {SHEET: b"\n".join(s for s in sheets if s), SCRIPT: b"".join(guarded)}
    return {name: content for name, content in bundles.items() if content}
