r"""A text line by line, without what hides what it says: colours, prefixes, widths of blanks, floods of one line.

Linear in the text, and bounded. What is normal already comes back as it is, so that normalising twice is as good as
once.
"""

from __future__ import annotations

import re

from shared.policy.text.prefixes import without_prefixes

MAX_LINES = 1024
"""Of a longer text the first and the last half of so many lines are kept."""

# Control sequences of terminals: CSI, OSC and the short ones (https://www.ecma-international.org/publications-and-
# standards/standards/ecma-48/). A lone escape character goes with the other control characters.
_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u200b-\u200d\u2060\ufeff]+")
_ESCAPED_END = re.compile(r"(?<!\b[A-Za-z]:)(?:\\r)?\\n(?:\\t)*")
"""A line's end as JSON or a program's `repr` writes it; behind a drive's letter it begins a name."""
_WATCHER = re.compile(
    r"(no output for [^;\n]{1,60}|no heartbeat for [^;\n]{1,400}|after [^;\n]{1,100} have a heartbeat"
    r"|a rank was lost and nothing came after it); output: "
)
"""What `emitters/stuck_rank_watcher.py` says before it quotes a job's output."""


def normal(text: str) -> str:
    """The text's lines, joined by line feeds; empty ones, and the same one again, are left out."""
    text = _CONTROL.sub("", _TERMINAL.sub("", text))
    text = _WATCHER.sub(r"\1\n", _ESCAPED_END.sub("\n", text), count=1)
    lines = [line for line in text.splitlines() if line and not line.isspace()]
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES // 2], *lines[-MAX_LINES // 2 :]]
    kept = [""]
    for line in lines:
        shown = without_prefixes(" ".join(line.split()))
        if shown and shown != kept[-1]:
            kept.append(shown)
    return "\n".join(kept[1:])
