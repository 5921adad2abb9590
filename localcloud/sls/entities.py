"""Saved searches, dashboards and alert rules of the local Log Service: kept as they were sent, one JSON object each.

Paths are those of aliyun-log-python-sdk 0.9.52: `/savedsearches`, `/dashboards` and, for alert rules, `/jobs`. Not
found: SavedSearchNotExist, DashboardNotExist, JobNotExist. Codes for a second creation are this
project's, formed alike.
What a dashboard or rule says is not looked into; nothing is drawn and no alert ever fires.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.sls.errors import SlsError, parameter_invalid
from localcloud.sls.models import Project
from localcloud.sls.wire import Call
from localcloud.wire.http import Response, json_response

ENTITIES_MAX = 100
"""Of one kind in a project."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entity."""

    folder: str
    """First part of its path."""
    noun: str
    """As operations and error codes name it."""
    name_field: str
    listed: str
    """Member of a list's answer."""


KINDS = (
    Kind("savedsearches", "SavedSearch", "savedsearchName", "savedsearchItems"),
    Kind("dashboards", "Dashboard", "dashboardName", "dashboardItems"),
    Kind("jobs", "Job", "name", "results"),
)
ROUTES: tuple[tuple[str, str, str, str], ...] = tuple(
    (method, path, "", f"{verb}{kind.noun}")
    for kind in KINDS
    for method, path, verb in (
        ("POST", kind.folder, "Create"),
        ("GET", kind.folder, "List"),
        ("GET", f"{kind.folder}/*", "Get"),
        ("PUT", f"{kind.folder}/*", "Update"),
        ("DELETE", f"{kind.folder}/*", "Delete"),
    )
)
"""Method, path with * for one segment, `type` in the query, operation."""
OPERATIONS = frozenset(operation for _, _, _, operation in ROUTES)


def perform(call: Call, project: Project) -> Response:
    """Do it. Raises SlsError."""
    kind = next(one for one in KINDS if one.folder == call.segments[0])
    held = project.entities.setdefault(kind.noun, {})
    verb = call.operation.removesuffix(kind.noun)
    if verb == "Create":
        detail = _detail(call)
        name = _name(detail, kind)
        if name in held:
            raise SlsError(400, f"{kind.noun}AlreadyExist", f"specified {kind.noun.lower()} already exists")
        if len(held) >= ENTITIES_MAX:
            raise SlsError(400, "ExceedQuota", f"at most {ENTITIES_MAX} of a kind")
        held[name] = detail
        return Response()
    if verb == "List":
        names = {kind.folder: list(held)}
        return json_response({"count": len(held), "total": len(held), **names, kind.listed: list(held.values())})
    name = call.segments[1]
    if name not in held:
        raise SlsError(404, f"{kind.noun}NotExist", f"specified {kind.noun.lower()} does not exist")
    if verb == "Get":
        return json_response(held[name])
    if verb == "Delete":
        del held[name]
        return Response()
    detail = _detail(call)
    if _name(detail, kind) != name:
        raise parameter_invalid(f"{kind.name_field} is not the one in the path")
    held[name] = detail
    return Response()


def _detail(call: Call) -> dict[str, Any]:
    try:
        detail = json.loads(call.request.body)
        json.dumps(detail, ensure_ascii=False).encode()  # half a surrogate pair could be stored and never be shown
    except (ValueError, RecursionError) as error:
        raise SlsError(400, "PostBodyInvalid", "body is no JSON") from error
    if not isinstance(detail, dict):
        raise parameter_invalid("body is no JSON object")
    return detail


def _name(detail: Mapping[str, Any], kind: Kind) -> str:
    name = detail.get(kind.name_field)
    if not isinstance(name, str) or not 2 <= len(name) <= 64 or "/" in name:  # noqa: PLR2004 - bounds of a name
        raise parameter_invalid(f"{kind.name_field} is not valid")
    return name
