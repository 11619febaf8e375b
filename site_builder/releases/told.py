"""Read back what a site tells of the claims that a release turned.

A site that is built again from the same data keeps what it told when the release was new: the
figures of the release before are published no more.
"""

from __future__ import annotations

import msgspec

from site_builder.api import FOLDER
from site_builder.compute.catalog import Release
from site_builder.publish.site_files import SiteFiles
from site_builder.records import Record
from site_builder.releases.changes import ChangedClaim

_MAX_CLAIMS = 1_000


class ToldClaims(Record):
    """The claims that changed between two releases; None where none were compared.

    It is part of what `wording.change_values` writes.
    """

    old: Release
    new: Release
    claims: list[ChangedClaim] | None
    claims_not_compared: int | None


def read_told_claims(files: SiteFiles) -> ToldClaims | None:
    """Return what a site tells of claims; None where it tells nothing, or nothing sound."""
    content = files.read(f"{FOLDER}/changes.json")
    try:
        told = msgspec.json.decode(content or b"", type=ToldClaims)
    except (ValueError, RecursionError):
        return None
    return told if len(told.claims or ()) <= _MAX_CLAIMS else None
