"""The catalogue of texts: each is used, has its parameters, and is whole in every form."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from site_builder.config import Words
from site_builder.messages import MESSAGES as OWN
from site_builder.messages import make_messages
from site_builder.translation import catalogue
from tests.helpers.sites import ROOT, build
from tests.helpers.tables import SITE_TOML, board, write_project

MESSAGES = OWN | catalogue()
WORDS = make_messages(Words().model_dump()).words
TEMPLATES = "".join(
    path.read_text(encoding="utf8") for path in sorted((ROOT / "templates").rglob("*.html"))
)


# Sections that a page ships whole, to be said in its template and in its scripts.
SCRIPTS = ("compare", "choose", "submit")

# What scripts say by their own catalogue: where it comes from, and the name that says it.
OF_SCRIPTS = (
    ("script", "*", r"site\.text"),
    ("card", "score-card", "say"),
    ("calculator", "calculator", "say"),
)


@functools.cache
def trees() -> list[tuple[str, ast.Module]]:
    return [
        (path.name, ast.parse(path.read_text(encoding="utf8")))
        for path in sorted((ROOT / "site_builder").rglob("*.py"))
        if path.parent.name not in ("commands", "starter")  # which have a `say` of their own
    ]


def shipped() -> set[str]:
    """The messages that a page gives to its scripts."""
    return {
        name
        for section in SCRIPTS
        for source in (
            TEMPLATES,
            *(p.read_text(encoding="utf8") for p in ROOT.glob(f"static/js/{section}*.js")),
        )
        for text in re.findall(r'texts\.(\w+)|"([a-z_.]+)"|`([a-z_]+)\$', source)
        for name in MESSAGES
        if name.startswith(f"{section}.")
        and (name.removeprefix(f"{section}.") in text or (text[2] and f".{text[2]}" in name))
    }


def said_by_scripts() -> Iterator[str]:
    """The messages of scripts: an id in quotes, or each that a template of one may be."""
    for section, files, name in OF_SCRIPTS:
        for path in sorted(ROOT.glob(f"static/js/{files}.js")):
            source = path.read_text(encoding="utf8")
            asked = re.findall(rf"\b{name}\((?:[^()\"`]+\? )?([\"`].*?[\"`])[,)]", source)
            asked += re.findall(r'[?:=] ("[a-z_.]+")', source)
            for pattern in asked:
                parts = re.split(r"\$\{[^}]*\}", pattern[1:-1])
                wanted = re.compile(f"{section}[.]" + "[a-z_]*".join(map(re.escape, parts)))
                yield from filter(wanted.fullmatch, MESSAGES)


def ids(node: ast.AST) -> Iterator[str]:
    """The ids of messages that an expression may be: of a family, each."""
    for part in ast.walk(node):
        if isinstance(part, ast.JoinedStr) and isinstance(part.values[0], ast.Constant):
            yield from (name for name in MESSAGES if name.startswith(str(part.values[0].value)))
        elif isinstance(part, ast.Constant) and part.value in MESSAGES:
            yield str(part.value)


def calls() -> Iterator[tuple[str, ast.Call, set[str], set[str]]]:
    """Each call of the catalogue: its place, the messages it may ask for, what it gives them."""
    for name, tree in trees():
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and called(call.func) == "say":
                    # A name has one of the ids of its function.
                    where = function if isinstance(call.args[0], ast.Name) else call.args[0]
                    given = {key.arg for key in call.keywords if key.arg}
                    if len(given) < len(call.keywords):  # the keys of a dictionary of the function
                        given |= {
                            str(getattr(key, "value", ""))
                            for part in ast.walk(function)
                            if isinstance(part, ast.Dict)
                            for key in part.keys
                        }
                    given |= {"n"} if len(call.args) > 1 else set()
                    yield f"{name}:{call.lineno}", call, {*ids(where)}, given


def called(func: ast.expr) -> str:
    return getattr(func, "attr", "") or getattr(func, "id", "")


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name and name not in WORDS}


def test_each_message_is_used() -> None:
    used = {name for _, tree in trees() for name in ids(tree)}
    used |= {*re.findall(r"""say\(["']([^"']+)["']""", TEMPLATES)} | shipped()
    used |= {*said_by_scripts()}
    # The notation, and what the page on method lists.
    used |= {name for name in MESSAGES if name.startswith(("number.", "glossary."))}
    assert [] == [name for name in MESSAGES if name not in used]


def test_each_call_names_a_message_and_gives_its_parameters() -> None:
    for place, call, found, given in calls():
        direct = not isinstance(call.args[0], ast.Name | ast.Subscript)
        stated = {a.value for a in ast.walk(call.args[0]) if isinstance(a, ast.Constant)}
        assert found or not direct, f"{place} names no message"
        if isinstance(call.args[0], ast.Constant | ast.IfExp):
            missing = [text for text in stated if "." in str(text) and text not in MESSAGES]
            assert [] == missing, f"{place}: there is no message {missing}"
        wanted = [set[str]().union(*map(parameters, MESSAGES[message])) for message in found]
        if any(isinstance(part, ast.JoinedStr) for part in ast.walk(call.args[0])):
            wanted = [set.intersection(*wanted)]  # what all of a family want
        for names in wanted if direct else ():
            assert names <= given, f"{place} wants {names - given}"


def test_plural_forms_are_whole() -> None:
    assert [] == [message for message, forms in MESSAGES.items() if "" in forms and any(forms)]


def test_a_site_has_its_own_nouns() -> None:
    nouns = {"model": "agent", "models": None, "entry": "entry", "entries": None}
    say = make_messages({**Words().model_dump(), **nouns, "task": "query", "board": "AI league"})
    assert "1 agent" == say("n_models", 1)
    assert "1,000 agents" == say("n_models", 1000)
    assert "2 queries" == say("n_tasks", 2)
    assert "An agent needs a score on every query to be ranked." == say("board.note.complete")
    assert ("entries", "AI leagues", "an AI league") == tuple(
        say.words[word] for word in ("entries", "boards", "a_board")
    )


def test_a_plural_may_be_stated() -> None:
    say = make_messages({**Words().model_dump(), "model": "person", "models": "people"})
    assert "2 people" == say("n_models", 2)


@pytest.mark.parametrize(
    ("language", "stated"), [("fa-IR", 'lang="fa-IR" dir="rtl"'), ("pt-BR", 'lang="pt-BR"')]
)
def test_every_page_states_its_language(tmp_path: Path, language: str, stated: str) -> None:
    toml = SITE_TOML.replace("[site]", f"[site]\nlanguage = '{language}'")
    pages = build(write_project(tmp_path, board(), toml)).html
    assert {"404.html", "embed/leaderboard/index.html"} <= {*pages}
    assert [] == [page for page, html in pages.items() if f"<html {stated} data-root=" not in html]


def test_pages_speak_of_what_the_site_has(tmp_path: Path) -> None:
    toml = f"{SITE_TOML}[words]\nmodel = 'system'\ntask = 'query'\n"
    site = build(write_project(tmp_path, board(), toml))
    home, tasks = site.page("index.html"), site.page("tasks/index.html")
    assert ["System", "Systems"] == [
        cell.get_text(strip=True)
        for cell in (
            *home.select("thead th[data-key=model]")[:1],
            *home.select("nav a[href='models/']")[:1],
        )
    ]
    assert "On all 2 queries a fine-tuned system beats Gamma" == tasks.select("h1")[0].get_text()
    assert "3 systems with fine-tuned scores on 2 queries" not in home.get_text()
    assert "2 systems with fine-tuned scores on 2 queries, compared with Gamma." in home.get_text()
    about = site.page("about/index.html").get_text()
    assert "A system needs a score on every query to be ranked." in about
