"""Reviews of changes: twenty wrong ones, hostile ones, and what is said of a good one."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from markdown import markdown

from tests.commands.test_cli import run
from tests.helpers.tables import write_project
from tests.helpers.workflows import obeyed

TASKS = "abcdefgh"
MODELS = {"one": 80, "two": 70, "three": 60, "four": 50, "five": 40}
TOML = '[site]\ntitle = "Board"\n[tasks."*"]\nunit = "percent"\nhigher_is_better = true\n'
GOOD = (
    "schema: 1\nmodel: new/model\nname: Newcomer\nscores:\n"
    + "".join(
        f"  {task}: {{ score: {75 + n % 3}, cost_usd: 0.5 }}\n" for n, task in enumerate(TASKS)
    )
    + "date: 2026-11-20\nsource: https://example.org/log\n"
)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Five models on eight tasks, one of them in a submission."""
    root = write_project(tmp_path_factory.mktemp("base"), {}, TOML)
    rows = [f"{m},{t},{s + i % 3}" for m, s in MODELS.items() for i, t in enumerate(TASKS)]
    (root / "data/results.csv").write_text("\n".join(["model,task,score", *rows, ""]))
    (root / "data/tasks.csv").write_text(
        "\n".join(["task,metric", *(f"{t},accuracy" for t in TASKS)])
    )
    return root


class Proposal:
    """A change of the board, and what is said of it."""

    def __init__(self, base: Path, folder: Path) -> None:
        self.base, self.root, self.out = base, folder / "head", folder / "out"
        shutil.copytree(base, self.root)

    def write(self, name: str, text: str) -> None:
        """Put a file into the change."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8")

    def review(self, *options: str) -> dict[str, Any]:
        """The review of the change, and its comment as `comment`."""
        done = run("review", self.base, self.root, "--out", self.out, *options)
        assert 0 == done.exit_code, done.output
        assert [] == obeyed(done.output)
        found: dict[str, Any] = json.loads((self.out / "review.json").read_text())
        again = run("comment", self.out / "review.json")
        text = (self.out / "comment.md").read_text()
        assert (0, text.strip()) == (again.exit_code, again.output.strip())
        return found | {"comment": text}


@pytest.fixture
def proposal(base, tmp_path):
    return Proposal(base, tmp_path)


def is_plain(comment: str) -> bool:
    """Whether a comment has no link, picture, mention or HTML outside of code."""
    soup = BeautifulSoup(markdown(comment, extensions=["tables"]), "html.parser")
    assert {tag.name for tag in soup.find_all(True)} <= {
        *("p", "strong", "h3", "ul", "li", "code", "table", "thead", "tbody", "tr", "th", "td")
    }
    for code in soup.find_all("code"):
        code.decompose()
    return not any(mark in soup.get_text() for mark in ("@", "http", "www.", "#", "::", "<", "!["))


def test_a_newcomer_learns_its_rank(proposal):
    """And what it costs, and what else moves; the site is there to be looked at."""
    proposal.write("data/submissions/new.yaml", GOOD)
    found = proposal.review()
    assert [] == found["faults"]["rows"]
    (entry,) = found["entries"]
    assert ("Newcomer", True, 2, 6, 8, 8) == tuple(
        entry[key] for key in ("name", "is_new", "rank", "ranked", "scored", "tasks")
    )
    assert "`Newcomer` would be **2nd of 6**" in found["comment"]
    assert "`Cost` `$4`." in found["comment"]
    assert "| `two` | `base` | `2` | `3` |" in found["comment"]
    assert (proposal.out / "site/index.html").is_file()
    assert is_plain(found["comment"])


def test_an_entry_without_scores_is_told_with_the_reason(proposal):
    """Of one setting of a model that has scores in another."""
    proposal.write("data/submissions/a.yaml", f"{GOOD}facets: {{ effort: low }}\n")
    high = "schema: 1\nmodel: new/model\nfacets: { effort: high }\nstatus: pending\n"
    proposal.write("data/submissions/b.yaml", f"{high}reason: queued\n")
    found = proposal.review()
    assert [] == found["faults"]["rows"]
    assert ["Newcomer (low)"] == [entry["name"] for entry in found["entries"]]
    assert "- `Newcomer (high)` is not evaluated yet: `queued`" in found["comment"]
    page = (proposal.out / "site/models/index.html").read_text()
    assert "Newcomer (high)" in page
    assert is_plain(found["comment"])


def test_a_newcomer_learns_whom_it_is_level_with(proposal):
    """As the rank interval of the board has it; scores that differ in both ways tell little."""
    scores = [81, 60, 82, 61, 80, 64, 83, 60]
    proposal.write("data/submissions/new.json", json.dumps({
        "schema": 1, "model": "m", "scores": dict(zip(TASKS, scores, strict=True))}))  # fmt: skip
    found = proposal.review()
    (entry,) = found["entries"]
    assert entry["best"] <= entry["rank"] <= entry["worst"]
    assert f"level with {entry['best']}" in found["comment"]


def without(line: str) -> str:
    return "".join(text for text in GOOD.splitlines(keepends=True) if not text.startswith(line))


# What is proposed, and what is said of which line.
WRONG = {
    "no schema": (without("schema"), ":1", "'schema' is missing"),
    "newer schema": (GOOD.replace("schema: 1", "schema: 9"), ":1", "a newer generator"),
    "no model": (without("model"), ":1", "'model' is missing"),
    "no scores": (without("  "), ":4", "'scores' is missing"),
    "misspelt key": (GOOD.replace("name:", "nam:"), ":3", "Did you mean 'name'?"),
    "unknown key": (GOOD + "team: blue\n", ":15", "A setting stands under `facets`"),
    "misspelt task": (GOOD.replace("  h:", "  hh:"), ":12", "task 'hh' is not in tasks.csv"),
    "score as text": (GOOD.replace("score: 75", "score: high"), ":5", "not a number"),
    "decimal comma": (GOOD.replace("score: 76", "score: '76,5'"), ":6", "not a number"),
    "out of bounds": (GOOD.replace("score: 77", "score: 770"), ":7", "outside its bounds"),
    "no score": (GOOD.replace("score: 75", "sc: 75"), ":5", "has no 'score'"),
    "empty score": (GOOD.replace("  a: { score: 75, cost_usd: 0.5 }", "  a:"), ":5", "is nothing"),
    "negative cost": (GOOD.replace("cost_usd: 0.5", "cost_usd: -1", 1), ":5", "less than 0"),
    "no date": (GOOD.replace("2026-11-20", "last week"), ":13", "not a date"),
    "task twice": (GOOD.replace("  b:", "  a:"), ":6", "stands twice, first in line 5"),
    "listed already": (GOOD.replace("new/model", "two"), ":5", "also data/results.csv:10: two"),
    "unknown badge": (GOOD + "verification: gold\n", ":15", "'self_reported'"),
    "no YAML": (GOOD.replace("model: ", "model: ["), ":3", "is not valid YAML"),
    "tabs": (GOOD.replace("  a:", "\ta:"), ":5", "is not valid YAML"),
    "conflict": (f"<<<<<<< a\n{GOOD}=======\n{GOOD}>>>>>>> b\n", ":2", "is not valid YAML"),
    "two entries": (f"{GOOD}---\n{GOOD}", ":15", "Use a file for each"),
}  # fmt: skip


def test_wrong_submissions_are_told_their_lines(proposal):
    """Twenty at once, each of a model of its own; none is told of what another has."""
    for n, (name, (text, _, _)) in enumerate(WRONG.items()):
        proposal.write(f"data/submissions/{name}.yaml", text.replace("new/model", f"model-{n}"))
    found = proposal.review()
    told = {name: list[str]() for name in WRONG}
    for where, _, message in found["faults"]["rows"]:
        name, _, line = where.removeprefix("data/submissions/").partition(".yaml")
        told[name].append(f"{line}: {message}")
    for name, (_, line, what) in WRONG.items():
        assert any(one.startswith(line) and what in one for one in told[name]), (name, told[name])
        assert f"`data/submissions/{name}.yaml{line}" in found["comment"]
    assert not (proposal.out / "site").exists()
    assert is_plain(found["comment"])


EVIL = "[x](http://evil) ![](http://evil/x.png) @team #1 <img src=x onerror=alert(1)> `|` $x$ "
EVIL += "::set-output name=a::b https://evil www.evil.com ##[error]x"
# Numbers that no float has, or that no rank can be made of, as scores.
ODD = ("1e999", ".nan", "-.inf", "0x1p5", "1_0", "1e-400", "9" * 400, "--1")
NUMBERS = ", ".join(f"{task}: {number}" for task, number in zip(TASKS, ODD, strict=True))


def evil_names(to: Proposal) -> None:
    """A name, a model, a facet and a file that Markdown and a log would obey."""
    text = GOOD.replace("new/model", json.dumps(EVIL)).replace("Newcomer", json.dumps(EVIL))
    to.write("data/submissions/a ![](x) @b.yaml", text + f"facets: {{ {json.dumps(EVIL)}: x }}\n")
    to.write("x\n::error::y.md", "x")


def evil_texts(to: Proposal) -> None:
    """Faults that quote, small files that grow or nest without end, objects, odd numbers."""
    submissions = {
        "a.yaml": f"schema: 1\n{json.dumps(EVIL)}: 1\nmodel: 7\nscores: {{}}\n",
        "b.yaml": "a: &a [x]\n"
        + "".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{('*' + chr(97 + n) + ',') * 9}]\n" for n in range(9)
        ),
        "c.yaml": "x: " + "[" * 100_000,
        "d.json": "[" * 100_000,
        "e.yaml": "#" * 1_000_001,
        "f.yaml": "!!python/object/apply:os.system ['touch owned']",
        "g.yaml": f"schema: 1\nmodel: m\nscores: {{ {NUMBERS} }}\n",
    }
    for name, text in submissions.items():
        to.write(f"data/submissions/{name}", text)


def evil_settings(to: Proposal) -> None:
    """Other settings, templates, texts and workflows, which are listed and not used."""
    to.write("site.toml", TOML.replace("Board", "Taken over").replace("true", "false"))
    to.write("templates/home.html", "{% include '/etc/passwd' %}")
    to.write("data/content/lede.md", "{% for x in range(10**9) %}{% endfor %}")
    to.write(".github/workflows/check.yml", "on: push")
    to.write("site_builder.py", "raise SystemExit('it ran')")
    to.write("static/js/x.js", "alert(1)")
    to.write("data/submissions/new.yaml", GOOD)


def evil_links(to: Proposal) -> None:
    """Links to files of the machine, in place of a table, of a submission and of a folder."""
    (to.root / "data/submissions").mkdir()
    (to.root / "data/submissions/a.yaml").symlink_to("/etc/passwd")
    (to.root / "data/models.csv").symlink_to("/etc/passwd")
    (to.root / "data/submissions/more").symlink_to("/etc")


def evil_folder(to: Proposal) -> None:
    """A folder in place of a table, and of a submission; a name that is no text."""
    to.write("data/models.csv/x", "x")
    to.write("data/submissions/a.yaml/x", "x")
    to.write(f"data/submissions/{os.fsdecode(bytes([255]))}.yaml", GOOD)


def evil_many(to: Proposal) -> None:
    """More faults and files than fit into a comment."""
    for n in range(300):
        to.write(
            f"data/submissions/{n}.yaml", "schema: 1\n" + "x: 1\n" * (n == 0) + f"{EVIL!r}: 1\n"
        )
        to.write(f"docs/{n}.md", EVIL)


def evil_deletion(to: Proposal) -> None:
    """Scores of others that go."""
    text = (to.root / "data/results.csv").read_text()
    kept = [line for line in text.splitlines() if not line.startswith("one,")]
    to.write("data/results.csv", "\n".join(kept))


HOSTILE = {
    evil_names: ["would be **2nd of 6**"],
    evil_texts: ["is not known", "anchor or alias", "it has a tag (!)", "6 levels", "not a number"],
    evil_settings: ["Review these 6 files as code"],
    evil_links: ["`it is a link. Commit the file itself.`"],
    evil_folder: ["Review these 2 files as code"],
    evil_many: ["And"],
    evil_deletion: ["Models removed"],
}


@pytest.mark.parametrize("evil", HOSTILE, ids=lambda evil: evil.__name__)
def test_a_hostile_change_is_plain_text(proposal, evil):
    evil(proposal)
    found = proposal.review()
    assert [] == [text for text in HOSTILE[evil] if text not in found["comment"]]
    assert is_plain(found["comment"])
    assert len(found["comment"]) < 61_000
    assert "root:" not in json.dumps(found)
    assert not Path("owned").exists()
    home = proposal.out / "site/index.html"
    assert not home.exists() or "Taken over" not in home.read_text()


def test_a_branch_of_the_board_itself_is_taken_whole(proposal):
    proposal.write("site.toml", TOML.replace("Board", "Renamed"))
    found = proposal.review("--whole")
    assert ["site.toml"] == found["others"]
    assert "Renamed" in (proposal.out / "site/index.html").read_text()


GONE: dict[str, Any] = {"sections": None, "entries": None, "waiting": []}
GONE |= {"faults": {"key": "faults", "columns": [], "rows": []}}


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 1},
        {"n_data": -1},
        {"n_data": "1"},
        {"faults": [{"severity": "error"}]},
        {"entries": [{}]},
        {"sections": {}},
        {"others": None},
        "not JSON",
        "[" * 100_000,
        "x" * 2_000_000,
    ],
    ids=range(10),
)
def test_no_other_document_is_commented(proposal, changed):
    """The artifact of a check is whatever a stranger has put there."""
    path = proposal.out.with_suffix(".json")
    good = {"version": 2, "whole": False, "others": [], **GONE}
    good |= {"n_data": 0, "n_others": 0, "n_errors": 0}
    text = changed if isinstance(changed, str) else json.dumps(good | changed)
    path.write_text(json.dumps(good))
    assert 0 == run("comment", path).exit_code
    path.write_text(text)
    done = run("comment", path)
    assert (1, "") == (done.exit_code, done.stdout)
    assert "it is no review" in done.stderr


def test_a_forged_review_says_nothing_but_code(proposal):
    """Its sections are those of a review, or left out; its texts are code."""
    rows = [[EVIL, EVIL], [EVIL]]
    section = {"key": "scores", "columns": [EVIL, "b", "c"], "rows": rows, "more": 10**9}
    review = {
        "version": 2, "whole": False, "n_data": 3, "n_others": 10**9, "n_errors": 10**9,
        "others": [EVIL] * 1_000, "faults": section, "waiting": [],
        "entries": [{
            "name": EVIL, "is_new": True, "board": EVIL, "variant": EVIL, "rank": 1, "best": 1,
            "worst": 2, "ranked": 3, "scored": 1, "tasks": 1, "merit": [EVIL, EVIL],
            "measures": [[EVIL, EVIL]],
        }],
        "sections": [section, section | {"key": "x.y"}, section | {"columns": []}],
    }  # fmt: skip
    path = proposal.out.with_suffix(".json")
    path.write_text(json.dumps(review))
    done = run("comment", path)
    assert 0 == done.exit_code, done.output
    assert is_plain(done.stdout)
    assert 1 == done.stdout.count("### Scores changed")
    assert [] == obeyed(done.stdout)
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert 1 == run("comment", path).exit_code


# The text of an issue: what of it becomes the file, and what is said of that, where no other test
# has such a file.
ISSUES = {
    "filled in": (f"### The entry\r\n\r\n```yaml\r\n{GOOD}```\r\n", GOOD, "would be **2nd of 6**"),
    "no fence": (GOOD, f"{GOOD}\n", ""),
    "no end": (f"```yaml\n{GOOD}", f"{GOOD}\n", ""),
    "two fences": (f"```\n{GOOD}```\n```\nmodel: x\n```", GOOD, ""),
    "nothing": (None, "\n", "the file is empty"),
    "empty": ("```yaml\n```", "", ""),
    "many fences": ("```x\n" * 16_000, "", ""),
    "surrogate": ("```yaml\nmodel: \ud800", "model: ?\n", "is not valid YAML"),
    "path": (
        "```yaml\nschema: 1\nmodel: ../../site.toml\nscores: { a: 1 }\n```",
        "schema: 1\nmodel: ../../site.toml\nscores: { a: 1 }\n",
        "`../../site.toml` would not be ranked",
    ),
    "commands": (
        f"```yaml\nschema: 1\nmodel: m\n{EVIL!r}: 1\n```",
        f"schema: 1\nmodel: m\n{EVIL!r}: 1\n",
        "",
    ),
    "bomb": (
        "```yaml\na: &a [x, x]\nb: [*a, *a]\n```",
        "a: &a [x, x]\nb: [*a, *a]\n",
        "",
    ),
    "deep": (f"```\n{'[' * 60_000}\n```", f"{'[' * 60_000}\n", ""),
}


@pytest.mark.parametrize("name", ISSUES)
def test_the_text_of_an_issue_is_one_file(proposal, tmp_path, name):
    body, file, said = ISSUES[name]
    out = proposal.root / "data/submissions/issue-7.yaml"
    (tmp_path / "event.json").write_text(json.dumps({"issue": {"body": body}}))
    done = run("form", tmp_path / "event.json", "--out", out)
    assert 0 == done.exit_code, done.output
    assert file == out.read_text(encoding="utf8")
    if said:
        comment = proposal.review()["comment"]
        assert said in comment
        assert is_plain(comment)


@pytest.mark.parametrize("event", ["", "[]", '{"issue": 1}', '{"issue": {"body": 1}}', "[" * 10**5])
def test_what_is_no_issue_is_refused(tmp_path, event):
    (tmp_path / "event.json").write_text(event)
    done = run("form", tmp_path / "event.json", "--out", tmp_path / "a.yaml")
    assert (1, False) == (done.exit_code, (tmp_path / "a.yaml").exists())
    assert "it is no event of an issue" in done.output
