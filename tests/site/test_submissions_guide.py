"""docs/submissions.md, acted out: two authors hand in an entry, and both are published."""

import re
import shlex
import shutil
from pathlib import Path

from click.testing import CliRunner

from site_builder.commands import main
from tests.helpers.sites import ROOT
from tests.helpers.workflows import git

GUIDE = (ROOT / "docs/submissions.md").read_text(encoding="utf8")
SCORES = (
    "model,task,score\nold,verified,40.5\nold,lite,50.5\nolder,verified,30.5\nolder,lite,20.5\n"
)
WHO = ("-c", "user.name=A", "-c", "user.email=a@example.org")


def command(name: str) -> list[str]:
    """The arguments of a command of the guide."""
    (line,) = re.findall(rf"^leaderboard-site {name}\b.*$", GUIDE, re.MULTILINE)
    return shlex.split(line)[1:]


def run(*args: str) -> str:
    done = CliRunner().invoke(main, args)
    assert 0 == done.exit_code, done.output
    return done.output


def commit(folder: Path, branch: str) -> None:
    git(folder, "add", "--all")
    git(folder, *WHO, "commit", "--quiet", "--message", branch)
    git(folder, "push", "--quiet", "origin", f"HEAD:{branch}")


def make_board(origin: Path) -> Path:
    """A board in a repository on a host, which is a bare one."""
    Path("scores.csv").write_text(SCORES, encoding="utf8")
    run("init", "my-board", "--from", "scores.csv", "--percent", "--higher-is-better")
    git(origin.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    git(Path("my-board"), "init", "--quiet", "--initial-branch=main")
    git(Path("my-board"), "remote", "add", "origin", str(origin))
    commit(Path("my-board"), "main")
    return Path("my-board")


def test_two_authors_hand_in_an_entry(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    board = make_board(origin := tmp_path / "origin.git")
    (path,) = re.findall(r"^`(data/submissions/\S+\.yaml)`:$", GUIDE, re.MULTILINE)
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    Path("results").mkdir()
    Path("results/r.csv").write_text("model,task,score\nx,verified,61.5\nx,lite,62.5\n")
    for author in ("one", "two"):
        git(tmp_path, "clone", "--quiet", str(origin), "changed")
        changed = Path("changed")
        if author == "two":  # with `submit`; the other writes the file of the guide
            said = [arg.replace("my-board", "changed") for arg in command("submit")]
            run(*said, "--percent")
        else:
            place = changed / path.replace("acme", author)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(example.replace("acme", author).replace("Coder", author.title()))
        run(*(arg.replace("board/", "my-board/") for arg in command("review")))
        assert "**1st of 3**" in Path("review/comment.md").read_text(encoding="utf8")
        commit(changed, author)
        shutil.rmtree("changed")
        shutil.rmtree("review")

    for author in ("one", "two"):
        git(board, *WHO, "fetch", "--quiet", "origin", author)
        git(board, *WHO, "merge", "--quiet", "--no-edit", "FETCH_HEAD")
    monkeypatch.chdir(board)
    run(*command("check"))
    run("deploy")
    published = git(tmp_path, "--git-dir", str(origin), "show", "gh-pages:models/index.html")
    assert all(name in published for name in ("One 32B", "acme/coder-32b"))
