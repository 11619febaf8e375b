"""Run the command line as `python -m site_builder`."""

import gc
import os

from site_builder.commands import main

# Set before numpy is imported: its library would start a thread per core for our small matrices.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Python would import modules of the folder, which may be a stranger's project, into what it starts.
os.environ["PYTHONSAFEPATH"] = "1"

# A command ends before it pays to look for cycles in memory, 0.1 s of a build of the Index.
# What lives longer, `serve`, asks for it.
gc.disable()

if __name__ == "__main__":
    main()
