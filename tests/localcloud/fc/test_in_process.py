"""A handler called in this process gets and gives what the isolated one does."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.fc.instance.context import Kind
from localcloud.fc.instance.in_process import InProcessFunction
from localcloud.wire.signing import Credential


@pytest.mark.parametrize(("kind", "seen"), [("3.10", '["AK", "r1"]'), ("3.12", '[null, "r1"]')])
def test_context_and_answer(kind: Kind, seen: str) -> None:
    """The handler gets bytes and the context of its kind, and its answer is serialised as in the cloud."""

    def handler(event: bytes, context: Any) -> Any:
        assert event == b"\xff"
        keys = getattr(context, "credentials", None)
        return {"z": [keys and keys.access_key_id, context.region], "a": None}

    function = InProcessFunction(handler, context_kind=kind, credentials=Credential("AK", "s"), region="r1")
    result = function(b"\xff")
    assert result.error is None
    assert " ".join(result.body.decode().split()) == f'{{ "a": null, "z": {seen} }}'.replace("[", "[ ").replace(
        '"r1"]', '"r1" ]'
    )


def test_errors_and_initializer() -> None:
    """What is raised is an error with the user's frames; the initializer is repeated until it succeeds."""
    calls: list[str] = []

    def initialize(_context: Any) -> None:
        calls.append("i")
        if len(calls) == 1:
            raise OSError("not yet")

    def handler(event: bytes, _context: Any) -> Any:
        calls.append("h")
        return {1: 2, "a": 3} if event else "ok"

    function = InProcessFunction(handler, initializer=initialize)
    first = function(b"")
    assert first.error is not None
    assert (first.error["errorType"], [frame[2] for frame in first.error["stackTrace"]]) == ("OSError", ["initialize"])
    assert function(b"").body == b"ok"
    failed = function(b"x").error
    assert failed is not None
    assert failed["errorType"] == "TypeError"
    assert calls == ["i", "i", "h", "h"]
