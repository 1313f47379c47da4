"""The last table before the monitor: P-value → digital driving level (DDL) of one display (PS3.14 section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.lut_building import BuiltLut

P_VALUE_MAX = 65535
"""P-values travel as 16-bit numbers through the program."""


@dataclass(frozen=True, eq=False)
class DisplayLut:
    """What one display must be driven with.

    Attributes
    ----------
    ddl
        uint8, shape ``(2**n,)`` with n of 8 to 16: entry i is the DDL for the P-value ``i / (2**n - 1)``. Read-only.

    Raises
    ------
    ValueError
        When the table is not of 8-bit numbers, or its length is not a power of two from 256 to 65536.
    """

    ddl: NDArray[np.uint8]

    def __post_init__(self) -> None:
        length = self.ddl.size
        if self.ddl.ndim != 1 or self.ddl.dtype != np.uint8 or length not in {1 << n for n in range(8, 17)}:
            raise ValueError("a display LUT is a row of 2**n 8-bit numbers, n from 8 to 16")
        table = self.ddl.copy()
        table.setflags(write=False)
        object.__setattr__(self, "ddl", table)

    @classmethod
    def identity(cls, bits: int = 16) -> DisplayLut:
        """DDL proportional to P-value, rounded to the nearest level: for a display that is not calibrated by us."""
        entries = np.arange(1 << bits, dtype=np.float64) / ((1 << bits) - 1)
        return cls(np.rint(entries * 255).astype(np.uint8))

    @classmethod
    def of(cls, built: BuiltLut) -> DisplayLut:
        """The table the screen uses. Screens take 8 bits: a deeper table keeps its upper 8, rounded."""
        greatest = (1 << built.ddl_bits) - 1
        return cls(np.rint(built.ddl.astype(np.float64) * 255 / greatest).astype(np.uint8))

    def drive(self, p_values: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.uint8]:
        """DDLs for 16-bit P-values of any shape, by the nearest entry of the table."""
        last = self.ddl.size - 1
        if last == P_VALUE_MAX:
            return np.asarray(self.ddl[p_values])
        index = (p_values.astype(np.uint32) * last + P_VALUE_MAX // 2) // P_VALUE_MAX
        return np.asarray(self.ddl[index])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DisplayLut) and np.array_equal(self.ddl, other.ddl)

    def __hash__(self) -> int:
        return hash(self.ddl.tobytes())
