"""Documents in, tables out: every kind of input, keys, bad documents, threads."""

from __future__ import annotations

import datetime
import decimal
import gc
import threading
import uuid
from collections.abc import Callable, Iterator

import duckdb
import pandas
import polars
import pyarrow as pa
import pytest

import xmlshred
from conftest import CONTRACT, DOCUMENTS


def rows(table: xmlshred.Table) -> list[dict[str, object]]:
    return pa.table(table).to_pylist()


KEYS = [11, 12, 13, 14]
COLUMNS = {"ID": KEYS, "xml": DOCUMENTS}

INPUTS: dict[str, Callable[[], object]] = {
    "pyarrow table": lambda: pa.table(COLUMNS),
    "pyarrow batch": lambda: pa.record_batch(COLUMNS),
    "pyarrow reader": lambda: pa.table(COLUMNS).to_reader(max_chunksize=1),
    "large strings": lambda: pa.table({"id": pa.array(KEYS, pa.uint8()), "xml": pa.array(DOCUMENTS, pa.large_string())}),
    "string views": lambda: pa.table({"id": KEYS, "xml": pa.array(DOCUMENTS, pa.string_view())}),
    "binary": lambda: pa.table({"id": KEYS, "xml": pa.array([text.encode() for text in DOCUMENTS], pa.binary())}),
    "polars": lambda: polars.DataFrame(COLUMNS),
    "pandas": lambda: pandas.DataFrame(COLUMNS),
    "duckdb": lambda: duckdb.from_arrow(pa.table(COLUMNS)),
}


@pytest.mark.parametrize("kind", INPUTS)
def test_tables_of_every_library_give_the_same_rows(contract: xmlshred.Contract, kind: str) -> None:
    result = contract.shred(INPUTS[kind]())
    assert rows(result.tables["orders"]) == [
        {"id": 11, "number": "A1", "total": decimal.Decimal("10.50"), "placed": datetime.datetime(2026, 11, 28, 10)},
        {"id": 12, "number": "A2", "total": None, "placed": None},
        {"id": 14, "number": "A4", "total": decimal.Decimal("3.00"), "placed": None},
    ]
    assert [(row["order_id"], row["position"]) for row in rows(result.tables["line"])] == [(11, 1), (11, 2), (14, 1)]
    assert [row["id"] for row in rows(result.log)] == KEYS


ITERABLES: dict[str, Callable[[], object]] = {
    "list": lambda: DOCUMENTS,
    "generator": lambda: (document for document in DOCUMENTS),
    "bytes": lambda: [document.encode() for document in DOCUMENTS],
    "bytearray": lambda: [bytearray(document.encode()) for document in DOCUMENTS],
    "pyarrow array": lambda: pa.array(DOCUMENTS),
    "chunked array": lambda: pa.chunked_array([DOCUMENTS[:1], DOCUMENTS[1:]]),
    "polars series": lambda: polars.Series(DOCUMENTS),
    "pandas series": lambda: pandas.Series(DOCUMENTS),
}


@pytest.mark.parametrize("kind", ITERABLES)
def test_documents_alone_are_counted_from_1_or_have_keys_beside_them(contract: xmlshred.Contract, kind: str) -> None:
    result = contract.shred(ITERABLES[kind]())
    assert [row["id"] for row in rows(result.tables["orders"])] == [1, 2, 4]
    result = contract.shred(ITERABLES[kind](), KEYS)
    assert [row["id"] for row in rows(result.tables["orders"])] == [11, 12, 14]


def test_one_document_is_a_document_and_not_its_characters(contract: xmlshred.Contract) -> None:
    for document in (DOCUMENTS[0], DOCUMENTS[0].encode()):
        assert contract.shred(document).success_count == 1


def test_a_bad_document_is_a_row_of_the_log(contract: xmlshred.Contract) -> None:
    result = contract.shred([*DOCUMENTS, None, "<other/>", b"\xff\xfe\xff"])
    assert (result.document_count, result.success_count, result.failed_count) == (7, 3, 4)
    log = rows(result.log)
    assert [row["failure_code"] for row in log] == [
        None, None, "not-well-formed", None, "document-missing", "wrong-root", "invalid-encoding",
    ]
    assert [row["status"] for row in log].count("failed") == 4
    assert str(log[2]["failure_reason"]).startswith("parse: not-well-formed: ")
    assert [row["row_count"] for row in log] == [3, 1, 0, 2, 0, 0, 0]
    assert {row["contract_hash"] for row in log} == {contract.hash}
    assert all(len(str(row["document_hash"])) == 32 for row in log)
    assert result.failures == {
        "document-missing": 1, "invalid-encoding": 1, "not-well-formed": 1, "wrong-root": 1,
    }


def test_issues_are_a_table(contract: xmlshred.Contract) -> None:
    (issue,) = rows(contract.shred(DOCUMENTS, KEYS).issues)
    assert issue == {
        "id": 12, "contract_name": "orders", "table_name": "orders", "column_name": "total", "code": "invalid-value", "count": 1,
    }


def test_keys_are_numbers_texts_decimals_and_uuids() -> None:
    def keys_of_type(data_type: str, keys: object) -> list[object]:
        contract = xmlshred.Contract.load(CONTRACT.replace("type: bigint, key", f"type: \"{data_type}\", key"))
        result = contract.shred(DOCUMENTS[:2], keys)  # type: ignore[call-overload]
        assert result.failures == {}
        return [row["id"] for row in rows(result.log)]

    ids = [uuid.UUID(int=7), uuid.UUID(int=8)]
    assert keys_of_type("uuid", ids) == [one.bytes for one in ids]
    assert keys_of_type("text", ["a", "b"]) == ["a", "b"]
    assert keys_of_type("text", pa.array(["a", "b"])) == ["a", "b"]
    big = [decimal.Decimal(10**30), decimal.Decimal(2)]
    assert keys_of_type("decimal(38,0)", big) == big
    assert keys_of_type("decimal(38,0)", pandas.Series([10**30, 2])) == big


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ([1], "there are 1 keys, and more documents"),
        ([1, 2, 3], "there are 2 documents, and more keys"),
        ([1, "b"], "the key of document 2 is not a 64-bit integer, as that of the first document is"),
        ([1.5, 2], "the key of document 1 is a float; keys are int, str, Decimal or UUID"),
        ([None, 2], "the key of document 1 is a NoneType"),
        ("app_id", "`keys` names the column app_id, and the documents are no table"),
    ],
)
def test_keys_that_do_not_fit_are_told(contract: xmlshred.Contract, keys: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem.replace("(", "\\(")):
        contract.shred(DOCUMENTS[:2], keys)  # type: ignore[call-overload]


def test_keys_in_documents_are_taken_where_nobody_gives_any() -> None:
    contract = xmlshred.Contract.load(CONTRACT.replace("root: /order", 'root: /order, key: "@number"').replace("type: bigint, key", "type: text, key"))
    result = contract.shred(DOCUMENTS)
    # What has no key that could be read has its number.
    assert [row["id"] for row in rows(result.log)] == ["A1", "A2", "3", "A4"]
    assert contract.shred(DOCUMENTS[:1], ["B1"]).failures == {"key-mismatch": 1}


def test_columns_that_are_not_there_or_not_documents_are_told(contract: xmlshred.Contract) -> None:
    with pytest.raises(KeyError, match="no column `xml` of documents .*; it has id, body"):
        contract.shred(pa.table({"id": KEYS, "body": DOCUMENTS}))
    assert contract.shred(pa.table({"id": KEYS, "body": DOCUMENTS}), xml="body").success_count == 3
    assert rows(contract.shred(pa.table({"key": KEYS, "xml": DOCUMENTS}), "key").log)[0]["id"] == 11
    with pytest.raises(TypeError, match="`xml` is of type Int64: documents are text or bytes"):
        contract.shred(pa.table({"id": KEYS, "xml": KEYS}))
    with pytest.raises(TypeError, match="`id` is of type Float64: keys are integers"):
        contract.shred(pa.table({"id": [0.5], "xml": ["<order/>"]}))
    with pytest.raises(ValueError, match="the key of document 2 is null"):
        contract.shred(pa.table({"id": [1, None], "xml": DOCUMENTS[:2]}))
    with pytest.raises(TypeError, match="a int has no documents"):
        contract.shred(7)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="document 2 is a int"):
        contract.shred(["<order/>", 7])  # type: ignore[list-item]


def test_columns_beside_the_documents_reach_the_rows() -> None:
    text = CONTRACT.replace("xml: xml }", "xml: xml, columns: [channel, size], version: changed }")
    text = text.replace('      placed:', '      channel: { source: channel, type: text }\n      size: { source: size, type: int }\n      placed:')
    table = pa.table({"id": KEYS, "xml": DOCUMENTS, "channel": ["web", None, "x", "y"], "size": [5, 6, 7, None], "changed": KEYS})
    result = xmlshred.Contract.load(text).shred(table)
    assert [(row["channel"], row["size"]) for row in rows(result.tables["orders"])] == [("web", 5), (None, 6), ("y", None)]
    assert [row["source_version"] for row in rows(result.log)] == ["11", "12", "13", "14"]


def test_what_the_producer_of_documents_raises_comes_through(contract: xmlshred.Contract) -> None:
    def documents() -> Iterator[str]:
        yield from DOCUMENTS * 100
        raise RuntimeError("the source is gone")

    with pytest.raises(RuntimeError, match="the source is gone"):
        contract.shred(documents())
    schema = pa.schema({"id": pa.int64(), "xml": pa.string()})

    def batches() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"id": KEYS, "xml": DOCUMENTS}, schema)
        raise RuntimeError("the source is gone")

    with pytest.raises(ValueError, match="the source is gone"):
        contract.shred(pa.RecordBatchReader.from_batches(schema, batches()))


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_rows_come_in_the_order_of_the_documents_whatever_the_number_of_threads(contract: xmlshred.Contract, threads: int) -> None:
    count = 5000
    result = contract.shred((DOCUMENTS[at % 4] for at in range(count)), threads=threads)
    assert [row["id"] for row in rows(result.log)] == list(range(1, count + 1))
    assert [row["id"] for row in rows(result.tables["orders"])] == [at + 1 for at in range(count) if at % 4 != 2]


def test_the_lock_of_the_interpreter_is_released(contract: xmlshred.Contract) -> None:
    """Another thread of Python goes on while documents are shredded: it hands over the last document."""
    reached = threading.Event()
    go_on = threading.Event()

    def documents() -> Iterator[str]:
        yield from DOCUMENTS
        reached.set()
        assert go_on.wait(30)
        yield DOCUMENTS[0]

    other = threading.Thread(target=lambda: reached.wait(30) and go_on.set())
    other.start()
    assert contract.shred(documents(), threads=1).document_count == 5
    other.join()


def test_no_document_gives_empty_tables(contract: xmlshred.Contract) -> None:
    result = contract.shred([])
    assert result.document_count == 0
    assert pa.table(result.tables["orders"]).schema == pa.schema(contract.tables["orders"])
    assert len(result.log) == 0 and result.log


def test_a_table_is_handed_over_as_often_as_asked_and_outlives_its_result(contract: xmlshred.Contract) -> None:
    orders = table = contract.shred(DOCUMENTS).tables["orders"]
    gc.collect()
    assert orders is table
    assert pa.table(table) == pa.table(table)
    assert polars.DataFrame(table).shape == (3, 4)
    # pandas takes streams by itself since version 3, which is for Python 3.11.
    from_arrow = getattr(pandas.DataFrame, "from_arrow", lambda found: pa.table(found).to_pandas())
    assert list(from_arrow(table)["number"]) == ["A1", "A2", "A4"]
    assert duckdb.sql("SELECT max(total) FROM orders").fetchall() == [(decimal.Decimal("10.50"),)]


def test_displays_have_counts_and_no_value(contract: xmlshred.Contract) -> None:
    result = contract.shred(DOCUMENTS)
    shown = repr(result) + result._repr_html_() + repr(result.tables["line"]) + result.tables["line"]._repr_html_()
    assert "<4 documents: 3 succeeded, 1 failed (1 not-well-formed); 6 rows in 2 tables; 1 issues>" in shown
    assert "<td>orders.total</td><td>invalid-value</td><td>1</td>" in shown
    for value in ("tea", "milk", "bread", "A1", "10.5"):
        assert value not in shown
