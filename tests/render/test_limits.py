"""Prose and templates that strangers wrote end in time, in little memory, with a plain line."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder import processes
from site_builder.addresses import Address
from site_builder.build import BuildOptions, build_site, load_project, make_files
from site_builder.devserver.server import Rebuilder
from site_builder.errors import FaultsError, SiteError
from site_builder.pages.all import make_find, make_pages
from site_builder.pages.model_scores import CARDS
from site_builder.pages.page import Made, Page, ScriptData, Site
from site_builder.processes import Breach, map_limited
from site_builder.prose.markdown import load_prose
from site_builder.records import replace
from site_builder.releases.read import compare_releases, read_release
from site_builder.releases.wording import notes
from site_builder.render.pages import render_site
from tests.helpers.processes import is_running, within
from tests.helpers.sites import ROOT, make_site
from tests.helpers.tables import SITE_TOML, board, write_project

HAS_TIMER = sys.platform != "win32"
HAS_MEMORY_LIMIT = sys.platform == "linux"
# One line: the file, perhaps the line, the limit, what to do.
SLOW = "it takes longer than 1 second to render"
LIMIT = re.compile(
    rf"({SLOW}|it needs more than 200 MB of memory|it ended the process that renders it, .*)"
    r"\. Make it shorter or simpler\."
)

DOUBLED = "{% set a = ['x'] %}" + "{% set a = [a, a] %}" * 40
JOINED = "{% set a = [1] %}" + "{% set a = [a, a] | sum(start=[]) %}"
PROSE = {
    # Figures
    "round down": "{{ 1 | round(999999999, 'floor') }}",
    "round up": "{{ stats.tasks | round(999999999, 'ceil') }}",
    "a sum of lists": JOINED + "{% set a = [a, a] | sum(start=[]) %}" * 40,
    "a list of itself in small letters": DOUBLED + "{{ a | lower }}",
    "a list of itself as a title": DOUBLED + "{{ a | title }}",
    "lists of themselves that are equal": "{% set b = ['x'] %}"
    + DOUBLED
    + "{% set b = [b, b] %}" * 40
    + "{% if a == b %}x{% endif %}",
    "a mapping of itself": "{% set a = 1 %}"
    + "{% set a = {1: a, 2: a} %}" * 40
    + "{{ a | upper }}",
    "loops over a sum": JOINED
    + "{% set a = [a, a] | sum(start=[]) %}" * 16
    + "{% for i in a %}{% for j in a %}{% endfor %}{% endfor %}",
    "many loops": "{% for m in models %}" * 19 + "{% endfor %}" * 19,
    "a long text": "{{ 'a' * 10**10 }}",
    "a wide text": "{{ '%9999999999d' % 1 }}",
    "a huge power": "{% if 9 ** (9 ** 9) %}x{% endif %}",
    "a number that grows": "{% set a = 9 %}" + "{% set a = a * a %}" * 40 + "{{ a }}",
    "a text that grows": "{% set a = 'x' %}" + "{% set a = a + a %}" * 40 + "{{ a }}",
    "a text set twice": "{% set a = 'x' %}"
    + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40
    + "{{ a }}",
    "a macro that calls itself twice": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}"
    "{% endif %}{% endmacro %}{{ f(40) }}",
    "many branches": "{% if 1 %}a" + "{% elif 1 %}a" * 70_000 + "{% endif %}",
    "many claims": "{% claim 1 %}a{% endclaim %}" * 33_000,
    # Markdown
    "brackets": "[" * 30_000,
    "brackets of pictures": "![" * 30_000,
    "open links": "[a](" * 30_000,
    "links by name": "[a][" * 20_000,
    "a long link by name": f"[a]: {'b' * 500_000}\n\n" + "[a] " * 100_000,
    "marks of code": "".join("`" * n + "a" for n in range(1, 1_300)),
    "open tags": "<a " * 100_000,
    "open comments": "<!--" * 100_000,
    "open sections": "<![CDATA[" * 50_000,
    "references to characters": "&#" * 400_000,
    "backslashes": "\\" * 900_000,
    "quotation marks": "\"'" * 400_000,
    "a wide table": "|a" * 20_000 + "|\n" + "|-" * 20_000 + "|\n" + "|\n" * 20_000,
    "equal headings": "# a\n\n" * 30_000,
    "nested HTML": "<blockquote>" * 70_000,
    "nested lists of HTML": "<ul><li>" * 90_000,
    "items of a list": "- a\n" * 200_000,
    "indented code": "    a\n\n" * 140_000,
}
TEMPLATES = {
    "loops in loops": "{% for i in range(100000) %}" * 2 + "{% endfor %}" * 2,
    "round down": PROSE["round down"],
    "a list of itself": DOUBLED + "{{ a }}",
    "a long text": "{{ 'a' * 10**10 }}",
    "a wide text": "{{ '%9999999999d' % 1 }}",
    "a width by format": "{{ '{:>9999999999}'.format(1) }}",
    "a text in the middle": "{{ 'x' | center(10**10) }}",
    "a long page": "{% for i in range(100000) %}{{ 'x' * 20000 }}{% endfor %}",
    "a wide batch": "{% for x in [1] | batch(10**10, 0) %}{% endfor %}",
    "a macro that calls itself twice": PROSE["a macro that calls itself twice"],
    "many wraps": "{{ ('a ' * 10**7) | wordwrap(1) }}",
}


@pytest.fixture(autouse=True)
def low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "SECONDS", 1)
    monkeypatch.setattr(processes, "MEMORY", 200_000_000)
    monkeypatch.setattr(processes, "_GRACE_S", 1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(write_project(tmp_path_factory.mktemp("limits"), board()))


@pytest.fixture(scope="module")
def about(site: Site) -> list[Made]:
    """The one page that these tests render, and the index that every page names."""
    pages = [p for p in make_pages(site) if isinstance(p, Page) and p.template == "about.html"]
    return [
        *pages,
        ScriptData(Address("asset", CARDS), "score cards", dict),
        make_find(site, pages),
    ]


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files of a project by their paths."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf8")
    return root


def build_lines(make: Callable[[], object]) -> list[str]:
    with pytest.raises(FaultsError) as caught:
        make()
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.skipif(not HAS_MEMORY_LIMIT, reason="takes memory without end")
@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE.keys())
def test_prose_ends(site, about, tmp_path, text):
    write(tmp_path, {"about.md": text})
    (line,) = build_lines(lambda: render_site(site, about, load_prose(tmp_path)))
    assert re.fullmatch(rf"data/content/about\.md(:1)?: {LIMIT.pattern}", line)


@pytest.mark.skipif(not HAS_MEMORY_LIMIT, reason="takes memory without end")
@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_templates_end(site, about, tmp_path, text):
    write(tmp_path, {"templates/about.html": text})
    own = replace(site, config=site.config.model_copy(update={"root": tmp_path}))
    (line,) = build_lines(lambda: render_site(own, about, load_prose(tmp_path)))
    assert re.fullmatch(rf"templates/about\.html(:1)?: {LIMIT.pattern}", line)


def test_the_title_of_a_page_is_found_in_one_pass(tmp_path):
    """The time took the square of the length: minutes for this text."""
    write(
        tmp_path,
        {"pages/x.md": "# x" + " #" * 200_000 + "y", "pages/z.md": "\n#  a # b #\t# \nText"},
    )
    prose = load_prose(tmp_path)
    assert {"x": "x" + " #" * 200_000 + "y", "z": "a # b"} == prose.own
    assert "\n\nText" == prose.texts["pages/z"]


LOOPS = "One.\n\n{% for m in models %}" + "{% for n in models %}" * 18 + "{% endfor %}" * 19
OWN = {
    "data/content/lede.md": LOOPS,
    "data/content/about.md": "{{ 0.5 }}",
    "data/content/serving.md": "{{ no_figure }}",
    "templates/task.html": "\n{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}"
    "{% endfor %}",
    "templates/models.html": "{{ nothing }}",
}
FAULTS = [
    "data/content/about.md:1: the figure 0.5 is not written with a filter such as `score`, "
    "`signed` or `percent`",
    f"data/content/lede.md:3: {SLOW}. Make it shorter or simpler.",
    "data/content/serving.md:1: 'no_figure' is undefined",
    "templates/models.html:1: 'nothing' is undefined.",
    f"templates/task.html:2: {SLOW}. Make it shorter or simpler.",
]


@pytest.mark.skipif(not HAS_TIMER, reason="without a timer, the line is not known")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_limit_hides_no_other_fault(project, workers):
    """What runs into a limit is named with its line, and the rest of the project is checked."""
    config = load_project(write(project, OWN))
    options = BuildOptions(workers=workers)
    assert FAULTS == build_lines(lambda: make_files(config, options, dry=True))


def test_a_broken_table_hides_no_slow_source(project):
    """Without figures, templates and prose are still read, which can take all time as well."""
    write(project, {"data/content/about.md": PROSE["many branches"]})
    (project / "data/results.parquet").write_bytes(b"")
    lines = build_lines(lambda: make_files(load_project(project)))
    assert f"data/content/about.md: {SLOW}. Make it shorter or simpler." in lines
    assert len(lines) > 1


@pytest.mark.skipif(not HAS_TIMER, reason="without a timer, the line is not known")
def test_the_development_server_goes_on(project):
    """It shows the line, keeps the last good site, and builds again when the text is mended."""
    rebuilder = Rebuilder(project)
    good = rebuilder.build().served.files
    write(project, {"data/content/lede.md": LOOPS})
    bad = rebuilder.build()
    assert bad.served.files == good
    assert [FAULTS[1]] == [str(fault) for fault in (bad.error or SiteError()).faults]
    write(project, {"data/content/lede.md": "One."})
    assert rebuilder.build().error is None


@pytest.mark.parametrize("template", ["base.html", "cards/badge.svg"])
def test_a_template_of_many_pages_is_waited_for_three_times(project, template):
    """It would take all time of every page."""
    path = project / "templates" / template
    path.parent.mkdir(parents=True)
    path.write_text(TEMPLATES["loops in loops"])
    done: list[int] = []
    options = BuildOptions(on_page=lambda n, _: done.append(n))
    (line,) = build_lines(lambda: make_files(load_project(project), options, dry=True))
    assert line.startswith(f"templates/{template}:1: {SLOW}")
    assert len([*filter(None, done)]) < 12


def test_link_previews_are_drawn_within_limits(project, tmp_path):
    """The template, and the picture of what it writes."""
    text = SITE_TOML.replace("cards = false", 'base_url = "https://example.org/"')
    (project / "site.toml").write_text(text)
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630"><filter id="f">'
        '<feTurbulence baseFrequency="0.1" numOctaves="100000"/></filter>'
        '<rect width="1200" height="630" filter="url(#f)"/></svg>'
    )
    (project / "templates/cards").mkdir(parents=True)
    for template in (TEMPLATES["loops in loops"], drawing):
        (project / "templates/cards/card.svg").write_text(template)
        with pytest.raises(SiteError) as caught:
            build_site(load_project(project), tmp_path / "out")
        (fault,) = caught.value.faults
        assert re.fullmatch(rf"templates/cards/card\.svg(:1)?: {LIMIT.pattern}", str(fault))


def test_claims_of_another_release_are_compared_within_limits(project, tmp_path):
    """The texts of a release that cannot be compared are counted, and the others are compared."""
    claim = "{% claim stats.tasks == 2 %}Two.{% endclaim %}{% claim stats.best %}A.{% endclaim %}"
    write(project, {"data/content/about.md": claim, "data/content/lede.md": PROSE["round down"]})
    old = write_project(tmp_path / "old", board())
    changes = compare_releases(read_release(str(old)), read_release(str(project)))
    assert changes.claims is not None
    assert 1 == changes.claims.unread
    words = "The claims of 1 text were not compared: too slow or too large."
    assert words in notes(changes)


# --- The child process ----------------------------------------------------------------------------


_kept: list[bytearray] = []


def _setup() -> Callable[[object], object]:
    return _do


def _do(item: object) -> object:
    match item:
        case "wait":
            time.sleep(300)
        case "end":
            os._exit(1)
        case "fail":
            raise KeyError(item)
        case "keep":
            _kept.append(bytearray(150_000_000))
        case "grow":
            return "x" * 30_000_000
        case "ignore":
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            time.sleep(300)
    return os.getpid() if item == "process" else item


def found(*items: object) -> list[object]:
    results = (result for _, result in map_limited(_setup, items))
    return [result.what if isinstance(result, Breach) else result for result in results]


ENDED = "it ended the process that renders it, as a lack of memory does"


def test_results_keep_the_order_of_the_items():
    for workers in (1, 2, 9):
        results = [*map_limited(_setup, range(7), workers)]
        assert [(i, i) for i in range(7)] == results
    assert [] == [*map_limited(_setup, [])]


def test_one_process_makes_all_results_until_a_limit():
    first, second, _, last = found("process", "process", "grow", "process")
    assert first == second != last
    assert os.getpid() not in (first, last)


def test_every_limit_is_named_and_the_next_item_is_made():
    assert [SLOW, 1, "it becomes larger than 20 MB", 2] == found("wait", 1, "grow", 2)
    assert [ENDED, 1] == found("end", 1)


@pytest.mark.skipif(not HAS_MEMORY_LIMIT, reason="needs a limit of memory")
def test_memory_that_is_kept_counts_for_the_next_item(monkeypatch):
    monkeypatch.setattr(processes, "SECONDS", 20)
    few = "it needs more than 200 MB of memory"
    assert ["keep", few, "keep", 1] == found("keep", "keep", "keep", 1)


@pytest.mark.skipif(not HAS_TIMER, reason="has no timer to ignore")
def test_a_process_that_does_not_stop_itself_is_killed():
    assert [SLOW, 1] == found("ignore", 1)


def test_the_third_limit_is_the_last():
    assert [ENDED, 1, ENDED, ENDED] == found("end", 1, "end", "end", 2)


def test_exceptions_arrive_as_themselves_with_their_traceback():
    with pytest.raises(KeyError, match="fail") as caught:
        found(1, "fail")
    assert "in _do" in "".join(caught.value.__notes__)


_PARENT = """
import os, sys, time
from site_builder import processes

def function(item):
    if item == "first":
        return item
    open(f"{sys.argv[1]}/{os.getpid()}", "w").close()
    if item == "wait":
        time.sleep(300)
    return "x" * 1_000_000

def setup():
    return function

if __name__ == "__main__":
    processes.SECONDS = 5
    for _ in processes.map_limited(setup, ["first", sys.argv[2]]):
        time.sleep(300)
"""


@pytest.mark.skipif(not HAS_TIMER, reason="needs SIGKILL")
@pytest.mark.parametrize("item", ["wait", "send"])
def test_a_child_ends_although_its_parent_was_killed(tmp_path, item):
    """While it makes a result, and while it waits until that is read."""
    script, pids = tmp_path / "parent.py", tmp_path / "pids"
    script.write_text(_PARENT)
    pids.mkdir()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script, pids, item], env=environment) as parent:
        assert within(60, lambda: any(pids.iterdir()))
        parent.kill()
    (child,) = (int(file.name) for file in pids.iterdir())
    assert within(60, lambda: not is_running(child))
