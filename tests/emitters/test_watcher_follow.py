"""When the stuck-rank watcher looks at a job, and that it tells one life once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from emitters import stuck_rank_watcher as watcher


def follow(
    states: Callable[[int], str], gap: Callable[[int], float], steps: int, look_takes_s: float = 0.0
) -> list[float]:
    """Moments (of lived time) at which a watch was asked while a process went through states; a step may take long."""
    asked: list[float] = []
    now = 0.0
    step = 0

    class Process:
        def state(self) -> str:
            return states(step) if step < steps else ""

    class Watch:
        def look(self, lived: float) -> None:
            nonlocal now
            asked.append(lived)
            now += look_takes_s

    def sleep(seconds: float) -> None:
        nonlocal now, step
        step += 1
        now += gap(step) or seconds

    watch, process = cast("Any", Watch()), cast("Any", Process())
    watcher.follow(watch, process, lambda _: True, poll_s=1.0, monotonic=lambda: now, sleep=sleep)
    return asked


def test_time_that_was_not_lived_does_not_count() -> None:
    """Suspended for an hour (one sleep takes that long), or the job stopped for 50 s: nobody hung then."""
    assert max(follow(lambda _: "S", lambda step: 3600.0 if step == 5 else 0.0, 10)) <= 12
    assert max(follow(lambda step: "T" if 5 <= step < 55 else "S", lambda _: 0.0, 60)) <= 11
    assert max(follow(lambda _: "R", lambda _: 0.0, 60)) == 59


def test_looking_that_takes_long_is_done_less_often() -> None:
    """A look at thousands of heartbeats on a slow file server must not become the server's load."""
    assert len(follow(lambda _: "S", lambda _: 0.0, 100)) == 100
    assert len(follow(lambda _: "S", lambda _: 0.0, 100, look_takes_s=1.0)) < 40


def test_a_finding_of_a_job_that_has_just_ended_is_not_told() -> None:
    """Looking takes time: the job is looked for once more before anything is told."""
    states = iter("S")

    class Process:
        def state(self) -> str:
            return next(states, "")

    class Watch:
        def look(self, _: float) -> watcher.Finding:
            return watcher.Finding("stalled", "m", {})

    told: list[watcher.Finding] = []

    def report(found: watcher.Finding) -> bool:
        told.append(found)
        return True

    watch, process = cast("Any", Watch()), cast("Any", Process())
    watcher.follow(watch, process, report, poll_s=1.0, monotonic=time.monotonic, sleep=lambda _: None)
    assert told == []


def test_one_life_is_told_once() -> None:
    """After the one line it is done, however long the job goes on hanging; what could not be told is tried again."""

    class Process:
        def state(self) -> str:
            return "S"

    class Watch:
        def look(self, _: float) -> watcher.Finding:
            return watcher.Finding("stalled", "m", {})

    answers = [False, False, True, True]
    watch, process = cast("Any", Watch()), cast("Any", Process())
    times = iter(range(100))
    watcher.follow(
        watch, process, lambda _: answers.pop(0), poll_s=1.0, monotonic=lambda: float(next(times)), sleep=lambda _: None
    )
    assert answers == [True]
