"""E-HPC 2018-04-12 on the wire: its calls, and what its lists say about a job.

Numbers come as text, absent times as empty text. Sources: docs/facts/ehpc.md#rerun, #lists;
https://www.alibabacloud.com/help/en/e-hpc/developer-reference/api-ehpc-2018-04-12-listjobswithfilters
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from shared.reading.shape import shaped
from shared.systems.ehpc.node import Node, of_one_name
from shared.systems.ehpc.rows import Listed, id_of
from shared.systems.ehpc.scope import CLUSTERS, LIST, LOG, NODES, RERUN
from shared.systems.openapi import ApiCall, Caller, CallFailed, Reply
from shared.systems.openapi.results import by_code

VERSION = "2018-04-12"
PAGE_SIZE = 50
"""The most that a page holds (docs/facts/ehpc.md#limits)."""
LOG_BYTES = 400 * 1024
"""The most that one call reads of each log (docs/facts/ehpc.md#job-log)."""
_NO_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
NODES_PAGE_SIZE = 100
"""The same of nodes (docs/facts/ehpc.md#nodes)."""
MOST_JOBS_A_CALL = 100
"""Ids in one RerunJobs call (docs/facts/ehpc.md#limits)."""


class Page(Struct, frozen=True, kw_only=True):
    """One page of `ListJobsWithFilters`."""

    jobs: tuple[tuple[str, Listed], ...]
    """Id and members of each job, as listed."""
    last: bool
    """Whether nothing can follow it."""
    pages: int = 0
    """How many pages there are by the service's own count; 0 where it tells none."""


class _List(Struct, rename="pascal"):
    jobs: list[Any]  # each an object: as such it would be copied, member by member
    page_size: int | None = None
    total_count: int | None = None


def ask(
    api: Caller, action: str, parameters: Mapping[str, str], *, jobs: int = 1, rows: str = ""
) -> Reply | CallFailed:
    """One E-HPC call. What carries an error's `Code`, or no request id, is no success whatever its status."""
    reply = api.call(
        ApiCall(action=action, version=VERSION, parameters=parameters, mutates=action == RERUN, jobs=jobs, rows=rows)
    )
    return reply if isinstance(reply, CallFailed) else by_code(reply, jobs=jobs)


def read_page(api: Caller, cluster_id: str, number: int, filters: Mapping[str, str]) -> Page | CallFailed:
    """Read one page of a cluster's jobs; pages count from 1.

    Raises:
        msgspec.ValidationError: The answer is no such page.
    """
    wanted = {"ClusterId": cluster_id, "PageNumber": str(number), "PageSize": str(PAGE_SIZE), **filters}
    reply = ask(api, LIST, wanted, rows="Jobs")
    if isinstance(reply, CallFailed):
        return reply
    found = shaped(reply.body, _List, strict=False)
    # The service may cap pages below what was asked, and says so: by its own measure a full page is not the
    # last.
    size = min(max(found.page_size or PAGE_SIZE, 1), PAGE_SIZE)
    total = max(found.total_count or 0, 0)
    last = _is_last(len(found.jobs), size, total, number)
    named = [(id_of(job), job) for job in found.jobs]
    jobs = tuple((str(own), job) for own, job in named if isinstance(own, str | int))
    return Page(jobs=jobs, last=last, pages=-(-total // size))


def _is_last(count: int, size: int, total: int, number: int) -> bool:
    """Whether nothing can follow a page: by the service's count of all where it has one, else as it is not full."""
    return count == 0 or (total <= number * size if total > 0 else count < size)


_NAMELESS = frozenset({"uninit", "initing", "releasing"})
"""Status of what may have no name yet, or no more (docs/facts/ehpc.md#nodes): no job of anybody's runs there."""


class _Node(Struct, rename="pascal"):
    host_name: str | None = None
    status: str = ""
    state_in_sched: str | None = None
    id: str | None = None


class _NodeInfo(Struct, rename="pascal"):
    node_info: list[_Node]


class _Nodes(Struct, rename="pascal"):
    nodes: _NodeInfo
    page_size: int | None = None
    total_count: int | None = None


class NodesPage(Struct, frozen=True, kw_only=True):
    """One page of `ListNodes`: by host name."""

    nodes: dict[str, Node]
    last: bool


def nodes_page(api: Caller, cluster_id: str, number: int) -> NodesPage | CallFailed:
    """Read one page of a cluster's nodes; pages count from 1.

    Raises:
        msgspec.ValidationError: The answer is no such page.
    """
    wanted = {"ClusterId": cluster_id, "PageNumber": str(number), "PageSize": str(NODES_PAGE_SIZE)}
    reply = ask(api, NODES, wanted)
    if isinstance(reply, CallFailed):
        return reply
    found = shaped(reply.body, _Nodes, strict=False)
    listed = found.nodes.node_info
    size = min(max(found.page_size or NODES_PAGE_SIZE, 1), NODES_PAGE_SIZE)
    last = _is_last(len(listed), size, found.total_count or 0, number)
    if any(not one.host_name and one.status not in _NAMELESS for one in listed):
        raise msgspec.ValidationError("a node of the list has no name")
    nodes: dict[str, Node] = {}
    for one in listed:
        if one.host_name:
            node = Node(one.status, one.state_in_sched or "", one.id or "")
            nodes[one.host_name] = of_one_name(nodes.get(one.host_name), node)
    return NodesPage(nodes=nodes, last=last)


class _ClusterInfo(Struct, rename="pascal"):
    id: str


class _ClusterList(Struct, rename="pascal"):
    cluster_info_simple: list[_ClusterInfo]


class _ClustersBody(Struct, rename="pascal"):
    clusters: _ClusterList
    total_count: int | None = None


class ClustersPage(Struct, frozen=True, kw_only=True):
    """One page of `ListClusters`."""

    ids: list[str]
    last: bool


def cluster_ids(api: Caller, number: int) -> ClustersPage | CallFailed:
    """Read one page of the region's clusters. Raises msgspec.ValidationError if the answer is no such page."""
    reply = ask(api, CLUSTERS, {"PageNumber": str(number), "PageSize": str(PAGE_SIZE)})
    if isinstance(reply, CallFailed):
        return reply
    found = shaped(reply.body, _ClustersBody, strict=False)
    ids = [one.id for one in found.clusters.cluster_info_simple]
    last = _is_last(len(ids), PAGE_SIZE, found.total_count or 0, number)
    return ClustersPage(ids=ids, last=last)


class _Log(Struct, rename="pascal"):
    output_log: str | None = None
    error_log: str | None = None


class JobLog(NamedTuple):
    """A part of what a job has printed."""

    output: bytes
    errors: bytes


def read_log(api: Caller, cluster_id: str, job_id: str, host: str, offset: int, size: int = LOG_BYTES) -> JobLog | None:
    """Both logs from that byte on; None if they cannot be had.

    Args:
        api: the caller of this region.
        cluster_id: the job's.
        job_id: as listed.
        host: the node that it runs on; empty if it does not.
        offset: in bytes, from the beginning of each.
        size: so many bytes of each at most.
    """
    wanted = {"ClusterId": cluster_id, "JobId": job_id, "Offset": str(offset), "Size": str(size)}
    if host:
        wanted["ExecHost"] = host
    reply = ask(api, LOG, wanted)
    if isinstance(reply, CallFailed):
        return None
    return JobLog(output=_decoded(reply.body.get("OutputLog")), errors=_decoded(reply.body.get("ErrorLog")))


def _decoded(encoded: Any) -> bytes:
    """Base64 of the log, also where its padding or its last sign got lost; nothing for what is none."""
    if not isinstance(encoded, str):
        return b""
    signs = _NO_BASE64.sub("", encoded[: 2 * LOG_BYTES])
    return base64.b64decode(signs[: len(signs) - (len(signs) % 4 == 1)] + "==")[:LOG_BYTES]


def log_part(api: Caller, cluster_id: str, job_id: str, host: str, offset: int, size: int) -> JobLog | CallFailed:
    """Read a running job's output from an offset in bytes on (docs/facts/ehpc.md#output).

    Raises:
        msgspec.ValidationError: The answer is no such part.
    """
    wanted = {"ClusterId": cluster_id, "JobId": job_id, "ExecHost": host, "Offset": str(offset), "Size": str(size)}
    reply = ask(api, LOG, wanted)
    if isinstance(reply, CallFailed):
        return reply
    found = shaped(reply.body, _Log)
    try:
        output, errors = (base64.b64decode(part or "", validate=True) for part in (found.output_log, found.error_log))
    except ValueError:
        raise msgspec.ValidationError("a log is no Base64") from None
    return JobLog(output=output, errors=errors)


def jobs_text(job_ids: list[str]) -> str:
    """The parameter `Jobs` of RerunJobs: compact JSON text of `[{"Id": …}, …]`."""
    return json.dumps([{"Id": job_id} for job_id in job_ids], ensure_ascii=False, separators=(",", ":"))
