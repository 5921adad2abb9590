"""What programs are told: no moment in it is a number, for nobody says in which unit and since when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.documents import box_write, nodes_write
from shared.domain.keys import box_key, nodes_key
from shared.domain.messages import Box
from shared.domain.nodes import Hit, KnownNodes, NodeLimit, counted
from shared.ledger.sqlite import SqliteLedger
from shared.reality import SystemClock
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import failure_id, put
from tests.unit.people.ledger_file import holding, run

POLICY = "version: 1\nnotify: {channels: [{name: ops, kind: wecom, url: SECONDWIND_NOTIFY_OPS_URL}]}\n"
LISTS = ("held", "breaker list", "mode show", "nodes list", "notify list", f"explain --failure {failure_id(1)}")


def _numbers(value: Any, path: str = "$") -> Iterator[tuple[str, float]]:
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _numbers(one, f"{path}.{name}")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value


@pytest.mark.parametrize("listed", LISTS)
def test_no_moment_is_a_number(
    listed: str,
    book: SqliteLedger,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Each list has something in it, and no number in any is as large as the seconds, or more, since 1970."""
    now = SystemClock().now()
    (tmp_path / "policy.yaml").write_text(POLICY)
    monkeypatch.setenv("SECONDWIND_POLICY_FILE", str(tmp_path / "policy.yaml"))
    put(book, holding(1))  # type: ignore[arg-type]  # a Case
    box = Box(more={"a": 2}, problem="limit", problem_at=now, not_before=now + 60)
    book.save([box_write(box_key("ops"), box, None, now)])
    hits = [("gpu7", Hit(now, "1.scheduler", "ann", "unknown"))]
    bound = NodeLimit(jobs=1, owners=1, window_s=3600, clear_after_s=86_400)
    nodes = counted(KnownNodes(), hits, bound, scope=CLUSTER, now=now, advice=lambda _: ())
    book.save([nodes_write(nodes_key(CLUSTER), nodes, None, now)])
    run(capsys, "breaker", "open", CLUSTER.key, "--why", "file server")
    run(capsys, "mode", "set", "observe", "--why", "night", "--for", "4h")
    _, told, _ = run(capsys, *listed.split(), "--json")
    assert len(told) > 60
    assert [path for path, number in _numbers(json.loads(told)) if number > 1e9] == []
