"""Map a function over pages in several processes, for large builds.

Processes are started as Python does by default. Up to Python 3.13 that is `fork` on Linux: what the
items share is there at once, without a copy. On other systems, and from Python 3.14 on, it is sent
to each process.
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

from site_builder.errors import Fault, SiteError, name_error, working_on

Item = TypeVar("Item")
Result = TypeVar("Result")
Setup = Callable[[], Callable[[Item], Result]]
"""Returns the function to map; it is called once in each process."""

# Measured on two cores: two forked workers save a tenth of the time at 90 pages already; started
# ones still cost time at 400.
_IS_FORKED = multiprocessing.get_all_start_methods()[0] == "fork"  # the first is the default
_PAGES_PER_WORKER = 50 if _IS_FORKED else 300
# Each worker comes to have its own copy of the scores, which would take gigabytes of memory.
_MAX_SCORES = 500_000
_CHUNK = 8


def worker_count(n_pages: int, n_scores: int) -> int:
    """Return how many processes render the pages fastest; the pages are the same with any."""
    if n_scores > _MAX_SCORES:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, n_pages // _PAGES_PER_WORKER))


def map_pages(
    setup: Setup[Item, Result], items: Sequence[Item], names: Sequence[str], workers: int
) -> Iterator[Result]:
    """Yield the result of each item, in order; with one worker all is done in this process.

    Raises:
        Exception: Any exception of `setup` or of the function, which has the name of its item. One
            that cannot be sent from another process is a `RuntimeError` with the same text.
        KeyboardInterrupt: On Ctrl-C, which also ends a worker in an endless loop.
        SiteError: The system killed a worker.
    """
    if workers < 2 or len(items) < 2:
        function = setup()
        for item, name in zip(items, names, strict=True):
            with working_on(name):
                result = function(item)
            yield result
        return
    pool = ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(setup, items, names))
    try:
        yield from pool.map(_run, range(len(items)), chunksize=_CHUNK)
    except BaseException as error:
        for worker in multiprocessing.active_children():
            worker.terminate()
        if isinstance(error, BrokenProcessPool):
            what = "the system killed a process of this build, as it does when memory runs out"
            raise SiteError(Fault("memory", what, "Build with --processes 1.")) from error
        raise
    finally:
        pool.shutdown(cancel_futures=True)


class _Worker:
    """What a worker process keeps between two items."""

    setup: Setup[Any, Any]
    function: Callable[[Any], Any] | None = None
    items: Sequence[Any] = ()
    names: Sequence[str] = ()


def _start_worker(setup: Setup[Any, Any], items: Sequence[Any], names: Sequence[str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process handles Ctrl-C
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _Worker.setup = setup
    _Worker.items = items
    _Worker.names = names


def _end_with_parent() -> None:
    """End this worker when the main process ends, even if that is killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _run(place: int) -> Any:  # noqa: ANN401 - the result of any function
    try:
        if _Worker.function is None:  # not in `_start_worker`, of which the pool passes on nothing
            _Worker.function = _Worker.setup()
        with working_on(_Worker.names[place]):
            return _Worker.function(_Worker.items[place])
    except Exception as error:
        if _can_be_sent(error):
            raise
        sent = RuntimeError(name_error(error))
        for note in getattr(error, "__notes__", ()):
            sent.add_note(note)
        raise sent from error


def _can_be_sent(error: Exception) -> bool:
    """Return whether an exception reaches another process; the pool would wait for it, or break."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return False
    return True
