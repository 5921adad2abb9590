"""What all documents of a ledger come to: what is owed and open, which breakers are, and what nobody can read."""

from __future__ import annotations

from shared.documents import limit_write
from shared.domain.keys import breaker_key
from shared.domain.limits import SharedLimit
from shared.people.standing import standing
from shared.ports import Ledger, Write
from tests.support.clock import START
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import held, put


def test_everything_that_is_due_is_counted(ledger: Ledger) -> None:
    """Records by their open failures, breakers if they are open, and what cannot be read by its number."""
    case = held(1)
    put(ledger, case)
    opened = SharedLimit(opened_at=START, owed=({"outcome_id": "told"},))
    bad = Write(key="ehpc/cn-hangzhou/c/9.s", document=b"{", expected=None, due_at=START, expires_at=None)
    ledger.save([limit_write(breaker_key(CLUSTER), opened, None, START), bad])
    found = standing(ledger)
    assert dict(found.open) == {case.failure_id: case.opened_at}
    assert (len(found.open_breakers), found.unreadable) == (1, 1)
    assert "told" in found.owed
