"""The console over the night that was played, until Ctrl-C."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from shared.sls.outcomes import Row


def serve_night(folder: Path, rows: Sequence[Row], *, opens: bool) -> None:
    """Serve the pages over the ledger in that folder and these outcomes.

    Args:
        folder: has `ledger.db` and `policy.yaml`.
        rows: outcomes of the night.
        opens: also open them in a browser.
    """
    from secondwind.commands.console.run import serving, tell  # noqa: PLC0415 - pages only where somebody looks
    from secondwind.which_ledger import LedgerTerms  # noqa: PLC0415 - as above
    from shared.console.site import NightRows  # noqa: PLC0415 - as above
    from shared.console.visitor import Visitor  # noqa: PLC0415 - as above
    from shared.policy.load import load_policy  # noqa: PLC0415 - as above

    terms = LedgerTerms(ledger_url=f"sqlite://{folder.resolve() / 'ledger.db'}")
    policy = load_policy((folder / "policy.yaml").read_text(encoding="utf-8"))
    visitor = Visitor(name="you", how="console over the demo", holds_key=True)
    with serving(terms, policy, visitor, night=lambda: NightRows(rows)) as server, suppress(KeyboardInterrupt):
        tell(server, opens=opens)
        server.serve_forever()
