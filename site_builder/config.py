"""`site.toml` to a frozen `SiteConfig`, or every bad key named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from site_builder.errors import Fault, FaultsError, near

Name = Annotated[str, Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Site(_Section):
    """`[site]`: what the site is called and where it will stand."""

    title: Name = "Leaderboard"
    """Name of the site, in its header and in every page's title."""
    headline: str = ""
    """The question that the home page answers, large; the title where it is absent."""
    description: str = ""
    """One sentence on what the site holds, for search engines and previews."""
    base_url: str = ""
    """Where the site will be published; only canonical links and the sitemap need it."""
    repository: str = ""
    """Link to the repository, shown in the footer."""
    license: str = ""
    """Licence of the published figures."""

    @field_validator("base_url", "repository")
    @classmethod
    def _is_web_link(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise PydanticCustomError("web_link", "is not a link that starts with https:// or http://")
        return value


class BoardConfig(_Section):
    """`[board]`: what is compared, and how it is ranked."""

    baseline: Name | None = None
    """Id of the model that others are measured against."""
    base_variant: Name | None = None
    """Variant before tuning; `base` where the results have it."""
    tuned_variants: list[Name] | None = None
    """Variants after tuning, the primary one first; every variant but the base where absent."""
    rank_by: Literal["mean", "mean_win_rate"] | None = None
    """What gives the rank; chosen from the tasks' directions and bounds where absent."""
    min_coverage: Annotated[float, Field(ge=0, le=1, strict=False)] | None = None
    """Share of the tasks that a model must have a score on to be ranked."""
    exclude_flagged: bool = False
    """Whether flagged scores are left out of averages."""
    labels: dict[str, Name] = Field(default_factory=dict)
    """Names to show for variants."""


class Analysis(_Section):
    """`[analysis]`: what may explain lift."""

    features: list[Name] | None = None
    """Numeric columns of the tasks table; every known feature that the data has, where absent."""
    training_set_thresholds: list[Annotated[int, Field(gt=0)]] = Field(default_factory=lambda: [10_000, 20_000])
    """Sizes for which the share of smaller training sets is told."""


class Citation(_Section):
    """`[citation]`: how to cite the site."""

    bibtex: str = ""
    """A BibTeX entry, shown as it is."""
    text: str = ""
    """The same in a sentence."""


class _File(_Section):
    site: Site = Field(default_factory=Site)
    board: BoardConfig = Field(default_factory=BoardConfig)
    analysis: Analysis = Field(default_factory=Analysis)
    citation: Citation = Field(default_factory=Citation)


class SiteConfig(_File):
    """The whole configuration: `site.toml`, and the folder that it governs."""

    root: Path
    """The project's folder; `data/` and any overriding `templates/` and `static/` lie in it."""

    @property
    def data_dir(self) -> Path:
        """Folder of the Parquet tables."""
        return self.root / "data"

    @property
    def content_dir(self) -> Path:
        """Folder of the pages' prose."""
        return self.data_dir / "content"

    def label(self, variant: str) -> str:
        """Name to show for a variant; its id in plain words where `site.toml` names none."""
        return self.board.labels.get(variant, variant.replace("_", " ").capitalize() if variant.isascii() else variant)


def load_config(root: Path) -> SiteConfig:
    """Read `site.toml` of the project in `root`; defaults where there is none.

    Raises:
        FaultsError: One fault for every unknown key and every value of a wrong type or range.
    """
    path = root / "site.toml"
    try:
        text = path.read_text(encoding="utf8") if path.exists() else ""
        values: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultsError([Fault("site.toml", f"is not valid TOML: {error}")]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise FaultsError([Fault("site.toml", f"cannot be read: {error}")]) from error
    try:
        return SiteConfig.model_validate({**_File.model_validate(values).__dict__, "root": root})
    except ValidationError as error:
        raise FaultsError(_fault(detail, values) for detail in error.errors()) from error


def _fault(detail: ErrorDetails, values: dict[str, Any]) -> Fault:
    """A validation error in our words: the key, what was found, what is allowed."""
    keys = [str(part) for part in detail["loc"]]
    key = ".".join(keys)
    found = f"{detail['input']!r}"
    if detail["type"] == "extra_forbidden":
        section = _known_keys(keys[:-1])
        noun = "section" if len(keys) == 1 else "key"
        return Fault("site.toml", f"unknown {noun} '{key}'.", near(keys[-1], section, f"{noun}s"))
    if detail["type"] == "web_link":
        return Fault("site.toml", f"{key} = {found} {detail['msg']}", "Give the whole link, or leave the key out.")
    message = detail["msg"].removeprefix("Input ")
    return Fault("site.toml", f"{key} = {found}: {message[:1].lower()}{message[1:]}", "")


def _known_keys(section: list[str]) -> list[str]:
    if not section:
        return list(_File.model_fields)
    known = _File.model_fields.get(section[0])
    model = known.annotation if known else None
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def config_keys() -> list[str]:
    """Every key of `site.toml`, as `section.key`: what the documentation must explain."""
    return [f"{section}.{key}" for section in _File.model_fields for key in _known_keys([section])]
