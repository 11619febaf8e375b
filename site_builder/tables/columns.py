"""Tell what the further columns of the results are: facets of entries, measures, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import pandas as pd

from site_builder.config import RULES, TOML, FacetSection, MeasureSection, SiteConfig
from site_builder.errors import Fault, did_you_mean
from site_builder.formatting import listed, sentence
from site_builder.messages import MESSAGES
from site_builder.tables.metrics import measure_of, plain_name
from site_builder.tables.read import LoadedTable, has_type
from site_builder.tables.schema import (
    MEASURES,
    MODELS,
    RESULTS,
    SETTINGS,
    ColumnSpec,
    Facet,
    Measure,
)

VARIANT = "variant"
_FIELDS = (
    "ahead_of_next base_average baseline_average behind behind_interval cautions clear_wins "
    "coverage developer entry facets interval is_baseline loses model name "
    "not_distinguishable_from_best of on_frontier parameters_b possible_ranks rank rank_in_group "
    "rank_interval ranks scored scores_file tasks_beating_baseline tests_over_base "
    "tests_over_baseline tied_with_best ties unchanged unclear_wins unranked"
)
_STATISTICS = re.findall(r"^statistic\.(\w+)\.label$", "\n".join(MESSAGES), re.MULTILINE)
RESERVED = frozenset((*RULES, *_STATISTICS, *_FIELDS.split()))
"""Names of rules, of statistics and of fields of entries in the API: no measure may have one."""
RUN = "run_model"
"""The column in which an import keeps what the model of a run was called, where that differs."""
_UNITS = {"cost_usd": "USD", "seconds": "s", "input_tokens": "tokens", "output_tokens": "tokens"}
_LABELS = {"cost_usd": "Cost", "seconds": "Time"}


def sort_columns(
    results: LoadedTable, models: LoadedTable | None, config: SiteConfig
) -> tuple[tuple[Facet, ...], tuple[Measure, ...], list[Fault]]:
    """Sort the further columns of results and models into facets and measures; find their faults.

    A declared column is what it is declared as. A text column of the results is a facet where it is
    constant for each model, or tells scores of one model on one task apart by values that come
    back, or by a name such as `agent`. Any other column is named in a warning.
    """
    frame, faults = results.frame, list[Fault]()
    known = {spec.name for spec in RESULTS.columns}
    # pandas writes its index as `__index_level_0__`; a blank name is no name.
    names = (str(name) for name in frame.columns if str(name).strip() and name[:2] != "__")
    further = [name for name in names if name not in known]
    of_models = [str(name) for name in models.frame.columns] if models else []
    priced = [name for name, section in config.measures.items() if section.from_prices]
    measured = [*further, *MEASURES, *priced]
    faults += _undeclared_names(config, measured, [*of_models, *further, VARIANT])
    declared = [n for n in further if n in config.facets or n in results.settings]
    others = [n for n in further if n not in (*declared, *config.measures, RUN)]
    texts = [n for n in others if not _is_number(frame[n])]
    settings, unsure = _settings(frame, declared, texts, config.default_variant)
    for name in unsure:
        what = f"column {name!r} differs between the tasks of a model: it is not shown"
        fix = f"If it tells entries apart, write [facets.{name}] in site.toml."
        faults.append(Fault(results.where, what, fix, "warning"))
    missing = [spec.name for spec in RESULTS.columns if spec.name not in frame]
    misspelt = [n for n in further if did_you_mean(n, missing, cutoff=0.8).startswith("Did")]
    numbers = [n for n in others if _is_number(frame[n]) and n not in misspelt]
    if numbers and {"model", "task", "score"} <= {*frame.columns}:
        what = f"{listed(numbers, most=8)}: not shown"
        fix = "State their unit and higher_is_better under [measures] in site.toml."
        faults.append(Fault(results.where, what, fix, "warning"))
    facets = [make_facet(name, config, frame[name]) for name in settings]
    if models:
        facts = (n for n in of_models if MODELS.column(n) is None and n not in settings)
        facets += [make_facet(n, config, models.frame[n], is_setting=False) for n in facts]
    named = dict.fromkeys((*config.measures, *MEASURES))
    stated = {n for n in named if n in frame and frame[n].notna().any()}
    measures = tuple(_measure(n, config) for n in named if n in stated or n in priced)
    return tuple(facets), measures, faults


def measure_specs(config: SiteConfig) -> tuple[ColumnSpec, ...]:
    """Return the declared measures as columns of the results, which must hold numbers."""
    return tuple(
        ColumnSpec(name, f"{_measure(name, config).label}, a measure", "number")
        for name in config.measures
        if RESULTS.column(name) is None
    )


def _undeclared_names(
    config: SiteConfig, measures: Sequence[str], facets: Sequence[str]
) -> Iterator[Fault]:
    """Find sections for columns that the tables do not have."""
    for section, names, known in (
        ("measures", config.measures, measures),
        ("facets", config.facets, facets),
    ):
        for name in names:
            if name not in known:
                what = f"[{section}.{name}]: no table has the column {name!r}"
                yield Fault(TOML, what, did_you_mean(name, known, "columns"))
            elif section == "measures" and name in RESERVED:
                what = f"[measures.{name}]: the site itself has a figure or rule {name!r}"
                fix = f"Rename it and its column, such as to {f'published_{name}'!r}."
                yield Fault(TOML, what, fix)


def _is_number(values: pd.Series) -> bool:
    return values.dtype.kind in "iuf"


def _settings(
    frame: pd.DataFrame, declared: list[str], texts: list[str], base: str
) -> tuple[list[str], list[str]]:
    """Return the columns that are settings of entries, and those that may be."""
    ids = [n for n in ("model", "task", VARIANT, "subset") if n in frame]
    are_text = {"model", "task"} <= {*ids} and all(has_type(frame[n], "text") for n in ids)
    if not texts or not are_text:
        return declared, []
    names = [n for n in ("model", VARIANT, *declared) if n in frame]
    keys = frame[[*names, *(n for n in ("task", "subset") if n in frame)]].astype("object")
    if VARIANT in keys:
        keys[VARIANT] = keys[VARIANT].fillna(base)
    model, score = (
        keys[k].fillna("").groupby(k, sort=False).ngroup() for k in (["model", *declared], [*keys])
    )
    settings, unsure = list[str](), list[str]()
    for name in texts:
        values = frame[name].astype("object").where(frame[name].notna(), "")
        kinds = pd.DataFrame({"model": model, "score": score, "value": values}).drop_duplicates()
        is_constant = not kinds[["model", "value"]].drop_duplicates()["model"].duplicated().any()
        tells_apart = bool(kinds["score"].duplicated().any())
        # A note has another value in each row; most values of a setting come back.
        times = frame[name].value_counts()
        comes_back = len(times) > 0 and 2 * int((times > 1).sum()) >= len(times)
        is_setting = is_constant or (tells_apart and (comes_back or names_setting(name)))
        (settings if is_setting else unsure).append(name)
    return [*declared, *settings], unsure


@lru_cache(10_000)  # imports ask it for each field of each score
def names_setting(name: str) -> bool:
    """Whether a name has a word such as `agent` or `effort`, and is of no measure."""
    is_one = not SETTINGS.isdisjoint(plain_name(name).split("_"))
    return is_one and measure_of(name) in ("", "setting")


def make_facet(
    name: str, config: SiteConfig, values: pd.Series | None = None, *, is_setting: bool = True
) -> Facet:
    """Return a facet as `site.toml` declares it, or with the name of its column."""
    stated = config.facets.get(name, FacetSection())
    is_number = values is not None and _is_number(values)
    return Facet(name, stated.label or _plain(name), tuple(stated.order), is_setting, is_number)


def _measure(name: str, config: SiteConfig) -> Measure:
    stated = config.measures.get(name, MeasureSection())
    is_priced, better = stated.from_prices, stated.higher_is_better
    is_known = name in MEASURES or is_priced
    return Measure(
        name,
        stated.label or _LABELS.get(name) or _plain(name),
        stated.unit or _UNITS.get(name, "USD" if is_priced else ""),
        False if better is None and is_known else better,
        stated.combine or ("sum" if is_known else "mean"),
        stated.zero_is_missing,
        is_priced,
    )


def _plain(name: str) -> str:
    return sentence(name.replace("_", " "))


def texts_of(values: pd.Series) -> pd.Series:
    """Return the values of a facet as text: `yes` or `no` for truth values; null where unknown.

    A text file has truth values as texts, such as `True` and `False`.
    """
    if _is_number(values):
        return values.map(lambda v: f"{v:g}", na_action="ignore").astype("str")
    text = values.map(str, na_action="ignore").astype("str").where(values.notna())
    words, lower = {"true": "yes", "false": "no"}, text.str.lower()
    return lower.replace(words) if {*lower.dropna()} <= words.keys() else text
