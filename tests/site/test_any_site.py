"""Any legal board becomes a whole site, whatever its shape, its numbers and its texts are."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from site_builder.tables.metrics import is_cost
from tests.helpers.odd_boards import Project
from tests.helpers.sites import build, faults_of
from tests.helpers.tables import write_project

# No letter that could spell a hole; every mark that HTML, Markdown, Jinja, CSS or an address reads.
MARKS = "<>&\"'`{}%()[]*_~#?;:=+-@/\\|$^!.,"
LETTERS = "ab0 \t\n\u00e9\u0628\u202e\u200b\ufeff\u2028\U0001f4a9"
SCORES = (0.0, 1.0, 0.5, 0.1 + 0.2, 1 / 3, 0.75, -1.0, 1e-300, 1e11, -1e11, 1e100)
VARIANTS = ("base", "tuned", "<i>")

texts = st.text(MARKS + LETTERS, max_size=12)
# The direction of `$` would have to be stated.
ids = st.text(MARKS + LETTERS, min_size=1, max_size=9).filter(
    lambda text: text[:1] in MARKS + "ab" and not is_cost(text)
)
maybe = st.none() | texts


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """A board of any shape, in which any score, any optional value, any table may be absent."""
    models, tasks, variants = (
        draw(
            st.lists(
                choice, min_size=1, max_size=most, unique_by=lambda text: "".join(text.split())
            )
        )
        for choice, most in ((ids, 4), (ids, 5), (st.sampled_from(VARIANTS), 3))
    )
    keys = [(m, t, v) for m in models for t in tasks for v in variants]
    chosen = draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    results = pd.DataFrame(chosen, columns=["model", "task", "variant"])
    values = {
        "score": st.sampled_from(SCORES),
        "stderr": st.none() | st.sampled_from((0.0, 0.01, 5.0)),
        "n_examples": st.none() | st.sampled_from((1, 40, 2_000)),
        "flag": maybe,
        "source": maybe,
        "command": maybe,
    }
    frames = {"results": add(draw, results, values)}
    about_models = {"name": maybe, "developer": maybe, "license": maybe, "url": maybe}
    about_models["parameters_b"] = st.none() | st.sampled_from((0.1, 7.0, 180.0))
    about_tasks = {"name": maybe, "category": maybe, "description": maybe}
    about_tasks["metric"] = maybe.filter(lambda text: not text or not is_cost(text))
    about_tasks["higher_is_better"] = st.sampled_from((None, True, False))
    about_tasks["train_examples"] = st.none() | st.sampled_from((0, 500, 10**9))
    if draw(st.booleans()):
        frames["models"] = add(draw, pd.DataFrame({"model": models}), about_models)
    if draw(st.booleans()):
        frames["tasks"] = add(draw, pd.DataFrame({"task": tasks}), about_tasks)
    flagged = draw(st.sampled_from(("", "exclude_flagged = true\n")))
    return frames, f"[board]\n{flagged}"


def add(draw: st.DrawFn, frame: pd.DataFrame, values: dict[str, Any]) -> pd.DataFrame:
    """A table with further columns of such values."""
    n = len(frame)
    drawn = {name: draw(st.lists(of, min_size=n, max_size=n)) for name, of in values.items()}
    kinds = {"parameters_b": "Float64", "stderr": "Float64", "n_examples": "Int64"}
    kinds |= {"train_examples": "Int64", "higher_is_better": "boolean", "score": "float64"}
    more = {name: pd.Series(c, dtype=kinds.get(name, "string")) for name, c in drawn.items()}
    return frame.assign(**more)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(projects())
def test_any_legal_board_becomes_a_whole_site(project: Project) -> None:
    frames, toml = project
    with TemporaryDirectory() as folder:
        site = build(write_project(Path(folder), frames, toml))
    assert [] == faults_of(site)
    ids = [
        one
        for path in site.readings
        if path.startswith("models/")
        for one in site.readings[path].ids
    ]
    rows = [one for one in ids if one.startswith("score-")]
    # Where no model has a score before and after tuning, a variant makes an entry.
    key = ["model", "task", *(["variant"] if "of" in site.api("models")[0] else [])]
    assert len(frames["results"][key].drop_duplicates()) == len(rows)
