"""A board whose every text is hostile, and which a page that obeys one of them gives away.

What would run sets `window.canary`; no page of ours has that name.
"""

from itertools import product
from pathlib import Path

import pandas as pd

from tests.helpers.tables import write_project

RUNS = "window.canary=1"
TEXTS = (
    f"<script>{RUNS}</script>",
    f'<img src=x onerror="{RUNS}">',
    f'"><svg onload={RUNS}>',
    f"' onfocus='{RUNS}' autofocus x='",
    f"</script><script>{RUNS}</script>",
    f"</title></style></textarea><iframe srcdoc='<script>parent.{RUNS}</script>'>",
    f"[md](javascript:{RUNS}) **b** <javascript:{RUNS}>",
    "{{ 7*7 }}{% include '/etc/passwd' %}{# gone #}${7*7}`${7*7}`",
    "=cmd|'/C calc'!A0",
    "__proto__",
    "constructor",
    "\x01one \x07bell \x1b[31mred\x1b[0m \x08",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe x\N{BYTE ORDER MARK}; \N{ZERO WIDTH SPACE}=1+1",
    "line\N{LINE SEPARATOR}end &lt;b&gt; &#x3C;i&#x3E; \\u003cscript\\u003e",
    "\N{PILE OF POO}\N{ZERO WIDTH JOINER}\N{ROCKET} مرحبا",
    "../x",
    "a/b",
    "*star",
    "x" * 300,
    "$x^2$ %{x} <br> var(--accent) <!-- gone --> ]]> <![CDATA[",
)
# What an id may be besides: names of devices, of folders, of the same letters, of no letter.
IDS = (
    *TEXTS,
    *("humaneval", "humaneval+", "meta-llama/Llama-2-7b-hf", "gpt-4o (2024)", "a, b", "null"),
    *("x", "x" * 299 + "y", "a-b", "a\\b", "line\nend", 'it\'s "x"', "μ", "\N{PILE OF POO}"),
    *("\u65e5\u672c\u8a9e", "\u65e5\u672c\u8a9eLLM-7b", "\u4e2d\u6587LLM-7b"),
    *("CON", "con", "Nul", "com1", "index.html", "%2e%2e", "?", "#", " "),
)
LINKS = (
    f"javascript:{RUNS}",
    f"JaVaScRiPt:{RUNS}",
    f" \x01javascript:{RUNS}",
    f"java\nscript:{RUNS}",
    f"vbscript:{RUNS}",
    f"data:text/html,<script>{RUNS}</script>",
    "//evil.example/x",
    "\\\\evil.example\\x",
    "http://",
    "https:evil.example",
    "https://exam ple.org/",
    'https://example.org" onclick="x/',
    "https://example.org@evil.example/",
    "https://user:secret@evil.example/",
    "file:///etc/passwd",
)
LONG = f"<b>{'long ' * 20_000}</b>"
TOML = f"""\
[site]
title = "<script>{RUNS}</script>"
headline = "<img src=x onerror={RUNS}>"
description = '"><script>{RUNS}</script>'
license = "javascript:{RUNS}"
cards = false

[board]
baseline = "__proto__"
labels = {{ base = "<b onclick={RUNS}>", tuned = "constructor" }}

[citation]
text = "<img src=x onerror={RUNS}>"
bibtex = "</code></pre><script>{RUNS}</script>"
"""
BASE_URL = '[site]\nbase_url = "https://example.org/some-repo/"'
PROSE = f"""\
## <script>{RUNS}</script> heading

<script>{RUNS}</script> <img src=x onerror="{RUNS}"> <p onclick="{RUNS}" style="color:red">text</p>

[script](javascript:{RUNS}) [data](data:text/html,x) [vb](vbscript:x) [outside](//evil.example)
[good](https://example.org/good) [here](#here) ![picture](https://evil.example/x.png)

{{% for m in models %}}- {{{{ m.name }}}}
{{% endfor %}}

{{{{ models[0].name }}}} {{{{ tasks[0].name }}}} {{{{ baseline }}}}
"""


def frames() -> dict[str, pd.DataFrame]:
    """The tables: as many models as tasks, twice."""
    n, text = len(TEXTS), list(TEXTS)
    rows = [
        (text[i], text[j], "tuned" if tuned else "base", ((7 * i + 3 * j + 5 * tuned) % 20) / 20)
        for i, j, tuned in product(range(n), range(n), (False, True))
    ]
    scored = pd.DataFrame(rows, columns=["model", "task", "variant", "score"])
    links = [LINKS[i % len(LINKS)] for i in range(len(scored))]
    scored = scored.assign(
        source=links,
        flag=[TEXTS[i % n] if i % 9 == 0 else "" for i in range(len(scored))],
        command=[TEXTS[i % n] for i in range(len(scored))],
    )
    scored[f"=<b onclick={RUNS}>"] = TEXTS[1]
    models = pd.DataFrame({"model": text, "name": text, "developer": text, "family": text[::-1]})
    models = models.assign(
        license=text,
        tuning=text,
        url=links[:n],
        hf_id=text,
        description=[LONG, *text[1:]],
        parameters_b=[1.0 + i for i in range(n)],
        release_date="2024-05-01",
    )
    tasks = pd.DataFrame({"task": text, "name": text, "category": text[:5] * 4, "metric": TEXTS[0]})
    tasks = tasks.assign(
        description=text,
        dataset_url=links[:n],
        evaluation_split=text,
        train_examples=[100 * (i + 1) for i in range(n)],
        version=text,
    )
    tasks[TEXTS[1]] = [float(i * i % 7) for i in range(n)]
    prices = pd.DataFrame({"provider": text, "model": text, "source": links[:n]})
    prices = prices.assign(usd_per_million_input_tokens=1.0, usd_per_million_output_tokens=2.0)
    requests = pd.DataFrame({"provider": text * 2, "model": text * 2, "total_s": 2.0})
    requests = requests.assign(ttft_s=0.5, input_tokens=100.0, output_tokens=50.0)
    requests["error_code"] = [TEXTS[0], *[None] * (2 * n - 1)]
    return {
        "results": scored,
        "models": models,
        "tasks": tasks,
        "prices": prices,
        "serving_requests": requests,
    }


def write_hostile(root: Path, day: str = "2024-05-01") -> Path:
    """The project, with prose on every page that has some."""
    dated = f"{BASE_URL}\nreleased = {day}"
    write_project(root, frames(), TOML.replace("[site]", dated))
    (root / "data/content").mkdir()
    for slot in ("lede", "takeaways", "models", "about"):
        (root / "data/content" / f"{slot}.md").write_text(PROSE, encoding="utf8")
    return root


def take_submissions(root: Path) -> None:
    """Let the project say how to submit, and list a model that waits for each text."""
    toml, models = root / "site.toml", root / "data/models.parquet"
    text = toml.read_text(encoding="utf8").replace("[site]", "[site]\nsubmissions = true", 1)
    toml.write_text(text, encoding="utf8")
    waiting = pd.DataFrame({"model": [f"{name} waits" for name in TEXTS], "reason": TEXTS})
    waiting["status"] = ["pending", "not_evaluated"] * (len(TEXTS) // 2)
    known = pd.read_parquet(models)
    pd.concat([known, waiting.assign(name=waiting["model"])]).to_parquet(models, index=False)
