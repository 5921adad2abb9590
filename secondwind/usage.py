"""How a command says that it cannot run as it was asked to."""

from __future__ import annotations

UNUSABLE = 2
"""Exit status of every command then; argparse leaves with the same."""


class UnusableError(Exception):
    """The command cannot run as asked; the text says why and shows no value of a setting."""
