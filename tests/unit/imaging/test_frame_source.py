from __future__ import annotations

import threading
from collections import Counter

import numpy as np
import pytest

from tests.helpers.pixel_objects import as_bytes, image_object
from workstation.dicom.display_sets import DisplaySet, display_sets_of
from workstation.dicom.reading import header_of, read_dataset
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled, SomethingMissing
from workstation.imaging.errors import CannotDecode
from workstation.imaging.frame_source import FrameSource, outwards

COUNT = 9


class Store:
    """Instances in memory that counts how often each is read."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.reads: Counter[str] = Counter()
        self._lock = threading.Lock()

    def read(self, uid: str) -> bytes:
        with self._lock:
            self.reads[uid] += 1
        if uid not in self.content:
            raise SomethingMissing("The image has not been received.")
        return self.content[uid]


def stack(store: Store, count: int = COUNT) -> DisplaySet:
    headers = []
    for n in range(count):
        dataset = image_object(
            np.full((16, 16), n, dtype=np.int16), uid=str(n), InstanceNumber=n,
            ImagePositionPatient=[0, 0, n], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        )  # fmt: skip
        store.content[dataset.SOPInstanceUID] = as_bytes(dataset)
        headers.append(header_of(dataset))
    (found,) = display_sets_of(headers)
    return found


def test_loading_begins_at_the_start_and_tells_of_each_picture() -> None:
    store = Store()
    display_set = stack(store)
    source = FrameSource(store.read, workers=1)
    told: list[int] = []
    source.load(display_set, 4, CancelToken(), told.append)
    assert sorted(told) == list(range(COUNT))
    assert told.index(4) <= 1  # two are in work at once
    for index, reference in enumerate(display_set.frames):
        frame = source.get(reference.sop_uid, reference.frame_index)
        assert frame is not None
        assert frame.pixels[0, 0] == index
    assert set(store.reads.values()) == {1}


@pytest.mark.parametrize(
    ("count", "start", "order"),
    [(5, 2, [2, 1, 3, 0, 4]), (3, 0, [0, 1, 2]), (3, 99, [2, 1, 0]), (3, -1, [0, 1, 2]), (0, 5, [])],
)
def test_outwards(count: int, start: int, order: list[int]) -> None:
    assert outwards(count, start) == order


def test_get_never_reads_and_fetch_does() -> None:
    store = Store()
    uid = stack(store).frames[0].sop_uid
    source = FrameSource(store.read)
    assert source.get(uid) is None
    assert not store.reads
    assert source.fetch(uid) is source.fetch(uid)
    assert store.reads[uid] == 1


def test_a_picture_that_cannot_be_shown_does_not_stop_the_others() -> None:
    store = Store()
    display_set = stack(store)
    missing, broken = display_set.frames[1].sop_uid, display_set.frames[2].sop_uid
    del store.content[missing]
    dataset = read_dataset(store.content[broken])
    dataset.PixelData = dataset.PixelData[:20]
    store.content[broken] = as_bytes(dataset)
    source = FrameSource(store.read)
    told: list[int] = []
    source.load(display_set, 0, CancelToken(), told.append)
    assert sorted(told) == [0, *range(3, COUNT)]
    assert "not been received" in source.failure(missing)
    assert "shorter" in source.failure(broken)
    assert source.failure(display_set.frames[0].sop_uid) == ""
    with pytest.raises(CannotDecode):
        source.fetch(broken)


def test_a_picture_that_came_later_is_shown() -> None:
    store = Store()
    uid = stack(store).frames[0].sop_uid
    content = store.content.pop(uid)
    source = FrameSource(store.read)
    with pytest.raises(SomethingMissing):
        source.fetch(uid)
    store.content[uid] = content
    assert source.fetch(uid).rows == 16
    assert source.failure(uid) == ""


def test_memory_stays_within_its_budget() -> None:
    store = Store()
    display_set = stack(store)
    one = FrameSource(store.read).fetch(display_set.frames[0].sop_uid).nbytes
    source = FrameSource(store.read, budget_bytes=3 * one, workers=1)
    source.load(display_set, 4, CancelToken())
    assert source.used_bytes <= 3 * one
    assert source.get(display_set.frames[8].sop_uid) is None  # far from the start, so it was left out
    for reference in display_set.frames:
        source.fetch(reference.sop_uid)
    assert source.used_bytes <= 3 * one
    assert source.get(display_set.frames[8].sop_uid) is not None  # used last, so it stays
    source.forget()
    assert source.used_bytes == 0


def test_cancelling() -> None:
    store = Store()
    display_set = stack(store)
    cancel = CancelToken()
    source = FrameSource(store.read, workers=1)
    with pytest.raises(Cancelled):
        source.load(display_set, 0, cancel, lambda _index: cancel.cancel())
    assert source.get(display_set.frames[8].sop_uid) is None


def test_a_multi_frame_object_is_read_once() -> None:
    store = Store()
    cine = image_object(np.arange(5 * 8 * 8).reshape(5, 8, 8).astype(np.uint16), modality="US")
    store.content[cine.SOPInstanceUID] = as_bytes(cine)
    (display_set,) = display_sets_of([header_of(cine)])
    source = FrameSource(store.read, workers=1)
    source.load(display_set, 0, CancelToken())
    assert store.reads[cine.SOPInstanceUID] == 1
    last = source.get(cine.SOPInstanceUID, 4)
    assert last is not None
    assert last.pixels[0, 0] == 4 * 64


def test_many_threads_at_once() -> None:
    store = Store()
    display_set = stack(store, 30)
    source = FrameSource(store.read, budget_bytes=10_000, workers=8)
    for start in (0, 15, 29):
        source.load(display_set, start, CancelToken())
    assert source.used_bytes <= 10_000
