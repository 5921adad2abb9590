"""The corridor: observe, fold, decide, reserve, act, settle, report, acknowledge. Against the ports alone."""

from shared.heal.corridor import Healer
from shared.heal.item import Invocation, Item, Notice, Origin, Report, Result, Walked
from shared.heal.nodes import clear_drained

__all__ = ["Healer", "Invocation", "Item", "Notice", "Origin", "Report", "Result", "Walked", "clear_drained"]
