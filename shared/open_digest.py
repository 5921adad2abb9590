"""Counts the night for a digest: the outcomes of a day, read back from their Logstore within bounds."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import time
from itertools import chain
from zoneinfo import ZoneInfo

from shared.domain.credentials import Credentials
from shared.notify.draft import Fact
from shared.notify.night import NIGHT_S, night_lines
from shared.policy.model import Policy
from shared.ports import Clock
from shared.report import ReportTerms, report_of
from shared.settings import Settings
from shared.sls.outcomes import OutcomeLog, OutcomesUnavailable, Row

MOST_PAGES = 200
"""Twenty thousand outcomes, the newest."""
MOST_S = 12.0
"""No further page is asked for later: what was read by then is told as such."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NightDigests:
    """Of one invocation (`shared.notify.digest.Digests`)."""

    settings: Settings
    policy: Policy
    credentials: Credentials
    clock: Clock

    def lines(self, now: float) -> Sequence[Fact] | None:
        """The day up to now; None if its outcomes cannot be read."""
        digest_at = time.fromisoformat(self.policy.notify.digest_at or "09:00")
        terms = ReportTerms(
            since_at=now - NIGHT_S,
            until_at=now,
            morning=digest_at,
            zone=ZoneInfo(self.policy.notify.zone),
            prices=self.policy.prices,
        )
        cut: list[str] = []
        try:
            report = report_of(chain.from_iterable(self._pages(now, cut)), terms)
        except OutcomesUnavailable as error:
            _LOG.warning("no digest now: %s", error)
            return None
        return (*night_lines(report), *(Fact("", said) for said in cut))

    def _pages(self, now: float, cut: list[str]) -> Iterator[list[Row]]:
        """The newest first; that some are missing is left in `cut`."""
        began = self.clock.now()
        log = OutcomeLog(
            endpoint=self.settings.sls.url,
            project=self.settings.outcome_project,
            logstore=self.settings.outcome_logstore,
            access_key_id=self.credentials.access_key_id,
            access_key_secret=self.credentials.access_key_secret,
            security_token=self.credentials.security_token,
        )
        with closing(log.pages(now - NIGHT_S, now + 1, newest_first=True)) as pages:  # type: ignore[type-var]  # a generator
            for number, page in enumerate(pages):
                yield page
                if number + 1 >= MOST_PAGES or self.clock.now() - began > MOST_S:
                    cut.append(
                        f"only the newest {(number + 1) * len(page)} outcomes are counted: secondwind report has all"
                    )
                    return
