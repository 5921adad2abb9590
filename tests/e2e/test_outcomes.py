"""Reading outcomes back over GetLogs: all pages, each outcome once, signed."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from localcloud.sls.models import LogGroup, log
from localcloud.wire.faults import Fault, FaultKind
from secondwind.local_region import OUTCOMES, PROJECT, Region
from shared.sls.outcomes import OutcomeLog, OutcomesUnavailable


def reader(region: Region) -> OutcomeLog:
    """The region's outcome Logstore."""
    return OutcomeLog(
        endpoint=region.cloud.endpoint,
        project=PROJECT,
        logstore=OUTCOMES,
        access_key_id="local",
        access_key_secret="local-secret",
    )


def test_all_pages_are_read_and_each_outcome_once(tmp_path: Path) -> None:
    """250 outcomes, the first of them written twice, and a stranger's log: 250 rows in the order of writing."""
    now = int(time.time())
    with Region(tmp_path, code_path=tmp_path) as region:
        rows = [{"schema": "secondwind-outcome/1", "outcome_id": str(number)} for number in [*range(250), 0]]
        logs = [log(now, {"schema": "else"}), *(log(now, row) for row in rows)]
        region.logs.append(PROJECT, OUTCOMES, LogGroup(tuple(logs)))
        found = reader(region).read(now - 60, now + 60)
        assert reader(region).read(now + 1, now + 60) == []
    assert [row["outcome_id"] for row in found] == [str(number) for number in range(250)]


def test_a_wrong_key_and_a_broken_answer_are_one_error(tmp_path: Path) -> None:
    """What cannot be read is said; it is never an empty list."""
    with Region(tmp_path, code_path=tmp_path) as region:
        with pytest.raises(OutcomesUnavailable, match="SignatureNotMatch"):
            replace(reader(region), access_key_secret="wrong").read(0, 1)
        region.logs.faults.add(Fault("GetLogs", FaultKind.CLOSE_BEFORE_EFFECT, times=2))
        with pytest.raises(OutcomesUnavailable, match="no answer"):
            reader(region).read(0, 1)
        region.logs.faults.add(Fault("GetLogs", FaultKind.HTML_BEFORE_EFFECT))
        with pytest.raises(OutcomesUnavailable, match="no JSON"):
            reader(region).read(0, 1)
    with pytest.raises(OutcomesUnavailable, match="no answer"):
        reader(region).read(0, 1)
