"""Each robot that refuses, throttles, answers late or not at all: what is known then of a message."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

import pytest

from localcloud.cloud import LocalCloud
from localcloud.robots.service import Robots
from shared.domain.address import parse_address
from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.policy.notify import ChannelKind, MessageChannel
from shared.reality import SystemClock
from shared.robots import robot_of
from tests.integration.notify.chats import KEY, NOW, Chat, bus, each_chat, letter


@pytest.mark.parametrize(
    ("kind", "code"),
    [(ChannelKind.DINGTALK, "310000"), (ChannelKind.FEISHU, "19021"), (ChannelKind.WEBHOOK, "401")],
)
def test_a_wrong_secret_is_refused_for_good(cloud: LocalCloud, kind: ChannelKind, code: str) -> None:
    """By the chat's own code; no text of the answer shows the secret."""
    chat = Chat(cloud, kind, f"wrong-{kind.value}", secret="whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    ending = chat.post(letter())
    assert (ending.effect, ending.code) == (Effect.NOT_DONE_USELESS, code)
    assert "AAAA" not in ending.message
    assert not chat.theirs.messages


@pytest.mark.parametrize("kind", [ChannelKind.DINGTALK, ChannelKind.FEISHU, ChannelKind.WEBHOOK])
def test_a_clock_that_is_off_by_hours_is_refused(cloud: LocalCloud, kind: ChannelKind) -> None:
    """A signature is worth an hour at most."""
    chat = Chat(cloud, kind, f"late-{kind.value}")
    assert chat.post(letter(), NOW - 7200).effect is Effect.NOT_DONE_USELESS


@each_chat
def test_a_robot_that_is_written_to_too_often_says_so(chat: Chat) -> None:
    """It is left alone for a while then; nothing is lost, nothing sent twice."""
    endings = [chat.post(letter()) for _ in range(101)]
    assert endings[-1].effect is Effect.NOT_DONE_LATER
    assert sum(ending.effect is Effect.DONE for ending in endings) == chat.theirs.a_minute == chat.theirs.taken


@each_chat
def test_a_token_that_nobody_has_is_refused(chat: Chat, cloud: LocalCloud) -> None:
    """The robot was removed from its group."""
    del cloud[Robots].known[chat.theirs.kind, chat.theirs.token]
    ending = chat.post(letter())
    assert ending.effect is Effect.NOT_DONE_USELESS
    assert ending.code in {"300001", "19001", "93000", "404"}


@each_chat
@pytest.mark.parametrize("trouble", ["drop", "lose"])
def test_a_lost_answer_proves_nothing(chat: Chat, trouble: str) -> None:
    """Whether it was taken or not: nobody knows."""
    chat.theirs.broken = [trouble]
    assert chat.post(letter()).effect is Effect.UNKNOWN


def test_a_webhook_drops_what_comes_again(cloud: LocalCloud) -> None:
    """The same letter has the same id."""
    chat = Chat(cloud, ChannelKind.WEBHOOK, "again")
    chat.theirs.broken = ["drop"]
    assert chat.post(letter()).effect is Effect.UNKNOWN
    assert chat.post(letter(), NOW + 60).effect is Effect.DONE
    assert (chat.theirs.taken, len(chat.theirs.messages)) == (2, 1)


def test_nobody_there_proves_that_nothing_was_told() -> None:
    """No connection: worth repeating, and no doubt."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    channel = MessageChannel(name="ops", kind=ChannelKind.WECOM, url="SECONDWIND_NOTIFY_OPS_URL")
    robot = robot_of(channel, parse_address(f"http://127.0.0.1:{port}/x?key=secret"), "", KEY)
    ending = robot.post(letter(), NOW)
    assert ending.effect is Effect.NOT_DONE_LATER
    assert ending.message == f"no whole answer from 127.0.0.1:{port}"
    assert "secret" not in f"{ending}"


@pytest.mark.parametrize(
    "drip",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n",
    ],
)
def test_a_server_that_never_ends_costs_seconds(monkeypatch: pytest.MonkeyPatch, drip: bytes) -> None:
    """Silence, a body a byte at a time, a redirect: bounded in time, and nobody is followed."""
    monkeypatch.setattr("shared.robots.wire.TOTAL_S", 0.4)
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(drip)
            with suppress(OSError):
                while drip and not ended.wait(0.05):
                    connection.sendall(b"x")
            ended.wait(5)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        channel = MessageChannel(name="ops", kind=ChannelKind.WECOM, url="SECONDWIND_NOTIFY_OPS_URL")
        address = parse_address(f"http://127.0.0.1:{server.getsockname()[1]}/")
        begun = SystemClock().now()
        ending = robot_of(channel, address, "", KEY).post(letter(), NOW)
        assert SystemClock().now() - begun < 2
        assert ending.effect in {Effect.UNKNOWN, Effect.NOT_DONE_USELESS}
    finally:
        ended.set()
        thread.join()
        server.close()


def test_a_bus_refuses_by_its_own_codes(cloud: LocalCloud) -> None:
    """A wrong key, a bus that is not there; no secret in what is told."""
    wrong = Credentials(access_key_id="local", access_key_secret="not-the-secret")
    ending = bus(cloud, wrong).post(letter(), NOW)
    assert (ending.effect, ending.code) == (Effect.NOT_DONE_USELESS, "SignatureNotMatch")
    assert bus(cloud, name="nowhere").post(letter(), NOW).effect is Effect.NOT_DONE_USELESS
