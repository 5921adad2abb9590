"""Mutation tests: small slips put into a copy of the code, one at a time; the unit tests must fail with each.

    python -m tools.mutants                          a few, of the rooms whose turn it is today
    python -m tools.mutants --sample 40 [ROOM …]     so many, of these rooms or of all
    python -m tools.mutants --own --sample 40 ROOM   ask the room's own tests alone: sooner, and a lower bound
    python -m tools.mutants --all [ROOM …]           every one: hours
    python -m tools.mutants --in TEXT                all whose place, `package.module:Class.function`, has this in it
    python -m tools.mutants --check                  runs nothing: entries of the list of equals that fit no mutant

A mutant is killed if a test fails or does not end; asked are the tests that run its line, the quick ones first. Which
mutants are drawn says a seed, by default the day: `--seed` draws those of a day again. What survives is shown with its
change, unless `tools/mutants/equal.yaml` lists it with why nobody could tell it from the original. Exit status 1 if
less than 95 in 100 of the rest are killed, 2 if nothing was measured, as tests fail without a slip. Of a day's few the
share says little: there so many must survive as would be a chance of less than 1 in 1000 if 95 in 100 of all were
killed. They take a minute at most on two cores.

A tool of our own, for what others offer (mutmut, cosmic-ray) starts Python anew for each mutant or changes functions
alone: here a run is a fork, which takes a tenth, and constants, which decide much of what we do, are mutated as well.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from math import comb
from pathlib import Path
from queue import SimpleQueue

from tools.mutants.covering import Covering, CoveringError, tests_of
from tools.mutants.equals import EqualsError, read_equals, stale
from tools.mutants.ground import Ground, Tried, Try
from tools.mutants.mutations import mutants_of
from tools.mutants.rooms import ROOMS, Room, rooms_named, test_files

ROOT = Path(__file__).resolve().parents[2]
A_FEW = 24
ENOUGH_S = 45.0
"""Of a day's few no more are begun so long after it was known which tests see what."""
TELLS = 100
"""A run of hours says so often how far it is."""
BAR = 0.95
RARE = 0.001
NOT_MEASURED = 2


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Exit status. Raises EqualsError, CoveringError or KeyError with a room that is not there."""
    asked = _parsed(arguments)
    if asked.check:
        unfit = stale(read_equals(root), (one.mutant for one in _tries(root, ROOMS)))
        print("\n".join(f"{one.place}: no such mutant: {one.becomes}" for one in unfit) or "every entry fits")
        return 1 if unfit else 0
    todays = not (asked.rooms or asked.all or asked.sample or asked.part)
    rooms = [ROOMS[asked.seed % len(ROOMS)]] if todays else rooms_named(asked.rooms)
    tries = _drawn(asked, root, rooms)
    # Only what the day's sample needs is watched; others also ask the tests of the other rooms.
    files = test_files(root, rooms if todays or asked.own else ROOMS)
    tried = _run(root, tries, files, asked.processes, ENOUGH_S if todays else None)
    _report(tried)
    survived = sum(not one.killed for one in tried)
    return 1 if survived > (by_chance(len(tried)) if todays else (1 - BAR) * len(tried) + 1e-9) else 0


def _drawn(asked: argparse.Namespace, root: Path, rooms: Sequence[Room]) -> list[Try]:
    """What is to be tried of these rooms: all that is asked for, else a sample."""
    equals = read_equals(root)
    tries = [one for one in _tries(root, rooms) if asked.part in one.mutant.place]
    tries = [one for one in tries if not any(equal.fits(one.mutant) for equal in equals)]
    seed = asked.seed + len(ROOMS) if asked.again else asked.seed
    if not (asked.all or asked.part):
        tries = random.Random(seed).sample(tries, min(asked.sample or A_FEW, len(tries)))  # noqa: S311 - a draw
    print(f"{len(tries)} mutants of {', '.join(room.name for room in rooms)}, seed {seed}", flush=True)
    return tries


def by_chance(tried: int) -> int:
    """How many of so many may survive before it is no chance any more that they do, if 95 in 100 of all are killed."""
    below = 0.0
    for survived in range(tried + 1):
        below += comb(tried, survived) * (1 - BAR) ** survived * BAR ** (tried - survived)
        if below > 1 - RARE:
            return survived
    return tried


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description="Slips that the unit tests must see.")
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(room.name for room in ROOMS)}")
    parser.add_argument("--sample", type=int, metavar="N", help="try so many, drawn by the seed")
    parser.add_argument("--own", action="store_true", help="ask the tests of these rooms alone")
    parser.add_argument("--all", action="store_true", help="try every one")
    parser.add_argument("--seed", type=int, default=datetime.now(timezone.utc).toordinal(), help="default: the day")
    parser.add_argument("--again", action="store_true", help="others of the day's room")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="so many at a time; default: 2")
    parser.add_argument("--in", dest="part", default="", metavar="TEXT", help="try all whose place has this in it")
    parser.add_argument("--check", action="store_true", help="run nothing, check the list of equals")
    return parser.parse_args(arguments)


def _tries(root: Path, rooms: Iterable[Room]) -> Iterable[Try]:
    for room in rooms:
        for path in room.modules(root):
            file = str(path.relative_to(root))
            module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            for mutant in mutants_of(module, path.read_text(encoding="utf-8")):
                yield Try(room, file, mutant)


def _run(root: Path, tries: Sequence[Try], files: Sequence[str], processes: int, enough_s: float | None) -> list[Tried]:
    started = time.monotonic()
    of = sorted({one.file for one in tries}) if enough_s is not None else ()
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        grounds = [Ground(root, Path(scratch) / str(number)) for number in range(processes)]
        covering = Covering(tests_of(root, files, [ground.copy for ground in grounds], of))
        print(f"{time.monotonic() - started:.0f} s until it was known who runs what", flush=True)
        free: SimpleQueue[Ground] = SimpleQueue()
        for ground in grounds:
            ground.load(files)
            free.put(ground)
        begun = time.monotonic()

        def one(wanted: Try) -> Tried | None:
            if enough_s is not None and time.monotonic() > begun + enough_s:
                return None
            ground = free.get()
            try:
                asked = covering.seeing(wanted.mutant, wanted.file, wanted.room)
                return ground.tried(wanted, *asked, at_import=covering.at_import(wanted.mutant, wanted.file))
            finally:
                free.put(ground)

        with ThreadPoolExecutor(processes) as pool:
            try:
                return [_told(tried, at) for at, tried in enumerate(pool.map(one, tries), start=1) if tried is not None]
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            finally:
                for ground in grounds:
                    ground.close()


def _told(tried: Tried, at: int) -> Tried:
    if not tried.killed:
        print(f"\nSURVIVED ({tried.asked} tests) {tried.mutant.diff}", flush=True)
    if at % TELLS == 0:
        print(f"{at} tried, the last in {tried.mutant.place}", flush=True)
    return tried


def _report(tried: Sequence[Tried]) -> None:
    killed, total = Counter[str](), Counter[str]()
    for one in tried:
        total[one.room] += 1
        killed[one.room] += one.killed
    print()
    for room in sorted(total):
        print(f"{room:<10} {killed[room]:>5} of {total[room]:>5} killed  {killed[room] / total[room]:.1%}")
    share = killed.total() / max(total.total(), 1)
    print(f"{'all':<10} {killed.total():>5} of {total.total():>5} killed  {share:.1%}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CoveringError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(NOT_MEASURED)
    except (EqualsError, KeyError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
