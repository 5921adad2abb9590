"""A trigger that comes again with other ranges than before: overlapping, cut elsewhere, in any order."""

from __future__ import annotations

import base64
import random
from typing import Any

import pytest

from localcloud.ehpc.service import Ehpc
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.errors import SourceUnavailable
from shared.sls import source
from tests.e2e.conftest import Town, hung_cluster
from tests.e2e.test_ranges import written

JOBS = (1, 2, 3, 4, 5, 6)


def cursor(number: int) -> str:
    """As the service spells it."""
    return base64.b64encode(str(number).encode()).decode()


@pytest.mark.parametrize("order", range(4))
def test_each_failure_is_healed_once_however_its_logs_are_cut(
    town: Town, monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    """The first delivery is cut off amid the range; then come parts, one of them with its end before its start."""
    monkeypatch.setattr(source, "PULL_GROUPS", 1)
    hung_cluster(town, *JOBS)
    written(town, *JOBS)
    whole: dict[str, Any] = town.trigger_event()["source"]
    begin, end = (int(base64.b64decode(whole[name])) for name in ("beginCursor", "endCursor"))
    broken = Fault("PullLogs", FaultKind.ERROR_BEFORE_EFFECT, status=403, code="ReadQuotaExceed", skip=4, times=2)
    town.logs.faults.add(broken)
    with pytest.raises(SourceUnavailable):
        town.invoke("log_trigger", {"source": whole})
    cuts = [(0, 2), (1, 5), (2, 6), (0, 5), (0, 6), (5, 6), (0, 1), (0, 0), (4, 3)]
    random.Random(order).shuffle(cuts)
    for first, last in cuts:
        cut = {**whole, "beginCursor": cursor(begin + first), "endCursor": cursor(begin + last)}
        town.invoke("log_trigger", {"source": cut})
    assert end - begin == len(JOBS)
    assert len(town.cloud[Ehpc].kills) == len(JOBS)
    assert sum(row["verdict"] == "rerun" for row in town.outcomes()) == len(JOBS)
