"""Good facts with one thing in the way of a rerun, and which gate stops it."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from shared.domain.decision import Decision
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.limits import SharedLimit
from shared.domain.mode import Mode
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.policy.bounds import BadNodes, NodeAction
from shared.policy.conditions import EventPlace
from shared.policy.facts import Facts
from shared.policy.model import Action, Match, Rule, SameText, Source, Thrash, Window
from shared.policy.text.fingerprint import fingerprint
from shared.policy.windows import WindowAction
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.clock import START as NOW
from tests.support.make import Make

LIFE = f"run:{int(NOW) - 3600}"
OPEN = Window(name="now", action=WindowAction.DEFER, begins="2027-01-15", ends="2027-01-16", zone="UTC")
"""It is open at NOW, for every job."""
WEIGH = fingerprint("weigh 1")
EHPC_GATES: list[tuple[str, str, str]] = [
    ("rerun_seen", "rerun", "seen_no_run"),
    ("hold_valid", "suppressed", "hold_expired"),
    ("attempt_seen", "unknown", "not_settled"),
    ("switched_on", "suppressed", "kill_switch"),
    ("may_speak", "suppressed", "untrusted_source"),
    ("told_before", "duplicate", "already_handled"),
    ("fresh", "suppressed", "stale_event"),
    ("record_readable", "deferred", "record_unreadable"),
    ("observed", "deferred", "look_failed"),
    ("exists", "ineligible", "not_found"),
    ("restarted_since", "duplicate", "restarted_since"),
    ("claims_agree", "suppressed", "untrusted_source"),
    ("eligible", "ineligible", "job_finished"),
    ("rerunnable", "ineligible", "not_rerunnable"),
    ("run_clear", "deferred", "run_unclear"),
    ("in_hand", "deferred", "other_run_in_hand"),
    ("rule_switched_on", "suppressed", "kill_switch"),
    ("rule_allows", "suppressed", "rule_ignores"),
    ("outside_windows", "deferred", "maintenance"),
    ("needs_no_person", "held", "rule_holds"),
    ("little_to_lose", "held", "too_much_to_lose"),
    ("not_thrashing", "suppressed", "thrashing"),
    ("text_is_new", "suppressed", "same_text_again"),
    ("attempts_left", "suppressed", "attempts_used_up"),
    ("late_enough", "deferred", "delay"),
    ("node_sound", "deferred", "bad_node"),
    ("cooled_down", "deferred", "cooldown"),
    ("breaker_closed", "suppressed", "breaker_open"),
    ("calls_take_effect", "deferred", "call_in_vain"),
]


def stopped(decision: Decision) -> tuple[str, str, str]:
    """(the gate that said no, verdict, reason)."""
    return (decision.gates[-1].name, decision.verdict.value, decision.reason.value)


def in_the_way(
    gate: str, facts: Make[Facts], failure: Make[Failure], look: Make[EhpcSnapshot], case: Make[Case]
) -> Facts:
    """Good facts but for the one thing that this gate is there for."""
    held, lost = case(state=CaseState.HELD), case(state=CaseState.UNKNOWN, life=LIFE, attempt=1, may_leave_until=NOW)
    vain = case(state=CaseState.UNKNOWN, life=LIFE, attempt=1, may_leave_until=NOW - 3600, calls_in_vain=1)
    done = case(state=CaseState.DONE, life=LIFE, attempt=1, may_leave_until=NOW)
    policy = facts().policy
    hold = (Rule(name="ask", match=Match(), action=Action.HOLD),)
    attempts = tuple(AttemptMark(number, NOW - number) for number in (1, 2, 3))
    parts: dict[str, dict[str, Any]] = {
        "rerun_seen": {"case": done, "record": JobRecord(cases=(done,)), "observation": look(state=State.FINISHED)},
        "hold_valid": {"case": held, "record": JobRecord(cases=(held,))},
        "attempt_seen": {"case": lost, "record": JobRecord(cases=(lost,))},
        "switched_on": {"policy": replace(policy, mode=Mode.OFF)},
        "may_speak": {"policy": replace(policy, sources=(Source(event=EventPlace(source="jobs")),))},
        "told_before": {"record": JobRecord(cases=(case(state=CaseState.DONE, tellings=("t",)),))},
        "fresh": {"failure": failure(occurred_at=NOW - 86_401)},
        "record_readable": {"unreadable": "ehpc/cn-hangzhou/x/1"},
        "observed": {"observation": LookFailed(worth_repeating=True, code="x", message="x", look_begun_at=NOW)},
        "exists": {"observation": look(state=State.NOT_FOUND)},
        "restarted_since": {"failure": failure(started_at=5.0)},
        "claims_agree": {"failure": failure(owner="ann"), "observation": look(owner="bob@scheduler")},
        "eligible": {"observation": look(state=State.FINISHED)},
        "rerunnable": {"observation": look(rerunnable=False)},
        "run_clear": {"observation": look(start_time=int(NOW) - 5)},
        "in_hand": {"record": JobRecord(cases=(case(state=CaseState.UNKNOWN, life="run:5", attempt=1),))},
        "rule_switched_on": {"policy": replace(policy, rules=(replace(policy.rules[1], mode=Mode.OFF),))},
        "rule_allows": {"failure": failure(message="SyntaxError")},
        "needs_no_person": {"policy": replace(policy, rules=hold)},
        "little_to_lose": {"policy": replace(policy, max_lost_h=0.9)},
        "not_thrashing": {
            "policy": replace(policy, thrash=Thrash(max_failures=1, window_s=3600)),
            "record": JobRecord(cases=(case(state=CaseState.DONE, life="run:5"),)),
        },
        "outside_windows": {"policy": replace(policy, windows=(OPEN,))},
        "text_is_new": {
            "policy": replace(policy, same_text=SameText(max=1)),
            "failure": failure(message="weigh 2"),
            "record": JobRecord(
                cases=(case(state=CaseState.DONE, life="run:5", fingerprint=WEIGH, reserved_at=NOW - 600),)
            ),
        },
        "late_enough": {"policy": replace(policy, rules=(replace(policy.rules[1], delay_s=11.0),))},
        "node_sound": {
            "policy": replace(policy, bad_nodes=BadNodes(action=NodeAction.HOLD)),
            "failure": failure(node="N1.local"),
            "suspects": frozenset({"n1"}),
        },
        "attempts_left": {"record": JobRecord(attempts=attempts)},
        "cooled_down": {"record": JobRecord(not_before=NOW + 1)},
        "breaker_closed": {"breaker": SharedLimit(opened_at=NOW - 10**9, why="more than 2 jobs")},
        "calls_take_effect": {"case": vain, "record": JobRecord(cases=(vain,))},
    }
    return facts(**parts[gate])
