"""The CSV transcriptions beside this file to the Parquet tables of the data contract.

Run by `make data`. Adds what the transcriptions say in words only (`data/README.md`): the bounds of the
scores, and the source of every score and price. Writes the same bytes for the same CSV.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

SOURCE = Path(__file__).parent
SCORES_SOURCE = "https://arxiv.org/abs/2405.00732"
PRICES_SOURCE = "https://github.com/BerriAI/litellm"
MODEL_PAGE = "https://huggingface.co/"


def main() -> None:
    """Write every table into the data folder."""
    models, tasks = _read("models"), _read("tasks")
    models["url"] = MODEL_PAGE + models["hf_id"]
    whole = [
        "tokens_min",
        "tokens_max",
        "tokens_p95",
        "train_examples",
        "validation_examples",
        "test_examples",
    ]
    tasks[whole] = tasks[whole].astype("Int64")
    tasks = tasks.assign(higher_is_better=True, score_min=0.0, score_max=1.0)
    requests = _read("serving_requests")
    requests["error_code"] = requests["error_code"].astype("Int64").astype("string")
    requests["output_tokens"] = requests["output_tokens"].astype("Int64")
    _write("models", models)
    _write("tasks", tasks)
    _write("results", _read("results").assign(source=SCORES_SOURCE))
    _write("serving_requests", requests)
    _write("prices", _read("prices").assign(source=PRICES_SOURCE))


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(SOURCE / f"{name}.csv")


def _write(name: str, frame: pd.DataFrame) -> None:
    path = SOURCE.parent / f"{name}.parquet"
    # Without the pandas metadata the bytes do not depend on the versions that wrote them beyond pyarrow's own.
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression="zstd", version="2.6")
    print(f"data/{path.name}: {len(frame):,} rows, {path.stat().st_size:,} bytes")  # noqa: T201 - a script's only output


if __name__ == "__main__":
    main()
