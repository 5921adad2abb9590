"""Buttons of a message: signed links by which a held failure is answered, for whoever the policy lets answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.link_key import LinkKey
from shared.domain.links import CHANNEL, HoldAnswer, fresh_nonce, link_to, link_url, sign
from shared.domain.messages import What
from shared.domain.record import Case
from shared.notify.draft import LinkTo
from shared.policy.people import Deed, Person, may
from shared.ports import Chance

LASTS_S = 86_400.0
"""A link is worth nothing later; it never outlives the hold."""
MOST_PERSONS = 2
_PAGES = {
    What.BREAKER_OPENED: ("Breakers", "/breakers"),
    What.UNKNOWN: ("Open cases", "/open"),
    What.NODE_SUSPECT: ("Nodes", "/nodes"),
    What.DIGEST: ("Tonight", "/"),
}
_LABELS = {HoldAnswer.APPROVE: "Approve", HoldAnswer.REJECT: "Reject"}


@dataclass(frozen=True, slots=True)
class HoldLinks:
    """Makes links to the console (`shared.notify.CaseLinks`)."""

    key: LinkKey
    console: str
    """Its address, without a slash at the end."""
    people: tuple[Person, ...]
    chance: Chance
    signed_in: bool = False
    """Whether people can sign in there: only then a page without a link of its own is of use."""

    def links(self, key: str, case: Case, channel: str, persons: Sequence[str], now: float) -> Sequence[LinkTo]:
        """A link for each answer that one of the persons, or the channel, may give; none that nobody may use."""
        found: list[LinkTo] = []
        for who in persons[:MOST_PERSONS] or [f"{CHANNEL}{channel}"]:
            for answer, label in _LABELS.items():
                if may(self.people, who, Deed(answer.value), case.failure.scope, case.held_owner):
                    shown = label if len(persons) < MOST_PERSONS else f"{label} ({who})"
                    found.append(LinkTo(shown, self._url(key, case, answer, who, now)))
        return found

    def page(self, what: What) -> Sequence[LinkTo]:
        """The page about things of that kind."""
        found = _PAGES.get(what) if self.signed_in else None
        return () if found is None else (LinkTo(found[0], f"{self.console}{found[1]}"),)

    def _url(self, key: str, case: Case, answer: HoldAnswer, who: str, now: float) -> str:
        nonce = fresh_nonce(self.chance.fraction)
        return link_url(
            self.console, sign(link_to(key, case, answer, who, expires_at=now + LASTS_S, nonce=nonce), self.key)
        )
