"""Tokens of what many jobs share, chunk by chunk: who has all of them, why others wait."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.documents import claim_write, decode_claim, limit_write
from shared.domain.claims import Claim, Share
from shared.domain.gate import GateAnswer, Stop
from shared.domain.keys import breaker_key, pace_key, rate_key
from shared.domain.limits import COUNT_BUCKET_S, PACE_WINDOW_S, SharedLimit, take_tokens
from shared.domain.reasons import Reason
from shared.domain.snapshot import LookFailed
from shared.domain.verdicts import Verdict
from shared.heal.admission import Admission, Wait, deferred, wants_call
from shared.heal.limits import PACE_WAIT_S
from shared.policy.model import Breaker, Rate
from shared.systems.schedulerx.system import PACE_PER_MINUTE
from tests.support.clock import START
from tests.support.systems import GROUP
from tests.unit.heal.limits_town import ACCEPTED, BREAKER, CLAIM, LATER, ONE_RATE, OPEN, RATE, YES, Town, item

PACE = pace_key(GROUP, "RerunJob")


@pytest.mark.parametrize(
    ("reason", "stopped", "earnest", "tied"),
    [
        (Reason.ACCEPTED, False, True, False),
        (Reason.ACCEPTED, True, False, False),
        (Reason.DRY_RUN, False, False, True),
        (Reason.OBSERVE_MODE, False, False, True),
        (Reason.OBSERVE_MODE, True, False, False),
        (Reason.COOLDOWN, False, False, False),
    ],
)
def test_a_token_is_wanted_for_a_call_or_where_one_would_be(
    reason: Reason, *, stopped: bool, earnest: bool, tied: bool
) -> None:
    """What a gate has stopped wants none, whatever it says."""
    stop = Stop(Verdict.RERUN, reason, "") if stopped else None
    decision = replace(ACCEPTED, reason=reason, asked=(("g", GateAnswer("a", "b", stop)),))
    assert wants_call(decision, tied=False) is earnest
    assert wants_call(decision, tied=True) is tied


@pytest.mark.parametrize(("until", "due_at"), [(None, LATER), (START + 3, START + 3), (0.0, 0.0)])
def test_who_waits_is_told_for_what_and_until_when(until: float | None, due_at: float) -> None:
    """The rest of the decision stays."""
    assert deferred(ACCEPTED, Wait(Reason.RATE, until), LATER) == replace(
        ACCEPTED,
        verdict=Verdict.DEFERRED,
        reason=Reason.RATE,
        message="the rate of this cluster or group is used up",
        due_at=due_at,
    )


def test_before_anybody_asked_every_decision_stands() -> None:
    """And afterwards that of whoever wants no call."""
    one, other = item(1), item(2)
    free = Town(OPEN).limits.unasked({})
    assert free.admit(one, ACCEPTED, LATER, tied=False) is ACCEPTED
    assert free.grants([one])
    asked = Admission(SharedLimit(), SharedLimit(), granted=frozenset({id(one)}))
    assert (asked.grants([one]), asked.grants([one, other])) == (True, False)
    assert asked.admit(one, ACCEPTED, LATER, tied=False) is ACCEPTED
    held = replace(ACCEPTED, verdict=Verdict.HELD, reason=Reason.RULE_HOLDS)
    assert asked.admit(other, held, LATER, tied=False) is held
    late = asked.admit(other, ACCEPTED, LATER, tied=False)
    assert (late.reason, late.due_at) == (Reason.CONTENDED, LATER), "it stood behind another that waits itself"


def test_which_documents_a_chunk_shares() -> None:
    """The breaker always, for one may be open by hand; a rate where the policy has one, a pace where the system has."""
    assert Town(OPEN).limits.keys == [BREAKER]
    assert Town(ONE_RATE).limits.keys == [BREAKER, RATE]
    assert Town(OPEN, GROUP).limits.keys == [breaker_key(GROUP), PACE]


def test_a_rate_admits_as_many_as_it_has_room_for_in_the_order_given() -> None:
    """Who waits is told when there is room again, and takes no token of anything else."""
    town = Town(replace(ONE_RATE, breaker=Breaker(max_jobs=3)))
    until = START + 600 + COUNT_BUCKET_S
    assert town.told(item(1), item(2), item(3)) == [YES, YES, (Reason.RATE, until)]
    assert town.used(RATE) == 2
    assert sum(map(len, town.limit(BREAKER).buckets.values())) == 2
    assert town.at(until - 1).told(item(3)) == [(Reason.RATE, until)]
    assert town.at(until).told(item(3)) == [YES]


def test_a_person_who_forces_passes_the_rate_and_counts() -> None:
    """Before all others, wherever they stand in the order."""
    town = Town(ONE_RATE)
    assert [reason for reason, _ in town.told(item(1), item(2), item(3, forced=True))] == [
        Reason.ACCEPTED,
        Reason.RATE,
        Reason.ACCEPTED,
    ]
    assert town.told(item(4, forced=True), item(5))[0] == YES
    assert town.used(RATE) == 3
    assert town.told(item(6))[0][0] is Reason.RATE


def test_a_pace_admits_as_many_a_minute_and_the_rest_a_minute_later() -> None:
    """Who waits for it takes no token of the rate."""
    town = Town(replace(ONE_RATE, rate=Rate(max_jobs=1000, window_s=600)), GROUP)
    items = [item(number) for number in range(PACE_PER_MINUTE + 2)]
    told = town.told(*items)
    assert told == [YES] * PACE_PER_MINUTE + [(Reason.PACE, START + PACE_WAIT_S)] * 2
    assert (town.used(rate_key(GROUP)), town.used(PACE, PACE_WINDOW_S)) == (PACE_PER_MINUTE, PACE_PER_MINUTE)
    assert PACE_WAIT_S == 60.0


def test_a_wait_for_the_rate_lasts_a_second_at_least() -> None:
    """A rate of which the window is nearly over, asked again at once, would only be asked again."""
    town = Town(ONE_RATE, now=START + 9.5)
    full = take_tokens(SharedLimit(), 2, 600, START - 600)
    town.ledger.save([limit_write(RATE, full, None, START)])
    assert town.told(item(1)) == [(Reason.RATE, START + 10.5)]
    assert town.at(START + 8.5).told(item(1)) == [(Reason.RATE, START + 10)]
    assert town.at(START + 10).told(item(1)) == [YES]


def test_the_job_that_is_too_many_opens_the_breaker_for_itself_alone() -> None:
    """Those before it are admitted; that is told once, and the documents are written in one save."""
    town = Town(replace(OPEN, breaker=Breaker(max_jobs=2)))
    items = [item(number) for number in range(4)]
    admission = town.take(*items)
    assert [admission.grants([one]) for one in items] == [True, True, False, False]
    assert admission.broken == {"job/2", "job/3"}
    assert [admission.breaker_for(one).opened_at for one in items] == [None, None, START, START]
    assert [notice.key for notice in town.limits.notices] == [BREAKER]
    assert town.limit(BREAKER).opened_at == START
    later = town.at(START + 1)
    assert [later.take(item(9)).grants([item(9)]), later.limits.notices] == [False, []]


def test_a_breaker_that_a_person_opened_since_holds_back_all_but_those_who_are_forced() -> None:
    """Also where the policy has none; nothing is counted in it then."""
    town = Town(OPEN)
    opened = SharedLimit(opened_at=START - 5, why="storm")
    town.ledger.save([limit_write(BREAKER, opened, None, START)])
    shared = dict(town.ledger.load([BREAKER]))
    one, other = item(1), item(2, forced=True)
    admission = town.limits.take([one, other], shared, SharedLimit())
    assert ([admission.grants([one]), admission.grants([other])], admission.broken) == (
        [False, True],
        frozenset({"job/1"}),
    )
    assert admission.breaker_for(one) == opened
    assert town.limit(BREAKER) == opened
    assert Town(OPEN).take(one).broken == frozenset()


def test_an_owner_who_has_had_their_share_waits_and_others_do_not() -> None:
    """Of breaker or rate; who has no listed owner is nobody's flood."""
    for policy in (
        replace(OPEN, breaker=Breaker(max_jobs=100, window_s=600, per_owner=1)),
        replace(OPEN, rate=Rate(max_jobs=100, window_s=600, per_owner=1)),
    ):
        town = Town(policy)
        mine = [item(number, owner="ann@server") for number in (1, 2)]
        told = town.told(*mine, item(3, owner="bob"), item(4), item(5), item(6, owner="ann", forced=True))
        assert [reason for reason, _ in told] == [
            Reason.ACCEPTED,
            Reason.OWNER_SHARE,
            *[Reason.ACCEPTED] * 4,
        ]
        until = told[1][1]
        assert until is not None
        assert until > START + 600
        assert town.at(START + 60).told(item(7, owner="ann"))[0] == (Reason.OWNER_SHARE, until)
        assert town.at(until).told(item(7, owner="ann")) == [YES]
    failed = item(8)
    failed.seen = LookFailed(worth_repeating=True, code="c", message="m", look_begun_at=START)
    assert town.told(failed) == [YES]


def test_who_waits_for_the_rate_has_nothing_of_an_owners_share() -> None:
    """It counts calls that leave."""
    town = Town(replace(OPEN, rate=Rate(max_jobs=1, window_s=600, per_owner=2)))
    told = town.told(item(1, owner="ann"), item(2, owner="ann"))
    assert [reason for reason, _ in told] == [Reason.ACCEPTED, Reason.RATE]
    assert sum(map(len, town.limit(RATE).owners.values())) == 1
    assert town.at(START + 700).told(item(3, owner="ann"))[0] == YES


def test_of_a_whole_one_call_is_under_way_and_the_others_wait_for_its_effect() -> None:
    """In one chunk and in the next; once it has taken effect a new look may go on."""
    town, whole = Town(OPEN), Share(of="7", all_of_it=True)
    assert town.told(item(1, share=whole), item(2, share=whole), item(3)) == [
        YES,
        (Reason.WHOLE_IN_HAND, START + 180),
        YES,
    ]
    later = town.at(START + 60)
    assert later.told(item(2, share=whole, seen_at=START + 60)) == [(Reason.WHOLE_IN_HAND, START + 180)]
    done = town.at(START + 180)
    assert done.told(item(2, share=whole, seen_at=START + 180)) == [YES]


def test_who_gets_no_token_claims_nothing() -> None:
    """The next who does may have the whole."""
    town, whole = Town(ONE_RATE), Share(of="7", all_of_it=True)
    assert town.told(item(1), item(2), item(3, share=whole))[2][0] is Reason.RATE
    assert CLAIM not in town.ledger.store.kept


def test_a_claim_that_cannot_be_read_is_a_no() -> None:
    """For those who are part of it; it stays as it is."""
    town = Town(OPEN)
    town.ledger.save([replace(claim_write(CLAIM, Claim(), None, START), document=b"{")])
    assert town.told(item(1, share=Share(of="7")), item(2)) == [(Reason.RECORD_UNREADABLE, LATER), YES]
    assert town.ledger.load([CLAIM])[CLAIM].document == b"{"


def test_what_waits_for_a_wholes_rest_notes_what_it_saw() -> None:
    """So that it goes on by itself once it was at rest for a while."""
    town = Town(OPEN)
    followed = Claim().taken(Share(of="7", all_of_it=True, followed=True), "other", START - 100)
    town.ledger.save([claim_write(CLAIM, followed, None, START)])
    ((reason, until),) = town.told(item(1, share=Share(of="7", at_rest=True)))
    assert (reason, until) == (Reason.WHOLE_IN_HAND, START + 300)
    assert decode_claim(town.ledger.load([CLAIM])[CLAIM].document).rest_from == START
    again = town.at(START + 130)
    assert again.told(item(1, share=Share(of="7", at_rest=True), seen_at=START + 130)) == [YES]
