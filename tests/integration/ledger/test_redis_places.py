"""Kinds of Redis a URL may name: through the composition root, over TLS, in a cluster; and what SQLite would say."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.credentials import Credentials
from shared.domain.errors import LedgerUnavailable
from shared.ledger import redis as backend
from shared.ledger.redis import RedisLedger
from shared.ledger.redis_link import RedisLink
from shared.ledger.sqlite import SqliteLedger
from shared.openers.ledger import open_ledger
from shared.ports import Due, Stored, Write
from shared.settings import parse_ledger_url
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.redis_server import RedisServer
from tests.support.tcp_proxy import TcpProxy

Connect = Callable[..., RedisLedger]
NOBODY = Credentials(access_key_id="", access_key_secret="")


def write(key: str, document: bytes = b"{}", expected: int | None = None, due_at: float | None = 1.0) -> Write:
    """A save of one document."""
    return Write(key=key, document=document, expected=expected, due_at=due_at, expires_at=None)


def test_a_url_opens_the_ledger(server: RedisServer, connect: Connect, clock: Clock) -> None:
    """What the settings read is what is opened: the same documents, the same database, closed at the end."""
    url = parse_ledger_url(f"redis://127.0.0.1:{server.port}/2")
    one = open_ledger(url, NOBODY, clock, lambda: 60.0)
    other = open_ledger(url, NOBODY, clock, lambda: 60.0)
    one.save([write("a")])
    assert other.load(["a"]) == {"a": Stored(b"{}", 1)}
    assert connect(server.port, database=2).load(["a"]) == {"a": Stored(b"{}", 1)}
    assert connect(server.port, database=0).load(["a"]) == {}
    one.close()
    other.close()
    with pytest.raises(LedgerUnavailable, match="closed"):
        one.load(["a"])


def test_a_url_that_wants_tls_is_never_served_plainly(server: RedisServer, clock: Clock) -> None:
    """`rediss://` at a server without TLS is out of reach."""
    ledger = open_ledger(parse_ledger_url(f"rediss://127.0.0.1:{server.port}"), NOBODY, clock, lambda: 0.2)
    with pytest.raises(LedgerUnavailable, match="cannot be reached"):
        ledger.load(["a"])
    ledger.close()


def test_settings_are_looked_at_once_a_process(
    own_server: Make[RedisServer], clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first opening warns, the further ones ask nothing; a warning at each invocation would be noise."""
    monkeypatch.setattr(backend, "_checked", set())
    server = own_server("--maxmemory-policy", "allkeys-lru")
    url = parse_ledger_url(f"redis://127.0.0.1:{server.port}")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            open_ledger(url, NOBODY, clock, lambda: 60.0).close()
    assert ["allkeys-lru" in record.getMessage() for record in caplog.records] == [True]


def certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ledger")])
    now = dt.datetime.now(dt.timezone.utc)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "ledger.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def tls(server: RedisServer, tmp_path: Path) -> Iterator[tuple[TcpProxy, Path]]:
    """The server behind TLS, and the certificate it shows."""
    path = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    running = TcpProxy(server.port, context)
    yield running, path
    running.close()


def test_tls_wants_a_certificate_that_the_machine_trusts(
    tls: tuple[TcpProxy, Path], connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown authority and a wrong name are refused before a word is said; `SSL_CERT_FILE` names a private one."""
    proxy, path = tls
    with pytest.raises(LedgerUnavailable, match="certificate verify failed"):
        connect(proxy.port, tls=True).load(["a"])
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(LedgerUnavailable, match="certificate verify failed"):
        connect(proxy.port, tls=True, host="localhost").load(["a"])
    assert proxy.turns == 0
    ledger = connect(proxy.port, tls=True)
    assert ledger.save([write("a")]) == frozenset()
    assert ledger.load(["a"]) == {"a": Stored(b"{}", 1)}


def test_all_keys_live_in_one_slot_of_a_cluster(own_server: Make[RedisServer], connect: Connect) -> None:
    """A node in cluster mode, which refuses a script whose keys are in different slots, serves every operation."""
    server = own_server("--cluster-enabled", "yes")
    server.ask("CLUSTER", "ADDSLOTS", *range(16384))
    ledger = connect(server.port)
    keys = [f"ehpc/{number}/{{tag{number}}}" for number in range(50)]
    while "cluster_state:ok" not in str(server.ask("CLUSTER", "INFO")):
        time.sleep(0.02)
    assert ledger.save([write(key) for key in keys]) == frozenset()
    assert ledger.load(keys).keys() == set(keys)
    assert [due.key for due in ledger.due(1, 100)] == sorted(keys)


def test_a_cluster_that_is_down_is_out_of_reach(own_server: Make[RedisServer], connect: Connect) -> None:
    """A node without its slots is told by the server's own word."""
    ledger = connect(own_server("--cluster-enabled", "yes").port)
    with pytest.raises(LedgerUnavailable, match="ClusterDownError"):
        ledger.load(["a"])


def test_the_client_is_imported_with_the_first_call(server: RedisServer, clock: Clock) -> None:
    """A link costs a cold start nothing before it is used."""
    script = (
        "import sys; from shared.ledger.redis import RedisLedger; from shared.ledger.redis_link import RedisLink\n"
        "link = RedisLink(host='127.0.0.1', port=int(sys.argv[1]), tls=False, database=0, user='', password='',"
        " remaining_s=lambda: 9.0)\n"
        "before = 'redis' in sys.modules; link.ask('PING'); print(before, 'redis' in sys.modules)"
    )
    del clock
    root = Path(__file__).parents[3]
    told = subprocess.run(
        [sys.executable, "-c", script, str(server.port)], cwd=root, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["False", "True"]


KEYS = ["a", "b", "A", "ü", "a/b"]
MOMENTS = st.none() | st.sampled_from([1.0, 2.0, 2.5])
STEPS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(KEYS), st.integers(0, 3), MOMENTS, MOMENTS)), st.sampled_from([0, 1, 40])
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(steps=STEPS)
def test_redis_and_sqlite_agree(shared_server: RedisServer, steps: Any) -> None:
    """After any saves, with time going by, both backends tell the same conflicts, documents and due places."""
    shared_server.ask("FLUSHALL")

    clock = Clock()
    link = RedisLink(
        host="127.0.0.1", port=shared_server.port, tls=False, database=0, user="", password="", remaining_s=lambda: 60.0
    )
    one, other = RedisLedger(link, clock), SqliteLedger(":memory:", clock)
    for saves, waited_s in steps:
        other._purge_at = clock.moment  # SQLite forgets when it saves, once a while
        writes = {
            key: Write(
                key=key,
                document=f"{version}{due_at}".encode(),
                expected=version or None,
                due_at=due_at,
                expires_at=None if lives_s is None else clock.moment + 10 * lives_s,
            )
            for key, version, due_at, lives_s in saves
        }.values()
        assert one.save(list(writes)) == other.save(list(writes))
        clock.moment += waited_s
        other._purge_at = clock.moment
        other.save([])
        assert one.load(KEYS) == other.load(KEYS)
        after = Due(2.0, "a")
        assert one.due(9, 3) == other.due(9, 3)
        assert one.due(9, 9, after) == other.due(9, 9, after)
    one.close()
    other.close()


def test_a_connection_outlives_its_ledger(server: RedisServer, clock: Clock) -> None:
    """The next invocation's ledger goes on with it, as long as it did not stand idle; a closed one asks nothing."""
    url = parse_ledger_url(f"redis://127.0.0.1:{server.port}/3")
    peers = []
    for _ in range(2):
        ledger = open_ledger(url, NOBODY, clock, lambda: 60.0)
        assert ledger.load(["a"]) == {}
        peers.append(ledger._free[0]._link._connection._sock.getsockname())  # type: ignore[attr-defined] # of these kinds
        ledger.close()
    assert peers[0] == peers[1]
    with pytest.raises(LedgerUnavailable, match="closed"):
        ledger.load(["a"])
