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
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from shared.domain.credentials import Credentials
from shared.domain.errors import SecondWindError
from shared.network.http_answer import HttpAnswer
from shared.network.http_bounds import Bounds
from shared.network.kept_http import NoWholeAnswer, Snag, exchange

PAGE = 100
"""Most logs in one answer."""
MINUTE_S = 60
PAGES_MAX = 1000
ANSWER_BYTES_MAX = 64 * 1024 * 1024
TIMEOUT_S = 10.0
"""For a connection, and for each part of a page."""
PAGE_S = 30.0
"""For a whole page, from afar."""
TRIES = 3
SAID_BYTES, SHOWN_CHARS = 16_384, 200
"""Of what a refusal says so much is read, and so much is shown."""
MAX_DIGITS = 19
"""A longer number is no time, and takes longer to read than it is long."""
_OK = 200
_REQUEST_ID = "x-log-requestid"
"""In every answer of the service (docs/facts/log-service.md#writing)."""
_COMPLETE = "Complete"
_ONCE_MORE = frozenset({Snag.BROKEN, Snag.READ_TIMEOUT})

Row = dict[str, str]


class OutcomesUnavailable(SecondWindError):  # noqa: N818 - named for what cannot be had
    """The Logstore did not answer as documented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLog:
    """One outcome Logstore."""

    endpoint: str
    """URL of the region's Log Service."""
    project: str
    logstore: str
    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str = field(default="", repr=False)
    """Of a role's short-lived key."""
    page_s: float = PAGE_S
    """Seconds that a page may take in all."""

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
        for page in self.pages(since, until, fields):
            for row in page:
                if wanted.items() <= row.items() and is_within(row, since, until):
                    rows.setdefault(row.get("outcome_id", ""), row)
        return list(rows.values())

    def pages(
        self,
        since: float,
        until: float,
        fields: Mapping[str, str] | None = None,
        *,
        offset: int = 0,
        newest_first: bool = False,
    ) -> Iterator[list[Row]]:
        """What was written in the minutes of `[since, until)`, a hundred logs at a time, as the service gives it.

        Repeats and strangers' logs are among them. Whole minutes are asked for, as the service wants it of who must
        miss nothing; nor is its order finer (docs/facts/log-service.md#index-and-queries).

        Args:
            since: unix seconds, as in `read`.
            until: the same.
            fields: as the service can search for them; who reads compares.
            offset: logs to leave out at the beginning.
            newest_first: the other way round.

        Raises:
            OutcomesUnavailable: it cannot be read now, or there are more than 100,000.
        """
        begin, end = int(since // MINUTE_S * MINUTE_S), int(-(-until // MINUTE_S) * MINUTE_S)
        asked = {"from": begin, "to": end, "query": query_of(fields or {}), "line": PAGE}
        for number in range(PAGES_MAX):
            at = offset + number * PAGE
            page = self._whole_page({**asked, "offset": at, "reverse": newest_first})
            yield page
            if len(page) < PAGE:
                return
        raise OutcomesUnavailable(f"more than {PAGES_MAX * PAGE} outcomes: ask for a shorter time, or for one cluster")

    def _whole_page(self, asked: Mapping[str, object]) -> list[Row]:
        """The service may answer before it has searched everything; it says so, and is asked again."""
        for _ in range(TRIES):
            rows, complete = self._page(asked)
            if complete:
                return rows
        raise OutcomesUnavailable("the service did not search everything in time")

    def _page(self, asked: Mapping[str, object]) -> tuple[list[Row], bool]:
        body = json.dumps(asked).encode()
        host = urlsplit(self.endpoint).netloc
        answer = self._answer(host, body)
        if answer.status != _OK:
            raise OutcomesUnavailable(f"{host} answered HTTP {answer.status}: {self._shown(answer.body)}")
        if not answer.headers.get(_REQUEST_ID):
            raise OutcomesUnavailable(f"what answers at {host} is not Log Service")
        return _read(answer.body)

    def _answer(self, host: str, body: bytes) -> HttpAnswer:
        """To the question, which is asked once more where a connection broke or said nothing."""
        url, headers = f"{self.endpoint.rstrip('/')}/logstores/{self.logstore}/logs", self._headers(host, body)
        snag, until = Snag.READ_TIMEOUT, time.monotonic() + self.page_s
        for _ in range(2):
            left_s = until - time.monotonic()
            if snag not in _ONCE_MORE or left_s <= 0:
                break
            bounds = Bounds(connect_s=TIMEOUT_S, read_s=TIMEOUT_S, total_s=left_s, most_bytes=ANSWER_BYTES_MAX)
            try:
                return exchange("POST", url, headers, body, bounds)
            except NoWholeAnswer as error:
                snag = error.snag
        if snag is Snag.TOO_LONG:
            raise OutcomesUnavailable(f"an answer of more than {ANSWER_BYTES_MAX} bytes")
        raise OutcomesUnavailable(f"no answer from {host}: {snag.value}")

    def _shown(self, text: bytes) -> str:
        """The beginning of what was said: who answers may quote what was sent."""
        key = Credentials(
            access_key_id=self.access_key_id,
            access_key_secret=self.access_key_secret,
            security_token=self.security_token,
        )
        return key.hide_in(text[:SAID_BYTES].decode(errors="replace"))[:SHOWN_CHARS]

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


def is_within(row: Row, since: float, until: float) -> bool:
    """Whether a log was written in `[since, until)`; whole seconds are all that the service keeps."""
    written = row.get("__time__", "")
    return not (written.isdecimal() and len(written) <= MAX_DIGITS) or int(since) <= int(written) < until


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


class _Meta(Struct, frozen=True):
    progress: str = _COMPLETE


class _Answer(Struct, frozen=True):
    """GetLogs' answer, as far as it is used."""

    data: list[dict[str, str]]
    meta: _Meta = _Meta()


class _Loose(_Answer, frozen=True):
    """The same with values that somebody's index has made numbers of."""

    data: list[dict[str, Any]]


_ANSWERS, _LOOSE = msgspec.json.Decoder(_Answer), msgspec.json.Decoder(_Loose)


def _read(text: bytes) -> tuple[list[Row], bool]:
    """The logs of an answer, and whether they are all that this page should have."""
    try:
        try:
            answer = _ANSWERS.decode(text)
        except msgspec.ValidationError:
            answer = _LOOSE.decode(text)
    except (ValueError, RecursionError) as error:
        raise OutcomesUnavailable("the answer is no JSON with outcomes in it") from error
    strict = not isinstance(answer, _Loose)
    rows = answer.data if strict else [{name: str(one) for name, one in row.items()} for row in answer.data]
    return rows, answer.meta.progress == _COMPLETE
