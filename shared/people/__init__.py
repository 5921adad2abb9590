"""What people do with the ledger: breakers, modes, holds, nodes. Against the Ledger port alone, by compare-and-set.

Nothing here calls a job system or writes an outcome: what a person decides is written down together with the outcome
that it owes, and the sweep goes on with it through the same corridor as with everything else.
"""

from shared.people.breakers import (
    Backlog,
    BreakerSeen,
    Changed,
    Settled,
    breaker_of,
    breakers,
    close_breaker,
    known_scopes,
    open_breaker,
    settle,
    waiting_behind,
)
from shared.people.holds import (
    AmbiguousId,
    CaseChanged,
    Hold,
    UnknownId,
    answer,
    as_now,
    find,
    find_all,
    holds,
    open_cases,
)
from shared.people.link_use import LinkSight, LinkSpent, answer_by_link, shown_to
from shared.people.modes import LooserMode, ModeInTheWay, check_mode, clear_mode, in_the_way, read_controls, set_mode
from shared.people.nodes import SuspectSeen, clear_node, suspected_nodes
from shared.people.walk import BegunAnew, Contended

__all__ = [
    "AmbiguousId",
    "Backlog",
    "BegunAnew",
    "BreakerSeen",
    "CaseChanged",
    "Changed",
    "Contended",
    "Hold",
    "LinkSight",
    "LinkSpent",
    "LooserMode",
    "ModeInTheWay",
    "Settled",
    "SuspectSeen",
    "UnknownId",
    "answer",
    "answer_by_link",
    "as_now",
    "breaker_of",
    "breakers",
    "check_mode",
    "clear_mode",
    "clear_node",
    "close_breaker",
    "find",
    "find_all",
    "holds",
    "in_the_way",
    "known_scopes",
    "open_breaker",
    "open_cases",
    "read_controls",
    "set_mode",
    "settle",
    "shown_to",
    "suspected_nodes",
    "waiting_behind",
]
