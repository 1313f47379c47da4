"""The catalogue of one data folder: the encrypted database and the encrypted object store behind one door."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from workstation.catalogue import drafts, instances, notes, outbox_store, reports, studies, work_items
from workstation.catalogue.database import Database, Migration
from workstation.catalogue.header_blocks import HeaderBlocks
from workstation.catalogue.object_store import ObjectStore
from workstation.foundation.clock import Clock
from workstation.foundation.files import make_private_folder
from workstation.vault.keys import Vault

DATABASE_NAME = "catalogue.db"
OBJECTS_NAME = "instances"
HEADERS_NAME = "headers"

# A step, once shipped, never changes; a new form of the database is a new step with an old file as its test.
MIGRATIONS = (
    Migration(
        1,
        work_items.SCHEMA_1
        + studies.SCHEMA_1
        + instances.SCHEMA_1
        + drafts.SCHEMA_1
        + reports.SCHEMA_1
        + outbox_store.SCHEMA_1
        + notes.SCHEMA_1,
    ),
)


@dataclass(frozen=True)
class Catalogue:
    """Everything that one data folder keeps."""

    items: work_items.WorkItems
    studies: studies.Studies
    instances: instances.Instances
    drafts: drafts.Drafts
    reports: reports.Reports
    outbox: outbox_store.OutboxStore
    notes: notes.Notes
    objects: ObjectStore
    headers: HeaderBlocks
    _database: Database = field(repr=False)

    def close(self) -> None:
        """Finish every write that was handed in, then close. Calling it twice is harmless."""
        self._database.close()


def open_catalogue(folder: Path, vault: Vault, clock: Clock) -> Catalogue:
    """Open the catalogue of a data folder, or make it when the folder has none yet.

    Parameters
    ----------
    folder
        The data folder. Its one-copy-at-a-time lock is the caller's to hold.
    vault
        Its open vault.
    clock
        Gives the times that are written beside changes.

    Raises
    ------
    CannotOpenCatalogue
        When the database does not open with this key, is damaged, or was written by a newer version.
    """
    make_private_folder(folder)
    objects = ObjectStore(folder / OBJECTS_NAME, vault)
    objects.remove_leftovers()
    database = Database(folder / DATABASE_NAME, vault.subkey("catalogue"), MIGRATIONS)
    return Catalogue(
        items=work_items.WorkItems(database, clock),
        studies=studies.Studies(database),
        instances=instances.Instances(database, clock),
        drafts=drafts.Drafts(database),
        reports=reports.Reports(database, clock),
        outbox=outbox_store.OutboxStore(database, clock),
        notes=notes.Notes(database),
        objects=objects,
        headers=HeaderBlocks(folder / HEADERS_NAME, vault),
        _database=database,
    )
