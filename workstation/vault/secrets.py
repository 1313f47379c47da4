"""The only door to the key store of the operating system."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Protocol

from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringError, PasswordDeleteError

from workstation.vault.errors import NoKeyStore

# Key stores of operating systems and desktops. Everything else is refused by not being here: `null` forgets
# silently, `fail` always raises, and file backends keep secrets in plain text or ask on a terminal.
OS_KEY_STORES = frozenset(
    {
        "keyring.backends.SecretService",
        "keyring.backends.Windows",
        "keyring.backends.kwallet",
        "keyring.backends.libsecret",
        "keyring.backends.macOS",
    }
)

_ADVICE = (
    "Log in to a desktop session with a key store (GNOME Keyring, KWallet, Windows, macOS), "
    "or start with --key-file or --passphrase-fd."
)


class SecretStore(Protocol):
    """A place outside the data folder that keeps short secrets."""

    def get(self, name: str) -> str | None:
        """The secret of that name; None when there is none."""
        ...

    def set(self, name: str, value: str) -> None:
        """Keep a secret, in place of the old one."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret; nothing happens when there is none."""
        ...


class KeyringSecrets:
    """Secrets in the key store of the operating system.

    Parameters
    ----------
    service
        Name under which the key store lists our secrets.
    backend
        The keyring backend; the one that keyring itself would choose when None.
    trusted
        Modules whose backends are accepted.

    Raises
    ------
    NoKeyStore
        When the backend is none of ``trusted``: then nothing would be kept, or kept in plain text.
    """

    def __init__(
        self, service: str, backend: KeyringBackend | None = None, *, trusted: Container[str] = OS_KEY_STORES
    ) -> None:
        self._service = service
        self._backend = _trusted_backend(backend if backend is not None else _chosen_backend(), trusted)

    def get(self, name: str) -> str | None:
        try:
            return self._backend.get_password(self._service, name)
        except KeyringError as error:
            raise _refused("read from") from error

    def set(self, name: str, value: str) -> None:
        try:
            self._backend.set_password(self._service, name, value)
        except KeyringError as error:
            raise _refused("write to") from error

    def delete(self, name: str) -> None:
        try:
            self._backend.delete_password(self._service, name)
        except PasswordDeleteError:
            return  # there was none
        except KeyringError as error:
            raise _refused("write to") from error


def _chosen_backend() -> KeyringBackend:
    import keyring

    return keyring.get_keyring()


def _trusted_backend(backend: KeyringBackend, trusted: Container[str]) -> KeyringBackend:
    for candidate in _unchained(backend):
        if type(candidate).__module__ in trusted:
            return candidate
    raise NoKeyStore("This computer offers no key store that keeps secrets safely.", _ADVICE)


def _unchained(backend: KeyringBackend) -> Iterator[KeyringBackend]:
    """The backend itself, or the links of a chain: a chain may fall through to a plain-text file."""
    if isinstance(backend, ChainerBackend):
        yield from backend.backends
    else:
        yield backend


def _refused(doing: str) -> NoKeyStore:
    return NoKeyStore(f"The key store of this computer refused to let the program {doing} it.", _ADVICE)
