"""Cold start of each door from the bundle, and warm events, beside the sample function, interleaved.

Warm ones also stand beside the floor, the least calls back to back. `python benchmarks/doors.py [--latency-ms 20]
[--rounds 9]`. CPU time of the process is what is compared: wall-clock time depends on who else is at work on the
machine. A cold start is everything from the interpreter's first instruction to the answer, initializer and an
acknowledged outcome included.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.instances import Code, Instance, bundled, with_client_of
from benchmarks.region import Region
from benchmarks.spread import Compared, compared

Event = Callable[[], Any]
LEAST_CALLS = {"rerun": 3, "rerun, its output read": 4, "duplicate": 2, "ineligible": 2, "would_rerun": 2}
"""Of the job system and of Log Service: a look, the rerun, the output where it is read, one PutLogs."""
LISTED = 20
"""Jobs that hang in a cluster beside the one that is told. Were there more with each take, their number would be
what is measured, and behind the list's first page the sample function finds nobody."""
_PAGE = {"version": "v1", "rawPath": "/", "requestContext": {"http": {"method": "GET", "sourceIp": "192.0.2.1"}}}
"""Asked of the console by somebody who has not signed in: what every page needs is loaded, and answers. What reads a
night back from its Logstore is loaded by the pages of one."""


class Meant:
    """Which comparisons are meant: those whose names begin with one of these, or all."""

    def __init__(self, beginnings: Collection[str] = ()) -> None:
        self._beginnings = tuple(beginnings)

    def __contains__(self, name: object) -> bool:
        return not self._beginnings or str(name).startswith(self._beginnings)


ALL = Meant()


def cold(region: Region, rounds: int, ledgers: Mapping[str, str], meant: Meant = ALL) -> list[Compared]:
    """Each door's first event against the sample function's, all in turns."""
    theirs = bundled()[1]
    found = []
    for ledger, url in ledgers.items():
        events, other = _cold_events(region, f"ehpc-hz-{ledger.lower()}")
        wanted = {name: told for name, told in events.items() if f"cold, {ledger}: {name}" in meant}
        takes: dict[str, list[dict[str, Any]]] = {name: [] for name in wanted}
        others: dict[str, list[dict[str, Any]]] = {"log_trigger": [], "": []}
        for _ in range(rounds if wanted else 0):  # all of a ledger's in turns, so that one take of its is enough
            environment = region.environment(url)
            for name, (event, door) in wanted.items():
                end = "rerun" if "rerun" in name else ""
                takes[name].append(_first(with_client_of(ledger), f"functions.{door}.index", environment, event(), end))
            others[""].append(_first(theirs, "sample_function", environment, other()[0], "rerun"))
            if any(door == "log_trigger" for _, door in wanted.values()):
                logged = region.order("logged", told=other())
                others["log_trigger"].append(_first(theirs, "sample_function", environment, logged, "rerun"))
        for name, (_, door) in wanted.items():
            baseline = others["log_trigger" if door == "log_trigger" else ""]
            found.append(compared(f"cold, {ledger}: {name}", takes[name], baseline))
    return found


def _cold_events(region: Region, cluster: str) -> tuple[dict[str, tuple[Event, str]], Event]:
    """Each door's, by what it is; and what hangs for the sample function, in a cluster of its own."""
    mine, its = (partial(region.order, "jobs", cluster=f"{cluster}-cold-{one}", others=LISTED) for one in "ab")
    aside = partial(region.order, "jobs", cluster=f"{cluster}-aside")  # whose jobs nobody reruns
    events: dict[str, tuple[Event, str]] = {
        "log_trigger, rerun": (lambda: region.order("logged", told=mine()), "log_trigger"),
        "event_trigger, rerun": (lambda: mine()[0], "event_trigger"),
        "manual, rerun": (lambda: {"jobs": mine()}, "manual"),
        "event_trigger, no call to a job system": (lambda: {**aside()[0], "job_id": ""}, "event_trigger"),
        "sweep, nothing due": (dict, "sweep"),
        "discover, nothing watched": (dict, "discover"),
        "console, a page": (lambda: dict(_PAGE), "console"),
    }
    return events, its


def _first(code: Code, module: str, environment: Mapping[str, str], event: Any, end: str) -> dict[str, Any]:
    with Instance(code, module, environment) as instance:
        one = instance.handle(event)
    if end:
        _expect(one, end)
    return one


def warm(region: Region, rounds: int, ledgers: Mapping[str, str], meant: Meant = ALL) -> list[Compared]:
    """An event at an instance that has handled some, against the sample function's of the same end, and the floor."""
    theirs, found = bundled()[1], []
    for ledger, url in ledgers.items():
        ours, environment = with_client_of(ledger), region.environment(url)
        with ExitStack() as stack:
            mine = stack.enter_context(Instance(ours, "functions.event_trigger.index", environment))
            by_hand = stack.enter_context(Instance(ours, "functions.manual.index", environment))
            sample = stack.enter_context(Instance(theirs, "sample_function", environment))
            dry = stack.enter_context(Instance(theirs, "sample_function", {**environment, "SAMPLE_DRY_RUN": "1"}))
            bare = Code(theirs.python, (Path(__file__).parent,), theirs.kind)
            floor = stack.enter_context(Instance(bare, "floor", environment))
            for place, (name, calls) in enumerate(LEAST_CALLS.items()):
                if f"warm, {ledger}: {name}" not in meant:
                    continue
                takes: tuple[list[dict[str, Any]], ...] = ([], [], [])
                for number in range(rounds + 3):
                    if name != "would_rerun" or not number:  # which changes nothing: the same hang each time
                        told, other = _pair(region, name, f"ehpc-hz-{ledger.lower()}-{place}")
                    if name == "duplicate":
                        mine.handle(told)
                    event = {"jobs": [told], "dry_run": True} if name == "would_rerun" else told
                    both = [(mine, event), (sample, other)]
                    if name == "would_rerun":
                        both = [(by_hand, event), (dry, other)]
                    turn = 1 if number % 2 else -1  # who comes second finds what both use at hand
                    one, two = [instance.handle(asked) for instance, asked in both[::turn]][::turn]
                    _expect(one, name)
                    least = floor.handle({"calls": calls})
                    if number >= 3:  # noqa: PLR2004 - the first ones fill caches
                        for mine_of, take in zip(takes, (one, two, least), strict=True):
                            mine_of.append(take)
                found.append(compared(f"warm, {ledger}: {name}", *takes))
    return found


def foreign(region: Region, rounds: int, ledgers: Mapping[str, str], meant: Meant, logs: int) -> list[Compared]:
    """A trigger's range of logs that tell no failure, against the sample function's reading of the same range."""
    ours, theirs = bundled()
    wanted = {name: url for name, url in ledgers.items() if f"warm, {name}: a range of {logs:,} foreign logs" in meant}
    event, found = region.order("logged", told=[], foreign=logs if wanted else 0), []
    for ledger, url in wanted.items():
        environment = region.environment(url)
        with (
            Instance(ours, "functions.log_trigger.index", environment) as mine,
            Instance(theirs, "sample_function", environment) as sample,
        ):
            takes: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
            for number in range(rounds + 1):
                one, two = mine.handle(event), sample.handle(event)
                if one["counts"].get("passed_over") != logs:
                    raise SystemExit(f"expected {logs} logs passed over, got {one['counts']}")
                if number:
                    takes[0].append(one)
                    takes[1].append(two)
        found.append(compared(f"warm, {ledger}: a range of {logs:,} foreign logs", *takes))
    return found


def _pair(region: Region, name: str, cluster: str) -> tuple[Any, Any]:
    """An event for us, and one for the sample function with the same ending, each among as many jobs of its own."""
    ended = name in {"ineligible", "duplicate"}
    mine, its = (partial(region.order, "jobs", cluster=f"{cluster}-{one}", others=LISTED) for one in "ab")
    (told,) = mine(ended=name == "ineligible", unclear="output" in name)
    (other,) = its(ended=ended)
    return told, other


def _expect(one: dict[str, Any], name: str) -> None:
    if one["counts"].get(name.partition(",")[0]) != 1:
        raise SystemExit(f"expected {name}, got {one['counts']}")


def main() -> None:
    """Print what is compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=9)
    chosen = parser.parse_args()
    with Region(chosen.latency_ms) as region, tempfile.TemporaryDirectory() as folder:
        ledgers = {"SQLite": f"sqlite://{folder}/ledger.db", "Tablestore": region.tablestore_url}
        for one in cold(region, chosen.rounds, ledgers) + warm(region, chosen.rounds * 3, ledgers):
            print(one.line())


if __name__ == "__main__":
    main()
