"""The examples of the documentation do what they say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import polars
import pytest

from conftest import Demo

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("file", ["README.md", "python/README.md", "docs/python.md"])
def test_examples_run(file: str, demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / file).read_text(), re.DOTALL | re.MULTILINE)
    assert blocks
    shutil.copy(demo.contract, tmp_path / "contract.yaml")
    documents = demo.query("SELECT app_id, xml FROM app_xml")
    polars.DataFrame(documents, ["app_id", "xml"], orient="row").write_parquet(tmp_path / "documents.parquet")
    monkeypatch.chdir(tmp_path)
    for block in blocks:
        names: dict[str, Any] = {}
        exec(block, names)
        if "contacts" in names:
            assert len(names["contacts"]) > 500 and len(names["failed"]) > 10
        else:
            assert sum(count for _, count in names["roles"]) > 500
