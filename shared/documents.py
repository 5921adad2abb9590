"""Ledger documents between their types and bytes. What cannot be read is never taken for an empty one."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

import msgspec

from shared.domain.claims import Claim
from shared.domain.errors import LedgerUnavailable
from shared.domain.job import Scope
from shared.domain.keys import CONTROLS_KEY, ROUNDS_KEY, Kind, kind_of
from shared.domain.life import Life
from shared.domain.limits import MAX_DIGITS, SharedLimit
from shared.domain.link_use import LinkUse
from shared.domain.machines import Machines
from shared.domain.messages import Box
from shared.domain.mode import Controls
from shared.domain.nodes import KnownNodes
from shared.domain.progress import Progress
from shared.domain.record import JobRecord
from shared.domain.room import LARGEST_BYTES, encoded, fitted, written
from shared.domain.rounds import Rounds
from shared.domain.watch import Watch
from shared.ports import Stored, Write
from shared.reading.shape import decoder_of, shaped
from shared.systems import SYSTEMS

KEPT_S = 30 * 86_400.0
"""How long a document outlives its last change: longer than any redelivery and every window."""
_LOG = logging.getLogger(__name__)
Document = (
    JobRecord | SharedLimit | Controls | Progress | Watch | Machines | KnownNodes | LinkUse | Box | Claim | Rounds
)
_T = TypeVar("_T", JobRecord, SharedLimit, Controls, Progress, Watch, Machines, KnownNodes, LinkUse, Box, Claim, Rounds)


def encode(document: Document) -> bytes:
    """The document as the ledger keeps it: JSON."""
    return _ENCODER.encode(document)


def decode_record(document: bytes) -> JobRecord:
    """A job's record.

    Raises:
        LedgerUnavailable: it is not one of ours. Nothing may be decided on it.
    """
    return _decoded(JobRecord, document)


def decode_limit(document: bytes) -> SharedLimit:
    """A limit that jobs share.

    Raises:
        LedgerUnavailable: it is not one of ours; it must not count as an unused limit.
    """
    limit = _decoded(SharedLimit, document)
    if not all(start.isdecimal() and len(start) < MAX_DIGITS for start in (*limit.buckets, *limit.owners)):
        raise LedgerUnavailable("a ledger document is malformed: a bucket does not begin at a moment")
    return limit


def decode_controls(document: bytes) -> Controls:
    """What people have set.

    Raises:
        LedgerUnavailable: it is not one of ours; it must not count as "nothing set".
    """
    return _decoded(Controls, document, f"the ledger document {CONTROLS_KEY}")


def decode_progress(document: bytes) -> Progress:
    """How far a range has been handled.

    Raises:
        LedgerUnavailable: it is not one of ours; no log may be left out because of it.
    """
    return _decoded(Progress, document)


def decode_watch(document: bytes) -> Watch:
    """What a discovery remembers of a scope.

    Raises:
        LedgerUnavailable: it is not one of ours; it must not count as "nothing seen".
    """
    return _decoded(Watch, document)


def decode_machines(document: bytes) -> Machines:
    """The machines of watched scopes. Raises LedgerUnavailable if it is not one of ours."""
    return _decoded(Machines, document)


def decode_box(document: bytes) -> Box:
    """A channel's box. Raises LedgerUnavailable if it is not one of ours; it must not count as an empty one."""
    return _decoded(Box, document)


def decode_nodes(document: bytes) -> KnownNodes:
    """What is remembered of nodes. Raises LedgerUnavailable if it is not one of ours."""
    return _decoded(KnownNodes, document)


def decode_link_use(document: bytes) -> LinkUse:
    """That a link has been used. Raises LedgerUnavailable if it is not one of ours; it must not count as "not used"."""
    return _decoded(LinkUse, document)


def decode_claim(document: bytes) -> Claim:
    """A claim. Raises LedgerUnavailable if it is not one of ours; it must not count as "nobody has claimed it"."""
    return _decoded(Claim, document)


def limit_of(key: str, stored: Stored | None) -> SharedLimit | None:
    """A shared limit as read; one that does not exist yet is unused. None if it is malformed: that counts as a no."""
    if stored is None:
        return SharedLimit()
    try:
        return decode_limit(stored.document)
    except LedgerUnavailable as error:
        _LOG.error("%s is left as it is: %s", key, error)
        return None


def limit_write(key: str, limit: SharedLimit, stored: Stored | None, now: float, *, lasting: bool = True) -> Write:
    """The compare-and-set of a shared limit.

    A breaker that is open, or still owes, never expires: it never closes itself. Breakers alone can be due.
    """
    return Write(
        key=key,
        document=encode(limit),
        expected=stored.version if stored else None,
        due_at=limit.listed_at if kind_of(key) is Kind.BREAKER else None,
        expires_at=None if limit.opened_at is not None or limit.owed else now + KEPT_S,
        lasting=lasting or limit.opened_at is not None or bool(limit.owed),
    )


def record_write(key: str, record: JobRecord, version: int | None, now: float, *, lasting: bool = True) -> Write:
    """The compare-and-set of a record that was read at that version; None: it is new. Lightened if it is too large."""
    document = encoded(record)
    if len(document) > LARGEST_BYTES:
        document = encoded(fitted(record, LARGEST_BYTES) or record)
    expires_at = now + KEPT_S
    return Write(
        key=key, document=document, expected=version, due_at=record.due_at, expires_at=expires_at, lasting=lasting
    )


def controls_write(controls: Controls, version: int | None) -> Write:
    """The compare-and-set of what people have set. It never expires: the kill switch would switch itself on again."""
    document = encode(controls)
    return Write(key=CONTROLS_KEY, document=document, expected=version, due_at=controls.due_at, expires_at=None)


def struck(key: str, stored: Stored, outcome_ids: Iterable[str], now: float, *, paid: bool) -> Write | None:
    """The compare-and-set that strikes outcomes from a document that is no record, or puts them off; None: no change.

    One that is malformed is left as it is.
    """
    if kind_of(key) is Kind.CONTROL:
        try:
            known = decode_controls(stored.document)
        except LedgerUnavailable as error:
            _LOG.error("%s is left as it is: %s", key, error)
            return None
        after = known.paid(outcome_ids) if paid else known.put_off(now)
        return controls_write(after, stored.version) if after != known else None
    if kind_of(key) is Kind.NODES:
        nodes = nodes_of(key, stored)
        told = nodes and (nodes.paid(outcome_ids) if paid else nodes.put_off(now))
        return nodes_write(key, told, stored.version, now) if told is not None and told != nodes else None
    limit = limit_of(key, stored)
    changed = limit and (limit.paid(outcome_ids) if paid else limit.put_off(now))
    return limit_write(key, changed, stored, now) if changed is not None and changed != limit else None


def progress_write(key: str, progress: Progress, version: int | None, now: float) -> Write:
    """The compare-and-set of a range's progress. It is never due: the delivery itself comes again."""
    return Write(key=key, document=encode(progress), expected=version, due_at=None, expires_at=now + KEPT_S)


def watch_write(key: str, watch: Watch, version: int | None, now: float) -> Write:
    """The compare-and-set of what a discovery remembers. It is never due: the timer comes again."""
    return Write(key=key, document=encode(watch), expected=version, due_at=None, expires_at=now + KEPT_S)


def machines_write(key: str, machines: Machines, version: int | None, now: float) -> Write:
    """The compare-and-set of the machines of watched scopes. It is never due: the timer comes again."""
    return Write(key=key, document=encode(machines), expected=version, due_at=None, expires_at=now + KEPT_S)


def box_write(key: str, box: Box, version: int | None, now: float) -> Write:
    """The compare-and-set of a channel's box. It is never due: every invocation looks into the boxes."""
    return Write(key=key, document=encode(box), expected=version, due_at=None, expires_at=now + KEPT_S)


def nodes_of(key: str, stored: Stored | None) -> KnownNodes | None:
    """The memory of nodes as read; None if it is malformed: nothing is concluded from it, and it stays as it is."""
    if stored is None:
        return KnownNodes()
    try:
        return decode_nodes(stored.document)
    except LedgerUnavailable as error:
        _LOG.error("%s is left as it is: %s", key, error)
        return None


def nodes_write(key: str, nodes: KnownNodes, version: int | None, now: float) -> Write:
    """The compare-and-set of the memory of nodes."""
    return Write(key=key, document=encode(nodes), expected=version, due_at=nodes.listed_at, expires_at=now + KEPT_S)


def claim_write(key: str, claim: Claim, stored: Stored | None, now: float) -> Write:
    """The compare-and-set of a claim. It is never due: who waits for it is."""
    version = stored.version if stored else None
    return Write(key=key, document=encode(claim), expected=version, due_at=None, expires_at=now + KEPT_S)


def link_use_write(key: str, use: LinkUse, now: float) -> Write:
    """The compare-and-set by which a link is used: whoever comes second conflicts. Kept longer than any link lives."""
    return Write(key=key, document=encode(use), expected=None, due_at=None, expires_at=now + KEPT_S)


def decode_rounds(document: bytes) -> Rounds:
    """Where sweeps go on. Raises LedgerUnavailable if it is not one of ours: it stays as it is then."""
    return _decoded(Rounds, document)


def rounds_write(rounds: Rounds, version: int | None, now: float) -> Write:
    """The compare-and-set of where sweeps go on. It is never due: the timer comes again."""
    return Write(key=ROUNDS_KEY, document=encode(rounds), expected=version, due_at=None, expires_at=now + KEPT_S)


@cache
def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    """Made when the first document of that kind comes: most processes see three of the eleven."""
    return decoder_of(kind, _read)


def _decoded(kind: type[_T], document: bytes, name: str = "a ledger document") -> _T:
    try:
        found: _T = _decoder(kind).decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LedgerUnavailable(f"{name} is malformed: {error}") from error
    return found


def _read(kind: type, value: Any) -> Any:
    """A scope is tagged with its system's name; a life is text."""
    if kind is Life and isinstance(value, str):
        return Life.read(value)
    if kind is Scope and isinstance(value, dict) and value.get("type") in SYSTEMS:
        return shaped(value, SYSTEMS.named(value["type"]).scope_type)
    raise ValueError(f"no {kind.__name__.lower()} of a known kind")


_ENCODER = msgspec.json.Encoder(enc_hook=written)
