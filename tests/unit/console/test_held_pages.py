"""Held failures on pages: seen by whom they concern, answered once, and only as they were shown."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from shared.documents import record_write
from shared.domain.links import HoldAnswer
from shared.domain.record import CaseState, JobRecord
from shared.policy.people import Person
from tests.support.clock import Clock
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER, GROUP
from tests.unit.console.conftest import Browser, visitor
from tests.unit.people.conftest import OTHER, failure_id, held, put, record_at


def test_the_night_is_read(ann: Browser, ledger: MemoryLedger) -> None:
    """What needs somebody stands first, on every page the way to the others."""
    put(ledger, held(1))
    text = ann.get("/")
    assert "1 held for a yes or no" in text
    for page in ("/held", "/open", "/breakers", "/modes", "/rules"):
        assert f'href="{page}"' in text
        assert ann.ask("GET", page).status == 200


def test_an_answer_is_an_outcome_with_who_from_where_and_why(ann: Browser, ledger: MemoryLedger) -> None:
    """And the case goes on."""
    key = put(ledger, held(1))
    ann.get("/held")
    assert "Approved. The next sweep" in ann.send("/held", answer="approve", why="node is back")
    record = record_at(ledger, key)
    told = record.owed[0]
    assert record.cases[0].state is CaseState.DEFERRED
    assert (told["actor"], told["why"], told["trigger"]) == (
        "ann (console, from 203.0.113.5)",
        "node is back",
        "console",
    )


def test_many_are_answered_at_once_and_what_is_wrong_with_one_leaves_the_others(
    ann: Browser, ledger: MemoryLedger, clock: Clock
) -> None:
    """One expires while the form is read."""
    keys = [put(ledger, held(number, expires_at=clock.now() + 60 * number)) for number in (1, 2, 3)]
    ann.get("/held")
    clock.moment += 61
    text = ann.send("/held", answer="reject")
    assert ann.last.status == 409
    assert text.count("Rejected. Nothing follows.") == 2
    assert "expired" in text
    assert [record_at(ledger, key).cases[0].state for key in keys] == [
        CaseState.HELD,
        CaseState.CLOSED,
        CaseState.CLOSED,
    ]


def test_a_cards_own_button_answers_that_one_alone(ann: Browser, ledger: MemoryLedger) -> None:
    """Whatever is chosen besides."""
    keys = [put(ledger, held(number)) for number in (1, 2, 3)]
    ann.get("/held")
    marks = re.findall(r'name="approve" value="([^"]+)"', ann.last.body.decode())
    assert len(marks) == 3
    assert "Approved" in ann.send("/held", approve=marks[1])
    assert [len(record_at(ledger, key).owed) for key in keys].count(1) == 1


def test_many_holds_have_pages_of_a_bounded_size(ann: Browser, ledger: MemoryLedger) -> None:
    """A storm's: each page below 100 KB, each hold on one of them, all of a page answered by one form."""
    holds = 200
    for number in range(holds):
        case = held(number)
        long = '"' * 1024
        put(ledger, replace(case, held_rule=long, failure=replace(case.failure, message=long, job_name=long)))
    seen: list[str] = []
    for first in range(0, holds, 20):
        page = ann.get(f"/held?from={first}")
        assert len(page) < 100_000
        seen += re.findall(r'href="/case\?id=([0-9a-f]+)"', page)
    assert sorted(seen) == sorted(failure_id(number) for number in range(holds))
    shown = re.findall(r'name="shown" value="([^"]+)"', page)
    assert ann.send("/held", answer="reject", case=None, all="1", shown=shown).count("Rejected. Nothing follows.") == 20
    for odd in ("-1", "x", "9" * 30, "1000000", "\u0663"):
        assert ann.ask("GET", f"/held?from={odd}").status == 200


def test_approving_twice_approves_once(ann: Browser, ledger: MemoryLedger) -> None:
    """The back button, a double click: the second is told who was first."""
    key = put(ledger, held(1))
    ann.get("/held")
    shown = ann.last
    ann.send("/held", answer="approve")
    ann.last = shown
    assert "was approved by ann already" in ann.send("/held", answer="approve")
    assert len(record_at(ledger, key).owed) == 1


def test_of_two_people_one_decides(ann: Browser, boss: Browser, ledger: MemoryLedger) -> None:
    """The other is told, and changes nothing."""
    key = put(ledger, held(1))
    ann.get("/held")
    boss.get("/held")
    boss.send("/held", answer="reject")
    assert "was rejected by boss already" in ann.send("/held", answer="approve")
    assert record_at(ledger, key).cases[0].rejected_by == "boss"


def test_what_has_changed_is_shown_and_not_answered(ann: Browser, ledger: MemoryLedger, clock: Clock) -> None:
    """The form is bound to what the page had shown."""
    key = put(ledger, case := held(1))
    ann.get("/held")
    now_is = replace(case, failure=replace(case.failure, message="another text"))
    assert not ledger.save([record_write(key, JobRecord(cases=(now_is,)), 1, clock.now())])
    assert "has changed since you looked" in ann.send("/held", answer="approve")
    assert record_at(ledger, key).cases[0] == now_is


def test_another_scope_is_neither_seen_nor_answered(ann: Browser, boss: Browser, ledger: MemoryLedger) -> None:
    """Whether its id is known or guessed: not even that it is there is told."""
    key = put(ledger, case := held(1, scope=OTHER))
    put(ledger, held(2))
    assert failure_id(1)[:12] not in ann.get("/held") + ann.get("/open") + ann.get("/") + ann.get("/rules")
    assert ann.ask("GET", f"/case?id={failure_id(1)}").status == 404
    boss.get(f"/case?id={failure_id(1)}")
    assert boss.last.status == 200
    stolen = boss.last
    ann.get("/held")
    theirs = boss.last.body.decode().partition('name="case" value="')[2].partition('"')[0]
    assert "none of yours" in ann.send("/held", answer="approve", case=theirs)
    ann.last = stolen
    assert "too old, or not from here" in ann.send("/held", answer="approve")
    assert record_at(ledger, key).cases[0] == case


def test_who_answers_for_their_own_jobs_sees_these_alone(ann: Browser, ledger: MemoryLedger) -> None:
    """And is not told that nothing happened elsewhere."""
    mine, theirs = held(1), held(2)
    put(ledger, replace(mine, held_owner="li"))
    put(ledger, replace(theirs, held_owner="ann"))
    ann.visitor = visitor("li", Person(who="li", own_jobs=(HoldAnswer.APPROVE,)))
    page = ann.get("/")
    assert "1 held for a yes or no" in page
    assert "You see what is held of your own jobs" in page
    assert mine.failure.job_id in page
    assert theirs.failure.job_id not in page + ann.get("/held") + ann.get("/open")


def test_nobody_is_shown_nothing(ann: Browser, ledger: MemoryLedger) -> None:
    """Neither without a name, nor with one that has no entry."""
    put(ledger, held(1))
    for nobody, status in ((None, 401), (visitor("eve", Person(who="ann")), 403)):
        ann.visitor = nobody
        for page in ("/", "/held", "/open", "/breakers", "/modes", "/rules", "/metrics", f"/case?id={failure_id(1)}"):
            assert ann.ask("GET", page).status == status
            assert failure_id(1)[:8] not in ann.last.body.decode()
        assert ann.ask("POST", "/held", {"answer": "approve"}).status == status


def test_a_refusal_says_what_would_do(ann: Browser) -> None:
    """As HTTP wants it: how to sign in, and which methods there are."""
    assert ann.ask("PUT", "/held").all_headers()["Allow"] == "GET, HEAD, POST"
    ann.visitor = None
    assert ann.ask("GET", "/held").all_headers()["WWW-Authenticate"] == "Bearer"


def test_who_only_looks_has_no_form(ann: Browser, ledger: MemoryLedger) -> None:
    """And cannot make one."""
    key = put(ledger, held(1))
    ann.get("/held")
    form = ann.last
    ann.visitor = visitor("ann", Person(who="ann"))
    assert "<button" not in ann.get("/held")
    ann.last = form
    assert "You may not approve this one" in ann.send("/held", answer="approve")
    assert record_at(ledger, key).cases[0].state is CaseState.HELD


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"content-type": "text/plain"},
        {"content-type": "application/json"},
    ],
)
def test_a_form_of_another_site_does_nothing(ann: Browser, ledger: MemoryLedger, headers: dict[str, str]) -> None:
    """Even with a token that was stolen; and no token, or an old or changed one, is none."""
    key = put(ledger, held(1))
    ann.get("/held")
    ann.headers = headers
    ann.send("/held", answer="approve")
    assert ann.last.status in {403, 415}
    assert record_at(ledger, key).cases[0].state is CaseState.HELD


def test_a_form_of_ours_is_ours_behind_a_proxy_too(ann: Browser, ledger: MemoryLedger) -> None:
    """Something in front has changed the host; the browser itself says where the form comes from."""
    key = put(ledger, held(1))
    ann.get("/held")
    ann.headers = {"sec-fetch-site": "same-origin", "origin": "https://public.example", "host": "1234.fcapp.run"}
    ann.send("/held", answer="approve")
    assert record_at(ledger, key).cases[0].state is CaseState.DEFERRED


@pytest.mark.parametrize("token", ["", "00", "zz", "é", "0" * 64, None])
def test_a_form_without_our_token_does_nothing(ann: Browser, ledger: MemoryLedger, token: str | None) -> None:
    """Cross-site request forgery from a browser that says nothing of where a form comes from."""
    key = put(ledger, held(1))
    ann.get("/held")
    ann.send("/held", answer="approve", form_token=token)
    assert ann.last.status == 403
    assert record_at(ledger, key).cases[0].state is CaseState.HELD


def test_a_form_lasts_a_night_and_no_week(ann: Browser, ledger: MemoryLedger, clock: Clock) -> None:
    """Twelve hours are good, more than a day is not."""
    key = put(ledger, held(1, expires_at=clock.now() + 10 * 86_400))
    ann.get("/held")
    shown = ann.last
    clock.moment += 25 * 3600
    assert "too old" in ann.send("/held", answer="approve")
    clock.moment -= 13 * 3600
    ann.last = shown
    assert "Approved" in ann.send("/held", answer="approve")
    assert record_at(ledger, key).cases[0].approved_by == "ann"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"answer": "perhaps"}, 400),
        ({"case": None}, 400),
        ({"case": [f"{number:032x}:x" for number in range(101)]}, 400),
        ({"why": "x" * 257}, 400),
        ({"why": "a\nb"}, 400),
        ({"case": ["x" * 70_000]}, 413),
        ({"case": "../../etc:x"}, 409),
        ({"case": "0" * 32}, 409),
    ],
)
def test_a_form_that_cannot_be_meant_does_nothing(
    ann: Browser, ledger: MemoryLedger, form: dict[str, object], status: int
) -> None:
    """Too large, too many, no such answer, no such case."""
    key = put(ledger, held(1))
    ann.get("/held")
    ann.send("/held", **{"answer": "approve", **form})
    assert ann.last.status == status
    assert record_at(ledger, key).cases[0].state is CaseState.HELD


def test_only_post_acts(ann: Browser, ledger: MemoryLedger) -> None:
    """Whatever stands in the address."""
    key = put(ledger, case := held(1))
    ann.get("/held")
    token = ann.last.body.decode().partition('name="form_token" value="')[2].partition('"')[0]
    mark = ann.last.body.decode().partition('name="case" value="')[2].partition('"')[0]
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        ann.ask(method, f"/held?answer=approve&form_token={token}&case={mark}")
    assert record_at(ledger, key).cases[0] == case


def test_every_response_has_the_headers_that_keep_it_safe(ann: Browser) -> None:
    """Also of errors; no page is kept by a cache."""
    for page in ("/", "/held", "/nowhere", "/healthz", "/link?t=x", "/metrics"):
        headers = ann.ask("GET", page).all_headers()
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "script" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
    assert ann.ask("GET", "/style.css").all_headers()["Cache-Control"].startswith("public")


def test_who_is_told_of_a_job_of_another_system(boss: Browser, ledger: MemoryLedger) -> None:
    """The pages know no job system by name."""
    put(ledger, held(1, scope=GROUP))
    assert GROUP.key in boss.get("/held")
    assert CLUSTER.key not in boss.last.body.decode()
