"""The Function Compute doors. Each is thin: bytes in, one call into `shared`, a dictionary out.

What is done here is for a process that begins: it has to be done before the first of ours is loaded.
"""

import gc
import sys
from pathlib import Path

from shared.put_off import put_off

# A start makes a hundred thousand objects that live as long as the process: looking for garbage among them again and
# again is a tenth of it. What a delivery makes is freed when nobody refers to it.
gc.set_threshold(100_000, 20, 20)

put_off("msgspec._json_schema", "msgspec.inspect")  # what describes types to others, 3 ms
_BESIDES = "typing_extensions"
if _BESIDES not in sys.modules:
    # msgspec takes what it can get of the standard library instead; this one loads what inspects sources, 15 ms.
    sys.modules[_BESIDES] = None  # type: ignore[assignment] # so `import` says that there is none
    try:
        import msgspec  # noqa: F401 - for that
    finally:
        del sys.modules[_BESIDES]

from shared.ready_patterns import FILE, take_ready  # noqa: E402 - behind the above, for it has msgspec loaded

take_ready(Path(__file__).parents[1] / FILE)
