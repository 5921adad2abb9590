"""Second Wind on localhost: a local cloud with an outcome Logstore, and the functions of all doors deployed in it.

    with Region(folder, code_path=root) as region:
        region.cloud.populate(read_story(DEFAULT), now)
        region.function("manual").invoke(b'{"jobs": […]}')

Functions run as Function Compute runs them, each in a process of its own that is started by its first call.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import final

from localcloud.clock import MovableClock
from localcloud.cloud import LocalCloud
from localcloud.eventbridge.service import EventBridge
from localcloud.fc.instance.context import Kind
from localcloud.fc.instance.runtime import FunctionRuntime
from localcloud.fc.models import InvocationResult
from localcloud.fc.service import FunctionCompute
from localcloud.sls.service import LogService
from localcloud.sls.trigger import LogTriggerPump, TriggerConfig
from localcloud.wire.signing import LOCAL_CREDENTIAL
from shared.doors import DOOR, DOORS, Door
from shared.settings.environment import endpoint_variable
from shared.systems import SYSTEMS

PROJECT, OUTCOMES = "secondwind", "outcomes"
"""Where outcomes go."""
CODE_PATH = Path(__file__).resolve().parents[1]
"""Where `functions/` is."""
DEFAULT = Path(__file__).with_name("default_scenario.yaml")
"""The story that the files in `events/` tell of."""


def own_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """What a person's environment says of policy and mode, for functions that run elsewhere."""
    settings = {name: environ[name] for name in ("SECONDWIND_POLICY_FILE", "SECONDWIND_MODE") if environ.get(name)}
    if "SECONDWIND_POLICY_FILE" in settings:
        settings["SECONDWIND_POLICY_FILE"] = str(Path(settings["SECONDWIND_POLICY_FILE"]).resolve())
    return settings


@final
class Region:
    """A running region. `folder` holds the ledger; `settings` go to every function and win over the region's own."""

    def __init__(
        self, folder: Path, *, code_path: Path, settings: Mapping[str, str] | None = None, port: int = 0, seed: int = 0
    ) -> None:
        self.clock = MovableClock()
        self.cloud = LocalCloud(clock=self.clock, port=port, seed=seed)
        self.logs = self.cloud[LogService]
        self.bridge = self.cloud[EventBridge]
        functions = self.cloud[FunctionCompute]
        functions.fc2.service = "secondwind"  # what `secondwind invoke --via fc2` names unless it is told otherwise
        self.desk = functions.desk
        self.logs.create_logstore(PROJECT, OUTCOMES, shards=1)
        self.environment = {
            **{endpoint_variable(system): self.cloud.endpoint for system in SYSTEMS},
            "SECONDWIND_SLS_ENDPOINT": self.cloud.endpoint,
            "SECONDWIND_OUTCOME_PROJECT": PROJECT,
            "SECONDWIND_OUTCOME_LOGSTORE": OUTCOMES,
            "SECONDWIND_LEDGER_URL": f"sqlite://{folder.resolve() / 'ledger.db'}",
            **(settings or {}),
        }
        self._code_path = code_path
        self._functions: dict[str, FunctionRuntime] = {}
        self._lock = Lock()
        for door in DOORS:
            self.desk.deploy(door.deployed_name, partial(self._invoke, door.name), environment=self.environment)

    def function(self, name: str) -> FunctionRuntime:
        """The function of the door of that name. Raises KeyError for another."""
        with self._lock:
            if name not in self._functions:
                self._functions[name] = FunctionRuntime(
                    DOOR[name].handler,
                    code_path=self._code_path,
                    initializer=DOOR[name].initializer,
                    environment=self.environment,
                    context_kind=context_kind(DOOR[name]),
                    function_name=name,
                    credentials=LOCAL_CREDENTIAL,
                )
            return self._functions[name]

    def _invoke(self, name: str, event: bytes) -> InvocationResult:
        return self.function(name).invoke(event)

    def pump(self, project: str, logstore: str, *, seed: int = 0) -> LogTriggerPump:
        """A Log Service trigger from that Logstore to `log_trigger`."""
        config = TriggerConfig(project=project, logstore=logstore, endpoint=self.cloud.endpoint)
        return LogTriggerPump(self.logs, self.function("log_trigger"), config, seed=seed)

    def __enter__(self) -> Region:
        self.cloud.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for function in self._functions.values():
            function.close()
        self.cloud.stop()


def context_kind(door: Door) -> Kind:
    """As which Python's context a function is called: both kinds are in use, so some doors meet one, some the other."""
    return "3.10" if door.started_by in {"log", "timer"} else "3.12"
