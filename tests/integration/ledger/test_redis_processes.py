"""Many processes over one Redis server, and a server killed in the middle."""

from __future__ import annotations

from collections.abc import Callable

from shared.ledger.redis import RedisLedger
from shared.ports import Stored
from tests.support.make import Make
from tests.support.processes import start
from tests.support.redis_server import RedisServer

Connect = Callable[..., RedisLedger]
OPEN = """
import sys
from shared.domain.errors import LedgerUnavailable
from shared.ledger.redis_link import RedisLink
from shared.ledger.redis import RedisLedger
from shared.ports import Write
from shared.reality import SystemClock

link = RedisLink(
    host="127.0.0.1", port=int(sys.argv[1]), tls=False, database=0, user="", password="", remaining_s=lambda: 30.0
)
ledger = RedisLedger(link, SystemClock())
"""
COUNT_UP = (
    OPEN
    + """
done = 0
while done < int(sys.argv[2]):
    found = ledger.load(["count"]).get("count")
    text = str(int(found.document) + 1 if found else 1).encode()
    version = found.version if found else None
    done += not ledger.save([Write(key="count", document=text, expected=version, due_at=None, expires_at=None)])
"""
)
WRITE_PAIRS = (
    OPEN
    + """
for number in range(10**6):
    text = str(number + 1).encode()
    pair = [Write(key=key, document=text, expected=number or None, due_at=1.0, expires_at=None) for key in ("a", "b")]
    try:
        assert not ledger.save(pair)
    except LedgerUnavailable:
        break
    print(number + 1, flush=True)
"""
)


def test_two_processes_lose_no_update(server: RedisServer, connect: Connect) -> None:
    """Two processes add 200 each by compare-and-set: 400, and as many versions."""
    writers = [start(COUNT_UP, str(server.port), "200") for _ in range(2)]
    for writer in writers:
        _, complaints = writer.communicate(timeout=100)
        assert (writer.returncode, complaints) == (0, "")
    assert connect(server.port).load(["count"])["count"] == Stored(b"400", 400)


def killed_after(server: RedisServer, answers: int) -> int:
    """Kill the server while a process writes pairs; the number of the last pair that was acknowledged."""
    writer = start(WRITE_PAIRS, str(server.port))
    assert writer.stdout is not None
    answered = 0
    while answered < answers:
        answered = int(writer.stdout.readline())
    server.kill()
    rest, complaints = writer.communicate(timeout=60)
    assert (writer.returncode, complaints) == (0, "")
    return max([answered, *(int(line) for line in rest.split())])


def test_a_killed_server_loses_nothing_acknowledged(own_server: Make[RedisServer], connect: Connect) -> None:
    """With `appendfsync always`, after SIGKILL and a restart every acknowledged pair is there, whole, and still due.

    A killed process shows that the file is written before the answer leaves; only pulling the plug would show the disk.
    """
    server = own_server("--appendfsync", "always")
    answered = killed_after(server, 40)
    server.start()
    ledger = connect(server.port)
    found = ledger.load(["a", "b"])
    assert found["a"] == found["b"]
    # One pair more may have been written before its answer left.
    assert found["a"].version in {answered, answered + 1}
    assert [due.key for due in ledger.due(1, 9)] == ["a", "b"]


def test_a_killed_server_without_a_file_loses_everything(own_server: Make[RedisServer], connect: Connect) -> None:
    """The other side of the test above, and what the warning at start is about."""
    server = own_server("--appendonly", "no")
    assert killed_after(server, 40) >= 40
    server.start()
    assert connect(server.port).load(["a", "b"]) == {}
