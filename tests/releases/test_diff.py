"""`site_builder diff`: what it says of two boards, wherever they are kept, and with which code."""

import gzip
import json
import re
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from markdown import markdown

from site_builder.errors import SiteError
from site_builder.formatting import MISSING
from site_builder.publish.folder import publish
from site_builder.releases.read import compare_releases, read_release
from site_builder.releases.wording import FORMATS
from tests.commands.test_cli import run as command
from tests.helpers.editions import write_several
from tests.helpers.serve import PREFIX
from tests.helpers.sites import ROOT, BuiltSite, build, load_json
from tests.helpers.tables import board, changed, having, results_frame, write_project

PROSE = """\
{% set first = models[0] %}
{% set mean = first.average.fine_tuned %}
{% claim first.model == "alpha" %}**{{ first.name }}** leads with {{ mean | score }}{% endclaim %}
{% claim stats.tasks == 2 %}, on {{ stats.tasks }} tasks{% endclaim %}.
"""


run = partial(command, "diff")


def compared(old: object, new: object) -> Any:
    """The JSON document of two boards that can be compared."""
    said = run(old, new, "--format", "json")
    assert (0, "") == (said.exit_code, said.stderr)
    return load_json(said.stdout)


def write(root: Path, prose: str = PROSE, **frames: Any) -> Path:
    """The fixture board with other tables in place of its own, and prose."""
    write_project(root, {**board(), **frames})
    (root / "data/content").mkdir()
    (root / "data/content/lede.md").write_text(prose, encoding="utf8")
    return root


def newer() -> pd.DataFrame:
    """The fixture's results with two scores changed and one gone.

    Alpha's mean is then (0.5 + 0.25) / 2 = 0.375, behind beta's 0.5625.
    """
    frame = changed(results_frame(), "score", {2: 0.5, 4: 0.25})
    return frame[:-1]


def write_pair(folder: Path) -> tuple[Path, Path]:
    """Write the fixture board, and a newer edition of it."""
    before = having(results_frame(), n_examples=100, source="https://example.org/run")
    after = newer().assign(n_examples=100, source="https://example.org/run")
    after.loc[0, "source"] = None
    return write(folder / "old", results=before), write(folder / "new", results=after)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_pair(tmp_path_factory.mktemp("pair"))


@pytest.fixture(scope="module")
def document(pair: tuple[Path, Path]) -> Any:
    return compared(*pair)


def test_the_complete_text(pair):
    """As it is read, to the letter; the names of the releases depend on how Parquet is written."""
    changes = compare_releases(*(read_release(str(place)) for place in pair))
    for form, file in (("text", "changes.txt"), ("markdown", "changes.md")):
        text = f"{FORMATS[form](changes)}\n"
        names = re.findall(r"data release ([0-9a-f]{12})", text)
        assert 2 == len({*names})
        shown = text.replace(names[0], "a" * 12).replace(names[1], "b" * 12)
        assert (ROOT / "tests/golden" / file).read_text(encoding="utf8") == shown


def test_json(document):
    """Numbers as they are, not as they are written; null where nothing was compared."""
    found = document
    change = {"model": "alpha", "task": "add", "variant": "fine_tuned", "before": 0.75}
    change |= {"after": 0.5, "difference": -0.25, "better": False, "beyond_noise": True}
    assert change == found["scores"]["changed"][0]
    assert [{"model": "gamma", "task": "sort", "variant": "base", "score": 0.375}] == (
        found["scores"]["removed"]
    )
    (claim,) = found["claims"]
    assert {"holds": True, "sentence": "Alpha leads with 0.625"} == claim["before"]
    assert {"holds": False, "sentence": "Beta leads with 0.563"} == claim["after"]
    assert found["any_score"] is True


def test_names_and_ranks_change_no_score(tmp_path):
    models = board()["models"].assign(name=["A", "Beta", "Gamma"])
    old, new = write(tmp_path / "old"), write(tmp_path / "new", models=models)
    assert "\nNo score changed. 1 fact changed.\n" in run(old, new).stdout


def test_a_small_change_is_written_in_digits_that_show_it(tmp_path):
    """0.75 and 0.75001 are not both 0.750."""
    results = changed(results_frame(), "score", {2: 0.75001})
    old, new = write(tmp_path / "old"), write(tmp_path / "new", results=results)
    assert "alpha  add   fine_tuned  0.75000  0.75001  +0.00001" in run(old, new).stdout


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    folder = tmp_path_factory.mktemp("published")
    frame = having(results_frame(), n_examples=100, source="https://example.org/run")
    return build(write(folder / "project", results=frame))


@pytest.fixture(scope="module")
def address(published: BuiltSite) -> str:
    return published.url


def test_a_published_address_tells_the_same_as_its_project(document, pair, address):
    """The older board brings no prose: its claims were true."""
    found = compared(f"{address}index.html?x#y", pair[1])
    claims = [claim | {"before": None} for claim in document["claims"]]
    assert {**document, "claims": claims} == found


def test_a_site_of_several_boards_tells_the_same_as_its_project(tmp_path):
    """With facets, measures and parts, which the published results table alone does not tell."""
    old = write_several(tmp_path / "old")
    new = write_several(tmp_path / "new", add=0.1, last=0.2, cost=3.0)
    toml = (new / "site.toml").read_text(encoding="utf8").replace('id = "add"', 'id = "sum"')
    (new / "site.toml").write_text(toml, encoding="utf8")
    publish(build(old).files, tmp_path / "site")
    found = compared(tmp_path / "site", new)
    assert compared(old, new) == found
    changed = {(c["model"], c["task"]): c["difference"] for c in found["scores"]["changed"]}
    expected = {"add": -0.4, "whole/last": -0.3, "whole": -0.15}
    assert {(f"{m} (y)", t): d for m in "ab" for t, d in expected.items()} == changed
    assert {"board": "add", "key": "board", "before": "Add", "after": None} in found["rules"]
    assert 4 == len(found["measures"])
    changes = compare_releases(read_release(str(old)), read_release(str(new)))
    said = FORMATS["text"](changes)
    assert "  a (x)  whole/last  base     cost_usd  2       3\n" in said
    assert f"  sum    board  {MISSING}       Sum\n" in said
    assert "  both   a (x)  base     3       1\n" in said
    assert "| `both` | `a (x)` | `base` | `3` | `1` |" in FORMATS["markdown"](changes)


def test_nothing_changed(published):
    """Two published sites bring no claims."""
    found = compared(published.folder, published.folder)
    assert (None, False) == (found["claims"], found["any_score"])
    assert run(published.folder, published.folder).stdout.endswith("\nNothing changed.\n")


NO_FOLDER = "there is no such folder. Name the folder of a project or of a site, or the address"
LOOK = "Look whether it is the right place."
# The files of a folder `odd`, the place that one names, and the line for it.
PLACES: Mapping[str, tuple[Mapping[str, bytes], str, str]] = {
    "other files": ({"x.txt": b"x"}, "odd", "odd: the folder holds no board. "
        "Looked for site.toml, data/results.parquet and api/v1/snapshot.json.gz."),
    "no TOML": ({"site.toml": b"[", "data/results.parquet": b""}, "odd", "odd/site.toml: "
        "is not valid TOML: Invalid initial character for a key part (at end of document). "
        "Write each setting as key = value, with texts in quotes."),
    "nothing": ({}, "no/such/place", f"no/such/place: {NO_FOLDER} of a site."),
    "no name": ({}, "", f"'': {NO_FOLDER} of a site."),
    "long name": ({}, "x" * 300, f"{'x' * 300}: cannot be read: File name too long. {LOOK}"),
    "no address": ({}, "http://[", f"http://[: cannot be read: Invalid IPv6 URL. {LOOK}"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "place", "line"), PLACES.values(), ids=PLACES.keys())
def test_places_without_a_board(files, place, line, tmp_path, monkeypatch, pair):
    """Exit code 1 and one line, for either of the two; nothing on stdout."""
    monkeypatch.chdir(tmp_path)
    for path, content in ((Path("odd", name), content) for name, content in files.items()):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for places in ((place, pair[1]), (pair[0], place)):
        said = run(*places)
        assert (1, "", f"{line}\n") == (said.exit_code, said.stdout, said.stderr)


def refused(root: Path, snapshot: bytes) -> str:
    """Why a site of this snapshot cannot be read."""
    (root / "api/v1").mkdir(parents=True)
    (root / "api/v1/snapshot.json.gz").write_bytes(snapshot)
    with pytest.raises(SiteError) as error:
        read_release(str(root))
    assert 1 == len(str(error.value).splitlines())
    return str(error.value)


SNAPSHOT_JUNK: Mapping[str, bytes] = {
    "no gzip": b"<html>",
    "cut short": gzip.compress(b"{}" * 1000)[:-20],
    "no JSON": gzip.compress(b"<html>"),
    "too deep": gzip.compress(b"[" * 100_000),
    "another file": gzip.compress(b"{}"),
}


@pytest.mark.parametrize("content", SNAPSHOT_JUNK.values(), ids=SNAPSHOT_JUNK.keys())
def test_an_unreadable_snapshot(content, tmp_path):
    said = refused(tmp_path, content)
    assert "/api/v1/snapshot.json.gz: it is no snapshot of a site: " in said
    assert said.endswith(" Build the site again.")


@pytest.mark.parametrize("day", ["9999-99-99", ""])
def test_a_release_has_a_day_that_exists(day, published, tmp_path):
    value = json.loads(gzip.decompress(published.files["api/v1/snapshot.json.gz"]))
    value["release"]["date"] = day
    content = gzip.compress(json.dumps(value).encode())
    said = refused(tmp_path, content)
    assert f"it has the date {day!r}, and dates are YYYY, YYYY-MM or YYYY-MM-DD." in said


def test_every_fault_of_a_project_is_reported_with_its_place(tmp_path, pair):
    bad = changed(results_frame(), "task", {1: "ad", 2: "srt"})
    said = run(write(tmp_path / "bad", results=bad), pair[0])
    lines = said.stderr.splitlines()
    assert 1 == said.exit_code
    assert 2 == len(lines)
    assert all(line.startswith(f"{tmp_path / 'bad'}/data/results.parquet: row ") for line in lines)


def test_a_host_that_has_no_board(address, pair):
    """A page that is not there, and a port on which nobody answers."""
    elsewhere = address.removesuffix(PREFIX)
    said = run(elsewhere, pair[0])
    what, fix = "there is no such file", "Name the site of a board that this version has built."
    line = f"{elsewhere}/api/v1/snapshot.json.gz: {what}. {fix}\n"
    assert (1, line) == (said.exit_code, said.stderr)


def test_ids_with_bars_and_backticks_stay_in_their_cells(tmp_path):
    """A comment's tables keep their columns, and nothing of an id is read."""
    names = ["a|b", "`c`", "@team"]
    frame = pd.DataFrame({"model": names, "task": "t", "score": [0.1, 0.2, 0.3]})
    prose = "{% claim models[0].model == '@team' %}{{ models[0].name }} leads.{% endclaim %}"
    old = write(tmp_path / "old", prose, results=frame, models=pd.DataFrame({"model": names}),
                tasks=pd.DataFrame({"task": ["t"]}))  # fmt: skip
    (old / "site.toml").unlink()
    new = tmp_path / "new"
    shutil.copytree(old, new)
    frame.assign(score=[0.5, 0.4, 0.2]).to_parquet(new / "data/results.parquet", index=False)
    said = run(old, new, "--format", "markdown").stdout
    assert r"| `a\|b` | `t` | `base` |" in said
    assert "| `` `c` `` | `t` | `base` |" in said
    assert "| `@team leads.` |" in said


LIVE = (
    *("http://2130706433/x", "www.example.org", "a@example.org", "@team", "#1", "o/r#1", "~~x~~"),
    *("[x](//x.org)", "![x](//x.org)", "<b>x</b>", "$x$", ":tada:", "d670460b4b4aece5915c"),
)


def test_nothing_of_a_comment_is_live(tmp_path):
    """What the releases say is code: elsewhere, GitHub makes something of each of these."""
    claim = "{{% claim models[0].model == 'a' %}}See {}.{{% endclaim %}}\n\n"
    escaped = (text.replace("[", "\\[").replace("<", "&lt;") for text in LIVE)
    prose = "".join(map(claim.format, escaped))
    frame = pd.DataFrame({"model": [*"ab", *LIVE], "task": "t", "score": 0.5})
    tables = {"models": frame[["model"]], "tasks": frame[["task"]][:1]}
    releases = [
        write(tmp_path / name, prose, results=changed(frame, "score", {best: 0.9}), **tables)
        for best, name in enumerate("ab", 1)
    ]
    for release in releases:
        (release / "site.toml").unlink()
    comment = run(*releases, "--format", "markdown").stdout
    soup = BeautifulSoup(markdown(comment, extensions=["tables"]), "html.parser")
    assert [] == soup.select("a, img, b, del")
    code = {found.extract().get_text() for found in soup.select("code")}
    assert {f"See {text}." for text in LIVE} <= code
    assert [] == [text for text in LIVE if text in soup.get_text()]


def test_a_comment_ends_with_a_whole_line(tmp_path):
    """Half a line could be read in another way than the whole."""
    models = [f"{i}{'|`![](//x.org) @team' * 20}" for i in range(99)]
    frame = pd.DataFrame({"model": models, "task": "t", "score": 0.5})
    renamed = frame.assign(model="x" + frame["model"])
    old = write_project(tmp_path / "old", {"results": frame}, site_toml=None)
    new = write_project(tmp_path / "new", {"results": renamed}, site_toml=None)
    said = run(old, new, "--format", "markdown").stdout
    *lines, _, last = said.splitlines()
    assert "The rest is left out: a comment has no room for it." == last
    assert 58_000 < len(said) < 60_100
    assert all(line.endswith(" |") for line in lines if line.startswith("|"))


def test_long_tables_of_a_comment_are_cut_and_counted(tmp_path):
    frame = pd.DataFrame({"model": "m", "task": [f"t{i}" for i in range(43)], "score": 0.5})
    old = write_project(tmp_path / "old", {"results": frame}, site_toml=None)
    new = write_project(tmp_path / "new", {"results": frame.assign(score=0.25)}, site_toml=None)
    said = run(old, new, "--format", "markdown").stdout
    assert "\n\nAnd 3 more." in said
    assert 40 == said.count("`0.250`")


def keys_of(value: Any) -> set[str]:
    """Every key of a document, at any depth."""
    if isinstance(value, dict):
        return {*value}.union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def test_every_key_of_the_document_is_explained(tmp_path):
    """docs/changes.md names each, of whatever can be in it."""
    pair = write_pair(tmp_path)
    models = board()["models"].assign(name=["A", "Beta", "Gamma"])
    write_project(pair[1], {"models": models, "results": newer().assign(flag="odd")}, "[board]")
    found = keys_of(compared(*pair))
    assert {"condition", "lost", "key", "beyond_noise", "holds", "sha256"} <= found
    text = (ROOT / "docs/changes.md").read_text(encoding="utf8")
    assert [] == sorted(key for key in found if f"`{key}`" not in text)
