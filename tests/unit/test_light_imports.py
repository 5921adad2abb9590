"""What a command does not need it does not load: a list of holds starts without the policy's pattern engine."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from secondwind.parser import COMMANDS, command_parser
from shared.ledger.sqlite import SqliteLedger
from shared.reality import SystemClock

SHOWN = "import sys, {module}; print(sorted(set(sys.modules) & {unwanted!r}))"


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("shared.people", {"re2", "yaml", "shared.heal.corridor", "shared.policy.decide", "alibabacloud_tea_openapi"}),
        ("shared.documents", {"re2", "yaml", "shared.policy.model", "alibabacloud_tea_openapi"}),
        ("shared.systems", {"re2", "yaml", "alibabacloud_tea_openapi", "shared.systems.openapi"}),
        (
            "secondwind.parser",
            {"re2", "yaml", "localcloud", "alibabacloud_tea_openapi", "aliyun", "requests", "tablestore"},
        ),
        ("shared.runtime", {"alibabacloud_tea_openapi", "aliyun", "tablestore", "redis"}),
        ("shared.runtime", {"re2", "shared.heal.walk", "shared.policy.decide", "shared.policy.matching.early"}),
    ],
)
def test_what_is_not_needed_is_not_loaded(module: str, unwanted: set[str]) -> None:
    """In a process of its own, for this one has loaded everything."""
    code = SHOWN.format(module=module, unwanted=unwanted)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


COMMAND = """
import contextlib, io, sys
from secondwind.cli import main
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main({arguments!r})
loaded = {{name.partition(".")[0] for name in sys.modules}} | set(sys.modules)
print(sorted(loaded & {unwanted!r}))
"""
HEAVY = {
    "re2",
    "yaml",
    "localcloud",
    "secondwind.local_region",
    "alibabacloud_tea_openapi",
    "alibabacloud_fc20230330",
    "fc2",
    "aliyun",
    "tablestore",
    "redis",
    "requests",
}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["held"], ["breaker", "list"], ["mode", "show"], ["approve", "abcdef"], ["setup", "-h"]]
)
def test_a_command_loads_what_it_needs_only(arguments: list[str], tmp_path: Path) -> None:
    """The help, and what a person does by hand at a ledger on this machine, from the first line to the last."""
    file = tmp_path / "ledger.db"
    SqliteLedger(str(file), SystemClock()).close()
    code = COMMAND.format(arguments=arguments, unwanted=HEAVY)
    environ = {**os.environ, "SECONDWIND_LEDGER_URL": f"sqlite://{file}"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=environ
    )
    assert done.stdout == "[]\n"
    assert arguments[-1].endswith(("-h", "-help")) or f"ledger: {file}" in done.stderr


def test_the_check_sees_what_is_loaded() -> None:
    """The check above can fail: a policy needs its engine."""
    code = COMMAND.format(arguments=["policy", "check", "policy.yaml"], unwanted=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "['re2', 'yaml']\n"


AFTER_A_CALL = """
import math, sys
from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint
from shared.sls.connect import NEVER_USED as OF_LOGS, OF_PULLS, Access, connect
from shared.systems.openapi.client import NEVER_USED, ApiCall, OpenApi
from tests.support.http_wire import Wire
there = sys.modules.keys() & sys.stdlib_module_names  # Python's own, which the wire may need
wire = Wire()
key = Credentials(access_key_id="id", access_key_secret="secret", security_token="token")
host, _, port = wire.host.partition(":")
call = ApiCall(action="ListJobs", version="2018-04-12", parameters={"A": "1"}, mutates=False)
try:
    answer = OpenApi(key, Endpoint("http", host, int(port))).call(call)
    print(type(answer).__name__, wire.requests[0]["headers"]["x-acs-security-token"])
    access = Access(credentials=key, remaining_s=lambda: math.inf)
    connect(access, f"http://{host}:{port}").put("p", "o", 1, [{"a": "b"}])
except Exception as error:
    print(type(error).__name__)
finally:
    wire.close()
waiting = {*NEVER_USED, *OF_LOGS, *OF_PULLS} - there
print([name for name in waiting if vars(sys.modules.get(name, sys)).get("__file__")])
"""


def test_a_call_loads_nothing_of_an_sdk_that_it_does_not_use() -> None:
    """What was put off is still waiting when job systems and Log Service have been called."""
    done = subprocess.run([sys.executable, "-c", AFTER_A_CALL], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["Reply token", "LogCallFailed", "[]"]


SENDING = """
import sys
from shared.put_off import put_off
from shared.sls.connect import NEVER_USED
put_off(*NEVER_USED)
import shared.network.kept_http, shared.sls._client
print([name for name in ("email", "http.client") if name in sys.modules])
"""


def test_what_sends_loads_no_parser_for_mail() -> None:
    """The standard library reads an answer's head with it: 25 ms of every cold start."""
    done = subprocess.run([sys.executable, "-c", SENDING], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


REDIS = """
import socket, sys, threading
from shared.ledger.redis_link import NEVER_USED, PARTS, RedisLink
there = sys.modules.keys() & sys.stdlib_module_names
waiting = {*NEVER_USED, *PARTS} - there
server = socket.create_server(("127.0.0.1", 0))
def serve():
    while True:
        line, _ = server.accept()
        threading.Thread(target=answer, args=(line,), daemon=True).start()
def answer(line):
    while told := line.recv(4096):
        line.sendall(b"+PONG\\r\\n" * (told.count(b"\\r\\n*") + 1))
threading.Thread(target=serve, daemon=True).start()
place = dict(host="127.0.0.1", port=server.getsockname()[1])
link = RedisLink(**place, tls=False, database=0, user="", password="", remaining_s=lambda: 9.0)
print(link.ask("PING"), [name for name in waiting if vars(sys.modules.get(name, sys)).get("__file__")])
print(sorted({"dataclasses", "dis", "encodings.idna"} & (sys.modules.keys() - there)))
import redis
print(redis.Redis(**place, protocol=2).ping())
async def ask():
    async with redis.asyncio.Redis(**place, protocol=2) as client:
        return await client.ping()
import asyncio
print(asyncio.run(ask()))
"""


def test_a_connection_to_redis_loads_nothing_that_it_does_not_use() -> None:
    """And what it has not loaded is there for whoever wants it: the client's pools, its asynchronous half."""
    done = subprocess.run([sys.executable, "-c", REDIS], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["b'PONG' []", "[]", "True", "True"]


PAGES = """
import sys
import shared.web
print(sorted({"http.client", "email", "jinja2.environment", "tempfile"} & set(sys.modules)))
import jinja2
print(jinja2.FileSystemBytecodeCache(sys.argv[1]).directory == sys.argv[1], "tempfile" in sys.modules)
"""


def test_the_console_loads_neither_what_reads_a_night_nor_where_templates_would_be_kept(tmp_path: Path) -> None:
    """Whoever wants that has it all the same."""
    code = [sys.executable, "-c", PAGES, str(tmp_path)]
    done = subprocess.run(code, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["['jinja2.environment']", "True True"]


DOOR = """
import sys
import functions.event_trigger.index
print(sorted({"inspect", "ast", "dataclasses", "typing_extensions"} & set(sys.modules)))
import typing_extensions
print(typing_extensions.Self is not None)
"""


def test_a_door_loads_nothing_that_inspects_sources() -> None:
    """Whoever wants it has it all the same."""
    done = subprocess.run([sys.executable, "-c", DOOR], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["[]", "True"]


def test_a_command_that_is_named_loads_no_other() -> None:
    """Each of the list by its own module; without a name, or with a wrong one, all are there to be told."""
    modules = {f"secondwind.commands.{module}" for module in COMMANDS.values()}
    code = (
        "import sys\nfrom secondwind.parser import command_parser\n"
        f"command_parser({{}})\nprint(sorted({modules!r} & set(sys.modules)))"
    )
    for arguments, loaded in (
        (["-q", "held", "--json"], {"secondwind.commands.held"}),
        (["--version"], set()),
        (["hold"], modules),
        ([], modules),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code.replace("{}", repr(arguments))],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert done.stdout == f"{sorted(loaded)}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_where_the_list_says(name: str) -> None:
    """Alone it is known, and so is what is wrong with it."""
    with pytest.raises(SystemExit) as ended, redirect_stdout(StringIO()) as said:
        command_parser([name]).parse_args([name, "--help"])
    assert ended.value.code == 0
    assert said.getvalue().startswith(f"usage: secondwind {name}")
