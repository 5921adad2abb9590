"""Makes from `packs/*.yaml` what is shipped, `shared/policy/packs.json`, and what the stuck-rank watcher knows of them.

Then every sample is asked under all packs together; what another rule decides is told, and the exit status is 1.
`python -m tools.packs --check` writes nothing, and says whether a file is stale.
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
from shared.policy.packs import encoded
from shared.policy.shipped import FILE
from tools.watcher_causes import WATCHER, with_causes

POLICY = FOLDER.parent / "policy.yaml"


def in_order(sources: list[PackSource]) -> list[PackSource]:
    """As the shipped policy includes them, which is what `all` means, too; packs that it leaves out come last."""
    included = yaml.safe_load(POLICY.read_text(encoding="utf-8"))["include"]
    place = {entry.partition("@")[0]: number for number, entry in enumerate(included)}
    return sorted(sources, key=lambda source: place.get(source.pack.name, len(place)))


def main() -> int:
    """Exit status: 0 done, 1 a fault, a stale file or a sample that another rule decides."""
    parser = argparse.ArgumentParser(description="Makes the shipped packs from packs/*.yaml and asks their samples.")
    parser.add_argument("--check", action="store_true", help="write nothing; are the files up to date?")
    chosen = parser.parse_args()
    try:
        sources = read_packs()
    except FaultyPacks as error:
        print(*(f"{FOLDER.name}/{line}" for line in error.lines), sep="\n")
        return 1
    sources = in_order(sources)
    packs = [source.pack for source in sources]
    made = {FILE: encoded(packs), WATCHER: with_causes(WATCHER.read_text(encoding="utf-8"), packs).encode()}
    stale = {path: text for path, text in made.items() if not path.is_file() or path.read_bytes() != text}
    for path, text in stale.items():
        if chosen.check:
            print(f"{path.name} is stale: run python -m tools.packs")
        else:
            path.write_bytes(text)
    wrong = misjudged(sources)
    print(*wrong, sep="\n", end="\n" if wrong else "")
    rules = sum(len(source.pack.rules) for source in sources)
    print(f"{len(sources)} packs, {rules} rules, {len(wrong)} samples or near misses judged wrong")
    return 1 if wrong or (stale and chosen.check) else 0


if __name__ == "__main__":
    sys.exit(main())
