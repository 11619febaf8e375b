"""What pages say to search engines: the data set, the way to a page; nothing that nobody said."""

from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import pytest

from site_builder.render.urls import license_link
from tests.helpers.odd_boards import BOARDS, built
from tests.helpers.sites import BuiltSite, build, load_json, target
from tests.helpers.tables import SITE_TOML, board, write_project

KNOWN = """\
[site]
title = "Known board"
description = "What it holds."
base_url = "https://example.org/board"
license = "CC-BY-4.0"
released = 2024-05-02

[board]
baseline = "gamma"

[citation]
text = "Us (2024)."
"""


def said(site: BuiltSite, path: str) -> Any:
    """The JSON-LD of a page; None where it has none."""
    found = site.readings[path].linked
    assert len(found) <= 1, path
    return load_json(found[0]) if found else None


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """The fixture board, with everything that a project can say of itself."""
    return build(write_project(tmp_path_factory.mktemp("known"), board(), KNOWN))


def test_the_data_set_of_a_project_that_says_everything(known):
    """Every word of it is from `site.toml` or the tables."""
    found = said(known, "index.html")
    downloads = found.pop("distribution")
    assert {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": "Known board",
        "description": "What it holds. 10 scores of 3 models on 2 tasks.",
        "url": "https://example.org/board/data/",
        "license": "https://spdx.org/licenses/CC-BY-4.0.html",
        "citation": "Us (2024).",
        "version": known.api("stats")["release"]["sha256"],
        "dateModified": "2024-05-02",
        "isAccessibleForFree": True,
        "variableMeasured": ["accuracy"],
    } == found
    assert 9 == len(downloads)
    assert said(known, "data/index.html") == {**found, "distribution": downloads}


def test_downloads_of_the_data_set(known, index_site):
    """Absolute where the site's place is known, else relative; each with its own checksum."""
    for path in ("index.html", "data/index.html"):
        for file in said(index_site, path)["distribution"]:
            content = index_site.files[target(path, file["contentUrl"])[0]]
            assert sha256(content).hexdigest() == file["sha256"]
            assert f"{len(content)} B" == file["contentSize"]
        for file in said(known, path)["distribution"]:
            place = file["contentUrl"].removeprefix("https://example.org/board/")
            assert sha256(known.files[place]).hexdigest() == file["sha256"]


def test_what_nobody_said_is_not_there(tmp_path):
    """No licence, no date, no address, no citation, no creator."""
    found = said(build(write_project(tmp_path, {"results": board()["results"]})), "index.html")
    assert {"@context", "@type", "name", "description", "version", "isAccessibleForFree"} | {
        "variableMeasured",
        "distribution",
    } == set(found)
    assert ["score"] == found["variableMeasured"]


def test_the_way_to_a_page(known):
    """From the home page on, in absolute links; the page itself is its last step."""
    found = said(known, "models/alpha/index.html")
    assert "BreadcrumbList" == found["@type"]
    steps = [(s["position"], s["name"], s["item"]) for s in found["itemListElement"]]
    assert [
        (1, "Home", "https://example.org/board/"),
        (2, "Models", "https://example.org/board/models/"),
        (3, "Alpha", "https://example.org/board/models/alpha/"),
    ] == steps


def test_pages_without_a_way(known, index_site):
    """Those on no list; all of them where the site's place is not known."""
    for path in known.html:
        assert (said(known, path) is None) == path.startswith(("404", "embed/")), path
    ways = [path for path in index_site.html if said(index_site, path)]
    assert ["data/index.html", "index.html"] == sorted(ways)


@pytest.mark.parametrize("name", BOARDS)
def test_of_every_board(name):
    """It is JSON, without NaN, and its downloads are there."""
    site = built(name)
    for path in ("index.html", "data/index.html"):
        found = said(site, path)
        assert found["name"]
        places = [target(path, file["contentUrl"])[0] for file in found["distribution"]]
        assert [] == [place for place in places if place not in site.files]


def test_no_text_ends_the_script_that_it_stands_in():
    """A title with a script in it is read as the text that it is."""
    site = built("hostile")
    assert "<script>alert('t')</script>" == said(site, "index.html")["name"]
    assert "<" not in site.readings["index.html"].linked[0]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0.html"),
        ("apache-2.0", "https://spdx.org/licenses/Apache-2.0.html"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("MIT OR Apache-2.0", ""),
        ("LicenseRef-Ours", ""),
        ("Ask us", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_licences(text, link):
    """SPDX's page of an id that it has, a link as it is; no link for what is in words."""
    assert link == license_link(text)


def test_a_licence_in_words_stays_in_words(tmp_path):
    """It is no link, and it is said all the same."""
    toml = SITE_TOML.replace("[site]\n", '[site]\nlicense = "Ask us"\n')
    found = said(build(write_project(tmp_path, board(), toml)), "data/index.html")
    assert "Ask us" == found["license"]
    assert "" == urlsplit(found["license"]).scheme
