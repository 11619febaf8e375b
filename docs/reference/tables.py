"""Write docs/data.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from site_builder.tables.schema import TABLES, TYPE_WORDS, ColumnSpec, TableSpec

_OPENING = """\
# The data contract

<!-- Written by `make docs` from site_builder/tables/schema.py: change it there. -->

The least that makes a site is one file, `data/results.parquet`, with the columns `model`, `task`
and `score`. Every other table and column is optional: what is absent takes its column, chart, page
and navigation entry away, and nothing else.

- Each table is a Parquet file, or a text file with the same columns and checks, so that results can
  be reviewed in git: instead of `results.parquet`, `results.csv` (UTF-8, commas, a heading) or
  `results.jsonl` (an object per line). Errors name the line. `import`, `aggregate` and `profile`
  keep the format of a table, and give new tables that of the results. The site publishes Parquet.
- Results can also be [submissions](submissions.md), a file for each entry, beside tables or instead
  of them.
- `[tasks]` and `[models]` in [`site.toml`](site-toml.md#tasks-and-models) state columns of tasks
  and models without a table, or instead of what it states.
- Ids are free text (`meta-llama/Llama-2-7b-hf`, `gpt-4o (2024)`, `μ`). Pages get a readable, stable
  slug of their own (with eight digits for letters that are not Latin, Greek or Cyrillic), and each
  score an address on its model's page that stays:
  `models/<model>/#score-<task>--<variant>`.
- A value that is not known is null; so is blank text, except in an id, which must not be blank. It
  is shown as not known and never counted as zero.
- A score with a `flag` is shown with its reason and counts like any other, unless
  [`board.exclude_flagged`](site-toml.md) is set: then it is shown and counts in nothing.
- `stderr`, or `n_examples` where a score is a mean over examples, gives each score its
  [interval](statistics.md#error-of-a-score). A `stderr` of 0 is taken as not known. Where neither
  is known, the task's [`evaluation_examples`](statistics.md#size-of-the-evaluated-split) limits the
  error.
- Columns beyond the contract are kept and offered for download; a further numeric column of the
  tasks table may be named in `site.toml` as a feature that may explain lift.
- `leaderboard-site check` names every fault of every table in one run. Rows count from 1.
"""


def describe_tables() -> str:
    """The whole page, as Markdown."""
    return "\n".join([_OPENING, *(line for spec in TABLES for line in _table_lines(spec))])


def _table_lines(spec: TableSpec) -> Iterator[str]:
    need = "required" if spec.required else "optional"
    key = f" No two rows share ({', '.join(f'`{name}`' for name in spec.key)})." if spec.key else ""
    yield f"## `data/{spec.file}` ({need})\n"
    yield f"{spec.meaning} One row is {spec.row}.{key}\n"
    yield "| column | type | meaning | where it is absent |"
    yield "|---|---|---|---|"
    for column in spec.columns:
        yield _column_line(column)
    yield ""


def _column_line(column: ColumnSpec) -> str:
    unit = f", in {column.unit}" if column.unit else ""
    least = f", at least {column.low:g}" if column.low is not None else ""
    absent = "**required**" if column.required else column.default
    kind = TYPE_WORDS[column.type]
    return f"| `{column.name}` | {kind}{unit}{least} | {column.meaning} | {absent} |"


if __name__ == "__main__":
    sys.stdout.write(describe_tables())
