"""What a record loses so that it fits: the least needed first, and what is open keeps everything."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.documents import decode_record, record_write
from shared.domain.failure import Failure, Speaker, Trigger
from shared.domain.life import Life
from shared.domain.reasons import Reason
from shared.domain.record import LISTED_AT, Case, CaseState, JobRecord
from shared.domain.room import LARGEST_BYTES, LEAST_TELLINGS, SHORT_CHARS, fitted, shortened, size_of, written
from tests.support.clock import START
from tests.support.systems import CLUSTER

TOLD = Failure(
    scope=CLUSTER,
    job_id="1.s",
    occurred_at=START,
    trigger=Trigger.EVENT,
    event_id="e",
    telling_id="t",
    message="m" * 5_000,
)
OPEN = Case(failure=TOLD, failure_id="open", state=CaseState.DEFERRED, opened_at=START, due_at=START)
TRIED = Case(failure=TOLD, failure_id="tried", state=CaseState.CLOSED, opened_at=START, life=Life.run(5))
UNTRIED = Case(failure=TOLD, failure_id="untried", state=CaseState.CLOSED, opened_at=START)
FULL = JobRecord(cases=(OPEN, TRIED, UNTRIED), owed=({"outcome_id": "a", "text": "t" * 5_000},))


def test_evidence_of_what_is_over_goes_first_then_what_was_never_tried_then_long_texts() -> None:
    """Each only where that before it was not enough; None where nothing is left to lose."""
    lighter, messages, texts = fitted(FULL, size_of(FULL)), list[list[int]](), list[int]()
    while lighter is not None:
        messages.append([len(case.failure.message) for case in lighter.cases])
        texts.append(len(lighter.owed[0]["text"]))
        lighter = fitted(lighter, size_of(lighter) - 1)
    assert messages == [[5_000, 5_000, 5_000], [5_000, 0, 0], [5_000, 0], [5_000, 0]]
    assert texts == [5_000, 5_000, 5_000, SHORT_CHARS]


def test_of_many_tellings_the_latest_stay_where_there_is_no_room() -> None:
    """Of what is open as well: a flood of them keeps nobody else out. What is over gives its evidence first."""
    tellings = tuple(f"{number:032}" for number in range(100))
    record = JobRecord(cases=(replace(OPEN, tellings=tellings), replace(TRIED, tellings=tellings)))
    bare = fitted(record, size_of(record) - 1)
    assert bare is not None
    assert [case.tellings for case in bare.cases] == [tellings] * 2
    lighter = fitted(bare, size_of(bare) - 1)
    assert lighter is not None
    assert [case.tellings for case in lighter.cases] == [tellings[-LEAST_TELLINGS:]] * 2
    assert [len(case.failure.message) for case in lighter.cases] == [5_000, 0]


def test_a_persons_no_is_forgotten_as_little_as_what_was_tried() -> None:
    """Else whoever fills the record of a job takes that no back."""
    said_no = replace(UNTRIED, failure_id="said no", reason=Reason.REJECTED)
    lightest = full = replace(FULL, cases=(*FULL.cases, said_no))
    lighter: JobRecord | None = full
    while lighter is not None:
        lightest, lighter = lighter, fitted(lighter, size_of(lighter) - 1)
    assert [case.failure_id for case in lightest.cases] == ["open", "tried", "said no"]


def test_a_record_that_is_too_large_is_written_lighter() -> None:
    """So that every ledger takes it."""
    gross = replace(TRIED, failure=replace(TOLD, message="m" * LARGEST_BYTES))
    write = record_write("k", JobRecord(cases=(OPEN, gross)), None, START)
    assert [len(case.failure.message) for case in decode_record(write.document).cases] == [5_000, 0]


def test_only_a_life_has_a_spelling_of_its_own() -> None:
    """Whatever else JSON has no word for is a slip."""
    assert written(Life.run(5)) == Life.run(5).text
    with pytest.raises(NotImplementedError):
        written(object())


def test_what_is_over_keeps_what_tells_it_from_others_and_nothing_else() -> None:
    """Names of speakers, nodes and owners, texts and earlier reruns go; its place, its job and its moments stay."""
    texts = dict.fromkeys(("message", "reason", "node", "job_name", "queue", "owner", "exit_code"), "x" * 500)
    told = replace(TOLD, extra={"k": "v"}, speaker=Speaker(project="p"), restart_count=3, started_at=START - 9, **texts)
    over = replace(TRIED, failure=told, known_reruns=tuple(range(50)), outcome_id="o", tellings=("t",))
    bare = fitted(JobRecord(cases=(over,)), size_of(JobRecord(cases=(over,))) - 1)
    kept = replace(told, extra={}, speaker=Speaker(), **dict.fromkeys(texts, ""))
    assert bare == JobRecord(cases=(replace(over, failure=kept, known_reruns=()),))


def test_what_somebody_waits_for_stays_whole_and_just_the_size_is_enough() -> None:
    """Open, or listed for a person; and nothing is lost of what fits."""
    listed = replace(UNTRIED, due_at=LISTED_AT)
    asked = replace(OPEN, failure_id="asked", due_at=None)
    record = JobRecord(cases=(OPEN, listed, asked))
    assert fitted(record, size_of(record)) is record
    assert fitted(record, size_of(record) - 1) is None


def test_a_value_of_just_the_length_is_not_shortened() -> None:
    """A longer one says that it was."""
    assert shortened({"a": "x" * SHORT_CHARS, "b": "y" * (SHORT_CHARS + 1)}) == {
        "a": "x" * SHORT_CHARS,
        "b": "y" * (SHORT_CHARS - 1) + "…",
    }
