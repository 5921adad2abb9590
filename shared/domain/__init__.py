"""The words of the trade. Pure: no clock, no I/O, no SDK."""
