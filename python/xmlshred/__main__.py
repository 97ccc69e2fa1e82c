"""``python -m xmlshred``: the program, which comes with the package."""

from __future__ import annotations

import os
import subprocess
import sys

from xmlshred._place import program


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
