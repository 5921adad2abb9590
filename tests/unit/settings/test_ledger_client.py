"""A ledger whose client is not in the package is a bad setting, told before the first delivery."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.openers.ledger import check_client
from shared.settings import parse_ledger_url

ROOT = Path(__file__).resolve().parents[3]
TABLESTORE = "tablestore://sw/ledger?endpoint=http://127.0.0.1:9"
REDIS = "redis://user:planted-password@127.0.0.1:9"
SCRIPT = """
import sys
from types import SimpleNamespace

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == sys.argv[1]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

if sys.argv[2] == "refused":
    sys.meta_path.insert(0, Refusing())
else:
    sys.modules[sys.argv[1]] = None
import functions.manual.index as manual
context = SimpleNamespace(region="cn-hangzhou", request_id="r", credentials=SimpleNamespace(
    access_key_id="made-up", access_key_secret="made-up", security_token=""))
for call in (lambda: manual.initialize(context), lambda: manual.handler(b"{}", context)):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
    else:
        print("went on")
print("imported", sorted({"redis", "tablestore"} & {name for name, module in sys.modules.items() if module}))
"""


def initialized(url: str, blocked: str, how: str) -> str:
    """What a new process says at `initialize` and at `handler` where that module cannot be imported."""
    own = {
        "SECONDWIND_OUTCOME_PROJECT": "sw-logs",
        "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
        "SECONDWIND_LEDGER_URL": url,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SECONDWIND_")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, blocked, how],
        cwd=ROOT,
        env={**kept, **own},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("how", ["refused", "absent"])
def test_a_missing_client_is_a_bad_setting(how: str) -> None:
    """`initialize` and, without it, `handler` raise SettingsError that names the setting, not ModuleNotFoundError."""
    first, second, imported = initialized(REDIS, "redis", how).splitlines()
    assert first == second
    assert first.startswith("SettingsError SECONDWIND_LEDGER_URL: this package has no client for Redis: ")
    assert "planted" not in first
    assert imported == "imported []"


@pytest.mark.parametrize(("url", "other"), [(TABLESTORE, "redis"), (TABLESTORE, "tablestore"), (REDIS, "tablestore")])
def test_no_other_client_is_asked_for(url: str, other: str) -> None:
    """A package with the named ledger's client alone initializes; the client is not imported for that."""
    assert initialized(url, other, "absent").splitlines()[0] == "went on"


def test_sqlite_needs_no_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a client a SQLite ledger is as good as ever."""
    monkeypatch.setitem(sys.modules, "redis", None)
    check_client(parse_ledger_url(f"sqlite://{tmp_path}/ledger.db"))
