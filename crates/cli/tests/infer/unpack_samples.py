"""Takes the UBL documents out of wheels: python3 unpack_samples.py WHEELS FOLDER. Templates and views are left out."""

import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

MARK = b"urn:oasis:names:specification:ubl:schema:xsd:"


def is_document(content: bytes) -> bool:
    if MARK not in content:
        return False
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError:
        return False
    return root.tag.startswith("{" + MARK.decode())


def main() -> None:
    wheels, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                content = archive.read(name) if name.endswith(".xml") else b""
                if is_document(content):
                    (folder / Path(name).name).write_bytes(content)


main()
