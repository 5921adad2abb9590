"""Ledger documents say what they are: what another version wrote, or what is of another kind, is none of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from shared import documents
from shared.documents import encode
from shared.domain.claims import Claim
from shared.domain.errors import LedgerUnavailable
from shared.domain.limits import SharedLimit
from shared.domain.link_use import LinkUse
from shared.domain.machines import Machines
from shared.domain.messages import Box
from shared.domain.mode import Controls
from shared.domain.nodes import KnownNodes
from shared.domain.progress import Progress
from shared.domain.record import JobRecord
from shared.domain.rounds import Rounds
from shared.domain.watch import Watch

KINDS: list[tuple[msgspec.Struct, Callable[[bytes], Any]]] = [
    (JobRecord(not_before=1.0), documents.decode_record),
    (SharedLimit(opened_at=1.0), documents.decode_limit),
    (Controls(acts_at=1.0), documents.decode_controls),
    (Progress(cursor="c"), documents.decode_progress),
    (Watch(turn_at=1.0), documents.decode_watch),
    (Machines(places={"a": {}}), documents.decode_machines),
    (Box(failures=1), documents.decode_box),
    (KnownNodes(owed_at=1.0), documents.decode_nodes),
    (LinkUse(at=1.0, by="ann", digest="d"), documents.decode_link_use),
    (Claim(whole_by="f"), documents.decode_claim),
    (Rounds(key="k"), documents.decode_rounds),
]


@pytest.mark.parametrize(("document", "decode"), KINDS, ids=[type(document).__name__ for document, _ in KINDS])
def test_what_another_version_wrote_is_none_of_ours(document: Any, decode: Callable[[bytes], Any]) -> None:
    """It is not read as if it said nothing. What says nothing of its kind was written before documents did."""
    told = msgspec.json.decode(encode(document))
    assert decode(encode(document)) == document
    kind, _, version = told.pop("schema").rpartition("/")
    assert (kind[:11], version) == ("secondwind-", "1")
    assert decode(msgspec.json.encode(told)) == document
    for other in (f"{kind}/2", "secondwind-outcome/1"):
        with pytest.raises(LedgerUnavailable, match="malformed"):
            decode(msgspec.json.encode({**told, "schema": other}))


def test_no_two_kinds_say_the_same() -> None:
    """Else one could be read as the other."""
    said = {msgspec.json.decode(encode(document))["schema"] for document, _ in KINDS}  # type: ignore[arg-type]  # each is one
    assert len(said) == len(KINDS)
