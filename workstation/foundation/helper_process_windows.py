"""Windows' way to limit a helper process: a job object that holds it."""

from __future__ import annotations

import ctypes
import subprocess
import sys

_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
_LIMIT_PROCESS_MEMORY, _KILL_ON_JOB_CLOSE, _DIE_ON_UNHANDLED = 0x100, 0x2000, 0x400


class _BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


if sys.platform == "win32":

    class _Job:
        """An open job; closing its last handle ends the process in it."""

        def __init__(self, handle: int) -> None:
            self._handle = handle

        def __del__(self) -> None:
            ctypes.windll.kernel32.CloseHandle(ctypes.c_void_p(self._handle))

    def job_around(process: subprocess.Popen[bytes], memory_bytes: int) -> object:
        """Put a process into a job of its own.

        Raises
        ------
        OSError
            When Windows refuses.
        """
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = ctypes.c_void_p
        handle = kernel.CreateJobObjectW(None, None)
        if not handle:
            raise ctypes.WinError(ctypes.get_last_error())
        job, limits = _Job(handle), _ExtendedLimits()
        limits.BasicLimitInformation.LimitFlags = _LIMIT_PROCESS_MEMORY | _KILL_ON_JOB_CLOSE | _DIE_ON_UNHANDLED
        limits.ProcessMemoryLimit = memory_bytes
        place = ctypes.byref(limits)
        has_limits = kernel.SetInformationJobObject(
            ctypes.c_void_p(handle), _EXTENDED_LIMITS, place, ctypes.sizeof(limits)
        )
        is_inside = has_limits and kernel.AssignProcessToJobObject(
            ctypes.c_void_p(handle),
            ctypes.c_void_p(int(process._handle)),  # noqa: SLF001 - Popen has no public name for it
        )
        if not is_inside:
            raise ctypes.WinError(ctypes.get_last_error())
        return job
