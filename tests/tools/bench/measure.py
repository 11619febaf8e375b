"""One command as a whole process: how long, how much work, how much memory."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from gzip import compress
from pathlib import Path

WATCH_S = 0.25


@dataclass(frozen=True)
class Run:
    """One run of a command.

    Attributes:
        wall_s: From start to end.
        cpu_s: Work of the process and its children.
        peak_mb: The most memory that the process and its children had at once, in 10^6 bytes.
        said: What it said on stderr.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    said: str


def run(args: Sequence[str], cwd: Path, *, timed: bool = False) -> Run:
    """Run Python with these arguments; it must succeed.

    What runs before it have written is on the disk by then: a build waits for all that is not.

    Args:
        args: Module and options.
        cwd: Where it runs.
        timed: Whether its time is what is asked for: then nobody watches the memory that its
            processes take together, which takes a tenth of two processors from it.
    """
    os.sync()
    # As where it is installed: modules are compiled once, not in each process.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *args],
        cwd=cwd,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        with nullcontext([0]) if timed else _watched(process.pid) as seen:
            said = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(said)
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there
    peak = max(usage.ru_maxrss * unit, *seen)
    return Run(wall, usage.ru_utime + usage.ru_stime, peak / 1e6, said)


@contextmanager
def _watched(pid: int) -> Iterator[list[int]]:
    """What a process and its children take together, in bytes, now and then while the block runs.

    Memory that they share is counted once (Pss), on Linux; the system itself knows the most of each
    alone.
    """
    seen, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(WATCH_S):
            seen.append(sum(map(_share_of, [pid, *_children(pid)])))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _share_of(pid: int) -> int:
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next((int(n.split()[1]) * 1024 for n in lines if n.startswith("Pss:")), 0)
    return 0


@dataclass(frozen=True)
class Size:
    """What a site holds.

    Attributes:
        pages: HTML files.
        mb: All of it, in 10^6 bytes.
        heaviest: The page that is the heaviest as it is sent, and its kB then.
    """

    pages: int
    mb: float
    heaviest: tuple[str, float]


def size_of(site: Path) -> Size:
    """What a published folder holds."""
    files = [path for path in site.rglob("*") if path.is_file()]
    pages = [path for path in files if path.suffix == ".html"]
    sent = {path: len(compress(path.read_bytes(), 6, mtime=0)) / 1e3 for path in pages}
    worst = max(sent, key=sent.__getitem__)
    mb = sum(path.stat().st_size for path in files) / 1e6
    return Size(len(pages), mb, (worst.relative_to(site).as_posix(), sent[worst]))


@dataclass(frozen=True)
class Target:
    """A bound that should hold.

    Attributes:
        what: What is bounded.
        most: The bound.
        found: What was measured.
    """

    what: str
    most: float
    found: float

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return self.found <= self.most
