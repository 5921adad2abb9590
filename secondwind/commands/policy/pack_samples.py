"""The samples of the packs, asked through the real matcher: does each rule decide what it is for, and nothing else?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from secondwind.commands.policy.pack_files import PackEntry, PackSource, SampleFailure
from shared.domain.failure import Failure, Trigger
from shared.policy.include import with_packs
from shared.policy.match import first_match
from shared.policy.model import Policy
from shared.policy.packs import EVERYTHING, Pack
from shared.systems import SYSTEMS

_SHOWN_CHARS = 100


def policy_of(packs: Sequence[Pack]) -> Policy:
    """A policy that includes all of these and says nothing else."""
    return with_packs(Policy(version=1, include=(EVERYTHING,)), {pack.name: pack for pack in packs})


def failure_of(sample: str | SampleFailure, system: str) -> Failure:
    """A failure as the sample tells it."""
    told = SampleFailure(message=sample) if isinstance(sample, str) else sample
    return Failure(
        scope=SYSTEMS.named(system).scope({"region": "cn-hangzhou", **SYSTEMS.named(system).example({})}),
        job_id="1",
        occurred_at=1.0,
        trigger=Trigger.MANUAL,
        event_id="sample",
        telling_id="sample",
        message=told.message,
        exit_code=str(told.exit_code),
        reason=told.reason,
        node=told.node,
        job_name=told.job_name,
        queue=told.queue,
        owner=told.owner,
    )


def misjudged(sources: Sequence[PackSource]) -> list[str]:
    """One line for each sample that another rule decides under all packs, and each near miss that its rule decides."""
    everything = policy_of([source.pack for source in sources])
    return [line for source in sources for entry in source.file.rules for line in _wrong(source, entry, everything)]


def _wrong(source: PackSource, entry: PackEntry, everything: Policy) -> Iterator[str]:
    for sample, system in product(entry.samples, entry.systems):
        found = first_match(everything, failure_of(sample, system))
        if found is None or found.name != entry.name:
            other = "no rule" if found is None else found.name
            yield f"{source.path.name}: {entry.name}: {other} decides its sample {_shown(sample)}"
    alone = Policy(version=1, rules=(entry,))
    for miss, system in product(entry.near_misses, entry.systems):
        if first_match(alone, failure_of(miss, system)) is not None:
            yield f"{source.path.name}: {entry.name}: it decides its near miss {_shown(miss)}"


def _shown(sample: str | SampleFailure) -> str:
    text = sample if isinstance(sample, str) else str(sample)
    return repr(text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…")
