"""Event patterns match as EventBridge documents them."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.eventbridge.patterns import PatternError, compile_pattern

EVENT: dict[str, Any] = {
    "source": "acs.ehpc",
    "subject": "a/b.jpg",
    "n": 5,
    "flag": True,
    "nothing": None,
    "empty": "",
    "tags": ["red", "blue"],
    "ip": "10.0.0.7",
    "data": {"system": "ehpc", "exit_code": 1},
}


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ({}, True),
        ({"source": ["acs.oss", "acs.ehpc"]}, True),
        ({"source": ["acs.EHPC"]}, False),
        ({"source": ["acs.ehpc"], "n": [6]}, False),
        ({"data": {"system": ["ehpc"], "exit_code": [1]}}, True),
        ({"data": {"system": ["schedulerx"]}}, False),
        ({"data": {"absent": ["x"]}}, False),
        ({"source": {"system": ["ehpc"]}}, False),
        ({"source": [{"prefix": "acs."}]}, True),
        ({"source": [{"prefix": "ACS."}]}, False),
        ({"subject": [{"suffix": ".jpg"}]}, True),
        ({"subject": [{"contains": "/b"}]}, True),
        ({"n": [{"prefix": "5"}]}, False),
        ({"source": [{"anything-but": "acs.oss"}]}, True),
        ({"source": [{"anything-but": ["acs.oss", "acs.ehpc"]}]}, False),
        ({"source": [{"anything-but": {"prefix": "acs."}}]}, False),
        ({"n": [{"anything-but": 123}]}, True),
        ({"absent": [{"anything-but": "x"}]}, False),
        ({"n": [{"numeric": [">", 0, "<=", 5]}]}, True),
        ({"n": [{"numeric": ["<", 5]}]}, False),
        ({"n": [{"numeric": ["=", 5]}]}, True),
        ({"flag": [{"numeric": ["=", 1]}]}, False),
        ({"source": [{"numeric": [">", 0]}]}, False),
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"ip": [{"cidr": "10.0.1.0/24"}]}, False),
        ({"source": [{"cidr": "10.0.0.0/24"}]}, False),
        ({"absent": [{"exists": False}]}, True),
        ({"source": [{"exists": False}]}, False),
        ({"source": [{"exists": True}]}, True),
        ({"gone": {"deeper": [{"exists": False}]}}, True),
        ({"nothing": [None]}, True),
        ({"empty": [None]}, False),
        ({"empty": [""]}, True),
        ({"tags": ["blue"]}, True),
        ({"tags": ["green"]}, False),
        ({"tags": [{"prefix": "re"}]}, True),
        ({"flag": [True]}, True),
        ({"flag": [1]}, False),
        ({"n": [True, "5"]}, False),
    ],
)
def test_matching(*, pattern: dict[str, Any], wanted: bool) -> None:
    """Keys are joined by AND, values by OR, each operator does what the page says."""
    assert compile_pattern(pattern)(EVENT) is wanted


@pytest.mark.parametrize(
    "pattern",
    [
        "no json",
        "[]",
        {"a": "b"},
        {"a": []},
        {"a": [{"near": 1}]},
        {"a": [{"prefix": 1}]},
        {"a": [{"prefix": "x", "suffix": "y"}]},
        {"a": [{"numeric": [">"]}]},
        {"a": [{"numeric": ["!", 1]}]},
        {"a": [{"numeric": [[], 1]}]},
        {"a": [{"anything-but": []}]},
        {"a": [{"anything-but": {"suffix": "x"}}]},
        {"a": [{"exists": "yes"}]},
        {"a": [{"cidr": "::/0"}]},
        {"a": [["b"]]},
    ],
)
def test_wrong_patterns_are_refused(pattern: Any) -> None:
    """A pattern that EventBridge would not take is an error that says where."""
    with pytest.raises(PatternError, match=r"^\$"):
        compile_pattern(pattern)


def test_nesting_is_bounded() -> None:
    """A pattern nested without end is refused, as text and as an object."""
    pattern: dict[str, Any] = {"a": ["x"]}
    for _ in range(40):
        pattern = {"a": pattern}
    with pytest.raises(PatternError, match="deeper"):
        compile_pattern(pattern)
    with pytest.raises(PatternError):
        compile_pattern('{"a":' * 100_000)
