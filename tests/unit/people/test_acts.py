"""Every act of a person is an outcome that says who did it and why."""

from __future__ import annotations

import argparse
import json
import os
import pwd
from pathlib import Path
from typing import Any

import pytest

from secondwind import ram_identity as sts
from secondwind.cli import main
from secondwind.commands.invoke.event_file import signed as signed_event
from secondwind.usage import UnusableError
from secondwind.who import identity, signed, system_user
from shared import people
from shared.documents import decode_controls
from shared.domain.act import MAX_ACTOR_CHARS, Signed
from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.domain.keys import CONTROLS_KEY
from shared.domain.mode import Mode, ModeSet
from shared.ledger.sqlite import SqliteLedger
from shared.people import Backlog
from shared.people.modes import MAX_ACTS
from shared.policy.model import Action
from shared.reality import SystemClock
from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import Ward, failure_id, held, put

BOB = Signed(identity="system user root", why="the disk is back")
ACTED = "bob (system user root)"


def acts(house: Ward) -> list[tuple[str, str, str, str]]:
    """(reason, who, why, final) of each outcome that tells of a person, in the order of writing, repeats dropped."""
    rows = {row["outcome_id"]: row for row in house.sink.rows if "actor" in row}
    return [(row["reason"], row["actor"], row.get("why", ""), row["final"]) for row in rows.values()]


def test_modes_set_and_taken_back_are_told(house: Ward) -> None:
    """One outcome each by the next sweep, with who and why, that names the rule; then nothing is owed any more."""
    now = house.clock.now()
    people.set_mode(house.ledger, None, ModeSet(mode=Mode.OFF, by="ann", at=now, why="flood"), identity="system user x")
    people.set_mode(house.ledger, "all", ModeSet(mode=Mode.OBSERVE, by="ann", at=now + 1, why="new rule"))
    people.clear_mode(house.ledger, None, by="bob", now=now + 2, signed=BOB)
    house.later(5)
    house.sweep()
    assert acts(house) == [
        ("mode_set", "ann (system user x)", "flood", "true"),
        ("mode_set", "ann", "new rule", "true"),
        ("mode_cleared", ACTED, "the disk is back", "true"),
    ]
    assert [row.get("rule") for row in house.sink.rows] == [None, "all", None]
    assert {row["trigger"] for row in house.sink.rows} == {"manual"}
    house.later(3600)
    house.sweep()
    assert len(house.sink.rows) == 3
    assert house.ledger.due(house.clock.now(), 10) == []


def test_telling_of_a_kill_switch_leaves_it_on(house: Ward) -> None:
    """The document that owes the outcome is the switch itself: striking the outcome must not take it away."""
    people.set_mode(house.ledger, None, ModeSet(mode=Mode.OFF, by="ann", at=house.clock.now(), why="flood"))
    house.later(1)
    house.sweep()
    assert acts(house)
    house.fail(1)
    assert (house.told(1), house.killed) == ([("suppressed", "kill_switch")], [])


def test_an_act_that_cannot_be_told_yet_is_told_later(house: Ward) -> None:
    """While the Logstore is down it stays owed, and is not first in line at each sweep."""
    people.set_mode(house.ledger, None, ModeSet(mode=Mode.OFF, by="ann", at=house.clock.now()))
    house.sink.down = True
    house.later(1)
    house.sweep()
    assert house.ledger.due(house.clock.now(), 10) == []
    house.sink.down = False
    house.later(61)
    house.sweep()
    assert [reason for reason, *_ in acts(house)] == ["mode_set"]


def test_an_act_repeated_after_a_lost_answer_is_one(house: Ward) -> None:
    """The same person, moment and reason: that is the same act, however often it is sent."""
    off = ModeSet(mode=Mode.OFF, by="ann", at=house.clock.now())
    for _ in range(3):
        people.set_mode(house.ledger, None, off)
    people.clear_mode(house.ledger, "no-such", by="ann", now=house.clock.now())
    assert len(people.read_controls(house.ledger).acts) == 1


def test_a_kill_switch_can_be_set_however_much_is_owed(house: Ward) -> None:
    """No sweep has run for long: the newest acts are kept, and the switch is set."""
    for number in range(MAX_ACTS + 5):
        people.set_mode(house.ledger, None, ModeSet(mode=Mode.OFF, by="ann", at=float(number)))
    controls = people.read_controls(house.ledger)
    assert (len(controls.acts), controls.everything and controls.everything.at) == (MAX_ACTS, MAX_ACTS + 4.0)


def test_a_document_of_an_earlier_version_is_read() -> None:
    """It has nothing that is owed."""
    old = decode_controls(b'{"schema":"secondwind-controls/1","everything":{"mode":"off","by":"ann","at":1.0}}')
    assert (old.acts, old.due_at, old.everything and old.everything.mode) == ((), None, Mode.OFF)


def test_breakers_and_their_backlog_are_told(house: Ward) -> None:
    """Opened, closed, each resumed failure: who and why in each."""
    people.open_breaker(
        house.ledger, CLUSTER, why="switch is down", by="ann", now=house.clock.now(), signed=Signed(identity="id x")
    )
    house.fail(1)
    house.later(1)
    now = house.clock.now()
    people.close_breaker(house.ledger, CLUSTER, by="bob", now=now, signed=BOB)
    people.settle(house.ledger, CLUSTER, Backlog.RESUME, by="bob", now=now, per_minute=9, signed=BOB)
    house.later(1)
    house.sweep()
    assert sorted(acts(house)) == [
        ("breaker_closed", ACTED, "the disk is back", "false"),
        ("breaker_closed", ACTED, "the disk is back", "true"),
        ("breaker_opened", "ann (id x)", "switch is down", "true"),
    ]


def test_a_breaker_that_opens_by_itself_is_nobodys_act(house: Ward) -> None:
    """It says why, and names no person."""
    house.fail(1, 2, 3)
    (row,) = [row for row in house.sink.rows if row["reason"] == "breaker_opened"]
    assert "more than 2 jobs" in row["why"]
    assert "actor" not in row


@pytest.mark.parametrize(("yes", "reason"), [(True, "approved"), (False, "rejected")])
def test_answers_to_a_hold_are_told(house: Ward, reason: str, *, yes: bool) -> None:
    """A yes and a no, with who and why; what Second Wind then does is not that person's act."""
    house.rule(Action.HOLD)
    house.ehpc.answer = lambda _: Effect.DONE
    house.fail(1)
    (hold,) = people.holds(house.ledger)
    people.answer(house.ledger, hold, yes=yes, by="bob", now=house.clock.now(), signed=BOB)
    house.sweep()
    assert [act[:3] for act in acts(house)] == [(reason, ACTED, "the disk is back")]


def test_who_is_the_name_given_and_whom_the_machine_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--by` is anybody's word, so the system's user stands behind it, and RAM's identity where there is one."""
    monkeypatch.setattr("secondwind.who.system_user", lambda: "root")
    assert Signed(identity=identity("ann", "acs:ram::1:user/ann")).actor("ann") == (
        "ann (system user root, acs:ram::1:user/ann)"
    )
    assert Signed(identity=identity("root", "")).actor("root") == "root"
    assert Signed(identity=identity("root", "acs:ram::1:root")).actor("root") == "root (acs:ram::1:root)"
    assert len(Signed(identity="x" * 999).actor("y" * 999)) <= MAX_ACTOR_CHARS


def test_ram_is_asked_only_where_a_key_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tablestore at its own host is reached with a key; a file, Redis and a stand-in on this machine are not."""
    monkeypatch.setattr(sts, "ram_identity", lambda _: "acs:ram::1:user/ann")
    key = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "k", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s"}
    real = "tablestore://i/t?endpoint=https://i.cn-hangzhou.ots.aliyuncs.com"
    chosen = argparse.Namespace(by="ann", why="", ledger=real)
    assert "acs:ram::1:user/ann" in signed(chosen, key).identity
    for other in ("sqlite:///x.db", "redis://127.0.0.1", "tablestore://i/t?endpoint=http://127.0.0.1:8", "nonsense"):
        assert "acs:ram" not in signed(argparse.Namespace(by="ann", why="", ledger=other), key).identity
    assert "acs:ram" not in signed(chosen, {}).identity


@pytest.mark.parametrize(
    ("answer", "arn"),
    [
        (Reply(body={"Arn": "acs:ram::1:user/ann"}, request_id="r", status=200), "acs:ram::1:user/ann"),
        (Reply(body={"Arn": "a\nb"}, request_id="r", status=200), sts.UNKNOWN),
        (Reply(body={}, request_id="r", status=200), sts.UNKNOWN),
        (CallFailed(effect=Effect.UNKNOWN, read_again=True, code="c", message="m"), sts.UNKNOWN),
    ],
)
def test_what_sts_tells(answer: Reply | CallFailed, arn: str) -> None:
    """The ARN of whoever's key it is; anything else is said to be unknown, and stops no act."""

    class Sts:
        def call(self, wanted: ApiCall) -> Reply | CallFailed:
            assert (wanted.action, wanted.version, wanted.mutates) == ("GetCallerIdentity", "2015-04-01", False)
            return answer

    assert sts.ram_identity(Credentials(access_key_id="k", access_key_secret="s"), lambda _: Sts()) == arn


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"jobs": [], "force": true}', {"by": "ann (system user root, arn)", "why": "w"}),
        ('{"jobs": [], "force": false}', {}),
        ('{"jobs": []}', {}),
        ("[1]", {}),
        ("no json", {}),
    ],
)
def test_a_forced_body_is_signed(body: str, told: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What forces says who sends it; all else goes out byte for byte; a reason that nobody keeps is refused."""
    monkeypatch.setattr("secondwind.who.system_user", lambda: "root")
    if not told:
        assert signed_event(body.encode(), "", "", lambda: "arn") == body.encode()
        for by, why in (("ann", ""), ("", "w")):
            with pytest.raises(UnusableError, match="forces nothing"):
                signed_event(body.encode(), by, why, lambda: "arn")
        return
    out = signed_event(body.encode(), "ann", "w", lambda: "arn")
    assert {**json.loads(body), **told} == json.loads(out)
    assert out.endswith(body[1:].encode())


def test_a_body_that_is_signed_stays_as_it_is() -> None:
    """And is not signed by somebody else."""
    body = b'{"jobs": [], "force": true, "by": "eve"}'
    assert signed_event(body, "", "") == body
    with pytest.raises(UnusableError):
        signed_event(body, "ann", "")


def test_the_command_line_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command leaves who and why in what the ledger owes."""
    monkeypatch.setattr("secondwind.who.system_user", lambda: "root")
    monkeypatch.setenv("SECONDWIND_LEDGER_URL", f"sqlite://{tmp_path}/ledger.db")
    book = SqliteLedger(f"{tmp_path}/ledger.db", SystemClock())
    now = SystemClock().now()
    put(book, held(1, opened_at=now, expires_at=now + 3600), held(2, opened_at=now, expires_at=now + 3600))
    by = ("--by", "ann", "--why", "because")
    for command in (
        ["mode", "set", "off", *by],
        ["mode", "clear", *by],
        ["breaker", "open", CLUSTER.key, *by],
        ["breaker", "close", CLUSTER.key, "--backlog", "drop", *by],
        ["approve", failure_id(1), *by],
        ["reject", failure_id(2), *by],
    ):
        assert main(command) == 0
    owed: list[dict[str, Any]] = []
    for due in book.due(now + 10, 100):
        document = json.loads(book.load([due.key])[due.key].document)
        owed += document.get("acts" if due.key == CONTROLS_KEY else "owed", [])
    assert {one["actor"] for one in owed} == {"ann (system user root)"}
    assert {one["why"] for one in owed} == {"because"}
    assert {one["way"] for one in owed} == {"command_line"}
    assert sorted(one["reason"] for one in owed) == [
        "approved",
        "breaker_closed",
        "breaker_opened",
        "mode_cleared",
        "mode_set",
        "rejected",
    ]


def test_the_environment_does_not_say_who_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    """`LOGNAME` is anybody's word; what stands in brackets behind a name is more. Who has no name has a number."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    assert system_user() == pwd.getpwuid(os.getuid()).pw_name
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_001)
    assert system_user() == "uid 4000000001"
