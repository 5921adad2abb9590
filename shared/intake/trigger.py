"""A Log Service trigger's body → the range of logs to pull.

The body decides to which host the function's credentials go, so it is believed only as far as it can be
checked: a host of Log Service, or the one that the settings name; a project name that cannot change the host
when it is put before it; and never the Logstore that outcomes go to.

Body: https://www.alibabacloud.com/help/doc-detail/84090.htm. Names of projects:
https://help.aliyun.com/en/ros/developer-reference/aliyun-sls-project, of Logstores:
https://www.alibabacloud.com/help/en/sls/developer-reference/logstores.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from shared.domain.errors import Fault, InputError
from shared.domain.failure import Trigger, Unreadable
from shared.intake.body import Bad, flaws, parse, readable
from shared.intake.context import Context, Envelope, content_hash, event_id, unreadable
from shared.ports import LogRange
from shared.reading.text import kind, quoted

MAX_CURSOR_CHARS = 256
MAX_ENDPOINT_CHARS = 256
MAX_SHARD = 2**31 - 1
OTHER_BODIES = frozenset({"system", "schema", "specversion"})
"""Members that show a body to be an announcement or a CloudEvent, whatever else it holds."""
_LOG_SERVICE = ".log.aliyuncs.com"

# No upper case, no user, path, query, fragment, dot at the end or backslash: nothing that two parsers could
# read in two ways. Labels start with no hyphen or dot, so matching is linear.
_ENDPOINT = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62})*)(?P<port>:[0-9]{1,5})?"
)
_PROJECT = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_LOGSTORE = re.compile(r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]")


def read_trigger(body: bytes, context: Context) -> LogRange | Unreadable:
    """The range that a trigger's body names. Never raises for what the body holds."""
    told = Envelope(path="$", trigger=Trigger.LOG, event_id=event_id("log", content_hash(body)), original=body)
    try:
        value = parse(body)
    except InputError as error:
        return unreadable(told, error.faults)
    return read_trigger_value(value, told, context)


def is_trigger(value: Any) -> bool:
    """Whether a value is meant as a trigger's body: its `source` is an object, a CloudEvent's is text."""
    body = readable(value)
    if not isinstance(body, dict) or OTHER_BODIES & body.keys():
        return False
    return isinstance(readable(body.get("source")), dict)


def read_trigger_value(value: Any, told: Envelope, context: Context) -> LogRange | Unreadable:
    """As `read_trigger`, of a value that somebody has parsed already."""
    faults = flaws(value, told.path)
    path = f"{told.path}.source"
    body = readable(value)
    source = readable(body.get("source")) if isinstance(body, dict) else None
    if not isinstance(source, dict):
        if not isinstance(source, Bad):
            faults.append(Fault(path, f"is {kind(source)}; wanted the object of a Log Service trigger"))
        return unreadable(told, faults)

    def member(name: str, read: Callable[[Any], Any]) -> Any:
        member_value = source.get(name)
        if isinstance(member_value, Bad):
            return None  # told by `flaws` already
        try:
            return read(member_value)
        except ValueError as error:
            faults.append(Fault(f"{path}.{name}", str(error)))
            return None

    project = member("projectName", _named(_PROJECT, "a project name"))
    logstore = member("logstoreName", _named(_LOGSTORE, "a Logstore name"))
    endpoint = member("endpoint", lambda told_endpoint: _endpoint(told_endpoint, context.sls_endpoint))
    shard = member("shardId", _shard)
    begin, end = member("beginCursor", _cursor), member("endCursor", _cursor)
    if (project, logstore) == (context.outcome_project, context.outcome_logstore):
        faults.append(Fault(path, "is the Logstore that outcomes are written to: each outcome would call again"))
    if faults:
        return unreadable(told, faults)
    return LogRange(
        endpoint=endpoint, project=project, logstore=logstore, shard=shard, begin_cursor=begin, end_cursor=end
    )


def _endpoint(value: Any, configured: str) -> str:
    """URL of the source's Log Service: HTTPS, unless a setting says `http://` of that host, or of a public one."""
    found = _ENDPOINT.fullmatch(value) if isinstance(value, str) and len(value) <= MAX_ENDPOINT_CHARS else None
    ours = _ENDPOINT.fullmatch(configured.lower().rstrip("/"))
    if found:
        host, port = found["host"], found["port"] or ""
        is_ours = ours is not None and (host, port) == (ours["host"], ours["port"] or "")
        if is_ours or (host.endswith(_LOG_SERVICE) and not port):
            as_ours = ours is not None and (is_ours or ours["host"].endswith(_LOG_SERVICE))
            scheme = (ours["scheme"] if ours is not None and as_ours else None) or "https"
            return f"{scheme}://{host}{port}"
    raise ValueError(f"is {quoted(value)}; wanted a host under {_LOG_SERVICE} or that of the SECONDWIND_SLS_ENDPOINT")


def _named(pattern: re.Pattern[str], wanted: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(f"is {quoted(value)}; wanted {wanted}, 3 to 63 characters")
        return value

    return read


def _shard(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SHARD:
        raise ValueError(f"is {quoted(value)}; wanted an integer of 0 or more")
    return value


def _cursor(value: Any) -> str:
    if isinstance(value, str) and value and len(value) <= MAX_CURSOR_CHARS:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            pass
        else:
            return value
    raise ValueError(f"is {quoted(value)}; wanted Base64 of at most {MAX_CURSOR_CHARS} characters")
