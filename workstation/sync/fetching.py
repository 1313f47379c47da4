"""One turn after another of bringing studies here, always the most urgent one next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.instances import Counts
from workstation.dicom.workitem import WorkItem
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock
from workstation.foundation.errors import BadInput, Cancelled, UserFacingError
from workstation.sync.download_plan import Wish, wishes
from workstation.sync.errors import Refused, WrongAnswer
from workstation.sync.transfer import StudyTransfer
from workstation.sync.worklist import readable_items

LOOK_AGAIN_S = 60.0
_PROGRESS_S = 0.2
_FAILED_PAUSE_S = 30.0
_LONGEST_PAUSE_S = 600.0


class _LinkedToken(CancelToken):
    """Cancelled by itself or with its parent."""

    def __init__(self, parent: CancelToken) -> None:
        super().__init__()
        self._parent = parent

    @property
    def is_cancelled(self) -> bool:
        return super().is_cancelled or self._parent.is_cancelled

    def raise_if_cancelled(self) -> None:
        if self.is_cancelled:
            raise Cancelled


@dataclass(frozen=True)
class _Task:
    """One thing to do: ``what`` is learn, priors or download; ``urgency`` as in a `Wish`."""

    what: str
    study_uid: str
    urgency: int
    item: WorkItem
    is_prior_for: str = ""


class Fetching:
    """Decides what to fetch next and does it. Used by one thread; `reconsider` and `open` may be called from any.

    Parameters
    ----------
    prefetch
        Whether items that nobody has taken are fetched too.
    on_progress
        Called after changes, at most a few times a second.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        transfer: StudyTransfer,
        site_clock: Clock,
        *,
        prefetch: bool,
        on_progress: Callable[[], None] = lambda: None,
    ) -> None:
        self._catalogue = catalogue
        self._transfer = transfer
        self._site_clock = site_clock
        self._prefetch = prefetch
        self._on_progress = on_progress
        self._told_at = 0.0
        self._learned: dict[str, float] = {}
        self._searched: dict[str, float] = {}
        self._pauses: dict[str, tuple[int, float]] = {}
        self._troubles: dict[str, UserFacingError] = {}
        self._opened: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._running: tuple[_Task, CancelToken] | None = None

    @property
    def troubles(self) -> dict[str, UserFacingError]:
        """What kept single studies back, by study UID; such a study pauses while the others go on."""
        return dict(self._troubles)

    def open(self, study_uids: tuple[str, ...]) -> None:
        """A reader has opened these studies: nothing is more urgent now."""
        self._opened = study_uids
        self.reconsider()

    def reconsider(self) -> None:
        """Break the running download off when something more urgent waits. What has come stays."""
        with self._lock:
            running = self._running
        if running is None or running[0].what != "download":
            return
        task, token = running
        if any(self._is_worth_waiting_for(ahead) for ahead in self._tasks() if ahead.urgency < task.urgency):
            token.cancel()

    def _is_worth_waiting_for(self, task: _Task) -> bool:
        """Images, or a study never heard of; merely looking again at a known study can wait."""
        return task.what == "download" or (task.what == "learn" and task.study_uid not in self._learned)

    def forget_pauses(self) -> None:
        """Look at everything again at once: for one-shot commands, and after the line has come back."""
        self._learned.clear()
        self._searched.clear()
        self._pauses.clear()

    def has_looked_for_priors(self, study_uid: str) -> bool:
        """Whether the archive has been asked for earlier studies since the start."""
        return study_uid in self._searched

    def step(self, cancel: CancelToken) -> bool:
        """Do the most urgent thing; say whether there was one.

        Raises
        ------
        Unreachable, LoginRefused, StorageFailed, Cancelled
        """
        cancel.raise_if_cancelled()
        task = next(self._tasks(), None)
        if task is None:
            return False
        token = _LinkedToken(cancel)
        with self._lock:
            self._running = (task, token)
        try:
            self._do(task, token)
        except Cancelled:
            cancel.raise_if_cancelled()  # only broken off for something more urgent: go on with that
        finally:
            with self._lock:
                self._running = None
        return True

    def _do(self, task: _Task, token: CancelToken) -> None:
        try:
            if task.what == "learn":
                self._transfer.learn(task.study_uid, is_prior_for=task.is_prior_for)
                self._learned[task.study_uid] = monotonic()
            elif task.what == "priors":
                self._transfer.find_priors(task.item.patient, task.study_uid)
                self._searched[task.study_uid] = monotonic()
            else:
                self._download(task.study_uid, token)
        except (Refused, WrongAnswer, BadInput) as error:
            self._pause(task.study_uid)  # this study only; the others go on
            self._troubles[task.study_uid] = error
        else:
            self._troubles.pop(task.study_uid, None)
        self._on_progress()

    def _download(self, study_uid: str, token: CancelToken) -> None:
        counts = self._transfer.download(study_uid, token, self._tell)
        if counts.failed:
            self._pause(study_uid)
        else:
            self._pauses.pop(study_uid, None)

    def _pause(self, study_uid: str) -> None:
        tries = self._pauses.get(study_uid, (0, 0.0))[0] + 1
        pause_s = min(_LONGEST_PAUSE_S, _FAILED_PAUSE_S * 2 ** (tries - 1))
        self._pauses[study_uid] = (tries, monotonic() + pause_s)

    def _tell(self, _counts: Counts) -> None:
        if monotonic() - self._told_at >= _PROGRESS_S:
            self._told_at = monotonic()
            self._on_progress()

    def _tasks(self) -> Iterator[_Task]:
        """Everything there is to do, most urgent first."""
        plan = wishes(readable_items(self._catalogue), self._opened, self._site_clock.now(), prefetch=self._prefetch)
        counts = self._catalogue.instances.all_counts()
        for urgency in sorted({wish.urgency for wish in plan}):
            alike = [wish for wish in plan if wish.urgency == urgency]
            for wish in alike:
                for study_uid in wish.item.study_uids:
                    yield from self._tasks_of(study_uid, wish, counts)
            for wish in alike:
                yield from self._prior_tasks(wish, counts)

    def _prior_tasks(self, wish: Wish, counts: dict[str, Counts]) -> Iterator[_Task]:
        for current in wish.item.study_uids:
            if current not in counts or self._is_paused(current):
                continue  # not learned yet: nothing is known that priors could be chosen by
            if self._is_stale(self._searched, current):
                yield _Task("priors", current, wish.urgency, wish.item)
            for study in self._catalogue.studies.all():
                if current in study.is_prior_for:
                    yield from self._tasks_of(study.study_uid, wish, counts, is_prior_for=current)

    def _tasks_of(
        self, study_uid: str, wish: Wish, counts: dict[str, Counts], is_prior_for: str = ""
    ) -> Iterator[_Task]:
        if self._is_paused(study_uid):
            return
        if self._is_stale(self._learned, study_uid):
            yield _Task("learn", study_uid, wish.urgency, wish.item, is_prior_for)
        known = counts.get(study_uid, Counts())
        if known.received + known.quarantined < known.expected:
            yield _Task("download", study_uid, wish.urgency, wish.item, is_prior_for)

    def _is_paused(self, study_uid: str) -> bool:
        return self._pauses.get(study_uid, (0, 0.0))[1] > monotonic()

    def _is_stale(self, looked: dict[str, float], study_uid: str) -> bool:
        return monotonic() - looked.get(study_uid, float("-inf")) > LOOK_AGAIN_S
