"""Robots of chats, as a scenario file tells of them.

In the list `robots`:

    robots:
      - name: ops                         # its variables are SECONDWIND_NOTIFY_OPS_URL and …_SECRET
        kind: dingtalk                    # dingtalk, feishu, wecom or webhook
        secret: SEC0123456789             # absent: it asks for no signature; a webhook's: whsec_ and Base64
        keywords: [Second Wind]           # absent: it asks for none
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from localcloud.robots.models import RobotKind
from localcloud.story import Element


class RobotStory(Element, frozen=True, kw_only=True):
    """One robot; its token is its name."""

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
    kind: RobotKind
    secret: Annotated[str, Meta(max_length=256)] = ""
    keywords: tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...] = ()

    def names(self) -> Iterator[tuple[str, str]]:
        """Its name."""
        yield "robot", self.name

    def shown(self) -> tuple[str, str]:
        """Its kind and name."""
        return "robot", f"{self.name} ({self.kind.value})"
