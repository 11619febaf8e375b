"""Pages of a large board against an independent computation, from its tables alone.

`python -m tests.tools.bench.sample PROJECT SITE` tells what is wrong.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator
from math import isclose
from pathlib import Path
from statistics import fmean

import pandas as pd
from bs4 import BeautifulSoup

from tests.helpers.sites import Cell, table
from tests.tools.bench.boards import SEED

EXACT = 1e-9
VARIANTS = {"Fine-tuned": "fine_tuned", "Base": "base"}


class Board:
    """The scores of a made board.

    Args:
        project: Its folder.
    """

    def __init__(self, project: Path) -> None:
        read = [pd.read_parquet(project / f"data/{name}.parquet") for name in ("models", "tasks")]
        models, tasks = (frame.to_dict("records") for frame in read)
        results = pd.read_parquet(project / "data/results.parquet").to_dict("records")
        self.models = {m["name"]: m["model"] for m in models}
        self.tasks = {t["name"]: t["task"] for t in tasks}
        self.baseline = models[0]["model"]
        self.categories = defaultdict[str, list[str]](list)
        for task in tasks:
            self.categories[task["category"]].append(task["task"])
        self.row = {(r["model"], r["task"], r["variant"]): i + 1 for i, r in enumerate(results)}
        self.scores = defaultdict[tuple[str, str], dict[str, float]](dict)
        for r in results:
            self.scores[r["task"], r["variant"]][r["model"]] = r["score"]

    def means(self, tasks: Collection[str], variant: str) -> dict[str, float]:
        """Mean over tasks of each model."""
        over = [self.scores[task, variant] for task in tasks]
        return {model: fmean(scores[model] for scores in over) for model in self.models.values()}


def rank(values: Collection[float], value: float) -> int:
    """One more than there are better ones."""
    return 1 + sum(other > value + EXACT for other in values)


def check_sample(project: Path, site: Path, n: int = 50) -> Iterator[str]:
    """What of `n` pages is not as the tables have it, a line each; nothing where all is right."""
    board, draw = Board(project), random.Random(SEED)
    models = draw.sample(sorted(board.models.values()), n - n // 3 - 3)
    tasks = draw.sample(sorted(board.tasks.values()), n // 3)
    categories = draw.sample(sorted(board.categories), 3)
    for kind, check, keys in (
        ("models", check_model, models),
        ("tasks", check_task, tasks),
        ("categories", check_category, categories),
    ):
        for key in keys:
            folder = key.lower().replace(" ", "-").replace("/", "-")
            html = (site / kind / folder / "index.html").read_bytes()
            wrong = check(board, key, BeautifulSoup(html, "lxml"))
            yield from (f"{kind}/{folder}: {what}" for what in wrong)


def check_model(board: Board, model: str, soup: BeautifulSoup) -> Iterator[str]:
    """Every score with its rank, and the place on the board of tuned models."""
    rows = table(soup, "all-scores")
    for row in rows:
        task = board.tasks[row["task"].text]
        for variant in VARIANTS.values():
            scores = board.scores[task, variant]
            expected = rank(scores.values(), scores[model])
            yield from _differs(row[f"score_{variant}"], scores[model], f"score on {task}")
            if variant == "fine_tuned":
                yield from _differs(row[f"rank_{variant}"], expected, f"rank on {task}")
        before, after = (board.scores[task, v][model] for v in ("base", "fine_tuned"))
        yield from _differs(row["lift_fine_tuned"], after - before, f"lift on {task}")
    if len(board.tasks) != len(rows):
        yield f"{len(rows)} tasks"
    means = board.means(board.tasks.values(), "fine_tuned")
    own = table(soup, "rivals")[0]
    yield from _differs(own["rank"], rank(means.values(), means[model]), "rank")
    yield from _differs(own["merit"], means[model], "average")


def check_task(board: Board, task: str, soup: BeautifulSoup) -> Iterator[str]:
    """Its ranking: who, in which order, with which scores and differences."""
    tuned, base = board.scores[task, "fine_tuned"], board.scores[task, "base"]
    rows = table(soup, "ranking")
    for row, best in zip(rows, sorted(tuned.values(), reverse=True), strict=False):
        model = board.models[row["model"].text]
        over = tuned[model] - tuned.get(board.baseline, base[board.baseline])
        yield from _differs(row["fine_tuned"], best, "order")
        yield from _differs(row["fine_tuned"], tuned[model], f"score of {model}")
        yield from _differs(row["base"], base[model], f"base score of {model}")
        yield from _differs(row["lift_fine_tuned"], tuned[model] - base[model], f"lift of {model}")
        yield from _differs(row["lift_over_baseline"], over, f"difference of {model}")
        yield from _differs(row["rank"], rank(tuned.values(), tuned[model]), f"rank of {model}")


def check_category(board: Board, category: str, soup: BeautifulSoup) -> Iterator[str]:
    """Its board: averages over its tasks, in their order, with the lift of each."""
    tasks = board.categories[category]
    tuned, base = board.means(tasks, "fine_tuned"), board.means(tasks, "base")
    rows = table(soup, "board-fine-tuned")
    for row, best in zip(rows, sorted(tuned.values(), reverse=True), strict=False):
        model = board.models[row["model"].text]
        yield from _differs(row["average"], best, "order")
        yield from _differs(row["average"], tuned[model], f"average of {model}")
        yield from _differs(row["lift_over_base"], tuned[model] - base[model], f"lift of {model}")


def _differs(cell: Cell, value: float, what: str) -> Iterator[str]:
    found = cell.number
    if found is None or not isclose(found, value, rel_tol=EXACT, abs_tol=EXACT):
        yield f"{what} is {cell.value}, not {value}"


if __name__ == "__main__":
    wrong = list(check_sample(Path(sys.argv[1]), Path(sys.argv[2])))
    sys.stdout.write("".join(f"{line}\n" for line in wrong) or "as computed\n")
    sys.exit(bool(wrong))
