import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())

each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)


def test_there_are_workflows_to_check():
    """Both workflows are where the tests below look for them."""
    assert ["ci.yml", "pages.yml"] == [workflow.name for workflow in WORKFLOWS]


@each_workflow
def test_workflow_follows_githubs_schema(workflow):
    """A workflow has only the keys that GitHub knows, by the schema that check-jsonschema ships."""
    check = [sys.executable, "-m", "check_jsonschema"]
    schema = ["--builtin-schema", "vendor.github-workflows"]
    result = subprocess.run([*check, *schema, workflow], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@each_workflow
def test_workflow_grants_nothing_to_all_jobs(workflow):
    """Every permission is given to the one job that needs it."""
    content = YAML(typ="safe").load(workflow)
    assert content["permissions"] == {}
    assert all("permissions" in job for job in content["jobs"].values())


@each_workflow
def test_actions_are_pinned_by_commit_hash(workflow):
    """A tag can be moved to other code, a hash cannot; the comment says which release it is."""
    uses = re.findall(r"^.*\buses:.*$", workflow.read_text(), re.MULTILINE)
    pinned = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
    assert uses
    assert [] == [line for line in uses if not pinned.search(line)]
