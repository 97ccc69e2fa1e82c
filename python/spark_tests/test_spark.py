"""Rows in a cluster are those of a run; jobs that die lose and double nothing."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import xmlshred.spark
from conftest import Cluster
from xmlshred import Contract
from xmlshred._place import program
from xmlshred.spark import committed, read, read_log, shred, writer_of_batches

DOCUMENTS = 1200


class Demo:
    """Invented loan applications, and what a run makes of them."""

    def __init__(self, folder: Path) -> None:
        self.contract = Contract.load(folder / "contract.yaml") if (folder / "contract.yaml").exists() else None
        self.file = folder / "demo.db"

        def run(*arguments: str, expected: int) -> None:
            done = subprocess.run([program(), *arguments], capture_output=True, text=True, cwd=folder, check=False)
            assert done.returncode == expected, done.stderr

        run("demo", "--prepare-only", "--documents", str(DOCUMENTS), "--bytes-per-document", "5000", "--dir", str(folder), expected=0)
        contract = folder / "contract.yaml"
        run("run", "--url", f"sqlite:{self.file}", "--contract", str(contract), "--create-tables", expected=3)
        self.contract = Contract.load(contract)
        # What a target refuses, nobody refuses who has none.
        self.refused = "SELECT app_id FROM processing_log WHERE failure_reason LIKE 'load:%'"
        self.rows = self.query(f"SELECT app_id, xml FROM app_xml WHERE app_id NOT IN ({self.refused})")
        ((self.session,),) = self.query("SELECT DISTINCT session_id FROM processing_log")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.file) as connection:
            return connection.execute(sql).fetchall()

    def documents(self, spark: SparkSession, partitions: int = 4) -> DataFrame:
        return spark.createDataFrame(self.rows, "app_id long, xml string").repartition(partitions, "app_id")

    def expected(self, table: str, columns: list[str]) -> list[str]:
        names = ", ".join(f'"{column}"' for column in columns)
        return sorted(map(repr, self.query(f'SELECT {names} FROM "{table}"')))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return Demo(tmp_path_factory.mktemp("demo"))


def as_sqlite(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row as SQLite has it: booleans are numbers, times are text."""

    def cell(value: object) -> object:
        match value:
            case bool():
                return int(value)
            case bytearray():
                return bytes(value)
            case None | int() | float() | str() | bytes():
                return value
            case datetime.datetime():
                return re.sub(r"(\.\d*?)0+(Z?)$", r"\1\2", value.isoformat())
            case _:
                return str(value)

    return tuple(cell(value) for value in row)


def zone(rows: DataFrame) -> DataFrame:
    """Instants as SQLite writes them, before a driver makes local times of them."""
    instants = [field.name for field in rows.schema if field.dataType.typeName() == "timestamp"]
    for name in instants:
        text = F.date_format(name, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS")
        rows = rows.withColumn(name, F.concat(F.regexp_replace(text, r"\.?0+$", ""), F.lit("Z")))
    return rows


def check_tables(demo: Demo, tables: dict[str, DataFrame]) -> None:
    assert len(tables) == 15
    for name, rows in tables.items():
        # Of two runs two times.
        columns = [column for column in rows.columns if column not in ("shredded_at", "batch")]
        found = sorted(repr(as_sqlite(tuple(row))) for row in zone(rows.select(*columns)).collect())
        assert found == demo.expected(name, columns), name


def check_written(demo: Demo, spark: SparkSession, path: str) -> None:
    assert demo.contract is not None
    check_tables(demo, {name: read(spark, path, name) for name in demo.contract.tables})
    log = read_log(spark, path).select("app_id", "status", "failure_code", "row_count", "document_hash")
    expected = demo.query(
        f"SELECT app_id, status, failure_code, row_count, document_hash FROM processing_log WHERE app_id NOT IN ({demo.refused}) ORDER BY 1"
    )
    assert [tuple(row) for row in log.orderBy("app_id").collect()] == expected
    issues = read(spark, path, "processing_issue").select("app_id", "table_name", "column_name", "code", "count")
    assert sorted(map(tuple, issues.collect())) == sorted(
        demo.query("SELECT app_id, table_name, column_name, code, count FROM processing_issue")
    )


def test_rows_log_and_issues_are_those_of_a_run(demo: Demo, spark: SparkSession, tmp_path: Path) -> None:
    shredded = shred(demo.documents(spark), demo.contract, session=demo.session)
    check_tables(demo, dict(shredded.tables))
    failed = shredded.log.where("status = 'failed'").count()
    assert failed > 10
    types = dict(shredded.tables["app_base"].dtypes)
    assert "decimal" in str(types.values()) and "timestamp_ntz" in types.values()
    written = shredded.write(str(tmp_path / "lake"))
    assert (written.batch, written.documents, written.failed) == ("000000", len(demo.rows), failed)
    check_written(demo, spark, str(tmp_path / "lake"))
    shredded.unpersist()


def test_documents_that_are_written_are_left_out(demo: Demo, spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "lake")
    documents = demo.documents(spark)
    first = shred(documents.where("app_id % 3 = 0"), demo.contract, session=demo.session).write(path)
    second = shred(documents, demo.contract, session=demo.session).write(path)
    third = shred(documents, demo.contract, session=demo.session).write(path)
    assert first.documents + second.documents == len(demo.rows) and third.documents == 0
    assert committed(spark, path) == ["000000", "000001", "000002"]
    check_written(demo, spark, path)


def test_an_executor_that_is_killed_costs_no_row(demo: Demo, spark: SparkSession, cluster: Cluster, tmp_path: Path) -> None:
    """Slow documents keep the job going until an executor was killed in the middle of them."""
    marker = tmp_path / "killed"

    def wait(batches: Any) -> Any:
        for batch in batches:
            deadline = time.monotonic() + 60
            while not marker.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            yield batch

    documents = demo.documents(spark, 8)
    documents = documents.mapInArrow(wait, documents.schema)
    written: list[object] = []
    job = threading.Thread(
        target=lambda: written.append(shred(documents, demo.contract, session=demo.session).write(str(tmp_path / "lake")))
    )
    job.start()
    tracker = spark.sparkContext.statusTracker()
    deadline = time.monotonic() + 60
    while not any((tracker.getStageInfo(stage) or 0) and tracker.getStageInfo(stage).numActiveTasks for stage in tracker.getActiveStageIds()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    before = cluster.executors()
    assert before, "no executor was found"
    os.kill(before[0], signal.SIGKILL)
    marker.touch()
    job.join(300)
    assert written and not job.is_alive()
    check_written(demo, spark, str(tmp_path / "lake"))


DRIVER = """
import sys, threading, os, signal, time
from pathlib import Path
sys.path.insert(0, {tests!r})
import xmlshred.spark as xs
from test_spark import Demo
from pyspark.sql import SparkSession
write = xs._write
def slow(rows, path, name, format, batch):
    if name == {victim!r}:
        os.kill(os.getpid(), signal.SIGKILL)
    write(rows, path, name, format, batch)
xs._write = slow
spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.host", "127.0.0.1").getOrCreate()
documents = spark.read.parquet({documents!r})
xs.shred(documents, xs.Contract.load({contract!r}), session={session!r}).write({path!r})
"""


@pytest.mark.parametrize("victim", ["contact", "processing_log", "processing_batch"])
def test_a_driver_that_is_killed_leaves_nothing_that_counts(demo: Demo, spark: SparkSession, tmp_path: Path, victim: str) -> None:
    path, documents = str(tmp_path / "lake"), str(tmp_path / "documents")
    demo.documents(spark).write.parquet(documents)
    contract = tmp_path / "contract.yaml"
    contract.write_text(demo.contract.text)
    script = DRIVER.format(
        tests=str(Path(__file__).parent), victim=victim, documents=documents, contract=str(contract), session=demo.session, path=path
    )
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]
    assert committed(spark, path) == []
    assert (Path(path) / "app_base" / "batch=000000").exists()
    # With fewer documents: what the dead job left is replaced, not added to.
    written = shred(spark.read.parquet(documents), demo.contract, session=demo.session).write(path)
    assert written.batch == "000000"
    check_written(demo, spark, path)


def test_a_skewed_partition_and_large_documents_are_no_different(spark: SparkSession) -> None:
    contract = Contract.load(
        "xmlshred: 1\nsource: { table: d, key: id, xml: body }\ndocument: { root: /o }\ntables:\n"
        "  o:\n    columns:\n      id: { generate: document_key, type: bigint, key: true }\n"
        "  line:\n    each: line\n    columns:\n      o_id: { parent: o.id, key: true }\n      no: { generate: row_number, key: true }\n      n: { path: '@n', type: int }\n"
    )
    line = "".join(f'<line n="{n}"/>' for n in range(2000))
    rows = [(key, f"<o>{line if key % 10 == 0 else ''}</o>" if key % 7 else "<o") for key in range(1, 401)]
    documents = spark.createDataFrame(rows, "id long, body string")
    one_side = F.when(F.col("id") <= 390, 0).otherwise(F.col("id"))
    shredded = shred(documents.repartition(4, one_side), contract)
    assert shredded.log.where("status = 'failed'").count() == 57
    assert shredded.tables["line"].count() == 2000 * sum(key % 10 == 0 and key % 7 != 0 for key, _ in rows)
    assert shredded.tables["line"].where("o_id = 390").agg(F.sum("n")).first()[0] == sum(range(2000))
    shredded.unpersist()


def test_a_stream_writes_each_of_its_batches_once(demo: Demo, spark: SparkSession, tmp_path: Path) -> None:
    incoming, path = tmp_path / "incoming", str(tmp_path / "lake")
    documents = demo.documents(spark)
    parts = documents.randomSplit([0.5, 0.5], 1)
    parts[0].coalesce(1).write.parquet(str(incoming))
    write = writer_of_batches(demo.contract, path, session=demo.session)
    faults = iter([True])

    def write_and_fail_once(rows: DataFrame, number: int) -> None:
        write(rows, number)
        # As a driver that dies before it has noted that the batch is done.
        if next(faults, False):
            raise RuntimeError("died")

    def run(sink: Any) -> None:
        stream = spark.readStream.schema(documents.schema).parquet(str(incoming))
        query = stream.writeStream.foreachBatch(sink).option("checkpointLocation", str(tmp_path / "checkpoint")).trigger(availableNow=True).start()
        query.awaitTermination()

    with pytest.raises(Exception, match="died"):
        run(write_and_fail_once)
    parts[1].coalesce(1).write.mode("append").parquet(str(incoming))
    run(write)
    assert committed(spark, path) == ["stream-000000000", "stream-000000001"]
    check_written(demo, spark, path)


ORDERS = """\
xmlshred: 1
name: NAME
source: { table: d, key: id, xml: body }
document: { root: /o }
tables:
  NAME:
    columns:
      id: { generate: document_key, type: bigint, key: true }
      n:  { path: '@n', type: int }
"""


def orders(name: str = "orders") -> Contract:
    """A contract with a table of its name."""
    return Contract.load(ORDERS.replace("NAME", name))


def of_keys(spark: SparkSession, keys: Iterable[int]) -> DataFrame:
    return spark.createDataFrame([(key, f'<o n="{key}"/>') for key in keys], "id long, body string").coalesce(1)


def keys_in(spark: SparkSession, path: str, table: str = "orders") -> list[int]:
    """The keys of the rows of a table, each as often as it is there."""
    return sorted(row[0] for row in read(spark, path, table).select("id").collect())


def test_no_batch_that_is_complete_is_replaced(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "lake")
    for key in (1, 2, 3):
        shred(of_keys(spark, [key]), orders()).write(path)
    # As somebody does who wants the documents of a batch again, or has put several batches into one.
    for folder in (tmp_path / "lake").glob("*/batch=000000"):
        shutil.rmtree(folder)
    assert shred(of_keys(spark, [1, 2, 3, 4]), orders()).write(path).batch == "000000"
    assert shred(of_keys(spark, [5]), orders()).write(path).batch == "000003"
    assert keys_in(spark, path) == keys_in(spark, path, "processing_log") == [1, 2, 3, 4, 5]


def test_a_name_that_is_taken_gets_a_number(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "lake")
    for keys, batch, documents in (
        ([1, 2], "monday", 2),
        ([1, 2], "monday", 0),
        ([2, 3], "monday-2", 1),
        ([3, 1], "monday", 0),
        ([4], "monday-3", 1),
    ):
        written = shred(of_keys(spark, keys), orders()).write(path, batch="monday")
        assert (written.batch, written.documents) == (batch, documents)
    assert committed(spark, path) == ["monday", "monday-2", "monday-3"]
    assert keys_in(spark, path) == [1, 2, 3, 4]


def test_a_batch_under_a_further_name_that_is_not_complete_is_replaced(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "lake")
    shred(of_keys(spark, [1]), orders()).write(path, batch="monday")
    with monkeypatch.context() as patched:
        patched.setattr(xmlshred.spark, "_write", failing_at("processing_batch"))
        with pytest.raises(RuntimeError, match="died"):
            shred(of_keys(spark, [2]), orders()).write(path, batch="monday")
    assert (tmp_path / "lake" / "orders" / "batch=monday-2").exists()
    assert shred(of_keys(spark, [2, 3]), orders()).write(path, batch="monday").batch == "monday-2"
    assert keys_in(spark, path) == [1, 2, 3]


def failing_at(victim: str) -> Callable[..., None]:
    write = xmlshred.spark._write

    def failing(rows: DataFrame, path: str, name: str, *more: str) -> None:
        if name == victim:
            raise RuntimeError("died")
        write(rows, path, name, *more)

    return failing


def test_contracts_on_one_path_do_not_shut_each_other_out(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "lake")
    for name in ("orders", "invoices"):
        assert shred(of_keys(spark, [1, 2]), orders(name)).write(path).documents == 2
        assert shred(of_keys(spark, [1, 2, 3]), orders(name)).write(path).documents == 1
    assert keys_in(spark, path) == keys_in(spark, path, "invoices") == [1, 2, 3]
    logged = read_log(spark, path).groupBy("contract_name").count().collect()
    assert {row[0]: row[1] for row in logged} == {"orders": 3, "invoices": 3}


def test_a_log_of_other_keys_is_refused_before_anything_is_written(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "lake")
    shred(of_keys(spark, [1]), orders()).write(path)
    before = sorted(tmp_path.rglob("*"))
    other = Contract.load(ORDERS.replace("NAME", "other").replace("key: id", "key: number"))
    with pytest.raises(ValueError, match="no key `number` of type bigint, but `id`, `contract_name`.* a path of its own"):
        shred(of_keys(spark, [1]).withColumnRenamed("id", "number"), other).write(path)
    texts = Contract.load(ORDERS.replace("NAME", "texts").replace("bigint", "text"))
    with pytest.raises(ValueError, match="no key `id` of type string, but bigint"):
        shred(of_keys(spark, [1]).withColumn("id", F.col("id").cast("string")), texts).write(path)
    assert sorted(tmp_path.rglob("*")) == before


def growing(spark: SparkSession, marker: Path) -> DataFrame:
    """Documents of a source that has one more as soon as there is a marker, as a table of a database may between two reads."""

    def rows(batches: Any) -> Any:
        for batch in batches:
            keys = [*batch.column("id").to_pylist(), *([100] if marker.exists() else [])]
            yield pa.RecordBatch.from_pydict({"id": keys, "body": [f'<o n="{key}"/>' for key in keys]})

    return spark.range(1, 4, numPartitions=1).mapInArrow(rows, "id long, body string")


@pytest.mark.parametrize("persist", [None, StorageLevel.MEMORY_AND_DISK])
def test_a_document_that_comes_while_rows_are_written_is_taken_whole_or_next_time(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, persist: StorageLevel | None
) -> None:
    path, marker = str(tmp_path / "lake"), tmp_path / "marker"
    write = xmlshred.spark._write
    shredded = shred(growing(spark, marker), orders(), persist=persist)

    def gain(rows: DataFrame, path: str, name: str, *more: str) -> None:
        write(rows, path, name, *more)
        marker.touch()
        # As when the executors are lost that kept the documents.
        shredded.unpersist()

    with monkeypatch.context() as patched:
        patched.setattr(xmlshred.spark, "_write", gain)
        assert shredded.write(path).documents == 3
    assert keys_in(spark, path) == keys_in(spark, path, "processing_log") == [1, 2, 3]
    assert shred(growing(spark, marker), orders()).write(path).documents == 1
    assert keys_in(spark, path) == keys_in(spark, path, "processing_log") == [1, 2, 3, 100]


def test_what_was_shredded_on_the_way_does_not_stay(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "lake")
    for keys in ([1, 2], [1, 2]):
        shred(of_keys(spark, keys), orders()).write(path, batch="monday")
        stage = tmp_path / "lake" / "processing_shredded"
        assert spark.read.parquet(str(stage)).count() == 0
        assert sum(file.stat().st_size for file in stage.iterdir()) < 2000


def test_a_stream_with_a_new_checkpoint_writes_what_is_new(spark: SparkSession, tmp_path: Path) -> None:
    incoming, path = tmp_path / "incoming", str(tmp_path / "lake")

    def run(checkpoint: str) -> None:
        stream = spark.readStream.schema("id long, body string").parquet(str(incoming))
        sink = stream.writeStream.foreachBatch(writer_of_batches(orders(), path))
        sink.option("checkpointLocation", str(tmp_path / checkpoint)).trigger(availableNow=True).start().awaitTermination()

    of_keys(spark, [1, 2]).write.parquet(str(incoming))
    run("first")
    of_keys(spark, [3]).write.mode("append").parquet(str(incoming))
    run("second")
    assert committed(spark, path) == ["stream-000000000", "stream-000000000-2"]
    assert keys_in(spark, path) == keys_in(spark, path, "processing_log") == [1, 2, 3]


def test_a_missing_column_is_told_before_a_job_begins(demo: Demo, spark: SparkSession) -> None:
    with pytest.raises(KeyError, match="no column `xml`; it has app_id, body"):
        shred(demo.documents(spark).withColumnRenamed("xml", "body"), demo.contract)


def test_what_is_not_there_is_told(spark: SparkSession, tmp_path: Path) -> None:
    assert committed(spark, str(tmp_path)) == []
    with pytest.raises(FileNotFoundError, match="has no table contact"):
        read(spark, str(tmp_path), "contact")
