"""The four Function Compute doors. Each is thin: bytes in, one call into `shared`, a dictionary out."""
