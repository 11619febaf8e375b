"""What a browser gets for a path: only what a build made, under the types that it needs."""

import re
from http import HTTPStatus

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st

from site_builder.devserver.server import FILES as LIVE_FILES
from site_builder.devserver.server import OWN, RESERVED, ServedState, answer, kind_of, root_of

FILES = {
    "index.html": b"<head><title>Home</title></head>",
    "404.html": b"<head></head>Not here",
    "models/index.html": b"<head></head>Models",
    "models/a b/index.html": b"no head",
    "assets/x.js": b"</head>",
    "assets/caf\N{LATIN SMALL LETTER E WITH ACUTE}.txt": b"text",
    "manifest.json": b"{}",
}
SITE = ServedState(FILES)
SCRIPT = f'<script defer src="/_live/reload.js" data-build="{SITE.build}"></script>'.encode()


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("/", b"<head><title>Home</title>" + SCRIPT + b"</head>"),
        ("/?view=base#top", b"<head><title>Home</title>" + SCRIPT + b"</head>"),
        ("/index.html", b"<head><title>Home</title>" + SCRIPT + b"</head>"),
        ("/models/", b"<head>" + SCRIPT + b"</head>Models"),
        ("/models/a%20b/", b"no head" + SCRIPT),
        ("/assets/x.js", b"</head>"),
        ("/assets/caf%C3%A9.txt", b"text"),
        ("/manifest.json", b"{}"),
    ],
)
def test_a_file_is_found_by_its_path(target, body):
    """Pages with the script that listens, everything else as it is."""
    made = answer(SITE, target)
    assert (HTTPStatus.OK, "", body) == (made.status, made.location, made.body)


@pytest.mark.parametrize("target", ["/nope", "/nope/", "/models/x/", "/model", "//models/", "/\0"])
def test_a_path_that_leads_nowhere(target):
    """Gets the site's own page for that, with the status that says so."""
    made = answer(SITE, target)
    assert HTTPStatus.NOT_FOUND == made.status
    assert b"Not here" in made.body
    assert SCRIPT in made.body


@pytest.mark.parametrize(
    ("root", "target", "location"),
    [
        ("/", "/models", "/models/"),
        ("/", "/models?q=a%26b", "/models/?q=a%26b"),
        ("/", "/models/a%20b", "/models/a%20b/"),
        ("/board/", "/", "/board/"),
        ("/board/", "/board/models", "/board/models/"),
        ("/b \N{GREEK SMALL LETTER PI}/", "/", "/b%20%CF%80/"),
    ],
)
def test_a_folder_without_its_slash_leads_on(root, target, location):
    """So that the links on its page hold; not for good, since the next project has other pages."""
    made = answer(ServedState(FILES, root=root), target)
    assert (HTTPStatus.FOUND, location, b"") == (made.status, made.location, made.body)


def test_a_site_stands_where_it_will_be_published():
    """Under the path of its base URL, since the links of its 404 page are made for that."""
    site = ServedState(FILES, root=root_of("https://x.example/a/board"))
    assert "/a/board/" == site.root
    assert b"Models" in answer(site, "/a/board/models/").body
    assert HTTPStatus.NOT_FOUND == answer(site, "/models/").status
    assert HTTPStatus.NOT_FOUND == answer(site, "/a/").status


@pytest.mark.parametrize("base_url", ["", "https://x.example", "https://x.example/"])
def test_a_site_without_a_path_stands_at_the_root(base_url):
    """Without a base URL too."""
    assert "/" == root_of(base_url)


@given(st.text())
@example("/../../../etc/passwd")
@example("/%2e%2e/%2e%2e/etc/passwd")
@example("/_live/../server.py")
@example("/_live/%2e%2e/server.py")
@example("/_live/faults.html")
@example("//evil.example/models")
@example("/\\evil.example/models")
@example("http://[")
def test_no_path_leads_out_of_the_site(target):
    """Whatever is asked for: a file of the site, one of the server's own, or neither."""
    made = answer(SITE, target)
    known = [made.body in {_with_script(c), c} for c in FILES.values()]
    own = {(LIVE_FILES / name).read_bytes() for name in OWN}
    assert any(known) or made.body in own or made.body in {b"", b"There is no such file."}
    assert not made.location or re.fullmatch(r"/(models/)?(a%20b/)?(\?.*)?", made.location)


def _with_script(content: bytes) -> bytes:
    head, end, rest = content.partition(b"</head>")
    return head + SCRIPT + end + rest


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.csv", "text/csv; charset=utf-8"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.png", "image/png"),
        ("a.woff2", "font/woff2"),
        ("a.parquet", "application/vnd.apache.parquet"),
        (".nojekyll", "application/octet-stream"),
    ],
)
def test_files_have_their_types(path, kind):
    """The same on every machine."""
    assert kind == kind_of(path)


@pytest.mark.parametrize("name", OWN)
def test_the_servers_own_files(name):
    """Are there whatever the site holds, and while there is none."""
    for showing in (
        SITE,
        ServedState(lines=("x",)),
        ServedState({**FILES, "_live/reload.js": b"theirs"}),
    ):
        made = answer(showing, f"{RESERVED}{name}")
        assert HTTPStatus.OK == made.status
        assert (LIVE_FILES / name).read_bytes() == made.body


def test_no_published_page_has_the_script(index_site):
    """The server puts it into what it sends, never into what is built."""
    assert [] == [path for path, content in index_site.files.items() if b"_live" in content]


def test_faults_without_a_site_are_a_page():
    """Whole without scripts, told to those who cannot see it, and shown as text."""
    lines = ("data/x.parquet: <b>row</b> 1 & 2", "site.toml: 'x'")
    showing = ServedState(lines=lines)
    made = answer(showing, "/anything/")
    page = BeautifulSoup(made.body, "lxml")
    assert HTTPStatus.SERVICE_UNAVAILABLE == made.status
    assert [*lines] == [item.get_text() for item in page.select("[role=alert] li")]
    assert ["The site could not be built"] == [head.get_text() for head in page.select("h1")]
    assert f'data-build="{showing.build}"'.encode() in made.body


def test_before_the_first_build_ends_a_page_says_so():
    """And reloads when there is something to see."""
    page = BeautifulSoup(answer(ServedState(), "/").body, "lxml")
    assert ["The site is being built"] == [head.get_text() for head in page.select("h1")]
    assert [] == page.select("[role=alert]")


def test_a_build_is_named_by_what_pages_are_made_of():
    """Faults over a good site change no page; other files do; so do the lines of a fault page."""
    assert SITE.build == ServedState(FILES, lines=("x",)).build
    assert SITE.build != ServedState({**FILES, "manifest.json": b"{ }"}).build
    assert ServedState(lines=("x",)).build != ServedState(lines=("y",)).build
    assert ServedState().build != ServedState(lines=("x",)).build
