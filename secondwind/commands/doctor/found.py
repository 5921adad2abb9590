"""What the policy's `discover` names: is it there, and can it be looked through?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from secondwind.commands.doctor.findings import Finding, Level, Subject
from shared.domain.errors import PolicyError
from shared.policy.discover import watched
from shared.policy.load import load_policy
from shared.policy.places import place_fits
from shared.reality import SystemClock
from shared.systems import SYSTEMS
from shared.systems.openapi import OpenApi

_NONE = "nothing: only what is told is healed"


class _AnyCalls:
    """A person asks once: no pace is kept."""

    def may(self, operation: str) -> bool:
        """Always."""
        del operation
        return True


def discovery(subject: Subject) -> Iterator[Finding]:
    """Each entry: names that nothing bears, globs that fit nothing, what no API shows."""
    try:
        policy = load_policy(subject.settings.policy_file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, PolicyError):
        return  # the check of the policy says so
    entries = list(watched(policy.discover))
    if not entries:
        yield Finding("discover", Level.OK, _NONE)
    for number, (name, watch) in enumerate(entries):
        yield from _entry(subject, name, watch, f"discover {name} {number}")


def _entry(subject: Subject, name: str, watch: Any, check: str) -> Iterator[Finding]:
    region = watch.region or subject.options.region
    if not subject.settings.serves(name, region):
        said = f"{subject.settings.fixed[name]} serves {subject.settings.region} alone, not {region}"
        yield Finding(check, Level.FAIL, said, "leave the setting out, or `region` in the policy's `discover`")
        return
    api = OpenApi(subject.credentials, subject.settings.endpoint(name, region), remaining_s=subject.remaining_s)
    seeker = SYSTEMS.named(name).seeker(api, SystemClock(), subject.settings.time_zone, region)
    if seeker is None:
        return
    listed = seeker.scopes(watch, place_fits, _AnyCalls(), ask=True)
    if listed.problem is not None:
        said = f"cannot be listed: {listed.problem.code}"
        yield Finding(check, Level.FAIL, said, "give the role this action, or mend the name")
        return
    for missing in listed.missing:
        yield Finding(check, Level.WARN, f"nothing is named {missing} there", "correct it in the policy's `discover`")
    for warning in listed.warnings:
        yield Finding(check, Level.WARN, warning, "take it out of the policy's `discover`, or change it")
    yield Finding(check, Level.OK, f"{len(listed.scopes)} looked through")
