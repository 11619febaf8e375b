"""Writes what the docs say of commands, `site.toml`, statistics and the API, from the code.

`make docs` runs it; with `--check` it says which pages would change, and writes none.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from site_builder.api_schema import BY_VARIANT, KEYS, file_keys
from site_builder.commands import main as site_builder
from site_builder.commands.schema import SCHEMAS, schema_of
from site_builder.compute.statistics import STATISTICS, Statistic
from site_builder.messages import ANCHORS, Messages
from site_builder.starter.site_schema import commented_keys
from site_builder.translation import english

DOCS = Path(__file__).parent
SCHEMA_FOLDER = DOCS / "published/schemas"
WIDTH = 100
CLI = """\
# Every command

<!-- Written by `make docs` from what the commands say of themselves: change it there. -->

`leaderboard-site` and `site-builder`, its name before 0.2, are the same command. It exits with 0
when all is well, with 1 when it found a fault, with 2 when it was called wrongly, and with 70 when
it [failed itself](checking.md#a-fault-of-the-generator). How faults are told, also to machines,
stands in [checking.md](checking.md).
"""
# Where a key of `site.toml` is told of at length.
MORE = {
    "site.released": "data-release.md",
    "board.exclude_flagged": "statistics.md#flagged-scores",
    "board.min_coverage": "statistics.md#rules",
    "board.rank_by": "statistics.md#rules",
    "import.columns": "importing.md#csv",
    "import.metrics": "importing.md#which-metric",
    "import.pairs": "importing.md#base-and-tuned",
    "theme.logo": "theme.md",
    "theme.light": "theme.md#colours",
    "navigation.header": "theme.md#navigation",
    "charts.home": "charts.md",
}
# What stands in the braces of messages on statistics.
NAMES = {"base": "base", "baseline": "the baseline", "tuned": "tuned"}
KINDS = {
    "string": "text",
    "boolean": "true or false",
    "integer": "number",
    "number": "number",
    "array": "list",
    "object": "object",
}


def cli_page() -> str:
    """The page of commands: what each says of itself."""
    parts = [CLI]
    for name, command in sorted(site_builder.commands.items()):
        context = click.Context(
            command,
            info_name=f"leaderboard-site {name}",
            terminal_width=WIDTH,
            max_content_width=WIDTH,
            help_option_names=["-h", "--help"],
        )
        parts.append(f"\n## {name}\n\n```\n{command.get_help(context)}\n```\n")
    return "".join(parts)


def keys_of_site_toml() -> Iterator[Sequence[str]]:
    """Key, meaning and default of every key that the commented `site.toml` has."""
    for key in commented_keys():
        name = f"{key.section}.{key.name}"
        more = f" ([more]({MORE[name]}))" if name in MORE else ""
        yield f"`{name}`", key.meaning + more, key.default or "`Leaderboard`"


def keys_of_api(name: str) -> Iterator[Sequence[str]]:
    """Keys of a file of the API, what they hold, and what they mean."""
    shared: dict[tuple[str, str], list[str]] = {}
    for key, kind, meaning in file_keys(name):
        shared.setdefault((holds(kind), meaning), []).append(f"`{key}`")
    for (held, meaning), keys in shared.items():
        yield ", ".join(keys), held, meaning


def statistics_of_boards(page: str) -> Iterator[Sequence[str]]:
    """Heading, key, meaning, formula and source of what tables or the API have; of `page`."""
    say, explained = english(), set[str]()
    titles = re.findall(r"^##+ (.+)$", page, re.MULTILINE)
    sections = {title.lower().replace(" ", "-"): title for title in titles}
    for one in STATISTICS:
        heading = say(f"statistic.{one.id}.label", **NAMES) if one.column else ""
        key = f"`{one.published_as or one.id}`" if one.is_published else ""
        formula = formula_of(one, say, is_first=one.section not in explained)
        explained.add(one.section)
        section = f"[{sections[one.section]}](#{one.section})" if one.section in sections else ""
        meaning = re.sub(r" \(\[more\]\(.*?\)\)", "", one.meaning)
        if heading or key:
            yield heading, key, meaning, formula and f"`{formula}`", one.source or section


def formula_of(statistic: Statistic, say: Messages, *, is_first: bool) -> str:
    """The formula of a statistic; the glossary has that of the first one of a section."""
    words = [word for word, anchor in ANCHORS.items() if anchor == statistic.section]
    explained = [f"glossary.{word}.formula" for word in (*words, statistic.section) if is_first]
    names = (f"statistic.{statistic.id}.formula", *explained)
    return next((say(name, **NAMES) for name in names if name in say), "")


def holds(kind: Mapping[str, Any]) -> str:
    """What a key of the API holds, in words, where it is not null."""
    if kind.get("title") == BY_VARIANT:
        return f"by variant, {holds(kind['additionalProperties'])}"
    types = kind.get("type", "string")
    (stated,) = {*([types] if isinstance(types, str) else types)} - {"null"}
    return KINDS[stated]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_table(text: str, name: str, made: str) -> str:
    """A page with the table of a name in it anew, between its two marks."""
    start, end = f"<!-- {name}: written by `make docs` -->\n\n", "\n\n<!-- end -->"
    before, found, rest = text.partition(start)
    assert found, f"there is no place for {name}"
    return before + start + made + end + rest.partition(end)[2]


def pages() -> Iterator[tuple[Path, str]]:
    """Every page that is written, one after the other."""
    yield DOCS / "cli.md", cli_page()
    text = (DOCS / "site-toml.md").read_text(encoding="utf8")
    made = table(("key", "meaning", "default"), keys_of_site_toml())
    yield DOCS / "site-toml.md", with_table(text, "keys", made)
    text = (DOCS / "statistics.md").read_text(encoding="utf8")
    head = ("statistic", "key of the API", "what it is", "formula", "source")
    made = table(head, statistics_of_boards(text))
    yield DOCS / "statistics.md", with_table(text, "statistics", made)
    text = (DOCS / "api.md").read_text(encoding="utf8")
    for name in KEYS:
        text = with_table(text, name, table(("key", "holds", "meaning"), keys_of_api(name)))
    yield DOCS / "api.md", text
    for name in SCHEMAS:
        yield SCHEMA_FOLDER / f"{name}-1.json", f"{schema_of(name)}\n"


def _read(path: Path) -> str:
    """What a page has now."""
    return path.read_text(encoding="utf8") if path.exists() else ""


def main() -> None:
    """Write the pages, or say which would change."""
    stale = [(path, text) for path, text in pages() if text != _read(path)]
    if "--check" in sys.argv:
        sys.exit(", ".join(path.name for path, _ in stale) or 0)
    for path, text in stale:
        path.write_text(text, encoding="utf8")


if __name__ == "__main__":
    main()
