"""The rows are those of a run: the demo's documents, 15 tables, table by table, cell by cell."""

from __future__ import annotations

import datetime
import re

import duckdb
import polars
import pyarrow as pa

import xmlshred
from conftest import Demo


def test_rows_log_and_issues_are_those_that_a_run_writes(demo: Demo) -> None:
    contract = xmlshred.Contract.load(demo.contract)
    # What a target refuses, nobody refuses who has none.
    refused = "SELECT app_id FROM processing_log WHERE failure_reason LIKE 'load:%'"
    assert 0 < len(demo.query(refused)) < 10
    rows = demo.query(f"SELECT app_id, xml FROM app_xml WHERE app_id NOT IN ({refused})")
    documents = pa.table(dict(zip(["app_id", "xml"], map(list, zip(*rows)))))
    # SQLite has text for uuids and times, too.
    ((session,),) = demo.query("SELECT DISTINCT session_id FROM processing_log")
    result = contract.shred(documents, plain=True, session=str(session))
    assert result.failed_count > 0 and result.success_count > 400
    assert len(result.tables) == 15
    for name, table in result.tables.items():
        # Of two runs two times.
        compared = [column for column in table.column_names if column != "shredded_at"]
        columns = ", ".join(f'"{column}"' for column in compared)
        expected = sorted(demo.query(f'SELECT {columns} FROM "{name}"'), key=repr)
        found = sorted((as_sqlite(row) for row in pa.table(table).select(compared).to_pylist()), key=repr)
        assert found == expected, name
    same = "app_id, contract_name, status, failure_reason, failure_code, row_count, issue_count, contract_hash, document_hash"
    log = result.log  # noqa: F841 (DuckDB finds it by its name)
    found_log = duckdb.sql(f"SELECT {same} FROM log ORDER BY app_id").fetchall()
    assert found_log == demo.query(
        f"SELECT {same} FROM processing_log WHERE app_id NOT IN ({refused}) ORDER BY app_id"
    )
    issues = polars.DataFrame(result.issues).drop("contract_name").sort(polars.all()).rows()
    assert issues == sorted(demo.query("SELECT app_id, table_name, column_name, code, count FROM processing_issue"))


def as_sqlite(row: dict[str, object]) -> tuple[object, ...]:
    """A row as SQLite has it: booleans are numbers, times are text."""

    def cell(value: object) -> object:
        match value:
            case bool():
                return int(value)
            case None | int() | float() | str() | bytes():
                return value
            case datetime.datetime() | datetime.time():
                text = value.isoformat().replace("+00:00", "Z")
                # A fraction without zeros at its end.
                return re.sub(r"(\.\d*?)0+(Z?)$", r"\1\2", text)
            case _:
                return str(value)

    return tuple(cell(value) for value in row.values())


def test_infer_drafts_a_contract_that_takes_its_documents(demo: Demo) -> None:
    documents = polars.DataFrame(
        demo.query("SELECT app_id, xml FROM app_xml WHERE app_id IN (SELECT app_id FROM processing_log WHERE status = 'success')"),
        schema=["app_id", "xml"],
        orient="row",
    )
    inferred = xmlshred.infer(documents)
    assert inferred.document_count == len(documents) and inferred.left_out == []
    assert inferred.contract.shred(documents).failures == {}
    assert "<pre>" in inferred._repr_html_()
    assert "document 2: " in xmlshred.infer(["<a b='1'/>", "<a"]).left_out[0]
