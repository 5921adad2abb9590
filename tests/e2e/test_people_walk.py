"""docs/people.md as a newcomer walks it: two terminals, the page's own lines as they stand, and the button pressed.

Also the blocks that serve until Ctrl-C, which the test of all pages leaves out.
"""

from __future__ import annotations

import html
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.e2e.test_doc_blocks import blocks

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "people.md"
PORT = "8090"
"""Of the console, on the page; the test has another one, which is free."""
WAITS_S = 60


@pytest.mark.timeout(180)
def test_a_newcomer_reaches_the_button(tmp_path: Path) -> None:
    """Each line of the walk, in its order; then the chats' page, the link, the press, and the hold is answered."""
    _seat(tmp_path)
    port = _free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SECONDWIND_", "ALIBABA_"))}
    env |= {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "BROWSER": "true"}
    served: list[str] = []
    with ExitStack() as terminals:
        for block in blocks(PAGE):
            for line in block.lines:
                words = shlex.split(os.path.expandvars(line.replace(PORT, port)))
                if words[0] == "export":
                    name, _, value = words[1].partition("=")
                    env[name] = value
                elif block.not_run:
                    told = terminals.enter_context(_serving(words[1:], tmp_path, env))
                    served.append(words[1])
                    env.update(re.findall(r"^  export (\w+)='?([^'\n]*)", told, re.MULTILINE))
                    if words[1] == "cloud":
                        address = re.findall(r"http://127\.0\.0\.1:\d+", told)[0]
                    elif "--port" in words:
                        _press(address, port)
                        assert "nothing is held" in _ran(["held"], tmp_path, env)
                else:
                    _ran(words[1:], tmp_path, env)
    assert served == ["cloud", "console", "console"]


def _seat(folder: Path) -> None:
    """Where the newcomer stands: the project's files, as far as the walk names them."""
    (folder / "docs").mkdir()
    shutil.copytree(ROOT / "events", folder / "events")
    shutil.copy(ROOT / "docs" / "people.policy.yaml", folder / "docs")


def _ran(words: list[str], folder: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "secondwind", *words],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=WAITS_S,
    )
    assert done.returncode == 0, (words, done.stderr, done.stdout)
    return done.stdout


@contextmanager
def _serving(words: list[str], folder: Path, env: dict[str, str]) -> Iterator[str]:
    """A command that serves until Ctrl-C, in a terminal of its own; what it printed until it serves."""
    command = [sys.executable, "-m", "secondwind", *words]
    with subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            told = ""
            while "Ctrl-C" not in told:
                line = running.stdout.readline()
                assert line, (words, told)
                told += line
            yield told
        finally:
            running.terminate()


def _press(cloud: str, port: str) -> None:
    """Read the group, open the link behind Approve, and press the button that is on its page."""
    chats = html.unescape(_asked(f"{cloud}/localcloud/chats"))
    link = re.findall(rf"http://127\.0\.0\.1:{port}/link\?t=[\w.-]+", chats)[0]
    page = _asked(link)
    assert "Approve a failure of" in page
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert "Approved. The next sweep" in _asked(link.partition("?")[0], urlencode(fields))


def _asked(url: str, form: str = "") -> str:
    with urlopen(Request(url, form.encode() or None), timeout=WAITS_S) as answer:  # noqa: S310 - of this machine
        return str(answer.read().decode())


def _free_port() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return str(taken.getsockname()[1])
