"""A plugin of pytest: what the functions load comes from the bundle, the tests and all beside them from here.

`python -m pytest -p tools.from_bundle …`, by a Python for whose version `tools.bundle` has built one. Processes that a
test starts have the bundle's packages first as well.
"""

from __future__ import annotations

import importlib
import os
import sys
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path

_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / f"secondwind-python{_VERSION}"
OURS = ("shared", "functions")
SDKS = ("alibabacloud_tea_openapi", "aliyun.log")

if not FOLDER.is_dir():
    raise SystemExit(f"there is no bundle for Python {_VERSION}: make bundle RUNTIME=python{_VERSION}")
sys.path.insert(0, str(FOLDER))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(FOLDER), os.environ.get("PYTHONPATH", "")]))


class _Rest:
    """Finds here what of our own packages no function loads, and so is in no bundle: what only commands use."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Part of `importlib`'s protocol."""
        place = ROOT.joinpath(*name.split("."))
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if name.partition(".")[0] in OURS and file.is_file():
                return spec_from_file_location(name, file)
        return None


sys.meta_path.append(_Rest)
for _name in OURS:  # pytest puts this folder before every other: what is imported already stays the bundle's
    importlib.import_module(_name)


def pytest_sessionfinish() -> None:
    """What was tried was the bundle's, or nothing was proved."""
    for name in (*OURS, *SDKS):
        module = sys.modules.get(name)
        file = Path(str(getattr(module, "__file__", None) or FOLDER))
        if not file.is_relative_to(FOLDER):
            raise RuntimeError(f"{name} is not the bundle's: {file}")
