"""The number of parameters of a model: in billions, or as a count in a column of its own."""

import pytest

from site_builder.config import read_config
from tests.helpers.sites import make_site
from tests.helpers.tables import (
    HIGHER,
    board,
    board_faults,
    check_project,
    fault_lines,
    having,
    models_frame,
    write_project,
)

TOO_MANY = (
    "'parameters_b' is more than 100,000. "
    "parameters_b counts billions; write {}, or name the column `parameters`."
)
TOO_FEW = (
    "'parameters' is less than 1,000. "
    "parameters counts single ones; write {}, or name the column `parameters_b`."
)


@pytest.mark.parametrize(
    ("count", "billions"),
    [(684_531_386_000.0, "684.5"), (7_241_732_096.0, "7.242"), (100_001.0, "0.0001")],
)
def test_a_count_is_refused_as_billions(tmp_path, count, billions):
    models = having(models_frame(), parameters_b=[2.0, count, None])
    line = f"data/models.parquet: row 2: {TOO_MANY.format(billions)}"
    assert [line] == board_faults(tmp_path, models=models)


def test_a_hundred_thousand_billions_are_allowed(tmp_path):
    models = having(models_frame(), parameters_b=[2.0, 100_000.0, None])
    assert [] == board_faults(tmp_path, models=models)


def test_billions_are_refused_as_a_count(tmp_path):
    models = models_frame().drop(columns="parameters_b")
    models = having(models, parameters=[7, 7_000_000_000, None])
    line = f"data/models.parquet: row 1: {TOO_FEW.format('7000000000')}"
    assert [line] == board_faults(tmp_path, models=models)


def test_a_count_is_read_wherever_facts_stand(tmp_path):
    """Of a table, of a submission, and of `site.toml`, which counts more than the table."""
    root = write_project(tmp_path, {}, HIGHER + "[models.c]\nparameters = 9_000_000\n")
    scores = "model,task,score\na,t,1\nb,t,2\nc,t,3\n"
    (root / "data/results.csv").write_text(scores)
    models = "model,parameters_b,parameters\na,,684531386000\nb,7.24,7241732096\nc,2,\n"
    (root / "data/models.csv").write_text(models)
    (root / "data/submissions").mkdir()
    entry = "schema: 1\nmodel: d\nscores: { t: 4 }\nparameters: 6_738_415_616\n".replace("_", "")
    (root / "data/submissions/d.yaml").write_text(entry)
    table = check_project(root).models
    assert {"a": 684.531386, "b": 7.24, "c": 0.009, "d": 6.738415616} == dict(
        zip(table["model"], table["parameters_b"], strict=True)
    )
    assert [] == fault_lines(root)
    assert 684.531386 == make_site(root).results.catalog.models["a"].parameters_b


def test_two_numbers_that_differ_are_a_warning(tmp_path):
    """7 and 6.7 are 6,738,415,616 rounded to their decimals; 7 is not 7,615,616,512."""
    models = having(
        models_frame(),
        parameters_b=[7.0, 6.7, 7.0],
        parameters=[6_738_415_616, 6_738_415_616, 7_615_616_512],
    )
    assert [
        "data/models.parquet: row 3: 'parameters' is 7,615,616,512, and 'parameters_b' 7, which "
        "counts. Correct or remove one of them."
    ] == board_faults(tmp_path, models=models)
    table = check_project(tmp_path).models
    assert [7.0, 6.7, 7.0] == table["parameters_b"].tolist()


def test_site_toml_has_the_same_limits(tmp_path):
    toml = "[models.a]\nparameters_b = 684531386000\n[models.b]\nparameters = 7\n"
    (tmp_path / "site.toml").write_text(toml)
    assert [
        "site.toml: models.a.parameters_b = 684531386000 must be at most 100000. "
        "parameters_b counts billions; write 684.5, or name the column `parameters`.",
        "site.toml: models.b.parameters = 7 must be at least 1000. "
        "parameters counts single ones; write 7000000000, or name the column `parameters_b`.",
    ] == [str(fault) for fault in read_config(tmp_path)[1]]


def test_a_submission_has_the_same_limits(tmp_path):
    root = write_project(tmp_path, board())
    (root / "data/submissions").mkdir()
    entry = "schema: 1\nmodel: new\nscores: { add: 0.5 }\nparameters_b: 70553706496\n"
    (root / "data/submissions/new.yaml").write_text(entry)
    assert [f"data/submissions/new.yaml:4: {TOO_MANY.format('70.55')}"] == fault_lines(root)
