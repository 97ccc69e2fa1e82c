"""Apache Spark: a DataFrame of documents to DataFrames of rows, in the cluster that is there.

>>> from xmlshred.spark import shred
>>> shredded = shred(spark.table("app_xml"), Contract.load("contract.yaml"))
>>> shredded.tables["contact"].where("role_enum = 1").show()
>>> shredded.write("/lake/loans")

Each document is shredded once: one ``mapInArrow`` gives a row for each document, with its rows in lists; tables are these lists, exploded.
The package must be installed on the executors (``spark.archives``, docs/scale.md).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import StructType

from xmlshred import Contract, Table

__all__ = ["Shredded", "Written", "committed", "read", "read_log", "shred", "writer_of_batches"]

LOG = "processing_log"
ISSUES = "processing_issue"
BATCHES = "processing_batch"
"""Of each batch one row, written last of all: a batch that has none does not count."""
_STAGE = "processing_shredded"
"""The shredded documents of the call that writes; empty in between."""
# A reader holds a group of rows whole, and a row is all that came of a document: small groups, also of few large documents.
_STAGE_OPTIONS = {"parquet.block.size": 16 << 20, "parquet.page.size.row.check.min": 10}
_BATCH = "batch"
_TABLES = "tables"


def shred(
    df: DataFrame,
    contract: Contract,
    key: str | None = None,
    xml: str | None = None,
    *,
    persist: StorageLevel | None = StorageLevel.MEMORY_AND_DISK,
    session: str = "spark",
) -> Shredded:
    """The rows of the documents of a DataFrame.

    ``key`` and ``xml`` are its columns of keys and documents; without, those of the contract (``source.key``, ``source.xml``), whose
    ``source.columns`` and ``source.version`` are taken where the DataFrame has them. A bad document is a row of the log; a key that is null
    fails the job.

    Nothing happens before somebody asks for rows. ``persist`` says where the shredded documents are kept from then on, for every table to be
    made of; with ``None`` they are shredded for each table again. `Shredded.write` shreds once, whatever it says.
    """
    names = _Names(key or contract.key_column, xml or contract.xml_column)
    wanted = [names.key, names.xml, *contract.source_columns]
    wanted += [contract.version_column] if contract.version_column else []
    columns = {column.casefold(): column for column in df.columns}
    for name in (names.key, names.xml):
        if name.casefold() not in columns:
            raise KeyError(f"the DataFrame has no column `{name}`; it has {', '.join(df.columns)}")
    there = dict.fromkeys(columns[name.casefold()] for name in wanted if name.casefold() in columns)
    documents = df.select(*(F.col(_quoted(name)) for name in there))
    nested = documents.mapInArrow(
        functools.partial(_shred_batches, contract=contract, names=names, session=session),
        _schema(documents, contract, names),
    )
    if persist is not None:
        nested = nested.persist(persist)
    return Shredded(contract, names.key, nested, df, names, session)


@dataclass(frozen=True)
class _Names:
    key: str
    xml: str


def _shred_batches(
    batches: Iterable[pa.RecordBatch], contract: Contract, names: _Names, session: str
) -> Iterator[pa.RecordBatch]:
    """What an executor does. One thread: Spark keeps the cores busy by itself."""
    for batch in batches:
        nested = _nested(contract, batch, names, session)
        yield from pa.table(nested).to_batches()


def _nested(contract: Contract, documents: pa.RecordBatch, names: _Names, session: str) -> Table:
    return contract.shred(
        documents, names.key, xml=names.xml, threads=1, session=session, nested=True, plain=True
    )


def _schema(documents: DataFrame, contract: Contract, names: _Names) -> StructType:
    """What the rows of no documents look like, of keys of this type."""
    none = to_arrow_schema(documents.schema).empty_table().to_batches() or [
        pa.RecordBatch.from_pylist([], to_arrow_schema(documents.schema))
    ]
    nested = pa.table(_nested(contract, none[0], names, "spark"))
    return from_arrow_schema(nested.schema, prefer_timestamp_ntz=True)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


@dataclass(frozen=True)
class Written:
    """What a call of `write` has done."""

    batch: str
    """Its batch: the name that was asked for where that was free, or where there was nothing to write under another."""
    documents: int
    """Documents, good and bad."""
    failed: int
    """Those that failed."""


@dataclass(frozen=True)
class Shredded:
    """Documents that are shredded, or will be when somebody asks for rows."""

    contract: Contract
    key: str
    """Name of the column of keys in the DataFrame of documents."""
    nested: DataFrame
    """A row for each document: the columns of ``processing_log``, its issues as a list, and ``tables`` with a list of rows for each table."""
    _source: DataFrame
    _names: _Names
    _session: str

    @property
    def tables(self) -> Mapping[str, DataFrame]:
        """The rows of each table, in insert order: parents before children."""
        return MappingProxyType({name: self._exploded(F.col(_TABLES).getField(name)) for name in self.contract.tables})

    @property
    def log(self) -> DataFrame:
        """A row for each document, with the columns of ``processing_log``."""
        return self.nested.drop(ISSUES, _TABLES)

    @property
    def issues(self) -> DataFrame:
        """A row for each column of a document that has issues, with the columns of ``processing_issue``."""
        key = _quoted(self.nested.columns[0])
        rows = self.nested.select(F.col(key), F.col("contract_name"), F.explode(ISSUES).alias("row"))
        return rows.select(key, "contract_name", "row.*")

    def unpersist(self) -> None:
        """Lets go of the shredded documents."""
        self.nested.unpersist()

    def _exploded(self, column: object) -> DataFrame:
        return self.nested.select(F.explode(column).alias("row")).select("row.*")  # type: ignore[arg-type]

    def write(self, path: str, *, format: str = "parquet", batch: str | None = None) -> Written:
        """Writes what is not yet written: documents that the log in ``path`` has of this contract are left out, by an anti-join.

        ``path`` has a folder for each table, for the log and for the issues, in each of them a folder ``batch=NAME`` for each call, and
        last ``processing_batch`` with one row for each batch that is complete. A job that dies leaves a batch without that row; the next
        call has the same name for its batch, and replaces it whole. A complete batch is never replaced: where ``batch`` is one, what is
        left to write gets a name with a number behind it. One job at a time may write to a path.

        The documents are read and shredded once, into ``processing_shredded``, and rows and log are made of that: whatever dies, and
        whatever the source has meanwhile, a document in the log has its rows. So nothing is lost or doubled, however often a job dies.

        `read` and `read_log` leave out what is not complete. ``format`` is any of Spark's that keeps files in folders, and in them the
        names of columns. Contracts may share a path as they may share a target: with a log of one key column, of one type; anything else is
        a ``ValueError``.
        """
        spark = self._source.sparkSession
        done = frozenset(committed(spark, path, format=format))
        rest = self
        if done:
            source = self._source
            logged = self._logged(read_log(spark, path, format=format), path)
            source = source.join(logged, source[_quoted(self.key)] == logged["_logged"], "left_anti")
            rest = shred(source, self.contract, self.key, self._names.xml, persist=None, session=self._session)
        stage = f"{path}/{_STAGE}"
        rest.nested.write.mode("overwrite").options(**_STAGE_OPTIONS).parquet(stage)
        staged = replace(rest, nested=spark.read.schema(rest.nested.schema).parquet(stage))
        failed = F.count_if(F.col("status") == "failed")
        documents, failures = staged.log.agg(F.count("*"), failed).first() or (0, 0)
        written = Written(_free(batch, done), documents, failures)
        if batch in done and not documents:
            written = replace(written, batch=batch)
        else:
            staged._write_batch(spark, path, format, written)
        spark.range(0).write.mode("overwrite").parquet(stage)
        return written

    def _logged(self, log: DataFrame, path: str) -> DataFrame:
        """The keys of this contract's documents in a log, as ``_logged``."""
        name = self.contract.key_column
        found = next((field for field in log.schema if field.name.casefold() == name.casefold()), None)
        own = self.nested.schema[0].dataType
        if found is None or found.dataType != own:
            there = ", ".join(f"`{field.name}`" for field in log.schema) if found is None else found.dataType.simpleString()
            raise ValueError(
                f"the log in {path} has no key `{name}` of type {own.simpleString()}, but {there}: give this contract a path of its own"
            )
        rows = log.where(F.col("contract_name") == self.contract.name)
        return rows.select(F.col(_quoted(found.name)).alias("_logged"))

    def _write_batch(self, spark: SparkSession, path: str, format: str, written: Written) -> None:
        """Writes the rows of staged documents, and last that they count."""
        for name, rows in self.tables.items():
            _write(rows, path, name, format, written.batch)
        _write(self.issues, path, ISSUES, format, written.batch)
        _write(self.log, path, LOG, format, written.batch)
        row = [(written.documents, written.failed, self.contract.name, self.contract.hash, self._session)]
        columns = "documents long, failed long, contract_name string, contract_hash string, session_id string"
        # One file: it is there or it is not.
        _write(spark.createDataFrame(row, columns).coalesce(1), path, BATCHES, format, written.batch)


def _free(batch: str | None, done: Collection[str]) -> str:
    """A name that no complete batch has: the first free number, or the name that is asked for, with the first free number where it is taken.

    As long as a batch is not complete, the answer is the same.
    """
    if batch is None:
        names: Iterable[str] = (f"{number:06}" for number in itertools.count())
    else:
        names = itertools.chain([batch], (f"{batch}-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in done)


def _write(rows: DataFrame, path: str, name: str, format: str, batch: str) -> None:
    rows.write.format(format).mode("overwrite").save(f"{path}/{name}/{_BATCH}={batch}")


def committed(spark: SparkSession, path: str, *, format: str = "parquet") -> list[str]:
    """The batches in ``path`` that are complete, in order of their names."""
    found = _folder(spark, path, BATCHES, format)
    return [] if found is None else sorted(row[0] for row in found.select(_BATCH).distinct().collect())


def read(spark: SparkSession, path: str, table: str, *, format: str = "parquet") -> DataFrame:
    """The rows of a table (or of the log, or of the issues) in ``path``, of batches that are complete; the last column is ``batch``."""
    found = _folder(spark, path, table, format)
    if found is None:
        raise FileNotFoundError(f"{path} has no table {table}")
    return found.where(F.col(_BATCH).isin(committed(spark, path, format=format)))


def read_log(spark: SparkSession, path: str, *, format: str = "parquet") -> DataFrame:
    """The log in ``path``, of batches that are complete."""
    return read(spark, path, LOG, format=format)


def _folder(spark: SparkSession, path: str, name: str, format: str) -> DataFrame | None:
    """All that is in a folder; ``None`` where there is none. Names of batches are text, also where they look like numbers."""
    try:
        some = spark.read.format(format).load(f"{path}/{name}")
    except AnalysisException as error:
        if (error.getCondition() or "").startswith(("PATH_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA")):
            return None
        raise
    schema = StructType([field for field in some.schema if field.name != _BATCH]).add(_BATCH, "string")
    return spark.read.format(format).schema(schema).load(f"{path}/{name}")


def writer_of_batches(
    contract: Contract,
    path: str,
    key: str | None = None,
    xml: str | None = None,
    *,
    format: str = "parquet",
    session: str = "spark",
) -> Callable[[DataFrame, int], None]:
    """For ``stream.writeStream.foreachBatch(…)``: writes each micro-batch to ``path``, with the promise of `Shredded.write`.

    Spark repeats a micro-batch after a fault, with the same number: nothing is left of it to write. A stream whose checkpoint is new has its
    own documents under old numbers: they get names with a number behind it. The stream needs its checkpoint, and a path of its own.
    """

    def write(documents: DataFrame, number: int) -> None:
        shredded = shred(documents, contract, key, xml, persist=None, session=session)
        shredded.write(path, format=format, batch=f"stream-{number:09}")

    return write
