"""A policy that was read beforehand is the policy that its text says, or it is not used."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.policy import packs
from shared.policy import ready as module
from shared.policy.load import load_policy
from shared.policy.match import Matcher, make_ready
from shared.policy.matching import search
from shared.policy.matching.early import early_of
from shared.policy.model import Attempts
from shared.policy.plain import Unfit, flattened, restored
from shared.policy.ready import ENDING, encoded, read_ready
from shared.policy.shipped import READY
from tests.unit.decide.facts import make_failure

ROOT = Path(__file__).resolve().parents[3]

SHIPPED = (Path(__file__).parents[3] / "policy.yaml").read_bytes()
EVERY = b"""
version: 1
mode: observe
regions: [cn-shanghai]
breaker: null
max_lost_h: 12
rate: {max_jobs: 20, window_s: 60}
classes: {infrastructure: {max: 5}}
thrash: {max_failures: 5, window_s: 3600}
same_text: {max: 2, window_s: 3600}
ignore_lines: ["NCCL INFO"]
include: [mpi, gpu@1]
rules:
  - {name: a, match: {message: "(?i)lost", exit_code: [1, "137-139"], signal: SIGKILL}, action: hold, delay_s: 5}
  - {name: b, match: {}, action: ignore, attempts: {max: 1}, cooldown: {base_s: 3}}
"""


@pytest.mark.parametrize("text", [SHIPPED, EVERY])
def test_a_ready_policy_is_the_one_that_its_text_says(tmp_path: Path, text: bytes) -> None:
    """Rule by rule, packs and all, with the same version."""
    path = tmp_path / "policy.yaml"
    (tmp_path / f"policy.yaml{ENDING}").write_bytes(encoded(text, load_policy(text.decode())))
    read, ready = load_policy(text.decode()), read_ready(path, text)
    assert ready == read
    assert ready is not None
    assert ready.policy_version == read.policy_version
    assert [type(rule) for rule in ready.rules] == [type(rule) for rule in read.rules]


def test_with_a_ready_policy_comes_what_its_first_texts_may_hold(tmp_path: Path) -> None:
    """Known by the digest of its patterns: a new process works nothing out for them."""
    path = tmp_path / "policy.yaml"
    policy = load_policy(SHIPPED.decode())
    (tmp_path / f"policy.yaml{ENDING}").write_bytes(encoded(SHIPPED, policy))
    ready = make_ready(policy).ready()
    assert ready is not None
    READY.clear()
    assert read_ready(path, SHIPPED) is not None
    assert dict([ready]) == READY


def test_a_changed_text_is_read_from_the_text(tmp_path: Path) -> None:
    """One byte is enough: what somebody has edited is what holds."""
    (tmp_path / f"policy.yaml{ENDING}").write_bytes(encoded(SHIPPED, load_policy(SHIPPED.decode())))
    assert read_ready(tmp_path / "policy.yaml", SHIPPED) is not None
    assert read_ready(tmp_path / "policy.yaml", SHIPPED + b" ") is None


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"\x82\xa6digest\xa1x\xa7written\x80"])
def test_without_one_or_with_a_broken_one_the_text_is_read(tmp_path: Path, content: bytes | None) -> None:
    """What cannot be understood is as if it were not there."""
    if content is not None:
        (tmp_path / f"policy.yaml{ENDING}").write_bytes(content)
    assert read_ready(tmp_path / "policy.yaml", SHIPPED) is None


def test_what_another_version_has_made_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other packs, other fields or other defaults: then the text is read."""
    made = encoded(SHIPPED, load_policy(SHIPPED.decode()))
    kept = tmp_path / f"policy.yaml{ENDING}"
    kept.write_bytes(made.replace(b"max_lost_h", b"max_gone_h"))
    assert read_ready(tmp_path / "policy.yaml", SHIPPED) is None
    kept.write_bytes(made)
    packs = tmp_path / "packs.json"
    packs.write_bytes(b"{}")
    monkeypatch.setattr(module, "FILE", packs)
    assert read_ready(tmp_path / "policy.yaml", SHIPPED) is None


def test_what_is_no_policy_is_not_used(tmp_path: Path) -> None:
    """Of whatever digest."""
    digest = msgspec.msgpack.decode(encoded(SHIPPED, load_policy(SHIPPED.decode())))[0]
    kept = tmp_path / f"policy.yaml{ENDING}"
    kept.write_bytes(msgspec.msgpack.encode((digest, *flattened("a text"), None)))
    assert restored(*flattened("a text")) == "a text"
    assert read_ready(tmp_path / "policy.yaml", SHIPPED) is None


def test_a_policy_whose_patterns_need_no_text_is_ready_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are searched for in each text anyway; nothing is kept of first texts."""
    first: dict[str, bytes] = {}
    monkeypatch.setattr(module, "READY", first)
    text = b"{version: 1, rules: [{name: a, match: {message: '[0-9]+'}, action: rerun}]}"
    (tmp_path / f"policy.yaml{ENDING}").write_bytes(encoded(text, load_policy(text.decode())))
    assert read_ready(tmp_path / "policy.yaml", text) == load_policy(text.decode())
    assert first == {}


def test_with_and_without_what_was_made_ready_the_same_rule_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new process decides on its first texts as on all others, short or long."""
    texts = ["CUDA out of memory", "x" * 3_000 + " Stale file handle", "no word of it", "No space left on device"]
    after = [f"{text} {number}" for number in range(16) for text in texts]
    failures = [make_failure(message=text) for text in [*texts, *after]]
    policy = load_policy(SHIPPED.decode())
    asked = [(rule.match, rule.tells, rule.cause) for rule in policy.rules]
    whole = Matcher(asked, policy.ignore_lines, policy.faint_lines)
    made = whole.ready()
    assert made is not None
    monkeypatch.setattr(search, "READY", {made[0]: made[1]})
    early = Matcher(asked, policy.ignore_lines, policy.faint_lines)
    found = [early.first(one, None) for one in failures]
    assert found == [whole.first(one, None) for one in failures]
    assert len(set(found)) == len(texts), "nothing is told apart"


@pytest.mark.parametrize("value", [[1, "a"], (1, "a"), frozenset({1, "a"}), {"a": [1], "b": (None, True)}, [], (), {}])
def test_what_was_flattened_comes_back_with_its_types(value: object) -> None:
    """A list stays a list, and a set a set."""
    again = restored(*flattened(value))
    assert (again, type(again)) == (value, type(value))
    assert repr(again) == repr(value)


def test_a_number_keeps_its_type() -> None:
    """Also where the default is equal to it and of another."""
    whole = Attempts(window_s=int(Attempts().window_s))
    again = restored(*flattened(whole))
    assert (repr(again), type(again.window_s)) == (repr(whole), int)


def test_only_what_is_ours_can_be_flattened() -> None:
    """A type of others is a slip in the build, not in the function."""
    with pytest.raises(TypeError, match="Path cannot be flattened"):
        flattened(Path("x").absolute())


def test_only_types_of_the_product_are_restored() -> None:
    """What stands beside a policy can name no other class, and no function."""
    for name in ("system", "path"):
        with pytest.raises(Unfit):
            restored([["os", name, [], "()"]], [4])
    with pytest.raises(Unfit):
        restored([["shared.policy.plain", "Unfit"]], [4, "x"])


def test_what_was_worked_out_comes_back_as_it_was() -> None:
    """Of all that the shipped policy looks for: each text, what asks for it, and by what it is found."""
    wording = make_ready(load_policy(SHIPPED.decode()))._wording
    patterns, ready = wording._patterns, wording.ready()
    made = patterns._index.sought
    assert ready is not None
    sought, enough = early_of(ready[1])
    assert (sought.near_ids(), sought.all_need) == (made.near_ids(), True)
    pairs: list[tuple[Any, Any]] = [
        (sought.texts, made.texts),
        (sought.asking, made.asking),
        (sought.chosen, made.chosen),
        (sought.choices, made.choices),
        (sought.grams().rows, made.grams().rows),
        (sought.grams().short, made.grams().short),
        (sought.parts.asked, made.parts.asked),
        (sought.parts.pieces.rows, made.parts.pieces.rows),
        (enough, {number: sorted(patterns._enough_for(number)) for number in range(len(patterns._patterns))}),
    ]
    for mine, theirs in pairs:
        assert set(mine.keys()) == set(theirs.keys())
        assert [_listed(mine[key]) for key in theirs] == [_listed(row) for row in theirs.values()]
    assert (sought.parts.wordless, sought.parts.whole) == (made.parts.wordless, made.parts.whole)
    assert [*map(list, sought.grams().signs)] == [*map(list, made.grams().signs)]


def test_noise_is_told_without_the_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What its patterns need is in the package as well: to read all packs takes as long as a whole decision may."""
    policy = load_policy(SHIPPED.decode())
    ready = make_ready(policy).ready()
    assert ready is not None
    monkeypatch.setattr(search, "READY", {ready[0]: ready[1]})
    asked = [(rule.match, rule.tells, rule.cause) for rule in policy.rules]
    matcher = Matcher(asked, policy.ignore_lines, policy.faint_lines)
    monkeypatch.setattr(packs, "shipped", lambda: pytest.fail("the packs were read"))
    text = "node1:1:99 [0] NCCL INFO Channel 00/0\nCUDA out of memory. Tried to allocate 2 GiB"
    assert matcher.earliest_cause(text) == "CUDA out of memory. Tried to allocate 2 GiB"
    looks = list(matcher._wording._looks(text.split("\n"), len(text)))
    assert [look.text.decode() for look in looks] == text.split("\n")[1:]


def _listed(row: Iterable[Any]) -> list[Any]:
    return [list(one) if isinstance(one, tuple) else one for one in row]


def test_what_comes_in_pairs_is_not_restored_by_halves() -> None:
    """A key without its value, a field without what it is given: made by another version."""
    kinds, tree = flattened([load_policy(SHIPPED.decode()).rules[0], {"a": 1}])
    _, rule, pairs = tree
    assert restored(kinds, [1, rule, pairs]) == [load_policy(SHIPPED.decode()).rules[0], {"a": 1}]
    for broken in ([1, [*rule, 0], pairs], [1, rule, [*pairs, "b"]]):
        with pytest.raises(Unfit):
            restored(kinds, broken)


class Theirs(Enum):
    """A word of somebody else's."""

    WORD = 200


@pytest.mark.parametrize("kind", [(__name__, "Theirs"), ("pathlib", "Path"), ("os", "system")])
def test_what_is_not_ours_is_not_made(kind: tuple[str, str]) -> None:
    """Whoever writes the file names types: only those of a policy."""
    with pytest.raises(Unfit) as caught:
        restored([list(kind)], [4, 200])
    assert "is another type" in str(caught.value.__cause__)


@pytest.mark.parametrize("flat", [[2, "key"], [2, "key", 1, "next"], [9, 1], 7.5])
def test_what_does_not_come_in_pairs_was_made_by_another(flat: object) -> None:
    """A key has its value; what is no list is what it is."""
    if flat == 7.5:
        assert restored([], flat) == flat
        return
    with pytest.raises(Unfit):
        restored([], flat)


_STATE = """
import sys
from shared.policy.matching.search import PatternSet
patterns = ["(disk|quota|inode|volume) (full|exceeded|gone)", "(lost|dead|gone) (node|rank|peer) .*volume"]
sys.stdout.buffer.write(PatternSet(patterns).ready()[1])
"""


def test_what_is_made_ready_is_the_same_in_every_process() -> None:
    """Whatever its seed of hashes: two packages of one source are the same bytes."""
    made = {
        subprocess.run(
            [sys.executable, "-c", _STATE],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in "12345"
    }
    assert len(made) == 1
    assert b"quota" in made.pop()


def test_patterns_that_need_no_text_are_not_made_ready() -> None:
    """They have to be searched for anyway."""
    assert search.PatternSet(["lost", "[0-9]+"]).ready() is None
    assert search.PatternSet(["lost"]).ready() is not None
