"""The gates that ask whether a rerun can help what the text says: has it come again, and is it time yet?"""

from __future__ import annotations

from functools import lru_cache

from shared.domain.gate import GateAnswer, Stop
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.policy.belts import SameText
from shared.policy.facts import Facts


def text_is_new(facts: Facts) -> GateAnswer | None:
    """Has the job been rerun for this very text before, as often as is allowed? Asked if the policy bounds that."""
    limit = (facts.rule.same_text if facts.rule else None) or facts.policy.same_text
    if limit is None or not facts.failure.message:
        return None
    if not facts.record.cases and facts.case is None:
        return _first_time(limit)
    wanted = _at_most_times(limit)
    if facts.case is not None and facts.case.attempt:
        return GateAnswer(f"attempt {facts.case.attempt} is reserved already", wanted)
    since = facts.ask.now - limit.window_s
    earlier = [case for case in facts.record.cases if case.fingerprint and case.counts_since(since)]
    seen = 1
    if earlier:
        own = facts.fingerprint
        seen += sum(case.fingerprint == own and case.failure_id != facts.failure_id for case in earlier)
    if seen <= limit.max:
        return GateAnswer(str(seen), wanted)
    message = f"the job was rerun for this text {seen - 1} times in {limit.window_s:g} s, and failed with it again"
    return GateAnswer(str(seen), wanted, Stop(Verdict.SUPPRESSED, Reason.SAME_TEXT_AGAIN, message))


@lru_cache(maxsize=64)
def _first_time(limit: SameText) -> GateAnswer:
    return GateAnswer("1", _at_most_times(limit))


@lru_cache(maxsize=64)
def _at_most_times(limit: SameText) -> str:
    return f"at most {limit.max} failures with one text in {limit.window_s:g} s"


def late_enough(facts: Facts) -> GateAnswer | None:
    """Has the time passed that the rule gives what failed to recover? Asked if it gives any."""
    if facts.rule is None or not facts.rule.delay_s:
        return None
    due_at = facts.failure.occurred_at + facts.rule.delay_s
    wanted = f"{facts.rule.delay_s:g} s after the failure"
    wait_s = due_at - facts.ask.now
    if wait_s <= 0:
        return GateAnswer("over", wanted)
    message = f"rule {facts.rule.name} waits {wait_s:.0f} s more for what failed to recover"
    return GateAnswer(f"{wait_s:.0f} s left", wanted, Stop(Verdict.DEFERRED, Reason.DELAY, message, due_at))
