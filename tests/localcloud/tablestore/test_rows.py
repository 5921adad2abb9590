"""The official SDK reads and writes rows of the local Tablestore: every operation, every type, every condition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from localcloud.clock import ManualClock
from tests.support.sdk import Sdk

Columns = Callable[[Any], dict[str, Any]]
Refused = Callable[[Callable[[], Any]], tuple[int, str]]
FAILED = (403, "OTSConditionCheckFail")
VALUES = [
    ("binary", bytearray(b"\x00\xff\n")),
    ("empty", bytearray()),
    ("false", False),
    ("int", -(2**63)),
    ("many", 2**63 - 1),
    ("ratio", 0.1),
    ("text", "日本 ü"),
    ("true", True),
]


@pytest.fixture(autouse=True)
def _table(create: Callable[..., None]) -> None:
    create()


def test_every_type_comes_back(client: Sdk, put: Callable[..., None], clock: ManualClock) -> None:
    """Values, their types and the moment of the write survive the wire."""
    put("ü/1", VALUES)
    _, row, _ = client.get_row("jobs", [("key", "ü/1")])
    assert row.primary_key == [("key", "ü/1")]
    assert sorted((name, value) for name, value, _ in row.attribute_columns) == VALUES
    assert {stamp for _, _, stamp in row.attribute_columns} == {int(clock.now() * 1000)}
    assert {type(value) for _, value, _ in row.attribute_columns} == {bytearray, bool, int, float, str}


def test_chosen_columns_of(client: Sdk, put: Callable[..., None], columns_of: Columns) -> None:
    """Only they come; a row that has none of them does not."""
    put("a", [("x", 1), ("y", 2)])
    assert columns_of(client.get_row("jobs", [("key", "a")], ["y", "z"])) == {"y": 2}
    assert client.get_row("jobs", [("key", "a")], ["z"])[1] is None
    assert client.get_row("jobs", [("key", "b")])[1] is None


def test_put_replaces_and_update_changes(client: Sdk, put: Callable[..., None], sdk: Sdk, columns_of: Columns) -> None:
    """PutRow leaves nothing of the old row; UpdateRow leaves what it does not name."""
    put("a", [("x", 1), ("y", 2)])
    client.update_row(
        "jobs", sdk.Row([("key", "a")], {"PUT": [("z", 3)], "DELETE_ALL": ["x"]}), sdk.Condition("IGNORE")
    )
    assert columns_of(client.get_row("jobs", [("key", "a")])) == {"y": 2, "z": 3}
    put("a", [("w", 4)])
    assert columns_of(client.get_row("jobs", [("key", "a")])) == {"w": 4}
    client.delete_row("jobs", sdk.Row([("key", "a")]), sdk.Condition("IGNORE"))
    assert client.get_row("jobs", [("key", "a")])[1] is None


def test_row_existence(put: Callable[..., None], refused: Refused) -> None:
    """EXPECT_EXIST and EXPECT_NOT_EXIST hold for exactly one of the two cases."""
    assert refused(lambda: put("a", [("n", 1)], "EXPECT_EXIST")) == FAILED
    put("a", [("n", 1)], "EXPECT_NOT_EXIST")
    assert refused(lambda: put("a", [("n", 2)], "EXPECT_NOT_EXIST")) == FAILED
    put("a", [("n", 3)], "EXPECT_EXIST")


@pytest.mark.parametrize(
    ("comparator", "held"),
    [
        ("EQUAL", {5}),
        ("NOT_EQUAL", {4, 6}),
        ("GREATER_THAN", {4}),
        ("GREATER_EQUAL", {4, 5}),
        ("LESS_THAN", {6}),
        ("LESS_EQUAL", {5, 6}),
    ],
)
def test_comparisons(put: Callable[..., None], sdk: Sdk, refused: Refused, comparator: str, held: set[int]) -> None:
    """The column (5) is compared with the condition's value, in that order."""
    put("a", [("n", 5)])
    for value in (4, 5, 6):
        condition = sdk.SingleColumnCondition(
            "n", value, getattr(sdk.ComparatorType, comparator), pass_if_missing=False
        )
        if value in held:
            put("a", [("n", 5)], "EXPECT_EXIST", condition)
        else:
            assert refused(lambda: put("a", [("n", 0)], "EXPECT_EXIST", condition)) == FAILED  # noqa: B023 - called at once


def test_a_missing_column_passes_unless_told_otherwise(put: Callable[..., None], sdk: Sdk, refused: Refused) -> None:
    """The SDK's default lets it pass: the trap."""
    put("a", [("other", 1)])
    equal = sdk.ComparatorType.EQUAL
    strict = sdk.SingleColumnCondition("version", 1, equal, pass_if_missing=False)
    assert refused(lambda: put("a", [("n", 1)], "EXPECT_EXIST", strict)) == FAILED
    put("a", [("n", 2)], "EXPECT_EXIST", sdk.SingleColumnCondition("version", 1, equal))


def test_composite_conditions(put: Callable[..., None], sdk: Sdk, refused: Refused) -> None:
    """AND, OR and NOT of conditions, nested; more than ten are refused."""
    put("a", [("n", 5), ("m", 1)])
    five = sdk.SingleColumnCondition("n", 5, sdk.ComparatorType.EQUAL, pass_if_missing=False)
    two = sdk.SingleColumnCondition("m", 2, sdk.ComparatorType.EQUAL, pass_if_missing=False)

    def composite(operator: str, *parts: Any) -> Any:
        made = sdk.CompositeColumnCondition(getattr(sdk.LogicalOperator, operator))
        for part in parts:
            made.add_sub_condition(part)
        return made

    put("a", [("n", 5), ("m", 1)], "EXPECT_EXIST", composite("OR", five, two))
    put("a", [("n", 5), ("m", 1)], "EXPECT_EXIST", composite("AND", five, composite("NOT", two)))
    assert refused(lambda: put("a", [], "EXPECT_EXIST", composite("AND", five, two))) == FAILED
    many = composite("AND", *[five] * 10)
    assert refused(lambda: put("a", [], "EXPECT_EXIST", many)) == (400, "OTSParameterInvalid")


def test_values_of_different_types_are_never_equal(put: Callable[..., None], sdk: Sdk, refused: Refused) -> None:
    """A text 1 is no number 1, and true is no 1."""
    for value in ("1", True, 1.0):
        put("a", [("n", value)])
        condition = sdk.SingleColumnCondition("n", 1, sdk.ComparatorType.EQUAL, pass_if_missing=False)
        assert refused(lambda: put("a", [], "EXPECT_EXIST", condition)) == FAILED  # noqa: B023 - called at once


def test_sizes(client: Sdk, put: Callable[..., None], sdk: Sdk, refused: Refused, columns_of: Columns) -> None:
    """A column of 2 MB and a key of 1 KB go in; one byte more does not, and nothing is written."""
    invalid = (400, "OTSParameterInvalid")
    largest = bytearray(2 * 1024 * 1024)
    put("k" * 1024, [("b", largest)])
    assert columns_of(client.get_row("jobs", [("key", "k" * 1024)])) == {"b": largest}
    assert refused(lambda: put("a", [("b", largest + b"\x00")])) == invalid
    assert refused(lambda: put("k" * 1025, [("n", 1)])) == invalid
    assert client.get_row("jobs", [("key", "a")])[1] is None
    with pytest.raises(sdk.OTSServiceError, match="OTSRequestBodyTooLarge"):
        put("a", [(name, bytearray(2 * 1024 * 1024)) for name in "abc"])


def test_wrong_keys(client: Sdk, put: Callable[..., None], refused: Refused) -> None:
    """Another name, another type, a predefined column of another type."""
    assert refused(lambda: client.get_row("jobs", [("id", "a")])) == (400, "OTSInvalidPK")
    assert refused(lambda: client.get_row("jobs", [("key", 1)])) == (400, "OTSInvalidPK")
    assert refused(lambda: put("a", [("due", "soon")])) == (400, "OTSParameterInvalid")
    assert refused(lambda: put("a", [("key", "b")])) == (400, "OTSParameterInvalid")
