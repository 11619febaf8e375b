"""The command line: what it says, where, and with which exit code."""

import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner, Result

from site_builder.build import make_files
from site_builder.commands import main
from site_builder.config import load_config
from tests.helpers.sites import ROOT, contents

PYTHON = [sys.executable, "-m", "site_builder"]
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LIMIT_S = 60


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def add_warning(project: Path) -> str:
    """Make the project odd; returns the line that is printed for it."""
    (project / "data/content").mkdir(exist_ok=True)
    (project / "data/content/abuot.md").touch()
    return "warning: data/content/abuot.md: no page shows this file. Did you mean 'about'?"


def test_help_names_every_command():
    said = run("--help")
    assert 0 == said.exit_code
    assert sorted(main.commands) == re.findall(r"^  (\w+)  +[A-Z].*\.$", said.stdout, re.MULTILINE)
    assert said.stdout == run("-h").stdout


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_explains_itself(name):
    """A sentence of its own, one for each option, and an example that is a call of it."""
    command = main.commands[name]
    assert isinstance(command, click.Command)
    said = run(name, "--help")
    assert 0 == said.exit_code
    assert command.help is not None
    assert command.help.splitlines()[0] in said.stdout
    program, called, *args = said.stdout.partition("Example:")[2].split()
    assert ("leaderboard-site", name) == (program.replace("_", "-"), called)
    command.make_parser(click.Context(command)).parse_args(args)
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert [] == [option.name for option in options if not option.help and option.name != "help"]
    assert [] == [flag for option in options for flag in option.opts if flag not in said.stdout]


def test_build(project):
    """Exit code 0, the stages, and where the site is; it goes into `site/` of the project."""
    said = run("build", "--project", project)
    assert 0 == said.exit_code
    *stages, summary, hint = said.stderr.splitlines()
    assert [
        "Reading and checking the tables",
        "Computing",
        "Making the pages",
        "Publishing",
    ] == [re.sub(r"  +\d+\.\d s$", "", stage).strip() for stage in stages]
    files = contents(project / "site")
    pages = sum(path.endswith(".html") for path in files)
    size = sum(map(len, files.values())) / 1e6
    place = project / "site"
    n = len(files)
    expected = (
        f"{pages} pages, {n} files, {size:.1f}\N{NO-BREAK SPACE}MB in {place} ({n} changed), "
    )
    assert expected == re.sub(r"\d+\.\d s\.$", "", summary)
    serve = f"leaderboard-site serve --project {project}"
    assert f"Open {place / 'index.html'}, or run `{serve}`." == hint


def test_build_uses_no_network(project, monkeypatch):
    """Nor does a check, with link previews and every address that a project can state."""
    asked = []
    for name in ("connect", "connect_ex", "sendto", "sendmsg"):
        monkeypatch.setattr(socket.socket, name, lambda *given: asked.append(given))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **_: asked.append(given))
    links = "".join(f'{key} = "https://example.org/"\n' for key in ("base_url", "repository"))
    (project / "site.toml").write_text(f"[site]\n{links}")
    for command in ("check", "build"):
        assert 0 == run(command, "--project", project).exit_code
    assert [] == asked


def test_check(project):
    before = contents(project)
    said = run("check", "--project", project)
    assert 0 == said.exit_code
    assert "No faults." == said.stderr.splitlines()[-1]
    assert before == contents(project)
    assert not (project / "site").exists()


@pytest.mark.parametrize("command", ["build", "check"])
def test_strict(project, command):
    """A warning stops the build as an error does; without `--strict` it does not."""
    warning = add_warning(project)
    assert 0 == run(command, "--project", project).exit_code
    said = run(command, "--project", project, "--strict", "--quiet")
    assert 1 == said.exit_code
    assert [warning, "1 warning; nothing was written."] == said.stderr.splitlines()


def pages_of(folder: Path) -> list[str]:
    """The addresses of the pages that search engines should know, from the root of the site."""
    pages = [path for path in contents(folder) if path.endswith(".html") and path != "404.html"]
    return sorted(path.removesuffix("index.html") for path in pages)


def test_base_url(project):
    base_url = "https://example.org/board"
    assert 0 == run("build", "--project", project, "--base-url", base_url).exit_code
    files = contents(project / "site")
    base = "https://example.org/board/"
    tree = ElementTree.fromstring(files["sitemap.xml"])
    assert f"{SITEMAP}urlset" == tree.tag
    locations = [found.text or "" for found in tree.iter(f"{SITEMAP}loc")]
    listed = [
        page
        for page in pages_of(project / "site")
        if page != "categories/" and not page.startswith("embed/")
    ]
    assert [base + page for page in listed] == sorted(locations)
    for page in listed:
        file = f"{page}index.html"
        assert [base + page] == re.findall(
            r'<link rel="canonical" href="([^"]*)">', files[file].decode()
        )
    unlisted = ["404.html", *(path for path in files if path.startswith("embed/"))]
    assert len(unlisted) > 1
    assert [] == [path for path in unlisted if b'rel="canonical"' in files[path]]
    assert (
        f"User-agent: *\nAllow: /\n\nSitemap: {base}sitemap.xml\n".encode() == files["robots.txt"]
    )


@pytest.fixture
def served(project: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The address of a served project, and the process that serves it."""
    command = [*PYTHON, "serve", "--project", str(project), "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.fullmatch(r"(http://\S+) \(Ctrl-C ends it\)\n", line)
            assert found is not None, line
            yield found[1], process
        finally:
            process.kill()
            process.wait(LIMIT_S)


def said_until(process: "subprocess.Popen[str]", end: str) -> list[str]:
    """What a process says on stderr, up to a line that begins like this."""
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(re.sub(r" +\d+\.\d s", "", line.rstrip()))
        if line.startswith(end):
            return lines
    raise AssertionError(lines)


def test_serve(served, project):
    """On this machine only, the bytes of a build, with what is wrong and mended, until Ctrl-C."""
    address, process = served
    assert "127.0.0.1" == urlsplit(address).hostname
    files, _ = make_files(load_config(project))
    for path in (path for path in files if not path.endswith(".html")):
        with urllib.request.urlopen(address + quote(path), timeout=LIMIT_S) as answer:
            assert files[path] == answer.read()
    stages = ["  Reading and checking the tables", "  Computing", "  Making the pages"]
    assert [*stages, "Built in."] == said_until(process, "Built")
    (project / ".new").write_text("[sit]")
    (project / ".new").replace(project / "site.toml")
    assert [
        "site.toml changed.",
        "site.toml: unknown section 'sit'. Did you mean 'site'?",
        "1 error; the browser shows what is wrong over the last good site.",
    ] == said_until(process, "1 error")
    (project / "site.toml").unlink()
    assert ["site.toml changed. Built in."] == said_until(process, "site.toml changed")
    process.send_signal(signal.SIGINT)
    assert 0 == process.wait(LIMIT_S)
    assert "" == process.stderr.read().strip()
    assert not (project / "site").exists()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=LIMIT_S)


def test_serve_a_project_that_is_at_fault(project, monkeypatch):
    (project / "data/results.parquet").unlink()

    def end(root: Path, before: object, stop: object) -> Iterator[list[Path]]:
        raise KeyboardInterrupt

    monkeypatch.setattr("site_builder.devserver.server.watch", end)
    said = run("serve", "--project", project, "--port", 0)
    assert 0 == said.exit_code
    assert "1 error; the browser shows what is wrong." == said.stderr.splitlines()[-2]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/ \(Ctrl-C ends it\)\n", said.stdout)


def test_serve_names_what_changed(project, monkeypatch):
    def one_change(root: Path, before: object, stop: object) -> Iterator[list[Path]]:
        yield [root.resolve() / "site.toml", Path("/elsewhere/a\x1b.html")]
        raise KeyboardInterrupt

    monkeypatch.setattr("site_builder.devserver.server.watch", one_change)
    said = run("serve", "--project", project, "--port", 0)
    assert r"site.toml and /elsewhere/a\x1b.html changed. Built in" in said.stderr


# --- the console ----------------------------------------------------------------------------------


def test_a_project_that_needs_too_much_memory(project, monkeypatch):
    """As where a workflow limits it: one line, and the published site stays."""

    def allocate(*_args: object, **_options: object) -> None:
        raise MemoryError

    monkeypatch.setattr("site_builder.build.make_files", allocate)
    said = run("check", "--project", project)
    lines = ["There is not enough memory.", "1 error; nothing was written."]
    assert (1, lines) == (said.exit_code, said.stderr.splitlines())


@pytest.mark.parametrize(
    ("package", "what", "args"),
    [
        ("duckdb", "`aggregate`", ["aggregate", "rows"]),
        (
            "tokenizers",
            "tokenizer.json: a tokenizer.json",
            ["profile", "sets", "--tokenizer", "tokenizer.json"],
        ),
    ],
)
def test_a_command_that_needs_an_extra_says_which(tmp_path, monkeypatch, package, what, args):
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    monkeypatch.chdir(tmp_path)
    Path("tokenizer.json").write_text("{}")
    said = run(*args, "--into", "board")
    assert 1 == said.exit_code
    assert [
        f"{what} needs the package {package}, which is not installed. "
        f"Install it: pip install {package}.",
        "1 error; nothing was written.",
    ] == said.stderr.splitlines()
