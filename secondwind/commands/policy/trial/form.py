"""What stands in a `<policy>.tests.yaml`. What a test leaves out is the ordinary case: one failed job, nothing else.

Moments are told as `…_ago_s`, seconds before the moment `now` of the file.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct, defstruct

from shared.domain.failure import FailureClass
from shared.domain.mode import Mode
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.intake.announcement import fields_of
from shared.policy.conditions import SystemName
from shared.reading.ids import count
from shared.systems import SYSTEMS
from shared.systems.imagined import Count, Imagined, Seconds, Text, list_of

MOMENT_FORMAT = "moment"
"""JSON Schema `format` of a text that must be a moment as RFC 3339 writes it."""
MAX_TESTS = 1000
_Whole = Annotated[int, Meta(description="a whole number")]
_Moment = Annotated[
    str,
    Meta(description="a moment such as '2026-01-05T03:00:00+08:00'", extra_json_schema={"format": MOMENT_FORMAT}),
]


class Meant(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which job system a failure of a test is told for; `ToldInTest` adds whatever an announcement can tell."""

    system: SystemName = next(iter(SYSTEMS.names))


if TYPE_CHECKING:
    ToldInTest = Meant
else:
    ToldInTest = defstruct(
        "ToldInTest",
        [
            (field.name, Count | None, None) if field.read is count else (field.name, _Whole | Text, "")
            for field in {field.name: field for system in SYSTEMS for field in fields_of(system)}.values()
            if field.name not in {"schema", *Meant.__struct_fields__}
        ],
        bases=(Meant,),
        namespace={"__doc__": "A `job-failure/1` record, read as any other; who is meant may be left out."},
        module=__name__,
        frozen=True,
        kw_only=True,
        omit_defaults=True,
    )


class Look(str, Enum):
    """How looking at the job goes wrong."""

    LATER = "later"
    """The service is busy or out of reach."""
    NEVER = "never"
    """The service refuses to answer."""


class SeenInTest(Imagined, frozen=True, kw_only=True):
    """What looking at the job shows, or that it cannot be looked at."""

    cannot_look: Look | None = None
    """Looking at the job fails: `later` may help, `never` will not."""


class Attempt(Struct, frozen=True, kw_only=True, rename={"failure_class": "class"}):
    """An attempt made before, and what it was for."""

    ago_s: Seconds
    failure_class: FailureClass = FailureClass.UNKNOWN
    message: Text = ""
    """The text of the failure that it was for: given, the failure is remembered as well."""


class Switch(str, Enum):
    """The breaker of the job's cluster or group."""

    OPEN = "open"
    CLOSED = "closed"


class Remembered(Struct, frozen=True, kw_only=True):
    """What the ledger has."""

    attempts: Annotated[tuple[Attempt, ...], list_of("attempts")] = ()
    failures_ago_s: Annotated[tuple[Seconds, ...], list_of("numbers of seconds")] = ()
    """Earlier failures of the job, all of them closed."""
    breaker: Switch = Switch.CLOSED
    not_before_in_s: Seconds = 0.0
    """End of the cooldown."""
    bad_nodes: Annotated[tuple[Text, ...], list_of("names of nodes")] = ()
    """Nodes of the job's cluster or group that are suspected."""


class Spoken(Struct, frozen=True, kw_only=True):
    """Who told it: a log or an event. Without it, a person did, by hand."""

    project: Text = ""
    logstore: Text = ""
    topic: Text = ""
    event: Text = ""
    """The CloudEvent's `source`."""
    bus: Text = ""
    account: Text = ""


class Expected(Struct, frozen=True, kw_only=True, rename={"failure_class": "class"}):
    """What has to be decided. What is left out is not compared."""

    verdict: Verdict
    reason: Reason | None = None
    rule: Text | None = None
    """The first rule that matches; `''` for none."""
    failure_class: FailureClass | None = None


class PolicyTest(Struct, frozen=True, kw_only=True):
    """One failure and what has to become of it."""

    name: Annotated[str, Meta(min_length=1, max_length=200, description="a name of 1 to 200 characters")]
    expect: Expected
    failure: ToldInTest = ToldInTest()
    failed_ago_s: Seconds | None = None
    """Left out: ten seconds, and where a pack's rule has a `delay_s`, that too: what a pack does is tested."""
    live: SeenInTest = SeenInTest()
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
    policy: Text = ""
    """The policy's file, as seen from this one; left out: `x.yaml` beside `x.tests.yaml`."""
    now: _Moment = "2026-01-05T03:00:00+08:00"
    region: Text = "cn-hangzhou"
    """The function's own region."""
