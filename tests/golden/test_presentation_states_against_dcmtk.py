"""Images with a presentation state against DCMTK's dcmp2pgm: what takes the place of what, and in which order.

DCMTK draws no displayed area, shutter, graphic or text, and takes every window of a state as LINEAR: these have tests
of their own.
"""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from tests.helpers.dcmtk import drawn, read_pnm
from tests.helpers.oracles import need
from tests.helpers.pixel_objects import as_bytes, image_object, lut_item, ramp, sequence
from tests.helpers.presentation_states import gsps, read_state, reference, softcopy_voi
from workstation.dicom.dicom_object import open_object
from workstation.dicom.header import InstanceHeader
from workstation.foundation.byte_source import BytesSource
from workstation.imaging.applied_state import applied_state
from workstation.imaging.decoding import decode_frame
from workstation.imaging.display_rules import DisplayRules
from workstation.imaging.picture import render_native
from workstation.imaging.placement import Presentation

_SHUFFLED = np.random.default_rng(7).permutation(4096)


def _ct(**attributes: Any) -> Dataset:
    own = {"RescaleSlope": 1, "RescaleIntercept": -1024, "WindowCenter": 300, "WindowWidth": 500, **attributes}
    return image_object(ramp(0, 4095, "u2"), bits_stored=12, **own)


def _window(center: float, width: float, **more: Any) -> Any:
    return sequence(softcopy_voi(WindowCenter=center, WindowWidth=width, **more))


def _lut(item: Dataset) -> Any:
    return sequence(softcopy_voi(VOILUTSequence=sequence(item)))


_RESCALE = {"RescaleSlope": 1, "RescaleIntercept": -1024, "RescaleType": "HU"}
_FLAT = {"ImageRotation": 0, "ImageHorizontalFlip": "N"}
_GAMMA = lut_item(0, 12, [round(4095 * (i / 4095) ** 2.2) for i in range(4096)])
_UNSHUFFLE = lut_item(0, 12, np.argsort(_SHUFFLED).tolist())
_SHUFFLE = lut_item(0, 12, _SHUFFLED.tolist())

CASES: dict[str, tuple[Dataset, dict[str, Any], int]] = {
    "softcopy window": (_ct(), {**_RESCALE, "SoftcopyVOILUTSequence": _window(40, 80)}, 1),
    "shape inverse": (
        _ct(),
        {**_RESCALE, "SoftcopyVOILUTSequence": _window(40, 400), "PresentationLUTShape": "INVERSE"},
        1,
    ),
    "monochrome 1, shape identity": (
        _ct(PhotometricInterpretation="MONOCHROME1"),
        {**_RESCALE, "SoftcopyVOILUTSequence": _window(40, 400)},
        1,
    ),
    "monochrome 1, shape inverse": (
        _ct(PhotometricInterpretation="MONOCHROME1"),
        {**_RESCALE, "SoftcopyVOILUTSequence": _window(40, 400), "PresentationLUTShape": "INVERSE"},
        1,
    ),
    "another rescale than the image's": (
        _ct(),
        {
            "RescaleSlope": 2,
            "RescaleIntercept": 100,
            "RescaleType": "US",
            "SoftcopyVOILUTSequence": _window(4000, 3000),
        },
        1,
    ),
    "no rescale, although the image has one": (_ct(), {"SoftcopyVOILUTSequence": _window(2000, 900)}, 1),
    "no voi, although the image has a window": (_ct(), _RESCALE, 1),
    "no voi, 16 bits signed": (image_object(ramp(-32768, 32767, "i2"), WindowCenter=0, WindowWidth=10), {}, 1),
    "voi lut": (_ct(), {"SoftcopyVOILUTSequence": _lut(lut_item(100, 12, [min(4095, i * 3) for i in range(1400)]))}, 1),
    "voi lut, negative first value": (
        image_object(ramp(-1024, 3071, "i2"), bits_stored=12),
        {"SoftcopyVOILUTSequence": _lut(lut_item(-800, 16, [i * 40 for i in range(1600)], is_signed=True))},
        1,
    ),
    "modality lut of the state": (
        _ct(),
        {
            "ModalityLUTSequence": sequence(lut_item(0, 16, [i * 16 for i in range(4095, -1, -1)])),
            "SoftcopyVOILUTSequence": _window(30000, 40000),
        },
        1,
    ),
    "presentation lut": (
        _ct(),
        {**_RESCALE, "SoftcopyVOILUTSequence": _window(40, 400), "PresentationLUTSequence": sequence(_GAMMA)},
        3,
    ),
    "presentation lut without voi": (_ct(), {"PresentationLUTSequence": sequence(_GAMMA)}, 3),
    "shuffled modality lut, put right by the voi lut": (
        _ct(),
        {"ModalityLUTSequence": sequence(_SHUFFLE), "SoftcopyVOILUTSequence": _lut(_UNSHUFFLE)},
        1,
    ),
    "shuffled voi lut, put right by the presentation lut": (
        _ct(),
        {"SoftcopyVOILUTSequence": _lut(_SHUFFLE), "PresentationLUTSequence": sequence(_UNSHUFFLE)},
        1,
    ),
    "turned right": (_ct(), {**_RESCALE, "SoftcopyVOILUTSequence": _window(40, 400), "ImageRotation": 90}, 1),
    "turned left": (_ct(), {**_RESCALE, "SoftcopyVOILUTSequence": _window(40, 400), "ImageRotation": 270}, 1),
    "mirrored": (_ct(), {**_RESCALE, "SoftcopyVOILUTSequence": _window(40, 400), "ImageHorizontalFlip": "Y"}, 1),
    "turned, then mirrored": (
        _ct(),
        {**_RESCALE, "SoftcopyVOILUTSequence": _window(40, 400), "ImageRotation": 90, "ImageHorizontalFlip": "Y"},
        1,
    ),
}
for _, attributes, _ in CASES.values():
    attributes.update({**_FLAT, **attributes})
    if "ModalityLUTSequence" in attributes:
        attributes["ModalityLUTSequence"][0].ModalityLUTType = "US"


@pytest.mark.parametrize("name", CASES)
def test_each_part_of_a_state(name: str, tmp_path: Path) -> None:
    image, attributes, tolerance = CASES[name]
    state = gsps(image, **attributes)
    _assert_alike(_ours(image, state), _theirs(image, state, tmp_path), tolerance)


def test_the_order_of_shuffled_tables_matters() -> None:
    """The test above can fail: without the second table the picture is noise."""
    image = _ct()
    right = _ours(image, gsps(image, **CASES["shuffled voi lut, put right by the presentation lut"][1]))
    wrong = _ours(image, gsps(image, SoftcopyVOILUTSequence=_lut(_SHUFFLE)))
    assert (np.diff(right.ravel()[:4096].astype(int)) >= 0).all()
    assert np.abs(right.astype(int) - wrong).mean() > 50


def test_a_window_for_one_of_two_images(tmp_path: Path) -> None:
    one, other = _ct(), _ct()
    other.SOPInstanceUID = other.file_meta.MediaStorageSOPInstanceUID = f"{one.SOPInstanceUID}.2"
    first, second = softcopy_voi(WindowCenter=40, WindowWidth=80), softcopy_voi(WindowCenter=600, WindowWidth=1600)
    first.ReferencedImageSequence = sequence(reference(one))
    second.ReferencedImageSequence = sequence(reference(other))
    state = gsps(one, other, **{**_RESCALE, **_FLAT, "SoftcopyVOILUTSequence": sequence(first, second)})
    pictures = [_ours(image, state) for image in (one, other)]
    for image, picture in zip((one, other), pictures, strict=True):
        _assert_alike(picture, _theirs(image, state, tmp_path), 1)
    assert not np.array_equal(*pictures)


def test_a_real_image_with_a_composed_state(open_data: Path, tmp_path: Path) -> None:
    """Window, turn and mirror; its graphics are not drawn by DCMTK, so here they are not either."""
    image = open_data / "ct_head_prior_current" / "current" / "IM0014.dcm"
    state = open_data / "composed_objects" / "gsps_window_flip_rot90_circle.dcm"
    out = tmp_path / "theirs.pgm"
    subprocess.run(
        [need("dcmp2pgm"), "-q", "-p", str(state), str(image), str(out)], check=True, capture_output=True, timeout=60
    )
    _assert_alike(_pictured(image.read_bytes(), state.read_bytes()), read_pnm(out.read_bytes()), 1)


@pytest.mark.parametrize(("rule", "option"), [("stored values", "-M"), ("rescaled values", "")])
@pytest.mark.parametrize("modality", ["MR", "XA", "RF"])
def test_what_windows_act_on_by_the_sites_rule(modality: str, rule: str, option: str, tmp_path: Path) -> None:
    """DCMTK applies the rescale unless it is told not to (-M)."""
    attributes = {"RescaleSlope": 1.7, "RescaleIntercept": -200, "WindowCenter": 1200, "WindowWidth": 900}
    image = image_object(ramp(0, 4095, "u2"), bits_stored=12, modality=modality, **attributes)
    path = tmp_path / "object.dcm"
    path.write_bytes(as_bytes(image))
    theirs = drawn(path, tmp_path / "theirs.pgm", *([option] if option else []), "+Wi", "1")
    header = DisplayRules.shipped().with_own({modality: rule}).upon(_header(as_bytes(image)))
    _assert_alike(render_native(decode_frame(as_bytes(image)), header), theirs, 1)


@pytest.mark.parametrize(("modality", "option"), [("MR", "-M"), ("XA", "-M"), ("RF", "-M"), ("PT", ""), ("CT", "")])
def test_what_windows_act_on_as_shipped(modality: str, option: str, tmp_path: Path) -> None:
    attributes = {"RescaleSlope": 1.7, "RescaleIntercept": -200, "WindowCenter": 1200, "WindowWidth": 900}
    image = image_object(ramp(0, 4095, "u2"), bits_stored=12, modality=modality, **attributes)
    path = tmp_path / "object.dcm"
    path.write_bytes(as_bytes(image))
    theirs = drawn(path, tmp_path / "theirs.pgm", *([option] if option else []), "+Wi", "1")
    _assert_alike(render_native(decode_frame(as_bytes(image)), _header(as_bytes(image))), theirs, 1)


@pytest.mark.parametrize(
    "name", ["compressed_misc/MR-SIEMENS-DICOM-WithOverlays.dcm", "pydicom_test_files/examples_overlay.dcm"]
)
def test_overlays_lie_where_dcmtk_puts_them(name: str, open_data: Path, tmp_path: Path) -> None:
    """DCMTK draws them white (replace) when it is asked to."""
    path = open_data / name
    out = tmp_path / "theirs.pgm"
    command = [need("dcm2pnm"), "-q", "+Wi", "1", "+O", "1", "+Omr", str(path), str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    content = path.read_bytes()
    ours = render_native(decode_frame(content), _header(content), has_overlays=True)
    assert (render_native(decode_frame(content), _header(content)) != ours).any()
    _assert_alike(ours, read_pnm(out.read_bytes()), 1)


def _ours(image: Dataset, state: Dataset) -> np.ndarray[Any, Any]:
    return _pictured(as_bytes(image), as_bytes(state))


def _pictured(image: bytes, state_bytes: bytes) -> np.ndarray[Any, Any]:
    state = read_state(pydicom.dcmread(BytesIO(state_bytes)))
    header = _header(image)
    applied = applied_state(state, header, 0)
    assert applied is not None
    presentation = Presentation(rotate_quarter=state.rotate_quarter, flip=state.flip, applied=applied)
    return render_native(decode_frame(image), header, presentation)


def _header(image: bytes) -> InstanceHeader:
    return open_object(BytesSource(image)).header_without_identifiers


def _theirs(image: Dataset, state: Dataset, folder: Path) -> np.ndarray[Any, Any]:
    paths = [folder / name for name in ("state.dcm", "image.dcm", "theirs.pgm")]
    paths[0].write_bytes(as_bytes(state))
    paths[1].write_bytes(as_bytes(image))
    command = [need("dcmp2pgm"), "-q", "-p", *(str(path) for path in paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return read_pnm(paths[2].read_bytes())


def _assert_alike(ours: np.ndarray[Any, Any], expected: np.ndarray[Any, Any], tolerance: int) -> None:
    assert ours.shape == expected.shape
    difference = np.abs(ours.astype(int) - expected)
    assert difference.max() <= tolerance, f"{(difference > tolerance).sum()} pixels differ, by up to {difference.max()}"
