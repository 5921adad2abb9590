"""Log Service, trigger, EventBridge and a function in its own process, together in one local cloud."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from localcloud.cloud import LocalCloud
from localcloud.eventbridge.service import EventBridge
from localcloud.fc.instance.runtime import FunctionRuntime
from localcloud.sls.models import LogGroup, log
from localcloud.sls.service import LogService
from localcloud.sls.trigger import LogTriggerPump, TriggerConfig
from localcloud.wire.signing import LOCAL_CREDENTIAL

# fails at the first delivery, then pulls its range with the official SDK and writes one outcome a log
SOURCE = """
import json, os
SEEN = []
def handler(event, context):
    told = json.loads(event)
    SEEN.append(told)
    if len(SEEN) == 1:
        raise RuntimeError('first delivery')
    from aliyun.log import LogClient, LogItem, PutLogsRequest
    keys, source = context.credentials, told['source']
    client = LogClient(source['endpoint'], keys.access_key_id, keys.access_key_secret, source='fn')
    client._isRowIp = True
    where = source['projectName'], source['logstoreName'], source['shardId']
    answer = client.pull_logs(*where, source['beginCursor'], end_cursor=source['endCursor'])
    items = [LogItem(timestamp=1, contents=[('saw', row['n'])]) for row in answer.get_flatten_logs_json()]
    client.put_logs(PutLogsRequest('proj', 'outcomes', '', 'fn', items))
    return len(items)
"""


def test_a_failed_delivery_comes_again_to_the_same_instance(tmp_path: Path) -> None:
    """Logs written before a delivery that failed reach the outcome Logstore once it is repeated."""
    (tmp_path / "index.py").write_text(SOURCE)
    with LocalCloud() as cloud:
        service = cloud[LogService]
        for logstore in ("logs", "outcomes"):
            service.create_logstore("proj", logstore, shards=1)
        service.append("proj", "logs", LogGroup((log(1, {"n": "1"}), log(2, {"n": "2"}))))
        runtime = FunctionRuntime("index.handler", code_path=tmp_path, credentials=LOCAL_CREDENTIAL)
        with contextlib.closing(runtime):
            config = TriggerConfig(project="proj", logstore="logs", endpoint=cloud.endpoint)
            (delivery,) = LogTriggerPump(service, runtime, config).run_once()
        assert [result.error is None for result in delivery.results] == [False, True]
        assert delivery.results[-1].body == b"2"
        assert [row["saw"] for row in service.rows("proj", "outcomes")] == ["1", "2"]
        assert service.count("PutLogs", "outcomes") == 1
        assert runtime.starts == 1


def test_an_event_reaches_a_function(tmp_path: Path) -> None:
    """An event that a rule takes is the body of an invocation in another process."""
    (tmp_path / "index.py").write_text("def handler(event, context):\n    return event\n")
    with LocalCloud() as cloud, contextlib.closing(FunctionRuntime("index.handler", code_path=tmp_path)) as runtime:
        bridge = cloud[EventBridge]
        bridge.add_rule("default", "r", {"type": [{"prefix": "job:"}]}, runtime)
        bridge.put("default", {"id": "1", "source": "s", "type": "job:failed", "specversion": "1.0"})
        (delivery,) = bridge.deliver_due()
    assert delivery.result is not None
    assert json.loads(delivery.result.body)["aliyuneventbusname"] == "default"
