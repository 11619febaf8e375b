"""`make bench`: our builds beside the plain script's, a large board in a browser, the targets.

python -m tests.tools.bench [--only PART ...] [--models N --tasks N] [--times N] [--rows N]
"""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.helpers.sites import ROOT, copy_project
from tests.tools.bench.boards import write_faceted, write_large
from tests.tools.bench.browser import measure_board, measure_home
from tests.tools.bench.compare import (
    MAX_PAGE_KB,
    SHARES,
    Built,
    Compared,
    compare,
    grow,
    growth_targets,
    large_targets,
    rebuild,
)
from tests.tools.bench.instances import MAX_GB, ROWS, aggregate_large
from tests.tools.bench.measure import Target

OUT = ROOT / "dist/bench.json"
# Entries and tasks of boards in a browser; the longer is measured on a fast machine alone.
WIDE_BOARD, LONG_BOARD = (700, 40), (5_000, 30)
LARGE_TIMES = 3


class Bench:
    """Measures part after part, and keeps what was measured.

    Args:
        folder: Where boards and sites are made.
        asked: The options.
    """

    def __init__(self, folder: Path, asked: argparse.Namespace) -> None:
        self._folder, self._asked = folder, asked
        self.targets: list[Target] = []
        self.built: list[Built] = []
        self.notes: list[str] = []

    def index(self) -> None:
        """The Index by turns with the plain script, then both home pages in a browser."""
        project = copy_project(self._folder / "index")
        found = compare("Index", project, self._asked.times)
        self._keep(found)
        self.targets.append(Target("Index, wall time, ours / plain", 0.8, found.ratio("wall_s")))
        self.targets.append(measure_home(project / "site-0", project / "plain-0"))

    def large(self) -> None:
        """A large board by turns with the plain script, then built again."""
        models, tasks = self._asked.models, self._asked.tasks
        project = write_large(self._folder / "large", models, tasks)
        found = compare(f"{models:,} models x {tasks} tasks x 2", project, LARGE_TIMES)
        self._keep(found)
        self.targets += large_targets(found)
        again = rebuild(project, project / "site-0")
        self.notes.append(f"{found.board}, one score changed: {again}")

    def board(self) -> None:
        """Sorting and filtering hundreds and thousands of rows in a browser."""
        wide, name = self._faceted(*WIDE_BOARD)
        kb = self.built[-1].heaviest_kb
        self.targets.append(Target(f"{name}, heaviest page as sent, kB", MAX_PAGE_KB, kb))
        self.targets += measure_board(wide, name, a_sort=80, a_key=50)
        self.targets += measure_board(wide, name, a_sort=200, a_key=200, slowed=4)
        self.targets += measure_board(*self._faceted(*LONG_BOARD), a_sort=100, a_key=100)

    def _faceted(self, entries: int, tasks: int) -> tuple[Path, str]:
        """Build a board with settings, cost and dates; return its site and what it is."""
        project = write_faceted(self._folder / f"faceted-{entries}", entries, tasks)
        name = f"{entries:,} entries x {tasks} tasks"
        self._keep(compare(name, project, 1, plain=False))
        return project / "site-0", name

    def huge(self) -> None:
        """A huge and sparse board, and smaller ones like it."""
        grown = [grow(self._folder / f"sparse-{share}", share) for share in SHARES]
        self.built += grown
        self.targets += growth_targets(grown)

    def examples(self) -> None:
        """A hundred million scores of single examples."""
        rows, files_gb, done = aggregate_large(self._asked.rows)
        took = f"{done.wall_s:.0f} s, {done.cpu_s:.0f} s of CPU"
        self.notes.append(f"aggregate of {rows:,} rows: {took}, {files_gb:.2f} GB read")
        peak_gb = done.peak_mb / 1e3
        self.targets.append(Target("100 million examples, peak memory, GB", MAX_GB, peak_gb))

    def _keep(self, found: Compared) -> None:
        self.built += found.built()
        stages = ", ".join(f"{name} {took:.1f} s" for name, took in found.stages.items())
        self.notes.append(f"{found.board}: {stages}")


PARTS: dict[str, Callable[[Bench], None]] = {
    "index": Bench.index,
    "large": Bench.large,
    "board": Bench.board,
    "huge": Bench.huge,
    "examples": Bench.examples,
}


def show(bench: Bench) -> None:
    """A table of the targets, then what was built, and what else was measured."""
    console = Console(width=116)
    goals = Table("target", "at most", "measured", "holds")
    for goal in bench.targets:
        holds = "yes" if goal.holds else "no"
        goals.add_row(goal.what, f"{goal.most:g}", f"{goal.found:.3g}", holds)
    console.print(goals)
    for built in bench.built:
        console.print(
            f"{built.board}, {built.by}: {built.wall_s:.1f} s, {built.cpu_s:.1f} s of CPU, peak "
            f"{built.peak_mb:.0f} MB; {built.pages:,} pages, {built.mb:.1f} MB, the heaviest "
            f"{built.heaviest_kb:.0f} kB ({built.heaviest})",
            markup=False,
        )
    for note in bench.notes:
        console.print(note, markup=False)


def machine() -> dict[str, object]:
    """What it was measured on."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
    }


def main() -> None:
    """Measure, show, and keep what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=1_000)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--times", type=int, default=5, help="how often the Index is built")
    parser.add_argument("--rows", type=int, default=ROWS, help="per-example scores")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), asked)
        for name in asked.only:
            PARTS[name](bench)
    show(bench)
    OUT.parent.mkdir(exist_ok=True)
    kept = {
        "machine": machine(),
        "built": [vars(built) for built in bench.built],
        "targets": [{**vars(goal), "holds": goal.holds} for goal in bench.targets],
        "notes": bench.notes,
    }
    OUT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
