"""Records in a row, each with a length and checksums, such that damage to one does not reach its neighbours.

A record is 16 bytes of header and a payload of ASCII text. The header begins with a byte that is not ASCII, so after
damage the next record is found by looking for that byte: no payload can be taken for a header.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

MARK = b"\xa5KJ1"
_HEADER = struct.Struct(">4sIII")
"""Mark, length of the payload, CRC-32 of the payload, CRC-32 of the three before."""
HEADER_SIZE = _HEADER.size


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of a file: a whole record, or damage (no payload)."""

    start: int
    end: int
    payload: bytes | None

    @property
    def is_damage(self) -> bool:
        """True for bytes that are no record."""
        return self.payload is None


def encode(payload: bytes) -> bytes:
    """Frame `payload`, which must be ASCII."""
    head = _HEADER.pack(MARK, len(payload), crc32(payload), 0)[:-4]
    return head + crc32(head).to_bytes(4, "big") + payload


def scan(data: bytes) -> Iterator[Found]:
    """Give every record of `data` in order, with the damage between them; adjoining damage is one stretch."""
    position = 0
    while position < len(data):
        record = _record_at(data, position)
        if record is None:
            following = _next_record(data, position + 1)
            yield Found(position, following, None)
            position = following
        else:
            yield record
            position = record.end


def _record_at(data: bytes, start: int) -> Found | None:
    if len(data) - start < HEADER_SIZE:
        return None
    mark, length, payload_sum, head_sum = _HEADER.unpack_from(data, start)
    end = start + HEADER_SIZE + length
    if mark != MARK or crc32(data[start : start + HEADER_SIZE - 4]) != head_sum or end > len(data):
        return None
    payload = data[start + HEADER_SIZE : end]
    return Found(start, end, payload) if crc32(payload) == payload_sum else None


def _next_record(data: bytes, start: int) -> int:
    while (start := data.find(MARK, start)) != -1:
        if _record_at(data, start) is not None:
            return start
        start += 1
    return len(data)
