"""Steps of the plan, and why one could not be planned or done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from secondwind.commands.setup.differences import Difference
from secondwind.commands.setup.resources import Resource
from secondwind.terminal import shown
from shared.domain.errors import SecondWindError
from shared.domain.messages import What
from shared.sls import LogCallFailed

if TYPE_CHECKING:
    from shared.policy.notify import Notify

MAX_LINE = 1000
"""Bytes of a line of the plan: a query, or the names of the fields that are added."""
_ADVICE = {
    "Unauthorized": "the key may not do this: see the RAM policy of whoever sets up",
    "SignatureNotMatch": "the secret is not this key's",
    "InvalidAccessKeyId": "there is no such key",
    "ConnectionError": "the endpoint is out of reach: SECONDWIND_SLS_ENDPOINT",
    "ConnectTimeout": "the endpoint is out of reach: SECONDWIND_SLS_ENDPOINT",
    "ProjectAlreadyExist": "the name is taken, perhaps by another account: choose another project",
}


Plan = list[tuple[Resource, Difference]]


def why(error: SecondWindError, host: str) -> str:
    """What the service said, Log Service at that host, with advice where there is some."""
    if not isinstance(error, LogCallFailed):
        return shown(str(error))
    advice = _ADVICE.get(error.code)
    return f"{shown(str(error))}{f' ({advice})' if advice else ''}, at {host}"


def text_of(label: str, step: Difference) -> str:
    """A step: what it is about, what changes, what others added and is left alone."""
    lines = [f"{label}: {step.action.value}", *(f"    {shown(line, MAX_LINE)}" for line in step.lines)]
    if step.left_alone:
        lines.append(f"    left alone: {', '.join(shown(one, 64) for one in step.left_alone)}")
    return "\n".join(lines) + "\n"


def body_of(plan: Plan, said: Sequence[str], status: int) -> dict[str, Any]:
    """The plan and what came of it, for programs (`secondwind-setup/1`); `said` has the lines for a person."""
    steps = [{"what": one.label, "action": step.action.value, "changes": list(step.lines)} for one, step in plan]
    return {"schema": "secondwind-setup/1", "exit_status": status, "steps": steps, "said": list(said)}


def told_whom(notify: Notify | None) -> list[str]:
    """Who is told of what needs a person, a line each. None: the policy cannot be read."""
    lines = ["the alerts of Log Service tell nobody until you choose an action policy for each in its console"]
    if notify is None:
        return [*lines, "who is told by Second Wind itself is not known: the policy cannot be read"]
    if not notify.channels:
        return [*lines, "Second Wind itself tells nobody: the policy's `notify` names no channel (docs/people.md)"]
    return [
        *lines,
        *(f"channel {one.name} ({one.kind.value}) is told of: {_whats(notify, one.name)}" for one in notify.channels),
    ]


def _whats(notify: Notify, name: str) -> str:
    routes = [route for route in notify.routes if name in route.to]
    whats = [what.value for what in What if not notify.routes or any(what in (route.what or What) for route in routes)]
    if notify.digest_at is None:
        whats = [what for what in whats if what != What.DIGEST.value]
    return ", ".join(whats) or "nothing, for no route leads there"
