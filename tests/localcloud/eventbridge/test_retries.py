"""Retry policies, tolerance and dead letters, as documented."""

from __future__ import annotations

import random

import pytest

from localcloud.eventbridge.retries import ErrorsTolerance, Fate, RetryStrategy, RunOptions


def test_exponential_decay_takes_176_retries_in_a_day() -> None:
    """1, 2, 4 … 512 s, then 512 s each: 167 pauses of 512 s, and all of them fit into a day."""
    chance = random.Random(0)
    pauses = [RetryStrategy.EXPONENTIAL_DECAY.pause_s(failures, chance) for failures in range(1, 177)]
    assert pauses[:11] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512]
    assert (pauses.count(512), len(pauses)) == (167, RetryStrategy.EXPONENTIAL_DECAY.retries)
    assert 86_000 < sum(pauses) <= 86_400


def test_back_off_pauses_are_drawn_between_10_and_20_s() -> None:
    """Three retries, each after a pause of its own in the documented bounds."""
    chance = random.Random(0)
    pauses = {RetryStrategy.BACKOFF.pause_s(failures, chance) for failures in range(1, 200)}
    assert len(pauses) == 199
    assert all(10 <= pause <= 20 for pause in pauses)
    assert RetryStrategy.BACKOFF.retries == 3


@pytest.mark.parametrize(
    ("options", "fate"),
    [
        (RunOptions(), Fate.DEAD_LETTER),
        (RunOptions(dead_letter_queue=False), Fate.DISCARD),
        (RunOptions(tolerance=ErrorsTolerance.NONE), Fate.BLOCK),
        (RunOptions(tolerance=ErrorsTolerance.NONE, dead_letter_queue=False), Fate.BLOCK),
    ],
)
def test_what_follows_when_the_retries_are_used_up(options: RunOptions, fate: Fate) -> None:
    """The third failure is still retried; the fourth meets its fate."""
    assert [options.fate(failures) for failures in (1, 3, 4)] == [Fate.RETRY, Fate.RETRY, fate]
