"""A channel whose settings cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.call import Effect
from shared.notify.boxes import Ending
from shared.notify.draft import Draft


@dataclass(frozen=True, slots=True)
class Silent:
    """Sends nothing, and says why."""

    problem: str
    """Names settings, shows no value."""

    def post(self, draft: Draft, now: float) -> Ending:
        """Always refused."""
        del draft, now
        return Ending(effect=Effect.NOT_DONE_USELESS, code="not_set", message=self.problem)
