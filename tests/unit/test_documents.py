"""Ledger documents: what is none of ours stops, what is not there is unused."""

from __future__ import annotations

import logging

import msgspec
import pytest
from msgspec.structs import replace

from shared import documents
from shared.documents import (
    KEPT_S,
    box_write,
    claim_write,
    controls_write,
    decode_box,
    decode_claim,
    decode_controls,
    decode_link_use,
    decode_machines,
    decode_nodes,
    decode_progress,
    decode_record,
    decode_rounds,
    decode_watch,
    encode,
    limit_of,
    link_use_write,
    machines_write,
    nodes_of,
    nodes_write,
    progress_write,
    record_write,
    rounds_write,
    struck,
    watch_write,
)
from shared.domain.claims import Claim
from shared.domain.errors import LedgerUnavailable
from shared.domain.evidence import Known
from shared.domain.failure import Failure, Trigger
from shared.domain.keys import CONTROLS_KEY, ROUNDS_KEY, box_key, breaker_key, claim_key, kind_of, link_key, nodes_key
from shared.domain.life import Life
from shared.domain.limits import SharedLimit
from shared.domain.link_use import LinkUse
from shared.domain.machines import Machines, Suspect
from shared.domain.messages import Box
from shared.domain.mode import Controls, Mode, ModeSet
from shared.domain.nodes import KnownNodes
from shared.domain.outcome import Outcome
from shared.domain.progress import Progress
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.rounds import Rounds
from shared.domain.watch import Watch
from shared.ports import Stored
from tests.support.clock import START
from tests.support.systems import CLUSTER

TOLD = Failure(scope=CLUSTER, job_id="1.s", occurred_at=START, trigger=Trigger.EVENT, event_id="e", telling_id="t")
RECORD = JobRecord(cases=(Case(failure=TOLD, failure_id="f", state=CaseState.CLOSED, opened_at=START),))


def test_controls_come_back_as_they_were_set() -> None:
    """And what is none of ours is not "nothing set"."""
    controls = Controls(rules={"odd": ModeSet(mode=Mode.OFF, by="ann", at=START)})
    assert decode_controls(encode(controls)) == controls
    with pytest.raises(LedgerUnavailable, match="malformed"):
        decode_controls(b"[]")


def test_a_limit_that_cannot_be_read_is_none_and_a_missing_one_is_unused(caplog: pytest.LogCaptureFixture) -> None:
    """Somebody who watches the log sees which one it is."""
    limit = SharedLimit(opened_at=START, why="storm")
    assert limit_of("breaker/x", None) == SharedLimit()
    assert limit_of("breaker/x", Stored(encode(limit), 1)) == limit
    with caplog.at_level(logging.ERROR):
        assert limit_of("breaker/x", Stored(b"{", 1)) is None
    assert "breaker/x is left as it is" in caplog.text


@pytest.mark.parametrize("kind", [b"ehpd", b""])
def test_a_scope_of_an_unknown_system_is_malformed(kind: bytes) -> None:
    """A job system that was taken out again leaves records that nobody decides on."""
    document = encode(RECORD)
    assert decode_record(document) == RECORD
    with pytest.raises(LedgerUnavailable, match="no scope of a known kind"):
        decode_record(document.replace(b'"type":"ehpc"', b'"type":"' + kind + b'"'))


def test_a_scope_that_is_no_object_is_malformed() -> None:
    """As every other fault of a document."""
    document = encode(RECORD).replace(msgspec.json.encode(TOLD.scope), b"5")
    with pytest.raises(LedgerUnavailable, match="no scope of a known kind"):
        decode_record(document)


def test_what_has_no_spelling_is_not_written() -> None:
    """A life has one; nothing else of ours needs one."""
    with pytest.raises(NotImplementedError):
        encode(JobRecord(owed=({"at": object()},)))  # type: ignore[dict-item]  # that is the point


def test_a_record_is_kept_for_thirty_days() -> None:
    """From its last save on, due when it says so."""
    write = record_write("k", RECORD, 3, START)
    assert (write.key, write.expected, write.due_at, write.expires_at) == ("k", 3, None, START + 30 * 86_400)


def test_a_record_that_nothing_makes_small_enough_is_written_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger refuses it: nothing is ever written in its place."""
    record = JobRecord(cases=(replace(RECORD.cases[0], state=CaseState.HELD),))
    monkeypatch.setattr(documents, "LARGEST_BYTES", 10)
    assert record_write("k", record, 3, START).document == encode(record)


def test_what_a_discovery_remembers_comes_back_as_it_was_kept() -> None:
    """Neither is ever due; and what is none of ours does not count as nothing seen."""
    watch = Watch(memory={"seen": {"7": 1.5}}, done_at=START, told=True)
    written = watch_write("discover/x/r/s", watch, version=None, now=START)
    assert (decode_watch(written.document), written.expected, written.due_at) == (watch, None, None)
    machines = Machines(places={"x/r/s": {"i-1": "n1"}}, suspects={"i-1": Suspect(START, surely=True)})
    kept = machines_write("discover/x/r//machines", machines, version=2, now=START)
    assert (decode_machines(kept.document), kept.expected, kept.due_at) == (machines, 2, None)
    for decode in (decode_watch, decode_machines):
        with pytest.raises(LedgerUnavailable, match="malformed"):
            decode(b'{"memory":7,"places":7}')


def test_how_far_a_range_is_comes_back_as_it_was_kept() -> None:
    """It is never due; and what is none of ours lets no log be left out."""
    kept = Progress(cursor="c", ordinal=3, handled=5)
    write = progress_write("range/p/l/0/c", kept, version=4, now=START)
    assert (decode_progress(write.document), write.expected, write.due_at) == (kept, 4, None)
    with pytest.raises(LedgerUnavailable, match="malformed"):
        decode_progress(b'{"cursor":7}')


def test_a_kill_switch_never_expires_and_is_due_while_it_owes() -> None:
    """It is no record, and stays what it is when its outcome is struck."""
    off = ModeSet(mode=Mode.OFF, by="ann", at=START)
    owing = Controls(everything=off, acts=({"outcome_id": "a"},), acts_at=START)
    write = controls_write(owing, 3)
    assert (write.key, write.expected, write.due_at, write.expires_at) == (CONTROLS_KEY, 3, owing.due_at, None)
    stored = Stored(write.document, 4)
    paid = struck(CONTROLS_KEY, stored, ["a"], START, paid=True)
    assert paid is not None
    assert (paid.expected, decode_controls(paid.document)) == (4, Controls(everything=off, acts_at=START))
    later = struck(CONTROLS_KEY, stored, ["a"], START + 9, paid=False)
    assert later is not None
    assert decode_controls(later.document).acts_at == START + 9
    assert struck(CONTROLS_KEY, stored, ["other"], START, paid=True) is None


def test_a_breaker_is_struck_and_put_off_alike(caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be read is left as it is, and said."""
    key = breaker_key(CLUSTER)
    stored = Stored(encode(SharedLimit(owed=({"outcome_id": "a"},), owed_at=START)), 1)
    for paid in (True, False):
        assert struck(key, stored, ["a"], START + 9, paid=paid) is not None
    assert struck(key, stored, ["other"], START, paid=True) is None
    for odd in (key, CONTROLS_KEY):
        assert struck(odd, Stored(b"[", 1), ["a"], START, paid=True) is None
    assert f"{CONTROLS_KEY} is left as it is" in caplog.text


def test_a_memory_of_nodes_is_struck_and_put_off_alike(caplog: pytest.LogCaptureFixture) -> None:
    """One that cannot be read is left as it is, and one that is not there remembers nothing."""
    key, known = nodes_key(CLUSTER), KnownNodes(owed=({"outcome_id": "a"},), owed_at=START)
    stored = Stored(nodes_write(key, known, None, START).document, 1)
    paid, later = (struck(key, stored, ["a"], START + 9, paid=paid) for paid in (True, False))
    assert paid is not None
    assert later is not None
    assert (decode_nodes(paid.document).owed, decode_nodes(later.document).owed_at) == ((), START + 9)
    assert struck(key, stored, ["other"], START, paid=True) is None
    assert struck(key, Stored(b"[", 1), ["a"], START, paid=True) is None
    assert f"{key} is left as it is" in caplog.text
    assert nodes_of(key, None) == KnownNodes()


def test_a_box_and_a_used_link_come_back_as_they_were_kept() -> None:
    """Neither is ever due; a link is used by whoever is the first to say so."""
    box, use = Box(known={"a": START}), LinkUse(at=START, by="ann", digest="d")
    kept, used = box_write(box_key("night"), box, 3, START), link_use_write(link_key("n"), use, START)
    assert (decode_box(kept.document), decode_link_use(used.document)) == (box, use)
    assert [(write.expected, write.due_at) for write in (kept, used)] == [(3, None), (None, None)]
    for decode in (decode_box, decode_link_use):
        with pytest.raises(LedgerUnavailable, match="malformed"):
            decode(b"7")


def test_where_sweeps_go_on_comes_back_as_it_was_kept() -> None:
    """Never due, and kept as long as the rest; what is none of ours stays as it is."""
    rounds = Rounds(due_at=START, key="k", scope="s")
    kept = rounds_write(rounds, 3, START)
    assert decode_rounds(kept.document) == rounds
    assert (kept.expected, kept.due_at, kept.expires_at) == (3, None, START + KEPT_S)
    with pytest.raises(LedgerUnavailable, match="malformed"):
        decode_rounds(b"7")


def test_a_scope_in_the_place_of_a_life_is_malformed() -> None:
    """Each is read as what stands there, not as what it might be elsewhere."""
    document = encode(JobRecord(cases=(msgspec.structs.replace(RECORD.cases[0], life=Life.run(5)),)))
    assert b'"run:5"' in document
    with pytest.raises(LedgerUnavailable, match="malformed"):
        decode_record(document.replace(b'"run:5"', msgspec.json.encode(TOLD.scope)))


def test_a_claim_comes_back_as_it_was_kept() -> None:
    """By the version that was read, or as the first; one that cannot be read is not taken for none."""
    claim, key = Claim(whole_by="f", whole_until=START), claim_key(CLUSTER, "a/b")
    first = claim_write(key, claim, None, START)
    assert (first.expected, claim_write(key, claim, Stored(b"{}", 4), START).expected) == (None, 4)
    assert (decode_claim(first.document), first.due_at) == (claim, None)
    assert (kind_of(key).has_cases, key.endswith("a%2Fb")) == (False, True)
    with pytest.raises(LedgerUnavailable, match="malformed"):
        decode_claim(b"7")


@pytest.mark.parametrize(
    ("key", "document"),
    [
        (breaker_key(CLUSTER), SharedLimit(opened_at=START, owed=({"outcome_id": "o"},), owed_at=START)),
        (nodes_key(CLUSTER), KnownNodes(owed=({"outcome_id": "o"},), owed_at=START)),
        (CONTROLS_KEY, Controls(acts=({"outcome_id": "o"},), acts_at=START)),
    ],
)
def test_what_is_paid_is_owed_no_more_and_what_is_not_is_put_off(
    key: str, document: SharedLimit | KnownNodes | Controls
) -> None:
    """Whatever owes; what was owed by nobody changes nothing."""
    stored = Stored(document=encode(document), version=3)
    paid, later = (struck(key, stored, ["o"], START + 5, paid=paid) for paid in (True, False))
    assert paid is not None
    assert later is not None
    assert (b'"o"' in paid.document, b'"o"' in later.document) == (False, True)
    assert (paid.expected, later.expected) == (3, 3)
    assert later.document != stored.document
    assert struck(key, stored, ["another"], START + 5, paid=True) is None


def test_evidence_and_outcomes_take_no_room_where_nothing_is_known() -> None:
    """Ten thousand of them are kept until all is told."""
    assert msgspec.json.encode(Known()) == b"{}"
    outcome = Outcome(outcome_id="o", failure_id="f", final="true", at="a", verdict="v", reason="r")
    assert len(msgspec.json.decode(msgspec.json.encode(outcome))) == 6


@pytest.mark.parametrize("version", [None, 7])
def test_each_document_is_kept_a_month_from_its_last_change_and_written_over_what_was_read(version: int | None) -> None:
    """Neither earlier nor for ever, and due only where the sweep has something to do."""
    stored = None if version is None else Stored(b"", version)
    writes = [
        record_write("k", RECORD, version, START),
        progress_write("k", Progress(cursor="c"), version, START),
        watch_write("k", Watch(), version, START),
        machines_write("k", Machines(), version, START),
        box_write("k", Box(), version, START),
        nodes_write("k", KnownNodes(), version, START),
        claim_write("k", Claim(), stored, START),
    ]
    told = {(one.key, one.expected, one.due_at, one.expires_at) for one in writes}
    assert told == {("k", version, None, START + KEPT_S)}
    used = link_use_write("k", LinkUse(at=START, by="ann", digest="d"), START)
    assert (used.key, used.expected, used.due_at, used.expires_at) == ("k", None, None, START + KEPT_S)
    assert controls_write(Controls(), version).expected == version
    owing = RECORD.owing({"outcome_id": "o"}, START)
    assert record_write("k", owing, version, START).due_at == owing.due_at == START + 60
    assert nodes_write("k", KnownNodes(owed=({"outcome_id": "o"},), owed_at=START), version, START).due_at == START + 60


def test_where_sweeps_go_on_is_read_as_it_was_written() -> None:
    """It is never due, and what is none of ours is said to be so."""
    rounds = Rounds(due_at=START, key="k", scope="s")
    write = rounds_write(rounds, 3, START)
    assert (write.key, write.expected, write.due_at, write.expires_at) == (ROUNDS_KEY, 3, None, START + KEPT_S)
    assert decode_rounds(write.document) == rounds
    with pytest.raises(LedgerUnavailable):
        decode_rounds(b"7")
