"""What would be decided of a failure now, gate by gate: a look and no call, and nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from shared.domain.credentials import Credentials
from shared.domain.decision import Ask
from shared.domain.failure import Failure, Trigger
from shared.domain.gate import Gate
from shared.domain.outcome import stable_id
from shared.heal import Healer, Invocation, Item
from shared.openers.systems import open_systems
from shared.policy.model import Policy
from shared.ports import Clock, Ledger
from shared.reality import SystemChance
from shared.settings import Settings

WHO = "console"


def gates_of(
    failure: Failure,
    ledger: Ledger,
    settings: Settings,
    credentials: Credentials,
    policy: Policy,
    clock: Clock,
    until: float,
) -> tuple[Gate, ...]:
    """Every gate that is asked of the failure now, as `secondwind explain` asks it.

    A redelivery would be answered by the first gates as told before, so it is another telling of the same failure.

    Args:
        failure: as the ledger has it.
        ledger: read, and rehearsed upon in memory.
        settings: for the job systems.
        credentials: as well.
        policy: as well.
        clock: as well.
        until: unix seconds at which the look must be over.

    Raises:
        LedgerUnavailable: it is out of reach.
    """
    systems = open_systems(settings, policy, credentials, clock, lambda: until - clock.now())
    healer = Healer(
        systems=systems,
        ledger=ledger,
        sink=_Nowhere(),
        clock=clock,
        chance=SystemChance(),
        policy=policy,
        invocation=Invocation(WHO, until),
    )
    retold = replace(failure, telling_id=stable_id("asked", failure.telling_id))
    ask = Ask(now=clock.now(), trigger=Trigger.MANUAL, request_id=WHO, dry_run=True)
    walked = healer.under_controls().walk([Item(retold)], ask)
    return next((one.decision.gates for one in walked.results if one.decision is not None), ())


class _Nowhere:
    """Implements `shared.ports.OutcomeSink` for who only asks: a walk reports nothing."""

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """Nobody puts anything here."""
        raise TypeError(f"{len(records)} outcomes of a question were about to be written")
