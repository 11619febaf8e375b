import json
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")
NPM_FOLDERS = ("", "audit/", "tests/types/")
LOCKS = (*REQUIREMENTS, *(f"{folder}package-lock.json" for folder in NPM_FOLDERS))


def read_entries(name: str) -> dict[str, str]:
    """Each pinned requirement of a file, and the text of its hashes."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    return {entry.partition("\\")[0].strip(): entry.partition("\\")[2] for entry in entries}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_and_hashed(name):
    entries = read_entries(name)
    assert entries
    for requirement, hashes in entries.items():
        (specifier,) = Requirement(requirement).specifier
        assert specifier.operator == "=="
        assert "--hash=sha256:" in hashes


def test_dev_requirements_hold_the_runtime_ones():
    assert read_entries("requirements.txt").items() <= read_entries("requirements-dev.txt").items()


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_place_to_download_from(name):
    text = (ROOT / name).read_text()
    assert '"resolved"' not in text
    assert not re.search(r"index-url|find-links|file:|^-|@ ", text, re.MULTILINE)


@pytest.mark.parametrize("folder", NPM_FOLDERS)
def test_npm_lock_belongs_to_package_json(folder):
    """Front-end packages are pinned to one version each, the same in both files, and hashed."""
    wanted = json.loads((ROOT / f"{folder}package.json").read_text())["devDependencies"]
    locked = json.loads((ROOT / f"{folder}package-lock.json").read_text())["packages"]
    assert wanted == {name: locked[f"node_modules/{name}"]["version"] for name in wanted}
    assert all("integrity" in locked[f"node_modules/{name}"] for name in wanted)
