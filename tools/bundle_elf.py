"""Takes symbols and debug information off a shared library: two thirds of what some wheels weigh.

The loader reads program headers alone; sections are for linkers and debuggers
(https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html). So the file ends after its last segment, and the
header says that there are no sections. No tool of the machine is needed, and every machine gets the same bytes.
"""

from __future__ import annotations

import struct

_ELF64_LITTLE_ENDIAN = b"\x7fELF\x02\x01"
_SHARED_OBJECT = 3
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")


def stripped(library: bytes) -> bytes:
    """The library without what no loader reads. Raises ValueError if it is no 64-bit little-endian shared object."""
    if len(library) < _HEADER.size or not library.startswith(_ELF64_LITTLE_ENDIAN):
        raise ValueError("this is no 64-bit little-endian ELF file")
    ident, kind, *fields = _HEADER.unpack_from(library)
    machine, version, entry, segments_at, _, flags, header_size, segment_size, segments, *_ = fields
    if kind != _SHARED_OBJECT or segment_size != _SEGMENT.size or segments_at + segments * segment_size > len(library):
        raise ValueError("this is no shared object with a table of segments")
    end = segments_at + segments * segment_size
    for number in range(segments):
        _, _, offset, _, _, size, _, _ = _SEGMENT.unpack_from(library, segments_at + number * segment_size)
        end = max(end, offset + size)
    if end > len(library):
        raise ValueError("the file ends within a segment")
    header = _HEADER.pack(
        ident, kind, machine, version, entry, segments_at, 0, flags, header_size, segment_size, segments, 0, 0, 0
    )
    return header + library[_HEADER.size : end]
