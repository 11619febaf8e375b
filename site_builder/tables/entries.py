"""Compose the entries of boards: a model with the settings that tell it from others of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from site_builder.config import SiteConfig
from site_builder.records import replace
from site_builder.tables.columns import VARIANT, make_facet, texts_of
from site_builder.tables.read import Tables, states_entry
from site_builder.tables.schema import VERIFICATIONS, Facet
from site_builder.tables.submissions import STATUS

_FACTS = ("developer", "parameters_b", "release_date", "tuning", "license")


def compose_entries(tables: Tables, config: SiteConfig) -> Tables:
    """Put entries in place of models: in results, differences, and the table of models.

    An entry is a model with its settings: one of the results, or one that waits. Its id is that of
    the model where the model has one entry, else with the settings in which they differ in
    brackets: `o3 (HAL Agent, high)`. The table of models gets a row for each entry, with the
    columns `of`, the id of its model, and one for each facet. No two entries have one name; it has
    only the settings that are needed for that: `o3 (HAL Agent)`. A variant is called by its label
    in names alone.
    """
    results, facets = _with_variants(tables, config)
    tables = replace(tables, facets=facets)
    settings = [facet.id for facet in facets if facet.is_setting]
    entries = tables.models.assign(of=tables.models["model"])
    if settings:
        values = {name: texts_of(results[name]) for name in settings}
        keys = pd.DataFrame({"of": results["model"], **values})
        waiting = _waiting_keys(tables, settings, config)
        every = pd.concat([keys, waiting]) if len(waiting) else keys
        found = every.dropna(subset=["of"]).drop_duplicates().reset_index(drop=True)
        varying = _varying(found, settings)
        found["model"] = _ids(found, varying, {})
        results = results.assign(model=_entry_of(keys, found, settings))
        if VARIANT in settings:
            results = results.assign(variant=config.default_variant)
        names = dict(zip(entries["of"].tolist(), entries["name"].tolist(), strict=True))
        groups = ((str(model), of) for model, of in found.groupby("of"))
        few = {model: _fewest(of, varying[model]) for model, of in groups}
        shown = found
        if VARIANT in settings:
            shown = found.assign(variant=found[VARIANT].map(config.label, na_action="ignore"))
        told = dict(zip(found["model"].tolist(), _ids(shown, few, names), strict=True))
        entries = _table(entries, found, settings)
        _state(entries, _entry_of(waiting, found, settings), tables.waiting)
        entries["name"] = entries["model"].map(told).fillna(entries["name"]).astype("str")
        tables = replace(tables, differences=_differences(tables, found, settings))
    entries["name"] = _distinct_names(entries)
    tables = replace(tables, results=results, models=entries)
    return _with_verification(tables, config)


def take_waiting(tables: Tables) -> Tables:
    """Put the rows of the models table that are of one entry aside; each model keeps one row.

    Of several rows of a model, which are a fault, the first stays.
    """
    models, settings = tables.models, [facet.id for facet in tables.facets if facet.is_setting]
    of_entry = states_entry(models, settings)
    plain = models[~of_entry].drop_duplicates("model")
    waiting = models[of_entry]
    if waiting.empty:
        return replace(tables, models=plain, waiting=waiting)
    lone = waiting[~waiting["model"].isin(plain["model"])].drop_duplicates("model")
    nothing = pd.Series(None, lone.index, dtype="str")
    plain = pd.concat([plain, lone.assign(**dict.fromkeys(STATUS, nothing))]).sort_index()
    return replace(tables, models=plain, waiting=waiting)


def have_scores(tables: Tables) -> npt.NDArray[np.bool_]:
    """Return which of the waiting entries have scores, so that they do not wait."""
    settings = [facet.id for facet in tables.facets if facet.is_setting]
    if tables.waiting.empty:
        return np.zeros(0, dtype=bool)

    def keys(frame: pd.DataFrame) -> pd.MultiIndex:
        settled = frame.reindex(columns=settings).apply(texts_of).fillna("")
        return pd.MultiIndex.from_frame(pd.concat([frame["model"], settled], axis=1))

    return keys(tables.waiting).isin(keys(tables.results))


def _waiting_keys(tables: Tables, settings: Sequence[str], config: SiteConfig) -> pd.DataFrame:
    """Return model and settings of the entries that wait; their variant is the base."""
    waiting = tables.waiting.assign(**{VARIANT: config.default_variant})
    values = {name: texts_of(waiting[name]) for name in settings if name in waiting}
    return pd.DataFrame({"of": waiting["model"], **values}, columns=["of", *settings])


def _state(entries: pd.DataFrame, ids: pd.Series, waiting: pd.DataFrame) -> None:
    """Let the table of entries say why those that wait have no scores."""
    for name in STATUS:
        own = entries["model"].map(dict(zip(ids, waiting[name], strict=True)))
        entries[name] = entries[name].where(~entries["model"].isin(ids), own)


def _entry_of(keys: pd.DataFrame, found: pd.DataFrame, settings: Sequence[str]) -> pd.Series:
    """Return the entry of each row of the results; null where its model is."""
    named = ["of", *settings]
    wanted, known = (f[named].astype("object").fillna("") for f in (keys, found))
    at = pd.MultiIndex.from_frame(known).get_indexer(pd.MultiIndex.from_frame(wanted))
    ids = np.array([*found["model"], None], dtype=object)[at]  # None at -1
    return pd.Series(ids, keys.index, dtype="str")


def _with_variants(tables: Tables, config: SiteConfig) -> tuple[pd.DataFrame, tuple[Facet, ...]]:
    """Make the variant a facet where no model has a score before and after tuning.

    Variants pair nothing there; all entries have the one variant that scores have.
    """
    tuned, base, results = config.board.tuned_variants, config.default_variant, tables.results
    is_base = results[VARIANT] == base
    is_tuned = ~is_base if tuned is None else results[VARIANT].isin(tuned)
    models = results["model"]
    both = {*models[is_base].dropna().unique()} & {*models[is_tuned].dropna().unique()}
    if both or len(results[VARIANT].dropna().unique()) < 2:
        return results, tables.facets
    if tuned:
        results = results[results[VARIANT].isin([base, *tuned])]
    return results, (make_facet(VARIANT, config), *tables.facets)


def _with_verification(tables: Tables, config: SiteConfig) -> Tables:
    """Make how far the scores of an entry were confirmed a facet, where anything states it.

    That is the weakest of its scores, if all state it; else what the table of models states.
    """
    if all(of["verification"].isna().all() for of in (tables.results, tables.models)):
        return tables
    steps = {name: step for step, name in enumerate(VERIFICATIONS)}
    known = tables.results["verification"].map(steps, na_action="ignore").astype(float)
    weakest = known.groupby(tables.results["model"], sort=False).agg(lambda v: v.min(skipna=False))
    named = weakest.map(dict(enumerate(VERIFICATIONS)), na_action="ignore")
    found = tables.models["model"].map(named).astype("str")
    found = found.where(found.notna(), tables.models["verification"])
    if found.isna().all():
        return tables
    facet = make_facet("verification", config, is_setting=False)
    facet = replace(facet, order=tuple(reversed(VERIFICATIONS)))
    models = tables.models.assign(verification=found)
    return replace(tables, models=models, facets=(*tables.facets, facet))


def _varying(found: pd.DataFrame, settings: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the settings in which the entries of each model differ, in their order."""
    counts = found.groupby("of", sort=False)[[*settings]].nunique(dropna=False)
    return {
        str(model): [name for name, n in zip(settings, row, strict=True) if n > 1]
        for model, row in zip(counts.index, counts.itertuples(index=False), strict=True)
    }


def _fewest(found: pd.DataFrame, settings: Sequence[str]) -> list[str]:
    """Return settings that tell the entries of one model apart, and none that is not needed.

    Of two that would do alike, the first stays.
    """
    few = [*settings]
    for name in reversed(settings):
        others = [other for other in few if other != name]
        if others and not found.duplicated(others).any():
            few = others
    return few


def _ids(
    found: pd.DataFrame, varying: Mapping[str, list[str]], names: Mapping[str, str]
) -> list[str]:
    """Return what tells each entry apart, behind its model or the name of that: `o3 (high)`."""
    rows = [{str(k): v for k, v in row.items()} for row in found.to_dict("records")]

    def told(row: Mapping[str, str], *, named: bool) -> str:
        settings = [name for name in varying[row["of"]] if pd.notna(row[name])]
        parts = [f"{name} {row[name]}" if named else row[name] for name in settings]
        shown = names.get(row["of"], row["of"])
        return f"{shown} ({', '.join(parts)})" if parts else shown

    plain = [told(row, named=False) for row in rows]
    times = Counter(plain)
    return [
        text if times[text] == 1 else told(row, named=True)
        for text, row in zip(plain, rows, strict=True)
    ]


def _table(models: pd.DataFrame, found: pd.DataFrame, settings: Sequence[str]) -> pd.DataFrame:
    """Return the table of models with a row for each entry; models without results stay."""
    facts = models.drop(columns=["model", *(n for n in settings if n in models)])
    entries = facts.merge(found, on="of", how="left")
    is_entry = entries["model"].notna()
    entries["model"] = entries["model"].astype("str").where(is_entry, entries["of"])
    return entries[["model", *(name for name in entries if name != "model")]]


def _distinct_names(entries: pd.DataFrame) -> list[str]:
    """Return the names of entries; equal ones with a fact in which they differ, or their id."""
    names = entries["name"].tolist()
    for name in entries["name"][entries["name"].duplicated()].unique():
        alike = entries[entries["name"] == name]
        facts = (alike[fact] for fact in _FACTS if alike[fact].notna().all())
        told = next((fact for fact in facts if fact.is_unique), alike["model"])
        for place, text in zip(np.flatnonzero(entries["name"] == name), told, strict=True):
            names[place] = f"{name} ({text})"
    # Such a name may be that of yet another.
    is_told = len({*names}) == len(names)
    return names if is_told else _distinct_names(entries.assign(name=names))


def _differences(
    tables: Tables, found: pd.DataFrame, settings: Sequence[str]
) -> pd.DataFrame | None:
    """Give the paired differences the ids of entries, where model and variant tell which it is."""
    differences = tables.differences
    if differences is None:
        return None
    key = ["of", *([VARIANT] if VARIANT in settings else [])]
    single = found[~found.duplicated(key, keep=False)].set_index(key)["model"]

    def ids(model: str, variant: str) -> pd.Series:
        rows = zip(differences[model], differences[variant], strict=True)
        wanted = [(m, v) if len(key) > 1 else m for m, v in rows]
        return pd.Series([single.get(one) for one in wanted], differences.index, dtype="str")

    found_ids = {
        "model": ids("model", VARIANT),
        "against_model": ids("against_model", "against_variant"),
    }
    return differences.assign(**found_ids).dropna(subset=["model"])
