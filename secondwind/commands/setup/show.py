"""Steps of the plan, and why one could not be planned or done."""

from __future__ import annotations

from secondwind.commands.setup.differences import Difference
from secondwind.terminal import shown
from shared.domain.errors import SecondWindError
from shared.sls import LogCallFailed

MAX_LINE = 1000
"""Bytes of a line of the plan: a query, or the names of the fields that are added."""
_ADVICE = {
    "Unauthorized": "the key may not do this: see the RAM policy of whoever sets up",
    "SignatureNotMatch": "the secret is not this key's",
    "InvalidAccessKeyId": "there is no such key",
    "ConnectionError": "the endpoint is out of reach: SECONDWIND_SLS_ENDPOINT",
    "ConnectTimeout": "the endpoint is out of reach: SECONDWIND_SLS_ENDPOINT",
    "ProjectAlreadyExist": "the name is taken, perhaps by another account: choose another project",
}


def why(error: LogCallFailed | SecondWindError) -> str:
    """What the service said, with advice where there is some."""
    text = shown(str(error))
    advice = _ADVICE.get(error.code) if isinstance(error, LogCallFailed) else None
    return f"{text} ({advice})" if advice else text


def text_of(label: str, step: Difference) -> str:
    """A step: what it is about, what changes, what others added and is left alone."""
    lines = [f"{label}: {step.action.value}", *(f"    {shown(line, MAX_LINE)}" for line in step.lines)]
    if step.left_alone:
        lines.append(f"    left alone: {', '.join(shown(one, 64) for one in step.left_alone)}")
    return "\n".join(lines) + "\n"
