"""Paths and links: every page has one path, and every link of every board has a target."""

import re
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.addresses import Address, make_slugs, slugify
from site_builder.render.urls import Urls, web_link
from tests.helpers.hostile import IDS

WINDOWS = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")


def is_fit(slug: str) -> bool:
    """Whether a slug can be a folder on every file system, and stand in an address as it is."""
    return re.fullmatch(r"[a-z0-9-]{1,80}", slug) is not None and not WINDOWS.fullmatch(slug)


def test_of_ids_that_are_spelled_alike_the_closest_keeps_the_slug():
    # The first digits of `printf humaneval+ | sha256sum`, and so on.
    marked = {"humaneval": "humaneval", "humaneval+": "humaneval-a14853ac"}
    assert marked == make_slugs(marked)
    assert {"GPT-4": "gpt-4", "GPT 4": "gpt-4-3eb04ffa"} == make_slugs(["GPT 4", "GPT-4"])
    assert {"b a": "b-a", "b+a": "b-a-2322c723"} == make_slugs(["b+a", "b a"])


# Their slugs are `a`, and their SHA-256 begin with the same eight digits.
SAME_MARK = ("a*@(*!", "a))!%^")


def test_ids_with_one_slug_and_one_mark_get_different_slugs():
    marked = make_slugs(["a", *SAME_MARK])
    assert "a" == marked["a"]
    assert "a-9110ae62" == marked["a))!%^"]
    assert re.fullmatch("a-[0-9a-f]{8}", marked["a*@(*!"])
    assert 3 == len(set(marked.values()))


@given(st.lists(st.text(min_size=1, max_size=120), min_size=2, max_size=12, unique=True))
def test_different_ids_get_different_fit_slugs(ids: list[str]):
    slugs = make_slugs(ids)
    assert len(ids) == len(set(slugs.values()))
    assert [] == [slug for slug in slugs.values() if not is_fit(slug)]


ALIKE = st.from_regex(r"[aA][ _+-]?[bB]?(-[0-9a-f]{8})?", fullmatch=True)


@given(st.lists(ALIKE, unique=True), st.lists(ALIKE, unique=True))
def test_an_id_keeps_its_slug_when_others_are_added(ids: list[str], added: list[str]):
    """Always if it is its own slug; else unless one is added that has more right to it."""
    before, after = make_slugs(ids), make_slugs([*added, *ids])
    for key in ids:
        if key == slugify(key) and before[key] == key:
            assert key == after[key]
        if not {slugify(key), before[key]} & {slugify(other) for other in added}:
            assert before[key] == after[key]


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("GPT-4_turbo 1.5", "gpt-4-turbo-1-5"),
        ("1,000 examples", "1000-examples"),
        ("O'Neill\N{RIGHT SINGLE QUOTATION MARK}s", "o-neills"),
        ("\u00c4rger & \u00d6l, \u0141\u00f3d\u017a, Stra\u00dfe", "arger-ol-lodz-strasse"),
        ("\u042f\u043d\u0434\u0435\u043a\u0441 \u03b3\u03c1\u0430\u03c6", "yandeks-graf"),
        ("\u03c4\u00b2-bench \u00b5", "t2-bench-u"),
        ("\uff21\uff22\uff23 \U0001d400 \ufb01ne \u2163", "abc-a-fine-iv"),
        ("O\u02bbzbek e\u0301 Vi\u1ec7t", "o-zbek-e-viet"),
        ("\U0001f50d", "mag"),
        ("a \u2764\ufe0f 1\ufe0f\u20e3", "a-heart-1"),
        ("+", ""),
    ],
)
def test_letters_with_one_reading_become_ascii(text, slug):
    """Latin ones with any mark, Greek and Cyrillic; signs have the words of their names."""
    assert slug == slugify(text)


@pytest.mark.parametrize(
    ("key", "slug"),
    [
        # The first digits of the SHA-256 of each.
        ("\u6570\u5b66", "872c1fa1"),
        ("\u65e5\u672c\u8a9eLLM-7b", "llm-7b-b292ef06"),
        ("\u30e9\u30de-2", "2-f00b649e"),
        ("\uc11c\uc6b8", "ca6c4193"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "9ddb12af"),
        ("\u0645\u0631\u062d\u0628\u0627", "80eff1a7"),
        ("(\u682a)", "f425a36c"),
        ("\u3231", "8ef4e1f6"),
    ],
)
def test_letters_without_one_reading_are_told_by_a_hash(key, slug):
    """A Japanese name has no Chinese reading; what stands beside such letters stays."""
    assert {key: slug} == make_slugs([key])


def test_ids_in_other_letters_have_addresses_of_their_own():
    """They take no other id's, and no other id takes theirs."""
    keys = ["\u65e5\u672cLLM", "\u4e2d\u6587LLM", "LLM", "llm"]
    alone = {key: make_slugs([key])[key] for key in keys[:2]}
    together = make_slugs(keys)
    assert alone == {key: together[key] for key in keys[:2]}
    assert "llm" == together["llm"]
    assert 4 == len({*together.values()})


ADDRESSES = [
    *(Address(kind) for kind in ("home", "models", "tasks", "categories", "analysis")),
    *(Address(kind) for kind in ("serving", "data", "about", "not_found")),
    *(Address(kind, key) for kind in ("model", "task", "category") for key in IDS),
    Address("file", "downloads/results.parquet"),
    Address("file", "api/v1/stats.json"),
]
PAGES = [address for address in ADDRESSES if address.kind != "file"]


def test_every_page_has_a_file_of_its_own():
    urls = Urls.of(ADDRESSES)
    files = [urls.file(address) for address in ADDRESSES]
    assert len(files) == len(set(files))
    assert [] == [file for file in files if file.startswith(("/", ".")) or ".." in file]


@pytest.mark.parametrize("base", ["https://example.org/a/b%20c/", "file:///home/me/site/"])
def test_relative_links_lead_from_any_page_to_any_other(base):
    """A link, resolved as a browser does it, is the target's address under whatever base path."""
    urls = Urls.of(ADDRESSES)
    for origin in PAGES:
        # A page is asked for by its folder on a server, and by its file from the disk.
        for start in {urls.path(origin), urls.file(origin)}:
            for there in ADDRESSES:
                link = urls.relative(origin, there)
                assert base + urls.path(there) == urljoin(base + start, link), (origin, there)
            for file in ("favicon.svg", "assets/css/base.0123456789.css", "models/star/scores.js"):
                link = urls.relative_path(origin, file)
                assert base + file == urljoin(base + start, link), (origin, file)


def test_links_to_a_place_within_a_page():
    """An anchor stands behind the path; on the page itself it stands alone."""
    urls = Urls.of([Address("model", "a")])
    there = Address("about", anchor="ties")
    assert "../../about/#ties" == urls.relative(Address("model", "a"), there)
    assert "#ties" == urls.relative(Address("about"), there)


@pytest.mark.parametrize("base_url", ["https://example.org/index", "https://example.org/index/"])
def test_the_404_page_links_from_the_root_of_the_host(base_url):
    urls = Urls.of(ADDRESSES, base_url)
    assert "/index/" == urls.relative(Address("not_found"), Address("home"))
    assert "/index/models/star/" == urls.relative(Address("not_found"), Address("model", "*star"))
    assert "/index/about/#ties" == urls.relative(
        Address("not_found"), Address("about", anchor="ties")
    )
    assert "/index/assets/x.css" == urls.relative_path(Address("not_found"), "assets/x.css")
    assert "../" == urls.relative(Address("about"), Address("home"))


def test_canonical_links():
    assert "" == Urls.of([]).canonical(Address("about"))
    urls = Urls.of([], "https://example.org/index")
    assert "https://example.org/index/" == urls.canonical(Address("home"))
    assert "https://example.org/index/about/" == urls.canonical(Address("about"))


@pytest.mark.parametrize(
    "href",
    [
        "https://example.org",
        "http://example.org/a?b=c#d",
        "https://münchen.de/straße",
        "http://[::1]/",
        "https://example.org/a b",
    ],
)
def test_web_links_may_be_followed(href):
    assert href == web_link(href)


@pytest.mark.parametrize(
    "href",
    [
        "",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//example.org/x",
        "/etc/passwd",
        "http:///x",
        "https://:80/",
        "https://example.org@evil.example/",
        "http:example.org",
        "https://[",
        "https://a b",
        "https://<script>/",
        'https://a".b/',
    ],
)
def test_other_links_may_not_be_followed(href):
    """No scheme but http and https, and none of them without a host that can be one."""
    assert "" == web_link(href)


@given(st.text(max_size=60))
def test_a_followed_link_has_a_scheme_and_a_host(text):
    """Whatever the text is: a browser would not read it as anything else."""
    href = web_link(text)
    assert href == "" or re.match(r"(?i)https?://[^/?#\s]", href), href
