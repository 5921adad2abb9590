"""The function `discover` as Function Compute calls it, and from the command line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from localcloud.schedulerx.models import fails
from localcloud.schedulerx.service import Schedulerx
from secondwind import cli
from tests.e2e.conftest import POLICY, Town

TIMER = {"triggerTime": "2026-01-05T10:21:00Z", "triggerName": "discover-timer", "payload": ""}
WATCHED = "discover: {schedulerx: [{namespace: ns, groups: ['*.group']}]}\n"


def failed(town: Town) -> None:
    """An instance that failed ten minutes ago, and nobody tells."""
    job = town.cloud[Schedulerx].group("ns", "a.group").job(42)
    job.instance("2026-01-01 10:00:00", fails(30, "worker lost"), scheduled_at=time.time() - 600)


def test_the_timer_heals_what_nobody_told(town: Town) -> None:
    """Found, rerun, written to the Logstore with how it was found; the second timer finds nothing new."""
    Path(town.environment["SECONDWIND_POLICY_FILE"]).write_text(POLICY + WATCHED)
    failed(town)
    answer = town.invoke("discover", TIMER)
    assert answer["schema"] == "secondwind-result/1"
    assert [(one["verdict"], one["trigger"]) for one in answer["outcomes"]] == [("rerun", "discover")]
    assert [row["trigger"] for row in town.outcomes()] == ["discover"]
    assert town.invoke("discover", TIMER)["outcomes"] == []
    assert [call["JobId"] for call in town.rerun_calls()] == ["42"]


@pytest.mark.parametrize("flag", [{"dry_run": True}, {"dry_run": "yes"}, {"payload": '{"dry_run": true}'}])
def test_a_dry_run_reruns_nothing(town: Town, flag: dict[str, object]) -> None:
    """Beside the event or in its payload; a flag that is no boolean is a yes."""
    Path(town.environment["SECONDWIND_POLICY_FILE"]).write_text(POLICY + WATCHED)
    failed(town)
    answer = town.invoke("discover", {**TIMER, **flag})
    assert [one["verdict"] for one in answer["outcomes"]] == ["would_rerun"]
    assert town.rerun_calls() == []


def test_without_a_word_in_the_policy_nothing_is_asked(town: Town) -> None:
    """A run ends at once."""
    failed(town)
    assert town.invoke("discover", TIMER)["outcomes"] == []
    assert town.cloud.openapi.calls == []


def test_the_command_line_runs_it_by_name(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    """`secondwind invoke discover`, in earnest and as a dry run."""
    Path(town.environment["SECONDWIND_POLICY_FILE"]).write_text(POLICY + WATCHED)
    failed(town)
    assert cli.main(["invoke", "discover", "--local", "--dry-run"]) == 0
    assert '"verdict": "would_rerun"' in capsys.readouterr().out
    assert cli.main(["invoke", "discover", "--local"]) == 0
    assert '"verdict": "rerun"' in capsys.readouterr().out
