"""Shards of the source and of the outcome Logstore are split and merged amid failures: each is healed once."""

from __future__ import annotations

import json
import time

from localcloud.ehpc.service import Ehpc
from localcloud.fc.models import InvocationResult
from localcloud.sls.trigger import Delivery, LogTriggerPump, TriggerConfig
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.errors import SourceUnavailable
from shared.sls.outcomes import OutcomeLog
from tests.e2e.conftest import HOUR, OUTCOMES, PROJECT, SOURCE, Town, failure, hung_cluster

QUARTER, MIDDLE = "4" + "0" * 31, "8" + "0" * 31


def tell(town: Town, *numbers: int) -> None:
    """One log group each."""
    for number in numbers:
        town.put(SOURCE, {"content": json.dumps(failure(number))})


def pump_of(town: Town) -> LogTriggerPump:
    """A trigger, as it calls the function of this process."""

    def function(event: bytes) -> InvocationResult:
        try:
            return InvocationResult(json.dumps(town.invoke("log_trigger", event)).encode(), None, "", "")
        except SourceUnavailable as error:
            return InvocationResult(b"", {"errorMessage": str(error)}, "", "")

    config = TriggerConfig(project=PROJECT, logstore=SOURCE, endpoint=town.cloud.endpoint, max_retry=0)
    return LogTriggerPump(town.logs, function, config)


def shards_of(deliveries: list[Delivery]) -> list[int]:
    """Whose ranges these were."""
    return sorted({one.shard for one in deliveries})


def test_failures_before_across_and_after_a_split_and_a_merge_are_healed_once(town: Town) -> None:
    """A range of a shard that is closed meanwhile comes again; the console reads the outcomes of all shards."""
    from aliyun.log import IndexConfig, IndexKeyConfig

    client = town.client()
    client.create_index(PROJECT, OUTCOMES, IndexConfig(key_config_list={"verdict": IndexKeyConfig([","])}))
    hung_cluster(town, *range(1, 8))
    pump = pump_of(town)
    tell(town, 1)
    assert shards_of(pump.run_once()) == [0]
    tell(town, 2)
    town.logs.faults.add(Fault("PullLogs", FaultKind.THROTTLED, times=2))
    (across,) = pump.run_once()
    assert not across.consumed
    client.split_shard(PROJECT, SOURCE, 0, MIDDLE)
    client.split_shard(PROJECT, OUTCOMES, 0, MIDDLE)
    tell(town, 1, 3, 4)
    assert shards_of(pump.run_until_idle()) == [0, 1, 2]
    tell(town, 5)
    client.merge_shard(PROJECT, SOURCE, 1)
    client.merge_shard(PROJECT, OUTCOMES, 1)
    tell(town, 6, 3)
    client.split_shard(PROJECT, SOURCE, 3, QUARTER)
    tell(town, 7)
    assert len(shards_of(pump.run_until_idle())) == 3
    assert sorted(kill.job_id for kill in town.cloud[Ehpc].kills) == [f"{number}.scheduler" for number in range(1, 8)]
    outcomes = OutcomeLog(
        endpoint=town.cloud.endpoint,
        project=PROJECT,
        logstore=OUTCOMES,
        access_key_id="local",
        access_key_secret="local-secret",
    )
    now = time.time()
    read = outcomes.read(now - HOUR, now + HOUR)
    assert sorted(row["job_id"] for row in read if row["verdict"] == "rerun") == [f"{n}.scheduler" for n in range(1, 8)]
    assert sorted(row["job_id"] for row in read if row["verdict"] == "duplicate") == ["1.scheduler", "3.scheduler"]
    assert len({row["event_id"] for row in read}) == len(read) == 9
