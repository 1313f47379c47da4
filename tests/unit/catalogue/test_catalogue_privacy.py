"""No name, identifier or word of a report lies in clear text in any file of a data folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.helpers.vaults import HandClock, MemorySecrets, a_catalogue, a_vault
from workstation.catalogue.catalogue import open_catalogue
from workstation.catalogue.errors import CannotOpenCatalogue
from workstation.catalogue.instances import InstanceRef
from workstation.catalogue.outbox_store import NewDelivery
from workstation.catalogue.reports import SignedRecord
from workstation.catalogue.studies import StudyRecord
from workstation.dicom.patient import PatientIdentity
from workstation.vault.audit import AuditCode, AuditEvent, AuditTrail
from workstation.vault.reader_key import ReaderKey
from workstation.vault.verifier import LocalVerifier

ODD = (
    "Xyloph\u00f6n^\u0141ukasz",
    "\u5c71\u7530^\u592a\u90ce",
    "O'Zebra-Quux^Bobby;DROP TABLE",
    "MRN-QQ77-4711",
    "ACC-ZZ-0815",
    "1.2.826.0.1.3680043.10.424242.1",
    "wombat haemorrhage sentence",
    "dr.unmistakable",
    "hunter2-swordfish",
)


def _fill(root: Path) -> None:
    patient = PatientIdentity(ODD[3], "", f"{ODD[0]}={ODD[1]}={ODD[2]}", "19590314", "F")
    uid, vault, clock = ODD[5], a_vault(root), HandClock()
    catalogue = a_catalogue(root, clock)
    catalogue.items.put({"00080018": {"Value": [uid]}, "00100010": {"Value": [{"Alphabetic": ODD[0]}]}}, clock.now())
    catalogue.studies.put(StudyRecord(uid, patient, ODD[4], description=ODD[6]))
    catalogue.instances.expect(uid, [InstanceRef(uid, uid + ".1", uid + ".1.1")])
    content = "".join(ODD).encode() * 50
    catalogue.instances.mark_received(uid + ".1.1", catalogue.objects.put(uid + ".1.1", content), "")
    catalogue.notes.set("read", [uid])
    for number in range(20):
        catalogue.drafts.save(uid, {"findings": ODD[6] * number, "patient": ODD}, clock.now())
    digest = hashlib.sha256(content).hexdigest()
    record = SignedRecord("r-1", 1, (uid,), (uid,), content, digest, "a.b.c", clock.now(), ODD[7])
    catalogue.reports.freeze(record, [NewDelivery("r-1", 1, "SR", uid + ".9", "text", ODD[4], content)])
    trail = AuditTrail(root / "data" / "audit", vault, MemorySecrets(), clock)
    trail.record(AuditEvent(AuditCode.REPORT_SIGNED, ODD[7], uid, True, ODD[6]))
    LocalVerifier(vault, root / "data" / "verifiers").remember(ODD[7], ODD[8])
    ReaderKey.load_or_create(vault, root / "data" / "keys", ODD[7])
    _look(root)  # while it is open, with its write-ahead log
    catalogue.close()


def _look(root: Path) -> None:
    files = [path for path in root.rglob("*") if path.is_file()]
    assert len(files) >= 7
    for path in files:
        content = path.read_bytes()
        for odd in (*ODD, *(part for name in ODD[:3] for part in name.split("^"))):
            for encoding in ("utf-8", "utf-16-le"):
                assert odd.encode(encoding) not in content, f"{path.name} holds clear text"
            assert odd.encode().hex() not in content.decode("latin-1").lower()
            assert odd not in str(path)


def test_nothing_is_in_clear_text(tmp_path: Path) -> None:
    _fill(tmp_path)
    _look(tmp_path)


def test_everything_comes_back_with_the_key(tmp_path: Path) -> None:
    _fill(tmp_path)
    catalogue = a_catalogue(tmp_path)
    stored = catalogue.studies.get(ODD[5])
    assert stored is not None
    assert stored.patient.name == f"{ODD[0]}={ODD[1]}={ODD[2]}"
    assert catalogue.objects.read(ODD[5] + ".1.1").startswith(ODD[0].encode())
    catalogue.close()


def test_the_key_of_another_folder_opens_nothing(tmp_path: Path) -> None:
    _fill(tmp_path / "one")
    with pytest.raises(CannotOpenCatalogue):
        open_catalogue(tmp_path / "one" / "data", a_vault(tmp_path / "two"), HandClock())
