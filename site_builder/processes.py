"""Map a function over items in other processes: in several at once, or in one with limits.

Processes are started as Python does by default. Up to Python 3.13 that is `fork` on Linux: what the
items share is there at once, without a copy. On other systems, and from Python 3.14 on, it is sent
to each process.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from pathlib import Path
from traceback import format_exception, walk_tb
from types import FrameType
from typing import Any, Generic, NoReturn, TypeVar

from site_builder.errors import Fault, SiteError
from site_builder.formatting import counted
from site_builder.records import Record

if sys.platform != "win32":
    import resource

Item = TypeVar("Item")
Result = TypeVar("Result")
Setup = Callable[[], Callable[[Item], Result]]
"""Returns the function to map; it is called once in each process."""

_KILLED = "the system killed a process of this build, as it does when memory runs out"

# --- several at once ----------------------------------------------------------------------------

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
    return max(1, min(core_count(), n_pages // _PAGES_PER_WORKER))


def core_count() -> int:
    """Return how many processes can run at the same time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return cores or 1


def map_pages(setup: Setup[Item, Result], items: Sequence[Item], workers: int) -> Iterator[Result]:
    """Yield the result of each item, in order; with one worker all is done in this process.

    Raises:
        Exception: Any exception of `setup` or of the function.
        SiteError: The system killed a worker.
    """
    if workers < 2 or len(items) < 2:
        yield from map(setup(), items)
        return
    pool = ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(setup, items))
    try:
        yield from pool.map(_run, range(len(items)), chunksize=_CHUNK)
    except BrokenProcessPool as error:
        raise SiteError(Fault("memory", _KILLED, "Build with --processes 1.")) from error
    finally:
        pool.shutdown(cancel_futures=True)


class _Worker:
    """What a worker process keeps between two items."""

    setup: Setup[Any, Any]
    function: Callable[[Any], Any] | None = None
    items: Sequence[Any] = ()


def _start_worker(setup: Setup[Any, Any], items: Sequence[Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process handles Ctrl-C
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _Worker.setup, _Worker.items = setup, items


def _end_with_parent() -> None:
    """End this worker when the main process ends, even if that is killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _run(place: int) -> Any:  # noqa: ANN401 - the result of any function
    if _Worker.function is None:  # not in `_start_worker`: the pool would not pass on an exception
        _Worker.function = _Worker.setup()
    return _Worker.function(_Worker.items[place])


# --- with limits on time and memory -------------------------------------------------------------
# No list of forbidden expressions bounds what a template of strangers takes, and no handler stops a
# library that counts, copies or searches without end. The system stops a process.

SECONDS = 20
"""Time for one item."""
MEMORY = 1_000_000_000
"""Bytes that a child may take, beyond what it begins with. Only Linux limits them."""
MOST_BYTES = 20_000_000
"""Bytes of one result."""
MOST_BREACHES = 3
"""After so many, the others wait for the next run: each may take all of its time."""
# A library that does not return to Python keeps a child from stopping itself.
_GRACE_S = 5


class Breach(Record):
    """A limit that an item has run into.

    Attributes:
        what: What was found, for a fault.
        trace: File and line of each call, the outermost first; empty if the child was killed.
    """

    what: str
    trace: tuple[tuple[str, int], ...] = ()

    def fault(self, where: str) -> Fault:
        """Return the fault of a file."""
        return Fault(where, self.what, "Make it shorter or simpler.")


def map_limited(
    setup: Setup[Item, Result], items: Sequence[Item], workers: int = 1
) -> Iterator[tuple[Item, Result | Breach]]:
    """Yield each item, in order, with its result or the limit that it has run into.

    `setup` is called without limits. The processes end with the third breach.

    Raises:
        Exception: Any exception of `setup` or of the function.
        SiteError: The system killed a child that had not begun.
    """
    count = min(workers, len(items))
    children = [_Child(setup, items[place::count]) for place in range(count)]
    breaches = 0
    try:
        for place, item in enumerate(items):
            result = children[place % count].next_result()
            breaches += isinstance(result, Breach)
            yield item, result
            if breaches == MOST_BREACHES:
                return
    finally:
        for child in children:
            child.end()


class _Child(Generic[Item, Result]):
    """A process that makes results one after the other; another one goes on after a breach."""

    def __init__(self, setup: Setup[Item, Result], items: Sequence[Item]) -> None:
        self._setup, self._items, self._done = setup, items, 0
        self._start()

    def _start(self) -> None:
        self._pipe, theirs = multiprocessing.Pipe(duplex=False)
        work = (self._pipe, theirs, self._setup, self._items[self._done :], SECONDS, MEMORY)
        self._process = multiprocessing.Process(target=_work, args=work, daemon=True)
        self._process.start()
        theirs.close()
        self._has_begun = False

    def next_result(self) -> Result | Breach:
        """Return the result of the next item."""
        if self._pipe.closed:
            self._start()
        if not self._has_begun and isinstance(self._receive(None), Breach):
            raise SiteError(Fault("memory", _KILLED))
        self._has_begun = True
        self._done += 1
        result: Result | Breach = self._receive(SECONDS + _GRACE_S)
        if isinstance(result, Breach):
            self.end()
        return result

    def _receive(self, seconds: float | None) -> Any:  # noqa: ANN401 - the result of any function
        try:
            if not self._pipe.poll(seconds):
                return Breach(_too_slow(SECONDS))
            has_failed, value = pickle.loads(self._pipe.recv_bytes())
        except (EOFError, OSError):
            return Breach("it ended the process that renders it, as a lack of memory does")
        if has_failed:
            raise value
        return value

    def end(self) -> None:
        """End the process, even in the middle of an item."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


# --- in the child -------------------------------------------------------------------------------


class _OutOfTimeError(Exception):
    """The time for an item is over. It is raised again and again, since code may catch it."""


def _too_slow(seconds: int) -> str:
    return f"it takes longer than {counted(seconds, 'second')} to render"


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise _OutOfTimeError


def _work(
    parents: Connection,
    pipe: Connection,
    setup: Setup[Item, Result],
    items: Sequence[Item],
    seconds: int,
    memory: int,
) -> None:
    """Send that the work has begun, then a result for each item, up to the first breach."""
    parents.close()  # a fork has the end of its parent too, and would never see that it is gone
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process handles Ctrl-C
    try:
        function = setup()
    except Exception as error:
        pipe.send_bytes(_failure(error))
        return
    pipe.send_bytes(pickle.dumps((False, None)))
    _limit_memory(memory)
    for item in items:
        sent, is_last = _outcome(function, item, seconds, memory)
        try:
            pipe.send_bytes(sent)
        except OSError:  # the main process has ended
            return
        if is_last:
            return


def _outcome(
    function: Callable[[Item], Result], item: Item, seconds: int, memory: int
) -> tuple[bytes, bool]:
    """Return the result, the breach or the exception of an item, and whether to stop after it."""
    try:
        _limit_time(seconds)
        sent = pickle.dumps((False, function(item)))
        _limit_time(0)
    except (_OutOfTimeError, MemoryError) as error:
        _limit_time(0)
        _limit_memory(0)  # to have room for the report
        is_slow = isinstance(error, _OutOfTimeError)
        what = f"it needs more than {memory // 10**6:,} MB of memory"
        calls = walk_tb(error.__traceback__)
        trace = tuple((frame.f_code.co_filename, line) for frame, line in calls)
        return _breach(_too_slow(seconds) if is_slow else what, trace), True
    except Exception as error:
        _limit_time(0)
        return _failure(error), True
    if len(sent) > MOST_BYTES:
        return _breach(f"it becomes larger than {MOST_BYTES // 10**6} MB"), True
    return sent, False


def _breach(what: str, trace: tuple[tuple[str, int], ...] = ()) -> bytes:
    return pickle.dumps((False, Breach(what, trace)))


def _failure(error: Exception) -> bytes:
    """Return an exception to be raised again, with its traceback, which is not sent otherwise."""
    error.add_note("".join(format_exception(error)))
    return pickle.dumps((True, error))


def _limit_time(seconds: int) -> None:
    """Limit the time from now on, where there are timers; 0 removes the limit."""
    if sys.platform == "win32":
        return
    signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    # For a child whose parent was killed, in a library that does not return to Python.
    used = int(sum(os.times()[:2]))
    _set_limit(resource.RLIMIT_CPU, used + seconds + 2 * _GRACE_S if seconds else 0)


def _limit_memory(more: int) -> None:
    """Limit how much more memory this process may take, on Linux; 0 removes the limit."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _set_limit(resource.RLIMIT_AS, pages * resource.getpagesize() + more if more else 0)


def _set_limit(kind: int, limit: int) -> None:
    if sys.platform != "win32":
        _, most = resource.getrlimit(kind)
        is_allowed = limit and (most == resource.RLIM_INFINITY or limit < most)
        resource.setrlimit(kind, (limit if is_allowed else most, most))
