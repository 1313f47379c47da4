"""Key slots: each way in, each refusal."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from tests.helpers.vaults import QUICK, MemorySecrets, a_vault
from workstation.foundation.errors import SomethingMissing, UserFacingError
from workstation.vault.errors import (
    DamagedVault,
    KeyFileRefused,
    NoKeyFile,
    NoKeyStore,
    VaultExists,
    WeakPassphrase,
    WrongKey,
)
from workstation.vault.keys import KeyFileSlot, KeyringSlot, PassphraseSlot, Vault, VaultSlot, open_or_create_vault

PASSPHRASE = "correct horse battery"


def slot_of(kind: str, root: Path, secrets: MemorySecrets) -> VaultSlot:
    if kind == "key-file":
        return KeyFileSlot(root / "elsewhere" / "k.key", root / "data")
    if kind == "passphrase":
        return PassphraseSlot(PASSPHRASE, cost=QUICK)
    return KeyringSlot(secrets, "data-key")


@pytest.mark.parametrize("kind", ["key-file", "passphrase", "keyring"])
def test_each_slot_opens_what_it_made(kind: str, tmp_path: Path) -> None:
    secrets = MemorySecrets()
    made = open_or_create_vault(tmp_path / "data", slot_of(kind, tmp_path, secrets))
    again = open_or_create_vault(tmp_path / "data", slot_of(kind, tmp_path, secrets))
    assert made.subkey("x") == again.subkey("x")
    assert made.object_name("1.2.3") == again.object_name("1.2.3")


def test_a_second_slot_opens_the_same_data(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    vault.add_slot(PassphraseSlot(PASSPHRASE, cost=QUICK))
    opened = Vault.unlock(tmp_path / "data" / "vault.json", PassphraseSlot(PASSPHRASE))
    assert opened.subkey("catalogue") == vault.subkey("catalogue")
    assert a_vault(tmp_path).id == vault.id


def test_a_wrong_key_file_is_refused(tmp_path: Path) -> None:
    a_vault(tmp_path)
    (tmp_path / "other.key").write_bytes(os.urandom(32))
    with pytest.raises(WrongKey):
        Vault.unlock(tmp_path / "data" / "vault.json", KeyFileSlot(tmp_path / "other.key", tmp_path / "data"))


def test_a_wrong_passphrase_is_refused(tmp_path: Path) -> None:
    open_or_create_vault(tmp_path, PassphraseSlot(PASSPHRASE, cost=QUICK))
    with pytest.raises(WrongKey):
        open_or_create_vault(tmp_path, PassphraseSlot(PASSPHRASE + "!"))


def test_a_passphrase_is_the_same_however_its_accents_were_typed(tmp_path: Path) -> None:
    made = open_or_create_vault(tmp_path, PassphraseSlot("caf\u00e9 au lait", cost=QUICK))
    assert open_or_create_vault(tmp_path, PassphraseSlot("cafe\u0301 au lait")).id == made.id


def test_a_key_store_that_has_forgotten_is_refused(tmp_path: Path) -> None:
    secrets = MemorySecrets()
    open_or_create_vault(tmp_path, KeyringSlot(secrets, "data-key"))
    secrets.kept.clear()
    with pytest.raises(WrongKey):
        open_or_create_vault(tmp_path, KeyringSlot(secrets, "data-key"))


@pytest.mark.parametrize("secret", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_key_store_with_another_secret_is_refused(secret: str, tmp_path: Path) -> None:
    secrets = MemorySecrets()
    open_or_create_vault(tmp_path, KeyringSlot(secrets, "data-key"))
    secrets.kept["data-key"] = secret
    with pytest.raises(WrongKey):
        open_or_create_vault(tmp_path, KeyringSlot(secrets, "data-key"))


def test_the_wrong_way_in_names_the_right_one(tmp_path: Path) -> None:
    a_vault(tmp_path)
    with pytest.raises(WrongKey, match="key file"):
        Vault.unlock(tmp_path / "data" / "vault.json", PassphraseSlot(PASSPHRASE))


def test_a_key_file_inside_the_data_folder_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for path in (data / "k.key", data / "deep" / "k.key", data / ".." / "data" / "k.key"):
        with pytest.raises(KeyFileRefused):
            KeyFileSlot(path, data)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_into_the_data_folder_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "real.key").write_bytes(os.urandom(32))
    (tmp_path / "innocent.key").symlink_to(data / "real.key")
    with pytest.raises(KeyFileRefused):
        KeyFileSlot(tmp_path / "innocent.key", data)


def test_a_key_file_that_is_gone_is_something_missing(tmp_path: Path) -> None:
    a_vault(tmp_path)
    (tmp_path / "data.key").unlink()
    with pytest.raises(NoKeyFile) as caught:
        a_vault(tmp_path)
    assert isinstance(caught.value, SomethingMissing)


def test_a_key_file_too_short_to_be_a_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.key").write_bytes(b"1234")
    with pytest.raises(KeyFileRefused):
        a_vault(tmp_path)
    assert not (tmp_path / "data" / "vault.json").exists()


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_key_file_header_and_folder_are_private(tmp_path: Path) -> None:
    a_vault(tmp_path)
    assert (tmp_path / "data.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data" / "vault.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("weak", ["", "1234", "12345678901234", "short"])
def test_a_pin_never_wraps_a_key(weak: str, tmp_path: Path) -> None:
    with pytest.raises(WeakPassphrase):
        open_or_create_vault(tmp_path, PassphraseSlot(weak, cost=QUICK))
    assert not (tmp_path / "vault.json").exists()


def test_a_key_store_that_keeps_nothing_is_refused(tmp_path: Path) -> None:
    class Forgetful(MemorySecrets):
        def set(self, name: str, value: str) -> None:
            return

    with pytest.raises(NoKeyStore):
        open_or_create_vault(tmp_path, KeyringSlot(Forgetful(), "data-key"))
    assert not (tmp_path / "vault.json").exists()


def test_a_secret_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    secrets = MemorySecrets()
    first = open_or_create_vault(tmp_path / "one", KeyringSlot(secrets, "data-key"))
    open_or_create_vault(tmp_path / "two", KeyringSlot(secrets, "data-key"))
    assert open_or_create_vault(tmp_path / "one", KeyringSlot(secrets, "data-key")).id == first.id


def test_a_header_is_never_written_over(tmp_path: Path) -> None:
    a_vault(tmp_path)
    with pytest.raises(VaultExists):
        Vault.create(tmp_path / "data" / "vault.json", PassphraseSlot(PASSPHRASE, cost=QUICK))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"format": "vault/1"}', b'{"format":"vault/1","vault_id":"zz","slots":[]}', b"\xff\xfe"],
)
def test_a_header_that_cannot_be_read_says_so(content: bytes, tmp_path: Path) -> None:
    a_vault(tmp_path)
    (tmp_path / "data" / "vault.json").write_bytes(content)
    with pytest.raises(DamagedVault):
        a_vault(tmp_path)


def test_a_header_of_a_later_form_says_so(tmp_path: Path) -> None:
    a_vault(tmp_path)
    header = tmp_path / "data" / "vault.json"
    header.write_text(header.read_text().replace("vault/1", "vault/2"))
    with pytest.raises(DamagedVault, match="version"):
        a_vault(tmp_path)


@pytest.mark.parametrize(
    ("key", "value"), [("wrapped_key", "AAAA"), ("wrapped_key", 3), ("parameters", {"x": 1}), ("parameters", None)]
)
def test_a_changed_slot_does_not_open(key: str, value: object, tmp_path: Path) -> None:
    a_vault(tmp_path)
    header = tmp_path / "data" / "vault.json"
    document = json.loads(header.read_text())
    document["slots"][0][key] = value
    header.write_text(json.dumps(document))
    with pytest.raises(UserFacingError) as caught:
        a_vault(tmp_path)
    assert isinstance(caught.value, WrongKey | DamagedVault)


@pytest.mark.parametrize("memory_kib", [1 << 30, 0, -1, "much"])
def test_a_header_cannot_ask_for_absurd_work(memory_kib: object, tmp_path: Path) -> None:
    open_or_create_vault(tmp_path, PassphraseSlot(PASSPHRASE, cost=QUICK))
    header = tmp_path / "vault.json"
    document = json.loads(header.read_text())
    document["slots"][0]["parameters"]["memory_kib"] = memory_kib
    header.write_text(json.dumps(document))
    with pytest.raises(DamagedVault):
        open_or_create_vault(tmp_path, PassphraseSlot(PASSPHRASE))


def test_a_slot_of_another_vault_does_not_open(tmp_path: Path) -> None:
    key = tmp_path / "k.key"
    for name in ("one", "two"):
        open_or_create_vault(tmp_path / name, KeyFileSlot(key, tmp_path / name))
    one = json.loads((tmp_path / "one" / "vault.json").read_text())
    two = json.loads((tmp_path / "two" / "vault.json").read_text())
    one["slots"] = two["slots"]
    (tmp_path / "one" / "vault.json").write_text(json.dumps(one))
    with pytest.raises(WrongKey):
        open_or_create_vault(tmp_path / "one", KeyFileSlot(key, tmp_path / "one"))


def test_slots_of_unknown_kinds_stay(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    header = tmp_path / "data" / "vault.json"
    document = json.loads(header.read_text())
    recovery = {"kind": "site-recovery", "parameters": {"curve": "X25519"}, "wrapped_key": "AAAA", "more": 1}
    document["slots"].insert(0, recovery)
    header.write_text(json.dumps(document))
    a_vault(tmp_path).add_slot(PassphraseSlot(PASSPHRASE, cost=QUICK))
    assert json.loads(header.read_text())["slots"][0] == recovery
    assert a_vault(tmp_path).id == vault.id


def test_subkeys_and_names_differ_by_purpose_and_vault(tmp_path: Path) -> None:
    one, two = a_vault(tmp_path / "one"), a_vault(tmp_path / "two")
    assert len({one.subkey("a"), one.subkey("b"), two.subkey("a"), two.subkey("b")}) == 4
    assert one.object_name("1.2") != two.object_name("1.2")
    assert len(one.subkey("a")) == 32
    assert len(one.object_name("1.2")) == 64


def test_the_header_and_the_repr_hold_no_key(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    header = (tmp_path / "data" / "vault.json").read_text()
    for secret in (vault._data_key, (tmp_path / "data.key").read_bytes().strip()):
        assert base64.b64encode(secret).decode() not in header
        assert secret.hex() not in header + repr(vault)
