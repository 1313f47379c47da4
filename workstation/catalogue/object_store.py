"""The encrypted object store: one sealed file an instance, named by an HMAC of its UID."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workstation.catalogue.errors import ObjectNotStored, StorageFailed
from workstation.foundation.byte_source import FileSource
from workstation.foundation.errors import BadInput
from workstation.foundation.files import make_private_folder, sync_folder
from workstation.vault.keys import Vault
from workstation.vault.sealing import SealedReader, SealedWriter, open_bytes

_PART = ".part"


@dataclass(frozen=True)
class Stored:
    """What was stored: plaintext size in bytes, SHA-256 in hexadecimal, and `SealedReader.identity` of the file."""

    size: int
    sha256: str
    identity: bytes = b""


class ObjectStore:
    """Sealed files in one folder. Every method may be called from several threads at once; nothing is locked.

    Parameters
    ----------
    folder
        Where the files lie; made when it is not there.
    vault
        Gives the key and the names.
    store
        What they are; files of one store do not open as those of another.
    """

    def __init__(self, folder: Path, vault: Vault, store: str = "instances") -> None:
        self._folder = make_private_folder(folder)
        self._vault = vault
        self._key = vault.subkey(f"objects/{store}")
        self._store = store

    def put(self, uid: str, chunks: Iterable[bytes] | bytes) -> Stored:
        """Store an object, in place of an older one of that UID. It is durable when this returns.

        Ciphertext goes into a neighbour file, which is flushed to disk and then renamed; other threads see the old
        object or the new one.

        Raises
        ------
        StorageFailed
            When the disk is full or failing; then nothing was changed.
        """
        path = self._path(uid)
        neighbour = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_PART}")
        pieces = (chunks,) if isinstance(chunks, bytes) else chunks
        try:
            stored = self._write(neighbour, path.name, pieces)
            with _disk_faults_named():
                neighbour.replace(path)
                sync_folder(self._folder)
        except BaseException:
            neighbour.unlink(missing_ok=True)
            raise
        return stored

    def exists(self, uid: str) -> bool:
        """Whether there is an object of that UID. Its content is not looked at."""
        return self._path(uid).is_file()

    def open(self, uid: str) -> SealedReader:
        """A reader that verifies what it reads; to be closed.

        Raises
        ------
        ObjectNotStored
            When there is no such object.
        DamagedObject
            When its beginning is not that of a sealed file.
        """
        path = self._path(uid)
        try:
            source = FileSource(path)
        except BadInput as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise ObjectNotStored from error
            raise
        try:
            return SealedReader(source, self._key, store=self._store, name=path.name)
        except BaseException:
            source.close()
            raise

    def read(self, uid: str) -> bytes:
        """The whole object, verified.

        Raises
        ------
        ObjectNotStored, DamagedObject
            As `open`, and when any part of it was changed.
        """
        path = self._path(uid)
        try:
            sealed = path.read_bytes()
        except FileNotFoundError as error:
            raise ObjectNotStored from error
        return open_bytes(self._key, sealed, store=self._store, name=path.name)

    def delete(self, uid: str) -> None:
        """Forget an object; nothing happens when there is none."""
        self._path(uid).unlink(missing_ok=True)

    def remove_leftovers(self) -> int:
        """Remove neighbour files of writes that were cut off; to be called before any `put`. Says how many."""
        leftovers = list(self._folder.glob(f"*{_PART}"))
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)
        return len(leftovers)

    def _write(self, path: Path, name: str, pieces: Iterable[bytes]) -> Stored:
        digest = hashlib.sha256()
        size = 0
        with _disk_faults_named():
            stream = _new_private_file(path)
        try:
            writer = SealedWriter(stream, self._key, store=self._store, name=name)
            for piece in pieces:  # a fault of whoever gives the pieces, such as a broken connection, passes as it is
                with _disk_faults_named():
                    writer.write(piece)
                digest.update(piece)
                size += len(piece)
            with _disk_faults_named():
                writer.close()
                stream.flush()
                os.fsync(stream.fileno())
        finally:
            with suppress(OSError):  # everything is on disk by now, or the file is removed
                stream.close()
        return Stored(size, digest.hexdigest(), writer.identity)

    def _path(self, uid: str) -> Path:
        return self._folder / self._vault.object_name(uid)


def _new_private_file(path: Path) -> BinaryIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


@contextmanager
def _disk_faults_named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed from error
