"""Each field of a cron expression: its numbers, to the first and the last that it may have."""

from __future__ import annotations

from datetime import date

import pytest

from shared.policy.cron import Times, read_cron

_FIELDS = ("minutes", "hours", "days", "months", "weekdays")
_ALL = (range(60), range(24), range(1, 32), range(1, 13), range(7))


def _with(place: int, term: str) -> Times:
    fields = ["*"] * len(_FIELDS)
    fields[place] = term
    return read_cron(" ".join(fields))


@pytest.mark.parametrize(
    ("place", "lowest", "highest"), [(0, 0, 59), (1, 0, 23), (2, 1, 31), (3, 1, 12), (4, 0, 7)], ids=_FIELDS
)
def test_a_field_has_its_numbers_and_no_others(place: int, lowest: int, highest: int) -> None:
    """All of them for a star; each from the first to the last; the seventh day is the one before the first."""
    for term in ("*", f"{lowest}-{highest}"):
        assert _with(place, term)[place] == frozenset(_ALL[place])
    for number in range(lowest, highest + 1):
        assert _with(place, str(number))[place] == frozenset({number % 7 if place == 4 else number})
    for term in (str(lowest - 1), str(highest + 1), f"{lowest}-{highest + 1}", "x", "*/x", f"{highest}-{lowest}", "-"):
        with pytest.raises(ValueError, match=r"wants a|does not understand the"):
            _with(place, term)


@pytest.mark.parametrize(
    ("term", "minutes"),
    [
        ("*/15", {0, 15, 30, 45}),
        ("*/1", set(range(60))),
        ("*/59", {0, 59}),
        ("5/20", {5, 25, 45}),
        ("10-50/20", {10, 30, 50}),
        ("10-49/20", {10, 30}),
        ("7-7", {7}),
        ("1,3,5-6", {1, 3, 5, 6}),
        ("1,1", {1}),
    ],
)
def test_what_terms_name(term: str, minutes: set[int]) -> None:
    """Steps begin with the first number and go as far as the last."""
    assert _with(0, term).minutes == minutes


@pytest.mark.parametrize("term", ["*/0", "5/0", "", "5-", "1,", "1-2-3", "1/2/3", "+1", "٣"])
def test_what_no_field_says_is_refused(term: str) -> None:
    """A step of nothing would never end."""
    with pytest.raises(ValueError, match=r"wants|does not understand"):
        _with(0, term)


@pytest.mark.parametrize(("named", "number"), [("jan", 1), ("DEC", 12), ("feb-mar", 2)])
def test_months_have_names(named: str, number: int) -> None:
    """Whatever their case."""
    assert min(_with(3, named).months) == number


@pytest.mark.parametrize(("named", "days"), [("sun", {0}), ("SAT", {6}), ("mon-fri", {1, 2, 3, 4, 5})])
def test_days_have_names(named: str, days: set[int]) -> None:
    """The week begins with Sunday."""
    assert _with(4, named).weekdays == days


@pytest.mark.parametrize(
    ("days", "months", "exists"),
    [
        ("29", "2", True),
        ("30", "2", False),
        ("30", "4", True),
        ("31", "4", False),
        ("31", "6", False),
        ("31", "9", False),
        ("31", "11", False),
        ("31", "11,12", True),
        ("30,31", "2", False),
        ("1,31", "2", True),
        ("31", "1", True),
    ],
)
def test_a_day_that_no_month_has_is_refused(days: str, months: str, *, exists: bool) -> None:
    """Unless a day of the week counts as well."""
    if exists:
        assert read_cron(f"0 0 {days} {months} *").days
    else:
        with pytest.raises(ValueError, match="names no day that exists"):
            read_cron(f"0 0 {days} {months} *")
    assert read_cron(f"0 0 {days} {months} mon").either_day


@pytest.mark.parametrize(
    ("days", "weekdays", "either"),
    [
        ("*", "*", False),
        ("1", "*", False),
        ("*", "1", False),
        ("1", "1", True),
        ("*/2", "1", False),
        ("1", "*/2", False),
    ],
)
def test_either_day_counts_where_both_are_named(days: str, weekdays: str, *, either: bool) -> None:
    """A star, with a step too, names no day of its own."""
    assert read_cron(f"0 0 {days} * {weekdays}").either_day is either


@pytest.mark.parametrize(
    ("expression", "days"),
    [
        ("0 0 1 * mon", {1, 5, 12, 19, 26}),
        ("0 0 1 * *", {1}),
        ("0 0 * * mon", {5, 12, 19, 26}),
        ("0 0 */2 * mon", {5, 19}),
        ("0 0 1 2 mon", set()),
        ("0 0 * 1 7", {4, 11, 18, 25}),
    ],
)
def test_the_days_of_a_month(expression: str, days: set[int]) -> None:
    """January 2026 begins on a Thursday."""
    times = read_cron(expression)
    assert {day for day in range(1, 32) if times.on(date(2026, 1, day))} == days
