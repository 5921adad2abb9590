"""What stands in a `<policy>.tests.yaml`. What a test leaves out is the ordinary case: one failed job, nothing else.

Moments are told as `…_ago_s`, seconds before the moment `now` of the file.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct

from shared.domain.failure import FailureClass
from shared.domain.job import State, System
from shared.domain.mode import Mode
from shared.domain.reasons import Reason, Verdict

MOMENT_FORMAT = "moment"
"""JSON Schema `format` of a text that must be a moment as RFC 3339 writes it."""
MAX_TESTS = 1000
MAX_LISTED = 256
_DAY_S = 86_400
_LONGEST_S = 365 * _DAY_S

_Text = Annotated[str, Meta(description="text")]
_Seconds = Annotated[float, Meta(ge=0, le=_LONGEST_S, description=f"a number of seconds from 0 to {_LONGEST_S}")]
_Count = Annotated[int, Meta(ge=0, le=1_000_000, description="a whole number from 0 to 1000000")]
_Whole = Annotated[int, Meta(description="a whole number")]
_Moment = Annotated[
    str,
    Meta(description="a moment such as '2026-01-05T03:00:00+08:00'", extra_json_schema={"format": MOMENT_FORMAT}),
]


def _list_of(what: str) -> Meta:
    return Meta(max_length=MAX_LISTED, description=f"a list of at most {MAX_LISTED} {what}")


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A `job-failure/1` record, read as any other; who is meant may be left out."""

    system: System = System.EHPC
    region: _Text = ""
    cluster_id: _Text = ""
    namespace: _Text = ""
    group_id: _Text = ""
    namespace_source: _Text = ""
    job_id: _Whole | _Text = ""
    job_instance_id: _Whole | None = None
    data_time: _Text = ""
    occurred_at: _Text = ""
    """Left out: `failed_ago_s` before `now`."""
    started_at: _Text = ""
    restart_count: _Count | None = None
    exit_code: _Whole | _Text = ""
    message: _Text = ""
    reason: _Text = ""
    node: _Text = ""
    job_name: _Text = ""
    queue: _Text = ""
    owner: _Text = ""


class Look(str, Enum):
    """How looking at the job goes wrong."""

    LATER = "later"
    """The service is busy or out of reach."""
    NEVER = "never"
    """The service refuses to answer."""


class Other(Struct, frozen=True, kw_only=True):
    """SchedulerX: an instance of the job besides the one that failed."""

    state: State
    started_ago_s: _Seconds = 60.0
    data_time: _Text = "2026-01-04 02:00:00"
    trigger_type: _Count = 1


class Live(Struct, frozen=True, kw_only=True):
    """What looking at the job shows."""

    state: State | None = None
    """Left out: `RUNNING` on E-HPC, `FAILED` on SchedulerX."""
    started_ago_s: _Seconds = 3600.0
    """Start of the run that is seen."""
    owner: _Text = ""
    queue: _Text = ""
    name: _Text = ""
    nodes: Annotated[tuple[_Text, ...], _list_of("nodes")] = ()
    rerunnable: bool = True
    enabled: bool = True
    """SchedulerX: the job is."""
    trigger_type: _Count = 1
    """SchedulerX: what started the instance; 1 its schedule, 2 a rerun, 3 the API."""
    own_parameters: bool = False
    own_retries: _Count = 0
    """SchedulerX: how often it repeats a failed instance by itself."""
    workflow: bool = False
    others: Annotated[tuple[Other, ...], _list_of("instances")] = ()
    cannot_look: Look | None = None
    """Looking at the job fails: `later` may help, `never` will not."""


class Attempt(Struct, frozen=True, kw_only=True, rename={"failure_class": "class"}):
    """An attempt made before, and what it was for."""

    ago_s: _Seconds
    failure_class: FailureClass = FailureClass.UNKNOWN
    message: _Text = ""
    """The text of the failure that it was for: given, the failure is remembered as well."""


class Switch(str, Enum):
    """The breaker of the job's cluster or group."""

    OPEN = "open"
    CLOSED = "closed"


class Remembered(Struct, frozen=True, kw_only=True):
    """What the ledger has."""

    attempts: Annotated[tuple[Attempt, ...], _list_of("attempts")] = ()
    failures_ago_s: Annotated[tuple[_Seconds, ...], _list_of("numbers of seconds")] = ()
    """Earlier failures of the job, all of them closed."""
    breaker: Switch = Switch.CLOSED
    not_before_in_s: _Seconds = 0.0
    """End of the cooldown."""


class Spoken(Struct, frozen=True, kw_only=True):
    """Who told it: a log or an event. Without it, a person did, by hand."""

    project: _Text = ""
    logstore: _Text = ""
    topic: _Text = ""
    event: _Text = ""
    """The CloudEvent's `source`."""


class Expected(Struct, frozen=True, kw_only=True, rename={"failure_class": "class"}):
    """What has to be decided. What is left out is not compared."""

    verdict: Verdict
    reason: Reason | None = None
    rule: _Text | None = None
    """The first rule that matches; `''` for none."""
    failure_class: FailureClass | None = None


class PolicyTest(Struct, frozen=True, kw_only=True):
    """One failure and what has to become of it."""

    name: Annotated[str, Meta(min_length=1, max_length=200, description="a name of 1 to 200 characters")]
    expect: Expected
    failure: Told = Told()
    failed_ago_s: _Seconds = 10.0
    live: Live = Live()
    remembered: Remembered = Remembered()
    mode: Mode | None = None
    """Set by hand, as `secondwind mode set` does; the stricter of it and the policy's holds."""
    source: Spoken | None = None


class PolicyTests(Struct, frozen=True, kw_only=True):
    """A tests file."""

    version: Annotated[int, Meta(ge=1, le=1, description="1, the only version understood")]
    tests: Annotated[
        tuple[PolicyTest, ...],
        Meta(min_length=1, max_length=MAX_TESTS, description=f"a list of 1 to {MAX_TESTS} tests"),
    ]
    policy: _Text = ""
    """The policy's file, as seen from this one; left out: `x.yaml` beside `x.tests.yaml`."""
    now: _Moment = "2026-01-05T03:00:00+08:00"
    region: _Text = "cn-hangzhou"
    """The function's own region."""
