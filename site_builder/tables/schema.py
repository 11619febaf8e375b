"""The contract of the data: every table, every column, its type, range, unit and meaning.

The checks, the documentation of the data and the column lists of the published data page all come
from here.
"""

from __future__ import annotations

from typing import Literal

from site_builder.records import Record

Type = Literal["text", "number", "integer", "boolean", "date", "url"]

TYPE_WORDS: dict[Type, str] = {
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "date": "date (YYYY-MM-DD)",
    "url": "link (http or https) or path",
}


class ColumnSpec(Record):
    """One column of the contract.

    Attributes:
        name: Its name in the Parquet file.
        type: What its values are.
        meaning: What it says, in one phrase.
        required: Whether the file must have it; a required column holds no nulls.
        low: Least value allowed.
        unit: Unit of a number.
        default: What holds where the column, or a value, is absent.
        feature: Whether it describes the task so that it may explain lift.
    """

    name: str
    type: Type
    meaning: str
    required: bool = False
    low: float | None = None
    unit: str = ""
    default: str = "not known"
    feature: bool = False


class TableSpec(Record):
    """One table of the contract: its file, its key, its columns in published order."""

    name: str
    meaning: str
    row: str
    key: tuple[str, ...]
    columns: tuple[ColumnSpec, ...]
    required: bool = False

    @property
    def file(self) -> str:
        """Name of the file within the data folder."""
        return f"{self.name}.parquet"

    def column(self, name: str) -> ColumnSpec | None:
        """The column of that name, or None where the contract has none."""
        return next((c for c in self.columns if c.name == name), None)


def _text(
    name: str, meaning: str, *, required: bool = False, default: str = "not known"
) -> ColumnSpec:
    return ColumnSpec(name, "text", meaning, required=required, default=default)


def _examples(split: str) -> ColumnSpec:
    name, meaning = f"{split}_examples", f"Examples in the {split} split"
    return ColumnSpec(name, "integer", meaning, low=0, unit="examples", feature=True)


def _tokens(name: str, meaning: str) -> ColumnSpec:
    return ColumnSpec(name, "number", meaning, low=0, unit="tokens", feature=True)


def _length(part: str) -> tuple[ColumnSpec, ColumnSpec]:
    words = f"length of an {part}"
    return (
        _tokens(f"{part}_length_mean", f"Mean {words}"),
        _tokens(f"{part}_length_std", f"Standard deviation of the {words}"),
    )


def _p95(part: str) -> ColumnSpec:
    return _tokens(f"{part}_length_p95", f"95th percentile of the length of an {part}")


def _billions(name: str, meaning: str) -> ColumnSpec:
    return ColumnSpec(name, "number", meaning, low=0, unit="billions", default="undisclosed")


def _price(name: str, meaning: str) -> ColumnSpec:
    return ColumnSpec(name, "number", meaning, low=0, unit="US dollars")


RESULTS = TableSpec(
    "results", "The scores.", "a score", ("model", "task", "variant"), required=True,
    columns=(
        _text("model", "Id of the model", required=True),
        _text("task", "Id of the task", required=True),
        _text("variant", "How the model was run, such as `base` or `fine_tuned`", default="`base`"),
        ColumnSpec("score", "number", "The score, in the metric's own unit", required=True),
        ColumnSpec("stderr", "number", "Standard error of the score, in the same unit", low=0),
        ColumnSpec("n_examples", "integer", "Examples it was measured on", low=1, unit="examples"),
        ColumnSpec("date", "date", "When the score was measured or published"),
        ColumnSpec("source", "url", "The evidence: a link, or a path"),
        _text("command", "The command that gave the score"),
        _text("flag", "Why the score should be read with care", default="no reservation"),
    ),
)  # fmt: skip
MODELS = TableSpec(
    "models", "The models.", "a model", ("model",),
    columns=(
        _text("model", "Id of the model", required=True),
        _text("name", "Name to show", default="the id"),
        _text("developer", "Who made it"),
        _text("family", "Family of models that it belongs to"),
        ColumnSpec("release_date", "date", "When it was released"),
        _billions("parameters_b", "Number of parameters"),
        _text("tuning", "How its maker tuned it, such as `base` or `instruct`"),
        _text("license", "Licence of the weights"),
        ColumnSpec("url", "url", "Its page"),
        _text("hf_id", "Its id on Hugging Face"),
        _text("description", "What it is, in a sentence or two"),
    ),
)  # fmt: skip
TASKS = TableSpec(
    "tasks", "The tasks.", "a task", ("task",),
    columns=(
        _text("task", "Id of the task", required=True),
        _text("name", "Name to show", default="the id"),
        _text("category", "Kind of task", default="no category"),
        _text("metric", "What the score measures, such as `accuracy`"),
        _text("description", "What the model is asked to do"),
        ColumnSpec("higher_is_better", "boolean", "Is a higher score better?", default="true"),
        ColumnSpec("score_min", "number", "Least score possible", default="no bound"),
        ColumnSpec("score_max", "number", "Greatest score possible", default="no bound"),
        ColumnSpec(
            "mean_of_examples", "boolean",
            "Is a score the mean of its examples' scores? Accuracy is; F1 is not",
            default="true where the bounds are 0 and 1, or 0 and 100",
        ),
        ColumnSpec("dataset_url", "url", "The data set's page"),
        _text("evaluation_split", "Split that the scores were measured on"),
        _examples("train"), _examples("validation"), _examples("test"),
        *_length("input"), _p95("input"), *_length("output"), _p95("output"), *_length("example"),
        _tokens("tokens_min", "Tokens in the shortest example"),
        _tokens("tokens_max", "Tokens in the longest example"),
        _tokens("tokens_p95", "95th percentile of the tokens in an example"),
        _text("length_unit", "What these lengths count", default="tokens, not said which"),
        ColumnSpec(
            "compression_ratio", "number", "How far the training set compresses", low=0,
            feature=True,
        ),
        ColumnSpec(
            "rouge_l", "number", "Mean ROUGE-L between input and output", low=0,
            feature=True,
        ),
    ),
)  # fmt: skip
SERVING_REQUESTS = TableSpec(
    "serving_requests", "Measured requests to providers.", "a request", (),
    columns=(
        _text("provider", "Who served the request", required=True),
        _text("model", "Id of the model that was served", required=True),
        _text("error_code", "Code of the failure", default="the request succeeded"),
        ColumnSpec("ttft_s", "number", "Time to the first token", low=0, unit="seconds"),
        ColumnSpec("total_s", "number", "Time to the last token", low=0, unit="seconds"),
        ColumnSpec("input_tokens", "number", "Tokens sent", low=0, unit="tokens"),
        ColumnSpec("output_tokens", "number", "Tokens received", low=0, unit="tokens"),
    ),
)  # fmt: skip
PRICES = TableSpec(
    "prices", "List prices.", "a price", ("provider", "model"),
    columns=(
        _text("provider", "Who sells", required=True),
        _text("model", "Id of the model that is sold", required=True),
        _price("usd_per_million_input_tokens", "Price of a million tokens sent"),
        _price("usd_per_million_output_tokens", "Price of a million tokens received"),
        _price("usd_per_hour", "Price of an hour, where the hour is sold"),
        ColumnSpec("source", "url", "Where the price is listed"),
        ColumnSpec("date", "date", "When the price was read"),
    ),
)  # fmt: skip
EXAMPLES = TableSpec(
    "examples", "Scores of single examples.", "a score", ("model", "task", "variant", "example"),
    columns=(
        _text("model", "Id of the model", required=True),
        _text("task", "Id of the task", required=True),
        _text("variant", "How the model was run, as in the results", default="`base`"),
        _text("example", "Id of the example within its task", required=True),
        ColumnSpec("score", "number", "The score of this one example", required=True),
    ),
)  # fmt: skip
DIFFERENCES = TableSpec(
    "differences", "Differences of scores, paired by example.", "a difference",
    ("model", "task", "variant", "against"),
    columns=(
        _text("model", "Id of the model", required=True),
        _text("task", "Id of the task", required=True),
        _text("variant", "How the model was run, as in the results", default="`base`"),
        _text(
            "against",
            "What it is set against: `base` (the same model before tuning) or `baseline`",
            required=True,
        ),
        _text("against_model", "Id of the model that it is set against"),
        _text("against_variant", "How that model was run"),
        ColumnSpec(
            "difference", "number",
            "Mean over common examples of its score minus the other's, in the metric's own unit",
            default="no example is common to both",
        ),
        ColumnSpec("stderr", "number", "Standard error of the difference, in the same unit", low=0),
        ColumnSpec("n_pairs", "integer", "Examples common to both", low=0, unit="examples"),
        ColumnSpec(
            "n_unpaired", "integer", "Examples that the other run lacks", low=0, unit="examples"
        ),
        ColumnSpec(
            "n_unpaired_against", "integer", "Examples that only the other run has", low=0,
            unit="examples",
        ),
    ),
)  # fmt: skip

TABLES: tuple[TableSpec, ...] = (
    *(RESULTS, MODELS, TASKS, SERVING_REQUESTS, PRICES),
    *(EXAMPLES, DIFFERENCES),
)
