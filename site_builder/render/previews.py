"""Choose, lay out and draw link previews; draw badges."""

from __future__ import annotations

import multiprocessing
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import lru_cache, partial
from hashlib import sha256
from math import ceil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jinja2
import resvg_py

from site_builder.addresses import Address, Kind
from site_builder.charts.chart import Chart
from site_builder.charts.previews import (
    AxisLabel,
    CardRow,
    PreviewCard,
    PreviewChart,
    card_board,
    card_category_lifts,
    card_correlations,
    card_latency,
    card_model,
    card_prices,
    card_task,
    card_task_lifts,
)
from site_builder.errors import TemplateFaultError
from site_builder.pages.model import Badge, make_badge, model_board, model_summary
from site_builder.pages.page import Made, Page, Site
from site_builder.records import Record, replace
from site_builder.render.assets import light_colours, project_folders
from site_builder.render.environment import make_environment, template_faults
from site_builder.render.font import BOLD, Lines, Typeface, load_typeface, plain_text
from site_builder.render.urls import Urls
from site_builder.table_model import Dumbbell


def with_cards(site: Site, pages: Iterable[Made]) -> tuple[Made, ...]:
    """The same pages, those that are to be found with a card each."""
    top = card_board(site.results.boards, site.labels)

    def with_card(page: Page) -> Page:
        return replace(page, card=_own_card(site, page) or PreviewCard(page.description, top))

    return tuple(
        with_card(page) if isinstance(page, Page) and page.listed else page for page in pages
    )


def _own_card(site: Site, page: Page) -> PreviewCard | None:
    """What the page itself shows; None for a page without a chart."""
    make = _MAKERS.get(page.address.kind)
    return None if make is None else make(site, page)


def _card(finding: str, chart: PreviewChart | None) -> PreviewCard | None:
    return None if chart is None else PreviewCard(finding, chart)


def _finding(page: Page, part: str) -> str:
    """The title of a chart of the page; what the page is about, where it has no such chart."""
    chart = getattr(page.variables(), part, None)
    return f"{chart.title}." if isinstance(chart, Chart) else page.description


def _home(site: Site, page: Page) -> PreviewCard | None:
    finding = _finding(page, "averages")
    if finding == page.description:
        finding = _leader(site, page)
    return _card(finding, card_board(site.results.boards, site.labels))


def _models(site: Site, page: Page) -> PreviewCard | None:
    return _card(_leader(site, page), card_board(site.results.boards, site.labels))


def _leader(site: Site, page: Page) -> str:
    """Who leads the board, in a sentence."""
    ranked = site.results.board.ranked
    return model_summary(site, ranked[0].model) if ranked else page.description


def _model(site: Site, page: Page) -> PreviewCard | None:
    chart = card_model(site.results, site.labels, page.address.key)
    return _card(page.description, chart)


def _tasks(site: Site, page: Page) -> PreviewCard | None:
    return _card(_finding(page, "by_task"), card_task_lifts(site.results, site.labels))


def _task(site: Site, page: Page) -> PreviewCard | None:
    chart = card_task(site.results, site.labels, page.address.key)
    return _card(page.description, chart)


def _categories(site: Site, page: Page) -> PreviewCard | None:
    return _card(_finding(page, "chart"), card_category_lifts(site.results, site.labels))


def _category(site: Site, page: Page) -> PreviewCard | None:
    category = next(c for c in site.results.categories if c.category == page.address.key)
    return _card(f"{page.title}: {page.description}", card_board(category.boards, site.labels))


def _analysis(site: Site, _: Page) -> PreviewCard | None:
    return card_correlations(site.results, site.labels)


def _serving(site: Site, page: Page) -> PreviewCard | None:
    latency = card_latency(site.results, site.labels)
    if latency is not None:
        return PreviewCard(_finding(page, "latency"), latency)
    return _card(_finding(page, "prices"), card_prices(site.results, site.labels))


_MAKERS: Mapping[Kind, Callable[[Site, Page], PreviewCard | None]] = {
    "home": _home,
    "models": _models,
    "model": _model,
    "tasks": _tasks,
    "task": _task,
    "categories": _categories,
    "category": _category,
    "analysis": _analysis,
    "serving": _serving,
}


TEMPLATE = "cards/card.svg"
WIDTH, HEIGHT = 1200, 630
EDGE = 64
LEFT, RIGHT = EDGE, WIDTH - EDGE
TITLE_PX, TEXT_PX, SMALL_PX = 26, 25, 20
# Sizes of the finding, each with its greatest number of lines.
FINDING_PX = ((46, 2), (38, 2), (34, 3))
FINDING_TOP, LEADING = 118, 1.22
GAP = 20
MOST_NAME, MOST_TEXT = 430, 170
BESIDE = 36
PLOT_BOTTOM = 530
MOST_ROW_PX = 62
# Sizes of the caption: it stays on its line.
CAPTION_PX = ((20, 1), (18, 1), (17, 1))
REFERENCE_PX = 26


class PlacedMark(Record):
    """A named place on the axis, in px; `anchor` says which end of the text stands there."""

    x: float
    text: str
    anchor: str = "middle"


class PlacedRow(Record):
    """One row, in px.

    Attributes:
        y: Its middle.
        name, text: Cut to their room.
        tone: Of its value.
        before, after, reference: Where the marks of a dumbbell stand; None for no mark.
        span: The ends of the interval or of the bar; None for none.
        is_bar: Whether it is a bar.
    """

    y: float
    name: str
    text: str
    tone: str
    before: float | None = None
    after: float | None = None
    reference: float | None = None
    span: tuple[float, float] | None = None
    is_bar: bool = False


class Plot(Record):
    """The chart, in px.

    Attributes:
        top, bottom: Its ends.
        rows: Its rows.
        ticks: Its axis.
        caption: What the values are; one line.
        reference: The line through all rows.
    """

    top: float
    bottom: float
    rows: tuple[PlacedRow, ...]
    ticks: tuple[PlacedMark, ...]
    caption: Lines
    reference: PlacedMark | None


class _Across(Record):
    """From where to where the marks are drawn, in px."""

    left: float
    right: float

    def x(self, share: float) -> float:
        return round(self.left + share * (self.right - self.left), 1)

    def place(self, share: float | None) -> float | None:
        return None if share is None else self.x(share)


class CardDrawer:
    """Draws the link previews of a site.

    Args:
        environment: Where the template comes from.
        typeface: What the texts are measured by.
        colours: The colours of the light theme, by token.
        site_title: What stands at the head of each.
        place: Where the site stands, at the foot of each.
    """

    def __init__(
        self,
        environment: jinja2.Environment,
        typeface: Typeface,
        colours: Mapping[str, str],
        site_title: str,
        place: str,
    ) -> None:
        self._template = environment.get_template(TEMPLATE)
        self._type, self._colours = typeface, colours
        self._title = typeface.cut(site_title, TITLE_PX, 620, BOLD)
        self._place = typeface.cut(place, SMALL_PX, RIGHT - LEFT)

    def draw(self, card: PreviewCard, page_title: str) -> str:
        """The SVG of a card.

        Args:
            card: The card.
            page_title: What the page is called; empty for the home page.
        """
        finding = self._type.lines(card.finding, RIGHT - LEFT, FINDING_PX, BOLD)
        return self._template.render(
            width=WIDTH,
            height=HEIGHT,
            left=LEFT,
            right=RIGHT,
            colour=self._colours,
            site_title=self._title,
            page_title=self._type.cut(page_title, TITLE_PX, 380),
            place=self._place,
            lines=_lines(finding),
            finding=finding,
            plot=None if card.chart is None else self._plot(card.chart, _bottom(finding)),
        )

    def _plot(self, chart: PreviewChart, top: float) -> Plot:
        top += GAP + (REFERENCE_PX if chart.reference else 0)
        step = min(MOST_ROW_PX, (PLOT_BOTTOM - top) / len(chart.rows))
        across = self._across(chart)
        room = RIGHT - LEFT - self._type.width(self._place, SMALL_PX) - BESIDE
        return Plot(
            top=round(top, 1),
            bottom=round(top + step * len(chart.rows), 1),
            rows=tuple(
                self._row(row, round(top + (i + 0.5) * step, 1), across)
                for i, row in enumerate(chart.rows)
            ),
            ticks=tuple(PlacedMark(across.x(tick.share), tick.text) for tick in chart.ticks),
            caption=self._type.lines(chart.caption, room, CAPTION_PX),
            reference=self._reference(chart.reference, across) if chart.reference else None,
        )

    def _across(self, chart: PreviewChart) -> _Across:
        """The room that names and values leave to the marks."""
        name = max(self._type.width(self._name(row), TEXT_PX) for row in chart.rows)
        text = max(self._type.width(self._value(row), TEXT_PX, BOLD) for row in chart.rows)
        return _Across(LEFT + name + BESIDE, RIGHT - text - BESIDE)

    def _name(self, row: CardRow) -> str:
        return self._type.cut(row.name, TEXT_PX, MOST_NAME)

    def _value(self, row: CardRow) -> str:
        return self._type.cut(row.text, TEXT_PX, MOST_TEXT, BOLD)

    def _row(self, row: CardRow, y: float, across: _Across) -> PlacedRow:
        texts, mark = (self._name(row), self._value(row), row.tone), row.mark
        if not isinstance(mark, Dumbbell):
            span = across.x(mark.start), across.x(mark.end)
            return PlacedRow(y, *texts, span=span, is_bar=True)
        interval = None
        if mark.low is not None and mark.high is not None:
            interval = across.x(mark.low), across.x(mark.high)
        return PlacedRow(
            y,
            *texts,
            before=across.place(mark.before),
            after=across.place(mark.after),
            reference=across.place(mark.reference),
            span=interval,
        )

    def _reference(self, mark: AxisLabel, across: _Across) -> PlacedMark:
        """A line with its name, which stands where it has room."""
        text = self._type.cut(mark.text, SMALL_PX, across.right - across.left)
        half, x = self._type.width(text, SMALL_PX) / 2, across.x(mark.share)
        if x - half < across.left:
            return PlacedMark(x, text, "start")
        return PlacedMark(x, text, "end" if x + half > RIGHT else "middle")


def _lines(finding: Lines) -> list[tuple[float, str]]:
    """Each line of the finding with the height that it stands at."""
    return [
        (round(FINDING_TOP + finding.size * (0.75 + i * LEADING), 1), text)
        for i, text in enumerate(finding.texts)
    ]


def _bottom(finding: Lines) -> float:
    return FINDING_TOP + finding.size * LEADING * len(finding.texts)


ENGINE = f"resvg {resvg_py.__resvg_version__} of resvg-py {resvg_py.__version__}"
# A second process has to start first: it is worth it from here on.
MANY = 100
_NAME = re.compile(r"[0-9a-f]{64}")
_DIGEST = 32


class PictureCache:
    """Drawn pictures in a folder, each under the hash of what it was drawn from.

    The folder is a convenience: what it lacks, what is broken in it and what cannot be written to
    it is drawn anew, into the same bytes.

    Args:
        folder: Where they are kept; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str) -> bytes | None:
        """The picture of that key, if it is there and whole."""
        try:
            kept = (self._folder / key).read_bytes()
        except OSError:
            return None
        picture = kept[_DIGEST:]
        return picture if kept[:_DIGEST] == sha256(picture).digest() else None

    def keep(self, pictures: Mapping[str, bytes]) -> None:
        """Hold these pictures, and none that this build did not use."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            for key, picture in pictures.items():
                if self.find(key) is None:
                    self._write(key, picture)
            for path in self._folder.iterdir():
                if _NAME.fullmatch(path.name) and path.name not in pictures:
                    path.unlink(missing_ok=True)

    def _write(self, key: str, picture: bytes) -> None:
        """Through a file of its own, so that a build beside this one never reads half a picture."""
        handle, name = tempfile.mkstemp(dir=self._folder)
        with os.fdopen(handle, "wb") as file:
            file.write(sha256(picture).digest() + picture)
        Path(name).replace(self._folder / key)


def draw_pictures(
    drawings: Mapping[str, str], typeface: Typeface, cache: PictureCache
) -> dict[str, bytes]:
    """PNG files of SVG drawings, by the same paths; from the cache as far as it has them.

    Raises:
        ValueError: One of them is no SVG.
    """
    fonts = [part.truetype for part in typeface.parts]
    keys = {path: _key(svg, fonts) for path, svg in drawings.items()}
    found = {key: cache.find(key) for key in keys.values()}
    missing = {key: drawings[path] for path, key in keys.items() if found[key] is None}
    drawn = dict(zip(missing, _draw_all([*missing.values()], fonts), strict=True))
    pictures = {key: picture for key, picture in found.items() if picture is not None} | drawn
    cache.keep(pictures)
    return {path: pictures[key] for path, key in keys.items()}


def _key(svg: str, fonts: Sequence[bytes]) -> str:
    hashes = [sha256(part).digest() for part in (svg.encode(), ENGINE.encode(), *fonts)]
    return sha256(b"".join(hashes)).hexdigest()


def _draw_all(drawings: Sequence[str], fonts: Sequence[bytes]) -> list[bytes]:
    """Each drawing as PNG; many are shared among processes, since the library holds the GIL."""
    if not drawings:
        return []
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{i}.ttf") for i in range(len(fonts))]
        for file, content in zip(files, fonts, strict=True):
            file.write_bytes(content)
        draw = partial(_draw, [str(file) for file in files])
        if len(drawings) < MANY:
            return list(map(draw, drawings))
        with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
            return list(pool.map(draw, drawings, chunksize=8))


def _draw(fonts: list[str], svg: str) -> bytes:
    """With the given fonts alone, so that every machine draws the same."""
    return resvg_py.svg_to_bytes(svg_string=svg, font_files=fonts, skip_system_fonts=True)


BADGE_TEMPLATE = "cards/badge.svg"
BADGE_TEXT_PX, BADGE_BESIDE = 11, 7
MOST_PX = 320


class _Part(Record):
    """One half: where it begins, how wide it is, and its text with the width that it is set to."""

    x: int
    width: int
    text: str
    text_width: int


class BadgeDrawer:
    """Draws the badges of one site.

    Args:
        site: Configuration and results.
        urls: Paths of the pages.
    """

    def __init__(self, site: Site, urls: Urls) -> None:
        self._site, self._urls = site, urls
        self._folders = project_folders(site.config.root, "templates")
        self._environment = make_environment(self._folders)
        self._typeface, self._colours = load_typeface(site.config.root), light_colours(site.config)

    def draw(self, model: str) -> tuple[str, bytes]:
        """Path and SVG of a model's badge.

        Raises:
            TemplateFaultError: The template that draws it is broken.
        """
        badge = make_badge(self._site, model_board(self._site, model), model)
        with template_faults(BADGE_TEMPLATE, self._folders):
            template = self._environment.get_template(BADGE_TEMPLATE)
            svg = template.render(**_variables(badge, self._typeface), colour=self._colours)
        return self._urls.path(Address("badge", model)), svg.encode()


def _variables(badge: Badge, typeface: Typeface) -> dict[str, object]:
    left, right = place_parts(badge, typeface)
    return {"left": left, "right": right, "ranked": badge.ranked, "title": plain_text(badge.title)}


def place_parts(badge: Badge, typeface: Typeface) -> tuple[_Part, _Part]:
    """The two halves, as wide as their texts ask."""
    left = _part(badge.label, 0, typeface)
    return left, _part(badge.message, left.width, typeface)


@lru_cache  # each site has one text on the left of all of them
def _part(text: str, x: int, typeface: Typeface) -> _Part:
    shown = typeface.cut(text, BADGE_TEXT_PX, MOST_PX)
    width = ceil(typeface.width(shown, BADGE_TEXT_PX))
    return _Part(x, width + 2 * BADGE_BESIDE, shown, width)


CACHE = ".cache/cards"


def cache_of(root: Path) -> PictureCache:
    """Where a project keeps its pictures between two builds."""
    return PictureCache(root / CACHE)


def draw_previews(site: Site, pages: Iterable[Made], cache: PictureCache) -> dict[str, bytes]:
    """Path and PNG of the picture of each page that has a card.

    Raises:
        TemplateFaultError: The template that draws them is broken.
    """
    config, root = site.config.site, site.config.root
    html = [page for page in pages if isinstance(page, Page)]
    urls = Urls.of((page.address for page in html), config.base_url)
    typeface, folders = load_typeface(root), project_folders(root, "templates")
    with template_faults(TEMPLATE, folders):
        drawer = CardDrawer(
            make_environment(folders),
            typeface,
            light_colours(site.config),
            config.title,
            _place(config.base_url),
        )
        drawings = {
            urls.picture(page.address): drawer.draw(page.card, _title(page))
            for page in html
            if page.card is not None
        }
    try:
        return draw_pictures(drawings, typeface, cache)
    except ValueError as error:
        what = f"what it draws is no SVG: {error}."
        raise TemplateFaultError.at(TEMPLATE, what) from error


def _title(page: Page) -> str:
    """What the page is called; nothing for the home page, which is called like the site."""
    return "" if page.address == Address("home") else page.title


def _place(base_url: str) -> str:
    """An address as it is read: without its scheme."""
    parts = urlsplit(base_url)
    return unquote(f"{parts.netloc}{parts.path}").rstrip("/")
