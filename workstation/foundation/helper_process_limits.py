"""What a helper process may use, and how the operating system is made to keep it to that.

On Linux all of it holds. On macOS the kernel ignores the limit on memory. On Windows the memory limit is a job object's
and there is no limit on processor time, only the parent's on elapsed time.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PAGE_BYTES = 4096
_LIFETIME_GROWTH = 3  # times the memory of one request; beyond that the process leaks and is replaced


@dataclass(frozen=True)
class Limits:
    """What one request may use.

    Parameters
    ----------
    memory_bytes
        Growth of the process's private memory over what it had before the request; also the largest answer.
    time_s
        Processor time of all its threads; where that cannot be limited, elapsed time.
    patience
        Elapsed time may be so many times ``time_s``: other programs use the processors too.
    """

    memory_bytes: int = 512 << 20
    time_s: float = 2.0
    patience: float = 5.0

    @property
    def elapsed_s(self) -> float:
        """Elapsed time one request may take."""
        return self.time_s * (self.patience if hasattr(signal, "setitimer") else 1.0)


class OwnLimits:
    """Limits that the helper process sets itself, around each request."""

    def __init__(self) -> None:
        self._hard_bytes = 0
        if sys.platform != "win32":
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold patient data
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # nothing here writes files

    def begin(self, limits: Limits) -> None:
        """From now on the request may use ``limits``."""
        if sys.platform != "win32":
            import resource

            data = private_bytes()
            self._hard_bytes = self._hard_bytes or data + _LIFETIME_GROWTH * limits.memory_bytes
            with suppress(ValueError):  # an earlier request asked for less: the lower hard limit stays
                soft = min(data + limits.memory_bytes, self._hard_bytes)
                resource.setrlimit(resource.RLIMIT_DATA, (soft, self._hard_bytes))
            # Both end the process by their signal. The second is for the parent's sake: should it be gone, or its own
            # clock have failed, nothing stays behind for ever.
            signal.setitimer(signal.ITIMER_PROF, limits.time_s)
            signal.setitimer(signal.ITIMER_REAL, limits.elapsed_s + 1.0)

    def end(self) -> None:
        """The request is done."""
        if sys.platform != "win32":
            import resource

            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            if self._hard_bytes:
                resource.setrlimit(resource.RLIMIT_DATA, (self._hard_bytes, self._hard_bytes))


def private_bytes() -> int:
    """Private writable memory of this process as Linux counts it for RLIMIT_DATA; 0 where it does not say.

    Not the address space (RLIMIT_AS): libraries reserve hundreds of megabytes of that and never touch them.
    """
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[5]) * _PAGE_BYTES
    except OSError:
        return 0


def is_time_signal(return_code: int | None) -> bool:
    """Whether a process ended because one of its clocks ran out."""
    names = ("SIGPROF", "SIGALRM", "SIGXCPU")
    return return_code is not None and any(-return_code == getattr(signal, name, None) for name in names)


def bind_to_parent(process: subprocess.Popen[bytes], limits: Limits) -> object:
    """On Windows: a job that limits the process's memory and ends it with the program; to be kept while it runs."""
    if sys.platform == "win32":
        from workstation.foundation.helper_process_windows import job_around

        return job_around(process, limits.memory_bytes * _LIFETIME_GROWTH)
    return None
