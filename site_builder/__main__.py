"""Run the command line as `python -m site_builder`."""

import os

from site_builder.commands import main

# Set before numpy is imported: its library would start a thread per core for our small matrices.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Python would import modules of the folder, which may be a stranger's project, into what it starts.
os.environ["PYTHONSAFEPATH"] = "1"

if __name__ == "__main__":
    main()
