"""Extracts of the Index's tables: the samples that `leaderboard-site init` gives a new project.

Run by `make data`, after `convert.py`. It leaves rows out, and nothing else: the rest is what was
published, with its sources. That of a template is one table of text: each model as it was tuned,
or as it is where it was not.
"""

from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

DATA = Path(__file__).parent.parent
FILES = DATA.parent / "site_builder/starter/files"
MODELS = ["phi-2", "gemma-7b", "llama-2-7b", "mistral-7b", "zephyr-7b-beta", "gpt-4"]
TASKS = ["conllpp", "webnlg", "magicoder", "wikisql", "boolq", "mmlu", "hellaswag", "gsm8k"]


def main(folder: Path = FILES) -> None:
    """Write the tables into `sample/` and `template/` of `folder`."""
    chosen = {"model": MODELS, "task": TASKS}
    for name in ("results", "models", "tasks"):
        table = pq.read_table(DATA / f"{name}.parquet")
        for column in chosen.keys() & {*table.column_names}:
            table = table.filter(pc.field(column).isin(chosen[column]))
        pq.write_table(table, folder / f"sample/{name}.parquet", compression="zstd", version="2.6")
    rows = pd.read_parquet(folder / "sample/results.parquet")
    rows = rows[(rows["variant"] == "fine_tuned") | (rows["model"] == "gpt-4")]
    scores = rows[["model", "task", "score", "source"]]
    scores.to_csv(folder / "template/results.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
