"""`secondwind doctor` over a real Redis: what it is set to forget."""

from __future__ import annotations

from pathlib import Path

from secondwind.commands.doctor.run import FAILED, HEALTHY
from tests.e2e.doctor_ward import Ward
from tests.support.redis_server import RedisServer


def test_a_redis_that_may_forget_fails(ward: Ward, tmp_path: Path) -> None:
    """Each setting under which it does; one that does not show them is a warning; one that is set well is healthy."""
    server = RedisServer(tmp_path)
    try:
        ward.environ["SECONDWIND_LEDGER_URL"] = f"redis://127.0.0.1:{server.port}"
        assert ward.look().status == HEALTHY
        server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        server.ask("CONFIG", "SET", "appendonly", "no")
        seen = ward.look()
        assert seen.status == FAILED
        for said in ("maxmemory-policy is allkeys-lru, it should be noeviction", "appendonly is no, it should be yes"):
            assert seen.level("ledger settings", said) == "FAIL"
        server.ask("ACL", "SETUSER", "app", "on", ">planted-hush", "~{secondwind}:*", "+@all", "-config")
        ward.environ["SECONDWIND_LEDGER_URL"] = f"redis://app:planted-hush@127.0.0.1:{server.port}"
        seen = ward.look()
        assert (seen.status, seen.level("ledger settings", "cannot be seen")) == (HEALTHY, "warn")
        assert "planted-hush" not in seen.out + seen.err
    finally:
        server.stop()
