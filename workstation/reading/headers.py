"""Headers of stored instances, read once and kept in memory while a case is open."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.errors import ObjectNotStored
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.dicom.reading import header_of, read_header
from workstation.foundation.cancel import CancelToken
from workstation.foundation.pool import Pool
from workstation.reading.stored_objects import StoredObjects
from workstation.vault.errors import DamagedObject

log = logging.getLogger(__name__)


class HeaderShelf:
    """Gives the header of any received instance; decrypts and parses each only once."""

    def __init__(self, catalogue: Catalogue, objects: StoredObjects) -> None:
        self._catalogue = catalogue
        self._objects = objects
        self._lock = threading.Lock()
        self._headers: dict[str, InstanceHeader] = {}

    def header(self, sop_uid: str) -> InstanceHeader:
        """Header of one received instance."""
        with self._lock:
            known = self._headers.get(sop_uid)
        if known is not None:
            return known
        header = header_of(read_header(self._objects.read(sop_uid)))
        with self._lock:
            self._headers[sop_uid] = header
        return header

    def of_study(self, study_uid: str, cancel: CancelToken) -> tuple[InstanceHeader, ...]:
        """Headers of all instances received so far; what cannot be read is quarantined and left out."""
        wanted = [stored.ref.sop_uid for stored in self._catalogue.instances.received(study_uid)]
        return self._read_all(wanted, cancel)

    def forget(self, sop_uids: Iterable[str]) -> None:
        """Drop headers of a closed case."""
        with self._lock:
            for sop_uid in sop_uids:
                self._headers.pop(sop_uid, None)

    def _read_all(self, sop_uids: Sequence[str], cancel: CancelToken) -> tuple[InstanceHeader, ...]:
        pool: Pool[str, InstanceHeader | None] = Pool(self._header_or_quarantine, name="headers")
        found = (header for _, header in pool.run(sop_uids, cancel))
        return tuple(header for header in found if header is not None)

    def _header_or_quarantine(self, sop_uid: str) -> InstanceHeader | None:
        try:
            return self.header(sop_uid)
        except UnreadableInstance as error:
            self._catalogue.instances.mark_quarantined(sop_uid, error.what)
        except (DamagedObject, ObjectNotStored):
            log.info("a stored instance was damaged or gone; it is fetched again")
        return None
