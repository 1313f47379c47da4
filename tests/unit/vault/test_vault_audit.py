"""The audit trail: every way of losing or changing an entry is found."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.vaults import HandClock, MemorySecrets, a_vault
from workstation.vault.audit import AuditCode, AuditEvent, AuditTrail
from workstation.vault.errors import NoKeyStore

UID = "1.2.826.0.1.3680043.10.999.7"


def trail(root: Path, secrets: MemorySecrets | None = None) -> AuditTrail:
    return AuditTrail(root / "data" / "audit", a_vault(root), secrets, HandClock())


def written(root: Path, entries: int = 5, secrets: MemorySecrets | None = None) -> Path:
    """A trail of so many entries; returns its file."""
    writer = trail(root, secrets)
    for number in range(entries):
        writer.record(AuditEvent(AuditCode.STUDY_OPENED, "dr.demo", UID, True, f"number {number}"))
    return root / "data" / "audit" / "audit.log"


def test_an_untouched_trail_verifies(tmp_path: Path) -> None:
    written(tmp_path, 5, MemorySecrets())
    verdict = trail(tmp_path).verify()
    assert verdict.ok
    assert verdict.entries == 5
    assert verdict.first_break is None


def test_an_empty_trail_verifies(tmp_path: Path) -> None:
    assert trail(tmp_path, MemorySecrets()).verify().ok


def test_the_chain_goes_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(3):
        written(tmp_path, 2)
    assert trail(tmp_path).verify().entries == 6
    assert trail(tmp_path).verify().ok


def test_an_entry_is_in_the_schema_of_the_standard(tmp_path: Path) -> None:
    trail(tmp_path).record(AuditEvent(AuditCode.USER_AUTHENTICATION, "dr.demo", outcome_ok=False, detail="refused"))
    trail(tmp_path).record(AuditEvent(AuditCode.STUDY_OPENED, "dr.demo", UID))
    login, opened = trail(tmp_path).messages()
    identification: dict[str, Any] = login["EventIdentification"]
    assert identification["EventID"]["csd-code"] == "110114"
    assert [code["csd-code"] for code in identification["EventTypeCode"]] == ["110122", "USER_AUTHENTICATION"]
    assert identification["EventActionCode"] == "E"
    assert identification["EventOutcomeIndicator"] == "4"
    assert identification["EventDateTime"] == "2026-11-02T14:30:00.000+00:00"
    assert login["ActiveParticipant"][0]["UserID"] == "dr.demo"
    assert login["ParticipantObjectIdentification"] == []
    assert opened["EventIdentification"]["EventID"]["csd-code"] == "110103"
    assert opened["ParticipantObjectIdentification"][0]["ParticipantObjectID"] == a_vault(tmp_path).object_name(UID)


@pytest.mark.parametrize("code", list(AuditCode))
def test_every_event_has_a_meaning(code: AuditCode) -> None:
    assert code.meaning.event_id.startswith("1101")
    assert code.meaning.action in "CRUDE"


def test_nothing_is_in_clear_text_and_no_uid_is_kept(tmp_path: Path) -> None:
    log = written(tmp_path)
    for clear in (b"dr.demo", UID.encode(), b"number 3", b"110103"):
        assert clear not in log.read_bytes()
    assert UID not in str(list(trail(tmp_path).messages()))


def _lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda content: b"".join(change(content.splitlines(keepends=True)))


def _with_byte_flipped(content: bytes) -> bytes:
    changed = bytearray(content)
    middle = len(content) // 2
    changed[middle] = ord("A") if changed[middle] != ord("A") else ord("B")
    return bytes(changed)


@pytest.mark.parametrize(
    ("damage", "first_break"),
    [
        pytest.param(_lines(lambda lines: lines[:2] + lines[3:]), 2, id="one removed"),
        pytest.param(_lines(lambda lines: lines[1:]), 0, id="the first removed"),
        pytest.param(_with_byte_flipped, 2, id="one changed"),
        pytest.param(_lines(lambda lines: [lines[1], lines[0], *lines[2:]]), 0, id="two exchanged"),
        pytest.param(_lines(lambda lines: [*lines[:3], lines[2], *lines[3:]]), 3, id="one repeated"),
        pytest.param(_lines(lambda lines: [*lines[:3], b"junk\n", *lines[3:]]), 3, id="a foreign line"),
        pytest.param(_lines(lambda lines: [*lines[:3], b"\n", *lines[3:]]), 3, id="an empty line"),
        pytest.param(_lines(lambda lines: [b"0" * 64 + lines[0][64:], *lines[1:]]), 0, id="a hash changed"),
        pytest.param(_lines(lambda lines: lines[:-1]), 4, id="the last cut off"),
        pytest.param(_lines(lambda lines: lines[:1]), 1, id="most cut off"),
        pytest.param(lambda content: content[:-20], 4, id="cut inside the last"),
        pytest.param(lambda _: b"", 0, id="emptied"),
        pytest.param(lambda _: b"\xff\xfe\n", 0, id="binary junk"),
    ],
)
def test_damage_is_found(damage: Callable[[bytes], bytes], first_break: int, tmp_path: Path) -> None:
    log = written(tmp_path)
    log.write_bytes(damage(log.read_bytes()))
    verdict = trail(tmp_path).verify()
    assert not verdict.ok
    assert verdict.first_break == first_break
    assert verdict.detail


def test_a_trail_that_is_gone_is_found(tmp_path: Path) -> None:
    written(tmp_path).unlink()
    assert not trail(tmp_path).verify().ok


def test_an_old_copy_of_everything_is_found_by_the_key_store(tmp_path: Path) -> None:
    secrets = MemorySecrets()
    folder = written(tmp_path, 3, secrets).parent
    old = {path: path.read_bytes() for path in folder.iterdir()}
    written(tmp_path, 2, secrets)
    for path, content in old.items():
        path.write_bytes(content)
    assert trail(tmp_path, None).verify().ok  # without the key store nobody can tell
    verdict = trail(tmp_path, secrets).verify()
    assert not verdict.ok
    assert "5 were written" in verdict.detail


def test_a_missing_end_is_found(tmp_path: Path) -> None:
    (written(tmp_path).parent / "audit.head").unlink()
    assert not trail(tmp_path).verify().ok


def test_an_exchanged_end_is_found(tmp_path: Path) -> None:
    folder = written(tmp_path).parent
    (folder / "audit.head").write_bytes(os.urandom(200))
    assert not trail(tmp_path).verify().ok


def test_going_on_does_not_paint_over_a_cut(tmp_path: Path) -> None:
    log = written(tmp_path)
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:3]))
    written(tmp_path, 4)
    verdict = trail(tmp_path).verify()
    assert not verdict.ok
    assert verdict.first_break == 3
    assert "5 were written" in verdict.detail


def test_an_entry_that_the_power_cut_off_is_no_damage(tmp_path: Path) -> None:
    log = written(tmp_path)
    with log.open("ab") as stream:
        stream.write(b"0123456789abcdef 012")  # never acknowledged
    assert trail(tmp_path).verify().ok
    written(tmp_path, 1)
    assert trail(tmp_path).verify().ok
    assert trail(tmp_path).verify().entries == 6


def test_an_end_that_lags_behind_is_no_damage(tmp_path: Path) -> None:
    folder = written(tmp_path, 3).parent
    old_head = (folder / "audit.head").read_bytes()
    written(tmp_path, 1)
    (folder / "audit.head").write_bytes(old_head)  # the power went between entry and head
    assert trail(tmp_path).verify().ok


def test_a_locked_key_store_stops_no_entry(tmp_path: Path) -> None:
    class Locked(MemorySecrets):
        def get(self, name: str) -> str | None:
            raise NoKeyStore("locked")

        def set(self, name: str, value: str) -> None:
            raise NoKeyStore("locked")

    written(tmp_path, 3, Locked())
    assert trail(tmp_path, Locked()).verify().ok


def test_a_key_of_another_vault_verifies_nothing(tmp_path: Path) -> None:
    written(tmp_path / "one")
    stranger = AuditTrail(tmp_path / "one" / "data" / "audit", a_vault(tmp_path / "two"), None, HandClock())
    assert stranger.verify().first_break == 0


def test_two_threads_may_record_at_once(tmp_path: Path) -> None:
    from workstation.foundation.cancel import CancelToken
    from workstation.foundation.pool import Pool

    writer = trail(tmp_path)
    event = AuditEvent(AuditCode.ITEM_CLAIMED, "dr.demo", UID)
    list(Pool(lambda _: writer.record(event), workers=4).run(range(30), CancelToken()))
    assert trail(tmp_path).verify().ok
    assert trail(tmp_path).verify().entries == 30


def test_the_repr_of_an_event_holds_nobody() -> None:
    shown = repr(AuditEvent(AuditCode.STUDY_OPENED, "dr.demo", UID, True, "detail"))
    assert "dr.demo" not in shown
    assert UID not in shown
