"""The script that one would write instead: pandas, plotly.express and a template.

It makes a home page and a page for each model, task and category, each with a table and a chart,
and no statistics but means.

    python -m tests.tools.bench.plain PROJECT OUT
"""

import sys
from pathlib import Path

import jinja2
import pandas as pd
import plotly.express as px

PAGE = jinja2.Template(
    """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ title }}</title>
<script src="{{ root }}plotly.min.js"></script></head>
<body><h1>{{ title }}</h1>
<p><a href="{{ root }}index.html">Home</a></p>
{{ chart }}
<table><tr>{% for name in columns %}<th>{{ name }}</th>{% endfor %}</tr>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table></body></html>""",
    autoescape=False,  # as such scripts have it
)


def write(path: Path, title: str, table: pd.DataFrame, x: str, root: str) -> None:
    """One page: a chart of the scores, and the table."""
    chart = px.bar(table, x=x, y="score", color="variant", barmode="group")
    html = chart.to_html(full_html=False, include_plotlyjs=False)
    rounded = table.round(3)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = PAGE.render(
        title=title,
        root=root,
        chart=html,
        columns=list(rounded.columns),
        rows=rounded.itertuples(index=False),
    )
    path.write_text(text, encoding="utf8")


def means_of(results: pd.DataFrame) -> pd.DataFrame:
    """Mean score of each model and variant, best first."""
    means = results.groupby(["model", "variant"])["score"].mean().reset_index()
    return means.sort_values("score", ascending=False)


def main(project: Path, out: Path) -> None:
    """Write the whole site."""
    from plotly.offline import get_plotlyjs

    results = pd.read_parquet(project / "data/results.parquet")[
        ["model", "task", "variant", "score"]
    ]
    tasks = pd.read_parquet(project / "data/tasks.parquet")[["task", "category"]]
    results = results.merge(tasks, on="task", how="left")
    out.mkdir(parents=True, exist_ok=True)
    (out / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf8")
    write(out / "index.html", "Leaderboard", means_of(results), "model", "")
    for kind, x in (("model", "task"), ("task", "model"), ("category", "model")):
        for i, (name, rows) in enumerate(results.groupby(kind)):
            shown = means_of(rows) if kind == "category" else rows
            columns = [c for c in ("model", "task", "variant", "score") if c in shown]
            table = shown[columns].drop(columns=kind, errors="ignore")
            path = out / kind / str(i) / "index.html"
            write(path, str(name), table.sort_values("score", ascending=False), x, "../../")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
