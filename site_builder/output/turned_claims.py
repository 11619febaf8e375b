"""Claims that turned: the figures of one moment bear them out, those of another do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from site_builder.compute.changes import Claims, ClaimTurn
from site_builder.format import Scale
from site_builder.output.claims import Claim
from site_builder.output.figures import number_filters
from site_builder.output.live_prose import judge_claims, text_file
from site_builder.prose import plain_text
from site_builder.records import Record

# Slot, condition, and how many claims of this condition stand before it in the text.
_Key: TypeAlias = tuple[str, str, int]


class Telling(Record):
    """The prose of one moment, and what it may name.

    Attributes:
        figures: The figures, by name.
        scale: In how many digits scores are written.
        texts: The prose by slot; None where it was not published.
    """

    figures: Mapping[str, Any]
    scale: Scale
    texts: Mapping[str, str] | None = None


def find_turned_claims(old: Telling, new: Telling) -> Claims | None:
    """The claims of either moment's prose, each judged by the figures of both.

    So a claim that the newer prose has dropped since it is not true any more is told too. Of a
    claim that both have, the newer text is told. None where neither moment brings prose.
    """
    if old.texts is None and new.texts is None:
        return None
    before, after = dict[_Key, Claim](), dict[_Key, Claim]()
    for texts in (old.texts or {}, new.texts or {}):
        before |= _judged(texts, old)
        after |= _judged(texts, new)
    both = [key for key in after if key in before]
    turned = tuple(
        _turn(key[0], before[key], after[key])
        for key in both
        if before[key].holds != after[key].holds
    )
    return Claims(turned, len(before) + len(after) - 2 * len(both))


def _turn(slot: str, before: Claim, after: Claim) -> ClaimTurn:
    return ClaimTurn(
        file=text_file(slot),
        line=after.line,
        condition=after.condition,
        held=before.holds,
        holds=after.holds,
        before=_sentence(before),
        after=_sentence(after),
    )


def _sentence(claim: Claim) -> str:
    """What it says, without what joins it to the sentence before."""
    return plain_text(claim.sentence).lstrip(",; ")


def _judged(texts: Mapping[str, str], telling: Telling) -> dict[_Key, Claim]:
    judged = judge_claims(texts, telling.figures, number_filters(telling.scale))
    return {key: claim for slot, claims in judged.items() for key, claim in _keyed(slot, claims)}


def _keyed(slot: str, claims: tuple[Claim, ...]) -> Iterator[tuple[_Key, Claim]]:
    seen: Counter[str] = Counter()
    for claim in claims:
        yield (slot, claim.condition, seen[claim.condition]), claim
        seen[claim.condition] += 1
