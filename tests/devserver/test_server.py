"""What the server answers, and what an open page shows."""

import http.client
import queue
import re
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from site_builder.devserver import server as module
from site_builder.devserver.server import FILES as LIVE_FILES
from site_builder.devserver.server import (
    LOOPBACK,
    RESERVED,
    SERVER_FILES,
    LiveServer,
    Rebuilt,
    ServedState,
    content_type,
    follow,
    listen,
    respond,
    root_path,
)
from site_builder.errors import SiteError
from tests.helpers.browsing import breaches, open_page

LIMIT_S = 60  # a slow machine is no failure
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
        ("/models/", b"<head>" + SCRIPT + b"</head>Models"),
        ("/models/a%20b/", b"no head" + SCRIPT),
        ("/assets/x.js", b"</head>"),
        ("/assets/caf%C3%A9.txt", b"text"),
    ],
)
def test_a_file_is_found_by_its_path(target, body):
    """Pages with the script that listens, everything else as it is."""
    made = respond(SITE, target)
    assert (HTTPStatus.OK, "", body) == (made.status, made.location, made.body)


@pytest.mark.parametrize("target", ["/nope", "/models/x/", "//models/", "/\0"])
def test_a_path_that_leads_nowhere(target):
    """Gets the site's own page for that, with the status that says so."""
    made = respond(SITE, target)
    assert HTTPStatus.NOT_FOUND == made.status
    assert b"Not here" in made.body
    assert SCRIPT in made.body


@pytest.mark.parametrize(
    ("root", "target", "location"),
    [
        ("/", "/models", "/models/"),
        ("/", "/models?q=a%26b", "/models/?q=a%26b"),
        ("/board/", "/board/models", "/board/models/"),
        ("/b \N{GREEK SMALL LETTER PI}/", "/", "/b%20%CF%80/"),
    ],
)
def test_a_folder_without_its_slash_leads_on(root, target, location):
    """So that the links on its page hold; not for good, since the next project has other pages."""
    made = respond(ServedState(FILES, root=root), target)
    assert (HTTPStatus.FOUND, location, b"") == (made.status, made.location, made.body)


def test_a_site_is_served_at_its_base_path():
    """Under the path of its base URL, since the links of its 404 page are made for that."""
    site = ServedState(FILES, root=root_path("https://x.example/a/board"))
    assert "/a/board/" == site.root
    assert b"Models" in respond(site, "/a/board/models/").body
    assert HTTPStatus.NOT_FOUND == respond(site, "/models/").status
    assert HTTPStatus.NOT_FOUND == respond(site, "/a/").status


@given(st.text())
@example("/../../../etc/passwd")
@example("/%2e%2e/%2e%2e/etc/passwd")
@example("/_live/%2e%2e/server.py")
@example("/\\evil.example/models")
@example("http://[")
def test_no_path_leads_out_of_the_site(target):
    made = respond(SITE, target)
    known = [made.body in {_with_script(c), c} for c in FILES.values()]
    own = {(LIVE_FILES / name).read_bytes() for name in SERVER_FILES}
    assert any(known) or made.body in own or made.body in {b"", b"There is no such file."}
    assert not made.location or re.fullmatch(r"/(models/)?(a%20b/)?(\?.*)?", made.location)


def _with_script(content: bytes) -> bytes:
    head, end, rest = content.partition(b"</head>")
    return head + SCRIPT + end + rest


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.png", "image/png"),
        ("a.woff2", "font/woff2"),
        ("a.parquet", "application/vnd.apache.parquet"),
        (".nojekyll", "application/octet-stream"),
    ],
)
def test_files_have_their_types(path, kind):
    assert kind == content_type(path)


@pytest.mark.parametrize("name", SERVER_FILES)
def test_the_servers_own_files(name):
    """Are there whatever the site holds, and while there is none."""
    for showing in (ServedState(), ServedState({**FILES, "_live/reload.js": b"theirs"})):
        made = respond(showing, f"{RESERVED}{name}")
        assert HTTPStatus.OK == made.status
        assert (LIVE_FILES / name).read_bytes() == made.body


def test_faults_without_a_site_are_a_page():
    """Whole without scripts, told to those who cannot see it, and shown as text."""
    lines = ("data/x.parquet: <b>row</b> 1 & 2", "site.toml: 'x'")
    showing = ServedState(lines=lines)
    made = respond(showing, "/anything/")
    page = BeautifulSoup(made.body, "lxml")
    assert HTTPStatus.SERVICE_UNAVAILABLE == made.status
    assert [*lines] == [item.get_text() for item in page.select("[role=alert] li")]
    assert ["The site could not be built"] == [head.get_text() for head in page.select("h1")]
    assert f'data-build="{showing.build}"'.encode() in made.body


def test_before_the_first_build_ends_a_page_says_so():
    page = BeautifulSoup(respond(ServedState(), "/").body, "lxml")
    assert ["The site is being built"] == [head.get_text() for head in page.select("h1")]
    assert [] == page.select("[role=alert]")


def test_a_build_is_named_by_what_pages_are_made_of():
    """Faults over a good site change no page; other files do; so do the lines of a fault page."""
    assert SITE.build == ServedState(FILES, lines=("x",)).build
    assert SITE.build != ServedState({**FILES, "manifest.json": b"{ }"}).build
    assert ServedState(lines=("x",)).build != ServedState(lines=("y",)).build
    assert ServedState().build != ServedState(lines=("x",)).build


@pytest.fixture
def taken():
    """A port that another program listens on."""
    with socket.create_server((LOOPBACK, 0)) as other:
        yield other.getsockname()[1]


def ask(url: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    """The answer to one request, whatever its status."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=LIMIT_S)
    connection.request(method, parts.path or "/", headers=headers)
    return connection.getresponse()


@contextmanager
def serving(state: ServedState) -> Iterator[LiveServer]:
    """A state, served."""
    with listen(0) as server, server.running():
        server.state = state
        yield server


@pytest.fixture(scope="module")
def small() -> Iterator[str]:
    """The address of the small site, served."""
    with serving(SITE) as server:
        yield server.url


@pytest.mark.parametrize(("method", "has_body"), [("GET", True), ("HEAD", False)])
def test_requests(small, method, has_body):
    found = ask(small, method)
    assert (200, "no-store") == (found.status, found.getheader("Cache-Control"))
    assert int(found.getheader("Content-Length") or 0) > len(SITE.files["index.html"])
    assert has_body == bool(found.read())
    assert 404 == ask(f"{small}nope", method).status
    assert 501 == ask(small, "POST").status


@pytest.mark.parametrize(
    ("name", "status"),
    [("localhost:8000", 200), ("[::1]:8000", 200), ("localhost.evil.example:80", 403), ("[", 403)],
)
def test_a_page_of_another_host_cannot_read_it(small, name, status):
    assert status == ask(small, Host=name).status


def test_an_answer_that_fails_is_a_line_and_the_next_is_given(monkeypatch, caplog, tmp_path):
    """Without a traceback on the terminal; it names the address that was asked for."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def fail(*_: object) -> None:
        raise ZeroDivisionError("planted")

    with serving(SITE) as server:
        with monkeypatch.context() as patch:
            patch.setattr(module, "respond", fail)
            with pytest.raises(http.client.RemoteDisconnected):
                ask(f"{server.url}models/")
        assert 200 == ask(server.url).status
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith(
        "Answering the browser failed at /models/ (ZeroDivisionError: planted). This is a fault of "
    )
    (file,) = tmp_path.iterdir()
    assert f"The whole traceback is in {file}." in line


def test_a_port_that_is_taken(taken):
    with pytest.raises(SiteError) as error:
        listen(taken)
    expected = f"port {taken} is not free (Address already in use). Choose another with --port."
    assert expected == str(error.value)


def test_the_next_free_port(taken, monkeypatch):
    monkeypatch.setattr(module, "FIRST_PORT", taken)
    monkeypatch.setattr(module, "_LAST_PORT", min(taken + 50, 65535))
    with listen(None) as server:
        assert taken < server.server_port <= taken + 50


EMBED = "embed/leaderboard/"


@pytest.mark.parametrize("path", ["", "nope", "../_live/reload.js", EMBED])
def test_every_answer_restricts_what_other_sites_do_with_it(path):
    files = {**FILES, f"{EMBED}index.html": b"<head></head>"}
    with serving(ServedState(files, root="/board/")) as server:
        answers = [ask(server.url + path), ask(server.url + path, Host="evil.example")]
    for answer in answers:
        assert "nosniff" == answer.getheader("X-Content-Type-Options")
        assert "same-origin" == answer.getheader("Cross-Origin-Resource-Policy")
        assert "same-origin" == answer.getheader("Cross-Origin-Opener-Policy")
        assert "same-origin" == answer.getheader("Referrer-Policy")
        framing = None if path == EMBED else "frame-ancestors 'self'"
        assert framing == answer.getheader("Content-Security-Policy")


@dataclass(frozen=True)
class Live:
    """What a test sees of it.

    Attributes:
        root: The project.
        server: What serves it.
        builds: Every build that is not asked for yet.
    """

    root: Path
    server: LiveServer
    builds: queue.Queue[Rebuilt]

    @property
    def url(self) -> str:
        """The address of the home page."""
        return self.server.url

    def built(self) -> Rebuilt:
        """The next build."""
        return self.builds.get(timeout=LIMIT_S)

    def write(self, name: str, content: str | bytes) -> Rebuilt:
        """Change a file of the project, in one step so that it is told once; what came of it."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(".new")
        new.write_bytes(content.encode() if isinstance(content, str) else content)
        new.replace(path)
        return self.built()


@contextmanager
def live(root: Path) -> Iterator[Live]:
    """The project served, its first build done; all threads have ended after the block."""
    builds: queue.Queue[Rebuilt] = queue.Queue()
    stop, server = threading.Event(), listen(0)
    thread = threading.Thread(target=follow, args=(root, server, builds.put, stop))
    with server.running():
        thread.start()
        try:
            served = Live(root, server, builds)
            served.built()
            yield served
        finally:
            stop.set()
            thread.join(LIMIT_S)


LIMIT_MS = LIMIT_S * 1000


@pytest.fixture
def served(project: Path) -> Iterator[Live]:
    """The fixture board, served."""
    with live(project) as started:
        yield started


def has_text(page: Page, selector: str, text: str) -> None:
    """Wait until a part of the page says something."""
    expect(page.locator(selector)).to_contain_text(text, timeout=LIMIT_MS)


def test_an_open_page_reloads(served: Live, chromium: Browser) -> None:
    """When prose, a template and a sheet change; its address stays, and the console is silent."""
    page, heard = open_page(chromium, f"{served.url}about/?x=1#method")
    served.write("data/content/about.md", "Other words.")
    has_text(page, "main", "Other words.")
    served.write(
        "templates/about.html", '{% extends "base.html" %}{% block main %}Mine{% endblock %}'
    )
    has_text(page, "main", "Mine")
    served.write("static/css/drawings.css", "main { outline-width: 7px }")
    expect(page.locator("main")).to_have_css("outline-width", "7px", timeout=LIMIT_MS)
    assert f"{served.url}about/?x=1#method" == page.url
    assert [] == heard.complaints
    assert [] == [url for url in heard.requests if not url.startswith((served.url, "data:"))]


def test_faults_are_shown_over_the_last_good_page(served: Live, chromium: Browser) -> None:
    """A line each, as text; one more is another line; mended, they are gone, without a reload."""
    size = (390, 844)
    page, heard = open_page(chromium, f"{served.url}models/", size)
    panel = page.get_by_role("alert")
    page.evaluate("window.stays = true")
    served.write("data/content/about.md", "<b>{{ nope }}")
    expect(panel.get_by_role("listitem")).to_have_text(
        ["data/content/about.md:1: 'nope' is undefined"], timeout=LIMIT_MS
    )
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().top") < size[1] / 2
    assert [] == breaches(page)
    served.write("data/<i>.parquet", b"")
    served.write("data/content/abuot.md", "x")
    expect(panel.get_by_role("listitem")).to_have_count(3, timeout=LIMIT_MS)
    assert [] == panel.locator("i").all()
    shutil.rmtree(served.root / "data/content")
    (served.root / "data/<i>.parquet").unlink()
    served.built()
    expect(panel).to_have_count(0, timeout=LIMIT_MS)
    assert page.evaluate("window.stays")
    assert [] == heard.complaints


def test_the_page_of_a_first_build_that_fails(project: Path, chromium: Browser) -> None:
    """Says what is wrong, something else once that is what is wrong, and then is the site."""
    (project / "data/content").mkdir()
    (project / "data/content/about.md").write_text("{{ nope }}")
    with live(project) as served:
        page, heard = open_page(chromium, f"{served.url}models/", bypass_csp=True)
        has_text(page, "[role=alert]", "'nope' is undefined")
        assert [] == breaches(page)
        served.write("data/content/about.md", "{{ nape }}")
        has_text(page, "[role=alert]", "'nape' is undefined")
        served.write("data/content/about.md", "Good.")
        has_text(page, "h1", "Models")
        refused = [text for text in heard.complaints if "503" not in text]
        assert [] == refused
