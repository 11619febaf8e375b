"""What `site.toml` says of looks: `[theme]`, `[navigation]` and `[charts]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

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


class Section(BaseModel):
    """A section of `site.toml`: frozen, no key but its own, no value of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Colours(Section):
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


class Theme(Section):
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


class Navigation(Section):
    """`[navigation]`: where header and footer lead, as label and target in the order to show.

    A target is a page of the site (`models`), a page of the project's own (`pages/method`), or a
    link.
    """

    header: dict[Name, Name] | None = None
    """Entries of the header; every page that the board has where absent."""
    footer: dict[Name, Name] | None = None
    """Entries of the footer; method, data, changes, source code and own pages where absent."""


class Charts(Section):
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
