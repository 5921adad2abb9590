"""What every job system's look for untold failures is made of."""

from __future__ import annotations

import pytest

from shared.domain.failure import Trigger
from shared.systems import discovery
from shared.systems.discovery import exact, found, lately
from tests.support.systems import CLUSTER, GROUP


def test_what_is_found_again_is_the_same_telling() -> None:
    """Another scope, job, run or reason is another one; it says where it was found, and keeps what was told."""
    one = found(CLUSTER, "1.s", 5, "hung", occurred_at=7.0, node="n1")
    assert (one.scope, one.job_id, one.reason, one.trigger) == (CLUSTER, "1.s", "hung", Trigger.DISCOVER)
    assert (one.event_id, one.occurred_at, one.node) == (f"found/{CLUSTER.key}/1.s/5", 7.0, "n1")
    assert found(CLUSTER, "1.s", 5, "hung", occurred_at=8.0).telling_id == one.telling_id
    others = [
        found(GROUP, "1.s", 5, "hung", occurred_at=7.0),
        found(CLUSTER, "2.s", 5, "hung", occurred_at=7.0),
        found(CLUSTER, "1.s", 6, "hung", occurred_at=7.0),
        found(CLUSTER, "1.s", 5, "", occurred_at=7.0),
    ]
    assert len({one.telling_id, *(other.telling_id for other in others)}) == 5


def test_a_name_without_signs_is_exact() -> None:
    """The others have to be looked for."""
    assert exact(["a", "b*", "?c", "d-1", "*"]) == ("a", "d-1")


def test_of_what_was_shown_the_latest_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """By when it was shown, not by its name; what is old is forgotten, and at most so much is kept."""
    seen = {"d": 1.0, "a": 5.0, "c": 3.0, "b": 2.0}
    assert list(lately(seen, 1.0).items()) == [("b", 2.0), ("c", 3.0), ("a", 5.0)]
    monkeypatch.setattr(discovery, "MAX_SEEN", 2)
    assert lately(seen, 0.0) == {"c": 3.0, "a": 5.0}
