"""What the bearer of a signed link sees and may do: one case, one answer, once."""

from __future__ import annotations

from shared import people
from shared.console.case_view import CaseView, view_of
from shared.console.held import DONE, obstacles, sentence_of, why_of
from shared.console.http import Refused, WebRequest, WebResponse
from shared.console.site import Site, Visit
from shared.console.visitor import Visitor
from shared.domain.act import MAX_WHO_CHARS, Way
from shared.domain.links import CHANNEL, AnswerLink, BadLink, HoldAnswer, LinkFault, digest_of, verify
from shared.people import CaseChanged, LinkSight, LinkSpent, ModeInTheWay, UnknownId
from shared.people.moves import NotHeld
from shared.people.walk import Contended
from shared.policy.people import Deed

_SAYS = {
    LinkFault.MALFORMED: "This link is not whole. Open it from the message once more, or copy all of it.",
    LinkFault.FORGED: "This link is none of ours, or the secret that signed it has been changed since.",
    LinkFault.EXPIRED: "This link has expired, as its hold has. What still waits stands in Held.",
}
_STATUS = {LinkFault.MALFORMED: 400, LinkFault.FORGED: 403, LinkFault.EXPIRED: 410}


def link_page(site: Site, request: WebRequest) -> WebResponse:
    """Show what the link is about. Changes nothing: previews of chats and scanners follow links."""
    token = request.asked("t")
    link = _verified(site, token)
    visit = _visit(site, request, link)
    return _shown(visit, link, token)


def link_act(site: Site, request: WebRequest) -> WebResponse:
    """Do what the link says, if the case is still what was shown. The token in the form is its own proof."""
    if not request.same_origin():
        raise Refused(403, "Another site sent this form: nothing was done.")
    form = request.form()
    token = form.get("t", [""])[0]
    link = _verified(site, token)
    visit = _visit(site, request, link)
    seen = form.get("seen", [link.digest])[0]
    by, why = _name(link, form), why_of(form)
    try:
        _check_may(visit, link, people.shown_to(site.ledger, link))
        signed, mode = visit.visitor.signed(why), site.policy.mode
        people.answer_by_link(site.ledger, link, seen=seen, by=by, now=site.now, signed=signed, of_policy=mode)
    except CaseChanged:
        return _shown(visit, link, token, status=409, says="It has changed since it was shown: nothing was done.")
    except (NotHeld, LinkSpent, Contended, ModeInTheWay) as error:
        return _shown(visit, link, token, status=409, says=sentence_of(error))
    except UnknownId as error:
        raise Refused(410, sentence_of(error)) from None
    return _shown(visit, link, token, says=DONE[link.answer], done=True)


def _verified(site: Site, token: str) -> AnswerLink:
    if site.key is None:
        raise Refused(403, "Links are not set up here: SECONDWIND_LINK_SECRET is not set.")
    try:
        return verify(token, site.key, site.now)
    except BadLink as bad:
        raise Refused(_STATUS[bad.fault], _SAYS[bad.fault]) from None


def _visit(site: Site, request: WebRequest, link: AnswerLink) -> Visit:
    visitor = Visitor(name=link.who, how="link", way=Way.LINK, source=request.source, people=site.policy.people)
    return Visit(site=site, visitor=visitor, request=request)


def _name(link: AnswerLink, form: dict[str, list[str]]) -> str:
    """Of a channel nobody knows who clicked: they may say it, and it stays their word, with the channel beside it."""
    if not link.who.startswith(CHANNEL):
        return link.who
    told, beside = form.get("name", [""])[0].strip(), f" ({link.who})"
    most = MAX_WHO_CHARS - len(beside)
    if len(told) > most or not told.isprintable():
        raise Refused(400, f"A name has at most {most} printable characters.")
    return f"{told}{beside}" if told else link.who


def _shown(
    visit: Visit, link: AnswerLink, token: str, *, status: int = 200, says: str = "", done: bool = False
) -> WebResponse:
    """The case as it is now, with a button if the link may still do what it says."""
    try:
        shown = people.shown_to(visit.site.ledger, link)
    except UnknownId as error:
        raise Refused(410, sentence_of(error)) from None
    _check_may(visit, link, shown)
    view = view_of(shown.hold, visit.visitor, visit.site.now)
    digest = digest_of(shown.hold.key, shown.hold.case)
    return visit.page(
        "link",
        status,
        view=view,
        link=link,
        token=token,
        digest=digest,
        changed=digest != link.digest and _may(link, view) and not says,
        used=shown.use,
        may=_may(link, view) and (shown.use is None or shown.use.digest == digest),
        asks_name=link.who.startswith(CHANNEL),
        obstacles=obstacles(visit, view),
        says=says,
        done=done,
    )


def _check_may(visit: Visit, link: AnswerLink, shown: LinkSight) -> None:
    """Asked when somebody looks and when they act, of the policy as it is then."""
    if not visit.visitor.may_answer(Deed(link.answer.value), shown.hold.case):
        raise Refused(403, f"The policy's `people` does not let {link.who} {link.answer.value} this. Nothing was done.")


def _may(link: AnswerLink, view: CaseView) -> bool:
    return view.may_approve if link.answer is HoldAnswer.APPROVE else view.may_reject
