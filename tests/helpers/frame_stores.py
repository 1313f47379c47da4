"""Objects in memory for frame sources: what was opened, how often, and what is still open."""

from __future__ import annotations

import threading
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from tests.helpers.pixel_objects import as_bytes, image_object
from workstation.dicom.dicom_object import DicomObject, open_object
from workstation.dicom.display_sets import DisplaySet, display_sets_of
from workstation.foundation.byte_source import BytesSource
from workstation.foundation.errors import SomethingMissing


class CountingSource(BytesSource):
    """Bytes that note when they are closed."""

    def __init__(self, data: bytes, store: ObjectsInMemory) -> None:
        super().__init__(data)
        self._store = store
        store.open_now += 1

    def close(self) -> None:
        """Let go."""
        self._store.open_now -= 1


class ObjectsInMemory:
    """Implements what `FrameSource` opens objects with; ``may_open`` holds those who open until a test lets them."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.opened: Counter[str] = Counter()
        self.open_now = 0
        self.order: list[str] = []
        self.may_open = threading.Event()
        self.may_open.set()
        self._lock = threading.Lock()

    def open(self, uid: str) -> DicomObject:
        """One object, opened."""
        with self._lock:
            self.opened[uid] += 1
            self.order.append(uid)
        self.may_open.wait(5)
        if uid not in self.content:
            raise SomethingMissing("The image has not been received.")
        return open_object(CountingSource(self.content[uid], self))

    def put_stack(self, pixels: NDArray[np.generic], **attributes: object) -> DisplaySet:
        """One slice an object, 1 mm apart; gives the display set of all that is here."""
        for number, each in enumerate(pixels):
            self.put_slice(each, number, **attributes)
        return self.display_set()

    def put_slice(self, pixels: NDArray[np.generic], number: int, **attributes: object) -> str:
        """One slice; gives its UID."""
        dataset = image_object(
            pixels, uid=str(number), InstanceNumber=number, ImagePositionPatient=[0, 0, number],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0], **attributes,
        )  # fmt: skip
        self.content[dataset.SOPInstanceUID] = as_bytes(dataset)
        return str(dataset.SOPInstanceUID)

    def display_set(self) -> DisplaySet:
        """The only display set of all that is here."""
        headers = [open_object(BytesSource(data)).header for data in self.content.values()]
        (found,) = display_sets_of(headers)
        return found


def numbered(count: int, side: int = 16) -> NDArray[np.int16]:
    """``count`` slices, each full of its own number: (count, side, side)."""
    return np.repeat(np.arange(count, dtype=np.int16), side * side).reshape(count, side, side)
