from __future__ import annotations

import numpy as np

from tests.helpers.plain_headers import image
from workstation.dicom.header import PixelDescription
from workstation.imaging.presets import automatic_window, preset_named, presets_for
from workstation.imaging.stored_frame import StoredFrame
from workstation.imaging.voi_lut import LookupTable, Window

TABLE = LookupTable(0, 8, b"\0\0\1\0", "Film")


def test_the_files_own_come_first_and_are_named() -> None:
    windows = (Window(45, 90, explanation="Head"), Window(500, 3000))
    header = image(1, pixel=PixelDescription(windows=windows, voi_luts=(TABLE,)))
    assert [(each.key, each.title) for each in presets_for(header)[:4]] == [
        ("FILE1", "Head"),
        ("FILE2", "From file 2"),
        ("LUT1", "Film"),
        ("BRAIN", "Brain"),
    ]


def test_named_windows_are_for_hounsfield_units_only() -> None:
    brain = preset_named(image(1), "brain")
    assert brain is not None
    assert brain.voi == Window(40, 80)
    assert preset_named(image(1), "nothing") is None
    assert presets_for(image(1, modality="MR")) == ()
    assert presets_for(image(1, pixel=PixelDescription(rescale_type="MGML"))) == ()


def test_agreed_ct_windows() -> None:
    expected = {
        "BRAIN": (40, 80), "SUBDURAL": (75, 200), "BONE": (480, 2500), "LUNG": (-600, 1500),
        "MEDIASTINUM": (40, 400), "ABDOMEN": (50, 400), "STROKE": (40, 40),
    }  # fmt: skip
    for key, (center, width) in expected.items():
        preset = preset_named(image(1), key)
        assert preset is not None
        assert preset.voi == Window(center, width)


def test_automatic_window_covers_what_occurs_and_not_the_padding() -> None:
    pixels = np.linspace(100, 300, 10_000).reshape(100, 100).astype(np.int16)
    pixels[0, :] = -2000
    frame = StoredFrame(pixels, "MONOCHROME2", 16, is_signed=True, padding=(-2000, -2000))
    window = automatic_window(frame, image(1))
    assert window is not None
    assert 100 <= window.center - window.width / 2 <= 105
    assert 295 <= window.center + window.width / 2 <= 300


def test_no_automatic_window_for_a_flat_image() -> None:
    flat = StoredFrame(np.full((9, 9), 5, dtype=np.int16), "MONOCHROME2", 16, is_signed=True)
    assert automatic_window(flat, image(1)) is None
