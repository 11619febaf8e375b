"""The fixture board with list prices: by the token, by the hour, or both."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tests.helpers.tables import SITE_TOML, board, write_project

# Provider, model, dollars a million sent and received, dollars an hour.
Listed = tuple[str, str, float | None, float | None, float | None]
NO_BASELINE = '[site]\ntitle = "Priced board"\n'
# `gamma` is the baseline. `alpha` at q is sold both ways, `beta` at r costs nothing.
MIXED: tuple[Listed, ...] = (
    ("p", "gamma", 20, 40, None),
    ("q", "gamma", 30, 30, None),
    ("q", "alpha", 1, 3, 6),
    ("r", "alpha", None, None, 2),
    ("r", "beta", 0, 0, None),
    ("s/t", "<b>{sent} & 7", 0.5, 0.25, None),
)


def priced(root: Path, prices: Sequence[Listed], toml: str = SITE_TOML) -> Path:
    """A project with these prices and no measured request."""
    columns = ("provider", "model", "usd_per_million_input_tokens", "usd_per_million_output_tokens")
    table = pd.DataFrame(prices, columns=[*columns, "usd_per_hour"])
    floats = dict.fromkeys(table.columns[2:], "Float64")
    return write_project(root, {**board(), "prices": table.astype(floats)}, toml)
