"""The slowest decisions on 32 KB: the first one of each text in a process, the median of many more, and the worst.

    python benchmarks/slowest.py [WORD …]

Texts that were written to be slow, under all packs, and under policies whose patterns were written for that as well.
Before each text nothing is left of what a process has learned, compiled or kept, but what was made ready with the
package; then the same text comes again and again, behind another number. The bar is 5 ms. Times are of CPU, beside
them those of a step of a plain loop in the same moment: where others use the machine both grow. With words only the
texts whose names have one of them.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import hostile, texts
from benchmarks.decide import BAR_MS, RULES, all_packs, facts_of, failures, with_message
from shared.policy import match
from shared.policy.decide import decide
from shared.policy.match import make_ready
from shared.policy.matching import patterns
from shared.policy.matching.possible import sees_a_line
from shared.policy.model import Action, Match, Policy, Rule
from shared.policy.packs import shipped
from shared.policy.shipped import READY

AGAIN, SHOWN = 15, 5
_STEPS = 20_000
FORMS = {
    "nested repeats": "(a+)+{}$",
    "words": r"(\w+\s?)+{}$",
    "everything twice": "(.*)(.*){}x",
    "begun again and again": "foo{}.*bar{}",
    "counted, light": "a[ab]{{3}}c{}",
    "counted text": "a{{60}}{}",
}
"""`{}` is the rule's number, so that no two patterns are one."""
HEAVIEST = ("[ab]*a[ab]{10}c",)
"""As heavy as a policy may be."""
_MATCHERS = match._matcher, match._of_policy  # noqa: SLF001 - what a process keeps
_KEPT = *_MATCHERS, patterns.compiled, patterns.alone, sees_a_line, shipped


class Taken(NamedTuple):
    """Milliseconds that decisions on one text took."""

    first: float
    middle: float
    worst: float
    step_ns: float
    """Of a plain loop, beside them."""
    what: str


def taken(policy: Policy, message: str, what: str) -> Taken:
    """Of a process that has made this policy ready and nothing else."""
    for kept in _KEPT:
        kept.cache_clear()
    match._last[0] = None  # noqa: SLF001 - as above
    make_ready(policy)
    told = failures(random.Random(1), 2)  # noqa: S311 - examples, no secrets
    decide(facts_of(told[0], policy))
    gc.collect()
    gc.freeze()  # what was kept for the text before would be looked through: a process that begins has none of it
    spent, steps = [], []
    for number in range(1 + AGAIN):
        facts = facts_of(with_message(told[1], f"{number} {message}"), policy)
        steps.append(_seconds(_steps) / _STEPS * 1e9)
        spent.append(_seconds(partial(decide, facts)) * 1e3)
    return Taken(spent[0], median(spent[1:]), max(spent[1:]), median(steps), what)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _steps() -> int:
    total = 0
    for number in range(_STEPS):
        total += number
    return total


def hostile_policies() -> dict[str, Policy]:
    """Of patterns that `policy check` lets pass."""
    forms = {name: [form.format(number, number) for number in range(RULES)] for name, form in FORMS.items()}
    return {name: _of_patterns(some) for name, some in {**forms, "heaviest": HEAVIEST}.items()}


def _of_patterns(some: Sequence[str]) -> Policy:
    rules = (
        Rule(name=str(number), match=Match(message=pattern), action=Action.IGNORE)
        for number, pattern in enumerate(some)
    )
    return Policy(version=1, rules=(*rules, Rule(name="rest", match=Match(), action=Action.RERUN)))


def of_packs(words: Collection[str]) -> list[Taken]:
    """Under all packs, ready as a package has them."""
    policy = all_packs()
    ready = make_ready(policy).ready()
    if ready is not None:
        READY[ready[0]] = ready[1]
    made = hostile.written(random.Random(7))  # noqa: S311 - examples, no secrets
    return [taken(policy, text, name) for name, text in _chosen(made, words).items()]


def of_policies(words: Collection[str]) -> list[Taken]:
    """Under each hostile policy."""
    made = _chosen(texts.hostile(random.Random(7)), words)  # noqa: S311 - as above
    policies = hostile_policies()
    return [taken(one, text, f"{kind} on {name}") for kind, one in policies.items() for name, text in made.items()]


def _chosen(made: Mapping[str, str], words: Collection[str]) -> dict[str, str]:
    return {name: text for name, text in made.items() if not words or any(word in name for word in words)}


def _show(title: str, found: Sequence[Taken]) -> None:
    print(f"{title}: {len(found)} texts, the bar is {BAR_MS:g} ms")
    print("     first    median     worst   step of a loop")
    for by in ("first", "middle", "worst"):
        for one in sorted(found, key=lambda one: getattr(one, by), reverse=True)[:SHOWN]:
            times = " ".join(f"{ms:7.2f} ms" for ms in (one.first, one.middle, one.worst))
            print(f"{times} {one.step_ns:9.0f} ns       {one.what}")
        print()
    over = sum(one.middle > BAR_MS for one in found), sum(one.first > BAR_MS for one in found)
    print(f"over the bar: {over[0]} by their median, {over[1]} by the first decision\n")


def main() -> None:
    """Print the slowest by each of the three."""
    words = sys.argv[1:]
    gc.set_threshold(100_000, 20, 20)  # as the functions have it
    _show("all packs", of_packs(words))
    _show("hostile policies", of_policies(words))


if __name__ == "__main__":
    main()
