"""`secondwind invoke --via fc3|fc2`: both official SDKs, unmodified, against the local Function Compute."""

from __future__ import annotations

import io
import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import LocalCloud
from localcloud.ehpc.service import Ehpc
from localcloud.scenario import read_story
from localcloud.wire.http import Request, Response
from localcloud.wire.signing import Credential
from secondwind.commands.invoke.via import NO_ANSWER, RAISED, REFUSED, RETURNED, Via, ViaRequest, run
from secondwind.local_region import DEFAULT, Region
from secondwind.usage import UNUSABLE
from tests.e2e.function_desk import BOTH, ROLE, ROOT, Desk, call


@BOTH
def test_a_synchronous_call_answers_with_what_the_function_returned(desk: Desk, tmp_path: Path, via: Via) -> None:
    """The event arrives byte for byte, the answer is JSON on standard output, exit status 0."""
    called = call(tmp_path, via, desk.cloud.endpoint, body='{"jobs": [ ]}')
    assert (called.status, json.loads(called.out)) == (RETURNED, {"seen": 1})
    assert desk.events == [b'{"jobs": [ ]}']


def test_shifted_the_range_of_a_trigger_is_the_local_clouds(tmp_path: Path) -> None:
    """`--shift-times` asks the cloud at the endpoint when its story began, and where its logs begin and end."""
    file = ROOT / "events" / "log-trigger.json"
    out, err = io.StringIO(), io.StringIO()
    environ = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "local", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local-secret"}
    with Region(tmp_path, code_path=ROOT) as region:
        region.cloud.populate(read_story(DEFAULT), float(int(time.time()) - 300))
        asked = ViaRequest(event_file=file, via=Via.FC3, endpoint=region.cloud.endpoint, shift_times=True)
        assert run(asked, out, err, environ) == RETURNED
    assert json.loads(out.getvalue())["counts"]["rerun"] == 2
    assert "cursors are replaced" in err.getvalue()


@BOTH
def test_a_function_that_raises_is_no_transport_error(desk: Desk, tmp_path: Path, via: Via) -> None:
    """Exit status 1 and the function's own error; the call was made once."""
    called = call(tmp_path, via, desk.cloud.endpoint, body='{"jobs": ["raise"]}')
    assert (called.status, called.out) == (RAISED, "")
    assert "UnhandledInvocationError" in called.err
    assert '"errorMessage": "no such job"' in called.err
    assert len(desk.events) == 1


@BOTH
@pytest.mark.parametrize(
    ("key", "code"),
    [
        (Credential(ROLE.access_key_id, "planted-other-secret", ROLE.security_token), "Signature"),
        (Credential("planted-unknown-id", ROLE.access_key_secret, ROLE.security_token), "InvalidAccessKeyI"),
        (Credential(ROLE.access_key_id, ROLE.access_key_secret, "planted-stale-token"), "InvalidSecurityToken"),
    ],
)
def test_a_refused_call_ran_nothing(desk: Desk, tmp_path: Path, via: Via, key: Credential, code: str) -> None:
    """A key that does not fit: exit status 3, the service's code and HTTP status, no function called."""
    called = call(tmp_path, via, desk.cloud.endpoint, key)
    assert (called.status, called.out, desk.events) == (REFUSED, "", [])
    assert code in called.err
    assert "(HTTP 4" in called.err
    assert "nothing ran" in called.err
    assert desk.cloud.host in called.err


@BOTH
def test_an_unknown_function_service_or_qualifier_is_refused(desk: Desk, tmp_path: Path, via: Via) -> None:
    """404 with its code is exit status 3."""
    named: list[tuple[dict[str, Any], str]] = [
        ({"function": "nobody"}, "FunctionNotFound"),
        ({"qualifier": "7"}, "VersionNotFound"),
    ]
    if via is Via.FC2:
        named.append(({"service": "nobody"}, "ServiceNotFound"))
    for wanted, code in named:
        called = call(tmp_path, via, desk.cloud.endpoint, **wanted)
        assert called.status == REFUSED
        assert f"{code} (HTTP 404)" in called.err


@BOTH
def test_an_asynchronous_call_is_taken_and_a_task_id_counts_once(desk: Desk, tmp_path: Path, via: Via) -> None:
    """Two calls with one task id: both exit status 0, the second says that it started nothing, one event runs."""
    wanted: dict[str, Any] = {"asynchronous": True, "task_id": "heal-1"}
    first, second = (call(tmp_path, via, desk.cloud.endpoint, **wanted) for _ in range(2))
    assert desk.events == []
    assert [first.status, second.status] == [RETURNED, RETURNED]
    assert [json.loads(one.out)["taken"] for one in (first, second)] == [True, False]
    assert (desk.functions.run_due(), len(desk.events)) == (1, 1)
    without = [call(tmp_path, via, desk.cloud.endpoint, asynchronous=True) for _ in range(2)]
    assert [json.loads(one.out)["taken"] for one in without] == [True, True]
    assert desk.functions.run_due() == 2


@BOTH
def test_nobody_listens(tmp_path: Path, via: Via) -> None:
    """A refused connection proves that nothing ran: exit status 3, at once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.monotonic()
    called = call(tmp_path, via, f"http://127.0.0.1:{port}")
    assert called.status == REFUSED
    assert "ConnectFailed" in called.err
    assert time.monotonic() - begun < 5


class Odd:
    """Answers every invocation with the same, and keeps the requests."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.seen: list[Request] = []

    def handle(self, request: Request) -> Response:
        """As told."""
        self.seen.append(request)
        return self.response


@BOTH
@pytest.mark.parametrize(
    ("response", "status"),
    [
        (Response(close=True), NO_ANSWER),
        (Response(502, b"<html>", {"content-type": "text/html"}), NO_ANSWER),
        (Response(503, b'{"Code": "ResourceThrottled", "ErrorCode": "ResourceThrottled"}'), NO_ANSWER),
        (Response(200, b"<html>", {"content-type": "text/html"}), NO_ANSWER),
        (Response(202, b""), NO_ANSWER),
        (Response(307, b"", {"location": "http://127.0.0.1:9/elsewhere"}), REFUSED),
    ],
    ids=["dropped", "html", "server error", "portal", "portal that takes all", "redirect"],
)
@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_answer_that_says_nothing(
    tmp_path: Path, via: Via, response: Response, status: int, *, asynchronous: bool
) -> None:
    """The call goes out once, to one host; where it may have run that is said, and no key with it.

    What a portal answers, with a status that means yes, is none that the function or its queue gave.
    """
    odd = Odd(response)
    cloud = LocalCloud()
    cloud.server._routes.insert(0, (lambda _: True, odd))
    with cloud:
        called = call(tmp_path, via, cloud.endpoint, asynchronous=asynchronous)
    assert (called.status, called.out, len(odd.seen)) == (status, "", 1)
    assert ("may have run" in called.err) == (status == NO_ANSWER)
    assert "planted" not in called.err


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"task_id": "x"}, "--task-id goes with --async"),
        ({"task_id": "7", "asynchronous": True}, "--task-id wants"),
        ({"function": "a/b"}, "--function wants"),
        ({"service": "a b"}, "--service wants"),
        ({"qualifier": "a.b"}, "--qualifier wants"),
        ({"endpoint": "http://host/path"}, "--endpoint wants"),
        ({"endpoint": "http://1234.cn-hangzhou.fc.aliyuncs.com"}, "--endpoint is unencrypted"),
        ({"endpoint": "", "region": "cn-hangzhou"}, "--region and --account"),
        ({"endpoint": "", "region": "evil.example", "account": "1234567890123456"}, "--region and --account"),
    ],
)
def test_what_cannot_be_asked_is_said(tmp_path: Path, wanted: dict[str, Any], said: str) -> None:
    """Exit status 2 before anything is sent; a region that would change the host is none."""
    called = call(tmp_path, Via.FC3, **{"endpoint": "http://127.0.0.1:1", **wanted})
    assert (called.status, called.out) == (UNUSABLE, "")
    assert said in called.err


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    """Exit status 2 and the variables' names."""
    out, err = io.StringIO(), io.StringIO()
    file = tmp_path / "event.json"
    file.write_text("{}")
    assert run(ViaRequest(event_file=file, via=Via.FC2, endpoint="localhost"), out, err, {}) == UNUSABLE
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET" in err.getvalue()


@BOTH
def test_the_deployed_functions_run_for_real(tmp_path: Path, via: Via) -> None:
    """A dry run through either API runs `manual` in its own process, with its log's end; an async one heals a job."""
    with Region(tmp_path / "state", code_path=ROOT) as region:
        (tmp_path / "state").mkdir()
        region.cloud.populate(read_story(DEFAULT), float(int(time.time())))
        job = {"system": "ehpc", "cluster_id": "ehpc-hz-demo1", "job_id": "1.scheduler"}
        body = json.dumps({"jobs": [{**job, "occurred_at": int(time.time()) - 60}]})
        key = region.cloud.credentials[0]
        dry = call(tmp_path, via, region.cloud.endpoint, key, body, dry_run=True)
        assert dry.status == RETURNED
        assert [one["verdict"] for one in json.loads(dry.out)["outcomes"]] == ["would_rerun"]
        assert "FC Invoke End RequestId" in dry.err
        assert call(tmp_path, via, region.cloud.endpoint, key, body, asynchronous=True).status == RETURNED
        assert (len(region.cloud[Ehpc].kills), region.desk.run_due(), len(region.cloud[Ehpc].kills)) == (0, 1, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--local", "--via", "fc3"], "not allowed with"),
        (["--via", "fc1"], "fc1"),
        (["--local", "--async"], "go with --via"),
        (["--local", "--task-id", "x"], "go with --via"),
        (["--local", "--endpoint", "x"], "go with --via"),
        (["--local", "--function", "secondwind-manual"], "without --via one of log_trigger"),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A usage error, exit status 2, before the file is looked at."""
    from secondwind.cli import main

    with pytest.raises(SystemExit) as ended:
        main(["invoke", "no-such-file.json", *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
