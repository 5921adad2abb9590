"""The stuck-rank watcher's logic on a bench: files in memory, and looks by the test's clock."""

from __future__ import annotations

import argparse

from emitters import stuck_rank_watcher as watcher

LOST = b"mpirun noticed that process rank 3 with PID 0 on node compute003 exited on signal 9 (Killed).\n"


class FakeFiles(watcher.Files):
    """Files in memory: what is written changes size and time; a renamed file keeps its identity."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self.contents: dict[int, bytes] = {}
        self.times: dict[int, int] = {}
        self.reads = 0

    def write(self, path: str, data: bytes) -> None:
        """Append, making the file."""
        inode = self.names.setdefault(path, len(self.contents) + 1)
        self.contents[inode] = self.contents.get(inode, b"") + data
        self.times[inode] = self.times.get(inode, 0) + 1

    def move(self, path: str, to: str) -> None:
        """Rename."""
        self.names[to] = self.names.pop(path)

    def signature(self, path: str) -> tuple[int, int, int, int] | None:
        inode = self.names.get(path)
        return None if inode is None else (1, inode, len(self.contents[inode]), self.times[inode])

    def open(self, path: str) -> int:
        return self.names[path]

    def read(self, descriptor: int, offset: int, size: int) -> bytes:
        self.reads += 1
        return self.contents[descriptor][offset : offset + size]

    def close(self, descriptor: int) -> None:
        pass

    def matching(self, pattern: str) -> list[str]:
        return [path for path in self.names if path.startswith(pattern.rstrip("*"))]


class Bench:
    """A watch with one output file `out`, stepped by the test's clock."""

    def __init__(self, heartbeat: str = "", ranks: int = 0, **options: float) -> None:
        self.files = FakeFiles()
        self.files.write("out", b"of an earlier run: " + LOST)
        self.options = argparse.Namespace(**{"stall_s": 100.0, "lost_rank_s": 10.0, "quote_bytes": 2048, **options})
        self.beats = (heartbeat, ranks)

    def start(self) -> watcher.Watch:
        """Begin to watch."""
        beats = watcher.Heartbeats([self.beats[0]], self.beats[1], self.files) if self.beats[0] else None
        tails = [watcher.Tail("out", self.files)]
        return watcher.Watch(tails, beats, watcher.Patterns(watcher.LOST_RANK), self.options)


def reason(found: watcher.Finding | None) -> str:
    """What was found, in one word."""
    return "" if found is None else found.reason
