"""Give every reader of strangers' files sound files; in `make fuzz`, damaged and arbitrary ones."""

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import readers
from tests.helpers.readers import (
    READERS,
    Reader,
    SlowReaderError,
    hostile_inputs,
    read_input,
    sound_inputs,
    write_files,
)
from tests.tools.fuzz.__main__ import run_limited

Changes = list[tuple[float, float, bytes, int]]
few = settings(max_examples=15)  # a round of many
each_reader = pytest.mark.parametrize("name", READERS)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sound files of each reader."""
    folders = {name: tmp_path_factory.mktemp("reader") / "run" for name in READERS}
    for name, folder in folders.items():
        write_files(READERS[name].sound(), folder)
    return folders


@st.composite
def damages(draw: st.DrawFn) -> Changes:
    """Places where a file is cut, as shares of its length, and what is put there how often."""
    share = st.floats(0, 1)
    put = st.binary(max_size=4) | st.sampled_from(
        (b" ", b"\n", b"[", b'{"a":', b"*a ", b"9", b"\0", b"../", b"\\ud800")
    )
    times = st.sampled_from((1, 2, 1_000, 20_000))
    return draw(st.lists(st.tuples(share, share, put, times), min_size=1, max_size=3))


def damaged(content: bytes, changes: Changes) -> bytes:
    """Replace parts of a content; most parts are short."""
    for start, length, put, times in changes:
        at = int(start * len(content))
        end = at + int(length**8 * len(content))
        content = content[:at] + put * times + content[end:]
    return content


@each_reader
def test_sound_files_are_read(folders, name):
    """Otherwise a fuzzer would see nothing but the first refusal."""
    READERS[name].read(folders[name])


@pytest.mark.fuzz
@each_reader
def test_hostile_files_are_read_or_refused(folders, name):
    for hostile in hostile_inputs(READERS[name]):
        read_input(READERS[name], folders[name], hostile)


@pytest.mark.fuzz
@each_reader
@few
@given(changes=damages(), data=st.data())
def test_damaged_files_are_read_or_refused(folders, name, changes, data):
    sound = data.draw(st.sampled_from(sound_inputs(READERS[name])))
    read_input(READERS[name], folders[name], sound[:1] + damaged(sound[1:], changes))


@pytest.mark.fuzz
@each_reader
@few
@given(given=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(folders, name, given):
    read_input(READERS[name], folders[name], given)


def loops(_: Path) -> None:
    while True:
        pass


def test_reader_without_an_end_is_a_finding(tmp_path, monkeypatch):
    monkeypatch.setattr(readers, "CPU_S", 0.01)
    with pytest.raises(SlowReaderError):
        read_input(Reader(lambda: {"a": b""}, loops), tmp_path, b"")


def test_reader_that_takes_all_memory_is_a_finding():
    said = run_limited([sys.executable, "-c", "bytearray(5 << 30)"], 60)
    assert said is not None
    assert "MemoryError" in said
