"""What a look proves: which run a failure means, what a call in doubt did, what became of a rerun."""

from __future__ import annotations

from enum import Enum


class Run(str, Enum):
    """Which run of the job the failure means."""

    THIS = "this"
    EARLIER = "earlier"
    """The job has been restarted since."""
    UNCLEAR = "unclear"


class Conclusion(str, Enum):
    """What is now known of an attempt whose effect was in doubt."""

    RESTARTED = "restarted"
    """Since the attempt was reserved: by its call, or by the scheduler in the same moments."""
    RESTARTED_BEFORE = "restarted_before"
    """Another run lives, and it began before the call can have left: not by this call, which did nothing to it."""
    NOT_RESTARTED = "not_restarted"
    WAIT = "wait"
    """Nothing yet: an effect may still show."""
    ENDED = "ended"
    STARTED = "started"
    """It was queued and runs now, by itself or by us."""
    NOT_OBSERVABLE = "not_observable"
    NO_EVIDENCE = "no_evidence"


class Aftermath(str, Enum):
    """What became of a rerun that the service accepted."""

    WAIT = "wait"
    NOT_RESTARTED = "not_restarted"
    BEGINNING = "beginning"
    """Another run is shown, so young that it may be none yet: to be looked at again soon."""
    RESTARTED = "restarted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ENDED = "ended"
    """The job system does not tell well from badly."""
    NO_FURTHER_RUN = "no_further_run"
    """The job has ended, and no run is shown that began after the call."""
