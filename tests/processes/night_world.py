"""The proof's world, whose invocations are real processes over a real ledger.

Everything else is the proof's: virtual time, schedulers, services, Logstore, the platform, and so the laws. One process
runs at a time, from one question to the next; which one, chance says, so that a seed says the interleaving too. A save
is known exactly: nobody else saves until it is over, and after a process died amid one the ledger itself is asked.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from shared.domain.credentials import Credentials
from shared.domain.errors import LedgerUnavailable, SinkUnavailable
from shared.openers.ledger import OpenLedger, open_ledger
from shared.policy.model import Policy
from shared.ports import Stored, Write
from shared.settings import parse_ledger_url
from tests.processes.night_worker import Task
from tests.processes.nursery import Hand, Nursery
from tests.proof.baton import Baton
from tests.proof.delivery import Delivery
from tests.proof.seam import Conflict, Crash, Fault
from tests.proof.truth import Invoked, Saved
from tests.proof.world import TIMER_S, World
from tests.support.memory_ledger import Kept

HALF = 0.5
STAYS = 0.7
"""How often the process that ran last runs on."""
AMID_S = 0.002
"""How far a save may have come when its process is killed amid it."""
AFTERWARDS_S = 0.01
"""What a killed process had sent has arrived by then."""


class NightWorld(World):
    """One history of real processes; `close` at its end.

    Args:
        policy: what holds.
        nursery: where processes come from.
        url: of the ledger, which is empty.
        chance: chooses who runs on, and where those die that are killed amid a save.
        cut: has the next request to the ledger cut; None where no connection can be.
    """

    def __init__(
        self, policy: Policy, nursery: Nursery, url: str, chance: random.Random, cut: Callable[[], object] | None = None
    ) -> None:
        super().__init__(policy)
        self.baton = Baton((0, 0))  # nobody holds it; says that invocations overlap
        self.amid = self.cuts = 0
        """How many of the coming saves are killed amid, and how many of the coming requests are cut."""
        self.leaps: list[float] = []
        """By how much the clock is stepped forward, at the next times that somebody asks for it."""
        self._nursery = nursery
        self._url = url
        self.luck = chance
        self._cut = cut
        self._real: OpenLedger = open_ledger(
            parse_ledger_url(url), Credentials(access_key_id="", access_key_secret=""), self.clock, lambda: 60.0
        )

    def close(self) -> None:
        """Let go of the ledger."""
        self._real.close()

    def deliver(self, delivery: Delivery, tries: int = 1) -> None:
        """The platform delivers, and again if that failed."""
        (who,) = self.at_once([delivery])
        if who.failed:
            self.again(delivery, tries)

    def sweep(self) -> None:
        """One run of the timer's function."""
        self._next_timer = (self.clock.moment // TIMER_S + 1) * TIMER_S
        self.at_once([None])

    def at_once(self, bodies: Sequence[Delivery | None]) -> list[Invoked]:
        """Run deliveries, and sweeps for None, at the same time, each in a process, to their ends."""
        hands = [self._begun(body) for body in bodies]
        last, living = hands[0], list(hands)
        try:
            while living:
                stays = last in living and self.luck.random() < STAYS
                last = last if stays else self.luck.choice(living)
                self.current = last.who
                if not self._serve(last):
                    living.remove(last)
        finally:
            self.current = self.outside
            for hand in living:  # the history itself has broken off
                self._gone(hand)
        return [hand.who for hand in hands]

    def _begun(self, delivery: Delivery | None) -> Hand:
        door = "sweep" if delivery is None else delivery.door.value
        who, _ = self.begin(door, dry_run=delivery is not None and delivery.dry_run)
        if delivery is not None:
            self.together.add(frozenset(failure.event_id for failure in delivery.failures))
        pid, wire = self._nursery.spawn()
        sizes = {name: system.batch_size for name, system in self.systems.items()}
        wire.send(Task(who.label, who.deadline, self.policy, self._url, sizes, delivery))
        return Hand(who, pid, wire)

    def _serve(self, hand: Hand) -> bool:
        """Answer one question; whether the process lives."""
        question = hand.wire.recv()
        if question[0] == "ended":
            hand.who.error = question[1]
            self.history.append((self.clock.moment, hand.who.label, f"ended: {question[1]!r}", 0, None))
            self._gone(hand)
            return False
        try:
            hand.wire.send(("return", self._answer(hand, *question)))
        except (LedgerUnavailable, SinkUnavailable) as error:
            hand.wire.send(("raise", error))
        except Crash:
            self.history.append((self.clock.moment, hand.who.label, "SIGKILL", 0, None))
            self._gone(hand)
            return False
        return True

    def _gone(self, hand: Hand) -> None:
        self._end(hand)
        hand.wire.close()

    def _end(self, hand: Hand) -> None:
        if hand.pid:
            self._nursery.kill(hand.pid)
            hand.pid = 0

    def _answer(self, hand: Hand, name: str, *about: Any) -> Any:
        if name == "now":
            self.clock.moment += self.leaps.pop() if self.leaps else 0.0
            return self.clock.moment
        if name == "put":
            return self.sink.put(*about)
        if name == "observe":
            return self.systems[about[0]].observe(about[1])
        if name == "rerun":
            return self.systems[about[0]].rerun(about[1])
        if name == "save":
            return self._save(hand, about[0])
        return self._read(hand, name, about[0] if about else 1)

    def _read(self, hand: Hand, name: str, size: int) -> None:
        fault = self.step(name, size)
        if fault is Fault.ERROR_BEFORE:
            self.leave(fault)
            self._fail(hand)
        self._let(hand, size)
        self.leave(fault)

    def _save(self, hand: Hand, writes: list[Write]) -> None:
        """A save as the plan has it; what it left in the ledger is written down, whatever became of the process."""
        fault = self.step("save", len(writes))
        if fault is Fault.ERROR_BEFORE:
            self.leave(fault)
            self._fail(hand)
        if isinstance(fault, Conflict):
            self._touch([writes[place].key for place in fault.places])
        taken = writes[: (len(writes) + 1) // 2] if fault is Fault.HALF else writes
        try:
            if self.amid:
                self.amid -= 1
                hand.wire.send(("return", len(taken)))
                time.sleep(self.luck.uniform(0, AMID_S))
                self._end(hand)
                self.tally.add("killed amid a save")
                self.die()
            self._let(hand, len(taken))
        finally:
            self._note_saved(taken)
        self.leave(fault)
        if fault in {Fault.ERROR_AFTER, Fault.HALF}:
            self._fail(hand)

    def _let(self, hand: Hand, answer: int) -> None:
        """Let the process do what it asked for, and hear how it went."""
        cut = self.cuts > 0 and self._cut is not None
        before = self.luck.random() < HALF
        if cut and before:
            self._cut_now()
        hand.wire.send(("return", answer))
        if cut and not before:
            self._cut_now()
        while (heard := hand.wire.recv())[0] == "now":  # the ledger asks what has expired
            hand.wire.send(("return", self.clock.moment))
        how, *about = heard
        if how == "failed":
            hand.who.ledger_failed = True
            self.tally.add("the ledger failed")
        else:
            self.ledger.conflicts += about[0]

    def _cut_now(self) -> None:
        assert self._cut is not None
        self.cuts -= 1
        self._cut()
        self.tally.add("cut")

    def _fail(self, hand: Hand) -> None:
        hand.who.ledger_failed = True
        raise LedgerUnavailable("the ledger is out of reach")

    def _touch(self, keys: Sequence[str]) -> None:
        """Somebody else writes these documents as they are."""
        for key in keys:
            there = self.ledger.store.kept.get(key)
            if there is not None:
                write = Write(
                    key=key,
                    document=there.stored.document,
                    expected=there.stored.version,
                    due_at=there.due_at,
                    expires_at=there.expires_at,
                )
                assert not self._real.save([write])
                self._note(write, self.outside)

    def _note_saved(self, writes: Sequence[Write]) -> None:
        if self.current.dead:
            time.sleep(AFTERWARDS_S)
        for write in writes:
            self._note(write, self.current)

    def _note(self, write: Write, who: Invoked) -> None:
        """Of a save that may have been made: what the ledger holds now was saved by it if it is new."""
        found, store = self._loaded(write.key), self.ledger.store
        known = store.kept.get(write.key)
        if found is None or (known is not None and known.stored == found):
            return
        assert found.document == write.document, f"{write.key} holds what nobody saved"
        store.kept[write.key] = Kept(found, write.due_at, write.expires_at)
        if who is not self.outside:
            store.saved.append(Saved(self.clock.moment, who, write.key, write.document, write.due_at, write.expires_at))

    def _loaded(self, key: str) -> Stored | None:
        """As the ledger has it; our own connection is cut with those of the processes."""
        try:
            return self._real.load([key]).get(key)
        except LedgerUnavailable:
            return self._real.load([key]).get(key)
