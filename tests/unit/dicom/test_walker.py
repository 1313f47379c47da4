"""What the walker takes, what it reads of a file, and where it gives up."""

from __future__ import annotations

import contextlib
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from tests.helpers import hostile_objects as hostile
from tests.helpers.hostile_objects import ITEM_END, SEQUENCE_END, UNDEFINED, attributes, body, element, item, meta
from tests.helpers.pixel_objects import as_bytes, image_object
from workstation.dicom.dicom_object import DicomObject, open_object
from workstation.dicom.elements import Elements
from workstation.dicom.errors import NotDicom, UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.dicom.part10 import ObjectParts
from workstation.dicom.walker import DEEPEST, Encoding, Walker
from workstation.foundation.byte_source import BytesSource

PIXELS = np.arange(24, dtype=np.int16).reshape(4, 6) - 10
EXPLICIT = "1.2.840.10008.1.2.1"


class NoReader:
    """Nothing may be unusual."""

    def read(self, data: bytes) -> ObjectParts:
        raise AssertionError("the walker took this for unusual")


class Refusing:
    """Whatever is unusual is refused; says how much of it was read."""

    def __init__(self) -> None:
        self.given = -1

    def read(self, data: bytes) -> ObjectParts:
        self.given = len(data)
        raise UnreadableInstance("unusual", "")


class Watched(BytesSource):
    """Knows how far it was read."""

    def __init__(self, data: bytes, claimed_size: int | None = None) -> None:
        super().__init__(data)
        self.furthest = 0
        self._claimed = claimed_size

    @property
    def size(self) -> int:
        return super().size if self._claimed is None else self._claimed

    def read(self, offset: int, length: int) -> bytes:
        self.furthest = max(self.furthest, min(offset + length, self.size))
        return super().read(offset, length)


def walked(data: bytes) -> DicomObject:
    return open_object(BytesSource(data), unusual=NoReader())


def sequence_in(dataset: Dataset) -> Dataset:
    inner = Dataset()
    inner.CodeValue, inner.CodingSchemeDesignator, inner.CodeMeaning = "T-1", "SRT", "Brain"
    outer = Dataset()
    outer.AnatomicRegionModifierSequence = Sequence([inner, Dataset()])
    outer.CodeValue = "T-0"
    dataset.AnatomicRegionSequence = Sequence([outer])
    return dataset


def with_lengths(dataset: Dataset, *, undefined: bool) -> Dataset:
    for each in dataset.iterall():
        if each.VR == "SQ":
            each.is_undefined_length = undefined
            for inner in each.value:
                inner.is_undefined_length_sequence_item = undefined
    return dataset


@pytest.mark.parametrize("undefined", [False, True])
def test_sequences_of_both_kinds_of_length(undefined: bool) -> None:
    found = walked(as_bytes(with_lengths(sequence_in(image_object(PIXELS)), undefined=undefined)))
    (region,) = found.elements.items("AnatomicRegionSequence")
    assert region.text("CodeValue") == "T-0"
    code, empty = region.items("AnatomicRegionModifierSequence")
    assert (code.text("CodeMeaning"), len(empty)) == ("Brain", 0)
    assert found.header.body_codes == ("T-0",)


def written(dataset: Dataset, syntax: str) -> bytes:
    dataset.file_meta.TransferSyntaxUID = syntax
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


@pytest.mark.parametrize("syntax", [EXPLICIT, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_the_same_object_in_every_encoding(syntax: str) -> None:
    dataset = sequence_in(
        image_object(PIXELS, WindowCenter=[40, 50], WindowWidth=[80, 90], PixelPaddingValue=-10, KVP=120.5)
    )
    dataset.add_new("FrameIncrementPointer", "AT", [0x00181063])
    dataset.add_new("RealWorldValueSlope", "FD", 0.25)
    dataset.add_new("SmallestImagePixelValue", "SS", -10)
    dataset.PixelData = PIXELS.astype(">i2" if syntax == ExplicitVRBigEndian else "<i2").tobytes()
    found = walked(written(dataset, syntax))
    elements = found.elements
    assert elements.numbers("WindowCenter") == (40.0, 50.0)
    assert elements.numbers("SmallestImagePixelValue") == (-10.0,)
    assert elements.values("FrameIncrementPointer") == [0x00181063]
    assert elements.texts("FrameIncrementPointer") == ("(0018,1063)",)
    assert elements.number("RealWorldValueSlope") == 0.25
    assert (found.header.rows, found.header.kvp, found.header.pixel.padding) == (4, 120.5, (-10, -10))
    assert found.transfer_syntax == syntax
    assert found.is_big_endian == (syntax == ExplicitVRBigEndian)
    assert found.pixel_data is not None
    content = found.pixel_data.source.read(found.pixel_data.offset, found.pixel_data.length or 0)
    np.testing.assert_array_equal(np.frombuffer(content, ">i2" if found.is_big_endian else "<i2"), PIXELS.ravel())


def deflated(dataset: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return meta(hostile.DEFLATED) + packer.compress(dataset) + packer.flush()


def test_a_deflated_object() -> None:
    found = walked(deflated(body(attributes()) + hostile.pixel_data()))
    assert found.header.rows == hostile.SIDE
    assert found.pixel_data is not None
    place = found.pixel_data
    assert place.source.read(place.offset, place.length or 0) == hostile.PIXELS.tobytes()


def test_an_unusual_deflated_object_is_read_on() -> None:
    disorder = element(0x00100010, "PN", hostile.NAME) + body(attributes(t00100010_PN=None)) + hostile.pixel_data()
    found = open_object(BytesSource(deflated(disorder)))
    assert found.header.patient.name == "SYNTHETIC^Hostile"
    assert found.transfer_syntax == hostile.DEFLATED
    assert found.pixel_data is not None
    assert found.pixel_data.source.read(found.pixel_data.offset, 8) == hostile.PIXELS.tobytes()[:8]


def test_foreign_preambles() -> None:
    for start in (b"MZ\x90\0", b"II*\0\x08\0\0\0", b"MM\0*", b"%PDF-1.4", b"\xff" * 128):
        data = meta(EXPLICIT, preamble=start.ljust(128, b"\0")) + body(attributes()) + hostile.pixel_data()
        assert walked(data).header.rows == hostile.SIDE


def test_without_preamble_and_without_meta_information() -> None:
    plain = body(attributes()) + hostile.pixel_data()
    implicit = hostile.implicit_body() + struct.pack("<HHI", 0x7FE0, 0x10, 4) + b"abcd"
    big = b"".join(element(tag, vr, value, order=">") for tag, (vr, value) in sorted(attributes().items()))
    assert walked(meta(EXPLICIT)[132:] + plain).transfer_syntax == EXPLICIT
    assert walked(plain).transfer_syntax == EXPLICIT
    assert walked(implicit).transfer_syntax == ImplicitVRLittleEndian
    assert walked(big).transfer_syntax == ExplicitVRBigEndian


def test_meta_information_without_its_length() -> None:
    with_length = hostile.good()
    without = with_length[:132] + with_length[144:]
    assert walked(without).header == walked(with_length).header


@pytest.mark.parametrize("content", [b"", b"D", b"text " * 100, b"\x89PNG\r\n\x1a\n" + bytes(2000), b"%PDF-1.7" * 99])
def test_other_files_are_no_dicom(content: bytes) -> None:
    with pytest.raises(NotDicom):
        open_object(BytesSource(content), unusual=Refusing())


def test_private_elements_and_their_creators() -> None:
    dataset = image_object(PIXELS)
    dataset.private_block(0x0019, "FIRST MAKER", create=True).add_new(0x08, "DS", "1.5")
    dataset.private_block(0x0019, "SECOND MAKER", create=True).add_new(0x08, "LO", "two")
    found = walked(as_bytes(dataset)).elements
    tag = found.private(0x0019, "SECOND MAKER", 0x08)
    assert tag == 0x00191108
    assert found.text(tag) == "two"
    assert found.private(0x0019, "THIRD MAKER", 0x08) is None


def private_sequence(inside: bytes, *, implicit: bool) -> bytes:
    """A private sequence of unknown VR and length (PS3.5 6.2.2): implicit VR within, if its writer knew that."""
    head = struct.pack("<HH2sHI", 0x0019, 0x1010, b"UN", 0, UNDEFINED)
    creator = element(0x00190010, "LO", b"NOBODY KNOWS")
    return creator + head + item(inside, UNDEFINED) + ITEM_END + SEQUENCE_END


@pytest.mark.parametrize("implicit", [True, False])
def test_private_sequences_of_unknown_vr(implicit: bool) -> None:
    plain = struct.pack("<HHI", 0x0008, 0x0100, 4) + b"T-01"
    inside = plain if implicit else element(0x00080100, "SH", b"T-01")
    before = {tag: each for tag, each in attributes().items() if tag < 0x00190000}
    after = {tag: each for tag, each in attributes().items() if tag > 0x00190000}
    data = meta(EXPLICIT) + body(before) + private_sequence(inside, implicit=implicit) + body(after)
    (found,) = walked(data + hostile.pixel_data()).elements.items(0x00191010)
    assert found.text("CodeValue") == "T-01"


def test_the_icon_of_a_compressed_object_is_not_its_pixels() -> None:
    icon = hostile.fragments(b"icon pixels!")
    before = {tag: each for tag, each in attributes().items() if tag < 0x00880200}
    data = meta(hostile.RLE) + body(before) + element(0x00880200, "SQ", item(icon)) + hostile.fragments(b"the image ")
    found = walked(data)
    (inside,) = found.elements.items("IconImageSequence")
    assert inside.raw(0x7FE00010).endswith(b"icon pixels!")
    assert found.pixel_data is not None
    assert found.pixel_data.length is None
    assert data[found.pixel_data.offset :].endswith(b"the image " + SEQUENCE_END)


def test_pixels_are_not_read() -> None:
    source = Watched(hostile.good() + bytes(1 << 20), claimed_size=3 << 30)
    assert open_object(source, unusual=NoReader()).header.rows == hostile.SIDE
    assert source.furthest <= 16 << 10


def test_a_long_header_is_read_as_far_as_it_goes() -> None:
    before = {tag: each for tag, each in attributes().items() if tag < 0x00290000}
    long = element(0x00290010, "LO", b"MAKER ") + element(0x00291010, "OB", bytes(300_000))
    data = meta(EXPLICIT) + body(before) + long
    source = Watched(data + hostile.pixel_data(bytes(8 << 20)))
    found = open_object(source, unusual=NoReader())
    assert len(found.elements.raw(0x00291010)) == 300_000
    assert source.furthest < len(data) + (64 << 10)


@pytest.mark.parametrize(
    ("what", "unusual"),
    [
        ("duplicate", element(0x00080008, "CS", b"ORIGINAL") * 2),
        ("disorder", element(0x00090010, "LO", b"A ") + element(0x00080008, "CS", b"ORIGINAL")),
        ("no such VR", element(0x00080008, "ZZ", b"ORIGINAL")),
        ("too long", element(0x00080008, "CS", b"ORIGINAL", 0xFFF0)),
        ("item too long", element(0x00081140, "SQ", item(b"", 400))),
        ("item too short", element(0x00081140, "SQ", item(element(0x00080100, "SH", b"AB"), 6))),
        ("no item", element(0x00081140, "SQ", element(0x00080100, "SH", b"ABCDEF"))),
        ("stray delimiter", SEQUENCE_END),
    ],
)
def test_what_is_left_to_others(what: str, unusual: bytes) -> None:
    others = {tag: each for tag, each in attributes().items() if tag > 0x00100000}
    reader = Refusing()
    with pytest.raises(UnreadableInstance):
        open_object(BytesSource(meta(EXPLICIT) + unusual + body(others) + hostile.pixel_data()), unusual=reader)
    assert reader.given > 0, what


def test_a_value_of_unknown_vr_that_is_cut_short() -> None:
    lie = element(0x00091010, "UN", b"abcdefgh", 400)
    before = {tag: each for tag, each in attributes().items() if tag < 0x00090000}
    reader = Refusing()
    with pytest.raises(UnreadableInstance):
        open_object(BytesSource(meta(EXPLICIT) + body(before) + lie), unusual=reader)
    assert reader.given > 0


def test_of_a_large_unusual_file_only_the_beginning_is_given() -> None:
    data = meta(EXPLICIT) + element(0x00080008, "CS", b"ORIGINAL") * 2 + body(attributes()) + hostile.pixel_data()
    source, reader = Watched(data, claimed_size=1 << 31), Refusing()
    with pytest.raises(UnreadableInstance):
        open_object(source, unusual=reader)
    assert source.furthest <= 64 << 20


def nested(depth: int) -> bytes:
    inner = element(0x00080100, "SH", b"DEEP")
    for _ in range(depth):
        inner = element(0x00082218, "SQ", item(inner))
    others = {tag: each for tag, each in attributes().items() if tag > 0x00100000}
    first = {tag: each for tag, each in attributes().items() if tag < 0x00080020}
    return meta(EXPLICIT) + body(first) + inner + body(others) + hostile.pixel_data()


def test_nested_as_deep_as_is_allowed() -> None:
    found: Elements = walked(nested(DEEPEST)).elements
    for _ in range(DEEPEST):
        (found,) = found.items(0x00082218)
    assert found.text("CodeValue") == "DEEP"


@pytest.mark.parametrize("depth", [DEEPEST + 1, 3000])
def test_nested_deeper_is_refused(depth: int) -> None:
    with pytest.raises(UnreadableInstance, match="deep"):
        open_object(BytesSource(nested(depth)), unusual=NoReader())


def limited(work: Callable[[], object], *, seconds: float, megabytes: int) -> None:
    tracemalloc.start()
    began = time.process_time()
    try:
        work()
    finally:
        took, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert took < seconds
    assert peak < megabytes << 20


def test_millions_of_elements_are_refused_with_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workstation.dicom.walker.MOST_ELEMENTS", 20_000)  # the real one takes as long as it may
    empty = b"".join(struct.pack("<HHI", 0x0009, 0x1000 + number, 0) for number in range(100))
    data = struct.pack("<HHI", 0x0008, 0x2218, UNDEFINED) + (item(empty)) * 2000
    walker = Walker(data, len(data), Encoding(is_implicit=True))

    def work() -> None:
        with pytest.raises(UnreadableInstance, match="elements"):
            walker.data_set(0)

    limited(work, seconds=2.0, megabytes=64)


def test_a_deflate_bomb_is_refused() -> None:
    head = body(attributes()) + element(0x7FE00010, "OW", b"", 0xFFFFFF00)
    bomb = meta(hostile.DEFLATED) + hostile._deflated(head, zeros=320 << 20)
    with pytest.raises(UnreadableInstance, match="too large"):
        open_object(BytesSource(bomb), unusual=NoReader())


def test_ends_and_places_of_the_pixels() -> None:
    for keyword, tag, vr in (("FloatPixelData", 0x7FE00008, "OF"), ("DoubleFloatPixelData", 0x7FE00009, "OD")):
        found = walked(meta(EXPLICIT) + body(attributes()) + element(tag, vr, b"12345678")).pixel_data
        assert found is not None
        assert (found.keyword, found.vr, found.length) == (keyword, vr, 8)
    assert walked(meta(EXPLICIT) + body(attributes())).pixel_data is None
    after = meta(EXPLICIT) + body(attributes()) + element(0x7FE10010, "LO", b"BEHIND")
    assert walked(after).pixel_data is None


RICH = as_bytes(with_lengths(sequence_in(image_object(PIXELS, WindowCenter=40, WindowWidth=80)), undefined=True))


@settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(
    flips=st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.integers(0, 255)), max_size=6),
    cut=st.integers(0, len(RICH)) | st.just(len(RICH)),
    lie=st.tuples(st.integers(132, len(RICH) - 4), st.sampled_from([0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF])) | st.none(),
)
@pytest.mark.expects_log
@pytest.mark.filterwarnings("ignore")
def test_damage_is_read_or_refused(flips: list[tuple[int, int]], cut: int, lie: tuple[int, int] | None) -> None:
    damaged = bytearray(RICH)
    for place, value in flips:
        damaged[place] = value
    if lie is not None:
        damaged[lie[0] : lie[0] + 4] = struct.pack("<I", lie[1])
    with contextlib.suppress(UnreadableInstance):
        found = open_object(BytesSource(bytes(damaged[:cut])))
        assert isinstance(found.header_without_identifiers, InstanceHeader)


@settings(max_examples=100, deadline=2000)
@given(st.binary(max_size=300))
def test_any_bytes_behind_the_meta_information(noise: bytes) -> None:
    with contextlib.suppress(UnreadableInstance):
        open_object(BytesSource(meta(EXPLICIT) + noise), unusual=Refusing())


@settings(max_examples=60, deadline=None)
@given(
    values=st.dictionaries(
        st.sampled_from(["PatientID", "StudyID", "AccessionNumber", "SeriesDescription", "InstitutionName"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_characters="\\"), max_size=16),
    ),
    numbers=st.lists(st.floats(-1e6, 1e6).map(lambda each: round(each, 3)), min_size=1, max_size=4),
)
def test_what_pydicom_writes_is_read_alike(values: dict[str, str], numbers: list[float]) -> None:
    dataset = image_object(PIXELS, SpecificCharacterSet="ISO_IR 192", **values)
    dataset.WindowCenter, dataset.WindowWidth = numbers, [1] * len(numbers)
    data = as_bytes(dataset)
    elements, theirs = walked(data).elements, dcmread(BytesIO(data))
    for keyword in values:
        assert elements.text(keyword) == str(theirs[keyword].value or "").strip(" \0\t\r\n"), keyword
    assert elements.numbers("WindowCenter") == tuple(numbers)
