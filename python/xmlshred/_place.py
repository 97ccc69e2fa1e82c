"""Where the program is that came with the package."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path

_NAME = "xmlshred.exe" if os.name == "nt" else "xmlshred"


def _folders() -> Iterator[Path]:
    """Where installers put programs: of this environment, of the user, beside the package (`pip install --target`)."""
    yield Path(sysconfig.get_path("scripts"))
    yield Path(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")))
    yield Path(__file__).parent.parent / "bin"


def program() -> Path:
    """The program that came with the package; another where `XMLSHRED_PROGRAM` names one."""
    if named := os.environ.get("XMLSHRED_PROGRAM"):
        return Path(named)
    for folder in _folders():
        if (folder / _NAME).is_file():
            return folder / _NAME
    looked_at = ", ".join(str(folder) for folder in _folders())
    raise FileNotFoundError(
        f"the program {_NAME} is not in {looked_at}: install the package xmlshred again"
    )
