"""Answers of services become types in threads that meet a type for the first time at once."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from shared.reading.shape import decoder_of, each_shaped, shaped

# In a process of its own, for what it shows is a crash. Types that nobody has met: made anew each time.
_STORM = """
import sys, threading, types
import msgspec
from shared.reading.shape import decoder_of, shaped

SOURCE = '''
from __future__ import annotations
import msgspec
class Inner(msgspec.Struct):
    number: int | None = None
    lists: dict[str, list[int]] = {}
class Middle(msgspec.Struct):
    inner: Inner | None = None
    more: tuple[Inner, ...] = ()
class Outer(msgspec.Struct):
    middles: list[Middle] = []
    inners: dict[str, Inner] = {}
'''
sys.setswitchinterval(1e-6)
for turn in range(40):
    module = types.ModuleType(f"answers_{turn}")
    sys.modules[module.__name__] = module
    exec(SOURCE, module.__dict__)
    together = threading.Barrier(8)
    answers = []
    def meet():
        together.wait()
        told = {"middles": [{"inner": {"number": 1}}], "inners": {"a": {"number": 2}}}
        outer = READ(told, module.Outer)
        answers.append(outer.inners["a"].number)
    threads = [threading.Thread(target=meet) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert answers == [2] * 8, answers
"""


@pytest.mark.parametrize(
    "read",
    ["shaped", "lambda told, kind: decoder_of(kind).decode(msgspec.json.encode(told))"],
    ids=["values", "documents"],
)
def test_threads_that_meet_a_type_at_the_same_moment_do_not_crash_the_process(read: str) -> None:
    """A segmentation fault of msgspec's without the lock."""
    storm = _STORM.replace("READ(", f"({read})(")
    ended = subprocess.run([sys.executable, "-c", storm], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr[-500:]


def test_a_value_has_to_be_of_the_type_unless_it_may_be_spelled() -> None:
    """Text is no number, unless who reads it says so."""
    assert shaped(7, int) == shaped("7", int, strict=False) == 7
    with pytest.raises(msgspec.ValidationError):
        shaped("7", int)


def test_what_nobody_else_knows_is_read_by_whoever_asks() -> None:
    """A type of ours in JSON."""

    def read(kind: type[complex], value: str) -> complex:
        return kind(value)

    assert decoder_of(complex, read).decode(b'"1j"') == 1j
    assert decoder_of(int).decode(b"7") == 7


def test_a_number_in_quotes_is_text_unless_it_is_said() -> None:
    """What we wrote ourselves is of the types that we wrote; services are not so exact."""
    assert decoder_of(int, strict=False).decode(b'"7"') == 7
    with pytest.raises(msgspec.ValidationError):
        decoder_of(int).decode(b'"7"')


def test_an_odd_row_hides_no_other_and_odd_rows_alone_are_an_error() -> None:
    """No rows are none."""
    assert each_shaped([7, "x", "8"], int, -1) == [7, -1, 8]
    assert each_shaped([], int, -1) == []
    with pytest.raises(msgspec.ValidationError):
        each_shaped(["x", "y"], int, -1)
