"""What a policy's `notify` says: through which channels people are told of what, for which jobs, and when not."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import Enum
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from shared.domain.messages import VARIABLE_PREFIX, What
from shared.policy.bounds import DAY_S, number
from shared.policy.reach import Reach
from shared.policy.windows import ZONE, ZONE_FORMAT

MAX_CHANNELS = 16
MAX_ROUTES = 64
DIGEST_LATE_S = 4 * 3600.0
"""Later than this after its time a digest is not sent: whoever switches it on in the afternoon gets the next."""

Variable = Annotated[
    str,
    Meta(
        pattern=rf"^{VARIABLE_PREFIX}[A-Z0-9_]{{1,40}}\Z",
        description=f"the name of an environment variable such as {VARIABLE_PREFIX}OPS_URL",
    ),
]
_Name = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,47}\Z",
        description="a name of 1 to 48 letters, digits, dots, hyphens and underscores",
    ),
]
_Person = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z",
        description="a name of 1 to 64 printable characters",
    ),
]
_TimeOfDay = Annotated[
    str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d\Z", description="a time of day in quotes such as '08:30'")
]
_Zone = Annotated[
    str, Meta(max_length=64, description="a time zone such as Asia/Shanghai", extra_json_schema={"format": ZONE_FORMAT})
]
_Whats = Annotated[
    tuple[What, ...], Meta(min_length=1, max_length=len(What), description="a list of what people are told of")
]


class ChannelKind(str, Enum):
    """Where a channel leads."""

    DINGTALK = "dingtalk"
    """A custom robot of a DingTalk group: an action card with buttons."""
    FEISHU = "feishu"
    """A custom robot of a Feishu or Lark group: an interactive card."""
    WECOM = "wecom"
    """A robot of a WeCom group: Markdown with links."""
    WEBHOOK = "webhook"
    """Any address that takes JSON, signed as Standard Webhooks says."""
    EVENTBRIDGE = "eventbridge"
    """A custom bus of the function's own region, by PutEvents with the function's role."""


class Quiet(Struct, frozen=True, kw_only=True, rename={"begins": "from", "ends": "to"}):
    """Hours in which a channel is left alone. What comes in them is told afterwards, all in one, if it still holds."""

    begins: _TimeOfDay
    """In the zone; so also below."""
    ends: _TimeOfDay
    """Earlier than `from`: of the next day."""
    zone: _Zone = ZONE
    """Of these hours."""
    but: _Whats | None = None
    """Told at any hour."""


_BUS = "the name of a bus, of letters, digits, dots, hyphens and underscores"


class MessageChannel(Struct, frozen=True, kw_only=True):
    """One place where people read. Its secrets are in the environment; the policy only names the variables."""

    name: _Name
    """For routes, links and people."""
    kind: ChannelKind
    """Which robot it is."""
    url: Variable
    """Holds the address as the chat shows it, with its token; of `eventbridge` the account's own:
    `https://<account id>.eventbridge.<region>.aliyuncs.com`."""
    secret: Variable | None = None
    """Holds what signs: of DingTalk (`SEC…`) and Feishu where the robot asks for it; a webhook's (`whsec_…`) always."""
    bus: Annotated[str, Meta(max_length=127, pattern=r"^[A-Za-z0-9_.-]*\Z", description=_BUS)] = ""
    """The custom bus; of `eventbridge` alone."""
    quiet: Quiet | None = None
    """None: it is told at any hour."""


class Route(Reach, frozen=True, kw_only=True):
    """What goes where: all conditions hold. Every route that fits counts; a channel is told of a thing once.

    What is about no job has no owner, queue or name, and what is about a machine names no cluster: such conditions on
    places let it pass.
    """

    what: _Whats | None = None
    """None: all."""
    to: Annotated[
        tuple[_Name, ...], Meta(min_length=1, max_length=MAX_CHANNELS, description="a list of names of channels")
    ]
    """Channels."""
    person: _Person | None = None
    """For whom it is: named in the message, and whose the link is (`people`). None: whoever reads the channel."""


class Notify(Struct, frozen=True, kw_only=True):
    """Who is told what. No channel: nobody is told anything."""

    channels: Annotated[
        tuple[MessageChannel, ...],
        Meta(max_length=MAX_CHANNELS, description=f"a list of at most {MAX_CHANNELS} channels"),
    ] = ()
    """Where people read."""
    routes: Annotated[
        tuple[Route, ...], Meta(max_length=MAX_ROUTES, description=f"a list of at most {MAX_ROUTES} routes")
    ] = ()
    """None given: each channel is told of everything."""
    unknown_after_s: Annotated[float, number(0, DAY_S, " of seconds")] = 1800.0
    """A call whose effect is unknown for so long is told."""
    digest_at: _TimeOfDay | None = None
    """When the night is told in a few lines. None: never."""
    zone: _Zone = ZONE
    """Of `digest_at`."""

    def channel(self, name: str) -> MessageChannel | None:
        """The one of that name."""
        return next((one for one in self.channels if one.name == name), None)

    @property
    def variables(self) -> tuple[str, ...]:
        """Environment variables that it names."""
        named = (name for channel in self.channels for name in (channel.url, channel.secret))
        return tuple(dict.fromkeys(name for name in named if name is not None))


def quiet_until(quiet: Quiet | None, what: What, now: float) -> float | None:
    """Until when (unix seconds) this is not told; None if it may be told now."""
    if quiet is None or what in (quiet.but or ()):
        return None
    zone = ZoneInfo(quiet.zone)
    here = datetime.fromtimestamp(now, zone)
    begins, ends = time.fromisoformat(quiet.begins), time.fromisoformat(quiet.ends)
    for day in (here.date() - timedelta(days=1), here.date()):
        last = day + timedelta(days=1) if ends <= begins else day
        start = datetime.combine(day, begins, zone).timestamp()
        end = datetime.combine(last, ends, zone).timestamp()
        if start <= now < end:
            return end
    return None


def digest_day(notify: Notify, now: float) -> str:
    """The day whose digest is due, `2026-01-05`; empty if none is, or its time is hours past."""
    if notify.digest_at is None:
        return ""
    zone = ZoneInfo(notify.zone)
    day = datetime.fromtimestamp(now, zone).date()
    since = now - datetime.combine(day, time.fromisoformat(notify.digest_at), zone).timestamp()
    return day.isoformat() if 0 <= since < DIGEST_LATE_S else ""
