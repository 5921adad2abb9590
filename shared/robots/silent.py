"""A channel whose settings cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.call import Effect
from shared.notify.boxes import LetterEnding
from shared.notify.draft import Draft


@dataclass(frozen=True, slots=True)
class Silent:
    """Sends nothing, and says why."""

    problem: str
    """Names settings, shows no value."""

    def post(self, draft: Draft, now: float) -> LetterEnding:
        """Always refused."""
        del draft, now
        return LetterEnding(effect=Effect.NOT_DONE_USELESS, code="not_set", message=self.problem)
