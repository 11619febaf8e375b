"""What a sparse board costs as it grows."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.tools.bench.boards import MANY_MODELS, MANY_TASKS, THERE, write_sparse
from tests.tools.bench.compare import Built, build, built_of
from tests.tools.bench.measure import Target, size_of

SHARES = (0.125, 0.25, 0.5, 1.0)
MAX_MB = 3_000
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
    yield Target("huge, peak memory, MB", MAX_MB, grown[-1].peak_mb)
    pairs = zip(grown[-2:], SHARES[-2:], strict=True)
    before, last = (built.cpu_s / work_of(built.pages, share) for built, share in pairs)
    what = "huge, CPU of a page and its scores, beside half the size"
    yield Target(what, MAX_GROWTH, last / before)


def work_of(pages: int, share: float) -> float:
    """What a board of that size asks for: its pages, and its scores by as many as a page has."""
    return pages + MANY_MODELS * MANY_TASKS * THERE * share**2 / SCORES_A_PAGE
