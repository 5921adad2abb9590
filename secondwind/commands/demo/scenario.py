"""The demo's story: what exists, what fails, and how each failure has to end.

Three E-HPC clusters, three SchedulerX groups, a SchedulerX 3 application and two DataWorks workspaces, some fifty jobs,
and one failure of every kind that Second Wind knows.
Nothing here runs anything; `night.py` does, and `check.py` compares.
"""

from __future__ import annotations

from localcloud.dataworks import models as dataworks
from localcloud.ehpc.models import Flavour, Prints, finishes
from localcloud.schedulerx.models import fails, keeps_running, succeeds
from localcloud.schedulerx3 import models as schedulerx3
from secondwind.commands.demo.cast import (
    BILLING,
    HANGS,
    NIGHTLY,
    PBS,
    QUIET,
    REPORTS,
    SLURM,
    TODAY,
    YESTERDAY,
    failed,
    pbs,
    slurm,
)
from secondwind.commands.demo.garbage import GARBAGE
from secondwind.commands.demo.plot import (
    IN_PART,
    OBSERVED,
    SEEN,
    TOLD_BEFORE,
    AppJob,
    CallFault,
    Channel,
    EhpcJob,
    ExpectedOutcome,
    InstanceOf,
    Mishap,
    NodeInstance,
    Scenario,
    SchedulerxJob,
    lost,
    rerun,
)

# Timing is scaled down, or a lost answer would keep the audience for two minutes: a rerun takes 3 s on the local PBS.
POLICY = """\
version: 1
timing: {settle_s: 4, observation_max_age_s: 30}
attempts: {max: 3, window_s: 86400}
cooldown: {base_s: 0, max_s: 0}
breaker: {max_jobs: 100, window_s: 600}
discover:
  dataworks: [{projects: [101]}]
  schedulerx3: [{cluster: xxljob-demo, apps: [shop]}]
  schedulerx: [{namespace: demo, groups: [nightly]}]
  ehpc: [{clusters: [ehpc-hz-quiet], nodes: {grace_s: 300}, silence: {after_s: 300}, overdue: {after_h: 24}}]
rules:
  - {name: runs-too-long, match: {reason: overdue}, action: hold}
  - {name: user-error, match: {message: 'ModuleNotFoundError|SyntaxError'}, action: ignore}
  - {name: the-rest, match: {}, action: rerun}
"""

E_HPC = (
    Mishap("hangs", pbs(101), (Channel.LOG,), (rerun("RerunJobs"), SEEN), 1, {"message": "no output for 60 min"}),
    Mishap(
        "requeued by its scheduler",
        pbs(102, requeued_ago_s=60),
        (Channel.EVENT,),
        (ExpectedOutcome("duplicate", "restarted_since", "QUEUED"),),
        told={"node": "compute2", "reason": "node_lost"},
    ),
    Mishap(
        "ended meanwhile",
        pbs(103, finished_ago_s=60),
        (Channel.LOG,),
        (ExpectedOutcome("ineligible", "job_finished", "FINISHED"),),
    ),
    Mishap("hangs, told twice", pbs(104), (Channel.EVENT_TWICE,), (rerun("RerunJobs"), TOLD_BEFORE, SEEN), 1),
    Mishap(
        "hangs, told by two doors", pbs(105), (Channel.LOG, Channel.EVENT), (rerun("RerunJobs"), TOLD_BEFORE, SEEN), 1
    ),
    Mishap(
        "its own code is wrong",
        pbs(106),
        (Channel.LOG,),
        (ExpectedOutcome("suppressed", "rule_ignores", "RUNNING"),),
        told={"message": "ModuleNotFoundError: No module named 'numpy'"},
    ),
    Mishap(
        "hangs, API throttles",
        pbs(107),
        (Channel.EVENT,),
        (ExpectedOutcome("deferred", "throttled", "RUNNING", "RerunJobs", "Throttling.User"), rerun("RerunJobs"), SEEN),
        1,
        fault=CallFault(kind="throttled", retry_after_ms=2000),
    ),
    Mishap(
        "answer lost, was done",
        pbs(108),
        (Channel.EVENT,),
        (lost("RerunJobs"), OBSERVED),
        1,
        fault=CallFault(kind="close_after_effect"),
    ),
    Mishap(
        "parent of an array",
        EhpcJob(PBS, "300[].scheduler", HANGS, started_ago_s=0, array="1-3"),
        (Channel.EVENT,),
        (ExpectedOutcome("ineligible", "array_parent", "RUNNING"),),
    ),
    Mishap(
        "answer lost, nothing done",
        slurm(201),
        (Channel.EVENT,),
        (lost("RerunJobs"), rerun("RerunJobs"), SEEN),
        1,
        fault=CallFault(kind="close_before_effect"),
    ),
    Mishap(
        "batch in part: done",
        slurm(202),
        (Channel.LOG,),
        (IN_PART, OBSERVED),
        1,
        fault=CallFault(kind="part_failure", done=("202", "203")),
    ),
    Mishap("batch in part: done", slurm(203), (Channel.LOG,), (IN_PART, OBSERVED), 1),
    Mishap("batch in part: not done", slurm(204), (Channel.LOG,), (IN_PART, rerun("RerunJobs"), SEEN), 1),
    Mishap(
        "not rerunnable",
        slurm(205, rerunnable=False),
        (Channel.EVENT,),
        (ExpectedOutcome("ineligible", "not_rerunnable", "RUNNING"),),
    ),
    Mishap(
        "hangs, only asked about",
        slurm(206),
        (Channel.HAND_DRY,),
        (ExpectedOutcome("would_rerun", "dry_run", "RUNNING"),),
    ),
    Mishap(
        "failed two days ago",
        slurm(207, started_ago_s=260_000),
        (Channel.EVENT,),
        (ExpectedOutcome("suppressed", "stale_event", "RUNNING"),),
        failed_ago_s=172_800,
    ),
    Mishap(
        "nobody knows this job",
        slurm(999, runs=()),
        (Channel.EVENT,),
        (ExpectedOutcome("ineligible", "not_found", "NOT_FOUND"),),
    ),
)

SCHEDULERX = (
    Mishap(
        "failed, by instance id",
        failed(REPORTS, 501, by_instance_id=True),
        (Channel.EVENT,),
        (rerun("RerunJob", "FAILED"), SEEN),
        1,
    ),
    Mishap("failed, by data time", failed(REPORTS, 502), (Channel.LOG,), (rerun("RerunJob", "FAILED"), SEEN), 1),
    Mishap(
        "failed, another day runs",
        failed(REPORTS, 503, InstanceOf(keeps_running(), YESTERDAY, 600)),
        (Channel.EVENT,),
        (ExpectedOutcome("ineligible", "live_instance", "FAILED"),),
    ),
    Mishap(
        "failed, own parameters",
        SchedulerxJob(BILLING, 504, (InstanceOf(fails(30), TODAY, parameters="tenant=42"),)),
        (Channel.EVENT,),
        (ExpectedOutcome("held", "own_parameters", "FAILED"),),
    ),
    Mishap(
        "failed, RerunJob says no",
        failed(BILLING, 505),
        (Channel.EVENT,),
        (ExpectedOutcome("refused", "api_refused", "FAILED", "RerunJob", "403"),),
        fault=CallFault(kind="error_before_effect", status=200, code="403", message="no permission for this group"),
    ),
    Mishap(
        "failed? it has succeeded",
        SchedulerxJob(BILLING, 506, (InstanceOf(succeeds(30), TODAY),)),
        (Channel.HAND,),
        (ExpectedOutcome("ineligible", "state_not_eligible", "SUCCEEDED"),),
    ),
    Mishap(
        "answer lost, was done",
        failed(BILLING, 507, by_instance_id=True),
        (Channel.EVENT,),
        (lost("RerunJob", "FAILED"), ExpectedOutcome("rerun", "observed_restart", "FAILED")),
        1,
        fault=CallFault(kind="close_after_effect"),
    ),
)

WITHOUT_EMITTER = (
    Mishap(
        "failed, says DataWorks",
        NodeInstance(100, 601, dataworks.fails(30)),
        (Channel.NATIVE,),
        (rerun("RerunTaskInstances", "FAILED"), SEEN),
        1,
    ),
    Mishap(
        "failed, its node denies",
        NodeInstance(100, 602, dataworks.fails(30), rerunnable=False),
        (Channel.NATIVE,),
        (ExpectedOutcome("ineligible", "not_rerunnable", "FAILED"),),
    ),
    Mishap(
        "failed, nobody tells",
        NodeInstance(101, 603, dataworks.fails(30)),
        (Channel.FOUND,),
        (rerun("RerunTaskInstances", "FAILED"), SEEN),
        1,
    ),
    Mishap(
        "failed, nobody tells",
        AppJob("shop", 701, schedulerx3.fails(30)),
        (Channel.FOUND,),
        (rerun("OperateRetryJobExecution", "FAILED"), SEEN),
        1,
    ),
    Mishap("failed, nobody tells", failed(NIGHTLY, 801), (Channel.FOUND,), (rerun("RerunJob", "FAILED"), SEEN), 1),
    Mishap(
        "its own code is wrong",
        SchedulerxJob(NIGHTLY, 802, (InstanceOf(fails(30, "SyntaxError: invalid syntax"), TODAY),)),
        (Channel.FOUND,),
        (ExpectedOutcome("suppressed", "rule_ignores", "FAILED"),),
    ),
    Mishap(
        "runs for 30 hours",
        EhpcJob(QUIET, "811.scheduler", (finishes(172_800),), started_ago_s=108_000),
        (Channel.FOUND,),
        (ExpectedOutcome("held", "rule_holds", "RUNNING"),),
    ),
    Mishap(
        "its node is dead",
        EhpcJob(QUIET, "813.scheduler", HANGS, node="compute3", node_lost=True),
        (Channel.FOUND,),
        (rerun("RerunJobs"), SEEN),
        1,
    ),
    Mishap(
        "its output stands still",
        EhpcJob(QUIET, "814.scheduler", HANGS, node="compute4", prints=Prints(for_s=3600)),
        (Channel.FOUND,),
        (rerun("RerunJobs"), SEEN),
        1,
    ),
    Mishap(
        "failed in a workflow",
        AppJob("shop", 702, schedulerx3.fails(30), workflow="1"),
        (Channel.FOUND,),
        (ExpectedOutcome("held", "workflow", "FAILED"),),
    ),
)

HEALTHY: tuple[EhpcJob | SchedulerxJob, ...] = (
    *(pbs(number, runs=(finishes(86_400),), started_ago_s=60 * number) for number in range(110, 115)),
    *(slurm(number, runs=(finishes(86_400),), started_ago_s=60 * number) for number in range(210, 217)),
    EhpcJob(QUIET, "812.scheduler", (finishes(172_800),), node="compute2", prints=Prints(every_s=1.0)),
    SchedulerxJob(NIGHTLY, 803, (InstanceOf(keeps_running(), TODAY),)),
    SchedulerxJob(REPORTS, 510, (InstanceOf(succeeds(60), TODAY),)),
    SchedulerxJob(BILLING, 511, (InstanceOf(keeps_running(), TODAY),)),
)

SCENARIO = Scenario(
    clusters={PBS: Flavour.PBS, SLURM: Flavour.SLURM, QUIET: Flavour.PBS},
    namespace="demo",
    groups=(REPORTS, BILLING, NIGHTLY),
    healthy=HEALTHY,
    cases=(*E_HPC, *SCHEDULERX, *WITHOUT_EMITTER, *GARBAGE),
    strangers=200,
    policy=POLICY,
)
