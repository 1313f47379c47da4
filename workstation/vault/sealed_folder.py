"""A folder of small sealed files, such as one reader's key; its file names tell nothing."""

from __future__ import annotations

from pathlib import Path

from workstation.foundation.files import make_private_folder, sync_folder, write_atomically
from workstation.vault.keys import Vault
from workstation.vault.sealing import open_bytes, seal_bytes


class SealedFolder:
    """Small sealed files, each replaced as a whole.

    Parameters
    ----------
    vault
        Gives the key and the names.
    folder
        Where the files lie; made when it is not there.
    store
        What they are, for example ``verifiers``; files of one store do not open as those of another.
    """

    def __init__(self, vault: Vault, folder: Path, store: str) -> None:
        self._vault = vault
        self._key = vault.subkey(store)
        self._folder = make_private_folder(folder)
        self._store = store

    def exists(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return self._path(name).is_file()

    def read(self, name: str) -> bytes | None:
        """The content; None when there is none.

        Raises
        ------
        DamagedObject
            When the file was changed or exchanged.
        """
        try:
            sealed = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        return open_bytes(self._key, sealed, store=self._store, name=name)

    def write(self, name: str, content: bytes) -> None:
        """Replace the content, durably."""
        write_atomically(self._path(name), seal_bytes(self._key, content, store=self._store, name=name))

    def remove(self, name: str) -> None:
        """Take a file away, durably; nothing happens when there is none."""
        self._path(name).unlink(missing_ok=True)
        sync_folder(self._folder)

    def _path(self, name: str) -> Path:
        return self._folder / self._vault.object_name(f"{self._store}/{name}")
