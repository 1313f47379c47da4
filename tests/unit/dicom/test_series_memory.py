"""Reading many objects of a series: what is remembered makes it quicker and changes no answer."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from tests.helpers.pixel_objects import as_bytes, image_object
from workstation.dicom.dicom_object import DicomObject, open_object
from workstation.dicom.elements import Elements
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import FrameDetails, InstanceHeader
from workstation.dicom.reading import header_of
from workstation.dicom.series_memory import SeriesMemory, alike_in_series
from workstation.dicom.values import text
from workstation.foundation.byte_source import BytesSource

PIXELS = np.arange(16, dtype=np.uint16).reshape(4, 4)


def file_of(number: int, **attributes: Any) -> bytes:
    dataset = image_object(
        PIXELS,
        uid=str(number),
        InstanceNumber=number,
        ImagePositionPatient=[0, 0, number / 4],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        PixelSpacing=[0.5, 0.5],
        WindowCenter=40,
        WindowWidth=80,
        **attributes,
    )
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "T-D1100", "SRT", "Head"
    dataset.AnatomicRegionSequence = DicomSequence([code])
    block = dataset.private_block(0x0019, "A MAKER", create=True)
    block.add_new(0x0A, "LO", "private")
    return as_bytes(dataset)


def opened(data: bytes, memory: SeriesMemory | None = None) -> DicomObject:
    return open_object(BytesSource(data), memory=memory)


def assert_alike(files: Sequence[bytes], memory: SeriesMemory) -> None:
    for data in files:
        known, alone = opened(data, memory), opened(data)
        assert known.elements == alone.elements
        assert list(known.elements) == list(alone.elements)
        assert known.header == alone.header
        assert (known.transfer_syntax, known.is_big_endian) == (alone.transfer_syntax, alone.is_big_endian)
        assert known.pixel_data is not None
        assert alone.pixel_data is not None
        assert known.pixel_data.source.read(known.pixel_data.offset, 99) == alone.pixel_data.source.read(
            alone.pixel_data.offset, 99
        )


class Counting(BytesSource):
    """Counts what is read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.reads = 0

    def read(self, offset: int, length: int) -> bytes:
        self.reads += 1
        return super().read(offset, length)


def test_a_series_is_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    files, memory = [file_of(number) for number in range(100, 140)], SeriesMemory()
    assert_alike(files, memory)
    monkeypatch.setattr("workstation.dicom.dicom_object.walked", None)  # by now nothing is walked any more
    for data in files:
        source = Counting(data)
        assert open_object(source, memory=memory).header.sop_uid
        assert source.reads == 1


CHANGES: dict[str, Any] = {
    "PatientName": ["SYNTHETIC^Pixel", "SYNTHETIC^Piyel"],
    "PatientID": ["SYN-1", "SYN-2"],
    "Modality": ["CT", "MR", "PT"],
    "WindowCenter": ["40", "50", "60\\70", "nan"],
    "PixelRepresentation": [0, 1],
    "BitsStored": [16, 12, 99],
    "SpecificCharacterSet": ["ISO_IR 100", "ISO_IR 101", "ISO_IR 192"],
    "InstitutionName": ["Klinik M\u00fc\u00fcnchen", "Klinik M\u0105\u0105nchen"],
    "SmallestImagePixelValue": [0, 1],
    "ImageType": [["ORIGINAL", "PRIMARY"], ["DERIVED\\", "PRIMARY"]],
    "SeriesInstanceUID": ["1.2.3", "1.2.4", ""],
    "SOPInstanceUID": ["1.2.3.4", "1.2.3.5"],
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in CHANGES.items()}), max_size=6))
@pytest.mark.filterwarnings("ignore")
@pytest.mark.expects_log
def test_whatever_differs_is_seen(changes: list[dict[str, Any]]) -> None:
    memory = SeriesMemory()
    for each in [{}, *changes, {}]:
        data = changed(each)
        known, alone = opened(data, memory), opened(data)
        assert known.elements == alone.elements
        assert outcome(known) == outcome(alone)


def changed(attributes: dict[str, Any]) -> bytes:
    dataset = image_object(PIXELS, InstanceNumber=7)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in attributes.items():
        dataset.add_new(keyword, dataset[keyword].VR if keyword in dataset else _vr(keyword), value)
    return as_bytes(dataset)


def _vr(keyword: str) -> str:
    return {"WindowCenter": "DS", "SmallestImagePixelValue": "US", "ImageType": "CS"}.get(keyword, "LO")


def outcome(found: DicomObject) -> InstanceHeader | str:
    try:
        return found.header
    except UnreadableInstance as error:
        return str(error)


def test_a_change_of_what_gives_others_their_meaning_is_walked() -> None:
    memory = SeriesMemory()
    latin, cyrillic = file_of(1, SpecificCharacterSet="ISO_IR 100"), file_of(1, SpecificCharacterSet="ISO_IR 144")
    named = [each.replace(b"Head", b"\xbb\xee\xdaa") for each in (latin, cyrillic)]
    meanings = [opened(each, memory).elements.items("AnatomicRegionSequence")[0].text("CodeMeaning") for each in named]
    assert meanings == ["»îÚa", "Люкa"]


def test_another_private_creator_is_walked() -> None:
    """The dictionary knows the VR of this maker's element, and not of that one's."""
    dataset = image_object(PIXELS)
    dataset.private_block(0x0019, "SIEMENS CT VA0  COAD", create=True).add_new(0x10, "UN", b"5 ")
    known = as_bytes(dataset)
    memory = SeriesMemory()
    vrs = [opened(each, memory).elements.vr(0x00191010) for each in (known, known.replace(b"SIEMENS", b"SIEMEN5"))]
    assert vrs == ["IS", "UN"]


def test_a_truncated_file_is_not_taken_for_a_whole_one() -> None:
    memory = SeriesMemory()
    whole = file_of(1)
    opened(whole, memory)
    found = opened(whole[:-20], memory)
    assert found.pixel_data is not None
    assert found.pixel_data.source.size == len(whole) - 20


def test_learning_in_vain_ends() -> None:
    memory = SeriesMemory()
    files = [file_of(1, SeriesDescription="x" * (2 * length)) for length in range(60)]
    assert_alike(files, memory)
    assert_alike(files, memory)


def test_several_threads() -> None:
    memory = SeriesMemory()
    files = [file_of(number) for number in range(1, 200)]
    with ThreadPoolExecutor(4) as pool:
        headers = list(pool.map(lambda data: opened(data, memory).header, files))
    assert [each.instance_number for each in headers] == list(range(1, 200))
    assert headers == [opened(data).header for data in files]


def test_a_part_that_goes_through_all_elements_is_never_remembered() -> None:
    @alike_in_series
    def count(dataset: Any) -> int:
        return len(list(dataset))

    @alike_in_series
    def name(dataset: Any) -> str:
        return text(dataset, "PatientName")

    memory = SeriesMemory()
    first, second = (opened(file_of(number), memory).elements for number in (10, 11))
    assert name(first) is name(second)
    assert count(first) == count(second) == len(first)
    assert count(opened(file_of(12, KVP=120), memory).elements) == len(first) + 1
    assert count(Elements({1: ("CS", b"A")})) == 1


def test_headers_are_whole_values() -> None:
    """They are not made by their constructor; nothing may be left out."""
    header = header_of(opened(file_of(1)).elements, transfer_syntax="1.2.840.10008.1.2.1")
    for found in (header, header.details):
        again = type(found)(**{each.name: getattr(found, each.name) for each in fields(found)})
        assert again == found
        required = set(vars(found)) | {each.name for each in fields(found) if each.default is not None}
        assert {each.name for each in fields(found)} <= required | set(vars(type(found)))
    assert isinstance(header.details, FrameDetails)
