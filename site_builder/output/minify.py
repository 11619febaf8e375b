"""Scripts and style sheets as they are sent: without comments and idle space."""

from __future__ import annotations

import rcssmin
import rjsmin


def minified(name: str, content: bytes) -> bytes:
    """A static file as it is published.

    Scripts and style sheets lose comments, but for those that begin with `!`, which hold licences,
    and space that means nothing. Whatever is in `vendor/`, or no UTF-8, stays as it is.
    """
    shorten = {"js": rjsmin.jsmin, "css": rcssmin.cssmin}.get(name.rpartition(".")[2])
    if shorten is None or name.startswith("vendor/"):
        return content
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content
    short: str = shorten(text, keep_bang_comments=True)
    return short.encode()
