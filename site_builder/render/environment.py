"""Make the Jinja environment; turn template errors into faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from traceback import walk_tb
from types import BuiltinMethodType, FunctionType, MethodType, NoneType
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from jinja2.loaders import split_template_path
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range

from site_builder import __version__
from site_builder.errors import Fault, SiteError, TemplateFaultError, did_you_mean
from site_builder.prose.template import UNREADABLE
from site_builder.records import Record
from site_builder.render.assets import project_folders
from site_builder.render.tables import (
    raw_value,
    write_data,
    write_drawing,
    write_facets,
    write_key,
    write_rows,
    write_unbroken,
    write_words,
)
from site_builder.symlinks import list_files, read_inside

MAX_BYTES = 1_000_000
"""Of a template of a project."""
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
# Errors of a template; in one of the generator's, most of them are bugs. The filter `truncate`
# asserts that a length is sound, and of `1e308 * 10` Jinja makes the name `inf`.
_ERRORS = (
    *(jinja2.TemplateError, OSError, TypeError, ValueError, AttributeError, LookupError),
    *(ArithmeticError, RecursionError, AssertionError, NameError),
)


# What a template may read, and whose methods it may call: nothing that leads to Python's own.
PLAIN = (
    *(str, int, float, NoneType, date, Record, dict, list, tuple, frozenset, set),
    *(jinja2.Undefined, Macro, BlockReference),
)
_METHODS = (MethodType, BuiltinMethodType)
_WITH_METHODS = (str, dict, list, tuple, LoopContext)


Say = Callable[..., str]


class _Sandbox(ImmutableSandboxedEnvironment):
    """Lets templates read plain values, and call macros, given functions and methods of values."""

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Forbid every value that is not plain, such as a path, a figure or a class."""
        if attr.startswith("_"):
            return False
        if isinstance(value, _METHODS):
            return isinstance(obj, _WITH_METHODS) and super().is_safe_attribute(obj, attr, value)
        return isinstance(value, PLAIN)

    def is_safe_callable(self, obj: object) -> bool:
        """Allow macros, blocks, functions that a page provides, and methods of plain values."""
        if isinstance(obj, _METHODS):
            return isinstance(obj.__self__, _WITH_METHODS)
        return isinstance(obj, FunctionType | Macro | BlockReference)

    def compile(self, source: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - Jinja's own
        """Compile a template, or raise what names it and its place."""
        try:
            return super().compile(source, *args, **options)
        except (AssertionError, RecursionError, SyntaxError, ValueError) as error:
            raise jinja2.TemplateSyntaxError(UNREADABLE, 1, *args) from error


def _load_own(folders: Sequence[Path], template: str) -> tuple[str, str, Callable[[], bool]] | None:
    """Load a template of the project; refuse large files and links out of their folder."""
    for folder in folders:
        path = folder.joinpath(*split_template_path(template))
        if path.is_file():
            return read_inside(path, folder, most=MAX_BYTES).decode(), str(path), lambda: True
    return None


class _DedentLoader(jinja2.FileSystemLoader):
    """Loads the generator's templates without their indents, which no page shows."""

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, path, is_fresh = super().get_source(environment, template)
        return _INDENT.sub("", source), path, is_fresh


class _CompiledTemplates(jinja2.FileSystemBytecodeCache):
    """Keeps compiled templates where only their owner writes: a later build compiles what changed.

    Compiling takes 0.2 seconds, a tenth of a build of the Index and half of what `serve` needs.
    """

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):  # such as a full disk
            super().dump_bytecode(bucket)


def _compiled_templates() -> jinja2.BytecodeCache | None:
    try:
        return _CompiledTemplates(pattern=f"leaderboard-site-{__version__}-%s")
    except (OSError, RuntimeError):  # there is no folder for temporary files that is the user's own
        return None


def make_environment(folders: Sequence[Path], say: Say | None = None) -> jinja2.Environment:
    """Make the sandbox of the pages: it escapes all values, and unknown names are errors.

    `folders` have the project's first. The generator's, the last, are also found under `ours/`.
    `say` says a message, in macros too.
    """
    project = jinja2.FunctionLoader(partial(_load_own, folders[:-1]))
    ours = _DedentLoader(folders[-1:])
    environment = _Sandbox(
        loader=jinja2.ChoiceLoader([project, ours, jinja2.PrefixLoader({"ours": ours})]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=_compiled_templates(),
    )
    filters = {"rows": write_rows, "data": write_data, "words": write_words, "raw": raw_value}
    filters |= {"drawn": write_drawing, "key": write_key, "unbroken": write_unbroken}
    filters |= {"facets": write_facets}
    environment.filters |= filters
    environment.globals = {"range": safe_range, "say": say}
    return environment


class Templates:
    """The templates of a project, and those of the generator that it does not replace."""

    def __init__(self, root: Path, say: Say | None = None) -> None:
        self._folders = project_folders(root, "templates")
        self._environment = make_environment(self._folders, say)

    def render(self, name: str, variables: Mapping[str, object]) -> str:
        """Render a template.

        Raises:
            TemplateFaultError: It is missing or broken, or uses a name that it does not have.
        """
        with self._faults(name):
            text = self._environment.get_template(name).render(variables)
            text.encode()  # half a character, such as "\ud800", is no text
            return text

    def find_faults(self) -> list[Fault]:
        """Return the errors of the project's templates that do not depend on the data."""
        faults: list[Fault] = []
        for own in self._folders[:-1]:
            for path in list_files(own, "templates")[0]:
                name = path.relative_to(own).as_posix()
                try:
                    with self._faults(name):
                        self._environment.get_template(name)
                except TemplateFaultError as error:
                    faults += error.faults
        return faults

    @contextmanager
    def _faults(self, name: str) -> Iterator[None]:
        try:
            yield
        except _ERRORS as error:
            place, what = self._explain(error, name)
            if not what:
                raise
            raise TemplateFaultError(Fault(f"templates/{place}", what)) from error

    def _explain(self, error: Exception, name: str) -> tuple[str, str]:
        """Return where an error is and what it is; no words for a bug of the generator."""
        # The last place is that of the error, which may be in a part that the page includes.
        places = [
            f"{Path(file).relative_to(folder).as_posix()}:{line}"
            for frame, line in walk_tb(error.__traceback__)
            for folder in self._folders
            if Path(file := frame.f_code.co_filename).is_relative_to(folder)
        ]
        place = places[-1] if places else ""
        match error:
            case jinja2.TemplateSyntaxError():
                return f"{error.name}:{error.lineno}", error.message or "is not valid"
            case jinja2.TemplateNotFound():
                return str(error.name), "there is no such template."
            case jinja2.UndefinedError():
                return place or name, f"{error.message}."
            case UnicodeEncodeError():
                return name, "it writes half a character, which is no text."
            case UnicodeDecodeError():
                return name, "it, or a part of it, is not UTF-8 text."
            case OSError():
                return name, f"cannot be read: {error.strerror}."
        of_project = (folder / place.partition(":")[0] for folder in self._folders[:-1])
        return place, f"{str(error).rstrip('.')}." if any(map(Path.is_file, of_project)) else ""


def find_stray_templates(root: Path) -> Iterator[Fault]:
    """Yield a warning for each template of a project that no page uses, and what is not listed.

    It has the name of none of the generator's, and stands in quotes in none of the project's.
    """
    try:
        *own, default = project_folders(root, "templates")
        if not own:
            return
        files, faults = list_files(own[0], "templates")
        yield from faults
        texts = b"".join(read_inside(path, own[0], most=MAX_BYTES) for path in files)
    except (SiteError, OSError):  # rendering reports it
        return
    known = [path.relative_to(default).as_posix() for path in default.rglob("*.html")]
    for name in (path.relative_to(own[0]).as_posix() for path in files):
        is_used = any(f"{mark}{name}{mark}".encode() in texts for mark in "'\"")
        if name not in known and not is_used:
            what = "no page uses this template"
            fix = did_you_mean(name, known) or "Give it the name of one of the generator's."
            yield Fault(f"templates/{name}", what, fix, "warning")
