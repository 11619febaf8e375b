"""Pictures of pages, of exports and of a print, for docs/pictures/: `make pictures`."""

import base64
import sys
import tempfile
from pathlib import Path

import pandas as pd
from playwright.sync_api import Browser, Page, sync_playwright

from gallery.convert import BOARDS, GALLERY
from site_builder.build import build_site
from site_builder.config import load_config
from tests.helpers.browser import LAUNCH_ARGS, find_or_install_chromium
from tests.helpers.browsing import PAGE_TYPES, scroll_through
from tests.helpers.real_boards import AIDER, OPEN_WEIGHTS, TAU2, aider, aider_models, tau2
from tests.helpers.serve import served
from tests.helpers.tables import write_project

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/pictures"
# Width of the window, colour scheme, width on the sheet.
STATES = ((1280, "light", 640), (1280, "dark", 640), (390, "light", 300), (390, "dark", 300))
# How much of a page a sheet shows, at the widths of the sheet.
HEIGHT = 1100
# What visitors save as a picture: by page, the element with its share menu.
EXPORTS = {
    "tasks/": "chart-best-lift-by-task",
    "models/": "matrix-scores",
    "analysis/": "chart-similar-tasks",
}
# A4 without its margins, and how much of a print a picture shows, in px.
PAPER_WIDTH, PRINTED = 720, 2040
SHEET = """<body style="margin: 0; padding: 12px; display: flex; gap: 12px; background: #808080">
{}</body>"""
PART = (
    """<div style="width: {}px; height: {}px; overflow: hidden"><img width="100%" src="{}"></div>"""
)


def take_pictures(browser: Browser, home: str) -> None:
    """A sheet for each kind of page, and the home page by itself for the README."""
    for path in PAGE_TYPES:
        take_sheet(browser, home + path, path.strip("/").replace("/", "-").removesuffix(".html"))
    page = _opened(browser, home, 1280, "light")
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.screenshot(path=FOLDER / "home.png")
    page.context.close()
    take_exports(browser, home)
    take_print(browser, home)


def take_section(browser: Browser, url: str, section: str, name: str) -> None:
    """A part of a page by itself, on a wide screen."""
    page = _opened(browser, url, 1280, "light")
    # So high that nothing sticks to its top.
    page.set_viewport_size({"width": 1280, "height": 6000})
    page.locator(section).screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=80)
    page.context.close()
    sys.stdout.write(f"docs/pictures/{name}.jpg\n")


def take_sheet(browser: Browser, url: str, name: str, press: str = "") -> None:
    """A page at two widths, light and dark, after a press on what a selector names."""
    parts = [_part(browser, url, *state, press) for state in STATES]
    page = browser.new_page(viewport={"width": 1952, "height": HEIGHT + 24})
    page.set_content(SHEET.format("".join(parts)))
    page.screenshot(path=FOLDER / f"{name or 'home'}.jpg", type="jpeg", quality=72)
    page.close()
    sys.stdout.write(f"docs/pictures/{name or 'home'}.jpg\n")


def take_part(browser: Browser, url: str, selector: str, name: str) -> None:
    """A part of a page, for a page of the documentation."""
    page = _opened(browser, url, 1280, "light")
    part = page.locator(selector)
    part.scroll_into_view_if_needed()
    part.locator(".main-svg").first.wait_for()
    part.screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=80)
    page.context.close()


def take_gallery(browser: Browser, folder: Path) -> None:
    """Every board of the gallery, and what it shows."""
    for name in BOARDS:
        build_site(load_config(GALLERY / name), folder / name)
        with served(folder / name) as home:
            take_sheet(browser, home, f"board-{name}")
            if name == "aider":
                take_section(browser, f"{home}models/", "#trade-off", "trade-off-aider")
                asked = "models/?cost_usd=..10&best=model"
                take_sheet(browser, home + asked, "board-filters", "[data-filters-open]")
            elif name == "mteb":
                take_columns(browser, home)
            elif name == "bfcl":
                take_matrix(browser, home)


def take_care(browser: Browser, folder: Path) -> None:
    """The last rows of a board with an entry that does not quite compare.

    The makers of tau2-bench ran the standard entries themselves, with one simulator of users.
    """
    results = tau2()
    is_other = results["user_simulator"].ne("gpt-5.2") & results["user_simulator"].notna()
    results["comparable"] = results["user_simulator"].where(is_other)
    results["comparable"] = "user simulator " + results["comparable"]
    ran = results["type"].map({"standard": "reproduced", "custom": "self_reported"})
    results["verification"] = ran
    project = write_project(folder / "care", {"results": results}, TAU2)
    build_site(load_config(project), project / "site")
    with served(project / "site") as address:
        url = f"{address}boards/core/?all=type"
        take_section(browser, url, "#board-base", "board-cautions")


def take_reference(browser: Browser, folder: Path) -> None:
    """A board over time with the best of the year before as a line."""
    results = aider()
    best = {"model": ["o1-2024-12-17 (high)"], "role": ["reference"]}
    models = pd.DataFrame({"model": results["model"].unique()}).merge(
        pd.DataFrame(best), on="model", how="left"
    )
    project = write_project(folder / "reference", {"results": results, "models": models}, AIDER)
    build_site(load_config(project), project / "site")
    with served(project / "site") as address:
        take_part(browser, f"{address}models/", "#over-time figure", "reference-row")


def take_exports(browser: Browser, home: str) -> None:
    """Three charts as the share menu saves them."""
    for path, chart in EXPORTS.items():
        page = _opened(browser, home + path, 1280, "light")
        menu = page.locator(f"#{chart} .share")
        menu.locator("summary").click()
        with page.expect_download() as waiting:
            menu.get_by_role("button", name="Download PNG").click()
        picture = base64.b64encode(Path(waiting.value.path()).read_bytes()).decode()
        page.set_content(f'<img width="1000" src="data:image/png;base64,{picture}">')
        name = f"export-{chart.partition('-')[2]}.jpg"
        page.locator("img").screenshot(path=FOLDER / name, type="jpeg", quality=80)
        page.context.close()


def take_columns(browser: Browser, home: str) -> None:
    """A board with tasks as columns, and the menu that offers them."""
    address = f"{home}models/?task=Banking77Classification&task=STS17&worst=SemRel24STS#board"
    wide, phone = (_opened(browser, address, width, "light") for width in (1280, 390))
    phone.locator(".columns > summary").first.click()
    phone.get_by_role("button", name="parts of SemRel24STS").click()
    phone.get_by_label("Worst part").scroll_into_view_if_needed()
    parts = []
    for page, width, shown in ((wide, 1280, 960), (phone, 390, 300)):
        page.set_viewport_size({"width": width, "height": 600 * width // shown})
        page.locator("#board").evaluate("head => scrollTo(0, head.offsetTop - 80)")
        picture = base64.b64encode(page.screenshot(type="png")).decode()
        parts.append(PART.format(shown, 600, f"data:image/png;base64,{picture}"))
        page.context.close()
    sheet = browser.new_page(viewport={"width": 1296, "height": 624})
    sheet.set_content(SHEET.format("".join(parts)))
    sheet.screenshot(path=FOLDER / "board-columns.jpg", type="jpeg", quality=72)
    sheet.close()


def take_matrix(browser: Browser, home: str) -> None:
    """The matrix of a board by itself."""
    page = _opened(browser, f"{home}models/", 1280, "light")
    page.add_style_tag(content=".site-head { position: static !important; }")
    picture = FOLDER / "matrix-bfcl.jpg"
    page.locator(".matrix").screenshot(path=picture, type="jpeg", quality=80)
    page.context.close()


def take_print(browser: Browser, home: str) -> None:
    """The home page as it is printed."""
    page = _opened(browser, home, PAPER_WIDTH, "light")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER_WIDTH, "height": PRINTED})
    page.screenshot(path=FOLDER / "print-home.jpg", type="jpeg", quality=72)
    page.context.close()


def _opened(browser: Browser, url: str, width: int, scheme: str) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    page.evaluate("document.fonts.ready")
    scroll_through(page)
    page.evaluate("scrollTo(0, 0)")
    return page


def _part(browser: Browser, url: str, width: int, scheme: str, shown: int, press: str) -> str:
    page = _opened(browser, url, width, scheme)
    if press:
        page.locator(press).click()
    # The window is as high as what is shown, so that what sticks to its top stays at the top.
    page.set_viewport_size({"width": width, "height": HEIGHT * width // shown})
    picture = base64.b64encode(page.screenshot(type="png")).decode()
    page.context.close()
    return PART.format(shown, HEIGHT, f"data:image/png;base64,{picture}")


if __name__ == "__main__":
    path = find_or_install_chromium()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=LAUNCH_ARGS)
        site = Path(folder) / "site"
        build_site(load_config(ROOT), site)
        with served(site) as address:
            take_pictures(chromium, address)
        take_gallery(chromium, Path(folder))
        take_care(chromium, Path(folder))
        take_reference(chromium, Path(folder))
        files = {"results": aider(), "models": aider_models()}
        project = write_project(Path(folder) / "open", files, AIDER + OPEN_WEIGHTS)
        build_site(load_config(project), project / "site")
        with served(project / "site") as address:
            take_part(chromium, f"{address}models/", "#over-time figure", "over-time")
        chromium.close()
