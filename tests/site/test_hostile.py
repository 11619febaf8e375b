"""Hostile input, a case a name: each gets the line that it deserves, or comes out as it is."""

import errno
import io
import os
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bs4 import BeautifulSoup, Tag
from click.testing import CliRunner

from site_builder.addresses import Address
from site_builder.commands import main
from site_builder.config import load_config
from site_builder.errors import FaultsError
from site_builder.pages.all import make_find, make_pages
from site_builder.pages.model_scores import CARDS
from site_builder.pages.page import OutputFile, Page, ScriptData, Site
from site_builder.prose.markdown import load_prose
from site_builder.records import replace
from site_builder.render.pages import render_site
from site_builder.render.urls import web_link
from site_builder.tables.files import UnreadableTableError, read_footer
from site_builder.tables.schema import RESULTS
from site_builder.tables.write import read_stored
from tests.helpers.hostile import LINKS
from tests.helpers.sites import contents, make_site
from tests.helpers.tables import (
    board,
    changed,
    fault_lines,
    having,
    models_frame,
    parquet,
    results_frame,
    tasks_frame,
    write_project,
)

WHOLE = parquet(results_frame())
CUT = "the Parquet file is cut short. Write it again as Parquet."
FOREIGN = "the file is not Parquet. Write it again as Parquet."
NO_FILE = "this is not a file. Write the table as one Parquet file."
MISSING = (
    "the file is missing. Write it, or results.csv or results.jsonl, with one row for a score "
    "and the columns 'model', 'task', 'score'."
)


def test_a_table_cut_anywhere(tmp_path):
    for end in (*range(1, len(WHOLE), len(WHOLE) // 10), *range(len(WHOLE) - 50, len(WHOLE))):
        write_project(tmp_path, {"results": WHOLE[:end]}, "")
        line = FOREIGN if end < 4 else CUT
        assert [f"data/results.parquet: {line}"] == fault_lines(tmp_path)


def close_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let nobody list a folder."""

    def refuse(honest: Callable[[Any], Any], path: Any = ".") -> Any:
        if str(path) == str(folder):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return honest(path)

    for name in ("scandir", "listdir"):
        monkeypatch.setattr(os, name, partial(refuse, getattr(os, name)))


def folder(path: Path) -> None:
    path.mkdir()


def loop(path: Path) -> None:
    path.symlink_to(path)


def pipe(path: Path) -> None:
    """One that nobody writes to."""
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


@pytest.mark.parametrize(
    ("make", "line"),
    [(folder, NO_FILE), (pipe, NO_FILE), (endless, NO_FILE), (loop, MISSING), (dangling, MISSING)],
)
def test_folders_devices_and_links_in_place_of_a_file(tmp_path, make, line):
    (tmp_path / "data").mkdir()
    make(tmp_path / "data/results.parquet")
    assert [f"data/results.parquet: {line}"] == fault_lines(tmp_path)


def test_a_table_may_be_a_link(tmp_path):
    write_project(tmp_path, board())
    real = tmp_path / "real.parquet"
    (tmp_path / "data/results.parquet").rename(real)
    (tmp_path / "data/results.parquet").symlink_to(real)
    assert [] == fault_lines(tmp_path)


def scored(values: "pa.Array[Any]") -> pa.Table:
    table = pa.Table.from_pandas(results_frame().drop(columns="score"), preserve_index=False)
    return table.append_column("score", values)


def named(values: "pa.Array[Any]") -> pa.Table:
    table = pa.Table.from_pandas(results_frame().drop(columns="model"), preserve_index=False)
    return table.append_column("model", values)


FILL, GIVE = "Fill it in, or leave the row out.", "Give the number, or leave the row out."
ALL = "rows 1, 2, 3, 4, 5 and 5 more"
TABLES: dict[str, tuple[dict[str, Any], str]] = {
    "lists": (
        {"results": scored(pa.array([[0.5]] * 10))},
        "column 'score' is a list, not a number. Store it as numbers.",
    ),
    "lists of nulls": (
        {"results": scored(pa.array([[None, [None]]] * 10))},
        "column 'score' is a list, not a number. Store it as numbers.",
    ),
    "structs": (
        {"results": scored(pa.array([{"a": {"b": None}}] * 10))},
        "column 'score' is a structure, not a number. Store it as numbers.",
    ),
    "timestamps": (
        {"results": scored(pa.array([0] * 10, pa.timestamp("ns")))},
        "column 'score' is a date or time, not a number. Store it as numbers.",
    ),
    "durations": (
        {"results": scored(pa.array([0] * 10, pa.duration("s")))},
        "column 'score' is a date or time, not a number. Store it as numbers.",
    ),
    "dictionary of text": (
        {"results": scored(pa.array(["0.5"] * 10).dictionary_encode())},
        "row 1: column 'score' is text, not a number, such as '0.5'. Store it as numbers; "
        "pandas.to_numeric converts it.",
    ),
    "bytes": (
        {"results": scored(pa.array([b"\xff"] * 10))},
        "column 'score' is binary, not a number. Store it as numbers.",
    ),
    "true and false": (
        {"results": scored(pa.array([True] * 10))},
        "column 'score' is true or false, not a number. Store it as numbers.",
    ),
    "nothing but nulls": ({"results": scored(pa.nulls(10))}, f"{ALL}: 'score' is null. {FILL}"),
    "NaN": (
        {"results": scored(pa.array([float("nan")] * 10, from_pandas=False))},
        f"{ALL}: 'score' is not a number (NaN). {GIVE}",
    ),
    "infinite": (
        {"results": scored(pa.array([float("-inf")] * 10))},
        f"{ALL}: 'score' is infinite. {GIVE}",
    ),
    "1e308": (
        {"results": scored(pa.array([1e308] * 10)), "tasks": tasks_frame()[["task"]]},
        f"{ALL}: 'score' is beyond 1e+100. Choose a larger unit.",
    ),
    "numbers as ids": (
        {"results": named(pa.array([2**62] * 10))},
        "column 'model' is a number, not text. Store it as text.",
    ),
    "lists as ids": (
        {"results": named(pa.array([["a"]] * 10))},
        "column 'model' is a list, not text. Store it as text.",
    ),
    "ids of nothing to see": (
        {"results": named(pa.array(["\u200b\u2060 \t"] * 10))},
        f"{ALL}: 'model' is empty. Fill it in.",
    ),
    "ids with a null character": (
        {"results": named(pa.array(["a\0b"] * 10))},
        f"{ALL}: 'model' contains a null character. Remove it.",
    ),
    "ids with half a line end": (
        {"results": named(pa.array(["a\r"] * 10))},
        f"{ALL}: 'model' contains a carriage return. Remove it.",
    ),
    "an id that drives a terminal": (
        {"results": changed(results_frame(), "task", {1: "\x1b[2J\x07\r\u202e"})},
        r"row 1: task '\x1b[2J\x07\r\u202e' is not in tasks.parquet. Add it there.",
    ),
    "an id of 100,000 letters": (
        {"results": changed(results_frame(), "task", {1: "x" * 100_000})},
        f"row 1: task '{'x' * 994}\N{HORIZONTAL ELLIPSIS} (99,031 characters more)"
        ". Add it there.",
    ),
    "no rows": (
        {"results": results_frame()[:0]},
        "the table has no rows. Write at least one row for a score.",
    ),
    "no columns": (
        {"results": pa.table({})},
        "column 'model' is missing. Add it: id of the model.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("tables", "line"), TABLES.values(), ids=TABLES.keys())
def test_bad_values(tmp_path, tables, line):
    lines = fault_lines(write_project(tmp_path, board() | tables))
    assert 1 == lines.count(f"data/results.parquet: {line}"), lines
    assert all(found.isprintable() and len(found) < 2_500 for found in lines)


def encoded(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def repeated(text: "str | bytes | pa.Scalar[Any]", times: int) -> "pa.Array[Any]":
    """A text that the file has once, and a number per row that stands for it."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), pa.array([text]))


def nested(values: "pa.Array[Any]") -> "pa.Array[Any]":
    return pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)


LARGE = "the Parquet file has {}, and at most {} are read. Leave out what the site does not need."
TEXTS = LARGE.format("3,000,000,000 bytes or more of text when it is read", "500,000,000")
LARGE_TABLES: dict[str, tuple[pa.Table, str]] = {
    "texts": (pa.table({"a": repeated("x" * 10**6, 3_000)}), TEXTS),
    "binary": (pa.table({"a": repeated(b"x" * 10**6, 3_000)}), TEXTS),
    "lists of texts": (pa.table({"a": nested(repeated("x" * 10**6, 3_000))}), TEXTS),
    "rows": (
        pa.table({"a": pa.nulls(25_000_001), "b": pa.nulls(25_000_001)}),
        LARGE.format("50,000,002 values", "50,000,000"),
    ),
}


@pytest.mark.parametrize(("table", "line"), LARGE_TABLES.values(), ids=LARGE_TABLES.keys())
def test_small_files_of_large_tables(tmp_path, table, line):
    """A build, which reads a table whole, and an import, which adds to it, refuse them."""
    file = encoded(table, compression="zstd")
    assert len(file) < 300_000
    write_project(tmp_path, {"results": file}, "")
    assert f"data/results.parquet: {line}" in fault_lines(tmp_path)
    with pytest.raises(FaultsError, match="the table cannot be added to: the Parquet file has "):
        read_stored(RESULTS, tmp_path / "data")


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (nested(pa.nulls(100_001)), "100,001 values"),
        (repeated(pa.scalar(b"x" * 10**5, pa.binary(10**5)), 2), "300,047 bytes when it is read"),
    ],
    ids=["items of a list", "wide values"],
)
def test_the_size_of_values(tmp_path, monkeypatch, values, what):
    monkeypatch.setattr("site_builder.tables.files.MAX_VALUES", 100_000)
    monkeypatch.setattr("site_builder.tables.files.MAX_BYTES", 250_000)
    write_project(tmp_path, {"results": pa.table({"a": values})}, "")
    assert f"the Parquet file has {what}" in fault_lines(tmp_path)[0]


def test_the_name_of_a_column_that_is_no_text(tmp_path):
    file = encoded(pa.table({"name_of_a_column": [1]}), store_schema=False)
    file = file.replace(b"name_of_a_column", b"name_of_a_colum\xff")
    write_project(tmp_path, {"results": file}, "")
    what = "the name of a column is not UTF-8 text"
    line = f"the Parquet file is damaged: {what}. Write it again as Parquet."
    assert [f"data/results.parquet: {line}"] == fault_lines(tmp_path)
    with pytest.raises(FaultsError, match=f"the table cannot be added to: .*{what}"):
        read_stored(RESULTS, tmp_path / "data")
    with pytest.raises(UnreadableTableError, match=what):
        read_footer(tmp_path / "data/results.parquet")


LEGAL: dict[str, dict[str, Any]] = {
    "dictionary": {"results": scored(pa.array([0.5] * 10).dictionary_encode())},
    "decimal": {"results": scored(pa.array([Decimal("0.5")] * 10))},
    "half floats": {"results": scored(pa.array([0.5] * 10, pa.float16()))},
    "negative zero": {"results": scored(pa.array([-0.0] * 10))},
    "huge whole numbers": {"results": having(results_frame(), n_examples=2**62)},
    "1e100": {
        "results": scored(pa.array([1e100] * 10)),
        "tasks": tasks_frame()[["task", "metric"]],
    },
    "least float": {"results": scored(pa.array([5e-324] * 10))},
    "columns of one name": {
        "results": pa.Table.from_arrays(
            [*pa.Table.from_pandas(results_frame(), preserve_index=False).columns, pa.nulls(10)],
            names=["model", "task", "variant", "score", "score"],
        )
    },
    "one text in many rows": {"results": having(results_frame(), extra="x" * 10**6)},
    "every kind of nesting": {
        "results": having(results_frame(), l=[["a", None]] * 10, s=[{"a": {"b": ["c"]}}] * 10)
    },
    "maps": {
        "results": pa.Table.from_pandas(results_frame(), preserve_index=False).append_column(
            "m", pa.array([[("a", "b")], None] * 5, pa.map_(pa.string(), pa.string()))
        )
    },
    "a column without a name": {"results": having(results_frame(), **{"": 1})},
    "nested columns beyond the contract": {
        "results": having(results_frame(), extra=[{"a": [None, {"b": []}]}] * 10)
    },
    "a month before the first": {"models": having(models_frame(), release_date="0001-01-01")},
}


@pytest.mark.parametrize("tables", LEGAL.values(), ids=LEGAL.keys())
def test_odd_values_are_legal(tmp_path, tables):
    assert [] == fault_lines(write_project(tmp_path, board() | tables))


LINK = "must be a link (https:// or http://) without '?' and '#'"
TOML: dict[str, tuple[bytes, str]] = {
    "UTF-16": ("[site]".encode("utf-16"), "is not UTF-8 text. Save it as UTF-8."),
    "null byte": (b"[site]\ntitle = '\x00'", "is not valid TOML: "),
    "huge number": (
        b"[board]\nmin_coverage = 1e999",
        "board.min_coverage = Infinity must be at most 1",
    ),
    "huge whole number": (
        b"[analysis]\ntraining_set_thresholds = [-" + b"9" * 4_000 + b"]",
        "analysis.training_set_thresholds = ",
    ),
    "script for a link": (
        b"[site]\nrepository = 'javascript:alert(1)'",
        f'site.repository = "javascript:alert(1)" {LINK}',
    ),
    "quote in a link": (
        b"[site]\nbase_url = 'https://x\" onclick=\"y'",
        f'site.base_url = "https://x\\" onclick=\\"y" {LINK}',
    ),
    "a folder outside": (b"[site]\ndata_dir = '../..'", "unknown key 'site.data_dir'. "),
    "a key of markup": (b"[site]\n'<b>' = 1", "unknown key 'site.<b>'. "),
    "a key that drives a terminal": (b'[site]\n"\\u001b[2J" = 1', r"unknown key 'site.\x1b[2J'. "),
    "a large file": (
        b"#" * 100_001,
        "cannot be read: it has 100,001 bytes, more than 100,000",
    ),
    "a key of many parts": (b"a" + b".a" * 40_000 + b" = 1", "a line has more than 1,000 dots"),
    "no such base": (
        b"[board]\nbaseline = '../../etc/passwd'",
        "baseline '../../etc/passwd' is not a model. Known models: alpha, beta, gamma.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("toml", "line"), TOML.values(), ids=TOML.keys())
def test_bad_configurations(project, toml, line):
    (project / "site.toml").write_bytes(toml)
    (found,) = fault_lines(project)
    assert found.startswith(f"site.toml: {line}")
    assert found.isprintable()
    assert len(found) < 2_500


def test_a_thousand_unknown_keys(project):
    toml = "[site]\n" + "".join(f"key{i} = 1\n" for i in range(1_000))
    (project / "site.toml").write_text(toml)
    with pytest.raises(FaultsError) as caught:
        load_config(project)
    assert 21 == len(caught.value.faults)
    assert "site.toml: and 980 more like these: keys and values" == str(caught.value.faults[-1])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(write_project(tmp_path_factory.mktemp("hostile"), board()))


@pytest.fixture(scope="module")
def about(site: Site) -> list[OutputFile]:
    """The one page that these tests render, and the index that every page names."""
    pages = [p for p in make_pages(site) if isinstance(p, Page) and p.template == "about.html"]
    return [
        *pages,
        ScriptData(Address("asset", CARDS), "score cards", dict),
        make_find(site, pages),
    ]


@pytest.fixture
def write(site: Site, about: list[OutputFile], tmp_path: Path) -> Callable[[str], Tag]:
    """Writes the about page's prose and gives what stands in the page for it."""

    def prose_of(text: str) -> Tag:
        (tmp_path / "about.md").write_text(text, encoding="utf8")
        html = render_site(site, about, load_prose(tmp_path))["about/index.html"]
        prose = BeautifulSoup(html, "html.parser").select_one(".prose")
        assert prose is not None
        return prose

    return prose_of


DEEP = "it is nested too deeply, or has too long a number"
CALLS = "prose can call only model, task, category, correlation and link"
UNSAFE = "access to attribute '{}' of '{}' object is unsafe."
PROSE: dict[str, tuple[str, str]] = {
    "class of a value": ("{{ stats.__class__ }}", UNSAFE.format("__class__", "dict")),
    "class by a key": ("{{ models['__class__'] }}", UNSAFE.format("__class__", "list")),
    "all classes": (
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        UNSAFE.format("__class__", "str"),
    ),
    "globals of a function": (
        "{{ link.__globals__ }}",
        "'functools.partial object' has no attribute '__globals__'",
    ),
    "what a function holds": ("{{ model.args }}", UNSAFE.format("args", "partial")),
    "the function in a function": ("{{ link.func }}", UNSAFE.format("func", "partial")),
    "the template itself": (
        "{{ self._TemplateReference__context }}",
        UNSAFE.format("_TemplateReference__context", "TemplateReference"),
    ),
    "class by a filter": ("{{ stats | attr('__class__') }}", "No filter named 'attr'."),
    "change of a figure": ("{{ stats.update({}) }}", UNSAFE.format("update", "dict")),
    "a method of a text": ("{{ 'x'.ljust(9) }}", CALLS),
    "a width by format": ("{{ '{:>999999999}'.format(1) }}", CALLS),
    "a method of a list": ("{{ models.index(1) }}", CALLS),
    "a file": ("{% include '/etc/passwd' %}", "prose has no {% include %}"),
    "a file of macros": ("{% import 'x' as x %}", "prose has no {% import %}"),
    "names of a file": ("{% from 'x' import y %}", "prose has no {% from %}"),
    "another frame": ("{% extends 'base.html' %}", "prose has no {% extends %}"),
    "a macro that calls itself": (
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "maximum recursion depth exceeded",
    ),
    "a loop that calls itself": (
        "{% for m in models recursive %}{{ loop(models) }}{% endfor %}",
        CALLS,
    ),
    "a long loop": ("{% for i in range(10**9) %}{% endfor %}", "'range' is undefined"),
    "more loops than Python nests": (
        "{% for m in models %}" * 30 + "{% endfor %}" * 30,
        DEEP,
    ),
    "deep brackets": ("{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}", DEEP),
    "a long number": ("{{ " + "9" * 5_000 + " }}", DEEP),
    "a number that becomes long": ("{{ stats.tasks ** 99_999 }}", "Exceeds the limit"),
    "a long number in a claim": (
        "{% set a = stats.tasks ** 99_999 %}{% claim a < 1 %}x{% endclaim %}",
        "the data does not bear this out (a < 1): x",
    ),
    "texts joined": ("{{ 'a' ~ 0.5 }}", "prose has no '~'"),
    "half a character": ("{{ '\\ud800' }}", "'utf-8' codec can't encode character"),
    "an endless figure": ("{{ (1e308 * 10) | score }}", "the figure inf is not finite"),
    "chance": ("{{ models | random }}", "No filter named 'random'."),
    "HTML by a filter": ("{{ '<b>' | safe }}", "No filter named 'safe'."),
    "a link to a file of the machine": (
        "{{ link('/etc/passwd') }}",
        "there is no page for link('/etc/passwd', ''). Known: about.",
    ),
    "a filter of a text that is no figure": (
        "{% filter score %}x{% endfilter %}",
        "could not convert string to float: 'x'",
    ),
    "a filter of a block in a macro": (
        "{% macro m() %}{% filter score %}x{% endfilter %}{% endmacro %}{{ m() }}",
        "could not convert string to float: 'x'",
    ),
    "a filter that makes a list": (
        "{% filter list %}x{% endfilter %}",
        "a list is neither a text nor a figure",
    ),
    "a call of nothing": ("{% call nothing() %}x{% endcall %}", "'nothing' is undefined"),
    "a name in a filter of a block": (
        "{% set a | default(stats) %}x{% endset %}",
        f"{DEEP} or a name in a filter of {{% set %}}",
    ),
    "an open block": ("{% if true %}x", "Unexpected end of template."),
    "an open figure": ("{{ stats.tasks", "unexpected end of template"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), PROSE.values(), ids=PROSE.keys())
def test_prose_that_wants_more_than_figures(write, text, line):
    """File, line, and what prose may not do; it ends soon, and reaches nothing."""
    with pytest.raises(FaultsError) as caught:
        write(text)
    first = str(caught.value.faults[0])
    assert first.startswith(f"data/content/about.md:1: {line}")
    assert "0x" not in first


MARKDOWN: dict[str, tuple[str, str]] = {
    "script": ("a <script>alert(1)</script> b", "<p>a  b</p>"),
    "script in a script": ("<scr<script>ipt>alert(1)</script>", "<p>&lt;scr</p>"),
    "handler": ('<em onclick="alert(1)">a</em>', "<p><em>a</em></p>"),
    "style": ('<p style="position:fixed" class="x" id="main">a</p>', "<p>a</p>"),
    "script link": ("[a](javascript:alert(1))", '<p><a rel="noopener">a</a></p>'),
    "script link in disguise": (
        "[a](&#106;ava&#x0A;script&colon;alert(1))",
        '<p><a rel="noopener">a</a></p>',
    ),
    "data link": ("[a](data:text/html;base64,PHNjcmlwdD4=)", '<p><a rel="noopener">a</a></p>'),
    "visual basic": ("[a](vbscript:x)", '<p><a rel="noopener">a</a></p>'),
    "mail": ("<a href='mailto:me@example.org'>a</a>", '<p><a rel="noopener">a</a></p>'),
    "host without a scheme": ("[a](//evil.example)", '<p><a rel="noopener">a</a></p>'),
    "host behind backslashes": ("<a href='\\\\evil'>a</a>", '<p><a rel="noopener">a</a></p>'),
    "anchor": ("[a](#b)", '<p><a href="#b" rel="noopener">a</a></p>'),
    "own page": ("[a](../models/)", '<p><a href="../models/" rel="noopener">a</a></p>'),
    "picture": ("![a](https://evil.example/x.png)", "<p></p>"),
    "frame": ("<iframe src='https://evil.example'></iframe>", ""),
    "form": ("<form action='https://evil.example'><input></form>", ""),
    "drawing": ("<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>a</a></svg>", "<p></p>"),
    "refresh": ("<meta http-equiv=refresh content='0;url=https://evil.example'>", "<p></p>"),
    "base": ("<base href='https://evil.example'>", "<p></p>"),
    "template that is none": ("{% raw %}{{ stats }}{% endraw %}", "<p>{{ stats }}</p>"),
    "byte order mark": ("\N{BYTE ORDER MARK}a", "<p>a</p>"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "html"), MARKDOWN.values(), ids=MARKDOWN.keys())
def test_prose_comes_out_clean(write, text, html):
    prose = write(text)
    inside = prose.decode_contents().strip()
    assert html == inside
    assert {"a", "em", "p"} >= {tag.name for tag in prose.find_all(True)}
    hrefs = {str(tag["href"]) for tag in prose.find_all("a", href=True)}
    assert hrefs <= {"#b", "../models/"}


OUTSIDE = "cannot be read: it is a symbolic link that points outside the folder"


def test_lists_nested_too_deeply(write):
    with pytest.raises(FaultsError) as caught:
        write("\n".join(f"{'    ' * i}- a" for i in range(250)))
    line = "data/content/about.md: its lists or quotes are nested too deeply"
    assert [line] == [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (endless, OUTSIDE),
        (lambda path: path.symlink_to("/etc/passwd"), OUTSIDE),
        (pipe, "cannot be read: it is no file"),
        (folder, "cannot be read: it is no file"),
        (lambda path: path.write_bytes(b"\xff"), "cannot be read as UTF-8 text: "),
        (lambda path: path.write_bytes(b"x" * 1_000_001), "cannot be read: it has 1,000,001 bytes"),
    ],
    ids=["device", "file of the machine", "pipe", "folder", "no text", "large"],
)  # fmt: skip
def test_unreadable_prose(tmp_path, make, line):
    """No file from elsewhere is published, and nothing is waited for."""
    make(tmp_path / "about.md")
    prose = load_prose(tmp_path)
    assert {} == prose.texts
    (fault,) = prose.faults
    assert str(fault).startswith(f"data/content/about.md: {line}")


TOO_DEEP = f"about.html:1: {DEEP}"
GLOBALS = f"about.html:1: {UNSAFE.format('__globals__', 'function')}"
TEMPLATES: dict[str, tuple[str, str]] = {
    "class of a value": (
        "{{ ''.__class__.__mro__ }}",
        f"about.html:1: {UNSAFE.format('__class__', 'str')}",
    ),
    "globals of a function": ("{{ url.__globals__ }}", GLOBALS),
    "attributes by a format": (
        "{{ '{0.__class__}'.format(url) }}",
        f"about.html:1: {UNSAFE.format('__class__', 'function')}",
    ),
    "globals by a key": ("{{ url['__globals__'] }}", GLOBALS),
    "globals by a key that is made": ("{{ url['__glo' ~ 'bals__'] }}", GLOBALS),
    "globals by a filter": ("{{ [url] | map(attribute='__globals__') | first }}", GLOBALS),
    "globals by the filter for attributes": ("{{ url | attr('__globals__') }}", GLOBALS),
    "a file of the machine": (
        "{% include '../../../etc/passwd' %}",
        "../../../etc/passwd: there is no such template.",
    ),
    "an endless range": (
        "{% for i in range(10**9) %}{% endfor %}",
        "about.html:1: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
    ),
    "a sum of words": (
        "{{ page.title + 1 }}",
        'about.html:1: can only concatenate str (not "int") to str.',
    ),
    "a division by zero": ("{{ 1 / 0 }}", "about.html:1: division by zero."),
    "an open block": ("{% if true %}", "about.html:1: Unexpected end of template."),
    "an endless number": (
        "{% if 1e308 * 10 > page.title | length %}x{% endif %}",
        "about.html:1: name 'inf' is not defined.",
    ),
    "a loop in a loop in a loop": ("{% for a in [1] %}" * 30 + "{% endfor %}" * 30, TOO_DEEP),
    "indented too deeply": ("{% if 1 %}" * 200 + "{% endif %}" * 200, TOO_DEEP),
    "deep brackets": ("{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}", TOO_DEEP),
    "half a character": (
        "{{ '\\ud800' }}",
        "about.html: it writes half a character, which is no text.",
    ),
    "a length that is too short": (
        "{{ 'x' | truncate(-5) }}",
        "about.html:1: expected length >= 3, got -5.",
    ),
    "a name in a filter of a block": (
        "{% set a | default(page) %}x{% endset %}",
        f"{TOO_DEEP} or a name in a filter of {{% set %}}",
    ),
    "a large file": (
        "x" * 1_000_001,
        "about.html: cannot be read: it has 1,000,001 bytes, more than 1,000,000.",
    ),
}


@pytest.mark.parametrize(("text", "line"), TEMPLATES.values(), ids=TEMPLATES.keys())
def test_templates_that_want_more_than_a_page(site, about, tmp_path, text, line):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/about.html").write_text(text)
    own = replace(site, config=site.config.model_copy(update={"root": tmp_path}))
    with pytest.raises(FaultsError) as caught:
        render_site(own, about, load_prose(tmp_path))
    assert str(caught.value.faults[0]).startswith(f"templates/{line}")


def test_links_of_the_data():
    """Only http and https with a host and no name before it are followed."""
    assert [""] * len(LINKS) == [web_link(link) for link in LINKS]


@pytest.mark.parametrize(
    ("words", "name", "content"),
    [
        (["import", "csv"], "a/x.csv", "model,task,score\nalpha,add,0.5\n"),
        (["import", "model-index"], "a/x/.eval_results/x.yaml", "- dataset: {id: a}\n  value: 5\n"),
        (["aggregate"], "a/x.csv", "model,task,example,score\nalpha,add,1,0.5\n"),
        (["profile"], "a/train.jsonl", '{"input": "1", "output": "2"}\n'),
    ],
)  # fmt: skip
def test_an_import_that_cannot_be_read(project, tmp_path, monkeypatch, words, name, content):
    path = tmp_path / "runs" / name
    path.parent.mkdir(parents=True)
    path.write_text(content)
    closed = tmp_path / "runs/b" / path.relative_to(tmp_path / "runs/a").parent
    closed.mkdir(parents=True)
    close_folder(monkeypatch, closed)
    args = [*words, str(tmp_path / "runs"), "--into", str(project)]
    said = CliRunner().invoke(main, args)
    line = f"{closed}: cannot be read: Permission denied. Make it readable."
    assert (1, [line]) == (said.exit_code, said.stderr.splitlines()[:1])


NOT_UTF8 = "its name is not UTF-8. Rename it."


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_not_utf8(project):
    """Every such file and folder in one run, each once; the next build is none the worse."""
    assert 0 == CliRunner().invoke(main, ["build", "--project", str(project)]).exit_code
    before = contents(project / "site")
    for name in (b"static/caf\xe9/x.txt", b"static/\xe9.txt", b"templates/\xe9.html"):
        path = project / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (project / "data/content/pages").mkdir(parents=True)
    (project / os.fsdecode(b"data/content/pages/\xe9.md")).write_text("x")
    (project / os.fsdecode(b"data/content/\xe9.md")).write_text("x")
    (project / os.fsdecode(b"data/\xe9.parquet")).write_text("x")
    names = ("data/content/%.md", "data/content/pages/%.md", "templates/%.html", "static/%.txt")
    said = CliRunner().invoke(main, ["build", "--project", str(project)])
    found = {line for line in said.stderr.splitlines() if NOT_UTF8 in line}
    lines = {f"{name}: {NOT_UTF8}".replace("%", "\\udce9") for name in names}
    assert {*lines, f"static/caf\\udce9: {NOT_UTF8}"} == found
    assert (1, before) == (said.exit_code, contents(project / "site"))


@pytest.mark.parametrize(
    "name", ["static/sub", "templates/parts", "data/content", "data/content/pages"]
)
def test_a_folder_that_cannot_be_read(project, monkeypatch, name):
    (project / name).mkdir(parents=True)
    close_folder(monkeypatch, project / name)
    said = CliRunner().invoke(main, ["build", "--project", str(project)])
    line = f"{name}: cannot be read: Permission denied. Make it readable."
    assert (1, True) == (said.exit_code, line in said.stderr.splitlines()), said.stderr
