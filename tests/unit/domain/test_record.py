"""Records stay bounded and forget nothing that somebody waits for; ids and reasons are stable."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.documents import decode_record, encode
from shared.domain.life import Life
from shared.domain.outcome import rfc3339, stable_id
from shared.domain.reasons import Reason, is_final
from shared.domain.record import MAX_CASES, OPEN_STATES, OWED_RETRY_S, Case, CaseState, JobRecord
from shared.domain.transitions import MAX_TELLINGS, also_told
from shared.domain.verdicts import Verdict
from tests.support.make import Make


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_open_cases_are_never_dropped(case: Make[Case], state: CaseState) -> None:
    """Closed cases go, the oldest first, to make room; an open one stays, whatever its age."""
    record = JobRecord().with_case(case("open", state=state))
    for number in range(2 * MAX_CASES):
        record = record.with_case(case(str(number), state=CaseState.CLOSED))
        assert len(record.cases) <= MAX_CASES
    kept = [one.failure_id for one in record.cases]
    assert kept == ["open", *(str(number) for number in range(MAX_CASES + 1, 2 * MAX_CASES))]


def test_more_open_cases_than_the_bound_are_all_kept(case: Make[Case]) -> None:
    """The bound gives way rather than a failure be lost."""
    record = JobRecord()
    for number in range(MAX_CASES + 10):
        record = record.with_case(case(str(number), state=CaseState.DEFERRED))
    assert len(record.cases) == MAX_CASES + 10


def test_a_case_is_replaced_by_its_id_and_comes_last(case: Make[Case]) -> None:
    """One case a failure; the one moved last is the latest."""
    record = JobRecord().with_case(case("a")).with_case(case("b")).with_case(case("a", state=CaseState.DONE))
    assert [(one.failure_id, one.state) for one in record.cases] == [("b", CaseState.UNKNOWN), ("a", CaseState.DONE)]


def test_a_record_survives_being_stored(case: Make[Case]) -> None:
    """Encoded and decoded it is the same, with all its parts."""
    record = JobRecord(not_before=5.0).with_case(case(known_reruns=(1, 2), tellings=("t",), forced=True))
    record = record.owing({"outcome_id": "o"}, 7.0)
    assert decode_record(encode(record)) == record


def test_due_is_the_earliest_of_cases_and_owed_outcomes(case: Make[Case]) -> None:
    """Nothing to wait for is no due time; owed outcomes count from when the first was owed."""
    assert JobRecord().due_at is None
    record = JobRecord().with_case(case("a", due_at=500.0)).with_case(case("b", due_at=300.0))
    assert record.due_at == 300.0
    owing = record.owing({"outcome_id": "1"}, 100.0).owing({"outcome_id": "2"}, 200.0)
    assert owing.due_at == 100.0 + OWED_RETRY_S
    assert owing.put_off(150.0).due_at == 150.0 + OWED_RETRY_S
    assert owing.paid(["1"]).owed == ({"outcome_id": "2"},)
    assert owing.paid(["1", "2", "3"]).due_at == 300.0
    assert record.put_off(1.0) == record


def test_tellings_are_bounded_and_the_latest_is_known(case: Make[Case]) -> None:
    """However many doors tell one failure, the record stays small."""
    told = case(tellings=())
    for number in range(MAX_TELLINGS + 36):
        told = also_told(also_told(told, str(number)), str(number))
    assert told.tellings == tuple(str(number) for number in range(36, MAX_TELLINGS + 36))


def test_lookups_find_the_latest(case: Make[Case]) -> None:
    """By telling and by life the latest case answers; an empty life is nobody's."""
    old, new = case("old", tellings=("t",)), case("new", tellings=("t",))
    record = JobRecord(cases=(old, new, case("none", life="")))
    assert record.case_of_telling("t") == new
    assert record.case_of_telling("x") is None
    assert record.case_of_life(Life.run(500)) == new
    assert record.case_of_life(None) is None


@pytest.mark.parametrize("state", list(CaseState))
def test_what_is_open_and_what_is_in_doubt(case: Make[Case], state: CaseState) -> None:
    """Reserved and unknown are in doubt; those, deferred and held are open."""
    one = case(state=state)
    assert one.open == (state.value in {"deferred", "reserved", "unknown", "held"})
    assert one.in_doubt == (state.value in {"reserved", "unknown"})
    assert JobRecord(cases=(one,)).in_doubt == (one if one.in_doubt else None)


PARTS = st.lists(st.one_of(st.text(st.characters(exclude_characters="\x1f")), st.integers(), st.booleans()), max_size=4)


@given(one=PARTS, other=PARTS)
def test_ids_are_stable_and_differ(one: list[Any], other: list[Any]) -> None:
    """The same parts give the same 32 hex digits, other parts others."""
    assert stable_id(*one) == stable_id(*one)
    assert len(stable_id(*one)) == 32
    if [str(part) for part in one or [""]] != [str(part) for part in other or [""]]:
        assert stable_id(*one) != stable_id(*other)


def test_an_id_is_the_same_in_every_process() -> None:
    """Stored ids are compared across versions and machines: this one must never change."""
    assert stable_id("outcome", 1) == stable_id("outcome\x1f1")
    assert stable_id("a") == "ca978112ca1bbdcafac231b39a23dc4d"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_which_outcomes_are_final(verdict: Verdict) -> None:
    """The column `final`: deferred and held never, unknown only if nobody can ever tell, the rest always."""
    final = {reason.value for reason in Reason if is_final(verdict, reason)}
    expected: dict[str, set[str]] = {"deferred": set(), "held": set(), "unknown": {"not_observable", "no_evidence"}}
    assert final == expected.get(verdict.value, {reason.value for reason in Reason})


@pytest.fixture
def shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where the machine is."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("shanghai")
def test_no_zone_of_the_machine_counts() -> None:
    """A moment is the same everywhere."""
    assert rfc3339(1_767_236_645.5) == "2026-01-01T03:04:05.500Z"


@pytest.mark.parametrize(
    ("state", "attempt", "counts"),
    [(CaseState.DEFERRED, 1, True), (CaseState.DEFERRED, 0, False), (CaseState.CLOSED, 1, False)],
)
def test_an_old_call_counts_only_while_it_may_leave_yet(
    case: Make[Case], state: CaseState, attempt: int, *, counts: bool
) -> None:
    """Not once it is known to have done nothing, and what failed is asked about anew."""
    assert case("a", state=state, attempt=attempt).counts_since(1511.0) is counts


def test_moments_are_written_in_utc() -> None:
    """RFC 3339 with milliseconds."""
    assert rfc3339(0.0) == "1970-01-01T00:00:00.000Z"
    assert rfc3339(1_767_225_600.25) == "2026-01-01T00:00:00.250Z"
    assert rfc3339(1_767_225_599.9999998) == "2026-01-01T00:00:00.000Z", "to the microsecond, then cut"
    assert rfc3339(1_767_225_599.9999) == "2025-12-31T23:59:59.999Z"
    assert rfc3339(-0.25) == "1969-12-31T23:59:59.750Z"


def test_replacing_a_case_keeps_the_rest(case: Make[Case]) -> None:
    """Attempts and owed outcomes are not touched by a case's move."""
    record = JobRecord(not_before=9.0).owing({"outcome_id": "o"}, 1.0)
    assert replace(record.with_case(case()), cases=()) == record


def test_a_case_written_before_texts_were_remembered_is_read(case: Any) -> None:
    """What has no fingerprint is no text; what has one keeps it."""
    document = encode(JobRecord(cases=(case("old"), case("new", fingerprint="00ff"))))
    assert document.count(b"fingerprint") == 1
    assert [one.fingerprint for one in decode_record(document).cases] == ["", "00ff"]
