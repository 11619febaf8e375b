"""Aggregate rows of per-example scores by SQL in DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from glob import escape
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

from site_builder.errors import Fault, SiteError, first_line, not_installed
from site_builder.examples.files import ExampleFiles, ExampleSource
from site_builder.tables.schema import LARGEST

if TYPE_CHECKING:
    import duckdb

Rows: TypeAlias = list[dict[str, Any]]

# Bytes per row for grouping, joining and keeping, measured with short example ids and doubled.
_BYTES_PER_ROW = 400
_INTERRUPTED = "Query interrupted"  # how DuckDB reports Ctrl-C during a query
_IS_INVALID = f"(score IS NULL OR NOT isfinite(score) OR abs(score) > {LARGEST!r})"
_IS_UNNAMED = r"(example IS NULL OR NOT regexp_matches(example, '[^\s\v]'))"


@contextmanager
def open_database(memory: int) -> Iterator[Database]:
    """Run DuckDB within `memory` bytes and a temporary folder.

    Raises:
        SiteError: It is not installed, or gave up.
    """
    try:
        import duckdb
    except ImportError as error:
        raise SiteError(not_installed("`aggregate`", "duckdb")) from error
    with TemporaryDirectory(prefix="leaderboard-site-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory}B",
            "temp_directory": folder,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,  # no network
        }
        try:
            with duckdb.connect(":memory:", config=settings) as connection:
                yield Database(connection, memory // _BYTES_PER_ROW)
        except duckdb.OutOfMemoryException as error:
            what = f"{memory / 1e6:,.0f} MB are too few for the examples of one task"
            raise SiteError(Fault("--memory", what, "Give more.")) from error
        except duckdb.Error as error:
            raise SiteError(Fault("", f"DuckDB says: {first_line(error)}")) from error
        except RuntimeError as error:
            if str(error) != _INTERRUPTED:
                raise
            raise KeyboardInterrupt from error


class Database:
    """The rows of some files; it can group and join `rows_at_once` of them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rows_at_once: int) -> None:
        self.rows_at_once = rows_at_once
        self._connection = connection
        self._is_clustered = False

    def read(self, files: ExampleFiles, base: str) -> None:
        """Read files in the form of the schema: ids as text, `base` as null variant."""
        self._is_clustered = files.clustered
        rows = " UNION ALL ".join(_select_rows(source, base) for source in files.sources)
        self._connection.execute(f"CREATE TEMP VIEW scores AS {rows}")

    def survey(self) -> Rows:
        """Count the rows and the bad rows of each run, in one pass.

        Returns:
            `model`, `task`, `variant`, `rows`, `invalid` (rows without a valid score),
            `invalid_example` (the first of their examples), `unnamed` (rows without an example id).
        """
        return self._query(f"""
            SELECT model, task, variant, count(*) AS rows,
                count(*) FILTER ({_IS_INVALID}) AS invalid,
                min(example) FILTER ({_IS_INVALID}) AS invalid_example,
                count(*) FILTER ({_IS_UNNAMED}) AS unnamed
            FROM scores GROUP BY ALL
        """)

    def load_runs(self, runs: Sequence[tuple[str, str, str]]) -> None:
        """Keep a row per example of some runs, with the mean of its scores; leave bad rows out.

        A run is model, task and variant; its number is its position. The lowest and the highest
        score of an example, and its first and last cluster, differ where its rows contradict.
        """
        tasks = sorted({task for _, task, _ in runs})
        # The mean of equal numbers may differ from them in the last bit. The tasks have a filter of
        # their own: DuckDB answers it by the statistics of the files.
        self._query(f"""
            CREATE TEMP TABLE examples AS
            SELECT run, example, count(*) AS rows, min(score) AS low, max(score) AS high,
                if(low = high, low, avg(scores.score)) AS score,
                min(cluster) AS cluster, max(cluster) AS last_cluster
            FROM scores JOIN {_table("runs", "run, model, task, variant", runs)}
            USING (model, task, variant)
            WHERE task IN ({_literals(tasks)}) AND NOT {_IS_INVALID} AND NOT {_IS_UNNAMED}
            GROUP BY run, example
        """)

    def load_differences(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Keep the difference of each example that both runs of a pair have: first minus second.

        Pairs are numbered by their position; an example keeps its cluster in the first run.
        """
        more = "mine.example, mine.cluster," if self._is_clustered else ""
        self._query(f"""
            CREATE TEMP TABLE differences AS
            SELECT pair, {more} mine.score - other.score AS score
            FROM examples AS mine JOIN {_table("pairs", "pair, run, against", pairs)} USING (run)
            JOIN examples AS other ON other.run = against AND other.example = mine.example
        """)

    def drop(self, table: str) -> None:
        """Free the memory of `examples` or `differences`."""
        self._query(f"DROP TABLE {table}")

    def repeats(self) -> Rows:
        """Count the examples with several rows in each run, and those whose rows contradict.

        Returns:
            `run`, `repeated`, `differing` (examples with different scores), `in_several_clusters`,
            and the first example of each: `repeated_example`, `differing_example`, ....
        """
        return self._query("""
            SELECT run, count(*) AS repeated, min(example) AS repeated_example,
                count(*) FILTER (low < high) AS differing,
                min(example) FILTER (low < high) AS differing_example,
                count(*) FILTER (cluster < last_cluster) AS in_several_clusters,
                min(example) FILTER (cluster < last_cluster) AS in_several_clusters_example
            FROM examples WHERE rows > 1 GROUP BY run
        """)

    def moments(self, table: str, key: str) -> Rows:
        """Return the sums behind mean and standard error of each group, the fields of `Moments`.

        Sums are around the mean of a first pass, and compensated for rounding (W. Kahan, 1965,
        Communications of the ACM 8(1), 40): a plain sum of millions of numbers loses digits. An
        example without a cluster is one of its own.
        """
        sums = f"""
            WITH centres AS (SELECT {key}, favg(score) AS centre FROM {table} GROUP BY {key}),
            sums AS (
                SELECT {key}, count(*) AS n, any_value(centre) AS centre,
                    fsum(score - centre) AS residual_sum,
                    fsum((score - centre) ** 2) AS square_residual_sum,
                    min(score) AS low, max(score) AS high,
                    count(*) FILTER (score > 0) AS above, count(*) FILTER (score < 0) AS below
                FROM {table} JOIN centres USING ({key}) GROUP BY {key}
            )
        """
        if not self._is_clustered:
            return self._query(f"{sums} SELECT * FROM sums")
        return self._query(f"""
            {sums},
            of_clusters AS (
                SELECT {key}, fsum(score - centre - residual_sum / n) AS residual_sum
                FROM {table} JOIN sums USING ({key})
                GROUP BY {key}, cluster, if(cluster = '', example, '')
            ),
            clusters AS (
                SELECT {key}, count(*) AS clusters, fsum(residual_sum ** 2) AS cluster_squares
                FROM of_clusters GROUP BY {key}
            )
            SELECT * FROM sums JOIN clusters USING ({key})
        """)

    def _query(self, sql: str) -> Rows:
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _select_rows(source: ExampleSource, base: str) -> str:
    def text(name: str) -> str:
        return f"{name}::VARCHAR" if name in source.columns else "NULL"

    # The types of folder names are off, so that `task=007` stays text. DuckDB reads patterns.
    files = _literals(escape(str(path)) for path in source.files)
    options = f"hive_partitioning = {source.is_partitioned}, hive_types_autocast = false"
    return f"""
        SELECT coalesce({text("model")}, '') AS model, coalesce({text("task")}, '') AS task,
            coalesce({text("variant")}, {_literals([base])}) AS variant,
            {text("example")} AS example, coalesce({text("cluster")}, '') AS cluster,
            score::DOUBLE AS score
        FROM read_parquet([{files}], {options})
    """


def _literals(values: Iterable[str | int]) -> str:
    quoted = (str(v) if isinstance(v, int) else "'" + v.replace("'", "''") + "'" for v in values)
    return ", ".join(quoted)


def _table(name: str, columns: str, rows: Iterable[tuple[str | int, ...]]) -> str:
    """Return a table of literals, with the position of each row as the first of its columns."""
    values = ", ".join(f"({number}, {_literals(row)})" for number, row in enumerate(rows))
    return f"(VALUES {values}) AS {name}({columns})"
