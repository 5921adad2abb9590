"""What each chat checks of a message, before it shows it: signature, keywords, limit, format, size.

What no document states is marked as an assumption in docs/facts/messages.md.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from localcloud.robots.models import RefusedError, Robot
from localcloud.wire.http import Request

HOUR_S = 3600
WEBHOOK_SKEW_S = 300
DINGTALK_BYTES = 20_000
FEISHU_BYTES = 20 * 1024
WECOM_TEXT, WECOM_MARKDOWN = 2048, 4096
_BUTTONS = ("title", "actionURL")


def dingtalk(robot: Robot, request: Request, now: float) -> Mapping[str, Any]:
    """A DingTalk message. Raises RefusedError."""
    query = {name: values[-1] for name, values in parse_qs(request.query).items()}
    if robot.secret:
        stamp = query.get("timestamp", "")
        if not stamp.isdecimal() or abs(now - int(stamp[:16]) / 1000) > HOUR_S:
            raise RefusedError(310000, "invalid timestamp")
        if not _same(query.get("sign", ""), robot.secret, f"{stamp}\n{robot.secret}".encode()):
            raise RefusedError(310000, "sign not match")
    message = _json(request, RefusedError(40035, "缺少参数 json"))
    if len(request.body) > DINGTALK_BYTES:
        raise RefusedError(460101, "message too long, exceed 20000 bytes")
    content = message.get(str(message.get("msgtype")))
    if not isinstance(content, dict) or not _dingtalk_whole(str(message["msgtype"]), content):
        raise RefusedError(400105, "unsupported msgtype or missing parameter")
    _keyword(robot, request, RefusedError(310000, "keywords not in content"))
    if not robot.admits(now):
        raise RefusedError(130101, "send too fast, exceed 20 times per minute")
    return message


def _dingtalk_whole(kind: str, content: Mapping[str, Any]) -> bool:
    wanted = {"text": ("content",), "markdown": ("title", "text"), "actionCard": ("title", "text")}
    if kind not in wanted or not _texts(content, wanted[kind]):
        return False
    if kind != "actionCard":
        return True
    buttons = content.get("btns")
    if buttons is None:
        return _texts(content, ("singleTitle", "singleURL"))
    return isinstance(buttons, list) and bool(buttons) and all(_texts(one, _BUTTONS) for one in buttons)


def feishu(robot: Robot, request: Request, now: float) -> Mapping[str, Any]:
    """A Feishu message. Raises RefusedError."""
    message = _json(request, RefusedError(9499, "Bad Request"))
    if len(request.body) > FEISHU_BYTES:
        raise RefusedError(11246, "the request body is too large")
    if robot.secret:
        stamp = str(message.get("timestamp", ""))
        in_time = stamp.isdecimal() and abs(now - int(stamp[:12])) <= HOUR_S
        mac = hmac.digest(f"{stamp}\n{robot.secret}".encode(), b"", "sha256")
        right = base64.b64encode(mac).decode()
        if not in_time or not hmac.compare_digest(str(message.get("sign", "")).encode(), right.encode()):
            raise RefusedError(19021, "sign match fail or timestamp is not within one hour from current time")
    if message.get("msg_type") not in {"text", "post", "interactive"} or not _feishu_whole(message):
        raise RefusedError(9499, "Bad Request")
    _keyword(robot, request, RefusedError(19024, "Key Words Not Found"))
    if not robot.admits(now):
        raise RefusedError(11232, "frequency limited psm")
    return message


def _feishu_whole(message: Mapping[str, Any]) -> bool:
    if message["msg_type"] != "interactive":
        return isinstance(message.get("content"), dict)
    card = message.get("card")
    return isinstance(card, dict) and isinstance(card.get("elements"), list) and all(map(_element, card["elements"]))


def _element(element: Any) -> bool:
    """The few that a card here may have."""
    if not isinstance(element, dict):
        return False
    if element.get("tag") == "action":
        actions = element.get("actions")
        return isinstance(actions, list) and bool(actions) and all(_button(one) for one in actions)
    if element.get("tag") == "note":
        return isinstance(element.get("elements"), list) and all(map(_text, element["elements"]))
    return element.get("tag") == "hr" or (element.get("tag") == "div" and _text(element.get("text")))


def _button(button: Any) -> bool:
    return (
        isinstance(button, dict)
        and button.get("tag") == "button"
        and _text(button.get("text"))
        and _texts(button, ("url",))
    )


def _text(text: Any) -> bool:
    return isinstance(text, dict) and text.get("tag") in {"plain_text", "lark_md"} and _texts(text, ("content",))


def wecom(robot: Robot, request: Request, now: float) -> Mapping[str, Any]:
    """A WeCom message. Raises RefusedError."""
    message = _json(request, RefusedError(40008, "invalid message type"))
    kind, most = str(message.get("msgtype")), {"text": WECOM_TEXT, "markdown": WECOM_MARKDOWN}
    if kind not in most:
        raise RefusedError(40008, "invalid message type")
    content = message.get(kind)
    if not isinstance(content, dict) or not _texts(content, ("content",)):
        raise RefusedError(44004, "empty content")
    if len(content["content"].encode()) > most[kind]:
        raise RefusedError(40058, f"{kind}.content exceed max length {most[kind]}")
    if not robot.admits(now):
        raise RefusedError(45009, "api freq out of limit")
    return message


def webhook(robot: Robot, request: Request, now: float) -> Mapping[str, Any]:
    """A message signed as Standard Webhooks says. Raises RefusedError."""
    name, stamp = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if not name or not stamp.isdecimal() or abs(now - int(stamp[:12])) > WEBHOOK_SKEW_S:
        raise RefusedError(0, "no id, or the timestamp is too far away", 400)
    key = base64.b64decode(robot.secret.removeprefix("whsec_"))
    right = f"v1,{base64.b64encode(hmac.digest(key, f'{name}.{stamp}.'.encode() + request.body, 'sha256')).decode()}"
    given = request.headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(one.encode(), right.encode()) for one in given):
        raise RefusedError(0, "the signature does not match", 401)
    if not robot.admits(now):
        raise RefusedError(0, "too many", 429)
    return _json(request, RefusedError(0, "the body is no JSON object", 400))


def _json(request: Request, refusal: RefusedError) -> dict[str, Any]:
    if "json" not in request.headers.get("content-type", ""):
        raise refusal
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        raise refusal from None
    if not isinstance(found, dict):
        raise refusal
    return found


def _keyword(robot: Robot, request: Request, refusal: RefusedError) -> None:
    text = "\n".join(_strings(json.loads(request.body)))
    if robot.keywords and not any(word in text for word in robot.keywords):
        raise refusal


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)


def _same(given: str, secret: str, text: bytes) -> bool:
    right = base64.b64encode(hmac.digest(secret.encode(), text, "sha256"))
    return hmac.compare_digest(given.encode(), right)


def _texts(content: Any, names: tuple[str, ...]) -> bool:
    return isinstance(content, dict) and all(isinstance(content.get(name), str) and content[name] for name in names)
