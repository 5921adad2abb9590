"""Patterns in a text: which of thousands are in it, and which rule asks for those, in a time that has a bound."""
