"""What a decision was made on, as its outcome tells it: so that rules can be judged later by what was known."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class EvidenceFrom(str, Enum):
    """Where a failure's text comes from."""

    TOLD = "told"
    """From whoever told it."""
    JOB_LOG = "job_log"
    """The job system's log of the job, read by Second Wind."""
    RESULT = "result"
    """What the job system lists as the run's result."""


class Known(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Evidence as fields of an outcome; every value is text, an empty one is not known."""

    failure_class: str = ""
    """As the matching rule says."""
    evidence: str = ""
    """Excerpt of the text, 1 KiB at most: what came first of what may be the cause, then the end."""
    evidence_from: str = ""
    """Where the text comes from: `told`, `job_log` or `result`."""
    fingerprint: str = ""
    """Of the text: the same where only numbers, ids and paths differ."""
    exit_code: str = ""
    """As told."""
    signal: str = ""
    """Number of the signal that the exit code tells of."""
    node: str = ""
    """As told, else the first that the job system lists."""
    owner: str = ""
    """As the job system lists it, else as told; so the next two."""
    queue: str = ""
    """Of the job."""
    job_name: str = ""
    """Of the job."""
    occurred_at: str = ""
    """RFC 3339, UTC: when it failed, as told."""
    started_at: str = ""
    """RFC 3339, UTC: start of the run that failed, as told; where nobody told it, of the run that is rerun, as seen."""
