"""Nodes on which jobs fail: the evidence, how to drain them, and saying that one is well."""

from __future__ import annotations

from msgspec import Struct

from shared import people
from shared.console.breakers import scope_of
from shared.console.held import seen_of, sentence_of, why_of
from shared.console.http import Refused, WebResponse
from shared.console.site import Visit
from shared.people import SuspectSeen
from shared.policy.people import Deed


class NodeView(Struct, frozen=True, kw_only=True):
    """One suspected node."""

    seen: SuspectSeen
    may: bool


def nodes_page(visit: Visit, says: str = "", status: int = 200) -> WebResponse:
    """Every suspected node of places that the visitor may see."""
    views = [
        NodeView(seen=seen, may=bool(seen.node) and visit.visitor.may(Deed.NODE, scope))
        for seen in people.suspected_nodes(visit.site.ledger, visit.site.now)
        if (scope := scope_of(seen.scope)) is not None and visit.visitor.sees(scope)
    ]
    return visit.page("nodes", status, views=views, says=says)


def node_act(visit: Visit, form: dict[str, list[str]]) -> WebResponse:
    """Clear one: what failed there counts no more."""
    scope, node, why = scope_of(form.get("scope", [""])[0]), form.get("node", [""])[0], why_of(form)
    if scope is None or not visit.visitor.sees(scope):
        raise Refused(404, "There is no such node, or it is none of yours.")
    if not visit.visitor.may(Deed.NODE, scope):
        raise Refused(403, "The policy's `people` does not let you clear this node.")
    ledger, now, by, signed = visit.site.ledger, visit.site.now, visit.visitor.name, visit.visitor.signed(why)
    try:
        was = people.clear_node(ledger, scope, node, by=by, now=now, signed=signed, seen=seen_of(form))
    except (people.BegunAnew, people.Contended) as error:
        return nodes_page(visit, sentence_of(error), 409)
    if was is None:
        return nodes_page(visit, "This node is not suspected (any more): nothing was done.", 409)
    return nodes_page(visit, f"{was.node} is cleared: what failed there counts no more, and no job waits for it.")
