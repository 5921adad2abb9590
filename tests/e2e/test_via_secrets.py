"""`secondwind invoke --via fc3|fc2`: no output shows a key, whoever would print it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.fc.instance.in_process import InProcessFunction
from localcloud.wire.signing import Credential
from secondwind.commands.invoke.via import REFUSED, RETURNED, Via
from tests.e2e.function_desk import BOTH, ROLE, ROOT, Desk, call, environment

FAILING_CALL = """
import logging, sys
from pathlib import Path
import os
if sys.argv[1] == "configured":
    logging.basicConfig(level=logging.DEBUG)
from secondwind.cli import main
sys.exit(main(["invoke", sys.argv[2], "--via", sys.argv[3], "--endpoint", sys.argv[4]]))
"""


@BOTH
@pytest.mark.parametrize("logs", ["configured", "untouched"])
def test_no_credential_in_any_output(desk: Desk, tmp_path: Path, via: Via, logs: str) -> None:
    """A real failing call in a process of its own, with logging at DEBUG and `DEBUG=sdk`, shows no key and no token."""
    file = tmp_path / "event.json"
    file.write_text('{"jobs": []}')
    wrong = Credential(ROLE.access_key_id, "planted-other-secret", ROLE.security_token)
    environ = {**os.environ, **environment(wrong), "DEBUG": "sdk", "PYTHONPATH": str(ROOT)}
    arguments = [logs, str(file), via.value, desk.cloud.endpoint]
    done = subprocess.run(
        [sys.executable, "-c", FAILING_CALL, *arguments], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == REFUSED
    assert "planted" not in done.stdout + done.stderr
    assert "Signature" in done.stderr


def test_without_our_silence_the_token_would_show(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """The test above tests something: with the real `logging` in place the SDK logs the token of a refused call."""
    import fc2.client

    from secondwind.compute import fc2 as ours

    silence = fc2.client.logging
    client = ours._Client(
        endpoint=desk.cloud.endpoint,
        accessKeyID=ROLE.access_key_id,
        accessKeySecret="wrong",
        securityToken=ROLE.security_token,
    )
    for writer, shown in ((silence, False), (logging, True)):
        fc2.client.logging = writer
        try:
            with caplog.at_level(logging.DEBUG), pytest.raises(fc2.FcError):
                client.invoke_function("secondwind", "secondwind-manual", b"{}")
        finally:
            fc2.client.logging = silence
        assert (ROLE.security_token in caplog.text) == shown


@BOTH
def test_a_key_that_a_function_returns_is_hidden(desk: Desk, tmp_path: Path, via: Via) -> None:
    """Whatever the function answers, the key with which it was called is not repeated."""
    desk.functions.deploy("leak", InProcessFunction(lambda _event, _context: ROLE.security_token).invoke)
    called = call(tmp_path, via, desk.cloud.endpoint, function="leak")
    assert (called.status, called.out) == (RETURNED, "***\n")
