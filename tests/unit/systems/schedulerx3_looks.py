"""A look at executions of SchedulerX 3, and a failure of one."""

from __future__ import annotations

from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.systems.schedulerx3.execution import Execution
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from tests.support.clock import START

APP = App(region="cn-hangzhou", cluster_id="xxljob-demo", app_name="demo-app")
ID = 1_310_630_367_761_285_120
TOLD = Failure(
    scope=APP, job_id="71", job_instance_id=ID, occurred_at=START, trigger=Trigger.EVENT, event_id="e", telling_id="t"
)


def seen(meant: Execution | None, *others: Execution) -> Schedulerx3Snapshot:
    """A look that shows these."""
    found = meant.state if meant else State.NOT_FOUND
    return Schedulerx3Snapshot(job_id="71", state=found, execution=meant, others=others, look_begun_at=START)
