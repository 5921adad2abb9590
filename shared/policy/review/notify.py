"""What no single field of `notify` shows: a channel that cannot be reached, a route that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.errors import Fault
from shared.domain.messages import What
from shared.policy import yamltree
from shared.policy.model import Policy
from shared.policy.notify import ChannelKind, MessageChannel

_UNSIGNED = frozenset({ChannelKind.WECOM, ChannelKind.EVENTBRIDGE})
_ABOUT_JOBS = frozenset({What.HELD, What.UNKNOWN})


def faults_of_notify(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Faults in `notify`."""
    notify = policy.notify
    first: dict[str, int] = {}
    for path, channel, node in yamltree.each(notify.channels, root, "notify", "channels"):
        if channel.name in first:
            yield Fault(f"{path}.name", f"another channel, in line {first[channel.name]}, has this name", node.line)
        first.setdefault(channel.name, node.line)
        yield from (Fault(path, problem, node.line) for problem in _problems(channel))
    for path, route, node in yamltree.each(notify.routes, root, "notify", "routes"):
        for name in route.to:
            if notify.channel(name) is None:
                yield Fault(f"{path}.to", f"there is no channel {name}", node.line)


def _problems(channel: MessageChannel) -> Iterator[str]:
    if channel.secret is not None and channel.kind in _UNSIGNED:
        yield f"{channel.kind.value} signs with no secret of its own: goes without secret"
    if channel.secret is None and channel.kind is ChannelKind.WEBHOOK:
        yield "wants secret: whoever receives a webhook must be able to tell ours from others'"
    if (channel.kind is ChannelKind.EVENTBRIDGE) is (channel.bus == ""):
        yield "bus names the custom bus of eventbridge, and goes with no other kind"
    if channel.quiet is not None and channel.quiet.begins == channel.quiet.ends:
        yield "quiet begins when it ends: that is all day, and nothing would ever be told"


def odd_notify(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: channels and routes that nothing reaches, a digest that nobody gets."""
    notify = policy.notify
    named = {name for route in notify.routes for name in route.to}
    for path, channel, node in yamltree.each(notify.channels, root, "notify", "channels"):
        if notify.routes and channel.name not in named:
            yield Fault(path, "no route leads here: it is told of nothing", node.line)
    for path, route, node in yamltree.each(notify.routes, root, "notify", "routes"):
        if route.what is not None and route.asks_of_job and not _ABOUT_JOBS & set(route.what):
            problem = "never fits: only what is held or unknown is about a job, with owner, queue and name"
            yield Fault(path, problem, node.line)
    if notify.digest_at is not None and not _digested(policy):
        line = yamltree.child(yamltree.child(root, "notify"), "digest_at").line
        yield Fault("$.notify.digest_at", "no route leads the digest anywhere", line)


def _digested(policy: Policy) -> bool:
    """Whether the digest goes anywhere."""
    if not policy.notify.routes:
        return bool(policy.notify.channels)
    ways = policy.notify.routes
    return any(What.DIGEST in way.what if way.what is not None else not way.asks_of_job for way in ways)
