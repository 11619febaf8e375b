import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from site_builder.errors import Fault, did_you_mean, one_line, rows_text


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Fault("site.toml", "is odd"), "site.toml: is odd"),
        (Fault("site.toml", "is odd", "Mend it."), "site.toml: is odd. Mend it."),
        (Fault("site.toml", "is odd.", "Mend it."), "site.toml: is odd. Mend it."),
        (Fault("site.toml", "is it odd?", "Mend it."), "site.toml: is it odd? Mend it."),
        (Fault("a\nb", "x\ty", "\x1b[31mred"), r"a\nb: x\ty. \x1b[31mred"),
    ],
)
def test_fault_reads_as_one_line(fault, line):
    assert line == str(fault)


@given(st.text())
def test_one_line_is_one_printable_line(text):
    """Whatever text the data holds, a terminal gets one line and no control character."""
    assert one_line(text).isprintable()


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_one_line_leaves_plain_text_alone(text):
    assume(not text.startswith("::") and "##[" not in text)
    assert text == one_line(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb", r"a\r\nb"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\u202eevil", r"\u202eevil"),
        ("line\u2028sep", r"line\u2028sep"),
        ("\ud800", r"\ud800"),
        (r"C:\new", r"C:\new"),
        ("a ##[x] ###[y]", r"a \u0023#[x] #\u0023#[y]"),
        ("  ::x::y", r"  \u003a:x::y"),
        ("a ::x::", "a ::x::"),
    ],
)
def test_one_line_shows_what_it_does_not_obey(text, shown):
    assert shown == one_line(text)


@pytest.mark.parametrize(
    ("got", "known", "hint"),
    [
        ("gsmk8", ["gsm8k", "mmlu"], "Did you mean 'gsm8k'?"),
        ("GPT-4", ["gpt-4"], "Did you mean 'gpt-4'?"),
        ("gpt-4", ["GPT-4"], "Did you mean 'GPT-4'?"),
        ("it", ["it's"], 'Did you mean "it\'s"?'),
        ("zzz", ["beta", "alpha"], "Known: alpha, beta."),
        ("zzz", list("abcdefghij"), "Known: a, b, c, d, e, f, g, h, i, j."),
        ("zzz", list("abcdefghijk"), ""),
        ("zzz", [], ""),
    ],
)
def test_near_names_what_was_meant(got, known, hint):
    assert hint == did_you_mean(got, known)


@given(st.text(), st.lists(st.text(), max_size=12))
def test_near_never_fails(got, known):
    assert (
        did_you_mean(got, known).startswith(("Did you mean ", "Known: "))
        or did_you_mean(got, known) == ""
    )


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([41], "row 41"),
        ([1, 2, 3, 4, 5], "rows 1, 2, 3, 4, 5"),
        (range(1, 1316), "rows 1, 2, 3, 4, 5 and 1,310 more"),
    ],
)
def test_rows_text_names_five_rows(rows, text):
    assert text == rows_text(rows)
