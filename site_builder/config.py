"""Read `site.toml` into a `SiteConfig`, or report every bad key."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from site_builder.errors import Fault, FaultsError, did_you_mean, limit_faults

Name = Annotated[str, Field(min_length=1)]
_COLOUR = r"^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"
_PICTURE = r"^[\w-]+([./][\w-]+)*\.(svg|png|webp|jpg)$"
Colour = Annotated[str, Field(pattern=_COLOUR)]
Picture = Annotated[str, Field(pattern=_PICTURE)]
PATTERNS: Mapping[str, str] = {
    _COLOUR: "must be a colour such as #0f766e",
    _PICTURE: "must name a picture of static/, such as logo.svg",
}
"""What a text must be, by the pattern that it does not fit."""


class ConfigSection(BaseModel):
    """A section of `site.toml`: frozen, no key but its own, no value of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Colours(ConfigSection):
    """`[theme.light]`, `[theme.dark]`: colours by what they are for; the others stay ours."""

    paper: Colour | None = None
    """Ground of the page."""
    card: Colour | None = None
    """Ground of what lies on the page: dialogs, menus, cards."""
    sunk: Colour | None = None
    """Ground of what lies in it: fields, code, a row under the pointer."""
    ink: Colour | None = None
    """Text."""
    soft: Colour | None = None
    """Text that steps back: notes, labels of axes."""
    line: Colour | None = None
    """Rules and borders."""
    accent: Colour | None = None
    """Links, buttons, what is chosen; bands are a tint of it."""
    accent_ink: Colour | None = None
    """Text on the accent."""
    gain: Colour | None = None
    """What is better, and the bars of charts; heat maps are tints of it."""
    loss: Colour | None = None
    """What is worse."""
    neutral: Colour | None = None
    """What is neither, such as the base model's dot."""
    focus: Colour | None = None
    """The ring around what the keyboard is at."""

    @property
    def named(self) -> Mapping[str, str]:
        """The colours that are given, by their names in style sheets."""
        given = self.model_dump(exclude_none=True)
        return {name.replace("_", "-"): colour for name, colour in given.items()}


class Theme(ConfigSection):
    """`[theme]`: what makes a site look like one's own."""

    logo: Picture | None = None
    """Picture of `static/`, such as `logo.svg`, in place of the drawing beside the title."""
    light: Colours = Field(default_factory=Colours)
    """Colours of the light theme."""
    dark: Colours = Field(default_factory=Colours)
    """Colours of the dark theme."""

    @property
    def has_colours(self) -> bool:
        """Whether it gives any."""
        return bool(self.light.named or self.dark.named)


class Navigation(ConfigSection):
    """`[navigation]`: where header and footer lead, as label and target in the order to show.

    A target is a page of the site (`models`), a page of the project's own (`pages/method`), or a
    link.
    """

    header: dict[Name, Name] | None = None
    """Entries of the header; every page that the board has where absent."""
    footer: dict[Name, Name] | None = None
    """Entries of the footer; method, data, changes, source code and own pages where absent."""


class Charts(ConfigSection):
    """`[charts]`: charts of installed packages, by the page that they stand on."""

    home: list[Name] = Field(default_factory=list)
    """Below what the home page shows."""
    models: list[Name] = Field(default_factory=list)
    """Below the board of models."""
    tasks: list[Name] = Field(default_factory=list)
    """Below the board of tasks."""
    categories: list[Name] = Field(default_factory=list)
    """Below the board of categories."""
    analysis: list[Name] = Field(default_factory=list)
    """Below the analysis."""
    serving: list[Name] = Field(default_factory=list)
    """Below latency and cost."""


def _check_unique(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError  # worded in _RULES
    return values


Names = Annotated[list[Name], AfterValidator(_check_unique)]
Sizes = Annotated[list[Annotated[int, Field(gt=0)]], AfterValidator(_check_unique)]
_LINK = r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$"
WebUrl = Annotated[str, Field(pattern=_LINK)]

_TOML = "site.toml"
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
    "value_error": "must not name anything twice",
}
_PATTERNS = {_LINK: "must be a link (https:// or http://) without '?' and '#'", **PATTERNS}


class SiteSection(ConfigSection):
    """`[site]`: what the site is called and where it will stand."""

    title: Name = "Leaderboard"
    """Name of the site, in its header and in every page's title."""
    headline: str = ""
    """The question that the home page answers, large; the title where it is absent."""
    description: str = ""
    """One sentence on what the site holds, for search engines and previews."""
    base_url: WebUrl = ""
    """Where the site will be published; only absolute links and link previews need it."""
    cards: bool = True
    """Whether each page has a picture for link previews, where `base_url` is known."""
    repository: WebUrl = ""
    """Link to the repository, shown in the footer."""
    license: str = ""
    """Licence of the published figures."""
    released: date | None = None
    """Day of the data; the newest date among the results where absent."""


class BoardConfig(ConfigSection):
    """`[board]`: what is compared, and how it is ranked."""

    baseline: Name | None = None
    """Id of the model that others are measured against."""
    base_variant: Name | None = None
    """Variant before tuning; `base` where the results have it."""
    tuned_variants: Names | None = None
    """Variants after tuning, the primary one first; every variant but the base where absent."""
    rank_by: Literal["mean", "mean_win_rate"] | None = None
    """What gives the rank; chosen from the tasks' directions and bounds where absent."""
    min_coverage: Annotated[float, Field(ge=0, le=1)] | None = None
    """Share of the tasks that a model must have a score on to be ranked."""
    exclude_flagged: bool = False
    """Whether flagged scores are left out of ranks, averages, wins and lifts; they stay shown."""
    labels: dict[str, Name] = Field(default_factory=dict)
    """Names to show for variants."""


class Analysis(ConfigSection):
    """`[analysis]`: what may explain lift."""

    features: Names | None = None
    """Numeric columns of the tasks table; every known feature that the data has, where absent."""
    training_set_thresholds: Sizes = Field(default_factory=lambda: [10_000, 20_000])
    """Sizes for which the share of smaller training sets is told."""


class CitationSection(ConfigSection):
    """`[citation]`: how to cite the site."""

    bibtex: str = ""
    """A BibTeX entry, shown as it is."""
    text: str = ""
    """The same in a sentence."""


class Importing(ConfigSection):
    """`[import]`: what `site_builder import` cannot know by itself."""

    columns: dict[str, Name] = Field(default_factory=dict)
    """Columns of a CSV file or the like, by the column of the contract that each holds."""
    task_columns: Names | None = None
    """Columns of a wide table that are tasks; guessed where absent."""
    scale: Literal["percent", "proportion", "other"] | None = None
    """What scores between 1 and 100 are, where their file does not say."""
    metrics: Names = Field(default_factory=list)
    """Metrics that stand for a task, the most wanted first."""
    models: dict[str, Name] = Field(default_factory=dict)
    """Ids of models, by their names in the files."""
    tasks: dict[str, Name] = Field(default_factory=dict)
    """Ids of tasks, by their names in the files."""
    pairs: dict[str, Name] = Field(default_factory=dict)
    """The model that each tuned model was tuned from, both by their names in the files."""
    variants: dict[str, Name] = Field(default_factory=dict)
    """The variant of a model's scores, by its name in the files."""


class _File(ConfigSection):
    site: SiteSection = Field(default_factory=SiteSection)
    board: BoardConfig = Field(default_factory=BoardConfig)
    analysis: Analysis = Field(default_factory=Analysis)
    importing: Importing = Field(default_factory=Importing, alias="import")
    citation: CitationSection = Field(default_factory=CitationSection)
    theme: Theme = Field(default_factory=Theme)
    navigation: Navigation = Field(default_factory=Navigation)
    charts: Charts = Field(default_factory=Charts)


class SiteConfig(_File):
    """The whole configuration: `site.toml`, and the folder that it governs."""

    root: Path
    """The project's folder; `data/` and any overriding `templates/` and `static/` lie in it."""
    sha256: str | None = None
    """Checksum of `site.toml` as it was read; None where there is none."""

    @property
    def data_dir(self) -> Path:
        """Folder of the Parquet tables."""
        return self.root / "data"

    @property
    def has_cards(self) -> bool:
        """Whether pages have pictures for link previews: these are asked for by absolute links."""
        return self.site.cards and bool(self.site.base_url)

    @property
    def content_dir(self) -> Path:
        """Folder of the pages' prose."""
        return self.data_dir / "content"

    @property
    def default_variant(self) -> str:
        """Variant of a score that names none."""
        return self.board.base_variant or "base"

    def label(self, variant: str) -> str:
        """Name to show for a variant; its id in plain words where `site.toml` names none."""
        words = variant.replace("_", "-")
        return self.board.labels.get(variant, words[:1].upper() + words[1:])


def load_config(root: Path, base_url: str | None = None) -> SiteConfig:
    """Read `site.toml` of the project in `root`; defaults where there is none.

    Args:
        root: The project's folder.
        base_url: Where the site will stand, in place of what `site.toml` says.

    Raises:
        FaultsError: One fault for every unknown key and every value of a wrong type or range.
    """
    config, faults = read_config(root, base_url)
    if faults:
        raise FaultsError(faults)
    return config


def read_config(root: Path, base_url: str | None = None) -> tuple[SiteConfig, list[Fault]]:
    """What `site.toml` says as far as it is sound, and every fault of it.

    A key at fault has its default, so that the rest of the project can be judged in the same run.
    """
    try:
        content = _read_file(root / _TOML)
        values = _parse(_TOML, content or b"")
    except FaultsError as error:
        return SiteConfig(root=root), list(error.faults)
    if base_url is not None and isinstance(values.setdefault("site", {}), dict):
        values["site"]["base_url"] = base_url
    try:
        file, details = _File.model_validate(values), []
    except ValidationError as error:
        details = error.errors()
        file = _File.model_validate(_without(values, details))
    faults = limit_faults(map(_fault, details), len(details), _TOML, "keys and values")
    checksum = None if content is None else sha256(content).hexdigest()
    known = {**file.__dict__, "root": root, "sha256": checksum}
    return SiteConfig.model_validate(known, by_alias=False, by_name=True), list(faults)


def _without(values: dict[str, Any], details: list[ErrorDetails]) -> dict[str, Any]:
    """The values without the keys, or the sections, that are at fault."""
    bad = {detail["loc"][:2] for detail in details}
    return {
        section: {key: value for key, value in keys.items() if (section, key) not in bad}
        for section, keys in values.items()
        if (section,) not in bad
    }


def _read_file(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.exists() else None
    except OSError as error:
        raise FaultsError([Fault(path.name, f"cannot be read: {error.strerror}")]) from error


def _parse(name: str, file: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(file.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FaultsError([Fault(name, "is not UTF-8 text", "Save it as UTF-8.")]) from error
    except (ValueError, RecursionError) as error:
        raise FaultsError([Fault(name, f"is not valid TOML: {error}")]) from error


def _fault(detail: ErrorDetails) -> Fault:
    """A validation error in our words: the key, what was found, what is allowed."""
    keys = [part for part in detail["loc"] if isinstance(part, str)]
    key, found = ".".join(keys), detail["input"]
    if detail["type"] == "extra_forbidden":
        noun = "section" if len(keys) == 1 and isinstance(found, dict) else "key"
        return Fault(_TOML, f"unknown {noun} {key!r}", _hint(keys))
    context = {"msg": detail["msg"], **detail.get("ctx", {})}
    words = _RULES.get(detail["type"], "{msg}").format(**context)
    rule = _PATTERNS.get(context.get("pattern", ""), words)
    shown = json.dumps(found, ensure_ascii=False, default=str)
    return Fault(_TOML, f"{key} = {shown} {rule}")


def _hint(keys: list[str]) -> str:
    """What an unknown key may have meant: one of another section, or the nearest of its own."""
    *section, name = keys
    for known in _sections():
        if name in _known_keys(known):
            return f"It belongs in [{'.'.join(known)}]."
    return did_you_mean(name, _known_keys(section), "keys" if section else "sections")


def _known_keys(section: list[str]) -> list[str]:
    """The keys of a section; the sections where none is named."""
    model: Any = _File
    for name in section:
        model = _named_fields(model)[name].annotation
    return list(_named_fields(model))


def _named_fields(model: Any) -> dict[str, Any]:  # noqa: ANN401 - a section, or a text's type
    """Fields by their names in the file: `import` among them, which Python keeps for itself."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _sections() -> list[list[str]]:
    """The way to every section, and to those within one."""
    sections = [[name] for name in _named_fields(_File)]
    return [*sections, ["theme", "light"], ["theme", "dark"]]


def config_keys() -> list[str]:
    """Every key of `site.toml`, as `section.key`: what the documentation must explain."""
    return [
        f"{section}.{key}" for section in _named_fields(_File) for key in _known_keys([section])
    ]
