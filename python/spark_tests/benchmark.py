"""What a cluster does a second: xmlshred's 15 tables against Spark's own `from_xml` with a schema and three, over the same documents and executors.

    python benchmark.py DOCUMENTS [ROUNDS]

Everyone has a turn in every round; a figure is the median. A turn ends when every row was made (`noop` takes them and writes nothing). The documents are in Parquet
before the first round. For xmlshred a turn makes all tables, each document shredded once; for `from_xml` three tables are exploded from one parsed column.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from conftest import Cluster, new_session
from xmlshred import Contract
from xmlshred._place import program
from xmlshred.spark import shred

_POINT = "struct<_kind: string, _VALUE: string>"
_ADDRESS = (
    "struct<_address_tp_c: string, _street: string, _number: string, _city: string, _state: string, _zip: string, "
    "_months_at_residence: int, _years_at_residence: int>"
)
_CONTACT = (
    "struct<_con_id: bigint, _ac_role_tp_c: string, _ssn: string, _first_name: string, _last_name: string, _birth_date: date, "
    f"_dependents: int, contact_point: array<{_POINT}>, contact_address: array<{_ADDRESS}>>"
)
_APPLICATION = (
    f"struct<_app_receive_date: string, _decision_date: timestamp, _channel_c: string, _branch_code: string, _currency: string, contact: array<{_CONTACT}>>"
)
SCHEMA = f"Request struct<_ID: bigint, CustData: struct<application: {_APPLICATION}>>"


def by_from_xml(documents: DataFrame) -> DataFrame:
    """Applications with their contacts and the addresses of these: three tables' columns in one pass."""
    parsed = documents.select(F.from_xml("xml", SCHEMA).alias("document"))
    request = F.col("document.Request")
    application = request["CustData"]["application"]
    contacts = parsed.select(
        request["_ID"].alias("app_id"),
        application["_app_receive_date"].alias("received"),
        application["_currency"].alias("currency"),
        F.explode_outer(application["contact"]).alias("contact"),
    )
    rows = contacts.select("app_id", "received", "currency", "contact.*")
    return rows.select("*", F.explode_outer("contact_address").alias("address")).drop("contact_address")


def by_xmlshred(documents: DataFrame, contract: Contract) -> DataFrame:
    return shred(documents, contract, persist=None).nested


def seconds(rows: DataFrame) -> float:
    started = time.perf_counter()
    rows.write.format("noop").mode("overwrite").save()
    return time.perf_counter() - started


def documents_in(folder: Path, spark: SparkSession, count: int) -> str:
    """As many of the demo's documents, in Parquet: 2,000 of them, again and again with other keys."""
    import sqlite3

    different = min(count, 2000)
    command = [str(program()), "demo", "--prepare-only", "--documents", str(different), "--bytes-per-document", "5000", "--dir", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    with sqlite3.connect(folder / "demo.db") as connection:
        rows = connection.execute("SELECT app_id, xml FROM app_xml").fetchall()
    # The contract compares the key with that in the document: copies get theirs.
    base = spark.createDataFrame(rows, "app_id long, xml string")
    copies = spark.range(-(-count // different)).withColumnRenamed("id", "copy")
    number = F.col("app_id") + F.col("copy") * 10_000_000
    text = F.regexp_replace("xml", F.concat(F.lit('<Request ID="'), F.col("app_id"), F.lit('"')), F.concat(F.lit('<Request ID="'), number, F.lit('"')))
    path = str(folder / f"documents-{count}")
    base.crossJoin(copies).select(number.alias("app_id"), text.alias("xml")).limit(count).repartition(8).write.parquet(path)
    return path


def main() -> None:
    count = int(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory(prefix="xmlshred-spark-") as folder:
        cluster = Cluster(Path(folder))
        try:
            spark = new_session(cluster)
            path = documents_in(Path(folder), spark, count)
            contract = Contract.load(Path(folder) / "contract.yaml")
            documents = spark.read.parquet(path)
            size = documents.agg(F.sum(F.octet_length("xml"))).first()
            assert size is not None
            contestants: dict[str, Callable[[DataFrame], DataFrame]] = {
                "xmlshred, 15 tables": lambda rows: by_xmlshred(rows, contract),
                "from_xml, 3 tables": by_from_xml,
            }
            print(f"{count} documents of {size[0] / count / 1000:.1f} KB, 2 workers of one core, {rounds} rounds")
            for name, make in contestants.items():
                print(f"  warm: {name} {seconds(make(documents.limit(500))):.1f} s")
            taken: dict[str, list[float]] = {name: [] for name in contestants}
            for _ in range(rounds):
                for name, make in contestants.items():
                    taken[name].append(seconds(make(documents)))
            medians = {name: statistics.median(found) for name, found in taken.items()}
            for name, median in medians.items():
                print(f"  {name}: {median:.2f} s, {count / median:,.0f} documents/s, {size[0] / median / 1e6:.1f} MB/s")
            ours, theirs = medians.values()
            print(f"  ratio: {theirs / ours:.1f}")
            for partitions in (1, 2, 4):
                found = seconds(by_xmlshred(documents.coalesce(partitions), contract))
                print(f"  xmlshred, {partitions} partitions: {found:.2f} s")
            spark.stop()
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
