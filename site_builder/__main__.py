"""A command as a whole process: what `python -m site_builder` and `site-builder` run."""

import atexit
import os
import sys

from site_builder.cli import main


def run() -> None:
    """Run the command line, and end at once when it is done."""
    codes: list[int] = []
    atexit.register(_end, codes)  # first in, last out: all others do what they have to before
    try:
        main()
    except SystemExit as ended:
        if isinstance(ended.code, int):
            codes.append(ended.code)
        raise


def _end(codes: list[int]) -> None:
    """Leave to the system what Python would take apart object by object.

    Not after an error, of which Python has to tell.
    """
    if codes:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:  # nobody listens any longer, which Python tells in its way
            return
        os._exit(codes[0])


if __name__ == "__main__":
    run()
