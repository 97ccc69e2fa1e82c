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
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
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
    made of; with ``None`` they are shredded for each table again.
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
    return Shredded(contract, names.key, nested, df, names, session, persist)


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
    """Its batch."""
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
    _persist: StorageLevel | None

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
        """Writes what is not yet written: documents that the log in ``path`` has are left out, by an anti-join.

        ``path`` has a folder for each table, for the log and for the issues, in each of them a folder ``batch=NAME`` for each call, and
        last ``processing_batch`` with one row for each batch that is complete. A job that dies leaves a batch without that row; the next
        call has the same name for its batch, and replaces it whole. So nothing is lost or doubled, however often a job dies. One job at a
        time may write to a path.

        `read` and `read_log` leave out what is not complete. ``format`` is any of Spark's that keeps files in folders.
        """
        spark = self._source.sparkSession
        done = committed(spark, path, format=format)
        if batch is None:
            batch = f"{len(done):06}"
        elif batch in done:
            return Written(batch, 0, 0)
        source = self._source
        if done:
            key = _quoted(self.key)
            # The log's key is as wide as can be: the comparison is of values.
            log = read_log(spark, path, format=format)
            logged = log.select(F.col(_quoted(log.columns[0])).alias("_logged"))
            source = source.join(logged, source[key] == logged["_logged"], "left_anti")
        rest = self
        if source is not self._source:
            rest = shred(
                source, self.contract, self.key, self._names.xml, persist=self._persist, session=self._session
            )
        try:
            return rest._write_batch(spark, path, format, batch)
        finally:
            if rest is not self:
                rest.unpersist()

    def _write_batch(self, spark: SparkSession, path: str, format: str, batch: str) -> Written:
        for name, rows in self.tables.items():
            _write(rows, path, name, format, batch)
        _write(self.issues, path, ISSUES, format, batch)
        _write(self.log, path, LOG, format, batch)
        failed = F.count_if(F.col("status") == "failed")
        documents, failures = self.log.agg(F.count("*"), failed).first() or (0, 0)
        row = [(documents, failures, self.contract.name, self.contract.hash, self._session)]
        columns = "documents long, failed long, contract_name string, contract_hash string, session_id string"
        # One file: it is there or it is not.
        _write(spark.createDataFrame(row, columns).coalesce(1), path, BATCHES, format, batch)
        return Written(batch, documents, failures)


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

    Spark repeats a micro-batch after a fault, with the same number: it is a batch of that name, written once. The stream needs its
    checkpoint, and a path of its own.
    """

    def write(documents: DataFrame, number: int) -> None:
        shredded = shred(documents, contract, key, xml, session=session)
        try:
            shredded.write(path, format=format, batch=f"stream-{number:09}")
        finally:
            shredded.unpersist()

    return write
