"""Scripts are sent shorter, and say the same."""

import pytest

from site_builder.output.minify import minified
from tests.sites import BuiltSite


@pytest.mark.parametrize(
    ("name", "content", "sent"),
    [
        ("js/a.js", "// why\nconst a = 1; /* what */\nuse(a);\n", "const a=1;use(a);"),
        ("js/a.js", "/*! licence */\nuse( /x y/ );", "/*! licence */use(/x y/);"),
        ("js/a.js", "use(`a  // b ${ c }`)", "use(`a  // b ${ c }`)"),
        ("js/a.js", "use(1 / 2 / x, '// a', a + ++b)", "use(1/2/x,'// a',a+ ++b)"),
        ("css/a.css", "@layer a { .a :is(b) { } }", "@layer a { .a :is(b) { } }"),
        ("vendor/a.js", "// as it came\n", "// as it came\n"),
        ("a.svg", "<!-- a --> <svg/>", "<!-- a --> <svg/>"),
    ],
)
def test_what_is_sent(name: str, content: str, sent: str) -> None:
    """Comments and idle space go; what they mean stays."""
    assert sent == minified(name, content.encode()).decode()


def test_what_is_no_text_is_sent_as_it_is() -> None:
    """A script in another encoding is the publisher's to mend, and no fault of the build."""
    assert b"use( '\xff' )" == minified("js/a.js", b"use( '\xff' )")


def test_scripts_of_a_site_hold_no_comments(index_site: BuiltSite) -> None:
    """So that what is weighed is what is sent."""
    own = [p for p in index_site.files if p.startswith("assets/js/")]
    assert own
    assert [] == [p for p in own if b"@ts-check" in index_site.files[p]]
