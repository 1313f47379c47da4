"""Headers of stored instances, read once and kept in memory while a case is open."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.errors import ObjectNotStored
from workstation.dicom.dicom_object import DicomObject, UnusualReader
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.dicom.object_shelf import ObjectShelf
from workstation.dicom.series_memory import SeriesMemory
from workstation.foundation.cancel import CancelToken
from workstation.foundation.pool import Pool
from workstation.imaging.display_rules import DisplayRules
from workstation.reading.stored_objects import StoredObjects
from workstation.vault.errors import DamagedObject

log = logging.getLogger(__name__)

_READ_AT_ONCE = 16


class HeaderShelf:
    """Gives the header of any received instance; decrypts and parses each only once. Any thread may call.

    Parameters
    ----------
    unusual
        Reads objects that our own walker does not take; by default pydicom, in this process.
    rules
        What the windows of files act on; by default as the program ships.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        objects: StoredObjects,
        unusual: UnusualReader | None = None,
        rules: DisplayRules | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._rules = rules or DisplayRules.shipped()
        self._shelf = ObjectShelf(objects.source, unusual)

    def header(self, sop_uid: str) -> InstanceHeader:
        """Header of one received instance."""
        return self._rules.upon(self._shelf.header(sop_uid))

    def open(self, sop_uid: str) -> DicomObject:
        """One received instance, opened; what is known of it is not read again.

        Raises
        ------
        DamagedObject, ObjectNotStored, UnreadableInstance
        """
        return self._shelf.open(sop_uid)

    def of_study(self, study_uid: str, cancel: CancelToken) -> tuple[InstanceHeader, ...]:
        """Headers of all instances received so far; what cannot be read is quarantined and left out."""
        wanted = {stored.ref.sop_uid: stored.sha256 for stored in self._catalogue.instances.received(study_uid)}
        memory = SeriesMemory()
        if self._shelf.lacks(wanted):
            self._learn(study_uid, wanted, memory, cancel)
        return tuple(self._rules.upon(header) for header in self._read_all(list(wanted), memory, cancel))

    def forget(self, sop_uids: Iterable[str]) -> None:
        """Drop headers of a closed case."""
        self._shelf.forget(sop_uids)

    def _learn(self, study_uid: str, digests: Mapping[str, str], memory: SeriesMemory, cancel: CancelToken) -> None:
        """Take headers from the beginnings that were kept when the study came, of objects that are there and the same.

        Whether the objects are whole is found out when their pixels are read.
        """
        for sop_uid, head in self._catalogue.headers.heads(study_uid).items():
            cancel.raise_if_cancelled()
            if digests.get(sop_uid) == head.sha256 and self._catalogue.objects.exists(sop_uid):
                with suppress(UnreadableInstance):  # the object itself will tell
                    self._shelf.header(sop_uid, memory, head)

    def _read_all(
        self, sop_uids: Sequence[str], memory: SeriesMemory, cancel: CancelToken
    ) -> tuple[InstanceHeader, ...]:
        def read(some: Sequence[str]) -> list[InstanceHeader | None]:
            return [self._header_or_quarantine(sop_uid, memory) for sop_uid in some]

        if not self._shelf.lacks(sop_uids):
            return tuple(self._shelf.header(sop_uid) for sop_uid in sop_uids)
        pool: Pool[Sequence[str], list[InstanceHeader | None]] = Pool(read, name="headers")
        batches = [sop_uids[start : start + _READ_AT_ONCE] for start in range(0, len(sop_uids), _READ_AT_ONCE)]
        return tuple(header for _, some in pool.run(batches, cancel) for header in some if header is not None)

    def _header_or_quarantine(self, sop_uid: str, memory: SeriesMemory) -> InstanceHeader | None:
        try:
            return self._shelf.header(sop_uid, memory)
        except UnreadableInstance as error:
            self._catalogue.instances.mark_quarantined(sop_uid, error.what)
        except (DamagedObject, ObjectNotStored):
            log.info("a stored instance was damaged or gone; it is fetched again")
        return None
