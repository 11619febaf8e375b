"""Releases that stay: what is kept of them, ranks over them, and why ranks changed.

Three releases, whose ranks are done by hand; higher is better, today the mean ranks:

    release   ranked by       a           b           c           e           d
    first     mean win rate   .9 .5 .1    .6 .6 .6    .5 .3 .9    .7 .4 .5               of t u w
    second    mean            .9 .5       .6 .6       .5 .3                              of t u
    today     mean            .9 .5 .1    .6 .6 .9    .95 .75 .1              .8 .72 .7  of t u v

Published: b a e c, then a b c, then d b c a.
"""

import json
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, expect

from site_builder.build import build_site
from site_builder.compute.catalog import Release
from site_builder.config import load_config
from site_builder.errors import Fault
from site_builder.formatting import MISSING as DASH
from site_builder.publish.folder import publish
from site_builder.publish.manifest import SiteFiles, with_manifest
from site_builder.releases import snapshot as keeping
from site_builder.releases.snapshot import INDEX, KeptRelease, choose_kept, read_kept, read_snapshot
from tests.commands.test_schema import assert_described
from tests.helpers.browsing import (
    both_sizes,
    breaches,
    breaches_at,
    has_address,
    open_page,
    overflow,
)
from tests.helpers.editions import build
from tests.helpers.sites import BuiltSite, noted_rows, target, visible
from tests.helpers.tables import HIGHER, write_project

DAYS = ("2024-01-10", "2025-02-20", "2026-03-30")
SCORES = (
    {"a": (0.9, 0.5, 0.1), "b": (0.6, 0.6, 0.6), "c": (0.5, 0.3, 0.9), "e": (0.7, 0.4, 0.5)},
    {"a": (0.9, 0.5), "b": (0.6, 0.6), "c": (0.5, 0.3)},
    {"a": (0.9, 0.5, 0.1), "b": (0.6, 0.6, 0.9), "c": (0.95, 0.75, 0.1), "d": (0.8, 0.72, 0.7)},
)
TASKS = ("tuw", "tu", "tuv")


def write_release(root: Path, place: int, **columns: str) -> Path:
    """One of the three as a project."""
    rows = [
        (model, task, score)
        for model, scores in SCORES[place].items()
        for task, score in zip(TASKS[place], scores, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["model", "task", "score"]).assign(**columns)
    rule = "mean" if place else "mean_win_rate"
    site = f'title = "B"\ncards = false\nbase_url = "https://b.org/"\nreleased = {DAYS[place]}'
    return write_project(
        root, {"results": frame}, f'[site]\n{site}\n[board]\nrank_by = "{rule}"\n{HIGHER}'
    )


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("releases")
    return [write_release(root / str(place), place) for place in range(3)]


@pytest.fixture(scope="module")
def sites(projects: list[Path]) -> list[BuiltSite]:
    """Each is told of the one before it."""
    first = build(projects[0], "none")
    second = build(projects[1], first.folder)
    return [first, second, build(projects[2], second.folder)]


@pytest.fixture(scope="module")
def today(sites: list[BuiltSite]) -> BuiltSite:
    return sites[2]


def names(site: BuiltSite) -> list[str]:
    """The names of the kept releases, the last made first."""
    return [entry["path"].split("/")[1] for entry in site.api("releases")["releases"]]


# --- what is kept --------------------------------------------------------------------------------


def test_a_release_stays_as_it_was_published(sites):
    """Byte for byte, two builds later; the snapshot of today is where it always is."""
    first, second, today = sites
    assert not any(path.startswith(("releases/", "history/")) for path in first.files)
    assert [day for day in (DAYS[1], DAYS[0])] == [name[:10] for name in names(today)]
    for name, site in zip(names(today), (second, first), strict=True):
        kept = today.files[f"releases/{name}/snapshot.json.gz"]
        assert site.files["api/v1/snapshot.json.gz"] == kept
        assert name[11:] == read_snapshot(kept).release.short
        assert f"releases/{name}/index.html" in today.files


def test_the_schema_of_the_api_has_releases_and_changes(today):
    assert {"releases", "changes"} <= assert_described(today)


def test_building_again_changes_nothing(projects, today, tmp_path):
    """Over the site of the same data, whether it is named or only replaced."""
    publish(today.files, tmp_path / "site")
    assert today.files == build(projects[2], tmp_path / "site").files
    assert 0 == build_site(load_config(projects[2]), tmp_path / "site")[0].changed


def test_the_site_that_is_replaced_is_the_previous_release(projects, sites, tmp_path):
    """Of an earlier day only: trials of one day are no releases, and what they replace stays."""
    for project in projects[:2]:
        build_site(load_config(project), tmp_path / "site")
    text = (projects[2] / "site.toml").read_text(encoding="utf8")
    trial = write_release(tmp_path / "trial", 2)
    frame = pd.read_parquet(trial / "data/results.parquet").assign(score=0.5)
    frame.to_parquet(trial / "data/results.parquet")
    assert text == (trial / "site.toml").read_text(encoding="utf8")
    build_site(load_config(trial), tmp_path / "site")
    build_site(load_config(projects[2]), tmp_path / "site")
    listed = json.loads((tmp_path / "site" / INDEX).read_bytes())
    assert sites[2].api("releases") == listed
    told = (tmp_path / "site/changes/index.html").read_text(encoding="utf8")
    assert read_snapshot(sites[1].files["api/v1/snapshot.json.gz"]).release.name in told


def kept(date: str | None, digit: str = "0", size: int = 1) -> KeptRelease:
    return KeptRelease(Release(digit * 64, date), b"x" * size)


def test_twelve_releases_stay_and_the_last_of_each_year_and_the_first(monkeypatch):
    """Whether they are thinned once or each time one is made."""
    days = [f"{year}-{month:02}-01" for year in (2026, 2025, 2024) for month in range(12, 0, -1)]
    every = [kept(day) for day in days]
    expected = [*days[:12], "2025-12-01", "2024-12-01", "2024-01-01"]
    assert expected == [k.release.date for k in choose_kept(every)]
    found: tuple[KeptRelease, ...] = ()
    for release in reversed(every):
        found = choose_kept((release, *found))
    assert expected == [k.release.date for k in found]
    monkeypatch.setattr(keeping, "MAX_KEPT", 5)
    assert days[:2] == [k.release.date for k in choose_kept([kept(d, size=2) for d in days])]


GOOD = KeptRelease(Release("a" * 64, "2024-01-01"), b"kept")


@pytest.mark.parametrize(
    ("index", "found", "warnings"),
    [
        ({"releases": [{"sha256": "a" * 64, "date": "2024-01-01", "path": "../x"}]}, [GOOD], 0),
        ({"releases": [{"sha256": "a" * 64, "date": "../../x"}]}, [], 1),
        ({"releases": [{"sha256": "../" * 20, "date": None}]}, [], 1),
        ({"releases": [{"sha256": "b" * 64, "date": None}]}, [], 1),
        ({"releases": "all"}, [], 1),
        ([[[]]], [], 1),
    ],
)
def test_what_a_hostile_site_says_that_it_keeps(index, found, warnings):
    """Paths come from checksums and days alone; what is none of ours is dropped with a warning."""
    files = {INDEX: json.dumps(index).encode(), GOOD.path: GOOD.content, "../x": b"secret"}
    faults: list[Fault] = []
    assert found == [*read_kept(SiteFiles("there", files.get), faults)]
    assert warnings == len(faults)


def test_a_kept_release_that_is_none_is_dropped(projects, sites, tmp_path):
    """A bomb, or the snapshot of another release; the rest is told as ever."""
    files = {p: content for p, content in sites[1].files.items() if p != "manifest.json"}
    path = f"releases/{names(sites[1])[0]}/snapshot.json.gz"
    for content in (b"no gzip", sites[1].files["api/v1/snapshot.json.gz"]):
        files[path] = content
        publish(with_manifest(files), tmp_path / "s")
        site = build(projects[2], tmp_path / "s")
        what = f"{path}: cannot read a release that the previous site keeps. It is dropped."
        assert (what,) == site.warnings
        assert [DAYS[1]] == [name[:10] for name in names(site)]


# --- ranks over releases -------------------------------------------------------------------------


def test_ranks_on_the_tasks_that_all_releases_have(today):
    """On t and u by the mean: a .70, b .60, c .40; today c .85, d .76, a .70, b .60."""
    assert [
        ["c", "1 [0.850]", "3 [0.400]", "3 [0.400]"],
        ["d", "2 [0.760]", DASH, DASH],
        ["a", "3 [0.700]", "1 [0.700]", "1 [0.700]"],
        ["b", "4 [0.600]", "2 [0.600]", "2 [0.600]"],
    ] == noted_rows(today.page("history/"), "history")
    csv = today.files["charts/history/ranks-over-releases.csv"].decode("utf-8-sig")
    assert ["c,1,3,3", "d,2,,", "a,3,1,1", "b,4,2,2"] == csv.splitlines()[1:]
    said = "On the 2 tasks that all releases have, rank 1 now: c. In the release before: a."
    assert said == visible(today.page("history/").select(".lede")[0])


def test_releases_say_who_led_in_them_and_of_how_many(today):
    """As published, with all of their tasks."""
    of_releases = [row[1:] for row in noted_rows(today.page("history/"), "releases")]
    assert [["d", "4"], ["a", "3"], ["b", "4"]] == of_releases


def test_why_ranks_changed_since_the_previous_release(today):
    """Re-scored: c a b. With v: b c a. With d: d b c a. The sum is the published change."""
    minus = "\N{MINUS SIGN}"
    assert [
        ["1", "a", "4", f"{minus}1", f"{minus}1", f"{minus}1", "0"],
        ["2", "b", "2", f"{minus}1", f"{minus}1", "+2", "0"],
        ["3", "c", "3", "+2", f"{minus}1", f"{minus}1", "0"],
    ] == noted_rows(today.page(f"releases/{names(today)[0]}/"), "board")
    (why,) = today.page("history/").select('main p a[href*="releases/"]')
    assert "Why ranks changed since 20 Feb 2025" == visible(why)
    assert target("history/index.html", str(why["href"]))[0].split("/")[1] == names(today)[0]


def test_the_page_of_a_release_has_its_ranks_and_why_they_changed(today):
    """The rule of today: b c e a. Without e: b c a. Without w: a b c. Then as since the second."""
    minus, name = "\N{MINUS SIGN}", names(today)[1]
    assert [
        ["1", "b", "2", f"{minus}1", f"{minus}1", "+1", "0"],
        ["2", "a", "4", f"{minus}1", "0", "+1", f"{minus}2"],
        ["3", "e [no longer on the site]", DASH, DASH, DASH, DASH, DASH],
        ["4", "c", "3", "+2", f"{minus}1", f"{minus}2", "+2"],
    ] == noted_rows(today.page(f"releases/{name}/"), "board")


def test_another_version_of_a_task_is_another_task(projects, tmp_path):
    """Its scores are removed and added, never compared; ranks over releases leave it out."""
    for place in (1, 2):
        root = write_release(tmp_path / str(place), place)
        frame = pd.read_parquet(root / "data/results.parquet")
        version = frame["task"].map({"u": str(place)})
        frame.assign(version_of_task=version).to_parquet(root / "data/results.parquet")
    site = build(tmp_path / "2", tmp_path / "1")
    changes = site.api("changes")
    assert [("c", "t")] == [(c["model"], c["task"]) for c in changes["scores"]["changed"]]
    assert {("a", "u"), ("b", "u"), ("c", "u")} == {
        (c["model"], c["task"]) for c in changes["scores"]["removed"]
    }
    assert [("u", "version", "1", "2")] == [
        tuple(c[k] for k in ("task", "key", "before", "after")) for c in changes["tasks"]["changed"]
    ]
    # One of three tasks is less than half of those of today, so nothing is compared.
    assert "No earlier release has enough in common" in site.html["history/index.html"]
    assert "chart-ranks-over-releases" not in site.html["history/index.html"]


def test_boards_show_how_far_ranks_moved(today):
    """By the published ranks: a was first, b and c stay."""
    rows = today.page("").select("#board-base tbody tr")
    arrows = [[visible(of).strip() for of in row.select(".of")] for row in rows]
    assert [[], [], [], ["\N{DOWNWARDS ARROW}3"]] == arrows
    legend = "\N{UPWARDS ARROW} \N{DOWNWARDS ARROW} places since 20 Feb 2025."
    assert legend in today.html["index.html"]


# By variant and model, the scores on t and u.
PAIRED = {
    "base": {"a": (0.9, 0.5), "b": (0.6, 0.6)},
    "tuned": {"a": (0.7, 0.7), "b": (0.8, 0.8)},
}


def write_paired(root: Path, day: str, first: float) -> Path:
    """A board with base and tuned scores; `first` is that of a, base, on t."""
    rows = [
        (model, task, variant, score)
        for variant, scores in PAIRED.items()
        for model, of in scores.items()
        for task, score in zip("tu", of, strict=True)
    ]
    results = pd.DataFrame(rows, columns=["model", "task", "variant", "score"])
    results.loc[0, "score"] = first
    site = f'[site]\ntitle = "B"\ncards = false\nreleased = {day}\n[board]\nrank_by = "mean"\n'
    boards = '[[boards]]\nid = "all"\nfeatured = true\n[[boards]]\nid = "u"\ntasks = ["u"]\n'
    return write_project(root, {"results": results}, f"{site}{HIGHER}{boards}")


@pytest.fixture(scope="module")
def paired(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """Where the score of a, base, on t has fallen."""
    root = tmp_path_factory.mktemp("paired")
    before = build(write_paired(root / "1", DAYS[0], 0.9), "none")
    return build(write_paired(root / "2", DAYS[1], 0.5), before.folder)


def test_variants_have_a_history(paired):
    """Before tuning: a .70, b .60, then a .50."""
    page = paired.page("history/")
    base = [["b", "1 [0.600]", "2 [0.600]"], ["a", "2 [0.500]", "1 [0.700]"]]
    assert base == noted_rows(page, "history-base")
    tuned = [["b", "1 [0.800]", "1 [0.800]"], ["a", "2 [0.700]", "2 [0.700]"]]
    assert tuned == noted_rows(page, "history")
    page = paired.page("")
    arrows = [visible(of).strip() for of in page.select("#board-base .of")]
    assert ["\N{UPWARDS ARROW}1", "\N{DOWNWARDS ARROW}1"] == arrows
    assert not page.select("#board-lift .of")  # ranked by another figure


def test_the_pages_of_several_boards_lead_to_each_other(paired):
    for page, other in (("history/", "u/"), ("history/u/", "../")):
        links = paired.page(page).select("nav[aria-labelledby=others] a")
        assert [other] == [link["href"] for link in links]


def test_a_chosen_entry_is_followed_in_every_view(chromium: Browser, paired: BuiltSite) -> None:
    page, heard = open_page(chromium, f"{paired.url}history/?view=base", (1280, 900))
    title = page.locator("[data-history] .chart-title:visible")
    expect(title).to_have_text("b: 2nd on 10 Jan 2024, 1st today")
    page.locator("[data-history-choice]:visible").get_by_label("Show").select_option("a")
    expect(title).to_have_text("a: 1st on 10 Jan 2024, 2nd today")
    page.get_by_role("button", name="Tuned").click()
    expect(title).to_have_text("a: 2nd on 10 Jan 2024, 2nd today")
    assert [] == heard.complaints
    assert [] == breaches(page)


def test_an_entry_has_a_line_from_two_releases_on(today):
    link = today.page("models/c/").select('a[href*="history/"]')[0]
    assert "Rank over 3 releases: 3rd since 10 Jan 2024, 1st since 30 Mar 2026." == visible(link)
    assert ("history/index.html", "") == target("models/c/index.html", str(link["href"]))[:2]
    assert not today.page("models/d/").select('main a[href*="history/"]')


@both_sizes
def test_an_entry_can_be_chosen(chromium: Browser, today: BuiltSite, size: tuple[int, int]) -> None:
    """Its line is drawn in the accent, its way is the title, and the address keeps it."""
    page, heard = open_page(chromium, f"{today.url}history/", size)
    title = page.locator("#chart-ranks-over-releases .chart-title")
    expect(title).to_have_text("c: 3rd on 10 Jan 2024, 1st today")
    page.get_by_label("Show").select_option("a")
    expect(title).to_have_text("a: 1st on 10 Jan 2024, 3rd today")
    has_address(page, "?entry=a")
    page.go_back()
    expect(title).to_have_text("c: 3rd on 10 Jan 2024, 1st today")
    assert overflow(page) <= 0
    assert [] == heard.complaints
    assert [] == breaches_at(page, size)
