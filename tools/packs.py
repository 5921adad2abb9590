"""Makes `shared/policy/packs.json`, what is shipped, from `packs/*.yaml`: `python -m tools.packs`.

Then every sample is asked under all packs together; what another rule decides is told, and the exit status is 1.
`--check` writes nothing, and says whether the file is stale.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import yaml

from secondwind.commands.policy.pack_files import FOLDER, FaultyPacks, PackSource, read_packs
from secondwind.commands.policy.pack_samples import misjudged
from shared.policy.packs import FILE, encoded

POLICY = FOLDER.parent / "policy.yaml"


def in_order(sources: list[PackSource]) -> list[PackSource]:
    """As the shipped policy includes them, which is what `all` means, too; packs that it leaves out come last."""
    included = yaml.safe_load(POLICY.read_text(encoding="utf-8"))["include"]
    place = {entry.partition("@")[0]: number for number, entry in enumerate(included)}
    return sorted(sources, key=lambda source: place.get(source.pack.name, len(place)))


def main() -> int:
    """Exit status: 0 done, 1 a fault, a stale file or a sample that another rule decides."""
    parser = argparse.ArgumentParser(description="Makes the shipped packs from packs/*.yaml and asks their samples.")
    parser.add_argument("--check", action="store_true", help="write nothing; is the shipped file up to date?")
    chosen = parser.parse_args()
    try:
        sources = read_packs()
    except FaultyPacks as error:
        print(*(f"{FOLDER.name}/{line}" for line in error.lines), sep="\n")
        return 1
    sources = in_order(sources)
    made = encoded([source.pack for source in sources])
    stale = not FILE.is_file() or FILE.read_bytes() != made
    if stale and chosen.check:
        print(f"{FILE.name} is stale: run python -m tools.packs")
    elif stale:
        FILE.write_bytes(made)
    wrong = misjudged(sources)
    print(*wrong, sep="\n", end="\n" if wrong else "")
    rules = sum(len(source.pack.rules) for source in sources)
    print(f"{len(sources)} packs, {rules} rules, {len(wrong)} samples or near misses judged wrong")
    return 1 if wrong or (stale and chosen.check) else 0


if __name__ == "__main__":
    sys.exit(main())
