"""Logstores, as a scenario file tells of them.

In the list `logstores`:

    logstores:
      - project: demo-jobs
        name: job-logs
        logs:                             # one log each, every value is text
          - {system: ehpc, cluster_id: ehpc-hz-demo1, job_id: 1.scheduler}
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from localcloud.story import Element


class LogstoreStory(Element, frozen=True, kw_only=True):
    """One Logstore of one shard with what is in it."""

    project: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\Z")]
    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]\Z")]
    logs: tuple[dict[str, str], ...] = ()

    def names(self) -> Iterator[tuple[str, str]]:
        """Its name in its project."""
        yield "Logstore", f"{self.project}/{self.name}"

    def shown(self) -> tuple[str, str]:
        """Its project, name and size."""
        return "Logstore", f"{self.project} / {self.name} ({len(self.logs)} logs)"

    def texts(self) -> Iterator[bytes]:
        """Each log as JSON, the form in which a story moves its times."""
        return (json.dumps(one, ensure_ascii=False).encode() for one in self.logs)
