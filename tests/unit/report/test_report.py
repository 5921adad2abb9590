"""A report: each failure once, by what became of it, whatever came twice, late or out of order."""

from __future__ import annotations

from itertools import permutations

import pytest

from shared.domain.outcome import rfc3339
from shared.domain.reasons import Reason
from shared.domain.verdicts import Step
from shared.report import Fate, NightReport
from shared.report.courses import moment_of
from tests.support.house import House
from tests.support.make import Make

NIGHT = 1_767_571_200.0
Row = dict[str, str]


def fates(report: NightReport) -> dict[str, int]:
    """Those that there are."""
    return {fate.value: count for fate, count in report.fates.items() if count}


@pytest.mark.parametrize(
    ("verdict", "reason", "fate"),
    [
        ("rerun", "accepted", Fate.HEALED),
        ("rerun", "seen_succeeded", Fate.HEALED),
        ("rerun", "seen_failed", Fate.FAILED_AGAIN),
        ("rerun", "seen_no_run", Fate.FAILED_AGAIN),
        ("would_rerun", "observe_mode", Fate.WOULD_HEAL),
        ("held", "rule_holds", Fate.HELD),
        ("deferred", "cooldown", Fate.WAITING),
        ("unknown", "answer_lost", Fate.UNKNOWN),
        ("unknown", "not_restarted", Fate.UNKNOWN),
        ("refused", "api_refused", Fate.REFUSED),
        ("suppressed", "rule_ignores", Fate.SUPPRESSED),
        ("ineligible", "job_finished", Fate.INELIGIBLE),
        ("invalid", "not_understood", Fate.INVALID),
        ("duplicate", "restarted_since", Fate.DUPLICATE),
        ("refused", "a_reason_of_a_later_version", Fate.REFUSED),
    ],
)
def test_every_verdict_has_its_fate(
    row: Make[Row], report: Make[NightReport], verdict: str, reason: str, fate: Fate
) -> None:
    """Each failure stands under what was told of it last."""
    assert fates(report(row(verdict, reason))) == {fate.value: 1}


@pytest.mark.parametrize(
    ("verdict", "reason", "fate"), [("held", "rule_holds", "would_hold"), ("deferred", "cooldown", "would_wait")]
)
def test_what_was_only_observed_is_not_open(
    row: Make[Row], report: Make[NightReport], verdict: str, reason: str, fate: str
) -> None:
    """Nothing came of it, by the mode, and nobody can answer; held for real later it waits for somebody."""
    observed = row(verdict, reason, mode="observe", final="false")
    assert (fates(report(observed)), report(observed).open) == ({fate: 1}, ())
    later = report(observed, row("held", "rule_holds", 60, final="false"))
    assert (fates(later), len(later.open)) == ({"held": 1}, 1)


def test_the_order_of_reading_changes_nothing(row: Make[Row], report: Make[NightReport]) -> None:
    """Outcomes come late and twice: the report is the same."""
    rows = [
        row("deferred", "cooldown", 0),
        row("rerun", "accepted", 60, attempt="1", state="RUNNING"),
        row("rerun", "seen_succeeded", 300, attempt="1"),
        row("duplicate", "already_handled", 400),
        row("suppressed", "rule_ignores", 5, failure_id="f2"),
    ]
    first = report(*rows)
    assert fates(first) == {"healed": 1, "suppressed": 1}
    assert (first.outcomes, first.failures, first.aftermath.reruns, first.aftermath.succeeded) == (5, 2, 1, 1)
    for some in permutations(rows):
        assert report(*some, *some) == first


@pytest.mark.parametrize(
    "bad",
    ["", "Z", "2026-01-05", "2026-01-05T02:30:61.000Z", "2026-13-05T02:30:00Z", "2026-01-05T02:30:nanZ", "\ud800" * 20],
)
def test_only_our_own_moments_are_read(bad: str) -> None:
    """What `rfc3339` wrote to the millisecond; of anything else nothing is guessed."""
    for at in (0.0, NIGHT + 59.999, 4_000_000_000.5):
        assert moment_of(rfc3339(at)) == pytest.approx(at, abs=0.0011)
    assert moment_of(bad) is None


def test_of_one_moment_the_one_that_follows_counts(row: Make[Row], report: Make[NightReport]) -> None:
    """Two outcomes of one millisecond: `follow_up` says which came after."""
    first = row("unknown", "answer_lost", final="false")
    then = row("rerun", "observed_restart", follow_up=first["outcome_id"])
    assert fates(report(first, then)) == fates(report(then, first)) == {"healed": 1}


def test_a_repetition_is_not_the_end_but_a_restart_by_others_is(row: Make[Row], report: Make[NightReport]) -> None:
    """A telling that came again says nothing; a case in doubt that ends as a duplicate is no longer open."""
    doubt = row("unknown", "answer_lost", final="false")
    again = row("duplicate", "in_hand", 10, follow_up="other")
    over = row("duplicate", "restarted_since", 20, follow_up=doubt["outcome_id"])
    assert fates(report(doubt, again)) == {"unknown": 1}
    assert fates(report(doubt, again, over)) == {"duplicate": 1}
    assert report(doubt, again, over).open == ()


def test_what_is_no_failure_is_counted_apart(row: Make[Row], report: Make[NightReport]) -> None:
    """Dry runs, strangers' logs, breakers, modes, machines: in none of the failures."""
    told = report(
        row("would_rerun", "dry_run", dry_run="true"),
        {"schema": "else"},
        {**row("rerun", "accepted"), "at": "yesterday"},
        {**row("rerun", "accepted"), "verdict": "splendid"},
        row("suppressed", "breaker_opened", failure_id="b"),
        row("suppressed", "mode_set", failure_id="m", actor="ann"),
        row("suppressed", "machine_announced", failure_id="n"),
    )
    assert (told.failures, told.dry_runs, told.not_read, told.outcomes) == (0, 1, 3, 4)
    assert told.notices == {"breaker_opened": 1, "machine_announced": 1, "mode_set": 1}


def test_whatever_is_about_no_job_is_no_failure(row: Make[Row], report: Make[NightReport]) -> None:
    """Every such reason, as its step says it to people; what wants a look is noted, each thing once."""
    rows = [row(one.verdicts[0].value, one.value, failure_id=one.value) for one in Reason if one.giver.step.of_no_job]
    assert {step for step in Step if step.of_no_job} == {step for step in Step if "not about a job" in step.value}
    told = report(*rows, row("refused", "not_seen", 60, failure_id="again"))
    assert (told.failures, sum(told.notices.values())) == (0, len(rows) + 1)
    assert (told.notes[0].reason, told.notes[0].at) == ("not_seen", NIGHT + 60)
    assert sorted(note.reason for note in told.notes) == [
        "machine_announced",
        "machine_suspected",
        "not_seen",
        "rerun_elsewhere",
    ]


def test_delays_are_from_the_failure_itself(row: Make[Row], report: Make[NightReport]) -> None:
    """`occurred_at` where it is told, else the first outcome; the first rerun counts. By nearest rank."""
    rows = []
    for number in range(1, 21):
        at = {"failure_id": f"f{number}", "occurred_at": rfc3339(NIGHT)}
        rows.append(row("rerun", "accepted", 10 * number, attempt="1", **at))
    rows.append(row("rerun", "accepted", 900, attempt="2", failure_id="f1"))
    delays = report(*rows).delays
    assert (delays.failures, delays.median_s, delays.p95_s, delays.longest_s) == (20, 100, 190, 200)
    untold = [row("deferred", "cooldown", 30), row("rerun", "accepted", 100, attempt="1")]
    assert report(*untold).delays.median_s == 70


def test_breakdowns_count_failures_and_say_what_they_leave_out(row: Make[Row], report: Make[NightReport]) -> None:
    """By owner with `-` for none; beyond 20 values the rest is counted."""
    rows = [row("rerun", "accepted", owner=f"u{n % 25:02}", failure_id=f"f{n}", attempt="1") for n in range(30)]
    rows.append(row("invalid", "not_understood", failure_id="bad"))
    by = report(*rows).by
    assert set(by) == {"system", "scope", "owner", "class", "rule", "reason"}
    assert (by["owner"].left_out, by["owner"].left_out_failures, len(by["owner"].lines)) == (6, 6, 20)
    assert by["owner"].lines[0].key == "-" or by["owner"].lines[0].failures == 2
    assert [(line.key, line.failures) for line in by["scope"].lines] == [("ehpc/cn-hangzhou/ehpc-hz-1", 31)]
    assert by["class"].lines[0].fates == {Fate.HEALED: 30, Fate.INVALID: 1}


def test_the_time_line_has_at_most_a_hundred_steps(row: Make[Row], report: Make[NightReport]) -> None:
    """A day in quarters of an hour; what was told and what was rerun fall into their own."""
    line = report(row("rerun", "accepted", 1000, attempt="1"), row("held", "rule_holds", 10, failure_id="f2")).time_line
    assert (line.step_s, len(line.buckets)) == (900, 96)
    assert [(b.failures, b.open, b.healed, b.reruns) for b in line.buckets[:2]] == [(1, 1, 0, 0), (1, 0, 1, 1)]


def test_nodes_and_texts_and_open_failures_are_bounded(row: Make[Row], report: Make[NightReport]) -> None:
    """However much a night has, a report fits on a page and says what it leaves out."""
    told = report(
        *(
            row("held", "rule_holds", n, failure_id=f"f{n}", node=f"n{n}", fingerprint=f"{n:016x}", evidence="x " * 600)
            for n in range(100)
        )
    )
    assert (len(told.nodes), told.nodes_left_out) == (30, 70)
    assert (len(told.unclassified), told.unclassified_left_out) == (10, 90)
    assert (len(told.open), told.open_left_out, told.open[0].failure_id) == (50, 50, "f0")
    assert len(told.unclassified[0].example) == 1024


def test_what_the_corridor_writes_is_read(house: House, report: Make[NightReport]) -> None:
    """Real outcomes: a rerun that was seen, one that a rule ignored; the run's start as seen."""
    house.deliver(house.hung(), house.hung(2, message="SyntaxError"))
    for _ in range(3):
        house.later(122)
        house.sweep()
    told = report(*house.sink.rows, *house.sink.sightings)
    assert (told.aftermath.reruns, told.aftermath.runs, told.not_read) == (1, 1, 0)
    assert fates(told) == {"healed": 1, "suppressed": 1}
    assert (told.hours.lost.counted, told.hours.lost.not_known) == (1, 0)
    assert [line.key for line in told.by["rule"].lines] == ["the-rest", "user-error"]
