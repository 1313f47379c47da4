"""A chain of records in which each names the hash of the one before, so that a missing or changed one shows."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

GENESIS = "0" * 64


def link(previous: str, content: bytes, *, key: bytes = b"") -> str:
    """Hash of a record that follows ``previous``: SHA-256, or HMAC-SHA-256 when a key is given. Hexadecimal."""
    material = bytes.fromhex(previous) + hashlib.sha256(content).digest()
    if key:
        return hmac.new(key, material, hashlib.sha256).hexdigest()
    return hashlib.sha256(material).hexdigest()


def first_break(records: Iterable[tuple[bytes, str]], *, key: bytes = b"") -> int | None:
    """Index of the first record whose hash does not follow; None when the chain holds."""
    previous = GENESIS
    for index, (content, stated) in enumerate(records):
        if not hmac.compare_digest(link(previous, content, key=key), stated):
            return index
        previous = stated
    return None
