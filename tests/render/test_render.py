"""Templates: each uses what its page has, and nothing else; a publisher's own may replace it."""

import functools
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import jinja2
import pytest
from jinja2 import meta, nodes

from docs.reference.templates import BLOCKS, CONTEXTS, describe_templates
from docs.reference.templates import GLOBALS as GLOBAL_MEANINGS
from site_builder.build import make_files
from site_builder.compute.catalog import Release
from site_builder.config import load_config
from site_builder.errors import FaultsError
from site_builder.pages.all import make_pages
from site_builder.pages.page import OutputFile, Page, Site
from site_builder.prose.markdown import load_prose
from site_builder.records import replace
from site_builder.releases.read import ReleaseContent, find_news
from site_builder.releases.snapshot import take_snapshot
from site_builder.render.assets import default_folder
from site_builder.render.environment import make_environment
from site_builder.render.pages import render_site
from tests.helpers.sites import ROOT, build, index_results, make_site
from tests.helpers.tables import board, write_project

TEMPLATES = default_folder("templates")
# What the renderer gives to every template, besides the page's own context.
GLOBALS = {name.partition("(")[0] for name in GLOBAL_MEANINGS}
PAGE_TEMPLATES = sorted(
    path.name
    for path in TEMPLATES.glob("*.html")
    if path.name != "base.html" and path.name[0] != "_"
)


@pytest.fixture(scope="module")
def environment() -> jinja2.Environment:
    """The environment of the pages, over our own templates."""
    return make_environment([TEMPLATES])


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, type]:
    """The context of each template: the pages of the Index, told of itself, an own page, boards."""
    site = replace(index_results(), own={"x": "X"})
    older = replace(take_snapshot(site.computed), release=Release("0" * 64, "2024-01-01"))
    news = find_news(site.config, ReleaseContent(older), site.computed)[0]
    told = replace(site, news=news)
    several = tmp_path_factory.mktemp("several")
    write_project(several, board(), '[site]\nsubmissions = true\n[[boards]]\nid = "all"\n')
    made = (*make_pages(told), *make_pages(make_site(several)))
    pages = [page for page in made if isinstance(page, Page)]
    return {page.template: type(page.variables()) for page in pages}


def own_parts(environment: jinja2.Environment, name: str) -> Iterator[nodes.Template]:
    """A template, what it extends, what it includes; macros get what they need as arguments."""
    tree = environment.parse((TEMPLATES / name).read_text(encoding="utf8"))
    yield tree
    for node in tree.find_all((nodes.Extends, nodes.Include)):
        assert isinstance(node, nodes.Extends | nodes.Include)
        assert isinstance(node.template, nodes.Const)
        yield from own_parts(environment, node.template.value)


def test_every_template_has_a_page(contexts):
    assert PAGE_TEMPLATES == sorted(contexts)


@pytest.mark.parametrize("name", PAGE_TEMPLATES)
def test_a_template_uses_exactly_its_context(environment, contexts, name):
    """Its variables are the fields of its context: none is missing, none is made in vain."""
    used = set().union(
        *(meta.find_undeclared_variables(part) for part in own_parts(environment, name))
    )
    assert {*contexts[name].__struct_fields__} == used - GLOBALS


def test_a_macro_reads_no_globals(environment):
    for path in TEMPLATES.glob("macros/*.html"):
        tree = environment.parse(path.read_text(encoding="utf8"))
        assert set() == meta.find_undeclared_variables(tree), path


def test_the_documentation_of_templates_is_what_they_are():
    """docs/templates.md is what `make docs` writes, from templates and contexts as they are."""
    assert describe_templates() == (ROOT / "docs/templates.md").read_text(encoding="utf8")


def test_every_context_is_documented(contexts):
    assert contexts == dict(CONTEXTS)


def test_every_documented_name_exists(tmp_path):
    uses = "".join(f"{{% if {name} is defined %}}{name},{{% endif %}}" for name in sorted(GLOBALS))
    root = write_project(tmp_path, board())
    (root / "templates").mkdir()
    (root / "templates/404.html").write_text(uses)
    assert ",".join(sorted(GLOBALS)) == build(root).html["404.html"].rstrip(",")


def test_every_block_is_documented(environment):
    blocks = {
        path.name: {
            block.name
            for block in environment.parse(path.read_text(encoding="utf8")).find_all(nodes.Block)
        }
        for path in TEMPLATES.glob("*.html")
    }
    assert {*BLOCKS} == blocks["base.html"]
    assert set() == set().union(*blocks.values()) - {*BLOCKS}


@functools.cache
def site_and_pages() -> tuple[Site, tuple[OutputFile, ...]]:
    """The fixture board."""
    with TemporaryDirectory() as folder:
        site = make_site(write_project(Path(folder), board()))
    return site, (*make_pages(site),)


def render_with(root: Path, **templates: str) -> dict[str, str]:
    """The pages of the fixture board with templates of a project."""
    for name, text in templates.items():
        path = root / "templates" / f"{name.replace('__', '/')}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.fsencode(text))
    site, pages = site_and_pages()
    own = replace(site, config=site.config.model_copy(update={"root": root}))
    files = render_site(own, pages, load_prose(root / "data/content"))
    return {path: c.decode() for path, c in files.items() if path.endswith(".html")}


def test_every_block_can_be_replaced(tmp_path):
    blocks = (f"{{% block {b} %}}my-{b} {{{{ super() }}}}{{% endblock %}}" for b in BLOCKS)
    html = render_with(tmp_path, about="".join(['{% extends "ours/about.html" %}', *blocks]))
    assert [] == [name for name in BLOCKS if f"my-{name} " not in html["about/index.html"]]
    assert [] == [name for name in BLOCKS if f"my-{name} " in html["data/index.html"]]
    assert "How the numbers are computed" in html["about/index.html"]


def test_the_frame_of_every_page_can_be_changed(tmp_path):
    """By a `base.html` that builds on the generator's."""
    own = '{% extends "ours/base.html" %}{% block footer %}mine{{ super() }}{% endblock %}'
    html = render_with(tmp_path, base=own)
    assert [] == [p for p in html if "mine" not in html[p] and not p.startswith("embed/")]


def test_the_documentations_own_template_builds(tmp_path):
    """The example of docs/templates.md is a home page with a section of its own."""
    text = (ROOT / "docs/templates.md").read_text(encoding="utf8")
    example = text.partition("```html\n")[2].partition("```")[0]
    root = write_project(tmp_path, board())
    (root / "templates").mkdir()
    (root / "templates/home.html").write_text(example)
    (root / "data/content/pages").mkdir(parents=True)
    (root / "data/content/pages/thanks.md").write_text("To all {{ stats.models }}.")
    page = build(root).page("")
    assert "To all 3." in page.select("section[aria-labelledby=thanks]")[0].get_text()


def test_a_template_that_no_page_uses_is_a_warning(tmp_path):
    """A name that is none of the generator's; a part that one of the project's includes is used."""
    root = write_project(tmp_path, board())
    (root / "templates/parts").mkdir(parents=True)
    own = '{% extends "ours/about.html" %}{% block footer %}{% include "parts/own.html" %}'
    (root / "templates/about.html").write_text(own + "{% endblock %}")
    (root / "templates/parts/own.html").write_text("mine")
    (root / "templates/modle.html").write_text("never seen")
    (root / "templates/x1.txt").write_text("never seen")
    _, warnings = make_files(load_config(root), dry=True)
    rest = "no page uses this template. "
    assert [
        f"templates/modle.html: {rest}Did you mean 'model.html'?",
        f"templates/x1.txt: {rest}Give it the name of one of the generator's.",
    ] == [str(fault) for fault in warnings]
    assert ["warning"] * 2 == [fault.severity for fault in warnings]


def test_a_template_that_extends_itself(tmp_path):
    with pytest.raises(FaultsError, match=r"^templates/about.html:1: .*recursion"):
        render_with(tmp_path, about='{% extends "about.html" %}')


def test_no_template_switches_escaping_off():
    texts = {path: path.read_text(encoding="utf8") for path in TEMPLATES.rglob("*.*")}
    assert len(texts) > 30
    assert [] == [p for p, text in texts.items() if re.search(r"\|\s*safe\b|autoescape", text)]


def fault(root: Path, **templates: str) -> str:
    with pytest.raises(FaultsError) as error:
        render_with(root, **templates)
    return str(error.value)


ABOUT = '{% extends "base.html" %}\n{% block main %}'
NO_FILE = "static/js/nope.js: a template asks for this file, but no static folder has it."


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("about", ABOUT + "\n{{ nonsense }}", "templates/about.html:3: 'nonsense' is undefined."),
        ("about", ABOUT + "{{ page | nope }}", "templates/about.html:2: No filter named 'nope'."),
        ("base", "\n{% if %}", "templates/base.html:2: "),
        ("about", '{% extends "bass.html" %}', "templates/bass.html: there is no such template."),
        ("about", "{{ asset('js/nope.js') }}", NO_FILE),
    ],
)
def test_a_template_at_fault(tmp_path, name, text, line):
    """One line that names the template or the part at fault, and the place in it."""
    if "block" in text:
        text += "{% endblock %}"
    assert fault(tmp_path, **{name: text}).startswith(line)


def test_an_unknown_name_in_a_macro(tmp_path):
    text = (TEMPLATES / "macros/links.html").read_text(encoding="utf8")
    own = text.replace("{{ link.text", "{{ lnk.text")
    assert fault(tmp_path, macros__links=own).startswith("templates/macros/links.html:")


def test_a_template_that_is_not_utf8(tmp_path):
    expected = "templates/about.html: it, or a part of it, is not UTF-8 text."
    assert expected == fault(tmp_path, about=os.fsdecode(b"caf\xe9"))


def test_pages_are_made_where_no_compiled_template_can_be_kept(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    name = "macros/cite.html"
    assert make_environment([default_folder("templates")]).get_template(name)
    folder.mkdir()
    environment = make_environment([default_folder("templates")])
    rmtree(folder)
    assert environment.get_template(name)
    folder.mkdir()
    make_environment([default_folder("templates")]).get_template(name)
    assert [*folder.rglob("leaderboard-site-*")]
