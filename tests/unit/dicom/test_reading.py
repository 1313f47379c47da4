from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from tests.helpers.pixel_objects import as_bytes, image_object, lut_item, sequence
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.dicom.reading import header_of, patient_of, read_dataset, read_header, transfer_syntax_of
from workstation.dicom.voi import VoiFunction, Window

PIXELS = np.zeros((4, 6), dtype=np.int16)


def header(**attributes: object) -> InstanceHeader:
    return header_of(read_header(as_bytes(image_object(PIXELS, bits_stored=12, **attributes))))


def test_the_plain_facts() -> None:
    found = header(
        SeriesNumber=3, InstanceNumber=7, PixelSpacing=[0.5, 0.25], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        ImagePositionPatient=[1, 2, 3.5], WindowCenter=[40, 480], WindowWidth=[80, 2500],
        WindowCenterWidthExplanation=["Brain", "Bone"], RescaleSlope=1, RescaleIntercept=-1024, BodyPartExamined="HEAD",
    )  # fmt: skip
    assert (found.rows, found.columns, found.frames) == (4, 6, 1)
    assert (found.series_number, found.instance_number) == (3, 7)
    assert (found.spacing, found.spacing_kind, found.pixel_aspect) == ((0.5, 0.25), "patient", 2.0)
    assert (found.position, found.normal) == ((1.0, 2.0, 3.5), (0.0, 0.0, 1.0))
    assert found.pixel.windows == (Window(40, 80), Window(480, 2500))
    assert [each.explanation for each in found.pixel.windows] == ["Brain", "Bone"]
    assert (found.pixel.rescale_intercept, found.pixel.is_signed, found.pixel.bits_stored) == (-1024, True, 12)


def test_unusable_windows_are_left_out() -> None:
    assert header(WindowCenter=[40, 40, 50], WindowWidth=[0, -5, 80]).pixel.windows == (Window(50, 80),)
    exact = header(WindowCenter=40, WindowWidth=0.5, VOILUTFunction="LINEAR_EXACT").pixel.windows
    assert exact == (Window(40, 0.5, VoiFunction.LINEAR_EXACT),)
    assert header(WindowCenter=40, WindowWidth=80, VOILUTFunction="ODD").pixel.windows == (Window(40, 80),)


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"Modality": "CT", "PixelSpacing": [1, 1]}, "patient"),
        ({"Modality": "DX", "ImagerPixelSpacing": [1, 1]}, "imager"),
        ({"Modality": "DX", "PixelSpacing": [1, 1]}, "imager"),
        ({"Modality": "DX", "PixelSpacing": [1, 1], "ImagerPixelSpacing": [1, 1]}, "imager"),
        ({"Modality": "DX", "PixelSpacing": [0.8, 0.8], "ImagerPixelSpacing": [1, 1]}, "patient"),
        ({"Modality": "DX", "PixelSpacing": [1, 1], "PixelSpacingCalibrationType": "FIDUCIAL"}, "patient"),
        ({"Modality": "US"}, "none"),
        ({"Modality": "CT", "PixelSpacing": [0, 1]}, "none"),
    ],
)
def test_where_the_spacing_holds(attributes: dict[str, object], kind: str) -> None:
    assert header(**attributes).spacing_kind == kind


def test_pixel_aspect_without_spacing() -> None:
    assert header(PixelAspectRatio=[2, 1]).pixel_aspect == 2.0


def test_laterality_of_the_image_before_that_of_the_series() -> None:
    assert header(ImageLaterality="R", Laterality="L").laterality == "R"
    assert header(Laterality="L").laterality == "L"


def test_moment_falls_back() -> None:
    moments = {"StudyDate": "20260101", "StudyTime": "10", "ContentDate": "20260103", "ContentTime": "12"}
    assert (header(**moments).displayed_date, header(**moments).displayed_time) == ("20260103", "12")
    assert header(**moments, AcquisitionDate="20260104").displayed_date == "20260104"
    assert header(StudyDate="20260101").displayed_date == "20260101"


def test_cine_timing() -> None:
    assert header(FrameTime=40).frame_time_ms == 40
    assert header(FrameTimeVector=[0, 30, 50]).frame_time_ms == 40
    assert header(CineRate=25).frame_time_ms == 40
    assert header(FrameTime=0).frame_time_ms is None


def test_lossy_compression_is_told() -> None:
    found = header(
        LossyImageCompression="01",
        LossyImageCompressionRatio=[2, 10.5],
        LossyImageCompressionMethod=["A", "ISO_10918_1"],
    )
    assert (found.is_lossy, found.lossy_ratio, found.lossy_method) == (True, 10.5, "ISO_10918_1")
    assert not header().is_lossy


def test_padding_read_with_the_wrong_sign() -> None:
    dataset = image_object(PIXELS)
    dataset.add_new("PixelPaddingValue", "US", 63536)
    assert header_of(read_header(as_bytes(dataset))).pixel.padding == (-2000, -2000)


def test_padding_range() -> None:
    assert header(PixelPaddingValue=-1000, PixelPaddingRangeLimit=-1024).pixel.padding == (-1024, -1000)
    assert header().pixel.padding is None


def test_lookup_tables() -> None:
    voi = lut_item(-50, 12, list(range(100)), is_signed=True)
    pixel = header(VOILUTSequence=sequence(voi)).pixel
    assert (pixel.voi_luts[0].first, pixel.voi_luts[0].bits) == (-50, 12)
    np.testing.assert_array_equal(pixel.voi_luts[0].entries, np.arange(100))


def test_a_table_shorter_than_it_says_is_left_out() -> None:
    item = lut_item(0, 12, list(range(100)))
    item.LUTDescriptor = [200, 0, 12]
    assert header(VOILUTSequence=sequence(item)).pixel.voi_luts == ()


def test_bits_of_a_table_that_understates_them() -> None:
    assert header(VOILUTSequence=sequence(lut_item(0, 8, [0, 4095]))).pixel.voi_luts[0].bits == 12


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("Rows", 0), ("BitsStored", 17), ("HighBit", 3), ("SamplesPerPixel", 2), ("BitsAllocated", 12)],
)
def test_contradictions_are_named(keyword: str, value: int) -> None:
    dataset = image_object(PIXELS)
    setattr(dataset, keyword, value)
    with pytest.raises(UnreadableInstance, match=r"\(0028,"):
        header_of(dataset)


def test_all_faults_are_named_at_once() -> None:
    dataset = image_object(PIXELS)
    del dataset.StudyInstanceUID
    dataset.Rows = 0
    with pytest.raises(UnreadableInstance, match=r"Study Instance UID.*Rows"):
        header_of(dataset)


def test_identifiers_may_be_missing_for_a_file_that_is_only_drawn() -> None:
    dataset = image_object(PIXELS)
    del dataset.StudyInstanceUID
    assert header_of(dataset, require_identifiers=False).rows == 4


def test_repr_says_nothing_about_the_patient() -> None:
    assert repr(header(PatientName="Secret^Name")) == "InstanceHeader(CT 4x6x1)"


def test_enhanced_objects_give_what_their_groups_hold(open_data: Path) -> None:
    found = header_of(read_header((open_data / "enhanced/eCT_Supplemental.dcm").read_bytes()))
    assert found.frames == 2
    assert found.pixel.windows == (Window(49, 102),)
    assert found.pixel.rescale_intercept == -1024
    assert (found.spacing, found.body_codes) == ((0.388672, 0.388672), ("T-A0100",))


def test_an_object_without_meta_information() -> None:
    content = as_bytes(image_object(PIXELS))
    bare = content[content.index(b"\x08\x00\x16\x00", 132 + 12 * 8) :]
    dataset = read_dataset(bare)
    assert transfer_syntax_of(dataset) == "1.2.840.10008.1.2.1"
    assert patient_of(dataset).patient_id == "SYN-1"


@pytest.mark.expects_log
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("content", [b"", b"\0" * 200, b"not DICOM at all" * 20, b"\0" * 128 + b"DICM"])
def test_what_is_no_object_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableInstance):
        header_of(read_header(content))


@pytest.mark.expects_log
@pytest.mark.filterwarnings("ignore")  # pydicom warns of what it sees; what counts here is what we make of it
@given(st.binary(max_size=400), st.integers(0, 700))
def test_damaged_bytes_are_read_or_refused_in_words(noise: bytes, at: int) -> None:
    content = as_bytes(image_object(PIXELS, WindowCenter=40, WindowWidth=80))
    damaged = content[:at] + noise + content[at + len(noise) :]
    with contextlib.suppress(UnreadableInstance):
        assert isinstance(header_of(read_header(damaged)), InstanceHeader)


@pytest.mark.expects_log
@pytest.mark.filterwarnings("ignore")
def test_malformed_files(open_data: Path) -> None:
    for path in sorted((open_data / "fuzz").rglob("*.dcm")):
        with contextlib.suppress(UnreadableInstance):
            assert isinstance(header_of(read_header(path.read_bytes())), InstanceHeader)


def test_a_value_that_cannot_be_converted_counts_as_absent() -> None:
    dataset = Dataset()
    dataset.update(image_object(PIXELS))
    dataset.file_meta = image_object(PIXELS).file_meta
    dataset.add_new("WindowCenter", "LO", "abc")
    dataset.add_new("WindowWidth", "LO", "80")
    assert header_of(dataset).pixel.windows == ()
