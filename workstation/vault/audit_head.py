"""Where the audit trail ended when it was last written, kept apart from the trail so that a cut shows."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from workstation.foundation.files import write_atomically
from workstation.vault.errors import DamagedObject, NoKeyStore
from workstation.vault.keys import Vault
from workstation.vault.sealing import open_bytes, seal_bytes
from workstation.vault.secrets import SecretStore

log = logging.getLogger(__name__)

_STORE = "audit-head"


@dataclass(frozen=True)
class Head:
    """The number of entries and the hash of the last one."""

    entries: int
    hash: str


class HeadKeeper:
    """Keeps the head sealed beside the trail and, where there is one, in the key store of the computer.

    A thief of the disk may put an old trail and an old head back together; the key store's copy finds that.
    """

    def __init__(self, path: Path, vault: Vault, secrets: SecretStore | None) -> None:
        self._path = path
        self._key = vault.subkey(_STORE)
        self._secrets = secrets
        self._secret_name = f"{_STORE}-{vault.id}"

    def keep(self, head: Head) -> None:
        """Replace the head in all its places. A key store that is locked just now keeps its older one."""
        content = json.dumps(asdict(head)).encode("ascii")
        write_atomically(self._path, seal_bytes(self._key, content, store=_STORE, name=_STORE))
        if self._secrets is None:
            return
        try:
            self._secrets.set(self._secret_name, content.decode("ascii"))
        except NoKeyStore as error:
            log.info("the head of the audit trail could not be put into the key store (%s)", type(error).__name__)

    def kept(self) -> Iterator[Head]:
        """Every head that is kept.

        Raises
        ------
        DamagedObject
            When one of them cannot be read.
        """
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            pass
        else:
            yield _parsed(open_bytes(self._key, sealed, store=_STORE, name=_STORE))
        secret = self._secret()
        if secret is not None:
            yield _parsed(secret.encode("utf-8"))

    def _secret(self) -> str | None:
        if self._secrets is None:
            return None
        try:
            return self._secrets.get(self._secret_name)
        except NoKeyStore as error:
            log.info("the key store could not be asked for the head of the audit trail (%s)", type(error).__name__)
            return None


def _parsed(content: bytes) -> Head:
    try:
        document = json.loads(content)
        return Head(int(document["entries"]), str(document["hash"]))
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedObject("The kept end of the audit trail cannot be read.", "Tell your security officer.") from error
