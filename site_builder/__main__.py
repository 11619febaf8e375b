"""A command as a whole process: what `python -m site_builder` and `site-builder` run."""

import atexit
import gc

from site_builder.cli import main


def run() -> None:
    """Run the command line, and end at once when it is done."""
    # Python would search all that is left for garbage, which ends with the process in any case.
    atexit.register(gc.freeze)
    main()


if __name__ == "__main__":
    run()
