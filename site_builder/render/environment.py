"""Make the Jinja environment; turn template errors into faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeAlias

import jinja2
from jinja2 import BytecodeCache, Environment, TemplateSyntaxError, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment, safe_range
from markupsafe import Markup, escape

from site_builder.errors import SiteError, TemplateFaultError
from site_builder.processes import ahead, made_or_none, processors
from site_builder.render.assets import project_folders
from site_builder.render.tables import raw_value, write_data, write_rows, write_words

# What leads from a value to the code of the build, beside names with an underscore; the last two
# read attributes by a text.
_UNSAFE = {
    *("mro", "gi_frame", "gi_code", "cr_frame", "cr_code", "ag_frame", "ag_code"),
    *("format", "format_map"),
}

# Waits for code by its key; None where there is none to come.
Wait: TypeAlias = Callable[[], Mapping[str, bytes] | None]


class CompiledTemplates(BytecodeCache):
    """Keeps the code of each template in memory, however many sites a process builds.

    Jinja compares the checksum of a template's source before it takes the code that is kept, so a
    template that has changed, or that another one stands in for, is compiled anew.

    Attributes:
        kept: The code, by Jinja's key of each template.
    """

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self._wait: Wait | None = None

    @contextmanager
    def expecting(self, wait: Wait) -> Iterator[None]:
        """Within the block, code is to come from elsewhere: `wait` waits for it."""
        self._wait = wait
        try:
            yield
        finally:
            self._wait = None

    def collect(self) -> None:
        """Wait for the code that is to come, if any is."""
        if self._wait is not None:
            wait, self._wait = self._wait, None
            self.kept |= wait() or {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in the code of a template, if it is kept and is of this source."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


def escaped(value: object) -> str:
    """A value as markup: escaped, unless it is markup."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[return-value]
    return _escaped(value) if kind is str else escape(value)


_escaped = lru_cache(maxsize=1 << 14)(escape)  # pages say the same over and over


class _QuickOutput(CodeGenerator):
    """Has templates ask for `escaped`, where Jinja makes a copy of all that is markup already."""

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


class _QuickContext(Context):
    """Calls what a template calls: nothing here asks for the context, which Jinja looks for."""

    def call(
        self,
        called: Callable[..., object],
        *args: object,
        _loop_vars: object = None,
        _block_vars: object = None,
        **named: object,
    ) -> object:
        return called(*args, **named)


class PageSandbox(SandboxedEnvironment):
    """A sandbox whose rules are kept when a template is compiled.

    `x.name` is judged by its name, once, and is then as fast as without a sandbox: pages ask for
    millions of names. `x[name]` is judged each time.
    """

    sandboxed = False
    getattr = Environment.getattr
    code_generator_class = _QuickOutput
    context_class = _QuickContext
    escaped = staticmethod(escaped)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Getattr):
            if node.attr.startswith("_") or node.attr in _UNSAFE:
                what = f"{node.attr!r} may not be asked for in a template."
                raise TemplateSyntaxError(what, node.lineno, name, filename)
        return tree


# For every environment of the process: all are made alike.
_COMPILED = CompiledTemplates()


_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
# Of attributes that no template shows as text; SVG files of their own want the quotes.
_QUOTED = re.compile(
    r"""( (?:class|id|role|tabindex|type|data-[a-z-]+|aria-[a-z]+))="([\w.#-]+)"(?=[ >])"""
)


class _Spare(jinja2.FileSystemLoader):
    """Templates of ours without what HTML lets go: indents, and quotes around plain values.

    No template has a text in which either would be seen.
    """

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, path, is_fresh = super().get_source(environment, template)
        if template.endswith(".html"):
            source = _QUOTED.sub(r"\1=\2", source)
        return _INDENT.sub("", source), path, is_fresh


def _loader(folders: Sequence[Path]) -> jinja2.BaseLoader:
    """Finds the project's own templates first; the generator's are also there under `ours/`."""
    own, ours = jinja2.FileSystemLoader(folders[:-1]), _Spare(folders[-1:])
    return jinja2.ChoiceLoader([own, ours, jinja2.PrefixLoader({"ours": ours})])


def make_environment(template_folders: Sequence[Path]) -> jinja2.Environment:
    """The environment of the pages: escapes all, forgives no unknown name, runs no code."""
    _COMPILED.collect()  # here, not when one is asked for: that may be in a copy of this process
    environment = PageSandbox(
        loader=_loader(template_folders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,  # a plain dictionary: there are few templates, and each page asks for many
        bytecode_cache=_COMPILED,
    )
    environment.globals.clear()
    environment.globals["range"] = safe_range
    environment.filters |= {
        "rows": write_rows,
        "data": write_data,
        "words": write_words,
        "raw": raw_value,
    }
    del environment.filters["attr"]  # would ask for what `_parse` has not seen
    return environment


@contextmanager
def compiled_ahead(root: Path, processes: int | None) -> Iterator[None]:
    """Compile the templates of a project in a process of its own while the block runs.

    A build needs them when its imports, its tables and all statistics are done, and until then has
    nothing else for a second processor. What cannot be compiled is told when it is asked for.

    Args:
        root: The project's folder.
        processes: How many processes may work at once; None for as many as there is room for.
    """
    if (processes or processors()) < 2:
        yield
        return
    environment = make_environment(project_folders(root, "templates"))
    compiling = ahead(partial(_compile, environment))
    with compiling as wait, _COMPILED.expecting(partial(made_or_none, wait)):
        yield


def _compile(environment: jinja2.Environment) -> dict[str, bytes]:
    """The code of every template that can be compiled."""
    for name in environment.list_templates(["html", "svg"]):
        if not name.startswith("ours/"):
            with suppress(jinja2.TemplateError, OSError, ValueError, RecursionError):
                environment.get_template(name)
    return _COMPILED.kept


# What a template can raise; much of it in a template of ours is a bug.
_MISTAKES = (
    jinja2.TemplateError,
    OSError,
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)


@contextmanager
def template_faults(name: str, folders: Sequence[Path]) -> Iterator[None]:
    """Tell what is wrong with a template, or with a part of it, as a mistake of the user's.

    Raises:
        TemplateFaultError: The template is missing, broken, or names what it is not given.
    """
    try:
        yield
    except SiteError:
        raise
    except _MISTAKES as error:
        place, what = _told(error, name, folders)
        if not what:
            raise
        raise TemplateFaultError.at(place, what) from error


def _told(error: Exception, name: str, folders: Sequence[Path]) -> tuple[str, str]:
    """Where a mistake is and what it is; nothing of one that only a bug of ours can make."""
    place = _place_of(error, folders)
    match error:
        case jinja2.TemplateSyntaxError():
            return f"{error.name}:{error.lineno}", error.message or "is not valid"
        case jinja2.TemplateNotFound():
            return str(error.name), "there is no such template."
        case jinja2.UndefinedError():
            return place or name, f"{error.message}."
        case UnicodeDecodeError():
            return name, "it, or a part of it, is not UTF-8 text."
        case OSError():
            return name, f"cannot be read: {error.strerror}."
    return place, f"{error}." if _is_own(place, folders) else ""


def _is_own(place: str, folders: Sequence[Path]) -> bool:
    """Whether a template is the project's own, so that its mistakes are the publisher's."""
    return len(folders) > 1 and (folders[0] / place.partition(":")[0]).is_file()


def _place_of(error: BaseException, folders: Sequence[Path]) -> str:
    """Template and line in which an error arose, which may be one that the page's own includes."""
    place, trace = "", error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        name = next((path.relative_to(f).as_posix() for f in folders if path.is_relative_to(f)), "")
        place = f"{name}:{trace.tb_lineno}" if name else place
        trace = trace.tb_next
    return place
