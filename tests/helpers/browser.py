"""Where the tests find Chromium, or how they get one."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

# They have no windows, and load pages in a fifth less time.
SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
MACOS_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

START_LIMIT_S = 60
DOWNLOAD_LIMIT_S = 600

# The pages below the address bar cost each window half a second of CPU. The rest is what Playwright
# switches off, whose list this one replaces.
_DISABLED_FEATURES = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
)

# No sandbox: containers run as root. No background traffic: the tests count requests.
LAUNCH_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_DISABLED_FEATURES)}",
)


class ChromiumNotFoundError(RuntimeError):
    """One place had no Chromium, or none had one; the message says why."""


def find_or_install_chromium() -> Path:
    """A Chromium that starts: the one in $CHROMIUM, else the first found, else one installed.

    Only one process at a time looks, so that two pytest workers do not install at once.

    Raises:
        ChromiumNotFoundError: there is none and none can be installed; it says all reasons.
    """
    if asked_for := os.environ.get("CHROMIUM"):
        return _that_starts(Path(asked_for))
    reasons = ["none is Playwright's own, on the PATH or among the macOS applications"]
    with _one_process_at_a_time():
        for commands in _ways_to_install():
            try:
                for command in commands:
                    _run(command, DOWNLOAD_LIMIT_S)
            except ChromiumNotFoundError as error:
                reasons.append(str(error))
            for path in _those_there():
                try:
                    return _that_starts(path)
                except ChromiumNotFoundError as error:
                    reasons.append(str(error))
    raise ChromiumNotFoundError(
        "No Chromium to test with; set CHROMIUM to the path of one.\n- " + "\n- ".join(reasons)
    )


def _ways_to_install() -> Iterator[list[list[str]]]:
    """The commands of each; the first installs nothing."""
    yield []
    yield [[sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        yield [["apt-get", "update"], ["apt-get", "install", "-y", SHELLS[0]]]
        yield [["apt-get", "install", "-y", COMMANDS[0]]]


def _those_there() -> list[Path]:
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    shells = [*_shells_beside(own), *_on_the_path(SHELLS)]
    others = [own, *_on_the_path(COMMANDS), *map(Path, MACOS_APPS)]
    return [path for path in (*shells, *others) if path.exists()]


def _shells_beside(own: Path) -> Iterator[Path]:
    """Playwright's shell, of the same revision as its Chromium, `chromium-1255/chrome-linux/…`."""
    for folder in own.parents:
        if (revision := folder.name.removeprefix("chromium-")) != folder.name:
            shell = f"chromium_headless_shell-{revision}"
            yield from folder.parent.glob(f"{shell}/*/*headless?shell")  # with "-" or with "_"


def _on_the_path(commands: Sequence[str]) -> list[Path]:
    return [Path(path) for command in commands if (path := shutil.which(command))]


def _that_starts(path: Path) -> Path:
    # Ubuntu's chromium-browser without its snap, and a browser without its libraries, are there
    # and do not run.
    _run([str(path), "--version"], START_LIMIT_S)
    return path


def _run(command: list[str], limit_s: float) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(
            command,
            check=True,
            timeout=limit_s,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except subprocess.CalledProcessError as error:
        last_lines = "\n".join(error.output.strip().splitlines()[-5:])
        said = last_lines or f"exit code {error.returncode}"
        raise ChromiumNotFoundError(f"`{' '.join(command)}` failed: {said}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ChromiumNotFoundError(f"`{' '.join(command)}` failed: {error}") from error


@contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    with (Path(sys.prefix) / ".chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released when the file closes
        yield


if __name__ == "__main__":
    sys.stdout.write(f"Chromium for the tests: {find_or_install_chromium()}\n")
