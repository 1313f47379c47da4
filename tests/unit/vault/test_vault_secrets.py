"""The door to the key store: which backends are let in."""

from __future__ import annotations

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyring.errors import KeyringLocked, PasswordDeleteError

from workstation.foundation.errors import SomethingMissing
from workstation.vault.errors import NoKeyStore
from workstation.vault.secrets import KeyringSecrets


class Desktop(KeyringBackend):
    """A key store as a desktop has it."""

    priority = 5  # a class property there

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.is_locked:
            raise KeyringLocked
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.is_locked:
            raise KeyringLocked
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


class PlainTextFile(Desktop):
    """A key store that writes secrets into a file in clear text."""

    priority = 9


PlainTextFile.__module__ = "keyrings.alt.file"


@pytest.mark.parametrize("backend", [null.Keyring(), fail.Keyring(), PlainTextFile(), Desktop()])
def test_backends_that_keep_nothing_or_keep_it_in_clear_are_refused(backend: KeyringBackend) -> None:
    with pytest.raises(NoKeyStore) as caught:
        KeyringSecrets("lightbox", backend)
    assert isinstance(caught.value, SomethingMissing)
    assert "--key-file" in caught.value.advice


def _chain(*backends: KeyringBackend) -> KeyringBackend:
    class Chain(chainer.ChainerBackend):
        pass

    Chain.backends = list(backends)  # a class property there
    return Chain()


def test_a_chain_that_ends_in_clear_text_is_refused() -> None:
    with pytest.raises(NoKeyStore):
        KeyringSecrets("lightbox", _chain(PlainTextFile(), null.Keyring()))


def test_a_chain_gives_its_safe_link_only() -> None:
    plain, safe = PlainTextFile(), Desktop()
    secrets = KeyringSecrets("lightbox", _chain(plain, safe), trusted={__name__})
    secrets.set("a", "s")
    assert safe.kept
    assert not plain.kept


def test_the_backend_that_keyring_chooses_is_asked() -> None:
    import keyring

    before = keyring.get_keyring()
    keyring.set_keyring(null.Keyring())
    try:
        with pytest.raises(NoKeyStore):
            KeyringSecrets("lightbox")
    finally:
        keyring.set_keyring(before)


def test_secrets_are_kept_and_forgotten() -> None:
    secrets = KeyringSecrets("lightbox", Desktop(), trusted={__name__})
    assert secrets.get("a") is None
    secrets.set("a", "s")
    assert secrets.get("a") == "s"
    secrets.delete("a")
    secrets.delete("a")
    assert secrets.get("a") is None


def test_a_locked_key_store_is_something_missing() -> None:
    backend = Desktop()
    backend.is_locked = True
    secrets = KeyringSecrets("lightbox", backend, trusted={__name__})
    with pytest.raises(NoKeyStore, match="read"):
        secrets.get("a")
    with pytest.raises(NoKeyStore, match="write"):
        secrets.set("a", "s")
    with pytest.raises(NoKeyStore, match="write"):
        secrets.delete("a")
