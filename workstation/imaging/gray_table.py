"""The whole chain stored value → DDL as one table.

The chain is `GrayChain.p_values` (modality LUT, VOI LUT, presentation LUT, one after the other) followed by
`DisplayLut.drive`. The tables are that chain applied to every possible stored value, so they equal it by construction.

Rounding: P-values are rounded to 16 bits, DDLs to the nearest 8-bit level. DCMTK cuts instead (``floor(255 y)`` for
windows, ``floor(256 y)`` for tables), so its pictures may differ from ours by one level.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.display_lut import DisplayLut
from workstation.dicom.header import InstanceHeader, PixelDescription
from workstation.dicom.voi import VoiFunction, Window
from workstation.imaging.modality_lut import is_window_on_stored_values, modality_range, modality_values
from workstation.imaging.presentation_lut import is_inverted_by_file, p_values
from workstation.imaging.voi_lut import Voi, voi_shares

EIGHT_BIT = DisplayLut.identity()


@dataclass(frozen=True)
class GrayChain:
    """One way from stored values to P-values.

    Attributes
    ----------
    pixel
        The header's grey-value part, with the rescale taken out when windows act on stored values.
    voi
        Window or table; None spreads all values that the bits can hold (VOI identity).
    is_inverted
        Whether low values are white in the end.
    """

    pixel: PixelDescription
    voi: Voi | None = None
    is_inverted: bool = False

    def p_values(self, stored: NDArray[Any]) -> NDArray[np.uint16]:
        """P-values (16 bits) of stored values of any shape: the chain itself, step by step."""
        values = modality_values(stored, self.pixel)
        voi = self.voi or identity_window(self.pixel)
        table = self.pixel.presentation_lut
        return p_values(voi_shares(values, voi), is_inverted=self.is_inverted, table=table)

    def after_modality(self) -> GrayChain:
        """The rest of a chain with a Modality LUT: from modality values to P-values.

        A table may hold anything between two stored values, so it comes before interpolation, the rest after it.
        """
        table = self.pixel.modality_lut
        if table is None:
            raise ValueError("only a modality LUT can be taken out of the chain")
        rest = replace(
            self.pixel,
            modality_lut=None,
            rescale_slope=1.0,
            rescale_intercept=0.0,
            bits_stored=table.bits,
            is_signed=False,
        )
        return replace(self, pixel=rest)


def chain_for(header: InstanceHeader, voi: Voi | None = None, *, invert: bool = False) -> GrayChain:
    """The chain an object asks for: its first window, else its first VOI LUT, else identity.

    Parameters
    ----------
    voi
        Takes the place of the object's own.
    invert
        Reverses whatever the object asks for.
    """
    pixel = displayed_pixel(header)
    own = voi or first_voi(pixel)
    return GrayChain(pixel, own, is_inverted_by_file(pixel) != invert)


def displayed_pixel(header: InstanceHeader) -> PixelDescription:
    """The grey-value description with which the picture is made; see `modality_lut` on MR, XA and RF."""
    if not is_window_on_stored_values(header):
        return header.pixel
    return replace(header.pixel, rescale_slope=1.0, rescale_intercept=0.0)


def first_voi(pixel: PixelDescription) -> Voi | None:
    """The object's own first window, else its first VOI LUT."""
    own: tuple[Voi, ...] = (*pixel.windows, *pixel.voi_luts)
    return own[0] if own else None


def identity_window(pixel: PixelDescription) -> Window:
    """All values from the lowest to the highest possible."""
    low, high = modality_range(pixel)
    return Window((low + high) / 2, max(high - low, 1e-9), VoiFunction.LINEAR_EXACT)


def every_value(dtype: np.dtype[Any]) -> NDArray[Any]:
    """All values of an 8 or 16-bit integer type in the order of their bit patterns: 0, 1, … then negative ones."""
    size = dtype.itemsize
    return np.arange(1 << (8 * size), dtype=np.uint32).astype(f"u{size}").view(dtype)


@lru_cache(maxsize=64)
def ddl_table(chain: GrayChain, dtype: np.dtype[Any], display_lut: DisplayLut = EIGHT_BIT) -> NDArray[np.uint8]:
    """DDL by bit pattern of the stored value: 256 or 65536 entries, read-only.

    Parameters
    ----------
    dtype
        Type of the stored values: (u)int8 or (u)int16.
    display_lut
        What the display must be driven with; 8-bit identity by default.
    """
    return _frozen(display_lut.drive(chain.p_values(every_value(dtype))))


def level_of(p_value: int, display_lut: DisplayLut) -> int:
    """DDL of one P-value, 0 to 65535."""
    return int(display_lut.drive(np.array([p_value], dtype=np.uint16))[0])


def look_up(pixels: NDArray[Any], table: NDArray[np.uint8], out: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """Send pixels of an 8 or 16-bit type through a table ordered by bit pattern. One pass, in parallel.

    Parameters
    ----------
    out
        Where to put the result, same shape; a new array by default.
    """
    patterns = pixels.view(f"u{pixels.dtype.itemsize}")
    return np.asarray(cv2.LUT(patterns, table, out), dtype=np.uint8)


def _frozen(table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    table.setflags(write=False)
    return table
