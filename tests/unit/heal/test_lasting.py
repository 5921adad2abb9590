"""What a power cut may take back is what happens once more without harm: no attempt, no result, nothing told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shared.ports import Write
from tests.support.house import House, verdicts
from tests.support.meddled_ledger import MeddledLedger
from tests.unit.heal.tricks import break_it


class Noting(MeddledLedger):
    """Notes of each save what has to last."""

    def __init__(self, inner: MeddledLedger) -> None:
        super().__init__(inner)
        self.lasting: list[dict[str, bool]] = []

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the ledger does."""
        self.lasting.append({write.key.partition("/")[0]: write.lasting for write in writes})
        return super().save(writes)


@pytest.fixture
def noting(house: House) -> Noting:
    """The house's ledger from now on."""
    house.ledger = made = Noting(house.ledger)
    return made


def test_attempt_and_result_last_tokens_and_strikes_need_not(house: House, noting: Noting) -> None:
    """Tokens are followed by the attempt, in the same file; what is told again has the id that it had."""
    assert verdicts(house.deliver(house.hung(1))) == [("rerun", "accepted")]
    assert noting.lasting == [{"breaker": False}, {"ehpc": True}, {"ehpc": True}, {"ehpc": False}]


def test_an_opened_breaker_lasts(house: House, noting: Noting) -> None:
    """It is told before anything else is saved, and nobody would open it again."""
    break_it(house)
    house.deliver(*(house.hung(number) for number in range(1, 4)))
    assert noting.lasting[0] == {"breaker": True}


def test_what_the_logstore_did_not_take_lasts(house: House, noting: Noting) -> None:
    """Outcomes that no record owes have nowhere else to be."""
    house.sink.down = True
    house.ehpc.jobs.clear()
    house.deliver(house.failure(1))
    assert noting.lasting == [{"owed": True}]
