"""A policy and its tests as files: which belongs to which, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from secondwind.commands.policy.trial.form import MOMENT_FORMAT, PolicyTests, Spoken
from secondwind.text_file import STANDARD_INPUT, read_text
from shared.domain.errors import Fault
from shared.policy import yamltree
from shared.policy.conditions import SYSTEM_FORMAT
from shared.policy.load import check_policy, system_problem
from shared.policy.model import Policy
from shared.policy.reader import Reader
from shared.reading.times import moment

MAX_BYTES = 1024 * 1024
"""Of a tests file."""
MAX_FAULTS = 50
_TESTS, _POLICY = ".tests.yaml", ".yaml"


class Faulty(Exception):  # noqa: N818 - as above
    """A file can be read and not used: one line a fault."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        self.lines = [f"{path}:{fault.line or 1}: {fault.path}: {fault.problem}" for fault in faults[:MAX_FAULTS]]
        if len(faults) > MAX_FAULTS:
            self.lines.append(f"{path}: and {len(faults) - MAX_FAULTS} more faults")
        super().__init__(self.lines)


class Suite(Struct, frozen=True, kw_only=True):
    """A policy and its tests."""

    policy: Policy
    policy_path: Path
    tests: PolicyTests
    tests_path: Path
    lines: tuple[int, ...]
    """Where each test begins in its file."""
    now: float
    """Unix seconds."""


def open_suite(path: Path) -> Suite:
    """The suite that a policy's or a tests file names. Raises CannotRead and Faulty."""
    root = _tree(path)
    if "tests" in _keys(root):
        tests = _read(path, root)
        if not tests.policy and not path.name.endswith(_TESTS):
            raise Faulty(path, [Fault("$.policy", f"is missing: which policy? The name does not end in {_TESTS}", 1)])
        beside = tests.policy or path.name.removesuffix(_TESTS) + _POLICY
        return _suite(path.parent / beside, path, root, tests)
    if path == STANDARD_INPUT:
        problem = "is a policy, which has no tests beside it here: give its tests, which name it as `policy`"
        raise Faulty(path, [Fault("$", problem, 1)])
    tests_path = path.with_name(path.name.removesuffix(_POLICY) + _TESTS)
    tests_root = _tree(tests_path)
    return _suite(path, tests_path, tests_root, _read(tests_path, tests_root))


def _suite(policy_path: Path, tests_path: Path, root: yamltree.Node, tests: PolicyTests) -> Suite:
    report = check_policy(read_text(policy_path, MAX_BYTES))
    if report.policy is None:
        raise Faulty(policy_path, list(report.faults))
    items = _child(root, "tests")
    lines = tuple(item.line for item in items.items) if isinstance(items, yamltree.Listing) else ()
    return Suite(
        policy=report.policy,
        policy_path=policy_path,
        tests=tests,
        tests_path=tests_path,
        lines=lines,
        now=moment(tests.now),
    )


def _tree(path: Path) -> yamltree.Node:
    text = read_text(path, MAX_BYTES)
    if len(text.encode()) > MAX_BYTES:
        raise Faulty(path, [Fault("$", f"is larger than {MAX_BYTES // 1024} KiB", 1)])
    root, faults = yamltree.parse(text)
    if root is None or faults:
        raise Faulty(path, faults or [Fault("$", "the file says nothing", 1)])
    return root


def _read(path: Path, root: yamltree.Node) -> PolicyTests:
    reader = Reader(formats={MOMENT_FORMAT: _moment_problem, SYSTEM_FORMAT: system_problem})
    tests = reader.read(PolicyTests, root)
    if tests is None:
        raise Faulty(path, sorted(reader.faults, key=lambda fault: fault.line or 0))
    wrong = list(_sources(tests, root))
    if wrong:
        raise Faulty(path, wrong)
    return tests


def _sources(tests: PolicyTests, root: yamltree.Node) -> Iterator[Fault]:
    """A source is an event's or a log's."""
    items = _child(root, "tests")
    for index, test in enumerate(tests.tests):
        if test.source is not None and not _is_somebody(test.source):
            line = items.items[index].line if isinstance(items, yamltree.Listing) else 1
            yield Fault(f"$.tests[{index}].source", "wants event, bus or account, or project and logstore", line)


def _is_somebody(source: Spoken) -> bool:
    return bool(source.event or source.bus or source.account or (source.project and source.logstore))


def _moment_problem(text: str) -> str | None:
    try:
        moment(text)
    except ValueError as error:
        return str(error)
    return None


def _keys(root: yamltree.Node) -> set[str]:
    return {key.text for key, _ in root.entries} if isinstance(root, yamltree.Mapping) else set()


def _child(node: yamltree.Node, name: str) -> yamltree.Node:
    entries = node.entries if isinstance(node, yamltree.Mapping) else []
    return next((value for key, value in entries if key.text == name), node)
