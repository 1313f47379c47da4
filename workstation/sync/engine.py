"""The engine that keeps this computer and the site together: three loops that survive any failure of the line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.work_items import ClaimState
from workstation.dicom.errors import UnreadableWorkItem
from workstation.dicom.workitem import WorkItem, parse_workitem
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import SiteClock
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.errors import UserFacingError
from workstation.foundation.worker import Worker, WorkerState
from workstation.site.profile import SiteProfile
from workstation.sync.claims import Claims
from workstation.sync.condition_names import nickname
from workstation.sync.errors import LoginRefused, Refused, Unreachable, WrongAnswer
from workstation.sync.fetching import Fetching
from workstation.sync.outbox import Outbox
from workstation.sync.transfer import StudyTransfer
from workstation.sync.worklist import ReadingWorklist

TOPICS = ("worklist", "images", "outbox")
_TOLERATED_OFFSET = timedelta(seconds=60)
_DELIVERY_PAUSE_S = 2.0
LOGIN_REFUSED = "login-refused"


class SyncEngine:
    """Looks at the worklist, fetches images and priors, delivers reports.

    Three workers, so that a slow download keeps neither the worklist nor a signed report waiting.

    Observers are called with a topic (``worklist``, ``images``, ``outbox``) in the thread that made the change.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        worklist: ReadingWorklist,
        claims: Claims,
        transfer: StudyTransfer,
        outbox: Outbox,
        profile: SiteProfile,
        conditions: ConditionBoard,
        site_clock: SiteClock,
    ) -> None:
        self._catalogue = catalogue
        self._worklist = worklist
        self._claims = claims
        self._outbox = outbox
        self._transfer = transfer
        self._conditions = conditions
        self._site_clock = site_clock
        self._poll_s = profile.worklist.poll_interval_s
        self._observers: list[Callable[[str], None]] = []
        self._worklist_lock = threading.Lock()
        self._fetch_turn = threading.Lock()
        self._fetching = Fetching(
            catalogue,
            transfer,
            site_clock,
            prefetch=profile.images.prefetch,
            on_progress=lambda: self._tell("images"),
        )
        self._workers = (
            Worker("sync-worklist", self._worklist_turn, on_failure=self._our_fault),
            Worker("sync-images", self._images_turn, on_failure=self._our_fault),
            Worker("sync-outbox", self._outbox_turn, on_failure=self._our_fault),
        )

    # --- its life

    @property
    def state(self) -> WorkerState:
        """RUNNING while any loop runs."""
        states = {worker.state for worker in self._workers}
        order = (WorkerState.RUNNING, WorkerState.STOPPING, WorkerState.STOPPED, WorkerState.NEW)
        return next(state for state in order if state in states)

    def start(self) -> None:
        """Begin all loops."""
        self._outbox.raise_lasting_conditions()
        self._transfer.state_quarantine()
        for worker in self._workers:
            worker.start()

    def stop(self, timeout_s: float) -> bool:
        """End all loops; say whether they ended in time."""
        for worker in self._workers:
            worker.stop(0.0)  # ask all, then wait for each
        ended = [worker.stop(timeout_s) for worker in self._workers]
        return all(ended)

    def wake(self) -> None:
        """Look at everything now: after a claim, a signature, a return."""
        self._fetching.reconsider()
        for worker in self._workers:
            worker.wake()

    def observe(self, observer: Callable[[str], None]) -> None:
        """Call ``observer(topic)`` after changes."""
        self._observers.append(observer)

    def prioritise(self, study_uids: Iterable[str]) -> None:
        """A reader has opened these studies: fetch them, then their priors, before anything else."""
        self._fetching.open(tuple(study_uids))
        self._workers[1].wake()

    def has_looked_for_priors(self, study_uids: Iterable[str]) -> bool:
        """Whether the archive has been asked for earlier studies of all of these."""
        return all(self._fetching.has_looked_for_priors(uid) for uid in study_uids)

    def retry(self, delivery_id: int | str) -> bool:
        """Queue a failed delivery again; say whether it was failed."""
        was_failed = self._outbox.retry(delivery_id)
        self._workers[2].wake()
        self._tell("outbox")
        return was_failed

    def run_once(self, cancel: CancelToken) -> None:
        """One whole turn in the caller's thread: worklist, images, deliveries.

        Everything is tried; the first failure is raised at the end.

        Raises
        ------
        UserFacingError, Cancelled
        """
        failures: list[UserFacingError] = []
        self._fetching.forget_pauses()
        for work in (self.look_at_worklist, self.fetch_all, self._deliver):
            try:
                work(cancel)
            except UserFacingError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    # --- the loops

    def _worklist_turn(self, cancel: CancelToken) -> float:
        with suppress(Unreachable, LoginRefused, Refused, WrongAnswer):  # stated as conditions already
            self.look_at_worklist(cancel)
        return self._poll_s

    def _images_turn(self, cancel: CancelToken) -> float:
        try:
            while self._fetch_one(cancel):
                cancel.raise_if_cancelled()
        except UserFacingError:
            return min(5.0, self._poll_s)  # stated as a condition already
        return self._poll_s

    def _outbox_turn(self, cancel: CancelToken) -> float:
        self._deliver(cancel)
        return _DELIVERY_PAUSE_S

    # --- the worklist

    def look_at_worklist(self, cancel: CancelToken) -> None:
        """Search the worklist, keep what it says, settle claims and returns that were under way."""
        before = self._snapshot()
        with self._worklist_lock, self._stated("site-unreachable"):
            found = self._worklist.search()
            cancel.raise_if_cancelled()
            self._keep(found)
            self._claims.resume()
        self._conditions.end(LOGIN_REFUSED)
        self._state_clock()
        if self._snapshot() != before:
            self._transfer.state_quarantine()
            self._tell("worklist")
            self._fetching.reconsider()
            self._workers[1].wake()

    def _keep(self, found: list[dict[str, object]]) -> None:
        now = self._site_clock.now()
        unreadable: list[str] = []
        seen: list[str] = []
        for json in found:
            try:
                item = parse_workitem(json)
            except UnreadableWorkItem as error:
                unreadable.append(error.what)
                continue
            seen.append(self._catalogue.items.put(json, now))
            self._notice_withdrawal(item)
        for uid in self._catalogue.items.forget_unseen(seen):
            self._conditions.end(f"item-withdrawn:{nickname(uid)}")
        self._state_unreadable(unreadable)

    def _notice_withdrawal(self, item: WorkItem) -> None:
        """The site may cancel an item that we hold (PS3.4 CC.2.2). The draft stays; the reader is told."""
        stored = self._catalogue.items.get(item.uid)
        if stored is None or stored.claim is not ClaimState.OURS or item.state not in ("CANCELED", "COMPLETED"):
            return
        self._catalogue.items.set_claim_state(item.uid, ClaimState.LOST, claimed_by=item.claimed_name)
        self._conditions.raise_condition(
            f"item-withdrawn:{nickname(item.uid)}",
            Severity.WARN,
            f"The site has withdrawn “{item.label}”, which you had taken.",
            "What you have written is kept as a draft.",
        )

    def _snapshot(self) -> list[tuple[str, str, object]]:
        return [(stored.uid, stored.claim.value, stored.updated_at) for stored in self._catalogue.items.all()]

    # --- images and deliveries

    def fetch_all(self, cancel: CancelToken) -> None:
        """Fetch until nothing is wanted any more. One study's trouble does not keep the others back."""
        while self._fetch_one(cancel):
            cancel.raise_if_cancelled()
        troubles = self._fetching.troubles
        if troubles:
            raise next(iter(troubles.values()))

    def _fetch_one(self, cancel: CancelToken) -> bool:
        with self._fetch_turn, self._stated("images-unreachable"):
            goes_on = self._fetching.step(cancel)
        self._state_troubles(self._fetching.troubles)
        return goes_on

    def _deliver(self, cancel: CancelToken) -> None:
        if self._outbox.deliver_due(cancel):
            self._tell("outbox")
            self._tell("worklist")

    # --- conditions

    @contextmanager
    def _stated(self, key: str) -> Iterator[None]:
        """State what goes wrong as a lasting condition, and end it when it goes well again."""
        try:
            yield
        except LoginRefused as error:
            self._conditions.raise_condition(LOGIN_REFUSED, Severity.FAIL, error.what, error.advice)
            raise
        except (Unreachable, Refused, WrongAnswer) as error:
            self._conditions.raise_condition(key, Severity.FAIL, error.what, error.advice)
            raise
        self._conditions.end(key)

    def _state_troubles(self, troubles: Mapping[str, UserFacingError]) -> None:
        if not troubles:
            self._conditions.end("images-trouble")
            return
        first = next(iter(troubles.values()))
        count = "a study" if len(troubles) == 1 else f"{len(troubles)} studies"
        self._conditions.raise_condition(
            "images-trouble", Severity.WARN, f"Images of {count} could not be fetched: {first.what}", first.advice
        )

    def _state_unreadable(self, faults: list[str]) -> None:
        if not faults:
            self._conditions.end("worklist-unreadable")
            return
        count = "1 item" if len(faults) == 1 else f"{len(faults)} items"
        self._conditions.raise_condition(
            "worklist-unreadable",
            Severity.WARN,
            f"{count} of the worklist cannot be shown: {faults[0]}",
            "Tell the site's worklist administrator.",
        )

    def _state_clock(self) -> None:
        offset = self._site_clock.offset
        if abs(offset) <= _TOLERATED_OFFSET:
            self._conditions.end("clock-offset")
            return
        minutes = max(1, round(abs(offset).total_seconds() / 60))
        direction = "behind" if offset > timedelta(0) else "ahead of"
        self._conditions.raise_condition(
            "clock-offset",
            Severity.INFO,
            f"This computer's clock is {minutes} min {direction} the site's.",
            "Due times are counted on the site's clock; set this computer's.",
        )

    def _our_fault(self, error: Exception) -> None:
        """A turn failed in a way nobody foresaw: said on screen, and the loop goes on."""
        what = error.what if isinstance(error, UserFacingError) else "Synchronisation met with a fault of the program."
        advice = error.advice if isinstance(error, UserFacingError) else "It goes on by itself. Please report it."
        self._conditions.raise_condition("sync-fault", Severity.FAIL, what, advice)

    def _tell(self, topic: str) -> None:
        for observer in tuple(self._observers):
            observer(topic)
