"""The official SDK, unmodified, is the judge of the local Log Service."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

import pytest

from localcloud.sls.service import LogService
from localcloud.wire.faults import Fault, FaultKind
from tests.support.sdk import Sdk

Connect = Callable[..., Any]
P, L = "sw-project", "outcomes"

# the SDK signs with a call that Python 3.12 deprecates
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


def put(client: Sdk, rows: list[dict[str, str]], **options: Any) -> Any:
    """Write one log group; keyword arguments are PutLogsRequest's."""
    from aliyun.log import LogItem, PutLogsRequest

    items = [LogItem(timestamp=1_700_000_000 + n, contents=list(row.items())) for n, row in enumerate(rows)]
    return client.put_logs(PutLogsRequest(P, L, logitems=items, **{"topic": "t", "source": "s", **options}))


def refused(call: Callable[[], Any]) -> tuple[int, str]:
    """Status and code of the error that the SDK raises."""
    from aliyun.log import LogException

    with pytest.raises(LogException) as caught:
        call()
    return caught.value.get_resp_status(), caught.value.get_error_code()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"auth_version": "v4", "region": "cn-hangzhou"},
        {"key_id": "STS.local", "secret": "sts-secret", "securityToken": "sts-token"},
        {
            "key_id": "STS.local",
            "secret": "sts-secret",
            "securityToken": "sts-token",
            "auth_version": "v4",
            "region": "cn-hangzhou",
        },
    ],
    ids=["v1", "v4", "v1-sts", "v4-sts"],
)
def test_what_was_put_is_pulled(connect: Connect, options: dict[str, Any]) -> None:
    """Under each signature, logs come back with topic, source, tags and every field, in order."""
    client = connect(**options)
    rows = [{"job_id": "1.scheduler", "text": "Größe 大"}, {"job_id": "2.scheduler"}]
    put(client, rows, hashKey="0" * 32, logtags=[("host", "n1")])
    begin, end = (client.get_cursor(P, L, 0, at).get_cursor() for at in ("begin", "end"))
    answer = client.pull_logs(P, L, 0, begin, count=10, end_cursor=end)
    assert answer.get_loggroup_count() == 1
    assert answer.get_next_cursor() == end
    logs = answer.get_flatten_logs_json()
    assert [{k: v for k, v in log.items() if not k.startswith("__")} for log in logs] == rows
    assert logs[0]["__topic__"] == "t"
    assert logs[0]["__source__"] == "s"
    assert logs[0]["__tag__:host"] == "n1"
    assert [log["__time__"] for log in logs] == [1_700_000_000, 1_700_000_001]


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"secret": "other"}, "SignatureNotMatch"),
        ({"key_id": "AKother"}, "Unauthorized"),
        ({"key_id": "STS.local", "secret": "sts-secret"}, "Unauthorized"),
        ({"key_id": "STS.local", "secret": "sts-secret", "securityToken": "old"}, "Unauthorized"),
        ({"securityToken": "unasked"}, "Unauthorized"),
    ],
)
def test_wrong_credentials_are_refused(
    connect: Connect, service: LogService, version: str, options: dict[str, Any], code: str
) -> None:
    """A wrong key id, secret or token is 401 with the documented code, and nothing is written."""
    client = connect(**options, auth_version=version, region="cn-hangzhou")
    assert refused(lambda: put(client, [{"a": "b"}])) == (401, code)
    assert list(service.rows(P, L)) == []


@pytest.mark.parametrize(("version", "code"), [("v1", "InvalidContentMD5"), ("v4", "InvalidContentSha256")])
def test_a_body_changed_after_signing_is_refused(
    connect: Connect, service: LogService, version: str, code: str
) -> None:
    """The hash that is signed in place of the body is compared with the body."""
    client = connect(auth_version=version, region="cn-hangzhou")
    send = client._getHttpResponse

    def tampered(method: str, url: str, params: Any, body: bytes, headers: Any) -> Any:
        return send(method, url, params, body[:-1] + bytes([body[-1] ^ 1]), headers)

    client._getHttpResponse = tampered
    assert refused(lambda: put(client, [{"a": "b"}])) == (400, code)
    assert list(service.rows(P, L)) == []


def test_v4_of_another_region_is_refused(connect: Connect) -> None:
    """A v4 signature for another region does not open this one."""
    client = connect(auth_version="v4", region="cn-beijing")
    assert refused(lambda: client.list_shards(P, L)) == (401, "SignatureNotMatch")


def test_pages_by_count_and_end_cursor_is_exclusive(connect: Connect) -> None:
    """Pages follow each other without gap or repeat, and nothing at or after the end cursor comes."""
    client = connect()
    for n in range(5):
        put(client, [{"n": str(n)}], hashKey="0" * 32)
    cursor = client.get_cursor(P, L, 0, "begin").get_cursor()
    end = base64.b64encode(str(int(base64.b64decode(cursor)) + 4).encode()).decode()
    seen: list[list[str]] = []
    while True:
        answer = client.pull_logs(P, L, 0, cursor, count=3, end_cursor=end)
        if answer.get_next_cursor() == cursor:
            break
        seen.append([log["n"] for log in answer.get_flatten_logs_json()])
        cursor = answer.get_next_cursor()
    assert seen == [["0", "1", "2"], ["3"]]
    assert cursor == end


def test_pages_by_size(connect: Connect, service: LogService) -> None:
    """A page is cut before its bytes exceed the bound, yet holds at least one group."""
    service._pull_bytes_max = 2500
    client = connect()
    for size in (1000, 1000, 1000, 9000):
        put(client, [{"x": "y" * size}], hashKey="0" * 32)
    cursor = client.get_cursor(P, L, 0, "begin").get_cursor()
    counts = []
    for _ in range(3):
        answer = client.pull_logs(P, L, 0, cursor)
        counts.append(answer.get_loggroup_count())
        cursor = answer.get_next_cursor()
    assert counts == [2, 1, 1]


def test_uncompressed_calls(connect: Connect) -> None:
    """Neither put nor pull needs lz4."""
    client = connect()
    put(client, [{"a": "b"}], hashKey="0" * 32, compress=False)
    cursor = client.get_cursor(P, L, 0, "begin").get_cursor()
    assert client.pull_logs(P, L, 0, cursor, compress=False).get_flatten_logs_json()[0]["a"] == "b"


def test_cursor_by_time(connect: Connect) -> None:
    """A second before everything is the begin, one after everything the end, and a cursor has its time."""
    client = connect()
    put(client, [{"a": "b"}], hashKey="0" * 32)
    begin, end = (client.get_cursor(P, L, 0, at).get_cursor() for at in ("begin", "end"))
    assert client.get_cursor(P, L, 0, 1_600_000_000).get_cursor() == begin
    assert client.get_cursor(P, L, 0, int(time.time()) + 60).get_cursor() == end
    assert abs(client.get_cursor_time(P, L, 0, begin).get_cursor_time() - time.time()) < 60


def test_logs_without_key_take_shards_in_turn(connect: Connect, service: LogService) -> None:
    """Load balancing spreads log groups over all shards."""
    client = connect()
    for n in range(4):
        put(client, [{"n": str(n)}])
    assert [s["shardID"] for s in client.list_shards(P, L).get_shards_info()] == [0, 1]
    assert [row["n"] for row in service.rows(P, L)] == ["0", "2", "1", "3"]
    assert service.count("PutLogs") == 4


def test_query_reads_outcomes_back(connect: Connect) -> None:
    """GetLogs filters by field and time, and pages in either order."""
    client = connect()
    verdicts = ["rerun", "duplicate", "rerun", "rerun"]
    put(client, [{"verdict": v, "n": str(n), "message": f"Job {n} ok"} for n, v in enumerate(verdicts)])

    def ask(query: str, **options: Any) -> list[str]:
        answer = client.get_log(P, L, 1_700_000_000, 1_700_000_004, query=query, **options)
        return [log.get_contents()["n"] for log in answer.get_logs()]

    assert ask("*") == ["0", "1", "2", "3"]
    assert ask("verdict: rerun") == ["0", "2", "3"]
    assert ask('verdict: rerun and not n: 0 and message: "job"') == ["2", "3"]
    assert ask("verdict: rerun", offset=1, size=1) == ["2"]
    assert ask("*", reverse=True, size=2) == ["3", "2"]
    assert ask("verdict: rerun", topic="other") == []
    assert [log.get_contents()["n"] for log in client.get_log(P, L, 1_700_000_003, 1_700_000_009).get_logs()] == ["3"]
    assert refused(lambda: ask("verdict: rerun or n: 1")) == (400, "ParameterInvalid")


def test_missing_things_have_their_own_errors(connect: Connect) -> None:
    """Project, Logstore, shard, cursor and index that are not there are told apart."""
    client = connect()
    assert refused(lambda: client.list_shards("no-project", L)) == (404, "ProjectNotExist")
    assert refused(lambda: client.list_shards(P, "nothing")) == (404, "LogStoreNotExist")
    assert refused(lambda: client.get_cursor(P, L, 7, "begin")) == (400, "ShardNotExist")
    assert refused(lambda: client.pull_logs(P, L, 0, "bm9uc2Vuc2U=")) == (400, "InvalidCursor")
    assert refused(lambda: client.pull_logs(P, L, 0, "MTIz")) == (400, "InvalidCursor")
    begin = client.get_cursor(P, L, 0, "begin").get_cursor()
    assert refused(lambda: client.pull_logs(P, L, 0, begin, count=1001)) == (400, "ParameterInvalid")


def test_set_up(connect: Connect, service: LogService) -> None:
    """Project, Logstore and index can be made, read and changed; making one twice is refused."""
    from aliyun.log import IndexConfig, IndexKeyConfig

    client = connect()
    client.create_project("new-project", "made here")
    assert client.get_project("new-project").get_description() == "made here"
    assert refused(lambda: client.create_project("new-project", "")) == (400, "ProjectAlreadyExist")
    client.create_logstore("new-project", "logs", ttl=7, shard_count=3)
    assert client.get_logstore("new-project", "logs").get_shard_count() == 3
    assert client.list_logstore("new-project").get_logstores() == ["logs"]
    assert refused(lambda: client.create_logstore("new-project", "logs")) == (400, "LogStoreAlreadyExist")
    assert refused(lambda: client.get_index_config("new-project", "logs")) == (404, "IndexConfigNotExist")
    index = IndexConfig(key_config_list={"verdict": IndexKeyConfig([","], doc_value=True)})
    client.create_index("new-project", "logs", index)
    assert refused(lambda: client.create_index("new-project", "logs", index)) == (400, "IndexAlreadyExist")
    client.update_index("new-project", "logs", index)
    assert "verdict" in client.get_index_config("new-project", "logs").get_index_config().key_config_list
    assert service.shards("new-project", "logs") == [0, 1, 2]


def test_injected_refusal(connect: Connect, service: LogService) -> None:
    """A quota refusal reaches the SDK as 403, writes nothing, and is over after its number of times."""
    client = connect()
    service.faults.add(Fault("PutLogs", FaultKind.THROTTLED))
    assert refused(lambda: put(client, [{"a": "b"}])) == (403, "WriteQuotaExceed")
    put(client, [{"a": "c"}])
    assert [row["a"] for row in service.rows(P, L)] == ["c"]
    assert [call.code for call in service.calls] == ["WriteQuotaExceed", ""]


def test_lost_answer_makes_the_sdk_write_twice(
    connect: Connect, service: LogService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the answer lost after the effect, the SDK's own repeat leaves the row twice, as in the cloud."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    service.faults.add(Fault("PutLogs", FaultKind.ERROR_AFTER_EFFECT))
    put(connect(), [{"a": "b"}])
    assert len(list(service.rows(P, L))) == 2
    assert service.count("PutLogs", L) == 2


def test_closed_connection(connect: Connect, service: LogService) -> None:
    """A closed connection is a network error for the SDK."""
    service.faults.add(Fault("ListShards", FaultKind.CLOSE_BEFORE_EFFECT))
    assert refused(lambda: connect().list_shards(P, L))[1] == "LogRequestError"
