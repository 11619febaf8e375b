"""An extract of the Index's tables: the sample that `leaderboard-site init` gives a new project.

Run by `make data`, after `convert.py`. It leaves rows out, and nothing else: the rest is what was
published, with its sources.
"""

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

DATA = Path(__file__).parent.parent
SAMPLE = DATA.parent / "site_builder/starter/files/sample"
MODELS = ["phi-2", "gemma-7b", "llama-2-7b", "mistral-7b", "zephyr-7b-beta", "gpt-4"]
TASKS = ["conllpp", "webnlg", "magicoder", "wikisql", "boolq", "mmlu", "hellaswag", "gsm8k"]


def main(folder: Path = SAMPLE) -> None:
    """Write the three tables of the sample into `folder`."""
    chosen = {"model": MODELS, "task": TASKS}
    for name in ("results", "models", "tasks"):
        table = pq.read_table(DATA / f"{name}.parquet")
        for column in chosen.keys() & {*table.column_names}:
            table = table.filter(pc.field(column).isin(chosen[column]))
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd", version="2.6")


if __name__ == "__main__":
    main()
