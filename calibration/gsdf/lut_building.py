"""Building the display LUT: for every P-value the driving level whose luminance is nearest to the GSDF's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.gsdf.errors import UnusableResponse
from calibration.gsdf.response import Response
from calibration.gsdf.target import target_luminance


@dataclass(frozen=True, eq=False)
class BuiltLut:
    """P-value → DDL of one display.

    Attributes
    ----------
    ddl
        uint16, ``(entries,)``: entry i is for the P-value ``i / (entries - 1)``. Never falling.
    ddl_bits
        8, 10 or 12: what the entries count in.
    """

    ddl: NDArray[np.uint16]
    ddl_bits: int

    @property
    def sha256(self) -> str:
        """The hash by which records name this table."""
        return lut_hash(self.ddl, self.ddl_bits)

    @property
    def distinct_levels(self) -> int:
        """How many driving levels are used: the grey levels that survive."""
        return int(np.unique(self.ddl).size)


def lut_hash(ddl: ArrayLike, ddl_bits: int) -> str:
    """SHA-256 over the depth and the entries, little-endian 16-bit: the same on every computer."""
    table = np.ascontiguousarray(ddl, "<u2")
    return hashlib.sha256(b"lightbox display LUT 1\n" + bytes([ddl_bits]) + table.tobytes()).hexdigest()


def build_lut(response: Response, ambient_cd_m2: float = 0.0, entries: int = 256) -> BuiltLut:
    """The LUT that makes the display follow the GSDF between its own ends, under this ambient light.

    Parameters
    ----------
    ambient_cd_m2
        Lamb. Added to both curve and target (PS3.14 section 6 counts it in), and not again to readings that hold it.
    entries
        Number of P-values: 256 to 65536.

    Raises
    ------
    UnusableResponse
        When the display leaves the range of the GSDF (0.05 to 4000 cd/m² with ambient light).
    """
    seen = seen_luminance(response, ambient_cd_m2)
    try:
        wanted = target_luminance(np.arange(entries) / (entries - 1), float(seen[0]), float(seen[-1]))
    except ValueError as error:
        raise UnusableResponse(
            f"From {seen[0]:.4g} to {seen[-1]:.4g} cd/m² no grayscale function is defined ({error}).",
            "Check the readings of black and white, and the ambient light.",
        ) from error
    return BuiltLut(_nearest(seen, wanted), response.ddl_bits)


def seen_luminance(response: Response, ambient_cd_m2: float) -> NDArray[np.float64]:
    """Luminance of each DDL as the eye meets it: with ambient light, counted once."""
    return response.luminance_cd_m2 + (0.0 if response.includes_ambient else ambient_cd_m2)


def predicted_luminance(response: Response, lut: BuiltLut) -> NDArray[np.float64]:
    """What a meter will read at each P-value once the LUT is in use, cd/m² (as the response counts ambient)."""
    return np.asarray(response.luminance_cd_m2[lut.ddl])


def _nearest(rising: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Index of the value nearest to each wanted one; of two equally near ones the lower."""
    above = np.clip(np.searchsorted(rising, wanted), 1, rising.size - 1)
    is_lower = wanted - rising[above - 1] <= rising[above] - wanted
    return np.where(is_lower, above - 1, above).astype(np.uint16)
