"""The commands for breakers, modes and suspected nodes over a real ledger file: what they print, how they end."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from secondwind.cli import main
from secondwind.commands.invoke.local import _kept_ledger
from shared import people
from shared.documents import nodes_write
from shared.domain.keys import nodes_key
from shared.domain.mode import Mode
from shared.domain.nodes import Hit, KnownNodes, NodeLimit, counted
from shared.ledger.sqlite import SqliteLedger
from shared.reality import SystemClock
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import held, put, stopped
from tests.unit.people.ledger_file import holding, run


def test_breakers_open_list_close(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """Opened with a reason, listed with it and with what waits, closed with the number that waited said first."""
    put(book, stopped(1))
    put(book, stopped(2))
    assert run(capsys, "breaker", "open", CLUSTER.key, "--why", "storage is down", "--by", "ann")[0] == 0
    status, out, err = run(capsys, "breaker", "list")
    row = next(line for line in out.splitlines() if CLUSTER.key in line)
    assert status == 0
    assert all(word in row for word in ("open", "2", "ann", "storage is down"))
    assert "ledger.db" in err
    status, out, _ = run(capsys, "breaker", "close", CLUSTER.key, "--backlog", "resume", "--by", "bob")
    assert status == 0
    assert out.splitlines()[0] == f"2 failures waited behind the breaker of {CLUSTER.key}"
    assert "resumed 2 failures" in out
    assert people.waiting_behind(book, CLUSTER) == 0
    assert json.loads(run(capsys, "breaker", "list", "--json")[1])["breakers"][0]["breaker"] == "closed"
    status, out, _ = run(capsys, "breaker", "close", CLUSTER.key, "--backlog", "drop")
    assert (status, "was closed already" in out) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["breaker", "close", CLUSTER.key],
        ["breaker", "close", CLUSTER.key, "--backlog", "keep"],
        ["breaker", "open", CLUSTER.key],
        ["mode", "set", "on", "--why", "w"],
        ["mode", "set", "off"],
        ["approve"],
        ["explain"],
    ],
)
def test_what_a_command_must_be_told(arguments: list[str], book: SqliteLedger) -> None:
    """Usage errors are exit status 2, and nothing is changed: a close without a word on the backlog above all."""
    people.open_breaker(book, CLUSTER, why="w", by="ann", now=1.0)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    (seen,) = people.breakers(book)
    assert seen.limit is not None
    assert seen.limit.opened_at == 1.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["breaker", "open", "ehpc/cn-hangzhou", "--why", "w"], "ehpc/<region>/<cluster>"),
        (["breaker", "open", "ehpc/CN/x", "--why", "w"], "ehpc/<region>/<cluster>"),
        (["breaker", "open", "slurm/cn-hangzhou/x", "--why", "w"], "ehpc/<region>/<cluster>"),
        (["breaker", "open", CLUSTER.key, "--why", " "], "--why"),
        (["breaker", "open", CLUSTER.key, "--why", "w" * 257], "--why"),
        (["breaker", "open", CLUSTER.key, "--why", "w", "--by", "a\x1bb"], "--by"),
        (["breaker", "open", CLUSTER.key, "--why", "w", "--by", "a" * 129], "--by"),
        (["breaker", "close", CLUSTER.key, "--backlog", "resume", "--per-minute", "0"], "--per-minute"),
        (["mode", "set", "off", "--why", "w", "--rule", "a\nb"], "--rule"),
        (["mode", "show", "--ledger", "sqlite://relative"], "--ledger"),
        (["mode", "show", "--ledger", "sqlite:///nowhere/at/all.db"], "no ledger"),
        (["mode", "show", "--ledger", "redis://:hush@redis.corp.example"], "--ledger: is unencrypted"),
        (["explain", "--job", "ehpc/cn-hangzhou/c"], "--job"),
        (["explain", "--failure", "xyz"], "--failure"),
        (["explain", "--failure", "abcdef", "--since", "1w"], "--since"),
    ],
)
def test_what_cannot_be_asked(
    arguments: list[str], said: str, book: SqliteLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, what is wrong is named on standard error, and the ledger is as it was."""
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert people.breakers(book) == []


def test_a_password_is_in_no_output(capsys: pytest.CaptureFixture[str]) -> None:
    """A Redis ledger out of reach: status 3, the place is named, the password is not."""
    status, out, err = run(capsys, "mode", "show", "--ledger", "redis://ann:hush-hush@127.0.0.1:1/0")
    assert status == 3
    assert "hush-hush" not in out + err
    assert "repeated" in err


def test_modes_set_show_clear(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """Set and shown with who and why; auto says that it loosens nothing; cleared is gone."""
    assert run(capsys, "mode", "set", "off", "--why", "maintenance", "--by", "ann")[0] == 0
    status, out, _ = run(capsys, "mode", "set", "auto", "--rule", "the-rest", "--why", "w")
    assert (status, "loosens nothing" in out) == (0, True)
    _, out, _ = run(capsys, "mode", "show")
    assert any(all(word in line for word in ("everything", "off", "ann", "maintenance")) for line in out.splitlines())
    assert any("rule the-rest" in line and "auto" in line for line in out.splitlines())
    controls = people.read_controls(book)
    assert controls.everything is not None
    assert controls.everything.mode is Mode.OFF
    run(capsys, "mode", "clear")
    run(capsys, "mode", "clear", "--rule", "the-rest")
    assert json.loads(run(capsys, "mode", "show", "--json")[1]) == {"everything": None, "rules": {}}


def test_a_mode_may_have_an_end(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """Shown with it; when it is over that is said, wherever it was set."""
    assert run(capsys, "mode", "set", "off", "--why", "storage moves", "--for", "4h")[0] == 0
    everything = people.read_controls(book).everything
    assert everything is not None
    assert everything.until == everything.at + 4 * 3600
    told = json.loads(run(capsys, "mode", "show", "--json")[1])["everything"]
    assert told["until"].startswith("20")
    people.set_mode(book, None, replace(everything, until=everything.at - 1))
    assert "(over: it holds no more)" in run(capsys, "mode", "show")[1]
    for never in ("soon", "", "0s"):
        assert run(capsys, "mode", "set", "off", "--why", "w", "--for", never)[0] == 2
    put(book, case := held(1, opened_at=everything.at, expires_at=everything.at + 3600))
    assert "mode off is set" not in run(capsys, "approve", case.failure_id)[1]


def test_a_switch_for_a_rule_that_is_not_there_is_refused(
    book: SqliteLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would stop nothing and look as if it did: status 2, nothing is set, and the likely name is said."""
    status, out, err = run(capsys, "mode", "set", "off", "--rule", "the-rst", "--why", "w")
    assert (status, out) == (2, "")
    assert all(word in err for word in ("the-rst", "did you mean the-rest?", "nothing was set", "--anyway"))
    assert people.read_controls(book).rules == {}
    status, out, err = run(capsys, "mode", "set", "off", "--rule", "the-rst", "--why", "w", "--anyway", "--json")
    assert status == 0
    assert "WARNING: " in err
    assert "no rule" in json.loads(out)["warnings"][0]
    assert "the-rst" in people.read_controls(book).rules
    _, out, err = run(capsys, "mode", "clear", "--rule", "the-rest")
    assert "WARNING: no mode was set for rule the-rest" in err
    assert "the-rst" in out


def test_where_no_policy_can_be_read_the_switch_is_set_and_that_is_said(
    book: SqliteLedger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Rules of the deployed policy are not known here: a warning, in an emergency better than a no."""
    (tmp_path / "broken.yaml").write_text("rules: [")
    for file in ("no-such.yaml", "broken.yaml"):
        monkeypatch.setenv("SECONDWIND_POLICY_FILE", str(tmp_path / file))
        status, _, err = run(capsys, "mode", "set", "off", "--rule", "mine", "--why", "w")
        assert (status, "WARNING: " in err, file in err) == (0, True, True)
    assert "mine" in people.read_controls(book).rules


def test_a_breaker_that_nobody_knows_is_opened_with_a_warning(
    book: SqliteLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    """A quiet cluster must be stoppable too; a misspelt one stops nothing, so the likely one is named."""
    put(book, stopped(1))
    assert run(capsys, "breaker", "open", CLUSTER.key, "--why", "w")[2].count("WARNING") == 0
    typo = CLUSTER.key.replace("ehpc-hz", "ehpc-hx")
    status, out, err = run(capsys, "breaker", "open", typo, "--why", "w", "--json")
    assert status == 0
    assert "WARNING: " in err
    assert f"did you mean {CLUSTER.key}?" in err
    assert json.loads(out)["warnings"]
    assert {seen.scope for seen in people.breakers(book) if seen.limit and seen.limit.opened_at} == {CLUSTER.key, typo}
    status, out, err = run(capsys, "breaker", "close", f"{typo}9", "--backlog", "drop")
    assert (status, "WARNING: " in err) == (0, True)


@pytest.mark.parametrize("scope", ["ehpc/cn-hangzhou/*", f"{CLUSTER.key} ", f"{CLUSTER.key}%20", "ehpc/cn-hangzhou/ x"])
def test_a_breaker_that_no_place_can_have_is_refused(
    book: SqliteLedger, capsys: pytest.CaptureFixture[str], scope: str
) -> None:
    """Meant as a glob, or copied with a blank: it would stop nothing. One that was opened so can be closed."""
    status, _, err = run(capsys, "breaker", "open", scope, "--why", "w")
    assert (status, "SCOPE is one cluster or group" in err) == (2, True)
    assert not any(seen.limit and seen.limit.opened_at for seen in people.breakers(book))
    assert run(capsys, "breaker", "close", scope, "--backlog", "drop")[0] == 0


def test_without_a_url_it_is_the_ledger_of_local_invocations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No option and no setting: the file that `invoke --local` keeps; it is not made by looking."""
    monkeypatch.delenv("SECONDWIND_LEDGER_URL", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file = _kept_ledger({"XDG_STATE_HOME": str(tmp_path)})
    assert run(capsys, "mode", "show")[0] == 2
    assert not file.exists()
    SqliteLedger(str(file), SystemClock()).close()
    status, _, err = run(capsys, "mode", "show")
    assert (status, str(file) in err) == (0, True)


def test_moments_for_programs_are_rfc_3339(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a hold, a breaker and a mode; for people they stay as they are."""
    put(book, holding(1))  # type: ignore[arg-type]  # a Case
    run(capsys, "breaker", "open", CLUSTER.key, "--why", "w")
    run(capsys, "mode", "set", "observe", "--why", "w")
    hold = json.loads(run(capsys, "held", "--json")[1])["held"][0]
    breaker = json.loads(run(capsys, "breaker", "list", "--json")[1])["breakers"][0]
    mode = json.loads(run(capsys, "mode", "show", "--json")[1])["everything"]
    for told in (hold["held_since"], hold["expires_at"], breaker["since"], mode["at"]):
        assert datetime.fromisoformat(told.replace("Z", "+00:00")).tzinfo is not None


def test_suspected_nodes_are_listed_with_their_evidence_and_cleared(
    book: SqliteLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each job with its owner, the order that drains it; cleared it is gone, and not there to be cleared again."""
    assert run(capsys, "nodes", "list")[1] == "no node is suspected\n"
    now = SystemClock().now()
    hits = [("n1", Hit(now - 60, f"{job}.s", "ann", "infrastructure")) for job in range(3)]
    bound = NodeLimit(jobs=3, owners=1, window_s=3600, clear_after_s=86_400)
    known = counted(KnownNodes(), hits, bound, scope=CLUSTER, now=now, advice=lambda _: ())
    book.save([nodes_write(nodes_key(CLUSTER), known, None, now)])
    _, said, _ = run(capsys, "nodes", "list")
    for part in ("n1", "2.s  ann  infrastructure", "scontrol update NodeName=n1 State=DRAIN", "pbsnodes -o n1"):
        assert part in said
    _, told, _ = run(capsys, "nodes", "list", "--json")
    assert [one["node"] for one in json.loads(told)["nodes"]] == ["n1"]
    assert run(capsys, "nodes", "clear", CLUSTER.key, "N1", "--by", "bo")[0] == 0
    assert run(capsys, "nodes", "clear", CLUSTER.key, "n1")[0] == 1
    assert run(capsys, "nodes", "clear", CLUSTER.key, "$(x)")[0] == 2
    assert run(capsys, "nodes", "clear", "ehpc", "n1")[0] == 2
    assert run(capsys, "nodes", "list")[1] == "no node is suspected\n"
