"""Names for conditions about one study or item, which say nothing about it."""

from __future__ import annotations

import hashlib


def nickname(uid: str) -> str:
    """The same short name for the same UID, from which the UID cannot be read."""
    return hashlib.sha256(uid.encode()).hexdigest()[:12]
