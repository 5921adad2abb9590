"""A console over a ledger in memory, and a browser of a few lines."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest

from shared.console.app import answer
from shared.console.http import FORM, WebRequest, WebResponse, query_of
from shared.console.site import Site
from shared.console.visitor import Visitor
from shared.domain.link_key import LinkKey
from shared.policy.model import Action, Match, Policy, Rule
from shared.policy.people import Deed, Person
from tests.support.clock import Clock
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER

KEY = LinkKey((b"k" * 32,))
HOST = "sw.example.com"
RULE = Rule(name="the-rest", match=Match(), action=Action.HOLD)


@dataclass
class Browser:
    """Somebody who looks, and sends the forms that they see."""

    clock: Clock
    ledger: MemoryLedger
    policy: Policy
    visitor: Visitor | None
    headers: dict[str, str] = field(default_factory=dict)
    key: LinkKey | None = KEY
    last: WebResponse = field(default_factory=WebResponse)

    def ask(self, method: str, where: str, form: Mapping[str, object] | None = None, body: bytes = b"") -> WebResponse:
        """One request."""
        path, _, query = where.partition("?")
        headers = {"host": HOST, **({"content-type": FORM} if method == "POST" else {}), **self.headers}
        site = Site(ledger=self.ledger, policy=self.policy, now=self.clock.now(), key=self.key)
        request = WebRequest(
            method=method,
            path=path,
            query=query_of(query),
            headers=headers,
            body=body or urlencode(form or {}, doseq=True).encode(),
            source="203.0.113.5",
        )
        self.last = answer(site, request, self.visitor)
        return self.last

    def get(self, where: str) -> str:
        """The page's text."""
        return self.ask("GET", where).body.decode()

    def send(self, where: str, **changed: object) -> str:
        """The first form of the page that was shown last, with some fields changed; the page that follows."""
        form = {**fields(self.last.body.decode()), **changed}
        return self.ask("POST", where, {name: value for name, value in form.items() if value is not None}).body.decode()


def fields(page: str) -> dict[str, object]:
    """The hidden fields of a page's first form, and its boxes as if each were chosen; both may stand outside of it."""
    head, _, rest = page.partition("<form")[2].partition("</form>")
    name = dict(re.findall(r'(\w+)="([^"]*)"', head.partition(">")[0])).get("id", "")
    inner, outer = re.findall(r"<input [^>]*>", head), re.findall(r"<input [^>]*>", rest)
    found: dict[str, list[str]] = {}
    for tag in [*inner, *(one for one in outer if name and f'form="{name}"' in one)]:
        told = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if told.get("type") in {"hidden", "checkbox"} and told["name"] not in {"all", "shown"}:
            found.setdefault(told["name"], []).append(html.unescape(told["value"]))
    return dict(found)


def visitor(name: str, *people: Person) -> Visitor:
    """Somebody who has signed in."""
    return Visitor(name=name, how="console", source="203.0.113.5", people=people)


ANN = Person(who="ann", may=(Deed.APPROVE, Deed.REJECT, Deed.BREAKER), clusters=CLUSTER.cluster_id)
BOSS = Person(who="boss", may=tuple(Deed))


@pytest.fixture
def clock() -> Clock:
    """The only clock of a test."""
    return Clock()


@pytest.fixture
def ledger(clock: Clock) -> MemoryLedger:
    """An empty one."""
    return MemoryLedger(clock)


@pytest.fixture
def ann(clock: Clock, ledger: MemoryLedger) -> Browser:
    """May answer and switch breakers in one cluster."""
    return Browser(clock, ledger, Policy(version=1, rules=(RULE,), people=(ANN, BOSS)), visitor("ann", ANN, BOSS))


@pytest.fixture
def boss(clock: Clock, ledger: MemoryLedger) -> Browser:
    """May everything everywhere."""
    return Browser(clock, ledger, Policy(version=1, rules=(RULE,), people=(ANN, BOSS)), visitor("boss", ANN, BOSS))
