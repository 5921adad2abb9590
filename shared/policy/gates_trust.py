"""The gates that ask whether a telling can be believed: who told it, and does the live job agree.

Logs and events are written by strangers, and a forged failure kills somebody's running job.
"""

from __future__ import annotations

import re

from shared.domain.failure import Speaker, Trigger
from shared.domain.job import Scope, State
from shared.domain.reasons import Reason, Verdict
from shared.domain.runs import START_TOLERANCE_S, Run
from shared.domain.snapshot import EhpcSnapshot, LookFailed
from shared.policy.conditions import Source
from shared.policy.evidence import bare_owner
from shared.policy.facts import Answer, Facts, Stop
from shared.policy.places import place_fits, speaks_for

_BETWEEN_NODES = re.compile(r"[\s,;+]+")
_ANYBODY = Answer("no sources in the policy", "a source that may speak for the job")
_BY_HAND = Answer("told by hand", "a source that may speak for the job")


def may_speak(facts: Facts) -> Answer:
    """May whoever told it speak for this job? Not asked by hand: who may invoke the function is RAM's business."""
    failure = facts.failure
    if not facts.policy.sources:
        return _ANYBODY
    if failure.trigger is Trigger.MANUAL:
        return _BY_HAND
    look = facts.observation
    seen = None if isinstance(look, LookFailed) else look.owner
    asked = (failure.speaker, failure.scope, failure.owner, seen)
    known: dict[object, Answer] | None = facts.policy.__dict__.get(_KEPT_AS)
    if known is None or len(known) >= _MOST_KNOWN:
        known = facts.policy.__dict__[_KEPT_AS] = {}
    answer = known.get(asked)
    if answer is None:
        answer = known[asked] = _may_speak(facts.policy.sources, *asked)
    return answer


_KEPT_AS = "_speakers"
_MOST_KNOWN = 512
"""Answers that are kept beside a policy: the same few speak for the same places and owners again and again."""


def _may_speak(sources: tuple[Source, ...], speaker: Speaker, scope: Scope, told: str, seen: str | None) -> Answer:
    owner = bare_owner(seen or told)
    # While the job cannot be looked at and no owner was told, the owner is asked for when it goes on.
    waits = not owner and seen is None
    for source in sources:
        speaks = _is_from(source, speaker) and speaks_for(source, scope)
        if speaks and (source.owners is None or waits or place_fits(source.owners, owner)):
            return Answer(_shown(speaker), _BY_HAND.wanted)
    message = "no source of the policy that told this may speak for this job"
    stop = Stop(Verdict.SUPPRESSED, Reason.UNTRUSTED_SOURCE, message)
    return Answer(_shown(speaker), _BY_HAND.wanted, stop)


def _is_from(source: Source, speaker: Speaker) -> bool:
    if source.event is not None:
        return bool(speaker.event_source) and place_fits(source.event.source, speaker.event_source)
    if source.log is None or speaker.event_source:
        return False  # what an event says of the log that it came from is written by whoever sends events
    there = place_fits(source.log.project, speaker.project) and place_fits(source.log.logstore, speaker.logstore)
    return there and (source.log.topic is None or place_fits(source.log.topic, speaker.topic))


def _shown(speaker: Speaker) -> str:
    if speaker.event_source:
        return f"event source {speaker.event_source}"
    if not speaker.project:
        return "nobody known"
    return f"log {speaker.project}/{speaker.logstore}" + (f" topic {speaker.topic}" if speaker.topic else "")


def claims_agree(facts: Facts) -> Answer:
    """Does what was told of the job agree with what the live job says of itself?

    Compared where both speak: owner, nodes while the run meant is the one seen, and a start that the list should long
    have shown. Names and queues are evidence only: a name may be cut short or shown otherwise, a queue routed.
    """
    wrong = _disagreement(facts)
    if not wrong:
        return _AGREED
    message = f"what was told of the job's {wrong} is not what the job says of itself"
    return Answer(f"another {wrong}", _AGREED.wanted, Stop(Verdict.SUPPRESSED, Reason.UNTRUSTED_SOURCE, message))


_AGREED = Answer("nothing against it", "what was told agrees with what is seen")


def _disagreement(facts: Facts) -> str:
    told, seen = facts.failure, facts.snapshot
    if told.owner and seen.owner and bare_owner(told.owner) != bare_owner(seen.owner):
        return "owner"
    if not isinstance(seen, EhpcSnapshot) or seen.state is not State.RUNNING:
        return ""
    if told.node and seen.nodes and facts.run is Run.THIS and not _among(told.node, seen.nodes):
        return "node"
    if told.started_at is None or seen.start_time is None:
        return ""
    later = told.started_at - seen.start_time > START_TOLERANCE_S
    long_known = seen.look_begun_at > told.started_at + facts.policy.timing.settle_s
    return "start" if later and long_known else ""


def _among(told: str, nodes: tuple[str, ...]) -> bool:
    """Each node told is one of those; `gpu[1-4]` and other expressions prove nothing."""
    if told in nodes:
        return True
    known = {_host(node) for node in nodes}
    named = (_host(node) for node in _BETWEEN_NODES.split(told) if node and "[" not in node and "]" not in node)
    return all(node in known for node in named)


def _host(node: str) -> str:
    """`compute1` of `Compute1.cluster.local` and of PBS's `compute1/0*8`."""
    return node.partition("/")[0].partition(".")[0].lower()
