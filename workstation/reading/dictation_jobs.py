"""What dictation does in the background, one thing after the other: reading recordings, playing them, saving."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.foundation.worker import Worker

_IDLE_S = 3600.0
Job = Callable[[], None]


class DictationJobs:
    """A queue and its thread, which begins with the first job.

    Parameters
    ----------
    tell
        Gets the sentence of a job that a person can do something about.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._waiting: deque[tuple[Job, bool]] = deque()
        self._worker = Worker("dictation-jobs", self._turn, on_failure=self._our_fault, pause_after_failure_s=0.0)
        self._is_started = False

    def add(self, job: Job, *, must_be_done: bool = False) -> None:
        """Do this after all that waits; ``must_be_done``: also when the program is closing."""
        self._waiting.append((job, must_be_done))
        if not self._is_started:
            self._is_started = True
            self._worker.start()
        self._worker.wake()

    def stop(self, timeout_s: float) -> bool:
        """End; what must be done is done in this thread. Say whether the thread went in time."""
        has_ended = self._worker.stop(timeout_s) if self._is_started else True
        while has_ended and self._waiting:
            job, must_be_done = self._waiting.popleft()
            if must_be_done:
                self._do(job)
        return has_ended

    def _our_fault(self, error: Exception) -> None:
        """A bug in a job: the others go on, and it is not kept from the reader."""
        self._tell(f"A part of dictation failed ({type(error).__name__}). What you said and wrote is kept.")

    def _turn(self, _cancel: CancelToken) -> float:
        if not self._waiting:
            return _IDLE_S
        self._do(self._waiting.popleft()[0])
        return 0.0

    def _do(self, job: Job) -> None:
        try:
            job()
        except UserFacingError as error:
            self._tell(str(error))
        except OSError as error:
            self._tell(f"The disk does not take what dictation wants to keep: {error.strerror or 'it refuses'}.")
