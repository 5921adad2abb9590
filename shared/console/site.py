"""What every page has at hand: the ledger, the policy, the clock, the key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timezone, tzinfo
from typing import Any

from msgspec import Struct

from shared.console.http import WebRequest, WebResponse
from shared.console.render import page
from shared.console.visitor import Visitor, form_token
from shared.domain.failure import Failure
from shared.domain.gate import Gate
from shared.domain.job import Scope
from shared.domain.link_key import LinkKey
from shared.policy.model import Policy
from shared.ports import Ledger
from shared.systems import SYSTEMS

Row = Mapping[str, str]
"""An outcome record as the Logstore has it."""
NIGHT_S = 24 * 3600.0


class NightRows(Struct, frozen=True):
    """The outcomes of the last day."""

    rows: Sequence[Row] = ()
    cut: bool = False
    """There were more than can be read while somebody waits: these are the newest."""


class Site(Struct, frozen=True, kw_only=True):
    """The console of one deployment, at one moment."""

    ledger: Ledger
    policy: Policy
    now: float
    """Unix seconds."""
    key: LinkKey | None
    """None: nothing can be signed, so there are no forms and no link is believed."""
    night: Callable[[], NightRows] | None = None
    """Reads the outcomes of the night; None: the Logstore is not reached from here. May raise SecondWindError."""
    gates: Callable[[Failure], Sequence[Gate]] | None = None
    """Looks at the job and asks every gate anew, and does nothing; None: job systems are not reached from here."""
    zone: tzinfo = timezone.utc
    """In which the next morning is, of work that reruns have saved."""


class Visit(Struct, frozen=True, kw_only=True):
    """One request of somebody who is known, on its way to a page."""

    site: Site
    visitor: Visitor
    request: WebRequest

    def night(self) -> NightRows:
        """The outcomes of the night that the visitor may see; none where the Logstore is not reached from here."""
        night = self.site.night() if self.site.night is not None else NightRows()
        known: dict[tuple[str, ...], bool] = {}  # a night has ten thousand outcomes of a few places
        names = SYSTEMS.places

        def sees(row: Row) -> bool:
            place = tuple(row.get(name, "") for name in names)
            if place not in known:
                known[place] = self._sees(row)
            return known[place]

        return NightRows([row for row in night.rows if sees(row)], night.cut)

    def _sees(self, row: Row) -> bool:
        if self.visitor.holds_key:
            return True
        scope = scope_told(row)
        # What concerns every place (a mode) is for all who may look at anything.
        return self.visitor.sees(scope) if scope is not None else not row.get("system")

    def page(self, name: str, status: int = 200, **values: Any) -> WebResponse:
        """A page of the console, with its frame."""
        site = self.site
        token = form_token(site.key, self.visitor, site.now) if site.key is not None else ""
        frame = {
            "visitor": self.visitor,
            "now": site.now,
            "zone": site.zone,
            "form_token": token,
            "here": self.request.path,
        }
        return page(name, status, **frame, **values)


def scope_told(row: Row) -> Scope | None:
    """The cluster or group that an outcome names; None if it names none that is known."""
    name = row.get("system", "")
    if name not in SYSTEMS:
        return None
    system = SYSTEMS.named(name)
    whole = all(row.get(field) for field in ("region", *(part.field for part in system.parts)))
    return system.scope(row) if whole else None
