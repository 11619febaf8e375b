"""Every place that reads files of strangers, with sound files to damage.

A fuzzer gives a reader one input after another. An input is a byte that chooses a file of the
reader's folder, and that file's new content; the other files stay sound.
"""

import io
import json
import signal
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pandas as pd

from site_builder.build import read_project
from site_builder.compute.results import SiteResults, compute_site
from site_builder.config import SiteConfig, load_config
from site_builder.devserver.server import LOOPBACK
from site_builder.errors import FaultsError, SiteError
from site_builder.examples.aggregate import Aggregated, aggregate
from site_builder.examples.database import open_database
from site_builder.examples.files import find_examples
from site_builder.examples.save import save
from site_builder.importers.formats import FORMATS, Format, format_of
from site_builder.importers.reading import UNEXPECTED, ImportedScore, ImportOptions, Reading
from site_builder.importers.report import warnings_of
from site_builder.importers.run import import_paths
from site_builder.profile import find_sets, find_tokenizer, profile_sets, save_features
from site_builder.prose.markdown import load_prose, plain_text
from site_builder.publish.folder import find_conflicts, verify_site
from site_builder.publish.manifest import with_manifest
from site_builder.releases.comment import review_comment
from site_builder.releases.download import open_site
from site_builder.releases.read import find_news, read_release
from site_builder.releases.review import (
    FILE,
    Review,
    ReviewedEntry,
    read_review,
    write_review,
)
from site_builder.releases.wording import ChangeSection
from tests.helpers.imported import HARNESSES, write
from tests.helpers.instances import ROWS
from tests.helpers.tables import (
    SITE_TOML,
    board,
    parquet,
    read_long_table,
    results_frame,
    write_project,
)

CPU_S = 20
"""CPU time that a reader may take for one input, in seconds."""

# Markdown takes the square of the time for nested links; whoever renders a text limits its process.
_MOST_MARKDOWN = 2_000
INSPECT = HARNESSES / "inspect/data_arc_qwen.json"
CSV = "Model;Task;Score;n;Date\nalpha;add;0,5 ± 0,1;16;2024-05-01\nbeta;add;**71 %**;;\n"
YAML = "- &a {dataset: {id: x}, value: 96.06, date: 2025-01-15}\n- {<<: *a, value: 0.5}\n"
EXAMPLES = b'{"instruction": "Add 1 and 2.", "input": "x", "output": "3"}\n'
CHAT = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}'
MARKDOWN = """\
# A *title* &amp; more #

## Head {#main}

Text with [a link](https://example.org "t"), `code`, <b onclick=x>tags</b> and "quotes"...

1. one
    * two

| a | b |
|---|--:|
| 1 | 2 |
"""
# Contents that some parser takes long for, or fails at in a way of its own.
HOSTILE = (
    b"[" * 100_000,
    b'{"a":' * 40_000,
    b"<a>" * 60_000,
    b">" * 2_000 + b" a",
    b"a" + b".a" * 20_000 + b" = 1",
    b"9" * 100_000,
    b'{"a": 1e999999999}',
    b" " * 100_000 + b"x",
    b"\n" * 100_000,
    bytes(10_000),
    b"a," * 50_000,
    b"[a](" * 10_000,
    b"*a _b " * 10_000,
    b'{"\\ud800": "\\udfff"}',
    b'{"mod\xe8le": "\xff"}',
    '{"a": 1}'.encode("utf-16"),
    b"PAR1" + b"\xff" * 64 + b"PAR1",
    b"PK\x05\x06" + b"\xff" * 18,
)
Files = Mapping[str, bytes]


class Reader(NamedTuple):
    """A place that reads files of strangers.

    Attributes:
        sound: Return the sound files of a folder by their paths.
        read: Read the folder; a `SiteError` refuses it, and every other exception is a bug.
    """

    sound: Callable[[], Files]
    read: Callable[[Path], object]


class SlowReaderError(Exception):
    """An input takes too long."""


def write_files(files: Files, folder: Path) -> None:
    """Write files into a folder, with the folders that they need."""
    for name, content in files.items():
        write(folder, name, content)


def sound_inputs(reader: Reader) -> list[bytes]:
    """Return each sound file as an input."""
    return [bytes([number]) + content for number, content in enumerate(reader.sound().values())]


def hostile_inputs(reader: Reader) -> Iterator[bytes]:
    """Yield each of `HOSTILE` in place of each file."""
    for number in range(len(reader.sound())):
        yield from (bytes([number]) + content for content in HOSTILE)


def split_input(reader: Reader, given: bytes) -> tuple[str, bytes]:
    """Return the file that an input chooses, and its new content."""
    names = [*reader.sound()]
    return names[(given[0] if given else 0) % len(names)], given[1:]


def read_input(reader: Reader, folder: Path, given: bytes) -> None:
    """Give an input to a reader whose sound files are in `folder`, within the limit of time."""
    name, content = split_input(reader, given)
    (folder / name).write_bytes(content)
    try:
        with _limited_time():
            reader.read(folder)
    except SiteError:
        pass
    finally:
        (folder / name).write_bytes(reader.sound()[name])


def _try_all(acts: Iterable[Callable[[], object]]) -> None:
    """Do each, whatever becomes of the others; then raise the first refusal."""
    refused = list[SiteError]()
    for act in acts:
        try:
            act()
        except SiteError as error:
            refused.append(error)
    if refused:
        raise refused[0]


@contextmanager
def _limited_time() -> Iterator[None]:
    """Raise a `SlowReaderError` in the block once it has used up its CPU time."""

    def stop(*_: object) -> None:
        message = f"more than {CPU_S} s of CPU time"
        raise SlowReaderError(message)

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


# --- importers ----------------------------------------------------------------------------------


def _harness(folder: str) -> Files:
    root = HARNESSES / folder
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def _tables() -> Files:
    frame = pd.DataFrame({"model": ["a", "b"], "add": [0.5, 0.25], "n": [16, None]})
    lines = frame.to_json(orient="records", lines=True)
    files = {"a.csv": CSV.encode(), "a.parquet": parquet(frame), "a.jsonl": lines.encode()}
    files |= {"a.json": b'[{"model": "a", "add": {"x": 0.5}}]', "a.yaml": YAML.encode()}
    return {**files, "a.xlsx": (HARNESSES / "tables/scores.xlsx").read_bytes()}


def _model_cards() -> Files:
    return {**_harness("hugging_face"), "m/.eval_results/a.yaml": YAML.encode()}


def _inspect_logs() -> Files:
    packed = io.BytesIO()
    log = json.loads(INSPECT.read_bytes())
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        samples = {f"samples/{n}.json": s for n, s in enumerate(log.pop("samples")[:3])}
        for name, value in {"header.json": log, **samples}.items():
            archive.writestr(name, json.dumps(value))
    return {**_harness("inspect"), "a.eval": packed.getvalue()}


def _import(source: str, folder: Path) -> None:
    """Import into a project without tables: no reader failed, and each score is whole."""
    options = ImportOptions(examples=True, scale="other", higher_is_better=True)
    config = SiteConfig(root=folder.parent / "project")
    try:
        report = import_paths(format_of(source), [folder], config, options, dry=True)
    except FaultsError as error:
        lines = [str(fault) for fault in error.faults]
    else:
        lines = [str(fault) for fault in warnings_of(report, config)]
        measures = report.reading.measures
        assert all(m.model and m.task and abs(m.score) <= 1e100 for m in measures)
    assert [] == [line for line in lines if UNEXPECTED in line]


# --- tables, projects, examples, training sets ---------------------------------------------------


def _project() -> Files:
    """A project with every table, and texts of all kinds."""
    prices = pd.DataFrame({"provider": ["p"], "model": ["alpha"]})
    money = dict.fromkeys(("usd_per_million_input_tokens", "usd_per_million_output_tokens"), 1.0)
    requests = pd.DataFrame({"provider": ["p"], "model": ["alpha"], "total_s": [2.0]})
    tables = {**board(), "prices": prices.assign(**money), "serving_requests": requests}
    files = {f"data/{name}.parquet": parquet(table) for name, table in tables.items()}
    texts = {"lede": "{{ models[0].name }} leads.", "pages/more": MARKDOWN}
    files |= {f"data/content/{name}.md": text.encode() for name, text in texts.items()}
    return {**files, "site.toml": SITE_TOML.encode()}


def _read_project(folder: Path) -> None:
    config = load_config(folder)
    prose = load_prose(config.content_dir)
    for text in (*prose.texts.values(), *prose.own.values()):
        plain_text(text[:_MOST_MARKDOWN])
    read_release(str(folder))


def _text_tables() -> Files:
    frames = board()
    models = frames["models"].to_json(orient="records", lines=True)
    files = {f"data/{name}.csv": frames[name].to_csv(index=False) for name in ("results", "tasks")}
    return {name: text.encode() for name, text in {**files, "data/models.jsonl": models}.items()}


def _submissions() -> Files:
    """A project of submissions alone, as YAML and JSON."""
    text = (
        "schema: 1\nmodel: m\nfacets: { agent: 'x' }\nscores:\n  t: { score: 1, n_examples: 9 }\n"
    )
    values = {"schema": 1, "model": "n", "name": "N", "scores": {"t": [{"score": 0.5}]}}
    files = {"a.yaml": text, "b.json": json.dumps(values)}
    named = {f"data/submissions/{name}": content.encode() for name, content in files.items()}
    return {**named, "site.toml": b'[tasks."*"]\nhigher_is_better = true\n'}


def _review() -> Files:
    """A review with an entry and a change."""
    entry = ReviewedEntry("m", True, "", "", 1, 1, 2, 3, 4, 4, ("mean", "0.5"), [("Cost", "$1")])
    section = ChangeSection("scores", ("model", "task"), [("m", "t")])
    review = Review(2, False, 1, 1, 1, ["b"], section, [entry], [section], [])
    return {FILE: write_review(review)}


def _long_tables() -> Files:
    frame = board()["results"]
    return {"a.csv": frame.to_csv(index=False).encode(), "a.parquet": parquet(frame)}


def _read_long_tables(folder: Path) -> None:
    _try_all(partial(read_long_table, path) for path in folder.iterdir())


def _stored() -> Files:
    """Tables that commands add to."""
    features = {"task": ["add"], "length_unit": ["words"], "rouge_l": [0.5]}
    frames = {
        "results": board()["results"],
        "models": board()["models"],
        "tasks": pd.DataFrame(features),
    }
    return {f"data/{name}.parquet": parquet(frame) for name, frame in frames.items()}


def _merge(folder: Path) -> None:
    """Add to the tables by each command."""
    config = SiteConfig(root=folder)
    options = ImportOptions(scale="other", higher_is_better=True)
    measures = (ImportedScore("a", "t", 0.5),)
    source = Format("one", "a score", lambda *_: Reading(measures, files=1))
    rows = [{"task": "add", "rouge_l": 0.25}]
    commands: tuple[Callable[[], object], ...] = (
        lambda: import_paths(source, [folder], config, options, dry=True),
        lambda: save(Aggregated(), config, "a", dry=True),
        lambda: save_features(config.data_dir, rows, dry=True),
    )
    _try_all(commands)


def _tokenizers() -> Files:
    model = {"type": "WordLevel", "vocab": {"a": 0, "?": 1}, "unk_token": "?"}
    return {"tokenizer.json": json.dumps({"version": "1.0", "model": model}).encode()}


def _count_tokens(folder: Path) -> None:
    find_tokenizer(str(folder / "tokenizer.json")).count("a b")


def _examples() -> Files:
    frame = pd.DataFrame(ROWS, columns=["model", "task", "variant", "example", "score"])
    one = frame.tail(1)
    return {
        "a.parquet": parquet(frame),
        "b.parquet": parquet(one.assign(example="7")),
        "c.csv": one.assign(example="8").to_csv(index=False).encode(),
        "d.jsonl": one.assign(example="9").to_json(orient="records", lines=True).encode(),
    }


def _aggregate(folder: Path) -> None:
    config = SiteConfig(root=folder.parent / "project")
    with open_database(10**8) as database, TemporaryDirectory() as scratch:
        files = find_examples([folder], Path(scratch))
        save(aggregate(files, database, config, average=True), config, "a", dry=True)


def _training_sets() -> Files:
    frame = pd.DataFrame({"prompt": ["Add."], "completion": ["3"]})
    files = {"add/train.jsonl": EXAMPLES, "chat.jsonl": CHAT, "t.parquet": parquet(frame)}
    return {**files, "s.csv": frame.to_csv(index=False).encode()}


def _profile(folder: Path) -> None:
    profile_sets(find_sets([str(folder)])[0], find_tokenizer("words"))


# --- published sites -----------------------------------------------------------------------------


@cache
def _published() -> Files:
    """What is read of a published site: its API, tables and feed, with a manifest of its own."""
    # Here, since it imports all that renders, and atheris takes seconds to count its lines.
    from tests.helpers.editions import build, toml

    with TemporaryDirectory() as folder:
        frames = {**board(), "results": results_frame()[:-1]}
        older = write_project(Path(folder) / "older", frames, toml("2023-01-01"))
        root = write_project(Path(folder) / "newer", board(), toml("2024-05-02"))
        built = build(root, older).files
    wanted = ("api/v1/", "changes/feed.xml", "releases/")
    read = {name: content for name, content in built.items() if name.startswith(wanted)}
    return with_manifest({name: read[name] for name in sorted(read) if "schema" not in name})


@cache
def _computed() -> SiteResults:
    """The results of the board whose published site is read."""
    with TemporaryDirectory() as folder:
        config = load_config(write_project(Path(folder), board()))
        return compute_site(read_project(config)[0], config)


def _read_published(folder: Path) -> None:
    find_conflicts(folder)
    verify_site(folder)
    release, computed = read_release(str(folder), with_kept=True), _computed()
    find_news(SiteConfig(root=folder), release, computed)


def _answers() -> Files:
    head = b"HTTP/1.1 200 OK\r\nLocation: /elsewhere\r\nContent-Type: application/json\r\n"
    return {
        "whole": head + b"Content-Length: 2\r\n\r\n{}",
        "chunked": head + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "gone": b"HTTP/1.1 404 Not Found\r\n\r\n",
    }


class _Answer(BaseHTTPRequestHandler):
    """Answers every request by the bytes of its server."""

    server: "_Host"

    def handle(self) -> None:
        """Read one request and send the bytes."""
        while self.rfile.readline().strip():
            pass
        self.wfile.write(self.server.answer)


class _Host(HTTPServer):
    """A host on loopback that answers anything."""

    answer = b""

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that has closed the connection."""


@cache
def _host() -> _Host:
    host = _Host((LOOPBACK, 0), _Answer)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    return host


def _download(folder: Path) -> None:
    host = _host()

    def ask(path: Path) -> None:
        host.answer = path.read_bytes()
        open_site(f"http://{LOOPBACK}:{host.server_port}").read("api/v1/stats.json")

    _try_all(partial(ask, path) for path in folder.iterdir())


# A format of its own name below HARNESSES needs no entry here.
IMPORTERS: Mapping[str, Callable[[], Files]] = {
    **{known.name: partial(_harness, known.name.replace("-", "_")) for known in FORMATS},
    "csv": _tables,
    "inspect": _inspect_logs,
    "model-index": _model_cards,
}
READERS: Mapping[str, Reader] = {
    **{
        f"import {source}": Reader(cache(sound), partial(_import, source))
        for source, sound in IMPORTERS.items()
    },
    "project": Reader(cache(_project), _read_project),
    "text tables": Reader(cache(_text_tables), lambda folder: read_release(str(folder))),
    "submissions": Reader(cache(_submissions), lambda folder: read_release(str(folder))),
    "review": Reader(cache(_review), lambda at: review_comment(read_review(at / FILE))),
    "init --from": Reader(cache(_long_tables), _read_long_tables),
    "aggregate": Reader(cache(_examples), _aggregate),
    "profile": Reader(cache(_training_sets), _profile),
    "merge": Reader(cache(_stored), _merge),
    "tokenizer": Reader(cache(_tokenizers), _count_tokens),
    "published site": Reader(_published, _read_published),
    "download": Reader(cache(_answers), _download),
}
