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
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

PAGE = 100
"""Most logs in one answer."""
PAGES_MAX = 1000
ANSWER_BYTES_MAX = 64 * 1024 * 1024
TIMEOUT_S = 10.0
TRIES = 3
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
    security_token: str = ""
    """Of a role's short-lived key."""

    def read(self, since: float, until: float, fields: Mapping[str, str] | None = None) -> list[Row]:
        """Every outcome written in `[since, until)` (unix seconds), oldest first, each once.

        Args:
            since: of the time at which it was written.
            until: the same.
            fields: only outcomes with exactly these values. The query asks for no more than the service can search
                for; every value is compared here.

        Raises:
            OutcomesUnavailable: it cannot be read now.
        """
        rows: dict[str, Row] = {}
        wanted = dict(fields or {})
        for number in range(PAGES_MAX):
            page = self._whole_page(int(since), int(until), number * PAGE, query_of(wanted))
            for row in page:
                if wanted.items() <= row.items():
                    rows.setdefault(row.get("outcome_id", ""), row)
            if len(page) < PAGE:
                return list(rows.values())
        raise OutcomesUnavailable(f"more than {PAGES_MAX * PAGE} outcomes")

    def _whole_page(self, since: int, until: int, offset: int, query: str) -> list[Row]:
        """The service may answer before it has searched everything; it says so, and is asked again."""
        for _ in range(TRIES):
            rows, complete = self._page(since, until, offset, query)
            if complete:
                return rows
        raise OutcomesUnavailable("the service did not search everything in time")

    def _page(self, since: int, until: int, offset: int, query: str) -> tuple[list[Row], bool]:
        wanted = {"from": since, "to": until, "query": query, "line": PAGE, "offset": offset}
        body = json.dumps(wanted).encode()
        url = urlsplit(self.endpoint)
        kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
        connection = kind(url.netloc, timeout=TIMEOUT_S)
        try:
            connection.request("POST", f"/logstores/{self.logstore}/logs", body, self._headers(url.netloc, body))
            answer = connection.getresponse()
            text = answer.read(ANSWER_BYTES_MAX + 1)
        except (OSError, HTTPException) as error:
            raise OutcomesUnavailable(f"no answer from {url.netloc}: {error}") from error
        finally:
            connection.close()
        if answer.status != _OK:
            raise OutcomesUnavailable(
                f"{url.netloc} answered HTTP {answer.status}: {text[:200].decode(errors='replace')}"
            )
        if len(text) > ANSWER_BYTES_MAX:
            raise OutcomesUnavailable(f"an answer of more than {ANSWER_BYTES_MAX} bytes")
        return _read(text)

    def _headers(self, host: str, body: bytes) -> dict[str, str]:
        """Headers with the signature over them; the project stands before the host, also before an address."""
        named = {
            "x-log-apiversion": "0.6.0",
            "x-log-bodyrawsize": str(len(body)),
            "x-log-signaturemethod": "hmac-sha1",
            **({"x-acs-security-token": self.security_token} if self.security_token else {}),
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


def query_of(fields: Mapping[str, str]) -> str:
    """The search for outcomes with these values.

    A value goes into the query between double quotes, and only if it can neither end them nor break the line; another
    one is left out, which finds more. So nothing that a stranger named a job can widen or change the search.
    https://www.alibabacloud.com/help/en/sls/user-guide/query-syntax
    """
    searched = [f'{name}: "{value}"' for name, value in sorted(fields.items()) if _searchable(value)]
    return " and ".join(["schema: secondwind-outcome/1", *searched])


def _searchable(value: str) -> bool:
    return bool(value) and value.isprintable() and not set(value) & set('"\\*?')


def _read(text: bytes) -> tuple[list[Row], bool]:
    """The logs of an answer, and whether they are all that this page should have."""
    try:
        answer = json.loads(text)
        rows = [{str(name): str(value) for name, value in row.items()} for row in answer["data"]]
        return rows, answer.get("meta", {}).get("progress", "Complete") == "Complete"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OutcomesUnavailable("the answer is no JSON with outcomes in it") from error
