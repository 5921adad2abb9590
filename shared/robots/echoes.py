"""What a robot says may quote what it got: its address, a signature, a link with which a held case is answered.

Its words become an outcome that others read than the group does, so whatever long sign for sign was in the message is
taken out of them. Codes and sentences of its own stay.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

_HIDDEN = "***"
_LEAST_SIGNS = 20
"""Tokens and signatures are longer, words that a robot shares with a message are shorter."""
_RUN = re.compile(rf"(?:[\w+/=%~-]|\.(?!\.)){{{_LEAST_SIGNS},}}")
"""Several dots stand for what was left out."""
_BETWEEN = re.compile(r"[/?&=]")
_LEAST_OF_ADDRESS = 8
"""Of a part of the address: what is a token in it nobody knows, and some are short."""
_LAYERS = 3
"""As often may it have been encoded on its way."""


def without_echoes(said: Any, target: str, sent: str) -> Any:
    """The JSON value with `***` for what its texts quote.

    Args:
        said: as it was parsed.
        target: path and query of the address.
        sent: everything else that left: headers, body.

    Raises:
        RecursionError: it is nested deeper than that can be looked through.
    """
    if isinstance(said, str):
        return _without(said, target, sent)
    if isinstance(said, list):
        return [without_echoes(one, target, sent) for one in said]
    if isinstance(said, dict):
        return {name: without_echoes(value, target, sent) for name, value in said.items()}
    return said


def _without(text: str, target: str, sent: str) -> str:
    known = f"{target}\n{unquote(target)}\n{sent}"

    def shown(run: re.Match[str]) -> str:
        bare = run[0].strip(".")  # one at a sentence's end is none of its own
        return _HIDDEN if _plain(bare) in known or bare in known else run[0]

    text = _RUN.sub(shown, text)
    for part in _BETWEEN.split(target):
        for spelled in (part, unquote(part)):
            text = text.replace(spelled, _HIDDEN) if len(spelled) >= _LEAST_OF_ADDRESS else text
    return text


def _plain(run: str) -> str:
    for _ in range(_LAYERS):
        run = unquote(run)
    return run
