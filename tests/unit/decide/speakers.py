"""Who speaks for a job, and whether the gate lets them."""

from __future__ import annotations

from shared.domain.failure import Speaker
from shared.policy.decide import decide
from shared.policy.facts import Facts

BY_LOG = Speaker(project="jobs", logstore="failures", topic="slurm")


def untrusted(facts: Facts, gate: str) -> bool:
    """Whether the gate says no, as an untrusted source; else it must have passed."""
    decision = decide(facts)
    found = next(one for one in decision.gates if one.name == gate)
    if not found.passed:
        assert decision.gates[-1] == found
        assert (decision.verdict.value, decision.reason.value) == ("suppressed", "untrusted_source")
    return not found.passed
