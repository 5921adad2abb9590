"""Random nights of real processes over real ledgers, judged by the laws of the proof.

What may happen is what happens in `tests/proof/test_random_histories.py`; here invocations overlap, die by SIGKILL
wherever they are, also amid a save, and lose their connections. `make nights` runs many: `SECONDWIND_NIGHTS` of each
ledger, from the seed `SECONDWIND_NIGHTS_SEED` on. A night that breaks a law is told whole, with its seed.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.domain.failure import Trigger
from shared.systems import SYSTEMS
from tests.processes.night_world import NightWorld
from tests.processes.nursery import Nursery
from tests.proof.cast import POLICY
from tests.proof.cluster import Flavour
from tests.proof.delivery import Delivery
from tests.proof.histories import BreachError, Met
from tests.proof.test_random_histories import ANSWERS, Night
from tests.support.depth import of_today
from tests.support.redis_server import RedisServer

NIGHTS = int(os.environ.get("SECONDWIND_NIGHTS", "3"))
FIRST_SEED = int(os.environ.get("SECONDWIND_NIGHTS_SEED", "1"))
STEPS = 25
WANTED = {"killed", "redelivered", "rerun/accepted"}
WANTED_OF_MANY = WANTED | {"conflict", "killed amid a save", "unknown/answer_lost", "duplicate/in_hand"}
MANY = 50

Place = tuple[Callable[[], str], Callable[[], object] | None]
"""Makes an empty ledger and tells its URL; cuts every connection to it, where there are any."""


@contextmanager
def sqlite(folder: Path) -> Iterator[Place]:
    """A file a night."""
    numbers = iter(range(1_000_000))
    yield lambda: f"sqlite://{folder / f'{next(numbers)}.db'}", None


@contextmanager
def redis(folder: Path) -> Iterator[Place]:
    """A server, emptied before each night."""
    server = RedisServer(folder / "redis")

    def emptied() -> str:
        server.ask("FLUSHALL")
        return f"redis://127.0.0.1:{server.port}/0"

    try:
        yield emptied, lambda: server.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    finally:
        server.stop()


class RealNight(Night):
    """One night of real processes."""

    def __init__(self, world: NightWorld) -> None:
        super().__init__()
        self.night = world
        self.world = world

    def deliver_some(self) -> None:
        """What was told, or something delivered before."""
        if self.waiting:
            self.deliver()
        elif self.sent:
            self.deliver_again(which=self.night.luck.randrange(8))

    def meet_others(self, others: Sequence[int | None]) -> None:
        """A delivery meets others of before, and sweeps."""
        if not (self.waiting or self.sent):
            return
        bodies: list[Delivery | None] = [self._pack() if self.waiting else self.sent[-1]]
        bodies += [None if other is None else self.sent[other % len(self.sent)] for other in others]
        for who, body in zip(self.night.at_once(bodies), bodies, strict=True):
            if body is not None and who.failed:
                self.night.again(body, 1)

    def somebody_dies_amid_a_save(self) -> None:
        """Which documents are saved then, nobody knows."""
        self.night.amid += 1

    def a_connection_is_cut(self) -> None:
        """To the ledger, before or after the next request has left."""
        self.night.cuts += 1

    def the_clock_is_stepped(self, seconds: float) -> None:
        """Forward, while somebody is at work."""
        self.night.leaps.append(seconds)


Draw = Callable[[random.Random], dict[str, Any]]
DRAWS: dict[str, Draw] = {
    "fails": lambda by: {
        "which": by.randrange(8),
        "door": by.choice([Trigger.EVENT, Trigger.LOG]),
        "exact": by.random() < 0.5,
    },
    "day_fails": lambda _: {},
    "deliver_some": lambda _: {},
    "meet_others": lambda by: {"others": [by.choice([None, by.randrange(8)]) for _ in range(by.randint(1, 3))]},
    "time_passes": lambda by: {"seconds": by.choice([1.0, 10.0, 35.0, 61.0, 125.0, 190.0, 700.0, 4000.0])},
    "something_will_break": lambda by: {"ahead": by.randint(0, 14), "number": by.randint(0, 10)},
    "scheduler_acts": lambda by: {
        "which": by.randrange(8),
        "change": by.choice(["requeue", "requeue", "finish"]),
        "after_s": by.uniform(0, 200),
    },
    "service_answers": lambda by: {"system": by.choice(SYSTEMS.names), "fault": by.choice(ANSWERS)},
    "sink_fails": lambda by: {"seconds": by.choice([5.0, 100.0, 900.0])},
    "somebody_dies_amid_a_save": lambda _: {},
    "a_connection_is_cut": lambda _: {},
    "the_clock_is_stepped": lambda by: {"seconds": by.choice([0.7, 5.0, 31.0, 61.0])},
}
"""What may happen, by the method that does it."""
OFTEN = ("fails", "fails", "deliver_some", "meet_others", "meet_others")


def live(night: RealNight, chance: random.Random) -> None:
    """A whole night, to rest, and the laws.

    Raises:
        BreachError: one is broken.
    """
    flavours = [chance.choice(list(Flavour)) for _ in range(chance.randint(1, 3))]
    night.begin(flavours=flavours, attempts=chance.randint(1, 3), most=chance.randint(1, 4))
    for _ in range(STEPS):
        what = chance.choice([*DRAWS, *OFTEN])
        getattr(night, what)(**DRAWS[what](chance))
    night.teardown()


@pytest.mark.timeout(0)
@pytest.mark.parametrize("backend", of_today([sqlite, redis]))
def test_no_night_of_real_processes_breaks_a_law(
    backend: Callable[[Path], AbstractContextManager[Place]], record_property: Callable[[str, object], None]
) -> None:
    """Laws 1 to 8 and 10 to 12 hold whoever is killed, cut off or overtaken; what shall be met was met."""
    met = Met()
    folder = Path(tempfile.mkdtemp(prefix="nights-"))  # short: a socket's path has at most 107 characters
    try:
        with backend(folder) as (emptied, cut), closing(Nursery(folder)) as nursery:
            for number in range(FIRST_SEED, FIRST_SEED + NIGHTS):
                chance = random.Random(number)
                world = NightWorld(POLICY, nursery, emptied(), chance, cut)
                try:
                    night = RealNight(world)
                    night.met = met  # type: ignore[misc]  # of this run alone
                    live(night, chance)
                except BreachError as error:
                    raise AssertionError(f"the night of seed {number} over {backend.__name__}: {error}") from None
                finally:
                    world.close()
    finally:
        shutil.rmtree(folder)
    record_property("histories of real processes", met.histories)
    wanted = WANTED_OF_MANY if NIGHTS >= MANY else WANTED
    assert not [word for word in wanted if not met.words[word]], dict(met.words)
