"""What every page loads comes as one sheet and one script, and is still made of many."""

from playwright.sync_api import Browser, expect

from site_builder.render.assets import BUNDLE_SCRIPT, BUNDLE_SHEET, SCRIPTS, SHEETS, make_bundles
from tests.helpers.browsing import open_page
from tests.helpers.serve import served
from tests.helpers.sites import build, on_disk


def test_parts_stand_in_their_order():
    """As one after the other would be read; what a site does not have is left out."""
    parts = {"js/theme.js": b"theme", "css/base.css": b"base", "css/tokens.css": b"tokens"}
    guarded = b"try {\ntheme\n} catch (error) { reportError(error); }\n"
    assert {BUNDLE_SHEET: b"tokens\nbase", BUNDLE_SCRIPT: guarded} == make_bundles(parts)


def test_a_site_without_parts_has_no_bundle():
    """Nothing is published for nothing."""
    assert {} == make_bundles({"css/mine.css": b"a {}", "js/mine.js": b"1"})


def test_every_part_is_there(index_site):
    """A name in the list has a file, but for the theme's sheet, which is a project's."""
    names = {
        path.rsplit("/", 1)[-1].split(".")[0] for path in index_site.files if "assets/" in path
    }
    assert {"theme"} >= {*SHEETS, *SCRIPTS} - names


def test_a_page_asks_for_one_sheet_and_one_script(index_site):
    """Beside the script that runs before the first paint."""
    page = index_site.page("about/")
    sheets, scripts = page.select("[rel=stylesheet]"), page.select("script[src]")
    assert 1 == len(sheets)
    assert ["first", "every-page"] == [
        str(script["src"]).rsplit("/", 1)[-1].split(".")[0] for script in scripts
    ]


def test_what_one_script_raises_stops_no_other(chromium: Browser, project, tmp_path):
    """A project's own script is in the bundle; its fault is told, and the page does all else."""
    own = project / "static/js/numbers.js"
    own.parent.mkdir(parents=True)
    own.write_text('throw new Error("a fault of its own");', encoding="utf8")
    site = on_disk(build(project), tmp_path / "site")
    assert site.folder is not None
    with served(site.folder) as address:
        page, heard = open_page(chromium, address)
        expect(page.locator("thead .sort").first).to_be_visible()
        assert any("a fault of its own" in said for said in heard.complaints)
        page.context.close()
