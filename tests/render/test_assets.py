"""Static files: found, named by their content, joined into bundles."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from site_builder.errors import SiteError
from site_builder.render.assets import (
    BUNDLE_SCRIPT,
    BUNDLE_SHEET,
    SCRIPTS,
    SHEETS,
    default_folder,
    load_assets,
    make_bundles,
)

SVG_NAME = b"http://www.w3.org/2000/svg"
NEEDED = {
    "vendor/plotly-cartesian.min.js": b"plot()",
    "vendor/inter-latin-wght-normal.woff2": b"font",
}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A generator's static folder with no more than what every site needs."""
    return write(tmp_path / "default" / "static", NEEDED)


def hashed(name: str, content: bytes) -> str:
    """The published path of a file with this content."""
    stem, _, ending = name.rpartition(".")
    return f"assets/{stem}.{sha256(content).hexdigest()[:10]}.{ending}"


def test_published_names_hold_a_hash_of_the_content(static):
    """A file may be cached for ever, since one with other content has another name."""
    write(static, {"js/a.js": b"one", "b.js": b"two"})
    assets = load_assets([static])
    assert hashed("js/a.js", b"one") == assets.path("js/a.js")
    assert hashed("b.js", b"two") == assets.path("b.js")
    assert b"one" == assets.files[assets.path("js/a.js")]


def test_files_with_fixed_names(static):
    """Browsers ask for the icon at the root; licences are there to be found by people."""
    write(static, {"favicon.svg": b"<svg/>", "vendor/font-LICENSE.txt": b"OFL"})
    assets = load_assets([static])
    assert "favicon.svg" == assets.path("favicon.svg")
    assert "vendor/font-LICENSE.txt" == assets.path("vendor/font-LICENSE.txt")


def test_the_chart_library_asks_to_be_compiled_as_it_comes(static):
    """By its first line, where a browser looks for that; all else is as it was fetched."""
    assets = load_assets([static])
    published = assets.files[assets.path("vendor/plotly-cartesian.min.js")]
    assert b"//# allFunctionsCalledOnLoad\nplot()" == published


def test_files_that_are_not_published(static):
    """Notes, source maps and what an operating system leaves behind stay where they are."""
    write(static, {"README.md": b"", "js/a.js.map": b"", ".DS_Store": b"", "js/.hidden.js": b""})
    assert set(NEEDED) == set(load_assets([static]).paths)


@pytest.mark.parametrize(
    "spelt", ['url("../vendor/f.woff2")', "url('../vendor/f.woff2')", "url(../vendor/f.woff2)"]
)
def test_links_of_a_style_sheet_lead_to_the_published_name(static, spelt):
    write(static, {"css/a.css": f"@font-face {{ src: {spelt} }}".encode(), "vendor/f.woff2": b"f"})
    assets = load_assets([static])
    published = hashed("vendor/f.woff2", b"f").removeprefix("assets/")
    expected = f'@font-face {{ src: url("../{published}") }}'.encode()
    assert expected == assets.files[assets.path("css/a.css")]


def test_name_of_a_style_sheet_changes_with_what_it_links_to(static, tmp_path):
    css = {"css/a.css": b"a{src:url(../vendor/inter-latin-wght-normal.woff2)}"}
    before = load_assets([write(static, css)]).path("css/a.css")
    other = write(
        tmp_path / "other", {**NEEDED, "vendor/inter-latin-wght-normal.woff2": b"new", **css}
    )
    assert before != load_assets([other]).path("css/a.css")


def test_links_of_a_style_sheet_that_lead_to_no_file(static):
    css = b"a{background:url(data:image/png;base64,xx)}b{mask:url(#m)}"
    write(static, {"css/a.css": css})
    assets = load_assets([static])
    assert css == assets.files[assets.path("css/a.css")]


def test_link_of_a_style_sheet_to_a_file_that_is_not_there(static):
    write(static, {"css/a.css": b"a{background:url('../img/b.png')}"})
    with pytest.raises(SiteError) as error:
        load_assets([static])
    assert "static/css/a.css: it names url(../img/b.png), which is not there." == str(error.value)


def test_a_projects_own_file_replaces_ours(static, tmp_path):
    """By the same name; the rest stays, and what is new is added."""
    write(static, {"css/a.css": b"ours", "css/b.css": b"ours"})
    own = write(tmp_path / "own/static", {"css/a.css": b"own", "img/logo.svg": b"<svg/>"})
    assets = load_assets([own, static])
    assert b"own" == assets.files[assets.path("css/a.css")]
    assert b"ours" == assets.files[assets.path("css/b.css")]
    assert b"<svg/>" == assets.files[assets.path("img/logo.svg")]
    assert 2 == sum(path.endswith(".css") for path in assets.files)


def test_front_end_packages_that_are_not_fetched(static):
    """The message names the file and the command that fetches it."""
    name = "vendor/plotly-cartesian.min.js"
    (static / name).unlink()
    with pytest.raises(SiteError) as error:
        load_assets([static])
    expected = (
        f"static/{name}: the file is missing: the front-end packages are not fetched. "
        "Run `make vendor`."
    )
    assert expected == str(error.value)


def test_our_own_static_files_are_whole():
    """Everything that our style sheets name is there, and none of them reaches out of the site.

    What a drawing within a sheet is written in has a name that looks like an address.
    """
    assets = load_assets([default_folder("static")])
    sheets = {path: content for path, content in assets.files.items() if path.endswith(".css")}
    assert 5 <= len(sheets)
    outside = [
        re.findall(rb"(?:https?:)?//[\w.-]+\.\w|@import", content.replace(SVG_NAME, b""))
        for content in sheets.values()
    ]
    assert [] == [found for found in outside if found]


def test_scripts_and_sheets_of_ours_are_sent_without_comments(index_site):
    own = {
        path: text.decode()
        for path, text in index_site.files.items()
        if "/js/" in path or "/css/" in path
    }
    assert {".css", ".js"} == {Path(path).suffix for path in own}
    comment = re.compile(r"\s*(//.*|/\*((?!\*/).)*(\*/)?)")
    lines = [line for text in own.values() for line in text.splitlines()]
    assert [] == [line for line in lines if comment.fullmatch(line)]
    source = (default_folder("static") / "js/theme.js").read_text(encoding="utf8")
    (sent,) = (text for path, text in own.items() if "/theme." in path)
    kept = [line for line in source.splitlines() if not comment.fullmatch(line)]
    assert kept == sent.splitlines()


def test_scripts_of_a_project_are_sent_as_they_are(static):
    script = b"const a = `\n// no comment\n`;\n"
    write(static, {"js/a.js": script})
    assert script == load_assets([static]).files[hashed("js/a.js", script)]


def test_parts_are_joined_in_order():
    parts = {"js/theme.js": b"theme", "css/base.css": b"base", "css/tokens.css": b"tokens"}
    guarded = b"try {\ntheme\n} catch (error) { reportError(error); }\n"
    assert {BUNDLE_SHEET: b"tokens\nbase", BUNDLE_SCRIPT: guarded} == make_bundles(parts)


def test_every_part_is_there(index_site):
    """A name in the list has a file, but for the theme's sheet, which is a project's."""
    names = {
        path.rsplit("/", 1)[-1].split(".")[0] for path in index_site.files if "assets/" in path
    }
    assert {"theme"} >= {*SHEETS, *SCRIPTS} - names
