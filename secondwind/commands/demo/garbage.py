"""What arrives in the night of the demo and is no failure that anybody could read."""

from __future__ import annotations

from secondwind.commands.demo.plot import Channel, ExpectedOutcome, Garbage, Mishap

NOT_UNDERSTOOD = ExpectedOutcome("invalid", "not_understood")

GARBAGE = (
    Mishap(
        "log that names no job",
        Garbage('{"system": "ehpc", "message": "node7 is gone"}', "node7 is gone"),
        (Channel.LOG,),
        (NOT_UNDERSTOOD,),
    ),
    Mishap(
        "event about other things",
        Garbage('{"hello": "world", "answer": 42}', '"answer":42'),
        (Channel.EVENT,),
        (NOT_UNDERSTOOD,),
    ),
    Mishap("text that is no JSON", Garbage("disk full on node9", "node9"), (Channel.TRANSFORMED,), (NOT_UNDERSTOOD,)),
    Mishap(
        "bytes that are no text", Garbage("\udc80\udcff\x00 core dump", "core dump"), (Channel.HAND,), (NOT_UNDERSTOOD,)
    ),
)
