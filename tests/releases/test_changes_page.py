"""`build --previous`: the page of changes, the feed, and what is said where there is none."""

import re
import shutil
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Browser

from site_builder.build import make_files
from site_builder.commands import main
from site_builder.config import load_config
from site_builder.publish.folder import publish
from site_builder.records import replace
from site_builder.releases.feed import MAX_ENTRIES, FeedEntry, read_feed
from tests.helpers.browsing import both_sizes, breaches, open_page, overflow
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
from tests.helpers.hostile import RUNS, TEXTS, write_hostile
from tests.helpers.serve import served
from tests.helpers.sites import (
    BuiltSite,
    is_outside,
    load_json,
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
    """What is read in the rows of a table of the page of changes, notes in brackets."""
    return [
        [f"{cell.text}{f' [{cell.note}]' if cell.note else ''}" for cell in row.values()]
        for row in table(site.page("changes/"), f"changes-{name}")
    ]


def test_scores(site):
    """Beyond noise first. 1.96 sqrt(0.25 * 0.75 / 100 + 0.3125 * 0.6875 / 100) is 0.124."""
    assert [
        ["Alpha", "Sorting [Fine-tuned]", "\N{MINUS SIGN}0.375", "0.500", "0.125", "beyond noise"],
        ["Alpha", "Addition [Fine-tuned]", "\N{MINUS SIGN}0.250", "0.750", "0.500", "beyond noise"],
        ["Beta", "Sorting [Fine-tuned]", "+0.063", "0.250", "0.313", "within noise"],
    ] == texts(site, "scores")
    assert [["Delta", "Addition [Base]", "0.500"]] == texts(site, "added")
    assert [["GAMMA", "Sorting [Base]", "0.375"]] == texts(site, "removed")


def test_the_rest(site):
    assert [
        ["Beta [Fine-tuned]", "2", "1", "1 up"],
        ["Alpha [Fine-tuned]", "1", "2", "1 down"],
    ] == texts(site, "ranks")[:2]
    assert [["Delta"]] == texts(site, "models-added")
    assert [["GAMMA", "name", "Gamma", "GAMMA"]] == texts(site, "models")
    assert [["Alpha", "Addition [Base]", "source"]] == texts(site, "lost")
    claims = site.page("changes/").select("#claims + ul li")
    assert ["No longer true: Alpha leads."] == [visible(claim) for claim in claims]


def test_the_page_says_it_in_a_sentence(site):
    lede = single_spaced(site.page("changes/").select(".lede")[0].get_text())
    expected = "3 scores changed, 2 beyond noise; 1 score added; 1 score removed; 1 model added; "
    assert re.match(rf"Since data release \w{{12}}, 2024-05-02: {re.escape(expected)}", lede)
    figures = site.page("changes/").select(".figures > div")
    assert ["3", "1", "1"] == [visible(figure.select("dd")[0]) for figure in figures[:3]]
    links = [target("changes/index.html", str(f.select("dt a")[0]["href"])) for f in figures]
    assert {("about/index.html", "changes"), ("about/index.html", "rank")} == {*links}


def test_what_is_lower_and_better_has_a_plus(folder, tmp_path):
    """The page turns differences, as all pages do; the document does not."""
    tasks = board()["tasks"].assign(higher_is_better=False)
    frames = {**board(), "tasks": tasks}
    old = write_project(tmp_path / "old", {**frames, "results": older_results()}, toml(None))
    new = write_project(tmp_path / "new", {**frames, "results": newer_results()[:-1]}, toml(None))
    site = build(new, old)
    assert ["+0.375", "0.500", "0.125"] == texts(site, "scores")[0][2:5]
    change = load_json(site.files["api/v1/changes.json"])["scores"]["changed"][0]
    assert (-0.375, True) == (change["difference"], change["better"])


def test_a_site_of_several_boards(tmp_path):
    """Ranks and rules name their board; measures their label; entries have their pages."""
    site = build(
        write_several(tmp_path / "new", add=0.1, cost=3.0), write_several(tmp_path / "old")
    )
    assert ["Both", "a (x)", "3", "1", "2 up"] == texts(site, "ranks")[0]
    assert ["a (x)", "whole: last", "Cost (USD)", "2", "3"] == texts(site, "measures")[0]


def test_scores_of_now_lead_to_their_rows(site):
    (row, *_) = table(site.page("changes/"), "changes-scores")
    path, anchor = target("changes/index.html", row["after"].href)
    assert ("models/alpha/index.html", "score-sort") == (path, anchor)
    assert anchor in site.readings[path].ids
    assert "" == row["before"].href
    assert "" == table(site.page("changes/"), "changes-removed")[0]["score"].href


def test_every_link_of_the_site_leads_somewhere(site):
    lost = [
        (path, link)
        for path, page in site.readings.items()
        for link in page.links
        if not is_outside(link)
        and path != "404.html"
        and (
            (found := target(path, link))[0] not in site.files
            or (found[1] and found[1] not in site.readings[found[0]].ids)
        )
    ]
    assert [] == lost
    for path, page in site.readings.items():
        if not path.startswith("embed/") and path != "404.html":
            led = [target(path, link)[0] for link in page.links if not is_outside(link)]
            assert {"changes/index.html", "changes/feed.xml"} <= {*led}, path
    assert f"<loc>{BASE}changes/</loc>" in site.files["sitemap.xml"].decode()
    assert b'"changes"' not in site.files["index.html"]


def test_the_way_from_the_data_page_and_no_way_from_the_navigation(site):
    data = site.page("data/")
    assert "changes.json" in visible(data.select("#api-files")[0])
    assert data.select('#release ~ p a[href="../changes/"]')
    assert not site.page("").select('.nav a[href*="changes"]')


def test_the_document_is_what_the_command_says(site, folder):
    """`diff --format json` of the same two."""
    said = CliRunner().invoke(
        main, ["diff", str(folder / "old"), str(folder / "new"), "--format", "json"]
    )
    assert said.stdout.encode() == site.files["api/v1/changes.json"]


def test_without_a_previous_edition_nothing_of_it_is_there(folder):
    files, _ = make_files(load_config(folder / "new"))
    assert [] == [path for path in files if "changes" in path]
    pages = [content for path, content in files.items() if path.endswith(".html")]
    assert [] == [page for page in pages if b"What changed" in page or b"atom+xml" in page]


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
    scores = "3 scores changed, 2 beyond noise; 1 score added; 1 score removed"
    assert f"Data release {release}: {scores}" == entry.title
    assert f"{DAYS[1]}T00:00:00Z" == entry.updated
    assert 5 == UUID(entry.id).version
    told = "Alpha (Fine-tuned) on Sorting from 0.500 to 0.125, beyond noise; "
    assert told in entry.text
    assert entry.text.endswith("GAMMA (Base) on Sorting removed, 0.375.")


def test_a_feed_reader_finds_it(site):
    for path, soup in site.pages():
        links = soup.select('link[rel="alternate"][type="application/atom+xml"]')
        assert (0 if path.startswith("embed/") else 1) == len(links), path


def test_the_same_editions_give_the_same_bytes(site, folder):
    assert site.files == build(folder / "new", folder / "old").files


def test_a_month_is_a_date_of_the_data(tmp_path):
    """A feed has moments: the first day of it."""
    frames = {**board(), "results": older_results().assign(date="2024-05")}
    old = write_project(tmp_path / "old", frames, toml(None))
    publish(build(old, old).files, tmp_path / "site")
    frames["results"] = newer_results()[:-1].assign(date="2024-06")
    site = build(write_project(tmp_path / "new", frames, toml(None)), tmp_path / "site")
    assert ["2024-06-01T00:00:00Z"] == [entry.updated for entry in entries_of(site)]


def test_entries_are_carried_on(folder, tmp_path):
    one = build(folder / "new", folder / "old/site")
    frames = {**board(), "results": older_results().assign(score=0.5)}
    two = build(write_project(tmp_path / "two", frames, toml("2024-07-04")), one.folder)
    first, second = entries_of(two)
    assert ("2024-07-04T00:00:00Z", second) == (first.updated, entries_of(one)[0])
    (listed,) = two.page("changes/").select("#earlier + ul li")
    assert visible(listed).startswith(second.title)
    assert [] == one.page("changes/").select("#earlier")


def test_building_again_adds_no_entry(folder, tmp_path):
    one = build(folder / "new", folder / "old/site")
    again = build(folder / "new", one.folder)
    assert entries_of(one) == entries_of(again)
    assert visible(again.page("changes/").select(".lede")[0]).endswith(": nothing changed.")


def test_a_feed_without_entries_can_be_subscribed_to(folder):
    feed = ElementTree.fromstring((folder / "old/site/changes/feed.xml").read_bytes())
    assert [] == feed.findall(f"{ATOM}entry")
    assert f"{DAYS[0]}T00:00:00Z" == feed.findtext(f"{ATOM}updated")


def with_feed(folder: Path, to: Path, feed: bytes) -> Path:
    """A copy of the older site with another feed."""
    shutil.copytree(folder / "old/site", to)
    (to / "changes/feed.xml").write_bytes(feed)
    return to


def feed_with(entries: list[FeedEntry]) -> bytes:
    """A feed of these entries, and no more than that."""
    parts = "".join(
        f"<entry><id>{e.id}</id><title>{e.title}</title><updated>{e.updated}</updated>"
        f"<summary>{e.text}</summary></entry>"
        for e in entries
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{parts}</feed>'.encode()


def test_the_feed_stays_short(folder, tmp_path):
    """Twenty entries, those made last; what has no id or no moment is left out."""
    entry = FeedEntry("urn:x", "t", "2024-01-01T00:00:00Z", "s")
    many = [replace(entry, id=f"urn:{i}") for i in range(24)]
    bad = [replace(entry, id=""), replace(entry, updated="yesterday")]
    previous = with_feed(folder, tmp_path / "site", feed_with([*bad, *many, many[0]]))
    found = entries_of(build(folder / "new", previous))
    assert MAX_ENTRIES == len(found)
    assert ["urn:0", "urn:18"] == [found[1].id, found[-1].id]


def test_entries_of_the_far_future_keep_no_later_one_out(folder, tmp_path):
    entry = FeedEntry("", "t", "9999-12-31T00:00:00Z", "s")
    many = [replace(entry, id=f"urn:{i}") for i in range(MAX_ENTRIES)]
    one = build(folder / "new", with_feed(folder, tmp_path / "site", feed_with(many)))
    frames = {**board(), "results": older_results().assign(score=0.5)}
    two = build(write_project(tmp_path / "two", frames, toml("2024-07-04")), one.folder)
    days = [found.updated[:4] for found in entries_of(two)]
    assert ["2024", "2024", *["9999"] * (MAX_ENTRIES - 2)] == days
    assert "2024-07-04T00:00:00Z" == feed_of(two).findtext(f"{ATOM}updated")


@pytest.mark.parametrize("feed", [
    b"", b"junk", b"<feed/>", b"<html></html>", b'<?xml version="1.0" encoding="nope"?><feed/>',
    b'<!DOCTYPE x [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom"/>',
    '<!DOCTYPE x [<!ENTITY a "b">]><feed xmlns="http://www.w3.org/2005/Atom"/>'.encode("utf-16"),
])  # fmt: skip
def test_an_unreadable_feed(feed, folder, tmp_path):
    site = build(folder / "new", with_feed(folder, tmp_path / "site", feed))
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


def test_without_an_address_there_is_no_feed(folder, tmp_path):
    frames = {**board(), "results": newer_results()[:-1]}
    site = build(write_project(tmp_path, frames, toml(DAYS[1], base="")), folder / "old")
    assert () == site.warnings
    assert "changes/index.html" in site.files
    assert "changes/feed.xml" not in site.files


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


# --- `--previous published` and `--released` ------------------------------------------------------


def build_here(tmp_path: Path, day: str | None, *options: object) -> Result:
    """Build the newer edition, with a day or none in `site.toml`."""
    root = write_project(tmp_path / "p", {**board(), "results": newer_results()[:-1]}, toml(day))
    return run("build", "--project", root, "--quiet", *options)


def test_the_published_site_is_the_previous_one(folder, tmp_path):
    with served(folder / "old/site") as address:
        said = build_here(tmp_path, DAYS[1], "--base-url", address, "--previous", "published")
    assert (0, "") == (said.exit_code, said.stderr)
    assert (tmp_path / "p/site/changes/feed.xml").exists()


def test_no_site_yet_is_no_error(tmp_path):
    """The host answers 404."""
    (tmp_path / "empty").mkdir()
    with served(tmp_path / "empty") as address:
        said = build_here(tmp_path, DAYS[1], "--base-url", address, "--previous", "published")
    assert (0, "") == (said.exit_code, said.stderr)
    assert (tmp_path / "p/site/index.html").exists()
    assert not (tmp_path / "p/site/changes").exists()


def test_an_older_published_site_stops_no_build(folder, tmp_path):
    """It has no snapshot; the next build has a page of changes again."""
    shutil.copytree(folder / "old/site", tmp_path / "site")
    for name in ("api/v1/snapshot.json.gz", "manifest.json"):
        (tmp_path / "site" / name).unlink()
    with served(tmp_path / "site") as address:
        said = build_here(tmp_path, DAYS[1], "--base-url", address, "--previous", "published")
        named = build_here(tmp_path, DAYS[1], "--previous", address)
    what = "an older version built this site, so there is no page of changes"
    line = f"warning: {address.rstrip('/')}: {what}. The next build has one."
    assert (0, [line]) == (said.exit_code, said.stderr.splitlines())
    assert not (tmp_path / "p/site/changes").exists()
    assert (1, 2) == (named.exit_code, len(named.stderr.splitlines()))
    assert "Build it again with this version, or name a copy" in named.stderr


def test_a_published_site_that_cannot_be_read_is_an_error(folder, tmp_path):
    """Else the next site would have a feed without its earlier entries."""
    with served(folder / "old/site") as address:
        pass  # nobody listens there any more
    said = build_here(tmp_path, DAYS[1], "--base-url", address, "--previous", "published")
    assert 1 == said.exit_code
    assert said.stderr.startswith(f"{address}manifest.json: cannot be read: ")
    assert not (tmp_path / "p/site").exists()


def test_without_an_address_no_site_is_the_previous_one(tmp_path):
    root = write_project(tmp_path, board(), toml(DAYS[0], base=""))
    said = run("build", "--project", root, "--quiet", "--previous", "published")
    assert 0 == said.exit_code
    what = "there is no page of changes, since base_url does not say where the site is"
    assert [f"warning: site.toml: {what}. Set base_url in [site]."] == said.stderr.splitlines()


@pytest.mark.parametrize(
    ("stated", "dated", "expected"),
    [(None, False, "2025-07-08"), (None, True, "2025-07-08"), (DAYS[0], True, DAYS[0])],
)
def test_the_day_of_the_data_by_an_option(tmp_path, stated, dated, expected):
    """It goes before the newest date of the results, and behind what site.toml states."""
    results = older_results().assign(date=DAYS[1]) if dated else older_results()
    root = write_project(tmp_path, {**board(), "results": results}, toml(stated))
    said = run("build", "--project", root, "--quiet", "--released", "2025-07-08")
    assert (0, "") == (said.exit_code, said.stderr)
    stats = load_json((root / "site/api/v1/stats.json").read_bytes())
    assert expected == stats["release"]["date"]


def test_a_day_is_a_day(tmp_path):
    said = build_here(tmp_path, None, "--released", "last week")
    assert 2 == said.exit_code
    assert "'last week' does not match the format '%Y-%m-%d'" in said.stderr


def test_a_previous_edition_that_does_not_exist(folder, tmp_path):
    frames = {**board(), "results": changed(results_frame(), "task", {1: "ad"})}
    project = write_project(tmp_path / "p", frames)
    said = run("build", "--project", project, "--previous", tmp_path / "nowhere", "--quiet")
    assert 1 == said.exit_code
    lines = said.stderr.splitlines()
    assert (
        "data/results.parquet: row 1: task 'ad' is not in tasks.parquet. Did you mean 'add'? "
        "If not, add it there."
    ) in lines
    assert (
        f"{tmp_path / 'nowhere'}: there is no such file or folder. "
        "Name a board, or the address of one." in lines
    )
    assert not (project / "site").exists()
    (project / "site.toml").write_text("[sit]")
    worse = run("build", "--project", project, "--previous", tmp_path / "nowhere", "--quiet")
    assert "3 errors; nothing was written." == worse.stderr.splitlines()[-1]
    good = run("build", "--project", folder / "new", "--previous", tmp_path, "--quiet")
    assert (1, 2) == (good.exit_code, len(good.stderr.splitlines()))


def test_hostile_names(tmp_path):
    old = write_hostile(tmp_path / "old")
    new = write_hostile(tmp_path / "new")
    results = pd.read_parquet(new / "data/results.parquet")
    results["score"] = results["score"] / 2
    results[results["model"] != TEXTS[0]].to_parquet(new / "data/results.parquet", index=False)
    text = (new / "site.toml").read_text(encoding="utf8")
    dated = text.replace("[site]\n", "[site]\nreleased = 2024-05-02\n")
    (new / "site.toml").write_text(dated, encoding="utf8")
    site = build(new, old)
    page = site.readings["changes/index.html"]
    assert [] == page.inline
    assert {"iframe", "img"} & page.tags == set()
    assert [] == [name for name in page.attributes if name.startswith("on")]
    assert any(TEXTS[0] in word for word in page.words)
    feed = ElementTree.fromstring(site.files["changes/feed.xml"])
    assert f"Changes of <script>{RUNS}</script>" == feed.findtext(f"{ATOM}title")
    assert {f"{ATOM}{n}" for n in ("feed", "id", "title", "updated", "author", "name", "link",
        "entry", "summary")} == {part.tag for part in feed.iter()}  # fmt: skip


@both_sizes
def test_axe_finds_nothing(chromium: Browser, site: BuiltSite, size: tuple[int, int]) -> None:
    page, heard = open_page(chromium, f"{site.url}changes/", size)
    assert overflow(page) <= 0
    assert [] == heard.complaints
    assert [] == breaches(page)
