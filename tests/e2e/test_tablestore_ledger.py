"""The functions with their ledger in Tablestore: instances in processes of their own, one table between them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.clock import SystemClock
from localcloud.ehpc.models import JobSpec, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.tablestore.service import Tablestore
from localcloud.wire.signing import LOCAL_CREDENTIAL
from secondwind.local_region import OUTCOMES, PROJECT, Region
from shared.domain.credentials import Credentials
from shared.ledger.tablestore import Place
from shared.ledger.tablestore_setup import create_table, sdk

ROOT = Path(__file__).parents[2]


@pytest.fixture
def region(tmp_path: Path) -> Iterator[tuple[Region, Tablestore]]:
    """A region whose functions keep their ledger in a table."""
    service = Tablestore(SystemClock(), [LOCAL_CREDENTIAL], instance="sw")
    with Region(tmp_path, code_path=ROOT) as made:
        made.cloud.mount(Tablestore.serves, service)
        made.environment["SECONDWIND_LEDGER_URL"] = f"tablestore://sw/ledger?endpoint={made.cloud.endpoint}"
        place = Place(endpoint=made.cloud.endpoint, instance="sw", table="ledger")
        key, secret = LOCAL_CREDENTIAL.access_key_id, LOCAL_CREDENTIAL.access_key_secret
        assert create_table(place, Credentials(access_key_id=key, access_key_secret=secret))
        yield made, service


def hung(region: Region, number: int, **told: Any) -> dict[str, Any]:
    """A job that has hung for an hour, and its telling."""
    ehpc, name = region.cloud[Ehpc], f"{number}.scheduler"
    cluster = ehpc.clusters.get("ehpc-hz-1") or ehpc.cluster("ehpc-hz-1")
    if cluster.job(name) is None:
        cluster.submit(name, JobSpec(runs=(hangs(), finishes(600))), at=time.time() - 3600)
    failure = {"system": "ehpc", "cluster_id": "ehpc-hz-1", "job_id": name, "occurred_at": int(time.time()) - 5}
    return {**failure, **told}


def test_a_failure_told_twice_is_one_rerun(region: tuple[Region, Tablestore], tmp_path: Path) -> None:
    """Two instances that share nothing but the table: the second finds what the first reserved and did."""
    made, service = region
    body = json.dumps({"jobs": [hung(made, 1)]}).encode()
    verdicts = []
    for _ in range(2):
        result = made.function("manual").invoke(body)
        verdicts.append(json.loads(result.body)["outcomes"][0]["verdict"])
        made.function("manual").recycle()
    assert verdicts == ["rerun", "duplicate"]
    assert len(made.cloud[Ehpc].kills) == 1
    assert service.count("BatchWriteRow") > 0
    assert not (tmp_path / "ledger.db").exists()


def test_what_is_too_large_for_a_row_costs_nobody_else(region: tuple[Region, Tablestore]) -> None:
    """Twelve tellings of one job, 2.4 MB as JSON: each has its answer, and the job beside it is healed."""
    made, _ = region
    unclear = [
        hung(made, 1, started_at=int(time.time()) - 60 + number, message="\x01" * 32_768) for number in range(12)
    ]
    result = made.function("manual").invoke(json.dumps({"jobs": [*unclear, hung(made, 2)]}).encode())
    outcomes = json.loads(result.body)["outcomes"]
    assert len({one["failure_id"] for one in outcomes}) == 13
    assert [kill.job_id for kill in made.cloud[Ehpc].kills] == ["2.scheduler"]
    assert {one["reason"] for one in outcomes} == {"accepted", "run_unclear"}
    # Of what is too much for the row the oldest make room, and that is their last word.
    assert "too_many_open" in {row["reason"] for row in made.logs.rows(PROJECT, OUTCOMES)}
    assert json.loads(made.function("sweep").invoke(b"{}").body)["schema"] == "secondwind-result/1"


@pytest.mark.parametrize("spoiled", [{"version": "1"}, {"version": None}])
def test_a_row_that_somebody_spoiled_stops_nobody_else(
    region: tuple[Region, Tablestore], spoiled: dict[str, Any]
) -> None:
    """Law 6: the failures of that job wait, told and swept alike, and the row stays as it is."""
    made, _ = region
    told = [hung(made, 1), hung(made, 2)]
    key, columns = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler", {"document": bytearray(b"{}"), "version": 1, "owner": "me"}
    row = sdk().Row([("key", key)], [(name, one) for name, one in {**columns, "due_ns": 1, **spoiled}.items() if one])
    table = sdk().OTSClient(
        made.cloud.endpoint,
        LOCAL_CREDENTIAL.access_key_id,
        LOCAL_CREDENTIAL.access_key_secret,
        "sw",
        enable_native=False,
    )
    table.put_row("ledger", row, sdk().Condition("IGNORE"))
    outcomes = json.loads(made.function("manual").invoke(json.dumps({"jobs": told}).encode()).body)["outcomes"]
    assert {(one["job_id"], one["reason"]) for one in outcomes} == {
        ("1.scheduler", "record_unreadable"),
        ("2.scheduler", "accepted"),
    }
    assert json.loads(made.function("sweep").invoke(b"{}").body)["schema"] == "secondwind-result/1"
    assert sorted(table.get_row("ledger", [("key", key)])[1].attribute_columns) != []
