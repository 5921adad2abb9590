"""Groups with robots on localhost, and a page that shows what they were told.

robots = cloud[Robots]
ops = robots.add(RobotKind.DINGTALK, "ops", secret="SEC…")
robots.address(ops)  # path and query, below the cloud's endpoint
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, ClassVar
from urllib.parse import parse_qs

from localcloud.clock import Clock
from localcloud.robots.chats import dingtalk, feishu, webhook, wecom
from localcloud.robots.models import RefusedError, Robot, RobotKind
from localcloud.robots.page import page
from localcloud.robots.story import RobotStory
from localcloud.service import Ground, Service
from localcloud.story import Element, Story
from localcloud.wire.http import Request, Response, json_response
from localcloud.wire.server import Route

PAGE = "/localcloud/chats"
_DINGTALK = "/robot/send"
_FEISHU = "/open-apis/bot/v2/hook/"
_WECOM = "/cgi-bin/webhook/send"
_WEBHOOK = "/localcloud/webhooks/"
_CHECKS: Mapping[RobotKind, Callable[[Robot, Request, float], Mapping[str, Any]]] = {
    RobotKind.DINGTALK: dingtalk,
    RobotKind.FEISHU: feishu,
    RobotKind.WECOM: wecom,
    RobotKind.WEBHOOK: webhook,
}
_UNKNOWN = {
    RobotKind.DINGTALK: RefusedError(300001, "token is not exist"),
    RobotKind.FEISHU: RefusedError(19001, "param invalid: incoming webhook access token invalid"),
    RobotKind.WECOM: RefusedError(93000, "invalid webhook url"),
    RobotKind.WEBHOOK: RefusedError(0, "nobody listens here", 404),
}


class Robots(Service):
    """All groups. Safe between threads."""

    title = "chats"
    stories: ClassVar[Mapping[str, type[Element]]] = {"robots": RobotStory}

    def __init__(self, clock: Clock) -> None:
        self.known: dict[tuple[RobotKind, str], Robot] = {}
        """By kind and token."""
        self._clock = clock
        self._lock = Lock()

    @classmethod
    def on(cls, ground: Ground) -> Robots:
        """No groups. Messages are dated by the signing clock, as their signatures are."""
        return cls(ground.signing_clock)

    def add(self, kind: RobotKind, token: str, *, secret: str = "", keywords: Iterable[str] = ()) -> Robot:
        """A group with a robot. Raises ValueError if there is one with that token."""
        if (kind, token) in self.known:
            raise ValueError(f"there is a robot {token} already")
        a_minute = 100 if kind is RobotKind.FEISHU else 20
        quiet_s = 600.0 if kind is RobotKind.DINGTALK else 0.0
        made = Robot(kind, token, secret, tuple(keywords), a_minute=a_minute, quiet_s=quiet_s)
        self.known[kind, token] = made
        return made

    @staticmethod
    def address(robot: Robot) -> str:
        """Path and query of its address."""
        return {
            RobotKind.DINGTALK: f"{_DINGTALK}?access_token={robot.token}",
            RobotKind.FEISHU: f"{_FEISHU}{robot.token}",
            RobotKind.WECOM: f"{_WECOM}?key={robot.token}",
            RobotKind.WEBHOOK: f"{_WEBHOOK}{robot.token}",
        }[robot.kind]

    def routes(self) -> Iterable[Route]:
        """Each kind's address, and the page."""
        yield (lambda request: _kind_of(request) is not None, self)
        yield (lambda request: request.path == PAGE, _Page(self))

    def populate(self, story: Story, now: float) -> None:
        """Make the story's robots."""
        del now
        for told in story.of(RobotStory):
            self.add(told.kind, told.name, secret=told.secret, keywords=told.keywords)

    def handle(self, request: Request) -> Response:
        """One message."""
        kind, token = _kind_of(request) or (RobotKind.WEBHOOK, "")
        with self._lock:
            robot = self.known.get((kind, token))
            try:
                if robot is None or request.method != "POST":
                    raise _UNKNOWN[kind]
                return self._take(robot, request)
            except RefusedError as error:
                if robot is not None:
                    robot.refused += 1
                return _answer(kind, error.code, error.text, error.status)

    def _take(self, robot: Robot, request: Request) -> Response:
        trouble = robot.broken.pop(0) if robot.broken else ""
        if trouble == "lose":
            return Response(close=True)
        if trouble == "busy":
            return json_response({"message": "busy"}, 503)
        now = self._clock.now()
        message = _CHECKS[robot.kind](robot, request, now)
        robot.take(now, message, request.headers.get("webhook-id", "") if robot.kind is RobotKind.WEBHOOK else "")
        return Response(close=True) if trouble == "drop" else _answer(robot.kind, 0, "ok", 200)


class _Page:
    """What the groups were told, for a browser."""

    def __init__(self, robots: Robots) -> None:
        self._robots = robots

    def handle(self, _request: Request) -> Response:
        body = page(list(self._robots.known.values()))
        return Response(200, body.encode(), {"content-type": "text/html; charset=utf-8"})


def _kind_of(request: Request) -> tuple[RobotKind, str] | None:
    """Whose robot is meant, and its token."""
    query = parse_qs(request.query)
    if request.path == _DINGTALK:
        return RobotKind.DINGTALK, query.get("access_token", [""])[-1]
    if request.path == _WECOM:
        return RobotKind.WECOM, query.get("key", [""])[-1]
    for prefix, kind in ((_FEISHU, RobotKind.FEISHU), (_WEBHOOK, RobotKind.WEBHOOK)):
        if request.path.startswith(prefix):
            return kind, request.path.removeprefix(prefix)
    return None


def _answer(kind: RobotKind, code: int, text: str, status: int) -> Response:
    if kind is RobotKind.WEBHOOK:
        return Response(204) if code == 0 and text == "ok" else json_response({"message": text}, status)
    if kind is RobotKind.FEISHU:
        good = {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}
        return json_response(good if code == 0 else {"code": code, "data": {}, "msg": text}, status)
    return json_response({"errcode": code, "errmsg": text}, status)
