"""What a results file of the lm-evaluation-harness says about its run: model, command, examples."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

from site_builder.importers.files import (
    as_count,
    as_number,
    as_table,
    as_text,
    day_of,
    moment_in_name,
    moment_of,
    time_of,
)
from site_builder.records import Record

# Names of the harness's own code for running models: in their place no model is named.
_BACKENDS = (
    "hf", "hf-auto", "hf-causal", "hf-causal-experimental", "hf-seq2seq", "hf-multimodal",
    "huggingface", "gpt2", "gpt3", "vllm", "vllm-vlm", "sglang", "sglang-generate", "nemo_lm",
    "megatron_lm", "openai-completions", "openai-chat-completions", "local-completions",
    "local-chat-completions", "openai", "anthropic", "anthropic-chat",
    "anthropic-chat-completions", "textsynth", "goose", "gguf", "ggml", "mamba_ssm", "sparseml",
    "deepsparse", "neuronx", "ipex", "openvino", "optimum", "optimum-causal", "watsonx_llm",
    "steered", "winml", "dummy",
)  # fmt: skip
# Of these the weights are on Hugging Face where the name has the form of an id there.
_HUB_BACKENDS = (
    "hf", "hf-auto", "hf-causal", "hf-causal-experimental", "hf-seq2seq", "hf-multimodal",
    "huggingface", "gpt2", "vllm", "vllm-vlm", "sglang",
)  # fmt: skip
_COUNTS = ("sample_len", "sample_len,none", "samples")  # by version; none had it before 0.4.2
_NAMES = ("pretrained", "model", "model_path", "path", "engine")  # the order is the harness's own
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_UNSAFE = re.compile(r'["<>:/|\\?*\[\]]+')  # what the harness replaces in names of folders


class Run(Record):
    """One run of the harness.

    Attributes:
        model: What was run; empty where the file does not say.
        base: The model that an adapter was put on; None without one.
        facts: Columns of the models table that the file tells.
        date: Day of the run.
        time: What tells the newer of two runs.
        shown: The file.
        document: Its content.
    """

    model: str
    base: str | None
    facts: dict[str, Any]
    date: str | None
    time: tuple[bool, float]
    shown: str
    document: dict[str, Any]

    def shots(self, task: str) -> int | None:
        """Examples in the prompt of a task; None where the file does not say."""
        config = as_table(self.document.get("config"))
        own = as_table(as_table(self.document.get("configs")).get(task))
        stated = (
            as_table(self.document.get("n-shot")).get(task),
            self._values(task).get("n-shot"),
            own.get("num_fewshot"),
            config.get("num_fewshot"),
        )
        number = next((n for n in map(as_number, stated) if n is not None), None)
        return None if number is None else int(number)

    def examples(self, task: str) -> tuple[int | None, int | None]:
        """How many examples of a task were run, and how many it has, where the file says it."""
        counts = as_table(as_table(self.document.get("n-samples")).get(task))
        own = [as_count(self._values(task).get(name)) for name in _COUNTS]
        ran = as_count(counts.get("effective")) or next(filter(None, own), None)
        return ran, as_count(counts.get("original"))

    def _values(self, task: str) -> dict[str, Any]:
        return as_table(as_table(self.document.get("results")).get(task))

    def flag(self, ran: int | None, has: int | None) -> str | None:
        """Why a score should be read with care: only some of the examples were run."""
        limit = as_number(as_table(self.document.get("config")).get("limit"))
        if ran is not None and has is not None:
            return f"Measured on {ran:,} of {has:,} examples." if ran < has else None
        if limit is None or limit <= 0:
            return None
        share = f"{limit:.0%} of the examples" if limit < 1 else f"the first {limit:,.0f} examples"
        return f"Measured on {share} only (--limit)."

    def command(self, task: str, shots: int | None) -> str | None:
        """The command that runs a task again, put together from what the file records."""
        config = as_table(self.document.get("config"))
        model, arguments = as_text(config.get("model")), config.get("model_args")
        if not model or not arguments:
            return None
        if isinstance(arguments, dict):
            arguments = ",".join(f"{name}={value}" for name, value in arguments.items())
        is_old = not {"n-shot", "configs", "lm_eval_version"} & self.document.keys()
        words = ["python", "main.py"] if is_old else ["lm_eval"]
        words += ["--model", model, "--model_args", as_text(arguments), "--tasks", task]
        words += [] if shots is None else ["--num_fewshot", str(shots)]
        limit = as_number(config.get("limit"))
        words += [] if limit is None else ["--limit", f"{limit:g}"]
        return shlex.join(words)

    def other_model_in_path(self) -> str | None:
        """The folder's name, where the harness would have named it for another model."""
        folder = Path(self.shown).parent.name
        names = {self.model, self.model.partition("@")[0]}
        fits = folder.casefold() in {_UNSAFE.sub("__", name).casefold() for name in names}
        return folder if "__" in folder and not fits else None


def run_of(document: dict[str, Any], path: Path, shown: str) -> Run:
    """What a results file says about its run.

    Args:
        document: Its content.
        path: The file.
        shown: The file as messages name it.
    """
    config = as_table(document.get("config"))
    arguments = _arguments(config.get("model_args"))
    model, base = _model(config, arguments, document)
    moment = moment_of(document.get("date")) or moment_in_name(path.name)
    return Run(
        model=as_text(model),
        base=as_text(base) or None,
        facts=_facts(config, base or model, arguments),
        date=day_of(moment),
        time=time_of(moment, path),
        shown=shown,
        document=document,
    )


def _arguments(value: object) -> dict[str, str]:
    """`--model_args`: text such as `pretrained=a/b,dtype=auto`, or an object in newer files."""
    if isinstance(value, dict):
        return {str(name): str(part) for name, part in value.items()}
    pairs = (part.partition("=") for part in re.split(r",(?![^\[{]*[\]}])", as_text(value)))
    return {name.strip(): part.strip() for name, equals, part in pairs if equals}


def _model(
    config: dict[str, Any], arguments: dict[str, str], document: dict[str, Any]
) -> tuple[str, str | None]:
    """What was run, and what it was put on where that was an adapter."""
    stated = next((arguments[name] for name in _NAMES if arguments.get(name)), "")
    name = as_text(config.get("model"))
    if not stated and name not in _BACKENDS:
        stated = name  # forks wrote the model in place of the backend
    stated = (stated or as_text(document.get("model_name"))).rstrip("/")
    revision = arguments.get("revision", "main")
    subfolder = arguments.get("subfolder", "")
    whole = f"{stated}/{subfolder}" if stated and subfolder else stated
    base = whole if revision in ("", "main", "None") or not whole else f"{whole}@{revision}"
    tuned = arguments.get("peft") or arguments.get("delta") or ""
    return (tuned.rstrip("/"), base or None) if tuned not in ("", "None") else (base, None)


def _facts(config: dict[str, Any], model: str, arguments: dict[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    parameters = as_number(config.get("model_num_parameters"))
    if parameters is not None and parameters > 0 and "peft" not in arguments:
        facts["parameters_b"] = parameters / 1e9
    name = model.partition("@")[0]
    if as_text(config.get("model")) in _HUB_BACKENDS and _HUB_ID.fullmatch(name):
        facts["hf_id"] = name
    return facts
