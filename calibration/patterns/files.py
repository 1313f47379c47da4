"""Patterns as files: PNG for any viewer, DICOM for other workstations."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from calibration.patterns.pattern import Pattern
from calibration.readings.reading import Space
from workstation.foundation.clock import Clock
from workstation.foundation.errors import BadInput
from workstation.foundation.files import write_atomically

_READABLE = 0o644
"""Nothing in a pattern is private."""


def write_png(pattern: Pattern, path: Path) -> None:
    """Write the levels, spread over 8 bits (up to 256 levels) or 16 bits, with text that says what they are.

    Raises
    ------
    BadInput
        When the file cannot be written.
    """
    levels = pattern.order.levels
    depth = np.uint8 if levels <= 256 else np.uint16
    spread = np.rint(np.arange(levels) * (np.iinfo(depth).max / (levels - 1))).astype(depth)
    about = PngImagePlugin.PngInfo()
    for key, text in _about(pattern).items():
        about.add_itxt(key, text)
    content = BytesIO()
    Image.fromarray(spread[pattern.values]).save(content, "PNG", pnginfo=about, compress_level=3)
    _write(path, content.getvalue())


def write_dicom(pattern: Pattern, path: Path, clock: Clock, study_uid: str = "") -> None:
    """Write a secondary capture of one frame: MONOCHROME2, identity, window over all levels, native size, a QA patient.

    Parameters
    ----------
    study_uid
        To put several patterns into one study; a new study by default.

    Raises
    ------
    BadInput
        For a pattern of DDLs, since what a DICOM image carries are P-values; when the file cannot be written.
    """
    if pattern.order.space is not Space.P_VALUE:
        raise BadInput(
            "A DICOM image carries P-values, this pattern holds driving levels (DDLs).",
            "Ask for it in P-values, or write a PNG.",
        )
    from calibration.patterns.dicom_pattern import dicom_bytes

    _write(path, dicom_bytes(pattern, clock.now(), study_uid))


def _about(pattern: Pattern) -> dict[str, str]:
    order = pattern.order
    rows, columns = pattern.values.shape
    is_p_value = order.space is Space.P_VALUE
    space = "P-values: to be shown through the display LUT" if is_p_value else "DDLs: to be shown past any table"
    answer = {"Answer": pattern.answer} if pattern.answer else {}
    return {
        "Title": f"Synthetic test pattern: {pattern.title}",
        "Software": "Lightbox calibration",
        "Description": " ".join((f"{order.levels} levels, {space}.", *pattern.notes)),
        "Comment": f"Made for {columns} x {rows} device pixels; show it at 100 %. Seed {order.seed}.",
        **answer,
    }


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content, mode=_READABLE)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}.", "Choose another folder.") from error
