"""Run the fuzz targets of the importers for a fixed time, with new examples each round.

This is `make fuzz`. A failure ends the run. Hypothesis prints the smallest file that it found, and
replays it in each later test run on this machine until it passes.
"""

import sys
import time

import pytest

SECONDS = 600.0
_ARGUMENTS = ("-m", "fuzz", "-p", "no:randomly", "-q", "--hypothesis-profile", "fuzz")


def main(seconds: float) -> int:
    """Return the exit code of pytest: 0 if no target failed within the time."""
    end, code, rounds = time.monotonic() + seconds, 0, 0
    while code == 0 and time.monotonic() < end:
        code = int(pytest.main([*_ARGUMENTS, "tests/importers/test_fuzz.py"]))
        rounds += 1
    sys.stdout.write(f"{rounds} rounds, {'no failure' if code == 0 else 'a failure'}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
