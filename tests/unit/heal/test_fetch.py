"""What a job has printed is asked for once, where a failure's text says too little; and it only informs."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs
from msgspec.structs import replace

from shared.domain.mode import Mode
from shared.domain.reasons import Reason
from shared.policy.fetched import with_output
from shared.policy.model import Action, Cooldown, Match, Policy, Rule
from shared.policy.rule import Tells
from shared.sweep import sweep
from tests.support.house import House, verdicts
from tests.unit.heal.printed import Output, deliver
from tests.unit.heal.tricks import BAD_LOOK, hang_again, set_policy

STEPS = "".join(f"step {number} of 9000\n" for number in range(9000))


def test_without_a_message_the_log_decides(house: House, output: Output) -> None:
    """A program that has a syntax error is not rerun; the outcome says what it was decided on and from where."""
    assert verdicts(deliver(house, house.hung())) == [("suppressed", "rule_ignores")]
    (row,) = house.sink.rows
    assert (row["rule"], row["evidence"], row["evidence_from"]) == ("user-error", output.text, "job_log")
    assert (output.asked, house.ehpc.kills) == (["1.scheduler"], [])


def test_a_text_that_names_a_cause_is_enough(house: House, output: Output) -> None:
    """Nothing is asked for, and the outcome says who told it."""
    deliver(house, house.hung(message="SyntaxError"))
    assert output.asked == []
    assert house.sink.rows[0]["evidence_from"] == "told"


@pytest.mark.parametrize("message", ["ranks wait for a dead one", "nobody knows this"])
def test_an_effect_or_an_unknown_text_is_not_enough(house: House, output: Output, message: str) -> None:
    """What was told stays, and what was fetched is read besides."""
    effect = Rule(name="effect", match=Match(message="ranks wait"), action=Action.RERUN, tells=Tells.EFFECT)
    house.policy = replace(house.policy, rules=(house.policy.rules[0], effect, house.policy.rules[1]))
    assert verdicts(deliver(house, house.hung(message=message))) == [("suppressed", "rule_ignores")]
    assert house.sink.rows[0]["evidence"] == f"{message}\n{output.text}"


@pytest.mark.parametrize("told", ["", "ranks wait for a dead one"])
def test_a_result_that_names_no_cause_is_followed_by_the_log(house: House, output: Output, told: str) -> None:
    """The cause that is there is read as of any output; the outcome says that it is the log's."""
    effect = Rule(name="effect", match=Match(message="ranks wait|exit code 1"), action=Action.RERUN, tells=Tells.EFFECT)
    house.policy = replace(house.policy, rules=(house.policy.rules[0], effect, house.policy.rules[1]))
    output.result = "exit code 1"
    assert verdicts(deliver(house, house.hung(message=told))) == [("suppressed", "rule_ignores")]
    (row,) = house.sink.rows
    assert row["evidence"] == f"{told}\n{output.text}".lstrip()
    assert (row["evidence_from"], output.asked) == ("job_log", ["1.scheduler"])


def test_a_result_that_names_a_cause_is_enough(house: House, output: Output) -> None:
    """No log is asked for."""
    output.result = "SyntaxError: 语法错误"
    assert verdicts(deliver(house, house.hung())) == [("suppressed", "rule_ignores")]
    assert (house.sink.rows[0]["evidence_from"], output.asked) == ("result", [])


def test_what_neither_names_a_cause_is_kept_both(house: House, output: Output) -> None:
    """Whoever writes a rule for it finds what there was."""
    output.result, output.text = "任务执行失败", "step 1"
    assert verdicts(deliver(house, house.hung())) == [("rerun", "accepted")]
    row = house.sink.rows[0]
    assert (row["evidence"], row["evidence_from"]) == ("任务执行失败\nstep 1", "job_log")


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_without_a_log_the_result_is_what_there_is(house: House, output: Output, text: str | None) -> None:
    """One that cannot be had, or is empty, changes nothing."""
    output.result, output.text = "任务执行失败", text
    assert verdicts(deliver(house, house.hung())) == [("rerun", "accepted")]
    row = house.sink.rows[0]
    assert (row["evidence"], row["evidence_from"], output.asked) == ("任务执行失败", "result", ["1.scheduler"])


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_a_fetch_that_brings_nothing_changes_nothing(house: House, output: Output, text: str | None) -> None:
    """The failure is healed as it was told."""
    output.text = text
    assert verdicts(deliver(house, house.hung())) == [("rerun", "accepted")]
    assert "evidence" not in house.sink.rows[0]


def test_a_failure_is_asked_about_once(house: House, output: Output) -> None:
    """Told again, by another door, put off and swept: one question, one kill."""
    output.text = "step 1"
    failure = house.hung()
    assert verdicts(deliver(house, failure)) == [("rerun", "accepted")]
    for _ in range(3):
        house.later(70)
        sweep(structs.replace(house.healer(), fetches=True))
        deliver(house, failure)
        deliver(house, house.failure(telling_id="other", occurred_at=failure.occurred_at))
    assert output.asked == ["1.scheduler"]
    assert len(house.ehpc.kills) == 1


def test_a_failure_that_is_not_healed_is_asked_about_once_as_well(house: House, output: Output) -> None:
    """A hundred ranks may tell it: the first answer is remembered."""
    failure = house.hung()
    deliver(house, failure)
    for number in range(3):
        house.later(5)
        other = house.failure(telling_id=f"other-{number}", occurred_at=failure.occurred_at)
        assert [verdict for verdict, _ in verdicts(deliver(house, other))] == ["duplicate"]
    assert (output.asked, house.ehpc.kills) == (["1.scheduler"], [])
    by_hand = house.failure(telling_id="by-hand", occurred_at=failure.occurred_at)
    assert [verdict for verdict, _ in verdicts(deliver(house, by_hand, force=True))] == ["rerun"]


@pytest.mark.parametrize("told", [{"message": "NVRM: Xid 79"}, {"reason": "NODE_FAIL"}])
def test_who_tells_no_cause_first_denies_nothing_to_who_knows_it(
    house: House, output: Output, told: dict[str, Any]
) -> None:
    """What the job had printed has ended it; the cause that is told then is decided on, and nobody asks again."""
    causes = (Match(message="Xid 79"), Match(reason="NODE_FAIL"))
    known = (Rule(name=f"cause-{place}", match=match, action=Action.RERUN) for place, match in enumerate(causes))
    house.policy = replace(house.policy, rules=(*known, *house.policy.rules))
    failure = house.hung()
    assert verdicts(deliver(house, failure)) == [("suppressed", "rule_ignores")]
    knows = house.failure(telling_id="knows", event_id="knows", occurred_at=failure.occurred_at, **told)
    assert verdicts(deliver(house, knows)) == [("rerun", "accepted")]
    assert verdicts(deliver(house, knows)) == [("duplicate", "already_handled")]
    assert (output.asked, len(house.ehpc.kills)) == (["1.scheduler"], 1)


@pytest.mark.parametrize("causes_first", [True, False])
@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("order", [1, -1])
def test_a_told_cause_counts_for_itself_in_whatever_order_and_company(
    house: House, output: Output, order: int, *, split: bool, causes_first: bool
) -> None:
    """It is not mixed with what is fetched for another telling: it alone would have been rerun."""
    ignores, rest = house.policy.rules
    cause = Rule(name="cause", match=Match(message="Xid 79"), action=Action.RERUN)
    house.policy = replace(house.policy, rules=(cause, ignores, rest) if causes_first else (ignores, cause, rest))
    bare = house.hung()
    knows = house.failure(telling_id="k", event_id="k", occurred_at=bare.occurred_at, message="NVRM: Xid 79")
    for some in ([bare], [knows])[::order] if split else ([bare, knows][::order],):
        deliver(house, *some)
    assert len(house.ehpc.kills) == 1
    assert {verdict for verdict, _ in verdicts(deliver(house, bare, knows))} == {"duplicate"}
    assert (len(output.asked) <= 1, len(house.ehpc.kills)) == (True, 1)


@pytest.mark.parametrize("told", [{"message": "ranks wait for a dead one"}, {"exit_code": "137"}])
def test_an_effect_of_what_was_printed_is_no_news(house: House, output: Output, told: dict[str, Any]) -> None:
    """A hundred ranks tell it, of a program that has a syntax error."""
    effects = (
        Rule(name="effect", match=Match(message="ranks wait"), action=Action.RERUN, tells=Tells.EFFECT),
        Rule(name="killed", match=Match(exit_code=137), action=Action.RERUN),
    )
    house.policy = replace(house.policy, rules=(house.policy.rules[0], *effects, house.policy.rules[1]))
    failure = house.hung()
    assert verdicts(deliver(house, failure)) == [("suppressed", "rule_ignores")]
    rank = house.failure(telling_id="rank", event_id="rank", occurred_at=failure.occurred_at, **told)
    assert verdicts(deliver(house, rank)) == [("duplicate", "already_handled")]
    assert (output.asked, house.ehpc.kills) == (["1.scheduler"], [])


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_a_fetch_that_brought_nothing_is_not_tried_at_each_telling(
    house: House, output: Output, text: str | None
) -> None:
    """A failure that ends there is known again: nobody asks twice, and a better telling still decides for itself."""
    output.text = text
    house.policy = replace(
        house.policy, rules=(house.policy.rules[0], Rule(name="r", match=Match(), action=Action.IGNORE))
    )
    failure = house.hung()
    assert verdicts(deliver(house, failure)) == [("suppressed", "rule_ignores")]
    assert verdicts(deliver(house, failure)) == [("duplicate", "already_handled")]
    for number in range(3):
        house.later(5)
        other = house.failure(telling_id=f"other-{number}", occurred_at=failure.occurred_at)
        assert verdicts(deliver(house, other)) == [("suppressed", "rule_ignores")]
    assert output.asked == ["1.scheduler"]
    better = house.failure(telling_id="better", occurred_at=failure.occurred_at, message="SyntaxError")
    deliver(house, better)
    assert (house.sink.rows[-1]["rule"], output.asked) == ("user-error", ["1.scheduler"])


def test_nobody_is_asked_what_a_job_has_printed_before_it_was_seen_and_then_once(house: House, output: Output) -> None:
    """Told while nobody can look, and swept: the first sweep that sees it asks, and no later one."""
    set_policy(house, cooldown=Cooldown(base_s=9_000, max_s=9_000))
    output.text = "step 1"
    house.deliver(house.hung())
    again = hang_again(house)
    house.ehpc.look_fails = BAD_LOOK
    assert verdicts(deliver(house, again)) == [("deferred", "look_failed")]
    house.later(61)
    assert verdicts(sweep(structs.replace(house.healer(), fetches=True))) == []
    assert output.asked == []
    house.ehpc.look_fails = None
    for _ in range(3):
        house.later(600)
        sweep(structs.replace(house.healer(), fetches=True))
        assert output.asked == ["1.scheduler"]
    assert "cooldown" in house.open_cases()


def test_who_was_not_asked_may_be_asked_later(house: House, output: Output) -> None:
    """Out of time: nothing is kept of a failure that ends as it was told, and its next telling is asked about."""
    house.policy = replace(
        house.policy, rules=(house.policy.rules[0], Rule(name="r", match=Match(), action=Action.IGNORE))
    )
    failure = house.hung()
    deliver(house, failure, time_s=14.0)
    assert output.asked == []
    deliver(house, failure)
    assert output.asked == ["1.scheduler"]
    assert house.sink.rows[-1]["rule"] == "user-error"


def test_two_tellings_of_one_failure_share_the_answer(house: House, output: Output) -> None:
    """In one delivery."""
    first = house.hung()
    second = house.failure(telling_id="second", event_id="second", occurred_at=first.occurred_at)
    report = deliver(house, first, second)
    assert {verdict for verdict, _ in verdicts(report)} == {"suppressed"}
    assert output.asked == ["1.scheduler"]


def test_what_stood_behind_another_failure_of_its_job_is_asked_about_as_well(house: House) -> None:
    """Two days of one job in a delivery: once the first turns out not to be healed the second is decided, and asked."""
    output = Output(house)
    house.schedulerx.output = output  # type: ignore[attr-defined]  # as above
    days = ("2026-01-01 10:00:00", "2026-01-02 10:00:00")
    failures = [house.failed_instance(day, 7 + place) for place, day in enumerate(days)]
    assert verdicts(deliver(house, *failures)) == [("suppressed", "rule_ignores")] * 2
    assert (output.asked, house.schedulerx.calls) == (["42", "42"], [])
    (record,) = house.records().values()
    assert [case.reason for case in record.cases] == [Reason.RULE_IGNORES] * 2


def test_however_many_tell_what_was_asked_about_one_outcome_is_owed(house: House, output: Output) -> None:
    """A hundred ranks in one delivery, while the Logstore is away: a record has no room for each."""
    first = house.hung()
    others = [house.failure(telling_id=f"t{one}", occurred_at=first.occurred_at) for one in range(3)]
    house.sink.down = True
    assert verdicts(deliver(house, first, *others)) == [("suppressed", "rule_ignores")]
    (record,) = house.records().values()
    assert (len(record.owed), output.asked) == (1, ["1.scheduler"])


@pytest.mark.parametrize("off", [{"fetch_output": False}, {"mode": Mode.OFF}])
def test_it_can_be_switched_off(house: House, output: Output, off: dict[str, Any]) -> None:
    """By its own setting, and by the kill switch."""
    house.policy = replace(house.policy, **off)
    deliver(house, house.hung())
    assert output.asked == []


def test_a_system_without_logs_is_not_asked(house: House) -> None:
    """It is healed as it was told."""
    assert verdicts(deliver(house, house.hung())) == [("rerun", "accepted")]


@pytest.mark.parametrize("place", [0, 1, 4000, 8999])
def test_the_cause_is_found_wherever_it_stands(house: House, place: int) -> None:
    """In a log of 190 KB, with what follows it and the end; bounded."""
    lines = STEPS.splitlines()
    lines[place] = "SyntaxError: invalid syntax 内"
    seen = with_output(house.policy, "told", "\n".join(lines))
    assert seen.startswith("told\n")
    assert "SyntaxError: invalid syntax" in seen
    assert seen.endswith(lines[-1])
    assert len(seen.encode()) <= 32 * 1024


def test_what_is_kept_is_bounded_in_any_language() -> None:
    """A message has 32 KiB of UTF-8 at most."""
    policy = Policy(version=1, rules=(Rule(name="a", match=Match(message="内"), action=Action.IGNORE),))
    assert len(with_output(policy, "内" * 32768, "内" * 819_200).encode()) <= 32 * 1024
