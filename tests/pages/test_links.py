"""Every link of every page of every board leads to something."""

import re
from urllib.parse import urlsplit

import pytest

from tests.helpers.odd_boards import BOARDS, NO_BASELINE, built
from tests.helpers.sites import BuiltSite, is_outside, target

NAMES = ("index", *(name for name in BOARDS if NO_BASELINE not in name))


@pytest.fixture(params=NAMES)
def site(request: pytest.FixtureRequest) -> BuiltSite:
    """The Index, and every other board in turn."""
    if request.param == "index":
        index: BuiltSite = request.getfixturevalue("index_site")
        return index
    return built(request.param)


def test_every_file_that_a_link_leads_to_is_there(site):
    """Pages, downloads, scripts, sheets, pictures; all by relative paths within the site."""
    lost = [
        (path, link)
        for path, page in site.readings.items()
        for link in page.links
        if not is_outside(link) and target(path, link)[0] not in site.files
    ]
    assert [] == lost


def test_links_of_a_site_are_relative(site):
    """They hold under any base path, and from the disk."""
    links = {link for page in site.readings.values() for link in page.links if not is_outside(link)}
    assert [] == sorted(link for link in links if link == "" or link.startswith("/"))


def test_links_out_of_a_site_are_followed_by_http_only(site):
    """With a host; text in front of them cannot change that."""
    links = {link for page in site.readings.values() for link in page.links if is_outside(link)}
    odd = [
        link
        for link in links
        if urlsplit(link).scheme not in ("http", "https") or not urlsplit(link).hostname
    ]
    assert [] == sorted(odd)


def lost_anchors(site: BuiltSite) -> list[tuple[str, str]]:
    """Links to a place in a page that has no such place."""
    known = {path: set(page.ids) for path, page in site.readings.items()}
    return [
        (path, link)
        for path, page in site.readings.items()
        for link in page.links
        if not is_outside(link)
        and (found := target(path, link))[1]
        and found[1] not in known.get(found[0], set())
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_place_that_a_link_leads_to_is_there(name, request):
    """An anchor is the id of an element of the page that it leads to."""
    site = request.getfixturevalue("index_site") if name == "index" else built(name)
    assert [] == lost_anchors(site)


def test_ids_are_unique_within_a_page(site):
    """An anchor leads to one place, a label names one thing."""
    twice = {
        path: page.ids
        for path, page in site.readings.items()
        if len(page.ids) != len(set(page.ids))
    }
    assert {} == twice


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_fit_for_labels(name, request):
    """No space in them: `aria-labelledby` would read it as two ids."""
    site = request.getfixturevalue("index_site") if name == "index" else built(name)
    ids = {one for page in site.readings.values() for one in page.ids}
    assert [] == sorted(one for one in ids if re.search(r"\s", one) or one == "")


def test_links_of_style_sheets(site):
    """Fonts and pictures are files of the site."""
    for path, content in site.files.items():
        if path.endswith(".css"):
            links = [
                a or b or c
                for a, b, c in re.findall(
                    r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"']*))\s*\)""", content.decode()
                )
            ]
            inside = [link for link in links if not link.startswith(("data:", "#"))]
            assert [] == [link for link in inside if target(path, link)[0] not in site.files]
