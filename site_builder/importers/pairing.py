"""Which model and variant of the board a run is: base and tuned are one model, run in two ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from site_builder.config import SiteConfig
from site_builder.format import listed
from site_builder.importers.records import Measure
from site_builder.records import Record

Place = tuple[str, str]
"""A model of the board and a variant."""


class Pairing(Record):
    """Where the scores of each run go.

    Attributes:
        places: Model and variant of the board, by the name of what was run and by the variant that
            its file states, if it does.
        pairs: Each tuned run, with the model that it was tuned from.
        notes: What could not be paired, and why.
    """

    places: Mapping[tuple[str, str | None], Place]
    pairs: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def pair_runs(
    measures: Sequence[Measure], config: SiteConfig, known: Mapping[Place, str]
) -> Pairing:
    """Find the place of every run.

    What `[import]` of `site.toml` says goes first, then what the file says. Two runs that were
    tuned from one model cannot both be its tuned variant: the one that is in the tables already
    stays, the others become models of their own.

    Args:
        measures: The scores.
        config: The project.
        known: What was run to give the scores of a model and variant that the tables hold.
    """
    own = config.importing
    bases = {m.model: own.pairs.get(m.model, m.base) for m in measures}
    wanted = {
        (m.model, m.variant): _place(m, bases[m.model], config)
        for m in {(m.model, m.variant): m for m in measures}.values()
    }
    claims: dict[Place, list[tuple[str, str | None]]] = {}
    for run, place in wanted.items():
        claims.setdefault(place, []).append(run)
    places, notes = dict(wanted), []
    for place, runs in claims.items():
        names = dict.fromkeys(name for name, _ in runs)
        holder = known.get(place)
        rivals = [name for name in names if name != holder]
        if len(names) == 1 and (holder is None or not rivals):
            continue
        for run in [run for run in runs if run[0] in rivals]:
            places[run] = (own.models.get(run[0], run[0]), place[1])
        notes.append(_rivals(place, sorted({*names, *filter(None, [holder])}), holder))
    pairs = tuple(
        (name, base)
        for name, base in bases.items()
        if base is not None
        and any(run[0] == name and p == wanted[run] for run, p in places.items())
    )
    return Pairing(places, pairs, (*notes, *_without_base(pairs, measures, config, known)))


def _place(measure: Measure, base: str | None, config: SiteConfig) -> Place:
    own = config.importing
    names = own.models
    variant = own.variants.get(measure.model) or measure.variant
    if base is None:
        return names.get(measure.model, measure.model), variant or config.default_variant
    return names.get(base, base), variant or tuned_variant(config)


def tuned_variant(config: SiteConfig) -> str:
    """The variant of a tuned run: the primary one of `site.toml`."""
    return next(iter(config.board.tuned_variants or ()), "fine_tuned")


def _rivals(place: Place, names: Sequence[str], holder: str | None) -> str:
    model, variant = place
    what = f"{listed(names, most=5)} would all be {variant!r} of {model!r}"
    done = f"{holder!r} stays, the others" if holder else "they"
    fix = "Name a variant for each under [import.variants] in site.toml."
    return f"{what}, so {done} became models of their own. {fix}"


def _without_base(
    pairs: Iterable[tuple[str, str]],
    measures: Iterable[Measure],
    config: SiteConfig,
    known: Mapping[Place, str],
) -> list[str]:
    """Tuned runs whose base has no score, neither here nor in the tables."""
    names = config.importing.models
    scored = {m.model for m in measures} | {model for model, _ in known}
    return [
        f"{tuned!r} was tuned from {base!r}, which has no score: there is nothing to pair it with"
        for tuned, base in pairs
        if base not in scored and names.get(base, base) not in scored
    ]
