"""From a failure to a message in a group, through the functions as they are deployed, and `secondwind notify`."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import pytest

from localcloud.ehpc.service import Ehpc
from localcloud.fc.models import InvocationResult
from localcloud.robots.models import Robot, RobotKind
from localcloud.robots.page import buttons, texts
from localcloud.robots.service import PAGE, Robots
from localcloud.scenario import read_story
from localcloud.wire.http import Request
from localcloud.wire.signing import LOCAL_CREDENTIAL
from secondwind.cli import main
from secondwind.commands.cloud.show import robots_of
from secondwind.commands.console.run import policy_here, serving
from secondwind.local_region import CODE_PATH, DEFAULT, OUTCOMES, PROJECT, Region
from secondwind.which_ledger import LedgerTerms
from shared.console.visitor import Visitor
from tests.deploy.serverless import ROOT

POLICY = ROOT / "docs" / "people.policy.yaml"


@pytest.fixture
def region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Region]:
    """A region whose functions tell a DingTalk group; its variables are this process's as well."""
    settings = {
        "SECONDWIND_POLICY_FILE": str(POLICY),
        "SECONDWIND_CONSOLE_URL": "http://127.0.0.1:8090",
        "SECONDWIND_LINK_SECRET": "k" * 32,
    }
    with Region(tmp_path, code_path=CODE_PATH, settings=settings) as made:
        made.cloud.populate(read_story(DEFAULT), float(int(time.time())))
        made.environment.update(robots_of(made))
        key = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "local", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local-secret"}
        assert LOCAL_CREDENTIAL.access_key_id == "local"
        for name, value in {**made.environment, **key, "FC_REGION": "cn-hangzhou"}.items():
            monkeypatch.setenv(name, value)
        yield made


def group(region: Region) -> Robot:
    """A group's robot."""
    return region.cloud[Robots].known[RobotKind.DINGTALK, "ops"]


def fail(region: Region, job: str = "1.scheduler") -> InvocationResult:
    """A failure comes in through EventBridge's function."""
    event = {
        "specversion": "1.0",
        "id": f"event-{job}-{time.time()}",
        "source": "tests",
        "type": "job:failed",
        "data": {
            "schema": "job-failure/1",
            "system": "ehpc",
            "cluster_id": "ehpc-hz-demo1",
            "job_id": job,
            "occurred_at": time.time() - 1,
            "message": "no heartbeat [x](http://evil.example) password=hunter2",
        },
    }
    return region.function("event_trigger").invoke(json.dumps(event).encode())


def test_what_is_held_is_in_the_group_when_the_function_returns(region: Region) -> None:
    """One invocation from the event to the message; nothing of a secret is in it, nothing of a stranger's link."""
    assert fail(region).error is None
    (message,) = group(region).messages
    shown = "\n".join(texts(message.body))
    assert "1.scheduler" in shown
    assert "secondwind approve" in shown
    assert "hunter2" not in shown
    links = buttons(message.body, marked=True)
    assert [label for label, _ in links] == ["Approve", "Reject"]
    assert all(url.startswith("http://127.0.0.1:8090/link?t=") for _, url in links)
    assert "](http://evil" not in shown


def test_the_button_in_the_group_has_the_job_rerun_once(region: Region) -> None:
    """Message, link, page, press; the sweep reruns. Pressed again it says that it was used, and reruns nothing."""
    fail(region)
    url = buttons(group(region).messages[-1].body, marked=True)[0][1]
    terms = LedgerTerms(environ=dict(os.environ))
    with serving(terms, policy_here(), Visitor(name="nobody", how="test")) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            path = "/link?t=" + url.partition("?t=")[2]
            status, page = asked(server.server_address[1], "GET", path)
            assert (status, "1.scheduler" in page) == (200, True)
            assert region.cloud[Ehpc].kills == []
            body = urlencode({"t": url.partition("?t=")[2], "name": "ann"})
            assert asked(server.server_address[1], "POST", "/link", body)[0] == 200
            assert asked(server.server_address[1], "POST", "/link", body)[0] == 409
        finally:
            server.shutdown()
            thread.join()
    assert region.function("sweep").invoke(b"{}").error is None
    assert len(region.cloud[Ehpc].kills) == 1
    assert ("rerun", "accepted") in [(row["verdict"], row["reason"]) for row in _outcomes(region)]


def asked(port: int, method: str, path: str, body: str = "") -> tuple[int, str]:
    """Status and text of one request to the console, as a browser sends it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"}
    connection.request(method, path, body.encode() if body else None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_a_group_that_is_gone_delays_nothing_and_is_told(region: Region, capsys: pytest.CaptureFixture[str]) -> None:
    """The failure is handled all the same; outcome, `notify list` and `notify test` say what is wrong."""
    robot = region.cloud[Robots].known.pop((RobotKind.DINGTALK, "ops"))
    assert fail(region).error is None
    told = [(row["verdict"], row["reason"], row["trigger"]) for row in _outcomes(region)]
    assert told == [("held", "rule_holds", "event"), ("refused", "channel_refuses", "event")]
    assert main(["notify", "list", "--json"]) == 0
    (channel,) = json.loads(capsys.readouterr().out)["channels"]
    assert (channel["problem"], channel["waiting"]) == ("300001", 1)
    assert main(["notify", "test", "ops"]) == 1
    said = capsys.readouterr().out
    assert "300001" in said
    assert robot.secret not in said
    region.cloud[Robots].known[RobotKind.DINGTALK, "ops"] = robot
    assert main(["notify", "test", "ops"]) == 0


def test_doctor_says_which_variable_is_missing_and_which_channel_takes_nothing(
    region: Region, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name, never by value."""
    del region.cloud[Robots].known[RobotKind.DINGTALK, "ops"]
    fail(region)
    main(["doctor"])
    said = capsys.readouterr().out
    assert "channel ops: takes no message" in said
    monkeypatch.delenv("SECONDWIND_NOTIFY_OPS_SECRET")
    main(["doctor"])
    assert "SECONDWIND_NOTIFY_OPS_SECRET" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nobody"], "has no channel nobody; it has: ops"),
        (["ops", "--policy", "/nowhere/policy.yaml"], "cannot be read"),
    ],
)
def test_notify_test_says_what_it_lacks(
    region: Region, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, nothing sent."""
    assert main(["notify", "test", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert not group(region).messages


def test_an_address_that_is_not_encrypted_is_refused(
    region: Region, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its token would cross the network in the open; no part of it is shown."""
    monkeypatch.setenv("SECONDWIND_NOTIFY_OPS_URL", "http://oapi.dingtalk.com/robot/send?access_token=verysecret")
    assert main(["notify", "test", "ops"]) == 2
    said = capsys.readouterr().err
    assert "SECONDWIND_NOTIFY_OPS_URL" in said
    assert "verysecret" not in said
    assert not group(region).messages


def test_the_page_of_the_groups_shows_messages_and_runs_nothing(region: Region) -> None:
    """Texts are escaped; a stranger's link is none."""
    fail(region)
    answer = region.cloud.server.answer(Request("GET", PAGE, "", {}, b""))
    page = answer.body.decode()
    assert "1.scheduler" in page
    assert "<a href='http://evil" not in page


def _outcomes(region: Region) -> list[dict[str, str]]:
    return list(region.logs.rows(PROJECT, OUTCOMES))


def test_the_digest_of_the_night_counts_what_the_logstore_has(region: Region, tmp_path: Path) -> None:
    """The sweep sends it at its time, once: what failed, what waits, by the report's own count."""
    begun = time.gmtime(time.time() - 120)
    policy = POLICY.read_text(encoding="utf-8").replace(
        "notify:\n", f"notify:\n  zone: UTC\n  digest_at: '{begun.tm_hour:02}:{begun.tm_min:02}'\n"
    )
    (tmp_path / "policy.yaml").write_text(policy, encoding="utf-8")
    region.environment["SECONDWIND_POLICY_FILE"] = str(tmp_path / "policy.yaml")
    fail(region)
    group(region).messages.clear()
    for _ in range(2):
        assert region.function("sweep").invoke(b"{}").error is None
    (message,) = group(region).messages
    shown = "\n".join(texts(message.body))
    assert "1 wait for your yes or no" in shown
    assert "ehpc-hz-demo1/1.scheduler" in shown
