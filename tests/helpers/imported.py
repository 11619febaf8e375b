"""Imports in tests: the command, what it wrote, and files as harnesses write them."""

import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from click.testing import CliRunner, Result

from site_builder.commands import main

UP = "--higher-is-better"
HARNESSES = Path(__file__).parents[1] / "data/harnesses"


def run_import(source: str, *args: object, into: Path) -> Result:
    """`site_builder import`, in this process."""
    words = ["import", source, *map(str, args), "--into", str(into)]
    return CliRunner().invoke(main, words)


def imported(source: str, *args: object, into: Path) -> list[dict[str, Any]]:
    """The results after an import that must work."""
    said = run_import(source, *args, into=into)
    assert 0 == said.exit_code, said.stderr
    return rows(into)


def rows(project: Path, table: str = "results") -> list[dict[str, Any]]:
    """The rows of a table of a project; a value that is not known is left out of its row."""
    stored = pq.read_table(project / f"data/{table}.parquet").to_pylist()
    return [{k: v for k, v in row.items() if v is not None} for row in stored]


def scores(project: Path) -> dict[tuple[str, str, str], float]:
    """The scores of a project by model, task and variant."""
    return {(r["model"], r["task"], r["variant"]): r["score"] for r in rows(project)}


def contents(project: Path) -> dict[str, tuple[bytes, int]]:
    """Every table of a project, with the time at which it was written."""
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted((project / "data").glob("*.parquet"))
    }


def paste(project: Path, said: Result) -> str:
    """Write the lines that a message offers into `site.toml`, as a reader would; return it."""
    path = project / "site.toml"
    text, section = path.read_text() if path.exists() else "", ""
    for line in (line[4:] for line in said.stderr.splitlines() if line.startswith("    ")):
        if heading := re.fullmatch(r"# below (\[\w+\]); replace .*|(\[\w+\])", line):
            section = heading[1] or heading[2]
            text += f"{line}\n" if heading[2] else ""
        elif not line.startswith("#"):
            key = re.escape(line.partition(" = ")[0])
            text = re.sub(rf"^{key} = .*\n", "", text, flags=re.MULTILINE)
            before, heading_, after = text.partition(f"{section}\n")
            text = f"{before}{heading_}{line}\n{after}"
    path.write_text(text)
    return text


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file in a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def write_json(path: Path, value: object) -> Path:
    """A JSON file, with the folders that it needs."""
    return write(path.parent, path.name, json.dumps(value))


def write_workbook(
    path: Path, cells: str, sheet: str = "{}", text: str = "", first: str = "", merged: str = ""
) -> None:
    """An Excel workbook with a `first` sheet, hidden if it is empty, and one with cells in XML.

    Style 1 is a date, and the only shared text is `text`; `merged` are places of merged cells.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    link = f'<Relationship Id="{{0}}" Type="{kind}/{{1}}" Target="{{2}}"/>'
    state = "visible" if first else "hidden"
    sheets = f'<sheet name="a" state="{state}" r:id="a"/><sheet name="b" r:id="b"/>'
    merged = f'<mergeCells><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    links = (("a", "worksheet", "sheets/a.xml"), ("b", "worksheet", "sheets/b.xml"))
    parts = {
        "_rels/.rels": link.format("c", "officeDocument", "xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": "".join(link.format(*words) for words in links),
        "xl/workbook.xml": f'<workbook xmlns:r="{kind}"><sheets>{sheets}</sheets></workbook>',
        "xl/styles.xml": '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
        "</styleSheet>",
        "xl/sharedStrings.xml": f"<sst><si><t>{text}</t></si></sst>",
        "xl/sheets/a.xml": f"<worksheet><sheetData>{first}</sheetData></worksheet>",
        "xl/sheets/b.xml": sheet.format(
            f"<worksheet><sheetData>{cells}</sheetData>{merged}</worksheet>"
        ),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            is_links = name.endswith(".rels")
            text = f"<Relationships>{text}</Relationships>" if is_links else text
            archive.writestr(name, text)


def lm_eval_results(
    results: dict[str, Any], model_args: object = "pretrained=org/base", **more: Any
) -> dict[str, Any]:
    """What a results file of the lm-evaluation-harness holds, as of 0.4."""
    config = {"model": "hf", "model_args": model_args, "limit": None, **more.pop("config", {})}
    return {"results": results, "config": config, "n-shot": dict.fromkeys(results, 0), **more}


def record(model: str, tasks: Mapping[str, float], **settings: str) -> dict[str, Any]:
    """A record of Every Eval Ever, where what it states of a run stands in each result."""
    results = [
        {
            "evaluation_name": task,
            "metric_config": {"lower_is_better": False, "min_score": 0, "max_score": 1},
            "score_details": {"score": score},
            "generation_config": {"additional_details": {**settings}},
        }
        for task, score in tasks.items()
    ]
    return {"model_info": {"id": model}, "evaluation_results": results}
