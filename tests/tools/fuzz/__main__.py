"""Fuzz every reader of strangers' files for a fixed time.

This is `make fuzz`. One process runs the tests marked `fuzz`, round by round, with new examples of
hypothesis. Beside it, each reader gets its share of the time with inputs guided by coverage. A
finding is an exception, too much time or memory for one input, or the end of the process. It is
saved in `.fuzz/`, as are the inputs that reach most lines, with which the next run begins.
"""

import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.helpers.readers import READERS, sound_inputs

SECONDS = 600.0
SAVED = Path(".fuzz")
MEMORY = 4 << 30
"""Bytes of address space of a process: more is a `MemoryError`."""

_TESTS = ("tests/site/test_readers.py", "tests/importers/test_fuzz.py")
_PYTEST = ("-m", "pytest", "-m", "fuzz", "-p", "no:randomly", "-q")
_LATE_S = 300  # that a process may need beyond its time, on a slow machine
_INPUT_S = 60  # of an input that no signal interrupts
_MAX_BYTES = 200_000  # bytes of an input
_MAX_WORDS, _MAX_LINES = 500, 60
_NOISE = ("INFO: ", "WARNING: Failed to find function")
_WORD = re.compile(rb"[A-Za-z_][\w./-]{1,30}")


def main(seconds: float) -> int:
    """Fuzz all readers; return the exit code, 0 without a finding."""
    end, cores = time.monotonic() + seconds, max(2, os.cpu_count() or 2)
    guided = [*READERS] if find_spec("atheris") else []

    def run_guided(place: int) -> str:
        left = (end - time.monotonic()) * (cores - 1)
        return _run_guided(guided[place], left / (len(guided) - place))

    with ThreadPoolExecutor(cores) as pool:
        tests = pool.submit(_run_tests, end)
        found = [*pool.map(run_guided, range(len(guided)))]
        findings = [*filter(None, (tests.result(), *found))]
    if not guided:
        sys.stdout.write(
            "Without atheris, which is for Linux on x86-64: examples of hypothesis only.\n"
        )
    sys.stdout.write("\n".join((*findings, f"Findings in {seconds:.0f} s: {len(findings)}.\n")))
    return int(bool(findings))


def _run_tests(end: float) -> str:
    """Run the tests of hypothesis until `end`; return the failure, if any."""
    while (left := end - time.monotonic()) > 0:
        if failure := run_limited([sys.executable, *_PYTEST, *_TESTS], left):
            return f"{failure}\nHypothesis replays it in each later test run on this machine.\n"
    return ""


def _run_guided(name: str, seconds: float) -> str:
    """Fuzz a reader by coverage; return the finding, if any."""
    saved = SAVED / name.replace(" ", "_")
    corpus = saved / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    inputs = sound_inputs(READERS[name])
    for number, given in enumerate(inputs):
        (corpus / f"sound-{number}").write_bytes(given)
    known = dict.fromkeys(chain.from_iterable(_WORD.findall(given) for given in inputs))
    lines = (f'"{word.decode()}"' for word in [*known][:_MAX_WORDS])
    (saved / "words").write_text("\n".join(lines), encoding="utf8")
    options = {
        "timeout": _INPUT_S,
        "rss_limit_mb": MEMORY >> 20,
        "max_len": _MAX_BYTES,
        "len_control": 0,
        "dict": saved / "words",
        "artifact_prefix": f"{saved}/",
        "verbosity": 0,
    }
    before = {*saved.iterdir()}
    with TemporaryDirectory() as folder:
        end = str(time.time() + seconds)
        words = [sys.executable, "-m", "tests.tools.fuzz.guided", name, folder, end]
        words += [f"-{option}={value}" for option, value in options.items()]
        failure = run_limited([*words, str(corpus)], max(seconds, 0.0) + _LATE_S)
        failure = "does not end" if failure is None else failure
    replay = shlex.join([sys.executable, "-m", "tests.tools.fuzz.replay", name])
    inputs_found = {*saved.iterdir()} - before
    how = "".join(f"To replay it: {replay} {path}\n" for path in sorted(inputs_found))
    return failure and f"{name}: {failure}\n{how}"


def run_limited(words: list[str], seconds: float) -> str | None:
    """Run a command with limited memory; return the end of its output if it fails, else nothing.

    None if it has not ended after some seconds.
    """
    limited = ["sh", "-c", 'ulimit -v "$0" && exec "$@"', str(MEMORY >> 10), *words]
    try:
        done = subprocess.run(
            limited,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return None
    lines = [line for line in done.stdout.splitlines() if not line.startswith(_NOISE)]
    return "\n".join(lines[-_MAX_LINES:]) if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
