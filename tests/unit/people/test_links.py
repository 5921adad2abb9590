"""Signed links in use: each answers one hold as it was shown, once, for one person."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.documents import link_use_write, record_write
from shared.domain.act import Signed
from shared.domain.failure import Trigger
from shared.domain.keys import job_key, link_key, pending_key
from shared.domain.link_key import LinkKey
from shared.domain.link_use import LinkUse
from shared.domain.links import (
    AnswerLink,
    HoldAnswer,
    digest_of,
    link_to,
)
from shared.domain.record import Case, CaseState, JobRecord
from shared.people import CaseChanged, LinkSpent, UnknownId, answer_by_link, shown_to
from shared.people.moves import NotHeld
from shared.ports import Ledger
from tests.support.clock import START
from tests.support.meddled_ledger import Killed, MeddledLedger, nothing
from tests.unit.people.conftest import held, put, record_at

KEY = LinkKey((b"k" * 32,))
CONSOLE = Signed(identity="link, from 203.0.113.5", why="seen the node", via=Trigger.CONSOLE)


def link_of(key: str, case: Case, said: HoldAnswer = HoldAnswer.APPROVE, nonce: str = "n1") -> AnswerLink:
    """The link of a message about the case."""
    return link_to(key, case, said, "ann", expires_at=START + 3600, nonce=nonce)


def used(ledger: Ledger, link: AnswerLink, now: float = START + 60, seen: str = "") -> str:
    """The reason of the outcome."""
    return answer_by_link(ledger, link, seen=seen or link.digest, by=link.who, now=now, signed=CONSOLE).reason


def test_a_link_approves_and_says_who_from_where_and_why(ledger: Ledger) -> None:
    """The record owes the outcome, and the sweep goes on with the case."""
    key = put(ledger, case := held(1))
    assert used(ledger, link_of(key, case)) == "approved"
    record = record_at(ledger, key)
    told = record.owed[0]
    assert record.cases[0].state is CaseState.DEFERRED
    assert (told["actor"], told["why"], told["trigger"]) == (
        "ann (link, from 203.0.113.5)",
        "seen the node",
        "console",
    )


def test_a_link_is_used_once(ledger: Ledger) -> None:
    """Also where the case is held anew for something else: the second use names the first."""
    key = put(ledger, case := held(1))
    link = link_of(key, case)
    used(ledger, link)
    with pytest.raises(LinkSpent, match="already, by ann"):
        used(ledger, link)
    again = replace(case, outcome_id="held-anew")
    version = ledger.load([key])[key].version
    assert not ledger.save([record_write(key, JobRecord(cases=(again,)), version, START)])
    for seen in (digest_of(key, again), link.digest):
        with pytest.raises(LinkSpent):
            used(ledger, link, seen=seen)
    assert record_at(ledger, key).cases[0].state is CaseState.HELD


def test_both_links_of_one_message_make_one_answer(ledger: Ledger) -> None:
    """Who comes second is told who was first."""
    key = put(ledger, case := held(1))
    assert used(ledger, link_of(key, case, HoldAnswer.REJECT, "n2")) == "rejected"
    with pytest.raises(NotHeld, match="rejected by ann"):
        used(ledger, link_of(key, case))
    assert not ledger.load([link_key("n1")])


def test_an_approving_link_never_rejects(ledger: Ledger) -> None:
    """And the other way round."""
    key = put(ledger, case := held(1))
    used(ledger, link_of(key, case, HoldAnswer.REJECT))
    assert record_at(ledger, key).cases[0].rejected_by == "ann"


def test_what_has_changed_since_is_shown_and_not_answered(ledger: Ledger) -> None:
    """The link is not spent by that: what is shown then can be answered."""
    key = put(ledger, case := held(1))
    link = link_of(key, case)
    now_is = replace(case, failure=replace(case.failure, message="another text"))
    assert not ledger.save([record_write(key, JobRecord(cases=(now_is,)), 1, START)])
    with pytest.raises(CaseChanged) as caught:
        used(ledger, link)
    assert caught.value.hold.case.failure.message == "another text"
    assert record_at(ledger, key).cases[0] == now_is
    assert used(ledger, link, seen=digest_of(key, now_is)) == "approved"


def test_a_change_between_look_and_save_is_not_answered(memory: MeddledLedger) -> None:
    """The digest is asked of the very document that the answer is saved over."""
    key = put(memory, case := held(1))
    link = link_of(key, case)
    now_is = replace(case, failure=replace(case.failure, message="another text"))

    def meddle() -> None:
        memory.before_save = nothing
        assert not memory.inner.save([record_write(key, JobRecord(cases=(now_is,)), 1, START)])

    memory.before_save = meddle
    with pytest.raises(CaseChanged):
        used(memory, link)
    assert record_at(memory, key).cases[0] == now_is


def test_a_crash_behind_the_use_can_be_made_good(memory: MeddledLedger) -> None:
    """The use is known, the case is held as before: the same link goes on, once."""
    key = put(memory, case := held(1))
    link = link_of(key, case)

    def die() -> None:
        raise Killed

    memory.after_save = die
    with pytest.raises(Killed):
        used(memory, link)
    memory.after_save = nothing
    assert record_at(memory, key).cases[0].state is CaseState.HELD
    assert used(memory, link) == "approved"
    with pytest.raises(LinkSpent):
        used(memory, link)


def test_of_two_at_once_one_acts(memory: MeddledLedger) -> None:
    """The other is told, whichever save it lost."""
    key = put(memory, case := held(1))
    link = link_of(key, case)

    def quicker() -> None:
        memory.before_save = nothing
        used(memory, link)

    memory.before_save = quicker
    with pytest.raises(NotHeld, match="approved by ann"):
        used(memory, link)
    assert [one["reason"] for one in record_at(memory, key).owed] == ["approved"]


def test_a_link_used_by_somebody_between_look_and_save_is_spent(memory: MeddledLedger) -> None:
    """Used for what the case was before: the use of another moment is not this one's."""
    key = put(memory, case := held(1))
    link = link_of(key, case)
    other = link_use_write(link_key(link.nonce), LinkUse(at=START, by="bo", digest="of another moment"), START)

    def quicker() -> None:
        memory.before_save = nothing
        assert not memory.inner.save([other])

    memory.before_save = quicker
    with pytest.raises(LinkSpent, match="by bo"):
        used(memory, link)
    assert record_at(memory, key).cases[0] == case


def test_looking_changes_nothing(memory: MeddledLedger) -> None:
    """A preview of a chat, a scanner: what only shows writes nothing."""
    key = put(memory, case := held(1))
    shown = shown_to(memory, link_of(key, case))
    assert (shown.hold.case, shown.use) == (case, None)
    assert memory.saves == [[key]]  # the test's own


def test_a_case_that_is_gone_or_over_is_not_answered(ledger: Ledger) -> None:
    """Nobody answered in time; the ledger has forgotten it."""
    key = put(ledger, case := held(1, expires_at=START + 10))
    with pytest.raises(NotHeld, match="expired"):
        used(ledger, link_of(key, case))
    with pytest.raises(UnknownId):
        shown_to(ledger, link_of(job_key(case.failure.scope, "9"), case))
    with pytest.raises(UnknownId):
        shown_to(ledger, replace(link_of(key, case), failure_id="another"))


def test_a_case_that_has_moved_is_found(ledger: Ledger) -> None:
    """Told of a job that could not be looked at, now in the job's own document: shown anew, then answered."""
    case = held(1)
    old = put(ledger, replace(case, state=CaseState.CLOSED, due_at=START), key=pending_key(case.failure.scope, "t"))
    link = link_of(old, case)
    assert shown_to(ledger, link).hold.key == old
    key = put(ledger, case)
    with pytest.raises(CaseChanged) as caught:
        used(ledger, link)
    assert caught.value.hold.key == key
    assert used(ledger, link, seen=digest_of(key, case)) == "approved"


@pytest.mark.parametrize(
    ("key", "state"),
    [
        (pending_key(held(1).failure.scope, "t"), CaseState.HELD),
        (job_key(held(1).failure.scope, "1"), CaseState.CLOSED),
    ],
)
def test_what_cannot_have_moved_is_shown_by_one_look(memory: MeddledLedger, key: str, state: CaseState) -> None:
    """A page that anybody with a link may ask for again and again walks the ledger only for what has moved."""
    case = replace(held(1), state=state)
    link = link_of(put(memory, case, key=key), case)
    assert shown_to(memory, link).hold.key == key
    assert memory.loads == [[key, link_key(link.nonce)]]
