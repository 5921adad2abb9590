"""Counts the night for a digest: the outcomes of a day, read back from their Logstore within bounds."""

from __future__ import annotations

import logging
from collections.abc import Sequence
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
from shared.sls.newest import NewestOutcomes
from shared.sls.outcomes import OutcomeLog, OutcomesUnavailable

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
        pages = NewestOutcomes(self._log(), now - NIGHT_S, now + 1, self.clock, MOST_S)
        try:
            report = report_of(chain.from_iterable(pages), terms)
        except OutcomesUnavailable as error:
            _LOG.warning("no digest now: %s", error)
            return None
        said = f"only the newest {pages.read} outcomes are counted: secondwind report has all"
        return (*night_lines(report), *([Fact("", said)] if pages.cut else []))

    def _log(self) -> OutcomeLog:
        return OutcomeLog(
            endpoint=self.settings.sls.url,
            project=self.settings.outcome_project,
            logstore=self.settings.outcome_logstore,
            access_key_id=self.credentials.access_key_id,
            access_key_secret=self.credentials.access_key_secret,
            security_token=self.credentials.security_token,
        )
