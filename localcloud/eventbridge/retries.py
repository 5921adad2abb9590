"""What EventBridge does about a delivery that failed: when it tries again, and what becomes of it in the end.

Policies, tolerance and dead letters: https://www.alibabacloud.com/help/en/eventbridge/user-guide/retry-and-dead-letter.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum

BACKOFF_PAUSE_S = (10.0, 20.0)
DECAY_PAUSE_MAX_S = 512.0


class RetryStrategy(str, Enum):
    """How often, and after which pauses, a failed delivery comes again."""

    BACKOFF = "BACKOFF_RETRY"
    """3 times, each after a random 10 to 20 s: the platform's default."""
    EXPONENTIAL_DECAY = "EXPONENTIAL_DECAY_RETRY"
    """176 times in a day: after 1, 2, 4 … 512 s, then after 512 s each."""

    @property
    def retries(self) -> int:
        """Calls after the first one."""
        return 3 if self is RetryStrategy.BACKOFF else 176

    def pause_s(self, failures: int, chance: random.Random) -> float:
        """Seconds until the retry that follows so many failures, from 1."""
        if self is RetryStrategy.BACKOFF:
            return chance.uniform(*BACKOFF_PAUSE_S)
        return min(2.0 ** min(failures - 1, 10), DECAY_PAUSE_MAX_S)


class ErrorsTolerance(str, Enum):
    """What happens when the retries are used up."""

    ALL = "ALL"
    """The delivery goes to the dead-letter queue, or is discarded, and the next ones go on."""
    NONE = "NONE"
    """Nothing further is delivered until somebody resumes it: the task's status goes back to Ready."""


class Fate(str, Enum):
    """What a failure leads to."""

    RETRY = "retry"
    DEAD_LETTER = "dead letter"
    DISCARD = "discard"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """A trigger's or rule's `runOptions`.

    Two defaults differ from the platform's: it has no dead-letter queue unless one is named, and Function Compute's
    API tolerates no errors (`NONE`).
    """

    retry: RetryStrategy = RetryStrategy.BACKOFF
    tolerance: ErrorsTolerance = ErrorsTolerance.ALL
    dead_letter_queue: bool = True

    def fate(self, failures: int) -> Fate:
        """What follows so many failures, from 1."""
        if failures <= self.retry.retries:
            return Fate.RETRY
        if self.tolerance is ErrorsTolerance.NONE:
            return Fate.BLOCK
        return Fate.DEAD_LETTER if self.dead_letter_queue else Fate.DISCARD


DEFAULT_OPTIONS = RunOptions()
