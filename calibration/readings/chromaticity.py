"""CIE 1976 chromaticity from what meters tell."""

from __future__ import annotations


def uv_of_xy(x: float, y: float) -> tuple[float, float] | None:
    """u', v' of CIE 1931 x, y; None where they are no chromaticity."""
    below = -2 * x + 12 * y + 3
    return (4 * x / below, 9 * y / below) if below > 0 and y > 0 else None


def uv_of_xyz(x: float, y: float, z: float) -> tuple[float, float] | None:
    """u', v' of CIE XYZ; None for black."""
    below = x + 15 * y + 3 * z
    return (4 * x / below, 9 * y / below) if below > 0 and y > 0 else None
