"""Conditions on rows: whether a row must exist, and what its columns must hold.

`Condition` has row_existence (1) and column_condition (2), a `Filter` of type (1) and filter (2). A single column's
filter has comparator (1), column_name (2), column_value (3), filter_if_missing (4), latest_version_only (5); a
composite one a combinator (1) and sub_filters (2). Their meaning:
https://www.alibabacloud.com/help/en/tablestore/developer-reference/conditional-update. A missing column passes unless
filter_if_missing says otherwise; clients that say nothing say that it passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from localcloud.tablestore.errors import OtsError, parameter_invalid
from localcloud.tablestore.plainbuffer_reader import decode_value
from localcloud.tablestore.protobuf import Message
from localcloud.tablestore.rows import Value

FILTERS_MAX = 10
"""Most filters in one condition."""
_IGNORE, _EXPECT_EXIST, _EXPECT_NOT_EXIST = range(3)
_SINGLE, _COMPOSITE = 1, 2
_NOT, _AND, _OR = 1, 2, 3
_COMPARE: Mapping[int, Callable[[Any, Any], bool]] = {1: eq, 2: ne, 3: gt, 4: ge, 5: lt, 6: le}

Columns = Mapping[str, Value]


def check_condition(condition: Message, columns: Columns | None) -> None:
    """Raise OTSConditionCheckFail unless the row, None if there is none, is as the condition says."""
    expectation = condition.integer(1)
    if expectation not in (_IGNORE, _EXPECT_EXIST, _EXPECT_NOT_EXIST):
        raise parameter_invalid("Invalid row existence expectation.")
    exists = columns is not None
    wrong = expectation == (_EXPECT_NOT_EXIST if exists else _EXPECT_EXIST)
    data = condition.data(2, b"")
    if wrong or (data and not passes(data, columns or {})):
        raise OtsError("OTSConditionCheckFail", "Condition check failed.")


def passes(data: bytes, columns: Columns) -> bool:
    """Whether columns pass an encoded `Filter`."""
    return _Evaluation(columns).passes(Message(data))


class _Evaluation:
    """Counts the filters, so that hostile nesting stays shallow."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._count = 0

    def passes(self, filter_: Message) -> bool:
        self._count += 1
        if self._count > FILTERS_MAX:
            raise parameter_invalid(f"The number of filters exceeds {FILTERS_MAX}.")
        kind, inner = filter_.integer(1), filter_.message(2)
        if kind == _SINGLE:
            return self._single(inner)
        if kind == _COMPOSITE:
            return self._composite(inner)
        raise parameter_invalid("The local cloud has no such filter.")

    def _single(self, filter_: Message) -> bool:
        comparator, name = filter_.integer(1), filter_.text(2)
        if comparator not in _COMPARE or filter_.has(6):
            raise parameter_invalid("The local cloud has no such comparison.")
        wanted = decode_value(filter_.data(3))
        if name not in self._columns:
            return not filter_.integer(4)
        found = self._columns[name]
        # Values of different types are never equal and have no order.
        return type(found) is type(wanted) and _COMPARE[comparator](found, wanted)

    def _composite(self, filter_: Message) -> bool:
        combinator = filter_.integer(1)
        results = [self.passes(part) for part in filter_.messages(2)]
        if combinator == _NOT and len(results) == 1:
            return not results[0]
        if combinator in (_AND, _OR) and results:
            return all(results) if combinator == _AND else any(results)
        raise parameter_invalid("Invalid composite filter.")
