"""Palettes: the tables as pydicom has them, plain and segmented, and no table where they are broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from workstation.dicom.dicom_object import open_object
from workstation.dicom.elements import Elements
from workstation.dicom.palette_tables import palette_tables_of
from workstation.foundation.byte_source import FileSource

WITH_PALETTE = (
    "palettes/fall.dcm", "palettes/hotiron.dcm", "palettes/hotmetalblue.dcm", "palettes/pet.dcm",
    "palettes/pet20step.dcm", "palettes/spring.dcm", "palettes/summer.dcm", "us/gdcm-US-ALOKA-16.dcm",
    "compressed_misc/OT-PAL-8-face.dcm",
)  # fmt: skip


@pytest.mark.parametrize("name", WITH_PALETTE)
def test_real_palettes(open_data: Path, name: str) -> None:
    source = FileSource(open_data / name)
    tables = palette_tables_of(open_object(source).elements)
    source.close()
    length = tables[0].entries.size
    first = tables[0].first
    expected = apply_color_lut(
        np.arange(first, first + length, dtype=np.int32), pydicom.dcmread(open_data / name, force=True)
    )
    np.testing.assert_array_equal(np.stack([each.entries for each in tables], axis=-1), expected)
    assert {each.bits for each in tables} == {8 * expected.dtype.itemsize}


def palette(data: bytes, *, length: int, bits: int = 16, segmented: bool = True, first: int = 0) -> Elements:
    """The same table for three colours."""
    descriptor = np.array([length & 0xFFFF, first & 0xFFFF, bits], "<u2").tobytes()
    found: dict[int, tuple[str, bytes]] = {0x00281101 + colour: ("US", descriptor) for colour in range(3)}
    tag = 0x00281221 if segmented else 0x00281201
    found |= {tag + colour: ("OW", data) for colour in range(3)}
    return Elements(dict(sorted(found.items())))


def words(*values: int) -> bytes:
    return np.array(values, "<u2").tobytes()


def entries(elements: Elements) -> list[int]:
    tables = palette_tables_of(elements)
    return tables[0].entries.tolist() if tables else []


def test_segments_of_every_kind() -> None:
    discrete, linear = (0, 2, 100, 200), (1, 4, 600)
    assert entries(palette(words(*discrete, *linear), length=6)) == [100, 200, 300, 400, 500, 600]
    again = (2, 1, 0, 0)  # one segment from byte 0 on
    assert entries(palette(words(*discrete, *linear, *again), length=8)) == [100, 200, 300, 400, 500, 600, 100, 200]


def test_segments_of_bytes() -> None:
    data = bytes([0, 2, 10, 20, 1, 2, 40, 0])
    assert entries(palette(data, length=4, bits=8)) == [10, 20, 30, 40]


@pytest.mark.parametrize(
    "broken",
    [
        words(1, 4, 600),  # a line without a beginning
        words(0, 9, 1, 2),  # more than there is
        words(0, 2, 1, 2),  # too few
        words(0, 7, 1, 2, 3, 4, 5, 6, 7),  # too many
        words(0, 0, 0, 0),
        words(5, 1, 1, 1),
        words(0, 2, 1, 2, 2, 1, 8, 0),  # an indirect segment that leads to itself
        words(0, 2, 1, 2, 2, 1, 0xFFFF, 0xFFFF),
        b"",
    ],
)
def test_broken_segments(broken: bytes) -> None:
    assert palette_tables_of(palette(broken, length=6)) == ()


def test_plain_tables() -> None:
    assert entries(palette(words(1, 2, 65535), length=3, segmented=False)) == [1, 2, 65535]
    packed = palette_tables_of(palette(bytes([1, 2, 255, 0]), length=3, bits=8, segmented=False))
    assert (packed[0].entries.tolist(), packed[0].bits) == ([1, 2, 255], 8)
    in_words = palette_tables_of(palette(words(1, 2, 255), length=3, bits=8, segmented=False))
    assert (in_words[0].entries.tolist(), in_words[0].bits) == ([1, 2, 255], 8)
    scaled = palette_tables_of(palette(words(0x0100, 0xFF00), length=2, bits=8, segmented=False))
    assert (scaled[0].entries.tolist(), scaled[0].bits) == ([0x0100, 0xFF00], 16)
    narrow = palette_tables_of(palette(bytes(range(4)), length=4, segmented=False))
    assert (narrow[0].entries.tolist(), narrow[0].bits) == ([0, 1, 2, 3], 8)
    full = palette(np.arange(65536, dtype="<u2").tobytes(), length=65536, segmented=False)
    assert len(entries(full)) == 65536
    assert palette_tables_of(palette(words(1, 2), length=5, segmented=False)) == ()
    assert palette_tables_of(palette(words(1, 2), length=2, bits=12, segmented=False)) == ()
    assert palette_tables_of(Elements()) == ()
    assert palette_tables_of(Dataset()) == ()


@given(st.binary(max_size=200), st.integers(0, 65535), st.sampled_from([8, 16]), st.booleans())
def test_nothing_raises_and_every_table_is_whole(data: bytes, length: int, bits: int, segmented: bool) -> None:
    for table in palette_tables_of(palette(data, length=length, bits=bits, segmented=segmented)):
        assert table.entries.size == (length or 65536)
