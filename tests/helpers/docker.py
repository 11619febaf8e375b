"""Acts out a Dockerfile: its commands as they are, a folder in place of the image.

The base image has Python and what the tests have. `/home/user` is a folder of the test.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

_IGNORED = ("FROM", "USER", "EXPOSE")


def build_image(source: Path, image: Path, env: Mapping[str, str]) -> tuple[list[str], Path]:
    """Build the image of a folder; return the command that it runs, and where."""
    env, workdir, command = {**env, "HOME": str(image)}, image, list[str]()
    text = (source / "Dockerfile").read_text(encoding="utf8").replace("/home/user", str(image))
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", "")
    for name, rest in (line.split(" ", 1) for line in text.splitlines()):
        if name == "WORKDIR":
            workdir = Path(rest)
        elif name == "ENV":
            key, value = rest.replace('"', "").split("=", 1)
            env[key] = value.replace(f"${key}", env[key])
        elif name == "COPY":
            _copy(source, workdir, *rest.removeprefix("--chown=user ").split())
        elif name == "RUN":
            done = subprocess.run(
                ["sh", "-ec", rest], cwd=workdir, env=env, capture_output=True, text=True
            )
            assert 0 == done.returncode, rest + done.stdout + done.stderr
        elif name == "CMD":
            command = json.loads(rest)
        else:
            assert name in _IGNORED, name
    return command, workdir


def _copy(source: Path, workdir: Path, name: str, to: str) -> None:
    if (source / name).is_dir():
        shutil.copytree(source / name, workdir / to, dirs_exist_ok=True)
    else:
        shutil.copy(source / name, workdir / to)
