"""The functions with their ledger in Tablestore: instances in processes of their own, one table between them."""

from __future__ import annotations

import json
import time
from pathlib import Path

from localcloud.clock import SystemClock
from localcloud.ehpc.models import JobSpec, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.tablestore.service import Tablestore
from localcloud.wire.signing import LOCAL_CREDENTIAL
from secondwind.local_region import Region
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
        assert create_table(place, Credentials(access_key_id=key, access_key_secret=secret))
        job = JobSpec(runs=(hangs(), finishes(600)))
        region.cloud[Ehpc].cluster("ehpc-hz-1").submit("1.scheduler", job, at=time.time() - 3600)
        failure = {
            "system": "ehpc",
            "cluster_id": "ehpc-hz-1",
            "job_id": "1.scheduler",
            "occurred_at": int(time.time()) - 5,
        }
        body = json.dumps({"jobs": [failure]}).encode()
        verdicts = []
        for _ in range(2):
            result = region.function("manual").invoke(body)
            verdicts.append(json.loads(result.body)["outcomes"][0]["verdict"])
            region.function("manual").recycle()
        assert verdicts == ["rerun", "duplicate"]
        assert len(region.cloud[Ehpc].kills) == 1
        assert service.count("BatchWriteRow") > 0
        assert not (tmp_path / "ledger.db").exists()
