"""Who looks at the console, and what they may."""

from __future__ import annotations

from msgspec import Struct

from shared.domain.act import Signed, Way
from shared.domain.failure import Trigger
from shared.domain.job import Scope
from shared.domain.link_key import LinkKey
from shared.domain.record import Case
from shared.policy.people import Deed, Person, known, looks, may, may_everywhere, sees

FORM_LASTS_S = 12 * 3600.0
_FORM = "form/1"


class Visitor(Struct, frozen=True, kw_only=True):
    """Somebody whose name has been proved."""

    name: str
    """As `people` names them; of a channel `channel:<name>`."""
    how: str
    """How they proved it: `console, signed in`, `link`; stands in outcomes beside their name."""
    way: Way = Way.CONSOLE
    """The same, as outcomes have it."""
    source: str = ""
    """The address that they came from."""
    people: tuple[Person, ...] = ()
    holds_key: bool = False
    """On loopback: who reaches the ledger with a key may do whatever the command line may."""

    def signed(self, why: str) -> Signed:
        """What stands beside the name in an outcome."""
        identity = f"{self.how}, from {self.source or 'an unknown place'}"
        return Signed(identity=identity, way=self.way, why=why, via=Trigger.CONSOLE)

    @property
    def known(self) -> bool:
        """Whether there is any entry for them."""
        return self.holds_key or known(self.people, self.name)

    @property
    def looks(self) -> bool:
        """Whether they may look at more than held failures of their own jobs."""
        return self.holds_key or looks(self.people, self.name)

    def may(self, deed: Deed, scope: Scope, owner: str = "") -> bool:
        """Whether they may do that there."""
        return self.holds_key or may(self.people, self.name, deed, scope, owner)

    def may_everywhere(self, deed: Deed) -> bool:
        """Whether they may do what concerns every place."""
        return self.holds_key or may_everywhere(self.people, self.name, deed)

    def sees(self, scope: Scope) -> bool:
        """Whether they may look at a cluster or group."""
        return self.holds_key or sees(self.people, self.name, scope)

    def sees_case(self, case: Case) -> bool:
        """Whether they may look at a failure."""
        return self.holds_key or sees(self.people, self.name, case.failure.scope, case.held_owner)

    def may_answer(self, deed: Deed, case: Case) -> bool:
        """Whether they may say yes or no to a held failure."""
        return self.may(deed, case.failure.scope, case.held_owner)


def form_token(key: LinkKey, visitor: Visitor, now: float) -> str:
    """What a form of theirs carries, which no other site knows: bound to who they are, for hours."""
    return key.sign(_FORM, _content(visitor.name, int(now // FORM_LASTS_S))).hex()


def is_form_token(key: LinkKey, visitor: Visitor, token: str, now: float) -> bool:
    """Whether a form carries a token of theirs that is not older than two spans."""
    try:
        given = bytes.fromhex(token)
    except ValueError:
        return False
    span = int(now // FORM_LASTS_S)
    return any(key.signed(_FORM, _content(visitor.name, at), given) for at in (span, span - 1))


def _content(name: str, span: int) -> bytes:
    return f"{span} {name}".encode("utf-8", "replace")
