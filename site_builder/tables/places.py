"""Ids as numbers: where each stands in a list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd


def places(ids: pd.Series, known: Sequence[str]) -> npt.NDArray[np.intp]:
    """The place of each id among the known ones; -1 for an unknown one. Shape: (rows,)."""
    # A column has few different texts, and comparing each of its rows with those is slow.
    codes, found = pd.factorize(ids)
    return np.asarray(np.append(pd.Index(known).get_indexer(found), -1)[codes])
