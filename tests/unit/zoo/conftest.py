"""What the tests of the zoo's tool share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.zoo.house import FILES


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small repository with a zoo of one bug."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path
