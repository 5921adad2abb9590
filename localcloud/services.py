"""Every service of the local cloud, one line each: what `LocalCloud` starts and scenario files may tell of."""

from __future__ import annotations

from localcloud.dataworks.service import Dataworks
from localcloud.ehpc.service import Ehpc
from localcloud.eventbridge.service import EventBridge
from localcloud.fc.service import FunctionCompute
from localcloud.robots.service import Robots
from localcloud.schedulerx.service import Schedulerx
from localcloud.schedulerx3.service import Schedulerx3
from localcloud.service import Service
from localcloud.sls.service import LogService
from localcloud.tablestore.service import Tablestore

SERVICES: tuple[type[Service], ...] = (
    Ehpc,
    Schedulerx,
    Schedulerx3,
    Dataworks,
    LogService,
    EventBridge,
    FunctionCompute,
    Tablestore,
    Robots,
)
