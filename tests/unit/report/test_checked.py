"""The Logstore's word against the ledger's, and reports of some of the failures."""

from __future__ import annotations

from msgspec.structs import replace

from shared import people
from shared.domain.act import Signed, Way
from shared.people.standing import standing
from shared.ports import Write
from shared.report import NightReport, ReportTerms, report_of
from shared.report.model import Checked
from shared.report.standing import LedgerStanding
from tests.support.house import House
from tests.support.make import Make
from tests.support.systems import CLUSTER

NIGHT = 1_767_571_200.0
SCOPE = "ehpc/cn-hangzhou/ehpc-hz-1"
NOTHING = LedgerStanding(owed=frozenset(), open={}, open_breakers=frozenset())
Row = dict[str, str]


def checked(standing: LedgerStanding, *rows: Row) -> Checked:
    """What came of checking a night."""
    report = report_of(rows, ReportTerms(since_at=NIGHT, until_at=NIGHT + 86_400, standing=standing))
    assert report.checked is not None
    return report.checked


def test_where_both_know_the_same_they_agree(row: Make[Row]) -> None:
    """An open failure, an open breaker, and what has been silent since before the night."""
    known = replace(NOTHING, open={"f1": NIGHT + 1, "old": NIGHT - 1}, open_breakers=frozenset({SCOPE, "ehpc/r/quiet"}))
    found = checked(known, row("held", "rule_holds"), row("suppressed", "breaker_opened", failure_id="b", job_id=""))
    assert (found.agrees, found.open, found.open_before) == (True, 2, 1)


def test_what_is_owed_is_what_the_logstore_has_not(row: Make[Row]) -> None:
    """An outcome that was written and not yet struck is no difference."""
    written = row("rerun", "accepted", attempt="1")
    assert checked(replace(NOTHING, owed=frozenset({written["outcome_id"]})), written).agrees
    assert checked(replace(NOTHING, owed=frozenset({"lost"})), written).owed == 1


def test_each_side_may_know_what_the_other_does_not(row: Make[Row]) -> None:
    """Open in one alone; breakers the same; unreadable documents."""
    known = replace(NOTHING, open={"a": NIGHT + 1, "b": NIGHT + 1}, open_breakers=frozenset({SCOPE}), unreadable=1)
    closed = row("suppressed", "breaker_closed", failure_id="x", job_id="", actor="ann")
    found = checked(known, row("rerun", "accepted", failure_id="b"), row("held", "rule_holds", failure_id="c"), closed)
    assert (found.not_in_log, found.not_in_ledger) == (("a", "b"), ("c",))
    assert (found.breakers_not_in_log, found.breakers_not_in_ledger, found.agrees) == ((SCOPE,), (), False)
    opened = row("suppressed", "breaker_opened", failure_id="x", job_id="")
    assert checked(NOTHING, opened).breakers_not_in_ledger == (SCOPE,)
    many = {f"{number:03}": NIGHT + 1 for number in range(50)}
    assert (len(checked(replace(NOTHING, open=many)).not_in_log), checked(replace(NOTHING, open=many)).open) == (20, 50)


def test_the_ledger_is_read_whatever_owes_or_waits_there(house: House) -> None:
    """Records, breakers, modes: what the sweep has not yet told."""
    house.sink.down = True
    house.deliver(house.hung(), house.hung(2, message="SyntaxError"))
    people.open_breaker(house.ledger, CLUSTER, why="w", by="ann", now=house.clock.now(), signed=Signed(way=Way.CONSOLE))
    found = standing(house.ledger)
    assert (len(found.owed), found.open_breakers, found.unreadable) == (3, frozenset({CLUSTER.key}), 0)
    house.sink.down = False
    house.later(700)
    house.sweep()
    assert standing(house.ledger).owed == frozenset()


def test_a_malformed_document_is_counted(house: House) -> None:
    """It hides nothing else."""
    house.deliver(house.hung())
    key = next(iter(house.records()))
    version = house.ledger.load([key])[key].version
    spoiled = Write(key=key, document=b"{", expected=version, due_at=house.clock.now(), expires_at=None)
    assert not house.ledger.save([spoiled])
    assert standing(house.ledger).unreadable == 1


def test_a_report_of_some_has_their_acts_and_no_others(row: Make[Row], report: Make[NightReport]) -> None:
    """By owner, also where an act does not repeat the owner; by scope and its parts; modes are about everything."""
    rows = [
        row("held", "rule_holds", failure_id="a", owner="ann", cluster_id="ehpc-hz-2"),
        row("deferred", "approved", 5, failure_id="a", actor="eve", cluster_id="ehpc-hz-2"),
        row("held", "rule_holds", failure_id="b", owner="bob"),
        row("suppressed", "rejected", 5, failure_id="b", actor="li"),
        row("suppressed", "mode_set", 6, failure_id="m", actor="jo", system="", cluster_id="", job_id=""),
        row("suppressed", "breaker_opened", 6, failure_id="x", actor="mo", job_id=""),
    ]

    def some(**only: str) -> tuple[int, set[str]]:
        made = report_of(rows, ReportTerms(since_at=NIGHT, until_at=NIGHT + 86_400, only=only, standing=NOTHING))
        assert made.checked is None
        return made.failures, {hand.actor for hand in made.hands}

    assert report(*rows).failures == 2
    assert some(owner="ann") == (1, {"eve", "jo", "mo"})
    assert some(scope="ehpc-hz-2") == (1, {"eve", "jo"})
    assert some(scope=SCOPE) == (1, {"li", "jo", "mo"})
    assert some(system="dataworks") == (0, {"jo"})
