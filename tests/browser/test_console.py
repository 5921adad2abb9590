"""The console in a real browser: read, answered once, at any width, without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from selenium.webdriver.common.by import By

from shared.documents import record_write
from shared.domain.keys import breaker_key
from shared.domain.link_key import parse_link_key
from shared.domain.links import HoldAnswer, digest_of, link_to, link_url, sign
from shared.domain.record import Case, CaseState, JobRecord
from shared.people import open_breaker
from tests.browser.conftest import SECRET, Desk, Page
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import held, put, record_at

HOSTILE = "<script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">\u202e\x1b[31m"

People = Callable[..., Page]
pytestmark = pytest.mark.timeout(300)


def test_a_night_is_read_and_a_held_failure_approved(desk: Desk, people: People) -> None:
    """From the one-time link to the outcome; twice, by the back button, it is approved once."""
    key = put(desk.ledger, held(1))
    page = people()
    assert "1 held for a yes or no" in page.go(desk.server.link)
    page.shot("tonight")
    assert "Held for a person" in page.click("1 held for a yes or no")
    page.shot("held")
    page.type("why", "node is back")
    assert "Approved. The next sweep" in page.click("Approve")
    page.shot("approved")
    told = record_at(desk.ledger, key).owed[0]
    assert (told["reason"], told["why"], told["way"]) == ("approved", "node is back", "console")
    page.driver.back()
    assert "Nothing waits for your yes or no" in page.text
    assert len(record_at(desk.ledger, key).owed) == 1


def test_two_people_at_once_and_what_has_changed(desk: Desk, people: People) -> None:
    """The second is told who was first; what was changed under a reader is shown and not answered."""
    keys = [put(desk.ledger, held(number)) for number in (1, 2)]
    first, second = people(), people()
    first.go(desk.server.link)
    second.go(desk.server.link)
    marks = {page: _case_page(page, desk, 1) for page in (first, second)}
    assert "Rejected. Nothing follows" in first.click("Reject")
    assert "was rejected by ann already" in second.click("Approve")
    assert record_at(desk.ledger, keys[0]).cases[0].state is CaseState.CLOSED
    assert marks[first] == marks[second]
    _case_page(first, desk, 2)
    case = record_at(desk.ledger, keys[1]).cases[0]
    other = replace(case, failure=replace(case.failure, message="another text"))
    assert not desk.ledger.save([record_write(keys[1], JobRecord(cases=(other,)), 1, desk.clock.now())])
    assert "It has changed since you looked" in first.click("Approve")
    assert record_at(desk.ledger, keys[1]).cases[0] == other
    first.shot("changed-since")
    desk.clock.moment += 2 * 86_400
    _case_page(first, desk, 2)
    assert "expired" in first.go(f"{desk.url}/open") or not first.driver.find_elements(By.TAG_NAME, "button")


def _case_page(page: Page, desk: Desk, number: int) -> str:
    case = held(number)
    page.go(f"{desk.url}/case?id={case.failure_id}")
    fields = page.driver.find_elements(By.NAME, "case")
    return fields[0].get_attribute("value") or "" if fields else digest_of("", case)


def test_without_script_on_a_telephone_in_the_dark(desk: Desk, people: People) -> None:
    """Nothing needs a script, nothing is wider than the screen, and a log can do nothing but be read."""
    case = held(1)
    put(desk.ledger, replace(case, failure=replace(case.failure, message=HOSTILE * 5, job_name="x" * 300)))
    page = people(width=360, script=False, dark=True)
    page.go(desk.server.link)
    for where in ("/", "/held", "/open", "/breakers", "/modes", "/rules", f"/case?id={case.failure_id}", "/nowhere"):
        page.go(desk.url + where)
        tree = page.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})
        assert tree["cssContentSize"]["width"] <= 360, where
        assert "pwned" not in page.driver.title
        assert not page.driver.find_elements(By.TAG_NAME, "script") + page.driver.find_elements(By.TAG_NAME, "img")
        page.shot(f"telephone{where.partition('?')[0].replace('/', '-')}")
    page.go(f"{desk.url}/held")
    assert "Rejected. Nothing follows" in page.click("Reject")


def test_a_key_that_ends_a_reason_decides_nothing(desk: Desk, people: People) -> None:
    """Who writes why they say no, and presses the key that telephones offer to go on, has said neither yes nor no."""
    keys = [put(desk.ledger, held(number)) for number in (1, 2)]
    open_breaker(desk.ledger, CLUSTER, why="maintenance", by="ben", now=desk.clock.now())
    before = [desk.ledger.load([key])[key] for key in (*keys, breaker_key(CLUSTER))]
    page = people(width=360)
    page.go(desk.server.link)
    for where, field in (("/held", "why"), (f"/case?id={held(1).failure_id}", "why"), ("/breakers", "w1")):
        page.go(desk.url + where)
        for box in page.driver.find_elements(By.ID, "c1"):
            box.click()
        shown = [one for one in page.driver.find_elements(By.TAG_NAME, "button") if one.is_displayed()]
        assert all(one.text for one in shown), where
        page.type(field, "it has diverged\n")
        page.type(field, " twice")
        assert page.driver.find_element(By.ID, field).get_attribute("value") == "it has diverged twice", where
    assert [desk.ledger.load([key])[key] for key in (*keys, breaker_key(CLUSTER))] == before


def test_one_of_many_and_then_all_of_them(desk: Desk, people: People) -> None:
    """A card's own button answers that one alone."""
    keys = [put(desk.ledger, held(number)) for number in range(1, 5)]
    page = people(width=360, script=False)
    page.go(desk.server.link)
    page.go(f"{desk.url}/held")
    page.shot("held-many")
    assert page.click("Approve").count("Approved. The next sweep") == 1
    assert [record_at(desk.ledger, key).cases[0].open for key in keys] == [True] * 4
    assert sum(bool(record_at(desk.ledger, key).owed) for key in keys) == 1
    page.click("Back to what is held")
    page.driver.find_element(By.ID, "all").click()
    assert page.click("Reject what is chosen").count("Rejected. Nothing follows") == 3
    assert "Nothing waits for your yes or no" in page.click("Back to what is held")


def test_a_one_time_link_opens_one_session(desk: Desk, people: People) -> None:
    """Who has the same link later, out of a terminal's history, has nothing."""
    link = desk.server.link
    assert "Tonight" in people().go(link)
    late = people()
    assert "This link was used" in late.go(link)
    assert "Open the link" in late.go(f"{desk.url}/held")


def test_a_link_of_a_message_is_pressed(desk: Desk, people: People) -> None:
    """Opened it shows, pressed it acts, once; changed since and expired it says so. It opens no other page."""
    key = put(desk.ledger, case := held(1))
    page = people(width=360, script=False)
    assert "Approve a failure of" in page.go(_link(desk, key, case, "n1"))
    assert record_at(desk.ledger, key).cases[0] == case
    page.shot("link")
    page.type("name", "li")
    assert "Approved. The next sweep" in page.click("Approve")
    assert record_at(desk.ledger, key).owed[0]["actor"] == "li (channel:ops) (link, from 127.0.0.1)"
    assert "This link was used" in page.go(_link(desk, key, case, "n1"))
    assert not page.driver.find_elements(By.TAG_NAME, "button")
    assert "Open the link" in page.go(f"{desk.url}/held")
    second = put(desk.ledger, other := held(2))
    late = _link(desk, second, other, "n2")
    page.go(late)
    now_is = replace(other, failure=replace(other.failure, message="another text"))
    assert not desk.ledger.save([record_write(second, JobRecord(cases=(now_is,)), 1, desk.clock.now())])
    assert "It has changed since it was shown: nothing was done" in page.click("Approve")
    assert "another text" in page.text
    assert record_at(desk.ledger, second).cases[0] == now_is
    desk.clock.moment += 3601
    assert "This link has expired" in page.click("Approve")
    page.shot("link-expired")
    assert record_at(desk.ledger, second).cases[0] == now_is


def _link(desk: Desk, key: str, case: Case, nonce: str) -> str:
    link = link_to(key, case, HoldAnswer.APPROVE, "channel:ops", expires_at=desk.clock.now() + 3600, nonce=nonce)
    return link_url(desk.url, sign(link, parse_link_key(SECRET)))
