"""A site of one's own: colours and logo, pages of words, where header and footer lead."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from site_builder.addresses import make_slugs
from site_builder.build import make_files
from site_builder.config import Colours, load_config
from site_builder.errors import FaultsError
from site_builder.render.assets import TOKENS_SHEET, colours_of, contrast, default_folder, mixed
from tests.helpers.browsing import breaches, open_page
from tests.helpers.sites import ROOT, BuiltSite, build, target
from tests.helpers.tables import SITE_TOML

# A token as the browser reads it, and every colour that the chart of a page is painted in.
TOKEN = """name => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = `var(${name})`;
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
}"""
PAINTS = """[...document.querySelectorAll('.main-svg *')].flatMap(
    part => [getComputedStyle(part).fill, getComputedStyle(part).stroke])"""
OURS = ROOT / "docs/theme.md"


def built(project: Path, toml: str, **pages: str) -> BuiltSite:
    """The site of a project with this `site.toml` and these pages of its own."""
    write_pages(project, **pages)
    (project / "site.toml").write_text(toml, encoding="utf8")
    return build(project)


def write_pages(project: Path, **pages: str) -> None:
    """Give a project pages of its own, by their names."""
    (project / "data/content/pages").mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (project / f"data/content/pages/{name}.md").write_text(text, encoding="utf8")


def said(project: Path) -> list[str]:
    with pytest.raises(FaultsError) as error:
        make_files(load_config(project))
    return str(error.value).splitlines()


def sheet_of(site: BuiltSite, name: str) -> str:
    found = [path for path in site.files if re.fullmatch(rf"assets/css/{name}\.\w+\.css", path)]
    assert 1 == len(found)
    return site.files[found[0]].decode()


def links(site: BuiltSite, selector: str, path: str = "") -> list[tuple[str, str]]:
    return [(a.get_text(), str(a["href"])) for a in site.page(path).select(f"{selector} a")]


def test_colours_go_into_a_sheet_of_their_own(project):
    """After the generator's; a theme that is not named keeps its colour.

    Tints follow the colours that they are of.
    """
    light = '[theme.light]\naccent = "#800000"\ngain = "#008000"\n'
    toml = f'{light}[theme.dark]\naccent_ink = "#000000"\n'
    site = built(project, toml)
    sheet = sheet_of(site, "theme")
    colours = (
        "--accent: light-dark(#800000, #4fd1c0); --gain: light-dark(#008000, #4fd1c0); "
        "--band: light-dark(#80000040, #27635f); --heat: light-dark(#80000024, #4fd1c02e); "
        # 0.14 of the gain over the white card: 255 * 0.86 is 219, db
        "--heat-low: light-dark(#dbeddb, #1d3336); --accent-ink: light-dark(#ffffff, #000000);"
    )
    assert f":root:root {{{colours}}}" in sheet
    for path, page in site.pages():
        links = [str(link["href"]) for link in page.select("[rel=stylesheet]")]
        css = "".join(site.files[target(path, link)[0]].decode() for link in links)
        assert css.startswith(sheet_of(site, "tokens")), path
        assert css.removeprefix(sheet_of(site, "tokens")).lstrip().startswith(sheet), path


def rgb(colour: str) -> str:
    """As a browser writes `#rrggbb`."""
    return f"rgb({', '.join(str(part) for part in bytes.fromhex(colour[1:]))})"


OLDER = """\
@layer tokens, base, layout, components, pages;
@layer tokens {
  :root { color-scheme: light; --paper: #fefefe; --ink: #111111; }
  :root[data-theme="dark"] { color-scheme: dark; --paper: #010101; --ink: #eeeeee; }
  @media (prefers-color-scheme: dark) {
    :root:not([data-theme]) { color-scheme: dark; --paper: #010101; --ink: #eeeeee; }
  }
}
"""


def test_colours_of_a_sheet():
    """In one rule for both themes, or in a rule for each."""
    both = ":root { --paper: light-dark(#fefefe, #010101); --ink: light-dark(#111111, #eeeeee); }"
    for sheet in (both, OLDER):
        assert {"paper": "#fefefe", "ink": "#111111"} == colours_of(sheet)
        assert {"paper": "#010101", "ink": "#eeeeee"} == colours_of(sheet, "dark")
    assert {} == colours_of("a { --paper: #fefefe; }", "dark")


@pytest.mark.parametrize(
    ("sheet", "toml", "light", "dark"),
    [
        ("", "", "#fbfbfa", "#0f141a"),
        (OLDER, '[theme.dark]\npaper = "#000080"\n', "#fefefe", "#000080"),
    ],
)
def test_both_themes(project, chromium, sheet, toml, light, dark):
    """The system's, without scripts too; the visitor's choice over it; charts in its colours.

    A theme of `site.toml` holds over a sheet of the project.
    """
    if sheet:
        (project / "static/css").mkdir(parents=True)
        (project / "static/css/tokens.css").write_text(sheet)
    home = built(project, toml).url
    plain, _ = open_page(chromium, home, java_script_enabled=False)
    page, _ = open_page(chromium, home)
    for scheme, seen, other in (("light", light, dark), ("dark", dark, light)):
        plain.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(plain.locator("html")).to_have_css("background-color", rgb(seen))
        page.evaluate("localStorage.clear()")
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.reload()
        expect(page.locator("html")).to_have_css("background-color", rgb(seen))
        assert seen == page.evaluate("site.colour('--paper')")
        page.get_by_role("button", name="Dark theme").click()
        expect(page.locator("html")).to_have_css("background-color", rgb(other))
        assert other == page.evaluate("site.colour('--paper')")
        page.reload()
        expect(page.locator("html")).to_have_css("background-color", rgb(other))


def test_every_colour_is_one_of_the_style_sheet_and_explained():
    """None is set in vain; docs/theme.md has a row for each."""
    sheet = (default_folder("static") / TOKENS_SHEET).read_text(encoding="utf8")
    names = [name.replace("_", "-") for name in Colours.model_fields]
    assert [] == [name for name in names if name not in colours_of(sheet)]
    assert [] == [n for n in names if n in colours_of(sheet, "dark") and n not in names]
    rows = re.findall(r"^\| `(\w+)` \| ", OURS.read_text(encoding="utf8"), re.MULTILINE)
    assert [*Colours.model_fields] == rows


def test_a_text_that_cannot_be_read(project):
    """No pair of ours is told of when a project names one colour of each theme."""
    toml = '[theme.light]\nink = "#000000"\n[theme.dark]\nink = "#ffffff"\n'
    assert () == built(project, toml).warnings
    site = built(project, '[theme.light]\nsoft = "#cccccc"\n')
    assert (
        "site.toml: theme.light: soft #cccccc on paper #fbfbfa has a contrast of 1.6. "
        "Text needs 4.5 to be read.",
    ) == site.warnings


@pytest.mark.parametrize(
    ("text", "ground", "expected"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),  # the grey that just fails, of WCAG's own examples
        ("#0f766e", "#0f766e", 1.0),
        ("#00000080", "#ffffff", None),
    ],
)
def test_contrast(text, ground, expected):
    """As WCAG defines it; not known of what shines through."""
    found = contrast(text, ground)
    assert expected == (None if found is None else round(found, 2))


def test_a_mix_of_two_colours():
    """A share of one over the other: 0.25 * 200 + 0.75 * 100 is 125, 7d in hexadecimal."""
    assert "#7d7d7d" == mixed("#c8c8c8", "#646464", 0.25)
    assert "#ffffff" == mixed("#000000", "#fff", 0.0)


def test_a_logo(project):
    (project / "static").mkdir()
    (project / "static/logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    site = built(project, '[theme]\nlogo = "logo.svg"\n')
    pictures = site.page("models/").select(".brand img, .brand svg")
    assert ["img"] == [picture.name for picture in pictures]
    assert "" == pictures[0]["alt"]
    assert f"assets/{str(pictures[0]['src']).rsplit('/', 1)[-1]}" in site.files


COLOUR = "must be a colour such as #0f766e"


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        ('light.ink = "red"', f" {COLOUR}"),
        ('light.ink = "#0f766e; } body { x: y"', f" {COLOUR}"),
        ('logo = "../x.svg"', " must name an image in static/, such as logo.svg"),
    ],
)
def test_a_bad_colour_and_a_bad_logo(project, stated, fault):
    (project / "site.toml").write_text(f"[theme]\n{stated}\n")
    assert [f"site.toml: theme.{stated}{fault}"] == said(project)
    (project / "site.toml").write_text('[theme]\nlogo = "logo.svg"\n')
    line = "site.toml: theme.logo: static/logo.svg is not there. Put it there."
    assert [line] == said(project)


def test_a_page_of_words(project):
    """Title, live figures, links of other pages to it; in footer, quick find and sitemap."""
    toml = '[site]\nbase_url = "https://x.example/"\ncards = false\n'
    text = "\n# How *we* measure #\n\nOn {{ stats.tasks }} tasks.\n\n## A part\n"
    site = built(
        project,
        toml,
        **{"our-method": text, "imprint": "[Method]({{ link('page', 'our-method') }})"},
    )
    page = site.page("pages/our-method/")
    assert ["How *we* measure"] == [head.get_text() for head in page.select("h1")]
    assert "On 2 tasks." in page.get_text()
    assert ["A part"] == [head.get_text() for head in page.select("main h2")]
    assert ("How *we* measure", "../pages/our-method/") in links(site, "footer", "models/")
    assert ("Imprint", "../../pages/imprint/") not in links(site, "header", "models/alpha/")
    assert [("Method", "../our-method/")] == links(site, ".prose", "pages/imprint/")
    assert b"https://x.example/pages/our-method/" in site.files["sitemap.xml"]
    found = next(c for p, c in site.files.items() if re.fullmatch(r"assets/data/find\.\w+\.js", p))
    assert b"pages/our-method/" in found


def test_the_title_of_a_page(project):
    """Its heading if it begins with one, else its name."""
    texts = {
        "first": ("# One\n\nTwo", "One"),
        "our-method": ("Two\n\n# One", "Our method"),
        "x": ("# <b> & {{ x }}", "<b> & {{ x }}"),
        "caf\xe9": ("", "Caf\xe9"),
    }
    site = built(project, "", **{name: text for name, (text, _) in texts.items()})
    for name, slug in make_slugs(texts).items():
        page = site.page(f"pages/{slug}/")
        assert [texts[name][1]] == [head.get_text() for head in page.select("h1")]


def test_navigation(project):
    """Header and footer lead where they are told, in that order, and nowhere else."""
    toml = """
[site]
repository = "https://x.example/code"
[navigation.header]
Board = "models"
Method = "pages/method"
Blog = "https://x.example/blog/"
Prices = "serving"
[navigation.footer]
Imprint = "pages/imprint"
"""
    site = built(project, toml, method="# How", imprint="")
    header = [
        ("Board", "../"),
        ("Method", "../../pages/method/"),
        ("Blog", "https://x.example/blog/"),
    ]
    assert header == links(site, "header nav", "models/alpha/")
    assert [("Imprint", "pages/imprint/")] == links(site, "footer li")
    current = site.page("pages/method/").select("header [aria-current]")
    assert ["Method"] == [link.get_text() for link in current]


def test_what_lies_beside_the_site_is_linked_where_its_address_is_known(project):
    toml = '[navigation.footer]\nManual = "./docs/"\nGallery = "../"\nData = "data"\n'
    assert [("Data", "data/")] == links(built(project, toml), "footer li")
    toml += '[site]\nbase_url = "https://x.example/boards/mine/"\ncards = false\n'
    assert [
        ("Manual", "https://x.example/boards/mine/docs/"),
        ("Gallery", "https://x.example/boards/"),
        ("Data", "data/"),
    ] == links(built(project, toml), "footer li")


def test_an_entry_that_leads_nowhere(project):
    """Each is told, with what was meant; faults of tables do not hide it."""
    write_pages(project, method="")
    (project / "site.toml").write_text(
        '[navigation.header]\nA = "pages/methd"\nB = "taks"\n'
        '[navigation.footer]\nC = "javascript:alert(1)"\n'
    )
    expected = [
        "site.toml: navigation.header: 'A' leads to 'pages/methd', which is no page. "
        "Did you mean 'pages/method'?",
        "site.toml: navigation.header: 'B' leads to 'taks', which is no page. "
        "Did you mean 'tasks'?",
        "site.toml: navigation.footer: 'C' leads to 'javascript:alert(1)', which is no page. "
        "Name a page, or a link with https://.",
    ]
    assert expected == said(project)
    (project / "data/results.parquet").unlink()
    assert expected == said(project)[-3:]


def test_the_documentations_own_example_builds(project):
    """Every block of TOML in docs/theme.md, with the files that it names."""
    blocks = re.findall(r"```toml\n(.*?)```", OURS.read_text(encoding="utf8"), re.DOTALL)
    (project / "static").mkdir()
    (project / "static/logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    site = built(project, "\n".join(blocks), **{"our-method": "", "imprint": ""})
    assert () == site.warnings


def test_looks_in_a_browser(project, chromium):
    """Colours reach pages and charts, the logo is drawn; no complaint."""
    write_pages(project, method="# How\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    (project / "static").mkdir()
    square = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    (project / "static/logo.svg").write_text(square)
    toml = (
        '[theme]\nlogo = "logo.svg"\nlight = { accent = "#800000", gain = "#004d40" }\n'
        'dark = { accent = "#ffb4ab", gain = "#80cbc4" }\n'
    )
    home = built(project, f"{SITE_TOML}{toml}").url
    red, teal = "rgb(255, 180, 171)", "rgb(128, 203, 196)"
    page, heard = open_page(chromium, f"{home}pages/method/", color_scheme="dark")
    expect(page.locator(".brand-logo")).to_have_css("height", "28px")
    expect(page.locator("footer a").first).to_be_visible()
    page.goto(f"{home}models/")
    assert red == page.evaluate(TOKEN, "--accent")
    plot = page.locator("[data-chart]").first
    plot.scroll_into_view_if_needed()
    expect(plot).to_have_attribute("data-drawn", "wide")
    assert {red, teal} & {*page.evaluate(PAINTS)}
    page.goto(f"{home}pages/method/")
    assert [] == breaches(page)
    assert [] == heard.complaints
