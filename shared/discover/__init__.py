"""Looking for failures that nobody tells: what the policy's `discover` names, in turns, through the same corridor.

And what the platform tells of machines and of reruns, which is no failure either.
"""

from shared.discover.heard import note
from shared.discover.run import discover

__all__ = ["discover", "note"]
