"""Map a function over pages in worker processes.

Workers come from a `forkserver`, the default of Python 3.14 on Linux. On the large board of the
benchmark (1,000 models, 100 tasks) `fork` needs 1 second less, but this process has a thread of
pyarrow's, and Python 3.12 and later warn of a fork beside threads. `spawn` needs 4 seconds more of
processor time, because each worker imports pandas again.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from site_builder.errors import Fault, SiteError

Item = TypeVar("Item")
Result = TypeVar("Result")

# Starting workers takes as long as rendering some 150 pages, so each has to save more than that.
_PAGES_PER_WORKER = 200
# Each worker has a copy of the scores, which would take gigabytes of memory.
_MAX_SCORES = 500_000
_CHUNK = 8
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def worker_count(n_pages: int, n_scores: int) -> int:
    """Return how many processes render the pages fastest; the pages are the same with any."""
    if n_scores > _MAX_SCORES:
        return 1
    return max(1, min(core_count(), n_pages // _PAGES_PER_WORKER))


def core_count() -> int:
    """Return how many processes can run at the same time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return cores or 1


def import_ahead(*modules: str) -> None:
    """Start importing the modules for the workers in the background."""
    if _METHOD == "forkserver":
        from multiprocessing import forkserver

        forkserver.set_forkserver_preload([*modules])
        forkserver.ensure_running()


def map_pages(
    setup: Callable[[], Callable[[Item], Result]], items: Sequence[Item], workers: int
) -> Iterator[Result]:
    """Yield the result of each item, in order.

    Args:
        setup: Returns the function to map. Called once in each worker; it is pickled for that
            together with all items, so that what they share is sent once.
        items: What to map the function over.
        workers: The number of processes; 1 maps in this process.

    Raises:
        Exception: Any exception of `setup` or of the function.
        SiteError: The system killed a worker.
    """
    if workers < 2 or len(items) < 2:
        yield from map(setup(), items)
        return
    pool = ProcessPoolExecutor(
        workers,
        multiprocessing.get_context(_METHOD),
        initializer=_start_worker,
        initargs=(pickle.dumps((setup, items), pickle.HIGHEST_PROTOCOL),),
    )
    try:
        yield from pool.map(_run, range(len(items)), chunksize=_CHUNK)
    except BrokenProcessPool as error:
        what = "the system killed a process of this build, as it does when memory runs out"
        raise SiteError(Fault("memory", what, "Build with --processes 1.")) from error
    finally:
        pool.shutdown(cancel_futures=True)


class _Worker:
    """What a worker process keeps between two items."""

    pickled: bytes
    function: Callable[[Any], Any]
    items: Sequence[Any] = ()


def _start_worker(pickled: bytes) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process handles Ctrl-C
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _Worker.pickled = pickled


def _end_with_parent() -> None:
    """End this worker when the main process ends, even if that is killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _run(place: int) -> Any:  # noqa: ANN401 - the result of any function
    if not _Worker.items:  # not in `_start_worker`: the pool would not pass on an exception
        setup, _Worker.items = pickle.loads(_Worker.pickled)
        _Worker.function = setup()
    return _Worker.function(_Worker.items[place])
