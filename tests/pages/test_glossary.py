"""The glossary: plain sentences, one source for it and for what is explained in place."""

from bs4 import Tag

from tests.helpers.odd_boards import built
from tests.helpers.sites import BuiltSite, target


def words(site: BuiltSite) -> dict[str, Tag]:
    """The words of the page by their ids."""
    return {str(word["id"]): word for word in site.page("glossary/").select(".terms > div")}


def test_words_are_sorted(index_site):
    page = index_site.page("glossary/")
    names = [str(next(word.strings)).lower() for word in page.select(".terms dt")]
    assert sorted(names) == names
    assert "{" not in page.get_text()


def test_words_that_a_board_does_not_use_are_left_out():
    index, one = words(built("index")), words(built("three_columns"))
    assert {"lift", "baseline", "latency", "token", "correlation"} <= set(index)
    assert {"lift", "baseline", "latency", "token", "variant", "parameters"}.isdisjoint(one)
    assert {"tie", "ranks", "separable", "good-enough"}.isdisjoint(one)
    by_the_hour = words(built("failed_requests"))
    assert "latency" in by_the_hour
    assert "blend" not in by_the_hour
    assert {"task", "score", "rank", "release"} <= set(one)
    assert "GPT-4" in index["baseline"].get_text()


def test_every_page_leads_to_the_glossary(index_site):
    for path, soup in index_site.pages():
        if not path.startswith("embed/"):
            links = soup.select("footer a:-soup-contains(Glossary)")
            assert ["glossary/index.html"] == [target(path, str(a["href"]))[0] for a in links]
    (link,) = index_site.page("about/").select("#method ~ .note a")
    assert "glossary/index.html" == target("about/index.html", str(link["href"]))[0]


def test_a_project_adds_words_of_its_own(index_site):
    assert "LoRA" in index_site.page("glossary/").select("main > .prose")[0].get_text()
