"""The glossary: plain sentences, one source for it and for what is explained in place."""

import re

import pytest
from bs4 import Tag

from tests.helpers.odd_boards import built
from tests.helpers.sites import BuiltSite, single_spaced, target

NAMES = ("index", "sparse", "one_task", "mixed_directions", "without_results")


def words(site: BuiltSite) -> dict[str, Tag]:
    """The words of the page by their ids."""
    return {str(word["id"]): word for word in site.page("glossary/").select(".terms > div")}


def text(word: Tag, selector: str) -> str:
    """What a part of a word says, without its link."""
    part = word.select(selector)[0]
    return single_spaced("".join(node for node in part.strings if not node.find_parent("a")))


@pytest.mark.parametrize("name", NAMES)
def test_each_word_has_two_short_sentences(name):
    """In the order of the alphabet; no word in braces is left."""
    found = words(built(name))
    assert len(found) > 10
    for id_, word in found.items():
        sentences = re.split(r"(?<=[.]) (?=[A-Z])", text(word, "dd"))
        assert 1 <= len(sentences) <= 2, id_
        assert all(len(sentence.split()) <= 25 for sentence in sentences), id_
        assert "{" not in word.get_text()
    names = [text(word, "dt").lower() for word in found.values()]
    assert sorted(names) == names


@pytest.mark.parametrize("name", NAMES)
def test_words_lead_to_how_they_are_computed(name):
    """Only to sections that the board has: a word of another is not listed."""
    site = built(name)
    for id_, word in words(site).items():
        for link in word.select("a"):
            file, anchor = target("glossary/index.html", str(link["href"]))
            assert anchor in site.readings[file].ids, id_


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
