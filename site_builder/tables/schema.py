"""Declare every table and column of the data: type, range, unit and meaning.

The checks, `docs/data.md` and the column lists of the data page are made from these declarations.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

from site_builder.records import Record, replace

Type = Literal["text", "number", "integer", "boolean", "date", "url"]

LARGEST = 1e100
"""The largest absolute number in a table: sums of squares stay finite."""

MOST_BILLIONS = 100_000
"""The largest number of parameters of a model, in billions; a larger one is in another unit."""

PARAMETERS = "parameters"
"""The column of models that counts parameters one by one."""

ENDINGS = (".parquet", ".csv", ".jsonl")
"""How the name of a table's file may end."""

TYPE_WORDS: dict[Type, str] = {
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "date": "date (YYYY, YYYY-MM or YYYY-MM-DD)",
    "url": "link (http or https) or path",
}


class ColumnSpec(Record):
    """A column that a table may have.

    Attributes:
        meaning: The description, in one phrase.
        required: Whether the table must have the column; a required column holds no nulls.
        low, high: The smallest and the largest value allowed.
        range_fix: What to do about another value: `billionth` and `billionfold` stand for that
            value in another unit.
        default: How an absent column or value is read.
        feature: Whether the analysis page relates it to lift.
        choices: The values allowed; empty for any.
    """

    name: str
    meaning: str
    type: Type = "text"
    required: bool = False
    low: float | None = None
    high: float | None = None
    range_fix: str = ""
    unit: str = ""
    default: str = "not known"
    feature: bool = False
    choices: tuple[str, ...] = ()

    def fix_of(self, value: float) -> str:
        """Return what to do about a value that is out of the range; one below 0 is in no unit."""
        if value < 0:
            return ""
        return self.range_fix.format(billionth=value / 1e9, billionfold=value * 1e9)

    def range_problem(self, value: float) -> str:
        """Return what is wrong with the range of a value; empty if it is allowed."""
        if self.low is not None and value < self.low:
            return f"is less than {self.low:,g}"
        if self.high is not None and value > self.high:
            return f"is more than {self.high:,g}"
        return ""


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
        """The name of its file as Parquet, which the site publishes."""
        return f"{self.name}.parquet"

    @property
    def files(self) -> tuple[str, ...]:
        """The names that its file may have in the data folder."""
        return tuple(f"{self.name}{ending}" for ending in ENDINGS)

    def column(self, name: str) -> ColumnSpec | None:
        """Return the declaration of a column, or None if there is none."""
        return next((c for c in self.columns if c.name == name), None)


Combine = Literal["sum", "mean", "median", "none"]


class Facet(Record):
    """A column by which entries are told apart, filtered and coloured.

    Attributes:
        id: Name of the column.
        order: Its values in their order, as far as stated.
        is_setting: Whether it is part of what an entry is; else it is a fact of the model.
        is_number: Whether its values are numbers.
    """

    id: str
    label: str
    order: tuple[str, ...] = ()
    is_setting: bool = True
    is_number: bool = False


_COSTS = ("USD", "s", "ms", "min", "h", "tokens")


class Measure(Record):
    """A numeric column of the results beside the score, or a cost by prices.

    Attributes:
        id: Name of the column.
        unit: `USD`, `s`, `ms`, `tokens`, `B`, any other text, or empty.
        higher_is_better: None where nobody states it.
        combine: How the values of an entry on several tasks make one; `none` takes only equal ones.
        zero_is_missing: Whether 0 stands for an unknown value.
        is_priced: Whether it is the cost of tokens by the prices table.
        price_day: The day of these prices; empty where it is not known.
    """

    id: str
    label: str
    unit: str
    higher_is_better: bool | None
    combine: Combine
    zero_is_missing: bool
    is_priced: bool = False
    price_day: str = ""

    @property
    def is_low_best(self) -> bool | None:
        """Whether less of it is better, as of costs and times; None where that is not known."""
        if self.higher_is_better is None:
            return True if self.unit in _COSTS else None
        return not self.higher_is_better


_number = partial(ColumnSpec, type="number")

VERIFICATIONS = ("self_reported", "reproduced", "verified")
"""How far a score was confirmed, the weakest first."""

_VERIFICATION = ColumnSpec(
    "verification",
    "Who confirmed it: `self_reported`, `reproduced` or `verified`",
    default="not stated",
    choices=VERIFICATIONS,
)
_COMPARABLE = ColumnSpec(
    "comparable",
    "Why it does not compare with the others, such as another user simulator",
    default="it compares",
)
_MODEL = ColumnSpec("model", "Id of the model", required=True)
_TASK = ColumnSpec("task", "Id of the task", required=True)
_VARIANT = ColumnSpec("variant", "Variant, as in the results", default="`base`")
_LENGTHS = (
    ("input_length_mean", "Mean length of an input"),
    ("input_length_std", "Standard deviation of the length of an input"),
    ("input_length_p95", "95th percentile of the length of an input"),
    ("output_length_mean", "Mean length of an output"),
    ("output_length_std", "Standard deviation of the length of an output"),
    ("output_length_p95", "95th percentile of the length of an output"),
    ("example_length_mean", "Mean length of an example"),
    ("example_length_std", "Standard deviation of the length of an example"),
    ("tokens_min", "Tokens in the shortest example"),
    ("tokens_max", "Tokens in the longest example"),
    ("tokens_p95", "95th percentile of the tokens in an example"),
)

RESULTS = TableSpec(
    "results", "The scores.", "a score", ("model", "task", "variant"), required=True,
    columns=(
        _MODEL, _TASK,
        ColumnSpec("subset", "Part of the task that the score is of", default="the whole task"),
        ColumnSpec(
            "version_of_task", "Version of the task that was run; all scores of a task have one",
            default="that of the task",
        ),
        replace(_VARIANT, meaning="How the model was run, such as `base` or `fine_tuned`"),
        _number("score", "The score, in the unit of the metric", required=True),
        _number("stderr", "Standard error of the score, in the same unit", low=0),
        ColumnSpec("n_examples", "Number of scored examples", "integer", low=1, unit="examples"),
        _number(
            "rounding",
            "Most that rounding can have moved the score: 0.001 for a difference of two numbers of "
            "three decimals",
            low=0, default="half a unit of the last decimal of the task's scores",
        ),
        *(
            _number(name, meaning, low=0, unit=unit)
            for name, meaning, unit in (
                ("cost_usd", "Cost of the run", "US dollars"),
                ("seconds", "Time of the run", "seconds"),
                ("input_tokens", "Tokens that the model read", "tokens"),
                ("output_tokens", "Tokens that the model wrote", "tokens"),
            )
        ),
        ColumnSpec("date", "When the score was measured or published", "date"),
        ColumnSpec("source", "Where the score comes from: a link or a path", "url"),
        ColumnSpec("command", "Command that produced the score"),
        ColumnSpec("flag", "Why the score needs caution", default="no caveat"),
        _COMPARABLE, _VERIFICATION,
        ColumnSpec("submitted_by", "Who handed the score in", default="not stated"),
        ColumnSpec("log_url", "Link to the log of the run", "url"),
    ),
)  # fmt: skip
MODELS = TableSpec(
    "models", "The models.", "a model", ("model",),
    columns=(
        _MODEL,
        ColumnSpec("name", "Name to show", default="the id"),
        ColumnSpec("developer", "Developer of the model"),
        ColumnSpec("family", "Model family"),
        ColumnSpec("release_date", "Release date", "date"),
        _number(
            "parameters_b", "Number of parameters", low=0, high=MOST_BILLIONS,
            range_fix="parameters_b counts billions; write {billionth:.4g}, or name the column "
            "`parameters`.",
            unit="billions", default="undisclosed",
        ),
        ColumnSpec(
            PARAMETERS, "Number of parameters as a count, where `parameters_b` does not state it",
            "integer", low=1_000, high=MOST_BILLIONS * 1e9,
            range_fix="parameters counts single ones; write {billionfold:.0f}, or name the column "
            "`parameters_b`.",
            default="that of `parameters_b`",
        ),
        ColumnSpec("tuning", "How the developer tuned it, such as `base` or `instruct`"),
        ColumnSpec("license", "Licence of the weights, such as `Apache-2.0` (SPDX, in any case)"),
        ColumnSpec("url", "Web page of the model", "url"),
        ColumnSpec("hf_id", "Id on Hugging Face"),
        ColumnSpec("description", "One or two sentences about the model"),
        ColumnSpec(
            "role", "`reference` for humans or guessing: shown, but not ranked",
            default="it competes", choices=("reference",),
        ),
        _COMPARABLE, _VERIFICATION,
        ColumnSpec(
            "trained_on",
            "Ids of the tasks whose data it was trained on, with commas between; `*` stands for "
            "any text",
            default="not stated",
        ),
        ColumnSpec(
            "status",
            "Why it has no scores: `pending`, or `not_evaluated` and not to be expected. It is "
            "listed below the board. In a table or a submission with settings such as `effort` "
            "beside it, it is of that entry alone",
            default="it has scores",
            choices=("pending", "not_evaluated"),
        ),
        ColumnSpec("reason", "Why, in a few words, such as a licence that forbids to run it"),
    ),
)  # fmt: skip
TASKS = TableSpec(
    "tasks", "The tasks.", "a task", ("task",),
    columns=(
        _TASK,
        ColumnSpec("name", "Name to show", default="the id"),
        ColumnSpec("category", "Category of the task", default="no category"),
        ColumnSpec(
            "family",
            "Group of tasks whose results go together, such as languages of one benchmark. Errors "
            "and tests treat a family as one observation",
            default="a family of its own",
        ),
        ColumnSpec(
            "part_of", "Id of the task that it is a part of, such as a benchmark of its languages",
            default="a task of its own",
        ),
        _number("weight", "Weight in a weighted mean", low=0, default="1"),
        ColumnSpec(
            "version", "Its version; scores of another version are never compared with these",
            default="that of its scores, where they state one",
        ),
        ColumnSpec("metric", "What the score measures, such as `accuracy`"),
        ColumnSpec(
            "unit",
            "Unit of the score, such as `seconds`. `percent` and `proportion` set bounds that are "
            "not stated, where higher is better",
        ),
        ColumnSpec("description", "What the model has to do"),
        ColumnSpec(
            "higher_is_better", "Whether higher is better", "boolean",
            default="false for metrics such as `wer`; required for errors and costs such as a "
            "latency; else true, with a warning unless the metric is known",
        ),
        _number("score_min", "Lowest possible score", default="no bound"),
        _number("score_max", "Highest possible score", default="no bound"),
        _number("score_chance", "Score that guessing gives, such as 0.5 for yes or no"),
        ColumnSpec(
            "mean_of_examples",
            "Whether the score is a mean over examples: true for accuracy, false for F1", "boolean",
            default="true where the bounds are 0 and 1, or 0 and 100",
        ),
        ColumnSpec("dataset_url", "Web page of the data set", "url"),
        ColumnSpec("evaluation_split", "Split of the data set behind the scores"),
        ColumnSpec(
            "evaluation_examples",
            "Examples in the evaluated split, if each is right or wrong",
            "integer", low=1, unit="examples",
        ),
        *(
            ColumnSpec(
                f"{split}_examples", f"Examples in the {split} split", "integer", low=0,
                unit="examples", feature=True,
            )
            for split in ("train", "validation", "test")
        ),
        *(
            _number(name, meaning, low=0, unit="tokens", feature=True)
            for name, meaning in _LENGTHS
        ),
        ColumnSpec("length_unit", "Unit of the lengths", default="tokens of an unknown tokenizer"),
        _number(
            "compression_ratio", "Size of the training set divided by its compressed size",
            low=0, feature=True,
        ),
        _number("rouge_l", "Mean ROUGE-L between input and output", low=0, feature=True),
    ),
)  # fmt: skip
SERVING_REQUESTS = TableSpec(
    "serving_requests", "Measured requests to providers.", "a request", (),
    columns=(
        ColumnSpec("provider", "Provider of the request", required=True),
        _MODEL,
        ColumnSpec("error_code", "Error code of a failed request", default="the request succeeded"),
        _number("ttft_s", "Time to the first token", low=0, unit="seconds"),
        _number("total_s", "Time to the last token", low=0, unit="seconds"),
        _number("input_tokens", "Input tokens", low=0, unit="tokens"),
        _number("output_tokens", "Output tokens", low=0, unit="tokens"),
    ),
)  # fmt: skip
PRICES = TableSpec(
    "prices", "List prices. The newest of each offer is current.", "a price",
    ("provider", "model", "date"),
    columns=(
        ColumnSpec("provider", "Provider of the offer", required=True),
        _MODEL,
        *(
            _number(f"usd_per_{unit}", meaning, low=0, unit="US dollars")
            for unit, meaning in (
                ("million_input_tokens", "Price of a million input tokens"),
                ("million_output_tokens", "Price of a million output tokens"),
                ("hour", "Price of an hour, for offers billed by the hour"),
            )
        ),
        ColumnSpec("source", "Link to the price list", "url"),
        ColumnSpec("date", "Date of the price", "date"),
    ),
)  # fmt: skip
EXAMPLES = TableSpec(
    "examples", "Scores of single examples.", "a score", ("model", "task", "variant", "example"),
    columns=(
        _MODEL, _TASK, _VARIANT,
        ColumnSpec("example", "Id of the example in its task", required=True),
        _number("score", "The score of this example", required=True),
        ColumnSpec(
            "cluster", "What the example shares with others, such as its passage",
            default="the example is independent of the others",
        ),
    ),
)  # fmt: skip
DIFFERENCES = TableSpec(
    "differences", "Score differences, paired by example.", "a difference",
    ("model", "task", "variant", "against"),
    columns=(
        _MODEL, _TASK, _VARIANT,
        ColumnSpec(
            "against",
            "Compared with `base` (the same model before tuning) or with the `baseline`",
            required=True,
        ),
        ColumnSpec("against_model", "Id of the model compared with"),
        ColumnSpec("against_variant", "Variant of the model compared with"),
        _number(
            "difference", "Mean difference over the common examples, this run minus the other",
            default="the runs have no common example",
        ),
        _number("stderr", "Standard error of the difference, in the same unit", low=0),
        *(
            ColumnSpec(name, meaning, "integer", low=0, unit="examples")
            for name, meaning in (
                ("n_pairs", "Examples of both runs"),
                ("n_unpaired", "Examples of this run only"),
                ("n_unpaired_against", "Examples of the other run only"),
                ("n_higher", "Common examples on which this run scores higher by the one amount"),
                ("n_lower", "Common examples on which it scores lower by the same amount"),
            )
        ),
    ),
)  # fmt: skip

MEASURES = ("cost_usd", "seconds", "input_tokens", "output_tokens")
"""The columns of the results that are measures without being declared."""

SETTINGS = frozenset((
    "agent", "scaffold", "solver", "harness", "framework", "provider", "effort", "reasoning",
    "thinking", "mode", "format", "prompt", "template", "fewshot", "editor", "precision", "dtype",
    "quantization", "temperature", "version",
))  # fmt: skip
"""Words in names of columns that tell how a model was run, such as `inference_effort`."""

TABLES = (RESULTS, MODELS, TASKS, SERVING_REQUESTS, PRICES, EXAMPLES, DIFFERENCES)
