"""Publish static files with hashed names; bundles; theme colours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from posixpath import dirname, join, normpath, relpath

from site_builder.config import SiteConfig
from site_builder.errors import AssetError, Fault, SiteError
from site_builder.records import Record

TOKENS_SHEET = "css/tokens.css"
THEME_SHEET = "css/theme.css"
LEAST_CONTRAST = 4.5
"""Of text, by WCAG 2.2, success criterion 1.4.3."""
LEAST_HEAT = 0.14
"""How much of the colour of a gain is in the palest field of a heat map."""
# Text and its ground, each pair of which stands on every site.
READ_ON = (
    ("ink", "paper"),
    ("soft", "paper"),
    ("accent", "paper"),
    ("accent-ink", "accent"),
    ("ink", "card"),
    ("gain", "card"),
    ("loss", "card"),
)
_ROOTS = {
    "light": re.compile(r":root\s*\{(.*?)\}", re.DOTALL),
    "dark": re.compile(r":root\[data-theme=\"dark\"\]\s*\{(.*?)\}", re.DOTALL),
}
_COLOUR = re.compile(r"--([\w-]+)\s*:\s*(#[0-9a-fA-F]{3,8})\s*;")


def light_colours(config: SiteConfig) -> Mapping[str, str]:
    """The colours of the light theme by token: the theme's, the project's sheet's, or ours."""
    return _colours(config, "light")


def _colours(config: SiteConfig, theme: str) -> dict[str, str]:
    return _of_sheets(config, theme) | _given(config, theme)


def _of_sheets(config: SiteConfig, theme: str) -> dict[str, str]:
    own = find_static(config.root, TOKENS_SHEET).decode(errors="replace")
    ours = (default_folder("static") / TOKENS_SHEET).read_text(encoding="utf8")
    return {**colours_of(ours, theme), **colours_of(own, theme)}


def _given(config: SiteConfig, theme: str) -> dict[str, str]:
    """The colours of `[theme]`, and the tints of them that the pages and charts draw with."""
    named = config.theme.light.named if theme == "light" else config.theme.dark.named
    accent, gain = (named.get(name, "")[: len("#rrggbb")] for name in ("accent", "gain"))
    tints = {"band": f"{accent}40", "heat": f"{accent}24"} if accent else {}
    if gain:
        ground = (_of_sheets(config, theme) | dict(named)).get("card", "#ffffff")
        tints["heat-low"] = mixed(gain, ground, LEAST_HEAT)
    return {**named, **tints}


def colours_of(sheet: str, theme: str = "light") -> Mapping[str, str]:
    """Every token that the first rule of a theme gives as `#rrggbb`."""
    found = _ROOTS[theme].search(sheet)
    return dict(_COLOUR.findall(found[1])) if found else {}


def theme_sheet(config: SiteConfig) -> dict[str, bytes]:
    """The style sheet of `[theme]` by its name; none where it gives no colour."""
    if not config.theme.has_colours:
        return {}
    light, dark = (_rules(_given(config, theme)) for theme in ("light", "dark"))
    return {
        THEME_SHEET: f"""@layer tokens {{
  :root {{{light}}}
  :root[data-theme="dark"] {{{dark}}}
  @media (prefers-color-scheme: dark) {{
    :root:not([data-theme]) {{{dark}}}
  }}
}}
""".encode()
    }


def _rules(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


def mixed(colour: str, ground: str, share: float) -> str:
    """A share of a colour over a ground, as `#rrggbb`."""
    pairs = zip(_parts(colour), _parts(ground), strict=True)
    return "#" + "".join(f"{round(top * share + below * (1 - share)):02x}" for top, below in pairs)


def _parts(colour: str) -> list[int]:
    digits = colour[1:] if len(colour) > len("#rgba") else "".join(2 * c for c in colour[1:])
    return [int(digits[i : i + 2], 16) for i in (0, 2, 4)]


def find_theme_faults(config: SiteConfig) -> Iterator[Fault]:
    """A logo that is not there, and texts that could not be read on their ground."""
    where, logo = "site.toml", config.theme.logo
    try:
        if logo:
            find_static(config.root, logo)
    except SiteError:
        yield Fault(where, f"theme.logo: static/{logo} is not there", "Put it there.")
    for theme in ("light", "dark") if config.theme.has_colours else ():
        colours = _colours(config, theme)
        for text, ground in READ_ON:
            found = contrast(colours.get(text, ""), colours.get(ground, ""))
            if found is not None and found < LEAST_CONTRAST:
                pair = f"{text} {colours[text]} on {ground} {colours[ground]}"
                what = f"theme.{theme}: {pair} has a contrast of {found:.1f}"
                fix = f"Text needs {LEAST_CONTRAST:g} to be read."
                yield Fault(where, what, fix, "warning")


def contrast(text: str, ground: str) -> float | None:
    """How far two opaque colours are apart, from 1 to 21; None where one is not opaque.

    Source: WCAG 2.2, contrast ratio and relative luminance.
    """
    if not all(len(colour) in (len("#rgb"), len("#rrggbb")) for colour in (text, ground)):
        return None
    low, high = sorted(map(_luminance, (text, ground)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    shares = [part / 255 for part in _parts(colour)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


# In the order of the cascade. A sheet that a site does not have, such as that of a theme, is left
# out.
SHEETS = (
    *("tokens", "theme", "base", "layout", "components", "tables", "dumbbell", "tools"),
    *("icons", "find", "charts", "pages", "cite", "score-card"),
)
# Each may use what an earlier one has put into `site`. Charts come early, since their library is
# what a visitor may wait for.
SCRIPTS = (
    *("site", "chart-template", "charts", "numbers", "theme", "find", "table", "table-tools"),
    *("table-cells", "picker", "score-links"),
)
BUNDLE_SHEET, BUNDLE_SCRIPT = "css/every-page.css", "js/every-page.js"


def make_bundles(published: Mapping[str, bytes]) -> dict[str, bytes]:
    """The two bundles by their names, of those of their parts that there are.

    What a script raises stops no other, as if they were apart.

    Args:
        published: Content of static files as they are published, by name. Links in style sheets
            hold in the bundle too, since it stands beside them.
    """
    sheets = (published.get(f"css/{name}.css") for name in SHEETS)
    scripts = (published.get(f"js/{name}.js") for name in SCRIPTS)
    guarded = (b"try {\n%s\n} catch (error) { reportError(error); }\n" % s for s in scripts if s)
    bundles = {BUNDLE_SHEET: b"\n".join(s for s in sheets if s), BUNDLE_SCRIPT: b"".join(guarded)}
    return {name: content for name, content in bundles.items() if content}


PACKAGE = Path(__file__).resolve().parent.parent
FOLDER = "assets"
CSS_URL = re.compile(rb"""url\(["']?(?!data:|https?:|#)([^"')]+)["']?\)""")
_COMMENT = re.compile(rb"^[ \t]*(?://.*|/\*\*.*\*/)\n", re.MULTILINE)
# Served at fixed names, since browsers and crawlers ask for them there.
AT_ROOT = ("favicon.svg",)
CHARTS = "vendor/plotly-cartesian.min.js"
NEEDED = (CHARTS, "vendor/inter-latin-wght-normal.woff2")
# Chromium reads the chart library while it comes, and would compile each function when it is first
# called, while the visitor waits. With this as its first line, all are compiled with the reading.
COMPILED_AHEAD = b"//# allFunctionsCalledOnLoad\n"
NOT_PUBLISHED = (".md", ".map", ".d.ts", ".DS_Store")


def default_folder(name: str) -> Path:
    """The generator's own `templates` or `static`.

    An installed copy has them inside the package, the repository beside it.
    """
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def project_folders(root: Path, name: str) -> list[Path]:
    """Where templates or static files are looked for: the project's own folder comes first."""
    return list(
        dict.fromkeys(
            folder.resolve() for folder in (root / name, default_folder(name)) if folder.is_dir()
        )
    )


def find_static(root: Path, name: str) -> bytes:
    """A static file of a project's site, before it is published.

    Raises:
        AssetError: No folder has a file of that name.
    """
    for folder in project_folders(root, "static"):
        if (folder / name).is_file():
            return (folder / name).read_bytes()
    raise AssetError.from_template(name)


class Assets(Record):
    """Static files of a site.

    Attributes:
        paths: Published path of each file, by its name within `static/`.
        files: Content of each file, by its published path.
    """

    paths: Mapping[str, str]
    files: Mapping[str, bytes]

    def path(self, name: str) -> str:
        """Published path of a static file.

        Raises:
            AssetError: No folder has a file of that name.
        """
        if name not in self.paths:
            raise AssetError.from_template(name)
        return self.paths[name]


def load_assets(folders: Iterable[Path], made: Mapping[str, bytes] | None = None) -> Assets:
    """Read static files; one in an earlier folder stands in for its namesake in a later one.

    Args:
        folders: Folders of static files, the project's own first.
        made: Content of the files that the build makes itself, by name.

    Raises:
        AssetError: Files of the front-end packages are missing, or a file cannot be read, or names
            one that is not there; every such fault.
    """
    found: dict[str, bytes] = dict(made or {})
    faults: list[Fault] = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if (
                path.is_file()
                and not name.endswith(NOT_PUBLISHED)
                and not path.name.startswith(".")
            ):
                try:
                    if name not in found:
                        found[name] = _sent(path, folder)
                except OSError as error:
                    faults.append(Fault(f"static/{name}", f"cannot be read: {error.strerror}."))
    faults += [
        f for name in NEEDED if name not in found for f in AssetError.not_fetched(name).faults
    ]
    assets, links = _named(found)
    if faults := [*faults, *links]:
        raise AssetError(*faults)
    return assets


def _sent(path: Path, folder: Path) -> bytes:
    """A file as it is published: scripts of ours without the lines that are comments.

    They are a fifth of what the scripts weigh. A project's own scripts stay as they are: a line of
    theirs that looks like a comment may be a part of a text. The chart library has one line more.
    """
    content = path.read_bytes()
    if path.relative_to(folder).as_posix() == CHARTS:
        return COMPILED_AHEAD + content
    is_ours = folder == default_folder("static") and path.parent.name == "js"
    return _COMMENT.sub(b"", content) if is_ours else content


def _named(found: Mapping[str, bytes]) -> tuple[Assets, list[Fault]]:
    """Name every file by its content; style sheets last, since their content names the others."""
    paths: dict[str, str] = {}
    files: dict[str, bytes] = {}
    faults: list[Fault] = []
    for name in sorted(found, key=lambda n: (n.endswith(".css"), n)):
        content = found[name]
        if name.endswith(".css"):
            content, broken = _with_published_links(name, content, paths)
            faults += broken
        paths[name] = (
            name
            if name in AT_ROOT or name.endswith(".txt")
            else f"{FOLDER}/{_hashed(name, content)}"
        )
        files[paths[name]] = content
    published = {name: files[path] for name, path in paths.items()}
    for name, content in make_bundles(published).items():
        paths[name] = f"{FOLDER}/{_hashed(name, content)}"
        files[paths[name]] = content
    return Assets(paths, files), faults


def _hashed(name: str, content: bytes) -> str:
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{sha256(content).hexdigest()[:10]}{path.suffix}"))


def _with_published_links(
    name: str, content: bytes, paths: Mapping[str, str]
) -> tuple[bytes, list[Fault]]:
    faults: list[Fault] = []

    def replace(match: re.Match[bytes]) -> bytes:
        url = match[1].decode(errors="replace")
        target = normpath(join(dirname(name), url))
        if target not in paths:
            faults.extend(AssetError.from_style(name, url).faults)
            return match[0]
        return f'url("{relpath(paths[target], f"{FOLDER}/{dirname(name)}")}")'.encode()

    return CSS_URL.sub(replace, content), faults
