"""Spell licences as SPDX does, so that one licence has one name."""

from __future__ import annotations

from functools import lru_cache

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

LICENSE = "license"
"""The column of the models that has one."""


@lru_cache(maxsize=1 << 10)
def spelled(license_text: str) -> str:
    """Return a licence as SPDX spells it, `Apache-2.0` for `apache-2.0`; others as written.

    Source: the list of SPDX, as the package `packaging` has it.
    """
    return _found(license_text) or license_text


@lru_cache(maxsize=1 << 10)
def spdx_id(license_text: str) -> str:
    """Return the id that SPDX has for a licence; empty for several licences, and for others."""
    found = _found(license_text)
    return "" if " " in found or found.startswith("LicenseRef-") else found


def _found(license_text: str) -> str:
    """Return the SPDX expression that a text is, or an empty text."""
    try:
        return canonicalize_license_expression(license_text)
    except InvalidLicenseExpression:
        return ""
