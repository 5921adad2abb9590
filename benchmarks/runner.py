"""One instance of a function, as Function Compute runs it: events in by line, what each cost out by line.

Runs alone, on any Python, with nothing but the paths that it is given: `runner.py PATHS MODULE KIND CONTEXT_FILE`. An
event is a line of Base64; the answer is a line of JSON. The first event is the cold one: its `cpu` is all that the
process has used since it began, and `since_start` counts from the parent's `BENCH_BEGUN`.
"""

import base64
import importlib
import importlib.util
import json
import os
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path


def main() -> None:
    """Until standard input ends."""
    paths, name, kind, context_file = sys.argv[1:5]
    sys.path[:0] = paths.split(os.pathsep)
    spec = importlib.util.spec_from_file_location("fc_context", context_file)
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018 - for the types
    contexts = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(contexts)
    keys = {"access_key_id": "local", "access_key_secret": "local-secret"}
    module = importlib.import_module(name)
    module.initialize(contexts.make_context(kind, request_id="0", credentials=keys))
    cpu = 0.0
    for number, line in enumerate(sys.stdin):
        event = base64.b64decode(line)
        context = contexts.make_context(kind, request_id=str(number), credentials=keys, timeout_s=600)
        begun = time.perf_counter()
        cpu = time.process_time() if number else 0.0
        answer = module.handler(event, context)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - begun
        counts = {kind: count for kind, count in answer.get("counts", {}).items() if count}  # a page has none
        peak_mb = _peak_mb()
        since_start = time.time() - float(os.environ["BENCH_BEGUN"])
        told = {"cpu": cpu, "wall": wall, "since_start": since_start, "peak_mb": peak_mb, "counts": counts}
        told["modules"] = len(sys.modules)
        print(json.dumps(told), flush=True)


def _peak_mb() -> float:
    """The most that this process had in memory. Linux keeps in `ru_maxrss` what its parent had when it was begun."""
    with suppress(OSError):
        status = Path("/proc/self/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
