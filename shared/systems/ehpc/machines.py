"""Events about machines: which say that what ran on one is lost, which only that it may be.

Read are EventBridge's events of `acs.ecs`, `ehpc:NodeOperation:NodeStatusChange`, and CloudMonitor's flat form of the
same (docs/facts/ehpc.md#events-of-machines): the data of most were never seen, so an instance is looked for wherever
one of them may have it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.domain.machines import MachineEvent, Weight
from shared.reading.times import moment

_ECS, _NODE_CHANGE = "ecs:Instance:", "ehpc:NodeOperation:NodeStatusChange"
_OF_MACHINES = ("ecs:", "ehpc:NodeOperation:")
_INSTANCE = re.compile(r"(?:^|/)(i-[A-Za-z0-9]{1,64})\Z")
_OVER = "executed"
_HAPPENED = frozenset({"executing", _OVER})
_AHEAD = frozenset({"scheduled", "inquiring"})
_ENDED_STATES = frozenset({"stopping", "stopped", "deleted"})
_BREAKS = ("Reboot", "Redeploy", "Stop", "Delete")
_COMPACT_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\.\d{1,9})?([+-]\d\d):?(\d\d)", re.ASCII)
_MAX_TEXT = 4_096
LONGEST_RESTART_S = 900.0
"""So long before it is told to be over a restart may have begun, where nothing says when it did."""
AHEAD_S = 60.0
"""An event's clock may go so far ahead; a time beyond that is none."""


def tells_of_machines(event: Mapping[str, Any]) -> bool:
    """Whether it comes from ECS or from E-HPC's nodes and names an instance; what announces a failure never does.

    Types: https://help.aliyun.com/en/eventbridge/user-guide/ecs-events.
    """
    kind, flat = event.get("type"), event.get("product") == "ECS"
    if not (flat or (isinstance(kind, str) and kind.startswith(_OF_MACHINES))):
        return False
    told = event if flat else _opened(event.get("data"))
    announces = "system" in told or "schema" in told
    return not announces and _instance(told, _opened(told.get("content"))) is not None


def machine_event(event: Mapping[str, Any], now: float) -> MachineEvent | None:
    """What an event says of a machine; None if it is none of these, or says nothing that matters."""
    data = _opened(event.get("data"))
    flat = event.get("product") == "ECS" and isinstance(event.get("name"), str)
    kind = f"ecs:{event['name']}" if flat else str(event.get("type"))
    if not (kind.startswith(_ECS) or kind == _NODE_CHANGE):
        return None
    told = event if flat else data
    content = _opened(told.get("content"))
    instance = _instance(told, content)
    if instance is None:
        return None
    name, _, written = kind.partition(":Instance:")[2].partition(":")
    status = (written or str(_first(told, content, "eventStatus", "eventCycleStatus") or "")).lower()
    weight = _weight(kind, name, status, told, content)
    if weight is None:
        return None
    at = _lost_at(status, _time(event.get("eventTime" if flat else "time"), now), content, now)
    if at is None and weight is Weight.LOST:
        weight = Weight.MAYBE  # sent again it would be told of whatever runs there by then
    what = kind.removeprefix("ecs:")[:128]
    return MachineEvent(machine=instance, weight=weight, at=now if at is None else at, what=what)


def _lost_at(status: str, told: float | None, content: Mapping[str, Any], now: float) -> float | None:
    """When what ran there was lost, at the latest; what began later began on a machine that was up again.

    `told`: the event's own time. Of what is over that is when the machine was up again, or later.
    """
    began = _time(content.get("executeStartTime"), now)
    if status in _HAPPENED and began is not None:
        return began
    if told is not None and status == _OVER:
        return told - LONGEST_RESTART_S
    return began if told is None else told


def _weight(kind: str, name: str, status: str, told: Mapping[str, Any], content: Mapping[str, Any]) -> Weight | None:
    """How much an event proves; None: nothing of interest."""
    cause, _, impact = name.partition(".")
    if kind == _NODE_CHANGE or cause == "PreemptibleInstanceInterruption":
        return Weight.MAYBE
    if cause == "StateChange":
        state = str(_first(told, content, "state")).lower()
        return Weight.LOST if state in _ENDED_STATES else None
    if cause not in {"InstanceFailure", "SystemFailure", "SystemMaintenance"} or not impact.startswith(_BREAKS):
        return None
    if status in _HAPPENED or (not status and cause != "SystemMaintenance"):
        return Weight.LOST if status else Weight.MAYBE
    return Weight.AHEAD if status in _AHEAD or not status else None


def _instance(told: Mapping[str, Any], content: Mapping[str, Any]) -> str | None:
    for value in (told.get("instanceId"), told.get("resourceId"), content.get("instanceId"), content.get("resourceId")):
        found = _INSTANCE.search(value[:512]) if isinstance(value, str) else None
        if found is not None:
            return found[1]
    return None


def _first(told: Mapping[str, Any], content: Mapping[str, Any], *names: str) -> Any:
    return next((source[name] for source in (content, told) for name in names if source.get(name)), None)


def _opened(value: Any) -> Mapping[str, Any]:
    """An object, or the one in a short JSON text."""
    if isinstance(value, str) and len(value) <= _MAX_TEXT:
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _time(written: Any, now: float) -> float | None:
    """A time, `20190409T121826.922+0800` among others, never later than now; None for what is none, or far ahead."""
    at = next(_moments(written), None)
    return None if at is None or at > now + AHEAD_S else min(now, at)


def _moments(value: Any) -> Iterator[float]:
    if isinstance(value, str):
        found = _COMPACT_TIME.fullmatch(value)
        if found is not None:
            year, month, day, hour, minute, second, fraction, sign, zone = found.groups()
            value = f"{year}-{month}-{day}T{hour}:{minute}:{second}{fraction or ''}{sign}:{zone}"
    try:
        yield moment(value)
    except ValueError:
        return
