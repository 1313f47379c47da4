"""Headers and pixels out of the encrypted store: from the beginnings kept together, and from the objects themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.frame_stores import numbered
from tests.helpers.pixel_objects import as_bytes, image_object
from tests.helpers.stored_studies import receive
from tests.helpers.vaults import a_catalogue, a_vault
from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.header_blocks import Head
from workstation.dicom.display_sets import display_sets_of
from workstation.foundation.cancel import CancelToken
from workstation.imaging.frame_source import FrameSource
from workstation.imaging.memory_budget import MemoryBudget
from workstation.reading.headers import HeaderShelf
from workstation.reading.stored_objects import StoredObjects
from workstation.vault.errors import DamagedObject
from workstation.vault.sealing import CHUNK_BYTES

COUNT = 6
BUDGET = MemoryBudget(1 << 28, 0)


def files_of(count: int = COUNT) -> list[bytes]:
    return [
        as_bytes(
            image_object(
                pixels, uid=str(number), InstanceNumber=number, ImagePositionPatient=[0, 0, number],
                ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            )
        )
        for number, pixels in enumerate(numbered(count))
    ]  # fmt: skip


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(a_catalogue(tmp_path)) as opened:
        yield opened


def shelf_of(catalogue: Catalogue) -> HeaderShelf:
    return HeaderShelf(catalogue, StoredObjects(catalogue))


def file_of(tmp_path: Path, uid: str) -> Path:
    return tmp_path / "data" / "instances" / a_vault(tmp_path).object_name(uid)


def test_headers_come_out_the_same_from_the_beginnings_and_from_the_objects(catalogue: Catalogue) -> None:
    study = receive(catalogue, files_of())
    from_beginnings = shelf_of(catalogue).of_study(study, CancelToken())
    catalogue.headers.forget(study)
    from_objects = shelf_of(catalogue).of_study(study, CancelToken())
    assert len(from_objects) == COUNT
    assert sorted(from_beginnings, key=lambda header: header.sop_uid) == sorted(
        from_objects, key=lambda header: header.sop_uid
    )


def test_a_study_opens_without_reading_its_objects_and_shows_the_pixels_that_belong_to_it(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    study = receive(catalogue, files_of())
    shelf = shelf_of(catalogue)
    aside = {path: path.read_bytes() for path in (tmp_path / "data" / "instances").iterdir()}
    for path in aside:
        path.write_bytes(b"")
    headers = shelf.of_study(study, CancelToken())
    assert len(headers) == COUNT
    for path, content in aside.items():
        path.write_bytes(content)
    (display_set,) = display_sets_of(headers)
    frames = FrameSource(shelf.open, budget=BUDGET, workers=2)
    frames.load(display_set, lambda: 2, CancelToken())
    stack = frames.stack_pixels(display_set)
    assert stack is not None
    assert np.array_equal(stack.array, numbered(COUNT))


def test_an_object_that_is_gone_is_noted_when_the_study_opens(catalogue: Catalogue) -> None:
    study = receive(catalogue, files_of())
    gone = catalogue.instances.received(study)[2].ref.sop_uid
    catalogue.objects.delete(gone)
    assert len(shelf_of(catalogue).of_study(study, CancelToken())) == COUNT - 1
    assert [ref.sop_uid for ref in catalogue.instances.wanted(study)] == [gone]


def test_a_beginning_of_another_object_is_not_used(catalogue: Catalogue) -> None:
    study = receive(catalogue, files_of())
    heads = catalogue.headers.heads(study)
    (uid, head), (_, other), *_ = heads.items()
    catalogue.headers.add(study, {uid: Head("0" * 64, other.size, other.identity, other.data)})
    headers = {header.sop_uid: header for header in shelf_of(catalogue).of_study(study, CancelToken())}
    assert set(headers) == set(heads)
    assert headers[uid].sop_uid == uid
    assert head.data != other.data


def test_an_object_that_was_stored_anew_is_opened_anew(catalogue: Catalogue) -> None:
    study = receive(catalogue, files_of())
    shelf = shelf_of(catalogue)
    uid = next(header.sop_uid for header in shelf.of_study(study, CancelToken()) if header.instance_number == 3)
    longer = image_object(
        np.full((16, 16), 77, np.int16), uid="3", InstanceNumber=3, ImageComments="longer than before", Rows=16
    )
    catalogue.objects.put(uid, as_bytes(longer))
    assert FrameSource(shelf.open, budget=BUDGET).fetch(uid).pixels[0, 0] == 77


def test_a_damaged_object_is_noted_and_only_its_frame_is_missing(catalogue: Catalogue, tmp_path: Path) -> None:
    study = receive(catalogue, files_of())
    shelf = shelf_of(catalogue)
    headers = shelf.of_study(study, CancelToken())
    (display_set,) = display_sets_of(headers)
    damaged = display_set.frames[4].sop_uid
    content = bytearray(file_of(tmp_path, damaged).read_bytes())
    content[-30] ^= 1
    file_of(tmp_path, damaged).write_bytes(content)
    frames = FrameSource(shelf.open, budget=BUDGET, workers=2)
    frames.load(display_set, lambda: 0, CancelToken())
    assert frames.loaded(display_set) == [index != 4 for index in range(COUNT)]
    stack = frames.stack_pixels(display_set)
    assert stack is not None
    assert not stack.array[4].any()
    assert frames.failure(damaged)
    assert [ref.sop_uid for ref in catalogue.instances.wanted(study)] == [damaged]


def test_of_a_large_object_only_the_frame_with_the_damage_is_missing(catalogue: Catalogue, tmp_path: Path) -> None:
    pixels = np.random.default_rng(2).integers(0, 4096, (8, 600, 600)).astype(np.uint16)
    cine = image_object(pixels, modality="US")
    uid = str(cine.SOPInstanceUID)
    receive(catalogue, [as_bytes(cine)])
    path = file_of(tmp_path, uid)
    content = bytearray(path.read_bytes())
    content[36 + 2 * (CHUNK_BYTES + 16) + 500_000] ^= 1  # in the third chunk
    path.write_bytes(content)
    frames = FrameSource(shelf_of(catalogue).open, budget=BUDGET, workers=2)
    shown = []
    for number in range(8):
        try:
            assert np.array_equal(frames.fetch(uid, number).pixels, pixels[number])
            shown.append(number)
        except DamagedObject:
            continue
    frames.forget()
    size = pixels[0].nbytes
    touched = {
        number
        for number in range(8)
        if number * size < 3 * CHUNK_BYTES and (number + 1) * size > 2 * CHUNK_BYTES - 2000
    }
    assert set(range(8)) - set(shown) == touched


def test_what_is_forgotten_is_read_again(catalogue: Catalogue) -> None:
    study = receive(catalogue, files_of())
    shelf = shelf_of(catalogue)
    first = shelf.of_study(study, CancelToken())
    assert [id(each) for each in shelf.of_study(study, CancelToken())] == [id(each) for each in first]
    shelf.forget(header.sop_uid for header in first)
    assert {id(each) for each in shelf.of_study(study, CancelToken())}.isdisjoint({id(each) for each in first})
