"""What a task's page says of the tasks that rank models alike, and where it leads on to."""

import pytest

from site_builder.compute.tasks import SimilarTask
from site_builder.pages.page import Site
from site_builder.pages.task import similar_note
from site_builder.records import replace
from tests.helpers.sites import ROOT, BuiltSite, make_site, visible


@pytest.fixture(scope="module")
def site() -> Site:
    """The Index as page makers read it."""
    return make_site(ROOT)


def note(site: Site, task: str, *similar: tuple[str, float]) -> str:
    """What is said where these tasks are the similar ones, all over ten models."""
    found = tuple(SimilarTask(name, rho, 10) for name, rho in similar)
    return similar_note(site, replace(site.results.task(task), similar=found))


def test_tasks_that_rank_alike_are_a_guide(site):
    """From rho 0.7 on, with the number of models that it rests on."""
    assert (
        "BoolQ ranks models much like this task, rho 0.70 over 10 models: a model that does well "
        "there is likely to do well here."
    ) == note(site, "mmlu", ("boolq", 0.7))
    two = note(site, "mmlu", ("boolq", 0.91), ("winogrande", 0.75), ("glue_qqp", 0.69))
    assert two.startswith("BoolQ and Winogrande rank models much like this task; the nearest has")
    assert "rho 0.91 over 10 models" in two


def test_no_task_that_ranks_alike_is_said(site):
    """The nearest is named where there is one; where there is none at all, that is said too."""
    far = note(site, "mmlu", ("boolq", 0.69))
    assert far.startswith("No task of the board ranks models much like this one: BoolQ comes")
    assert far.endswith("A good model elsewhere is no safe choice here.")
    assert "No task of the board ranks models like this one." == note(site, "mmlu")


def test_a_task_without_enough_models_says_nothing(site):
    """Fewer than four models cannot tell how alike two tasks are."""
    task = site.results.task("mmlu")
    few = dict.fromkeys(task.counts, 3)
    assert "" == similar_note(site, replace(task, similar=(), counts=few))


def test_every_other_task_is_a_step_away(index_site: BuiltSite):
    """The menu of a task's page leads to all others, by category."""
    page = index_site.page("tasks/gsm8k/")
    links = [str(a["href"]) for a in page.select(".jump a")]
    tasks = {row["task"] for row in index_site.api("tasks")}
    assert len(tasks) - 1 == len(set(links))
    assert all(link.startswith("../") and link.endswith("/") for link in links)
    categories = {str(row["category"]) for row in index_site.api("tasks") if row["task"] != "gsm8k"}
    assert categories == {visible(p) for p in page.select(".jump p")}
