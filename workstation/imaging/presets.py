"""Windows a reader can choose by name or number: the file's own first, then those of the modality."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from workstation.dicom.header import InstanceHeader
from workstation.dicom.voi import VoiFunction, Window
from workstation.imaging.gray_table import displayed_pixel
from workstation.imaging.modality_lut import modality_values
from workstation.imaging.stored_frame import StoredFrame
from workstation.imaging.suv import body_weight_suv
from workstation.imaging.voi_lut import Voi

_OUTLIERS = 0.2  # percent at either end that an automatic window may leave out
_SAMPLES = 65536


@dataclass(frozen=True)
class Preset:
    """A named window or VOI LUT. ``key`` is what hanging protocols write; ``title`` what people read."""

    key: str
    title: str
    voi: Voi


def _ct(key: str, title: str, width: float, center: float) -> Preset:
    return Preset(key, title, Window(center, width, explanation=title))


CT_PRESETS = (
    _ct("BRAIN", "Brain", 80, 40),
    _ct("STROKE", "Stroke", 40, 40),
    _ct("SUBDURAL", "Subdural", 200, 75),
    _ct("BONE", "Bone", 2500, 480),
    _ct("LUNG", "Lung", 1500, -600),
    _ct("MEDIASTINUM", "Mediastinum", 400, 40),
    _ct("ABDOMEN", "Abdomen", 400, 50),
    _ct("LIVER", "Liver", 150, 90),
    _ct("SPINE", "Spine", 300, 50),
    _ct("ANGIO", "Angiography", 600, 170),
)
"""Width and centre in Hounsfield units."""


UPTAKES = (5, 7, 10, 15, 20)
"""Upper ends of the windows for PET, in g/ml of SUVbw; the lower end is 0 (IHE BIR: clamped at 0)."""


def presets_for(header: InstanceHeader) -> tuple[Preset, ...]:
    """The file's windows, its VOI LUTs, then named ones where values have a known unit (CT, PET with a SUV)."""
    own = tuple(_own(header))
    return own + (CT_PRESETS if is_in_hounsfield_units(header) else tuple(_uptake_presets(header)))


def preset_named(header: InstanceHeader, key: str) -> Preset | None:
    """The preset with that key, in any spelling of case; None when this image has none of that name."""
    return next((preset for preset in presets_for(header) if preset.key == key.upper()), None)


def is_in_hounsfield_units(header: InstanceHeader) -> bool:
    """CT images whose rescale type does not say otherwise (PS3.3 C.8.2.1: HU is meant when it is absent)."""
    return header.modality == "CT" and header.pixel.rescale_type in {"", "HU", "US"} and header.pixel.samples == 1


def automatic_window(frame: StoredFrame, header: InstanceHeader) -> Window | None:
    """A window over the values that occur, for an image that brings none; None when all of them are equal.

    Padding does not count, nor does the outermost 0.2 % at either end. At most some 65,000 pixels are looked at.
    """
    step = max(1, int((frame.pixels.size / _SAMPLES) ** 0.5))
    pixels = frame.pixels[::step, ::step]
    if frame.valid is not None:
        pixels = pixels[frame.valid[::step, ::step]]
    if pixels.size == 0:
        return None
    ends = np.percentile(modality_values(pixels, displayed_pixel(header)), [_OUTLIERS, 100 - _OUTLIERS])
    low, high = float(ends[0]), float(ends[1])
    return Window((low + high) / 2, high - low, VoiFunction.LINEAR_EXACT, "Automatic") if high > low else None


def _uptake_presets(header: InstanceHeader) -> Iterator[Preset]:
    """Windows in SUV; they act on modality values (Bq/ml), so each slice's own slope comes first."""
    scale = body_weight_suv(header)
    for top in UPTAKES if scale else ():
        title = f"SUV 0–{top}"
        yield Preset(f"SUV{top}", title, Window(top / 2 / scale, top / scale, VoiFunction.LINEAR_EXACT, title))


def _own(header: InstanceHeader) -> Iterator[Preset]:
    pixel = header.pixel
    for number, window in enumerate(pixel.windows, 1):
        yield Preset(f"FILE{number}", window.explanation or f"From file {number}", window)
    for number, table in enumerate(pixel.voi_luts, 1):
        yield Preset(f"LUT{number}", table.explanation or f"Table {number}", table)
