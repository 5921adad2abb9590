"""What one decision costs with 100 rules, against RE2 merely searching the same 100 patterns.

    python benchmarks/decide.py

The figure is the ratio: how much the gates add to the searches that the policy asks for.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import re2

from shared.domain.decision import Ask
from shared.domain.failure import Failure, Trigger
from shared.domain.job import Cluster, State
from shared.domain.limits import SharedLimit
from shared.domain.record import JobRecord
from shared.domain.snapshot import EhpcSnapshot
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.model import Action, Match, Policy, Rule

RULES = 100
SECONDS = 2.0
MESSAGE = "slurmstepd: error: rank 3 lost contact with rank 0 after 300 s " * 4


def main() -> None:
    """Print decisions and searches a second, and their ratio."""
    patterns = [f"cause number {number} of the (known|unknown) ones" for number in range(RULES - 1)]
    rules = [Rule(name=pattern, match=Match(message=pattern), action=Action.IGNORE) for pattern in patterns]
    policy = Policy(version=1, rules=(*rules, Rule(name="rest", match=Match(), action=Action.RERUN)))
    now = 1_800_000_000.0
    failure = Failure(
        scope=Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-1"),
        job_id="1.scheduler",
        occurred_at=now - 5,
        message=MESSAGE,
        trigger=Trigger.LOG,
        event_id="e",
        telling_id="t",
    )
    snapshot = EhpcSnapshot(job_id="1.scheduler", state=State.RUNNING, start_time=int(now) - 3600, look_begun_at=now)
    ask = Ask(now=now, trigger=Trigger.LOG, request_id="r")
    compiled = [re2.compile(pattern.encode()) for pattern in patterns]
    data = MESSAGE.encode()

    def ours() -> None:
        decide(
            Facts(
                failure=failure,
                observation=snapshot,
                record=JobRecord(),
                breaker=SharedLimit(),
                policy=policy,
                ask=ask,
            )
        )

    def baseline() -> None:
        for pattern in compiled:
            pattern.search(data)

    rate, bare = _rate(ours), _rate(baseline)
    print(f"decisions with {RULES} rules     {rate:10.0f} a second")
    print(f"{RULES - 1} bare RE2 searches       {bare:10.0f} a second")
    print(f"ratio of their times       {bare / rate:10.2f}")


def _rate(run: Callable[[], None]) -> float:
    run()
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < SECONDS:
        run()
        count += 1
    return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
