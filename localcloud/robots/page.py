"""What the groups were told, as a page: messages as their chats would show them, buttons as links."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from localcloud.robots.models import Received, Robot, RobotKind

_LINK = re.compile(r"\[([^\]]{1,200})\]\((https?://[^)\s]{1,4000})\)")
_MARKED = frozenset({RobotKind.DINGTALK, RobotKind.WECOM})
_HEAD = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>Chats of the local cloud</title><style>body{font:16px sans-serif;max-width:42rem;margin:1rem auto;"
    "padding:0 1rem}article{border:1px solid #888;border-radius:8px;padding:.5rem 1rem;margin:1rem 0;"
    "white-space:pre-wrap;overflow-wrap:anywhere}a{margin-right:1rem}</style><h1>Chats of the local cloud</h1>"
)


def page(robots: Sequence[Robot]) -> str:
    """HTML; the newest message of each robot first."""
    return _HEAD + "".join(_robot(robot) for robot in robots)


def _robot(robot: Robot) -> str:
    marked = robot.kind in _MARKED
    messages = "".join(_message(one, marked=marked) for one in reversed(robot.messages)) or "<p>Nothing yet.</p>"
    return f"<h2>{escape(robot.token)} ({robot.kind.value})</h2>{messages}"


def _message(one: Received, *, marked: bool) -> str:
    when = time.strftime("%H:%M:%S", time.gmtime(one.at))
    text, links = "\n".join(texts(one.body)), buttons(one.body, marked=marked)
    shown = _without_links(text) if marked else escape(text)
    return f"<article><small>{when} UTC</small>\n{shown}\n{' '.join(_button(*link) for link in links)}</article>"


def texts(body: Any) -> Iterator[str]:
    """What a reader sees, in order."""
    if isinstance(body, dict):
        for name, value in body.items():
            if isinstance(value, str) and name in {"text", "content", "message", "title"}:
                yield value
            elif not isinstance(value, str) and name != "btns":
                yield from texts(value)
    elif isinstance(body, list):
        for value in body:
            yield from texts(value)


def buttons(body: Any, *, marked: bool) -> list[tuple[str, str]]:
    """Label and address of each button, and of each link where texts are Markdown (`marked`)."""
    found: list[tuple[str, str]] = []
    if isinstance(body, dict):
        label = body.get("title") if "actionURL" in body else (body.get("text") or {})
        label = label.get("content") if isinstance(label, dict) else label
        url = body.get("actionURL") or (body.get("url") if body.get("tag") == "button" or "label" in body else None)
        if isinstance(url, str):
            found.append((str(label or body.get("label", "")), url))
        for value in body.values():
            found += buttons(value, marked=marked)
    elif isinstance(body, list):
        for value in body:
            found += buttons(value, marked=marked)
    elif isinstance(body, str) and marked:
        found += _LINK.findall(body)
    return found


def _without_links(text: str) -> str:
    return _LINK.sub(lambda link: link[1], escape(text, quote=False))


def _button(label: str, url: str) -> str:
    safe = escape(url) if url.startswith(("https://", "http://")) else "#"
    return f"<a href='{safe}'>{escape(label)}</a>"
