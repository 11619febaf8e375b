"""The tables that publishers give out to those of the data contract, without a change of value.

`python -m gallery.convert` reads `source/` of each board and writes `data/`; gallery/README.md says
where the files of `source/` are from. It writes the same bytes for the same files.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

GALLERY = Path(__file__).parent
AIDER_FILE = (
    "https://github.com/Aider-AI/aider/blob/5dc9490bb35f9729ef2c95d00a19ccd30c26339c/"
    "aider/website/_data/polyglot_leaderboard.yml"
)
BFCL_FILE = (
    "https://github.com/ShishirPatil/gorilla/blob/8c24bd7cd50499b601783bd6e6b0a921017da10a/"
    "data_overall.csv"
)
HAL_FOLDERS = (
    "https://github.com/evaleval/every_eval_ever/tree/2f1fea41e2753bc01665dda3578858d59f2aa464/"
    "data/hal-"
)
MTEB_FOLDER = (
    "https://github.com/embeddings-benchmark/results/tree/f4cc6c8b365a3c779dbc708d6affe0b0355b2ddf/"
    "results"
)
TAU2_FOLDER = (
    "https://github.com/sierra-research/tau2-bench/tree/a2c024725189473d2d7cea3a5cfdbcc67478e41f/"
    "web/leaderboard/public/submissions/"
)
# Columns of BFCL that are no task.
BFCL_OTHERS = ("Rank", "Model", "Model Link", "Organization", "License", "Total Cost ($)")
# One model of BFCL, which its publisher writes in two ways.
BFCL_NAMES = {"Mistral-small-2506": "Mistral-Small-2506"}
# Two models of tau2-bench, which its publisher writes in two ways. The submissions of each begin
# with one id, `claude-sonnet-4-5` and `gemini-3-pro`, and state one day of release.
TAU2_NAMES = {
    "Claude-Sonnet-4.5": "Claude Sonnet 4.5",
    "Gemini 3.0 Pro": "Gemini 3 Pro",
}

Tables = dict[str, pd.DataFrame]


def read(board: str, file: str) -> pd.DataFrame:
    """A table as its publisher gives it out."""
    return pd.read_csv(GALLERY / board / "source" / file)


def aider() -> Tables:
    """A run each row: two pass rates and how many edits kept their format; cost and time."""
    runs = read("aider", "polyglot.csv")
    shared = {
        "model": runs["model"],
        "edit_format": runs["edit_format"],
        "cost_usd": runs["total_cost_usd"],
        "seconds": runs["seconds_per_case"],
        "date": runs["date"],
        "command": runs["command"],
        "source": AIDER_FILE,
    }
    tasks = ("pass_rate_1", "pass_rate_2", "percent_cases_well_formed")
    return {"results": _rows(shared, {task: runs[task] for task in tasks})}


def bfcl() -> Tables:
    """A model in one mode each row, the mode in the last brackets of its name."""
    board = pd.read_csv(GALLERY / "bfcl/source/data_overall.csv", na_values="N/A")
    named = board["Model"].str.extract(r"^(.*?)(?: \(([^()]*)\))?$")
    model = named[0].replace(BFCL_NAMES)
    shared = {
        "model": model,
        "mode": named[1],
        "cost_usd": board["Total Cost ($)"],
        "latency_s": board["Latency Mean (s)"],
        "source": BFCL_FILE,
    }
    names = [str(name) for name in board if name not in BFCL_OTHERS]
    tasks = [name for name in names if not name.startswith("Latency")]
    texts = {task: board[task].astype("str").str.rstrip("%") for task in tasks}
    models = pd.DataFrame(
        {
            "model": model,
            "developer": board["Organization"],
            "license": board["License"],
            "url": board["Model Link"],
        }
    )
    scores = {task: pd.to_numeric(text) for task, text in texts.items()}
    return {"results": _rows(shared, scores), "models": models.drop_duplicates("model")}


def hal() -> Tables:
    """A model in one agent at one effort each row; its accuracy, and that of three levels."""
    runs = read("hal", "entries.csv")
    shared = {
        "model": runs["model_id"],
        "agent": runs["agent_scaffold"],
        "effort": runs["inference_effort"],
        "cost_usd": runs["total_cost_usd"],
        "source": HAL_FOLDERS + runs["board"].str.replace("_", "-"),
    }
    tables = []
    for part in ("accuracy", "level_1", "level_2", "level_3"):
        subset = None if part == "accuracy" else part
        rows = {**shared, "task": runs["board"], "subset": subset, "score": runs[part]}
        tables.append(pd.DataFrame(rows))
    results = pd.concat(tables, ignore_index=True).dropna(subset=["score"])
    return {"results": results.astype({"subset": "str"})}


def mteb() -> Tables:
    """A model on a subset of a split of a task each row."""
    scores, tasks = read("mteb", "scores.csv.gz"), read("mteb", "tasks.csv")
    subset = scores["split"] + "/" + scores["subset"]
    results = scores[["model", "task", "score"]].assign(subset=subset, source=MTEB_FOLDER)
    about = tasks[["task", "type", "metric", "description"]].rename(columns={"type": "category"})
    return {"results": results, "tasks": about}


def tau2() -> Tables:
    """A submission each row; text and voice have domains of the same names, and share no task."""
    about = read("tau2", "submissions.csv").set_index("submission")
    about["model_name"] = about["model_name"].replace(TAU2_NAMES)
    scores = read("tau2", "scores.csv").pivot_table("value", ["submission", "domain"], "measure")
    scores = scores.reset_index().dropna(subset=["pass_1"])
    scores = scores[about["list"].notna()[scores["submission"]].to_numpy()].reset_index(drop=True)
    of = about.loc[scores["submission"]].reset_index(drop=True)
    voice = of["modality"] == "voice"
    results = pd.DataFrame(
        {
            "model": of["model_name"],
            "type": of["submission_type"].fillna("standard"),
            "list": of["list"],
            "effort": of["reasoning_effort"],
            "user_simulator": of["user_simulator"],
            "task": scores["domain"].where(~voice, "voice_" + scores["domain"]),
            "score": scores["pass_1"],
            **{f"pass_{k}": scores[f"pass_{k}"] for k in (2, 3, 4)},
            "cost_usd": scores["cost"],
            "date": of["submission_date"],
            "source": TAU2_FOLDER + scores["submission"],
        }
    )
    models = of[["model_name", "model_organization", "release_date"]]
    models = models.set_axis(["model", "developer", "release_date"], axis="columns")
    return {"results": results, "models": models.drop_duplicates("model")}


BOARDS: Mapping[str, Callable[[], Tables]] = {
    "aider": aider,
    "bfcl": bfcl,
    "hal": hal,
    "mteb": mteb,
    "tau2": tau2,
}


def _rows(shared: Mapping[str, Any], scores: Mapping[str, pd.Series]) -> pd.DataFrame:
    parts = [pd.DataFrame({**shared, "task": t, "score": s}) for t, s in scores.items()]
    return pd.concat(parts, ignore_index=True).dropna(subset=["score"])


def _write(table: pd.DataFrame, path: Path) -> None:
    """As CSV, which anyone can read; a long table as Parquet."""
    if len(table) <= 1_000:
        table.to_csv(path.with_suffix(".csv"), index=False)
    else:
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False), path, compression="zstd")


if __name__ == "__main__":
    for board, make in BOARDS.items():
        for name, table in make().items():
            _write(table, GALLERY / board / "data" / f"{name}.parquet")
