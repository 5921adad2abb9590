"""Tests of a policy, decided by the real decision and compared with what was expected."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from secondwind.commands.policy.trial.facts import facts_of
from secondwind.commands.policy.trial.form import Expected, PolicyTest
from shared.domain.decision import Decision
from shared.domain.failure import FailureClass, Unreadable
from shared.domain.gate import Gate
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.policy.decide import decide
from shared.policy.model import PackRule, Policy

_ASKED_FOR_RULE = frozenset({"rule_switched_on", "rule_allows"})


class Judgement(Struct, frozen=True, kw_only=True):
    """What became of one test."""

    got: Expected
    message: str
    """What the outcome would say to people."""
    gates: tuple[Gate, ...]
    differs: tuple[str, ...]
    """The parts of `expect` that differ; empty if the test passed."""

    @property
    def reached(self) -> str | None:
        """The rule that had a say; None if a gate before the rules said no."""
        return self.got.rule if any(gate.name in _ASKED_FOR_RULE for gate in self.gates) else None


def judge(test: PolicyTest, policy: Policy, now: float, region: str) -> Judgement:
    """Decide one test. `now` in unix seconds, `region` the function's own."""
    facts = facts_of(test, policy, now, region)
    if isinstance(facts, Unreadable):
        message = "; ".join(f"{fault.path}: {fault.problem}" for fault in facts.faults)
        got = Expected(verdict=Verdict.INVALID, reason=Reason.NOT_UNDERSTOOD, rule="")
        return Judgement(got=got, message=message, gates=(), differs=_differs(test.expect, got))
    decision = decide(facts)
    got = _got(decision)
    return Judgement(got=got, message=decision.message, gates=decision.gates, differs=_differs(test.expect, got))


def _got(decision: Decision) -> Expected:
    return Expected(
        verdict=decision.verdict,
        reason=decision.reason,
        rule=decision.rule,
        failure_class=decision.failure_class,
    )


def _differs(wanted: Expected, got: Expected) -> tuple[str, ...]:
    pairs = {
        "verdict": (wanted.verdict, got.verdict),
        "reason": (wanted.reason, got.reason),
        "rule": (wanted.rule, got.rule),
        "class": (wanted.failure_class, got.failure_class or FailureClass.UNKNOWN),
    }
    return tuple(name for name, (told, seen) in pairs.items() if told is not None and told != seen)


def not_reached(policy: Policy, judged: Sequence[Judgement]) -> list[str]:
    """Names of the policy's own rules that had a say in no test, in the policy's order; packs bring their samples."""
    reached = {judgement.reached for judgement in judged}
    return [rule.name for rule in policy.rules if rule.name not in reached and not isinstance(rule, PackRule)]
