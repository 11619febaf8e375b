"""Licences are spelled as SPDX does, wherever they are compared or shown."""

import gzip
import json

import pandas as pd
import pytest

from site_builder.render.urls import license_link
from site_builder.tables.licenses import spelled
from tests.helpers.boards import make_frames
from tests.helpers.sites import build, make_site
from tests.helpers.tables import fault_lines, write_project


@pytest.mark.parametrize(
    ("written", "shown", "link"),
    [
        ("apache-2.0", "Apache-2.0", "Apache-2.0"),
        ("APACHE-2.0", "Apache-2.0", "Apache-2.0"),
        ("mit", "MIT", "MIT"),
        ("cc-by-nc-4.0", "CC-BY-NC-4.0", "CC-BY-NC-4.0"),
        ("apache-2.0 or mit", "Apache-2.0 OR MIT", ""),
        *((text, text, "") for text in ("Apache 2.0", "llama3.1", "Proprietary", "other", "", "(")),
        ("licenseref-own", "LicenseRef-own", ""),
    ],
)
def test_known_licences_are_spelled_in_one_way(written, shown, link):
    """What SPDX does not know stays as it is written."""
    assert shown == spelled(written)
    assert license_link(written) == (f"https://spdx.org/licenses/{link}.html" if link else "")


LICENSES = ["apache-2.0", "Apache-2.0", "Apache 2.0", "llama3.1", None]
SCORES = {"base": {name: [0.1 * n] for n, name in enumerate("abcde", start=1)}}


def project(folder, toml="", licenses=LICENSES):
    frames = make_frames(SCORES)
    models = frames["models"].assign(license=licenses)
    return write_project(folder, {**frames, "models": models}, toml + "[site]\ncards = false\n")


def test_a_board_has_one_chip_for_a_licence(tmp_path):
    """Its values, those of the choosing page and those of the pages of models; not the download."""
    site = build(project(tmp_path))
    (table,) = site.page("models/").select("#board-base")
    values, places = json.loads(str(table["data-filters"]))["license"]
    assert {"Apache-2.0", "Apache 2.0", "llama3.1"} == {*values}
    assert 2 == places.count(values.index("Apache-2.0"))
    for model in "ab":
        assert "Apache-2.0" in site.page(f"models/{model}/").get_text(" ")
        assert "apache-2.0" not in site.page(f"models/{model}/").get_text(" ")
    text = gzip.decompress(site.files["downloads/models.csv.gz"]).decode()
    assert ["a,apache-2.0", "b,Apache-2.0"] == text.split("\r\n")[1:3]


@pytest.mark.parametrize("written", ["apache-2.0", "Apache-2.0", "APACHE-2.0"])
def test_boards_name_a_licence_in_any_spelling(tmp_path, written):
    toml = f"[[boards]]\nid = 'open'\nwhere = {{ license = ['{written}'] }}\n"
    toml += f"[[boards]]\nid = 'all'\nfilters = {{ license = ['{written}'] }}\n"
    root = project(tmp_path, toml)
    assert [] == fault_lines(root)
    first, whole = make_site(root).by_board
    assert {"a", "b"} == {*first.results.catalog.models}
    assert {"a", "b", "c", "d", "e"} == {*whole.results.catalog.models}


def test_a_licence_that_spdx_does_not_know_is_named_as_written(tmp_path):
    toml = "[[boards]]\nid = 'open'\nwhere = { license = ['Llama3.1'] }\n"
    (line, *_) = fault_lines(project(tmp_path, toml))
    assert "where wants license = 'Llama3.1', which no entry has. Did you mean 'llama3.1'?" in line


def test_a_submission_may_spell_a_licence_in_another_way(tmp_path):
    root = project(tmp_path, licenses=["apache-2.0", "MIT", None, None, None])
    (root / "data/submissions").mkdir()
    entry = "schema: 1\nmodel: {}\nfacets: {{ agent: x }}\nscores: {{ t1: 0.7 }}\nlicense: {}\n"
    (root / "data/submissions/a.yaml").write_text(entry.format("a", "Apache-2.0"))
    assert [] == fault_lines(root)
    (root / "data/submissions/b.yaml").write_text(entry.format("b", "Apache-2.0"))
    (line,) = fault_lines(root)
    assert "'license' of 'b' is 'Apache-2.0', and 'MIT' in data/models.parquet: row 2" in line


def test_a_table_of_the_wrong_type_is_one_fault(tmp_path):
    models = pd.DataFrame({"model": [*"abcde"], "license": [1, 2, 3, 4, 5]})
    root = write_project(tmp_path, {**make_frames(SCORES), "models": models}, "")
    (line,) = fault_lines(root)
    assert "column 'license' is a number, not text" in line
