"""Templates reach plain values only: nothing that reads or writes a file, or runs code."""

from collections.abc import Iterator, Mapping
from types import BuiltinMethodType, FunctionType

import pytest
from jinja2.runtime import Undefined

from site_builder.compute.catalog import Release
from site_builder.errors import FaultsError
from site_builder.pages.all import make_pages
from site_builder.pages.page import Page, Site
from site_builder.prose.markdown import load_prose
from site_builder.records import replace
from site_builder.releases.read import ReleaseContent, find_news
from site_builder.releases.snapshot import take_snapshot
from site_builder.render.assets import default_folder
from site_builder.render.environment import PLAIN, Templates, make_environment
from site_builder.render.pages import render_site
from tests.helpers.sites import ROOT, index_results

ENVIRONMENT = make_environment([default_folder("templates")])
# Real attacks: each ran code, or read or wrote a file, before templates were restricted.
ATTACKS = {
    "unpickle": "{{ site.parse_raw(b'', content_type='x/pickle', allow_pickle=true) }}",
    "read JSON": "{{ site.parse_file('/etc/hostname') }}",
    "construct": "{{ site.model_construct() }}",
    "the project's folder": "{{ page.context.args[0].config.root }}",
    "arguments of a page": "{{ page.context.func }}",
    "variables of a page": "{{ page.variables() }}",
    "write a figure": "{{ page.charts[0].figure.write_html('x.html') }}",
    "a path by a filter": "{{ [page] | map(attribute='context.args') | first }}",
    "change a list": "{{ navigation.append(1) }}",
    "change the settings": "{{ site.update(title='x') }}",
    "a class": "{{ page.address.count.real }}{{ address.mro() }}",
    "a format": "{{ '{0.context.args}'.format(page) }}",
}


@pytest.fixture(scope="module")
def site() -> Site:
    """The Index, told of its own changes, so that every kind of page exists."""
    site = replace(index_results(), own={"x": "X"})
    older = replace(take_snapshot(site.computed), release=Release("0" * 64, "2024-01-01"))
    news = find_news(site.config, ReleaseContent(older), site.computed)[0]
    return replace(site, news=news)


@pytest.fixture(scope="module")
def about(site: Site) -> list[Page]:
    return [p for p in make_pages(site) if isinstance(p, Page) and p.template == "about.html"]


def attributes(value: object) -> Iterator[object]:
    """What a template gets of a value by a name or a place."""
    for name in dir(value):
        found = ENVIRONMENT.getattr(value, name)
        if not isinstance(found, Undefined):
            yield found
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value


def walk(values: list[object]) -> Iterator[object]:
    """Everything that templates reach from some values, without calling anything."""
    seen: set[int] = set()
    kept: list[object] = []  # so that no id is given twice
    while values:
        value = values.pop()
        if id(value) in seen or isinstance(value, str | int | float | None):
            continue
        seen.add(id(value))
        kept.append(value)
        yield value
        if isinstance(value, PLAIN):
            values += attributes(value)


@pytest.fixture
def given(site, monkeypatch) -> dict[str, Mapping[str, object]]:
    """The variables of one page of each kind, as its template gets them."""
    found: dict[str, Mapping[str, object]] = {}

    def render(_: Templates, name: str, variables: Mapping[str, object]) -> str:
        found[name] = variables
        return ""

    monkeypatch.setattr(Templates, "render", render)
    pages = {p.template: p for p in make_pages(site) if isinstance(p, Page)}
    render_site(site, [*pages.values()], load_prose(ROOT))
    assert {*pages} <= {*found}
    return found


def test_only_plain_values_can_be_reached(given):
    assert len(given) > 12
    for template, variables in given.items():
        for value in walk([*variables.values()]):
            known = isinstance(value, (*PLAIN, FunctionType, BuiltinMethodType))
            assert known, f"{template} reaches {type(value)}"


def test_no_text_of_a_value_names_a_place_of_the_machine(given):
    """`{{ page | string }}` writes all that a page holds."""
    for template, variables in given.items():
        said = str([value for value in variables.values() if not callable(value)])
        assert all(word not in said for word in (str(ROOT), "Path(", " at 0x")), template


def test_pages_provide_functions_and_no_classes_or_methods(given):
    for variables in given.values():
        callables = {type(v) for v in variables.values() if callable(v)}
        assert callables <= {FunctionType}


DEEP = "it is nested too deeply, or has too long a number"
UNSAFE = "access to attribute '{}' of '{}' object is unsafe."
TOO_DEEP = f"about.html:1: {DEEP}"
GLOBALS = f"about.html:1: {UNSAFE.format('__globals__', 'function')}"
TEMPLATES: dict[str, tuple[str, str]] = {
    **{name: (attack, "about.html:1: ") for name, attack in ATTACKS.items()},
    "class of a value": (
        "{{ ''.__class__.__mro__ }}",
        f"about.html:1: {UNSAFE.format('__class__', 'str')}",
    ),
    "globals of a function": ("{{ url.__globals__ }}", GLOBALS),
    "attributes by a format": (
        "{{ '{0.__class__}'.format(url) }}",
        f"about.html:1: {UNSAFE.format('__class__', 'function')}",
    ),
    "a file of the machine": (
        "{% include '../../../etc/passwd' %}",
        "../../../etc/passwd: there is no such template.",
    ),
    "an endless range": (
        "{% for i in range(10**9) %}{% endfor %}",
        "about.html:1: Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
    ),
    "an endless number": (
        "{% if 1e308 * 10 > page.title | length %}x{% endif %}",
        "about.html:1: name 'inf' is not defined.",
    ),
    "half a character": (
        "{{ '\\ud800' }}",
        "about.html: it writes half a character, which is no text.",
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
