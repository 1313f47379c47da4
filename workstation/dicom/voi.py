"""What a header says about grey values: windows and look-up tables (PS3.3 C.11.1, C.11.2, C.7.6.3.1.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray


class VoiFunction(Enum):
    """VOI LUT Function (0028,1056)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True)
class Window:
    """Window Center and Width in modality values, with the function they belong to (PS3.3 C.11.2.1.2).

    Raises
    ------
    ValueError
        When the width is not allowed: below 1 for LINEAR, not above 0 for the other functions.
    """

    center: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR
    explanation: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        is_wide_enough = self.width >= 1 if self.function is VoiFunction.LINEAR else self.width > 0
        if not (is_wide_enough and np.isfinite(self.center) and np.isfinite(self.width)):
            raise ValueError("the window width must be at least 1 (LINEAR) or above 0")


@dataclass(frozen=True)
class LookupTable:
    """A Modality, VOI or palette LUT.

    Attributes
    ----------
    first
        Stored or modality value mapped to entry 0. Smaller inputs take entry 0; those past the end, the last entry.
    bits
        Bits of an entry, 8 to 16: the entries' full range is 0 to ``2**bits - 1``.
    data
        The entries, uint16 little endian.
    """

    first: int
    bits: int
    data: bytes = field(repr=False)
    explanation: str = field(default="", compare=False)

    @property
    def entries(self) -> NDArray[np.uint16]:
        """The entries, shape ``(n,)``."""
        return np.frombuffer(self.data, dtype="<u2")
