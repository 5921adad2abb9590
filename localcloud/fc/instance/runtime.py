"""Function Compute's Python runtime on this machine: one function instance is one fresh Python process.

Bytes in, the answer's bytes out, as the platform serialises them; one request at a time; the process is
kept between requests until `recycle`. Facts:
https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/python. Not here: memory is announced and
not enforced, nothing is frozen between requests, the working directory is `/` (the real one is not
documented: rely on none).
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import uuid
from collections.abc import Mapping
from pathlib import Path

from localcloud.fc.instance.context import Kind
from localcloud.fc.instance.process import InstanceDied, Process, TimedOut
from localcloud.fc.models import EVENT_BYTES_MAX, InvocationResult
from localcloud.wire.signing import LOCAL_CREDENTIAL, Credential

ENVIRONMENT_BYTES_MAX = 4 * 1024
TIMEOUT_S_MAX = 86_400

_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


class FunctionRuntime:
    """Runs one function.

    `handler` and `initializer` are FC handler strings, split at the last dot; `code_path` is the folder
    that comes first on `sys.path`; `environment` is the function's own. `credentials` may be replaced
    between invocations, as the platform renews them: on 3.10 the context has the new ones and the
    environment keeps those of the start; on 3.12 the environment is renewed (how the platform does that is
    not documented).
    """

    def __init__(  # noqa: PLR0913 - one keyword a setting of the function
        self,
        handler: str,
        *,
        code_path: str | Path,
        initializer: str | None = None,
        environment: Mapping[str, str] | None = None,
        context_kind: Kind = "3.10",
        timeout_s: float = 60,
        memory_mb: int = 512,
        function_name: str = "function",
        region: str = "cn-hangzhou",
        account_id: str = "1234567890123456",
        credentials: Credential | None = None,
        python: str = sys.executable,
    ) -> None:
        if not 0 < timeout_s <= TIMEOUT_S_MAX:
            raise ValueError(f"timeout_s is above 0 and at most {TIMEOUT_S_MAX}")
        self.credentials = credentials or LOCAL_CREDENTIAL
        self.starts = 0
        """How many processes were started: cold starts."""
        self._handler = handler
        self._initializer = initializer
        self._code_path = str(Path(code_path).resolve())
        self._environment = _own_variables(environment or {})
        self._kind = context_kind
        self._timeout_s = timeout_s
        self._memory_mb = memory_mb
        self._name = function_name
        self._region = region
        self._account_id = account_id
        self._python = python
        self._process: Process | None = None
        self._lock = threading.Lock()

    def invoke(self, event: bytes) -> InvocationResult:
        """Call the handler; what goes wrong is in the result. A second caller waits for its turn."""
        request_id = str(uuid.uuid4())
        if len(event) > EVENT_BYTES_MAX:
            message = f"the event is larger than {EVENT_BYTES_MAX} bytes"
            return _failed(request_id, "", message, "EntityTooLarge")
        with self._lock:
            if self._process is None:
                self._process = Process(self._python, self._start_environment())
                self.starts += 1
            try:
                answer = self._process.exchange(self._request(request_id), event, self._timeout_s)
            except TimedOut as error:
                self._drop()
                message = f"Function timed out after {self._timeout_s:g} seconds"
                return _failed(request_id, error.log, message, "FunctionTimeoutError")
            except InstanceDied as error:
                self._drop()
                message = f"Process exited unexpectedly before completing request (exit status {error.status})"
                return _failed(request_id, error.log, message, "ProcessExitedError")
            except BaseException:
                self._drop()  # half an exchange would be taken for the next request's answer
                raise
        error_shown = None if answer.done else json.loads(answer.body)
        return InvocationResult(answer.body, error_shown, request_id, answer.log)

    __call__ = invoke

    def recycle(self) -> None:
        """End the instance; the next invocation is a cold start."""
        with self._lock:
            self._drop()

    close = recycle

    def _drop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _request(self, request_id: str) -> bytes:
        keys = self.credentials
        context = {
            "request_id": request_id,
            "handler": self._handler,
            "function_name": self._name,
            "memory_mb": self._memory_mb,
            "timeout_s": int(self._timeout_s) or 1,
            "region": self._region,
            "account_id": self._account_id,
            "credentials": {
                "access_key_id": keys.access_key_id,
                "access_key_secret": keys.access_key_secret,
                "security_token": keys.security_token,
            },
        }
        renewed = _credential_variables(keys) if self._kind == "3.12" else {}
        head = {
            "kind": self._kind,
            "initializer": self._initializer,
            "context": context,
            "environment": renewed,
        }
        return json.dumps(head).encode()

    def _start_environment(self) -> dict[str, str]:
        version = {"FC_VER_ID": "LATEST"} if self._kind == "3.10" else {"FC_FUNCTION_VERSION": "LATEST"}
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            **self._environment,
            **_credential_variables(self.credentials),
            **version,
            "FC_FUNC_CODE_PATH": self._code_path,
            "FC_ACCOUNT_ID": self._account_id,
            "FC_FUNCTION_HANDLER": self._handler,
            "FC_FUNCTION_MEMORY_SIZE": str(self._memory_mb),
            "FC_FUNCTION_NAME": self._name,
            "FC_REGION": self._region,
            "FC_CUSTOM_LISTEN_PORT": "9000",
            "FC_INSTANCE_ID": f"c-local-{uuid.uuid4()}",
        }


def _credential_variables(keys: Credential) -> dict[str, str]:
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": keys.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": keys.access_key_secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": keys.security_token,
    }


def _own_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The function's own variables; reserved names vanish, as they do in the cloud. Raises ValueError."""
    wrong = [name for name, value in environment.items() if not _VARIABLE.fullmatch(name) or "\0" in value]
    if wrong:
        raise ValueError(f"not allowed as environment variables: {', '.join(sorted(wrong))}")
    if sum(len(f"{name}={value}".encode()) for name, value in environment.items()) > ENVIRONMENT_BYTES_MAX:
        raise ValueError(f"the environment is larger than {ENVIRONMENT_BYTES_MAX} bytes")
    return {name: value for name, value in environment.items() if not name.startswith("FC_")}


def _failed(request_id: str, log: str, message: str, kind: str) -> InvocationResult:
    error = {"errorMessage": message, "errorType": kind}
    return InvocationResult(json.dumps(error).encode(), error, request_id, log)
