"""Signed links by themselves: what a token says, who signed it, and until when that is worth anything."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from shared.domain.keys import job_key
from shared.domain.life import Life
from shared.domain.link_key import LinkKey, parse_link_key
from shared.domain.links import (
    MAX_TOKEN_CHARS,
    AnswerLink,
    BadLink,
    HoldAnswer,
    LinkFault,
    answer_id,
    digest_of,
    fresh_nonce,
    link_to,
    link_url,
    sign,
    verify,
)
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState
from tests.support.clock import START
from tests.unit.people.conftest import held

KEY = LinkKey((b"k" * 32,))


def link_of(key: str, case: Case) -> AnswerLink:
    """The link of a message about the case."""
    return link_to(key, case, HoldAnswer.APPROVE, "ann", expires_at=START + 3600, nonce="n1")


def test_a_link_that_was_sent_before_an_update_still_works() -> None:
    """Its content is a list of the values alone, in this order, signed so."""
    sent = "WyJrIiwiZiIsImQiLCJhcHByb3ZlIiwiYW5uIiwxODAwMDAzNjAwLCJuMSJd.sia9bL-V5zhKFPpOruv_1TyqyXJJLbRt-rWRanRLSps"
    link = AnswerLink(
        key="k", failure_id="f", digest="d", answer=HoldAnswer.APPROVE, who="ann", expires_at=1800003600, nonce="n1"
    )
    assert (verify(sent, KEY, START), sign(link, KEY)) == (link, sent)


def test_a_token_says_what_was_signed_and_stands_in_a_url() -> None:
    """Signed and read back; no sign in it needs an escape."""
    link = link_of(job_key(held(1).failure.scope, "1[]/%.s"), held(1))
    token = sign(link, KEY)
    assert verify(token, KEY, START) == link
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert link_url("https://sw.example.com", token) == f"https://sw.example.com/link?t={token}"


def test_a_link_never_outlives_the_hold() -> None:
    """Whatever was wanted."""
    soon = held(1, expires_at=START + 10)
    assert link_of("k", soon).expires_at == START + 10
    assert link_of("k", replace(soon, due_at=None)).expires_at == START + 3600


def test_an_expired_link_proves_nothing() -> None:
    """From the second on that it names."""
    token = sign(link_of("k", held(1)), KEY)
    assert verify(token, KEY, START + 3599).who == "ann"
    with pytest.raises(BadLink, match="expired") as caught:
        verify(token, KEY, START + 3600)
    assert caught.value.fault is LinkFault.EXPIRED


def test_no_sign_of_a_token_can_be_changed() -> None:
    """Each sign, for another one; and anything left out or added."""
    token = sign(link_of("k", held(1)), KEY)
    others = [token[:at] + ("A" if sign_ != "A" else "B") + token[at + 1 :] for at, sign_ in enumerate(token)]
    for forged in (*others, token + "=", token + "A", token[:-1], token.replace(".", ""), "", ".", "é.é", " " + token):
        with pytest.raises(BadLink):
            verify(forged, KEY, START)


def test_what_was_signed_for_something_else_is_no_link() -> None:
    """Neither another purpose nor another secret, nor what is too long or says too little."""
    link = link_of("k", held(1))
    content, _, _ = sign(link, KEY).partition(".")
    other = sign(link, LinkKey((b"o" * 32,))).partition(".")[2]
    with pytest.raises(BadLink, match="forged"):
        verify(f"{content}.{other}", KEY, START)
    with pytest.raises(BadLink, match="malformed"):
        verify("A" * (MAX_TOKEN_CHARS + 1), KEY, START)
    less = msgspec.json.encode([link.key])
    token = sign(link, KEY)
    assert not KEY.signed("form/1", less, KEY.sign("link/1", less))
    signed_less = sign(replace(link, key="x" * 5), KEY)
    assert signed_less != token


@pytest.mark.parametrize(
    ("token", "fault"),
    [
        ("", LinkFault.MALFORMED),
        ("A", LinkFault.MALFORMED),
        ("AAAA.=", LinkFault.MALFORMED),
        ("." * 2, LinkFault.MALFORMED),
        (".", LinkFault.FORGED),
        ("AAAA", LinkFault.FORGED),
        ("A" * MAX_TOKEN_CHARS, LinkFault.FORGED),
        ("A" * (MAX_TOKEN_CHARS + 1), LinkFault.MALFORMED),
    ],
)
def test_what_is_no_token_is_told_from_one_that_nobody_signed(token: str, fault: LinkFault) -> None:
    """The longest that a URL has room for is still looked at."""
    with pytest.raises(BadLink) as caught:
        verify(token, KEY, START)
    assert (caught.value.fault, str(caught.value)) == (fault, f"this link is {fault.value}")


@pytest.mark.parametrize("size", [32, 256])
def test_a_secret_of_just_the_length_is_one(size: int) -> None:
    """And up to four of them, whatever stands around."""
    assert parse_link_key(f" {'k' * size} ").secrets == (b"k" * size,)
    assert len(parse_link_key(",".join(["k" * size] * 4)).secrets) == 4


def test_a_signed_text_that_is_no_link_is_malformed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version to come may sign more: an older function does not guess."""
    monkeypatch.setattr("shared.domain.links.msgspec.json.encode", lambda _: b'["k"]')
    token = sign(link_of("k", held(1)), KEY)
    with pytest.raises(BadLink, match="malformed"):
        verify(token, KEY, START)


def test_a_secret_can_be_changed_without_a_gap() -> None:
    """The first one signs, each is believed; none is shown."""
    token = sign(link_of("k", held(1)), KEY)
    both = parse_link_key("n" * 40 + ", " + "k" * 32)
    assert verify(token, both, START).who == "ann"
    with pytest.raises(BadLink, match="forged"):
        verify(sign(link_of("k", held(1)), both), KEY, START)
    assert "n" * 40 not in f"{both} {both!r} {both.__rich_repr__()}"


@pytest.mark.parametrize("text", ["short", "k" * 31, "k" * 257, "é" * 40, "k" * 32 + ",", ",".join(["k" * 32] * 5)])
def test_a_poor_secret_is_refused_and_not_repeated(text: str) -> None:
    """A guess must not be worth trying."""
    with pytest.raises(ValueError, match="wants 32 to 256") as caught:
        parse_link_key(text)
    assert text.strip(",") not in str(caught.value)


def test_a_nonce_has_128_bits() -> None:
    """As hex, from four draws."""
    draws = iter([0.0, 0.5, 0.25, 1 - 2**-53])
    assert fresh_nonce(lambda: next(draws)) == "000000008000000040000000ffffffff"


@pytest.mark.parametrize(
    "change",
    [
        {"outcome_id": "another"},
        {"reason": Reason.HOLD_EXPIRED},
        {"held_rule": "other"},
        {"held_since": START - 9},
        {"state": CaseState.DEFERRED},
        {"approved_for": (Reason.RULE_HOLDS,)},
        {"opened_at": START + 1},
    ],
)
def test_the_digest_is_of_what_a_person_sees(change: dict[str, object]) -> None:
    """Whatever they would decide on differently."""
    case = held(1)
    assert digest_of("k", case) == digest_of("k", replace(case, looks=3))
    assert digest_of("k", case) != digest_of("k", replace(case, **change))
    assert digest_of("k", case) != digest_of("k2", case)
    lives = (None, Life.run(5), Life.run(6))
    assert len({digest_of("k", replace(case, held_life=life)) for life in lives}) == len(lives)


def test_each_question_about_a_failure_has_an_id_of_its_own() -> None:
    """The first has the failure's."""
    asked, again = held(1), replace(held(1), approved_for=(Reason.RULE_HOLDS,))
    assert answer_id(asked) == asked.failure_id[:12]
    assert answer_id(again) == f"{asked.failure_id[:12]}.2"
