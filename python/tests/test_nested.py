"""One row for each document."""

from __future__ import annotations

import polars
import pyarrow as pa

import xmlshred
from conftest import DOCUMENTS


def test_nested_rows_are_those_of_the_tables(contract: xmlshred.Contract) -> None:
    documents = DOCUMENTS * 700
    nested = pa.table(contract.shred(documents, nested=True))
    flat = contract.shred(documents)
    assert nested.num_rows == len(documents)
    assert nested.column_names[:2] == ["id", "contract_name"]
    assert nested.column_names[-2:] == ["processing_issue", "tables"]
    lists = nested["tables"].combine_chunks()
    for name, table in flat.tables.items():
        in_lists = lists.field(name).flatten()
        assert pa.Table.from_struct_array(in_lists).equals(pa.table(table).combine_chunks()), name
    log = pa.table(flat.log)
    same = [name for name in log.column_names if name not in ("processing_time", "duration_ms")]
    assert nested.select(same).equals(log.select(same))
    first, second, third = nested["tables"][0].as_py(), nested["tables"][1].as_py(), nested["tables"][2].as_py()
    assert ([row["position"] for row in first["line"]], second["line"], third["orders"]) == ([1, 2], [], [])
    assert nested["processing_issue"][1].as_py() == [
        {"table_name": "orders", "column_name": "total", "code": "invalid-value", "count": 1}
    ]


def test_other_libraries_take_nested_rows(contract: xmlshred.Contract) -> None:
    frame = polars.DataFrame(contract.shred(DOCUMENTS, nested=True))
    lines = frame.select(polars.col("tables").struct.field("line")).explode("line").drop_nulls().unnest("line")
    assert lines["position"].to_list() == [1, 2, 1]


def test_no_document_gives_no_nested_rows(contract: xmlshred.Contract) -> None:
    assert pa.table(contract.shred([], nested=True)).num_rows == 0
