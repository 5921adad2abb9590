"""What logs, launchers, terminals and the watcher do to a text before a rule sees it."""

from __future__ import annotations

from collections.abc import Callable


def each_line(change: Callable[[str], str]) -> Callable[[str], str]:
    """Changes a text line by line."""
    return lambda text: "\n".join(map(change, text.split("\n")))


def wrapped(text: str, width: int = 72) -> str:
    """As a terminal or a mail wraps lines between words, and within those that are too long."""
    made = []
    for whole in text.split("\n"):
        line = whole
        while len(line) > width:
            at = line.rfind(" ", 1, width)
            at = at if at > 0 else width
            made.append(line[:at])
            line = line[at:].lstrip()
        made.append(line)
    return "\n".join(made)


DEFORMED: dict[str, Callable[[str], str]] = {
    "red": each_line(lambda line: f"\x1b[31m{line}\x1b[0m"),
    "rank": each_line(lambda line: f"[rank3]: {line}"),
    "srun": each_line(lambda line: f"0: {line}"),
    "mpirun": each_line(lambda line: f"[1,0]<stderr>:{line}"),
    "stamp": each_line(lambda line: f"2026-01-05T02:10:11.123456Z {line}"),
    "ray": each_line(lambda line: f"(trainer pid=4711, ip=10.0.0.7) {line}"),
    "crlf": lambda text: text.replace("\n", "\r\n") + "\r",
    "escaped": lambda text: "log: " + text.replace("\n", "\\n"),
    "wrapped": wrapped,
    "wrapped at 60": lambda text: wrapped(text, 60),
    "folded": lambda text: "\n".join(
        line[start : start + 100] for line in text.split("\n") for start in range(0, max(1, len(line)), 100)
    ),
    "indented": each_line(lambda line: f"\t  {line}"),
    "doubled": each_line(lambda line: f"{line}\n{line}"),
    "watched": lambda text: f"no output for 1800 s; output: {text}",
    "quoted": lambda text: (
        "no output for 9 s; causes:\n"
        + "\n".join(f"{number}: {line}" for number, line in enumerate(text.split("\n"), 99_999))
        + "\n; output: step 9"
    ),
    "log before": lambda text: "".join(f"2026-01-05 02:10:{n} INFO step {n} of 96\n" for n in range(10, 40)) + text,
}
"""By name: the same text, deformed."""
