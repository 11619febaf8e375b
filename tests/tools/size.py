"""`make size`: what an installation of the wheel takes, and how long `uvx` takes without a cache.

Needs a network. Exits with 1 when the packages take more than is asked.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.metadata import distributions
from pathlib import Path
from sysconfig import get_path
from tempfile import TemporaryDirectory
from venv import create

from rich.console import Console
from rich.table import Table

from tests.helpers.wheel import find_or_build_wheel

MOST = 600


def main() -> int:
    """Build the wheel, install it, weigh what came with it, and build a sample with it."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        wheel = find_or_build_wheel(folder)
        before, sizes, after = _installed_sizes(wheel, folder / "env")
        seconds = _seconds_to_a_site(wheel, folder)
    table = Table("package", "MB", caption=f"At most {MOST} MB")
    for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:15]:
        table.add_row(name, f"{size:.1f}")
    table.add_row("what the wheel brings", f"{after - before:.0f}", style="bold")
    table.add_row("with what venv brings: pip", f"{after:.0f}")
    console = Console()
    console.print(table)
    console.print(f"uvx, from an empty cache to a built sample: {seconds:.0f} s.")
    return 1 if after - before > MOST else 0


def _installed_sizes(wheel: Path, folder: Path) -> tuple[float, dict[str, float], float]:
    """Return the size of a new environment, of each package, and of the whole with the wheel.

    Compiled modules count, since pip compiles them, and folders: what `du -m` says.
    """
    create(folder, with_pip=True)
    before = _size(folder)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, str(wheel)], check=True)
    site = get_path("purelib", "venv", {"base": str(folder)})
    sizes = {
        found.metadata["Name"]: sum(_blocks(Path(str(file.locate()))) for file in found.files or ())
        for found in distributions(path=[site])
    }
    return before, sizes, _size(folder)


def _size(folder: Path) -> float:
    return sum(map(_blocks, folder.rglob("*")))


def _blocks(path: Path) -> float:
    """Return what a file takes on the disk, in MB of 2**20 bytes."""
    return path.lstat().st_blocks * 512 / 2**20 if os.path.lexists(path) else 0.0


def _seconds_to_a_site(wheel: Path, folder: Path) -> float:
    """Return the time of the two commands that make a site of the sample."""
    uvx = [str(Path(sys.executable).with_name("uvx")), "--quiet", "--from", str(wheel)]
    env = {**os.environ, "UV_CACHE_DIR": str(folder / "cache")}
    began = time.perf_counter()
    for words in (["init", "board", "--quiet"], ["build", "--project", "board", "--quiet"]):
        subprocess.run([*uvx, "leaderboard-site", *words], check=True, cwd=folder, env=env)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
