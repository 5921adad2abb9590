"""A night of SchedulerX 3: an application in the local cloud, executions that fail, events from the field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from localcloud.schedulerx3.models import App, Course, Execution, fails
from tests.support.corridor_night import CorridorNight

POLICY = """\
version: 1
sources: [{event: {source: field.*}, systems: [schedulerx3]}]
rules: [{name: the-rest, match: {}, action: rerun}]
"""
JOB, DAY = 71, "2026-01-01 10:00:00"


@dataclass
class Night(CorridorNight):
    """With an application."""

    app: App = field(kw_only=True)

    def failed(self, *then: Course, **more: Any) -> Execution:
        """An execution that has failed a moment ago; `then` is what retries of it do."""
        self.app.job(JOB, "settle", then=then)
        return self.app.execution(JOB, DAY, fails(300), starts_at=self.clock.now() - 310, **more)

    def told(self, *failed: Execution, **more: Any) -> list[tuple[str, str]]:
        """CloudEvents from the field a second later, all the way."""
        self.clock.advance(1)
        return self.heard([self._event(one, **more) for one in failed])

    def _event(self, one: Execution, **more: Any) -> dict[str, Any]:
        data = {
            "system": "schedulerx3",
            "cluster_id": "xxljob-demo",
            "app_name": "demo-app",
            "job_id": one.job_id,
            "job_execution_id": str(one.execution_id),
            **more,
        }
        number = f"{self.clock.now()}/{one.execution_id}"
        return {"specversion": "1.0", "id": number, "source": "field.gate", "data": data}
