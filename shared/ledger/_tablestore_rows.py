"""A ledger document as a row of Tablestore, and conditions on it, as they are sent.

Primary key `key` (STRING, at most 1024 bytes). Columns: `document` (BINARY, at most 2 MB:
https://www.alibabacloud.com/help/en/tablestore/product-overview/general-limits), `version`, `owner` (the token of the
save that wrote it), and, where the document has them, `due_ns` and `expires_ns`: unix nanoseconds, since an index needs
integers; a time of this century comes back exactly, and a person can read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from shared.domain.errors import LedgerUnavailable
from shared.ledger import _tablestore_messages as messages
from shared.ledger._tablestore_cells import Value, value_of, written
from shared.ports import Write

KEY, DOCUMENT, VERSION, OWNER, DUE, EXPIRES = "key", "document", "version", "owner", "due_ns", "expires_ns"
KEY_BYTES_MAX = 1024
DOCUMENT_BYTES_MAX = 2 * 1024 * 1024
_NS = 10**9
_FURTHEST = 2**63 - 2


class Put(Struct, frozen=True, kw_only=True):
    """A row to write, and what must be there."""

    write: Write
    expected: int | None
    """Version that the row must have; None: there must be no row."""
    expired_owner: str | None = None
    """Owner of the expired document that this one replaces."""

    @property
    def version(self) -> int:
        """Version that the row gets."""
        return (self.write.expected or 0) + 1


class Seen(Struct, frozen=True, kw_only=True):
    """What a row holds; without its document, unless that was asked for."""

    version: int
    owner: str
    expires_ns: int | None
    document: bytes = b""


FOREIGN = Seen(version=-1, owner="", expires_ns=None)
"""A row that no ledger wrote."""


def to_ns(moment: float) -> int:
    """Unix nanoseconds of unix seconds, at most what 64 bits less one hold (the year 2262); keeps the order."""
    if abs(moment) >= _FURTHEST // _NS:
        return _FURTHEST if moment > 0 else -_FURTHEST
    over, under = moment.as_integer_ratio()
    whole, rest = divmod(over * _NS, under)
    return whole + (2 * rest + (whole & 1) > under)  # to the nearest, of two that are as near to the even one


def from_ns(moment: int) -> float:
    """Unix seconds."""
    return moment / _NS


def size(write: Write) -> int:
    """About how many bytes of a request the write takes, rather more than less."""
    return len(write.document) + len(write.key.encode()) + 512


@lru_cache(maxsize=256)
def key_wanted(key: str) -> bytes:
    """A document's key in what asks for rows: of those that many deliveries read it is written once."""
    return messages.key_wanted(written([(KEY, key)]))


def put_item(put: Put, owner: str) -> bytes:
    """The write of one whole row, with its condition."""
    write = put.write
    columns: list[tuple[str, int | str | bytes]] = [
        (DOCUMENT, write.document),
        (VERSION, put.version),
        (OWNER, owner),
    ]
    if write.due_at is not None:
        columns.append((DUE, to_ns(write.due_at)))
    if write.expires_at is not None:
        columns.append((EXPIRES, to_ns(write.expires_at)))
    condition = messages.ABSENT if put.expected is None else messages.condition(VERSION, value_of(put.expected))
    return messages.put(written([(KEY, write.key)], columns), condition)


def delete_item(key: str, expires_ns: int) -> bytes:
    """The removal of a document that still has that expiry."""
    return messages.delete(written([(KEY, key)], deleted=True), messages.condition(EXPIRES, value_of(expires_ns)))


def seen(columns: Mapping[str, Value], *, with_document: bool) -> Seen:
    """What a row's columns say.

    A row that no ledger wrote must not count as none, nor keep others from being read: it is a document that nobody can
    make anything of, in a version that no row has, so that no condition on it ever holds. Raises as `expiry`.
    """
    document = columns.get(DOCUMENT) if with_document else b""
    version, owner = columns.get(VERSION), columns.get(OWNER)
    if not (isinstance(version, int) and isinstance(owner, str) and isinstance(document, bytes)):
        return FOREIGN
    return Seen(version=version, owner=owner, expires_ns=expiry(columns), document=document)


def expiry(columns: Mapping[str, Value]) -> int | None:
    """When a row's document expires; None: never. Raises LedgerUnavailable for what the table's definition excludes."""
    expires = columns.get(EXPIRES)
    if not isinstance(expires, int | None):
        raise LedgerUnavailable("a row of the ledger's table has a malformed expiry")
    return expires


def place(key: Mapping[str, Value], by: str) -> tuple[int, str]:
    """What an index by that column says of a row: its moment, and the document's key. Raises as `expiry`."""
    moment, document = key.get(by), key.get(KEY)
    if not (isinstance(moment, int) and isinstance(document, str)):
        raise LedgerUnavailable("a row of the ledger's index is malformed")
    return moment, document
