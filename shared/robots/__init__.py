"""What speaks to chats and webhooks: one module a format, and one way out. Adapters of `shared.notify`.

Each makes its body from a draft within the format's limits, signs it, and reads the answer by the robot's own codes.
Facts: docs/facts/messages.md.
"""

from __future__ import annotations

from shared.domain.address import Address
from shared.domain.credentials import Credentials
from shared.notify import Robot
from shared.policy.notify import ChannelKind, MessageChannel
from shared.robots.dingtalk import DingTalk
from shared.robots.eventbridge import EventBridge
from shared.robots.feishu import Feishu
from shared.robots.silent import Silent
from shared.robots.webhook import Webhook
from shared.robots.wecom import WeCom
from shared.robots.wire import post

__all__ = ["Silent", "robot_of"]


def robot_of(channel: MessageChannel, address: Address, secret: str, credentials: Credentials) -> Robot:
    """The robot of a channel. `secret`: empty where there is none; `credentials`: EventBridge's."""
    kind, send = channel.kind, post
    if kind is ChannelKind.DINGTALK:
        return DingTalk(send, address, secret)
    if kind is ChannelKind.FEISHU:
        return Feishu(send, address, secret)
    if kind is ChannelKind.WECOM:
        return WeCom(send, address)
    if kind is ChannelKind.WEBHOOK:
        return Webhook(send, address, secret, channel.name)
    return EventBridge(send, address, channel.bus, channel.name, credentials)
