"""The formats that can be imported: the one list of them."""

from __future__ import annotations

from site_builder.importers.every_eval_ever import read_every_eval_ever
from site_builder.importers.flat import read_flat
from site_builder.importers.helm import read_helm
from site_builder.importers.hugging_face import read_hugging_face
from site_builder.importers.inspect_logs import read_inspect
from site_builder.importers.lm_eval import read_lm_eval
from site_builder.importers.mteb import read_mteb
from site_builder.importers.plugins import load_reader, plugin_formats
from site_builder.importers.records import Reader
from site_builder.records import Record


class Format(Record):
    """A format of evaluation output.

    Attributes:
        name: Its name on the command line.
        meaning: What is read, in a phrase.
        read: Its reader: a function of a path, to a file or a folder, and of `Options`. It raises
            nothing: what cannot be read it lists as `Skipped`, with the reason.
    """

    name: str
    meaning: str
    read: Reader


FORMATS = (
    Format("csv", "tables, long or wide: CSV, TSV, Parquet, JSON lines", read_flat),
    Format("lm-eval", "results of the lm-evaluation-harness, 0.2 to 0.4", read_lm_eval),
    Format("helm", "run folders of HELM", read_helm),
    Format("inspect", "logs of Inspect, .eval and .json", read_inspect),
    Format("mteb", "result folders of MTEB", read_mteb),
    Format("model-index", "model cards and .eval_results of Hugging Face", read_hugging_face),
    Format("every-eval-ever", "records of the Every Eval Ever schema", read_every_eval_ever),
)


def known_formats() -> dict[str, str]:
    """What can be read, by name: ours, then what packages bring under names of their own."""
    own = {known.name: known.meaning for known in FORMATS}
    brought = {name: f"brought by {origin}" for name, origin in plugin_formats().items()}
    return own | {name: brought[name] for name in sorted(brought) if name not in own}


def format_of(name: str) -> Format:
    """The format of a name that `known_formats` has.

    Raises:
        FaultsError: A package brings it, and it cannot be loaded.
    """
    own = {known.name: known for known in FORMATS}
    return own[name] if name in own else Format(name, known_formats()[name], load_reader(name))
