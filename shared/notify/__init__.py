"""Messages to people: outcomes become things to tell, things become letters, letters leave through channels.

`events`, `boxes`, `draft` and `told` are pure; `sink` is the way in, `messenger` the way out. What speaks to a chat is
an adapter, `shared/robots`.
"""

from shared.notify.boxes import LetterEnding
from shared.notify.digest import Digests
from shared.notify.draft import Draft, LinkTo, trial_draft
from shared.notify.links import HoldLinks
from shared.notify.messenger import CaseLinks, Messenger, Robot
from shared.notify.sink import TellingSink

__all__ = [
    "CaseLinks",
    "Digests",
    "Draft",
    "HoldLinks",
    "LetterEnding",
    "LinkTo",
    "Messenger",
    "Robot",
    "TellingSink",
    "trial_draft",
]
