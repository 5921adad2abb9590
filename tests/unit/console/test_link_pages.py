"""Links in messages: GET shows, POST acts, once, and only what its person may."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.documents import record_write
from shared.domain.job import Scope
from shared.domain.keys import link_key
from shared.domain.link_key import LinkKey
from shared.domain.links import HoldAnswer, link_to, sign
from shared.domain.mode import Mode, ModeSet
from shared.domain.record import Case, CaseState, JobRecord
from shared.people import clear_mode, set_mode
from shared.policy.people import Deed, Person
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER
from tests.unit.console.conftest import KEY, Browser
from tests.unit.people.conftest import OTHER, held, put, record_at

NIGHT = Person(who="channel:night", may=(Deed.APPROVE,))


def token(key: str, case: Case, said: HoldAnswer = HoldAnswer.APPROVE, who: str = "ann", **more: object) -> str:
    """Of a message about the case."""
    link = link_to(key, case, said, who, expires_at=START + 3600, nonce=f"{said.value}-{who}")
    return sign(replace(link, **more), KEY)


@pytest.fixture
def reader(ann: Browser) -> Browser:
    """Somebody who has nothing but a link."""
    ann.visitor = None
    ann.policy = replace(ann.policy, people=(*ann.policy.people, NIGHT))
    return ann


def test_a_get_shows_and_a_post_acts(reader: Browser, ledger: MemoryLedger) -> None:
    """Previews and scanners follow links; they send no forms."""
    key = put(ledger, case := held(1))
    text = reader.get(f"/link?t={token(key, case)}")
    assert "Approve a failure of" in text
    assert record_at(ledger, key).cases[0] == case
    assert "Approved. The next sweep" in reader.send("/link", why="seen it")
    told = record_at(ledger, key).owed[0]
    assert (told["actor"], told["why"]) == ("ann (link, from 203.0.113.5)", "seen it")


def test_a_link_is_not_used_up_by_a_mode_that_stands_in_the_way(reader: Browser, ledger: MemoryLedger) -> None:
    """Nothing is done while somebody has switched off; the same link works when that is over."""
    key = put(ledger, case := held(1))
    set_mode(ledger, None, ModeSet(mode=Mode.OFF, by="zoe", at=START))
    where = f"/link?t={token(key, case)}"
    assert "Mode off is set by zoe" in reader.get(where)
    assert "Mode off is set by zoe" in reader.send("/link")
    assert reader.last.status == 409
    assert record_at(ledger, key).cases[0] == case
    assert ledger.load([link_key("approve-ann")]) == {}
    clear_mode(ledger, None, by="zoe", now=START)
    reader.get(where)
    assert "Approved. The next sweep" in reader.send("/link")


def test_a_used_link_says_by_whom(reader: Browser, ledger: MemoryLedger) -> None:
    """And has no button any more, whichever way it is sent."""
    key = put(ledger, case := held(1))
    where = f"/link?t={token(key, case)}"
    reader.get(where)
    form = reader.last
    reader.send("/link")
    assert "<button" not in reader.last.body.decode()
    reader.last = form
    assert "already" in reader.send("/link")
    assert reader.last.status == 409
    assert "This link was used at" in reader.get(where)
    assert len(record_at(ledger, key).owed) == 1


def test_what_has_changed_since_is_shown_anew(reader: Browser, ledger: MemoryLedger, clock: Clock) -> None:
    """A form sent at once does nothing; the page that follows shows what is, and can be answered."""
    key = put(ledger, case := held(1))
    where, now_is = token(key, case), replace(case, failure=replace(case.failure, message="another text"))
    assert not ledger.save([record_write(key, JobRecord(cases=(now_is,)), 1, clock.now())])
    reader.ask("POST", "/link", {"t": where})
    assert reader.last.status == 409
    assert "another text" in reader.last.body.decode()
    assert record_at(ledger, key).cases[0] == now_is
    assert "This has changed since the message was sent" in reader.get(f"/link?t={where}")
    assert "Approved. The next sweep" in reader.send("/link")


def test_a_link_proves_nothing_else(reader: Browser, ledger: MemoryLedger) -> None:
    """No other page, no other case, no other answer."""
    key = put(ledger, case := held(1))
    put(ledger, other := held(2))
    where = token(key, case)
    for page in ("/", "/held", "/open", "/breakers", "/modes", "/rules", "/metrics"):
        assert reader.ask("GET", f"{page}?t={where}").status == 401
    reader.get(f"/link?t={where}")
    assert 'href="/held"' not in reader.last.body.decode()
    reader.send("/link", case=f"{other.failure_id}:x", answer="reject", failure_id=other.failure_id)
    assert [record_at(ledger, key).cases[0].approved_by, len(record_at(ledger, key).owed)] == ["ann", 1]


@pytest.mark.parametrize(
    ("who", "said", "scope"),
    [
        ("channel:night", HoldAnswer.REJECT, CLUSTER),
        ("eve", HoldAnswer.APPROVE, CLUSTER),
        ("ann", HoldAnswer.APPROVE, OTHER),
    ],
)
def test_no_entry_no_act(reader: Browser, ledger: MemoryLedger, who: str, said: HoldAnswer, scope: Scope) -> None:
    """The policy is asked when somebody clicks, not when the message was made."""
    case = held(1, scope=scope)
    key = put(ledger, case)
    where = token(key, case, said, who)
    for status in (reader.ask("GET", f"/link?t={where}").status, reader.ask("POST", "/link", {"t": where}).status):
        assert status == 403
    assert case.failure.message not in reader.last.body.decode()
    assert record_at(ledger, key).cases[0] == case


def test_a_channel_says_who_clicked_in_their_own_word(reader: Browser, ledger: MemoryLedger) -> None:
    """Wherever they are named the channel stands beside it: nobody passes for somebody who has signed in."""
    key = put(ledger, case := held(1))
    where = f"/link?t={token(key, case, who='channel:night')}"
    reader.get(where)
    form = reader.last
    assert "at most 112 printable" in reader.send("/link", name="b" * 113)
    reader.last = form
    reader.send("/link", name="boss")
    (told,) = record_at(ledger, key).owed
    assert told["actor"] == "boss (channel:night) (link, from 203.0.113.5)"
    assert told["message"].endswith("approved by boss (channel:night)")
    assert "by boss (channel:night); the failure does not wait" in reader.get(where)
    reader.last = form
    assert "used already, by boss (channel:night)" in reader.send("/link", name="li")


def test_a_link_that_proves_nothing_says_why(reader: Browser, ledger: MemoryLedger, clock: Clock) -> None:
    """Expired, forged, cut, of another secret, of no secret; and does nothing."""
    key = put(ledger, case := held(1))
    good = token(key, case)
    link = link_to(key, case, HoldAnswer.APPROVE, "ann", expires_at=START + 3600, nonce="n")
    tried = {
        good[:-1]: 400,
        good.replace(".", ".A"): 403,
        "": 400,
        sign(link, LinkKey((b"o" * 32,))): 403,
        token(key, case, expires_at=int(START)): 410,
        token(key, case, failure_id="0" * 32): 410,
        token("ehpc/cn-hangzhou/ehpc-hz-1/9", case): 410,
    }
    for told, status in tried.items():
        assert reader.ask("GET", f"/link?t={told}").status == status
        assert reader.ask("POST", "/link", {"t": told}).status == status
    reader.key = None
    assert reader.ask("POST", "/link", {"t": good}).status == 403
    reader.key = KEY
    clock.moment += 3601
    assert reader.ask("POST", "/link", {"t": good}).status == 410
    assert record_at(ledger, key).cases[0].state is CaseState.HELD


def test_a_form_of_another_site_does_not_use_a_link(reader: Browser, ledger: MemoryLedger) -> None:
    """Whoever has the link needs no other site."""
    key = put(ledger, case := held(1))
    reader.headers = {"origin": "https://evil.example"}
    assert reader.ask("POST", "/link", {"t": token(key, case)}).status == 403
    assert record_at(ledger, key).cases[0] == case
