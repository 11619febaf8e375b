"""What several pytest workers need is made by the first of them that does."""

import fcntl
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_FOLDER = "SITE_BUILDER_TESTS_SHARE"


def begin_sharing() -> None:
    """Make the folder; workers that start from now on inherit its name."""
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="leaderboard-site-tests-shared-")


def end_sharing() -> None:
    """Delete the folder."""
    shutil.rmtree(os.environ.pop(_FOLDER), ignore_errors=True)


def made_once(name: str, make: Callable[[], T]) -> T:
    """What `make` returns, from the worker that called it first.

    Args:
        name: Of the file that keeps it.
        make: It must return the same in every worker, and its result must be picklable.
    """
    kept = Path(os.environ[_FOLDER]) / name
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released when the file closes
        if kept.exists():
            value: T = pickle.loads(kept.read_bytes())
        else:
            value = make()
            kept.write_bytes(pickle.dumps(value))
    return value
