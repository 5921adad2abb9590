"""Looking at one SchedulerX job: is it enabled, how is the instance that a failure means, what else lives.

GetJobInstanceList is paged; its documents disagree on whether more than the ten newest ever come
(https://help.aliyun.com/document_detail/303928.html), so pages are read by what comes back, and where each is the same
what is older is asked for by its time. A list that does not reach back to the meant instance proves nothing of it: what
a rerun has made since, or what lives, may be behind its end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed, Observation
from shared.ports import Clock
from shared.systems.openapi import Caller, CallFailed
from shared.systems.openapi.classify import as_number, says_not_there
from shared.systems.openapi.results import look_failed, malformed, not_over, too_long
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot
from shared.systems.schedulerx.wire import Detail, JobConfig, detail, instances, job_config, moment

PAGE_SIZE = 50
LEAST_FULL_PAGE = 10
"""The documented default page: a server that caps pages there still has more; fewer than that is the end."""
MOST_PAGES = 60
"""300 instances a job are kept by default (docs/facts/schedulerx.md#limits), which is 30 pages of ten."""
LOOK_BACK_S = 3600.0
_ENABLED = 1
_LIVE_FILTERS = ({"Status": "3"}, {"Status": "1"})
"""Running and waiting: the live ones that the documented filter knows."""

Listing = dict[int, Detail]


class JobLook:
    """One look at one job; the failures that name it share its calls."""

    def __init__(self, api: Caller, clock: Clock, zone: ZoneInfo, group: Group, job_id: str) -> None:
        self._api = api
        self._zone = zone
        self._group = group
        self._job_id = job_id
        self._begun_at = clock.now()

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """One observation a failure of this job, in the same order."""
        try:
            return self._observe(failures)
        except msgspec.ValidationError as error:
            return [malformed(error, self._begun_at)] * len(failures)

    def _observe(self, failures: Sequence[Failure]) -> list[Observation]:
        config = job_config(self._api, self._group, self._job_id)
        if isinstance(config, CallFailed):
            return [self._no(config)] * len(failures)
        listing = self._list(failures)
        if isinstance(listing, LookFailed):
            return [listing] * len(failures)
        # Once, however many are told.
        listed = {number: one.instance(self._zone, self._begun_at) for number, one in listing.items()}
        asked: dict[int, Detail | CallFailed] = {}
        return [self._one(failure, config, listed, asked) for failure in failures]

    def _one(
        self,
        failure: Failure,
        config: JobConfig,
        listed: Mapping[int, Instance],
        asked: dict[int, Detail | CallFailed],
    ) -> Observation:
        """The observation of one failure; the instance that it means is asked for once a look."""
        meant = failure.job_instance_id
        if meant is None:
            meant = next((one.instance_id for one in listed.values() if one.data_time == failure.data_time), None)
        if meant is None:
            return self._not_found()
        if meant not in asked:
            asked[meant] = detail(self._api, self._group, self._job_id, meant)
        shown = asked[meant]
        if isinstance(shown, CallFailed):
            return self._no(shown)
        if shown.instance_id != meant or str(shown.job_id or self._job_id) != self._job_id:
            return self._not_found()  # another one, or of another job
        if meant not in listed:
            return too_long("the instance is not among those that the job's list shows", self._begun_at)
        instance = shown.instance(self._zone, self._begun_at)
        if instance.state is State.FAILED and instance.ended_at is None:
            return not_over(self._begun_at)
        return SchedulerxSnapshot(
            job_id=self._job_id,
            state=instance.state,
            enabled=config.status == _ENABLED,
            instance=instance,
            others=tuple(one for number, one in listed.items() if number != meant),
            own_parameters=instance.parameters not in {"", config.parameters},
            own_retries=config.own_retries,
            name=config.name or "",
            look_begun_at=self._begun_at,
        )

    def _list(self, failures: Sequence[Failure]) -> Listing | LookFailed:
        """The instances, newest first: back to an hour ago and to each that is meant, and all live ones."""
        wanted = _Wanted(
            ids=frozenset(failure.job_instance_id for failure in failures if failure.job_instance_id is not None),
            data_times=frozenset(failure.data_time for failure in failures if failure.job_instance_id is None),
        )
        listing: Listing = {}
        number, until = 1, dict[str, str]()
        for _ in range(MOST_PAGES):
            page = self._page({"PageNum": str(number), **until})
            if isinstance(page, LookFailed):
                return page
            fresh = any(one.instance_id not in listing for one in page)
            listing.update((one.instance_id, one) for one in page)
            if len(page) < LEAST_FULL_PAGE:
                return listing
            if wanted.within(listing) and self._is_old(page[-1]):
                return self._with_live(listing)
            if fresh and not until:
                number += 1
                continue
            known, until, number = until, self._until(page[-1]), 1
            if until == known:
                break  # it shows its newest whatever is asked for
        return too_long(f"not all was found on {MOST_PAGES} pages of instances", self._begun_at)

    def _with_live(self, listing: Listing) -> Listing | LookFailed:
        """Add what began earlier than the listing reaches and still lives."""
        for filters in _LIVE_FILTERS:
            page = self._page(filters)
            if isinstance(page, LookFailed):
                return page
            for one in page:
                listing.setdefault(one.instance_id, one)
        newest_first = sorted(listing.values(), key=lambda one: one.schedule_time or "", reverse=True)
        return {one.instance_id: one for one in newest_first}

    def _page(self, filters: Mapping[str, str]) -> list[Detail] | LookFailed:
        page = instances(self._api, self._group, self._job_id, {"PageSize": str(PAGE_SIZE), **filters})
        return look_failed(page, self._begun_at) if isinstance(page, CallFailed) else page

    def _is_old(self, one: Detail) -> bool:
        began = self._began(one)
        return began is not None and began < self._begun_at - LOOK_BACK_S

    def _until(self, one: Detail) -> dict[str, str]:
        """What asks for nothing newer than this one; nothing where it tells no time.

        By the later of its times: whichever the service cuts by, none is left out that stands behind this one.
        """
        times = [moment(text, self._zone, self._begun_at) for text in (one.schedule_time, one.start_time)]
        began = max((at for at in times if at is not None), default=None)
        return {} if began is None else {"EndTimestamp": str(int(began * 1000))}

    def _began(self, one: Detail) -> float | None:
        return moment(one.schedule_time, self._zone, self._begun_at) or moment(
            one.start_time, self._zone, self._begun_at
        )

    def _no(self, why: CallFailed) -> Observation:
        business = as_number(why.code) is not None or not why.code
        if business and says_not_there(why.message):
            return self._not_found()
        return look_failed(why, self._begun_at)

    def _not_found(self) -> SchedulerxSnapshot:
        return SchedulerxSnapshot(job_id=self._job_id, state=State.NOT_FOUND, look_begun_at=self._begun_at)


class _Wanted(Struct, frozen=True, kw_only=True):
    """The instances that failures mean."""

    ids: frozenset[int]
    data_times: frozenset[str | None]

    def within(self, listing: Listing) -> bool:
        """Whether the listing holds every one."""
        return self.ids <= listing.keys() and self.data_times <= {one.data_time for one in listing.values()}
