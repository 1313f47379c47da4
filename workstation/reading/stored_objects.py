"""Reading instances out of the store; a damaged one is noted at once, so that it is fetched again."""

from __future__ import annotations

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.errors import ObjectNotStored
from workstation.vault.errors import DamagedObject


class StoredObjects:
    """The bytes of received instances."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def read(self, sop_uid: str) -> bytes:
        """The bytes of one instance, verified.

        Raises
        ------
        DamagedObject, ObjectNotStored
            When the file was changed, cut, exchanged or removed. The instance counts as not received from then on and
            is fetched again by the next turn of synchronisation.
        """
        try:
            return self._catalogue.objects.read(sop_uid)
        except (DamagedObject, ObjectNotStored) as error:
            self._catalogue.instances.mark_failed(sop_uid, error.what)
            raise
