"""What the program that came with the package does for contracts: `explain` and `coverage`."""

from __future__ import annotations

import html
import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xmlshred._native import Contract
from xmlshred._place import program

__all__ = ["Coverage", "Explanation", "coverage", "explain"]

_DONE, _SOME_FAILED = 0, 3


@dataclass(frozen=True)
class Explanation:
    """Where the values of a table come from: ``text`` for people, ``data`` for programs (``xmlshred explain --json``)."""

    text: str
    data: dict[str, Any]

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"


@dataclass(frozen=True)
class Coverage:
    """What documents hold and no column reads: ``text`` for people, ``data`` for programs (``xmlshred coverage --json``)."""

    text: str
    data: dict[str, Any]

    @property
    def percent(self) -> float:
        """How many of the attributes and texts are read, of those that the contract does not ignore."""
        return float(self.data["percent_of_occurrences"])

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"


def explain(
    contract: Contract,
    document: str | bytes,
    wanted: str,
    *,
    key: int | None,
    row: int | None,
    max_rows: int | None,
    show_sensitive: bool,
) -> Explanation:
    """Explains the rows of one document."""
    options = ["--show-sensitive"] if show_sensitive else []
    options += ["--row", str(row)] if row is not None else []
    options += ["--max-rows", str(max_rows)] if max_rows is not None else []
    with tempfile.TemporaryDirectory(prefix="xmlshred-") as folder:
        (name,) = contract._write([document], None if key is None else [key], None, folder)
        return Explanation(*_run(contract, folder, "explain", options, [name, wanted]))


def coverage(
    contract: Contract, documents: Any, *, keys: Any, xml: str | None, all: bool
) -> Coverage:
    """Measures documents."""
    with tempfile.TemporaryDirectory(prefix="xmlshred-") as folder:
        if not contract._write(documents, keys, xml, folder):
            raise ValueError("there are no documents to measure")
        options = ["--all"] if all else []
        return Coverage(*_run(contract, folder, "coverage", options, ["*.xml"]))


def _run(
    contract: Contract, folder: str, command: str, options: Sequence[str], names: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    """What the program prints, as text and as JSON."""
    # Not among the documents, whose names are patterns.
    with tempfile.TemporaryDirectory(prefix="xmlshred-") as beside:
        file = Path(beside) / "contract.yaml"
        file.write_text(contract.text, encoding="utf-8")
        text, data = (
            # Names may begin as options do: `-5.xml`.
            _output([command, *options, "--contract", str(file), *more, "--", *names], folder)
            for more in ([], ["--json"])
        )
    return text, json.loads(data)


def _output(arguments: Sequence[str], folder: str) -> str:
    done = subprocess.run(
        [str(program()), *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode not in (_DONE, _SOME_FAILED):
        raise ValueError(done.stderr.removeprefix("error: ").strip())
    return done.stdout
