"""A breaker opens and closes once each, and owes one outcome for either."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.documents import decode_limit, encode
from shared.domain.job import Scope
from shared.domain.limits import SharedLimit, closed_by_hand, opened, take_breaker_tokens
from shared.domain.outcome import Outcome
from shared.domain.record import LISTED_AT, OWED_RETRY_S
from shared.domain.room import LARGEST_BYTES
from shared.domain.shares import Shares
from tests.support.systems import CLUSTER, GROUP

NOW = 1_800_000_000.0


def take(limit: SharedLimit, *keys: str, now: float = NOW) -> SharedLimit:
    """Tokens of a breaker of one job."""
    found, _ = take_breaker_tokens(limit, keys, scope=CLUSTER, max_jobs=1, window_s=600, now=now, forced=frozenset())
    return found


def test_the_window_that_opens_it_owes_one_outcome() -> None:
    """In the same document, due a minute later; whoever comes then adds none."""
    limit = take(SharedLimit(), "a", "b", "c")
    (owed,) = limit.owed
    assert (owed["reason"], owed["final"], limit.opened_at, limit.opened_by) == ("breaker_opened", "true", NOW, "")
    assert limit.listed_at == NOW + OWED_RETRY_S
    assert take(limit, "d", "e", now=NOW + 5).owed == limit.owed


def test_a_job_that_is_acted_on_again_counts_once_and_from_then_on() -> None:
    """However often: the document has as many tokens as jobs, and so has room in every ledger."""
    limit = SharedLimit()
    for minute in range(5):
        limit = take(limit, "a", now=NOW + 60 * minute)
    assert [len(tokens) for tokens in limit.buckets.values()] == [1]
    assert take(limit, "b", now=NOW + 60 * 4 + 659).opened_at is not None
    assert take(limit, "b", now=NOW + 60 * 4 + 660).opened_at is None


def test_a_breakers_document_fits_into_every_ledger() -> None:
    """With as many jobs as a policy may allow, each acted on twice, and all of an owner who has a share."""
    jobs, limit = [f"job-{number}" for number in range(20_000)], SharedLimit()
    for now in (NOW, NOW + 3600):
        limit, admitted = take_breaker_tokens(
            limit, jobs, scope=CLUSTER, max_jobs=100_000, window_s=86_400, now=now, forced=frozenset()
        )
        share = Shares(limit=limit, most=100_000, window_s=86_400, now=now, distinct=True)
        limit = replace(limit, owners=share.after([("ann", key) for key in jobs]))
        assert len(admitted) == len(jobs)
    of_owners = len(encode(limit)) - len(encode(replace(limit, owners={})))
    assert of_owners < 450_000
    assert (len(encode(limit)) - of_owners) * 100_000 / len(jobs) + of_owners < LARGEST_BYTES


@pytest.mark.parametrize("scope", [CLUSTER, GROUP])
def test_the_outcome_names_the_scope_and_how_to_close_it(scope: Scope) -> None:
    """It is a whole outcome record, with no job."""
    limit = opened(SharedLimit(), scope, "too many", NOW)
    outcome = Outcome.read(limit.owed[0])
    assert (outcome.job_id, outcome.verdict) == ("", "suppressed")
    assert outcome.place == scope.place
    assert f"secondwind breaker close {scope.key} " in outcome.message


def test_opening_twice_and_closing_twice_say_nothing_twice() -> None:
    """The second move leaves the document as it is."""
    limit = opened(SharedLimit(), CLUSTER, "storm", NOW, "ann")
    assert opened(limit, CLUSTER, "other", NOW + 1) is limit
    shut = closed_by_hand(limit, CLUSTER, NOW + 2, "ann")
    assert closed_by_hand(shut, CLUSTER, NOW + 3, "bob") is shut
    assert [one["reason"] for one in shut.owed] == ["breaker_opened", "breaker_closed"]
    assert (shut.opened_at, shut.why, shut.opened_by) == (None, "", "")


def test_what_a_person_does_is_due_at_once() -> None:
    """No delivery is about to tell it, so the next sweep shall."""
    by_hand = opened(SharedLimit(), CLUSTER, "storm", NOW, "ann")
    assert by_hand.listed_at <= NOW
    assert by_hand.opened_by == "ann"
    assert "ann" in by_hand.owed[0]["message"]
    told = by_hand.paid([by_hand.owed[0]["outcome_id"]])
    assert closed_by_hand(told, CLUSTER, NOW + 9, "bob").listed_at <= NOW + 9


def test_closing_empties_the_window_and_keeps_what_was_proven() -> None:
    """As many jobs again from now on; a group's canary need not fly twice."""
    limit = take(SharedLimit(proven=True), "a", "b")
    shut = closed_by_hand(limit, CLUSTER, NOW + 1, "ann")
    assert (shut.buckets, shut.opened_at, shut.why, shut.proven) == ({}, None, "", True)
    assert take(shut, "c", now=NOW + 2).opened_at is None


def test_an_opening_and_its_closing_have_one_failure_id() -> None:
    """The next opening has another; ids depend on nothing else."""
    first = closed_by_hand(opened(SharedLimit(), CLUSTER, "a", NOW), CLUSTER, NOW + 1, "ann")
    opening, closing = first.owed
    assert (closing["failure_id"], closing["follow_up"]) == (opening["failure_id"], opening["outcome_id"])
    again = opened(SharedLimit(), CLUSTER, "b", NOW)
    assert again.owed[0]["outcome_id"] == opening["outcome_id"]
    assert opened(first, CLUSTER, "a", NOW + 5).owed[-1]["failure_id"] != opening["failure_id"]
    assert opened(SharedLimit(), GROUP, "a", NOW).owed[0]["failure_id"] != opening["failure_id"]


@given(why=st.text(max_size=2000), by=st.text(max_size=2000))
def test_what_people_write_is_bounded(why: str, by: str) -> None:
    """Their words end up in a document and an outcome."""
    limit = opened(SharedLimit(), CLUSTER, why, NOW, by)
    assert len(limit.why) <= 256
    assert len(limit.opened_by) <= 128
    assert len(limit.owed[0]["message"]) < 700


def test_what_is_paid_or_put_off_changes_nothing_else() -> None:
    """Struck: listed for ever. Put off: due a minute from then."""
    limit = decode_limit(encode(take(SharedLimit(), "a", "b")))
    paid = limit.paid([limit.owed[0]["outcome_id"]])
    assert (paid.owed, paid.listed_at, paid.opened_at) == ((), LISTED_AT, NOW)
    assert limit.paid(["other"]) == limit
    assert limit.put_off(NOW + 99).listed_at == NOW + 99 + OWED_RETRY_S
    assert paid.put_off(NOW + 99) == paid
