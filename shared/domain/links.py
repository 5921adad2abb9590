"""Signed links: one answer to one held failure as it was shown, for one person or channel, until a moment. Pure.

A link is only the leave to ask. Whether its person may answer (`people` in the policy), whether the case is still what
was shown, and whether the link was used before is asked when somebody acts (`shared/people/link_use.py`). It opens no
page but that of its own case.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from enum import Enum

import msgspec
from msgspec import Struct

from shared.domain.errors import ActRefused
from shared.domain.link_key import LinkKey
from shared.domain.outcome import stable_id
from shared.domain.record import Case

LINK_PATH = "/link"
"""Of the console's address: `<SECONDWIND_CONSOLE_URL>/link?t=<token>`."""
MAX_TOKEN_CHARS = 3072
"""Function Compute takes path and query of 4 KB
(https://www.alibabacloud.com/help/en/functioncompute/fc-3-0/user-guide/http-triggers-overview)."""
CHANNEL = "channel:"
"""How a channel is named among people: `channel:night-shift`."""
_PURPOSE = "link/1"
SHOWN_ID_CHARS = 12
"""Of a failure's id, where a person is to write it."""
_NONCE_BITS = 32


class HoldAnswer(str, Enum):
    """What a person says to a held failure."""

    APPROVE = "approve"
    """Yes: every gate that is left is asked, and if all pass it is rerun."""
    REJECT = "reject"
    """No: nothing follows."""


class LinkFault(str, Enum):
    """Why a link is not believed."""

    MALFORMED = "malformed"
    FORGED = "forged"
    """Nobody who knows the secret has signed it; also after the secret was changed."""
    EXPIRED = "expired"


class BadLink(ActRefused):
    """The link proves nothing."""

    def __init__(self, fault: LinkFault) -> None:
        self.fault = fault
        super().__init__(f"this link is {fault.value}")


class AnswerLink(Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True):
    """What a link says."""

    key: str
    """The ledger document that the case is in."""
    failure_id: str
    digest: str
    """Of the case as it was shown: `digest_of`."""
    answer: HoldAnswer
    who: str
    """The person whose link it is, as `people` names them, or `channel:<name>`."""
    expires_at: int
    """Unix seconds; from then on it is worth nothing."""
    nonce: str
    """Names this link among all: it can be used once."""


def link_to(key: str, case: Case, answer: HoldAnswer, who: str, *, expires_at: float, nonce: str) -> AnswerLink:
    """The link for one answer to a held case that is about to be shown; it never outlives the hold."""
    ends = expires_at if case.due_at is None else min(expires_at, case.due_at)
    return AnswerLink(
        key=key,
        failure_id=case.failure_id,
        digest=digest_of(key, case),
        answer=answer,
        who=who,
        expires_at=int(ends),
        nonce=nonce,
    )


def digest_of(key: str, case: Case) -> str:
    """The same as long as a person who looks at the case sees the same: 32 hex digits.

    Each outcome has an id of its own, so what was answered and is held anew differs as well.
    """
    asked = (case.reason.value if case.reason else "", case.held_rule, *(reason.value for reason in case.approved_for))
    run = ("" if case.held_life is None else str(case.held_life), case.held_since, case.attempt)
    return stable_id(
        "shown",
        key,
        case.failure_id,
        case.state.value,
        case.outcome_id,
        case.opened_at,
        case.failure.message,
        run,
        asked,
    )


def question_of(case: Case) -> int:
    """Which question about a held failure a person is asked, from 1: each yes answers one."""
    return len(case.approved_for) + 1


def answer_id(case: Case) -> str:
    """By which it is answered on the command line: the failure's id, and which question it is from the second on."""
    question = question_of(case)
    return case.failure_id[:SHOWN_ID_CHARS] + (f".{question}" if question > 1 else "")


def fresh_nonce(fraction: Callable[[], float]) -> str:
    """128 bits that nobody has had before, as hex. `fraction`: of a `Chance`."""
    return "".join(f"{int(fraction() * 2**_NONCE_BITS):08x}" for _ in range(4))


def sign(link: AnswerLink, key: LinkKey) -> str:
    """The link as a token that stands in a URL as it is: `<content>.<signature>`, both Base64 for URLs."""
    content = msgspec.json.encode(link)
    return f"{_text(content)}.{_text(key.sign(_PURPOSE, content))}"


def verify(token: str, key: LinkKey, now: float) -> AnswerLink:
    """What the token says, if it is ours and its time is not over.

    Raises:
        BadLink: it is malformed, forged or expired; nothing that it says may be used.
    """
    if not 0 < len(token) <= MAX_TOKEN_CHARS:
        raise BadLink(LinkFault.MALFORMED)
    content, _, mac = token.partition(".")
    said = _bytes(content)
    if not key.signed(_PURPOSE, said, _bytes(mac)):
        raise BadLink(LinkFault.FORGED)
    try:
        link = _SAID.decode(said)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadLink(LinkFault.MALFORMED) from None
    if link.expires_at <= now:
        raise BadLink(LinkFault.EXPIRED)
    return link


def link_url(console: str, token: str) -> str:
    """Where a person goes with the token. `console`: the address of the console, without a slash at its end."""
    return f"{console}{LINK_PATH}?t={token}"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """The one spelling that `_text` makes; any other is malformed, so that no link has two tokens."""
    try:
        content = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadLink(LinkFault.MALFORMED) from None
    if _text(content) != text:
        raise BadLink(LinkFault.MALFORMED)
    return content


_SAID = msgspec.json.Decoder(AnswerLink)  # made here, by the one thread that loads this: the console serves in several
