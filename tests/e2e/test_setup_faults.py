"""`secondwind setup` where something is refused, unreadable, secret or missing."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.wire.faults import Fault, FaultKind
from secondwind.commands.setup.run import DONE, FAILED
from secondwind.usage import UNUSABLE
from tests.e2e.account import LOGSTORE, Account


def test_what_cannot_be_done_stops_there_and_can_be_repeated(account: Account) -> None:
    """A refused write is exit status 1 with code and advice; the next run goes on from there."""
    account.logs.faults.add(Fault("CreateDashboard", FaultKind.ERROR_BEFORE_EFFECT, status=401, code="Unauthorized"))
    status, said = account.setup(yes=True)
    assert status == FAILED
    assert "dashboard secondwind: not done: Unauthorized (the key may not do this" in said
    assert account.written()[-1] == "CreateDashboard"
    assert account.setup(yes=True)[0] == DONE
    assert account.setup()[0] == DONE


def test_what_cannot_be_read_is_not_written(account: Account) -> None:
    """A read that fails is no absence: exit status 1, and nothing is made on such a plan."""
    account.logs.faults.add(Fault("GetIndex", FaultKind.ERROR_BEFORE_EFFECT, times=None, status=403, code="Denied"))
    status, said = account.setup(yes=True)
    assert status == FAILED
    assert f"index of {LOGSTORE}: cannot be read: Denied" in said
    assert "nothing is done before all can be read" in said
    assert account.written() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "planted-other-secret"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "planted-unknown-id"),
        ("SECONDWIND_LEDGER_URL", "redis://user:planted-password@127.0.0.1"),
        ("SECONDWIND_LEDGER_URL", "redis://user:planted-password@127.0.0.1/x/y"),
        ("SECONDWIND_OUTCOME_PROJECT", "planted_Project"),
    ],
)
def test_no_secret_and_no_bad_setting_is_shown(
    account: Account, caplog: pytest.LogCaptureFixture, name: str, value: str
) -> None:
    """Whatever goes wrong, neither key nor token nor password nor a bad setting's value is in the output or the log."""
    account.environ[name] = value
    with caplog.at_level("DEBUG"):
        _, said = account.setup(yes=True)
    assert "planted" not in said
    assert "planted" not in caplog.text


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "missing in the environment: ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        ("SECONDWIND_OUTCOME_PROJECT", "SECONDWIND_OUTCOME_PROJECT: is required"),
    ],
)
def test_what_is_missing_is_named(account: Account, gone: str, said: str) -> None:
    """Exit status 2 before any call."""
    del account.environ[gone]
    status, text = account.setup(yes=True)
    assert status == UNUSABLE
    assert said in text
    assert account.logs.calls == []


@pytest.mark.parametrize("name", ['a" or "b', "a b", "-" * 65, "|"])
def test_a_name_cannot_change_a_query(account: Account, name: str) -> None:
    """What is no name of a function or Logstore is refused before any call."""
    for option in ("function_logs", "sweep_function"):
        options: dict[str, Any] = {option: name}
        status, said = account.setup(**options)
        assert status == UNUSABLE
        assert f"--{option.replace('_', '-')}" in said
    assert account.setup(function_logs="Function-Logs")[0] == UNUSABLE
    assert account.logs.calls == []
