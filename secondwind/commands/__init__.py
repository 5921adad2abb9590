"""The commands, a module or a folder each: arguments, run, show.

What a module here imports at its top is loaded by every command; what only some need (the policy's pattern engine, the
local cloud, an SDK) is imported by the function that needs it.
"""
