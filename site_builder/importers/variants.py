"""Tell scores before fine-tuning from those after it, by the names of columns and by cells."""

from __future__ import annotations

import re
from collections.abc import Collection

from site_builder.formatting import quoted
from site_builder.importers.columns import SYNONYMS
from site_builder.importers.documents import Sheet
from site_builder.importers.kinds import is_numeric
from site_builder.importers.reading import ImportOptions
from site_builder.records import replace
from site_builder.tables.columns import VARIANT
from site_builder.tables.metrics import measure_of, plain_name

_TUNED = r"(?:full(?:y)?[ _-])?(?:ft|fine[ _-]?tun(?:ed?|ing)|tun(?:ed|ing))"
_KINDS = r"q?-?lora|dora|sft|adapters?"  # of tuning, which keep their names
# Before and after what, a name has to tell.
_BEFORE = rf"base(?:[ _-]?model)?|pre-?trained|before {_TUNED}|vanilla|un-?tuned|zero[ _-]?shot"
_AFTER = rf"(?:after )?{_TUNED}"
_STAGE = rf"\+? ?(?:(?P<before>{_BEFORE})|(?P<kind>{_KINDS})|(?P<after>{_AFTER}))"
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        _STAGE,
        rf"(?P<rest>.+?)(?:[ _:.]+|[ _]*[(\[-]){_STAGE}[)\]]?",
        rf"{_STAGE}[ _:.-]+(?P<rest>.+)",
    )
]
_FINE_TUNED = "fine_tuned"
_TRUTHS = {
    **dict.fromkeys(("no", "false"), ("", "")),
    **dict.fromkeys(("yes", "true"), ("", _FINE_TUNED)),
}
_DELTA = re.compile("[\N{GREEK CAPITAL LETTER DELTA}\N{INCREMENT}]")
_DIFFERENCES = ("delta", "diff", "difference", "gain", "improvement", "increase", "lift")
_MAX_VARIANTS = 10


def _split(name: str) -> tuple[str, str] | None:
    """Return the rest of `ARC (LoRA)` and its variant, empty before tuning; None if it has none."""
    match = next(filter(None, (form.fullmatch(name.strip()) for form in _FORMS)), None)
    if match is None:
        return None
    variant = match["kind"] or (_FINE_TUNED if match["after"] else "")
    return match.groupdict().get("rest", "").strip(" _:-("), variant


def with_variants_apart(sheet: Sheet, options: ImportOptions) -> Sheet:
    """Give scores before and after tuning rows of their own, and a column with their variant.

    Either a column has nothing but such words, or all columns of scores are in pairs, such as
    `ARC (base)` and `ARC (LoRA)`. Columns that `site.toml` names stay as they are.
    """
    plain = {plain_name(name): name for name in reversed(sheet.names)}
    found = (plain[name] for name in SYNONYMS["model"] if name in plain and not sheet.is_across)
    model = options.columns.get("model") or next(found, "")
    if model not in sheet.names or not plain.keys().isdisjoint(SYNONYMS["variant"]):
        return sheet
    base = next((plain[name] for name in SYNONYMS["base"] if name in plain), "")
    stated = options.named_columns
    return _by_cells(sheet, model, base, stated) or _by_columns(sheet, stated) or sheet


def _by_cells(sheet: Sheet, model: str, base: str, stated: Collection[str]) -> Sheet | None:
    """Return a table with the variants that the cells of a column tell, where one tells them.

    Where that is the one called a model, the models are their bases.
    """
    for name in sheet.names:
        of, texts = base if name == model else model, sheet.texts(name)
        split = {text: _split(text) for text in texts if text}
        if name in stated or not of or not 1 < len(split) <= _MAX_VARIANTS:
            continue
        if _split(name) == ("", _FINE_TUNED):
            split |= {text: _TRUTHS.get(text.casefold(), split[text]) for text in split}
        variants = {text: said[1] for text, said in split.items() if said and not said[0]}
        different = {*variants.values()}
        is_told = len(variants) == len(split) == len(different) and "" in different
        if is_told and len({*zip(sheet.texts(of), texts, strict=True)}) > len({*sheet.texts(of)}):
            new = {name: VARIANT, **({of: "model"} if name == model else {})}
            names = {n: new.get(n, n) for n in sheet.names}
            rows = [
                {names[n]: cell for n, cell in row.items()} | {VARIANT: variants.get(text, "")}
                for text, row in zip(texts, sheet.rows, strict=True)
            ]
            note = f"{name!r} tells scores before tuning from those after it: {quoted(variants)}"
            notes = (*sheet.notes, note)
            return replace(sheet, rows=rows, names=[*names.values()], notes=notes)
    return None


def _is_difference(name: str, scores: Collection[str]) -> bool:
    """Return whether a column is called a difference, of all scores or of one: `F1 Δ`."""
    plain = plain_name(_DELTA.sub(" delta ", name))
    for score in map(plain_name, scores):
        plain = plain.removeprefix(score).removesuffix(score).strip("_")
    return plain in _DIFFERENCES


def _by_columns(sheet: Sheet, stated: Collection[str]) -> Sheet | None:
    """Return a table with a row for each variant of paired columns, without their differences."""
    numeric = [name for name in sheet.names if is_numeric(sheet, name)]
    found = {name: said for name in numeric if (said := _split(name))}
    of_pair = {said: name for name, said in found.items()}
    scores, variants = ([*dict.fromkeys(said[part] for said in of_pair)] for part in (0, 1))
    others = [name for name in numeric if name not in found and not measure_of(name)]
    apart = [name for name in others if _is_difference(name, scores)]
    is_paired = all((score, "") in of_pair for score in scores) and len(of_pair) == len(found)
    if not is_paired or len(variants) < 2 or others != apart or not found.keys().isdisjoint(stated):
        return None
    kept = [name for name in sheet.names if name not in (*found, *apart)]
    names = [*kept, VARIANT, *(score or "score" for score in scores)]
    if len({*names}) < len(names):
        return None
    rows = [
        {name: row.get(name) for name in kept}
        | {VARIANT: variant}
        | {score or "score": row.get(of_pair.get((score, variant), "")) for score in scores}
        for row in sheet.rows
        for variant in variants
    ]
    note = f"{quoted([*found], most=6)} are read as scores before tuning and after it"
    note += f"; left out: {quoted(apart)}" if apart else ""
    return replace(sheet, rows=rows, names=names, notes=(*sheet.notes, note))
