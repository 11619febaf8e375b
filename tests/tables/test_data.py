import runpy
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.tables import check_project

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
TOKENS = ["tokens_min", "tokens_max", "tokens_p95"]
TABLES = ["models", "prices", "results", "serving_requests", "tasks"]


@pytest.fixture(scope="module")
def tables():
    """The published tables, checked and completed."""
    return check_project(ROOT)


@pytest.fixture(scope="module")
def scores(tables):
    """The published scores by model, task and variant."""
    return tables.results.set_index(["model", "task", "variant"])["score"]


def convert(folder):
    """Run the conversion of the CSV transcriptions into a folder; its files by name."""
    folder.mkdir()
    runpy.run_path(str(DATA / "source/convert.py"))["main"](folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_tables_match_the_transcriptions(tmp_path):
    made = convert(tmp_path / "made")
    assert [f"{name}.parquet" for name in TABLES] == list(made)
    assert list(made) == sorted(path.name for path in DATA.glob("*.parquet"))
    for name in TABLES:
        published = pd.read_parquet(DATA / f"{name}.parquet")
        remade = pd.read_parquet(tmp_path / f"made/{name}.parquet")
        pd.testing.assert_frame_equal(remade, published)


def test_published_tables_have_no_fault(tables):
    assert () == tables.warnings


def test_tables_have_the_size_of_the_paper(tables):
    """12 models, 31 tasks and 682 scores: 10 models twice, 2 models once."""
    assert (12, 31, 682) == (len(tables.models), len(tables.tasks), len(tables.results))
    runs = tables.results.groupby(["model", "variant"]).size()
    assert {31} == set(runs)
    assert 10 == sum(variant == "fine_tuned" for _, variant in runs.index)
    tuned = tables.results.loc[tables.results["variant"] == "fine_tuned", "model"]
    assert {"gpt-4", "gpt-3.5-turbo"} == set(tables.models["model"]) - set(tuned)


def test_every_score_has_a_source(tables):
    assert {"https://arxiv.org/abs/2405.00732"} == set(tables.results["source"])
    assert {"https://github.com/BerriAI/litellm"} == set(tables.prices["source"])


def test_tasks_of_one_benchmark_or_data_set_are_one_family(tables):
    """Eight tasks of GLUE, two each of HellaSwag and TLDR; the 19 others stand alone."""
    sizes = tables.tasks.groupby("family").size()
    assert {"glue": 8, "hellaswag": 2, "tldr": 2} == sizes.to_dict()
    assert 19 == tables.tasks["family"].isna().sum()


@pytest.mark.parametrize(
    ("model", "task", "variant", "score"),
    [
        ("phi-2", "bc5cdr", "base", 0.172),
        ("phi-2", "bc5cdr", "fine_tuned", 0.95),
        ("gpt-4", "magicoder", "base", 0.829),
        ("zephyr-7b-beta", "wikisql", "base", 0.08),
        ("zephyr-7b-beta", "wikisql", "fine_tuned", 0.896),
        ("gemma-2b-instruct", "customer_support", "fine_tuned", 1.0),
        ("gpt-3.5-turbo", "glue_stsb", "base", 0.857),
        ("gpt-4", "legal", "base", 0.305),
        ("llama-2-7b-chat", "reuters", "base", 0.01),
        ("mistral-7b", "hellaswag", "fine_tuned", 0.834),
        ("gpt-3.5-turbo", "gsm8k", "base", 0.622),
        ("gpt-4", "gsm8k", "base", 0.373),
    ],
)
def test_scores_match_the_paper(scores, model, task, variant, score):
    assert score == scores[model, task, variant]


def test_models_and_tasks_match_the_paper(tables):
    models, tasks = tables.models.set_index("model"), tables.tasks.set_index("task")
    assert ("Phi-2", "Microsoft", 2.78) == tuple(
        models.loc["phi-2", ["name", "developer", "parameters_b"]]
    )
    assert "https://huggingface.co/google/gemma-2b" == models.loc["gemma-2b", "url"]
    assert models.loc["gpt-4", ["parameters_b", "url", "hf_id"]].isna().all()
    assert (7473, 1319, 58, 465, 276) == tuple(
        tasks.loc["gsm8k", ["train_examples", "test_examples", *TOKENS]]
    )
    assert pd.isna(tasks.loc["gsm8k", "validation_examples"])
    assert ("Knowledge", "rouge", "test") == tuple(
        tasks.loc["legal", ["category", "metric", "evaluation_split"]]
    )


def test_requests_match_the_measurement(tables):
    """Five providers got 150 requests each; 130 failed with a code and no latency."""
    requests = tables.serving_requests
    assert {150} == set(requests.groupby("provider").size())
    failed = requests[requests["error_code"].notna()]
    assert ({"lepton"}, {"429"}, 130) == (
        set(failed["provider"]),
        set(failed["error_code"]),
        len(failed),
    )
    assert failed[["ttft_s", "total_s", "output_tokens"]].isna().all(axis=None)
    assert requests[requests["error_code"].isna()]["ttft_s"].notna().all()


def test_price_matches_the_list(tables):
    prices = tables.prices.set_index(["provider", "model"]).loc[("openai", "gpt-4")]
    per_million = ["usd_per_million_input_tokens", "usd_per_million_output_tokens"]
    assert [30.0, 60.0] == prices[per_million].tolist()
