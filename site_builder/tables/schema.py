"""Declare every table and column of the data: type, range, unit and meaning.

The checks, `docs/data.md` and the column lists of the data page are made from these declarations.
"""

from __future__ import annotations

from typing import Literal

from site_builder.records import Record

Type = Literal["text", "number", "integer", "boolean", "date", "url"]

LARGEST = 1e100
"""The largest absolute number in a table: sums of squares stay finite."""

TYPE_WORDS: dict[Type, str] = {
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "date": "date (YYYY-MM-DD)",
    "url": "link (http or https) or path",
}


class ColumnSpec(Record):
    """A column that a table may have.

    Attributes:
        meaning: The description, in one phrase.
        required: Whether the table must have the column; a required column holds no nulls.
        low: The smallest value allowed.
        unit: The unit of a number.
        default: How an absent column or value is read.
        feature: Whether the analysis page relates it to lift.
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
    """A table: its file, its key, and its columns in published order."""

    name: str
    meaning: str
    row: str
    key: tuple[str, ...]
    columns: tuple[ColumnSpec, ...]
    required: bool = False

    @property
    def file(self) -> str:
        """The file name in the data folder."""
        return f"{self.name}.parquet"

    def column(self, name: str) -> ColumnSpec | None:
        """Return the declaration of a column, or None if there is none."""
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
        ColumnSpec("score", "number", "The score, in the unit of the metric", required=True),
        ColumnSpec("stderr", "number", "Standard error of the score, in the same unit", low=0),
        ColumnSpec("n_examples", "integer", "Number of scored examples", low=1, unit="examples"),
        ColumnSpec("date", "date", "When the score was measured or published"),
        ColumnSpec("source", "url", "Where the score comes from: a link or a path"),
        _text("command", "Command that produced the score"),
        _text("flag", "Why the score needs caution", default="no caveat"),
    ),
)  # fmt: skip
MODELS = TableSpec(
    "models", "The models.", "a model", ("model",),
    columns=(
        _text("model", "Id of the model", required=True),
        _text("name", "Name to show", default="the id"),
        _text("developer", "Developer of the model"),
        _text("family", "Model family"),
        ColumnSpec("release_date", "date", "Release date"),
        _billions("parameters_b", "Number of parameters"),
        _text("tuning", "How the developer tuned it, such as `base` or `instruct`"),
        _text("license", "Licence of the weights"),
        ColumnSpec("url", "url", "Web page of the model"),
        _text("hf_id", "Id on Hugging Face"),
        _text("description", "One or two sentences about the model"),
    ),
)  # fmt: skip
TASKS = TableSpec(
    "tasks", "The tasks.", "a task", ("task",),
    columns=(
        _text("task", "Id of the task", required=True),
        _text("name", "Name to show", default="the id"),
        _text("category", "Category of the task", default="no category"),
        _text("metric", "What the score measures, such as `accuracy`"),
        _text("description", "What the model has to do"),
        ColumnSpec("higher_is_better", "boolean", "Whether higher is better", default="true"),
        ColumnSpec("score_min", "number", "Lowest possible score", default="no bound"),
        ColumnSpec("score_max", "number", "Highest possible score", default="no bound"),
        ColumnSpec(
            "mean_of_examples", "boolean",
            "Whether the score is a mean over examples: true for accuracy, false for F1",
            default="true where the bounds are 0 and 1, or 0 and 100",
        ),
        ColumnSpec("dataset_url", "url", "Web page of the data set"),
        _text("evaluation_split", "Split of the data set behind the scores"),
        _examples("train"), _examples("validation"), _examples("test"),
        *_length("input"), _p95("input"), *_length("output"), _p95("output"), *_length("example"),
        _tokens("tokens_min", "Tokens in the shortest example"),
        _tokens("tokens_max", "Tokens in the longest example"),
        _tokens("tokens_p95", "95th percentile of the tokens in an example"),
        _text("length_unit", "Unit of the lengths", default="tokens of an unknown tokenizer"),
        ColumnSpec(
            "compression_ratio", "number",
            "Size of the training set divided by its compressed size", low=0, feature=True,
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
        _text("provider", "Provider of the request", required=True),
        _text("model", "Id of the model", required=True),
        _text("error_code", "Error code of a failed request", default="the request succeeded"),
        ColumnSpec("ttft_s", "number", "Time to the first token", low=0, unit="seconds"),
        ColumnSpec("total_s", "number", "Time to the last token", low=0, unit="seconds"),
        ColumnSpec("input_tokens", "number", "Input tokens", low=0, unit="tokens"),
        ColumnSpec("output_tokens", "number", "Output tokens", low=0, unit="tokens"),
    ),
)  # fmt: skip
PRICES = TableSpec(
    "prices", "List prices.", "a price", ("provider", "model"),
    columns=(
        _text("provider", "Provider of the offer", required=True),
        _text("model", "Id of the model", required=True),
        _price("usd_per_million_input_tokens", "Price of a million input tokens"),
        _price("usd_per_million_output_tokens", "Price of a million output tokens"),
        _price("usd_per_hour", "Price of an hour, for offers billed by the hour"),
        ColumnSpec("source", "url", "Link to the price list"),
        ColumnSpec("date", "date", "Date of the price"),
    ),
)  # fmt: skip
EXAMPLES = TableSpec(
    "examples", "Scores of single examples.", "a score", ("model", "task", "variant", "example"),
    columns=(
        _text("model", "Id of the model", required=True),
        _text("task", "Id of the task", required=True),
        _text("variant", "Variant, as in the results", default="`base`"),
        _text("example", "Id of the example in its task", required=True),
        ColumnSpec("score", "number", "The score of this example", required=True),
    ),
)  # fmt: skip
DIFFERENCES = TableSpec(
    "differences", "Score differences, paired by example.", "a difference",
    ("model", "task", "variant", "against"),
    columns=(
        _text("model", "Id of the model", required=True),
        _text("task", "Id of the task", required=True),
        _text("variant", "Variant, as in the results", default="`base`"),
        _text(
            "against",
            "Compared with `base` (the same model before tuning) or with the `baseline`",
            required=True,
        ),
        _text("against_model", "Id of the model compared with"),
        _text("against_variant", "Variant of the model compared with"),
        ColumnSpec(
            "difference", "number",
            "Mean difference over the common examples, this run minus the other",
            default="the runs have no common example",
        ),
        ColumnSpec("stderr", "number", "Standard error of the difference, in the same unit", low=0),
        ColumnSpec("n_pairs", "integer", "Examples of both runs", low=0, unit="examples"),
        ColumnSpec(
            "n_unpaired", "integer", "Examples of this run only", low=0, unit="examples"
        ),
        ColumnSpec(
            "n_unpaired_against", "integer", "Examples of the other run only", low=0,
            unit="examples",
        ),
    ),
)  # fmt: skip

TABLES: tuple[TableSpec, ...] = (
    *(RESULTS, MODELS, TASKS, SERVING_REQUESTS, PRICES),
    *(EXAMPLES, DIFFERENCES),
)
