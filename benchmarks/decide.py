"""What one decision costs under 100 rules and under all packs; the slowest ones are in `slowest.py`.

    python benchmarks/decide.py

A decision is the whole of it: a failure, a look, a record, a breaker and a policy in, and out come the rule and class
that the text falls under, verdict, reason and every gate's answer; `Facts` are made within. No two texts are alike: one
to four lines, as what prints them writes them. Three figures: of a text that was decided before, of one that nobody saw
before, of a job that nobody saw before, and of a new failure's way: it is decided before it takes its tokens and after,
one of each. The 100 rules are a mix: half search the message, others ask for places, owners, queues, nodes, exit codes
or signals.

Figures depend on the machine, ratios do not: baselines in the same run are one step of a plain loop in Python, and RE2
merely searching the same messages for the same patterns, one after the other. The bar: 50,000 decisions a second.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable
from itertools import count, cycle
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import texts
from shared.domain.decision import Ask
from shared.domain.failure import Failure, FailureClass, Speaker, Trigger
from shared.domain.job import State
from shared.domain.limits import SharedLimit
from shared.domain.record import JobRecord
from shared.policy.conditions import LogPlace, patterns_of
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.include import with_packs
from shared.policy.match import first_match
from shared.policy.matching.patterns import compiled
from shared.policy.model import Action, Attempts, Match, Policy, Rule, Source, Thrash
from shared.policy.packs import EVERYTHING, library
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.snapshot import EhpcSnapshot

RULES = 100
SLICES = 300
SLICE_S = 0.005
"""Many and short: where others use the machine too, a few of them are not disturbed."""
FRESH = 40
"""Texts that nobody saw before, for each failure."""
NOW = 1_800_000_000.0
BAR_A_SECOND, BAR_MS = 50_000, 5.0


def realistic_policy() -> Policy:
    """100 rules of every kind, the last of which matches all."""
    searches = [
        Match(message=f"(?i)cause number {number} of the (known|unknown) ones|fault {number}:")
        for number in range(RULES // 2)
    ]
    others = [
        (
            Match(owner=f"user{number}"),
            Match(queue=f"queue-{number}*", region="cn-*"),
            Match(job_name=(f"nightly-{number}-*", f"weekly-{number}-*")),
            Match(node=f"gpu-{number}-*"),
            Match(exit_code=(200 + number, f"{1000 + number}-{2000 + number}")),
            Match(cluster=f"ehpc-sh-{number}"),
            Match(signal=("SIGBUS", "SIGXCPU"), queue="short"),
        )[number % 7]
        for number in range(RULES - len(searches) - 1)
    ]
    mixed = [match for pair in zip(searches, others, strict=False) for match in pair] + [searches[-1], Match()]
    rules = (
        Rule(name=f"rule-{number}", match=match, action=Action.RERUN, failure_class=list(FailureClass)[number % 6])
        for number, match in enumerate(mixed)
    )
    return Policy(
        version=1,
        rules=tuple(rules),
        max_lost_h=24.0,
        thrash=Thrash(max_failures=5, window_s=3600),
        classes={FailureClass.APPLICATION: Attempts(max=2)},
        sources=(Source(log=LogPlace(project="jobs", logstore="fail*")),),
    )


def all_packs() -> Policy:
    """Every pack that there is, and a last rule for the rest."""
    rest = Rule(name="rest", match=Match(), action=Action.RERUN)
    return with_packs(Policy(version=1, include=(EVERYTHING,), rules=(rest,)), library())


def failures(chance: random.Random, count: int = 500) -> list[Failure]:
    """Failures as Slurm's epilog tells them."""
    return [
        Failure(
            scope=Cluster(region="cn-hangzhou", cluster_id=f"ehpc-hz-{number % 3}"),
            job_id=f"{number}.scheduler",
            occurred_at=NOW - 5,
            message=texts.told(chance, number),
            exit_code=str(chance.choice((1, 2, 137, 139))),
            node=f"compute{chance.randrange(90)}",
            owner=f"worker{number % 40}",
            queue="workq",
            speaker=Speaker(project="jobs", logstore="failures"),
            trigger=Trigger.LOG,
            event_id=f"e{number}",
            telling_id=f"t{number}",
        )
        for number in range(count)
    ]


Given = tuple[Failure, EhpcSnapshot, JobRecord, SharedLimit, Policy, Ask]
"""What a decision is made of."""


def facts_of(failure: Failure, policy: Policy) -> Facts:
    """A running job of an hour, nothing in its way."""
    return Facts(*given_of(failure, policy))


def given_of(failure: Failure, policy: Policy) -> Given:
    """The same, as it is before a decision is asked for."""
    seen = EhpcSnapshot(
        job_id=failure.job_id,
        state=State.RUNNING,
        start_time=int(NOW) - 3600,
        owner=f"{failure.owner}@scheduler",
        queue=failure.queue,
        nodes=(failure.node, "compute91"),
        look_begun_at=NOW,
    )
    ask = Ask(now=NOW, trigger=Trigger.LOG, request_id="r")
    return failure, seen, JobRecord(), SharedLimit(), policy, ask


def with_message(failure: Failure, message: str) -> Failure:
    """The same failure in other words."""
    fields = {name: getattr(failure, name) for name in failure.__struct_fields__}
    return Failure(**{**fields, "message": message})


def _another(failure: Failure, chance: random.Random, number: int) -> Failure:
    """A failure of another job, with another text."""
    fields = {name: getattr(failure, name) for name in failure.__struct_fields__}
    job = {"job_id": f"{number}.scheduler", "event_id": f"e{number}", "telling_id": f"t{number}"}
    return Failure(**{**fields, **job, "message": texts.told(chance, number)})


def main() -> None:
    """Print decisions a second, and their time against the baselines."""
    chance = random.Random(7)  # noqa: S311 - examples, no secrets
    step = 1 / _rate(_thousand_steps) / 1000
    print(f"a step of a plain loop            {step * 1e9:10.1f} ns")
    for policy in (realistic_policy(), all_packs()):
        compare(policy, chance, step)


def _thousand_steps() -> int:
    total = 0
    for number in range(1000):
        total += number
    return total


def compare(policy: Policy, chance: random.Random, step: float) -> None:
    """Print decisions a second under a policy, which part of them asks its rules, and the baselines."""
    patterns = dict.fromkeys(pattern for rule in policy.rules for pattern in patterns_of(rule.match))
    ready = [compiled(pattern) for pattern in patterns]
    told = failures(chance)
    messages = cycle([failure.message.encode() for failure in told])
    endless, asked = cycle([given_of(failure, policy) for failure in told]), cycle(told)
    numbers = count(len(told))
    ahead = [given_of(_another(one, chance, next(numbers)), policy) for one in told for _ in range(FRESH)]
    unseen = iter(ahead)
    gc.freeze()  # looking through the examples for rubbish is no part of a decision

    def ours() -> None:
        decide(Facts(*next(endless)))

    def asking() -> None:
        first_match(policy, next(asked))

    def baseline() -> None:
        message = next(messages)
        for pattern in ready:
            pattern.search(message)

    def new() -> None:
        decide(Facts(*next(unseen)))

    known, rules, bare = 1 / _rate(ours), 1 / _rate(asking), 1 / _rate(baseline, calls=10)
    fresh = 1 / _rate(new, calls=50, most=len(ahead))
    gc.unfreeze()
    print(
        f"decisions under {len(policy.rules):3} rules, {len(patterns):4} patterns; the bar is {BAR_A_SECOND:,} a second"
    )
    both = (known + fresh) / 2
    for name, spent in (
        ("of a text decided before", known),
        ("of a text never seen before", fresh),
        ("of a new failure, both of its own", both),
    ):
        print(f"  {name:33} {1 / spent:8.0f} a second, {spent * 1e6:.1f} µs, {spent / step:.0f} steps each")
    print(f"  of which asking the rules       {rules * 1e6:10.1f} µs and {(fresh - known + rules) * 1e6:.1f} µs")
    print(
        f"  RE2 searches, one by one        {bare * 1e6:10.1f} µs for all patterns; a decision takes {fresh / bare:.2f}"
    )


def _rate(run: Callable[[], object], calls: int = 100, most: int | None = None) -> float:
    """Runs a second of this process's own time, in the best of many short slices: others slow some of them down."""
    run()
    best, left = 0.0, most or sys.maxsize
    for _ in range(SLICES):
        done, begun = 0, time.process_time()
        while time.process_time() - begun < SLICE_S and left > calls:
            for _ in range(calls):
                run()
            done, left = done + calls, left - calls
        best = max(best, done / (time.process_time() - begun))
    return best


if __name__ == "__main__":
    main()
