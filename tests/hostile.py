"""Bodies that a stranger might send: whole ones, bent in ways that a random byte rarely finds; seeded."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path
from typing import Any

SEEDS = [json.loads(path.read_bytes()) for path in sorted((Path(__file__).parents[1] / "events").glob("*.json"))]
"""The files of `events/`, parsed."""

# Put into a body as text, so that they can be what a serialiser never writes.
RAW: dict[str, bytes] = {
    "@nan@": b"NaN",
    "@inf@": b"-Infinity",
    "@big@": b"1e999",
    "@int@": b"7" * 900,
    "@deep@": b"[" * 1200 + b"]" * 1200,
    "@deepobject@": b'{"a":' * 1200 + b"1" + b"}" * 1200,
    "@twice@": b'{"system":"ehpc","system":"ehpc","job_id":1}',
    "@bytes@": b'"\xff\xfe\x80"',
    "@half@": b'"\\ud800 \\udcff"',
    "@control@": b'"\\u0000\\u001b\\u202e"',
}
HOSTILE = [
    "us-west-1.evil.example",
    "cn-hangzhou.evil.example#",
    "cn-hangzhou@evil",
    "us-west-1",
    "http://evil.example/.log.aliyuncs.com",
    "http://evil.example:8080",
    "//evil.log.aliyuncs.com",
    "http://a@b.log.aliyuncs.com",
    "",
    " ",
    "ehpc",
    "schedulerx",
    "job-failure/1",
    "job-failure/2",
    "../..",
    "1.scheduler",
    "9" * 400,
    "x" * 40_000,
    "€" * 20_000,
    "2026-01-05T10:15:30PRC",
    "{",
    '{"system":"ehpc"}',
    "[" * 1200,
    '{"system":"schedulerx","job_id":NaN}',
    "sls:connector",
]
ODD: list[Any] = [None, True, False, 0, -1, 1.5, 2**63, 10**30, [], {}, [[]], {"a": {}}, *HOSTILE, *RAW]
NAMES = [
    "system",
    "schema",
    "region",
    "cluster_id",
    "job_id",
    "namespace",
    "group_id",
    "data_time",
    "job_instance_id",
    "occurred_at",
    "started_at",
    "restart_count",
    "message",
    "content",
    "data",
    "id",
    "source",
    "time",
    "type",
    "specversion",
    "messageBody",
    "requestContext",
    "requestPayload",
    "body",
    "endpoint",
    "shardId",
    "x",
    "€",
    "\x00",
]


def bend(value: Any, chance: random.Random) -> Any:
    """The value with a member somewhere in it changed, removed, added, wrapped or turned into text."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        name = chance.choice(list(value))
        bent = dict(value)
        what = chance.random()
        if what < 0.7:
            bent[name] = bend(value[name], chance)
        elif what < 0.85:
            del bent[name]
        else:
            bent[chance.choice(NAMES)] = chance.choice(ODD)
        return bent
    if isinstance(value, list) and value and chance.random() < 0.85:
        place = chance.randrange(len(value))
        return [*value[:place], bend(value[place], chance), *value[place + 1 :]]
    if chance.random() < 0.2:
        text = json.dumps(value)
        carried = base64.b64encode(text.encode()).decode()
        letter = {"requestContext": {"requestId": "r"}, "requestPayload": text}
        wrapped = [
            [value],
            {"data": value},
            {"messageBody": carried},
            [value, value],
            letter,
            text,
            carried,
            str(value),
        ]
        return chance.choice(wrapped)
    return chance.choice(ODD)


def as_bytes(value: Any) -> bytes:
    """The value as a body, with what a serialiser never writes put in."""
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    for word, raw in RAW.items():
        body = body.replace(b'"' + word.encode() + b'"', raw)
    return body


def spoil(body: bytes, chance: random.Random) -> bytes:
    """The body cut, with bytes changed, in another encoding, or replaced by noise."""
    what = chance.randrange(6)
    if what == 0:
        return body[: chance.randrange(len(body) + 1)]
    if what == 1:
        place = chance.randrange(len(body) + 1)
        return body[:place] + chance.randbytes(chance.randint(1, 4)) + body[place + 1 :]
    if what == 2:
        return body.decode("utf-8", "replace").encode(chance.choice(["utf-16", "utf-32", "utf-7", "gb18030"]))
    if what == 3:
        return b"\xef\xbb\xbf" + body
    if what == 4:
        return base64.b64encode(body)
    return chance.randbytes(chance.randrange(200))


def bent(chance: random.Random) -> Any:
    """One of the files, or an event of one, bent up to three times."""
    value = chance.choice(SEEDS)
    value = chance.choice(value) if isinstance(value, list) else value
    for _ in range(chance.randint(0, 3)):
        value = bend(value, chance)
    return value
