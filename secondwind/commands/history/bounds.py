"""How many outcomes a page of `secondwind history` has."""

LIMIT = 50
LIMIT_MAX = 1000
