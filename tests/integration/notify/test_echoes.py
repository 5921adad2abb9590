"""A robot that quotes what it got: nothing of it with which one could write, sign or answer is told on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from urllib.parse import quote

import pytest

from shared.domain.address import parse_address
from shared.policy.notify import ChannelKind, MessageChannel
from shared.robots import robot_of
from tests.integration.notify.chats import KEY, NOW, SECRETS, letter
from tests.support.http_wire import Wire, say

TOKEN = "3f9a-very-secret+token/of=the.robot"
KINDS = [*SECRETS, ChannelKind.EVENTBRIDGE]
SPELLINGS: list[Callable[[str], str]] = [str, quote, lambda text: quote(quote(text, safe=""), safe="")]


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A receiver on loopback."""
    server = Wire()
    yield server
    server.close()


def echoing(wire: Wire, spelled: Callable[[str], str], status: int) -> None:
    """Every field of its answers has all that came, the code too."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        got = wire.requests[-1]
        parts = [handler.path, *got["headers"].values(), got["body"].decode()]
        for_all = " ".join(spelled(part) for part in parts)
        names = ("errcode", "errmsg", "code", "msg", "message", "ErrorCode", "ErrorMessage")
        said = {**dict.fromkeys(names, for_all), "FailedEntryCount": 1}
        say(handler, status, json.dumps({**said, "EntryList": [said]}).encode())

    wire.behave = behave


def secrets_of(wire: Wire) -> list[str]:
    """What was sent and must not come out: the token, signatures, links of a held case."""
    got = wire.requests[-1]
    signed = [
        got["query"].get("sign", ""),
        *(got["headers"].get(name, "") for name in ("Authorization", "webhook-signature")),
    ]
    signed += [json.loads(got["body"]).get("sign", "")] if got["body"].startswith(b"{") else []
    return [TOKEN, "x" * 400, *filter(None, signed)]


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("spelled", SPELLINGS, ids=["plain", "encoded", "encoded twice"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_nothing_of_a_message_comes_back_as_a_problem(
    wire: Wire, kind: ChannelKind, spelled: Callable[[str], str], status: int
) -> None:
    """Neither as it was sent nor in the spelling of whoever stands between."""
    echoing(wire, spelled, status)
    address = parse_address(f"http://{wire.host}/robot/send?access_token={quote(TOKEN, safe='')}")
    robot = robot_of(MessageChannel(name="ops", kind=kind, url="U", bus="ops"), address, SECRETS.get(kind, ""), KEY)
    ending = robot.post(letter(), NOW)
    told = f"{ending.code} {ending.message}"
    for secret in secrets_of(wire):
        for one in {secret, *(spelling(secret) for spelling in SPELLINGS)}:
            assert one[:20] not in told, kind


def test_its_own_words_stay(wire: Wire) -> None:
    """Also where they share some with the message."""
    wire.behave = lambda handler: say(handler, 200, b'{"errcode": 300001, "errmsg": "rank 3 died, token is not exist"}')
    address = parse_address(f"http://{wire.host}/robot/send?access_token={TOKEN}")
    robot = robot_of(MessageChannel(name="ops", kind=ChannelKind.DINGTALK, url="U"), address, "SEC", KEY)
    assert robot.post(letter(), NOW).message == "rank 3 died, token is not exist"


@pytest.mark.parametrize("words", ["bad token {}...", "token {}... is not exist", "no robot has ...{}.", "{}...{}"])
@pytest.mark.parametrize("spelled", SPELLINGS, ids=["plain", "encoded", "encoded twice"])
def test_what_was_cut_short_is_not_told_on_either(wire: Wire, spelled: Callable[[str], str], words: str) -> None:
    """With the dots that stand for the rest."""
    begun = spelled(TOKEN)[:26]
    wire.behave = lambda handler: say(
        handler, 200, json.dumps({"errcode": 1, "errmsg": words.format(begun, begun)}).encode()
    )
    address = parse_address(f"http://{wire.host}/robot/send?access_token={quote(TOKEN, safe='')}")
    robot = robot_of(MessageChannel(name="ops", kind=ChannelKind.DINGTALK, url="U"), address, "SEC", KEY)
    told = robot.post(letter(), NOW).message
    assert "very-secret" not in told
    assert "".join(told.replace("***", "").replace(".", "").split()) in {
        "badtoken",
        "tokenisnotexist",
        "norobothas",
        "",
    }


def test_dots_alone_are_its_own(wire: Wire) -> None:
    """They quote nothing."""
    dots = "." * 30
    wire.behave = lambda handler: say(handler, 200, json.dumps({"errcode": 1, "errmsg": dots}).encode())
    address = parse_address(f"http://{wire.host}/robot/send?access_token={TOKEN}")
    robot = robot_of(MessageChannel(name="ops", kind=ChannelKind.DINGTALK, url="U"), address, "SEC", KEY)
    assert robot.post(letter(), NOW).message == dots
