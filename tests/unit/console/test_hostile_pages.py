"""What strangers write can do nothing on any page but be read."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from shared import people
from shared.console.app import PAGES, answer
from shared.console.http import WebRequest
from shared.console.site import NightRows, Site
from shared.console.visitor import Visitor
from shared.domain.failure import Speaker
from shared.domain.links import HoldAnswer, link_to, sign
from shared.domain.mode import Mode, ModeSet
from shared.policy.model import Action, Match, Policy, Rule
from shared.policy.people import Person
from tests.support.clock import START
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER
from tests.unit.console.conftest import BOSS, KEY
from tests.unit.console.test_tonight import rows
from tests.unit.people.conftest import held, put

INJECTIONS = (
    "<script>alert(1)</script>",
    "</pre><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<object data=data:text/html,x>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>*{display:none}</style>",
    "<form action=//evil.example><button>Approve</button>",
    "</form><form method=post action=//evil.example>",
    "<input name=form_token>",
    "<textarea>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<plaintext>",
    "<title>x</title>",
    "</title><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "{{ ''.__class__.__mro__ }}",
    "{% include 'base.html' %}",
    "{# x #}",
    "${7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3c;script&#x3e;",
    "\u003cscript>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "\x00<script>",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202egnp.exe",
    "a\u200bb\u2066c\u2069",
    "\r\nSet-Cookie: x=y\r\n\r\n<html>",
    "\ud800lone",
    "%3Cscript%3E",
    '\\"><script>',
    "x" * 3000,
)
_MOVES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")
_TAGS = re.compile(
    "html|head|meta|title|link|body|header|a|strong|nav|ul|li|main|h1|h2|h3|p|footer|form|input|section|label|dl|dt|dd|"
    "code|pre|div|button|table|caption|thead|tbody|tr|th|td|details|summary|select|option|svg|rect|figure|figcaption|"
    "span|time"
)


class _Tree(HTMLParser):
    """Which elements and attributes a page really has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def everywhere(ledger: MemoryLedger, text: str) -> str:
    """A ledger in which that text stands wherever a stranger or a person can put one; the token of a link."""
    case = held(1)
    told = replace(
        case.failure,
        message=text,
        reason=text,
        node=text,
        job_name=text,
        queue=text,
        owner=text,
        exit_code=text,
        event_id=text,
        extra={text: text},
        speaker=Speaker(event_source=text, event_bus=text),
    )
    case = replace(case, failure=told, held_rule=text, held_owner=text, approved_by=text, rejected_by=text)
    key = put(ledger, case)
    people.open_breaker(ledger, CLUSTER, why=text, by=text, now=START)
    people.set_mode(ledger, None, ModeSet(mode=Mode.OBSERVE, by=text, at=START, why=text))
    people.set_mode(ledger, text, ModeSet(mode=Mode.OBSERVE, by=text, at=START, why=text))
    return sign(link_to(key, case, HoldAnswer.APPROVE, "boss", expires_at=START + 60, nonce="n"), KEY)


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_no_text_becomes_markup(ledger: MemoryLedger, text: str) -> None:
    """On every page, in every field: only our own elements, no handler, no address but ours, nothing that moves."""
    safe = text.encode("utf-8", "replace").decode()
    token = everywhere(ledger, safe)
    rule = Rule(name=safe, match=Match(), action=Action.HOLD, why=safe)
    policy = Policy(version=1, rules=(rule,), people=(BOSS, Person(who=safe)))
    night = [{**row, "message": safe, "owner": safe, "rule": safe, "actor": safe, "why": safe} for row in rows(3)]
    acts = [{**row, "reason": "approved", "verdict": "deferred", "outcome_id": safe} for row in night[:1]]
    site = Site(ledger=ledger, policy=policy, now=START + 1, key=KEY, night=lambda: NightRows([*night, *acts]))
    boss = Visitor(name="boss", how=safe, source=safe, people=policy.people)
    asked: list[tuple[str, dict[str, list[str]]]] = [(path, {}) for path in PAGES if path != "/metrics"]
    asked += [("/case", {"id": [held(1).failure_id]}), ("/link", {"t": [token]}), ("/link", {"t": [safe]})]
    asked += [("/case", {"id": [safe]}), (f"/{safe}", {})]
    for path, query in asked:
        made = answer(site, WebRequest(method="GET", path=path, query=query), boss)
        page = made.body.decode()
        assert made.status in {200, 400, 403, 404}, path
        assert not _MOVES.search(page), path
        _only_ours(page, path)


def _only_ours(page: str, path: str) -> None:
    for tag, attributes in _Tree(page).found:
        assert _TAGS.fullmatch(tag), (path, tag)
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcdoc"}], path
        for name in ("href", "action"):
            where = attributes.get(name) or "/"
            assert where[0] in "/#" or where == "data:,", (path, where)
            assert not where.startswith("//"), (path, where)
    assert page.count("<title") == page.count("<title>") + page.count('<title id="chart">')


def test_metrics_stay_lines(ledger: MemoryLedger) -> None:
    """A label cannot end its line, and strangers' words are in none."""
    everywhere(ledger, 'x"} 1\nevil_metric 1\n')
    site = Site(ledger=ledger, policy=Policy(version=1), now=START + 1, key=KEY)
    boss = Visitor(name="boss", how="x", holds_key=True)
    made = answer(site, WebRequest(method="GET", path="/metrics"), boss)
    lines = made.body.decode().splitlines()
    assert made.content_type == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert all(
        re.match(r'(# (TYPE|HELP|UNIT|EOF)|secondwind_[a-z_]+(\{[a-z_]+="[^"\n]*"\})? [0-9]+\Z)', line)
        for line in lines
    )
    assert lines[-1] == "# EOF"
    assert 'secondwind_open_failures{state="held"} 1' in lines
    assert f'secondwind_breaker_open{{scope="{CLUSTER.key}"}} 1' in lines
    assert 'secondwind_mode{secondwind_mode="observe"} 1' in lines
    types = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(types) == len(set(types))
