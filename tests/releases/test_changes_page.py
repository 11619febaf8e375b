"""`build --previous`: the page of changes, the feed, and what is said where there is none."""

import re
import shutil
from datetime import date
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from site_builder.build import load_project
from site_builder.compute.catalog import Release
from site_builder.config import SiteConfig
from site_builder.releases.changes import find_changes
from site_builder.releases.feed import MAX_ENTRIES, FeedEntry, ReleaseNews, make_entries, read_feed
from site_builder.releases.snapshot import Snapshot
from tests.commands.test_cli import run
from tests.helpers.browsing import both_sizes, breaches_at, open_page, overflow
from tests.helpers.editions import (
    BASE,
    DAYS,
    build,
    newer_results,
    older_results,
    toml,
    write_editions,
    write_several,
)
from tests.helpers.serve import served
from tests.helpers.sites import (
    BuiltSite,
    contents,
    load_json,
    noted_rows,
    single_spaced,
    table,
    target,
    visible,
)
from tests.helpers.tables import board, changed, results_frame, write_project

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two editions of `tests/helpers/editions.py`, the older one published too."""
    return write_editions(tmp_path_factory.mktemp("editions"))


@pytest.fixture(scope="module")
def site(folder: Path) -> BuiltSite:
    """The newer edition, compared with the older project."""
    return build(folder / "new", folder / "old")


def texts(site: BuiltSite, name: str) -> list[list[str]]:
    """What is read in the rows of a table of the page of changes."""
    return noted_rows(site.page("changes/"), f"changes-{name}")


def test_scores(site):
    """Beyond noise first. 1.96 sqrt(0.25 * 0.75 / 100 + 0.3125 * 0.6875 / 100) is 0.124."""
    assert [
        ["Alpha", "Sorting [Fine-tuned]", "0.500", "0.125", "\N{MINUS SIGN}0.375", "beyond noise"],
        ["Alpha", "Addition [Fine-tuned]", "0.750", "0.500", "\N{MINUS SIGN}0.250", "beyond noise"],
        ["Beta", "Sorting [Fine-tuned]", "0.250", "0.313", "+0.063", "within noise"],
    ] == texts(site, "scores")
    assert [["Delta", "Addition [Base]", "0.500"]] == texts(site, "added")
    assert [["GAMMA", "Sorting [Base]", "0.375"]] == texts(site, "removed")


def test_the_rest(site):
    ranks = texts(site, "ranks")
    assert [["Beta [Fine-tuned]", "2", "1"], ["Alpha [Fine-tuned]", "1", "2"]] == ranks[:2]
    assert ["GAMMA [Base]", "1", "unranked"] == ranks[-1]
    assert [["Delta"]] == texts(site, "models-added")
    assert [["GAMMA", "name", "Gamma", "GAMMA"]] == texts(site, "models")
    assert [["Alpha", "Addition [Base]", "source"]] == texts(site, "lost")


def test_the_page_says_it_in_a_sentence(site):
    lede = single_spaced(site.page("changes/").select(".lede")[0].get_text())
    expected = "3 scores changed, 2 beyond noise. 1 score added. 1 score removed. 1 model added. "
    start = rf"Changes since data release \w{{12}}, 2024-05-02\. {re.escape(expected)}"
    assert re.match(start, lede)


def test_what_is_lower_and_better_has_a_plus(folder, tmp_path):
    """The page turns differences, as all pages do; the document does not."""
    tasks = board()["tasks"].assign(higher_is_better=False)
    frames = {**board(), "tasks": tasks}
    old = write_project(tmp_path / "old", {**frames, "results": older_results()}, toml(None))
    new = write_project(tmp_path / "new", {**frames, "results": newer_results()[:-1]}, toml(None))
    site = build(new, old)
    assert ["0.500", "0.125", "+0.375"] == texts(site, "scores")[0][2:5]
    change = load_json(site.files["api/v1/changes.json"])["scores"]["changed"][0]
    assert (-0.375, True) == (change["difference"], change["better"])


def test_a_site_of_several_boards(tmp_path):
    """Ranks and rules name their board; measures their label; entries have their pages."""
    site = build(
        write_several(tmp_path / "new", add=0.1, cost=3.0), write_several(tmp_path / "old")
    )
    assert ["Both", "a (x)", "3", "1"] == texts(site, "ranks")[0]
    assert ["a (x)", "whole: last", "Cost (USD)", "2", "3"] == texts(site, "measures")[0]


def test_scores_of_now_lead_to_their_rows(site):
    (row, *_) = table(site.page("changes/"), "changes-scores")
    path, anchor = target("changes/index.html", row["after"].href)
    assert ("models/alpha/index.html", "score-sort") == (path, anchor)
    assert anchor in site.readings[path].ids
    assert "" == row["before"].href
    assert "" == table(site.page("changes/"), "changes-removed")[0]["score"].href


def test_the_document_is_what_the_command_says(site, folder):
    """`diff --format json` of the same two, but for the claims, which a build proves."""
    said = run("diff", folder / "old", folder / "new", "--format", "json")
    assert load_json(said.stdout) | {"claims": None} == site.api("changes")


def feed_of(site: BuiltSite) -> ElementTree.Element:
    """The feed, with whatever RFC 4287 asks of one."""
    feed = ElementTree.fromstring(site.files["changes/feed.xml"])
    assert f"{ATOM}feed" == feed.tag
    for part in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (found,) = part.findall(f"{ATOM}{name}")
            assert found.text, name
        assert re.fullmatch(r"(https|urn):\S+", part.findtext(f"{ATOM}id") or "")
        moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        assert re.fullmatch(moment, part.findtext(f"{ATOM}updated") or "")
        links = [(link.get("rel"), link.get("href")) for link in part.findall(f"{ATOM}link")]
        assert ("alternate", f"{BASE}changes/") in links
        assert len({*links}) == len(links)
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    (own,) = [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert f"{BASE}changes/feed.xml" == own.get("href")
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len({*ids}) == len(ids)
    return feed


def entries_of(site: BuiltSite) -> tuple[FeedEntry, ...]:
    feed_of(site)
    found = read_feed(site.files["changes/feed.xml"])
    assert found is not None
    return found


def test_the_feed(site):
    """An entry for this release, of the day of its data, with an id that is of the releases."""
    feed = feed_of(site)
    assert f"{DAYS[1]}T00:00:00Z" == feed.findtext(f"{ATOM}updated")
    (entry,) = entries_of(site)
    release = site.api("stats")["release"]["sha256"][:12]
    scores = "3 scores changed, 2 beyond noise. 1 score added. 1 score removed."
    assert f"Data release {release}: {scores}" == entry.title
    assert f"{DAYS[1]}T00:00:00Z" == entry.updated
    assert 5 == UUID(entry.id).version
    told = "Alpha (Fine-tuned) went from 0.500 to 0.125 on Sorting, beyond noise. "
    assert told in entry.text
    assert entry.text.endswith("The score of GAMMA (Base) on Sorting was removed: 0.375.")


def test_a_feed_reader_finds_it(site):
    for path, soup in site.pages():
        links = soup.select('link[rel="alternate"][type="application/atom+xml"]')
        assert (0 if path.startswith("embed/") else 1) == len(links), path


def test_entries_are_carried_on_and_building_again_adds_none(folder, tmp_path):
    one = build(folder / "new", folder / "old/site")
    assert [] == one.page("changes/").select("#earlier")
    again = build(folder / "new", one.folder)
    assert one.files == again.files
    same = build(folder / "old", folder / "old/site")
    assert visible(same.page("changes/").select(".lede")[0]).endswith(". Nothing changed.")
    frames = {**board(), "results": older_results().assign(score=0.5)}
    two = build(write_project(tmp_path / "two", frames, toml("2024-07-04")), one.folder)
    first, second = entries_of(two)
    assert ("2024-07-04T00:00:00Z", second) == (first.updated, entries_of(one)[0])
    (listed,) = two.page("changes/").select("#earlier + ul li")
    assert visible(listed).startswith(second.title)


def entries(day: str | None, earlier: tuple[FeedEntry, ...] = ()) -> tuple[FeedEntry, ...]:
    """The entries of the feed of a release of some day, in which nothing is told to differ."""
    old, new = (Snapshot(Release(name, day), {}, {}, {}, {}) for name in "ab")
    return make_entries(SiteConfig(root=Path()), ReleaseNews(find_changes(old, new), earlier))


def test_a_month_is_a_date_of_the_data():
    """A feed has moments: the first day of it. Without a date there is no entry."""
    (entry,) = entries("2024-06")
    assert "2024-06-01T00:00:00Z" == entry.updated
    assert () == entries(None)


def test_the_feed_stays_short():
    """The first, and others that were made last, whatever their days; each once."""
    earlier = [
        FeedEntry(f"urn:{i}", "t", "9999-12-31T00:00:00Z", "s") for i in range(MAX_ENTRIES + 4)
    ]
    own, *rest, first = entries("2024-06-03", (earlier[0], *earlier))
    assert ("2024-06-03T00:00:00Z", earlier[-1]) == (own.updated, first)
    assert earlier[: MAX_ENTRIES - 2] == rest


def test_entries_without_an_id_or_a_moment_are_left_out():
    good = "<id>urn:x</id><title>t</title><updated>2024-01-01T00:00:00Z</updated>"
    parts = (good, good.replace("urn:x", ""), good.replace("2024-01-01T00:00:00Z", "yesterday"))
    written = "".join(f"<entry>{part}</entry>" for part in parts)
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{written}</feed>'
    assert (FeedEntry("urn:x", "t", "2024-01-01T00:00:00Z", ""),) == read_feed(feed.encode())


@pytest.mark.parametrize("feed", [
    b"", b"<html></html>", b'<?xml version="1.0" encoding="nope"?><feed/>',
])  # fmt: skip
def test_an_unreadable_feed(feed):
    assert read_feed(feed) is None


def test_an_unreadable_feed_is_a_warning(folder, tmp_path):
    shutil.copytree(folder / "old/site", tmp_path / "site")
    (tmp_path / "site/changes/feed.xml").write_bytes(b"junk")
    site = build(folder / "new", tmp_path / "site")
    assert (
        "changes/feed.xml: cannot read the feed of the previous site. Its entries are dropped.",
    ) == site.warnings
    assert 1 == len(entries_of(site))


def test_without_a_date_there_is_no_feed_but_one_warning(folder, tmp_path):
    """A day of the build's would make other bytes of the same input."""
    project = write_project(tmp_path, {**board(), "results": newer_results()[:-1]}, toml(None))
    site = build(project, folder / "old")
    line = "site.toml: there is no feed of changes, since the day of the data is not known. "
    assert (f"{line}Name it as `released` in [site].",) == site.warnings
    assert "changes/index.html" in site.files
    assert "changes/feed.xml" not in site.files
    assert not any(b"atom+xml" in page for page in site.files.values())


# --- `--previous published` and `--released` ------------------------------------------------------


def test_the_published_site_is_the_previous_one(folder, tmp_path):
    """If there is one: a host that answers 404 has none yet.

    One that cannot be read is an error: else the next site would have a feed without its earlier
    entries.
    """
    frames = {**board(), "results": newer_results()[:-1]}
    root = write_project(tmp_path / "p", frames, toml(DAYS[1]))
    build_here = ("build", "--project", root, "--quiet", "--previous", "published", "--base-url")
    (tmp_path / "empty").mkdir()
    for place in (tmp_path / "empty", folder / "old/site"):
        with served(place) as address:
            said = run(*build_here, address)
        assert (0, "") == (said.exit_code, said.stderr)
        assert (place.name == "site") == (root / "site/changes/feed.xml").exists()
    before = contents(root / "site")
    said = run(*build_here, address)  # nobody listens there any more
    assert (1, before) == (said.exit_code, contents(root / "site"))
    assert said.stderr.startswith(f"{address}manifest.json: cannot be read: ")


def test_without_an_address_no_site_is_the_previous_one(tmp_path):
    root = write_project(tmp_path, board(), toml(DAYS[0], base=""))
    said = run("build", "--project", root, "--quiet", "--previous", "published")
    assert 0 == said.exit_code
    what = "there is no page of changes, since base_url does not say where the site is"
    assert [f"warning: site.toml: {what}. Set base_url in [site]."] == said.stderr.splitlines()


def test_the_day_of_the_data_by_an_option(tmp_path):
    """It goes before the newest date of the results, and behind what site.toml states."""
    results = older_results().assign(date=DAYS[1])
    root = write_project(tmp_path, {**board(), "results": results}, toml(None))
    said = run("build", "--project", root, "--quiet", "--released", "2025-07-08")
    assert (0, "") == (said.exit_code, said.stderr)
    stats = load_json((root / "site/api/v1/stats.json").read_bytes())
    assert "2025-07-08" == stats["release"]["date"]
    (root / "site.toml").write_text(toml(DAYS[0]))
    assert DAYS[0] == str(load_project(root, released=date(2025, 7, 8)).site.released)


def test_a_previous_edition_that_does_not_exist(tmp_path):
    """It is reported with every other fault of the project, and nothing is written."""
    frames = {**board(), "results": changed(results_frame(), "task", {1: "ad"})}
    project = write_project(tmp_path / "p", frames, "[sit]")
    said = run("build", "--project", project, "--previous", tmp_path / "nowhere", "--quiet")
    assert 1 == said.exit_code
    places = [line.partition(": ")[0] for line in said.stderr.splitlines()]
    assert {"site.toml", "data/results.parquet", str(tmp_path / "nowhere")} <= {*places}
    assert not (project / "site").exists()


@both_sizes
def test_axe_finds_nothing(chromium: Browser, site: BuiltSite, size: tuple[int, int]) -> None:
    page, heard = open_page(chromium, f"{site.url}changes/", size)
    assert overflow(page) <= 0
    assert [] == heard.complaints
    assert [] == breaches_at(page, size)
