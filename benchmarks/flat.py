"""What one failure costs in deliveries of 100 to 100,000, in a table and as a plot: it should not grow.

`python benchmarks/flat.py [--most 100000]`. One range of a trigger, failures in clusters of a thousand jobs, SQLite;
CPU time, so that a busy machine tells the same. Writes `benchmarks/flat.svg`.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.instances import at_hand
from benchmarks.region import Region
from benchmarks.storms import Ground, Storm, least_calls

PLOT = Path(__file__).with_suffix(".svg")
SIZES = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
A_CLUSTER = 1_000
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 320, 70, 50


def one(ground: Ground, ledger: str, size: int) -> Storm:
    """One delivery of that size, to a process of its own."""
    clusters = max(1, size // A_CLUSTER)

    def told() -> Any:
        names = [f"ehpc-hz-{size}x{number:03}" for number in range(clusters)]
        jobs = [ground.region.order("storm", cluster=name, count=size // clusters) for name in names]
        return ground.region.order("logged", told=[job for some in jobs for job in some])

    return ground.storm(f"{size:,}", "log_trigger", ledger, told, size, least_calls(size, clusters))


def plot(found: Sequence[Storm]) -> str:
    """CPU a failure over the number of failures, as SVG."""
    most = max(one.cpu_ms for one in found) * 1.25
    low, high = (math.log10(one.failures) for one in (found[0], found[-1]))

    def place(failures: float, cpu_ms: float) -> tuple[float, float]:
        along = (math.log10(failures) - low) / max(high - low, 1e-9)
        wide, tall = _WIDTH - _LEFT - 20, _HEIGHT - _BOTTOM - 20
        return _LEFT + along * wide, _HEIGHT - _BOTTOM - cpu_ms / most * tall

    points = [place(one.failures, one.cpu_ms) for one in found]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    right, floor = _WIDTH - 20, _HEIGHT - _BOTTOM
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12"'
    heights = [(most * part, place(found[0].failures, most * part)[1] + 4) for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        "<title>CPU a failure, by failures in a delivery</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<path d="M{_LEFT} 20V{floor}H{right}" fill="none" stroke="#444"/>',
        f'<polyline points="{line}" fill="none" stroke="#06c" stroke-width="2"/>',
        *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#06c"/>' for x, y in points),
        *(_text(x, floor + 18, one.name) for one, (x, _) in zip(found, points, strict=True)),
        *(_text(_LEFT - 8, y, f"{cpu_ms:.1f}", "end") for cpu_ms, y in heights),
        _text((_LEFT + right) / 2, _HEIGHT - 10, "failures in one delivery"),
        _text(_LEFT, 14, "ms of CPU a failure"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#222">{words}</text>'


def main() -> None:
    """Print the table, write the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=SIZES[-1])
    chosen = parser.parse_args()
    print("| failures in one delivery | CPU a failure | memory above the first event |\n|---|---|---|", flush=True)
    found: list[Storm] = []
    with Region(0.0) as region, tempfile.TemporaryDirectory() as folder:
        ground = Ground(region, Path(folder), at_hand())
        for size in (size for size in SIZES if size <= chosen.most):
            found.append(one(ground, f"sqlite://{folder}/ledger.db", size))
            print(f"| {found[-1].name} | {found[-1].cpu_ms:.2f} ms | {found[-1].above_mb:.0f} MB |", flush=True)
            PLOT.write_text(plot(found), encoding="utf-8")


if __name__ == "__main__":
    main()
