"""Checking a reader's password while the site cannot be reached."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from workstation.vault.keys import Argon2Cost, Vault
from workstation.vault.sealed_folder import SealedFolder


class LocalVerifier:
    """Remembers, sealed and through Argon2id, the password of readers whom the site has accepted.

    Parameters
    ----------
    vault
        Seals the hashes.
    folder
        Where they lie, one file a reader.
    cost
        How dear one guess is.
    """

    def __init__(self, vault: Vault, folder: Path, *, cost: Argon2Cost | None = None) -> None:
        self._files = SealedFolder(vault, folder, "verifiers")
        self._cost = cost or Argon2Cost()

    def remember(self, user: str, password: str) -> None:
        """Keep the password's hash. To be called after the site has accepted the two, and only then."""
        derivation = Argon2id(
            salt=os.urandom(16),
            length=32,
            iterations=self._cost.iterations,
            lanes=self._cost.lanes,
            memory_cost=self._cost.memory_kib,
        )
        self._files.write(user, derivation.derive_phc_encoded(_as_bytes(password)).encode("ascii"))

    def check(self, user: str, password: str) -> bool:
        """Whether this is the password the site accepted last. False for a reader who is not known here."""
        stored = self._files.read(user)
        if stored is None:
            return False
        try:
            Argon2id.verify_phc_encoded(_as_bytes(password), stored.decode("ascii"))
        except InvalidKey:
            return False
        return True

    def is_known(self, user: str) -> bool:
        """Whether the site has ever accepted this reader on this computer."""
        return self._files.exists(user)


def _as_bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8")
