"""The pages of the Index: which there are, what each must have, how they lead to one another."""

import json
import re
from collections import Counter
from hashlib import sha256
from math import isfinite

import pytest
from bs4 import BeautifulSoup, Tag

from tests.helpers.odd_boards import built
from tests.helpers.sites import ROOT, BuiltSite, build, cells_of, raw_of, target, visible

FIXED = (
    "",
    "choose/",
    "models/",
    "tasks/",
    "analysis/",
    "compare/",
    "serving/",
    "data/",
    "about/",
    "404.html",
)


def file_of(path: str) -> str:
    """The file of a page that is asked for by its folder."""
    return path if path.endswith(".html") else f"{path}index.html"


@pytest.fixture(scope="module")
def keys(index_site: BuiltSite) -> dict[str, list[str]]:
    """The pages of each kind, in the order in which the site publishes them, from its API."""
    slugs = {
        "models": [model["model"] for model in index_site.api("models")],
        "tasks": [task["task"].replace("_", "-") for task in index_site.api("tasks")],
        "categories": [
            c["category"].lower().replace(" ", "-") for c in index_site.api("categories")
        ],
    }
    return {
        kind: [f"{kind}/{slug.replace('.', '-')}/index.html" for slug in found]
        for kind, found in slugs.items()
    }


@pytest.fixture(
    params=[*FIXED, "models/gpt-4/", "tasks/gsm8k/", "categories/math/", "embed/leaderboard/"]
)
def page(request: pytest.FixtureRequest, index_site: BuiltSite) -> BeautifulSoup:
    return index_site.page(request.param)


def leads_to(site: BuiltSite, path: str, selector: str = "main a[href]") -> list[str]:
    """The files that the links of a part of a page lead to, in their order."""
    links = site.page(path).select(selector)
    return [target(path, str(link["href"]))[0] for link in links]


def test_pages_of_the_index(index_site, keys):
    fixed = map(file_of, (*FIXED, "glossary/", "categories/"))
    expected = [*fixed, *(path for paths in keys.values() for path in paths)]
    found = [path for path in index_site.html if not path.startswith("embed/")]
    assert sorted(expected) == sorted(found)
    assert {"models": 12, "tasks": 31, "categories": 5} == {
        kind: len(paths) for kind, paths in keys.items()
    }


def test_titles_are_unique(index_site):
    titles = {path: str(soup.title and soup.title.get_text()) for path, soup in index_site.pages()}
    assert "Fine-tuning Index" == titles.pop("index.html")
    assert [] == [title for title, n in Counter(titles.values()).items() if n > 1]
    assert [] == [title for title in titles.values() if not title.endswith(" · Fine-tuning Index")]


def test_descriptions(index_site):
    found = {}
    for path, soup in index_site.pages():
        meta = soup.find_all("meta", attrs={"name": "description"})
        assert 1 == len(meta), path
        found[path] = str(meta[0]["content"])
    assert [] == [path for path, text in found.items() if len(text) < 20 or not text.endswith(".")]
    assert [] == [text for text, n in Counter(found.values()).items() if n > 1]
    listed = {p: text for p, text in found.items() if p != "404.html" and "embed/" not in p}
    assert {} == {p: text for p, text in listed.items() if not 50 <= len(text) <= 160}


def test_landmarks(index_site):
    """Header, main part and footer, and a way past the first; every navigation has a name."""
    for path, soup in index_site.pages():
        if not path.startswith("embed/"):
            parts = ("main", "h1", "body > header", "body > footer")
            assert [1] * 4 == [len(soup.select(part)) for part in parts], path
            skip = soup.select_one("body > a")
            assert soup.find(id=str(skip["href"]).removeprefix("#")) is soup.find("main"), path
            names = [str(nav["aria-label"]) for nav in soup.find_all("nav")]
            assert "Site" in names, path
            assert len(names) == len(set(names)), path


def test_navigation_marks_where_one_is(index_site):
    for path in FIXED:
        current = index_site.page(path).select("nav[aria-label=Site] [aria-current=page]")
        expected = [] if path in ("", "404.html") else [file_of(path)]
        assert expected == [target(file_of(path), str(link["href"]))[0] for link in current]


def test_navigation_leads_to_every_part(index_site):
    expected = [file_of(path) for path in FIXED if path not in ("", "404.html")]
    for path in (path for path in index_site.html if not path.startswith("embed/")):
        assert expected == leads_to(index_site, path, "nav[aria-label=Site] a")


def test_breadcrumbs(index_site, keys):
    parts = {"models": "Models", "tasks": "Tasks", "categories": "Tasks"}
    for kind, paths in keys.items():
        for path in paths:
            crumbs = index_site.page(path).select(".crumbs li")
            heading = index_site.page(path).select_one("h1")
            assert heading is not None
            texts = [crumb.get_text() for crumb in crumbs]
            assert ["Home", parts[kind], heading.get_text()] == [*texts[:2], texts[-1]]
            above = ["index.html", f"{parts[kind].lower()}/index.html"]
            ways = leads_to(index_site, path, ".crumbs a")
            assert above == ways[:2]
            # A task stands below its category.
            assert (kind == "tasks") == bool(ways[2:])
            assert {*ways[2:]} <= {*keys["categories"]}
            assert "page" == crumbs[-1].get("aria-current")
    assert [] == index_site.page("").select(".crumbs")


def test_previous_and_next_lead_through_all(index_site, keys):
    for paths in keys.values():
        for way, order in (("next", paths), ("prev", paths[::-1])):
            walked = [order[0]]
            while found := leads_to(index_site, walked[-1], f"a[rel={way}]"):
                walked += found
                assert len(walked) <= len(order)
            assert order == walked


def test_models_tasks_and_categories_lead_to_one_another(index_site, keys):
    tasks = {path: set(leads_to(index_site, path)) for path in keys["tasks"]}
    models = {path: set(leads_to(index_site, path)) for path in keys["models"]}
    categories = {path: set(leads_to(index_site, path)) for path in keys["categories"]}
    assert [] == [path for path, links in models.items() if not set(keys["tasks"]) <= links]
    assert [] == [path for path, links in tasks.items() if not set(keys["models"]) <= links]
    up = {path: links & set(keys["categories"]) for path, links in tasks.items()}
    assert {1} == {len(found) for found in up.values()}
    down = {path: links & set(keys["tasks"]) for path, links in categories.items()}
    assert {(task, category) for task, found in up.items() for category in found} == {
        (task, category) for category, found in down.items() for task in found
    }
    tuned = [path for path in keys["models"] if "gpt" not in path]
    assert [] == [path for path, links in categories.items() if not set(tuned) <= links]
    assert [] == [path for path in tuned if not set(keys["categories"]) <= models[path]]


def test_no_page_is_out_of_reach(index_site):
    """Every page but the 404 page can be reached from the home page."""
    reached, waiting = {"index.html"}, ["index.html"]
    while waiting:
        found = set(leads_to(index_site, waiting.pop(), "a[href]")) & set(index_site.html)
        waiting += found - reached
        reached |= found
    views = {path for path in index_site.html if path.startswith("embed/")}  # for other sites
    assert set(index_site.html) - {"404.html", "categories/index.html"} - views == reached - {
        "categories/index.html"
    }


def test_tables(index_site):
    """A caption, words in every heading, one heading a row, and as many cells as columns.

    A heading is its row's where its column has nothing but headings, and its column's where its row
    has nothing else: so it needs no scope (test_access). Scripts fill some tables.
    """
    for path, soup in index_site.pages():
        for found in soup.find_all("table"):
            name = f"{path}#{found.get('id')}"
            assert found.caption is not None, name
            assert visible(found.caption), name
            # Rows below the head stay there, whatever is sorted.
            above = found.select("thead tr:not(.reference)")[-1:]
            heads = [head for row in above for head in row.select("th")]
            assert [] == [cell for row in above for cell in row.select("td")], name
            assert [] == [head for head in heads if not visible(head)], name
            places = set[int]()
            for row in found.select("tbody tr"):
                cells = row.find_all(["th", "td"])
                assert len(heads) == sum(int(str(cell.get("colspan", 1))) for cell in cells), name
                (place,) = (i for i, cell in enumerate(cells) if cell.name == "th")
                places.add(place)
            is_filled_by_scripts = found.find_parent(class_="with-scripts") is not None
            assert len(places) == (0 if is_filled_by_scripts else 1), name


def test_tables_hold_raw_values(index_site):
    """A number's cell is sorted by its `data-value`, or by its text where that says it all."""
    for path, soup in index_site.pages():
        for cell in soup.select("[data-table] td:not(.text, .plot, .slots)"):
            parts = (cell, *cell.find_all("a", recursive=False))
            own = "".join(text for p in parts for text in p.find_all(string=True, recursive=False))
            value = raw_of(cell)
            assert value or not re.search(r"\d", own), (path, cell)
            if value:
                assert re.search(r"\w", own), (path, cell)
                assert re.fullmatch(r"\d{4}-\d\d-\d\d", value) or isfinite(float(value)), (
                    path,
                    cell,
                )


def test_charts(index_site):
    charts = [
        (path, soup, chart)
        for path, soup in index_site.pages()
        for chart in soup.select("figure.chart")
    ]
    assert 20 < len(charts)
    for path, soup, chart in charts:
        name = f"{path}#{chart['id']}"
        heading = chart.find(id=str(chart["aria-labelledby"]))
        assert isinstance(heading, Tag), name
        assert visible(heading), name
        (drawing,) = chart.select("[data-chart]")
        assert "img" == drawing["role"], name
        assert 30 < len(str(drawing["aria-label"])), name
        (data,) = chart.select("script[data-figure]")
        figure = json.loads(data.get_text())
        assert {"data", "layout"} <= set(figure), name
        assert figure["data"], name
        assert drawing["data-chart"] == data["data-figure"], name
        # The page keeps the room that the drawing will take.
        (room,) = drawing.select("svg[height]")
        assert figure["layout"]["height"] == float(str(room["height"])), name
        elsewhere = [str(link["href"]) for link in chart.select(".chart-table a[href^='#']")]
        (numbers,) = soup.select(*elsewhere) if elsewhere else chart.select("details table")
        assert numbers.select("tbody tr"), name
        caption = chart.find("figcaption")
        assert caption is not None, name
        assert visible(caption), name


def test_styles_are_files(index_site):
    """An element may only give a length to the style sheet that draws it."""
    text = "".join(index_site.html.values())
    styles = set(re.findall(r' style=(?:"([^"]*)"|([^">\s]*))', text))
    lengths = re.compile(r"--[a-z]+:[\d.]+%?(;--[a-z]+:[\d.]+%?)*")
    assert [] == [s for s in map("".join, styles) if not lengths.fullmatch(s)]
    assert [] == [path for path, page in index_site.readings.items() if "style" in page.tags]


def test_content_security_policy(page):
    """Before anything is loaded: nothing from elsewhere, no script but files, no eval, no form."""
    (policy,) = page.select('meta[http-equiv="Content-Security-Policy"]')
    rules = dict(rule.strip().partition(" ")[::2] for rule in str(policy["content"]).split(";"))
    assert ("'none'", "'self'", "'self'") == tuple(
        rules[k] for k in ("default-src", "script-src", "connect-src")
    )
    assert ("'none'", "'none'") == (rules["base-uri"], rules["form-action"])
    # Charts need styles that Plotly sets; nothing else may stand where it is asked for.
    assert "'self' 'unsafe-inline'" == rules["style-src"]
    assert "unsafe-eval" not in str(policy["content"])
    before = [tag.name for tag in policy.find_all_previous(["script", "link", "style"])]
    assert [] == before


def test_no_script_of_ours_writes_html():
    """They make elements and set texts; a name is never read as HTML."""
    writes = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|DOMParser")
    scripts = sorted((ROOT / "static/js").rglob("*.js"))
    assert [] == [path.name for path in scripts if writes.search(path.read_text(encoding="utf8"))]
    assert scripts


def test_no_request_leaves_the_site(index_site):
    for path, soup in index_site.pages():
        asked = [str(tag["src"]) for tag in soup.select("[src]")] + [
            str(tag["href"]) for tag in soup.select("link")
        ]
        assert [] == [link for link in asked if re.match(r"(?:[a-z]+:|//)", link)], path


def test_links_out_of_the_site(index_site):
    for path, soup in index_site.pages():
        out = [link for link in soup.find_all("a") if str(link.get("href")).startswith("http")]
        assert [] == [link["href"] for link in out if "noopener" not in (link.get("rel") or [])], (
            path
        )


def test_what_needs_a_script_is_hidden_until_it_is_there(page):
    """A popover and a choice by style need none."""
    for control in page.select("button, select, input:not(.lift-choice *)"):
        around = (control, *control.parents)
        assert any(p.has_attr("hidden") or p.name == "dialog" for p in around), control


def test_links_of_the_404_page_hold_at_any_depth(project):
    page = build(project, "https://example.org/board").page("404.html")
    links = [str(tag.get("href") or tag.get("src")) for tag in page.select("[href], [src]")]
    assert [] == [link for link in links if not link.startswith(("/board/", "#"))]


def test_pages_that_are_not_for_search_engines(index_site):
    """The 404 page, one that has moved, and the embedded views; every other may be found."""
    hidden = [
        path
        for path, soup in index_site.pages()
        if soup.select('meta[name=robots][content="noindex"]')
    ]
    views = [path for path in index_site.html if path.startswith("embed/")]
    assert ["404.html", "categories/index.html", *sorted(views)] == sorted(hidden)


def test_no_page_shows_the_inside_of_a_program(index_site):
    """No expression that was not filled in, no record, no function."""
    inside = re.compile(
        r"\{\{|\}\}|\{%|%\}|<function|object at 0x|Address\(|Link\(|dict_|Undefined"
    )
    for path, page in index_site.readings.items():
        words = " ".join(page.words).replace("{{LoRA} {Land}", "").replace("{GPT-4}}", "")
        words = re.sub(r"@misc\{.*?\n\}", "", words, flags=re.DOTALL)
        assert [] == inside.findall(words), path


def test_the_three_views_of_the_leaderboard(index_site):
    for path in ("", "models/", "categories/math/"):
        home = index_site.page(path)
        (box,) = home.select("[data-views=view]")
        buttons = [(str(b["data-view"]), visible(b)) for b in box.select("button[data-view]")]
        assert [("fine-tuned", "Fine-tuned"), ("base", "Base"), ("lift", "Gain")] == buttons
        views = box.select("[data-view-of]")
        assert [name for name, _ in buttons] == [str(view["data-view-of"]) for view in views]
        assert [] == [view for view in views if view.has_attr("hidden")]
        # Ten were tuned; the baseline stands among them; the full board lists the other one too.
        expected = [12 if path == "models/" else 11, 12, 10]
        assert expected == [len(view.select("tbody tr")) for view in views]


def test_gain_and_loss_have_sign_and_tone(index_site):
    """A gain has a plus, a loss a true minus; colour never says it alone."""
    for path, soup in index_site.pages():
        for cell in soup.select("td.gain, td.loss"):
            sign = "+" if "gain" in (cell.get("class") or []) else "\N{MINUS SIGN}"
            text = visible(cell)
            # One that rounds to nothing has no sign to show.
            assert text.startswith(sign) or not re.search(r"[1-9]", text), (path, text)
            assert (float(raw_of(cell)) > 0) == (sign == "+"), (path, text)


@pytest.mark.parametrize("board", ["index", "peft_methods"])
def test_every_column_can_be_sorted(board):
    """A column that shows anything has values to sort by; one of missing values has none."""
    for path, soup in built(board).pages():
        for found in soup.select("table:has([data-key])"):
            rows = cells_of(found)
            keys = [str(head["data-key"]) for head in found.select("thead th")]
            for key, *cells in zip(keys, *rows, strict=True):
                shown = [c for c in cells if visible(c) and "soft" not in (c.get("class") or [])]
                assert not shown or any(raw_of(cell) for cell in shown), (path, found["id"], key)


def test_the_data_page_offers_every_table(index_site):
    soup = index_site.page("data/")
    offered = leads_to(index_site, "data/index.html", ".downloads a")
    assert sorted(path for path in index_site.files if path.startswith("downloads/")) == sorted(
        offered
    )
    assert [".csv.gz", ".json.gz", ".parquet"] == sorted(
        {path[path.index(".") :] for path in offered}
    )
    assert len(offered) == len(soup.select(".downloads code"))
    api = {path for path in index_site.files if path.startswith("api/")}
    offered = leads_to(index_site, "data/index.html", "#api-files a")
    scores = {path for path in api if "/scores/" in path}
    assert api - scores == {path for path in offered if "/scores/" not in path}
    assert 1 == len(scores & {*offered})
    assert f"and {len(scores) - 1} more" in visible(soup.select("#api-files")[0])


def test_hashes_on_the_data_page(index_site):
    """What `sha256sum` says of the downloaded file."""
    for entry in index_site.page("data/").select(".downloads li"):
        path = target("data/index.html", str(entry.select("a")[0]["href"]))[0]
        assert sha256(index_site.files[path]).hexdigest() == visible(entry.select("code")[0])


def test_tables_are_offered_as_they_are(index_site):
    for path in (ROOT / "data").glob("*.parquet"):
        assert path.read_bytes() == index_site.files[f"downloads/{path.name}"]


def test_licences_of_what_is_published_with_the_site(index_site):
    assert {"vendor/plotly-LICENSE.txt", "vendor/inter-LICENSE.txt"} <= set(index_site.files)
