"""The data key of a data folder, and every key that is derived from it."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workstation.foundation.files import make_private_folder, write_atomically
from workstation.vault.errors import DamagedVault, VaultExists, WrongKey
from workstation.vault.slots import (
    KEY_BYTES,
    Argon2Cost,
    KeyFileSlot,
    KeyringSlot,
    NewSlot,
    PassphraseSlot,
    Slot,
    SlotOpener,
)

__all__ = [
    "Argon2Cost",
    "KeyFileSlot",
    "KeyringSlot",
    "NewSlot",
    "PassphraseSlot",
    "SlotOpener",
    "Vault",
    "VaultSlot",
    "open_or_create_vault",
]

FORMAT = "vault/1"
HEADER_NAME = "vault.json"


class VaultSlot(NewSlot, SlotOpener, Protocol):
    """A slot that both wraps and opens, as all of ours do."""


@dataclass(frozen=True)
class _Header:
    """What stands in ``vault.json``. ``slots`` keeps the raw entries, so that unknown kinds survive a rewrite."""

    vault_id: str
    slots: tuple[Mapping[str, Any], ...]


class Vault:
    """The open vault of one data folder: hands out derived keys and names, never the data key itself."""

    def __init__(self, data_key: bytes, vault_id: str, header: Path) -> None:
        self._data_key = data_key
        self._id = vault_id
        self._header = header
        self._name_key = self.subkey("object-names")

    def __repr__(self) -> str:
        return "Vault(open)"

    @property
    def id(self) -> str:
        """Random name of this vault, 32 hexadecimal digits; not secret."""
        return self._id

    @classmethod
    def create(cls, header: Path, slot: NewSlot) -> Vault:
        """Make a new data key, wrapped in one slot.

        Raises
        ------
        VaultExists
            When there is a header already: writing over it would lose everything it opens.
        """
        if header.exists():
            raise VaultExists("This data folder already has a key.", "Open it with that key.")
        data_key, vault_id = os.urandom(KEY_BYTES), os.urandom(16).hex()
        make_private_folder(header.parent)
        _write(header, _Header(vault_id, (_slot_to_json(slot.wrap(data_key, vault_id)),)))
        return cls(data_key, vault_id, header)

    @classmethod
    def unlock(cls, header: Path, opener: SlotOpener) -> Vault:
        """Open an existing vault with whichever slot fits.

        Raises
        ------
        WrongKey
            When no slot opens with this key, passphrase or key store.
        DamagedVault
            When the header is absent or cannot be read.
        """
        found = _read(header)
        mine = [_slot_from_json(entry) for entry in found.slots if entry.get("kind") == opener.kind]
        for slot in mine:
            data_key = opener.unwrap(slot, found.vault_id)
            if data_key is not None:
                return cls(data_key, found.vault_id, header)
        raise _wrong_key(opener.kind, found, has_such_slot=bool(mine))

    def add_slot(self, slot: NewSlot) -> None:
        """Let the same data be opened in one more way."""
        found = _read(self._header)
        added = _slot_to_json(slot.wrap(self._data_key, self._id))
        _write(self._header, _Header(found.vault_id, (*found.slots, added)))

    def subkey(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose; knowing it tells nothing about the others (HKDF-SHA-256)."""
        info = b"lightbox vault/1 subkey\0" + purpose.encode("utf-8")
        return HKDF(SHA256(), KEY_BYTES, salt=bytes.fromhex(self._id), info=info).derive(self._data_key)

    def object_name(self, uid: str) -> str:
        """The stand-in for a UID in file names and audit entries: HMAC-SHA-256, 64 hexadecimal digits."""
        return hmac.digest(self._name_key, uid.encode("utf-8"), "sha256").hex()


def open_or_create_vault(folder: Path, opener: VaultSlot) -> Vault:
    """Open the vault of a data folder, or make it when the folder has none yet.

    Raises
    ------
    WrongKey, DamagedVault
        As `Vault.unlock`.
    """
    header = folder / HEADER_NAME
    if header.exists():
        return Vault.unlock(header, opener)
    return Vault.create(header, opener)


def _wrong_key(kind: str, header: _Header, *, has_such_slot: bool) -> WrongKey:
    if has_such_slot:
        return WrongKey(
            f"This {kind.replace('-', ' ')} does not open the data folder.", "Use the one it was made with."
        )
    kinds = sorted({str(entry.get("kind", "?")).replace("-", " ") for entry in header.slots})
    return WrongKey(
        f"The data folder does not open with a {kind.replace('-', ' ')}.", f"It opens with: {', '.join(kinds)}."
    )


def _read(path: Path) -> _Header:
    try:
        raw = json.loads(path.read_bytes())
        if raw["format"] != FORMAT:
            raise DamagedVault(
                "The key header of the data folder has a form that this version does not know.",
                "Use the version of the program that wrote it, or a newer one.",
            )
        bytes.fromhex(raw["vault_id"])
        return _Header(raw["vault_id"], tuple(dict(entry) for entry in raw["slots"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedVault(
            f"The key header {path} cannot be read.", "Put it back from a copy; without it the data stay closed."
        ) from error


def _write(path: Path, header: _Header) -> None:
    document = {"format": FORMAT, "vault_id": header.vault_id, "slots": list(header.slots)}
    write_atomically(path, json.dumps(document, indent=2).encode("utf-8") + b"\n")


def _slot_to_json(slot: Slot) -> dict[str, Any]:
    return {
        "kind": slot.kind,
        "parameters": dict(slot.parameters),
        "wrapped_key": base64.b64encode(slot.wrapped_key).decode("ascii"),
    }


def _slot_from_json(entry: Mapping[str, Any]) -> Slot:
    try:
        return Slot(entry["kind"], dict(entry["parameters"]), base64.b64decode(entry["wrapped_key"], validate=True))
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise DamagedVault("The key header of the data folder has a slot that cannot be read.") from error
