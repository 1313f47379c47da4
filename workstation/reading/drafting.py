"""Drafts of open cases: in memory for typing, on disk within a second, never in another case."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from workstation.catalogue.catalogue import Catalogue
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.worker import Worker, WorkerState
from workstation.reading.errors import NotNow
from workstation.reporting.draft import Draft

AUTOSAVE_PAUSE_S = (
    0.5  # half of what is promised: no keystroke older than two seconds is lost, with room for a slow disk
)
_CONDITION = "draft-not-saved"


class DraftKeeper:
    """Holds the draft of every open case and saves what changed.

    `edit` returns at once; a worker saves changed drafts every half second. `save_now` saves in the caller's thread.
    """

    def __init__(self, catalogue: Catalogue, clock: Clock, conditions: ConditionBoard) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._conditions = conditions
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._drafts: dict[str, Draft] = {}
        self._unsaved: set[str] = set()
        self._sealed: set[str] = set()
        self._saved_at: dict[str, datetime] = {}
        self._observers: list[Callable[[str], None]] = []
        self._worker = Worker(
            "autosave", self._turn, on_failure=self._on_failure, pause_after_failure_s=AUTOSAVE_PAUSE_S
        )

    def start(self) -> None:
        """Begin saving by itself."""
        self._worker.start()

    def stop(self) -> None:
        """Save what is left and end."""
        if self._worker.state is WorkerState.RUNNING:
            self._worker.stop(timeout_s=5)
        self.save_now()

    def observe(self, observer: Callable[[str], None]) -> None:
        """Call ``observer(case_key)`` after each save."""
        self._observers.append(observer)

    def open(
        self, case_key: str, make_new: Callable[[], Draft], adopt: Callable[[Draft], Draft] = lambda draft: draft
    ) -> Draft:
        """The draft kept for this case, as ``adopt`` makes it fit today's templates; or a new one."""
        with self._lock:
            if case_key in self._drafts:
                return self._drafts[case_key]
        stored = self._catalogue.drafts.load(case_key)
        draft = adopt(Draft.from_json(stored)) if stored is not None else make_new()
        with self._lock:
            return self._drafts.setdefault(case_key, draft)

    def get(self, case_key: str) -> Draft | None:
        with self._lock:
            return self._drafts.get(case_key)

    def edit(self, case_key: str, field_id: str, text: str, emphasis: Iterable[Sequence[int]] | None = None) -> Draft:
        """Put ``text`` into a field of this case's draft, and what of it is bold; saved within a second.

        Raises
        ------
        NotNow
            When the report is being signed or is signed: text would be in no report.
        """
        return self.change(case_key, lambda draft: draft.with_field(field_id, text, self._clock.now(), emphasis))

    def change(self, case_key: str, change: Callable[[Draft], Draft]) -> Draft:
        """Make something else of this case's draft, at one go; saved within a second.

        Raises
        ------
        NotNow
            When the report is being signed or is signed, or by ``change``: then nothing has changed.
        """
        with self._lock:
            if case_key in self._sealed or case_key not in self._drafts:
                raise NotNow("This report is signed or being signed, so it takes no text.")
            draft = change(self._drafts[case_key])
            self._drafts[case_key] = draft
            self._unsaved.add(case_key)
        return draft

    def is_saved(self, case_key: str) -> bool:
        with self._lock:
            return case_key not in self._unsaved

    def saved_at(self, case_key: str) -> datetime | None:
        with self._lock:
            return self._saved_at.get(case_key)

    def retire(self, case_key: str, signed: Draft, freeze: Callable[[], None]) -> None:
        """Run ``freeze`` (which removes the stored draft in its own transaction), then forget the draft here.

        No save can slip in between and bring a signed draft back, and no text can slip in and be in no report.

        Raises
        ------
        NotNow
            When the draft is not ``signed`` any more: then ``freeze`` was not run.
        """
        with self._saving:
            with self._lock:
                if case_key in self._sealed or self._drafts.get(case_key) != signed:
                    raise NotNow(
                        "The report has changed while it was being signed. Nothing was signed.", "Read it again."
                    )
                self._sealed.add(case_key)
            try:
                freeze()
            except BaseException:
                with self._lock:
                    self._sealed.discard(case_key)  # it goes on as a draft
                raise
            with self._lock:
                self._drafts.pop(case_key, None)
                self._unsaved.discard(case_key)

    def save_now(self) -> None:
        """Save every changed draft in this thread."""
        with self._saving:
            with self._lock:
                waiting = {key: self._drafts[key] for key in self._unsaved}
            for key, draft in waiting.items():
                self._catalogue.drafts.save(key, draft.to_json(), self._clock.now())
                self._note_saved(key, draft)

    def _note_saved(self, case_key: str, draft: Draft) -> None:
        with self._lock:
            if self._drafts.get(case_key) == draft:
                self._unsaved.discard(case_key)
            self._saved_at[case_key] = self._clock.now()
        for observer in tuple(self._observers):
            observer(case_key)

    def _turn(self, _cancel: CancelToken) -> float:
        self.save_now()
        self._conditions.end(_CONDITION)
        return AUTOSAVE_PAUSE_S

    def _on_failure(self, _error: Exception) -> None:
        self._conditions.raise_condition(
            _CONDITION,
            Severity.FAIL,
            "The draft cannot be saved.",
            "Check that the disk is not full; keep this window open.",
        )
