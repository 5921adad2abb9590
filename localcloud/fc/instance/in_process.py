"""A handler called in this process as Function Compute would call it: for speed, where isolation does not matter.

Same context, serialisation and errors as `runtime.FunctionRuntime`, but no process of its own, no timeout, no
environment (on 3.12 the caller sets the credential variables), and an empty log.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

from localcloud.fc.instance.context import Kind, make_context
from localcloud.fc.instance.returned import describe, serialise
from localcloud.fc.models import InvocationResult
from localcloud.wire.signing import LOCAL_CREDENTIAL, Credential


class InProcessFunction:
    """Calls `handler(event, context)`, one at a time; `initializer(context)` before it until that succeeds once.

    `context` are further keywords of `context.make_context`.
    """

    def __init__(
        self,
        handler: Callable[[bytes, Any], Any],
        *,
        initializer: Callable[[Any], Any] | None = None,
        context_kind: Kind = "3.10",
        credentials: Credential | None = None,
        **context: Any,
    ) -> None:
        self.credentials = credentials or LOCAL_CREDENTIAL
        self._handler = handler
        self._initializer = initializer
        self._kind = context_kind
        self._context = context
        self._lock = threading.Lock()

    def invoke(self, event: bytes) -> InvocationResult:
        """Call the handler; what it raises is in the result, as the platform shows it."""
        request_id = str(uuid.uuid4())
        keys = {
            "access_key_id": self.credentials.access_key_id,
            "access_key_secret": self.credentials.access_key_secret,
            "security_token": self.credentials.security_token,
        }
        context = make_context(self._kind, request_id=request_id, credentials=keys, **self._context)
        with self._lock:
            try:
                if self._initializer is not None:
                    self._initializer(context)
                    self._initializer = None
                body = serialise(self._handler(event, context))
            except Exception as error:  # noqa: BLE001 - any failure of the handler is an answer
                shown = describe(error, own_file=__file__)
                return InvocationResult(json.dumps(shown).encode(), shown, request_id, "")
        return InvocationResult(body, None, request_id, "")

    __call__ = invoke
