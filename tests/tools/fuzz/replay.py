"""Give a reader one saved input once, and let it fail: `python -m tests.tools.fuzz.replay`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.helpers.readers import READERS, read_input, split_input, write_files


def main(name: str, saved: Path) -> None:
    """Print which file the input replaces, and read it."""
    reader, given = READERS[name], saved.read_bytes()
    path, content = split_input(reader, given)
    sys.stdout.write(f"{path}, {len(content):,} bytes: {content[:1_000]!r}\n")
    with TemporaryDirectory() as folder:
        write_files(reader.sound(), Path(folder))
        read_input(reader, Path(folder), given)
    sys.stdout.write("It was read, or refused by an error.\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
