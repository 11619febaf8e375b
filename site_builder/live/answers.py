"""What a browser gets for a path: a pure function of what is shown."""

from __future__ import annotations

import mimetypes
from functools import cache
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, unquote

from site_builder.live.showing import Showing
from site_builder.output.environment import make_environment
from site_builder.records import Record

FILES = Path(__file__).parent / "files"
RESERVED = "/_live/"
"""Where the server's own files stand, and no file of a site."""
EVENTS = f"{RESERVED}events"
OWN = ("reload.js", "reload.css")

# Not the machine's own list, which differs from one to the next.
_KINDS = mimetypes.MimeTypes()
for _kind, _suffix in (
    ("text/javascript", ".js"),
    ("font/woff2", ".woff2"),
    ("image/webp", ".webp"),
    ("application/vnd.apache.parquet", ".parquet"),
):
    _KINDS.add_type(_kind, _suffix)


class Answer(Record):
    """An answer to one request.

    Attributes:
        body: Its content.
        kind: The content's type.
        status: Whether there is such a page.
        location: Where the browser should look instead; empty where it is right.
    """

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    location: str = ""


def answer(showing: Showing, target: str) -> Answer:
    """What stands at a request's target, such as `/models/?sort=name`.

    Only what a build made is there to be found: no path leads to a file of the disk.
    """
    path, _, query = target.partition("#")[0].partition("?")
    path = unquote(path)
    if path.startswith(RESERVED):
        return _own(path.removeprefix(RESERVED))
    if not showing.files:
        return Answer(_fault_page(showing), status=HTTPStatus.SERVICE_UNAVAILABLE)
    name = path.removeprefix(showing.root)
    if path.startswith(showing.root) and (found := _find(showing, name)):
        return Answer(_live(showing, found), kind_of(found))
    if path == "/":
        return _moved(showing.root, query)
    if path.startswith(showing.root) and f"{name}/index.html" in showing.files:
        return _moved(f"{path}/", query)
    return Answer(_live(showing, "404.html"), status=HTTPStatus.NOT_FOUND)


def _find(showing: Showing, name: str) -> str | None:
    """The file that a path from the site's root leads to."""
    file = f"{name}index.html" if name == "" or name.endswith("/") else name
    return file if file in showing.files else None


def _moved(path: str, query: str) -> Answer:
    location = quote(path) + (f"?{query}" if query else "")
    return Answer(status=HTTPStatus.FOUND, location=location)


def _live(showing: Showing, path: str) -> bytes:
    """A file of the site; a page with the script that listens for the next build."""
    content = showing.files[path]
    if not path.endswith(".html"):
        return content
    script = f'<script defer src="{RESERVED}reload.js" data-build="{showing.build}"></script>'
    head, end, rest = content.partition(b"</head>")
    return head + script.encode() + end + rest


def kind_of(path: str) -> str:
    """The type of a file, by the end of its name."""
    kind = _KINDS.guess_type(path)[0] or "application/octet-stream"
    is_text = kind.startswith("text/") or kind in ("application/json", "application/xml")
    return f"{kind}; charset=utf-8" if is_text else kind


def _own(name: str) -> Answer:
    if name not in OWN:
        return Answer(b"There is no such file.", "text/plain", HTTPStatus.NOT_FOUND)
    return Answer(_read(name), kind_of(name))


@cache
def _read(name: str) -> bytes:
    return (FILES / name).read_bytes()


def _fault_page(showing: Showing) -> bytes:
    """What is wrong with the project, in place of a site that could not be built yet."""
    template = make_environment([FILES]).get_template("faults.html")
    return template.render(lines=showing.lines, build=showing.build, reserved=RESERVED).encode()
