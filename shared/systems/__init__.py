"""Job systems: one room each, and the list of them.

A room says everything that the core must know of its system (pure); beside it is the adapter that looks and reruns.
"""

from shared.systems.ehpc.system import Ehpc
from shared.systems.registry import Registry
from shared.systems.schedulerx.system import Schedulerx
from shared.systems.schedulerx3.system import Schedulerx3

SYSTEMS = Registry((Ehpc(), Schedulerx(), Schedulerx3()))
"""Every job system that Second Wind knows."""

__all__ = ["SYSTEMS"]
