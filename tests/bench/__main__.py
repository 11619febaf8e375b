"""`make bench`: our build beside the plain script, in one run, with the targets.

python -m tests.bench [--models N --tasks N] [--times N]
"""

import argparse
import json
import os
import platform
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.bench.boards import write_large
from tests.bench.measure import Run, Size, run, size_of
from tests.bench.targets import Target
from tests.sites import ROOT, copy_project

OUT = ROOT / "dist/bench.json"
STAGE = re.compile(r"^  (\S.*?) +(\d+\.\d) s$", re.MULTILINE)


@dataclass(frozen=True)
class Compared:
    """Ours and the plain script on one board, by turns.

    Attributes:
        board: What it is.
        ours, plain: The runs.
        our_size, plain_size: What was made.
    """

    board: str
    ours: list[Run]
    plain: list[Run]
    our_size: Size
    plain_size: Size

    @property
    def stages(self) -> dict[str, float]:
        """Seconds of each stage of our last build."""
        return {name: float(took) for name, took in STAGE.findall(self.ours[-1].said)}

    def ratio(self, of: str) -> float:
        """Median of ours over median of the plain script's."""
        return middle(self.ours, of) / middle(self.plain, of)


def middle(runs: Sequence[Run], of: str) -> float:
    """The median of a figure of several runs."""
    return float(median(getattr(r, of) for r in runs))


def compare(board: str, project: Path, times: int) -> Compared:
    """Build a board so many times, ours and the plain script by turns, each into a new folder."""
    ours, plain = list[Run](), list[Run]()
    for i in range(times):
        site = project / f"site-{i}"
        ours.append(
            run(
                ["-m", "site_builder", "build", "--project", str(project), "--out", str(site)], ROOT
            )
        )
        plain.append(
            run(["-m", "tests.bench.plain", str(project), str(project / f"plain-{i}")], ROOT)
        )
    sizes = (size_of(project / "site-0"), size_of(project / "plain-0"))
    return Compared(board, ours, plain, *sizes)


def targets(index: Compared, large: Compared) -> Iterator[Target]:
    """What docs/performance.md promises."""
    yield Target("Index, wall time, ours / plain", 0.6, index.ratio("wall_s"))
    yield Target("large, wall time, ours / plain", 0.12, large.ratio("wall_s"))
    yield Target("large, the whole site, MB", 45, large.our_size.mb)
    yield Target("large, heaviest page as sent, kB", 300, large.our_size.heaviest[1])


def show(compared: list[Compared], goals: list[Target]) -> None:
    """Two tables: what was measured, and which targets hold."""
    console = Console(width=110)
    table = Table(
        "board", "built by", "wall s", "CPU s", "peak MB", "pages", "MB", "heaviest page, kB"
    )
    for found in compared:
        rows = (("ours", found.ours, found.our_size), ("plain", found.plain, found.plain_size))
        for name, runs, size in rows:
            took = [f"{middle(runs, of):.1f}" for of in ("wall_s", "cpu_s")]
            peak = f"{middle(runs, 'peak_mb'):.0f}"
            heaviest = f"{size.heaviest[1]:.0f} ({size.heaviest[0]})"
            table.add_row(
                found.board, name, *took, peak, str(size.pages), f"{size.mb:.1f}", heaviest
            )
    console.print(table)
    for found in compared:
        stages = ", ".join(f"{name} {took:.1f} s" for name, took in found.stages.items())
        console.print(f"{found.board}: {stages}", markup=False)
    table = Table("target", "at most", "measured", "holds")
    for goal in goals:
        table.add_row(
            goal.what, f"{goal.most:g}", f"{goal.found:.3g}", "yes" if goal.holds else "no"
        )
    console.print(table)


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
    parser.add_argument("--times", type=int, default=3, help="how often the Index is built")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = compare("Index", copy_project(Path(folder) / "index"), asked.times)
        name = f"{asked.models:,} models x {asked.tasks} tasks x 2"
        project = write_large(Path(folder) / "large", asked.models, asked.tasks)
        large = compare(name, project, 1)
    goals = list(targets(index, large))
    show([index, large], goals)
    OUT.parent.mkdir(exist_ok=True)
    kept = {
        "machine": machine(),
        "runs": [asdict(found) | {"stages": found.stages} for found in (index, large)],
        "targets": [asdict(goal) | {"holds": goal.holds} for goal in goals],
    }
    OUT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
