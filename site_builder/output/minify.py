"""Scripts as they are sent: without comments and idle space."""

from __future__ import annotations

import rjsmin


def minified(name: str, content: bytes) -> bytes:
    """A static file as it is published.

    A script loses comments, but for those that begin with `!`, which hold licences, and space that
    means nothing. One in `vendor/`, one that is no UTF-8, and any other file stays as it is.
    """
    if not name.endswith(".js") or name.startswith("vendor/"):
        return content
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content
    short: str = rjsmin.jsmin(text, keep_bang_comments=True)
    return short.encode()
