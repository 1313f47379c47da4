"""`workstation render`: one image as a file, through the functions the screen uses."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.display_lut import DisplayLut
from workstation.dicom.header import InstanceHeader
from workstation.dicom.reading import header_of, read_dataset
from workstation.dicom.voi import Window
from workstation.foundation.errors import BadInput
from workstation.foundation.files import write_atomically
from workstation.imaging.decoding import decode_frame_of
from workstation.imaging.picture import render_native
from workstation.imaging.placement import Presentation

Pixels = NDArray[np.uint8] | NDArray[np.uint16]


def rendered(path: Path, frame: int, window: str, voi: int, bits: int, display_lut: Path | None) -> Pixels:
    """Pixels of one frame (counted from 1) at native size: (rows, columns), or (rows, columns, 3) for colour."""
    if bits not in (8, 16):
        raise BadInput(f"--bits must be 8 or 16, not {bits}.")
    dataset = read_dataset(path.read_bytes())
    header = header_of(dataset, require_identifiers=False)
    stored = decode_frame_of(dataset, header, frame - 1)
    presentation = Presentation(window=_window(header, window, voi))
    lut = _read_display_lut(display_lut) if display_lut is not None else None
    return render_native(stored, header, presentation, bits, lut)


def write_image(path: Path, pixels: Pixels) -> None:
    """Write PNG or NumPy, as the name says."""
    if path.suffix == ".npy":
        with path.open("wb") as stream:
            np.save(stream, pixels)
        return
    if path.suffix != ".png":
        raise BadInput(f"{path.name} ends in neither .png nor .npy.", "Name the output so.")
    from imagecodecs import png_encode

    write_atomically(path, bytes(png_encode(pixels)), mode=0o644)


def _window(header: InstanceHeader, window: str, voi: int) -> Window | None:
    if window and voi:
        raise BadInput("--window and --voi exclude each other.")
    if window:
        try:
            centre, width = (float(part) for part in window.split(","))
        except ValueError as error:
            raise BadInput(f"--window {window} is not CENTRE,WIDTH.", "For example: --window 40,80") from error
        return Window(centre, width)
    if not voi:
        return None
    windows = header.pixel.windows
    if not 1 <= voi <= len(windows):
        raise BadInput(f"--voi {voi}: the file has {len(windows)} windows.")
    return windows[voi - 1]


def _read_display_lut(path: Path) -> DisplayLut:
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        return DisplayLut(np.array([int(row["ddl"]) for row in rows], np.uint8))
    except (OSError, KeyError, ValueError, OverflowError) as error:
        raise BadInput(f"{path} is no display LUT.", "It is a CSV file with the columns p_value and ddl.") from error
