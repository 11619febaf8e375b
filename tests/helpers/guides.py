"""Acts out the commands of a guide: ours in this process, which has read all modules already."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from site_builder.commands import main

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
"""A block of code in a guide: its language and its text."""
_OURS = re.compile(r"^(leaderboard-site|cd) (.*)\n", re.MULTILINE)


def act(script: str) -> str:
    """Run a script in the current folder; each command must succeed. Return what they say."""
    said, rest = "", script
    while found := _OURS.search(rest):
        before, rest = rest[: found.start()], rest[found.end() :]
        said += _run_others(before)
        words = shlex.split(found[2], comments=True)
        if found[1] == "cd":
            os.chdir(*words)
        else:
            done = CliRunner().invoke(main, words)
            assert 0 == done.exit_code, done.output
            said += done.output
    return said + _run_others(rest)


def _run_others(script: str) -> str:
    if not script.strip():
        return ""
    bash = ["bash", "--noprofile", "--norc", "-ec", script]
    done = subprocess.run(bash, capture_output=True, text=True)
    assert 0 == done.returncode, done.stderr
    return done.stdout


def stand_in(address: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let Git find the repositories of an address in a folder, and commit as somebody."""
    (folder / "gitconfig").write_text(
        f'[user]\n\tname = A\n\temail = a@example.org\n[url "{folder}/"]\n\tinsteadOf = {address}\n'
    )
    patch.setenv("GIT_CONFIG_GLOBAL", str(folder / "gitconfig"))
