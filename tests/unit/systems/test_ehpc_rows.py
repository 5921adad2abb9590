"""Of a page of jobs those that nobody looks for are not read, and what is wrong with them hides no other."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from shared.domain.job import State
from shared.systems.ehpc.rows import id_of, snapshot
from shared.systems.openapi._sdk import _read

JOB = {
    "Id": "7.s",
    "State": "RUNNING",
    "StartTime": "1800000000",
    "Owner": "a@s",
    "NodeList": ["n1"],
    "More": {"x": [1]},
}


def raw(text: str | bytes) -> msgspec.Raw:
    """A row as it came."""
    (row,) = msgspec.json.decode(b"[%b]" % (text.encode() if isinstance(text, str) else text), type=list[msgspec.Raw])
    return row


@pytest.mark.parametrize(
    "changed",
    [{}, {"Id": 7}, {"StartTime": 1_800_000_000}, {"State": "HELD"}, {"Rerunable": "false"}, {"Owner": None}],
)
def test_a_row_says_the_same_read_late_or_at_once(changed: dict[str, Any]) -> None:
    """Numbers as text too."""
    job = {**JOB, **changed}
    row = raw(json.dumps(job))
    assert id_of(row) == id_of(job) == job["Id"]
    assert snapshot(row, 5.0) == snapshot(job, 5.0)
    assert snapshot(row, 5.0).job_id == str(job["Id"])
    assert snapshot(row, 5.0, "12").job_id == "12"


@pytest.mark.parametrize(
    "odd",
    [b'{"Id": "7.s", "State": 3}', b'{"Id": "7.s", "Owner": "\xff"}', b'{"Id": "7.s", "StartTime": "soon"}', b"{}"],
)
def test_an_odd_row_is_none(odd: bytes) -> None:
    """Whether its types are, its text, or its time."""
    with pytest.raises(msgspec.ValidationError):
        snapshot(raw(odd), 5.0)


@pytest.mark.parametrize("odd", [b'"text"', b"[]", b'{"Id": "\xff"}'])
def test_what_is_no_row_spoils_its_page(odd: bytes) -> None:
    """Nobody can tell which job it is."""
    with pytest.raises(msgspec.ValidationError):
        id_of(raw(odd))


def test_a_row_without_an_id_has_none() -> None:
    """It is passed over."""
    assert id_of(raw('{"State": "RUNNING"}')) is None


def test_rows_stay_as_they_came_and_all_else_is_read() -> None:
    """Text that is no UTF-8 in a row that nobody looks for does not matter."""
    body = _read(b'{"RequestId": "r", "Count": 2, "Jobs": [{"Id": "1.s"}, {"Id": "2.s", "Name": "\xff"}]}', "Jobs")
    assert (body["RequestId"], body["Count"]) == ("r", 2)
    assert [id_of(row) for row in body["Jobs"]] == ["1.s", "2.s"]
    assert snapshot(body["Jobs"][0], 5.0).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b'{"Jobs": {"a": 1}}', {"Jobs": {"a": 1}}),
        (b'{"Code": "Busy"}', {"Code": "Busy"}),
        (b"[1]", [1]),
        (b'{"Jobs": [{"Id": "a\tb"}], "n": NaN}', None),
    ],
)
def test_an_answer_of_another_shape_is_read_as_any_other(body: bytes, read: Any) -> None:
    """No list, no such member, no object; what is no JSON the SDK reads, or refuses."""
    if read is None:
        with pytest.raises(Exception, match="Failed to parse"):
            _read(body, "Jobs")
        with pytest.raises(Exception, match="Failed to parse"):
            _read(body)
    else:
        assert _read(body, "Jobs") == _read(body) == read
