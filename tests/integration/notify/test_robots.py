"""Each robot against its chat as the documents have it: signature, format, limit and size of what is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.cloud import LocalCloud
from localcloud.eventbridge.service import EventBridge
from localcloud.fc.models import InvocationResult
from localcloud.robots.models import RobotKind
from localcloud.robots.page import texts
from shared.domain.call import Effect
from shared.notify import trial_draft
from shared.notify.boxes import LetterEnding
from tests.hostile import HOSTILE
from tests.integration.notify.chats import NOW, Chat, bus, each_chat, letter, shown_buttons


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


@each_chat
def test_a_keyword_is_in_every_message(chat: Chat) -> None:
    """`Second Wind` stands in each title: a robot that wants a keyword gets that one."""
    chat.theirs.keywords = ("Second Wind",)
    assert chat.post(letter()).effect is Effect.DONE
    if chat.theirs.kind in {RobotKind.DINGTALK, RobotKind.FEISHU}:
        chat.theirs.keywords = ("alarm",)
        assert chat.post(letter()).code in {"310000", "19024"}


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
