"""Write what a folder lacks to be a project, with the generator that it carries."""

from __future__ import annotations

import functools
import json
import os
import re
import tomllib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias
from zipfile import ZipFile, ZipInfo

from site_builder.atomic import write_files
from site_builder.config import SiteConfig, load_config
from site_builder.errors import Fault, FaultsError, SiteError, unreadable, unwritable
from site_builder.formatting import listed
from site_builder.records import Record, replace
from site_builder.render.assets import PACKAGE, default_folder
from site_builder.starter.installation import NAME, Action, say_install, with_installation
from site_builder.starter.site_schema import FILE as SITE_SCHEMA_FILE
from site_builder.starter.site_schema import FIRST_LINE as SITE_SCHEMA_LINE
from site_builder.starter.site_schema import site_schema_text
from site_builder.symlinks import check_inside, is_inside, read_inside
from site_builder.tables.check import check_tables
from site_builder.tables.read import LoadedTables, find_files, load_tables
from site_builder.tables.schema import TABLES
from site_builder.tables.submission_schema import FILE as SCHEMA_FILE
from site_builder.tables.submission_schema import FORM, form_texts, schema_text
from site_builder.tables.submissions import has_submissions
from site_builder.tables.write import SAMPLE, TEMPLATE, find_sample

FILES = Path(__file__).parent / "files"
HOSTS = {
    "github-pages": {".github/workflows/pages.yml": "pages.yml"},
    "hf-space": {
        ".github/workflows/space.yml": "space.yml",
        ".github/space-requirements.txt": "requirements.txt",
    },
}
"""The files of a project that only one host needs, by path. They are in the folder of its name."""
TEMPLATE_HOSTS = HOSTS | {"hf-space": {"Dockerfile": "Dockerfile"}}
"""The same of a template. A Space that one duplicates has no GitHub to build its site."""
_CARRYING = {"pages.yml": "pages-vendor.yml"}
"""What a project that carries its generator has instead of the short workflow."""
UPDATE = ".github/workflows/update.yml"
"""The workflow that proposes new scores, which a project has on request."""
SUBMISSION = ".github/workflows/submission.yml"
"""The workflow of the issue form, which a project has that takes submissions."""
_OF_LARGER = (
    ".gitattributes",
    ".github/workflows/check.yml",
    ".github/workflows/comment.yml",
    f"data/{SCHEMA_FILE}",
    f"data/{SITE_SCHEMA_FILE}",
)
"""What a project has beside a table and what publishes it."""
SETTINGS = "settings.yml"
"""What a host reads at the top of the README."""


class Plan(Record):
    """What a project is to be.

    Attributes:
        title: Of the site; empty for the name of the folder, or that of the sample.
        host: One of the `HOSTS`.
        updates_from: The source of a workflow that proposes new scores; empty for none.
        action: What installs the generator; None for a project that carries it.
        is_template: Whether it is a repository to copy: a table, a workflow, and no more.
    """

    title: str = ""
    host: str = "github-pages"
    updates_from: str = ""
    action: Action | None = None
    is_template: bool = False


def start_project(
    folder: Path, plan: Plan, import_scores: Callable[[], Iterable[tuple[str, str]]] | None = None
) -> tuple[list[str], list[str]]:
    """Write the files that a project lacks; those that it has stay.

    A folder without tables gets what `import_scores` writes into it, or the sample. What it returns
    are texts of the new `site.toml`, each with the one in its place. Returns the paths of the files
    that it wrote, and that stayed.

    Raises:
        SiteError: The folder cannot have the files, the scores cannot be imported, or the title
            or the source of updates would not be used; nothing was written.
    """
    data = folder / "data"
    _check_unused(folder, plan)
    has_tables = any(find_files(spec, data) for spec in TABLES) or has_submissions(data)
    sample = None if import_scores else find_sample(data)
    if not (import_scores or has_tables):
        sample = TEMPLATE if plan.is_template else SAMPLE
    title = _sample_values(sample)["site"]["title"] if sample else _title_of(folder)
    plan = replace(plan, title=plan.title or title)
    files = project_files(plan, sample, takes_submissions=_takes_submissions(folder))
    # Tables are one board, and `upgrade` replaces the generator as a whole.
    files |= _tables(sample) if sample and not has_tables else {}
    if (folder / _FOLDER).exists():
        files = {path: files[path] for path in files if not path.startswith(f"{_FOLDER}/")}
    _check_folders(files, folder)
    kept = [path for path in sorted(files) if os.path.lexists(folder / path)]
    missing = {path: content for path, content in files.items() if path not in kept}
    new = {folder / path: missing[path] for path in missing}
    stated: _Pairs = []
    write_files(new, replaces=False, before=lambda: stated.extend((import_scores or tuple)()))
    try:
        if "site.toml" in missing:
            _replace_texts(folder, {"site.toml": stated})
            _pin_rule(folder)
    except SiteError as error:
        error.outcome = "the project is written, but its site.toml does not state what ranks"
        raise
    return sorted(missing), kept


def _check_unused(folder: Path, plan: Plan) -> None:
    """Raise an error for an option whose file is there already and stays as it is."""
    for stated, path, option, fix in (
        (plan.title, "site.toml", "--title", "Set title in it."),
        (plan.updates_from, UPDATE, "--updates-from", "Set SOURCE in it."),
    ):
        if stated and os.path.lexists(folder / path):
            what = f"it exists already, so {option} would change nothing"
            raise SiteError(Fault(str(folder / path), what, fix))


def _takes_submissions(root: Path) -> bool:
    """Return whether a project has a `site.toml` that asks for the issue form."""
    with suppress(SiteError):  # what reads it next says why
        return load_config(root).site.submissions
    return False


def _address_of(source: str) -> str:
    """Return the address of a Git repository for a data set of the Hub; else the source itself."""
    name = source.removeprefix("hf://datasets/")
    return source if name == source else f"https://huggingface.co/datasets/{name}"


def _pin_rule(root: Path) -> None:
    """State what ranks in the `site.toml` that `init` wrote: later scores do not change it."""
    config = load_config(root)
    if rule := _find_rule(load_tables(config.data_dir), config):
        pair = '\n# rank_by = "mean"\n', f'\nrank_by = "{rule}"\n'
        _replace_texts(root, {"site.toml": [pair]})


def _find_rule(loaded: LoadedTables, config: SiteConfig) -> str:
    """Return what ranks a board by its tables alone; empty where they have errors."""
    from site_builder.compute.board import choose_rules
    from site_builder.compute.scores import collect_scores

    board = config.board.model_copy(update={"rank_by": None})
    try:
        tables = check_tables(loaded, config)
    except FaultsError:
        return ""
    return choose_rules(tables.tasks, collect_scores(tables, board), board).rank_by


def rule_faults(old: LoadedTables, new: LoadedTables, config: SiteConfig) -> Iterator[Fault]:
    """Yield a warning if new tables would be ranked by another rule than the old ones."""
    before, after, stated = _find_rule(old, config), _find_rule(new, config), config.board.rank_by
    if before and after and before != after:
        does = "would rank" if stated else "ranks"
        what = f"with these scores the board {does} by {after} instead of {before}"
        fix = f'To keep the rule, write rank_by = "{before}" under [board].'
        kept = f'It keeps rank_by = "{stated}"; see whether that still suits the tasks.'
        yield Fault("site.toml", what, kept if stated else fix, "warning")


def _title_of(folder: Path) -> str:
    """Return a title from the name of a folder: "My board" from `my-board`."""
    name = "".join(c if c.isprintable() else " " for c in folder.resolve().name)
    words = " ".join(name.replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:] or "Leaderboard"


def project_files(
    plan: Plan, sample: Path | None, *, takes_submissions: bool = False
) -> dict[str, bytes]:
    """Return every file of a new project but its tables, by path: of a sample, or of others."""
    values = _sample_values(sample) if sample else {"site": {}}
    values["site"] |= {"title": plan.title}
    toml = set_keys(_read("site.toml"), values)
    texts = {
        "README.md": _readme(plan, sample),
        "site.toml": toml.replace(*_DIRECTION) if sample == TEMPLATE else toml,
    }
    hosts = TEMPLATE_HOSTS if plan.is_template else HOSTS
    generated = [".gitignore", *hosts[plan.host]]
    generated += [SUBMISSION, FORM] if takes_submissions else []
    if not plan.is_template:
        texts["site.toml"] = SITE_SCHEMA_LINE + texts["site.toml"]
        about = "sample/about.md" if sample else "content/about.md"
        texts["data/content/about.md"] = _read(about)
        texts["data/content/takeaways.md"] = _read("content/takeaways.md")
        generated += _OF_LARGER
    ours = generated_texts(plan.action)
    if plan.updates_from:
        source = json.dumps(_address_of(plan.updates_from))  # the JSON of a text is YAML too
        texts[UPDATE] = ours[UPDATE].replace('SOURCE: "."', f"SOURCE: {source}")
    texts |= {path: ours[path] for path in generated}
    files = {path: text.encode() for path, text in texts.items()}
    if plan.action is None:
        files |= {"requirements.txt": _read("requirements.txt").encode()} | generator_files()
    return files


def _tables(sample: Path) -> dict[str, bytes]:
    names = (name for spec in TABLES for name in find_files(spec, sample))
    return {f"data/{name}": (sample / name).read_bytes() for name in names}


def workflow_text(name: str, action: Action | None) -> str:
    """Return a workflow, or what a host builds by, with the steps that install the generator."""
    return with_installation(name, _read(name), action)


def generated_texts(action: Action | None) -> dict[str, str]:
    """Return every file that is the same in all projects that have it, by path."""
    named = {
        ".github/workflows/check.yml": "check.yml",
        ".github/workflows/comment.yml": "comment.yml",
        UPDATE: "update.yml",
        SUBMISSION: "submission.yml",
    }
    for hosts in (HOSTS, TEMPLATE_HOSTS):
        for host, files in hosts.items():
            for path, name in files.items():
                named[path] = f"{host}/{name if action else _CARRYING.get(name, name)}"
    return {
        **{path: workflow_text(name, action) for path, name in named.items()},
        ".gitattributes": _read("gitattributes"),
        ".gitignore": _read("gitignore"),
        FORM: _read("issue-form.yaml", **form_texts()),
        f"data/{SCHEMA_FILE}": schema_text(),
        f"data/{SITE_SCHEMA_FILE}": site_schema_text(),
    }


def _sample_values(sample: Path) -> dict[str, dict[str, Any]]:
    return tomllib.loads((sample / "site.toml").read_text(encoding="utf8"))


# A table of scores alone does not tell the direction of its tasks; `import` finds it out.
_DIRECTION = "\n\n[models]\n", '\n"*" = { higher_is_better = true }\n\n[models]\n'


@contextmanager
def replacing_sample(root: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Let the texts of a project no longer say that its scores are the sample, once they are not.

    What `init` wrote about the sample becomes what it writes for scores of a publisher; all else
    stays.

    Raises:
        SiteError: A text cannot be read or written.
    """
    sample = find_sample(root / "data")
    yield
    if sample and not find_sample(root / "data"):
        try:
            new = _replace_texts(root, _sample_texts(_title_of(root), sample))
            _pin_rule(root)
        except SiteError as error:
            error.outcome = "the tables are written; other files may still describe the sample"
            raise
        say(f"The sample is replaced{f', also in {listed(new)}' if new else ''}.")


_Pairs: TypeAlias = list[tuple[str, str]]
"""Texts of a file, each with the one in its place."""


def _replace_texts(root: Path, texts: Mapping[str, _Pairs]) -> list[str]:
    """Put other texts into files of a project, but not behind links; return those that changed."""
    changed = dict[Path, bytes]()
    for name, pairs in texts.items():
        path = root / name
        if path.is_symlink() or not is_inside(path, root, str(Path(name).parent)):
            continue
        try:
            old = new = path.read_bytes() if path.is_file() else b""
        except OSError as error:
            raise SiteError(unreadable(path, error)) from error
        for text, own in pairs:
            new = new.replace(text.encode(), own.encode())
        changed |= {path: new} if new != old else {}
    write_files(changed)
    return [path.relative_to(root).as_posix() for path in changed]


def _sample_texts(title: str, folder: Path) -> dict[str, _Pairs]:
    """Return by path each text about a sample, with that of a project of a title instead."""
    plain, sample = _read("site.toml"), _sample_values(folder)
    old = sample["site"]["title"]
    lines = (set_keys(plain, values).split("\n") for values in (sample, {"site": {"title": title}}))
    changed = [(f"\n{a}\n", f"\n{b}\n") for a, b in zip(*lines, strict=True) if a != b]
    return {
        "site.toml": [*changed, _DIRECTION[::-1]],
        "data/content/about.md": [(_read("sample/about.md"), _read("content/about.md"))],
        "README.md": [
            (f"# {old}\n", f"# {title}\n"),
            (f"title: {json.dumps(old)}\n", f"title: {json.dumps(title, ensure_ascii=False)}\n"),
            ((folder / "data.md").read_text(encoding="utf8").strip(), _read("own-data.md").strip()),
        ],
    }


def set_keys(text: str, values: Mapping[str, Mapping[str, str | list[str]]]) -> str:
    """Set values by section and key in the text of the commented `site.toml`.

    Every key is on a line of its own after `# `, below the name of its section.
    """
    section, lines = "", []
    for line in text.split("\n"):
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        key = re.match(r"# (\w+) = ", line)
        if key and key[1] in values.get(section, {}):
            # The JSON of texts and lists of texts is TOML too.
            line = f"{key[1]} = {json.dumps(values[section][key[1]], ensure_ascii=False)}"
        lines.append(line)
    return "\n".join(lines)


def _readme(plan: Plan, sample: Path | None) -> str:
    """Put the host's settings on top, with the title quoted as in JSON, which is valid YAML."""
    data = _read(f"{sample.name}/data.md" if sample else "own-data.md")
    publish = f"template/{plan.host}.md" if plan.is_template else f"{plan.host}/publish.md"
    text = _read(
        "template/README.md" if plan.is_template else "README.md",
        title=plan.title,
        data=data.strip(),
        publish=_read(publish).strip(),
        install=say_install(plan.action),
    )
    if not (FILES / plan.host / SETTINGS).exists():
        return text
    sdk = "sdk: docker\napp_port: 7860" if plan.is_template else "sdk: static\napp_file: index.html"
    quoted = json.dumps(plan.title, ensure_ascii=False)
    return _read(f"{plan.host}/{SETTINGS}", title=quoted, sdk=sdk) + text


def _read(name: str, **values: str) -> str:
    """Return the text of a file, with values in place of its placeholders, such as `@title`."""
    text = (FILES / name).read_text(encoding="utf8")
    return re.sub(r"@(\w+)", lambda found: values[found[1]], text) if values else text


def _check_folders(files: Iterable[str], folder: Path) -> None:
    """Refuse a folder that is a file, or has a file in place of a folder of these files."""
    if folder.exists() and not folder.is_dir():
        raise SiteError(Fault(str(folder), "this is a file", "Name a folder for the project."))
    folders = {folder / parent for path in files for parent in Path(path).parents}
    taken = sorted(str(path) for path in folders if os.path.lexists(path) and not path.is_dir())
    if taken:
        what, fix = "it is a file, and the project needs a folder here", "Move it away."
        raise SiteError(*(Fault(path, what, fix) for path in taken))


# --- the generator ------------------------------------------------------------------------------

_FOLDER = "generator"
# Everything that a build needs, by hash: the wheel in this folder, and the dependencies.
_REQUIREMENTS = f"{_FOLDER}/requirements.txt"
INCLUDED = f"-r {_REQUIREMENTS}"
"""The line of a project's `requirements.txt` by which its workflows install the generator."""
# By its name, and by that before 0.2.
_OWN_WHEEL = re.compile(rf"{_FOLDER}/(leaderboard_site|site_builder)-[^/]*\.whl")
_METADATA = ("METADATA", "WHEEL", "entry_points.txt")
_HEAD = """\
# Written by leaderboard-site: the generator that this project is built with, and what it needs.
# pip installs a file of a package only if it has one of these hashes.
"""


def generator_files() -> dict[str, bytes]:
    """Return the files of `generator/` by path: a wheel of this generator, and `_REQUIREMENTS`.

    Raises:
        SiteError: The generator runs without having been installed.
    """
    try:
        version = distribution(NAME).version
    except PackageNotFoundError as error:
        what = "this copy of the generator is not installed, so a project cannot state which it is"
        raise SiteError(Fault("", what, "Install it with pip.")) from error
    name, wheel = _make_wheel(version)
    lock = (default_folder("static").parent / "requirements.txt").read_text(encoding="utf8")
    own = f"./{_FOLDER}/{name} \\\n    --hash=sha256:{sha256(wheel).hexdigest()}\n"
    needed = re.sub(r"\A(#.*\n)*", "", lock)  # its head says how the generator's project made it
    return {f"{_FOLDER}/{name}": wheel, _REQUIREMENTS: f"{_HEAD}{own}{needed}".encode()}


def replace_generator(root: Path) -> tuple[str, ...]:
    """Write `generator/` of a project anew; return the paths that changed, the wheel first.

    Raises:
        SiteError: The generator is not installed, or the folder is a link.
    """
    files, folder, outcome = generator_files(), root / _FOLDER, ""
    try:
        check_inside(folder, root, _FOLDER)
        found = [path.relative_to(root).as_posix() for path in folder.glob("*")]
        old = [path for path in found if path not in files and _OWN_WHEEL.fullmatch(path)]
        changed = [p for p in files if p not in found or files[p] != read_inside(root / p, root)]
        write_files({root / path: files[path] for path in changed})
        outcome = "the new generator is in place"
        for path in old:
            (root / path).unlink()
    except OSError as error:
        raise SiteError(unwritable(str(folder), error), outcome=outcome) from error
    return (*changed, *old)


@functools.cache
def _make_wheel(version: str) -> tuple[str, bytes]:
    """Return the name and the content of a wheel of the files that are running.

    An installed copy and a checkout are read alike, and nothing is built. The same files give the
    same bytes on every machine, so nothing is compressed: libraries for it differ, and Git stores
    what has changed since the last version.
    """
    name = f"{NAME.replace('-', '_')}-{version}"
    info = f"{name}.dist-info"
    files = dict(sorted((*_code(), *_metadata(distribution(NAME), info))))
    # The list of the files, with the hash and the size of each but itself.
    rows = []
    for path, content in files.items():
        digest = urlsafe_b64encode(sha256(content).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(content)}\n")
    files[f"{info}/RECORD"] = "".join((*rows, f"{info}/RECORD,,\n")).encode()
    wheel = BytesIO()
    with ZipFile(wheel, "w") as archive:
        for path, content in files.items():
            entry = ZipInfo(path)  # of 1980; the day of `init` would change the bytes
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, content)
    return f"{name}-py3-none-any.whl", wheel.getvalue()


def _code() -> Iterator[tuple[str, bytes]]:
    beside = {name: default_folder(name) for name in ("static", "templates")}
    beside["requirements.txt"] = beside["static"].parent / "requirements.txt"
    for place, source in {"": PACKAGE, **beside}.items():
        for path in (source, *source.rglob("*")):
            inside = path.relative_to(source)
            is_kept = not any(part.startswith((".", "__pycache__")) for part in inside.parts)
            if is_kept and path.is_file():
                yield PurePosixPath(PACKAGE.name, place, inside).as_posix(), path.read_bytes()


def _metadata(installed: Distribution, info: str) -> Iterator[tuple[str, bytes]]:
    for name in _METADATA:
        yield f"{info}/{name}", (installed.read_text(name) or "").encode()
    for path in installed.files or ():
        if path.parts[:2] == (info, "licenses"):
            yield path.as_posix(), Path(str(path.locate())).read_bytes()
