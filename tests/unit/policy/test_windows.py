"""Windows: when they are open and for whom, what holds of several, what a policy may not say of them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.reasons import Reason
from shared.domain.record import CaseState, JobRecord
from shared.domain.verdicts import Verdict
from shared.policy.decide import decide
from shared.policy.gates.windows import MOST_OPENINGS
from shared.policy.load import check_policy, load_policy
from shared.policy.model import Policy, Window
from shared.policy.windows import WindowAction
from tests.support.clock import START as NOW
from tests.support.systems import GROUP
from tests.unit.decide.facts import make_case, make_facts, make_failure, make_look

HOUR_S = 3600.0
"""NOW is 2027-01-15 08:00 UTC, a Friday, 16:00 in Shanghai."""


def _window(**parts: Any) -> Window:
    fields: dict[str, Any] = {"name": "w", "action": WindowAction.DEFER, "zone": "UTC"}
    return Window(**{**fields, **parts})


@pytest.mark.parametrize(
    ("times", "left_s"),
    [
        ({"begins": "2027-01-15 07:00", "ends": "2027-01-15 09:00"}, HOUR_S),
        ({"begins": "2027-01-15 08:00", "ends": "2027-01-15 08:00:01"}, 1),
        ({"begins": "2027-01-15 08:00:01", "ends": "2027-01-15 09:00"}, None),
        ({"begins": "2027-01-15 07:00", "ends": "2027-01-15 08:00"}, None),
        ({"begins": "2027-01-15T16:00+08:00", "ends": "2027-01-15T08:30:00Z"}, HOUR_S / 2),
        ({"begins": "2027-01-15 15:00", "ends": "2027-01-15 17:00", "zone": "Asia/Shanghai"}, HOUR_S),
        ({"begins": "2027-01-15", "ends": "2027-01-16"}, 16 * HOUR_S),
        ({"cron": "0 7 * * *", "lasts_s": 7200.0}, HOUR_S),
        ({"cron": "0 7 * * *", "lasts_s": 3600.0}, None),
        ({"cron": "0 8 * * *", "lasts_s": 60.0}, 60),
        ({"cron": "1 8 * * *", "lasts_s": 60.0}, None),
        ({"cron": "0 15 * * fri", "lasts_s": 7200.0, "zone": "Asia/Shanghai"}, HOUR_S),
        ({"cron": "0 15 * * thu", "lasts_s": 7200.0, "zone": "Asia/Shanghai"}, None),
        ({"cron": "0 22 * * *", "lasts_s": 12 * HOUR_S}, 2 * HOUR_S),
        ({"cron": "0 7 * * *", "lasts_s": 7200.0, "until": "2027-01-15 07:00"}, None),
        ({"cron": "0 7 * * *", "lasts_s": 7200.0, "until": "2027-01-15 07:01"}, HOUR_S),
        ({"cron": "0 7 * * *", "lasts_s": 7200.0, "until": "2027-01-15 07:00:01"}, HOUR_S),
    ],
)
def test_when_it_is_open(times: dict[str, Any], left_s: float | None) -> None:
    """From its beginning, included, to its end, not included; in its own zone."""
    closes = _window(**times).closes_at(NOW)
    assert closes == (None if left_s is None else NOW + left_s)


OPEN: dict[str, Any] = {"begins": "2027-01-15 07:00", "ends": "2027-01-15 09:00"}


def _decided(*windows: Window, **parts: Any) -> Any:
    return decide(make_facts(policy=replace(make_facts().policy, windows=windows), **parts))


@pytest.mark.parametrize(
    ("action", "verdict", "due_at"),
    [
        (WindowAction.DEFER, Verdict.DEFERRED, NOW + HOUR_S),
        (WindowAction.HOLD, Verdict.HELD, NOW + 24 * HOUR_S),
        (WindowAction.IGNORE, Verdict.SUPPRESSED, None),
    ],
)
def test_what_it_does(action: WindowAction, verdict: Verdict, due_at: float | None) -> None:
    """It defers to its end, holds for a person, or ends it; its name is told."""
    decision = _decided(_window(action=action, **OPEN))
    assert (decision.verdict, decision.reason, decision.due_at) == (verdict, Reason.MAINTENANCE, due_at)
    assert "window w" in decision.message
    assert decision.rule == "the-rest"


def test_what_is_ignored_anyway_is_told_as_such() -> None:
    """The rule's own no comes first: a window does not hide it."""
    assert _decided(_window(**OPEN), failure=make_failure(message="SyntaxError")).reason is Reason.RULE_IGNORES


def test_the_strictest_of_several_holds_and_of_those_the_longest() -> None:
    """Whatever the order they are written in."""
    defer, longer = _window(**OPEN), _window(name="longer", begins="2027-01-15", ends="2027-01-15 10:00")
    hold, ignore = _window(action=WindowAction.HOLD, **OPEN), _window(action=WindowAction.IGNORE, **OPEN)
    for windows in ((defer, longer), (longer, defer)):
        assert _decided(*windows).due_at == NOW + 2 * HOUR_S
    assert "window w " in _decided(defer, _window(name="as long", **OPEN)).message
    assert _decided(defer, hold).verdict is Verdict.HELD
    assert _decided(hold, ignore, defer).verdict is Verdict.SUPPRESSED
    assert _decided(replace(hold, name="other"), defer, hold).windows == ("other", "w")
    assert _decided(defer).windows == ()


def test_a_person_who_says_yes_passes_a_window_that_holds() -> None:
    """And no other: a window that ignores is ended in the policy, or by force."""
    case = make_case(state=CaseState.DEFERRED, approved_by="ann", approved_for=(Reason.MAINTENANCE,))
    record = JobRecord(cases=(case,))
    hold, ignore = _window(action=WindowAction.HOLD, **OPEN), _window(action=WindowAction.IGNORE, **OPEN)
    assert _decided(hold, case=case, record=record).reason is Reason.ACCEPTED
    assert _decided(ignore, case=case, record=record).reason is Reason.MAINTENANCE


def test_a_person_is_asked_about_every_window_that_holds_and_for_none_that_waits() -> None:
    """One yes is for all that were named; a window that only defers was not asked, and still defers."""
    case = make_case(state=CaseState.DEFERRED, approved_by="ann", approved_for=(Reason.MAINTENANCE,))
    hold, other = (_window(name=name, action=WindowAction.HOLD, **OPEN) for name in ("one", "other"))
    defer = _window(begins="2027-01-15", ends="2027-01-15 10:00")
    assert "in the window one and other a person is asked" in _decided(hold, defer, other).message
    yes: dict[str, Any] = {"case": case, "record": JobRecord(cases=(case,))}
    decision = _decided(hold, other, **yes)
    assert decision.reason is Reason.ACCEPTED
    assert dict(decision.asked)["outside_windows"].saw == "one, other: hold, approved by a person"
    decision = _decided(hold, defer, **yes)
    assert (decision.verdict, decision.due_at) == (Verdict.DEFERRED, NOW + 2 * HOUR_S)


def test_a_yes_is_none_to_a_window_that_opens_after_it() -> None:
    """What waits for an hour behind a rate may come up in another window that holds, or in the next night's."""
    case = make_case(state=CaseState.DEFERRED, approved_by="ann", approved_for=(Reason.MAINTENANCE,))
    yes: dict[str, Any] = {"case": case, "record": JobRecord(cases=(case,))}
    assert case.opened_at == NOW - 600
    asked_about = _window(name="asked", action=WindowAction.HOLD, **OPEN)
    later = _window(name="later", action=WindowAction.HOLD, begins="2027-01-15 07:51", ends="2027-01-15 09:00")
    decision = _decided(asked_about, later, **yes)
    assert (decision.verdict, decision.message) == (Verdict.HELD, "in the window later a person is asked")
    again = {"cron": "0,55 * * * *", "lasts_s": 540.0}
    nightly = _window(name="nightly", action=WindowAction.HOLD, begins=None, ends=None, **again)
    assert nightly.closes_at(case.opened_at) is None
    assert _decided(nightly, **yes).verdict is Verdict.HELD
    each = _window(name="each", action=WindowAction.HOLD, begins=None, ends=None, cron="*/15 * * * *", lasts_s=840.0)
    assert each.closes_at(case.opened_at) not in {None, each.closes_at(NOW)}
    assert _decided(each, **yes).verdict is Verdict.HELD
    just = _window(name="just", action=WindowAction.HOLD, begins="2027-01-15 07:50", ends="2027-01-15 09:00")
    assert _decided(just, **yes).reason is Reason.ACCEPTED
    case = replace(
        case, passed={"just": NOW - 700}
    )  # what else was answered, or resumed, since then is no answer to it
    assert _decided(just, case=case, record=JobRecord(cases=(case,))).verdict is Verdict.HELD


def test_what_nobody_answered_waits_on() -> None:
    """Nor is a yes to something else an answer."""
    for said in ({}, {"approved_by": "ann", "approved_for": (Reason.RULE_HOLDS,)}):
        case = make_case(state=CaseState.DEFERRED, **said)
        hold = _window(action=WindowAction.HOLD, **OPEN)
        assert _decided(hold, case=case, record=JobRecord(cases=(case,))).verdict is Verdict.HELD


@pytest.mark.parametrize("times", [("* * * * *", 60.0), ("* * * * *", 300.0), ("*/5 * * * *", 600.0)])
def test_a_window_that_opens_anew_before_it_closes_is_one(times: tuple[str, float]) -> None:
    """Whoever said yes to it is not asked each minute."""
    case = make_case(state=CaseState.DEFERRED, approved_by="ann", approved_for=(Reason.MAINTENANCE,))
    cron, lasts_s = times
    always = _window(action=WindowAction.HOLD, begins=None, ends=None, cron=cron, lasts_s=lasts_s)
    assert always.closes_at(case.opened_at) != always.closes_at(NOW)
    assert _decided(always, case=case, record=JobRecord(cases=(case,))).reason is Reason.ACCEPTED


def test_how_many_openings_a_yes_outlives() -> None:
    """The calendar is not gone through for a day, minute by minute: then somebody is asked anew."""
    each_minute = _window(action=WindowAction.HOLD, begins=None, ends=None, cron="* * * * *", lasts_s=60.0)
    for ago, reason in ((MOST_OPENINGS, Reason.ACCEPTED), (MOST_OPENINGS + 1, Reason.MAINTENANCE)):
        said = {"approved_by": "ann", "approved_for": (Reason.MAINTENANCE,), "passed": {"w": NOW - 60 * ago}}
        case = make_case(state=CaseState.DEFERRED, **said)
        assert _decided(each_minute, case=case, record=JobRecord(cases=(case,))).reason is reason


@pytest.mark.parametrize(
    ("reach", "fits"),
    [
        ({}, True),
        ({"clusters": "ehpc-hz-*"}, True),
        ({"clusters": "ehpc-sh-*"}, False),
        ({"groups": "*"}, False),
        ({"regions": "cn-hangzhou"}, True),
        ({"regions": ("cn-beijing", "cn-shanghai")}, False),
        ({"owners": "ann"}, True),
        ({"owners": "bob"}, False),
        ({"queues": "night", "owners": "ann"}, False),
        ({"job_names": "report-*"}, True),
    ],
)
def test_whom_it_is_for(reach: dict[str, Any], *, fits: bool) -> None:
    """All conditions hold, of the live job where it says something; what is not told fits none."""
    look = make_look(owner="ann@scheduler", name="report-7")
    decision = _decided(_window(**OPEN, **reach), observation=look)
    assert (decision.reason is Reason.MAINTENANCE) is fits


def test_what_names_only_places_of_the_other_system_says_nothing_of_this_one() -> None:
    """A window for groups is not for clusters, and the other way round."""
    group = make_failure(scope=GROUP, job_id="42", job_instance_id=7)
    assert _window(groups="demo.*").has_place(group.scope)
    assert not _window(clusters="*").has_place(group.scope)


def _check(windows: str) -> tuple[list[str], list[str]]:
    report = check_policy(f"version: 1\nwindows:\n{windows}\nrules: [{{name: all, match: {{}}, action: rerun}}]\n")
    return [fault.problem for fault in report.faults], [warning.path for warning in report.warnings]


@pytest.mark.parametrize(
    ("window", "problem"),
    [
        ("{name: a, action: defer}", "wants from and to, or cron and lasts_s"),
        ("{name: a, action: defer, from: 2026-01-01}", "wants from and to"),
        ("{name: a, action: defer, cron: '0 2 * * *'}", "wants from and to"),
        ("{name: a, action: defer, from: 2026-01-01, to: 2026-01-02, lasts_s: 60}", "wants from and to"),
        ("{name: a, action: defer, from: 2026-01-01, to: 2026-01-02, until: 2026-01-02}", "wants from and to"),
        ("{name: a, action: defer, from: 2026-01-02, to: 2026-01-02 00:00}", "to must be later than from"),
        ("{name: a, action: defer, from: 2026-02-30, to: 2026-03-01}", "is no moment that exists"),
        ("{name: a, action: defer, from: yesterday, to: 2026-03-01}", "wants a moment"),
        ("{name: a, action: defer, from: 2026-01-01, cron: '0 2 * * *', lasts_s: 60}", "wants from and to"),
        ("{name: a, action: defer, to: 2026-01-01, cron: '0 2 * * *', lasts_s: 60}", "wants from and to"),
        ("{name: a, action: defer, cron: '0 2 * *', lasts_s: 60}", "five fields"),
        (f"{{name: a, action: defer, cron: '{'0' * 121} 2 * * *', lasts_s: 60}}", "got 129 characters, at most 128"),
        (f'{{name: "{"a" * 63}\\a", action: hold, from: 2026-01-01, to: 2026-01-02}}', "got other text"),
        ("{name: a, action: defer, cron: '0 2 * * *', lasts_s: 59}", "number of seconds from 60"),
        ("{name: a, action: defer, from: 2026-01-01, to: 2026-01-02, zone: Mars}", "knows no time zone"),
        ("{name: a, action: rerun, from: 2026-01-01, to: 2026-01-02}", "one of defer, hold, ignore"),
        ("{action: hold, from: 2026-01-01, to: 2026-01-02}", "is missing"),
    ],
)
def test_a_window_that_cannot_be_used_is_told(window: str, problem: str) -> None:
    """One fault each."""
    faults, _ = _check(f"- {window}")
    assert len(faults) == 1
    assert problem in faults[0]


def test_two_windows_of_one_name_are_told() -> None:
    """Outcomes name windows."""
    one = "- {name: a, action: hold, from: 2026-01-01, to: 2026-01-02}\n"
    assert _check(one + one)[0] == ["another window, in line 3, has this name"]


def test_a_window_that_defers_for_more_than_a_day_is_odd() -> None:
    """What waits for a day is given up; holding or ignoring for a week is sensible."""
    text = "- {{name: a, action: {}, from: 2026-01-01, to: 2026-01-03}}"
    assert "$.windows[0]" in _check(text.format("defer"))[1]
    assert "$.windows[0]" not in _check(text.format("hold"))[1]
    assert "$.windows[0]" in _check("- {name: a, action: defer, cron: '0 2 * * *', lasts_s: 90000}")[1]


def test_a_loaded_policy_has_its_windows() -> None:
    """As they are written."""
    text = """
version: 1
windows:
  - name: storage-upgrade
    from: 2027-01-15 15:00
    to: 2027-01-15T17:00:00+08:00
    clusters: [ehpc-hz-1]
    action: hold
"""
    policy: Policy = load_policy(text)
    (window,) = policy.windows
    assert window.closes_at(NOW) == NOW + HOUR_S
    assert (window.zone, window.clusters) == ("Asia/Shanghai", "ehpc-hz-1")
