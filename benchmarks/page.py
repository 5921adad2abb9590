"""What the page of a night with 10,000 outcomes costs, against merely reading and writing the same outcomes as JSON.

    python benchmarks/page.py

Both run in turns in one process; the figures are of CPU time. The bar for the page is one second.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import time as day_time
from zoneinfo import ZoneInfo

from secondwind.commands.report.made import MadeReport
from secondwind.commands.report.page import page_of
from shared.domain.outcome import rfc3339
from shared.report import ReportTerms, report_of

OUTCOMES = 10_000
ROUNDS = 7
SINCE = 1_800_000_000.0
_ENDS = (("rerun", "accepted"), ("rerun", "seen_restarted"), ("held", "rule_holds"), ("suppressed", "no_rule"))


def main() -> None:
    """Print the medians and their ratio."""
    rows = [_row(number) for number in range(OUTCOMES)]
    terms = ReportTerms(
        since_at=SINCE, until_at=SINCE + 86_400, morning=day_time(9), zone=ZoneInfo("Asia/Shanghai"), prices=None
    )
    sizes: set[int] = set()

    def ours() -> None:
        made = MadeReport(report=report_of(rows, terms), logstore="p/l", ledger="", ledger_problem="")
        sizes.add(len(page_of(made).encode()))

    def baseline() -> None:
        json.loads(json.dumps(rows))

    taken: dict[Callable[[], None], list[float]] = {ours: [], baseline: []}
    for _ in range(ROUNDS):
        for run, seconds in taken.items():
            begun = time.process_time()
            run()
            seconds.append(time.process_time() - begun)
    page, plain = (statistics.median(seconds) for seconds in taken.values())
    print(f"{OUTCOMES} outcomes to a page of {max(sizes) / 1000:.0f} KB, median of {ROUNDS}:")
    print(f"  report and page      {page * 1000:8.1f} ms of CPU (slowest {max(taken[ours]) * 1000:.1f})")
    print(f"  JSON there and back  {plain * 1000:8.1f} ms")
    print(f"  ratio                {page / plain:8.2f}")


def _row(number: int) -> dict[str, str]:
    verdict, reason = _ENDS[number % 4]
    at = SINCE + number * 8.0
    return {
        "schema": "secondwind-outcome/1",
        "outcome_id": f"{number:032x}",
        "failure_id": f"{number // 2:032x}",
        "at": rfc3339(at),
        "verdict": verdict,
        "reason": reason,
        "system": "ehpc",
        "region": "cn-hangzhou",
        "cluster_id": f"ehpc-hz-{number % 40:012}",
        "job_id": f"{number}.scheduler",
        "attempt": "1",
        "state": "RUNNING",
        "owner": f"user-{number % 300}",
        "rule": f"rule-{number % 150}",
        "node": f"compute{number % 400}",
        "occurred_at": rfc3339(at - 30),
        "started_at": rfc3339(at - 9000),
        "fingerprint": f"{number % 60:016x}",
        "evidence": "ERROR: Lustre: ptlrpc timeout on the way to the server\n" * 18,
    }


if __name__ == "__main__":
    main()
