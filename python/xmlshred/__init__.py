"""XML documents to rows of normalized tables, as a contract says.

>>> import polars, xmlshred
>>> contract = xmlshred.Contract.load("contract.yaml")
>>> result = contract.shred(polars.read_parquet("documents.parquet"))
>>> polars.DataFrame(result.tables["contact"])

Tables come and go by the Arrow PyCapsule interface: pyarrow, Polars, DuckDB and pandas hand theirs over without a copy, and take ours so.
"""

from xmlshred._native import (
    Contract,
    Inferred,
    Result,
    Table,
    TableSchema,
    __version__,
    infer,
)
from xmlshred._program import Coverage, Explanation
from xmlshred.errors import ContractError, Diagnostic

__all__ = [
    "Contract",
    "ContractError",
    "Coverage",
    "Diagnostic",
    "Explanation",
    "Inferred",
    "Result",
    "Table",
    "TableSchema",
    "__version__",
    "infer",
]
