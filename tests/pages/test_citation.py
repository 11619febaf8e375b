"""Citations: of the site, its pages and single scores; as a sentence, and as BibTeX that holds."""

import re

import pytest
from playwright.sync_api import expect

from site_builder.addresses import Address
from site_builder.compute.catalog import Release
from site_builder.pages.page import Citation, citation_of
from site_builder.render.metadata import escape_bibtex, write_citation
from site_builder.render.urls import Urls
from tests.helpers.browsing import open_page
from tests.helpers.hostile import TEXTS as HOSTILE
from tests.helpers.odd_boards import built
from tests.helpers.sites import build_once, make_site
from tests.helpers.tables import SITE_TOML, board, write_project

HERE = Urls.of([Address("model", "alpha")], "https://example.org/board")
NOWHERE = Urls.of([Address("model", "alpha")])
DATED = Release("0123456789abcdef", "2024-05-02")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    toml = SITE_TOML.replace("[site]\n", "[site]\nreleased = 2024-05-02\n")
    return make_site(write_project(tmp_path_factory.mktemp("cited"), board(), toml))


def fields_of(bibtex: str) -> dict[str, str]:
    """The fields of an entry as BibTeX reads them: braces are counted, backslash or not."""
    head = re.match(r"@misc\{[a-z0-9-]+,", bibtex)
    assert head, bibtex
    found, depth, name, value = {}, 0, "", ""
    for mark in bibtex[head.end() : bibtex.rindex("}")]:
        depth -= mark == "}"
        assert depth >= 0, bibtex
        if depth:
            value += mark
        elif mark == "}":
            found[name.strip(" ,=\n")], name, value = value, "", ""
        elif mark != "{":
            name += mark
        depth += mark == "{"
    assert depth == 0, bibtex
    return found


def test_a_citation_of_the_site(site):
    text = write_citation(citation_of(site), HERE)
    short = site.results.release.short
    expected = f"Fixture board, data release {short}, 2024-05-02. https://example.org/board/"
    assert expected == text.sentence
    assert text.bibtex.startswith(f"@misc{{fixture-board-{short},\n")
    assert {
        "title": "{Fixture board}",
        "year": "2024",
        "note": f"Data release {short}, 2024-05-02",
        "url": "https://example.org/board/",
    } == fields_of(text.bibtex)


def test_a_citation_of_a_page(site):
    citation = citation_of(site, "Alpha", "Alpha is 1st.", Address("model", "alpha"))
    text = write_citation(citation, HERE)
    assert text.sentence.startswith("Alpha is 1st. Fixture board, data release ")
    assert text.sentence.endswith(" https://example.org/board/models/alpha/")
    assert "{Fixture board: Alpha}" == fields_of(text.bibtex)["title"]


def test_what_is_not_known_is_left_out():
    citation = Citation("B", "", "", Release("0123456789abcdef", None), Address("home"))
    text = write_citation(citation, NOWHERE)
    assert "B, data release 0123456789ab." == text.sentence
    assert {"title", "note"} == set(fields_of(text.bibtex))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50% of R&D, a_b #1 $x", r"50\% of R\&D, a\_b \#1 \$x"),
        ("{", r"{\textbraceleft}"),
        ("a}", r"a{\textbraceright}"),
        (r"\n", r"{\textbackslash}n"),
        ("~^", r"{\textasciitilde}{\textasciicircum}"),
        ("Zürich, 模型, μ", "Zürich, 模型, μ"),
        ("two\n lines", "two lines"),
        ('"quoted" @misc', '"quoted" @misc'),
    ],
)
def test_special_characters_of_tex_are_escaped(text, expected):
    assert expected == escape_bibtex(text)


@pytest.mark.parametrize("text", [*HOSTILE, "{", "}", "}},", "\\}", '"}', "%"])
def test_no_text_ends_its_field(text):
    """Whatever a model or a site is called, the entry has its four fields and closes."""
    citation = Citation(text, text, f"{text}.", DATED, Address("model", "alpha"))
    entry = write_citation(citation, HERE).bibtex
    found = fields_of(entry)
    assert ["title", "year", "note", "url"] == list(found)
    assert "2024" == found["year"]


def test_an_address_is_not_escaped():
    """Its percents and underscores are not escaped; a brace that would end the field is."""
    urls = Urls.of([], "https://example.org/a_b%20c/}/")
    entry = write_citation(Citation("B", "", "", DATED, Address("home")), urls).bibtex
    assert "https://example.org/a_b%20c/%7D/" == fields_of(entry)["url"]


def test_the_publishers_own_citation_comes_first(index_site):
    """As `site.toml` has it; then the one of the site, whose data it is not."""
    ids = index_site.readings["index.html"].ids
    assert ids.index("cite-source") < ids.index("cite-sentence")
    source = index_site.page("").select("#cite-source")[0].get_text()
    assert source.startswith("@misc{zhao2024loraland,")


def test_a_board_without_a_citation_of_its_own(project):
    """Is cited all the same, and by its address where that is known."""
    home = build_once(project, "https://example.org/board").page("")
    assert [] == home.select("#cite-source")
    assert "https://example.org/board/" == fields_of(home.select("#cite-bibtex")[0].text)["url"]


def test_a_script_completes_the_address(chromium, project):
    """Of the site, or of the page, as it is open; none on the disk."""
    site = build_once(project)
    for path in ("", "models/alpha/"):
        page, _ = open_page(chromium, site.url + path)
        entry = fields_of(str(page.locator("#cite-bibtex").text_content()))
        assert f"{site.url}{path}" == entry["url"]
        expect(page.locator("#cite-sentence")).to_have_text(re.compile(f"{site.url}{path}$"))
    page, _ = open_page(chromium, (site.folder / "index.html").as_uri())
    assert "url" not in fields_of(str(page.locator("#cite-bibtex").text_content()))


def test_citations_of_hostile_names_hold():
    site = built("hostile")
    paths = [path for path in site.html if path.count("/") == 2 and path[:4] in ("mode", "task")]
    found = [site.page(path).select("#cite-bibtex") for path in paths]
    entries = [tag.get_text() for tags in found for tag in tags]
    assert 2 * len(HOSTILE) == len(entries)
    assert [] == [entry for entry in entries if "note" not in fields_of(entry)]


def test_every_citation_has_a_button_that_copies_it(index_site):
    for path in ("", "data/", "models/gpt-4/", "tasks/gsm8k/"):
        soup = index_site.page(path)
        told = {str(tag.get("id")): str(tag["data-copied"]) for tag in soup.select("[data-copied]")}
        cited = {"cite-sentence": "Copy sentence", "cite-bibtex": "Copy BibTeX"}
        assert cited.items() <= told.items(), path
        assert [1] * len(told) == [len(soup.select(f"[id='{name}']")) for name in told], path
