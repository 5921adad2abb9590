"""A local cloud with a clock that stands still, and the official SDKs pointed at it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from localcloud.clock import ManualClock, SystemClock
from localcloud.cloud import LocalCloud
from localcloud.wire.signing import LOCAL_CREDENTIAL

NEW_YEAR = 1_767_225_600.0
"""2026-01-01 00:00:00 UTC, 08:00:00 in Asia/Shanghai."""

Connect = Callable[..., Any]
"""`connect("ehpc", access_key_id=…, access_key_secret=…, security_token=…)` gives an official client."""
CLIENTS = {
    "ehpc": "alibabacloud_ehpc20180412",
    "schedulerx": "alibabacloud_schedulerx220190430",
    "schedulerx3": "alibabacloud_schedulerx320240624",
    "dataworks": "alibabacloud_dataworks_public20240518",
}
"""The package of each product's official SDK."""


@pytest.fixture
def clock() -> ManualClock:
    """Stands at New Year 2026."""
    return ManualClock(NEW_YEAR)


@pytest.fixture
def cloud(clock: ManualClock) -> Iterator[LocalCloud]:
    """A running local cloud by that clock; delays advance it; a service that fails inside fails the test."""
    with LocalCloud(clock=clock, signing_clock=SystemClock(), seed=7) as made:
        made.faults.sleep = clock.advance
        yield made
    assert list(made.server.errors) == []


@pytest.fixture
def connect(cloud: LocalCloud) -> Connect:
    """Makes official SDK clients of the running cloud."""

    def made(product: str, **keys: str) -> Any:
        from alibabacloud_tea_openapi.models import Config

        default = {
            "endpoint": cloud.host,
            "access_key_id": LOCAL_CREDENTIAL.access_key_id,
            "access_key_secret": LOCAL_CREDENTIAL.access_key_secret,
        }
        config = Config(protocol="http", **(default | keys))
        return import_module(f"{CLIENTS[product]}.client").Client(config)

    return made


@pytest.fixture
def once() -> Any:
    """Runtime options without the SDK's own retries."""
    from darabonba.runtime import RuntimeOptions

    return RuntimeOptions(autoretry=False)


@pytest.fixture
def jobs_text() -> Callable[..., str]:
    """Writes the parameter `Jobs` for these ids."""
    return lambda *ids: json.dumps([{"Id": job_id} for job_id in ids])
