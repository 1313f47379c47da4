"""YBR to RGB (PS3.3 C.7.6.3.1.2)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_FULL = np.array([[1.0, 0.0, 1.402], [1.0, -0.344136, -0.714136], [1.0, 1.772, 0.0]])
_PARTIAL = np.array([[1.1644, 0.0, 1.5960], [1.1644, -0.3917, -0.8129], [1.1644, 2.0173, 0.0]])


def rgb_from_ybr(ybr: NDArray[np.uint8], photometric: str) -> NDArray[np.uint8]:
    """Convert 8-bit YBR_FULL, YBR_FULL_422 or YBR_PARTIAL_* pixels (rows, columns, 3) to RGB, rounded."""
    is_partial = photometric.startswith("YBR_PARTIAL")
    matrix = _PARTIAL if is_partial else _FULL
    centred = ybr.astype(np.float32) - np.array([16 if is_partial else 0, 128, 128], dtype=np.float32)
    rgb = centred @ matrix.T.astype(np.float32)
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def eight_bits(samples: NDArray[Any], bits_stored: int, lowest_bit: int = 0) -> NDArray[np.uint8]:
    """Colour samples of any depth as 8 bits: the highest ones are kept, fewer than 8 are spread over the range."""
    if samples.dtype.itemsize == 1 and bits_stored >= 8:
        return samples.view(np.uint8)
    shifted = samples >> (lowest_bit + max(bits_stored - 8, 0))
    if bits_stored >= 8:
        return shifted.astype(np.uint8)
    greatest = (1 << bits_stored) - 1
    return ((shifted & greatest).astype(np.uint16) * 255 // greatest).astype(np.uint8)
