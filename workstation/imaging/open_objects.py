"""Objects that stay open while frames are read from them: the last few with several frames."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from workstation.dicom.dicom_object import DicomObject
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import InstanceHeader

_KEPT_OPEN = 4


@dataclass(eq=False)
class _Lease:
    """An open object, and how many threads read from it. ``is_kept`` while it is to stay open afterwards."""

    owner: OpenObjects
    found: DicomObject
    readers: int = 0
    is_kept: bool = False

    def __enter__(self) -> DicomObject:
        return self.found

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.owner.give_back(self)


class OpenObjects:
    """Opens objects for those who decode, and closes them again. Safe to use from any thread.

    Parameters
    ----------
    open_object
        Opens an instance by its SOP Instance UID; raises a `UserFacingError` when it cannot.
    """

    def __init__(self, open_object: Callable[[str], DicomObject]) -> None:
        self._open_object = open_object
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Lease] = OrderedDict()

    def lease(self, sop_uid: str) -> _Lease:
        """A context in which the object is open."""
        return self._taken(sop_uid) or self._opened(sop_uid)

    def close(self) -> None:
        """Close what nobody reads; the rest closes when it is given back."""
        with self._lock:
            for sop_uid in list(self._kept):
                self._let_go(sop_uid)

    def _taken(self, sop_uid: str) -> _Lease | None:
        with self._lock:
            lease = self._kept.get(sop_uid)
            if lease is not None:
                lease.readers += 1
                self._kept.move_to_end(sop_uid)
            return lease

    def _opened(self, sop_uid: str) -> _Lease:
        lease = _Lease(self, self._open_object(sop_uid), readers=1)
        if _has_pictures(lease.found):
            with self._lock:
                if sop_uid not in self._kept:
                    self._kept[sop_uid] = lease
                    lease.is_kept = True
                while len(self._kept) > _KEPT_OPEN:
                    self._let_go(next(iter(self._kept)))
        return lease

    def give_back(self, lease: _Lease) -> None:
        """Somebody has read what they wanted."""
        with self._lock:
            lease.readers -= 1
            if not lease.readers and not lease.is_kept:
                _close(lease.found)

    def _let_go(self, sop_uid: str) -> None:
        lease = self._kept.pop(sop_uid)
        lease.is_kept = False
        if not lease.readers:
            _close(lease.found)


def drawable_header(found: DicomObject) -> InstanceHeader:
    """The header, also of an object that can be drawn but never filed."""
    try:
        return found.header
    except UnreadableInstance:
        return found.header_without_identifiers


def _has_pictures(found: DicomObject) -> bool:
    return found.pixel_data is not None and drawable_header(found).pictures > 1


def _close(found: DicomObject) -> None:
    if found.pixel_data is not None:
        found.pixel_data.source.close()
