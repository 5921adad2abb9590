"""How a command lives and ends as a process: signals, pipes that nobody reads any more, terminals of few characters.

Exit statuses are a shell's: 128 and the number of the signal. Whatever ends a command ends it through its `with`
blocks, so folders and processes of its own go with it.
"""

from __future__ import annotations

import codecs
import errno
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

NOT_WRITTEN, PIPE_GONE, INTERRUPTED = 1, 128 + signal.SIGPIPE, 128 + signal.SIGINT
"""Exit statuses."""
ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that end a command as an exception would."""
_PLAIN = {"─": "-", "└": "`-", "→": "->", "…": "...", "·": "*", "≤": "<=", "≥": ">="}
_HANDLER = "secondwind.plain"
_LAST_OF_BMP = 0xFFFF


def lived(work: Callable[[], int]) -> int:
    """Do the work as a process ought to; its exit status, also where the reader left or somebody interrupted."""
    _open_what_was_closed()
    for stream in (sys.stdout, sys.stderr):
        _make_writable(stream)
    with _ended_by_signals():
        try:
            return _flushed(work)
        except BrokenPipeError:
            if not _reader_left():
                raise
            _write_nowhere()
            return PIPE_GONE
        except KeyboardInterrupt:
            sys.stderr.write("\ninterrupted\n")
            return INTERRUPTED
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            sys.stderr.write(f"the output could not be written: {error.strerror}\n")
            _write_nowhere()
            return NOT_WRITTEN


def _flushed(work: Callable[[], int]) -> int:
    """The work, and nothing left for the interpreter to write when it ends: there nobody could catch it."""
    try:
        return work()
    finally:
        sys.stdout.flush()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """While it lasts each of the signals raises SystemExit, once; a second one does not disturb the clearing up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (*ENDING, signal.SIGINT)}

    def end(number: int, _frame: FrameType | None) -> None:
        for one in ENDING:
            signal.signal(one, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in ENDING:
        if before[number] is not signal.SIG_IGN:  # as under nohup: it stays so
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _reader_left() -> bool:
    """Whether it is standard output or error that nobody reads: a socket breaks with the same error."""
    try:
        poll = select.poll()
        for stream in (sys.stdout, sys.stderr):
            poll.register(stream.fileno(), select.POLLOUT)
        return any(event & select.POLLERR for _, event in poll.poll(0))
    except (OSError, ValueError):
        return False


def _write_nowhere() -> None:
    """What is still buffered goes nowhere, so that the interpreter's own flush at the end has nothing to say."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _open_what_was_closed() -> None:
    """A stream that was closed before we began (`>&-`, `<&-`) is None to Python: it goes, or comes from, nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
            setattr(sys, name, nowhere)


def _make_writable(stream: object) -> None:
    """A stream that cannot write every character writes others in their place instead of raising."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None and not writes_unicode(stream):
        reconfigure(errors=_HANDLER)


def writes_unicode(stream: object) -> bool:
    """Whether a stream can write every character; one that has no encoding, as in memory, can."""
    encoding = str(getattr(stream, "encoding", "") or "utf-8")
    return encoding.lower().replace("-", "").replace("_", "").startswith("utf")


def plain(error: UnicodeError) -> tuple[str, int]:
    r"""In place of what cannot be written: what looks like it, else `\uXXXX`, in JSON the same character."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_in_place_of, error.object[error.start : error.end])), error.end


def _in_place_of(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    code = ord(character)
    if code <= _LAST_OF_BMP:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


codecs.register_error(_HANDLER, plain)
