"""Print the cells of a workbook's first sheet with numbers as JSON: a process of its own.

Calamine fills the room between cells, and ends its process where memory does not suffice: two cells
in the corners of a sheet ask for 500 GB.
"""

import json
import sys
from contextlib import suppress
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

_SHOWN = (SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible)
MAX_MEMORY, MAX_SECONDS = 2 << 30, 60
"""Bytes of address space and seconds of CPU time of the process; only Linux limits the first."""


def main(path: str) -> None:
    """Print rows, the name of their sheet and those of others; or a text that says why not."""
    with suppress(ImportError):  # on Windows
        import resource

        for kind, limit in ((resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CPU, MAX_SECONDS)):
            with suppress(ValueError):  # it is lower already
                resource.setrlimit(kind, (limit, limit))
    answer: object
    try:
        answer = _read(CalamineWorkbook.from_path(path))
    except PasswordError:
        answer = "it is encrypted"
    except CalamineError as error:
        answer = f"it is not a workbook, or is damaged: {error}"
    json.dump(answer, sys.stdout, default=str)  # dates as YYYY-MM-DD


def _read(book: CalamineWorkbook) -> dict[str, Any] | str:
    shown = [n for n, of in enumerate(book.sheets_metadata) if (of.typ, of.visible) == _SHOWN]
    sheets = [book.get_sheet_by_index(number) for number in shown]
    if not sheets:
        return "it has no sheet that is shown"
    tables = [sheet.to_python() for sheet in sheets]
    # A number may stand in a text about the board too.
    numbers = [sum(_has_number(row) for row in rows) for rows in tables]
    at = next((n for n, found in enumerate(numbers) if found > 1), numbers.index(max(numbers)))
    _fill_merged(sheets[at], tables[at])
    others = [s.name for n, s in enumerate(sheets) if n != at and tables[n]]
    return {"rows": tables[at], "name": sheets[at].name, "others": others}


def _has_number(row: list[Any]) -> bool:
    # A percentage or a number with a margin may be a text.
    return any(isinstance(cell, int | float) or str(cell)[:1].isdigit() for cell in row)


def _fill_merged(sheet: CalamineSheet, rows: list[list[Any]]) -> None:
    """Write what merged cells below the heading hold into each row of theirs."""
    (top, left) = sheet.start or (0, 0)
    below = next((n for n, row in enumerate(rows) if _has_number(row)), len(rows))
    for (first, column), (last, _) in sheet.merged_cell_ranges or ():
        at = first - top
        for row in rows[at + 1 : last - top + 1] if at >= below else ():
            row[column - left] = rows[at][column - left]


if __name__ == "__main__":
    main(sys.argv[1])
