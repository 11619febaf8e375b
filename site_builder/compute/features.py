"""Which columns of the tasks table may explain why tuning lifts a task more or less."""

from __future__ import annotations

import pandas as pd
from pandas.api import types as kinds

from site_builder.compute.correlation import DERIVED
from site_builder.tables.schema import TASKS


def find_features(tasks: pd.DataFrame, named: list[str] | None) -> tuple[str, ...]:
    """The columns that may explain lift.

    Those that `site.toml` names, else every feature of the contract and every further numeric
    column, as far as the data has values. A column named like one that is computed is none.
    """
    own = {column.name: column.feature for column in TASKS.columns}
    if named is None:
        named = [
            name
            for name in map(str, tasks.columns)
            if own.get(name, True) and _is_numeric(tasks[name]) and tasks[name].notna().any()
        ]
    return tuple(name for name in named if name not in DERIVED)


def _is_numeric(values: pd.Series) -> bool:
    return kinds.is_numeric_dtype(values) and not kinds.is_bool_dtype(values)
