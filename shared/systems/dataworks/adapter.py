"""DataWorks: looks at task instances, reruns them by RerunTaskInstances.

RerunTaskInstances runs instances again under their ids, and answers instance by instance. How many it takes is not
said: 50 are sent, and half of them where the call was refused as a whole (docs/facts/dataworks.md#rerun).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from shared.domain.call import CallResult, Effect, Target
from shared.domain.failure import Failure
from shared.domain.snapshot import Observation
from shared.ports import Clock
from shared.systems.dataworks.look import WorkspaceLook
from shared.systems.dataworks.scope import RERUN, Project
from shared.systems.dataworks.wire import rerun
from shared.systems.openapi import Caller
from shared.systems.openapi.halves import in_halves
from shared.systems.openapi.results import too_late

MOST_A_CALL = 50


class DataworksJobs:
    """The workspaces of one region (`shared.ports.JobSystem`). Days are cut in that zone."""

    def __init__(self, api: Caller, clock: Clock, zone: ZoneInfo) -> None:
        self.batch_size = MOST_A_CALL
        self._api = api
        self._clock = clock
        self._zone = zone
        self._listed = set[str]()
        """Workspaces of which the lists of the likely days were read: what was not on them is on none now."""

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """Look at the named instances, workspace by workspace; one observation a failure, in the same order."""
        wanted: dict[str, list[str]] = {}
        for failure in failures:
            wanted.setdefault(_project(failure.scope), []).append(failure.job_id)
        looks: dict[str, WorkspaceLook] = {}
        for project_id, instance_ids in wanted.items():
            zone = None if project_id in self._listed else self._zone
            looks[project_id] = WorkspaceLook(self._api, self._clock, project_id, zone)
            looks[project_id].at(instance_ids)
            if looks[project_id].listed:
                self._listed.add(project_id)
        return [looks[_project(failure.scope)].seen[failure.job_id] for failure in failures]

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """Rerun 1 to 50 instances of one workspace; one result a target, in the same order.

        Raises:
            ValueError: No target, too many, or of several workspaces: the caller's mistake.
        """
        projects = {_project(target.scope) for target in targets}
        if len(projects) != 1 or len(targets) > self.batch_size:
            raise ValueError(f"a call reruns 1 to {self.batch_size} instances of one workspace")
        results = in_halves(
            [target.job_id for target in targets],
            partial(rerun, self._api, self._clock),
            _refused_whole,
            lambda jobs: too_late(RERUN, targets, self._clock.now(), jobs),
        )
        return [results[target.job_id] for target in targets]


def _refused_whole(result: CallResult) -> bool:
    """Whether the call certainly did nothing, for something that is in it and not in the account or workspace."""
    return result.effect is Effect.NOT_DONE_USELESS and not (result.account_wide or result.scope_wide)


def _project(scope: object) -> str:
    if not isinstance(scope, Project):
        raise TypeError("DataWorks acts on workspaces")
    return scope.project_id
