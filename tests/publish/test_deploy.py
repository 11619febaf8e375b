"""`leaderboard-site deploy`: to a branch of a bare repository beside it, and what is refused."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from site_builder import __version__
from site_builder.build import load_project
from site_builder.errors import SiteError
from site_builder.publish import git_branch
from site_builder.publish.folder import publish, verify_site
from site_builder.publish.git_branch import push_site
from site_builder.render.pages import find_domain_faults
from tests.commands.test_cli import run
from tests.helpers.published import NEW_SITE, SITE
from tests.helpers.sites import contents
from tests.helpers.tables import SITE_TOML, board, results_frame, write_project
from tests.helpers.workflows import git

GH_PAGES = "refs/heads/gh-pages"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Git as on a new machine, where nobody can be asked for a password."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "A Publisher")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "publisher@example.org")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    return tmp_path / "remote.git"


@pytest.fixture
def root(project: Path, remote: Path) -> Path:
    """The fixture board in a repository of its own, committed, with the bare one as its remote."""
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "remote", "add", "origin", str(remote))
    (project / ".gitignore").write_text("/site/\n", encoding="utf8")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "The board")
    return project


@pytest.fixture
def site(tmp_path: Path) -> Path:
    publish(SITE, tmp_path / "small")
    return tmp_path / "small"


def deploy(root: Path, *options: str) -> tuple[int, list[str]]:
    """Exit code and lines; nothing goes to stdout."""
    said = run("deploy", "--project", root, "--quiet", *options)
    assert "" == said.stdout
    return said.exit_code, said.stderr.splitlines()


def published(remote: Path, to: Path) -> Path:
    """The branch of the site as a host would have it."""
    git(remote.parent, "clone", "--quiet", "--branch", "gh-pages", str(remote), str(to))
    (to / ".git").rename(to.with_suffix(".git"))
    return to


def commits(remote: Path) -> list[str]:
    """The subjects of the branch's commits, the newest first."""
    return git(remote, "log", "--format=%s", GH_PAGES).splitlines()


def test_the_branch_holds_the_site_and_nothing_else(root, remote, tmp_path):
    """Byte for byte, the files that begin with a dot too: a copy that `verify` finds whole.

    The sources stay as they are, and Git's settings: no password is stored in them.
    """
    settings = (root / ".git/config").read_bytes()
    before = git(root, "rev-parse", "HEAD"), git(root, "branch"), git(root, "ls-files", "--stage")
    said = run("deploy", "--project", root)
    assert 0 == said.exit_code
    commit = git(remote, "rev-parse", GH_PAGES)
    assert f"origin/gh-pages is at commit {commit[:10]}." == said.stderr.splitlines()[-1]
    copy = published(remote, tmp_path / "copy")
    assert contents(root / "site") == contents(copy)
    assert () == verify_site(copy)
    assert b"" == (copy / ".nojekyll").read_bytes()
    message = f"The site, built by leaderboard-site {__version__}"
    assert message == git(remote, "log", "--format=%B", GH_PAGES)
    assert "A Publisher" == git(remote, "log", "--format=%an", GH_PAGES)
    assert "" == git(root, "status", "--porcelain")
    after = git(root, "rev-parse", "HEAD"), git(root, "branch"), git(root, "ls-files", "--stage")
    assert (before, settings) == (after, (root / ".git/config").read_bytes())


def test_the_releases_on_the_branch_are_carried_on(root, remote, tmp_path):
    """Also without the output folder, as on another machine."""
    for day in ("2024-01-01", "2025-01-01", "2026-01-01"):
        shutil.rmtree(root / "site", ignore_errors=True)
        toml = SITE_TOML.replace("[site]", f"[site]\nreleased = {day}")
        frames = {**board(), "results": results_frame().assign(source=f"https://a.org/{day}")}
        write_project(root, frames, toml)
        assert (0, []) == deploy(root)
    copy = published(remote, tmp_path / "copy")
    listed = json.loads((copy / "api/v1/releases.json").read_bytes())["releases"]
    assert ["2025-01-01", "2024-01-01"] == [release["date"] for release in listed]
    assert all((copy / release["path"]).is_file() for release in listed)


def test_the_domain_set_at_the_host_remains(root, remote, site):
    """GitHub writes it into the branch as `CNAME`; everything else of the branch is the site's.

    The same site makes no commit.
    """
    push_site(site, root, "origin", "gh-pages", "The first")
    clone = published(remote, root.parent / "clone")
    (clone.with_suffix(".git")).rename(clone / ".git")
    (clone / "CNAME").write_text("board.example.org\n", encoding="utf8")
    (clone / "stray.txt").write_text("by hand", encoding="utf8")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message", "Create CNAME")
    git(clone, "push", "--quiet")
    publish(NEW_SITE, site)
    commit, is_new = push_site(site, root, "origin", "gh-pages", "The second")
    assert (git(remote, "rev-parse", GH_PAGES), True) == (commit, is_new)
    found = git(remote, "ls-tree", "-r", "--name-only", GH_PAGES).splitlines()
    assert sorted([*contents(site), "CNAME"]) == sorted(found)
    assert (commit, False) == push_site(site, root, "origin", "gh-pages", "The same")
    assert ["The second", "Create CNAME", "The first"] == commits(remote)


def domain_faults(root: Path, text: str, base_url: str | None = None) -> list[str]:
    (root / "CNAME").write_text(text, encoding="utf8")
    return [f"{f.severity} {f}" for f in find_domain_faults(load_project(root, base_url))]


def test_what_is_no_domain(root, remote):
    fix = "Write the domain and nothing else, such as board.example.org."
    for text in ("a.example.org\nb.example.org", "", "https://board.example.org"):
        line = f"CNAME: {text!r} is not a domain. {fix}"
        assert [f"error {line}"] == domain_faults(root, text)
    assert line == refused(root)
    assert "" == git(remote, "branch")


def test_a_domain_that_is_not_the_address_of_the_site(root):
    what = "it says board.example.org, but the address of the site is https://o.github.io/b/"
    line = f"warning CNAME: {what}. Change base_url, or this file."
    assert [line] == domain_faults(root, "board.example.org", "https://o.github.io/b/")


def test_the_bytes_are_the_sites(root, remote, site):
    """Whatever the machine does to line ends and which files it ignores."""
    git(root, "config", "--global", "core.autocrlf", "true")
    git(root, "config", "--global", "core.excludesFile", str(root.parent / "ignored"))
    git(root, "config", "--global", "core.attributesFile", str(root.parent / "attributes"))
    (root.parent / "ignored").write_text("*\n", encoding="utf8")
    (root.parent / "attributes").write_text("* text eol=crlf ident\n", encoding="utf8")
    files = {**SITE, "crlf.txt": b"a\r\nb\n$Id: x$\r\n"}
    publish(files, site)
    push_site(site, root, "origin", "gh-pages", "As it is")
    for path, content in files.items():
        shown = subprocess.run(
            ["git", "show", f"{GH_PAGES}:{path}"], cwd=remote, capture_output=True, check=True
        )
        assert content == shown.stdout, path


def refused(root: Path, *options: str) -> str:
    """The one line that says why; exit code 1."""
    code, lines = deploy(root, *options)
    assert 1 == code
    assert "1 error; nothing was pushed." == lines[-1]
    assert 2 == len(lines), lines
    return lines[0]


def not_pushed(root: Path, site: Path, remote: str = "origin", branch: str = "gh-pages") -> str:
    """The one line that says why a site is not pushed."""
    with pytest.raises(SiteError) as error:
        push_site(site, root, remote, branch, "Never")
    return str(error.value)


def test_a_remote_that_there_is_not(root):
    expected = "--remote: the repository has no remote 'upstream'. Known remotes: origin."
    assert expected == refused(root, "--remote", "upstream")
    git(root, "remote", "remove", "origin")
    assert (
        "--remote: the repository has no remote 'origin'. Add it: git remote add origin ADDRESS."
        == refused(root)
    )
    # Nothing was built for it.
    assert not (root / "site").exists()


def test_the_branch_of_the_sources(root, remote, site):
    assert (
        "--branch: 'main' is checked out, and the site would replace its files. "
        "Use a branch for the site, such as gh-pages."
    ) == not_pushed(root, site, branch="main")
    assert "" == git(remote, "branch")


def test_a_branch_of_something_else(root, remote, site):
    git(root, "push", "--quiet", "origin", "main:docs")
    before = git(remote, "rev-parse", "docs")
    assert (
        "origin/docs: the branch holds something that leaderboard-site did not build. "
        "Choose another, or delete it on the remote."
    ) == not_pushed(root, site, branch="docs")
    assert before == git(remote, "rev-parse", "docs")


def test_a_branch_that_git_cannot_read(root, remote, site):
    push_site(site, root, "origin", "gh-pages", "One")
    git(root, "fetch", "--quiet", "origin", "gh-pages")
    blob = git(root, "rev-parse", "FETCH_HEAD:manifest.json")
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(SiteError, match="git says: "):
        push_site(site, root, "origin", "gh-pages", "Two")


@pytest.mark.parametrize("name", ["a b", "@{-1}", "", "-x", "--upload-pack=x", "HEAD"])
def test_a_name_that_no_branch_can_have(root, remote, site, name):
    """Nor one that Git takes for an option wherever somebody names it."""
    expected = f"--branch: {name!r} cannot be a branch. Choose another name."
    assert expected == not_pushed(root, site, branch=name)
    assert "" == git(remote, "branch")


def test_a_remote_that_is_named_like_an_option(root, remote, site):
    """Its name is in the settings of the repository."""
    name = f"--upload-pack=touch {root / 'ran'}"
    git(root, "config", f"remote.{name}.url", str(remote))
    expected = f"--remote: the repository has no remote {name!r}. Known remotes: origin."
    assert expected == not_pushed(root, site, remote=name)
    assert not (root / "ran").exists()


def test_a_remote_that_cannot_be_reached(root, remote, site):
    remote.rename(remote.with_name("gone.git"))
    said = not_pushed(root, site)
    assert said == (
        f"origin/gh-pages: git says: '{remote}' does not appear to be a git repository. "
        "Check the address: git remote -v."
    )


def test_a_push_that_came_between(root, remote, site, monkeypatch):
    """Another's commit is not taken away: the push is refused, as it is no fast-forward."""
    first, _ = push_site(site, root, "origin", "gh-pages", "The first")
    publish(NEW_SITE, site)
    push_site(site, root, "origin", "gh-pages", "Theirs")
    publish({**SITE, "ours.txt": b"ours"}, site)
    monkeypatch.setattr(git_branch, "_fetch", lambda *_: first)
    said = not_pushed(root, site)
    assert "git says: ! [rejected] " in said
    assert said.endswith(". Somebody else has pushed. Deploy again.")
    assert ["Theirs", "The first"] == commits(remote)


def test_no_git_at_all(root, monkeypatch):
    monkeypatch.setenv("PATH", str(root))
    assert "git is not installed, or not on the PATH. Install it to deploy to a branch." == refused(
        root
    )
