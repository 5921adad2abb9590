"""What a person is told who starts the local cloud: what there is in it, and what to export to use it."""

from __future__ import annotations

import shlex
from typing import Any

from localcloud.robots.service import PAGE, Robots
from localcloud.services import SERVICES
from localcloud.story import Story
from localcloud.wire.signing import LOCAL_CREDENTIAL
from secondwind.local_region import OUTCOMES, PROJECT, Region
from shared.doors import DOORS


def greeting(region: Region, story: Story) -> str:
    """Where it is, its key, its Logstore, what the story put there, its functions."""
    services = ", ".join(service.title for service in SERVICES)
    lines = [
        f"Alibaba Cloud on localhost: {region.cloud.endpoint} ({services}; region cn-hangzhou)",
        f"  access key   {LOCAL_CREDENTIAL.access_key_id} / {LOCAL_CREDENTIAL.access_key_secret}",
        f"  outcomes     project {PROJECT}, Logstore {OUTCOMES}",
        *(f"  {noun:<12} {which}" for noun, which in (one.shown() for one in story.elements)),
        f"  functions    {', '.join(door.deployed_name for door in DOORS)}",
        "",
        "To point Second Wind at it:",
        *(f"  export {name}={shlex.quote(value)}" for name, value in _environment(region).items()),
        "",
        "To invoke a function there; --shift-times moves a recorded event's times to those of the jobs above:",
        f"  secondwind invoke EVENT_FILE --via fc3 --endpoint {region.cloud.endpoint} --shift-times",
        "",
        f"What the groups are told is at {region.cloud.endpoint}{PAGE}",
        "",
        "Ctrl-C stops it and forgets everything.",
    ]
    return "\n".join(lines) + "\n"


def described(region: Region, story: Story, now: float) -> dict[str, Any]:
    """The same for programs (`secondwind-cloud/1`); `now` in unix seconds."""
    return {
        "schema": "secondwind-cloud/1",
        "endpoint": region.cloud.endpoint,
        "begun_at": now,
        "environment": _environment(region),
        "holds": [{"kind": noun, "name": which} for noun, which in (one.shown() for one in story.elements)],
        "functions": [door.deployed_name for door in DOORS],
    }


def _environment(region: Region) -> dict[str, str]:
    """What to export to use it; its key is the local cloud's alone."""
    return {
        **region.environment,
        **robots_of(region),
        "ALIBABA_CLOUD_ACCESS_KEY_ID": LOCAL_CREDENTIAL.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": LOCAL_CREDENTIAL.access_key_secret,
        "FC_REGION": "cn-hangzhou",
    }


def robots_of(region: Region) -> dict[str, str]:
    """The variables of each group's robot: its address, and its secret where it has one."""
    robots = region.cloud[Robots]
    found: dict[str, str] = {}
    for robot in robots.known.values():
        name = f"SECONDWIND_NOTIFY_{robot.token.upper()}"
        found[f"{name}_URL"] = f"{region.cloud.endpoint}{robots.address(robot)}"
        if robot.secret:
            found[f"{name}_SECRET"] = robot.secret
    return found
