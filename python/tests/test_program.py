"""`python -m xmlshred` is the program."""

from __future__ import annotations

import os
import subprocess
import sys

import pyarrow as pa
import pytest

import xmlshred

from conftest import DOCUMENTS

installed = pytest.mark.skipif(
    "XMLSHRED_PROGRAM" in os.environ, reason="the package is not installed: `./x python` tries it"
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "xmlshred", *arguments], capture_output=True, text=True, check=False)


@installed
def test_python_dash_m_is_the_program() -> None:
    assert run("--version").stdout.strip() == f"xmlshred {xmlshred.__version__}"
    assert run("check", "--contract", "nowhere.yaml").returncode == 2


@installed
def test_the_program_is_on_the_path_of_the_environment(xmlshred_program: str) -> None:
    assert subprocess.run([xmlshred_program, "--version"], check=True).returncode == 0


def test_explain_tells_where_a_value_comes_from(contract: xmlshred.Contract) -> None:
    explanation = contract.explain(DOCUMENTS[0], "orders.total", key=17)
    assert "10.50" in str(explanation) and "<pre>" in explanation._repr_html_()
    assert (explanation.data["key"], explanation.data["rows"][0]["cells"][0]["value"]) == (17, "10.50")
    assert "tea" not in str(contract.explain(DOCUMENTS[0], "line.article"))
    assert "tea" in str(contract.explain(DOCUMENTS[0], "line.article", row=1, show_sensitive=True))
    assert contract.explain("<order", "orders").data["failure"]["code"] == "not-well-formed"
    with pytest.raises(ValueError, match="no table orderz"):
        contract.explain(DOCUMENTS[0], "orderz")
    assert contract.explain(DOCUMENTS[0], "orders", key=-5).data["key"] == -5
    with pytest.raises(ValueError, match="no table --orderz"):
        contract.explain(DOCUMENTS[0], "--orderz")


def test_coverage_tells_what_no_column_reads(contract: xmlshred.Contract) -> None:
    documents = pa.table({"id": [4, 5], "xml": ['<order number="A" note="x"/>', '<order number="B" note="y"/>']})
    coverage = contract.coverage(documents)
    assert coverage.percent == 50 and "@note" in str(coverage)
    (lost,) = coverage.data["lost"]
    assert (lost["occurrences"], lost["example"]["document"]) == (2, "4.xml")
    with pytest.raises(ValueError, match="no documents"):
        contract.coverage([])


def test_coverage_measures_every_document_whatever_its_key(contract: xmlshred.Contract) -> None:
    documents = [f'<order number="A" note{number}="x"/>' for number in range(5)]
    coverage = contract.coverage(documents, keys=[4, 4, -4, 2, 4])
    assert coverage.data["documents"] == 5
    examples = sorted(lost["example"]["document"] for lost in coverage.data["lost"])
    assert examples == ["-4.xml", "2.xml", "4-2.xml", "4-3.xml", "4.xml"]
