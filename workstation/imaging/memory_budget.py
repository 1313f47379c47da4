"""How much memory images may take on this machine, so that it never has to swap."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from pathlib import Path

_MOST_DECODED = 4 << 30
_LEAST_DECODED = 256 << 20
_SHARE_DECODED = 3  # of what is free, a third; half as much again for compressed frames; the rest is for the system
_SHARE_COMPRESSED = 6
_FREE_WHEN_UNKNOWN = 3 << 30


@dataclass(frozen=True)
class MemoryBudget:
    """Bytes for decoded frames, with the copies made for drawing, and for compressed ones."""

    decoded_bytes: int
    compressed_bytes: int

    @classmethod
    def of_this_machine(cls) -> MemoryBudget:
        """A third of what is free now, at most 4 GiB, and a sixth for the second tier."""
        free = free_bytes() or _FREE_WHEN_UNKNOWN
        decoded = min(_MOST_DECODED, free // _SHARE_DECODED)
        return cls(max(_LEAST_DECODED, decoded), min(_MOST_DECODED // 2, free // _SHARE_COMPRESSED))

    @classmethod
    def of(cls, total_bytes: int) -> MemoryBudget:
        """Both tiers together in so much memory; 0 leaves it to this machine."""
        if not total_bytes:
            return cls.of_this_machine()
        decoded = max(_LEAST_DECODED, total_bytes * 2 // 3)
        return cls(decoded, max(0, total_bytes - decoded))


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        ("total_physical", ctypes.c_ulonglong),
        ("free_physical", ctypes.c_ulonglong),
        ("total_page_file", ctypes.c_ulonglong),
        ("free_page_file", ctypes.c_ulonglong),
        ("total_virtual", ctypes.c_ulonglong),
        ("free_virtual", ctypes.c_ulonglong),
        ("free_extended_virtual", ctypes.c_ulonglong),
    )


if sys.platform == "win32":

    def free_bytes() -> int:
        """Memory that programs can take without swapping; 0 where the system does not tell."""
        status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
        is_told = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status.free_physical) if is_told else 0

else:

    def free_bytes() -> int:
        """Memory that programs can take without swapping; 0 where the system does not tell."""
        try:
            lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        except OSError:
            return 0
        said = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), "0")
        return int(said) * 1024
