"""A Dask cluster of processes on loopback: a scheduler, and workers that can be killed."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

from distributed import Client
from distributed.diagnostics.plugin import SchedulerPlugin

from tests.helpers.sites import ROOT

_ADDRESS = re.compile(r"Scheduler at: *(tcp://127\.0\.0\.1:\d+)")
# Both end by themselves where the tests were killed.
_SCHEDULER = ("--no-show", "--idle-timeout", "300")
_WORKER = ("--no-nanny", "--nthreads", "1", "--memory-limit", "1GB", "--death-timeout", "60")


@dataclass(frozen=True)
class RunningCluster:
    """A scheduler's address, and the processes of its workers."""

    address: str
    workers: list[subprocess.Popen[str]]


@contextmanager
def running_cluster(workers: int = 2) -> Iterator[RunningCluster]:
    """A scheduler and its workers, each a process, on ports that the system chooses."""
    with ExitStack() as stack:
        scheduler = stack.enter_context(_process("scheduler", "--port", "0", *_SCHEDULER))
        address = _told_address(scheduler)
        # Whoever reads no further stops a process that goes on to say things.
        Thread(target=scheduler.communicate, daemon=True).start()
        started = [
            stack.enter_context(_process("worker", address, *_WORKER)) for _ in range(workers)
        ]
        if workers:
            with Client(address, set_as_default=False) as client:
                client.wait_for_workers(workers)
        yield RunningCluster(address, started)


@contextmanager
def _process(kind: str, *args: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "dask", kind, *args, "--host", "127.0.0.1", "--no-dashboard"]
    heard = subprocess.PIPE if kind == "scheduler" else subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=ROOT, stderr=heard, stdout=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _told_address(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if match := _ADDRESS.search(line):
            return match[1]
    raise RuntimeError("".join(said))


class KillWorker(SchedulerPlugin):
    """Kills a process when so many tasks have been computed; runs in the scheduler."""

    name = "kill-worker"

    def __init__(self, pid: int, after: int) -> None:
        self.pid, self.left = pid, after

    def transition(self, key: Any, start: str, finish: str, *_: Any, **__: Any) -> None:
        """Told by the scheduler what becomes of a task."""
        if (start, finish) == ("processing", "memory"):
            self.left -= 1
            if self.left == 0:
                os.kill(self.pid, signal.SIGKILL)
