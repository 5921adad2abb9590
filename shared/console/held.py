"""What waits for a person: the list, one case, and the answer to one or many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from shared import people
from shared.console.case_view import MAX_LIST, CaseView, view_of
from shared.console.http import Refused, WebResponse
from shared.console.site import Visit
from shared.domain.act import MAX_WHY_CHARS
from shared.domain.errors import SecondWindError
from shared.domain.links import HoldAnswer
from shared.people import CaseChanged, Hold
from shared.people.moves import NotHeld
from shared.policy.people import Deed

PAGE_HOLDS = 20
"""Held failures on one page."""
MAX_DIGITS = 8
MAX_ANSWERS = 100
"""Held failures that one form answers."""
MAX_ID_CHARS = 64
NOT_FOUND = "No such failure waits for anything, or it is none of yours."


class Answered(Struct, frozen=True, kw_only=True):
    """What became of one answer."""

    view: CaseView | None
    """None: there is no such case for this visitor."""
    asked: str
    says: str
    done: bool = False


def held_page(visit: Visit) -> WebResponse:
    """Every held failure that the visitor may see, the one that expires first first."""
    found = [hold for hold in people.holds(visit.site.ledger) if visit.visitor.sees_case(hold.case)]
    asked = visit.request.asked("from")
    first = int(asked) if asked.isdecimal() and len(asked) < MAX_DIGITS else 0
    first = first if first < len(found) else 0
    views = [view_of(hold, visit.visitor, visit.site.now) for hold in found[first : first + PAGE_HOLDS]]
    return visit.page(
        "held",
        views=views,
        total=len(found),
        first=first,
        size=PAGE_HOLDS,
        more=len(found) - first - len(views),
        any_may=any(map(_may, views)),
        obstacle=_mode_over(visit),
    )


def open_page(visit: Visit) -> WebResponse:
    """Every open failure that the visitor may see."""
    found = [hold for hold in people.open_cases(visit.site.ledger) if visit.visitor.sees_case(hold.case)]
    views = [view_of(hold, visit.visitor, visit.site.now) for hold in found[:MAX_LIST]]
    return visit.page("open", views=views, more=len(found) - len(views))


def case_page(visit: Visit) -> WebResponse:
    """One failure: what was told, what was decided and why, what would change it."""
    view = _found(visit, visit.request.asked("id"))
    if view is None:
        raise Refused(404, NOT_FOUND)
    asks = visit.site.gates
    gates = asks(view.case.failure) if asks is not None and visit.request.asked("ask") else None
    return visit.page("case", view=view, obstacles=obstacles(visit, view), gates=gates, can_ask=asks is not None)


def answer_act(visit: Visit, form: dict[str, list[str]]) -> WebResponse:
    """Yes or no to one or many, one after the other: what is wrong with one leaves the others alone."""
    said, marks = _asked(form)
    if not 1 <= len(marks) <= MAX_ANSWERS:
        raise Refused(400, f"Choose 1 to {MAX_ANSWERS} failures.")
    why = why_of(form)
    found = _holds(visit, [mark.partition(":")[0] for mark in marks])
    answers = [_answered(visit, mark, found, said, why) for mark in marks]
    status = 200 if all(one.done for one in answers) else 409
    return visit.page("answered", status, answers=answers, said=said.value)


def _asked(form: dict[str, list[str]]) -> tuple[HoldAnswer, list[str]]:
    """The answer, and to which: that of one failure's own button; what is chosen; or all that was shown."""
    for said in HoldAnswer:
        if said.value in form:
            return said, form[said.value][:1]
    try:
        said = HoldAnswer(form.get("answer", [""])[0])
    except ValueError:
        raise Refused(400, "This form says neither approve nor reject.") from None
    return said, list(dict.fromkeys(form.get("shown" if "all" in form else "case", [])))


def why_of(form: dict[str, list[str]]) -> str:
    """The reason that a form gives, as an outcome can have it."""
    why = form.get("why", [""])[0].strip()
    if len(why) > MAX_WHY_CHARS or not why.isprintable():
        raise Refused(400, f"A reason has at most {MAX_WHY_CHARS} printable characters, on one line.")
    return why


def seen_of(form: dict[str, list[str]]) -> float:
    """Since when what the form is about was so as it was shown (unix seconds)."""
    try:
        return float(form.get("seen", [""])[0])
    except ValueError:
        raise Refused(400, "This form does not say what was shown. Load the page and try again.") from None


def obstacles(visit: Visit, view: CaseView) -> list[str]:
    """What people set that will stop a rerun even after a yes."""
    notes: list[str] = []
    mode = _mode_over(visit, view.case.held_rule)
    if mode:
        notes.append(mode)
    breaker = people.breaker_of(visit.site.ledger, view.case.failure.scope)
    if breaker is None or breaker.opened_at is not None:
        notes.append("The breaker of this place is open: after a yes it waits behind it.")
    return notes


def _mode_over(visit: Visit, rule: str = "") -> str:
    """The mode under which no yes is taken; empty if none holds."""
    controls = people.read_controls(visit.site.ledger).at(visit.site.now)
    whose = people.in_the_way(controls, visit.site.policy.mode, rule)
    return f"{whose[:1].upper()}{whose[1:]}: no yes is taken while it holds." if whose else ""


def _answered(visit: Visit, mark: str, found: Mapping[str, Hold], said: HoldAnswer, why: str) -> Answered:
    failure_id, _, seen = mark.partition(":")
    shown = failure_id[:12]
    hold = found.get(failure_id)
    if hold is None or not seen:
        return Answered(view=None, asked=shown, says=NOT_FOUND)
    if not visit.visitor.may_answer(Deed(said.value), hold.case):
        return Answered(view=None, asked=shown, says=f"You may not {said.value} this one.")
    yes, visitor, now = said is HoldAnswer.APPROVE, visit.visitor, visit.site.now
    ledger, signed, mode = visit.site.ledger, visitor.signed(why), visit.site.policy.mode
    try:
        people.answer(ledger, hold, yes=yes, by=visitor.name, now=now, signed=signed, seen=seen, of_policy=mode)
    except CaseChanged as changed:
        view = view_of(changed.hold, visitor, now)
        return Answered(view=view, asked=shown, says="It has changed since you looked: nothing was done. Look again.")
    except (NotHeld, people.ModeInTheWay) as other:
        return Answered(view=view_of(hold, visitor, now), asked=shown, says=_first_up(str(other)))
    except (people.UnknownId, people.Contended) as error:
        return Answered(view=None, asked=shown, says=_first_up(str(error)))
    view = view_of(people.as_now(visit.site.ledger, hold), visitor, now)
    return Answered(view=view, asked=shown, says=DONE[said], done=True)


DONE = {
    HoldAnswer.APPROVE: "Approved. The next sweep asks every gate that is left, and reruns it if all pass.",
    HoldAnswer.REJECT: "Rejected. Nothing follows.",
}


def _found(visit: Visit, failure_id: str) -> CaseView | None:
    hold = _hold(visit, failure_id)
    return None if hold is None else view_of(hold, visit.visitor, visit.site.now)


def _hold(visit: Visit, failure_id: str) -> Hold | None:
    return _holds(visit, [failure_id]).get(failure_id)


def _holds(visit: Visit, failure_ids: Iterable[str]) -> dict[str, Hold]:
    """The cases with these whole ids that the visitor may see: of others they learn not even that they are there."""
    ids = [one for one in failure_ids if one.isalnum() and len(one) <= MAX_ID_CHARS]
    return {
        failure_id: hold
        for failure_id, hold in people.find_all(visit.site.ledger, ids).items()
        if isinstance(hold, Hold) and hold.case.failure_id == failure_id and visit.visitor.sees_case(hold.case)
    }


def _may(view: CaseView) -> bool:
    return view.may_approve or view.may_reject


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def sentence_of(error: SecondWindError) -> str:
    """What went wrong, for a page."""
    return _first_up(str(error))
