"""The process inside a local function instance: takes requests from a pipe, calls the user's code, answers.

Started as a script by `runtime.FunctionRuntime`, on any Python from 3.10, with nothing of this project on
`sys.path`. A frame is a length (4 bytes, big endian) and that many bytes; a request is a JSON frame and an
event frame, an answer a JSON frame and a body frame. Whatever the function prints or logs goes to standard
error, which the runtime keeps as the log; standard output is not the channel any more once this module
runs.
"""

from __future__ import annotations

import faulthandler
import importlib
import importlib.util
import json
import logging
import os
import signal
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

_HERE = Path(__file__).parent
_TERMINATED = 143
_LOG_RECORD_CHARS_MAX = 128 * 1024


def _sibling(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"_fc_{name}", _HERE / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


returned = _sibling("returned")
contexts = _sibling("context")


class UserCodeError(Exception):
    """The function's module or handler cannot be used. `kind` is the platform's errorType."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class Instance:
    """One function instance: its code is imported by the first request that needs it."""

    def __init__(self) -> None:
        self.initialized = False

    def run(self, request: dict[str, Any], event: bytes) -> Any:
        """Call the initializer if it is still owed, then the handler."""
        context = contexts.make_context(request["kind"], **request["context"])
        initializer = request["initializer"]
        if initializer and not self.initialized:
            _mark(f"FC Initialize Start RequestId: {context.request_id}")
            try:
                _load(initializer)(context)
            finally:
                _mark(f"FC Initialize End RequestId: {context.request_id}")
            self.initialized = True
        return _load(request["context"]["handler"])(event, context)


def _load(path: str) -> Callable[..., Any]:
    module_name, dot, name = path.rpartition(".")
    if not dot:
        raise UserCodeError("InvalidHandleName", f"Invalid handler '{path}'")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise UserCodeError("ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        raise UserCodeError("UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}") from error
    except Exception as error:
        raise UserCodeError("UserCodeError", f"Module '{module_name}' cannot be loaded: {error}") from error
    found = getattr(module, name, None)
    if not callable(found):
        raise UserCodeError("HandlerNotFound", f"Handler '{name}' is missing on module '{module_name}'")
    return found  # type: ignore[no-any-return]  # the user's code has no types here


def _answer(instance: Instance, request: dict[str, Any], event: bytes) -> tuple[bool, bytes]:
    request_id = request["context"]["request_id"]
    _LogFormat.request_id = request_id
    _mark(f"FC Invoke Start RequestId: {request_id}")
    try:
        body = returned.serialise(instance.run(request, event))
    except Exception as error:  # noqa: BLE001 - any failure of the user's code is an answer
        kind = error.kind if isinstance(error, UserCodeError) else None
        cause = error.__cause__ if kind and error.__cause__ else error
        shown = returned.describe(cause, kind=kind, own_file=__file__)
        shown["errorMessage"] = str(error)
        text = json.dumps(shown)
        # the platform logs the raw event with every error: no secrets in events
        _mark(f"{text}\n{event[:_LOG_RECORD_CHARS_MAX].decode(errors='replace')}")
        _mark(f"FC Invoke End RequestId: {request_id}, Error: Unhandled function error")
        return False, text.encode()
    _mark(f"FC Invoke End RequestId: {request_id}")
    return True, body


class _LogFormat(logging.Formatter):
    """Time in UTC, request id, level, message; a long record is cut."""

    request_id = ""

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = self.request_id
        return super().format(record)[:_LOG_RECORD_CHARS_MAX]


def _set_up_logging() -> None:
    out = logging.StreamHandler(sys.stderr)
    form = "%(asctime)s.%(msecs)03dZ: %(request_id)s [%(levelname)s] %(message)s"
    shape = _LogFormat(form, "%Y-%m-%dT%H:%M:%S")
    shape.converter = time.gmtime
    out.setFormatter(shape)
    logging.basicConfig(level=logging.INFO, handlers=[out])


def _mark(text: str) -> None:
    print(text, file=sys.stderr)


def _terminated(_number: int, _frame: Any) -> None:
    faulthandler.dump_traceback(file=sys.__stderr__ or 2, all_threads=True)
    os._exit(_TERMINATED)


def _read(channel: IO[bytes]) -> bytes | None:
    head = channel.read(4)
    if len(head) < 4:  # noqa: PLR2004 - a length is four bytes; fewer mean that the runtime has closed
        return None
    return channel.read(struct.unpack(">I", head)[0])


def _write(channel: IO[bytes], *frames: bytes) -> None:
    for frame in frames:
        channel.write(struct.pack(">I", len(frame)) + frame)
    channel.flush()


def main() -> None:
    """Serve requests until the runtime closes the pipe."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.path[0] = os.environ["FC_FUNC_CODE_PATH"]
    signal.signal(signal.SIGTERM, _terminated)
    _set_up_logging()
    instance = Instance()
    with requests, answers:
        while (head := _read(requests)) is not None and (event := _read(requests)) is not None:
            request = json.loads(head)
            os.environ.update(request["environment"])
            done, body = _answer(instance, request, event)
            sys.stdout.flush()
            sys.stderr.flush()
            _write(answers, json.dumps({"done": done}).encode(), body)


if __name__ == "__main__":
    main()
