"""The gate of the memory of nodes: a rerun cannot choose its node, so what failed on a suspected one may wait."""

from __future__ import annotations

from shared.domain.gate import GateAnswer, Stop
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.policy.belts import NodeAction
from shared.policy.facts import Facts

LOOK_AGAIN_S = 300.0
"""What waits is looked at again after so long at the most: the node may be drained meanwhile."""
_SOUND = GateAnswer("no suspected node", "no suspected node that is still given jobs")


def node_sound(facts: Facts) -> GateAnswer | None:
    """Did it fail on no suspected node, or has it waited long enough? Asked with `bad_nodes: {action: hold}`."""
    bad_nodes = facts.policy.bad_nodes
    if bad_nodes is None or bad_nodes.action is not NodeAction.HOLD:
        return None
    node = next((one for one in facts.nodes if one in facts.suspects), None)
    if node is None:
        return _SOUND
    now, until = facts.ask.now, facts.told_at + bad_nodes.max_wait_s
    if now >= until:
        return GateAnswer(f"{node}, waited for {bad_nodes.max_wait_s:g} s", _SOUND.wanted)
    message = f"node {node}, on which it failed, is suspected; it waits {until - now:.0f} s more at the most"
    due_at = min(until, facts.look_again_at, now + LOOK_AGAIN_S)
    return GateAnswer(node, _SOUND.wanted, Stop(Verdict.DEFERRED, Reason.BAD_NODE, message, due_at))
