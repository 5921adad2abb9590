"""Files that a person wrote: read whole but bounded, and what is wrong told in one line. `-` is standard input."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

STANDARD_INPUT = Path("-")


class CannotRead(Exception):  # noqa: N818 - told to a person as it is
    """A file is not there, no file, or no text; the text says which and why."""


def opened(path: Path) -> AbstractContextManager[BinaryIO]:
    """The file, or standard input, for reading bytes; the latter stays open. Raises OSError."""
    return nullcontext(sys.stdin.buffer) if path == STANDARD_INPUT else path.open("rb")


def read_text(path: Path, limit: int) -> str:
    """At most the limit and one byte more of a UTF-8 file, so that too much can be told from enough.

    Raises:
        CannotRead: no such file, or no text.
    """
    try:
        with opened(path) as file:
            read = file.read(limit + 1)
    except OSError as error:
        raise CannotRead(f"{path}: cannot be read: {error.strerror or 'input/output error'}") from None
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotRead(f"{path}: is no UTF-8 text: byte {error.start}") from None
