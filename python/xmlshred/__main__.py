"""``python -m xmlshred``: the program, which comes with the package."""

from __future__ import annotations

import os
import subprocess
import sys
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


def main() -> int:
    """Runs the program with our arguments, in our place where the system can do that."""
    try:
        path = str(program())
    except FileNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    arguments = [path, *sys.argv[1:]]
    if os.name == "nt":
        return subprocess.run(arguments, check=False).returncode
    os.execv(path, arguments)


if __name__ == "__main__":
    sys.exit(main())
