"""`secondwind demo`: a night in a data centre in twenty seconds, told, healed, read back and checked."""
