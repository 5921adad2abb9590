r"""However large what strangers tell becomes in a document (`\x01` is six bytes of JSON), it costs nobody else."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from shared.documents import decode_record
from shared.domain.errors import Fault
from shared.domain.failure import Failure, Intake, Trigger, Unreadable
from shared.domain.reasons import Reason
from shared.domain.room import ACTING_BYTES, LARGEST_BYTES, WAITING_BYTES, size_of
from shared.ledger import sqlite
from shared.policy.model import Rate
from tests.support.clock import START
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import BAD_LOOK, quiet, set_policy

TABLESTORE_BYTES = 2 * 1024 * 1024
HOME = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"
GROSS: dict[str, Any] = {
    "message": "\x01" * 32_768,
    "extra": {f"{number:064}": "\x01" * 1024 for number in range(32)},
    **dict.fromkeys(("reason", "node", "job_name", "queue", "owner"), "\x01" * 1024),
}
"""The evidence that takes the most room of all that intake lets through."""


def gross(failure: Failure, **parts: Any) -> Failure:
    """The same failure with as much evidence as may be told, but for what must agree with the live job."""
    told = {name: value for name, value in GROSS.items() if name not in {"node", "job_name", "owner"}}
    return replace(failure, **told, **parts)


def sizes(house: House) -> list[int]:
    """Of the documents in the ledger."""
    return [len(row[1]) for row in house.database()]


def test_the_bounds_leave_room_for_one_another(house: House) -> None:
    """One more attempt fits beside all that waits, and every record into the narrowest ledger."""
    largest = size_of(replace(house.failure(1), **GROSS, event_id="e" * 1024))
    assert 400_000 < largest < 450_000
    assert largest + WAITING_BYTES < ACTING_BYTES < LARGEST_BYTES < TABLESTORE_BYTES


def test_what_waits_for_one_job_fits_into_its_document(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve days of a job, each told with 0.4 MB: some wait, the rest is told why not; all end."""
    monkeypatch.setattr(sqlite, "VALUE_BYTES_MAX", TABLESTORE_BYTES, raising=False)
    set_policy(house, rate=Rate(max_jobs=1, window_s=86_400))
    neighbour = house.failed_instance(job_id="43", instance_id=5000)
    words: Counter[str] = Counter()
    for number in range(12):
        day = f"2026-{number // 28 + 1:02}-{number % 28 + 1:02} 10:00:00"
        told = gross(house.failed_instance(day, 7 + number), telling_id=f"t-{number}")
        words.update(result.outcome.reason for result in house.deliver(told).results)
        assert max(sizes(house)) <= TABLESTORE_BYTES
    assert words == {"accepted": 1, "other_run_in_hand": 2, "too_many_open": 9}
    assert verdicts(house.deliver(neighbour)) == [("deferred", "rate")]
    quiet(house)
    assert max(sizes(house)) <= TABLESTORE_BYTES


def test_who_fills_a_record_with_what_waits_keeps_no_run_from_being_healed(house: House) -> None:
    """Tellings of an unclear run, as large as can be, and then a clear one."""
    clear = gross(house.hung(1, started_at=float(START) - 3600))
    house.ehpc.jobs["1.scheduler"].start = int(START) - 3600
    for number in range(20):
        started_at = house.clock.now() - 115 + number
        house.deliver(gross(house.failure(1, started_at=started_at, event_id=f"forged-{number}")))
    assert len(house.ledger.load([HOME])[HOME].document) > WAITING_BYTES / 2
    assert verdicts(house.deliver(clear)) == [("rerun", "accepted")]
    assert max(sizes(house)) <= ACTING_BYTES


@pytest.mark.parametrize("looks", [True, False])
def test_a_document_that_the_ledger_refuses_costs_only_itself(
    house: House, monkeypatch: pytest.MonkeyPatch, *, looks: bool
) -> None:
    """Its failure is told so and nothing is called for it; what was delivered with it is healed, also by the sweep."""
    monkeypatch.setattr(sqlite, "VALUE_BYTES_MAX", 100_000, raising=False)
    bad, good = gross(house.hung(1)), house.hung(2)
    house.ehpc.look_fails = None if looks else BAD_LOOK
    told = verdicts(house.deliver(bad, good))
    assert set(told) == {("refused", "record_full"), ("rerun", "accepted") if looks else ("deferred", "look_failed")}
    house.ehpc.look_fails = None
    quiet(house, hours=2)
    assert house.ehpc.calls == [["2.scheduler"]]
    assert HOME not in house.records()


def test_what_the_ledger_refuses_is_not_taken_up_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asked by hand is shown no next look, which would not come."""
    monkeypatch.setattr(sqlite, "VALUE_BYTES_MAX", 100_000, raising=False)
    house.ehpc.look_fails = BAD_LOOK
    (result,) = house.deliver(gross(house.hung(1)), trigger=Trigger.MANUAL).results
    assert result.decision is not None
    assert (result.decision.reason, result.decision.due_at) == (Reason.RECORD_FULL, None)


def test_outcomes_that_are_owed_are_shared_out_among_documents(house: House) -> None:
    """However large: the Logstore is down, and takes each once later."""
    fault = Fault(path="$", problem='"' * 4096)
    hints = dict.fromkeys(("system", "region", "cluster_id", "job_id", "namespace", "group_id"), "😀" * 256)
    bad = [
        Unreadable(faults=(fault,), raw='"' * 4096, trigger=Trigger.LOG, event_id=f"{number}" + '"' * 1020, hints=hints)
        for number in range(300)
    ]
    house.sink.down = True
    house.healer().handle(Intake(unreadable=bad), Trigger.LOG)
    owed = {row[0]: decode_record(row[1]).owed for row in house.database()}
    assert sum(map(len, owed.values())) == 300
    assert max(sizes(house)) <= 600_000
    house.sink.down = False
    quiet(house, hours=1)
    assert len({row["outcome_id"] for row in house.sink.rows}) == 300
