"""Bytes in, failures out: one module a door. Whatever the bytes, a door answers and never raises for them."""

from shared.intake.context import Context
from shared.intake.event import read_events
from shared.intake.log import read_logs
from shared.intake.manual import ManualRequest, read_manual
from shared.intake.trigger import read_trigger

__all__ = ["Context", "ManualRequest", "read_events", "read_logs", "read_manual", "read_trigger"]
