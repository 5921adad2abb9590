"""Breakers: which there are, opening one, closing one and deciding what becomes of what waits behind it."""

from __future__ import annotations

from msgspec import Struct

from shared import people
from shared.console.held import seen_of, sentence_of, why_of
from shared.console.http import Refused, WebResponse
from shared.console.site import Visit
from shared.domain.job import Scope
from shared.domain.limits import SharedLimit
from shared.people import Backlog
from shared.policy.people import Deed
from shared.systems.spelled import scope_spelled

PER_MINUTE = 6
"""Of a resumed backlog, how many are due in each minute: as on the command line."""


class BreakerView(Struct, frozen=True, kw_only=True):
    """One breaker, and whether the visitor may change it."""

    scope: str
    limit: SharedLimit | None
    waiting: int
    may: bool

    @property
    def open(self) -> bool:
        """Whether it stops anything; one that cannot be read does."""
        return self.limit is None or self.limit.opened_at is not None

    @property
    def busy(self) -> bool:
        """Whether it wants a look: it is open, or something waits behind it."""
        return self.open or self.waiting > 0


def breakers_page(visit: Visit, says: str = "", status: int = 200) -> WebResponse:
    """Every breaker that the visitor may see, open ones first."""
    views = [
        BreakerView(
            scope=seen.scope, limit=seen.limit, waiting=seen.waiting, may=visit.visitor.may(Deed.BREAKER, scope)
        )
        for seen in people.breakers(visit.site.ledger)
        if (scope := scope_of(seen.scope)) is not None and visit.visitor.sees(scope)
    ]
    views.sort(key=lambda view: (not view.open, view.scope))
    return visit.page("breakers", status, views=views, says=says)


def breaker_act(visit: Visit, form: dict[str, list[str]]) -> WebResponse:
    """Open one, or close one and decide what becomes of what waits behind it."""
    scope, what, why = scope_of(form.get("scope", [""])[0]), form.get("do", [""])[0], why_of(form)
    if scope is None or not visit.visitor.sees(scope):
        raise Refused(404, "There is no such breaker, or it is none of yours.")
    if not visit.visitor.may(Deed.BREAKER, scope):
        raise Refused(403, "The policy's `people` does not let you change this breaker.")
    ledger, by, now = visit.site.ledger, visit.visitor.name, visit.site.now
    signed = visit.visitor.signed(why)
    try:
        if what == "open":
            if not why:
                raise Refused(400, "Say why: whoever is called next reads it.")
            people.open_breaker(ledger, scope, why=why, by=by, now=now, signed=signed)
            return breakers_page(visit, f"The breaker of {scope.key} is open: nothing is rerun there.")
        backlog = Backlog(what)
        if backlog is Backlog.RESUME:
            people.check_mode(people.read_controls(ledger).at(now), visit.site.policy.mode)
        people.close_breaker(ledger, scope, by=by, now=now, signed=signed, seen=seen_of(form))
        done = people.settle(ledger, scope, backlog, by=by, now=now, per_minute=PER_MINUTE, signed=signed)
    except ValueError:
        raise Refused(400, "This form says neither open, nor resume, nor drop.") from None
    except (people.BegunAnew, people.Contended, people.ModeInTheWay) as error:
        return breakers_page(visit, sentence_of(error), 409)
    left = (
        f" {done.left} could not be changed, since others were changing them: close it once more." if done.left else ""
    )
    word = "resumed" if backlog is Backlog.RESUME else "dropped"
    return breakers_page(
        visit,
        f"The breaker of {scope.key} is closed; {done.changed} failure{'' if done.changed == 1 else 's'} {word}.{left}",
    )


def scope_of(text: str) -> Scope | None:
    """The cluster or group that a key spells; None if it spells none."""
    try:
        return scope_spelled(text)
    except ValueError:
        return None
