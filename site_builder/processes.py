"""Work in several processes: each makes its share, one after another in their order.

The processes are copies of this one (`fork`), so that each has all results at hand and nothing is
sent to it; it sends back what it has made. A pool of the standard library would send each piece of
work through a queue that outlives a build that is killed, and leave its processes waiting there.
Where the system cannot copy a process safely, all is made in this one.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from typing import Any, BinaryIO, TypeAlias, TypeVar

from site_builder.errors import Fault, SiteError
from site_builder.memory import undisturbed

Item = TypeVar("Item")
Made = TypeVar("Made")
# What `make` raised or gave for an item; with its place among all.
Given: TypeAlias = tuple[BaseException | None, Any]
Sent: TypeAlias = tuple[int, BaseException | None, Any]

# Below this the copies cost more than they save.
LEAST_EACH = 16
# What a pipe holds at least, so that it is filled before anyone reads from it; of one place.
_PIPE_BYTES, _PLACE_BYTES = 4096, 4
_KILLED = "the system ended a process of this build, as it does where memory runs out"


def processors() -> int:
    """How many processes can work at once: one where a copy of a process is not safe."""
    if sys.platform != "linux":
        return 1
    return len(os.sched_getaffinity(0))


def spread(
    make: Callable[[Item], Made],
    items: Sequence[Item],
    processes: int = 1,
    least: int = LEAST_EACH,
    seen: Callable[[int], None] = lambda _: None,
) -> Iterator[Made]:
    """What `make` gives for each item, in their order.

    Args:
        make: Makes one; what it gives is sent between processes.
        items: What it is made from.
        processes: How many work at once.
        least: How many items are worth a process.
        seen: Told how many are made, as they come; several processes are heard by several threads.

    Raises:
        BaseException: Whatever `make` raises.
        SiteError: The system ended one of the processes.
    """
    n = min(processes, len(items) // least)
    if n < 2:
        with undisturbed():
            for i, item in enumerate(items, start=1):
                yield make(item)
                seen(i)
        return
    with undisturbed(), _sharing(make, items, n, seen) as wait:
        found = wait()
    yield from map(_given, found)


@contextmanager
def spread_ahead(
    make: Callable[[Item], Made], items: Sequence[Item], processes: int = 1, least: int = LEAST_EACH
) -> Iterator[Callable[[], list[Made]]]:
    """What is given waits for what `spread` gives, which is made meanwhile by other processes.

    Args:
        make: Makes one; what it gives is sent between processes.
        items: What it is made from.
        processes: How many work at once; one makes all when it is asked for.
        least: How many items are worth a process.

    Raises:
        BaseException: Whatever `make` raises, when it is asked for.
        SiteError: The system ended one of the processes.
    """
    n = min(processes, len(items) // least)
    if n < 2:
        yield lambda: [*map(make, items)]
        return
    with _sharing(make, items, n) as wait:
        yield lambda: [*map(_given, wait())]


@contextmanager
def ahead(make: Callable[[], Made], processes: int = 2) -> Iterator[Callable[[], Made]]:
    """What is given waits for what `make` gives, which is made meanwhile by another process.

    Args:
        make: Makes it; it is sent between processes.
        processes: How many may work at once; one makes it when it is asked for.

    Raises:
        BaseException: Whatever `make` raises, when it is asked for.
        SiteError: The system ended the process.
    """
    if processes < 2:
        yield make
        return
    process, pipe = _start(lambda _: make(), [0])
    try:
        yield cache(lambda: _only(_read(pipe, lambda: None)))
    finally:
        os.kill(process, signal.SIGTERM)  # perhaps nobody waited for it
        pipe.close()
        os.waitpid(process, 0)


def _only(sent: Sequence[Sent]) -> Any:  # noqa: ANN401 - as it was sent
    return _given(sent[0][1:] if sent else None)


def _given(found: Given | None) -> Any:  # noqa: ANN401 - as it was sent
    if found is None:
        raise SiteError(Fault("memory", _KILLED, "Build with --processes 1."))
    error, made = found
    if error is not None:
        raise error
    return made


def made_or_none(wait: Callable[[], Made]) -> Made | None:
    """What was made ahead; None where it could not be, for whoever can do it again and tell why."""
    try:
        return wait()
    except Exception:
        return None


@contextmanager
def _sharing(
    make: Callable[[Item], Made],
    items: Sequence[Item],
    n: int,
    seen: Callable[[int], None] = lambda _: None,
) -> Iterator[Callable[[], list[Given | None]]]:
    """What is given waits for what `n` processes make: what of each item, in their order.

    Each takes the next place when it is done with its last, so that none waits for another, which
    happens to have the heaviest.
    """
    number, places = count(1), _put_places(len(items))
    children: list[tuple[int, BinaryIO]] = []
    try:
        for _ in range(n):
            own = _take_places(places, len(items))
            children.append(_start(lambda place: make(items[place]), own))
        with ThreadPoolExecutor(n) as readers:
            heard = [
                readers.submit(_read, pipe, lambda: seen(next(number))) for _, pipe in children
            ]
            try:
                yield lambda: _in_order((sent for h in heard for sent in h.result()), len(items))
            finally:  # after Ctrl-C, or where nobody asked, they are still at work
                for process, _ in children:
                    os.kill(process, signal.SIGTERM)
    finally:
        os.close(places)
        for process, pipe in children:
            pipe.close()  # one that still writes ends at its next piece
            os.waitpid(process, 0)


def _in_order(sent: Iterable[Sent], n_places: int) -> list[Given | None]:
    found = {place: (error, made) for place, error, made in sent}
    return [found.get(place) for place in range(n_places)]


def _step_of(n_places: int) -> int:
    """How many places are taken at once: so many that a pipe holds them all."""
    return 1 + n_places * _PLACE_BYTES // _PIPE_BYTES


def _put_places(n_places: int) -> int:
    """A pipe to take places from."""
    reading, writing = os.pipe()
    firsts = range(0, n_places, _step_of(n_places))
    os.write(writing, b"".join(first.to_bytes(_PLACE_BYTES, "big") for first in firsts))
    os.close(writing)
    return reading


def _take_places(pipe: int, n_places: int) -> Iterator[int]:
    """The places that no other process has taken; the system lets one at a time read."""
    while taken := os.read(pipe, _PLACE_BYTES):
        first = int.from_bytes(taken, "big")
        yield from range(first, min(first + _step_of(n_places), n_places))


def _start(make: Callable[[int], Made], places: Iterable[int]) -> tuple[int, BinaryIO]:
    """A copy of this process at work, and where it sends what it makes."""
    reading, writing = os.pipe()
    # Python warns of threads: a copy has none but its own, and waits for no other.
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        process = os.fork()
    if process:
        os.close(writing)
        return process, os.fdopen(reading, "rb")
    os.close(reading)
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process tells of it
        _work(make, places, writing)
    finally:
        os._exit(0)  # at once: what is open belongs to the first process


def _work(make: Callable[[int], Made], places: Iterable[int], writing: int) -> None:
    with suppress(BrokenPipeError), os.fdopen(writing, "wb") as pipe:
        for place in places:
            try:
                sent: Sent = place, None, make(place)
            except BaseException as error:
                sent = place, error, None
            pickle.dump(sent, pipe, pickle.HIGHEST_PROTOCOL)
            pipe.flush()


def _read(pipe: BinaryIO, seen: Callable[[], None]) -> list[Sent]:
    """All that a process sends before it ends."""
    found: list[Sent] = []
    with suppress(EOFError, pickle.UnpicklingError):  # it may be killed in the middle of one
        while True:
            found.append(pickle.load(pipe))
            seen()
    return found
