"""The operations of the local Log Service: each takes a call that is already authorised and answers it.

Pages: https://www.alibabacloud.com/help/en/sls/developer-reference/api-sls-2020-12-30-overview.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from localcloud.sls import entities, protobuf, queries, shards
from localcloud.sls.errors import SlsError, parameter_invalid
from localcloud.sls.models import Logstore, Project, Shard, Stored, new_logstore
from localcloud.sls.wire import Call, packed, unpacked
from localcloud.wire.http import Response, json_response

PULL_GROUPS_MAX = 1000
"""Most log groups that one PullLogs may ask for."""
SHARDS_MAX = 10
"""Most shards at creation (https://www.alibabacloud.com/help/en/sls/developer-reference/api-createlogstore)."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,61}[a-z0-9]", re.ASCII)


Projects = dict[str, Project]


def perform(call: Call, projects: Projects) -> Response:
    """Do it. Raises SlsError."""
    if call.operation == "CreateProject":
        return _create_project(call, projects)
    project = projects.get(call.project)
    if project is None:
        raise SlsError(404, "ProjectNotExist", f"The Project does not exist : {call.project[:63]}")
    if call.operation in entities.OPERATIONS:
        return entities.perform(call, project)
    if (on_project := _ON_PROJECT.get(call.operation)) is not None:
        return on_project(call, project)
    if (on_logstore := _ON_LOGSTORE.get(call.operation)) is not None:
        return on_logstore(call, project.logstore(call.logstore))
    return _ON_SHARD[call.operation](call, shards.named_shard(call, project.logstore(call.logstore)))


def _json_body(call: Call) -> Any:
    try:
        body = json.loads(call.request.body)
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair could be stored and never be shown
    except (ValueError, RecursionError) as error:
        raise SlsError(400, "PostBodyInvalid", "body is no JSON") from error
    return body


def _create_project(call: Call, projects: Projects) -> Response:
    body = _json_body(call)
    name = body.get("projectName") if isinstance(body, dict) else None
    if not isinstance(name, str) or not _NAME.fullmatch(name) or "_" in name or name != call.project:
        raise parameter_invalid("project name is not valid")
    if name in projects:
        raise SlsError(400, "ProjectAlreadyExist", f"Project {name} already exist.")
    projects[name] = Project(name, str(body.get("description", "")), call.now)
    return Response()


def _get_project(call: Call, project: Project) -> Response:
    born = str(int(project.created_at))
    return json_response(
        {
            "projectName": project.name,
            "description": project.description,
            "status": "Normal",
            "region": call.region,
            "owner": "",
            "createTime": born,
            "lastModifyTime": born,
        }
    )


def _create_logstore(call: Call, project: Project) -> Response:
    body = _json_body(call)
    if not isinstance(body, dict):
        raise parameter_invalid("body is no JSON object")
    name, shards, ttl = body.get("logstoreName"), body.get("shardCount"), body.get("ttl")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise parameter_invalid("logstore name is not valid")
    if type(shards) is not int or not 1 <= shards <= SHARDS_MAX or type(ttl) is not int or ttl < 1:
        raise SlsError(400, "LogStoreInfoInvalid", f"shardCount is 1 to {SHARDS_MAX}, ttl at least 1")
    if name in project.logstores:
        raise SlsError(400, "LogStoreAlreadyExist", f"logstore {name} already exists")
    project.logstores[name] = new_logstore(name, shards, call.now, body)
    return Response()


def _get_logstore(call: Call, logstore: Logstore) -> Response:
    born = int(logstore.created_at)
    defaults = {
        "enable_tracking": False,
        "autoSplit": False,
        "maxSplitShard": 0,
        "appendMeta": False,
        "ttl": 30,
    }
    fixed = {"logstoreName": call.logstore, "shardCount": len(logstore.open_shards)}
    return json_response({**defaults, **logstore.settings, **fixed, "createTime": born, "lastModifyTime": born})


def _list_logstores(call: Call, project: Project) -> Response:
    part = call.query.get("logstoreName", "")
    names = sorted(name for name in project.logstores if part in name)
    try:
        offset, size = int(call.query.get("offset", "0")), int(call.query.get("size", "500"))
    except ValueError as error:
        raise parameter_invalid("offset and size must be integers") from error
    page = names[max(offset, 0) :][: max(size, 0)]
    return json_response({"count": len(page), "total": len(names), "logstores": page})


def _set_index(call: Call, logstore: Logstore) -> Response:
    body = _json_body(call)
    if not isinstance(body, dict) or not ("line" in body or "keys" in body):
        raise SlsError(400, "IndexInfoInvalid", "an index needs line or keys")
    if call.operation == "CreateIndex" and logstore.index is not None:
        raise SlsError(400, "IndexAlreadyExist", "log store index is already created")
    if call.operation == "UpdateIndex" and logstore.index is None:
        raise _no_index()
    logstore.index = body
    return Response()


def _get_index(_call: Call, logstore: Logstore) -> Response:
    if logstore.index is None:
        raise _no_index()
    return json_response({"ttl": 30, "index_mode": "v2", **logstore.index})


def _no_index() -> SlsError:
    return SlsError(404, "IndexConfigNotExist", "index config doesn't exist")


def _get_logs(call: Call, logstore: Logstore) -> Response:
    if logstore.index is None:
        raise _no_index()
    search = queries.search_from(_json_body(call))
    sought = (replace(search, offset=0, line=0), *(len(shard.stored) for shard in logstore.shards))
    if logstore.last_found[0] != sought:
        found = queries.run(search, (item for shard in logstore.shards for item in shard.stored))
        logstore.last_found = (sought, found)
    rows = queries.page(search, logstore.last_found[1])
    meta = {
        "progress": "Complete",
        "count": len(rows),
        "hasSQL": False,
        "whereQuery": search.query,
        "mode": 0,
    }
    raw = json.dumps({"meta": meta, "data": rows}).encode()
    return packed(call.request, raw, {"content-type": "application/json"})


def _list_shards(_call: Call, logstore: Logstore) -> Response:
    return json_response([shard.describe() for shard in logstore.shards])


def _put_logs(call: Call, logstore: Logstore) -> Response:
    raw = unpacked(call.request)
    try:
        group = protobuf.decode_group(raw)
    except protobuf.WireError as error:
        raise SlsError(400, "PostBodyInvalid", f"Protobuffer content cannot be parsed: {error}") from error
    shard = logstore.routed(call.query.get("key", "")) if call.segments[3] == "route" else logstore.balanced()
    if group.logs:
        shard.stored.append(Stored(group, raw, call.now))
    return Response()


def _pull_logs(call: Call, shard: Shard) -> Response:
    count = call.query.get("count", "")
    if not (count.isascii() and count.isdigit() and len(count) < 5 and 1 <= int(count) <= PULL_GROUPS_MAX):  # noqa: PLR2004 - four digits hold the largest
        raise parameter_invalid(f"count is 1 to {PULL_GROUPS_MAX}")
    begin = shard.position(call.query.get("cursor", ""))
    until = call.query.get("end_cursor")
    end = shard.position(until) if until else len(shard.stored)
    groups = shard.page(begin, end, int(count), call.pull_bytes_max)
    raw = protobuf.encode_group_list([item.raw for item in groups])
    headers = {
        "content-type": "application/x-protobuf",
        "x-log-count": str(len(groups)),
        "x-log-cursor": shard.cursor(begin + len(groups)),
    }
    return packed(call.request, raw, headers)


def _get_cursor(call: Call, shard: Shard) -> Response:
    return json_response({"cursor": shard.cursor(shard.position_at(call.query.get("from", "")))})


def _get_cursor_time(call: Call, shard: Shard) -> Response:
    return json_response({"cursor_time": shard.cursor_time(call.query.get("cursor", ""), call.now)})


_ON_PROJECT: dict[str, Callable[[Call, Project], Response]] = {
    "GetProject": _get_project,
    "CreateLogStore": _create_logstore,
    "ListLogStores": _list_logstores,
}
_ON_LOGSTORE: dict[str, Callable[[Call, Logstore], Response]] = {
    "GetLogStore": _get_logstore,
    "CreateIndex": _set_index,
    "UpdateIndex": _set_index,
    "GetIndex": _get_index,
    "GetLogs": _get_logs,
    "ListShards": _list_shards,
    "PutLogs": _put_logs,
    **shards.OPERATIONS,
}
_ON_SHARD: dict[str, Callable[[Call, Shard], Response]] = {
    "PullLogs": _pull_logs,
    "GetCursor": _get_cursor,
    "GetCursorTime": _get_cursor_time,
}
