import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_builder.config import SiteConfig, SiteSection, load_config, read_config, section_keys
from site_builder.errors import FaultsError

SECTIONS = (
    "Known sections: analysis, board, boards, charts, citation, facets, import, measures, models, "
    "navigation, site, tasks, theme, words."
)
SITE_KEYS = (
    "Known keys: base_url, cards, description, headline, language, license, released, repository, "
    "submissions, title."
)


def config_keys() -> list[str]:
    """Every key of `site.toml` as `section.key`."""
    sections = section_keys(SiteConfig).items()
    return [f"{path[0]}.{key}" for path, keys in sections if len(path) == 1 for key in keys]


def lines_of(folder, toml, base_url=None):
    """The faults of a `site.toml`, as printed; fails where there are none."""
    content = toml if isinstance(toml, bytes) else toml.encode()
    (folder / "site.toml").write_bytes(content)
    _, faults = read_config(folder, base_url)
    assert faults
    return [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        *(("en", "ltr"), ("pt-BR", "ltr"), ("ar-Latn", "ltr"), ("az", "ltr"), ("de-1996", "ltr")),
        *(("ar", "rtl"), ("he", "rtl"), ("fa-IR", "rtl"), ("UR", "rtl"), ("az-Arab-IR", "rtl")),
    ],
)
def test_direction_is_that_of_the_script(language, direction):
    assert direction == SiteSection(language=language).direction


def test_variant_without_a_label_shows_its_id_in_words(tmp_path):
    (tmp_path / "site.toml").write_text('[board]\nlabels = { sft = "Tuned with SFT" }')
    config = load_config(tmp_path)
    shown = [config.label(variant) for variant in ("sft", "fine_tuned", "CoT", "μ", "")]
    assert ["Tuned with SFT", "Fine-tuned", "CoT", "Μ", ""] == shown  # noqa: RUF001 - capital mu


def test_base_url_of_the_command_line_goes_first(tmp_path):
    """A base URL that is handed over stands in place of the one in `site.toml`, or of none."""
    url = "https://example.org/x/"
    assert url == read_config(tmp_path, url)[0].site.base_url
    (tmp_path / "site.toml").write_text('[site]\nbase_url = "https://example.org/"')
    assert url == read_config(tmp_path, url)[0].site.base_url


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("[sitte]", "unknown section 'sitte'. Did you mean 'site'?"),
        ("[x]", "unknown section 'x'. " + SECTIONS),
        ("x = 1", "unknown key 'x'. " + SECTIONS),
        ("title = 'A'", "unknown key 'title'. It belongs in [site]."),
        ("[site]\ntitel = 'A'", "unknown key 'site.titel'. Did you mean 'title'?"),
        ("[site]\nTitle = 'A'", "unknown key 'site.Title'. Did you mean 'title'?"),
        ("[site]\nbaseline = 'A'", "unknown key 'site.baseline'. It belongs in [board]."),
        ("[citation]\nx = 1", "unknown key 'citation.x'. Known keys: bibtex, text."),
        ('[site]\n"a\\nb" = 1', r"unknown key 'site.a\nb'. " + SITE_KEYS),
        ("root = '/'", "unknown key 'root'. " + SECTIONS),
    ],
)
def test_unknown_key_is_a_fault_with_a_hint(tmp_path, toml, line):
    assert [f"site.toml: {line}"] == lines_of(tmp_path, toml)


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        ("site = 3", "site = 3 must be a section"),
        ("[[site]]", "site = [{}] must be a section"),
        ("[site]\ntitle = 5", "site.title = 5 must be text"),
        (
            "[site]\nlanguage = 'german language'",
            'site.language = "german language" must be a language tag such as en, pt-BR or ar',
        ),
        ("[words]\nmodel = ''", 'words.model = "" must not be empty'),
        ("[board]\ntuned_variants = 'a'", 'board.tuned_variants = "a" must be a list'),
        ("[board]\ntuned_variants = ['a', 3]", "board.tuned_variants = 3 must be text"),
        (
            "[board]\ntuned_variants = ['a', 'a']",
            'board.tuned_variants = ["a", "a"] must not name anything twice',
        ),
        (
            "[board]\nmissing = 'one'",
            "board.missing = \"one\" must be 'none' or 'zero'",
        ),
        ("[board]\nmin_coverage = 1.5", "board.min_coverage = 1.5 must be at most 1"),
        ("[board]\nmin_coverage = -1", "board.min_coverage = -1 must be at least 0"),
        ("[board]\nmin_coverage = nan", "board.min_coverage = NaN must be at most 1"),
        ("[board]\nmin_coverage = '1'", 'board.min_coverage = "1" must be a number'),
        ("[board]\nexclude_flagged = 1", "board.exclude_flagged = 1 must be true or false"),
        ("[board]\nlabels = 'a'", 'board.labels = "a" must be a table of names'),
        (
            "[analysis]\ntraining_set_thresholds = [0]",
            "analysis.training_set_thresholds = 0 must be greater than 0",
        ),
        (
            "[analysis]\ntraining_set_thresholds = [1e3]",
            "analysis.training_set_thresholds = 1000.0 must be a whole number",
        ),
    ],
)
def test_wrong_value_is_a_fault_that_says_what_is_allowed(tmp_path, toml, line):
    assert [f"site.toml: {line}"] == lines_of(tmp_path, toml)


@pytest.mark.parametrize(
    "link",
    ["example.org", "javascript:alert(1)", "https://", "https://x.org/a b", "https://x.org/?a=1"],
)
def test_bad_link_is_a_fault(tmp_path, link):
    rule = "must be a link (https:// or http://) without '?' and '#'"
    shown = f'site.toml: site.repository = "{link}" {rule}'
    assert [shown] == lines_of(tmp_path, f'[site]\nrepository = "{link}"')


def test_every_fault_is_reported_in_one_run(tmp_path):
    toml = "[site]\ntitle = 5\nx = 1\n[board]\nmin_coverage = 2\nrank_by = 1\n[sit]\n"
    assert [
        "site.toml: site.title = 5 must be text",
        f"site.toml: unknown key 'site.x'. {SITE_KEYS}",
        "site.toml: board.rank_by = 1 must be text",
        "site.toml: board.min_coverage = 2 must be at most 1",
        "site.toml: unknown section 'sit'. Did you mean 'site'?",
    ] == lines_of(tmp_path, toml)


@pytest.mark.parametrize(
    ("toml", "line"),
    [
        (b"[site", "is not valid TOML: Expected ']' at the end of a table declaration"),
        (b"[site]\ntitle = \xff", "is not UTF-8 text. Save it as UTF-8."),
        (b"a = " + b"1" * 5000, "is not valid TOML: Exceeds the limit"),
        (b"a = " + b"[" * 90_000, "is not valid TOML: "),
    ],
)
def test_file_that_is_no_toml_is_one_fault(tmp_path, toml, line):
    (found,) = lines_of(tmp_path, toml)
    assert found.startswith(f"site.toml: {line}")


def test_folder_in_place_of_the_file_is_a_fault(tmp_path):
    """A `site.toml` that cannot be read is named, without a traceback."""
    (tmp_path / "site.toml").mkdir()
    with pytest.raises(FaultsError, match=r"^site\.toml: cannot be read: "):
        load_config(tmp_path)


def test_byte_order_mark_is_no_fault(tmp_path):
    """Windows editors begin a UTF-8 file with a mark; it is skipped."""
    (tmp_path / "site.toml").write_bytes(b"\xef\xbb\xbf[site]\ntitle = 'A'")
    assert "A" == load_config(tmp_path).site.title


plain_text = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=5)
scalars = st.booleans() | st.integers() | st.floats(allow_infinity=False) | plain_text


@given(st.sampled_from(config_keys()), scalars | st.lists(scalars, max_size=3) | st.just({}))
def test_any_value_of_any_key_is_taken_or_a_fault(tmp_path_factory, key, value):
    folder = tmp_path_factory.mktemp("project")
    section, name = key.split(".")
    toml = json.dumps(value, ensure_ascii=False).replace("NaN", "nan")
    (folder / "site.toml").write_text(f"[{section}]\n{name} = {toml}\n", encoding="utf8")
    lines = []
    try:
        load_config(folder)
    except FaultsError as error:
        lines = str(error).split("\n")
    assert [] == [line for line in lines if not line.startswith(f"site.toml: {key} = ")]
