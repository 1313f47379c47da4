"""Colours that DICOM states as CIELab (PS3.3 C.10.7.1.1), for a display that shows sRGB."""

from __future__ import annotations

Lab = tuple[int, int, int]
_WHITE = (0.9642, 1.0, 0.8251)  # D50, the white of DICOM's profile connection space
_TO_SRGB = (  # XYZ of D50 to linear sRGB (Bradford)
    (3.1338561, -1.6168667, -0.4906146),
    (-0.9787684, 1.9161415, 0.0334540),
    (0.0719453, -0.2289914, 1.4052427),
)


def rgb_of(lab: Lab) -> tuple[int, int, int]:
    """sRGB, 0 to 255, of a CIELab value encoded in three numbers from 0 to 65535; cut to what sRGB has."""
    lightness, a, b = lightness_of(lab), lab[1] / 257 - 128, lab[2] / 257 - 128
    y = (lightness + 16) / 116
    xyz = [white * _from_f(f) for white, f in zip(_WHITE, (y + a / 500, y, y - b / 200), strict=True)]
    red, green, blue = (_gamma(sum(w * each for w, each in zip(row, xyz, strict=True))) for row in _TO_SRGB)
    return red, green, blue


def lightness_of(lab: Lab) -> float:
    """L*, 0 to 100."""
    return lab[0] / 65535 * 100


def _from_f(f: float) -> float:
    return f**3 if f > 6 / 29 else 3 * (6 / 29) ** 2 * (f - 4 / 29)


def _gamma(linear: float) -> int:
    linear = min(max(linear, 0.0), 1.0)
    shown = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * shown)
