"""The server: its port, what it tells open pages, to whom it answers, and how it ends."""

import http.client
import socket
import threading
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from site_builder.devserver import server as module
from site_builder.devserver.server import LOOPBACK, ServedState, StateHolder, listen
from site_builder.errors import SiteError
from tests.helpers.live import LIMIT_S, events, live

SITE = ServedState({"index.html": b"<head></head>", "404.html": b"", "manifest.json": b"1"})


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


def test_a_port_that_is_taken(taken):
    """Where it was asked for, one line says so, and what to do."""
    with pytest.raises(SiteError) as error:
        listen(LOOPBACK, taken, StateHolder(SITE))
    expected = f"port {taken} is not free (Address already in use). Choose another with --port."
    assert expected == str(error.value)


def test_the_next_free_port(taken, monkeypatch):
    """Is taken where none was asked for."""
    monkeypatch.setattr(module, "FIRST_PORT", taken)
    monkeypatch.setattr(module, "_LAST_PORT", min(taken + 50, 65535))
    with listen(LOOPBACK, None, StateHolder(SITE)) as server:
        assert taken < server.server_port <= taken + 50


def test_no_free_port(taken, monkeypatch):
    """Says which were tried."""
    monkeypatch.setattr(module, "FIRST_PORT", taken)
    monkeypatch.setattr(module, "_LAST_PORT", taken)
    with pytest.raises(SiteError, match=f"^ports {taken} to {taken} are not free"):
        listen(LOOPBACK, None, StateHolder(SITE))


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
def test_an_address_that_is_not_this_machines(host):
    """Is told as such, without trying a hundred ports."""
    with pytest.raises(SiteError) as error:
        listen(host, None, StateHolder(SITE))
    assert str(error.value).startswith(f"{host}: this machine has no such address (")
    assert str(error.value).endswith("). Choose another with --host.")


def test_requests():
    """Pages and what is not there, by GET and HEAD; nothing is kept by the browser."""
    with listen(LOOPBACK, 0, StateHolder(SITE)) as server, server.running():
        for method, body in (("GET", True), ("HEAD", False)):
            found = ask(server.url, method)
            assert (200, "no-store") == (found.status, found.getheader("Cache-Control"))
            assert int(found.getheader("Content-Length") or 0) > len(SITE.files["index.html"])
            assert body == bool(found.read())
            assert 404 == ask(f"{server.url}nope", method).status
        assert 501 == ask(server.url, "POST").status


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:8000", 200),
        ("evil.example", 403),
        ("localhost.evil.example:80", 403),
        ("[", 403),
        ("", 403),
    ],
)
def test_a_page_of_another_host_cannot_read_it(name, status):
    """Even if the name of that host leads here."""
    with listen(LOOPBACK, 0, StateHolder(SITE)) as server, server.running():
        assert status == ask(server.url, Host=name).status


def test_all_names_are_answered_where_other_machines_may_look():
    """They have their own names for this one."""
    with listen("0.0.0.0", 0, StateHolder(SITE)) as server, server.running():
        assert f"http://localhost:{server.server_port}/" == server.url
        assert 200 == ask(f"http://127.0.0.1:{server.server_port}/", Host="board.lan").status


def test_an_address_of_the_new_kind():
    """Is written with its brackets."""
    try:
        server = listen("::1", 0, StateHolder(SITE))
    except SiteError:
        pytest.skip("this machine has no IPv6")
    with server, server.running():
        assert f"http://[::1]:{server.server_port}/" == server.url
        assert 200 == ask(server.url).status


def test_open_pages_are_told_of_each_build(project):
    """Its name and what is wrong: at once when they open, and at each change."""
    with live(project) as served, events(served.url) as told:
        first = next(told)
        assert {"build": served.server.window.showing.build, "faults": []} == first
        served.write("data/content/lede.md", "Other words.")
        second = next(told)
        assert first["build"] != second["build"]
        with urllib.request.urlopen(served.url, timeout=LIMIT_S) as page:
            text = page.read().decode()
        assert "Other words." in text
        assert f'data-build="{second["build"]}"' in text
        served.write("data/content/lede.md", "{{ nope }}")
        fault = ["data/content/lede.md:1: 'nope' is undefined"]
        assert {"build": second["build"], "faults": fault} == next(told)
        served.write("data/content/lede.md", "Other words.")
        assert second == next(told)


def test_a_first_build_that_fails(project):
    """Every path gets what is wrong, until it is mended."""
    (project / "site.toml").write_text("[board]\nbaseline = 'gama'\n")
    with live(project) as served:
        with pytest.raises(urllib.error.HTTPError, match="503") as error:
            urllib.request.urlopen(f"{served.url}models/", timeout=LIMIT_S)
        assert b"Did you mean &#39;gamma&#39;?" in error.value.read()
        error.value.close()
        with events(served.url) as told:
            fault = next(told)
            assert [] == fault["faults"]
            assert None is served.write("site.toml", "[board]\nbaseline = 'gamma'\n").error
            assert fault["build"] != next(told)["build"]
        assert 200 == ask(f"{served.url}models/").status


def test_nothing_is_written(project):
    """The project's folder holds what it held."""
    before = sorted(project.rglob("*"))
    with live(project) as served:
        served.write("site.toml", "")
    assert before == sorted(project.rglob("*"))


def test_it_ends_with_all_its_threads(project):
    """Also those of pages that are open, and of a browser that has connected and asked nothing."""
    before = set(threading.enumerate())
    with live(project) as served:
        idle = socket.create_connection((LOOPBACK, served.server.server_port))
        stream = urllib.request.urlopen(f"{served.url}_live/events", timeout=LIMIT_S)
        assert b"retry: 1000\n" == stream.readline()
    assert stream.read().endswith(b"\n\n")  # whole to its end, which has come
    assert before == set(threading.enumerate())
    idle.close()
    stream.close()


def test_a_page_that_waits_is_told_again_after_a_while():
    """Nothing new, so that the server learns of those that have gone."""
    window = StateHolder(SITE)
    assert window.after(None, 60) is SITE
    assert window.after(SITE, 0) is SITE
    window.close()
    assert window.after(SITE, 60) is None
