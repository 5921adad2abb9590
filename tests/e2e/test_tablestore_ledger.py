"""The functions with their ledger in Tablestore: each instance in a process of its own, one table between them."""

from __future__ import annotations

import json
from pathlib import Path

from secondwind.localcloud.cloud import LOCAL_CREDENTIAL
from secondwind.localcloud.clock import SystemClock
from secondwind.localcloud.region import OUTCOMES, PROJECT, Region
from secondwind.localcloud.scheduler import JobSpec, keeps_running
from secondwind.localcloud.tablestore import Tablestore
from shared.domain.credentials import Credentials
from shared.ledger.tablestore import Place
from shared.ledger.tablestore_setup import create_table

ROOT = Path(__file__).parents[2]


def test_a_failure_told_twice_is_one_rerun(tmp_path: Path) -> None:
    """Two instances that share nothing but the table: the second finds what the first reserved and did."""
    service = Tablestore(SystemClock(), [LOCAL_CREDENTIAL], instance="sw")
    with Region(tmp_path, code_path=ROOT) as region:
        region.cloud.mount(Tablestore.serves, service)
        region.environment["SECONDWIND_LEDGER_URL"] = f"tablestore://sw/ledger?endpoint={region.cloud.endpoint}"
        place = Place(endpoint=region.cloud.endpoint, instance="sw", table="ledger")
        key, secret = LOCAL_CREDENTIAL.access_key_id, LOCAL_CREDENTIAL.access_key_secret
        create_table(place, Credentials(access_key_id=key, access_key_secret=secret), sleep=lambda _: None)
        cluster = region.world.cluster("ehpc-hz-1", "pbs")
        cluster.submit("1.scheduler", JobSpec(runs=(keeps_running(),)))
