"""Reads outcomes back from their Logstore: GetLogs over HTTP, signed, page by page.

A few lines of our own instead of the Log Service SDK, which only the functions need. Wire: POST
`/logstores/<name>/logs`, https://www.alibabacloud.com/help/en/sls/developer-reference/api-getlogs; signature:
https://www.alibabacloud.com/help/en/sls/developer-reference/request-signatures.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from email.utils import formatdate
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

PAGE = 100
"""Most logs in one answer."""
PAGES_MAX = 1000
TIMEOUT_S = 10.0
_OK = 200

Row = dict[str, str]


class OutcomesUnavailable(Exception):  # noqa: N818 - named for what cannot be had
    """The Logstore did not answer as documented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLog:
    """One outcome Logstore."""

    endpoint: str
    """URL of the region's Log Service."""
    project: str
    logstore: str
    access_key_id: str
    access_key_secret: str

    def read(self, since: float, until: float) -> list[Row]:
        """Every outcome written in `[since, until)` (unix seconds), oldest first, each once.

        Raises:
            OutcomesUnavailable: it cannot be read now.
        """
        rows: dict[str, Row] = {}
        for number in range(PAGES_MAX):
            page = self._page(int(since), int(until), number * PAGE)
            for row in page:
                rows.setdefault(row.get("outcome_id", ""), row)
            if len(page) < PAGE:
                return list(rows.values())
        raise OutcomesUnavailable(f"more than {PAGES_MAX * PAGE} outcomes")

    def _page(self, since: int, until: int, offset: int) -> list[Row]:
        wanted = {"from": since, "to": until, "query": "schema: secondwind-outcome/1", "line": PAGE, "offset": offset}
        body = json.dumps(wanted).encode()
        url = urlsplit(self.endpoint)
        kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
        connection = kind(url.netloc, timeout=TIMEOUT_S)
        try:
            connection.request("POST", f"/logstores/{self.logstore}/logs", body, self._headers(url.netloc, body))
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException) as error:
            raise OutcomesUnavailable(f"no answer: {error}") from error
        finally:
            connection.close()
        if answer.status != _OK:
            raise OutcomesUnavailable(f"HTTP {answer.status}: {text[:200].decode(errors='replace')}")
        try:
            rows: list[Row] = json.loads(text)["data"]
        except (ValueError, KeyError, TypeError) as error:
            raise OutcomesUnavailable("the answer is no JSON with outcomes in it") from error
        return rows

    def _headers(self, host: str, body: bytes) -> dict[str, str]:
        """Headers with the signature over them; the project stands before the host, also before an address."""
        named = {
            "x-log-apiversion": "0.6.0",
            "x-log-bodyrawsize": str(len(body)),
            "x-log-signaturemethod": "hmac-sha1",
        }
        digest = hashlib.md5(body, usedforsecurity=False).hexdigest().upper()
        date = formatdate(usegmt=True)
        lines = ["POST", digest, "application/json", date, *(f"{name}:{named[name]}" for name in sorted(named))]
        lines.append(f"/logstores/{self.logstore}/logs")
        mac = hmac.new(self.access_key_secret.encode(), "\n".join(lines).encode(), hashlib.sha1)
        return {
            **named,
            "Host": f"{self.project}.{host}",
            "Content-MD5": digest,
            "Content-Type": "application/json",
            "Date": date,
            "Authorization": f"LOG {self.access_key_id}:{base64.b64encode(mac.digest()).decode()}",
        }
