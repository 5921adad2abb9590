"""Every piece of a policy that docs/policy.md shows can be used as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.policy.load import check_policy

_PAGE = (Path(__file__).resolve().parents[3] / "docs" / "policy.md").read_text(encoding="utf-8")
_PIECES = [piece for piece in re.findall(r"```yaml\n(.*?)```", _PAGE, re.DOTALL) if "\ntests:" not in piece]


@pytest.mark.parametrize("piece", _PIECES, ids=[piece.splitlines()[0] for piece in _PIECES])
def test_a_piece_of_the_page_can_be_used(piece: str) -> None:
    """Under `version: 1`, and without any setting that changes nothing."""
    report = check_policy("version: 1\n" + piece)
    assert report.faults == ()
    assert not [warning for warning in report.warnings if warning.path.startswith(("$.by", "$.windows", "$.rules["))]


def test_the_page_shows_pieces() -> None:
    """Rules, causes, packs, blocks, windows, sources."""
    assert len(_PIECES) >= 6
