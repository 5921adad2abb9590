"""The Function Compute doors. Each is thin: bytes in, one call into `shared`, a dictionary out."""

import gc

# A start makes tens of thousands of objects that live as long as the process: looking for garbage among them again and
# again is a tenth of it. What a delivery makes is freed when nobody refers to it.
gc.set_threshold(20_000, 20, 20)
