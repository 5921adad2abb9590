"""Modes that people set: which of two keeps back more, and how one is told from another."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.mode import Mode, ModeSet

OFF = ModeSet(mode=Mode.OFF, by="bob", at=100.0, why="storm", until=200.0)


@pytest.mark.parametrize(
    ("other", "outdoes"),
    [
        ({"mode": Mode.AUTO}, True),
        ({"mode": Mode.OBSERVE, "until": None}, True),
        ({"mode": Mode.OBSERVE, "at": 200.0}, False),
        ({"until": 199.0}, True),
        ({"until": 200.0}, False),
        ({"until": None}, False),
    ],
)
def test_one_outdoes_another_while_it_holds(other: dict[str, object], *, outdoes: bool) -> None:
    """By its mode, else by its end. A stricter one is never outdone: an emergency waits for nobody."""
    assert OFF.outdoes(replace(OFF, **{"at": 150.0, **other})) is outdoes
    assert not replace(OFF, mode=Mode.OBSERVE, until=None).outdoes(OFF)
    assert replace(OFF, until=None).outdoes(OFF)


def test_each_is_told_from_every_other() -> None:
    """By all that is shown of it but the reason."""
    others = ({"mode": Mode.OBSERVE}, {"by": "ann"}, {"at": 101.0}, {"until": None})
    assert len({OFF.digest, *(replace(OFF, **other).digest for other in others)}) == 5
    assert replace(OFF, why="").digest == OFF.digest
