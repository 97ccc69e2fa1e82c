"""Contracts: loading, problems as text and as data, what is known of tables, DDL."""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path

import pyarrow as pa
import pytest

import xmlshred
from conftest import CONTRACT


def test_a_contract_comes_from_a_path_or_from_text(tmp_path: Path) -> None:
    path = tmp_path / "orders.yaml"
    path.write_text(CONTRACT)
    loaded = [xmlshred.Contract.load(source) for source in (path, str(path), CONTRACT)]
    assert {(contract.name, contract.hash) for contract in loaded} == {("orders", loaded[0].hash)}
    assert loaded[0].key_column == "id" and loaded[0].xml_column == "xml"
    assert loaded[0].text == CONTRACT


def test_all_problems_of_a_contract_come_at_once_as_text_and_as_data(tmp_path: Path) -> None:
    broken = CONTRACT.replace("decimal(12,2)", "money").replace("on_invalid: null", "on_invalid: nil")
    path = tmp_path / "orders.yaml"
    path.write_text(broken)
    with pytest.raises(xmlshred.ContractError) as raised:
        xmlshred.Contract.load(path)
    error = raised.value
    assert [problem.severity for problem in error.diagnostics] == ["error", "error"]
    first = error.diagnostics[0]
    assert broken.splitlines()[first.line - 1][first.column - 1 :].startswith(("money", '"money'))
    assert first.hint and first.code.startswith("E")
    assert f"{path}:{first.line}" in str(error) and "money" in str(error)
    assert "<pre>" in error._repr_html_()
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="nowhere.yaml"):
        xmlshred.Contract.load("nowhere.yaml")


def test_warnings_do_not_keep_a_contract_from_being_used() -> None:
    text = CONTRACT.replace("tables:", "codes: { unused: { A: 1 } }\ntables:", 1)
    (warning,) = xmlshred.Contract.load(text).warnings
    assert (warning.severity, warning.line) == ("warning", 5)


def test_tables_are_arrow_schemas(contract: xmlshred.Contract) -> None:
    assert list(contract.tables) == ["orders", "line"]
    schema = pa.schema(contract.tables["orders"])
    assert schema.types == [pa.int64(), pa.string(), pa.decimal128(12, 2), pa.timestamp("us")]
    assert [field.nullable for field in schema] == [False, False, True, True]
    assert schema.field("total").metadata == {b"xmlshred:type": b"decimal(12,2)"}
    assert b"xmlshred:sensitive" in pa.schema(contract.tables["line"]).field("article").metadata
    assert contract.tables["line"].primary_key == ["order_id", "position"]
    with pytest.raises(TypeError):
        contract.tables["more"] = None  # type: ignore[index]


def test_a_contract_can_be_pickled(contract: xmlshred.Contract) -> None:
    again = pickle.loads(pickle.dumps(contract))
    assert (again.hash, list(again.tables)) == (contract.hash, list(contract.tables))


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "sqlserver"])
def test_ddl_is_that_of_the_program(contract: xmlshred.Contract, dialect: str, tmp_path: Path, xmlshred_program: str) -> None:
    path = tmp_path / "orders.yaml"
    path.write_text(CONTRACT)
    command = [xmlshred_program, "ddl", "--contract", str(path), "--dialect", dialect, "--key-type", "uuid", "--if-not-exists"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert contract.ddl(dialect, key_type="uuid", if_not_exists=True) == printed  # type: ignore[arg-type]


def test_ddl_tells_names_that_the_database_does_not_take() -> None:
    long = CONTRACT.replace("article:", "article" + "e" * 70 + ":")
    with pytest.raises(xmlshred.ContractError, match="article"):
        xmlshred.Contract.load(long).ddl("postgres")


def test_an_unknown_dialect_or_type_of_keys_is_told(contract: xmlshred.Contract) -> None:
    with pytest.raises(ValueError, match="there are sqlite, postgres and sqlserver"):
        contract.ddl("oracle")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="integer, decimal, uuid and text"):
        contract.ddl("sqlite", key_type="float")  # type: ignore[arg-type]


def test_notebooks_show_contracts_and_schemas(contract: xmlshred.Contract) -> None:
    html = contract._repr_html_()
    assert "<b>orders</b>" in html and "<td>decimal(12,2)</td>" in html and "sensitive" in html
    assert repr(contract) == "<contract orders: orders, line>"
    assert repr(contract.tables["line"]) == "<table line: order_id, position, article>"
