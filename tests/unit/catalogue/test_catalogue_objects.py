"""The object store: sealed, named by HMAC, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.helpers.vaults import a_vault
from workstation.catalogue.errors import ObjectNotStored, StorageFailed
from workstation.catalogue.object_store import ObjectStore
from workstation.foundation.cancel import CancelToken
from workstation.foundation.pool import Pool
from workstation.vault.errors import DamagedObject

UID = "1.2.826.0.1.3680043.10.999.7.1"
OTHER = "1.2.826.0.1.3680043.10.999.7.2"
DATA = os.urandom(2_500_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "instances"


@pytest.fixture
def store(tmp_path: Path, folder: Path) -> ObjectStore:
    return ObjectStore(folder, a_vault(tmp_path))


def file_of(tmp_path: Path, uid: str) -> Path:
    return tmp_path / "data" / "instances" / a_vault(tmp_path).object_name(uid)


def test_what_is_put_is_read(store: ObjectStore) -> None:
    stored = store.put(UID, DATA)
    assert stored.size == len(DATA)
    assert stored.sha256 == hashlib.sha256(DATA).hexdigest()
    assert store.exists(UID)
    assert store.read(UID) == DATA
    with store.open(UID) as reader:
        assert reader.size == len(DATA)
        assert reader.read(1_200_000, 10) == DATA[1_200_000:1_200_010]


def test_a_stream_is_put_piece_by_piece(store: ObjectStore) -> None:
    stored = store.put(UID, (DATA[start : start + 70_000] for start in range(0, len(DATA), 70_000)))
    assert stored.sha256 == hashlib.sha256(DATA).hexdigest()
    assert store.read(UID) == DATA


def test_names_and_content_tell_nothing(store: ObjectStore, folder: Path) -> None:
    store.put(UID, b"SYNTHETIC^Ada " * 1000)
    (file,) = folder.iterdir()
    assert UID not in file.name
    assert b"SYNTHETIC" not in file.read_bytes()
    if os.name != "nt":
        assert file.stat().st_mode & 0o777 == 0o600


def test_what_was_never_put_is_something_missing(store: ObjectStore) -> None:
    assert not store.exists(UID)
    with pytest.raises(ObjectNotStored):
        store.read(UID)
    with pytest.raises(ObjectNotStored) as caught:
        store.open(UID)
    assert UID not in str(caught.value)


def test_deleting_is_lasting_and_harmless(store: ObjectStore) -> None:
    store.put(UID, DATA)
    store.delete(UID)
    store.delete(UID)
    assert not store.exists(UID)


def test_exchanged_files_are_found(store: ObjectStore, tmp_path: Path) -> None:
    store.put(UID, DATA)
    store.put(OTHER, DATA)
    one, two = file_of(tmp_path, UID), file_of(tmp_path, OTHER)
    first = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(first)
    for uid in (UID, OTHER):
        with pytest.raises(DamagedObject):
            store.read(uid)
        with store.open(uid) as reader, pytest.raises(DamagedObject):
            reader.read(0, 10)


@pytest.mark.parametrize("length", [0, 1, 36, 1_000_000, 36 + (1 << 20) + 16, 2 * ((1 << 20) + 16) + 36])
def test_truncated_files_are_found(length: int, store: ObjectStore, tmp_path: Path) -> None:
    store.put(UID, DATA)
    os.truncate(file_of(tmp_path, UID), length)
    with pytest.raises(DamagedObject):
        store.read(UID)


def test_reordered_chunks_are_found(store: ObjectStore, tmp_path: Path) -> None:
    store.put(UID, DATA)
    file, chunk = file_of(tmp_path, UID), (1 << 20) + 16
    content = file.read_bytes()
    head, one, two, rest = (
        content[:36],
        content[36 : 36 + chunk],
        content[36 + chunk : 36 + 2 * chunk],
        content[36 + 2 * chunk :],
    )
    file.write_bytes(head + two + one + rest)
    with pytest.raises(DamagedObject):
        store.read(UID)


@pytest.mark.parametrize("position", [0, 20, 40, 1_300_000, -1])
def test_flipped_bits_are_found(position: int, store: ObjectStore, tmp_path: Path) -> None:
    store.put(UID, DATA)
    content = bytearray(file_of(tmp_path, UID).read_bytes())
    content[position] ^= 4
    file_of(tmp_path, UID).write_bytes(content)
    with pytest.raises(DamagedObject):
        store.read(UID)


def test_a_range_is_read_although_another_part_is_damaged(store: ObjectStore, tmp_path: Path) -> None:
    store.put(UID, DATA)
    content = bytearray(file_of(tmp_path, UID).read_bytes())
    content[1_500_000] ^= 4
    file_of(tmp_path, UID).write_bytes(content)
    with store.open(UID) as reader:
        assert reader.read(0, 132) == DATA[:132]
        with pytest.raises(DamagedObject):
            reader.read(1_499_000, 2_000)


def test_a_file_of_another_store_is_found(tmp_path: Path, store: ObjectStore, folder: Path) -> None:
    store.put(UID, DATA)
    with pytest.raises(DamagedObject):
        ObjectStore(folder, a_vault(tmp_path), "thumbnails").read(UID)


def test_a_transfer_that_breaks_off_leaves_the_old_object(store: ObjectStore, folder: Path) -> None:
    store.put(UID, b"old")

    def breaking() -> Iterator[bytes]:
        yield DATA
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):  # the network's fault is not called the disk's
        store.put(UID, breaking())
    assert store.read(UID) == b"old"
    assert len(list(folder.iterdir())) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_named(store: ObjectStore, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workstation.catalogue import object_store

    def full(_: Path) -> BinaryIO:
        return Path("/dev/full").open("wb")

    monkeypatch.setattr(object_store, "_new_private_file", full)
    with pytest.raises(StorageFailed):
        store.put(UID, DATA)
    assert list(folder.iterdir()) == []


def test_a_transfer_that_is_given_up_leaves_nothing(store: ObjectStore, folder: Path) -> None:
    def cancelled() -> Iterator[bytes]:
        yield DATA
        raise KeyError

    with pytest.raises(KeyError):
        store.put(UID, cancelled())
    assert list(folder.iterdir()) == []


def test_leftovers_of_a_power_cut_are_removed(store: ObjectStore, folder: Path) -> None:
    store.put(UID, DATA)
    (folder / ("0" * 64 + ".1a2b3c4d.part")).write_bytes(b"half")
    assert store.remove_leftovers() == 1
    assert store.read(UID) == DATA


def test_many_threads_put_at_once(store: ObjectStore) -> None:
    def put(number: int) -> bool:
        store.put(f"{UID}.{number % 10}", DATA[: 1000 + number % 10])  # several threads put the same object
        return True

    assert len(list(Pool(put, workers=8).run(range(80), CancelToken()))) == 80
    assert all(store.read(f"{UID}.{n}") == DATA[: 1000 + n] for n in range(10))
