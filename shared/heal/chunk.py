"""Up to a hundred failures of one scope: decided, reserved, called and settled, one ledger round trip a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from threading import Lock

from msgspec import Struct, field
from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.failure import Trigger
from shared.domain.job import Scope
from shared.heal.act import Actor
from shared.heal.admission import Admission
from shared.heal.canary import judge_canaries
from shared.heal.decider import Decider
from shared.heal.fetch import Fetcher
from shared.heal.item import CHUNK, Invocation, Item, Notice, Result, Walked
from shared.heal.late import count_late
from shared.heal.limits import SharedLimits
from shared.heal.nodes import NodeMemory
from shared.heal.prefetch import Prefetch
from shared.heal.records import Records
from shared.heal.settle import settle
from shared.heal.writer import Writer
from shared.policy.inherit import with_limits_at
from shared.policy.model import Policy
from shared.ports import Chance, Clock, JobSystem, Ledger, Write, whole_save_of
from shared.systems import SYSTEMS

TRIES = 3
"""How often a decision is made anew after a conflict."""


class ChunkTerms(Struct, frozen=True, kw_only=True):
    """What all chunks of a walk have in common."""

    systems: Callable[[str, str], JobSystem]
    ledger: Ledger
    clock: Clock
    chance: Chance
    policy: Policy
    invocation: Invocation
    ask: Ask
    tied: bool
    """Nothing but outcomes may come of it."""
    fetches: bool
    actor: Actor
    prefetch: Prefetch | None
    """None: the documents are loaded after the look."""
    pacing: Lock = field(default_factory=Lock)
    """A pace is shared by groups: turns that took its tokens at once would only conflict."""


class Chunk:
    """Failures of one cluster or group, `item.CHUNK` at most, from the look to the settled call."""

    def __init__(self, terms: ChunkTerms, scope: Scope) -> None:
        """`scope`: the cluster or group of all its failures."""
        self._terms, self._scope = terms, scope
        self._ask = ask = replace(terms.ask, now=terms.clock.now())
        policy, invocation = terms.policy, terms.invocation
        self._records = records = Records(terms.ledger, ask.now)
        self._writer = writer = Writer(
            records=records,
            policy=policy,
            ask=ask,
            tied=terms.tied,
            chance=terms.chance,
            invocation=invocation,
        )
        self._nodes = nodes = NodeMemory(
            ledger=terms.ledger,
            systems=terms.systems,
            clock=terms.clock,
            policy=policy,
            scope=scope,
            now=ask.now,
            hard_deadline=invocation.hard_deadline,
            via=ask.trigger,
        )
        self._limits = SharedLimits(
            ledger=terms.ledger,
            policy=with_limits_at(policy, scope),
            scope=scope,
            now=ask.now,
            effect_by=invocation.hard_deadline + policy.timing.settle_s,
            via=ask.trigger,
        )
        self._decider = Decider(records=records, writer=writer, policy=policy, ask=ask, nodes=nodes)

    def handle(self, items: Sequence[Item], walked: Walked) -> None:
        """Take them all the way, and add what came of them to what is told."""
        terms, ask, records = self._terms, self._ask, self._records
        contended = self._reserve(items)
        left = set(map(id, contended))
        self._writer.clear_up([item for item in items if id(item) not in left])
        for item in contended:
            self._postpone(item)
        walked.notices += [] if terms.tied else self._limits.notices
        walked.notices += judge_canaries(self._scope, items, records, terms.ledger, terms.policy, ask)
        reserved = [item for item in items if item.owner]
        if reserved:
            terms.actor.act(reserved)
        if reserved or records.any_changed:
            settle(reserved, records, terms.policy, replace(ask, now=terms.clock.now()))
            count_late(self._limits, reserved)
        owed = self._nodes.save()
        walked.notices += [] if terms.tied else owed
        self._tell(items, walked)
        for item in items:
            item.let_go()

    def _tell(self, items: Sequence[Item], walked: Walked) -> None:
        if not self._terms.tied:
            walked.notices += [Notice(item.writes_to, told) for item in items for told in item.besides]
        asked = self._ask.trigger is Trigger.MANUAL  # who else is shown the gates? Ten thousand decisions are 60 MB
        walked.results += [
            Result(item.outcome, item.decision if asked else None, item.owed_by)
            for item in items
            if item.outcome is not None
        ]
        if len(walked.left) < CHUNK:  # of a storm they are read again, some hundreds at once: all would be 60 MB
            walked.left.update(self._records.left(item.owed_by for item in items if item.owed_by))

    def _fetcher(self) -> Fetcher | None:
        terms = self._terms
        if not (terms.fetches and terms.policy.fetch_output):
            return None
        return Fetcher(terms.systems, terms.clock, terms.policy, terms.invocation.hard_deadline)

    def _reserve(self, items: Sequence[Item]) -> Sequence[Item]:
        """Decide, ask what is missing, take tokens, decide on what was granted, reserve.

        What conflicts, or rests on documents that were asked for too early, begins anew, three times at most; the items
        that still conflict then come back.
        """
        records, nodes, limits, decider = self._records, self._nodes, self._limits, self._decider
        fetcher = self._fetcher()
        for tried in range(TRIES):
            shared = records.open([*(key for item in items for key in item.reads), *limits.keys, *nodes.keys])
            nodes.read(shared)
            nodes.ask(items)
            apart = decider.set_apart(items)
            if apart:
                records.open(apart)
            if any(item.moves_to for item in items):
                items = decider.name_homes(items)
            unasked = limits.unasked(shared)
            if not self._decide(items, unasked, None if tried else fetcher, anew=tried > 0):
                continue
            wanting = [item for item in items if item.wants_call]
            if wanting:
                with self._terms.pacing if SYSTEMS.named(limits.scope.system).pace else nullcontext():
                    admission = limits.take(wanting, shared, unasked.breaker, self._with_tokens())
                if not admission.grants(wanting):
                    records.revert()
                    decider.decide_all(items, admission)
            items = self._saved(items)
            if not items:
                break
        return items

    def _saved(self, items: Sequence[Item]) -> Sequence[Item]:
        """Save what was decided; the items that conflict come back."""
        records, nodes = self._records, self._nodes
        counted = nodes.writes() if records.any_changed else []
        conflicts = records.save(counted)
        if counted and counted[0].key not in conflicts | records.refused:
            nodes.written()
        for item in items:
            if item.decision is not None and item.writes_to in records.refused:
                self._writer.refuse(item)
        return [item for item in items if item.writes_to in conflicts]

    def _with_tokens(self) -> Callable[[Sequence[Write]], bool] | None:
        """How reservations are saved in one with the tokens for them; None where the ledger has no such save."""
        whole = whole_save_of(self._terms.ledger)
        if whole is None:
            return None

        def saved(tokens: Sequence[Write]) -> bool:
            done = self._records.save_whole(whole, [*tokens, *self._nodes.writes()])
            if done:
                self._nodes.written()
            return done

        return saved

    def _decide(self, items: Sequence[Item], unasked: Admission, fetcher: Fetcher | None, *, anew: bool) -> bool:
        """Decide; once more where output or a suspected node came to light. False: on documents that are too old."""
        decider, prefetch = self._decider, self._terms.prefetch
        decider.decide_all(items, unasked)
        if fetcher is not None and fetcher.fetch(items, decider):
            decider.decide_all(items, unasked)
            if fetcher.fetch(items, decider):  # of another failure of the job, which was behind the first
                decider.decide_all(items, unasked)
        if self._nodes.count(items):
            self._nodes.ask(items)
            self._records.revert()
            decider.decide_all(items, unasked)
        return anew or prefetch is None or not prefetch.outrun(items)

    def _postpone(self, item: Item) -> None:
        """Too many writers: wait in a document of its own. What the sweep took up is due in the ledger anyway."""
        item.start_over()
        if item.origin is not None:
            return
        item.apart = True
        self._records.open(item.reads)
        self._decider.postpone(item)
        self._records.save()
        if item.writes_to in self._records.refused:
            self._writer.refuse(item)
