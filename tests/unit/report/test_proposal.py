"""A proposed rule is valid, is found in the text that it is for, and asks for no rerun that nobody saw go well."""

from __future__ import annotations

import pytest
import yaml

from shared.domain.failure import Failure, Trigger
from shared.policy.known import excerpt
from shared.policy.load import check_policy, load_policy
from shared.policy.match import first_match
from shared.policy.text.fingerprint import fingerprint
from shared.report import NightReport
from shared.report.proposal import pattern_of, rule_for
from shared.systems.ehpc.scope import Cluster
from tests.support.injections import INJECTIONS
from tests.support.make import Make

TEXTS = [
    "ERROR: Lustre: ptlrpc timeout on 10.1.2.3@tcp after 300 s (rc -110)",
    "Traceback (most recent call last):\n  File \"/home/a/train.py\", line 7, in <module>\nKeyError: 'loss'",
    "slurmstepd: error: *** JOB 1234 ON n17 CANCELLED AT 2026-01-05T02:00:00 DUE TO TIME LIMIT ***",
    "MPI_ABORT was invoked on rank 3 in communicator MPI_COMM_WORLD",
    "内存不足: 无法分配 1024 字节",
    "it's a 'quoted' failure: {a: [b, c]} # no comment * & ! | > % @ `",
    "fatal: password=*** rejected for user",
    "err\u202eor lost the \x1b[31mdisk\x1b[0m failed badly",
    "x" * 300 + " failed to open device",
    "one.two+three(four)[five]^$ error happened \\ here",
]


def failure_with(message: str) -> Failure:
    """As it is told."""
    scope = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-1")
    told = {"job_id": "1", "occurred_at": 1.0, "trigger": Trigger.LOG, "event_id": "e", "telling_id": "t"}
    return Failure(scope=scope, message=message, **told)  # type: ignore[arg-type]  # each of its own type


def says(text: str, **reruns: int) -> str:
    """The rule for a text."""
    return rule_for(fingerprint(text), excerpt(text), says="Failures: 1.", **{"succeeded": 0, "failed": 0, **reruns})


@pytest.mark.parametrize("text", TEXTS)
def test_a_proposed_rule_is_valid_and_finds_its_text(text: str) -> None:
    """`policy check` has no fault and no warning, and the failure falls under it."""
    sources = "sources: [{log: {project: p, logstore: l}}]"
    whole = f"version: 1\n{sources}\nrules:\n{says(text)}- {{name: the-rest, match: {{}}, action: rerun}}\n"
    checked = check_policy(whole)
    assert (checked.faults, checked.warnings) == ((), ())
    matched = first_match(load_policy(whole), failure_with(text))
    assert matched is not None
    assert matched.action.value == "hold"


def test_numbers_paths_and_hosts_are_not_in_the_pattern() -> None:
    """The next failure of the kind has others."""
    assert pattern_of("cannot open /data/a/b7 on n17: 5 bytes") == "cannot open .+ on .+ bytes"
    assert pattern_of("code 17") == ""


def test_two_reruns_of_one_kind_say_more_than_a_hold() -> None:
    """Only where none went the other way."""
    actions = {
        reruns: yaml.safe_load(says(TEXTS[0], succeeded=reruns[0], failed=reruns[1]))[0]["action"]
        for reruns in ((0, 0), (1, 0), (2, 0), (2, 1), (0, 2), (1, 5))
    }
    assert actions == {
        (0, 0): "hold",
        (1, 0): "hold",
        (2, 0): "rerun",
        (2, 1): "hold",
        (0, 2): "ignore",
        (1, 5): "hold",
    }


@pytest.mark.parametrize("text", INJECTIONS)
def test_hostile_text_proposes_a_valid_rule_or_none(
    text: str, row: Make[dict[str, str]], report: Make[NightReport]
) -> None:
    """Whatever a log says, what is proposed is one rule that holds for a person."""
    told = report(row("suppressed", "no_rule", evidence=f"error: {text}", fingerprint="0123456789abcdef"))
    (found,) = told.unclassified
    rules = yaml.safe_load(found.rule) if found.rule else []
    assert [rule["action"] for rule in rules] == ["hold"] * len(rules)
    assert not found.rule or not check_policy(f"version: 1\nrules:\n{found.rule}").faults


@pytest.mark.parametrize("fingerprint", ["", "x\n  action: rerun\n#", "0" * 15, "0" * 16 + "\n", "0123456789ABCDEF"])
def test_no_rule_is_named_after_what_is_no_fingerprint(
    fingerprint: str, row: Make[dict[str, str]], report: Make[NightReport]
) -> None:
    """Whoever can write into the Logstore writes no rule, and moves nobody's cursor."""
    told = report(row("suppressed", "no_rule", evidence="error: disk", fingerprint=fingerprint))
    assert told.unclassified == ()


def test_texts_come_by_how_many_failures_they_have(row: Make[dict[str, str]], report: Make[NightReport]) -> None:
    """Class `unknown` or none; a text with a class has its rule already."""
    told = report(
        row("suppressed", "no_rule", failure_id="a", fingerprint="1" * 16, evidence="disk failed to spin"),
        row("rerun", "accepted", failure_id="b", fingerprint="2" * 16, failure_class="unknown", attempt="1"),
        row("rerun", "accepted", failure_id="c", fingerprint="2" * 16, failure_class="unknown", attempt="1"),
        row("rerun", "seen_succeeded", failure_id="c", attempt="1"),
        row("rerun", "accepted", failure_id="d", fingerprint="3" * 16, failure_class="infrastructure", attempt="1"),
    )
    assert [(one.fingerprint[0], one.failures, one.succeeded) for one in told.unclassified] == [
        ("2", 2, 1),
        ("1", 1, 0),
    ]
