"""Memory while much is made that lasts: rarely searched, kept for what comes next."""

import gc
import platform
import subprocess
import sys

import pytest

from site_builder.memory import undisturbed
from tests.helpers.sites import ROOT

# What a process has in memory after it has freed 16 MB, beyond what it had before; in MB.
FREED = """
def mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6
before = mb()
del [bytearray(16_000_000)][:]
print(round(mb() - before))
"""


def test_garbage_is_searched_rarely_and_as_before_afterwards():
    """Also where the block fails; what is there already is not looked through."""
    thresholds, frozen = gc.get_threshold(), gc.get_freeze_count()
    with undisturbed():
        assert gc.get_threshold()[0] >= 1_000_000
        assert gc.get_freeze_count() > frozen
    assert thresholds == gc.get_threshold()
    with pytest.raises(ZeroDivisionError), undisturbed():
        _ = 1 / 0
    assert thresholds == gc.get_threshold()
    assert 0 == gc.get_freeze_count()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others do as they see fit")
@pytest.mark.parametrize(("keep", "kept"), [("keep_freed()", 16), ("pass", 0)])
def test_what_is_freed_is_kept(keep, kept):
    """By a process that asks for it; else the system has it back."""
    code = f"import resource; from site_builder.memory import keep_freed; {keep}\n{FREED}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert kept == pytest.approx(int(done.stdout), abs=2)
