"""What a discovery remembers of a place cannot be read, or is too large: only that place is looked through anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from localcloud.schedulerx.models import fails
from shared.documents import decode_watch, watch_write
from shared.domain.errors import DocumentRefused
from shared.ports import Ledger, Stored, Write

POLICY = """
discover:
  schedulerx: [{namespace: ns, groups: [a.group, b.group]}]
"""
Ward = Any
FAILED = {"a.group": 42, "b.group": 43}


class Narrow:
    """A ledger that takes no watch of one place if it is longer than that."""

    def __init__(self, inner: Ledger, place: str, most: int) -> None:
        self.inner, self.place, self.most = inner, place, most
        self.load, self.due = inner.load, inner.due

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        large = {one.key: len(one.document) for one in writes if self._is_large(one)}
        if large:
            raise DocumentRefused(large)
        return self.inner.save(writes)

    def _is_large(self, one: Write) -> bool:
        return one.key.startswith("discover/") and self.place in one.key and len(one.document) > self.most


def failed_in_both(ward: Ward) -> None:
    """An instance each."""
    ward.policy = POLICY
    for group, job in FAILED.items():
        made = ward.group(group).job(job)
        made.instance("2026-01-01 10:00:00", fails(30), scheduled_at=ward.clock.now() - 600)


def rerun(ward: Ward) -> list[str]:
    """The jobs that were."""
    rows = (row for row in ward.sink.rows if (row["verdict"], row["reason"]) == ("rerun", "accepted"))
    return sorted(row["job_id"] for row in rows)


def test_a_memory_too_large_for_the_ledger_costs_only_itself(ward: Ward) -> None:
    """Both failures are rerun once, however often the one place is begun anew; the other's memory is kept."""
    failed_in_both(ward)
    ward.ledger = Narrow(ward.ledger, "a.group", 150)
    ward.periods(4)
    assert rerun(ward) == ["42", "43"]
    documents = [decode_watch(one.document) for one in watches(ward).values()]
    assert sorted(bool(one.memory) for one in documents) == [False, True]


def test_a_document_that_is_too_large_without_memory_is_told_as_it_is(ward: Ward) -> None:
    """It is not tried for ever."""
    failed_in_both(ward)
    ward.ledger = Narrow(ward.ledger, "a.group", 10)
    with pytest.raises(DocumentRefused):
        ward.periods(1)


def test_a_memory_of_another_version_is_begun_anew(ward: Ward) -> None:
    """In any place; what was found before is known by the records of its jobs."""
    failed_in_both(ward)
    ward.periods(1)
    for key, stored in watches(ward).items():
        if "a.group" in key:
            watch = replace(decode_watch(stored.document), memory={"seen": "everything"})
            ward.ledger.save([watch_write(key, watch, stored.version, ward.clock.now())])
    ward.periods(2)
    assert rerun(ward) == ["42", "43"]
    assert all(decode_watch(one.document).memory["seen"] != "everything" for one in watches(ward).values())


def watches(ward: Ward) -> Mapping[str, Stored]:
    """What is remembered, by key."""
    inner = getattr(ward.ledger, "inner", ward.ledger)
    keys = [
        key
        for (key,) in inner._db.execute("SELECT key FROM documents")
        if key.startswith("discover/") and key.endswith(".group")
    ]
    found: Mapping[str, Stored] = inner.load(keys)
    return found
