"""Two small sites that share two files, to publish one over the other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder.errors import SiteError
from site_builder.publish.manifest import with_manifest

SITE = with_manifest(
    {
        "index.html": b"<h1>One</h1>",
        "a/index.html": b"<h1>A</h1>",
        "deep/er/x.txt": b"x",
        "empty": b"",
    }
)
NEW_SITE = with_manifest(
    {
        "index.html": b"<h1>Two</h1>",
        "b/index.html": b"<h1>B</h1>",
        "deep/er/x.txt": b"x",
        "empty": b"",
    }
)


def beside(out: Path) -> list[str]:
    """What a build may leave beside a folder and must not: a lock, a staging folder."""
    return sorted(path.name for path in out.parent.glob(f".{out.name}*"))


def refusal(act: Callable[..., object], *args: object) -> str:
    """What is said when publishing is refused."""
    with pytest.raises(SiteError) as error:
        act(*args)
    return str(error.value)
