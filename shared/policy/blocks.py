"""Blocks of settings for some of the jobs, `by` in a policy."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from shared.domain.mode import Mode
from shared.policy.bounds import Attempts, Breaker, Cooldown, HoldSeconds, Rate
from shared.policy.reach import Reach
from shared.policy.rule import LostHours

MAX_NAME_CHARS = 64
Name = Annotated[
    str,
    Meta(
        max_length=MAX_NAME_CHARS,
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z",
        description=f"a name of at most {MAX_NAME_CHARS} printable characters",
    ),
]


class Block(Reach, frozen=True, kw_only=True):
    """Settings for some of the jobs. They inherit the policy's and only tighten it: of two numbers the stricter holds.

    Where several blocks are for one job, each counts. `breaker` and `rate` are counted for a whole cluster or group, so
    only a block without owners, queues and job names has them.
    """

    name: Name = ""
    """For people."""
    mode: Mode | None = None
    attempts: Attempts | None = None
    """What is left out is the policy's; so also of `cooldown` and `breaker`."""
    cooldown: Cooldown | None = None
    breaker: Breaker | None = None
    rate: Rate | None = None
    max_lost_h: LostHours | None = None
    hold_expires_s: HoldSeconds | None = None

    @property
    def is_for_rules(self) -> bool:
        """Whether it says anything that a rule can say as well; else it is about a place's breaker and rate."""
        own = (self.mode, self.attempts, self.cooldown, self.max_lost_h, self.hold_expires_s)
        return any(setting is not None for setting in own)
