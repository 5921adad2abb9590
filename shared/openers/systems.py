"""Opens the job systems that the settings name, each in a region, when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct

from shared.domain.call import CallResult, Target
from shared.domain.credentials import Credentials
from shared.domain.failure import Failure
from shared.domain.job import Scope
from shared.domain.snapshot import LookFailed, Observation
from shared.policy.model import Policy
from shared.ports import Clock, JobSystem
from shared.settings import Settings
from shared.systems import SYSTEMS
from shared.systems.discovery import Calls, Fits, Listed, Memory, Seeker, Sight, Terms
from shared.systems.openapi import ClockThatHears, OpenApi

_T = TypeVar("_T")


def open_systems(
    settings: Settings,
    policy: Policy,
    credentials: Credentials,
    clock: Clock,
    remaining_s: Callable[[], float],
    *,
    reads_leave_s: float = 0.0,
    hears: ClockThatHears | None = None,
) -> Callable[[str, str], JobSystem]:
    """Job systems by name and region; one that an endpoint's setting keeps to another region calls nobody.

    Nor does one of a region that the policy does not name: it may have been taken out while failures of it waited.

    Args:
        settings: endpoints, and the zone in which days are cut.
        policy: which regions are meant besides the function's own.
        credentials: with which calls are signed.
        clock: tells when looks began and calls left.
        remaining_s: seconds that are left for calls.
        reads_leave_s: so many of them are left alone by calls that only read.
        hears: which time the services have.
    """

    def system_in(name: str, region: str) -> JobSystem:
        if not settings.serves(name, region):
            return _Elsewhere(_not_served(settings, name, region), clock)
        if region not in {settings.region, *policy.named_regions}:
            return _Elsewhere(f"the policy names no region {region}, in `regions` or `discover`", clock)
        api = OpenApi(
            credentials,
            settings.endpoint(name, region),
            remaining_s=remaining_s,
            reads_leave_s=reads_leave_s,
            clock=hears,
        )
        return SYSTEMS.named(name).connect(api, clock, settings.time_zone)

    return _each_once(system_in)


def open_seekers(
    settings: Settings,
    credentials: Credentials,
    clock: Clock,
    remaining_s: Callable[[], float],
    *,
    hears: ClockThatHears | None = None,
) -> Callable[[str, str], Seeker | None]:
    """What looks for failures that nobody tells, by system and region; None where a system offers none.

    The arguments are those of `open_systems`. It is asked only for what the policy's `discover` names.
    """

    def seeker_in(name: str, region: str) -> Seeker | None:
        if not settings.serves(name, region):
            return _LooksNowhere(_not_served(settings, name, region), clock)
        api = OpenApi(credentials, settings.endpoint(name, region), remaining_s=remaining_s, clock=hears)
        return SYSTEMS.named(name).seeker(api, clock, settings.time_zone, region)

    return _each_once(seeker_in)


def _each_once(opened: Callable[[str, str], _T]) -> Callable[[str, str], _T]:
    """What was opened, by system and region. As `functools.cache`, which costs more to make than most have to keep."""
    made: dict[tuple[str, str], _T] = {}

    def one(name: str, region: str) -> _T:
        if (name, region) not in made:
            made[name, region] = opened(name, region)
        return made[name, region]

    return one


class _Elsewhere(Struct):
    """Implements `shared.ports.JobSystem` where there is nobody to call.

    Only a failure that waits in the ledger from before comes here, for intake takes in no other. The job that has its
    id behind the endpoint belongs to another region's document.
    """

    why: str
    clock: Clock
    batch_size: int = 1

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """Each look is refused for good."""
        return [_refused(self.why, self.clock.now())] * len(failures)

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """Nothing is rerun on a look that was refused."""
        raise TypeError(f"{len(targets)} jobs were about to be rerun: {self.why}")


class _LooksNowhere(Struct):
    """Implements `shared.systems.discovery.Seeker` where there is nobody to call."""

    why: str
    clock: Clock

    def scopes(self, watch: object, fits: Fits, calls: Calls, *, ask: bool) -> Listed:
        """None, and why."""
        del watch, fits, calls, ask
        return Listed(problem=_refused(self.why, self.clock.now()))

    def look(self, watch: object, scope: Scope, memory: Memory, calls: Calls, terms: Terms) -> Sight:
        """Never asked: there are no scopes."""
        del watch, memory, calls, terms
        raise TypeError(f"{scope.key} was about to be looked through: {self.why}")


def _not_served(settings: Settings, name: str, region: str) -> str:
    return f"{settings.fixed[name]} serves {settings.region} alone, not {region}"


def _refused(why: str, begun_at: float) -> LookFailed:
    return LookFailed(worth_repeating=False, code="RegionNotServed", message=why, look_begun_at=begun_at)
