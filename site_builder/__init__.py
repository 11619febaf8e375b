"""A static leaderboard website generator: Parquet in, published pages out."""

import os

__version__ = "0.1.0"

# Numpy's library multiplies matrices by threads that wait for each other at full speed. Ours are
# small, and the processors have processes of ours to run. It reads this when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
