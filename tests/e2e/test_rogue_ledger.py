"""A ledger in Tablestore before which a peer stands that does not keep to HTTP: one rerun, whatever it spoils."""

from __future__ import annotations

from contextlib import suppress

import pytest

from localcloud.clock import SystemClock
from localcloud.ehpc.service import Ehpc
from localcloud.tablestore.service import Tablestore
from localcloud.wire.signing import LOCAL_CREDENTIAL
from shared.domain.credentials import Credentials
from shared.domain.errors import LedgerUnavailable
from shared.ledger import _tablestore_link
from shared.ledger.tablestore import Place
from shared.ledger.tablestore_setup import create_table
from tests.e2e.conftest import Town, event, failure, hung_cluster
from tests.e2e.test_rogue_peers import BABBLES, BREAKS
from tests.support.depth import of_today
from tests.support.rogue_peer import RoguePeer, Spoil

REQUESTS = [("BatchWriteRow", nth) for nth in range(4)] + [("BatchGetRow", nth) for nth in range(3)]
CASES = [
    (operation, nth, how, after)
    for operation, nth in REQUESTS
    for how in {**BREAKS, **BABBLES}
    for after in (False, True)
]


@pytest.mark.parametrize(("operation", "nth", "how", "after"), of_today(CASES, 16))
def test_one_rerun_whatever_becomes_of_a_request(
    town: Town, monkeypatch: pytest.MonkeyPatch, operation: str, nth: int, how: str, *, after: bool
) -> None:
    """Before it is written or after: the delivery says so or goes on, and told again it is never begun anew."""
    monkeypatch.setattr(_tablestore_link, "TIMEOUT_S", 2.0)
    town.cloud.mount(Tablestore.serves, Tablestore(SystemClock(), [LOCAL_CREDENTIAL], instance="sw"))
    key, secret = LOCAL_CREDENTIAL.access_key_id, LOCAL_CREDENTIAL.access_key_secret
    place = Place(endpoint=town.cloud.endpoint, instance="sw", table="ledger")
    assert create_table(place, Credentials(access_key_id=key, access_key_secret=secret))
    hung_cluster(town, 1)
    told = event(failure(1))
    with RoguePeer(town.cloud.server.port) as peer:
        monkeypatch.setenv("SECONDWIND_LEDGER_URL", f"tablestore://sw/ledger?endpoint={peer.endpoint}")
        peer.spoil(operation, *([None] * nth), Spoil({**BREAKS, **BABBLES}[how], after_effect=after))
        for _ in range(3):
            with suppress(LedgerUnavailable):
                town.invoke("event_trigger", told)
    assert [kill.job_id for kill in town.cloud[Ehpc].kills] == ["1.scheduler"]
