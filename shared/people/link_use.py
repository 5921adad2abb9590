"""Answering a held failure by a signed link: once, and only what was shown."""

from __future__ import annotations

from msgspec import Struct

from shared.documents import decode_link_use, decode_record, link_use_write
from shared.domain.act import Signed
from shared.domain.errors import ActRefused
from shared.domain.keys import Kind, kind_of, link_key
from shared.domain.link_use import LinkUse
from shared.domain.links import AnswerLink, HoldAnswer, digest_of
from shared.domain.mode import Mode
from shared.domain.outcome import Outcome
from shared.people.holds import Hold, UnknownId, answer, find
from shared.people.modes import check_mode, read_controls
from shared.people.moves import HoldStanding, NotHeld, standing_of
from shared.people.walk import TRIES, Contended, as_listed
from shared.ports import Ledger


class LinkSpent(ActRefused):
    """The link has been used; `use` says when and by whom."""

    def __init__(self, use: LinkUse) -> None:
        self.use = use
        super().__init__(f"this link has been used already, by {use.by}")


class LinkSight(Struct, frozen=True, kw_only=True):
    """What the bearer of a link may see."""

    hold: Hold
    """The case as it is now, held or not."""
    use: LinkUse | None
    """There if the link was used."""


def shown_to(ledger: Ledger, link: AnswerLink) -> LinkSight:
    """The one case that a verified link is about. Changes nothing.

    Raises:
        UnknownId: the ledger has forgotten the case.
        LedgerUnavailable: it is out of reach.
    """
    found = ledger.load([link.key, link_key(link.nonce)])
    record, used = found.get(link.key), found.get(link_key(link.nonce))
    case = decode_record(record.document).case(link.failure_id) if record else None
    if case is None:
        raise UnknownId(f"failure {link.failure_id} is not in the ledger any more")
    hold = Hold(key=link.key, case=as_listed(link.key, case))
    if kind_of(link.key) is Kind.PENDING and not case.open:
        hold = _moved(ledger, hold)
    return LinkSight(hold=hold, use=decode_link_use(used.document) if used else None)


def _moved(ledger: Ledger, hold: Hold) -> Hold:
    """The case where it is now: what could not be looked at when it was told has gone to its job's own document."""
    try:
        return find(ledger, hold.case.failure_id)
    except UnknownId:
        return hold


def answer_by_link(
    ledger: Ledger,
    link: AnswerLink,
    *,
    seen: str,
    by: str,
    now: float,
    signed: Signed,
    of_policy: Mode = Mode.AUTO,
) -> Outcome:
    """Do what a verified link of somebody who may do it says; the outcome that is owed now.

    The use is written down first. A crash behind that leaves a case that is held as before: the same link may then
    finish what it began, since it answers one hold at most once whatever happens.

    Args:
        ledger: where the case is.
        link: checked by `verify`; whether its person may answer has been asked by the caller.
        seen: digest of what the person was shown last; the link's own if they were shown nothing since.
        by: who answers.
        now: unix seconds.
        signed: from where, and why.
        of_policy: as in `in_the_way`.

    Raises:
        LinkSpent: it was used before.
        NotHeld: the case waits for no answer (any more).
        CaseChanged: it is not what was shown: show it anew.
        ModeInTheWay: a yes would have it closed for good; the link is as good as before.
        UnknownId: it is gone.
        Contended: others changed the record three times.
        LedgerUnavailable: out of reach, or it is not known whether it was saved: repeating tells.
    """
    shown = shown_to(ledger, link)
    digest = digest_of(shown.hold.key, shown.hold.case)
    if shown.use is not None and shown.use.digest != digest:  # of the very hold that it was for it came to nothing
        raise LinkSpent(shown.use)
    standing = standing_of(shown.hold.case, now)
    if standing is not HoldStanding.HELD:
        raise NotHeld(shown.hold.case, standing)
    yes = link.answer is HoldAnswer.APPROVE
    if yes:
        check_mode(read_controls(ledger).at(now), of_policy, shown.hold.case.held_rule)
    if digest == seen:
        _spend(ledger, link, LinkUse(at=now, by=by, digest=seen), now)
    # Of what has changed it says so, and has changed nothing.
    return answer(ledger, shown.hold, yes=yes, by=by, now=now, signed=signed, seen=seen, of_policy=of_policy)


def _spend(ledger: Ledger, link: AnswerLink, use: LinkUse, now: float) -> None:
    key = link_key(link.nonce)
    for _ in range(TRIES):
        stored = ledger.load([key]).get(key)
        if stored is not None and decode_link_use(stored.document).digest == use.digest:
            return
        if stored is not None:
            raise LinkSpent(decode_link_use(stored.document))
        if not ledger.save([link_use_write(key, use, now)]):
            return
    raise Contended(key)
