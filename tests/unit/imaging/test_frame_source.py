"""Frames on request and whole stacks: each decoded once, in the reader's order, and within the memory there is."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.helpers.enhanced_objects import mosaic_object
from tests.helpers.frame_stores import ObjectsInMemory, numbered
from tests.helpers.pixel_objects import as_bytes, image_object
from workstation.dicom.display_sets import DisplaySet, display_sets_of
from workstation.dicom.reading import header_of, read_dataset
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled, SomethingMissing
from workstation.imaging.errors import CannotDecode
from workstation.imaging.frame_source import FrameSource
from workstation.imaging.memory_budget import MemoryBudget
from workstation.imaging.stack_pixels import key_of

COUNT = 9
SLICE = 16 * 16 * 2


@pytest.fixture
def store() -> ObjectsInMemory:
    return ObjectsInMemory()


def a_source(store: ObjectsInMemory, *, frames: int = 1000, compressed: int = 0, workers: int = 1) -> FrameSource:
    """A source with room for so many decoded slices, and for so many bytes of compressed ones."""
    budget = MemoryBudget(frames * SLICE * 8 // 7 + 8, compressed)
    return FrameSource(store.open, budget=budget, workers=workers)


def pixel_of(source: FrameSource, display_set: DisplaySet, index: int) -> int | None:
    frame = source.get(display_set.frames[index].sop_uid)
    return None if frame is None else int(frame.pixels[0, 0])


def test_loading_begins_at_the_start_and_tells_of_each_picture(store: ObjectsInMemory) -> None:
    display_set = store.put_stack(numbered(COUNT))
    source = a_source(store)
    told: list[int] = []
    source.load(display_set, lambda: 4, CancelToken(), told.append)
    places = {reference.sop_uid: index for index, reference in enumerate(display_set.frames)}
    assert [places[uid] for uid in store.order] == [4, 3, 5, 2, 6, 1, 7, 0, 8]
    assert sorted(told) == list(range(COUNT))
    assert [pixel_of(source, display_set, index) for index in range(COUNT)] == list(range(COUNT))
    assert set(store.opened.values()) == {1}
    assert store.open_now == 0
    assert source.loaded(display_set) == [True] * COUNT


def test_loading_follows_the_reader(store: ObjectsInMemory) -> None:
    display_set = store.put_stack(numbered(30))
    source = a_source(store)
    where = [0]
    opening = store.open

    def open_and_jump(uid: str) -> object:
        if len(store.order) == 4:
            where[0] = 25
        return opening(uid)

    store.open = open_and_jump  # type: ignore[method-assign, assignment]
    source = a_source(store)
    source.load(display_set, lambda: where[0], CancelToken())
    places = {reference.sop_uid: index for index, reference in enumerate(display_set.frames)}
    assert [places[uid] for uid in store.order[:9]] == [0, 1, 2, 3, 4, 25, 24, 26, 23]


def test_get_never_reads_and_fetch_does(store: ObjectsInMemory) -> None:
    uid = store.put_stack(numbered(COUNT)).frames[0].sop_uid
    source = a_source(store)
    assert source.get(uid) is None
    assert not store.opened
    assert source.fetch(uid) is source.fetch(uid)
    assert source.fetch(uid) is source.get(uid)
    assert store.opened[uid] == 1


def test_a_picture_that_cannot_be_shown_does_not_stop_the_others(store: ObjectsInMemory) -> None:
    display_set = store.put_stack(numbered(COUNT))
    missing, broken = display_set.frames[1].sop_uid, display_set.frames[2].sop_uid
    del store.content[missing]
    dataset = read_dataset(store.content[broken])
    dataset.PixelData = dataset.PixelData[:20]
    store.content[broken] = as_bytes(dataset)
    source = a_source(store)
    told: list[int] = []
    source.load(display_set, lambda: 0, CancelToken(), told.append)
    assert sorted(told) == [0, *range(3, COUNT)]
    assert "not been received" in source.failure(missing)
    assert "shorter" in source.failure(broken)
    assert source.failure(display_set.frames[0].sop_uid) == ""
    assert source.loaded(display_set) == [True, False, False] + [True] * (COUNT - 3)
    stack = source.stack_pixels(display_set)
    assert stack is not None
    assert not stack.array[2].any()
    with pytest.raises(CannotDecode):
        source.fetch(broken)


def test_a_picture_that_came_later_is_shown(store: ObjectsInMemory) -> None:
    uid = store.put_stack(numbered(COUNT)).frames[0].sop_uid
    content = store.content.pop(uid)
    source = a_source(store)
    with pytest.raises(SomethingMissing):
        source.fetch(uid)
    store.content[uid] = content
    assert source.fetch(uid).rows == 16
    assert source.failure(uid) == ""


def test_a_stack_is_one_array_and_its_frames_are_views_of_it(store: ObjectsInMemory) -> None:
    display_set = store.put_stack(numbered(COUNT))
    source = a_source(store)
    stack = source.stack_pixels(display_set)
    assert stack is not None
    assert list(stack.loaded) == [index == 4 for index in range(COUNT)]  # it told the form
    source.load(display_set, lambda: 0, CancelToken())
    assert stack.is_complete
    assert np.array_equal(stack.array, numbered(COUNT))
    frame = source.get(display_set.frames[3].sop_uid)
    assert frame is not None
    assert np.shares_memory(frame.pixels, stack.array)
    assert source.stack_pixels(display_set) is stack
    with pytest.raises(ValueError, match="read-only"):
        stack.array[0, 0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        frame.pixels[0, 0] = 1


def test_stacks_whose_frames_differ_fall_back_to_single_frames(store: ObjectsInMemory) -> None:
    for number in range(4):
        store.put_slice(np.full((16, 16), number, np.int16), number)
    store.put_slice(np.full((16, 16), 4, np.uint16), 4)
    display_set = store.display_set()
    source = a_source(store)
    assert source.stack_pixels(display_set) is None
    source.load(display_set, lambda: 0, CancelToken())
    assert [pixel_of(source, display_set, index) for index in range(5)] == list(range(5))


def test_padding_is_part_of_the_form(store: ObjectsInMemory) -> None:
    store.put_slice(np.full((16, 16), 1, np.int16), 0, PixelPaddingValue=-5)
    store.put_slice(np.full((16, 16), 2, np.int16), 1)
    source = a_source(store)
    assert source.stack_pixels(store.display_set()) is None


def test_colour_is_no_stack(store: ObjectsInMemory) -> None:
    cine = image_object(np.zeros((8, 8, 3), np.uint8), photometric="RGB")
    store.content[cine.SOPInstanceUID] = as_bytes(cine)
    assert a_source(store).stack_pixels(store.display_set()) is None


def test_two_threads_asking_for_one_frame_decode_it_once(store: ObjectsInMemory) -> None:
    uid = store.put_stack(numbered(COUNT)).frames[0].sop_uid
    source = a_source(store)
    store.may_open.clear()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(source.fetch, uid) for _ in range(4)]
        threading.Timer(0.05, store.may_open.set).start()
        frames = {id(each.result()) for each in asked}
    assert len(frames) == 1
    assert store.opened[uid] == 1


def test_all_who_wait_for_a_frame_learn_why_it_cannot_be_shown(store: ObjectsInMemory) -> None:
    source = a_source(store)
    store.may_open.clear()
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(source.fetch, "not here") for _ in range(3)]
        threading.Timer(0.05, store.may_open.set).start()
        assert all(isinstance(each.exception(), SomethingMissing) for each in asked)


def test_a_frame_nobody_wants_any_more_is_not_decoded(store: ObjectsInMemory) -> None:
    uid = store.put_stack(numbered(COUNT)).frames[0].sop_uid
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        a_source(store).fetch(uid, cancel=cancel)
    assert not store.opened


def test_cancelling_stops_at_once(store: ObjectsInMemory) -> None:
    display_set = store.put_stack(numbered(200))
    cancel = CancelToken()
    source = a_source(store)
    opening = store.open

    def open_some(uid: str) -> object:
        if len(store.order) == 10:
            cancel.cancel()
        return opening(uid)

    store.open = open_some  # type: ignore[method-assign, assignment]
    source = a_source(store)
    with pytest.raises(Cancelled):
        source.load(display_set, lambda: 0, cancel)
    assert len(store.order) <= 12


def test_a_stack_larger_than_the_budget_still_scrolls(store: ObjectsInMemory) -> None:
    display_set = store.put_stack(numbered(40))
    source = a_source(store, frames=5)
    assert source.stack_pixels(display_set) is None
    for start in (0, 20, 39):
        source.load(display_set, lambda start=start: start, CancelToken())  # type: ignore[misc]
        assert source.loaded(display_set)[start]
        assert sum(source.loaded(display_set)) <= 6
        assert source.used_bytes <= 6 * SLICE * 8 // 7
    for index, reference in enumerate(display_set.frames):
        assert source.fetch(reference.sop_uid).pixels[0, 0] == index


def test_what_leaves_comes_back_from_the_second_tier_without_reading(store: ObjectsInMemory) -> None:
    random = np.random.default_rng(3)
    pixels = random.integers(-2000, 2000, (20, 16, 16)).astype(np.int16)
    display_set = store.put_stack(pixels)
    source = a_source(store, frames=5, compressed=1 << 20)
    for reference in display_set.frames:
        source.fetch(reference.sop_uid)
    for index, reference in enumerate(display_set.frames):
        assert np.array_equal(source.fetch(reference.sop_uid).pixels, pixels[index])
    assert set(store.opened.values()) == {1}
    source.forget()
    assert source.used_bytes == 0


def test_a_stack_that_left_is_filled_again_from_the_second_tier(store: ObjectsInMemory) -> None:
    display_set = store.put_stack(numbered(COUNT))
    source = a_source(store, frames=14, compressed=1 << 20)
    source.load(display_set, lambda: 0, CancelToken())
    assert source.stack_pixels(display_set) is not None
    others = ObjectsInMemory()
    for number in range(8):
        dataset = image_object(np.full((16, 16), 100 + number, np.int16), uid=f"9.{number}", SeriesNumber=2)
        others.content[dataset.SOPInstanceUID] = as_bytes(dataset)
    store.content |= others.content
    for uid in others.content:
        source.fetch(uid)
    opened = dict(store.opened)
    again = source.stack_pixels(display_set)
    assert again is not None
    source.load(display_set, lambda: 0, CancelToken())
    assert again.is_complete
    assert np.array_equal(again.array, numbered(COUNT))
    assert dict(store.opened) == opened


def test_a_multi_frame_object_is_opened_once_and_stays_open_while_it_is_read(store: ObjectsInMemory) -> None:
    cine = image_object(np.arange(5 * 8 * 8).reshape(5, 8, 8).astype(np.uint16), modality="US")
    store.content[cine.SOPInstanceUID] = as_bytes(cine)
    (display_set,) = display_sets_of([header_of(cine)])
    source = a_source(store, workers=2)
    source.load(display_set, lambda: 0, CancelToken())
    assert store.opened[cine.SOPInstanceUID] == 1
    last = source.get(cine.SOPInstanceUID, 4)
    assert last is not None
    assert last.pixels[0, 0] == 4 * 64
    assert store.open_now == 1
    source.forget()
    assert store.open_now == 0


def test_a_truncated_multi_frame_object_shows_the_frames_it_has(store: ObjectsInMemory) -> None:
    cine = image_object(np.arange(5 * 8 * 8).reshape(5, 8, 8).astype(np.uint16), modality="US")
    store.content[cine.SOPInstanceUID] = as_bytes(cine)[:-200]
    (display_set,) = display_sets_of([header_of(cine)])
    source = a_source(store)
    source.load(display_set, lambda: 2, CancelToken())
    assert source.loaded(display_set) == [True, True, True, False, False]
    assert source.failure(cine.SOPInstanceUID, 4)


def test_the_slices_of_a_mosaic_are_frames_of_one_stack(store: ObjectsInMemory) -> None:
    dataset = mosaic_object(7, tile=8)
    store.content[dataset.SOPInstanceUID] = as_bytes(dataset)
    (display_set,) = display_sets_of([header_of(dataset)])
    source = a_source(store, workers=2)
    source.load(display_set, lambda: 3, CancelToken())
    stack = source.stack_pixels(display_set)
    assert stack is not None
    assert stack.is_complete
    whole = dataset.pixel_array
    for index, reference in enumerate(display_set.frames):
        down, across = divmod(reference.tile or 0, whole.shape[1] // 8)
        expected = whole[8 * down : 8 * down + 8, 8 * across : 8 * across + 8]
        frame = source.get(*key_of(reference))
        assert frame is not None
        assert np.array_equal(frame.pixels, expected)
        assert np.array_equal(stack.array[index], expected)
    assert store.opened[dataset.SOPInstanceUID] == 1
    source.forget()


def test_many_threads_at_once(store: ObjectsInMemory) -> None:
    display_set = store.put_stack(numbered(30))
    source = a_source(store, frames=20, compressed=4096, workers=8)
    for start in (0, 15, 29):
        source.load(display_set, lambda start=start: start, CancelToken())  # type: ignore[misc]
    assert source.used_bytes <= 20 * SLICE * 8 // 7 + 8 + 4096
