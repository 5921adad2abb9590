"""A recorded event as if it had been recorded in the local cloud that it is sent to.

Its times are moved by as much as that cloud's story was when it began, so that a start that is told is the start that
is listed; and the range of a Log Service trigger becomes the whole of the Logstore of that name there.
"""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from typing import Any

from localcloud.cloud import ABOUT
from localcloud.recording import moved
from secondwind.commands.invoke.event_file import parsed
from secondwind.commands.invoke.whereto import is_loopback
from secondwind.commands.setup.resources import Account
from secondwind.usage import UnusableError
from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint
from shared.sls import Access, LogCallFailed

TIMEOUT_S = 5.0
ANSWER_BYTES_MAX = 65_536
MOVED = "its times are moved to the present, as are the local cloud's"
REPLACED = "endpoint and cursors are replaced by the local Logstore's"


def shifted(event: bytes, endpoint: Endpoint, credentials: Credentials) -> tuple[bytes, list[str]]:
    """The event as that local cloud's own, and what was changed. Raises UnusableError if no local cloud is there."""
    moment, begun = _story(endpoint)
    played = event if moment is None else moved(event, moment, begun)
    ranged = _ranged(played, endpoint, credentials)
    notes = [note for note, changed in ((MOVED, played != event), (REPLACED, ranged != played)) if changed]
    return ranged, notes


def _story(endpoint: Endpoint) -> tuple[int | None, int]:
    """The moment of the cloud's story and when that was played, in unix seconds."""
    if not is_loopback(endpoint.host):
        raise UnusableError(f"--shift-times is for a local cloud, and {endpoint.netloc} is another machine")
    connection = HTTPConnection(endpoint.host, endpoint.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", ABOUT)
        told = json.loads(connection.getresponse().read(ANSWER_BYTES_MAX))
        moment, begun = told["moment"], told["begun"]
        return (None if moment is None else int(moment)), int(begun)
    except (OSError, HTTPException) as error:
        raise UnusableError(f"no local cloud answers at {endpoint.url}: {type(error).__name__}") from None
    except (ValueError, KeyError, TypeError):
        raise UnusableError(f"{endpoint.url} is no local cloud: --shift-times is for `secondwind cloud`") from None
    finally:
        connection.close()


def _ranged(event: bytes, endpoint: Endpoint, credentials: Credentials) -> bytes:
    """A trigger's body with the whole range of the local shard of that name; any other event as it is."""
    body = parsed(event)
    source = body.get("source") if isinstance(body, dict) else None
    if not isinstance(source, dict):
        return event
    place = tuple(source.get(name) for name in ("projectName", "logstoreName", "shardId"))
    account = Account(Access(credentials=credentials, remaining_s=lambda: TIMEOUT_S), endpoint.url)
    try:
        begin, end = (_cursor(account, place, where) for where in ("begin", "end"))
    except LogCallFailed as error:
        raise UnusableError(f"{endpoint.url} does not say where its logs begin and end: {error.code}") from None
    if begin is None or end is None:
        return event
    local = {"endpoint": endpoint.url, "beginCursor": begin, "endCursor": end}
    return json.dumps({**body, "source": {**source, **local}}).encode()


def _cursor(account: Account, place: tuple[Any, ...], where: str) -> str | None:
    found = account.read("get_cursor", *place, where)
    return None if found is None else str(found["cursor"])
