"""Breakers, modes and nodes: changed by whom the policy names, and each change is an outcome."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared import people
from shared.documents import decode_controls, decode_limit, nodes_write
from shared.domain.keys import CONTROLS_KEY, breaker_key, nodes_key
from shared.domain.mode import Mode, ModeSet
from shared.domain.nodes import Hit, KnownNode, KnownNodes
from shared.domain.record import CaseState
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER
from tests.unit.console.conftest import Browser
from tests.unit.people.conftest import OTHER, held, put, record_at, stopped


def opened(ledger: MemoryLedger, *scopes: object) -> None:
    """Their breakers, by somebody."""
    for scope in scopes:
        people.open_breaker(ledger, scope, why="storm", by="zoe", now=START)  # type: ignore[arg-type]  # a scope


@pytest.mark.parametrize(("what", "state"), [("resume", CaseState.DEFERRED), ("drop", CaseState.CLOSED)])
def test_a_breaker_is_closed_with_a_choice_for_what_waits(
    ann: Browser, ledger: MemoryLedger, what: str, state: CaseState
) -> None:
    """And says by whom and why."""
    key = put(ledger, stopped(1))
    opened(ledger, CLUSTER)
    assert "open since" in ann.get("/breakers")
    assert "is closed; 1 failure " in ann.send("/breakers", do=what, why="storm over")
    assert record_at(ledger, key).cases[0].state is state
    limit = decode_limit(ledger.load([breaker_key(CLUSTER)])[breaker_key(CLUSTER)].document)
    assert limit.opened_at is None
    told = limit.owed[-1]
    assert (told["reason"], told["actor"], told["why"], told["way"]) == (
        "breaker_closed",
        "ann (console, from 203.0.113.5)",
        "storm over",
        "console",
    )


def test_nothing_is_resumed_into_a_mode_that_would_close_it_for_good(ann: Browser, ledger: MemoryLedger) -> None:
    """The page says so, and nothing has changed."""
    key = put(ledger, stopped(1))
    opened(ledger, CLUSTER)
    people.set_mode(ledger, None, ModeSet(mode=Mode.OFF, by="zoe", at=START))
    ann.get("/breakers")
    assert "Mode off is set by zoe" in ann.send("/breakers", do="resume", why="storm over")
    assert ann.last.status == 409
    assert record_at(ledger, key).cases[0].state is CaseState.CLOSED
    limit = decode_limit(ledger.load([breaker_key(CLUSTER)])[breaker_key(CLUSTER)].document)
    assert limit.opened_at == START


def test_a_breaker_elsewhere_is_neither_seen_nor_changed(ann: Browser, boss: Browser, ledger: MemoryLedger) -> None:
    """Whatever the form says."""
    opened(ledger, CLUSTER, OTHER)
    assert OTHER.key not in ann.get("/breakers")
    assert OTHER.key in boss.get("/breakers")
    ann.get("/breakers")
    for scope in (OTHER.key, "ehpc/cn-hangzhou", "", "../..", "nothing/cn-hangzhou/x"):
        ann.send("/breakers", do="drop", scope=scope)
        assert ann.last.status == 404
        ann.get("/breakers")
    limit = decode_limit(ledger.load([breaker_key(OTHER)])[breaker_key(OTHER)].document)
    assert limit.opened_at == START


@pytest.mark.parametrize("what", ["resume", "drop"])
def test_a_breaker_that_opened_anew_is_not_closed_by_who_saw_it_before(
    ann: Browser, ledger: MemoryLedger, clock: Clock, what: str
) -> None:
    """Another closed it, and the next storm opened it: what waits now nobody has looked at. Told twice it is done."""
    opened(ledger, CLUSTER)
    ann.get("/breakers")
    people.close_breaker(ledger, CLUSTER, by="zoe", now=clock.now())
    keys = [put(ledger, stopped(1))]
    people.open_breaker(ledger, CLUSTER, why="the next storm", by="zoe", now=clock.now() + 60)
    before = ledger.load([*keys, breaker_key(CLUSTER)])
    assert "has begun anew since it was shown: nothing was done" in ann.send("/breakers", do=what, why="mended")
    assert ann.last.status == 409
    assert ledger.load([*keys, breaker_key(CLUSTER)]) == before
    form = ann.last
    assert "is closed; 1 failure " in ann.send("/breakers", do=what, why="mended")
    ann.last = form
    assert "is closed; 0 failures " in ann.send("/breakers", do=what, why="mended")
    ann.last = form
    ann.send("/breakers", do=what, why="mended", seen="x")
    assert ann.last.status == 400


@pytest.mark.parametrize("where", ["/breakers", "/held", "/case"])
def test_the_key_that_ends_a_text_presses_no_answer(boss: Browser, ledger: MemoryLedger, where: str) -> None:
    """It presses the first button of the form; where there are several answers that is none of them."""
    opened(ledger, CLUSTER)
    put(ledger, held(1))
    page = boss.get(f"{where}?id={held(1).failure_id}")
    assert page.partition("<button")[2].partition(">")[0] == ' type="submit" disabled hidden'


def test_opening_wants_a_reason(boss: Browser, ledger: MemoryLedger, clock: Clock) -> None:
    """And a form that says neither is refused."""
    opened(ledger, CLUSTER)
    people.close_breaker(ledger, CLUSTER, by="zoe", now=clock.now())
    boss.get("/breakers")
    boss.send("/breakers", do="open")
    assert boss.last.status == 400
    boss.get("/breakers")
    boss.send("/breakers", do="explode", why="x")
    assert boss.last.status == 400
    boss.get("/breakers")
    assert "is open: nothing is rerun there" in boss.send("/breakers", do="open", why="maintenance")


def test_a_mode_has_an_end(boss: Browser, ledger: MemoryLedger, clock: Clock) -> None:
    """From then on it holds no more; until then it is shown everywhere."""
    boss.get("/modes")
    assert "Mode off holds" in boss.send("/modes", do="set", mode="off", rule="", hours="4", why="storage moves")
    controls = decode_controls(ledger.load([CONTROLS_KEY])[CONTROLS_KEY].document)
    assert controls.everything is not None
    assert (controls.everything.until, controls.acts[-1]["actor"]) == (
        START + 4 * 3600,
        "boss (console, from 203.0.113.5)",
    )
    assert controls.at(START + 4 * 3600 - 1).everything is not None
    assert controls.at(START + 4 * 3600).everything is None
    assert "Mode off is set by boss" in boss.get("/")
    clock.moment += 4 * 3600
    assert "Mode off is set by" not in boss.get("/")
    assert "(over)" in boss.get("/modes")


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.OBSERVE])
def test_what_the_policy_or_the_environment_switches_off_takes_no_yes(
    boss: Browser, ledger: MemoryLedger, mode: Mode
) -> None:
    """The console knows that mode: nothing goes on there to be closed for good, and Tonight says so."""
    keys = [put(ledger, held(1)), put(ledger, stopped(2))]
    opened(ledger, CLUSTER)
    boss.policy = replace(boss.policy, mode=mode)
    before = ledger.load([*keys, breaker_key(CLUSTER)])
    says = f"Mode {mode.value} holds by the policy or SECONDWIND_MODE"
    assert says in boss.get("/").partition("<h2>Now</h2>")[0]
    for where in ("/held", f"/case?id={held(1).failure_id}"):
        assert says in boss.get(where)
        assert says in boss.send("/held", answer="approve")
        assert boss.last.status == 409
    boss.get("/breakers")
    assert says in boss.send("/breakers", do="resume")
    assert ledger.load([*keys, breaker_key(CLUSTER)]) == before
    boss.get("/held")
    assert "Rejected" in boss.send("/held", answer="reject")


def test_a_rules_mode_needs_somebody_as_well(boss: Browser, ledger: MemoryLedger) -> None:
    """Tonight does not say that nothing is switched off while a rule is."""
    assert "no mode is set" in boss.get("/")
    people.set_mode(ledger, "the-rest", ModeSet(mode=Mode.OFF, by="zoe", at=START))
    needs = boss.get("/").partition("<h2>Now</h2>")[0]
    assert "A mode is set for 1 rule" in needs
    assert "no mode is set" not in needs


def test_a_rules_mode_is_set_and_taken_back(boss: Browser, ledger: MemoryLedger) -> None:
    """Only of a rule that there is."""
    boss.get("/modes")
    boss.send("/modes", do="set", mode="observe", rule="the-rest", hours="0", why="trial")
    assert people.read_controls(ledger).rules["the-rest"].mode is Mode.OBSERVE
    assert "observe by hand" in boss.get("/rules")
    boss.get("/modes")
    assert "Taken back" in boss.send("/modes", do="clear", rule="the-rest")
    assert not people.read_controls(ledger).rules
    boss.get("/modes")
    for wrong in ({"rule": "none"}, {"mode": "loud"}, {"hours": "9999"}, {"hours": "x"}, {"why": ""}):
        boss.send("/modes", **{"do": "set", "mode": "off", "rule": "", "hours": "1", "why": "x", **wrong})
        assert boss.last.status == 400
        boss.get("/modes")
    assert people.read_controls(ledger).everything is None


def test_what_is_taken_back_is_what_was_shown(boss: Browser, ledger: MemoryLedger) -> None:
    """Somebody switches off while another looks at a mode of their own; nor is that loosened by setting another one."""
    people.set_mode(ledger, None, ModeSet(mode=Mode.OBSERVE, by="boss", at=START))
    boss.get("/modes")
    people.set_mode(ledger, None, ModeSet(mode=Mode.OFF, by="zoe", at=START))
    page = boss.last
    assert "Mode off is set by zoe: that is not what was shown" in boss.send("/modes", do="clear")
    assert boss.last.status == 409
    boss.last = page
    told = boss.send("/modes", do="set", mode="observe", rule="", hours="0", why="trial")
    assert "Mode off is set by zoe: take it back first" in told
    controls = people.read_controls(ledger)
    assert controls.everything is not None
    assert controls.everything.mode is Mode.OFF
    assert "Taken back" in boss.send("/modes", do="clear")


def test_a_mode_is_not_for_whom_a_place_bounds(ann: Browser, boss: Browser, ledger: MemoryLedger) -> None:
    """It concerns every place."""
    assert "<button" not in ann.get("/modes")
    ann.get("/breakers")
    boss.get("/modes")
    token = _form_token_of(ann, ledger)
    ann.ask("POST", "/modes", {"form_token": token, "do": "set", "mode": "off", "hours": "1", "why": "x"})
    assert ann.last.status == 403
    assert people.read_controls(ledger).everything is None


def _form_token_of(browser: Browser, ledger: MemoryLedger) -> str:
    opened(ledger, CLUSTER)
    return browser.get("/breakers").partition('name="form_token" value="')[2].partition('"')[0]


def test_a_suspected_node_is_cleared_once(boss: Browser, ann: Browser, ledger: MemoryLedger) -> None:
    """By whom the policy lets; the jobs that failed there are shown."""
    hit = Hit(START - 60, "7.scheduler", "li", "infrastructure")
    nodes = KnownNodes(nodes={"n1": KnownNode(hits=(hit,), suspected_at=START - 60, suspected_until=START + 3600)})
    assert not ledger.save([nodes_write(nodes_key(CLUSTER), nodes, None, START)])
    assert "7.scheduler of li" in ann.get("/nodes")
    assert "<button" not in ann.last.body.decode()
    boss.get("/nodes")
    form = boss.last
    assert "n1 is cleared" in boss.send("/nodes", why="new card")
    boss.last = form
    assert "not suspected (any more)" in boss.send("/nodes")
    assert people.suspected_nodes(ledger, START) == []
    stored = ledger.load([nodes_key(CLUSTER)])[nodes_key(CLUSTER)]
    again = KnownNodes(nodes={"n1": KnownNode(hits=(hit,), suspected_at=START, suspected_until=START + 3600)})
    assert not ledger.save([nodes_write(nodes_key(CLUSTER), again, stored.version, START)])
    boss.last = form
    assert "has begun anew since it was shown: nothing was done" in boss.send("/nodes")
    assert [one.node for one in people.suspected_nodes(ledger, START)] == ["n1"]
    boss.last = form
    boss.send("/nodes", seen="")
    assert boss.last.status == 400
