"""The word SYNTHETIC, drawn into the pixels of every generated image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Letters of 5 x 7 pixels, one string a row.
_LETTERS = {
    "S": ("01110", "10001", "10000", "01110", "00001", "10001", "01110"),
    "Y": ("10001", "10001", "01010", "00100", "00100", "00100", "00100"),
    "N": ("10001", "11001", "10101", "10101", "10011", "10001", "10001"),
    "T": ("11111", "00100", "00100", "00100", "00100", "00100", "00100"),
    "H": ("10001", "10001", "10001", "11111", "10001", "10001", "10001"),
    "E": ("11111", "10000", "10000", "11110", "10000", "10000", "11111"),
    "I": ("01110", "00100", "00100", "00100", "00100", "00100", "01110"),
    "C": ("01110", "10001", "10000", "10000", "10000", "10001", "01110"),
}


def synthetic_mask(scale: int = 1) -> NDArray[np.bool_]:
    """The word as a mask, (7 * scale, 53 * scale)."""
    gap = np.zeros((7, 1), bool)
    parts = []
    for letter in "SYNTHETIC":
        parts += [np.array([[pixel == "1" for pixel in row] for row in _LETTERS[letter]]), gap]
    return np.kron(np.hstack(parts[:-1]), np.ones((scale, scale), bool)).astype(bool)


def mark_synthetic(pixels: NDArray[Any], value: Any, *, scale: int = 1, corner: str = "bottom-left") -> None:
    """Write the word into ``pixels`` ((rows, columns) or with channels) near a corner; in place."""
    mask = synthetic_mask(scale)
    rows, columns = mask.shape
    margin = 6 * scale
    top = margin if corner.startswith("top") else pixels.shape[0] - rows - margin
    left = margin if corner.endswith("left") else pixels.shape[1] - columns - margin
    pixels[top : top + rows, left : left + columns][mask] = value
