"""How `make manual` makes a site of the documentation, whose links are those of the repository."""

project = "leaderboard-site"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "SUPPORT.md",
    "data/README.md",
    "tests/data/harnesses/README.md",
]
html_theme = "furo"
html_title = "leaderboard-site"
html_theme_options = {"top_of_page_buttons": []}
html_show_copyright = False
html_copy_source = False
html_extra_path = ["published"]  # the schemas, at addresses that stay
myst_heading_anchors = 4
