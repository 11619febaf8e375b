"""`make lighthouse`: what Lighthouse says of the built site, and what its pages weigh.

Exits with 1 when a score or a weight misses what is asked of it.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urljoin

from rich.console import Console
from rich.table import Table

from site_builder.publish.folder import publish
from tests.helpers.browser import LAUNCH_ARGS, find_or_install_chromium
from tests.helpers.node import node_command
from tests.helpers.serve import AsAHost, served
from tests.helpers.sites import ROOT, BuiltSite, build
from tests.helpers.weights import KB, weights

LIGHTHOUSE = ROOT / "lighthouse/node_modules/lighthouse/cli/index.js"
ASKED = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
# Performance is measured, so one low run says little: the median of three does.
RUNS = 3
TIMINGS = {
    "first-contentful-paint": "first paint",
    "largest-contentful-paint": "largest paint",
    "total-blocking-time": "blocked",
    "cumulative-layout-shift": "shift",
}
LIMIT_S = 300

Scores = Mapping[str, int]


def main() -> int:
    """Build, serve, measure, tell."""
    console = Console()
    chromium = find_or_install_chromium()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "site"
        out.mkdir()
        with served(out, AsAHost) as address:
            site = build(ROOT, address)
            publish(site.files, out)
            found = {
                page: _scores(urljoin(address, page), chromium, console) for page in _pages(site)
            }
    missed = _tell_scores(found, console) + _tell_weights(site, console)
    if missed:
        console.print(f"Below what is asked: {', '.join(missed)}.")
    return 1 if missed else 0


def _pages(site: BuiltSite) -> list[str]:
    """The home page, the first model's, the first task's, and the two that scripts fill."""
    first = (
        next(page for page in site.html if page.startswith(folder) and page.count("/") == 2)
        for folder in ("models/", "tasks/")
    )
    return ["", *(page.removesuffix("index.html") for page in first), "choose/", "compare/"]


def _scores(url: str, chromium: Path, console: Console) -> Scores:
    """Lighthouse's scores of a page; where the performance is low, the median of three runs."""
    runs = [_run(url, chromium, console)]
    while runs[0]["performance"] < ASKED["performance"] and len(runs) < RUNS:
        runs.append(_run(url, chromium, console))
    return {category: round(median(run[category] for run in runs)) for category in ASKED}


def _run(url: str, chromium: Path, console: Console) -> Scores:
    """One run; what costs points is told."""
    report = _report(url, chromium)
    console.print(f"{url}: {_timings(report)}")
    for category in report["categories"].values():
        for ref in category["auditRefs"]:
            audit = report["audits"][ref["id"]]
            if ref["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                console.print(f"  {audit['title']} {audit.get('displayValue', '')}", markup=False)
    return {name: round(100 * c["score"]) for name, c in report["categories"].items()}


def _report(url: str, chromium: Path) -> Any:
    """What Lighthouse finds out about a page, as on a phone."""
    command = [
        *node_command(),
        str(LIGHTHOUSE),
        url,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(ASKED)}",
        f"--chrome-flags=--headless=new {' '.join(LAUNCH_ARGS)}",
    ]
    environment = os.environ | {"CHROME_PATH": str(chromium)}
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=LIMIT_S, env=environment)
    if done.returncode:
        raise SystemExit(f"Lighthouse ended with {done.returncode} on {url}; it says why above.")
    return json.loads(done.stdout)


def _timings(report: Any) -> str:
    shown = (f"{label} {report['audits'][name]['displayValue']}" for name, label in TIMINGS.items())
    return ", ".join(shown)


def _tell_scores(found: Mapping[str, Scores], console: Console) -> list[str]:
    table = Table("page", *ASKED)
    missed = []
    for page, scores in found.items():
        table.add_row(page or "home", *(str(scores[name]) for name in ASKED))
        missed += [f"{name} of {page or 'home'}" for name in ASKED if scores[name] < ASKED[name]]
    table.add_row("at least", *map(str, ASKED.values()), style="dim")
    console.print(table)
    return missed


def _tell_weights(site: BuiltSite, console: Console) -> list[str]:
    table = Table("weight, compressed", "kB", "at most")
    for weight in (found := weights(site)):
        table.add_row(weight.what, f"{weight.size / KB:.1f}", f"{weight.limit / KB:.0f}")
    console.print(table)
    return [weight.what for weight in found if weight.size > weight.limit]


if __name__ == "__main__":
    sys.exit(main())
