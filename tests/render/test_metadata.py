"""What machines read of the data set: schema.org and Croissant."""

import io
import re
from hashlib import sha256
from typing import Any

import pandas as pd
import pytest

from site_builder.render.urls import license_link
from tests.helpers.odd_boards import SHAPES, built
from tests.helpers.sites import BuiltSite, build, load_json, target
from tests.helpers.tables import board, having, write_project

ODD = ("hostile", "lower_is_better", "without_results")
KNOWN = """\
[site]
title = "Known board"
description = "What it holds."
base_url = "https://example.org/board"
cards = false
license = "CC-BY-4.0"
released = 2024-05-02

[board]
baseline = "gamma"

[citation]
text = "Us (2024)."
"""


def said(site: BuiltSite, path: str) -> Any:
    """The JSON-LD of a page; None where it has none."""
    found = site.readings[path].linked
    assert len(found) <= 1, path
    return load_json(found[0]) if found else None


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """The fixture board, with everything that a project can say of itself."""
    return build(write_project(tmp_path_factory.mktemp("known"), board(), KNOWN))


def test_the_data_set_of_a_project_that_says_everything(known):
    """Every word of it is from `site.toml` or the tables."""
    found = said(known, "index.html")
    downloads = found.pop("distribution")
    assert {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": "Known board",
        "description": "What it holds. 10 scores of 3 models on 2 tasks.",
        "url": "https://example.org/board/data/",
        "license": "https://spdx.org/licenses/CC-BY-4.0.html",
        "citation": "Us (2024).",
        "version": known.api("stats")["release"]["sha256"],
        "dateModified": "2024-05-02",
        "isAccessibleForFree": True,
        "variableMeasured": ["accuracy"],
    } == found
    assert 9 == len(downloads)
    assert said(known, "data/index.html") == {**found, "distribution": downloads}


def test_downloads_of_the_data_set(known, index_site):
    for path in ("index.html", "data/index.html"):
        for file in said(index_site, path)["distribution"]:
            content = index_site.files[target(path, file["contentUrl"])[0]]
            assert sha256(content).hexdigest() == file["sha256"]
            assert f"{len(content)} B" == file["contentSize"]
        for file in said(known, path)["distribution"]:
            place = file["contentUrl"].removeprefix("https://example.org/board/")
            assert sha256(known.files[place]).hexdigest() == file["sha256"]


def test_unstated_facts_are_absent(tmp_path):
    found = said(build(write_project(tmp_path, {"results": board()["results"]})), "index.html")
    assert {"@context", "@type", "name", "description", "version", "isAccessibleForFree"} | {
        "variableMeasured",
        "distribution",
    } == set(found)
    assert ["score"] == found["variableMeasured"]


def test_every_published_page_says_what_it_is(known):
    """One that no search engine should list says nothing."""
    base = "https://example.org/board/"
    description = known.page("models/alpha/").select_one("meta[name=description]")
    assert description is not None
    assert {
        "@context": "https://schema.org/",
        "@type": "WebPage",
        "name": "Alpha, Known board",
        "description": description["content"],
        "url": f"{base}models/alpha/",
        "isPartOf": {"@type": "WebSite", "name": "Known board", "url": base},
    } == said(known, "models/alpha/index.html")
    silent = {path for path in known.html if said(known, path) is None}
    unlisted = ("404", "embed/", "categories/index")
    assert silent == {path for path in known.html if path.startswith(unlisted)}


def test_without_an_address_only_the_data_set_is_described(index_site):
    ways = [path for path in index_site.html if said(index_site, path)]
    assert ["data/index.html", "index.html"] == sorted(ways)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0.html"),
        ("apache-2.0", "https://spdx.org/licenses/Apache-2.0.html"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("MIT OR Apache-2.0", ""),
        ("Ask us", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_licences(text, link):
    """SPDX's page of an id that it has, a link as it is; no link for what is in words."""
    assert link == license_link(text)


# mlcroissant's own libraries speak of their future.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
PATH = "data/croissant.json"


def described(site: BuiltSite) -> Any:
    """The description as JSON; NaN is refused."""
    return load_json(site.files[PATH])


def loaded(site: BuiltSite, mapping: dict[str, str] | None = None) -> Any:
    """The data set that the loader makes of a published site; it raises on any error."""
    import mlcroissant  # which takes half a second, in each worker

    return mlcroissant.Dataset(str(site.folder / PATH), mapping=mapping)


def records(site: BuiltSite, dataset: Any, table: str) -> pd.DataFrame:
    """The records of a table under the names of its columns; bytes as text."""
    (spec,) = (r for r in described(site)["recordSet"] if r["@id"] == table)
    names = {field["@id"]: field["name"] for field in spec["field"]}
    rows = [
        {names[k]: v.decode() if isinstance(v, bytes) else v for k, v in record.items()}
        for record in dataset.records(table)
    ]
    return pd.DataFrame(rows, columns=list(names.values()))


def published(site: BuiltSite, table: str) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(site.files[f"downloads/{table}.parquet"]))


def test_the_loader_finds_no_error(index_site):
    issues = loaded(index_site).metadata.ctx.issues
    assert set() == issues.errors
    missing = [text for text in issues.warnings if "is recommended" in text]
    assert sorted(missing) == sorted(issues.warnings)
    assert ["license"] == [text.split("schema.org/")[1].partition('"')[0] for text in missing]


@pytest.mark.parametrize("table", ["models", "prices"])
def test_records_are_the_rows_of_the_tables(index_site, table):
    found, expected = records(index_site, loaded(index_site), table), published(index_site, table)
    assert list(expected.columns) == list(found.columns)
    for name in expected.columns:
        assert [None if pd.isna(value) else value for value in expected[name].tolist()] == [
            _plain(value, expected[name]) for value in found[name].tolist()
        ], name


def _plain(value: Any, like: pd.Series) -> Any:
    """A value of a record in the type of the table: a day of the contract is text there."""
    if pd.isna(value):
        return None
    return (
        value.date().isoformat()
        if isinstance(value, pd.Timestamp) and like.dtype == "str"
        else value
    )


def test_the_loader_of_a_project_that_says_everything(known):
    """Not even a warning; addresses are absolute, and the loader is told where the files lie."""
    addresses = {file["@id"]: file["contentUrl"] for file in described(known)["distribution"]}
    assert "https://example.org/board/downloads/results.parquet" == addresses["results.parquet"]
    dataset = loaded(known, {name: str(known.folder / "downloads" / name) for name in addresses})
    issues = dataset.metadata.ctx.issues
    assert (set(), set()) == (issues.errors, issues.warnings)
    assert 10 == len(records(known, dataset, "results"))


def test_types_and_keys(tmp_path):
    frames, toml = SHAPES["lower_is_better"]()
    frames["tasks"] = having(frames["tasks"], note="x", steps=range(5), share=0.5, easy=True)
    site = build(write_project(tmp_path, frames, toml))
    tasks = next(r for r in described(site)["recordSet"] if r["@id"] == "tasks")
    assert [{"@id": "tasks/task"}] == tasks["key"]
    assert {
        "task": "sc:Text",
        "metric": "sc:Text",
        "higher_is_better": "sc:Boolean",
        "category": "sc:Text",
        "note": "sc:Text",
        "steps": "sc:Integer",
        "share": "sc:Float",
        "easy": "sc:Boolean",
    } == {field["name"]: field["dataType"] for field in tasks["field"]}


@pytest.mark.parametrize("name", ODD)
def test_every_board_is_described_without_error(name):
    site = built(name)
    dataset = loaded(site)
    assert set() == dataset.metadata.ctx.issues.errors
    assert site.api("stats")["scores"] == len(list(dataset.records("results")))


# --- llms.txt -------------------------------------------------------------------------------------


def test_llms_txt_by_hand(known):
    """A title, a summary as a quotation, sections of links with notes: who leads comes first."""
    base = "https://example.org/board/"
    lines = known.files["llms.txt"].decode().splitlines()
    release = known.api("stats")["release"]["sha256"][:12]
    assert [
        "# Known board",
        "",
        "> What it holds.",
        "",
        f"Data release {release}, 2024-05-02.",
        "Licence of the scores: CC-BY-4.0.",
        "Numbers in the files are not rounded. A missing score is null, never 0.",
        "",
        "## Who leads",
        "",
    ] == lines[:10]
    assert lines[10].startswith(f"- [Model leaderboard]({base}models/): Mean score over 2 tasks. ")
    assert lines[10].endswith(" 1. Alpha 0.625; 2. Beta 0.563")
    for link in re.findall(r"\]\((.*?)\)", "\n".join(lines)):
        path = link.removeprefix(base)
        assert (f"{path}index.html" if path.endswith("/") else path) in known.files, link


def test_llms_txt_of_a_hostile_board():
    """No text of the data begins a heading, a link or a line of its own."""
    site = built("hostile")
    text = site.files["llms.txt"].decode()
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert ["## Who leads", "## Data", "## Pages"] == headings[1:]
    entries = [line for line in text.splitlines() if line.startswith("- ")]
    for line in entries:
        assert 1 == len(re.findall(r"(?<!\\)\]\(", line)), line
    assert {"#", ">", "-", ""} >= {line[:1] for line in text.splitlines()[:4]}
