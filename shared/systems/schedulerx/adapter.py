"""SchedulerX: looks at a job and its instances, reruns exactly one day by RerunJob.

RerunJob is a backfill over calendar days: each day gets a new instance beside whatever lives, with that day
and the time `DataTime` as its data time, and no id of it comes back. Healing a failure is the one day of the
failed instance's data time, never more. Sources: docs/facts/schedulerx.md#rerun;
https://help.aliyun.com/zh/schedulerx/developer-reference/api-schedulerx2-2019-04-30-rerunjob
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from shared.domain.call import ActionApi, CallResult, Effect, Target
from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure
from shared.domain.snapshot import LookFailed, Observation
from shared.ports import Clock, OutputPart
from shared.systems.days import day_of
from shared.systems.openapi import Caller
from shared.systems.openapi.results import call_result, not_looked_at
from shared.systems.schedulerx.likely import Likely, likely
from shared.systems.schedulerx.look import JobLook
from shared.systems.schedulerx.scope import RERUN, RETRY, Group
from shared.systems.schedulerx.snapshot import SchedulerxSnapshot
from shared.systems.schedulerx.wire import LOG_LINES, ask, overlaid, read_log

MAX_LINE_CHARS = 4096

MOST_A_LOOK = 100
"""Failed instances of one group that are looked at together: each costs some three calls, and anybody invents more."""
_PLAIN = re.compile(r"[A-Z]?[a-z]*|[A-Z]*|-?[0-9]*")
_Meant = tuple[str, int | None, str | None]


class SchedulerxJobs:
    """The groups of one region (`shared.ports.JobSystem`). `zone` is that in which SchedulerX cuts days."""

    def __init__(self, api: Caller, clock: Clock, zone: ZoneInfo) -> None:
        self.batch_size = 1
        self._api = api
        self._clock = clock
        self._zone = zone
        self._likely: dict[Group, Likely] = {}

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """Look at the named jobs, one look a job; one observation a failure, in the same order.

        Of a group with more failures than `MOST_A_LOOK` the rest is not looked at: first are those that the group
        itself shows as failed, else they are taken as they come. A group that is not there is asked about once.
        """
        ordered = self._likely_first(failures)
        places: dict[tuple[Group, str], list[int]] = {}
        late: list[tuple[Group, int]] = []
        meant: dict[Group, set[_Meant]] = {}
        for place in ordered:
            failure = failures[place]
            group = _group(failure.scope)
            looked_at = meant.setdefault(group, set())
            if _meant(failure) not in looked_at and len(looked_at) >= MOST_A_LOOK:
                late.append((group, place))
                continue
            looked_at.add(_meant(failure))
            places.setdefault((group, failure.job_id), []).append(place)
        seen: dict[int, Observation] = {}
        gone: dict[Group, Observation] = {}
        for (group, job_id), mine in places.items():
            if group in gone:
                seen.update(dict.fromkeys(mine, gone[group]))
                continue
            look = JobLook(self._api, self._clock, self._zone, group, job_id)
            shown = look.observe([failures[place] for place in mine])
            seen.update(zip(mine, shown, strict=True))
            if isinstance(shown[0], LookFailed) and shown[0].scope_wide:
                gone[group] = shown[0]
        unseen = not_looked_at(f"a look at one group is at {MOST_A_LOOK} instances", self._clock.now())
        seen.update({place: gone.get(group, unseen) for group, place in late})
        return [seen[place] for place in range(len(failures))]

    def _likely_first(self, failures: Sequence[Failure]) -> list[int]:
        """Places of the failures, in the order in which they are looked at. Of a group it is asked once."""
        meant: dict[Group, dict[_Meant, None]] = {}
        for failure in failures:
            meant.setdefault(_group(failure.scope), {})[_meant(failure)] = None
        for group, mine in meant.items():
            crowded = len(mine) > MOST_A_LOOK and group not in self._likely
            shown = likely(self._api, group, self._clock.now(), _most_first(mine)) if crowded else None
            if shown is not None:
                self._likely[group] = shown
        known = {group: self._likely.get(group, Likely()) for group in meant}
        return sorted(
            range(len(failures)), key=lambda place: not known[_group(failures[place].scope)].has(failures[place])
        )

    def output(self, failure: Failure, seen: Observation, *, logged: bool = False) -> OutputPart | None:
        """The instance's result, which the look has shown; where it says nothing, the beginning and end of its log.

        `shared.ports.OutputSource`. Only the professional edition has logs.
        """
        instance = seen.instance if isinstance(seen, SchedulerxSnapshot) else None
        if instance is None:
            return None
        if not logged and _says_something(instance.result):
            return OutputPart(instance.result, EvidenceFrom.RESULT)
        where = self._api, _group(failure.scope), failure.job_id, instance
        lines = read_log(*where, newest=True)
        if lines is None:
            return None
        if len(lines) >= LOG_LINES:
            lines = overlaid(read_log(*where, newest=False) or [], lines)
        return OutputPart("\n".join(line[:MAX_LINE_CHARS] for line in lines), EvidenceFrom.JOB_LOG)

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """Rerun the day of one failed instance, or that instance alone where the rule says so.

        Raises:
            ValueError: Not exactly one target: the caller's mistake.
        """
        (target,) = targets
        group = _group(target.scope)
        if target.action_api is ActionApi.RETRY_INSTANCE and target.life is not None:
            one = {"JobId": target.job_id, "JobInstanceId": str(target.life.instance_id)}
            return [call_result(RETRY, ask(self._api, "POST", RETRY, group, one), self._clock.now())]
        try:
            day = day_of(target.data_time or "", self._zone)
        except ValueError as error:
            return [self._no_day(error)]
        wanted = {
            "JobId": target.job_id,
            "StartDate": str(day.start_ms),
            "EndDate": str(day.end_ms),
            "DataTime": day.time_of_day,
        }
        reply = ask(self._api, "POST", RERUN, group, wanted)
        return [call_result(RERUN, reply, self._clock.now())]

    def _no_day(self, problem: ValueError) -> CallResult:
        """Nothing was sent: no day of this zone has that data time."""
        return CallResult(
            effect=Effect.NOT_DONE_USELESS,
            api=RERUN,
            code="InvalidDataTime",
            message=str(problem),
            left_at=self._clock.now(),
        )


def _meant(failure: Failure) -> _Meant:
    return failure.job_id, failure.job_instance_id, failure.data_time


def _most_first(meant: Iterable[_Meant]) -> list[str]:
    """The jobs of these, that of which there are most first."""
    return [job_id for job_id, _ in Counter(job_id for job_id, _, _ in meant).most_common()]


def _says_something(result: str) -> bool:
    """A plain word (`failed`, `NULL`) or number tells no more than the state does; Chinese or a class's name may."""
    return _PLAIN.fullmatch(result.strip()) is None


def _group(scope: object) -> Group:
    if not isinstance(scope, Group):
        raise TypeError("SchedulerX acts on groups")
    return scope
