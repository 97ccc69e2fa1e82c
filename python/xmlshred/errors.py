"""What can be wrong with a contract."""

from __future__ import annotations

import html
from dataclasses import dataclass

__all__ = ["ContractError", "Diagnostic"]


@dataclass(frozen=True)
class Diagnostic:
    """A problem of a contract, at a place in its text."""

    code: str
    """Such as ``E0107``; those of warnings begin with ``W``. ``xmlshred help E0107`` explains it."""
    name: str
    """Such as ``unknown-codes``."""
    severity: str
    """``error`` or ``warning``."""
    message: str
    """What is wrong."""
    hint: str
    """What to do."""
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""


class ContractError(ValueError):
    """A contract cannot be used; its text is every problem at once, as the program shows them."""

    def __init__(self, rendered: str, diagnostics: list[Diagnostic]) -> None:
        # Both are arguments, so that the error can be pickled.
        super().__init__(rendered, diagnostics)
        self.rendered = rendered
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return self.rendered

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.rendered)}</pre>"
