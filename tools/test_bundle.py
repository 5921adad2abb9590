"""Tries the bundles that are built, each on its own Python: `python tools/test_bundle.py [--short]`.

The tests of the doors, of the job systems' and Log Service's calls and of the ledger in Tablestore, with the bundle's
own modules and SDKs in the place of the environment's: what an SDK's new version moves away from where it was put off,
or from a seam that is used here, fails here and not at night.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.bundle_parts import RUNTIMES
from tools.test_elsewhere import ROOT, WORKERS, environment_of, interpreters

SHORT = (
    "tests/e2e/test_log_door.py",
    "tests/e2e/test_doors.py",
    "tests/e2e/test_doors_schedulerx.py",
    "tests/unit/sls",
    "tests/unit/systems/test_openapi.py",
    "tests/unit/systems/test_openapi_effects.py",
    "tests/unit/systems/test_openapi_secrets.py",
    "tests/unit/test_kept_http.py",
)
WHOLE = (
    *SHORT,
    "tests/unit/systems",
    "tests/unit/heal",
    "tests/unit/ledger",
    "tests/unit/test_put_off.py",
    "tests/integration/systems",
    "tests/integration/tablestore",
    "tests/integration/discover",
    "tests/e2e/test_discover.py",
    "tests/e2e/test_outcomes.py",
    "tests/e2e/test_ranges.py",
    "tests/e2e/test_tablestore_ledger.py",
    "tests/e2e/test_uneven_clusters.py",
)


def main() -> int:
    """Exit status: 0 if there is a bundle, and the tests pass with each."""
    chosen = SHORT if "--short" in sys.argv[1:] else WHOLE
    tried, found = 0, False
    for runtime in RUNTIMES.values():
        python = next(interpreters(runtime.version), None)
        found = found or python is not None
        if python is None or not (ROOT / "build" / f"secondwind-{runtime.name}").is_dir():
            continue
        print(f"== the bundle for {runtime.name}", flush=True)
        inside = os.environ.get("BUNDLE_PYTHON") or environment_of(runtime.version, python)
        pytest = [inside, "-m", "pytest", "-p", "tools.from_bundle", "-q", *WORKERS, *chosen]
        status = subprocess.run(pytest, cwd=ROOT, check=False)
        if status.returncode:
            return status.returncode
        tried += 1
    if not found:
        print("no Python of Function Compute's is on this machine")
    elif not tried:
        print("there is no bundle: make bundle")
    return 0 if tried or not found else 1


if __name__ == "__main__":
    sys.exit(main())
