"""The beginnings of a study's objects, up to their pixels, sealed as one: a study opens without opening each of them.

They are copies. Each says of which object: whoever uses one compares digests, and the pixels that belong to it are
those of the sealed file with the identity it names.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workstation.catalogue.errors import ObjectNotStored
from workstation.catalogue.object_store import ObjectStore
from workstation.vault.errors import DamagedObject
from workstation.vault.keys import Vault

_FORM = "header block/1"
_LARGEST_HEAD = 1 << 16  # larger ones take long to read anyway
_LARGEST_BLOCK = 64 << 20


@dataclass(frozen=True, repr=False)
class Head:
    """The beginning of one object: an `workstation.dicom.object_shelf.IdentifiedSource` that ends at the pixels.

    Attributes
    ----------
    sha256, size
        Of the whole object.
    identity
        Of the sealed file that holds it.
    """

    sha256: str
    size: int
    identity: bytes
    data: bytes = field(repr=False)

    def read(self, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset``, or as many as there are before the pixels."""
        return self.data[offset : offset + length]

    def read_into(self, offset: int, out: memoryview) -> int:
        """Fill ``out`` from ``offset``; gives how many bytes there were."""
        piece = self.read(offset, out.nbytes)
        out[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Nothing is open."""


class HeaderBlocks:
    """One block a study. Any thread may call.

    Parameters
    ----------
    folder
        Where the blocks lie.
    vault
        Gives the key and the names.
    """

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._store = ObjectStore(folder, vault, "header blocks")
        self._lock = threading.Lock()

    def heads(self, study_uid: str) -> dict[str, Head]:
        """What is known of the objects of a study, by SOP Instance UID; a damaged block is forgotten."""
        try:
            return _unpacked(self._store.read(study_uid))
        except ObjectNotStored:
            return {}
        except DamagedObject:
            self._store.delete(study_uid)
            return {}

    def add(self, study_uid: str, heads: Mapping[str, Head]) -> None:
        """Keep these as well, as far as they are small.

        Raises
        ------
        StorageFailed
        """
        with self._lock:
            merged = self.heads(study_uid)
            merged |= {uid: head for uid, head in heads.items() if len(head.data) <= _LARGEST_HEAD}
            if sum(len(head.data) for head in merged.values()) <= _LARGEST_BLOCK:
                self._store.put(study_uid, _packed(merged))

    def forget(self, study_uid: str) -> None:
        """Drop the block of a study; nothing happens when there is none."""
        self._store.delete(study_uid)


def _packed(heads: Mapping[str, Head]) -> bytes:
    """One line of JSON that tells lengths, then the beginnings."""
    index = [[uid, head.sha256, head.size, head.identity.hex(), len(head.data)] for uid, head in heads.items()]
    line = json.dumps({"form": _FORM, "heads": index}).encode("ascii")
    return b"\n".join((line, b"".join(head.data for head in heads.values())))


def _unpacked(block: bytes) -> dict[str, Head]:
    """What `_packed` packed; nothing of a form of another version of the program."""
    line, _, rest = block.partition(b"\n")
    told = json.loads(line)
    if told.get("form") != _FORM:
        return {}
    found, at = {}, 0
    for uid, sha256, size, identity, length in told["heads"]:
        found[uid] = Head(sha256, size, bytes.fromhex(identity), rest[at : at + length])
        at += length
    return found
