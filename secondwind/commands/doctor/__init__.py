"""`secondwind doctor`: looks at settings, key, services, index, ledger, policy and functions, and changes nothing.

A check gives findings: a level, what was seen, what to do. `local`, `services`, `storage` and `deployed` have the
checks, `run` asks them, `show` says it. A check that crashes is a failed check.
"""
