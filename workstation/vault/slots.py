"""Key slots: the ways in which the one data key of a data folder is wrapped and got back.

Each slot class both makes its slot (`wrap`) and opens it (`unwrap`). The place of a site's recovery slot
(kind ``site-recovery``, wrapped for a public key of the site) is kept: slots of unknown kinds stay untouched.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workstation.foundation.files import make_private_folder, write_atomically
from workstation.vault.errors import DamagedVault, KeyFileRefused, NoKeyFile, NoKeyStore, WeakPassphrase
from workstation.vault.secrets import SecretStore

KEY_BYTES = 32

_NONCE_BYTES = 12
_LARGEST_KEY_FILE = 1 << 16
_SHORTEST_PASSPHRASE = 8


@dataclass(frozen=True)
class Slot:
    """One wrapped copy of the data key, as it stands in the header."""

    kind: str
    parameters: Mapping[str, Any]
    wrapped_key: bytes = field(repr=False)


class NewSlot(Protocol):
    """A way to wrap the data key."""

    @property
    def kind(self) -> str:
        """The slot's kind in the header."""
        ...

    def wrap(self, data_key: bytes, vault_id: str) -> Slot:
        """Wrap the 32 bytes of the data key."""
        ...


class SlotOpener(Protocol):
    """A way to get the data key back."""

    @property
    def kind(self) -> str:
        """The kind of slot it opens."""
        ...

    def unwrap(self, slot: Slot, vault_id: str) -> bytes | None:
        """The data key; None when this key is not the one of the slot."""
        ...


class KeyFileSlot:
    """The data key wrapped by the content of a file that lies outside the data folder.

    Parameters
    ----------
    path
        The key file: 32 bytes or more of random content. `wrap` makes it when it is not there.
    data_dir
        The data folder. A key beside the data it opens protects nothing, so one inside is refused.

    Raises
    ------
    KeyFileRefused
        When the file lies inside the data folder, also by way of a link.
    """

    kind = "key-file"

    def __init__(self, path: Path, data_dir: Path) -> None:
        self._path = path.expanduser()
        if self._path.resolve().is_relative_to(data_dir.expanduser().resolve()):
            raise KeyFileRefused(
                "The key file lies inside the data folder that it is to protect.",
                "Keep it elsewhere, for example on a removable disk.",
            )

    def wrap(self, data_key: bytes, vault_id: str) -> Slot:
        if not self._path.exists():
            make_private_folder(self._path.parent)
            write_atomically(self._path, base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
        return _wrapped(self._wrapping_key(), data_key, self.kind, vault_id, {})

    def unwrap(self, slot: Slot, vault_id: str) -> bytes | None:
        return _unwrapped(self._wrapping_key(), slot, vault_id)

    def _wrapping_key(self) -> bytes:
        try:
            with self._path.open("rb") as stream:
                material = stream.read(_LARGEST_KEY_FILE)
        except OSError as error:
            raise NoKeyFile(
                f"The key file {self._path} cannot be read.", "Attach the disk it is on, or name another."
            ) from error
        if len(material) < KEY_BYTES:
            raise KeyFileRefused(
                f"The key file {self._path} holds fewer than {KEY_BYTES} bytes.",
                "Name a file that does not exist yet; the program fills it.",
            )
        return _expanded(material, b"lightbox vault/1 key file")


@dataclass(frozen=True)
class Argon2Cost:
    """How dear one guess of a passphrase is (RFC 9106 section 4, second recommended option)."""

    iterations: int = 3
    lanes: int = 4
    memory_kib: int = 64 * 1024

    def __post_init__(self) -> None:
        within = 1 <= self.iterations <= 64 and 1 <= self.lanes <= 64 and 8 * self.lanes <= self.memory_kib <= 1 << 20
        if not within:
            raise ValueError("an Argon2id cost outside its bounds")


class PassphraseSlot:
    """The data key wrapped by a passphrase, through Argon2id. A PIN is refused: it can be guessed by trying all.

    Raises
    ------
    WeakPassphrase
        By `wrap`, when the passphrase has fewer than 8 characters or digits only.
    """

    kind = "passphrase"

    def __init__(self, passphrase: str, *, cost: Argon2Cost | None = None) -> None:
        self._passphrase = unicodedata.normalize("NFC", passphrase)
        self._cost = cost or Argon2Cost()

    def wrap(self, data_key: bytes, vault_id: str) -> Slot:
        if len(self._passphrase) < _SHORTEST_PASSPHRASE or self._passphrase.isdigit():
            raise WeakPassphrase(
                "This passphrase is too weak to protect patient data.",
                f"Use {_SHORTEST_PASSPHRASE} characters or more, not digits only.",
            )
        parameters = {
            "algorithm": "argon2id",
            "salt": os.urandom(16).hex(),
            "iterations": self._cost.iterations,
            "lanes": self._cost.lanes,
            "memory_kib": self._cost.memory_kib,
        }
        return _wrapped(self._wrapping_key(parameters), data_key, self.kind, vault_id, parameters)

    def unwrap(self, slot: Slot, vault_id: str) -> bytes | None:
        return _unwrapped(self._wrapping_key(slot.parameters), slot, vault_id)

    def _wrapping_key(self, parameters: Mapping[str, Any]) -> bytes:
        try:
            cost = Argon2Cost(parameters["iterations"], parameters["lanes"], parameters["memory_kib"])
            salt = bytes.fromhex(parameters["salt"])
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedVault("The key header of the data folder has a slot that cannot be used.") from error
        derivation = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=cost.iterations, lanes=cost.lanes, memory_cost=cost.memory_kib
        )
        return derivation.derive(self._passphrase.encode("utf-8"))


class KeyringSlot:
    """The data key wrapped by a random key that the operating system's key store keeps.

    Parameters
    ----------
    secrets
        The key store.
    account
        Name of the secret. A secret that is already there is used, never written over.

    Raises
    ------
    NoKeyStore
        By `wrap`, when the store did not keep what it was given.
    """

    kind = "keyring"

    def __init__(self, secrets: SecretStore, account: str) -> None:
        self._secrets = secrets
        self._account = account

    def wrap(self, data_key: bytes, vault_id: str) -> Slot:
        wrapping_key = self._wrapping_key()
        if wrapping_key is None:
            self._secrets.set(self._account, base64.b64encode(os.urandom(KEY_BYTES)).decode("ascii"))
            wrapping_key = self._wrapping_key()
        if wrapping_key is None:
            raise NoKeyStore(
                "The key store of this computer did not keep the key it was given.",
                "Unlock it, or start with --key-file or --passphrase-fd.",
            )
        return _wrapped(wrapping_key, data_key, self.kind, vault_id, {})

    def unwrap(self, slot: Slot, vault_id: str) -> bytes | None:
        wrapping_key = self._wrapping_key()
        return None if wrapping_key is None else _unwrapped(wrapping_key, slot, vault_id)

    def _wrapping_key(self) -> bytes | None:
        secret = self._secrets.get(self._account)
        if secret is None:
            return None
        try:
            material = base64.b64decode(secret, validate=True)
        except binascii.Error:
            return None
        return _expanded(material, b"lightbox vault/1 keyring") if len(material) == KEY_BYTES else None


def _expanded(material: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(material)


def _wrapped(wrapping_key: bytes, data_key: bytes, kind: str, vault_id: str, parameters: Mapping[str, Any]) -> Slot:
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(wrapping_key).encrypt(nonce, data_key, _binding(kind, vault_id, parameters))
    return Slot(kind, dict(parameters), nonce + sealed)


def _unwrapped(wrapping_key: bytes, slot: Slot, vault_id: str) -> bytes | None:
    nonce, sealed = slot.wrapped_key[:_NONCE_BYTES], slot.wrapped_key[_NONCE_BYTES:]
    try:
        return AESGCM(wrapping_key).decrypt(nonce, sealed, _binding(slot.kind, vault_id, slot.parameters))
    except (InvalidTag, ValueError):  # ValueError: a nonce cut short
        return None


def _binding(kind: str, vault_id: str, parameters: Mapping[str, Any]) -> bytes:
    """Ties a slot to its vault and parameters, so that neither can be exchanged."""
    return json.dumps(["vault/1", vault_id, kind, dict(parameters)], sort_keys=True).encode("utf-8")
