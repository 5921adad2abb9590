"""Every shell block of every page is run, in a local cloud, unless a marker above it says why it cannot be.

`<!-- not run: WHY -->` stands before a block that needs what no test has; `<!-- status N: WHY -->` before one whose
commands end with that status. Commands of ours run in this process, so that the blocks of all pages take seconds.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from localcloud.scenario import read_story
from localcloud.wire.signing import LOCAL_CREDENTIAL
from secondwind.cli import main
from secondwind.commands.cloud.show import robots_of
from secondwind.local_region import DEFAULT, PROJECT, Region
from tests.deploy.serverless import ENVIRONMENT, ROOT
from tests.unit.docs.pages import pages
from tools import ram_policy
from tools.packaged_policy import judged

PAGES = [page for page in pages() if page.parts[-2] != "ISSUE_TEMPLATE"]
MARKER = re.compile(r"<!-- (?:not run: (?P<why>\S.*)|status (?P<status>[0-9]+): \S.*) -->")
COMMANDS = frozenset(
    ["secondwind", "python", "make", "export", "echo", "s", "git", "cp", "mkdir", "sleep", "npm", "eval", "install"]
) | {"aliyunlog", "qmgr", "sed", "stuck_rank_watcher.py"}
"""What a block begins with if it is for a shell, perhaps behind assignments."""
ASSIGNMENT = re.compile(r"[A-Z_0-9]+=\S*")
MADE_UP = {
    "ehpc-hz-example": "ehpc-hz-demo1",
    "ehpc-hz-1/": "ehpc-hz-demo1/",
    "your-project/job-failures": "demo-jobs/job-logs",
}
"""Names of the pages → what there is in the local cloud."""


@dataclass(frozen=True)
class Block:
    """Lines for a shell, and what the marker above them says."""

    page: Path
    line: int
    lines: tuple[str, ...]
    not_run: str
    status: int

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """The shell blocks of a page."""
    found: list[str] = []
    marker, fenced, begun, blank = "", False, 0, True
    for number, line in enumerate([*page.read_text(encoding="utf-8").splitlines(), ""], 1):
        indented = not fenced and line.startswith("    ") and (blank or bool(found))
        if line.startswith("```") or indented or (fenced and not line.startswith("```")):
            if line.startswith("```"):
                fenced = not fenced
                if not fenced:
                    yield from _block(page, begun, found, marker)
                    marker = ""
                found, begun = [], number
            else:
                begun = begun if found else number
                found.append(line[4:] if indented else line)
        elif found and not fenced:
            yield from _block(page, begun, found, marker)
            marker, found = "", []
        if not fenced and MARKER.fullmatch(line.strip()):
            marker = line.strip()
        blank = not line.strip()


def _block(page: Path, line: int, found: list[str], marker: str) -> Iterator[Block]:
    words = found[0].removeprefix("$ ").split() if found else []
    command = next((word for word in words if not ASSIGNMENT.fullmatch(word)), "")
    if command not in COMMANDS:
        return
    found = "\n".join(found).replace("\\\n", " ").split("\n")
    if any(one.startswith("$ ") for one in found):  # a transcript: the rest is what was printed
        found = [one.removeprefix("$ ") for one in found if one.startswith("$ ")]
    told = MARKER.fullmatch(marker)
    yield Block(page, line, tuple(found), (told and told["why"]) or "", int((told and told["status"]) or 0))


WALKED = {ROOT / "docs" / "people.md"}
"""Pages of which each block, also what serves, has a test of its own: test_people_walk.py."""
BLOCKS = [block for page in PAGES for block in blocks(page)]


class Shell:
    """As much of a shell as the pages use."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def run(self, line: str) -> int:
        """One line; the status of its last command."""
        if "stuck_rank_watcher.py" in line:
            return self._on_a_node(line)
        status = 0
        for words in self._commands(line):
            status = self._command(words)
        return status

    def _on_a_node(self, line: str) -> int:
        """What runs where no Second Wind is, in a real shell; what it would leave in /tmp stays here."""
        path = f"{ROOT / 'emitters'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["/bin/sh", "-euc", line.replace("/tmp/", "./")],  # noqa: S108 - nothing is left there
            env={**os.environ, "PATH": path},
            check=False,
            timeout=60,
        ).returncode

    def _commands(self, line: str) -> Iterator[list[str]]:
        for old, new in MADE_UP.items():
            line = line.replace(old, new)
        reader = shlex.shlex(line, posix=True, punctuation_chars=True)
        reader.whitespace_split, reader.commenters = True, "#"
        words: list[str] = []
        for word in [*reader, ";"]:
            if word in {"&&", ";"}:
                if words:
                    yield words
                words = []
            else:
                words.append(os.path.expandvars(word))

    def _command(self, words: list[str]) -> int:
        name, *rest = words
        if name == "export":
            for assignment in rest:
                self._patch.setenv(*assignment.split("=", 1))
        elif name == "echo":
            assert rest[1] == ">", words
            Path(rest[2]).write_text(f"{rest[0]}\n", encoding="utf-8")
        elif name == "python":
            assert rest[:2] == ["-m", "tools.ram_policy"], words
            self._patch.setattr(sys, "argv", rest[1:])
            return ram_policy.main()
        elif name == "secondwind":
            return _ended(rest)
        else:
            assert name == "sleep", f"the test does not know {name}: mark the block as not run, or teach it"
        return 0


def _ended(arguments: list[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)


@pytest.mark.parametrize(
    "page",
    sorted({block.page for block in BLOCKS if not block.not_run} - WALKED),
    ids=lambda page: str(page.relative_to(ROOT).with_suffix("")),
)
def test_the_blocks_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In their order, in one shell: each command ends with status 0, or as its marker says."""
    (tmp_path / "docs").mkdir()
    for name in ("events", "policy.yaml", "policy.tests.yaml", "docs/people.policy.yaml"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    with Region(tmp_path, code_path=ROOT) as region:
        region.cloud.populate(read_story(DEFAULT), float(int(time.time())))
        key = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": LOCAL_CREDENTIAL.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": LOCAL_CREDENTIAL.access_key_secret,
            "FC_REGION": "cn-hangzhou",
        }
        for name in [name for name in os.environ if name.startswith("SW_")]:
            monkeypatch.delenv(name)
        for name, value in {
            **ENVIRONMENT,
            "SW_PROJECT": PROJECT,
            **region.environment,
            **robots_of(region),
            **key,
        }.items():
            monkeypatch.setenv(name, value)
        (tmp_path / "ledger.db").touch()
        shell = Shell(monkeypatch)
        wrong = []
        for block in blocks(page):
            for line in () if block.not_run else block.lines:
                status = shell.run(line)
                said = capsys.readouterr()
                if status != block.status:
                    wrong.append(f"{block}: {line}: status {status}\n{said.err[-500:]}{said.out[-300:]}")
    assert not wrong, "\n".join(wrong)


def test_most_blocks_are_found_and_markers_belong_to_one() -> None:
    """A marker above nothing would hide that its block is gone."""
    assert len(BLOCKS) > 35
    assert sum(1 for block in BLOCKS if not block.not_run) >= 15
    marked = sum(1 for block in BLOCKS if block.not_run or block.status)
    written = sum(
        1 for page in PAGES for line in page.read_text(encoding="utf-8").splitlines() if MARKER.fullmatch(line.strip())
    )
    assert marked == written


def test_who_names_sources_as_the_quick_start_says_keeps_a_policy_that_passes(tmp_path: Path) -> None:
    """Step 5 word for word: its sources in the place of none, its tests behind the shipped ones."""
    text = (ROOT / "docs" / "quick-start.md").read_text(encoding="utf-8")
    sources, tests = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[:2]
    shipped = (ROOT / "policy.yaml").read_text(encoding="utf-8")
    assert shipped.count("\nsources: []\n") == 1
    (tmp_path / "policy.yaml").write_text(shipped.replace("\nsources: []\n", f"\n{sources}"), encoding="utf-8")
    beside = (ROOT / "policy.tests.yaml").read_text(encoding="utf-8")
    for written, passed in ((beside, beside.count("\n  - name: ")), (beside + tests, beside.count("\n  - name: ") + 2)):
        (tmp_path / "policy.tests.yaml").write_text(written, encoding="utf-8")
        fit, said = judged(tmp_path)
        assert fit, said
        assert f"{passed} passed, 0 failed" in said
