"""What the tables of a comparison share: a column for each run, and one for the baseline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from site_builder.charts.cells import Field
from site_builder.compute.comparison import Comparison
from site_builder.labels import Labels
from site_builder.pages.compare_runs import MOST_RUNS
from site_builder.pages.page import Site
from site_builder.records import Record, replace
from site_builder.table_model import Align, Cell, Column

Item = TypeVar("Item")
NOTHING = Cell("")


class Compared(Record):
    """A comparison, and what it is told with.

    Attributes:
        site: Names and number formats.
        comparison: The numbers.
        names: What the runs are called.
    """

    site: Site
    comparison: Comparison
    names: Sequence[str]

    @property
    def labels(self) -> Labels:
        """How the board's things are called."""
        return self.site.labels


def run_fields(
    compared: Compared, align: Align, cell: Callable[[Item, int], Cell]
) -> tuple[Field[Item], ...]:
    """A column for each run that there may be: a script fills those that are not used yet."""

    def field(i: int) -> Field[Item]:
        used = i < len(compared.names)
        column = Column(f"run-{i + 1}", compared.names[i] if used else f"Model {i + 1}", align)
        return Field(column, (lambda record: cell(record, i)) if used else lambda _: NOTHING)

    return tuple(map(field, range(MOST_RUNS)))


def baseline_field(compared: Compared, align: Align, cell: Callable[[Item], Cell]) -> Field[Item]:
    """The baseline's column, where the board has one."""
    labels = compared.labels
    column = Column("baseline", f"{labels.baseline} (baseline)", align)
    return Field(column, cell, labels.roles.baseline is not None)


def top_cell(cell: Cell, i: int, best: Collection[int]) -> Cell:
    """The cell, marked where its run is at the top."""
    if i not in best:
        return cell
    tag = "best" if len(best) == 1 else "tied"
    return replace(cell, tags=(tag,))
