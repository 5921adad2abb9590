"""What strangers wrote, read one value at a time: text, moments, ids. Pure, bounded, and never a surprise."""
