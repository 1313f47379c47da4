"""Old databases open for ever: one file of SQL a version, as it was when that version shipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from tests.helpers.vaults import a_catalogue, a_vault
from workstation.catalogue.catalogue import MIGRATIONS
from workstation.catalogue.database import Database
from workstation.catalogue.work_items import ClaimState

OLD = Path(__file__).resolve().parents[2] / "data" / "catalogue"
VERSIONS = [migration.version for migration in MIGRATIONS]

Schema = list[tuple[str, str, str]]


def _old_database(path: Path, key: bytes, version: int) -> Schema:
    """Write a database as version ``version`` left it; returns its schema before the rows."""
    connection = dbapi2.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.executescript((OLD / f"schema_v{version}.sql").read_text("utf-8"))
    schema = _schema(connection)
    connection.executescript((OLD / f"rows_v{version}.sql").read_text("utf-8"))
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    return schema


def _schema(connection: dbapi2.Connection) -> Schema:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
    return [(row[0], row[1], " ".join(row[2].split())) for row in rows]


def test_versions_follow_each_other() -> None:
    assert list(range(1, len(VERSIONS) + 1)) == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_shipped_step_never_changes(version: int, tmp_path: Path) -> None:
    kept = _old_database(tmp_path / "old.db", bytes(32), version)
    made = Database(tmp_path / "new.db", bytes(32), MIGRATIONS[:version])
    now = made.read(_schema)
    made.close()
    assert now == kept


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_database_opens_with_all_it_held(version: int, tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    _old_database(tmp_path / "data" / "catalogue.db", vault.subkey("catalogue"), version)
    catalogue = a_catalogue(tmp_path)
    (item,) = catalogue.items.all()
    assert (item.uid, item.claim, item.transaction_uid) == ("2.25.1001", ClaimState.OURS, "2.25.77")
    (study,) = catalogue.studies.all()
    assert (study.patient.name, study.modalities) == ("SYNTHETIC^Ada", ("CT",))
    counts = catalogue.instances.counts(study.study_uid)
    assert (counts.expected, counts.received, counts.quarantined) == (3, 1, 1)
    assert catalogue.drafts.load("2.25.1001") == {"findings": "No bleed."}
    (report,) = catalogue.reports.for_item("2.25.900")
    assert report.canonical == b"{}"
    (delivery,) = catalogue.outbox.for_report("r-1", 1)
    assert catalogue.outbox.payload(delivery.id) == b"SR"
    assert catalogue.notes.get("read") == ["2.25.900"]
    catalogue.close()
