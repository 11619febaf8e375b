"""Boards of other people come out in their own order.

Origin and licence: gallery/README.md.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import expect

from gallery import make
from gallery.convert import BFCL_NAMES, BOARDS, GALLERY, read
from tests.helpers.browsing import both_sizes, breaches_at, open_page, overflow
from tests.helpers.real_boards import published
from tests.helpers.sites import BuiltSite, contents, dead_links, visible


def _entry(row: Mapping[str, Any], *facets: str) -> tuple[str, ...]:
    found = (row["facets"][facet] for facet in facets)
    return (row.get("of") or row["model"], *(value or "" for value in found))


def _ranks(table: pd.DataFrame, rank: str, *key: str) -> dict[tuple[str, ...], int]:
    table = table.fillna({name: "" for name in key})
    return dict(zip(map(tuple, table[[*key]].to_numpy()), table[rank], strict=True))


def test_aider_ranks_by_its_headline_with_cost_and_time_beside_it():
    found = published("aider").api("models")
    places = _ranks(read("aider", "polyglot.csv"), "place", "model", "edit_format")
    assert {_entry(row, "edit_format"): row["rank"] for row in found} == places
    costs = [row["cost_usd"]["base"] for row in found]
    assert sum(cost is not None for cost in costs) == 51  # a cost of 0 is not known
    assert (costs[0], found[0]["seconds"]["base"]) == (29.0829, 194.0)


def test_bfcl_ranks_by_the_published_total():
    found = published("bfcl").api("models")
    board = read("bfcl", "data_overall.csv")
    named = {
        row["of"] + (f" ({row['facets']['mode']})" if row["facets"]["mode"] else ""): row["rank"]
        for row in found
    }
    names = board["Model"].replace(BFCL_NAMES, regex=True)
    ranks = dict(zip(names, board["Rank"], strict=True))
    tied = "Granite-3.1-8B-Instruct (FC)"  # 27.10, as the entry before it
    assert named == ranks | {tied: ranks[tied] - 1}
    assert len({row["of"] for row in found}) == 82


@pytest.mark.parametrize(("board", "entries"), [("gaia", 32), ("taubench_airline", 26)])
def test_hal_tells_a_model_in_several_agents_apart(board, entries):
    found = published("hal").api(f"boards/{board}")["entries"]
    runs = read("hal", "entries.csv")
    runs = runs[runs["board"] == board]
    tied = runs["accuracy"].rank(ascending=False, method="min")
    key = ("model_id", "agent_scaffold", "inference_effort")
    expected = _ranks(runs.assign(rank=tied), "rank", *key)
    assert {_entry(row, "agent", "effort"): row["rank"] for row in found} == expected
    assert len(found) == entries


def test_tau2_has_three_boards_with_the_publishers_first_filter():
    site = published("tau2")
    firsts = {
        "knowledge": (27, "Qwen 3.8 Max", 55.1546391753, "Qwen3.5-397B-A17B"),
        "core": (8, "Qwen3.5-397B-A17B", 87.9133333333, "GPT-5.2"),
        "voice": (13, "Pine Voice Preview", 75.3801169591, "gemini-live-2.5-flash-native-audio"),
    }
    for board, (entries, first, score, last) in firsts.items():
        rows = site.api(f"boards/{board}")["entries"]
        ranked = [r for r in rows if r["rank"] and r["facets"]["type"] == "standard"]
        assert (len(ranked), ranked[0]["model"], ranked[-1]["model"]) == (entries, first, last)
        assert ranked[0]["average"] == score
    assert [board["id"] for board in site.api("boards")] == ["knowledge", "core", "voice"]


def test_mteb_gives_a_task_the_mean_of_its_parts_where_all_are_there():
    site, expected = published("mteb"), read("mteb", "task_scores.csv")
    models = site.api("models")
    found = {
        (content["model"], task): score
        for model in models
        for content in [site.api(model["scores_file"].removesuffix(".json"))]
        for task, score in zip(content["task"], content["score"]["base"], strict=True)
    }
    columns = ["model", "task", "task_score"]
    for model, task, score in expected[columns].itertuples(index=False):
        if pd.isna(score):
            assert (model, task) not in found
        else:
            assert found[model, task] == pytest.approx(score, abs=1e-6)
    whole = expected.groupby("model")["task_score"].count()
    ranked = {row["model"] for row in models if row["rank"]}
    assert ranked == {*whole[whole == whole.max()].index}


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """The gallery with one board, in a folder of the site that it is published beside."""
    out = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make, "BOARDS", {"hal": BOARDS["hal"]})
        patch.setattr("site_builder.build.draw_previews", lambda *_: {})  # as of any site
        make.make_gallery(out / "gallery", "https://x.example/")
    for beside in ("index.html", "docs/index.html"):
        (out / beside).parent.mkdir(exist_ok=True)
        (out / beside).write_text("<h1>Beside</h1>")
    return BuiltSite(contents(out))


@pytest.mark.parametrize("board", BOARDS)
def test_tables_are_those_that_the_published_files_make(board):
    """With at most 25 lines of configuration."""
    assert len((GALLERY / board / "site.toml").read_text().splitlines()) <= 25
    for name, made in BOARDS[board]().items():
        (path,) = (GALLERY / board / "data").glob(f"{name}.*")
        kept = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
        pd.testing.assert_frame_equal(kept, made.reset_index(drop=True), check_dtype=False)


@pytest.mark.parametrize("board", BOARDS)
def test_a_published_board_has_no_warning(board):
    """`make gallery` builds each with `--strict`."""
    assert published(board).warnings == ()


def test_tau2_names_a_model_once():
    """The publisher's list of today and the one of earlier versions write two names differently."""
    rows = BOARDS["tau2"]()["results"].drop_duplicates("source")
    names = {"claude-sonnet-4-5_": "Claude Sonnet 4.5", "gemini-3-pro_": "Gemini 3 Pro"}
    for folder, name in names.items():
        of_model = rows[rows["source"].str.contains(f"/{folder}")]
        assert {*of_model["model"]} == {name}
        assert {*of_model["list"]} == {"current", "legacy"}


@both_sizes
def test_page_of_the_gallery_fits_and_leads_to_its_boards(chromium, gallery, size):
    page, heard = open_page(chromium, f"{gallery.url}gallery/", size)
    assert [] == breaches_at(page, size)
    assert overflow(page) <= 0
    assert [] == heard.complaints
    card = page.locator(".board-card")
    expect(card).to_contain_text("44 entries on 2 boards")
    card.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which agent should run your model?")


def test_gallery_says_what_it_shows_and_from_whom(gallery):
    dead = dead_links(gallery)
    # The page for what is missing is shown at any address, so its links are not relative.
    assert {"gallery/hal/404.html"} == {path for path, _ in dead}
    page = gallery.page("gallery/")
    first = [visible(part) for part in page.select(".board-card li:first-child > *")]
    assert ["anthropic/claude-sonnet-4-5 (HAL Generalist Agent)", "", "0.746"] == first
    (said,) = page.select(".gallery .prose")
    assert visible(said).startswith("Shows a model that is several entries, one for each agent")
    assert "evaleval/every_eval_ever" == visible(said.select("a")[0])
    assert visible(said).endswith(", MIT")
    assert "https://x.example/gallery/" == page.select("link[rel=canonical]")[0]["href"]
    board = gallery.page("gallery/hal/")
    assert "MIT" in visible(board.select("header.hero")[0])
    links = {visible(link): link["href"] for link in board.select("footer li a")}
    assert "https://x.example/gallery/" == links["Gallery"]
