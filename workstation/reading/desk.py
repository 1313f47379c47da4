"""The reader's desk: the use cases the windows may call, laid side by side.

Methods marked *quick* answer from memory and may be called on the GUI thread; all others touch disk or network
and belong in a TaskRunner. Observers are called in whatever thread caused the change.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from calibration.checks.display_state import DisplayState
from calibration.checks.opening import Displays
from calibration.displays.identity import DisplayFacts
from calibration.gsdf.display_lut import DisplayLut
from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.instances import Counts
from workstation.dicom.header import InstanceHeader
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import SiteClock
from workstation.foundation.conditions import ConditionBoard
from workstation.foundation.helper_process import HelperProcess
from workstation.hanging.hung import Hanging
from workstation.hanging.screens import HangingScreen
from workstation.hanging.study import HangingStudy
from workstation.imaging.frame_source import FrameSource
from workstation.reading.case import Case, CaseOpening
from workstation.reading.case_book import CaseBook
from workstation.reading.delivery import DeliveryLine, delivery_line
from workstation.reading.dictating import Dictation
from workstation.reading.display_use import DisplayUse
from workstation.reading.drafting import DraftKeeper
from workstation.reading.errors import NotNow
from workstation.reading.hang_case import HangCase
from workstation.reading.headers import HeaderShelf
from workstation.reading.log_in import LogIn, Reader
from workstation.reading.obstacles import Obstacle
from workstation.reading.order_panel import OrderPanel
from workstation.reading.presentation_states import PresentationStateShelf, StatesOfCase
from workstation.reading.prior_reports import prior_reports_of, prior_study
from workstation.reading.quarantine import quarantine_lines
from workstation.reading.report_content import adopted, new_draft
from workstation.reading.session import Session, SessionParts
from workstation.reading.signing import SignedReport
from workstation.reporting.draft import Draft
from workstation.reporting.template import Template, choose_template
from workstation.site.preferences import Preferences
from workstation.site.profile import SiteProfile
from workstation.sync.worklist import WorklistRow, rows
from workstation.vault.audit import AuditCode, AuditEvent, AuditTrail

_GRACE_S = 2.0
TOPICS = ("worklist", "images", "outbox", "case", "draft", "conditions", "displays", "dictation")


class Desk:
    """One reader at one workstation of one site. Built by the wiring; holds no rules of its own."""

    def __init__(
        self,
        *,
        profile: SiteProfile,
        preferences: Preferences,
        catalogue: Catalogue,
        conditions: ConditionBoard,
        site_clock: SiteClock,
        audit: AuditTrail,
        log_in: LogIn,
        session_for: Callable[[Reader], SessionParts],
        hang_case: HangCase,
        shelf: HeaderShelf,
        presentation_states: PresentationStateShelf,
        frame_source: FrameSource,
        drafts: DraftKeeper,
        templates: Sequence[Template],
        displays: Displays,
        helper: HelperProcess,
        book: CaseBook,
        dictation: Dictation,
    ) -> None:
        self.profile = profile
        self.preferences = preferences
        self.conditions = conditions
        self.site_clock = site_clock
        self.frame_source = frame_source
        self.dictation = dictation
        self._catalogue = catalogue
        self._audit = audit
        self._helper = helper
        self._session = Session(log_in, session_for, drafts, audit, self._heard)
        self._hang = hang_case
        self._shelf = shelf
        self._presentation_states = presentation_states
        self._drafts = drafts
        self._templates = tuple(templates)
        self._book = book
        self._observers: list[Callable[[str], None]] = []
        self._displays = DisplayUse(displays.authority, displays.watch.watch, lambda: self._tell("displays"))
        self._refreshing = threading.RLock()
        self._book.observe(lambda: self._tell("case"))
        self._drafts.observe(lambda _key: self._tell("draft"))
        self.conditions.observe(lambda: self._tell("conditions"))
        self.dictation.observe(lambda: self._tell("dictation"))

    # --- the session -------------------------------------------------------------------------------------------

    @property
    def reader(self) -> Reader | None:
        """Who is logged in (quick)."""
        return self._session.reader

    @property
    def is_logged_in(self) -> bool:
        """Whether anybody is logged in (quick)."""
        return self._session.reader is not None

    def log_in(self, user: str, password: str) -> Reader:
        """Log in at the site, or offline against this computer's memory of the last login.

        The reader who is logged in may do so again, when the login at the site has ended; everything stays open.

        Raises
        ------
        UserFacingError
            When the site refuses, or cannot be reached and this computer does not know the reader.
        """
        reader = self._session.log_in(user, password)
        self.dictation.reader_is(reader.user)
        return reader

    def start(self) -> None:
        """Begin to look at the worklist, fetch images, deliver reports and save drafts; once, however often called."""
        self._session.start()
        self._displays.start()
        self.dictation.start()

    def stop(self) -> None:
        """Save drafts and end all loops; called once when the program closes."""
        self._displays.stop(_GRACE_S)
        self.dictation.stop()  # before the drafts are saved for the last time
        self._session.stop()
        self._helper.stop(_GRACE_S)

    def sync_once(self, cancel: CancelToken) -> None:
        """One whole turn of synchronisation in this thread, for commands without windows."""
        self._parts.engine.run_once(cancel)

    def observe(self, observer: Callable[[str], None]) -> None:
        """Call ``observer(topic)`` after changes; topics are in ``TOPICS``."""
        self._observers.append(observer)

    # --- the worklist ------------------------------------------------------------------------------------------

    def worklist_rows(self) -> tuple[WorklistRow, ...]:
        """The worklist, most urgent first."""
        return tuple(rows(self._catalogue, self.site_clock, self._parts.reader.user))

    def order_panel(self, item_uid: str) -> OrderPanel:
        """What the panel beside the worklist says about an item."""
        items = self._parts.take.items_of_case(item_uid)
        chosen = next(item for item in items if item.uid == item_uid)
        earlier = self._parts.take.priors_with_reasons(chosen)
        priors = tuple(prior_study(why, study) for why, study in earlier)
        reports = tuple(
            report for _, study in earlier for report in prior_reports_of(self._catalogue, self._shelf.open, study)
        )
        return OrderPanel(chosen, tuple(item for item in items if item.uid != item_uid), priors, reports)

    def next_unread(self) -> str | None:
        """The most urgent item that is free, or ours and not yet reported."""
        waiting = (row for row in self.worklist_rows() if row.is_unread)
        active = self.active_case
        held = set(active.item_uids) if active else set()
        return next((row.item.uid for row in waiting if row.item.uid not in held), None)

    def return_to_site(self, item_uid: str, reason: str, note: str = "") -> None:
        """Give an item (and those linked to it) back with a reason; the site schedules a replacement."""
        parts = self._parts
        self._drafts.save_now()
        items = parts.take.items_of_case(item_uid)
        for item in items:
            parts.claims.give_back(item.uid, f"{reason}: {note}" if note else reason)
            self._audit.record(AuditEvent(AuditCode.ITEM_RETURNED, parts.reader.user, item.uid, detail=reason))
        for case in self._book.open_cases:
            if item_uid in case.item_uids:
                self._book.close(case.key)
        for item in items:
            self.dictation.erase(item.uid)  # a case has the name of its first item
        self._tell("worklist")
        parts.engine.wake()

    def look_once(self, cancel: CancelToken) -> None:
        """Look at the worklist once, without fetching images."""
        self._parts.engine.look_at_worklist(cancel)

    def counts(self, study_uid: str) -> Counts:
        """How far one study has come."""
        return self._catalogue.instances.counts(study_uid)

    def all_counts(self) -> Mapping[str, Counts]:
        """How far every study has come."""
        return self._catalogue.instances.all_counts()

    # --- cases -------------------------------------------------------------------------------------------------

    @property
    def active_case(self) -> Case | None:
        """The case that everything follows (quick)."""
        return self._book.active

    @property
    def open_cases(self) -> tuple[Case, ...]:
        """All open cases, the active one among them (quick)."""
        return self._book.open_cases

    def open_case(self, item_uid: str, accepted: Collection[str] = ()) -> CaseOpening:
        """Take an item with those linked to it, and open it as the active case."""
        parts = self._parts
        opening = parts.take(item_uid, accepted)
        case = opening.case
        if case is None:
            return opening
        self.draft(case)
        self._book.add(case)
        for study_uid in case.study_uids:
            self._audit.record(AuditEvent(AuditCode.STUDY_OPENED, parts.reader.user, study_uid))
        parts.engine.prioritise(case.study_uids)
        self._tell("worklist")
        return opening

    def activate(self, case_key: str) -> Case:
        """Make an open case the active one (quick)."""
        return self._book.activate(case_key)

    def close_case(self, case_key: str) -> None:
        """Close a case; its draft is saved and stays."""
        self.dictation.leave(case_key)
        self._drafts.save_now()
        case = self._book.get(case_key)
        self._book.close(case_key)
        self._displays.release(case_key)
        for study_uid in (*case.study_uids, *case.prior_study_uids):
            received = [stored.ref.sop_uid for stored in self._catalogue.instances.received(study_uid)]
            self._shelf.forget(received)
            self._presentation_states.forget(received)

    def refresh_case(self, case_key: str) -> Case:
        """Bring an open case up to date with what has arrived (priors, changes at the site, a claim won or lost)."""
        take = self._parts.take
        with self._refreshing:  # of two looks the older one must not have the last word
            case = self._book.get(case_key)
            newer = take.refreshed(case)
            if newer != case:
                self._book.replace(newer)
        if case.is_read_only and not newer.is_read_only:
            take.note_claimed(newer.items)
        return newer

    def is_all_here(self, case: Case) -> bool:
        """Whether priors were looked for, and every image of the case and its priors has come or was set aside."""
        if not self._parts.engine.has_looked_for_priors(case.study_uids):
            return False
        wanted = (*case.study_uids, *self.refresh_case(case.key).prior_study_uids)
        return all(self._is_whole(uid) for uid in wanted)

    # --- images ------------------------------------------------------------------------------------------------

    def hang(
        self, case: Case, screens: Sequence[HangingScreen], cancel: CancelToken | None = None, stage: str | None = None
    ) -> Hanging | None:
        """Lay the case out on ``screens``; None while nothing of it has arrived. Never withholds images."""
        states, overridden = self._displays.for_hanging(case.key), self._displays.overridden
        return self._hang(case, screens, states, overridden, cancel or CancelToken(), stage)

    def studies_of(self, case: Case, cancel: CancelToken | None = None) -> tuple[HangingStudy, ...]:
        """Studies and priors of the case as far as they have arrived: where the next and previous series come from."""
        return self._hang.studies(case, cancel or CancelToken())

    def presentation_states(self, case: Case, cancel: CancelToken | None = None) -> StatesOfCase:
        """The presentation states of the case and its priors that have arrived: offered, never applied unasked."""
        return self._presentation_states.of_case(case, cancel or CancelToken())

    def header(self, sop_uid: str) -> InstanceHeader:
        """Header of one received instance."""
        return self._shelf.header(sop_uid)

    def quarantined(self, case: Case) -> tuple[str, ...]:
        """One line for each instance of the case that was set aside, saying which and why."""
        return quarantine_lines(self._catalogue.instances, (*case.study_uids, *case.prior_study_uids))

    # --- displays ----------------------------------------------------------------------------------------------

    def display_states(self, displays: Mapping[str, DisplayFacts]) -> Mapping[str, DisplayState]:
        """State of each display by screen id (``diagnostic:1``); remembered for hanging and signing."""
        return self._displays.look(displays)

    def display_roles(self) -> Mapping[str, str]:
        """Role by display key, as QA staff registered the displays (quick)."""
        return self._displays.roles

    def display_lut(self, screen_id: str) -> DisplayLut | None:
        """P-value → DDL table of the display on a screen; None: images go out as they are (quick)."""
        return self._displays.lut_of(screen_id)

    def override_display(self, screen_id: str, reason: str) -> None:
        """Use a display in spite of an expired or failed check; audited with the reader's reason."""
        if not reason.strip():
            raise NotNow("Say in words why this display is used although it is not fit.")
        self._displays.override(screen_id)
        user = self._parts.reader.user
        self._audit.record(AuditEvent(AuditCode.DISPLAY_OVERRIDE, user, detail=f"{screen_id}: {reason}"))

    # --- the report --------------------------------------------------------------------------------------------

    def template(self, case: Case) -> Template:
        """The template of the case's draft (quick)."""
        draft = self._drafts.get(case.key)
        for template in self._templates:
            if draft is not None and template.id == draft.template_id:
                return template
        return self._chosen_template(case)

    def draft(self, case: Case) -> Draft:
        """The draft of an open case (quick)."""
        return self._drafts.open(
            case.key,
            lambda: new_draft(case, self._chosen_template(case), self.site_clock.now()),
            lambda old: adopted(old, self._templates, self._chosen_template(case), self.site_clock.now()),
        )

    def edit_field(
        self, case_key: str, field_id: str, text: str, emphasis: Iterable[Sequence[int]] | None = None
    ) -> Draft:
        """Put text into a field (quick). Only the active case takes text; saved within a second.

        ``emphasis`` is what of the text is bold; None: what was bold stays so as far as it stays.
        """
        case = self._book.must_be_active(case_key)
        if case.is_read_only:
            raise NotNow(case.read_only_reason)
        before = self._drafts.get(case_key)
        after = self._drafts.edit(case_key, field_id, text, emphasis)
        old = before.fields.get(field_id, "") if before is not None else ""
        self.dictation.follow_edit(case_key, field_id, old, after.fields[field_id])
        return after

    def save_drafts(self) -> None:
        """Save every changed draft now, in this thread."""
        self._drafts.save_now()

    def is_draft_saved(self, case_key: str) -> bool:
        """Whether everything typed is on disk (quick)."""
        return self._drafts.is_saved(case_key)

    def draft_saved_at(self, case_key: str) -> datetime | None:
        """When the draft was last saved (quick)."""
        return self._drafts.saved_at(case_key)

    def draft_keys(self) -> tuple[str, ...]:
        """Item UIDs that have a draft."""
        return tuple(self._catalogue.drafts.keys())

    def obstacles_to_signing(self, case: Case) -> tuple[Obstacle, ...]:
        """What is in the way of signing the case as it is now, in words; empty means ready to sign."""
        newest = self._parts.take.refreshed(case)
        return self._parts.sign.obstacles(newest, self.template(newest), self._displays.states)

    def sign(self, case: Case, password: str, acknowledgements: Mapping[str, str]) -> SignedReport:
        """Sign the draft of the active case and put the report into the outbox.

        ``case`` is what the reader was shown: when the site has changed its orders since, nothing is signed.

        Raises
        ------
        UserFacingError
            When anything stands in the way; nothing was signed then.
        """
        parts = self._parts
        self._book.must_be_active(case.key)
        newest = self.refresh_case(case.key)
        if newest.subject != case.subject:
            raise NotNow("The site has changed the order since. Nothing was signed.", "Look at it again, then sign.")
        self.dictation.leave(case.key)
        signed = parts.sign(newest, self.template(newest), password, acknowledgements, self._displays.states)
        self._book.close(case.key)
        self.dictation.erase(case.key)
        self._displays.release(case.key)
        self._tell("outbox")
        self._tell("worklist")
        parts.engine.wake()
        return signed

    def deliveries(self, item_uid: str | None = None) -> tuple[DeliveryLine, ...]:
        """How far each signed report has come, of one item or of all."""
        lines = [delivery_line(row) for row in self._catalogue.outbox.rows()]
        if item_uid is None:
            return tuple(lines)
        mine = {(record.report_id, record.version) for record in self._catalogue.reports.for_item(item_uid)}
        return tuple(line for line in lines if (line.report_id, line.version) in mine)

    def retry_delivery(self, delivery_id: str) -> None:
        """Send a failed delivery again, byte for byte."""
        self._parts.engine.retry(delivery_id)

    # --- inside ------------------------------------------------------------------------------------------------

    @property
    def _parts(self) -> SessionParts:
        return self._session.parts

    def _is_whole(self, study_uid: str) -> bool:
        counts = self._catalogue.instances.counts(study_uid)
        return bool(counts.expected) and counts.received + counts.quarantined >= counts.expected

    def _chosen_template(self, case: Case) -> Template:
        return choose_template(self._templates, case.items[0].modality, case.items[0].body_region)

    def _heard(self, topic: str) -> None:
        """The engine has changed something: open cases follow before anybody looks at them."""
        if topic == "worklist":
            for case in self._book.open_cases:
                with suppress(NotNow):  # closed in between
                    self.refresh_case(case.key)
        self._tell(topic)

    def _tell(self, topic: str) -> None:
        for observer in tuple(self._observers):
            observer(topic)
