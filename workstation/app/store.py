"""Opening the reader's store: folder, lock, key, vault, catalogue, audit. Closed in the opposite order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from calibration.checks.opening import Displays, opened_displays
from workstation.catalogue.catalogue import DATABASE_NAME, Catalogue, open_catalogue
from workstation.catalogue.errors import StorageFailed
from workstation.foundation import logs
from workstation.foundation.clock import SystemClock
from workstation.foundation.errors import BadInput
from workstation.foundation.files import make_private_folder
from workstation.foundation.instance_lock import DataFolderLock
from workstation.site.folders import Folders
from workstation.vault.audit import AuditCode, AuditEvent, AuditTrail
from workstation.vault.keys import HEADER_NAME, Vault, VaultSlot, open_or_create_vault
from workstation.vault.secrets import KeyringSecrets, SecretStore
from workstation.vault.slots import KeyFileSlot, KeyringSlot, PassphraseSlot

_AUDIT = "audit"


@dataclass(frozen=True)
class KeySource:
    """Where the key of the store comes from: a file, a passphrase on a descriptor, else the key store of the system."""

    key_file: Path | None = None
    passphrase_fd: int | None = None
    passphrase: str | None = None

    def slot(self, folders: Folders) -> tuple[VaultSlot, SecretStore | None]:
        """The slot to open, and the key store of the system when it is used.

        Raises
        ------
        BadInput
            When the passphrase cannot be read.
        SomethingMissing
            When there is no key store and nothing else was given.
        """
        if self.key_file is not None:
            return KeyFileSlot(self.key_file, folders.data), None
        if self.passphrase is not None:
            return PassphraseSlot(self.passphrase), None
        if self.passphrase_fd is not None:
            return PassphraseSlot(_passphrase_from(self.passphrase_fd)), None
        secrets = KeyringSecrets("lightbox-workstation")
        return KeyringSlot(secrets, str(folders.data)), secrets


@dataclass(frozen=True)
class Store:
    """An open store."""

    folders: Folders
    vault: Vault
    catalogue: Catalogue
    audit: AuditTrail
    clock: SystemClock
    displays: Displays


@contextmanager
def opened_store(folders: Folders, keys: KeySource) -> Iterator[Store]:
    """Open the store of a data folder for this process alone; close it at the end.

    Raises
    ------
    DataFolderInUse
        When another copy of the program has it.
    SomethingMissing
        When no key can be had.
    """
    lock = DataFolderLock(folders.data, "workstation")
    with _writable(folders.data):
        make_private_folder(folders.data)
        lock.take()
    try:
        with _writable(folders.logs):
            logs.configure(folders.logs)
        _must_be_whole(folders.data)
        slot, secrets = keys.slot(folders)
        vault = open_or_create_vault(folders.data, slot)
        clock = SystemClock()
        catalogue = open_catalogue(folders.data, vault, clock)
        try:
            audit = AuditTrail(folders.data / _AUDIT, vault, secrets, clock)
            audit.record(AuditEvent(AuditCode.APPLICATION_START, ""))
            with opened_displays(folders, clock) as displays:
                yield Store(folders, vault, catalogue, audit, clock, displays)
            audit.record(AuditEvent(AuditCode.APPLICATION_STOP, ""))
        finally:
            catalogue.close()
    finally:
        lock.release()


def _must_be_whole(data: Path) -> None:
    """A part that is gone is not quietly made anew: with it went drafts and signed reports, or the way to read them."""
    has_key, has_catalogue = (data / HEADER_NAME).exists(), (data / DATABASE_NAME).exists()
    has_worked = (data / _AUDIT).exists()  # made last, so that a first start that was broken off is no damage
    for is_there, name in (
        (has_key or not has_catalogue, HEADER_NAME),
        (has_catalogue or not has_worked, DATABASE_NAME),
    ):
        if not is_there:
            raise BadInput(
                f"The file {name} is missing from the data folder {data}.",
                "Put it back from a copy, or name another folder with --data-dir.",
            )


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed(
            f"The folder {folder} cannot be written: {error.strerror or 'the system refuses'}.",
            "Give this account the right to write there and room on its disk, or name another with --data-dir.",
        ) from error


def _passphrase_from(descriptor: int) -> str:
    try:
        with os.fdopen(descriptor, encoding="utf-8", closefd=False) as stream:
            passphrase = stream.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"No passphrase can be read from descriptor {descriptor}.") from error
    if not passphrase:
        raise BadInput(f"The passphrase on descriptor {descriptor} is empty.")
    return passphrase
