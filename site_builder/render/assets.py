"""Publish static files with hashed names; bundles; theme colours."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from posixpath import dirname, join, normpath, relpath

from site_builder.config import SiteConfig
from site_builder.errors import Fault, SiteError
from site_builder.records import Record
from site_builder.symlinks import check_inside, list_files, read_inside

TOKENS_SHEET = "css/tokens.css"
MIN_CONTRAST = 4.5
"""Of text, by WCAG 2.2, success criterion 1.4.3."""
MIN_HEAT = 0.14
"""Share of the colour of a gain in the palest field of a heat map."""
# Pairs of text and background that every site has.
READ_ON = (
    ("ink", "paper"),
    ("soft", "paper"),
    ("accent", "paper"),
    ("accent-ink", "accent"),
    ("ink", "card"),
    ("gain", "card"),
    ("loss", "card"),
)
# A sheet has both colours in one rule, or those of the dark theme in a rule of their own.
_ROOTS = {
    "light": re.compile(r":root\s*\{(.*?)\}", re.DOTALL),
    "dark": re.compile(r":root\[data-theme=\"dark\"\]\s*\{(.*?)\}", re.DOTALL),
}
_HEX = r"(#[0-9a-fA-F]{3,8})"
_COLOUR = re.compile(rf"--([\w-]+)\s*:\s*{_HEX}\s*;")
_COLOURS = re.compile(rf"--([\w-]+)\s*:\s*light-dark\(\s*{_HEX}\s*,\s*{_HEX}\s*\)\s*;")


def theme_colours(config: SiteConfig, theme: str = "light") -> dict[str, str]:
    """Return the colours of a theme by token."""
    return _of_sheets(config, theme) | _given(config, theme)


def _of_sheets(config: SiteConfig, theme: str) -> dict[str, str]:
    own = find_static(config.root, TOKENS_SHEET).decode(errors="replace")
    ours = (default_folder("static") / TOKENS_SHEET).read_text(encoding="utf8")
    return colours_of(ours, theme) | colours_of(own, theme)


def _given(config: SiteConfig, theme: str) -> dict[str, str]:
    """Return the colours of `[theme]`, and the tints that pages and charts make of them."""
    named = config.theme.light.named if theme == "light" else config.theme.dark.named
    accent, gain = (named.get(name, "")[: len("#rrggbb")] for name in ("accent", "gain"))
    tints = {"band": f"{accent}40", "heat": f"{accent}24"} if accent else {}
    if gain:
        ground = (_of_sheets(config, theme) | dict(named)).get("card", "#ffffff")
        tints["heat-low"] = mixed(gain, ground, MIN_HEAT)
    return {**named, **tints}


def colours_of(sheet: str, theme: str = "light") -> dict[str, str]:
    """Return the tokens that a sheet sets to a colour such as `#rrggbb`: in its first rules."""
    both, own = _ROOTS["light"].search(sheet), _ROOTS[theme].search(sheet)
    pairs = _COLOURS.findall(both[1]) if both else []
    colours = {name: light if theme == "light" else dark for name, light, dark in pairs}
    return colours | (dict(_COLOUR.findall(own[1])) if own else {})


def theme_sheet(config: SiteConfig) -> dict[str, bytes]:
    """Make the style sheet of `[theme]`, if it sets a colour; a theme without it keeps its own."""
    if not config.theme.has_colours:
        return {}
    light, dark = (theme_colours(config, theme) for theme in ("light", "dark"))
    names = _given(config, "light") | _given(config, "dark")
    colours = " ".join(f"--{name}: light-dark({light[name]}, {dark[name]});" for name in names)
    # As specific as a rule of a project's own tokens.css for one theme, which stands before it.
    sheet = f"@layer tokens {{\n  :root:root {{{colours}}}\n}}\n"
    return {"css/theme.css": sheet.encode()}


def mixed(colour: str, ground: str, share: float) -> str:
    """Mix a share of a colour with a background, as `#rrggbb`."""
    pairs = zip(_channels(colour), _channels(ground), strict=True)
    return f"#{bytes(round(top * share + below * (1 - share)) for top, below in pairs).hex()}"


def _channels(colour: str) -> bytes:
    """Return red, green and blue of `#rgb`, `#rrggbb` and the like."""
    digits = colour[1:] if len(colour) > len("#rgba") else "".join(2 * c for c in colour[1:])
    return bytes.fromhex(digits[:6])


def find_theme_faults(config: SiteConfig) -> Iterator[Fault]:
    """Yield a fault for a missing logo, and for texts with too little contrast."""
    where, logo = "site.toml", config.theme.logo
    try:
        if logo:
            find_static(config.root, logo)
    except SiteError:
        yield Fault(where, f"theme.logo: static/{logo} is not there", "Put it there.")
    for theme in ("light", "dark") if config.theme.has_colours else ():
        colours = theme_colours(config, theme)
        for text, ground in READ_ON:
            found = contrast(colours.get(text, ""), colours.get(ground, ""))
            if found is not None and found < MIN_CONTRAST:
                pair = f"{text} {colours[text]} on {ground} {colours[ground]}"
                what = f"theme.{theme}: {pair} has a contrast of {found:.1f}"
                fix = f"Text needs {MIN_CONTRAST:g} to be read."
                yield Fault(where, what, fix, "warning")


def contrast(text: str, ground: str) -> float | None:
    """Return the contrast of two opaque colours, from 1 to 21; None if one is not opaque.

    Source: WCAG 2.2, contrast ratio and relative luminance.
    """
    if not all(len(colour) in (len("#rgb"), len("#rrggbb")) for colour in (text, ground)):
        return None
    low, high = sorted(map(_luminance, (text, ground)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    shares = [channel / 255 for channel in _channels(colour)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


# In the order of the cascade. A site may lack some, such as the theme's.
SHEETS = (
    *("tokens", "theme", "base", "layout", "components", "tables", "drawings", "answer", "tools"),
    *("filters", "icons", "find", "charts", "pages", "cite", "score-card", "subject"),
)
# Each may use what an earlier one has put into `site`. Charts come early, since their library is
# what a visitor may wait for.
SCRIPTS = (
    *("site", "texts", "chart-template", "charts", "chart-pointing", "numbers", "theme"),
    *("find", "task-rows", "table", "filter-fields"),
    *("filter-rows", "table-filters", "table-entries", "table-tools", "table-columns"),
    *("task-columns", "table-export", "table-cells", "share", "score-links", "choices"),
)
BUNDLE_SHEET, BUNDLE_SCRIPT = "css/every-page.css", "js/every-page.js"


def make_bundles(published: Mapping[str, bytes]) -> dict[str, bytes]:
    """Join published style sheets and scripts into two files; all files are by name.

    An exception in one script does not stop the next, as if they were separate files. The links of
    style sheets stay valid, since the bundle is in the same folder.
    """
    sheets = (published.get(f"css/{name}.css") for name in SHEETS)
    scripts = (published.get(f"js/{name}.js") for name in SCRIPTS)
    guarded = (b"try {\n%s\n} catch (error) { reportError(error); }\n" % s for s in scripts if s)
    bundles = {BUNDLE_SHEET: b"\n".join(s for s in sheets if s), BUNDLE_SCRIPT: b"".join(guarded)}
    return {name: content for name, content in bundles.items() if content}


PACKAGE = Path(__file__).resolve().parent.parent
FOLDER = "assets"
CSS_URL = re.compile(rb"""url\(["']?(?!data:|https?:|#)([^"')]+)["']?\)""")
_COMMENT = re.compile(rb"^[ \t]*(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n", re.MULTILINE)
# Browsers ask for these at fixed paths.
AT_ROOT = ("favicon.svg",)
CHARTS = "vendor/plotly-cartesian.min.js"
NEEDED = (CHARTS, "vendor/inter-latin-wght-normal.woff2")
# With this as the first line, Chromium compiles the chart library while it loads, and not while the
# visitor waits for a chart.
COMPILED_AHEAD = b"//# allFunctionsCalledOnLoad\n"
NOT_PUBLISHED = (".md", ".map", ".d.ts", ".DS_Store")
_NOT_FOUND = "a template asks for this file, but no static folder has it."


def default_folder(name: str) -> Path:
    """Return our `templates` or `static`: in an installed package; beside it in the repository."""
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def project_folders(root: Path, name: str) -> list[Path]:
    """Return the folders of templates or static files, the project's first.

    Raises:
        SiteError: The project's is a link that leads out of it, perhaps to the whole disk.
    """
    folders = (root / name, default_folder(name))
    there = list(dict.fromkeys(folder.resolve() for folder in folders if folder.is_dir()))
    try:
        check_inside(root / name, root, name)
    except OSError as error:
        raise SiteError(Fault(name, f"cannot be read: {error.strerror}.")) from error
    return there


def find_static(root: Path, name: str) -> bytes:
    """Return the content of a static file of a project.

    Raises:
        SiteError: No folder has a file of that name, or it cannot be read.
    """
    for folder in project_folders(root, "static"):
        if (folder / name).is_file():
            try:
                return read_inside(folder / name, folder)
            except OSError as error:
                raise _unreadable(name, error) from error
    raise SiteError(Fault(f"static/{name}", _NOT_FOUND))


def _unreadable(name: str, error: OSError) -> SiteError:
    return SiteError(Fault(f"static/{name}", f"cannot be read: {error.strerror}."))


class Assets(Record):
    """Static files of a site.

    Attributes:
        paths: Published path of each file, by its name within `static/`.
        files: Content of each file, by its published path.
    """

    paths: Mapping[str, str]
    files: Mapping[str, bytes]

    def path(self, name: str) -> str:
        """Return the published path of a static file.

        Raises:
            SiteError: No folder has a file of that name.
        """
        if name not in self.paths:
            raise SiteError(Fault(f"static/{name}", _NOT_FOUND))
        return self.paths[name]


def load_assets(folders: Iterable[Path], made: Mapping[str, bytes] | None = None) -> Assets:
    """Read static files; a file of an earlier folder replaces that of a later one.

    The first folder is the project's; `made` are files that the build makes, by name.

    Raises:
        SiteError: Files are missing or cannot be read, or a style sheet names a missing one.
    """
    found: dict[str, bytes] = dict(made or {})
    faults: list[Fault] = []
    for folder in folders:
        paths, unlisted = list_files(folder, "static")
        faults += unlisted
        for path in paths:
            name = path.relative_to(folder).as_posix()
            if name.endswith(NOT_PUBLISHED) or name in found or not path.is_file():
                continue
            try:
                found[name] = _sent(path, folder)
            except OSError as error:
                faults += _unreadable(name, error).faults
    what, fix = "the file is missing: the front-end packages are not fetched", "Run `make vendor`."
    faults += [Fault(f"static/{name}", what, fix) for name in NEEDED if name not in found]
    assets = _named(found, faults)
    if faults:
        raise SiteError(*faults)
    return assets


def _sent(path: Path, folder: Path) -> bytes:
    """Leave out comments of our scripts and sheets; a project's text may have such a line."""
    content = read_inside(path, folder)
    if path.relative_to(folder).as_posix() == CHARTS:
        return COMPILED_AHEAD + content
    is_ours = folder == default_folder("static") and path.parent.name in ("js", "css")
    return _without_comments(content) if is_ours else content


@functools.lru_cache(maxsize=256)  # more than we have; a server builds again and again
def _without_comments(content: bytes) -> bytes:
    return _COMMENT.sub(b"", content)


def _named(found: Mapping[str, bytes], faults: list[Fault]) -> Assets:
    """Name every file by its content; style sheets last, since they contain names of others."""
    paths: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for name in sorted(found, key=lambda n: (n.endswith(".css"), n)):
        content = found[name]
        if name.endswith(".css"):
            content = _with_published_links(name, content, paths, faults)
        is_fixed = name in AT_ROOT or name.endswith(".txt")
        paths[name] = name if is_fixed else _hashed(name, content)
        files[paths[name]] = content
    for name, content in make_bundles({name: files[path] for name, path in paths.items()}).items():
        paths[name] = _hashed(name, content)
        files[paths[name]] = content
    return Assets(paths, files)


def _hashed(name: str, content: bytes) -> str:
    path = PurePosixPath(FOLDER, name)
    return str(path.with_name(f"{path.stem}.{sha256(content).hexdigest()[:10]}{path.suffix}"))


def _with_published_links(
    name: str, content: bytes, paths: Mapping[str, str], faults: list[Fault]
) -> bytes:
    """Replace the links of a style sheet; report those to missing files in `faults`."""

    def replace(match: re.Match[bytes]) -> bytes:
        url = match[1].decode(errors="replace")
        target = normpath(join(dirname(name), url))
        if target not in paths:
            faults.append(Fault(f"static/{name}", f"it names url({url}), which is not there."))
            return match[0]
        return f'url("{relpath(paths[target], f"{FOLDER}/{dirname(name)}")}")'.encode()

    return CSS_URL.sub(replace, content)
