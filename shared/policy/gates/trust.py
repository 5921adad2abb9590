"""The gates that ask whether a telling can be believed: who told it, and does the live job agree.

Logs and events are written by strangers, and a forged failure kills somebody's running job.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from shared.domain.failure import Failure, Speaker, Trigger
from shared.domain.gate import GateAnswer, Stop
from shared.domain.job import Scope, State
from shared.domain.proof import Run
from shared.domain.reasons import Reason
from shared.domain.runs import SKEW_S
from shared.domain.verdicts import Verdict
from shared.policy.conditions import Source
from shared.policy.evidence import bare_owner
from shared.policy.facts import Facts
from shared.policy.itself import Itself
from shared.policy.model import Policy
from shared.policy.places import names_places, place_fits, speaks_for

_ANYBODY = GateAnswer("no sources in the policy", "a source that may speak for the job")
_BY_HAND = GateAnswer("told by hand", "a source that may speak for the job")
_FOUND = GateAnswer("found by looking", "a source that may speak for the job")


def may_speak(facts: Facts) -> GateAnswer:
    """May whoever told it speak for this job?

    Not asked by hand: who may invoke the function is RAM's business. Nor of what was found: the job system showed it.
    Whose job it is says the live job alone. Where the job system names no owner, or lists no such job, no `owners` fit.
    """
    failure = facts.failure
    if not facts.policy.sources:
        return _ANYBODY
    if failure.trigger is Trigger.MANUAL:
        return _BY_HAND
    if failure.trigger is Trigger.DISCOVER:
        return _FOUND
    seen = facts.seen
    # What cannot be looked at, or is not there, cannot be rerun either: the owner is asked for when it is seen.
    unseen = seen is None or seen.state is State.NOT_FOUND
    owner = failure.owner if seen is None else seen.owner
    return _may_speak(Itself(facts.policy.sources), failure.speaker, failure.scope, bare_owner(owner), unseen=unseen)


def may_tell(policy: Policy, speaker: Speaker, *, by_hand: bool) -> bool:
    """May whoever told it speak at all? Asked of what is told of machines, which have no owner."""
    return by_hand or not policy.sources or any(_is_from(source, speaker) for source in policy.sources)


@lru_cache(maxsize=512)
def _may_speak(
    sources: Itself[tuple[Source, ...]], speaker: Speaker, scope: Scope, owner: str, *, unseen: bool
) -> GateAnswer:
    speaking = [source for source in sources.it if _is_from(source, speaker) and speaks_for(source, scope)]
    for source in speaking:
        if (unseen and not owner) or place_fits(source.owners, owner):
            return GateAnswer(speaker.called, _BY_HAND.wanted)
    message = "no source of the policy that told this may speak for this job"
    if speaking and not owner:
        message += ": the job system names no owner for it, and the owner told counts for nothing"
    stop = Stop(Verdict.SUPPRESSED, Reason.UNTRUSTED_SOURCE, message)
    return GateAnswer(speaker.called, _BY_HAND.wanted, stop)


_ASKED_OF_NOBODY = frozenset({Trigger.MANUAL, Trigger.DISCOVER})
"""`sources` say nothing of these: RAM says who may invoke the one, the job system has shown what the other finds."""


class Standing(Enum):
    """What a speaker is to the place that they speak of, whoever owns its jobs."""

    NAMED = "a source that names the place"
    ALLOWED = "nothing against it"
    """No source was asked for, or one that may speak for any place."""
    STRANGER = "no source that may speak for the place"


def standing(policy: Policy, failure: Failure) -> Standing:
    """Whether whoever told it may speak for the cluster or group, as far as that can be said before any look."""
    if not policy.sources or failure.trigger in _ASKED_OF_NOBODY:
        return Standing.ALLOWED
    return _standing(Itself(policy.sources), failure.speaker, failure.scope)


@lru_cache(maxsize=512)
def _standing(sources: Itself[tuple[Source, ...]], speaker: Speaker, scope: Scope) -> Standing:
    speaking = [source for source in sources.it if _is_from(source, speaker) and speaks_for(source, scope)]
    if any(names_places(source) for source in speaking):
        return Standing.NAMED
    return Standing.ALLOWED if speaking else Standing.STRANGER


def _is_from(source: Source, speaker: Speaker) -> bool:
    if source.event is not None:
        asked = (
            (source.event.source, speaker.event_source),
            (source.event.bus, speaker.event_bus),
            (source.event.account, speaker.event_account),
        )
        return speaker.is_event and all(place_fits(globs, value) for globs, value in asked)
    if source.log is None or speaker.is_event:
        return False  # what an event says of the log that it came from is written by whoever sends events
    there = place_fits(source.log.project, speaker.project) and place_fits(source.log.logstore, speaker.logstore)
    return there and place_fits(source.log.topic, speaker.topic)


def claims_agree(facts: Facts) -> GateAnswer:
    """Does what was told of the job agree with what the live job says of itself?

    Compared where both speak: owner, nodes while the run meant is the one seen, and a start that the list should long
    have shown. No run can have failed that had not begun when its failure was told. Names and queues are evidence only:
    a name may be cut short or shown otherwise, a queue routed.
    """
    wrong = _disagreement(facts)
    if not wrong:
        return _AGREED
    message = f"what was told of the job's {wrong} is not what the job says of itself"
    return GateAnswer(f"another {wrong}", _AGREED.wanted, Stop(Verdict.SUPPRESSED, Reason.UNTRUSTED_SOURCE, message))


_AGREED = GateAnswer("nothing against it", "what was told agrees with what is seen")


def _foretold(facts: Facts, start: float) -> bool:
    """Whether the start told, or the one listed that it is taken for, lies ahead of the telling and is no evidence.

    That of a clock which goes a little ahead is the start of a run that the first look shows. One that shows only later
    may be somebody's guess, and nothing ever tells the two apart.
    """
    live = facts.seen_life
    if live is not None and live.began is not None and facts.run is Run.THIS:
        start = max(start, live.began)
    ahead_s = start - facts.told_at
    if ahead_s <= 0:
        return False
    case = facts.case
    shown = facts.run is not Run.UNCLEAR if case is None else case.run_clear or case.life is not None
    return ahead_s > SKEW_S or not shown


def _disagreement(facts: Facts) -> str:
    told, seen = facts.failure, facts.snapshot
    if told.owner and seen.owner and bare_owner(told.owner) != bare_owner(seen.owner):
        return "owner"
    if told.started_at is not None and _foretold(facts, told.started_at):
        return "start"
    return seen.disagreement(told, facts.run, settle_s=facts.policy.timing.settle_s)
