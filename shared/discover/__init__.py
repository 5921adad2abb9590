"""Looking for failures that nobody tells: what the policy's `discover` names, in turns, through the same corridor."""

from shared.discover.machines import note
from shared.discover.run import discover

__all__ = ["discover", "note"]
