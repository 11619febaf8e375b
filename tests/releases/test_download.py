"""Another release is read from its own host, whole, and as its manifest says."""

import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import pytest

from site_builder.errors import SiteError
from site_builder.publish.manifest import with_manifest
from site_builder.releases import download
from site_builder.releases.download import open_site
from site_builder.releases.read import read_release
from tests.helpers import serve

LOOK = "Look whether it is the right place."
Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


class Host:
    """A host that answers as it is told to.

    Attributes:
        answers: What it does for a path; every other path is not there.
        asked: The paths that were requested.
        released: Set once the test is over, for answers that wait.
    """

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers, self.asked = dict(answers), list[str]()
        self.released = threading.Event()


@contextmanager
def hosted(host: Host) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            host.answers.get(self.path, lambda handler: handler.send_error(404))(self)

        def log_message(self, *_: object) -> None:
            pass

    with serve.hosted(Handler) as address:
        try:
            yield address
        finally:
            host.released.set()


def file(content: bytes, length: int | None = None) -> Answer:
    """A file, with a length that may not be its own."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirect(to: str) -> Answer:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.end_headers()

    return answer


def error_of(read: Callable[[], object]) -> str:
    with pytest.raises(SiteError) as error:
        read()
    assert 1 == len(str(error.value).splitlines())
    return str(error.value)


@pytest.mark.parametrize("to", ["/y.json", "http://example.invalid/x"])
def test_a_redirect_is_not_followed_and_its_body_not_read(to):
    """The body may have no end."""
    host = Host({"/y.json": file(b"found")})

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        redirect(to)(handler)
        host.released.wait()

    host.answers["/x.json"] = answer
    with hosted(host) as here:
        said = error_of(lambda: open_site(here).read("x.json"))
        where = f"{here}{to}" if to.startswith("/") else to
    assert f"{here}/x.json: cannot be read: it redirects to {where}. {LOOK}" == said
    assert "/y.json" not in host.asked


def test_a_host_that_is_silent(monkeypatch):
    host = Host({})

    def wait(_: http.server.BaseHTTPRequestHandler) -> None:
        host.released.wait()

    host.answers["/manifest.json"] = wait
    monkeypatch.setattr(download, "_SILENCE_S", 0.2)
    with hosted(host) as here:
        said = error_of(lambda: read_release(here))
    assert f"{here}/manifest.json: cannot be read: timed out. {LOOK}" == said


@pytest.mark.parametrize(
    ("content", "length", "why"),
    [(b"[1]", 9, "3 of 9 bytes arrived"), (b"123456", 6, "it is larger than 5 bytes")],
)
def test_a_file_that_is_cut_short_or_too_large(monkeypatch, content, length, why):
    monkeypatch.setattr(download, "_MAX_BYTES", 5)
    with hosted(Host({"/x.json": file(content, length)})) as here:
        said = error_of(lambda: open_site(here).read("x.json"))
    assert f"{here}/x.json: cannot be read: {why}. {LOOK}" == said


def test_files_are_those_of_the_manifest():
    """Another content, or none, is an error; a file that it does not list is not requested."""
    files = with_manifest({"a.json": b"1", "b.json": b"2", "c.json": b"3"})
    host = Host({f"/{path}": file(content) for path, content in files.items()})
    host.answers |= {"/b.json": file(b"20"), "/d.json": file(b"4")}
    del host.answers["/c.json"]
    again = "Wait until the site is complete, and try again."
    with hosted(host) as here:
        site = open_site(here)
        assert b"1" == site.read("a.json")
        for path in ("b.json", "c.json"):
            said = error_of(partial(site.read, path))
            assert f"{here}/{path}: manifest.json lists another file. {again}" == said
        assert None is site.read("d.json")
    assert "/d.json" not in host.asked


@pytest.mark.parametrize(
    "manifest", [b"", b"{}", b"<html>", b'{"generator": "other", "files": {}}']
)
def test_a_site_without_a_manifest_of_ours_is_read(manifest):
    with hosted(Host({"/manifest.json": file(manifest), "/a.json": file(b"1")})) as here:
        assert b"1" == open_site(here).read("a.json")
