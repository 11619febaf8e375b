"""The wheel: that in $WHEEL, or one of these sources."""

import os
import subprocess
import sys
from pathlib import Path

from tests.helpers.sites import ROOT


def find_or_build_wheel(to: Path) -> Path:
    """The file in $WHEEL, else one that is built as `make wheel` does, from the sdist.

    Raises:
        RuntimeError: It cannot be built; it says what the command said.
    """
    if "WHEEL" in os.environ:
        return ROOT / os.environ["WHEEL"]
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(to), str(ROOT)]
    done = subprocess.run(build, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout)
    (wheel,) = to.glob("*.whl")
    return wheel
