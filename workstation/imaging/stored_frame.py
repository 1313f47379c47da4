"""One decoded frame: stored values, as the modality or the codec gave them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.imaging.pyramid import Pyramid

_TABLE_ITEM = 2  # bytes: what a table of 65536 entries takes


@dataclass(frozen=True, eq=False)
class Interpolable:
    """Pixels of a type that both interpolation and a table of 65536 entries can take.

    Attributes
    ----------
    pyramid
        uint8, int16 or uint16 for grey; uint8 × 3 for colour.
    values
        Stored value of each of the 65536 levels, for pixels wider than 16 bits; None where pixels are stored values.
    """

    pyramid: Pyramid
    values: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class StoredFrame:
    """Pixels before any look-up table.

    Attributes
    ----------
    pixels
        Monochrome and palette: stored values (rows, columns), 8, 16 or 32-bit integers or float32, bits above Bits
        Stored masked and the sign extended. Colour: uint8 RGB (rows, columns, 3). Read-only.
    photometric
        MONOCHROME1, MONOCHROME2, PALETTE COLOR or RGB (every YBR form has been converted).
    bits_stored, is_signed
        Range of the stored values.
    padding
        Lowest and highest stored value that is padding, or None.
    without_value
        Where a float image holds no number (NaN): neither shown nor measured. A mask (rows, columns), or None.
    embedded_overlays
        Overlays that stood in unused bits of the pixels, by group: masks (rows, columns).
    """

    pixels: NDArray[Any] = field(repr=False)
    photometric: str
    bits_stored: int
    is_signed: bool
    padding: tuple[int, int] | None = None
    without_value: NDArray[np.bool_] | None = field(default=None, repr=False)
    embedded_overlays: tuple[tuple[int, NDArray[np.bool_]], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        self.pixels.setflags(write=False)

    @property
    def rows(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def columns(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def is_colour(self) -> bool:
        """Whether the pixels are RGB."""
        return self.pixels.ndim == 3

    @property
    def nbytes(self) -> int:
        """Memory the pixels and masks take."""
        masks = [self.without_value, *(mask for _, mask in self.embedded_overlays)]
        return int(self.pixels.nbytes) + sum(mask.nbytes for mask in masks if mask is not None)

    @property
    def drawing_bytes(self) -> int:
        """Memory that `interpolable` may take beside the pixels once the frame has been drawn."""
        count = self.rows * self.columns
        levels = 0 if self.pixels.dtype.kind in "iu" and self.pixels.itemsize <= _TABLE_ITEM else count * _TABLE_ITEM
        copied = count * (self.pixels.itemsize + 1) if self.padding is not None else levels
        return levels + copied + (self.pixels.nbytes + count) // 3

    @property
    def is_label(self) -> bool:
        """Whether pixels are indices, which must not be mixed with their neighbours."""
        return self.photometric == "PALETTE COLOR" or (self.bits_stored == 1 and not self.is_colour)

    @cached_property
    def interpolable(self) -> Interpolable:
        """The pixels made ready for interpolation and for a table."""
        return _interpolable(self)

    def prepare(self) -> None:
        """Do now, in a thread that nobody waits for, what drawing the first picture would otherwise wait for."""
        self.interpolable.pyramid.prepare()

    @cached_property
    def valid(self) -> NDArray[np.bool_] | None:
        """Where there is an image: neither padding nor without value, shape (rows, columns); None when everywhere."""
        if self.is_colour or (self.padding is None and self.without_value is None):
            return None
        valid = np.ones(self.pixels.shape, dtype=np.bool_)
        if self.padding is not None:
            low, high = self.padding
            valid = (self.pixels < low) | (self.pixels > high)
        if self.without_value is not None:
            valid &= ~self.without_value
        return None if valid.all() else valid


def _interpolable(frame: StoredFrame) -> Interpolable:
    pixels = frame.pixels
    if pixels.dtype.kind == "f" or pixels.dtype.itemsize > 2:
        levels, values = _spread_over_levels(pixels, frame.valid)
        return Interpolable(Pyramid(levels, frame.valid), values)
    if pixels.dtype == np.int8:
        pixels = pixels.astype(np.int16)
    return Interpolable(Pyramid(pixels, frame.valid))


def _spread_over_levels(
    pixels: NDArray[Any], valid: NDArray[np.bool_] | None
) -> tuple[NDArray[np.uint16], NDArray[np.float64]]:
    """32-bit and float pixels as 65536 levels between their lowest and highest value, and the value of each level."""
    shown = pixels if valid is None or not valid.any() else pixels[valid]
    low, high = float(shown.min()), float(shown.max())
    step = (high - low) / 65535 or 1.0
    levels = np.clip(np.rint((pixels.astype(np.float64) - low) / step), 0, 65535).astype(np.uint16)
    return levels, low + step * np.arange(65536, dtype=np.float64)
