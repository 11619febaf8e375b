"""`make smoke`: what a new user does, from the wheel to the home page in a browser.

The wheel is that in $WHEEL, or one of these sources. Needs a network. At the first step that fails,
it prints what the command of the step said, and exits with 1.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.helpers.browser import LAUNCH_ARGS, ChromiumNotFoundError, find_or_install_chromium
from tests.helpers.browsing import Heard
from tests.helpers.serve import served
from tests.helpers.sites import ROOT
from tests.helpers.wheel import find_or_build_wheel

SCORES = ROOT / "tests/data/harnesses/tables/open_asr.csv"
FIRST = "CohereLabs/cohere-transcribe-03-2026"
"""The model that has the lowest mean word error rate of them."""
LIMIT_S = 600


class FailedStepError(Exception):
    """A step failed; the message is what its command said."""


def main() -> int:
    """Take all steps in a folder of their own."""
    began = time.perf_counter()
    with TemporaryDirectory(prefix="smoke-") as scratch:
        folder = Path(scratch)
        try:
            scripts = install(folder)
            site = make_site(folder, scripts)
            say("Open the home page in a browser")
            path = find_or_install_chromium()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=path, args=LAUNCH_ARGS)
                look_at(site, FIRST, browser)
        except (FailedStepError, ChromiumNotFoundError, BrowserError) as error:
            sys.stdout.write(f"This step failed:\n{error}\n")
            return 1
    sys.stdout.write(f"All of it works, after {time.perf_counter() - began:.0f} s.\n")
    return 0


def install(folder: Path) -> Path:
    """Install the wheel where there is nothing else; return the folder of its commands.

    Raises:
        FailedStepError: It cannot be built or installed, or needs what requirements.txt lacks.
    """
    say("Build the wheel")
    try:
        wheel = find_or_build_wheel(folder / "dist")
    except RuntimeError as error:
        raise FailedStepError(str(error)) from error

    say(f"Install {wheel.name} into a new environment, with what requirements.txt lists")
    # Those that pip reads stay; no other folder of packages is searched.
    added = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    variables = {name: value for name, value in os.environ.items() if name not in added}
    run([sys.executable, "-m", "venv", "env"], folder, variables)
    scripts = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(scripts / "python"), "-P", "-m", "pip", "--disable-pip-version-check"]
    packages = ["--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / "requirements.txt")]
    run([*pip, "install", "--quiet", *packages], folder, variables)
    run([*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)], folder, variables)

    say("Check that the wheel needs nothing else")
    run([*pip, "check"], folder, variables)
    return scripts


def make_site(folder: Path, scripts: Path) -> Path:
    """Make a site of a table with the installed commands alone; return its folder.

    Raises:
        FailedStepError: A command fails, or `audit` names another model as the first.
    """
    variables = {"PATH": str(scripts), "HOME": str(folder)}
    generator = str(scripts / "leaderboard-site")
    shutil.copy(SCORES, folder / "scores.csv")
    say("leaderboard-site init board --from scores.csv")
    run([generator, "init", "board", "--from", "scores.csv"], folder, variables)
    say("leaderboard-site check --strict")
    run([generator, "check", "--strict"], folder / "board", variables)
    say("leaderboard-site build")
    run([generator, "build"], folder / "board", variables)
    say("leaderboard-site audit scores.csv")
    told = run([generator, "audit", "scores.csv"], folder, variables)
    if f"{FIRST} is first" not in told:
        raise FailedStepError(f"It does not say that {FIRST} is first:\n{told}")
    return folder / "board/site"


def say(step: str) -> None:
    """Print what is done now."""
    sys.stdout.write(f"{step}\n")
    sys.stdout.flush()


def run(command: list[str], folder: Path, variables: Mapping[str, str]) -> str:
    """Return what a command says on stdout and stderr.

    Raises:
        FailedStepError: It fails, or takes too long.
    """
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired as error:
        said = (error.output or b"").decode(errors="replace")
        raise FailedStepError(f"{said}\nIt takes longer than {LIMIT_S} s.") from error
    if done.returncode:
        raise FailedStepError(f"{done.stdout.rstrip()}\nExit code {done.returncode}.")
    return done.stdout


def look_at(site: Path, first: str, browser: Browser) -> None:
    """Open the home page of a site as a static host serves it, and read its first row.

    Raises:
        FailedStepError: The console has an error or a warning, a request fails or goes to another
            host, or the first row is not of the model that should be first.
    """
    heard = Heard()
    with served(site) as home:
        page = browser.new_page()
        for event, listener in heard.listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]
        page.goto(home, wait_until="networkidle")
        row = page.locator("table tbody tr").first.text_content()
        page.close()
    complaints = [*heard.complaints]
    complaints += [f"asked another host: {url}" for url in heard.requests if home not in url]
    if row is None or first not in row:
        complaints.append(f"the first row is not of {first}: {row}")
    if complaints:
        raise FailedStepError("\n".join(complaints))


if __name__ == "__main__":
    sys.exit(main())
