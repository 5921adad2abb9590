"""Rows that a package has packed are what was packed, whether they are asked for alone or together."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from shared.policy.matching.table import Packed, PackedTable, RowTable, one_by_one

_ROWS = [(), (1,), (70_000, 2), (3, 4, 5)]


def _packed() -> PackedTable[tuple[int, ...]]:
    some = Packed(*one_by_one(list(map(msgspec.msgpack.encode, _ROWS))))
    return PackedTable(tuple[int, ...], some.joined, some.numbers)


@pytest.mark.parametrize("asked", [[], [2], [3, 1, 1, 0], range(4), {1, 2}])
def test_asked_for_together_or_alone_they_are_the_same(asked: list[int]) -> None:
    """In the order in which they are asked for, whatever was asked for before."""
    together, alone, made = _packed(), _packed(), RowTable(enumerate(_ROWS))
    expected = [_ROWS[number] for number in asked]
    assert [together.of(asked), together.of(asked), made.of(asked)] == [expected] * 3
    assert [alone[number] for number in asked] == expected
    assert list(alone.keys()) == list(made.keys())


def test_those_that_are_asked_for_together_are_unpacked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no others, nor one twice."""
    table, asked = _packed(), list[list[int]]()
    joined = table._joined

    def noted(numbers: Sequence[int]) -> bytes:
        asked.append(list(numbers))
        return joined(numbers)

    monkeypatch.setattr(table, "_joined", noted)
    table.of([1, 2])
    table.of([2, 3, 1])
    assert table[0] == ()
    assert asked == [[1, 2], [3], [0]]


def test_a_row_that_another_thread_asks_for_is_unpacked_by_itself() -> None:
    """What is asked for together is then not known."""
    table = _packed()
    table._together = [0, 3]
    assert (table[2], sorted(iter(table))) == (_ROWS[2], [0, 2, 3])


def test_there_is_no_row_beyond_the_last() -> None:
    """As in any mapping of its numbers."""
    with pytest.raises(IndexError):
        _packed()[4]
