"""Prose: figures that cannot go stale, claims that cannot turn false in silence, safe HTML."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given
from hypothesis import strategies as st

from site_builder.addresses import Address
from site_builder.errors import FaultsError
from site_builder.pages.all import make_find, make_pages
from site_builder.pages.model_scores import CARDS
from site_builder.pages.page import OutputFile, Page, ScriptData, Site
from site_builder.prose.markdown import SLOTS, escape_markdown, load_prose, to_html
from site_builder.render.pages import render_site
from tests.helpers.sites import build, build_once, index_results, make_site, visible
from tests.helpers.tables import board, write_project

# Of the fixture board (helpers/tables.py): mean lift = (0.25 + 0.25 + 0.625 - 0.25) / 4 = 0.21875.
REFUSED = "is not written with a filter such as `score`, `signed` or `percent`"

Write = Callable[[str], Tag]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(write_project(tmp_path_factory.mktemp("prose"), board()))


def about_page(site: Site) -> list[OutputFile]:
    """The one page that most of these tests render, and the index that every page names."""
    pages = [p for p in make_pages(site) if isinstance(p, Page) and p.template == "about.html"]
    return [
        *pages,
        ScriptData(Address("asset", CARDS), "score cards", dict),
        make_find(site, pages),
    ]


@pytest.fixture(scope="module")
def about(site: Site) -> list[OutputFile]:
    return about_page(site)


@pytest.fixture
def write(site: Site, about: list[OutputFile], tmp_path: Path) -> Write:
    """Writes the about page's prose and gives what stands in the page for it."""

    def prose_of(text: str) -> Tag:
        (tmp_path / "about.md").write_text(text, encoding="utf8")
        html = render_site(site, about, load_prose(tmp_path))["about/index.html"]
        prose = BeautifulSoup(html, "html.parser").select_one(".prose")
        assert prose is not None
        return prose

    return prose_of


@pytest.fixture
def refused(write: Write) -> Callable[[str], str]:
    """What is said of prose that stops the build, without the name of its file."""

    def message(text: str) -> str:
        with pytest.raises(FaultsError) as error:
            write(text)
        assert 1 == len(error.value.faults)
        return str(error.value).removeprefix("data/content/about.md:")

    return message


def with_content(root: Path, **texts: str) -> Path:
    write_project(root, board())
    (root / "data/content").mkdir()
    for slot, text in texts.items():
        (root / "data/content" / f"{slot}.md").write_text(text, encoding="utf8")
    return root


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{{ stats.tasks }} tasks", "2 tasks"),
        ("{{ stats.mean_lift_over_base | signed }}", "+0.219"),
        ("{{ stats.mean_lift_over_base | score }}", "0.219"),
        ("{{ stats.mean_lift_over_base | percent }}", "22\N{NO-BREAK SPACE}%"),
        ("{{ stats.mean_lift_over_base | percent(1) }}", "21.9\N{NO-BREAK SPACE}%"),
        ("{{ stats.mean_lift_over_base | decimals(4) }}", "0.2188"),
        ('{{ model("beta").lift_over_base.fine_tuned | signed }}', "+0.188"),
        ('{{ task("sort").best_lift_over_baseline | signed }}', "+0.125"),
        ('{{ category("Math").best_lift_over_baseline | signed }}', "+0.250"),
        ("{{ (0.0 - stats.mean_lift_over_base) | signed }}", "\N{MINUS SIGN}0.219"),
        ("{{ 12345 | count }}", "12,345"),
        ("{{ 0.2 | money }}", "$0.20"),
        ("{{ 1.5 | seconds }}", "1.50\N{NO-BREAK SPACE}s"),
        ("{{ 300 | ratio }}", "300\N{MULTIPLICATION SIGN}"),
        ("{{ 0.0001 | p_value }}", "< 0.001"),
        (
            "{{ stats.tasks | in_words }} tasks, {{ 0 | in_words }}, {{ 13 | in_words }}",
            "two tasks, no, 13",
        ),
        ("{{ models | map(attribute='name') | listed }}", "Alpha, Beta and Gamma"),
        ("{{ baseline }}", "Gamma"),
        ("{{ training_sets.below[10000] }} of {{ training_sets.sizes | length }}", "1 of 2"),
        ("{{ none | score }}", "\N{EN DASH}"),
        ("{% claim stats.tasks == 2 %}Two.{% endclaim %}", "Two."),
        ("{% claim(stats.tasks == 2) %}Two.{% endclaim %}", "Two."),
        ("{% set best = models[0] %}{{ best.name }}", "Alpha"),
        ("{% set text %}{{ 0.5 | score }}.{% endset %}{{ text }}", "0.500."),
        ("{% macro f(n) %}{{ n | score }}{% endmacro %}{{ f(0.5) }}", "0.500"),
        ("{{ baseline + ', ' + (0.5 | score) }}", "Gamma, 0.500"),
    ],
)
def test_live_figures(write, written, read):
    assert read == write(written).get_text().strip()


def test_links_to_pages_of_the_site(tmp_path):
    """`link` leads from the page at hand, by the id of what it leads to."""
    text = (
        '[A]({{ link("model", "alpha") }}) [T]({{ link("task", "sort") }}) [D]({{ link("data") }})'
    )
    soup = build(with_content(tmp_path, about=text)).page("about/")
    hrefs = [a["href"] for a in soup.select(".prose a")]
    assert ["../models/alpha/", "../tasks/sort/", "../data/"] == hrefs


def test_links_to_pages_that_are_not_there(tmp_path):
    links = {"about": "'model', 'alfa'", "lede": "'mdoel', 'alpha'", "tasks": "'serving', ''"}
    texts = {slot: f"[a]({{{{ link({link}) }}}})" for slot, link in links.items()}
    with pytest.raises(FaultsError) as error:
        build(with_content(tmp_path, **texts))
    hints = {"about": " Did you mean 'alpha'?", "lede": " Did you mean 'model'?", "tasks": ""}
    assert {
        f"data/content/{slot}.md:1: there is no page for link({links[slot]}).{hint}"
        for slot, hint in hints.items()
    } == {*map(str, error.value.faults)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("One.\n\n{{ statz.tasks }}", "3: 'statz' is undefined. Did you mean 'stats'?"),
        ("{{ stats.taks }}", "1: figure 'taks' does not exist. Did you mean 'tasks'?"),
        ("{{ stats.taks ** 2 }}", "1: figure 'taks' does not exist. Did you mean 'tasks'?"),
        ("{{ models[9].name }}", "1: list object has no element 9"),
        ("\n{{ model('alfa').name }}", "2: model 'alfa' does not exist. Did you mean 'alpha'?"),
        ("{{ task('srt').name }}", "1: task 'srt' does not exist. Did you mean 'sort'?"),
        (
            "{{ category('Maths').tasks }}",
            "1: category 'Maths' does not exist. Did you mean 'Math'?",
        ),
        ("{{ model('zzz').name }}", "1: model 'zzz' does not exist. Known: alpha, beta, gamma."),
        ("{{ stats.tasks | no_filter }}", "1: No filter named 'no_filter'."),
        ("{{ baseline | score }}", "1: could not convert string to float: 'Gamma'"),
        ("{{ 1 / 0 }}", "1: division by zero"),
        ("Two\nlines. {{ 1 / 0 }}", "2: division by zero"),
        ("{{ stats.mean_lift_over_base }}", f"1: the figure 0.21875 {REFUSED}"),
        (
            'One.\n\n{{ model("gamma").lift_over_base.base }}',
            "3: the figure is not defined on this board",
        ),
        ('{{ model("beta").average }}', "1: a record is neither a text nor a figure"),
        ("{{ model }}", "1: a function is neither a text nor a figure"),
    ],
)
def test_what_is_no_figure_of_the_board(refused, text, said):
    assert said == refused(text)


def test_columns_of_the_correlation(tmp_path):
    """On the Index: a known pair has its figures, an unknown column a fault with a hint."""
    index = index_results()
    (tmp_path / "about.md").write_text(
        '{{ correlation("train_exmples", "mean_lift_over_base").n }}'
    )
    with pytest.raises(FaultsError) as error:
        render_site(index, about_page(index), load_prose(tmp_path))
    said = "correlation column 'train_exmples' does not exist. Did you mean 'train_examples'?"
    assert f"data/content/about.md:1: {said}" == str(error.value)


def test_broken_prose(refused):
    assert refused("One.\n{% claim stats.tasks %}Two.").startswith("2: Unexpected end of template.")
    assert refused("{{ }}").startswith("1: Expected an expression")


def test_a_false_claim(refused):
    said = (
        "3: the data does not bear this out (stats.tasks > 5): **Many** tasks: 2."
        " Rewrite the sentence, or take it out."
    )
    assert said == refused(
        "One.\n\n{% claim stats.tasks > 5 %}**Many** tasks:\n{{ stats.tasks }}.{% endclaim %}"
    )


def test_a_false_claim_behind_a_true_one(refused):
    """Its own condition is told, even on the same line, and even over several."""
    second = "{%- claim stats.tasks > 5\n   and true -%} Many. {% endclaim %}"
    text = f"{{% claim stats.tasks == 2 %}}Two.{{% endclaim %}} {second}"
    assert refused(text).startswith(
        "1: the data does not bear this out (stats.tasks > 5 and true): Many."
    )


def test_every_false_claim_of_a_file_is_reported(write):
    """And the first error after them, in a claim too."""
    false = "{% claim false %}A.{% endclaim %}\n\n{% claim 1 > 2 %}B.{% endclaim %}\n"
    with pytest.raises(FaultsError) as error:
        write(false + "{% claim none > 5 %}C.{% endclaim %}\n{{ 0.5 }}")
    lines = [f.where.rpartition(":")[2] for f in error.value.faults]
    assert ["1", "3", "4"] == lines
    what = "'>' not supported between instances of 'NoneType' and 'int'"
    assert what in str(error.value)


def test_a_claim_in_a_comment_is_no_claim(refused):
    """The next claim is named by its own condition."""
    loop = "{% for m in models[:1] %}{% claim m.rank > 1 %}B.{% endclaim %}{% endfor %}"
    text = "{# {% claim false %}A.{% endclaim %} #}" + loop
    assert refused(text).startswith("1: the data does not bear this out (m.rank > 1): B.")


def test_the_title_of_a_page_is_found_in_one_pass(tmp_path):
    """The time took the square of the length: minutes for this text."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/x.md").write_text("# x" + " #" * 200_000 + "y")
    (tmp_path / "pages/z.md").write_text("\n#  a # b #\t# \nText")
    prose = load_prose(tmp_path)
    assert {"x": "x" + " #" * 200_000 + "y", "z": "a # b"} == prose.own
    assert "\n\nText" == prose.texts["pages/z"]


def test_a_file_that_is_not_utf8(tmp_path):
    root = with_content(tmp_path)
    (root / "data/content/about.md").write_bytes(b"caf\xe9")
    (root / "data/results.parquet").write_bytes(b"")
    with pytest.raises(FaultsError) as error:
        build(root)
    said = str(error.value)
    assert "data/content/about.md: cannot be read as UTF-8 text" in said
    assert "data/results.parquet: the file is empty" in said


def test_every_slot_has_a_page(tmp_path):
    prices = pd.DataFrame({"provider": ["p"], "model": ["alpha"], "usd_per_hour": [1.0]})
    root = with_content(tmp_path, **{slot: f"Said under {slot}." for slot in SLOTS})
    # Analysis has a page, since the fixture board states the sizes of its training sets.
    write_project(root, {**board(), "prices": prices})
    built = build(root)
    said = "\n".join(visible(soup) for _, soup in built.pages())
    assert dict.fromkeys(SLOTS, 1) == {slot: said.count(f"Said under {slot}.") for slot in SLOTS}


HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    "**bold** _it_ `code`",
    "[x](javascript:alert(1)) ![y](http://x/y.png)",
    "<http://example.org> http://example.org",
    "R&D &amp; &lt;b&gt; &#42;",
    "GPT-4: a | b ~c~ d^2^",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "===",
    "---",
    "| a | b |",
    "\"quoted\" and 'single' -- and ... more",
    "{{ 7 * 7 }} {% claim false %} {# gone #}",
    "\\* back\\slash \\",
    "[ref]: http://example.org",
    "    indented",
    "```",
    "line\n\nbreak",
    "&nbsp;",
)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_text_from_data_is_shown_as_text(name):
    for before in ("Named ", "", "Text\n"):
        soup = BeautifulSoup(to_html(f"{before}{escape_markdown(name)} end"), "html.parser")
        assert f"{before}{' '.join(name.split())} end" == soup.get_text().strip()
        assert ["p"] == [tag.name for tag in soup.find_all(True)]


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Zs"]), min_size=1)
)
def test_any_text_from_data_is_shown_as_text(name):
    """Whatever its characters are, but for spaces and control characters."""
    soup = BeautifulSoup(to_html(f"Named {escape_markdown(name)} end"), "html.parser")
    assert f"Named {name} end" == soup.get_text().strip()
    assert ["p"] == [tag.name for tag in soup.find_all(True)]


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("a <script>alert(1)</script> b", "<p>a  b</p>"),
        ('<p onclick="alert(1)">a</p>', "<p>a</p>"),
        ('<iframe src="https://example.org"></iframe>', ""),
        ("![alt](https://example.org/x.png)", "<p></p>"),
        ("<img src=x onerror=alert(1)>", "<p></p>"),
        ("[a](javascript:alert(1))", '<p><a rel="noopener">a</a></p>'),
        ("[a](data:text/html,x)", '<p><a rel="noopener">a</a></p>'),
        ("[a](&#106;ava&#x0A;script&colon;alert(1))", '<p><a rel="noopener">a</a></p>'),
        ("[a](//evil.example)", '<p><a rel="noopener">a</a></p>'),
        ("<a href='\\\\evil'>a</a>", '<p><a rel="noopener">a</a></p>'),
        ("<scr<script>ipt>alert(1)</script>", "<p>&lt;scr</p>"),
        ("<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>a</a></svg>", "<p></p>"),
        ('<form action="/x"><input name="a"></form>', ""),
        ("[a](https://example.org/)", '<p><a href="https://example.org/" rel="noopener">a</a></p>'),
        ("[a](../models/)", '<p><a href="../models/" rel="noopener">a</a></p>'),
        ("# One\n\n## Two", '\n\n<h2 id="text-two">Two</h2>'),
        ("## Main", '<h2 id="text-main">Main</h2>'),
        ("<h2 ID=main>a</h2>", '<h2 id="text-main">a</h2>'),
        ('<p id="main">a</p>', "<p>a</p>"),
        ('<a name="main">a</a>', '<p><a rel="noopener">a</a></p>'),
    ],
)
def test_prose_is_sanitised(written, html):
    """No script, handler, style or picture, no link but to the web and to the site, no h1."""
    expected = html.strip() if html else ""
    assert expected == re.sub(r"^One\s*", "", to_html(written).strip())


def test_links_within_prose_lead_to_its_headings():
    """A link to another place of the page stays as it is."""
    html = to_html("## Two words\n\n[a](#two-words) [b](#main) [c](../about/#two-words)")
    links = [tag["href"] for tag in BeautifulSoup(html, "html.parser").find_all("a")]
    assert ["#text-two-words", "#main", "../about/#two-words"] == links


def test_prose_sets_no_id_of_the_page(project):
    """A link that jumps to the content, labels and scripts find the page's own elements."""
    names = ("main", "board", "find-field", "leaderboard", "chart-leaderboard", "score-x")
    texts = "".join(f'<h2 id="{name}">x</h2>\n\n## {name}\n\n' for name in names)
    (project / "data/content").mkdir()
    for slot in ("models", "tasks", "analysis", "about"):
        (project / f"data/content/{slot}.md").write_text(texts, encoding="utf8")
    site = build_once(project)
    for path in ("models/", "tasks/", "about/"):
        prose = {tag["id"] for tag in site.page(path).select(".prose [id]")}
        others = [tag["id"] for tag in site.page(path).select("[id]")]
        assert {f"text-{name}" for name in names} == prose
        own = [one for one in others if not str(one).startswith("text-")]
        assert len({*own}) == len(own)


DEEP = "it is nested too deeply, or has too long a number"
CALLS = "prose can call only model, task, category, correlation and link"
UNSAFE = "access to attribute '{}' of '{}' object is unsafe."
PROSE: dict[str, tuple[str, str]] = {
    "class of a value": ("{{ stats.__class__ }}", UNSAFE.format("__class__", "dict")),
    "globals of a function": (
        "{{ link.__globals__ }}",
        "'functools.partial object' has no attribute '__globals__'",
    ),
    "what a function holds": ("{{ model.args }}", UNSAFE.format("args", "partial")),
    "the template itself": (
        "{{ self._TemplateReference__context }}",
        UNSAFE.format("_TemplateReference__context", "TemplateReference"),
    ),
    "change of a figure": ("{{ stats.update({}) }}", UNSAFE.format("update", "dict")),
    "a method of a text": ("{{ 'x'.ljust(9) }}", CALLS),
    "a file": ("{% include '/etc/passwd' %}", "prose has no {% include %}"),
    "a macro that calls itself": (
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "maximum recursion depth exceeded",
    ),
    "a long loop": ("{% for i in range(10**9) %}{% endfor %}", "'range' is undefined"),
    "more loops than Python nests": (
        "{% for m in models %}" * 30 + "{% endfor %}" * 30,
        DEEP,
    ),
    "texts joined": ("{{ 'a' ~ 0.5 }}", "prose has no '~'"),
    "half a character": ("{{ '\\ud800' }}", "'utf-8' codec can't encode character"),
    "an endless figure": ("{{ (1e308 * 10) | score }}", "the figure inf is not finite"),
    "a link to a file of the machine": (
        "{{ link('/etc/passwd') }}",
        "there is no page for link('/etc/passwd', ''). Known: about.",
    ),
    "a filter of a text that is no figure": (
        "{% filter score %}x{% endfilter %}",
        "could not convert string to float: 'x'",
    ),
    "a name in a filter of a block": (
        "{% set a | default(stats) %}x{% endset %}",
        f"{DEEP} or a name in a filter of {{% set %}}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line"), PROSE.values(), ids=PROSE.keys())
def test_prose_that_wants_more_than_figures(write, text, line):
    """File, line, and what prose may not do; it ends soon, and reaches nothing."""
    with pytest.raises(FaultsError) as caught:
        write(text)
    first = str(caught.value.faults[0])
    assert first.startswith(f"data/content/about.md:1: {line}")
    assert "0x" not in first


def test_lists_nested_too_deeply(write):
    with pytest.raises(FaultsError) as caught:
        write("\n".join(f"{'    ' * i}- a" for i in range(250)))
    line = "data/content/about.md: its lists or quotes are nested too deeply"
    assert [line] == [str(fault) for fault in caught.value.faults]
