"""The one Jinja environment of pages, and templates that are compiled before they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import jinja2
from jinja2.sandbox import safe_range

from site_builder.output.assets import project_folders
from site_builder.output.sandbox import CompiledTemplates, PageSandbox
from site_builder.output.table_data import raw_value, write_data
from site_builder.output.table_rows import write_rows, write_words
from site_builder.processes import ahead, made_or_none, processors

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
