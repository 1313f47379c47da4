"""Our pictures against DCMTK's: synthetic objects for each step of the pipeline, and real files.

DCMTK cuts where we round (``floor(255 y)``), so one grey level of difference is agreement.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from tests.helpers.dcmtk import drawn
from tests.helpers.pixel_objects import as_bytes, image_object, lut_item, ramp, sequence
from workstation.dicom.reading import header_of, read_dataset
from workstation.dicom.voi import Window
from workstation.imaging.decoding import decode_frame
from workstation.imaging.picture import Presentation, render_native

TOLERANCE = 1


def _object(low: int, high: int, dtype: str, bits: int | None = None, **attributes: Any) -> Dataset:
    return image_object(ramp(low, high, dtype), bits_stored=bits, **attributes)


_VOI_12 = lut_item(100, 12, [min(4095, i * i // 500) for i in range(1400)])
_VOI_16 = lut_item(-800, 16, [i * 40 for i in range(1600)], is_signed=True)
_VOI_INVERSE = lut_item(0, 8, list(range(255, -1, -1)))
_MODALITY = lut_item(0, 16, [(i * 13) % 4096 * 16 for i in range(4096)])

CASES: dict[str, tuple[Dataset, list[str]]] = {
    "ct signed, slope 1": (
        _object(-1024, 3071, "i2", 12, RescaleSlope=1, RescaleIntercept=0, WindowCenter=40, WindowWidth=80),
        ["+Wi", "1"],
    ),
    "ct unsigned, intercept": (
        _object(0, 4095, "u2", 12, RescaleSlope=1, RescaleIntercept=-1024, WindowCenter=40, WindowWidth=400),
        ["+Wi", "1"],
    ),
    "second window": (
        _object(
            0, 4095, "u2", 12, RescaleSlope=1, RescaleIntercept=-1024, WindowCenter=[40, 480], WindowWidth=[80, 2500]
        ),
        ["+Wi", "2"],
    ),
    "fractional slope": (
        _object(0, 4095, "u2", 12, RescaleSlope=0.37, RescaleIntercept=-100.5, WindowCenter=300.5, WindowWidth=700.25),
        ["+Wi", "1"],
    ),
    "negative slope": (
        _object(0, 4095, "u2", 12, RescaleSlope=-2, RescaleIntercept=4096, WindowCenter=100, WindowWidth=3000),
        ["+Wi", "1"],
    ),
    "width 1": (_object(0, 4095, "u2", 12, WindowCenter=2000, WindowWidth=1), ["+Wi", "1"]),
    "width 2": (_object(0, 4095, "u2", 12, WindowCenter=2000, WindowWidth=2), ["+Wi", "1"]),
    "fractional centre": (_object(0, 4095, "u2", 12, WindowCenter=2000.5, WindowWidth=3), ["+Wi", "1"]),
    "sigmoid": (
        _object(0, 4095, "u2", 12, WindowCenter=2000, WindowWidth=1000, VOILUTFunction="SIGMOID"),
        ["+Wi", "1"],
    ),
    "linear exact, which DCMTK takes for linear": (
        _object(0, 4095, "u2", 12, WindowCenter=2000, WindowWidth=1000, VOILUTFunction="LINEAR_EXACT"),
        ["+Wi", "1"],
    ),
    "16 bits signed": (_object(-32768, 32767, "i2", 16, WindowCenter=-500, WindowWidth=30000), ["+Wi", "1"]),
    "16 bits unsigned": (_object(0, 65535, "u2", 16, WindowCenter=40000, WindowWidth=30000), ["+Wi", "1"]),
    "10 bits": (_object(0, 1023, "u2", 10, WindowCenter=512, WindowWidth=300), ["+Wi", "1"]),
    "8 bits": (_object(0, 255, "u1", 8, WindowCenter=100, WindowWidth=60), ["+Wi", "1"]),
    "8 bits signed": (_object(-128, 127, "i1", 8, WindowCenter=0, WindowWidth=60), ["+Wi", "1"]),
    "monochrome 1": (
        _object(0, 4095, "u2", 12, photometric="MONOCHROME1", WindowCenter=2000, WindowWidth=1000),
        ["+Wi", "1"],
    ),
    "shape inverse": (
        _object(0, 4095, "u2", 12, PresentationLUTShape="INVERSE", WindowCenter=2000, WindowWidth=1000),
        ["+Wi", "1"],
    ),
    "monochrome 1 with shape inverse": (
        _object(
            0,
            4095,
            "u2",
            12,
            photometric="MONOCHROME1",
            PresentationLUTShape="INVERSE",
            WindowCenter=2000,
            WindowWidth=900,
        ),
        ["+Wi", "1"],
    ),
    "monochrome 1 with shape identity": (
        _object(
            0,
            4095,
            "u2",
            12,
            photometric="MONOCHROME1",
            PresentationLUTShape="IDENTITY",
            WindowCenter=99,
            WindowWidth=70,
        ),
        ["+Wi", "1"],
    ),
    "no window, 8 bits": (_object(0, 255, "u1", 8), []),
    "no window, 12 bits": (_object(0, 4095, "u2", 12), []),
    "no window, 16 bits signed": (_object(-32768, 32767, "i2", 16), []),
    "no window, monochrome 1": (_object(0, 4095, "u2", 12, photometric="MONOCHROME1"), []),
    "voi lut, 12 bits": (_object(0, 4095, "u2", 12, VOILUTSequence=sequence(_VOI_12)), ["+Wl", "1"]),
    "voi lut, 16 bits, negative first value": (
        _object(-1024, 3071, "i2", 12, VOILUTSequence=sequence(_VOI_16)),
        ["+Wl", "1"],
    ),
    "voi lut, 8 bits, falling": (_object(0, 4095, "u2", 12, VOILUTSequence=sequence(_VOI_INVERSE)), ["+Wl", "1"]),
    "modality lut": (
        _object(0, 4095, "u2", 12, ModalityLUTSequence=sequence(_MODALITY), WindowCenter=30000, WindowWidth=40000),
        ["+Wi", "1"],
    ),
    "modality lut, no window": (_object(0, 4095, "u2", 12, ModalityLUTSequence=sequence(_MODALITY)), []),
    "padding below the window": (
        _object(-1024, 3071, "i2", 12, PixelPaddingValue=-1024, WindowCenter=40, WindowWidth=400),
        ["+Wi", "1"],
    ),
    "high bit above the rest": (
        image_object(ramp(0, 4095, "u2") << 4, bits_stored=12, high_bit=15, WindowCenter=2000, WindowWidth=1000),
        ["+Wi", "1"],
    ),
    "bits beside the stored ones": (
        image_object(ramp(0, 4095, "u2") | 0xA000, bits_stored=12, WindowCenter=2000, WindowWidth=1000),
        ["+Wi", "1"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_step_of_the_pipeline(name: str, tmp_path: Path) -> None:
    dataset, options = CASES[name]
    content = as_bytes(dataset)
    path = tmp_path / "object.dcm"
    path.write_bytes(content)
    expected = drawn(path, tmp_path / "theirs.pgm", *options)
    header = header_of(read_dataset(content))
    window = header.pixel.windows[int(options[1]) - 1] if options[:1] == ["+Wi"] else None
    ours = render_native(decode_frame(content), header, Presentation(window=window))
    _assert_alike(ours, expected)


REAL_FILES = {
    "ct_head_prior_current/current/IM0014.dcm": ["+Wi", "1"],
    "ct_head_prior_current/prior/IM0014.dcm": ["+Wi", "1"],
    "ct_body_prior_current_tcia/A002304/axial_19010112-135.dcm": ["+Wi", "1"],
    "ct_body_prior_current_tcia/A046441/coronal_19010101-43.dcm": ["+Wi", "1"],
    "cr/RG1_UNCR.dcm": ["+Wi", "1"],
    "cr/RG3_UNCR.dcm": ["+Wi", "1"],
    "mg_screening/original/1-130_LCC_fullres.dcm": [],
    "mr_brain_study/S3_t1_sag/IM0001.dcm": ["+Wi", "1"],
    "mr_brain_study/S13_t1_ax_derived/IM0001.dcm": ["+Wi", "1"],
    "mr_prostate_adc/000000.dcm": ["+Wi", "1"],
    "pet/acrin_flt_breast_1.dcm": ["+Wi", "1"],
    "compressed_misc/JPEG-LL.dcm": [],
    "compressed_misc/MR-SIEMENS-DICOM-WithOverlays.dcm": ["+Wi", "1"],
    "pydicom_test_files/MR_small_RLE.dcm": ["+Wi", "1"],
    "pydicom_test_files/MR_small_bigendian.dcm": ["+Wi", "1"],
    "pydicom_test_files/MR_small_implicit.dcm": ["+Wi", "1"],
    "pydicom_test_files/MR_small_jpeg_ls_lossless.dcm": ["+Wi", "1"],
    "pydicom_test_files/image_dfl.dcm": [],
    "us/OBXXXX1A.dcm": [],
    "us/OBXXXX1A_rle_2frame.dcm": [],
    "us/US1_UNCI.dcm": [],
    "us/color-pl.dcm": [],
    "us/color-px.dcm": [],
    "us/JPGLosslessP14SV1_1s_1f_8b.dcm": ["+Wi", "1"],
    "pydicom_test_files/examples_palette.dcm": [],
    "pydicom_test_files/examples_rgb_color.dcm": [],
    "pydicom_test_files/ExplVR_BigEnd.dcm": [],
    "pydicom_test_files/SC_rgb_rle.dcm": [],
    "pydicom_test_files/SC_rgb_small_odd.dcm": [],
    "pydicom_test_files/SC_rgb_jpeg_gdcm.dcm": [],
}


@pytest.mark.parametrize("name", REAL_FILES)
def test_real_files(name: str, open_data: Path, tmp_path: Path) -> None:
    _compare_real_file(open_data / name, tmp_path, REAL_FILES[name], TOLERANCE)


LOSSY_COLOUR = {
    "us/us_cine_120f_ybr_jpeg.dcm": 4,
    "pydicom_test_files/examples_ybr_color.dcm": 4,
    "pydicom_test_files/SC_rgb_jpeg_dcmtk.dcm": 3,
    "pydicom_test_files/SC_rgb_dcmtk_+eb+cr.dcm": 3,
    "pydicom_test_files/SC_rgb_dcmtk_+eb+cy+np.dcm": 3,
    "pydicom_test_files/SC_ybr_full_422_uncompressed.dcm": 2,
    "compressed_misc/SC_ybr_full_uncompressed.dcm": 2,
}


@pytest.mark.parametrize("name", LOSSY_COLOUR)
def test_lossy_colour_is_alike(name: str, open_data: Path, tmp_path: Path) -> None:
    """JPEG decoders may differ a little in arithmetic and much in how they spread subsampled chroma at edges."""
    path = open_data / name
    content = path.read_bytes()
    dataset = read_dataset(content)
    header = header_of(dataset)
    expected = drawn(path, tmp_path / "theirs.ppm", syntax=header.transfer_syntax)
    ours = render_native(decode_frame(content), header)
    assert ours.shape == expected.shape
    assert np.abs(ours.astype(int) - expected).mean() <= LOSSY_COLOUR[name] / 2


def test_a_window_given_by_the_reader(open_data: Path, tmp_path: Path) -> None:
    path = open_data / "ct_head_prior_current/current/IM0014.dcm"
    content = path.read_bytes()
    expected = drawn(path, tmp_path / "theirs.pgm", "+Ww", "75", "200")
    ours = render_native(decode_frame(content), header_of(read_dataset(content)), Presentation(Window(75, 200)))
    _assert_alike(ours, expected)


@pytest.mark.parametrize(
    ("quarters", "flip", "option"), [(1, False, "+Rr"), (2, False, "+Rtd"), (3, False, "+Rl"), (0, True, "+Lh")]
)
def test_turning(quarters: int, flip: bool, option: str, open_data: Path, tmp_path: Path) -> None:
    path = open_data / "cr/RG1_UNCR.dcm"
    content = path.read_bytes()
    expected = drawn(path, tmp_path / "theirs.pgm", "+Wi", "1", option)
    presentation = Presentation(rotate_quarter=quarters, flip=flip)
    _assert_alike(render_native(decode_frame(content), header_of(read_dataset(content)), presentation), expected)


def _compare_real_file(path: Path, tmp_path: Path, options: list[str], tolerance: int) -> None:
    content = path.read_bytes()
    dataset = read_dataset(content)
    header = header_of(dataset, require_identifiers=False)
    expected = drawn(path, tmp_path / "theirs.pnm", *options, syntax=header.transfer_syntax)
    frame = decode_frame(content)
    ours = render_native(frame, header)
    valid = np.ones(ours.shape[:2], dtype=bool) if frame.valid is None else frame.valid
    _assert_alike(ours[valid], expected[valid], tolerance)


def _assert_alike(ours: np.ndarray[Any, Any], expected: np.ndarray[Any, Any], tolerance: int = TOLERANCE) -> None:
    assert ours.shape == expected.shape
    difference = np.abs(ours.astype(int) - expected)
    assert difference.max() <= tolerance, f"{(difference > tolerance).sum()} pixels differ, by up to {difference.max()}"
