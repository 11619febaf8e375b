"""Give a reader inputs that atheris makes: a process of `make fuzz`.

Atheris changes sound files, and prefers changes that reach other lines of code. It saves the input
that raises, hangs or ends the process, and exits.
"""

import sys
import time
from pathlib import Path

import atheris

# Before any other import of these, since coverage is counted in what is imported here.
with atheris.instrument_imports(include=["site_builder", "markdown", "ruamel.yaml", "tomllib"]):
    from tests.helpers.readers import READERS, read_input, write_files


def main(name: str, folder: Path, end: float, *options: str) -> None:
    """Fuzz a reader in an empty folder, with the options of libFuzzer.

    `end` is when, in seconds since the epoch: the imports above take their part of the time.
    """
    reader = READERS[name]
    write_files(reader.sound(), folder)
    seconds = max(5, int(end - time.time()))
    words = [name, f"-max_total_time={seconds}", *options]
    atheris.Setup(words, lambda given: read_input(reader, folder, given))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:])
