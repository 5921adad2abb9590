"""Logs of a range: such as announce a failure, and such as are nobody's."""

from __future__ import annotations

import json


def log(number: int | None) -> dict[str, str]:
    """A log that announces a failure, or one that is nobody's."""
    if number is None:
        return {"content": "nothing of ours"}
    return {
        "content": json.dumps(
            {
                "system": "ehpc",
                "cluster_id": "ehpc-hz-1",
                "occurred_at": "2027-01-15T08:00:00Z",
                "job_id": f"{number}.scheduler",
            }
        )
    }
