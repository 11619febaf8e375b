"""A number is the same wherever it stands: in a table of any page, and in the API.

The pages are read as a visitor reads them. tests/compute/test_results.py computes the same numbers
from data/source/*.csv.
"""

import math
from statistics import mean
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.helpers.sites import BuiltSite, Cell, table, target, visible

MINUS = "\N{MINUS SIGN}"
# Results are rounded at twelve digits, so that all machines publish the same (docs/statistics.md).
EXACT = 1e-9
TUNED, BASE = "fine_tuned", "base"
Scores = dict[tuple[str, str, str], float]
VIEWS = {"board-fine-tuned": TUNED, "board-base": BASE, "board-lift": TUNED}


@pytest.fixture(scope="module")
def models(index_site: BuiltSite) -> dict[str, Any]:
    return {model["name"]: model for model in index_site.api("models")}


@pytest.fixture(scope="module")
def tasks(index_site: BuiltSite) -> dict[str, Any]:
    return {task["name"]: task for task in index_site.tasks()}


@pytest.fixture(scope="module")
def scores(tasks: dict[str, Any]) -> Scores:
    """Every score, by model, task and variant."""
    return {
        (s["model"], task["task"], s["variant"]): s["score"]
        for task in tasks.values()
        for s in task["scores"]
    }


def lift(scores: Scores, model: str, task: str) -> float:
    """What tuning brought to a model on a task."""
    return scores[model, task, TUNED] - scores[model, task, BASE]


@pytest.fixture(scope="module")
def model_pages(index_site: BuiltSite) -> dict[str, str]:
    rows = table(index_site.page("models/"), "board-base")
    ids = {model["name"]: model["model"] for model in index_site.api("models")}
    return {
        ids[row["model"].text]: target("models/index.html", row["model"].href)[0] for row in rows
    }


@pytest.fixture(scope="module")
def task_pages(index_site: BuiltSite) -> dict[str, str]:
    rows = table(index_site.page("tasks/"), "task-list")
    ids = {task["name"]: task["task"] for task in index_site.api("tasks")}
    found = [(ids[name], row["task"].href) for row in rows if (name := row["task"].text) in ids]
    return {task: target("tasks/index.html", href)[0] for task, href in found}


def near(expected: float | None, found: float | None) -> bool:
    """Whether two numbers are the same but for the sixteenth digit, or both are not there."""
    if expected is None or found is None:
        return expected is found
    return math.isclose(expected, found, rel_tol=EXACT, abs_tol=EXACT)


def read(text: str) -> float:
    return float(text.replace(MINUS, "-").replace(",", "").replace("+", ""))


def says(cell: Cell, value: float | None) -> bool:
    """Whether a cell holds the value, and shows it rounded to the places that it shows."""
    if value is None:
        return cell.value is None
    places = len(cell.text.partition(".")[2])
    half = 0.5 * 10.0**-places
    return near(value, cell.number) and abs(read(cell.text) - value) <= half * (1 + 1e-6)


def score_of(task: Any, model: str, variant: str) -> Any:
    """A score of the API, None where the model has none."""
    found = [s for s in task["scores"] if (s["model"], s["variant"]) == (model, variant)]
    return found[0] if found else None


@pytest.mark.parametrize("path", ["", "models/"])
@pytest.mark.parametrize("table_id", VIEWS)
def test_the_boards_of_models(index_site, models, path, table_id):
    variant = VIEWS[table_id]
    rows = table(index_site.page(path), table_id)
    for place, row in enumerate(rows, start=1):
        model = models[row["model"].text]
        # Who was never tuned stands on the tuned board with its base scores, and has no rank.
        own = variant if variant in model["average"] else BASE
        assert says(row["average"], model["average"][own])
        if own != variant:
            keys = ("rank", "lift_over_base", "lift_over_baseline", "beats")
            assert {None} == {row[key].value for key in keys if key in row}
            continue
        if table_id != "board-base":
            assert says(row["lift_over_base"], model["lift_over_base"][own])
        if not model["is_baseline"]:
            assert says(row["lift_over_baseline"], model["lift_over_baseline"][own])
            assert says(row["beats"], model["tasks_beating_baseline"][own])
            if table_id == "board-fine-tuned":
                assert says(row["rank"], model["rank"])
            if table_id == "board-lift":
                assert says(row["rank"], place)
            if path == "models/":
                assert says(row["wins"], model["wins"][own])
                assert says(row["win_rate"], model["win_rate"][own])


def test_headline_figures_from_the_api(index_site):
    stats = index_site.api("stats")
    shown = [visible(one) for one in index_site.page("").select(".tiles dd:not(.tile-drawing)")]
    assert f"{stats['tasks_beating_baseline']} /{stats['tasks_compared']}" == shown[0]
    assert abs(read(shown[1]) - stats["mean_lift_over_base"]) <= 5.01e-4
    assert f"{stats['models_ahead_of_baseline']} /{stats['models_compared']}" == shown[2]
    assert f"{stats['runs_hurt']} /{stats['runs_paired']}" == shown[3]
    drawn = [one["aria-label"] for one in index_site.page("").select(".tile-drawing svg")]
    before, after = stats["mean_base_score"], stats["mean_tuned_score"]
    assert [True, f"{before:.3f} \N{RIGHTWARDS ARROW} {after:.3f}"] == [len(drawn) == 4, drawn[1]]


def check_task_list(soup: BeautifulSoup, table_id: str, tasks: Any, names: Any) -> list[str]:
    """Rows of tasks against the API: the best, what is drawn, and differences."""
    found = []
    for row, tr in zip(table(soup, table_id), soup.select(f"#{table_id} tbody tr"), strict=True):
        if "group" in (tr.get("class") or []):
            continue
        # A tag can follow the name.
        task = tasks[row["task"].text]
        best, drawn = task["best"][TUNED], tr.select_one("td.plot")
        assert drawn is not None
        found.append(row["task"].text)
        if len(best["models"]) == 1:
            first = "gpt-4" if task["best_lift_over_baseline"] < 0 else best["models"][0]
            assert names[first] == row["best_model"].text
        details = [float(number) for number in str(drawn["data-details"]).split()]
        assert [best["score"], task["baseline_score"]] == pytest.approx(details, abs=1e-12)
        assert task["metric"] == row["metric"].text
        for key in ("best_lift_over_baseline", "mean_lift_over_base"):
            assert says(row[key], task[key])
    return found


def test_the_list_of_tasks(index_site, tasks, models):
    names = {model["model"]: name for name, model in models.items()}
    found = check_task_list(index_site.page("tasks/"), "task-list", tasks, names)
    assert sorted(tasks) == sorted(found)
    math = index_site.page("categories/math/")
    assert ["Grade School Math (gsm8k)"] == check_task_list(math, "tasks", tasks, names)


def test_the_rankings_of_tasks(index_site, tasks, models, task_pages):
    """Rank, both scores, lift over base, lift over baseline.

    Who was never tuned stands where its base score would.
    """
    for task in tasks.values():
        rows = table(index_site.page(task_pages[task["task"]]), "ranking")
        assert len({s["model"] for s in task["scores"]}) == len(rows)
        ordered = [float(row[TUNED].value or 0) for row in rows if row[TUNED].value is not None]
        assert sorted(ordered, reverse=True) == ordered
        for row in rows:
            model = models[row["model"].text]["model"]
            tuned, base = (score_of(task, model, variant) for variant in (TUNED, BASE))
            assert says(row[TUNED], tuned and tuned["score"])
            assert says(row[BASE], base and base["score"])
            assert says(row["rank"], tuned and tuned["rank"])
            assert says(row["lift_fine_tuned"], tuned and tuned["score"] - base["score"])
            # Who was never tuned is compared by its base score; the baseline with nobody.
            own = tuned or (base if model != "gpt-4" else None)
            assert says(row["lift_over_baseline"], own and own["score"] - task["baseline_score"])


def test_every_score_of_every_model(index_site, tasks, model_pages, scores):
    for model, path in model_pages.items():
        rows, seen = table(index_site.page(path), "all-scores"), 0
        for row in rows:
            task = tasks[row["task"].text]
            for variant in (TUNED, BASE):
                score = score_of(task, model, variant)
                if score is None:
                    assert f"score_{variant}" not in row
                    continue
                assert says(row[f"score_{variant}"], score["score"])
                seen += 1
            own = score_of(task, model, TUNED) or score_of(task, model, BASE)
            assert own["rank"] == row[f"rank_{own['variant']}"].number
            if "lift_fine_tuned" in row:
                assert says(row["lift_fine_tuned"], lift(scores, model, task["task"]))
            if model != "gpt-4":
                assert says(row["lift_over_baseline"], own["score"] - task["baseline_score"])
        assert len([key for key in scores if key[0] == model]) == seen


def test_the_answer_and_the_title_of_a_model(index_site, tasks, models, model_pages, scores):
    """Its mean, the tasks on which it gains, and those on which it is ahead of GPT-4."""
    for model in models.values():
        if model["rank"] is None:
            continue
        soup = index_site.page(model_pages[model["model"]])
        (answer,) = soup.select("#answer strong")
        assert f"{model['average'][TUNED]:.3f}" == visible(answer).split()[-1]
        better = sum(lift(scores, model["model"], t["task"]) > EXACT for t in tasks.values())
        gains = "all 31" if better == 31 else f"{better} of 31"
        ahead = model["tasks_beating_baseline"][TUNED]
        title = f"Better on {gains} tasks, ahead of GPT-4 on {ahead}"
        assert title == visible(soup.select("#scores")[0])


def test_categories(index_site, tasks, models, scores):
    categories = {category["category"]: category for category in index_site.api("categories")}
    page = index_site.page("tasks/")
    rows = {row["task"].text: row for row in table(page, "task-list")}
    leads = {task["task"]: task["best_lift_over_baseline"] for task in tasks.values()}
    tuned = [model["model"] for model in models.values() if model["rank"]]
    for name, category in categories.items():
        own, row = category["tasks"], rows[name]
        differences = [leads[task] for task in own]
        assert near(mean(differences), category["best_lift_over_baseline"])
        beaten = sum(difference > EXACT for difference in differences)
        if len(own) == 1:
            # One task has no mean.
            assert "" == row["best_lift_over_baseline"].text
            continue
        assert f"{name} {beaten} of {len(own)} ahead" in visible(page)
        assert says(row["best_lift_over_baseline"], mean(differences))
        lifts = [lift(scores, model, task) for model in tuned for task in own]
        assert says(row["mean_lift_over_base"], mean(lifts))
    drawn = table(index_site.page(""), "category-difference-table")
    assert [name for name, c in categories.items() if len(c["tasks"]) > 1] == [
        row["category"].text for row in drawn
    ]
    members = {
        name: {t["task"] for t in tasks.values() if t["category"] == name} for name in categories
    }
    assert members == {name: set(category["tasks"]) for name, category in categories.items()}


FEATURES = {
    "Training examples": "train_examples",
    "Mean input": "input_length_mean",
    "Spread of input": "input_length_std",
    "Mean output": "output_length_mean",
    "Spread of output": "output_length_std",
    "Mean example": "example_length_mean",
    "Spread of example": "example_length_std",
    "Shortest example": "tokens_min",
    "Longest example": "tokens_max",
    "95th percentile of example": "tokens_p95",
}


def test_coefficients_of_features(index_site):
    """Over all tasks, those by accuracy and those by ROUGE, for either lift; and n of each."""
    found = index_site.api("correlations")
    at = {column: i for i, column in enumerate(found["columns"])}
    page = index_site.page("analysis/")
    assert "What goes with the gain from fine-tuning?" == visible(page.h1)
    rows = page.select(".coefficients tbody tr")
    assert [*FEATURES] == [visible(row.th) for row in rows]
    for row in rows:
        i, cells = at[FEATURES[visible(row.th)]], [visible(td) for td in row.select("td")]
        expected = []
        for lift in ("best_lift_over_baseline", "mean_lift_over_base"):
            strata = {s["metric"]: s for s in found["strata"][i][at[lift]]}
            expected += [found["spearman"][i][at[lift]]]
            expected += [strata[metric]["spearman"] for metric in ("accuracy", "rouge")]
            n = [found["n"][i][at[lift]], strata["accuracy"]["n"], strata["rouge"]["n"]]
            assert " · ".join(map(str, n)) == cells[-1]
        assert [read(text) for text in cells[:-1]] == pytest.approx(expected, abs=5.01e-3)


def test_counts_in_words(index_site):
    stats = index_site.api("stats")
    facts = {
        visible(f.select("dt")[0]): visible(f.select("dd")[0])
        for f in index_site.page("data/").select(".figures > div")
    }
    assert {key: str(stats[key]) for key in ("models", "tasks", "scores")} == {
        key: facts[key] for key in ("models", "tasks", "scores")
    }
    for kind in ("models", "tasks"):
        (meta,) = index_site.page(f"{kind}/").select("meta[name=description]")
        assert str(meta["content"]).startswith(f"{stats[kind]} {kind}")
