"""`secondwind setup`: what Second Wind needs in an account, as data; a plan of what is missing; and its application.

`wanted` says what there ought to be, `differences` compares it with what is there, `resources` reads and writes, `run`
plans and applies, `show` says it. Nothing that others added is ever taken away.
"""
