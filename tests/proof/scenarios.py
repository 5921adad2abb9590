"""The scenarios: a night each, and what its histories must have met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from shared.policy.bounds import BadNodes, NodeAction
from shared.policy.model import Action, Attempts, Breaker, Match, Policy, Rate, Rule
from tests.proof import nights, nights_found, nights_people, nights_shared
from tests.proof.cast import POLICY, RAN_FOR_S
from tests.proof.cluster import Flavour
from tests.proof.found import FOUND
from tests.proof.nights_units import APP, PROJECT, WHOLE, unit_fails_again, units_failed, workflow_failed
from tests.proof.seam import Fault, Plan
from tests.proof.truth import Past
from tests.proof.world import World
from tests.support.clock import START

HOUR_S = 3600.0


@dataclass(frozen=True)
class Scenario:
    """A night: jobs, deliveries and what the services do of themselves."""

    name: str
    build: Callable[[World], None]
    policy: Policy = POLICY
    within_s: float = HOUR_S
    """Faults happen in that many seconds of it; what follows repeats itself (a look each half hour for a day)."""
    reaches: frozenset[str] = field(default=frozenset())
    """`verdict/reason` of outcomes that its single-fault histories must have met, or the suite tests nothing."""
    whole: bool = False
    """On a ledger whose batch can be one atomic step."""

    @property
    def until(self) -> float:
        """No fault from that moment on."""
        return START + self.within_s

    def world(self, plan: Plan = (), past: Past | None = None) -> World:
        """The night as it begins."""
        world = World(self.policy, plan, past, whole=self.whole)
        self.build(world)
        return world


def _reaches(*words: str) -> frozenset[str]:
    always = {"rerun/accepted", "rerun/observed_restart", "unknown/not_restarted"}
    return frozenset({*always, *words})


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("single_pbs", nights.single(Flavour.PBS), reaches=_reaches("rerun/seen_restarted", "rerun/seen_ended")),
    Scenario(
        "single_slurm", nights.single(Flavour.SLURM), reaches=_reaches("deferred/deadline", "refused/api_refused")
    ),
    Scenario("slurm_completes_running", nights.single(Flavour.SLURM_AS_RUNNING), reaches=_reaches()),
    Scenario("slurm_completes_finished", nights.single(Flavour.SLURM_AS_FINISHED), reaches=_reaches()),
    Scenario("slurm_completes_otherwise", nights.single(Flavour.SLURM_AS_OTHER), reaches=_reaches()),
    Scenario("batch_part_failure", nights.scripted(Fault.PART, jobs=4), reaches=_reaches("unknown/part_failure")),
    Scenario("lost_with_effect", nights.scripted(Fault.LOST_DONE), reaches=_reaches("unknown/answer_lost")),
    Scenario("lost_without_effect", nights.scripted(Fault.LOST_NONE), reaches=_reaches("unknown/answer_lost")),
    Scenario("late_effect", nights.scripted(Fault.LOST_LATE), reaches=_reaches("unknown/answer_lost")),
    Scenario("accepted_late", nights.scripted(Fault.DONE_LATE), reaches=_reaches()),
    Scenario("accepted_in_vain", nights.scripted(Fault.HOLLOW), reaches=_reaches("unknown/answer_lost")),
    Scenario("throttled", nights.scripted(Fault.LATER, Fault.LATER), reaches=_reaches("deferred/throttled")),
    Scenario("schedulerx", nights_shared.failed(), reaches=_reaches("unknown/answer_lost", "deferred/look_failed")),
    Scenario("schedulerx_lost", nights_shared.failed(Fault.LOST_LATE), reaches=_reaches("unknown/answer_lost")),
    Scenario("schedulerx_throttled", nights_shared.failed(Fault.LATER), reaches=_reaches("deferred/throttled")),
    Scenario(
        "duplicate_delivery", nights.duplicate, reaches=_reaches("duplicate/already_handled", "duplicate/in_hand")
    ),
    Scenario("two_doors", nights.two_doors, reaches=_reaches("duplicate/already_handled", "duplicate/in_hand")),
    Scenario(
        "one_door_knows_the_start",
        nights.unequal_doors(started_at=START - RAN_FOR_S),
        within_s=60.0,
        reaches=_reaches("duplicate/already_handled", "duplicate/in_hand"),
    ),
    Scenario(
        "one_door_knows_the_node",
        nights.unequal_doors(node="n1"),
        replace(POLICY, bad_nodes=BadNodes(jobs=1, action=NodeAction.HOLD, max_wait_s=120)),
        within_s=60.0,
        reaches=_reaches("duplicate/already_handled", "duplicate/in_hand"),
    ),
    Scenario("told_twice_in_one", nights.same_delivery, reaches=_reaches()),
    Scenario("sweep_beside_trigger", nights.sweep_beside, reaches=_reaches("duplicate/in_hand", "unknown/not_settled")),
    Scenario("outcome_store_down", nights.sink_down, reaches=_reaches("invalid/not_understood")),
    Scenario(
        "requeued_before_the_look", nights.requeues_itself(-5, Flavour.PBS), reaches=frozenset({"rerun/accepted"})
    ),
    Scenario(
        "requeued_by_slurm", nights.requeues_itself(-5, Flavour.SLURM), reaches=frozenset({"duplicate/restarted_since"})
    ),
    Scenario(
        "requeued_after_the_look",
        nights.requeues_itself(0.4, Flavour.SLURM),
        reaches=frozenset({"refused/api_refused"}),
    ),
    Scenario("looks_fail", nights.looks_fail, reaches=_reaches("deferred/look_failed", "refused/look_refused")),
    Scenario(
        "ends_while_it_waits",
        nights.ends_while_it_waits,
        reaches=frozenset({"deferred/look_failed", "ineligible/job_finished"}),
    ),
    Scenario(
        "forged_start",
        nights.forged_start,
        reaches=frozenset({"deferred/look_failed", "suppressed/untrusted_source"}),
    ),
    Scenario("large_documents", nights.large_documents, reaches=_reaches("refused/record_full", "deferred/throttled")),
    Scenario(
        "stale_connections", nights.stale_connections, reaches=_reaches("deferred/look_failed", "unknown/answer_lost")
    ),
    Scenario(
        "forged_before_true",
        nights.forged_before_true,
        replace(
            POLICY,
            rules=(
                Rule(name="full", match=Match(message="No space"), action=Action.HOLD),
                Rule(name="xid", match=Match(message="Xid"), action=Action.RERUN),
                *POLICY.rules,
            ),
        ),
        within_s=60.0,
        reaches=_reaches("held/rule_holds", "duplicate/outweighed"),
    ),
    Scenario(
        "unclear_at_two_doors",
        nights.unclear_doors,
        within_s=120.0,
        reaches=frozenset({"deferred/run_unclear", "duplicate/in_hand", "refused/gave_up"}),
    ),
    Scenario("dataworks", units_failed(PROJECT), within_s=300.0, reaches=_reaches("unknown/answer_lost")),
    Scenario(
        "dataworks_batch_in_part",
        units_failed(PROJECT, Fault.PART, count=2),
        within_s=150.0,
        reaches=_reaches("unknown/part_failure"),
    ),
    Scenario("dataworks_fails_again", unit_fails_again(PROJECT), within_s=60.0, reaches=_reaches()),
    Scenario("schedulerx3", units_failed(APP), within_s=300.0, reaches=_reaches("unknown/answer_lost")),
    Scenario(
        "schedulerx3_lost_beside",
        units_failed(APP, Fault.LOST_LATE, keeps_id=False),
        within_s=300.0,
        reaches=_reaches("unknown/answer_lost"),
    ),
    Scenario("schedulerx3_fails_again", unit_fails_again(APP), within_s=60.0, reaches=_reaches()),
    Scenario(
        "schedulerx_instance_retried",
        nights_shared.failed(Fault.LOST_LATE),
        replace(POLICY, rules=(nights_shared.RETRY,)),
        within_s=300.0,
        reaches=_reaches("unknown/answer_lost"),
    ),
    Scenario(
        "schedulerx_instance_run_anew",
        nights_shared.failed(keeps_id=True),
        replace(POLICY, rules=(nights_shared.RETRY,)),
        within_s=300.0,
        reaches=_reaches("unknown/answer_lost", "deferred/look_failed"),
    ),
    Scenario(
        "workflow_retried_as_a_whole",
        workflow_failed,
        replace(POLICY, rules=(WHOLE,)),
        within_s=20.0,
        reaches=_reaches("deferred/whole_in_hand", "duplicate/restarted_since"),
    ),
    Scenario("two_days", nights_shared.two_days, reaches=_reaches("deferred/other_run_in_hand")),
    Scenario("three_jobs_of_a_group", nights_shared.three_jobs_of_a_group, reaches=_reaches()),
    Scenario("two_days_apart", nights_shared.two_days_apart, reaches=_reaches("deferred/other_run_in_hand")),
    Scenario(
        "breaker_shared",
        nights_shared.breaker,
        replace(POLICY, breaker=Breaker(max_jobs=3)),
        reaches=_reaches("suppressed/breaker_open"),
    ),
    Scenario(
        "forced_through_the_breaker",
        nights_shared.forced,
        replace(POLICY, breaker=Breaker(max_jobs=1)),
        reaches=_reaches("suppressed/breaker_open"),
    ),
    Scenario(
        "fails_again",
        nights.fails_again,
        replace(POLICY, attempts=Attempts(max=2)),
        within_s=730.0,
        reaches=_reaches("suppressed/attempts_used_up"),
    ),
    Scenario(
        "throttled_past_the_window",
        nights.throttled_past_the_window,
        replace(POLICY, attempts=Attempts(max=1, window_s=600)),
        within_s=70.0,
        reaches=frozenset({"rerun/accepted", "deferred/throttled", "suppressed/attempts_used_up"}),
    ),
    Scenario("rerun_fails", nights_shared.rerun_fails, replace(POLICY, attempts=Attempts(max=2)), reaches=_reaches()),
    Scenario("queued", nights.queued, reaches=frozenset({"refused/api_refused"})),
    Scenario("ends_by_itself", nights.ends(100), reaches=frozenset({"ineligible/job_finished"})),
    Scenario("vanishes", nights.ends(100, "vanish"), reaches=frozenset({"unknown/no_evidence"})),
    Scenario(
        "bad_beside_good", nights.bad_beside_good, reaches=_reaches("ineligible/not_found", "invalid/not_understood")
    ),
    Scenario(
        "rate_shared",
        nights_shared.rate,
        replace(POLICY, rate=Rate(max_jobs=2, window_s=60)),
        within_s=10.0,
        reaches=_reaches("deferred/rate"),
    ),
    Scenario("pace", nights_shared.pace, within_s=200.0, reaches=_reaches("deferred/pace")),
    Scenario(
        "breaker_told_logstore_down",
        nights_shared.told_logstore_down,
        replace(POLICY, breaker=Breaker(max_jobs=1)),
        within_s=150.0,
        reaches=_reaches("suppressed/breaker_open", "suppressed/breaker_opened"),
    ),
    Scenario(
        "bad_node",
        nights_found.bad_node,
        replace(POLICY, bad_nodes=BadNodes(jobs=2, action=NodeAction.HOLD, max_wait_s=120)),
        within_s=15.0,
        reaches=frozenset({"rerun/accepted", "deferred/bad_node", "suppressed/node_suspect"}),
    ),
    Scenario(
        "found_alone",
        nights_found.found_alone,
        FOUND,
        within_s=30.0,
        reaches=_reaches("refused/not_seen"),
    ),
    Scenario(
        "found_and_told",
        nights_found.found_and_told,
        FOUND,
        within_s=15.0,
        reaches=_reaches("duplicate/already_handled"),
    ),
    Scenario(
        "switched_off_between",
        nights_people.switched_off,
        within_s=100.0,
        reaches=_reaches("suppressed/kill_switch"),
    ),
    Scenario(
        "malformed_beside_good", nights_people.malformed, within_s=40.0, reaches=_reaches("deferred/record_unreadable")
    ),
    Scenario(
        "held_and_approved",
        nights_people.held,
        replace(POLICY, rules=(Rule(name="asks", match=Match(), action=Action.HOLD),)),
        reaches=_reaches("held/rule_holds", "deferred/approved"),
    ),
    Scenario(
        "backlog_resumed",
        nights_people.backlog,
        replace(POLICY, breaker=Breaker(max_jobs=2)),
        within_s=30.5,
        reaches=_reaches("suppressed/breaker_open", "deferred/breaker_closed", "suppressed/breaker_closed"),
    ),
)
