"""A request and a visitor → a response. GET shows, only POST acts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from shared.console.breakers import breaker_act, breakers_page
from shared.console.by_link import link_act, link_page
from shared.console.held import answer_act, case_page, held_page, open_page
from shared.console.http import Refused, WebRequest, WebResponse, text_response
from shared.console.metrics import metrics
from shared.console.modes import mode_act, modes_page
from shared.console.nodes import node_act, nodes_page
from shared.console.render import page, style
from shared.console.rules import rules_page
from shared.console.site import Site, Visit
from shared.console.tonight import tonight_page
from shared.console.visitor import Visitor, is_form_token
from shared.domain.errors import SecondWindError
from shared.domain.links import LINK_PATH

Show = Callable[[Visit], WebResponse]
Act = Callable[[Visit, dict[str, list[str]]], WebResponse]
PAGES: Mapping[str, Show] = {
    "/": tonight_page,
    "/open": open_page,
    "/held": held_page,
    "/case": case_page,
    "/breakers": breakers_page,
    "/nodes": nodes_page,
    "/modes": modes_page,
    "/rules": rules_page,
    "/metrics": metrics,
}
ACTS: Mapping[str, Act] = {"/held": answer_act, "/breakers": breaker_act, "/nodes": node_act, "/modes": mode_act}
STYLE_PATH, HEALTH_PATH = "/style.css", "/healthz"
METHODS = frozenset({"GET", "HEAD", "POST"})
_WANTED = {401: {"WWW-Authenticate": "Bearer"}, 405: {"Allow": ", ".join(sorted(METHODS))}}
"""Headers that a response with that status must have (RFC 9110, sections 15.5.2 and 15.5.6)."""
_LOG = logging.getLogger(__name__)


def answer(site: Site, request: WebRequest, visitor: Visitor | None) -> WebResponse:
    """The response; of whatever goes wrong on the way a page says what it is. `visitor`: None: nobody is known."""
    try:
        made = _answered(site, request, visitor)
    except Refused as refused:
        made = page("refused", refused.status, says=refused.says, visitor=visitor, here="")
        made = replace(made, headers=_WANTED.get(refused.status, {}))
    except SecondWindError as error:
        _LOG.warning("%s: %s", request.path[:64], error)
        says = "The ledger or the Logstore cannot be read now. It may be repeated; what was done before stands."
        made = page("refused", 503, says=says, visitor=visitor, here="")
    return replace(made, body=b"") if request.method == "HEAD" else made


def _answered(site: Site, request: WebRequest, visitor: Visitor | None) -> WebResponse:
    if request.method not in METHODS:
        raise Refused(405, "This takes GET and POST.")
    acts = request.method == "POST"
    if request.path == STYLE_PATH and not acts:
        lasting = {"Cache-Control": "public, max-age=3600"}
        return WebResponse(body=style(), content_type="text/css; charset=utf-8", headers=lasting)
    if request.path == HEALTH_PATH and not acts:
        return text_response("ok\n")
    if request.path == LINK_PATH:
        return link_act(site, request) if acts else link_page(site, request)
    if request.path not in (ACTS if acts else PAGES):
        raise Refused(404, "There is no such page.")
    if visitor is None:
        raise Refused(401, "Sign in first: nobody is known by this request.")
    if not visitor.known:
        raise Refused(403, f"The policy's `people` has no entry for {visitor.name}: nothing to see and nothing to do.")
    visit = Visit(site=site, visitor=visitor, request=request)
    return _act(visit) if acts else PAGES[request.path](visit)


def _act(visit: Visit) -> WebResponse:
    """An act, if the form comes from a page of ours that this very visitor was shown."""
    site, request = visit.site, visit.request
    if not request.same_origin():
        raise Refused(403, "Another site sent this form: nothing was done.")
    form = request.form()
    token = form.get("form_token", [""])[0]
    if site.key is None or not is_form_token(site.key, visit.visitor, token, site.now):
        raise Refused(403, "This form is too old, or not from here: nothing was done. Load the page and try again.")
    return ACTS[request.path](visit, form)
