"""Read `site.toml` into a `SiteConfig`, or report every bad key.

What a key means stands in `starter/files/site.toml`, where that has its section.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails, PydanticCustomError

from site_builder.dates import NOT_A_YEAR, DateUnit, counted_day, has_known_year
from site_builder.errors import Fault, FaultsError, did_you_mean, limit_faults, working_on
from site_builder.symlinks import read_inside
from site_builder.tables.schema import LARGEST, MODELS, PARAMETERS, TASKS, TableSpec

_COLOUR = r"^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"
_IMAGE = r"^[\w-]+([./][\w-]+)*\.(svg|png|webp|jpg)$"
_LINK = r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$"
_ID = r"^[a-z0-9][a-z0-9_-]{0,59}$"
_LANGUAGE = r"^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$"
# Subtags of the languages and scripts that are written from right to left.
_RIGHT_TO_LEFT = {
    *("ar", "arc", "ckb", "dv", "fa", "he", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"),
    *("arab", "hebr", "nkoo", "syrc", "thaa"),
}


def _check_unique(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError  # worded in _RULES
    return values


_ODD_YEAR: Final = "odd_year"


def _check_year(day: date) -> date:
    if not has_known_year(day.isoformat()):
        raise PydanticCustomError(_ODD_YEAR, _ODD_YEAR)
    return day


Name = Annotated[str, Field(min_length=1)]
Day = Annotated[date, AfterValidator(_check_year)]
_UNIQUE = AfterValidator(_check_unique), Field(json_schema_extra={"uniqueItems": True})
Names = Annotated[list[Name], *_UNIQUE]
Sizes = Annotated[list[Annotated[int, Field(gt=0)]], *_UNIQUE]
Colour = Annotated[str, Field(pattern=_COLOUR)]
Image = Annotated[str, Field(pattern=_IMAGE)]
WebUrl = Annotated[str, Field(pattern=_LINK)]

TOML = "site.toml"
"""Its name in a project, and in messages."""
MOST_BYTES = 100_000
"""Of `site.toml`."""
_ANY = "NAME"
# What a value must be, by pydantic's name of the rule that it breaks.
_RULES = {
    "bool_type": "must be true or false",
    "date_type": "must be a date without quotes, such as 2024-05-02",
    "dict_type": "must be a table of names",
    "float_type": "must be a number",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge:g}",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le:g}",
    "list_type": "must be a list",
    "literal_error": "must be {expected}",
    "model_type": "must be a section",
    "string_too_short": "must not be empty",
    "string_type": "must be text",
    _ODD_YEAR: f"is of {NOT_A_YEAR}",
    "value_error": "must not name anything twice",
}
_RANGES = ("greater_than_equal", "less_than_equal")
# What a text must be, by the pattern that it does not match.
_PATTERNS = {
    _COLOUR: "must be a colour such as #0f766e",
    _IMAGE: "must name an image in static/, such as logo.svg",
    _ID: "must be of small letters, digits, - and _, at most 60",
    _LANGUAGE: "must be a language tag such as en, pt-BR or ar",
    _LINK: "must be a link (https:// or http://) without '?' and '#'",
}


class ConfigSection(BaseModel):
    """A section of `site.toml`: no unknown keys, no conversion of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SiteSection(ConfigSection):
    """`[site]`: the name of the site and its address."""

    title: Name = "Leaderboard"
    headline: str = ""
    description: str = ""
    language: Annotated[str, Field(pattern=_LANGUAGE)] = "en"
    base_url: WebUrl = ""
    cards: bool = True
    repository: WebUrl = ""
    license: str = ""
    released: Day | None = None
    submissions: bool = False

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Whether texts of its language are read from left to right: by its script, if stated."""
        language, *rest = self.language.lower().split("-")
        script = next((tag for tag in rest[:2] if len(tag) == 4 and tag.isalpha()), language)
        return "rtl" if script in _RIGHT_TO_LEFT else "ltr"


class Words(ConfigSection):
    """`[words]`: the nouns of the site, in small letters; a plural is made if it is None."""

    model: Name = "model"
    models: Name | None = None
    task: Name = "task"
    tasks: Name | None = None
    entry: Name = "entry"
    entries: Name | None = None
    category: Name = "category"
    categories: Name | None = None
    board: Name = "board"
    boards: Name | None = None


RULES = (
    *("mean", "weighted_mean", "mean_of_categories", "median", "sum"),
    *("mean_win_rate", "mean_rank", "ratio_to_best", "ratio_to_baseline", "additive"),
)
"""What may rank a board, besides a measure."""

FacetValue = str | float | bool
"""A value of a facet, as the tables state it."""


class _Ranking(ConfigSection):
    """What `[board]` and each of `[[boards]]` state. None is chosen from the data."""

    baseline: Name | None = None
    """Id of the model that others are compared with."""
    rank_by: Name | None = None
    """Rule that ranks models, or a measure."""
    min_coverage: Annotated[float, Field(ge=0, le=1)] | None = None
    """Share of the tasks on which a model needs a score to be ranked."""
    missing: Literal["none", "zero"] | None = None
    """What an absent score is: not known, or 0 where the publisher counts it as failed."""
    ratio_offset: Annotated[float, Field(ge=0, le=LARGEST)] = 0.0
    """Number that is added to both scores of a ratio, such as 0.01 for ten milliseconds."""
    columns: Names = Field(default_factory=list)
    """Facets and measures of its table, in this order, and tasks; every measure if empty."""
    filters: dict[Name, list[FacetValue]] = Field(default_factory=dict)
    """Values of facets that are shown at first; a visitor can lift the filter."""
    group_by: Name | None = None
    """Facet of which only the best entry of each value is shown at first, such as `model`."""


class BoardConfig(_Ranking):
    """`[board]`: what is compared, and how it is ranked. None is chosen from the data."""

    base_variant: Name | None = None
    tuned_variants: Names | None = None
    exclude_flagged: bool = False
    labels: dict[str, Name] = Field(default_factory=dict)


class BoardSection(_Ranking):
    """`[[boards]]`: one leaderboard of several; `[board]` holds what it does not state."""

    id: Annotated[str, Field(pattern=_ID)]
    """Its name in addresses and files."""
    title: Name | None = None
    """Its name on pages; the id if None. `{part}` stands for the part of `for_each_part_of`."""
    description: str = ""
    """What it measures, in one sentence."""
    tasks: Names | None = None
    """Ids of its tasks, or patterns such as `web_*`; every task without parent if None."""
    categories: Names | None = None
    """Categories whose tasks it has."""
    parts_of: Name | None = None
    """Task whose parts are its tasks."""
    for_each_part_of: Name | None = None
    """Task of which each part gets a board of its own."""
    where: dict[Name, list[FacetValue]] = Field(default_factory=dict)
    """Values of facets that its entries have; others do not belong to it."""
    featured: bool = False
    """Whether the home page shows it whole; the first board if none is."""


class FacetSection(ConfigSection):
    """`[facets.NAME]`: a column by which entries are told apart, filtered and coloured."""

    label: Name | None = None
    """Name on pages; that of the column if None."""
    order: Names = Field(default_factory=list)
    """Its values in their order, such as `low` before `high`."""
    default: Name | None = None
    """What an import writes where a record does not state it."""


class MeasureSection(ConfigSection):
    """`[measures.NAME]`: a numeric column of the results that is shown beside the score."""

    label: Name | None = None
    """Name on pages; that of the column if None."""
    unit: str = ""
    """Unit: `USD`, `s`, `ms`, `tokens`, `B`, or any text that follows the number."""
    higher_is_better: bool | None = None
    """Whether higher is better; without it there is no best."""
    combine: Literal["sum", "mean", "median", "none"] | None = None
    """How the values of an entry on the tasks of a board make one; `none` shows only equal ones."""
    zero_is_missing: bool = False
    """Whether 0 stands for an unknown value."""
    from_prices: bool = False
    """Whether it is the cost of the tokens of each row, by the prices table."""
    provider: Name | None = None
    """Whose prices: a provider, or `lowest` for the cheapest of each row; the only one if None."""
    price_date: Day | None = None
    """Last day whose prices count; all if None."""


class Analysis(ConfigSection):
    """`[analysis]`: what may explain lift."""

    features: Names | None = None
    training_set_thresholds: Sizes = Field(default_factory=lambda: [10_000, 20_000])


class Importing(ConfigSection):
    """`[import]`: what `leaderboard-site import` cannot read from the files."""

    columns: dict[str, Name] = Field(default_factory=dict)
    task_columns: Names | None = None
    model_columns: Names | None = None
    model_by: Names | None = None
    task_by: Names | None = None
    scale: Literal["percent", "proportion", "other"] | None = None
    date_unit: DateUnit | None = None
    metrics: Names = Field(default_factory=list)
    models: dict[str, Name] = Field(default_factory=dict)
    tasks: dict[str, Name] = Field(default_factory=dict)
    pairs: dict[str, str] = Field(default_factory=dict)
    variants: dict[str, Name] = Field(default_factory=dict)


class CitationSection(ConfigSection):
    """`[citation]`: how to cite the site, as a BibTeX entry and as a sentence."""

    bibtex: str = ""
    text: str = ""


class Colours(ConfigSection):
    """`[theme.light]` and `[theme.dark]`: colours that replace the built-in ones."""

    paper: Colour | None = None
    """Background of the page."""
    card: Colour | None = None
    """Background of dialogs, menus and cards."""
    sunk: Colour | None = None
    """Background of fields, code, and the row under the pointer."""
    ink: Colour | None = None
    """Text."""
    soft: Colour | None = None
    """Secondary text: notes, axis labels."""
    line: Colour | None = None
    """Rules and borders."""
    accent: Colour | None = None
    """Links, buttons, selected items; bands are a tint of it."""
    accent_ink: Colour | None = None
    """Text on the accent."""
    gain: Colour | None = None
    """Better values and the bars of charts; heat maps are tints of it."""
    loss: Colour | None = None
    """Worse values."""
    neutral: Colour | None = None
    """Neither, such as the dot of a base model."""
    focus: Colour | None = None
    """The ring around the element with keyboard focus."""

    @property
    def named(self) -> Mapping[str, str]:
        """The colours that are set, by their names in style sheets."""
        colours = self.model_dump(exclude_none=True)
        return {name.replace("_", "-"): colour for name, colour in colours.items()}


class Theme(ConfigSection):
    """`[theme]`: logo and colours."""

    logo: Image | None = None
    light: Colours = Field(default_factory=Colours)
    dark: Colours = Field(default_factory=Colours)

    @property
    def has_colours(self) -> bool:
        """Whether any colour is set."""
        return bool(self.light.named or self.dark.named)


class Navigation(ConfigSection):
    """`[navigation]`: links of header and footer, as label and target.

    A target is a page of the site (`models`), a page of the project (`pages/method`), or a link.
    """

    header: dict[Name, Name] | None = None
    footer: dict[Name, Name] | None = None


class Charts(ConfigSection):
    """`[charts]`: charts of installed packages, by page."""

    home: list[Name] = Field(default_factory=list)
    models: list[Name] = Field(default_factory=list)
    tasks: list[Name] = Field(default_factory=list)
    categories: list[Name] = Field(default_factory=list)
    analysis: list[Name] = Field(default_factory=list)
    serving: list[Name] = Field(default_factory=list)


class _Facts(ConfigSection):
    """What is known of a task or a model: columns of its table in place of what that states."""

    @property
    def stated(self) -> dict[str, str | float | bool]:
        """The values that are set, by column of the contract."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"headline"})


def _facts_of(table: TableSpec) -> Any:  # noqa: ANN401 - a class that no checker can know
    """Return a class with a key for each column of a table but its id and what is measured."""
    fields: dict[str, Any] = {}
    for column in table.columns:
        if column.name not in (*table.key, "length_unit") and not column.feature:
            low = -LARGEST if column.low is None else column.low
            number = Field(ge=low, le=LARGEST if column.high is None else column.high)
            kind: Any = Literal[column.choices] if column.choices else Name
            most = 2**53 if column.high is None else int(column.high)
            whole = Annotated[int, Field(ge=int(column.low or 0), le=most)]
            others = {"number": Annotated[float, number], "integer": whole, "boolean": bool}
            kind = {**others, "date": Day, "url": WebUrl}.get(column.type, kind)
            unit = f", in {column.unit}" if column.unit else ""
            fields[column.name] = kind | None, Field(None, description=f"{column.meaning}{unit}.")
    return create_model("_Facts", __base__=_Facts, **fields)


if TYPE_CHECKING:
    _TaskFacts: TypeAlias = _Facts
    _ModelFacts: TypeAlias = _Facts
else:
    _TaskFacts, _ModelFacts = _facts_of(TASKS), _facts_of(MODELS)


class TaskSection(_TaskFacts):
    """`[tasks."NAME"]`: columns of the tasks table, instead of what the table states."""

    headline: bool = False
    """Whether the default board ranks by this task alone."""


class ModelSection(_ModelFacts):
    """`[models."NAME"]`: columns of the models table, instead of what the table states."""

    @property
    def stated(self) -> dict[str, str | float | bool]:
        """The values that are set, and the parameters in billions of a count of them."""
        values = super().stated
        count = values.get(PARAMETERS)
        if isinstance(count, int):
            values.setdefault("parameters_b", count / 1e9)
        return values


class ConfigFile(ConfigSection):
    """What `site.toml` states, by section."""

    site: SiteSection = Field(default_factory=SiteSection)
    words: Words = Field(default_factory=Words)
    board: BoardConfig = Field(default_factory=BoardConfig)
    boards: list[BoardSection] = Field(default_factory=list)
    facets: dict[Name, FacetSection] = Field(default_factory=dict)
    measures: dict[Name, MeasureSection] = Field(default_factory=dict)
    analysis: Analysis = Field(default_factory=Analysis)
    importing: Importing = Field(default_factory=Importing, alias="import")
    citation: CitationSection = Field(default_factory=CitationSection)
    theme: Theme = Field(default_factory=Theme)
    navigation: Navigation = Field(default_factory=Navigation)
    charts: Charts = Field(default_factory=Charts)
    tasks: dict[Name, TaskSection] = Field(default_factory=dict)
    """Facts about tasks, by id or by a pattern such as `*_wer`."""
    models: dict[Name, ModelSection] = Field(default_factory=dict)
    """Facts about models, by id or by a pattern."""


class SiteConfig(ConfigFile):
    """The configuration of a project: `site.toml` and the project's folder."""

    root: Path
    """The project's folder, with `data/` and, if any, `templates/` and `static/`."""
    sha256: str | None = None
    """Checksum of `site.toml`; None without a `site.toml`."""

    @property
    def data_dir(self) -> Path:
        """Folder of the Parquet tables."""
        return self.root / "data"

    @property
    def has_cards(self) -> bool:
        """Whether pages have pictures for link previews, which need absolute links."""
        return self.site.cards and bool(self.site.base_url)

    @property
    def content_dir(self) -> Path:
        """Folder of the pages' prose."""
        return self.data_dir / "content"

    @property
    def default_variant(self) -> str:
        """Variant of a score without a variant."""
        return self.board.base_variant or "base"

    def label(self, variant: str) -> str:
        """Return the name of a variant: that of `site.toml`, or its id in plain words."""
        words = variant.replace("_", "-")
        return self.board.labels.get(variant, words[:1].upper() + words[1:])


def load_config(root: Path) -> SiteConfig:
    """Return the configuration of a project, or raise every fault of `site.toml`."""
    config, faults = read_config(root)
    if faults:
        raise FaultsError(faults)
    return config


@working_on(TOML)
def read_config(
    root: Path, base_url: str | None = None, released: date | None = None
) -> tuple[SiteConfig, list[Fault]]:
    """Return the configuration of the project in `root`, and every fault of `site.toml`.

    `base_url` overrides that of the file; `released` holds where the file has none.
    A key with a fault has its default, so that the rest of the project can be checked too.
    """
    try:
        content = read_inside(root / TOML, root, most=MOST_BYTES)
    except FileNotFoundError:
        content = None
    except OSError as error:
        return SiteConfig(root=root), [Fault(TOML, f"cannot be read: {error.strerror}")]
    values, unreadable = parse_toml(content or b"", TOML)
    if unreadable:
        return SiteConfig(root=root), unreadable
    checksum = None if content is None else sha256(content).hexdigest()
    if isinstance(site := values.setdefault("site", {}), dict):
        site |= {} if base_url is None else {"base_url": base_url}
        site |= {} if released is None or "released" in site else {"released": released}
    return config_of(values, root, checksum, is_given=base_url is not None)


def config_of(
    values: dict[str, Any], root: Path, checksum: str | None = None, *, is_given: bool = False
) -> tuple[SiteConfig, list[Fault]]:
    """Return a configuration of values as `site.toml` states them, and every fault of these.

    `is_given` says whether `base_url` is that of the command line.
    """
    try:
        file, details = ConfigFile.model_validate(values), []
    except ValidationError as error:
        details = error.errors()
        file = ConfigFile.model_validate(
            _without(values, {detail["loc"][:2] for detail in details})
        )
    found = (_fault(detail, is_given=is_given) for detail in details)
    faults = limit_faults(found, len(details), TOML, "keys and values")
    known = {**file.__dict__, "root": root, "sha256": checksum}
    return SiteConfig.model_validate(known, by_alias=False, by_name=True), list(faults)


def _without(values: dict[str, Any], bad: set[tuple[int | str, ...]]) -> dict[str, Any]:
    """Return sections without their keys, or boards, at some places."""
    sound: dict[str, Any] = {}
    for section, content in values.items():
        if isinstance(content, list) and (section,) not in bad:
            sound[section] = [item for i, item in enumerate(content) if (section, i) not in bad]
        elif isinstance(content, dict) and (section,) not in bad:
            sound[section] = {k: value for k, value in content.items() if (section, k) not in bad}
    return sound


def parse_toml(content: bytes, where: str) -> tuple[dict[str, Any], list[Fault]]:
    """Return what a TOML file of a project says, or its fault."""
    try:
        return tomllib.loads(content.decode("utf-8-sig")), []
    except UnicodeDecodeError:
        return {}, [Fault(where, "is not UTF-8 text", "Save it as UTF-8.")]
    except (ValueError, RecursionError) as error:
        fix = "Write each setting as key = value, with texts in quotes."
        return {}, [Fault(where, f"is not valid TOML: {error}", fix)]


def _fault(detail: ErrorDetails, *, is_given: bool) -> Fault:
    """Return the fault of a validation error: the key, what was found, what is allowed."""
    keys = [part for part in detail["loc"] if isinstance(part, str)]
    key, found = ".".join(keys), detail["input"]
    if detail["type"] == "extra_forbidden":
        noun = "section" if len(keys) == 1 and isinstance(found, dict) else "key"
        return Fault(TOML, f"unknown {noun} {key!r}", _hint(keys))
    context = {"msg": detail["msg"], **detail.get("ctx", {})}
    words = _RULES.get(detail["type"], "{msg}").format(**context)
    rule = _PATTERNS.get(context.get("pattern", ""), words)
    column = MODELS.column(keys[-1]) if keys[:1] == [MODELS.name] else None
    fix = column.fix_of(found) if column is not None and detail["type"] in _RANGES else ""
    shown = json.dumps(found, ensure_ascii=False, default=str)
    day = counted_day(found) if detail["type"] == "date_type" else None
    if day is not None:
        rule += f"; {day.words}"
    if is_given and key == "site.base_url":
        return Fault("--base-url", f"{shown} {rule}")
    return Fault(TOML, f"{key} = {shown} {rule}", fix)


def _hint(keys: list[str]) -> str:
    """Return a hint for an unknown key: its section, or the most similar key of this one."""
    *section, name = keys
    known = section_keys(ConfigFile)
    for path, names in known.items():
        if path and name in names:
            return f"It belongs in [{'.'.join(path)}]."
    own = known.get(tuple(section)) or known[section[0], _ANY]
    hint = did_you_mean(name, own, "keys" if section else "sections")
    return hint or ("" if section else f"Known sections: {', '.join(sorted(own))}.")


def section_keys(
    model: type[BaseModel], path: tuple[str, ...] = ()
) -> dict[tuple[str, ...], list[str]]:
    """Return the keys of every section by its path; those of the file are its sections."""
    # The alias of a field is its name in the file: `import` is a keyword of Python.
    fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    keys = {path: list(fields)}
    for name, kind in fields.items():
        for section in (kind, *get_args(kind)):
            if isinstance(section, type) and issubclass(section, ConfigSection):
                of_any_name = (_ANY,) if get_origin(kind) in (dict, list) else ()
                keys |= section_keys(section, (*path, name, *of_any_name))
    return keys
