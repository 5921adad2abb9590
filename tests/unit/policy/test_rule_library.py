"""The library of ready rules, judged by the samples of its entries through the real matcher."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from secondwind.policy.library import SUBJECTS, Entry, as_yaml, entries, library, print_rules
from shared.domain.failure import Failure, FailureClass
from shared.policy.load import check_policy, load_policy
from shared.policy.match import first_match, listed
from shared.policy.model import MAX_RULES, Action, Policy
from shared.policy.patterns import compile_pattern
from tests.support.make import Make

_ENTRIES = library()
_ALL = pytest.mark.parametrize("entry", _ENTRIES, ids=lambda entry: entry.name)


def _policy(*chosen: Entry) -> Policy:
    return load_policy("version: 1\nrules:\n" + as_yaml(chosen))


_WHOLE = _policy(*_ENTRIES)
_SUBJECTS = {subject: _policy(*entries(subject)) for subject in SUBJECTS}
_RULES = {rule.name: rule for rule in _WHOLE.rules}


def test_the_whole_library_is_one_policy() -> None:
    """It fits into one policy, and no rule of it is never reached."""
    report = check_policy("version: 1\nrules:\n" + as_yaml(_ENTRIES))
    assert report.policy is not None, report.faults
    assert 60 <= len(_ENTRIES) < MAX_RULES  # room for a last rule
    assert {warning.path for warning in report.warnings} == {"$.sources", "$.rules"}


def test_every_subject_has_a_file_and_every_file_a_subject() -> None:
    """No file of rules is forgotten."""
    folder = Path(__file__).resolve().parents[3] / "secondwind" / "policy" / "rules"
    assert {path.stem for path in folder.glob("*.yaml")} == set(SUBJECTS)
    with pytest.raises(KeyError):
        entries("nothing")


@_ALL
def test_samples_fall_under_their_own_rule(entry: Entry, failure: Make[Failure]) -> None:
    """A sample matches its rule and no earlier one, in its own subject and in the whole library."""
    subject = next(subject for subject in SUBJECTS if entry in entries(subject))
    assert entry.must_match
    for told in entry.must_match:
        for policy in (_SUBJECTS[subject], _WHOLE):
            found = first_match(policy, failure(system=entry.system, **told))
            assert found is not None, told
            assert found.name == entry.name, told


_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def _alternatives(pattern: str) -> list[str]:
    """The texts between the outermost `|` of a pattern, each with the pattern's flags."""
    flags = re.match(r"(?:\(\?\w+\))?", pattern)
    assert flags is not None
    parts, depth = [""], 0
    for part in _PART.findall(pattern[flags.end() :]):
        depth += (part == "(") - (part == ")")
        if part == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += part
    return [flags[0] + part for part in parts]


@_ALL
def test_every_alternative_of_a_pattern_has_a_sample(entry: Entry) -> None:
    """Nothing stands in a pattern that no line shows."""
    for pattern in listed(_RULES[entry.name].match.message):
        for alternative in _alternatives(pattern):
            found = compile_pattern(alternative)
            assert any(found.search(sample.encode()) for sample in entry.samples), alternative


@_ALL
def test_counterexamples_do_not_match(entry: Entry, failure: Make[Failure]) -> None:
    """What a rule is not for does not match it, even if it is the only one."""
    alone = _policy(entry)
    assert entry.must_not_match
    for told in entry.must_not_match:
        assert first_match(alone, failure(system=entry.system, **told)) is None, told


@_ALL
def test_entry_says_what_it_is(entry: Entry) -> None:
    """Each has a class, a reason for people and a source, and its samples fit on comment lines."""
    assert "class" in entry.rule
    assert len(entry.rule["why"]) > 20
    assert entry.source.startswith("https://")
    assert all("\n" not in text for text in (*entry.samples, *entry.others, entry.rule["why"]))


def test_no_other_evidence_is_called_infrastructure(failure: Make[Failure]) -> None:
    """Ambiguous evidence is never infrastructure: no such rule matches any sample of another class, in any order."""
    platform = [entry for entry in _ENTRIES if entry.rule["class"] == "infrastructure"]
    alone = _policy(*platform)
    assert len(platform) >= 10
    for entry in _ENTRIES:
        if entry not in platform:
            for told in entry.must_match:
                assert first_match(alone, failure(system=entry.system, **told)) is None, (entry.name, told)


@pytest.mark.parametrize(
    "message",
    [
        "Connection reset by peer",
        "Connection timed out",
        "No route to host",
        "Transport endpoint is not connected",
        "[Rank 3] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=5)",
        "ib_mlx5_log.c:177 Transport retry count exceeded",
        "mpirun noticed that process rank 2 with PID 0 on node n1 exited on signal 9 (Killed).",
        "Cannot connect to license server system. (-15,570)",
        "Name or service not known",
        "Read-only file system",
        "Killed",
        "Bus error",
        "BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES",
        "",
    ],
)
def test_what_proves_nothing_is_not_infrastructure(message: str, failure: Make[Failure]) -> None:
    """What a broken program, a person or a wrong setting can print as well is unknown, or no rule is for it."""
    for code in ("", "1", "137", "143", "0:9", "0:15"):
        found = first_match(_WHOLE, failure(message, exit_code=code))
        assert found is None or found.failure_class is FailureClass.UNKNOWN


_WANTED: dict[FailureClass, set[Action]] = {
    FailureClass.INFRASTRUCTURE: {Action.RERUN},
    FailureClass.APPLICATION: {Action.IGNORE, Action.RERUN},
    FailureClass.CAPACITY: {Action.HOLD, Action.IGNORE},
    FailureClass.USER: {Action.IGNORE},
    FailureClass.CONFIGURATION: {Action.IGNORE, Action.RERUN},
    FailureClass.UNKNOWN: {Action.IGNORE, Action.RERUN},
}


@_ALL
def test_class_and_action_go_together(entry: Entry) -> None:
    """What is rerun although the program or its setting is at fault has one attempt; what ran out is not rerun."""
    rule = _RULES[entry.name]
    assert rule.action in _WANTED[rule.failure_class]
    if rule.action is Action.RERUN and rule.failure_class in {FailureClass.APPLICATION, FailureClass.CONFIGURATION}:
        assert rule.attempts is not None
        assert rule.attempts.max == 1


def test_printed_rules_can_be_pasted() -> None:
    """What the command prints is what a policy takes, with source and samples as comments."""
    out = io.StringIO()
    assert print_rules("storage", out) == 0
    text = out.getvalue()
    assert [rule.name for rule in load_policy(f"version: 1\nrules:\n{text}").rules] == [
        entry.name for entry in entries("storage")
    ]
    assert "# https://man7.org/" in text
    assert "# matches: write: Disk quota exceeded" in text


def test_unknown_subject_is_told() -> None:
    """Exit status 2, and which subjects there are."""
    out = io.StringIO()
    assert print_rules("nothing", out) == 2
    assert "gpu" in out.getvalue()


def test_systems_of_entries() -> None:
    """A rule for one system is tried with failures of that system."""
    assert {entry.system for entry in entries("schedulerx")} == {"schedulerx"}
    assert {entry.system for entry in entries("gpu")} == {"ehpc"}
