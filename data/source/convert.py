"""The CSV transcriptions beside this file to the Parquet tables of the data contract.

Run by `make data`. Adds what the transcriptions say in words only (`data/README.md`): the bounds of
the scores, their chance levels, the families of tasks, the number of examples in the evaluated
split, the source of every score and price, and how far rounding can have moved a base score. Adds
the measured lengths of the training sets. Writes the same bytes for the same CSV.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

SOURCE = Path(__file__).parent
SCORES_SOURCE = "https://arxiv.org/abs/2405.00732"
PRICES_SOURCE = "https://github.com/BerriAI/litellm"
# HumanEval is no split of the data set: Chen et al. (2021), https://arxiv.org/abs/2107.03374.
HUMAN_EVAL_EXAMPLES = 164
# Twice half a unit of the third decimal.
DERIVED_ROUNDING = 0.001
# Metrics by which each example is right or wrong.
SHARES = ["accuracy", "humaneval"]
# Its printed scores are no shares of the examples in its test split.
NOT_WHOLE_SPLIT = ["customer_support"]
MODEL_PAGE = "https://huggingface.co/"
# Among how many answers a task lets a model choose. The other tasks do not say, or ask for text.
ANSWERS = {
    "boolq": 2,
    "dbpedia": 14,
    "glue_qnli": 2,
    "mmlu": 4,
    "winogrande": 2,
    "arc_combined": 4,
    "glue_cola": 2,
    "glue_mnli": 3,
    "glue_mrpc": 2,
    "glue_qqp": 2,
    "glue_sst2": 2,
    "glue_wnli": 2,
    "hellaswag": 4,
}
# Tasks of one benchmark, or of one data set, whose results go together: the start of their names.
FAMILIES = ["glue", "hellaswag", "tldr"]
# Whole numbers with gaps, which pandas would read as floats.
WHOLE = {
    "tasks": ["train_examples", "validation_examples", "test_examples"],
    "serving_requests": ["error_code", "output_tokens"],
}


def main(folder: Path = SOURCE.parent) -> None:
    """Write every table into `folder`, by default the project's data folder."""
    models, requests = _read("models"), _read("serving_requests")
    tasks = _read("tasks").assign(higher_is_better=True, score_min=0.0, score_max=1.0)
    tasks["score_chance"] = 1 / tasks["task"].map(ANSWERS)
    tasks["family"] = tasks["task"].str.extract(f"^({'|'.join(FAMILIES)})", expand=False)
    tasks["evaluation_examples"] = _evaluation_examples(tasks)
    tables = {
        "models": models.assign(url=MODEL_PAGE + models["hf_id"]),
        "tasks": tasks.merge(_lengths(), on="task", how="left", validate="one_to_one"),
        "results": _results(),
        "serving_requests": requests.assign(error_code=requests["error_code"].astype("string")),
        "prices": _read("prices").assign(source=PRICES_SOURCE),
    }
    for name, frame in tables.items():
        path = folder / f"{name}.parquet"
        _write(frame, path)
        print(f"{path.name}: {len(frame):,} rows, {path.stat().st_size:,} bytes")  # noqa: T201 - a script


def _results() -> pd.DataFrame:
    """Return the scores; a base score is the difference of two printed numbers, each rounded."""
    results = _read("results")
    is_tuned = results["model"].isin(results.loc[results["variant"] != "base", "model"])
    is_derived = is_tuned & (results["variant"] == "base")
    rounding = is_derived.map({True: DERIVED_ROUNDING, False: None}).astype(float)
    return results.assign(rounding=rounding, source=SCORES_SOURCE)


def _lengths() -> pd.DataFrame:
    """Return mean and sample standard deviation of the lengths, and their unit, by task."""
    measured = _read("training_set_lengths")
    # The source divides by n, the contract by n - 1 (docs/statistics.md).
    to_sample = (measured["n"] / (measured["n"] - 1)) ** 0.5
    columns = {"task": measured["task"]}
    for part in ("input", "output", "example"):
        columns[f"{part}_length_mean"] = measured[f"{part}_tokens_mean"]
        columns[f"{part}_length_std"] = (measured[f"{part}_tokens_std"] * to_sample).round(3)
    return pd.DataFrame(columns).assign(length_unit="tokens of " + measured["tokenizer"])


def _evaluation_examples(tasks: pd.DataFrame) -> pd.Series:
    """Return the number of examples in the evaluated split, where scores are shares of them."""
    sizes = tasks["test_examples"].mask(
        tasks["evaluation_split"] == "validation", tasks["validation_examples"]
    )
    sizes = sizes.mask(tasks["evaluation_split"] == "human_eval", HUMAN_EVAL_EXAMPLES)
    return sizes.where(tasks["metric"].isin(SHARES) & ~tasks["task"].isin(NOT_WHOLE_SPLIT))


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(SOURCE / f"{name}.csv", dtype=dict.fromkeys(WHOLE.get(name, []), "Int64"))


def _write(frame: pd.DataFrame, path: Path) -> None:
    # Without the pandas metadata, which names the versions of pandas and pyarrow.
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression="zstd", version="2.6")


if __name__ == "__main__":
    main()
