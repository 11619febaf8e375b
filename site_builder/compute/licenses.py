"""Tell from the license of a model whether its weights can be downloaded."""

from __future__ import annotations

import re
from functools import cache

_CLOSED = re.compile(r"(proprietary|closed|commercial|api)\b", re.IGNORECASE)
# Names and families of licenses under which weights are given out, as the Hugging Face Hub and
# published leaderboards write them. What is not among them, such as `other`, is not known.
_OPEN = (
    *("apache", "mit", "bsd", "isc", "mpl", "epl", "ecl", "afl", "eupl", "zlib", "unlicense"),
    *(r"[al]?gpl", "artistic", "ncsa", "ms-pl", "cc0", "cc[ -]by", "odc-by", "cdla", "wtfpl"),
    *("(creativeml|bigscience|bigcode)", r"open ?rail", "openmdw", "public domain"),
    *("open[ -](source|weights?|model)", "community", "research", "mnpl", "mrl"),
    *("llama", "gemma", "falcon", "qwen", "tongyi", "deepseek", "glm"),
)
_IS_OPEN = re.compile(rf"(?<![^\W\d_])({'|'.join(_OPEN)})(?![^\W\d_])", re.IGNORECASE)


@cache
def has_open_weights(license_text: str | None) -> bool | None:
    """Return whether the weights of a model are open, by its license; None if that is not known.

    A license that begins with "proprietary", "closed", "commercial" or "API" says no. One that has
    the name of a known license in it says yes: `Apache-2.0`, `llama3.1`, `qwen-research`.
    """
    if license_text is None:
        return None
    if _CLOSED.match(license_text):
        return False
    return True if _IS_OPEN.search(license_text) else None
