"""What tests have in common: the program beside the package, a small contract, and the demo's documents with what a run makes of them."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

import pytest

import xmlshred
from xmlshred._place import program

CONTRACT = """\
xmlshred: 1
name: orders
source: { table: documents, key: id, xml: xml }
document: { root: /order }
tables:
  orders:
    columns:
      id:     { generate: document_key, type: bigint, key: true }
      number: { path: "@number", type: "varchar(20)", required: true }
      total:  { path: "@total", type: "decimal(12,2)", on_invalid: null }
      placed: { path: "@placed", type: timestamp }
  line:
    each: line
    columns:
      order_id: { parent: orders.id, key: true }
      position: { generate: row_number, key: true }
      article:  { path: "@article", type: text, sensitive: true }
"""

DOCUMENTS = [
    '<order number="A1" total="10.50" placed="2026-11-28T10:00:00"><line article="tea"/><line article="milk"/></order>',
    '<order number="A2" total="much"/>',
    "<order",
    '<order number="A4" total="3"><line article="bread"/></order>',
]


@pytest.fixture
def contract() -> xmlshred.Contract:
    return xmlshred.Contract.load(CONTRACT)


class Demo:
    """Some hundred invented loan applications, good and bad, and the SQLite file that a run has filled."""

    def __init__(self, folder: Path) -> None:
        executable = program()
        self.contract = folder / "contract.yaml"
        self.file = folder / "demo.db"

        def run(*arguments: str, expected: int) -> None:
            done = subprocess.run(
                [executable, *arguments], capture_output=True, text=True, cwd=folder, check=False
            )
            assert done.returncode == expected, done.stderr

        run("demo", "--prepare-only", "--documents", "600", "--dir", str(folder), expected=0)
        url = f"sqlite:{self.file}"
        run("run", "--url", url, "--contract", str(self.contract), "--create-tables", expected=3)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.file) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return Demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def xmlshred_program() -> str:
    return str(program())
