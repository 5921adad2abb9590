"""The corridor: observe, fold, decide, reserve, act, settle, report, acknowledge. Against the ports alone."""

from shared.heal.corridor import Healer
from shared.heal.item import Invocation, Item, Notice, Origin, Report, Result, Walked
from shared.heal.lanes import Lanes, Turn, one_by_one
from shared.heal.nodes import clear_drained

__all__ = [
    "Healer",
    "Invocation",
    "Item",
    "Lanes",
    "Notice",
    "Origin",
    "Report",
    "Result",
    "Turn",
    "Walked",
    "clear_drained",
    "one_by_one",
]
