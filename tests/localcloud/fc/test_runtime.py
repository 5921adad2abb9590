"""The local Function Compute runtime behaves as the documented contract says, in a process of its own."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.fc.instance.runtime import ENVIRONMENT_BYTES_MAX, FunctionRuntime
from localcloud.wire.signing import Credential

Deploy = Callable[..., FunctionRuntime]


@pytest.fixture
def deploy(tmp_path: Path) -> Iterator[Deploy]:
    """Write the source of `pkg/index.py` and get a runtime for `pkg.index.handler`."""
    made: list[FunctionRuntime] = []

    def new(source: str, handler: str = "pkg.index.handler", **options: Any) -> FunctionRuntime:
        folder = tmp_path / f"code{len(made)}"
        (folder / "pkg").mkdir(parents=True)
        (folder / "pkg" / "__init__.py").touch()
        (folder / "pkg" / "near.py").write_text("WORD = 'near'\n")
        (folder / "pkg" / "index.py").write_text(source)
        runtime = FunctionRuntime(handler, code_path=folder, **options)
        made.append(runtime)
        return runtime

    yield new
    for runtime in made:
        runtime.recycle()


def test_bytes_in_json_out(deploy: Deploy) -> None:
    """The event arrives as the raw bytes, relative imports work, and JSON leaves indented and sorted."""
    source = (
        "from .near import WORD\n"
        "def handler(event, context):\n    return {'b': WORD, 'a': [type(event).__name__, len(event)]}\n"
    )
    result = deploy(source).invoke(b"\x00\xff" * 100_000)
    assert result.error is None
    assert result.body == b'{\n    "a": [\n        "bytes",\n        200000\n    ],\n    "b": "near"\n}'


@pytest.mark.parametrize(
    ("expression", "body"),
    [
        ("b'\\xff\\x00'", b"\xff\x00"),
        ("'Größe'", "Größe".encode()),
        ("None", b"null"),
        ("__import__('decimal').Decimal('1.5')", b"1.5"),
        ("__import__('datetime').date(2026, 1, 2)", b'"2026-01-02"'),
        ("type('J', (), {'to_json': lambda self: {'k': 1}})()", b'{\n    "k": 1\n}'),
    ],
)
def test_serialisation(deploy: Deploy, expression: str, body: bytes) -> None:
    """Bytes and text leave as they are, all else as JSON."""
    result = deploy(f"def handler(event, context):\n    return {expression}\n").invoke(b"")
    assert (result.error, result.body) == (None, body)


@pytest.mark.parametrize("expression", ["object()", "{1: 2, 'a': 3}", "{b'x': 1}"])
def test_unserialisable_result_is_an_error(deploy: Deploy, expression: str) -> None:
    """What JSON cannot hold fails the invocation after the handler ran."""
    source = f"def handler(event, context):\n    print('effect took place')\n    return {expression}\n"
    result = deploy(source).invoke(b"")
    assert result.error is not None
    assert result.error["errorType"] == "TypeError"
    assert "effect took place" in result.log


def test_exception_is_reported_with_the_users_frames(deploy: Deploy) -> None:
    """An error has message, type and a stack that begins in the user's code; the log has the raw event."""
    source = "def handler(event, context):\n    raise KeyError('gone')\n"
    result = deploy(source).invoke(b'{"the": "event"}')
    assert result.error is not None
    assert json.loads(result.body) == result.error
    assert (result.error["errorType"], result.error["errorMessage"]) == ("KeyError", "'gone'")
    ((file, line, name, text),) = result.error["stackTrace"]
    assert (Path(file).name, line, name, text) == ("index.py", 2, "handler", "raise KeyError('gone')")
    assert '{"the": "event"}' in result.log
    assert f"FC Invoke End RequestId: {result.request_id}, Error" in result.log


@pytest.mark.parametrize(
    ("source", "handler", "kind"),
    [
        ("import not_there\n", "pkg.index.handler", "ImportModuleError"),
        ("def handler(:\n", "pkg.index.handler", "UserCodeSyntaxError"),
        ("x = 1 / 0\n", "pkg.index.handler", "UserCodeError"),
        ("x = 1\n", "pkg.index.handler", "HandlerNotFound"),
        ("x = 1\n", "pkg/index.handler", "ImportModuleError"),
        ("x = 1\n", "handler", "InvalidHandleName"),
    ],
)
def test_code_that_cannot_be_loaded(deploy: Deploy, source: str, handler: str, kind: str) -> None:
    """Each import problem has the platform's errorType."""
    result = deploy(source, handler).invoke(b"{}")
    assert result.error is not None
    assert result.error["errorType"] == kind


def test_instance_is_kept_until_recycled(deploy: Deploy) -> None:
    """Module state lives from request to request, and a recycled instance begins anew."""
    source = "import os\nN = []\ndef handler(event, context):\n    N.append(1)\n    return [len(N), os.getpid()]\n"
    runtime = deploy(source)
    first, second = (json.loads(runtime.invoke(b"").body) for _ in range(2))
    runtime.recycle()
    third = json.loads(runtime.invoke(b"").body)
    assert [first[0], second[0], third[0]] == [1, 2, 1]
    assert first[1] == second[1] != third[1]
    assert runtime.starts == 2


def test_initializer_runs_until_it_succeeds(deploy: Deploy) -> None:
    """A failing initializer fails its invocation, is tried again at the next one, and then never again."""
    source = (
        "N = []\n"
        "def initialize(context):\n    N.append(context.request_id)\n"
        "    if len(N) < 2:\n        raise OSError('not yet')\n"
        "def handler(event, context):\n    return len(N)\n"
    )
    runtime = deploy(source, initializer="pkg.index.initialize")
    first = runtime.invoke(b"")
    assert first.error is not None
    assert first.error["errorMessage"] == "not yet"
    assert [runtime.invoke(b"").body for _ in range(2)] == [b"2", b"2"]


def test_output_does_not_reach_the_channel(deploy: Deploy) -> None:
    """Prints, logs, raw writes to descriptor 1, children's output and reads of standard input do no harm."""
    source = (
        "import logging, os, subprocess, sys\n"
        "def handler(event, context):\n"
        "    print('printed'); logging.getLogger('x').info('logged'); logging.debug('hidden')\n"
        "    os.write(1, b'raw\\n'); subprocess.run(['echo', 'child'])\n"
        "    sys.stdout.write('x' * 300000)\n"
        "    return sys.stdin.read()\n"
    )
    result = deploy(source).invoke(b"")
    assert (result.error, result.body) == (None, b"")
    for word in ("raw", "child"):
        assert word in deploy(source.replace("300000", "3")).invoke(b"").log
    log = deploy(source.replace("300000", "3")).invoke(b"").log
    assert "printed" in log
    assert "hidden" not in log
    assert "[INFO] logged" in log


def test_timeout_kills_and_shows_where(deploy: Deploy) -> None:
    """A handler over its time is ended, the log shows its stack, and the next request has a new process."""
    source = "import time\ndef handler(event, context):\n    if event:\n        time.sleep(60)\n    return 'ok'\n"
    runtime = deploy(source, timeout_s=2)
    assert runtime.invoke(b"").body == b"ok"
    result = runtime.invoke(b"hang")
    assert result.error is not None
    assert result.error["errorType"] == "FunctionTimeoutError"
    assert "in handler" in result.log
    assert runtime.invoke(b"").body == b"ok"
    assert runtime.starts == 2


def test_a_child_that_ignores_sigterm_dies_as_well(deploy: Deploy, tmp_path: Path) -> None:
    """What the function started does not outlive the instance."""
    source = (
        "import subprocess, sys\n"
        "def handler(event, context):\n"
        "    code = 'import signal, sys, time; signal.signal(15, signal.SIG_IGN); '\n"
        "    code += 'held = open(sys.argv[1], \"w\"); print(1, flush=True); time.sleep(60)'\n"
        "    argv = [sys.executable, '-c', code, event.decode()]\n"
        "    child = subprocess.Popen(argv, stdout=subprocess.PIPE)\n"
        "    return child.stdout.readline()\n"
    )
    fifo = tmp_path / "held"
    os.mkfifo(fifo)
    end = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        runtime = deploy(source)
        assert runtime.invoke(str(fifo).encode()).body == b"1\n"
        assert select.select([end], [], [], 0)[0] == []
        runtime.recycle()
        assert select.select([end], [], [], 5)[0] == [end]  # the system closes it when the child is gone
    finally:
        os.close(end)


@pytest.mark.parametrize("statement", ["import sys; sys.exit(3)", "import os; os._exit(3)"])
def test_exit_is_an_invocation_error(deploy: Deploy, statement: str) -> None:
    """A handler that ends the process fails its invocation, with what it had logged."""
    result = deploy(f"def handler(event, context):\n    print('before')\n    {statement}\n").invoke(b"")
    assert result.error is not None
    assert result.error["errorType"] == "ProcessExitedError"
    assert "exit status 3" in result.error["errorMessage"]
    assert "before" in result.log


def test_environment_is_the_functions_own(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function sees its variables and the injected ones, no reserved ones of its own, nothing of ours."""
    monkeypatch.setenv("OURS", "secret of the machine")
    source = "import os\ndef handler(event, context):\n    return dict(os.environ)\n"
    runtime = deploy(
        source,
        environment={"MINE": "1", "FC_MINE": "2"},
        region="cn-beijing",
        memory_mb=256,
        credentials=Credential("i", "s", "token"),
    )
    seen = json.loads(runtime.invoke(b"").body)
    assert seen["MINE"] == "1"
    assert "FC_MINE" not in seen
    assert "OURS" not in seen
    assert (seen["FC_REGION"], seen["FC_FUNCTION_MEMORY_SIZE"]) == ("cn-beijing", "256")
    assert seen["FC_FUNCTION_HANDLER"] == "pkg.index.handler"
    assert seen["ALIBABA_CLOUD_SECURITY_TOKEN"] == "token"


def test_environment_is_bounded(tmp_path: Path) -> None:
    """More than 4 KB, or a name that is none, is refused when the function is made."""
    for bad in ({"A": "x" * ENVIRONMENT_BYTES_MAX}, {"1A": "x"}, {"A-B": "x"}):
        with pytest.raises(ValueError, match="environment"):
            FunctionRuntime("a.b", code_path=tmp_path, environment=bad)


RENEWAL = """
import os
def handler(event, context):
    keys = getattr(context, 'credentials', None)
    return [keys and keys.access_key_id, os.environ['ALIBABA_CLOUD_ACCESS_KEY_ID']]
"""


@pytest.mark.parametrize(("kind", "seen"), [("3.10", [["a", "a"], ["b", "a"]]), ("3.12", [[None, "a"], [None, "b"]])])
def test_renewed_credentials(deploy: Deploy, kind: str, seen: list[list[str]]) -> None:
    """On 3.10 renewed keys come in the context, the environment grows stale; 3.12 has only the latter."""
    runtime = deploy(RENEWAL, context_kind=kind, credentials=Credential("a", "s"))
    first = json.loads(runtime.invoke(b"").body)
    runtime.credentials = Credential("b", "s")
    assert [first, json.loads(runtime.invoke(b"").body)] == seen


def test_too_large_event_is_refused(deploy: Deploy) -> None:
    """A body over 32 MB never reaches the function."""
    runtime = deploy("def handler(event, context):\n    return 1\n")
    result = runtime.invoke(bytes(32 * 1024 * 1024 + 1))
    assert result.error is not None
    assert result.error["errorType"] == "EntityTooLarge"
    assert runtime.starts == 0


def test_an_interrupted_invocation_leaves_no_answer_behind(deploy: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the caller is interrupted while it waits, the next request gets its own answer, from a new process."""
    runtime = deploy("def handler(event, context):\n    return event\n")
    assert runtime.invoke(b"1").body == b"1"
    assert runtime._process is not None
    exchange = runtime._process.exchange

    def interrupted(*request: Any) -> Any:
        exchange(*request)
        raise KeyboardInterrupt

    monkeypatch.setattr(runtime._process, "exchange", interrupted)
    with pytest.raises(KeyboardInterrupt):
        runtime.invoke(b"2")
    assert runtime.invoke(b"3").body == b"3"
    assert runtime.starts == 2


def test_log_is_in_order_and_bounded(deploy: Deploy) -> None:
    """Prints stand between the marks of their invocation, and of a long log the end is kept."""
    source = "def handler(event, context):\n    print('x' * int(event))\n    print('last')\n"
    runtime = deploy(source)
    lines = runtime.invoke(b"1").log.splitlines()
    assert [line.split(" RequestId")[0] for line in lines] == ["FC Invoke Start", "x", "last", "FC Invoke End"]
    long = runtime.invoke(b"1000000").log
    assert len(long) == 256 * 1024
    assert long.splitlines()[-2:] == ["last", f"FC Invoke End RequestId: {long.rsplit(' ', 1)[1].strip()}"]
