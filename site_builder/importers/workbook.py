"""Print the cells of a workbook's first sheet as JSON: a process of its own.

Calamine fills the room between cells, and ends its process where memory does not suffice: two cells
in the corners of a sheet ask for 500 GB.
"""

import json
import sys
from contextlib import suppress

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

_SHOWN = (SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible)
MAX_MEMORY, MAX_SECONDS = 2 << 30, 60
"""Bytes of address space and seconds of CPU time of the process; only Linux limits the first."""


def main(path: str) -> None:
    """Print a list of rows, or a text that says why there is none."""
    with suppress(ImportError):  # on Windows
        import resource

        for kind, limit in ((resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CPU, MAX_SECONDS)):
            with suppress(ValueError):  # it is lower already
                resource.setrlimit(kind, (limit, limit))
    answer: object = "it has no sheet that is shown"
    try:
        book = CalamineWorkbook.from_path(path)
        for number, sheet in enumerate(book.sheets_metadata):
            if (sheet.typ, sheet.visible) == _SHOWN:
                answer = book.get_sheet_by_index(number).to_python()
                break
    except PasswordError:
        answer = "it is encrypted"
    except CalamineError as error:
        answer = f"it is not a workbook, or is damaged: {error}"
    json.dump(answer, sys.stdout, default=str)  # dates as YYYY-MM-DD


if __name__ == "__main__":
    main(sys.argv[1])
