"""The command line: whatever it loads, it loads as a process that signals end properly."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from secondwind.process import lived


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status. Usage errors leave through SystemExit with status 2."""
    return lived(lambda: _run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    from secondwind.parser import command_parser, release  # noqa: PLC0415 - Ctrl-C while this loads is no traceback

    arguments = sys.argv[1:] if arguments is None else arguments
    chosen = command_parser(arguments).parse_args(arguments)
    began = time.monotonic()
    status: int = chosen.run(chosen)
    if chosen.verbose:
        import platform  # noqa: PLC0415 - for this line alone

        sys.stdout.flush()
        ran = f"{release()}, Python {platform.python_version()}"
        sys.stderr.write(f"{ran}: exit status {status} after {time.monotonic() - began:.1f} s\n")
    return status
