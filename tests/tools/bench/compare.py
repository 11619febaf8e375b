"""Ours and the plain script on one board, by turns."""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import pandas as pd

from tests.helpers.sites import ROOT
from tests.tools.bench.boards import MANY_MODELS, MANY_TASKS, THERE, write_sparse
from tests.tools.bench.measure import Run, Size, Target, run, size_of

CHANGED = re.compile(r"pages, (.* changed\))")
STAGE = re.compile(r"^  (\S.*?) +(\d+\.\d) s$", re.MULTILINE)
MAX_MB, MAX_PAGE_KB = 60, 300


@dataclass(frozen=True)
class Built:
    """What one builder made of one board: the middle of its runs.

    Attributes:
        board: What it is.
        by: The builder.
        wall_s, cpu_s, peak_mb: As of a run.
        pages, mb: What was made.
        heaviest, heaviest_kb: The page that is the heaviest as it is sent.
    """

    board: str
    by: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    pages: int
    mb: float
    heaviest: str
    heaviest_kb: float


def built_of(board: str, by: str, runs: Sequence[Run], size: Size) -> Built:
    """The middle of several runs, and what they made."""
    wall, cpu, peak = (middle(runs, of) for of in ("wall_s", "cpu_s", "peak_mb"))
    return Built(board, by, wall, cpu, peak, size.pages, size.mb, *size.heaviest)


def middle(runs: Sequence[Run], of: str) -> float:
    """The median of a figure of several runs."""
    return float(median(getattr(r, of) for r in runs))


@dataclass(frozen=True)
class Compared:
    """Ours and the plain script on one board.

    Attributes:
        board: What it is.
        ours, plain: The runs.
        our_size, plain_size: What was made; None where the script was not asked.
    """

    board: str
    ours: list[Run]
    plain: list[Run]
    our_size: Size
    plain_size: Size | None

    @property
    def stages(self) -> dict[str, float]:
        """Seconds of each stage of our last build."""
        return {name: float(took) for name, took in STAGE.findall(self.ours[-1].said)}

    def ratio(self, of: str) -> float:
        """Median of ours over median of the plain script's."""
        return middle(self.ours, of) / middle(self.plain, of)

    def built(self) -> Iterator[Built]:
        """What each made."""
        yield built_of(self.board, "ours", self.ours, self.our_size)
        if self.plain_size is not None:
            yield built_of(self.board, "plain", self.plain, self.plain_size)


def compare(board: str, project: Path, times: int, *, plain: bool = True) -> Compared:
    """Build a board so many times, ours and the plain script by turns, each into a new folder.

    The first time of each is for its memory alone.
    """
    ours, others = list[Run](), list[Run]()
    for i in range(times + 1):
        ours.append(build(project, project / f"site-{i}", timed=i > 0))
        if plain:
            script = ["-m", "tests.tools.bench.plain", str(project), str(project / f"plain-{i}")]
            others.append(run(script, ROOT, timed=i > 0))
    size = size_of(project / "plain-0") if plain else None
    return Compared(board, _timed(ours), _timed(others), size_of(project / "site-0"), size)


def _timed(runs: Sequence[Run]) -> list[Run]:
    """Those that were timed, with the memory of the one that was watched."""
    return [replace(timed, peak_mb=runs[0].peak_mb) for timed in runs[1:]]


def build(project: Path, site: Path, *, timed: bool = False) -> Run:
    """One of our builds."""
    command = ["-m", "site_builder", "build", "--project", str(project), "--out", str(site)]
    return run(command, ROOT, timed=timed)


def rebuild(project: Path, site: Path) -> str:
    """Change one score of a board, and build it once more over its site: how that went."""
    path = project / "data/results.parquet"
    results = pd.read_parquet(path)
    results.loc[0, "score"] = round(results["score"][0] / 2, 4)
    results.to_parquet(path, index=False)
    again = build(project, site, timed=True)
    changed = CHANGED.search(again.said)
    return f"{again.wall_s:.1f} s, {changed[1] if changed else again.said}"


def large_targets(found: Compared) -> Iterator[Target]:
    """What docs/performance.md promises of a large board."""
    yield Target("large, wall time, ours / plain", 0.25, found.ratio("wall_s"))
    yield Target("large, the whole site, MB", MAX_MB, found.our_size.mb)
    yield Target("large, heaviest page as sent, kB", MAX_PAGE_KB, found.our_size.heaviest[1])


# --- sparse boards, as they grow ----------------------------------------------------------------

SHARES = (0.125, 0.25, 0.5, 1.0)
MAX_HUGE_MB = 3_000
# Of a cost that grows as pages and scores do, the cost of each stays; a little more is noise.
MAX_GROWTH = 1.25
SCORES_A_PAGE = MANY_MODELS * MANY_TASKS * THERE * SHARES[0] / (MANY_MODELS + MANY_TASKS)


def grow(project: Path, share: float) -> Built:
    """Build a sparse board of that size; nothing of it is left on the disk."""
    write_sparse(project, share)
    run, size = build(project, project / "site"), size_of(project / "site")
    shutil.rmtree(project)
    models, tasks = round(MANY_MODELS * share), round(MANY_TASKS * share)
    board = f"{models:,} models x {tasks:,} tasks, {1 - THERE:.0%} missing"
    return built_of(board, "ours", [run], size)


def growth_targets(grown: Sequence[Built]) -> Iterator[Target]:
    """Memory of the largest, and what a page and a score of it cost beside the board half its size.

    Work is counted in units of a page and of as many scores as a page has on the smallest board.
    """
    yield Target("huge, peak memory, MB", MAX_HUGE_MB, grown[-1].peak_mb)
    pairs = zip(grown[-2:], SHARES[-2:], strict=True)
    before, last = (built.cpu_s / work_of(built.pages, share) for built, share in pairs)
    what = "huge, CPU of a page and its scores, beside half the size"
    yield Target(what, MAX_GROWTH, last / before)


def work_of(pages: int, share: float) -> float:
    """What a board of that size asks for: its pages, and its scores by as many as a page has."""
    return pages + MANY_MODELS * MANY_TASKS * THERE * share**2 / SCORES_A_PAGE
