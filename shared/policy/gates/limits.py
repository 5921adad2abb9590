"""The gates that bound how often and how soon a job is rerun, in the order in which they are asked.

Each gives a number of the policy: failures, texts that come again, attempts, a delay, a wait for a suspected node (a
rerun cannot choose its node), a cooldown, a breaker.
"""

from __future__ import annotations

from functools import lru_cache

from shared.domain.gate import GateAnswer, Stop
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.policy.bounds import Attempts, NodeAction, SameText, Thrash
from shared.policy.facts import Facts

LOOK_AGAIN_S = 300.0
"""What waits is looked at again after so long at the most: the node may be drained meanwhile."""
_SOUND = GateAnswer("no suspected node", "no suspected node that is still given jobs")


def not_thrashing(facts: Facts) -> GateAnswer | None:
    """Has the job failed so often of late that running it again is no cure?"""
    thrash = facts.policy.thrash
    if thrash is None:
        return None
    wanted = _at_most_failures(thrash)
    if facts.case is not None and facts.case.attempt:
        return GateAnswer(f"attempt {facts.case.attempt} is reserved already", wanted)
    since, own = facts.ask.now - thrash.window_s, facts.failure_id
    count = 1
    for case in facts.record.cases:
        # Of a job that may not be looked at nothing was tried: whether rerunning helps is as open as before.
        tried = case.open or case.reason is not Reason.LOOK_REFUSED
        # Anybody may tell of runs that nobody can make out: those are no failures yet.
        certain = case.run_clear or case.life is not None
        count += tried and certain and case.first_told_at > since and case.failure_id != own
    if count <= thrash.max_failures:
        return GateAnswer(str(count), wanted)
    message = f"{count} failures of this job in {thrash.window_s:g} s: rerunning it does not help"
    return GateAnswer(str(count), wanted, Stop(Verdict.SUPPRESSED, Reason.THRASHING, message))


@lru_cache(maxsize=64)
def _at_most_failures(thrash: Thrash) -> str:
    return f"at most {thrash.max_failures} failures in {thrash.window_s:g} s"


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
    cases = facts.record.cases
    earlier = [case for case in cases if case.fingerprint and not case.undone and case.counts_since(since)]
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


@lru_cache(maxsize=256)
def _used(used: int, limit: Attempts, whose: str) -> GateAnswer:
    return GateAnswer(str(used), f"fewer than {limit.max}{whose} in {limit.window_s:g} s")


def attempts_left(facts: Facts) -> GateAnswer:
    """Is there an attempt left in the window of the budget that applies?"""
    budget = facts.budget
    limit, whose = budget.limit, f" of class {budget.of_class.value}" if budget.of_class else ""
    answer = _used(budget.used, limit, whose)
    if facts.case is not None and facts.case.attempt:
        return GateAnswer(f"attempt {facts.case.attempt} is reserved already", answer.wanted)
    if budget.used < limit.max:
        return answer
    itself = budget.used - budget.own
    message = f"{budget.used} attempts{whose} in {limit.window_s:g} s are used up"
    message += f", {itself} of them by the job system itself" if itself else ""
    reason = Reason.CLASS_ATTEMPTS_USED_UP if budget.of_class else Reason.ATTEMPTS_USED_UP
    return GateAnswer(answer.saw, answer.wanted, Stop(Verdict.SUPPRESSED, reason, message))


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


def node_sound(facts: Facts) -> GateAnswer | None:
    """Did it fail on no suspected node, or has it waited long enough? Asked with `bad_nodes: {action: hold}`."""
    bad_nodes = facts.policy.bad_nodes
    if bad_nodes is None or bad_nodes.action is not NodeAction.HOLD:
        return None
    node = next((one for one in facts.nodes if one in facts.suspects), None)
    if node is None:
        return _SOUND
    now, until = facts.ask.now, facts.told_at + bad_nodes.max_wait_s
    if now >= until:
        return GateAnswer(f"{node}, waited for {bad_nodes.max_wait_s:g} s", _SOUND.wanted)
    message = f"node {node}, on which it failed, is suspected; it waits {until - now:.0f} s more at the most"
    due_at = min(until, facts.look_again_at, now + LOOK_AGAIN_S)
    return GateAnswer(node, _SOUND.wanted, Stop(Verdict.DEFERRED, Reason.BAD_NODE, message, due_at))


def cooled_down(facts: Facts) -> GateAnswer:
    """Is the cooldown after the last attempt over?"""
    wait_s = facts.record.not_before - facts.ask.now
    reserved = facts.case is not None and facts.case.attempt > 0
    if wait_s <= 0 or reserved:
        return _COOL
    stop = Stop(Verdict.DEFERRED, Reason.COOLDOWN, f"cooling down for {wait_s:.0f} s more", facts.record.not_before)
    return GateAnswer(saw=f"{wait_s:.0f} s left", wanted="over", stop=stop)


_COOL = GateAnswer("over", "over")


def breaker_closed(facts: Facts) -> GateAnswer:
    """Is the breaker of this cluster or group closed? A person opens one by hand, whatever window the policy sets."""
    if facts.breaker.opened_at is None:
        return _CLOSED
    message = f"the breaker is open ({facts.breaker.why}); it never closes itself"
    return GateAnswer(saw="open", wanted="closed", stop=Stop(Verdict.SUPPRESSED, Reason.BREAKER_OPEN, message))


_CLOSED = GateAnswer("closed", "closed")
