"""One command as a whole process: how long, how much work, how much memory."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from gzip import compress
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """One run of a command.

    Attributes:
        wall_s: From start to end.
        cpu_s: Work of the process and its children.
        peak_mb: The most memory that the process had at once, in 10^6 bytes.
        said: What it said on stderr.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    said: str


def run(args: Sequence[str], cwd: Path) -> Run:
    """Run Python with these arguments; it must succeed."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *args], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(said)
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6, said)


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
