"""What is quoted of a text, to the sign: its cause with what follows it, and its end."""

from __future__ import annotations

import pytest

from shared.policy.fetched import MAX_WINDOWS, with_output
from shared.policy.known import EXCERPT_BYTES, excerpt
from shared.policy.model import Action, Match, Policy, Rule

POLICY = Policy(version=1, rules=(Rule(name="cause", match=Match(message="lost"), action=Action.RERUN),))
STEPS = "".join(f"step {number} of 90000\n" for number in range(10_000, 60_000))
PIECE, AFTER_CAUSE, END = 8192, 5000, 3500
CAUSE = "lost node n7\n"


def test_a_short_output_is_quoted_whole() -> None:
    """To its first sign and its last."""
    assert with_output(POLICY, "told", "abc") == "told\nabc"
    assert with_output(POLICY, "", "abc") == "abc"
    whole = STEPS[:END]
    assert with_output(POLICY, "told", whole) == f"told\n{whole}"
    assert with_output(POLICY, "told", f"{whole}x") == f"told\n{whole[1:]}x"


@pytest.mark.parametrize("place", [0, 4000, PIECE - 5, PIECE, 3 * PIECE])
@pytest.mark.parametrize("more", [0, 1000, AFTER_CAUSE, 40_000])
def test_of_an_output_with_a_cause_two_parts_are_quoted(place: int, more: int) -> None:
    """From the first cause on, and the end; nothing of it twice."""
    before, after = STEPS[: place // 20 * 20], STEPS[:more]
    output = f"{before}{CAUSE}{after}"
    at = len(before)
    end = max(at + AFTER_CAUSE, len(output) - END)
    parts = ["told", output[at : at + AFTER_CAUSE], output[end:]]
    assert with_output(POLICY, "told", output) == "\n".join(part for part in parts if part)
    assert with_output(POLICY, "told", f"{output}{CAUSE}").startswith(f"told\n{output[at : at + AFTER_CAUSE]}")


def test_what_a_service_does_not_give_at_once_is_not_searched() -> None:
    """Of more the end alone."""
    most = PIECE * MAX_WINDOWS
    kept = CAUSE + STEPS[: most - len(CAUSE)]
    assert with_output(POLICY, "told", kept).startswith(f"told\n{CAUSE}")
    assert with_output(POLICY, "told", kept + "x") == f"told\n{(kept + 'x')[-END:]}"


@pytest.mark.parametrize("begins", range(PIECE - 540, PIECE + 40, 20))
def test_a_line_is_whole_in_one_of_the_pieces(begins: int) -> None:
    """Wherever one of them ends, if it is no longer than some five hundred signs."""
    line = f"node {'x' * 480} lost"
    policy = Policy(version=1, rules=(Rule(name="a", match=Match(message="^node x+ lost$"), action=Action.RERUN),))
    output = f"{STEPS[:begins]}\n{line}\n{STEPS[:9000]}"
    assert with_output(policy, "told", output).startswith(f"told\n{line}\n")


def test_a_cause_that_was_written_otherwise_is_quoted_with_its_piece() -> None:
    """As where blanks were doubled: from the beginning of what was searched."""
    output = f"{STEPS[:100]}node  n7 was lost\n{STEPS[:9000]}"
    assert with_output(POLICY, "told", output).startswith(f"told\n{output[:AFTER_CAUSE]}\n")


def test_what_was_told_is_cut_as_the_end_is() -> None:
    """So much of both."""
    told = STEPS[: END * 2]
    quoted = with_output(POLICY, told, "abc").removesuffix("\nabc")
    assert told.startswith(quoted[: END - 4])
    assert len(quoted.encode()) <= END


@pytest.mark.parametrize("place", [0, 10, 900, 2500])
@pytest.mark.parametrize("lines", [150, 400])
def test_an_excerpt_is_so_much_of_both_ends(place: int, lines: int) -> None:
    """From the cause on, half of the room; then the end, never from before the cause."""
    steps = [f"step {number:04} of 9000" for number in range(lines)]
    text = "\n".join([*steps[: place // 18], "the cause", *steps[place // 18 :]])
    shown = excerpt(text, lambda: "the cause")
    at = text.index("the cause")
    head = text[at : at + EXCERPT_BYTES // 2]
    room = EXCERPT_BYTES - len(f"{head}\n…\n".encode())
    if lines == 150 and place == 2500:
        assert shown.startswith("the cause\nstep 0138")
        return
    assert shown == f"{head}\n…\n{text[max(at, len(text) - 2048) :][-room:]}"


def test_where_no_cause_is_found_the_excerpt_begins_with_the_text() -> None:
    """Whatever was looked for."""
    text = "\n".join(f"step {number:04}" for number in range(400))
    assert excerpt(text, lambda: "nowhere").startswith(text[: EXCERPT_BYTES // 2])
