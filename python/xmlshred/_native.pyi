"""Contracts, documents and rows; see the package ``xmlshred``."""

import os
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal, Protocol, final, overload

from xmlshred._program import Coverage, Explanation
from xmlshred.errors import Diagnostic

__all__ = ["Contract", "_loaded", "Inferred", "infer", "Result", "TableSchema", "Table", "__version__"]

__version__: str

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class _ArrowArray(Protocol):
    def __arrow_c_array__(
        self, requested_schema: object | None = None
    ) -> tuple[object, object]: ...

_Documents = _ArrowStream | _ArrowArray | Iterable[str | bytes | bytearray | None] | str | bytes
_Keys = str | Iterable[int] | Iterable[str] | Iterable[Decimal] | Iterable[uuid.UUID]

@final
class Contract:
    """A checked contract. Can be pickled, and used by several threads."""

    @staticmethod
    def load(source: str | os.PathLike[str]) -> Contract:
        """Reads and checks a contract: a path, or its text (which has several lines, or is JSON).

        Raises ``ContractError`` with every problem at once, and ``OSError`` when the file cannot be read.
        """
    @property
    def name(self) -> str:
        """``name`` of the contract; the log is kept by it."""
    @property
    def hash(self) -> str:
        """Of its text, as the log has it in ``contract_hash``."""
    @property
    def text(self) -> str:
        """The text, as it was read."""
    @property
    def key_column(self) -> str:
        """``source.key``"""
    @property
    def xml_column(self) -> str:
        """``source.xml``"""
    @property
    def source_columns(self) -> list[str]:
        """``source.columns``: what the contract takes from beside the documents."""
    @property
    def version_column(self) -> str | None:
        """``source.version``"""
    @property
    def warnings(self) -> list[Diagnostic]:
        """Problems that do not keep it from being used."""
    @property
    def tables(self) -> Mapping[str, TableSchema]:
        """What each table looks like, in insert order: parents before children."""
    @overload
    def shred(
        self,
        documents: _Documents,
        keys: _Keys | None = None,
        *,
        xml: str | None = None,
        threads: int | None = None,
        session: str = "python",
        nested: Literal[False] = False,
        plain: bool = False,
    ) -> Result: ...
    @overload
    def shred(
        self,
        documents: _Documents,
        keys: _Keys | None = None,
        *,
        xml: str | None = None,
        threads: int | None = None,
        session: str = "python",
        nested: Literal[True],
        plain: bool = False,
    ) -> Table:
        """The rows of documents. A bad document is a row of the log with the cause, never an exception.

        ``documents`` is a table of any library that speaks the Arrow PyCapsule interface (pyarrow, Polars, DuckDB, pandas), an array or
        series of text or bytes, or an iterable of ``str``, ``bytes`` and ``None``. Of a table the contract's columns are read
        (``source.xml``, ``source.key``, ``source.columns``, ``source.version``), in any case of letters; ``xml`` names another.
        ``keys`` is the name of a column or one key (``int``, ``str``, ``Decimal``, ``UUID``) for each document. Without keys, documents
        are counted from 1, or have the key that the contract reads in them.

        ``threads`` are the cores of the machine; the interpreter's lock is released. ``session`` is what ``generate: session`` gives.
        Rows come in the order of the documents, whatever the number of threads.

        With ``nested=True``, one table with a row for each document: the columns of ``processing_log``, its issues as a list, and
        ``tables``, a struct with a list of rows for each table. Nothing is copied for that.

        With ``plain=True``, uuids and times of day are text, for those that do not know these types, such as Spark.
        """
    def ddl(
        self,
        dialect: Literal["sqlite", "postgres", "sqlserver"],
        *,
        key_type: Literal["integer", "decimal", "uuid", "text"] = "integer",
        if_not_exists: bool = False,
    ) -> str:
        """CREATE TABLE for the tables and the log, as ``xmlshred ddl`` prints it."""
    def explain(
        self,
        document: str | bytes,
        wanted: str,
        *,
        key: int | None = None,
        row: int | None = None,
        max_rows: int | None = None,
        show_sensitive: bool = False,
    ) -> Explanation:
        """Where the values of ``TABLE`` or ``TABLE.COLUMN`` come from in a document, step by step, and why other rows were not made.

        The program does that (``xmlshred explain``); values of sensitive columns are masked unless they are asked for.
        Raises ``ValueError`` when the contract has no such table or column.
        """
    def coverage(
        self,
        documents: _Documents,
        keys: _Keys | None = None,
        *,
        xml: str | None = None,
        all: bool = False,
    ) -> Coverage:
        """What documents hold and no column reads: places and counts, no values. ``all`` tells every attribute and text by itself.

        The program does that (``xmlshred coverage``), over files in a temporary folder.
        """
    def _write(
        self, documents: _Documents, keys: _Keys | None, xml: str | None, folder: str
    ) -> list[str]: ...
    def __reduce__(self) -> tuple[Any, ...]: ...
    def _repr_html_(self) -> str: ...

@final
class TableSchema:
    """What a table of a contract looks like; ``pyarrow.schema(schema)`` takes it."""

    @property
    def name(self) -> str: ...
    @property
    def column_names(self) -> list[str]: ...
    @property
    def primary_key(self) -> list[str]:
        """Names of its columns; empty where the contract names none."""
    def __len__(self) -> int:
        """Its columns."""
    def __arrow_c_schema__(self) -> object: ...
    def _repr_html_(self) -> str: ...

@final
class Table:
    """Rows, handed over as an Arrow stream as often as somebody asks: ``pyarrow.table(t)``, ``polars.DataFrame(t)``,
    ``pandas.DataFrame.from_arrow(t)``, and DuckDB by its variable's name.
    """

    @property
    def name(self) -> str: ...
    @property
    def column_names(self) -> list[str]: ...
    @property
    def num_rows(self) -> int: ...
    def __len__(self) -> int:
        """Its rows."""
    def __bool__(self) -> bool: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
    def _repr_html_(self) -> str: ...

@final
class Result:
    """The rows of documents, and what became of each of them. Its display has counts and names, and no value of a document."""

    @property
    def tables(self) -> Mapping[str, Table]:
        """The rows of each table, in insert order: parents before children."""
    @property
    def log(self) -> Table:
        """A row for each document, with the columns of ``processing_log``."""
    @property
    def issues(self) -> Table:
        """A row for each column of a document that has issues, with the columns of ``processing_issue``."""
    @property
    def document_count(self) -> int: ...
    @property
    def success_count(self) -> int: ...
    @property
    def failed_count(self) -> int: ...
    @property
    def skipped_count(self) -> int: ...
    @property
    def failures(self) -> dict[str, int]:
        """How many documents failed, by cause (``failure_code``)."""
    def _repr_html_(self) -> str: ...

@final
class Inferred:
    """A contract that was drafted from documents."""

    @property
    def text(self) -> str:
        """The contract, with comments about what was found."""
    @property
    def contract(self) -> Contract:
        """The contract, loaded."""
    @property
    def notes(self) -> list[str]:
        """What one should know: guessed keys, subtrees that are kept as markup."""
    @property
    def document_count(self) -> int:
        """The documents that it is made of."""
    @property
    def left_out(self) -> list[str]:
        """Documents that could not be read as XML, and why."""
    def _repr_html_(self) -> str: ...

def infer(
    documents: _Documents,
    keys: _Keys | None = None,
    *,
    xml: str | None = None,
    name: str | None = None,
    root: str | None = None,
    key_path: str | None = None,
    source_table: str = "app_xml",
    source_key: str = "app_id",
    source_xml: str = "xml",
    show_values: bool = False,
) -> Inferred:
    """A first contract from sample documents, as ``xmlshred infer`` makes it: documents with other roots than ``root`` are left aside.

    Raises ``ValueError`` when there are no documents, or of several kinds. ``show_values`` lets codes of the documents stand in it.
    """

def _loaded(text: str, file: str) -> Contract: ...
