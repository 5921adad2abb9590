"""Chats with a robot each, and what Second Wind writes to them."""

from __future__ import annotations

import pytest

from localcloud.cloud import LocalCloud
from localcloud.robots.models import RobotKind
from localcloud.robots.page import buttons
from localcloud.robots.service import Robots
from shared.domain.address import parse_address
from shared.domain.credentials import Credentials
from shared.domain.messages import Letter, Thing, What
from shared.notify import Draft, LinkTo, Robot
from shared.notify.boxes import LetterEnding
from shared.notify.draft import draft_of
from shared.policy.notify import ChannelKind, MessageChannel
from shared.robots import robot_of

NOW = 1_800_000_000.0
SECRETS = {
    ChannelKind.DINGTALK: "SEC0123456789abcdef",
    ChannelKind.FEISHU: "feishu-secret",
    ChannelKind.WECOM: "",
    ChannelKind.WEBHOOK: "whsec_YSBzZWNyZXQgZm9yIGxvY2FsIHRyaWFscw==",
}
CHATS = list(SECRETS)
KEY = Credentials(access_key_id="local", access_key_secret="local-secret")
each_chat = pytest.mark.parametrize("chat", CHATS, indirect=True, ids=lambda kind: kind.value)


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


def bus(cloud: LocalCloud, key: Credentials = KEY, name: str = "ops") -> Robot:
    """A channel of EventBridge."""
    channel = MessageChannel(name="ops", kind=ChannelKind.EVENTBRIDGE, url="SECONDWIND_NOTIFY_OPS_URL", bus=name)
    return robot_of(channel, parse_address(cloud.endpoint), "", key)
