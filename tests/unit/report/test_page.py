"""The report as a page: whole without anything else, safe to open whatever logs say, small, quick to make."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from secondwind.commands.report.made import MadeReport
from secondwind.commands.report.page import page_of
from shared.domain.outcome import rfc3339
from shared.report import NightReport
from shared.report.model import Checked
from tests.support.injections import INJECTIONS
from tests.support.make import Make

NIGHT = 1_767_571_200.0
Row = dict[str, str]
TAGS = frozenset(
    re.findall(
        r"\w+",
        "a body caption dd details div dl dt figcaption figure footer h1 h2 h3 head header html li line link main meta "
        "p pre rect span strong style summary svg table tbody td th thead title tr ul",
    )
)
FIELDS = ("owner", "rule", "node", "evidence", "message", "why", "failure_class", "actor", "way", "job_id")


class Reader(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"comment {data}")


def read(page: str) -> Reader:
    """The page, parsed."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def told(report: NightReport, name: str = "p/l") -> MadeReport:
    """As the command has it."""
    return MadeReport(report=report, logstore=name, ledger="", ledger_problem=name)


@pytest.mark.parametrize("text", INJECTIONS)
def test_an_injection_is_only_text(text: str, row: Make[Row], report: Make[NightReport]) -> None:
    """In every field that a page shows: no tag, no attribute and no character that does not print comes of it."""
    fields = dict.fromkeys(FIELDS, text)
    made = report(
        {**row("held", "x", **fields, fingerprint="0" * 16), "failure_id": text, "reason": text},
        row("suppressed", "rejected", 1, **fields, failure_id="f2", cluster_id=text),
        row("suppressed", "mode_set", 1, failure_id="m", actor=text, why=text, rule=text, system="", cluster_id=""),
        row("suppressed", "breaker_opened", 1, failure_id="b", actor=text, why=text, cluster_id=text, job_id=""),
    )
    checked = Checked(
        owed=1,
        open=1,
        open_before=0,
        not_in_log=(text,),
        not_in_log_count=1,
        not_in_ledger=(text,),
        not_in_ledger_count=1,
        breakers_not_in_log=(text,),
        breakers_not_in_ledger=(text,),
        unreadable=1,
    )
    page = page_of(told(replace(made, checked=checked, only={"owner": text}), text))
    found = read(page)
    assert set(found.tags) <= TAGS
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in {"src", "srcdoc", "action"}]
    assert {value for name, value in found.attributes if name == "href"} == {"data:,", "#main"}
    assert all(sign.isprintable() or sign == "\n" for sign in page)
    assert "http" not in re.sub(r"http-equiv", "", "".join(value for _, value in found.attributes))
    assert len(page.encode()) < 100_000


def test_a_page_needs_no_script_and_nothing_else(row: Make[Row], report: Make[NightReport]) -> None:
    """Its policy forbids all but its own style; the picture is part of it; it fits a telephone and the dark."""
    page = page_of(told(report(row("rerun", "accepted", 60, attempt="1"), row("held", "rule_holds", failure_id="g"))))
    assert "default-src 'none'" in page
    assert 'name="viewport"' in page
    assert "prefers-color-scheme: dark" in page
    found = read(page)
    assert "script" not in found.tags
    assert found.tags.count("rect") == 3
    assert found.tags.count("h1") == 1
    assert found.tags.count("table") == found.tags.count("caption")
    assert ("lang", "en") in found.attributes


def test_a_quiet_night_is_a_page_too(report: Make[NightReport]) -> None:
    """Nothing happened: it says so and draws nothing."""
    found = read(page_of(told(report())))
    assert "0" in found.text
    assert "svg" not in found.tags


def test_a_night_of_ten_thousand_outcomes(row: Make[Row], report: Make[NightReport]) -> None:
    """Below 100 KB with names as long as these; what it takes is measured by benchmarks/page.py."""
    rows = [
        row(
            *(("rerun", "accepted"), ("rerun", "seen_restarted"), ("held", "rule_holds"), ("suppressed", "no_rule"))[
                n % 4
            ],
            after=n * 8.0,
            failure_id=f"{n // 2:032x}",
            attempt="1",
            state="RUNNING",
            owner=f"user-with-a-long-name-{n % 300}",
            rule=f"a-rule-with-a-long-name-{n % 150}",
            node=f"compute-node-{n % 400}.cluster.internal.example",
            cluster_id=f"ehpc-hz-{n % 40:012}",
            actor="ann (system user ann, acs:ram::1234567890123456:user/ann)" if n % 4 == 2 else "",
            why="because the storage was serviced and nobody had told us about it" * 3,
            occurred_at=rfc3339(NIGHT + n * 8.0 - 30),
            started_at=rfc3339(NIGHT + n * 8.0 - 9000),
            fingerprint=f"{n % 60:016x}",
            evidence="ERROR: Lustre: ptlrpc timeout on the way to the server\n" * 18,
        )
        for n in range(10_000)
    ]
    page = page_of(told(report(*rows)))
    assert len(page.encode()) < 100_000
