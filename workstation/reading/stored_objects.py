"""Reading instances out of the store; a damaged one is noted at once, so that it is fetched again."""

from __future__ import annotations

from types import TracebackType

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.errors import ObjectNotStored
from workstation.catalogue.instances import Instances
from workstation.vault.errors import DamagedObject
from workstation.vault.sealing import SealedReader


class StoredObjects:
    """The bytes of received instances. Any thread may call."""

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
        with _DamageNoted(self._catalogue.instances, sop_uid):
            return self._catalogue.objects.read(sop_uid)

    def source(self, sop_uid: str) -> StoredSource:
        """The bytes of one instance, to be read in part; each part is verified when it is read. To be closed.

        Raises
        ------
        DamagedObject, ObjectNotStored
            As `read`; every read of the source does too.
        """
        noted = _DamageNoted(self._catalogue.instances, sop_uid)
        with noted:
            return StoredSource(self._catalogue.objects.open(sop_uid), noted)


class _DamageNoted:
    """Notes an instance whose object turns out to be damaged or gone as not received."""

    def __init__(self, instances: Instances, sop_uid: str) -> None:
        self._instances = instances
        self._sop_uid = sop_uid

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, DamagedObject | ObjectNotStored):
            self._instances.mark_failed(self._sop_uid, error.what)


class StoredSource:
    """A sealed object whose damage is noted, whichever read finds it. An `IdentifiedSource`."""

    def __init__(self, sealed: SealedReader, noted: _DamageNoted) -> None:
        self._sealed = sealed
        self._noted = noted

    @property
    def identity(self) -> bytes:
        """Another one when the object was stored anew."""
        return self._sealed.identity

    @property
    def size(self) -> int:
        with self._noted:
            return self._sealed.size

    def read(self, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset``, or as many as there are."""
        with self._noted:
            return self._sealed.read(offset, length)

    def read_into(self, offset: int, out: memoryview) -> int:
        """Fill ``out`` from ``offset``; gives how many bytes there were."""
        with self._noted:
            return self._sealed.read_into(offset, out)

    def close(self) -> None:
        """Close the file."""
        self._sealed.close()
