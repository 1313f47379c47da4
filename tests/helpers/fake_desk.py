"""A desk without disk or network, with behaviour: items are claimed or lost, drafts kept, reports signed, delivered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from tests.helpers.fake_dictation import FakeDictation
from tests.helpers.work_items import NOW, a_patient, a_template, an_ai_flag, an_item
from workstation.catalogue.instances import Counts
from workstation.catalogue.work_items import ClaimState
from workstation.dicom.workitem import WorkItem
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import SiteClock
from workstation.foundation.conditions import ConditionBoard
from workstation.foundation.errors import UserFacingError
from workstation.reading.case import Case, CaseOpening
from workstation.reading.case_book import CaseBook
from workstation.reading.delivery import DeliveryLine
from workstation.reading.errors import NotNow, WrongPassword
from workstation.reading.log_in import Reader
from workstation.reading.obstacles import Obstacle
from workstation.reading.order_panel import OrderPanel, PriorReport, PriorStudy
from workstation.reading.presentation_states import StatesOfCase
from workstation.reading.signing import SignedReport
from workstation.reporting.draft import Draft
from workstation.reporting.template import Template
from workstation.site.preferences import Preferences
from workstation.sync.worklist import WorklistRow

PASSWORD = "demo"


class SteadyClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def forward(self, by: timedelta) -> None:
        self.time += by


@dataclass
class FakeItem:
    """One item with what the site and the disk know of it."""

    item: WorkItem
    claim: ClaimState = ClaimState.NONE
    holder: str = ""
    counts: Counts = field(default_factory=lambda: Counts(expected=0, received=0, quarantined=0, failed=0))
    priors: tuple[PriorStudy, ...] = ()
    prior_reports: tuple[PriorReport, ...] = ()
    questions: tuple[Obstacle, ...] = ()


class FakeDesk:
    """Implements the public methods of `workstation.reading.desk.Desk`.

    ``trouble`` maps a method's name to an error it raises once. ``block`` is cleared to hold slow methods until set.
    """

    def __init__(
        self,
        items: Sequence[FakeItem] = (),
        *,
        clock: SteadyClock | None = None,
        template: Template | None = None,
        profile: Any = None,
        hanging: Callable[..., Any] | None = None,
        frame_source: Any = None,
        headers: Mapping[str, Any] | None = None,
    ) -> None:
        self.clock = clock or SteadyClock()
        self.site_clock = SiteClock(self.clock)
        self.conditions = ConditionBoard(self.clock)
        self.preferences = Preferences()
        self.profile = profile or SimpleNamespace(
            id="demo",
            name="Northside Imaging",
            time_zone="America/New_York",
            patient_id_issuer="",
            return_reasons=("Outside my subspecialty", "Images incomplete", "Wrong patient or order", "End of shift"),
            account=SimpleNamespace(fresh_login_s=60),
        )
        self.frame_source = frame_source
        self.items = {each.item.uid: each for each in items}
        self.trouble: dict[str, UserFacingError] = {}
        self.block = threading.Event()
        self.block.set()
        self.signed: list[tuple[Draft, dict[str, str]]] = []
        self.returned: list[tuple[str, str, str]] = []
        self.retried: list[str] = []
        self.is_running = False
        self.extra_obstacles: tuple[Obstacle, ...] = ()
        self.displays: dict[str, Any] = {}
        self.overridden: dict[str, str] = {}
        self._reader: Reader | None = None
        self._template = template or a_template()
        self._hanging = hanging
        self._headers = dict(headers or {})
        self._book = CaseBook()
        self._drafts: dict[str, Draft] = {}
        self._unsaved: set[str] = set()
        self._saved_at: dict[str, datetime] = {}
        self._lines: dict[str, list[DeliveryLine]] = {}
        self._observers: list[Callable[[str], None]] = []
        self.dictation = FakeDictation(self._field_text, self._put_text, self.tell)
        self._book.observe(lambda: self.tell("case"))
        self.conditions.observe(lambda: self.tell("conditions"))

    # --- the session

    @property
    def reader(self) -> Reader | None:
        return self._reader

    @property
    def is_logged_in(self) -> bool:
        return self._reader is not None

    def log_in(self, user: str, password: str) -> Reader:
        self._maybe_fail("log_in")
        if password != PASSWORD:
            raise WrongPassword("The site did not accept that user name and password.", "Check both and try again.")
        self._reader = Reader(user, "Dr. Dana Demo", "Northside Radiology")
        return self._reader

    def start(self) -> None:
        if self.is_running:
            raise RuntimeError("the desk is already running")
        self.is_running = True

    def stop(self) -> None:
        self.is_running = False

    def sync_once(self, cancel: Any) -> None:
        self.tell("worklist")

    def observe(self, observer: Callable[[str], None]) -> None:
        self._observers.append(observer)

    def tell(self, topic: str) -> None:
        """Tell all observers, as the real desk does after a change."""
        for observer in tuple(self._observers):
            observer(topic)

    # --- the worklist

    def worklist_rows(self) -> tuple[WorklistRow, ...]:
        self._maybe_fail("worklist_rows")
        return tuple(sorted((self._row(each) for each in self.items.values()), key=_urgency))

    def order_panel(self, item_uid: str) -> OrderPanel:
        self._maybe_fail("order_panel")
        each = self.items[item_uid]
        linked = tuple(item for item in self._linked(each.item) if item.uid != item_uid)
        return OrderPanel(each.item, linked, each.priors, each.prior_reports)

    def next_unread(self) -> str | None:
        active = self.active_case
        held = set(active.item_uids) if active else set()
        waiting = (row for row in self.worklist_rows() if row.is_unread)
        return next((row.item.uid for row in waiting if row.item.uid not in held), None)

    def return_to_site(self, item_uid: str, reason: str, note: str = "") -> None:
        self._maybe_fail("return_to_site")
        self.returned.append((item_uid, reason, note))
        for item in self._linked(self.items[item_uid].item):
            self.items[item.uid].claim = ClaimState.RETURNED
        for case in self._book.open_cases:
            if item_uid in case.item_uids:
                self._book.close(case.key)
        self.tell("worklist")

    def look_once(self, cancel: Any) -> None:
        self.tell("worklist")

    def counts(self, study_uid: str) -> Counts:
        return self.all_counts().get(study_uid, Counts())

    def all_counts(self) -> Mapping[str, Counts]:
        return {uid: each.counts for each in self.items.values() for uid in each.item.study_uids}

    # --- cases

    @property
    def active_case(self) -> Case | None:
        return self._book.active

    @property
    def open_cases(self) -> tuple[Case, ...]:
        return self._book.open_cases

    def open_case(self, item_uid: str, accepted: Collection[str] = ()) -> CaseOpening:
        self._maybe_fail("open_case")
        each = self.items[item_uid]
        asked = tuple(question for question in each.questions if question.key not in accepted)
        if asked:
            return CaseOpening(None, asked)
        items = self._linked(each.item)
        holder = next((self.items[item.uid].holder for item in items if self.items[item.uid].holder), "")
        if not holder:
            for item in items:
                self.items[item.uid].claim = ClaimState.OURS
        case = self._case(items, f"{holder} has this item. You can look, not report." if holder else "")
        self.draft(case)
        self._book.add(case)
        self.tell("worklist")
        return CaseOpening(case)

    def activate(self, case_key: str) -> Case:
        return self._book.activate(case_key)

    def close_case(self, case_key: str) -> None:
        self._maybe_fail("close_case")
        self._book.close(case_key)

    def refresh_case(self, case_key: str) -> Case:
        return self._book.get(case_key)

    # --- images

    def hang(self, case: Case, screens: Sequence[Any], cancel: Any = None, stage: int | None = None) -> Any:
        self._maybe_fail("hang")
        return self._hanging(case, screens, stage) if self._hanging else None

    def is_all_here(self, case: Case) -> bool:
        return all(self.items[uid].counts.is_complete for uid in case.item_uids)

    def studies_of(self, case: Case, cancel: Any = None) -> tuple[Any, ...]:
        return ()

    def presentation_states(self, case: Case, cancel: CancelToken | None = None) -> StatesOfCase:
        return StatesOfCase()

    def header(self, sop_uid: str) -> Any:
        return self._headers[sop_uid]

    def quarantined(self, case: Case) -> tuple[str, ...]:
        return ()

    # --- displays

    def display_states(self, displays: Mapping[str, Any]) -> Mapping[str, Any]:
        return dict(self.displays)

    def display_roles(self) -> Mapping[str, str]:
        return {}

    def display_lut(self, screen_id: str) -> None:
        return None

    def override_display(self, screen_id: str, reason: str) -> None:
        self.overridden[screen_id] = reason

    # --- the report

    def template(self, case: Case) -> Template:
        return self._template

    def draft(self, case: Case) -> Draft:
        if case.key not in self._drafts:
            self._drafts[case.key] = a_draft(case.key, self._template, self.clock.now())
        return self._drafts[case.key]

    def edit_field(self, case_key: str, field_id: str, text: str, emphasis: Any = None) -> Draft:
        case = self._book.must_be_active(case_key)
        if case.is_read_only:
            raise NotNow(case.read_only_reason)
        old = self._field_text(case_key, field_id)
        self._put_text(case_key, field_id, text, emphasis)
        self.dictation.follow_edit(case_key, field_id, old, self._field_text(case_key, field_id))
        return self._drafts[case_key]

    def save_drafts(self) -> None:
        """What the autosave worker does every half second."""
        for key in tuple(self._unsaved):
            self._saved_at[key] = self.clock.now()
            self._unsaved.discard(key)
        self.tell("draft")

    def is_draft_saved(self, case_key: str) -> bool:
        return case_key not in self._unsaved

    def draft_saved_at(self, case_key: str) -> datetime | None:
        return self._saved_at.get(case_key)

    def draft_keys(self) -> tuple[str, ...]:
        return tuple(key for key, draft in self._drafts.items() if any(draft.fields.values()))

    def obstacles_to_signing(self, case: Case) -> tuple[Obstacle, ...]:
        found = [Obstacle("read-only", case.read_only_reason)] if case.read_only_reason else []
        draft = self._drafts[case.key]
        found += [
            Obstacle(f"empty:{each.id}", f"{each.heading} is empty. Fill it in.")
            for each in self._template.fields
            if each.required and not draft.fields.get(each.id, "").strip()
        ]
        for item in case.items:
            counts = self.items[item.uid].counts
            if counts.received != counts.expected:
                text = (
                    f"{counts.received} of {counts.expected} images are here. Say in words why you sign all the same."
                )
                found.append(Obstacle(f"images:{item.uid}", text, must_acknowledge=True, is_blocking=False))
        return (*found, *self.dictation.obstacles(case.key), *self.extra_obstacles)

    def sign(self, case: Case, password: str, acknowledgements: Mapping[str, str]) -> SignedReport:
        self._maybe_fail("sign")
        self._book.must_be_active(case.key)
        if password != PASSWORD:
            raise WrongPassword("The site did not accept that password.", "Nothing was signed. Try again.")
        standing = [o for o in self.obstacles_to_signing(case) if o.is_blocking or _unanswered(o, acknowledgements)]
        if standing:
            raise NotNow("The report cannot be signed yet: " + " ".join(o.text for o in standing))
        draft = self._drafts.pop(case.key)
        self.signed.append((draft, dict(acknowledgements)))
        report_id = f"report-{len(self.signed)}"
        for item in case.items:
            self.items[item.uid].claim = ClaimState.COMPLETING
            self._lines[item.uid] = [_line(report_id, kind, "queued") for kind in ("SR", "PDF", "ORU", "UPS")]
        self._book.close(case.key)
        self.tell("outbox")
        self.tell("worklist")
        return SignedReport(report_id, 1, "0" * 64)

    def deliveries(self, item_uid: str | None = None) -> tuple[DeliveryLine, ...]:
        self._maybe_fail("deliveries")
        if item_uid is not None:
            return tuple(self._lines.get(item_uid, ()))
        return tuple(line for lines in self._lines.values() for line in lines)

    def retry_delivery(self, delivery_id: str) -> None:
        self._maybe_fail("retry_delivery")
        self.retried.append(delivery_id)
        for item_uid in self._lines:
            self.set_delivery(item_uid, delivery_id.rpartition(":")[2], "queued", only=delivery_id)

    # --- what a test makes happen

    def set_delivery(self, item_uid: str, kind: str, state: str, *, only: str = "", why: str = "") -> None:
        """Let one delivery of an item's report be in ``state``."""
        self._lines[item_uid] = [
            _line(line.report_id, kind, state, why) if line.kind == kind and only in ("", line.delivery_id) else line
            for line in self._lines[item_uid]
        ]
        if all(line.state == "delivered" for line in self._lines[item_uid]):
            self.items[item_uid].claim = ClaimState.COMPLETED
        self.tell("outbox")

    def arrive(self, each: FakeItem) -> None:
        """A new item appears at the site."""
        self.items[each.item.uid] = each
        self.tell("worklist")

    def received(self, item_uid: str, received: int) -> None:
        """So many images are here now."""
        each = self.items[item_uid]
        each.counts = replace(each.counts, received=received)
        self.tell("images")

    # --- inside

    def _field_text(self, case_key: str, field_id: str) -> str:
        return self._drafts[case_key].fields.get(field_id, "")

    def _put_text(self, case_key: str, field_id: str, text: str, emphasis: Any = None) -> None:
        self._drafts[case_key] = self._drafts[case_key].with_field(field_id, text, self.clock.now(), emphasis)
        self._unsaved.add(case_key)

    def _maybe_fail(self, method: str) -> None:
        self.block.wait(5)
        if method in self.trouble:
            raise self.trouble.pop(method)

    def _linked(self, item: WorkItem) -> tuple[WorkItem, ...]:
        if not item.linked_group:
            return (item,)
        alike = (each.item for each in self.items.values() if each.item.linked_group == item.linked_group)
        return tuple(sorted(alike, key=lambda each: each.uid))

    def _case(self, items: tuple[WorkItem, ...], reason: str) -> Case:
        return Case(
            key=items[0].uid,
            items=items,
            patient=items[0].patient,
            study_uids=tuple(uid for item in items for uid in item.study_uids),
            prior_study_uids=tuple(prior.study_uid for prior in self.items[items[0].uid].priors),
            identity_notes=tuple(question.text for question in self.items[items[0].uid].questions),
            read_only_reason=reason,
            opened_at=self.clock.now(),
        )

    def _row(self, each: FakeItem) -> WorklistRow:
        return a_row(each, self.clock.now())


def a_draft(case_key: str, template: Template, now: datetime) -> Draft:
    """An empty draft of a case."""
    return Draft(
        case_key=case_key,
        report_id="report-" + case_key[-4:],
        version=1,
        template_id=template.id,
        fields={each.id: each.default for each in template.fields},
        created=now,
        updated=now,
    )


def a_row(each: FakeItem, now: datetime) -> WorklistRow:
    """The worklist's row of an item."""
    item = each.item
    return WorklistRow(
        item=item,
        claim=each.claim,
        state_text=_state_text(each),
        slack=None if item.due is None else item.due - now,
        priority_rank=("HIGH", "MEDIUM", "LOW").index(item.priority),
        counts=each.counts,
        priors=len(each.priors),
        is_unread=not each.holder and each.claim in (ClaimState.NONE, ClaimState.CLAIMING, ClaimState.OURS),
        conditions=(),
    )


def _state_text(each: FakeItem) -> str:
    counts = each.counts
    if each.holder:
        return f"claimed by {each.holder}"
    words = {
        ClaimState.OURS: "mine",
        ClaimState.COMPLETING: "signed, delivering",
        ClaimState.COMPLETED: "delivered",
        ClaimState.RETURNED: "returned to the site",
    }
    if each.claim in words:
        return words[each.claim]
    if counts.received < counts.expected:
        return f"downloading {counts.received}/{counts.expected}"
    return "free"


def _urgency(row: WorklistRow) -> tuple[int, datetime]:
    return row.priority_rank, row.item.due or datetime.max.replace(tzinfo=UTC)


def _unanswered(obstacle: Obstacle, acknowledgements: Mapping[str, str]) -> bool:
    return obstacle.must_acknowledge and len(acknowledgements.get(obstacle.key, "").strip()) < 3


def _line(report_id: str, kind: str, state: str, why: str = "") -> DeliveryLine:
    names = {"SR": "structured report", "PDF": "PDF", "ORU": "message to the RIS", "UPS": "worklist item"}
    sentences = {
        "queued": "waits to be sent.",
        "sending": "is being sent.",
        "sent": "was sent and is not proven yet.",
        "delivered": "has arrived: read back and equal.",
        "failed": f"was not accepted: {why or 'no reason was given'}.",
    }
    return DeliveryLine(
        delivery_id=f"{report_id}:{kind}",
        report_id=report_id,
        version=1,
        kind=kind,
        state=state,
        sentence=f"The {names[kind]} {sentences[state]}",
        proof="read back and equal" if state == "delivered" else "",
        target_uid="",
    )


def an_evening() -> FakeDesk:
    """A desk with fourteen items as a demo site has them, for looking at windows."""
    minutes, hours = (lambda n: timedelta(minutes=n)), (lambda n: timedelta(hours=n))
    full = Counts(expected=160, received=160)
    people = iter(
        "Ada Bela Cyra Dov Elif Finn Greta Hugo Ines Jonas Kaja Luis Mira Nils Orla Pia".split()  # noqa: SIM905
    )

    def make(number: int, **values: Any) -> WorkItem:
        name = f"SYNTHETIC^{next(people)}"
        patient = a_patient(name, patient_id=f"SYN-{number:04d}", **values.pop("patient", {}))
        return an_item(number, patient=patient, **values)

    ct_report = PriorReport(
        "1.2.3.1",
        "20250611",
        "CT head",
        "FINDINGS: No haemorrhage.\nIMPRESSION: No acute finding.",
    )
    ct_prior = PriorStudy("1.2.3.1", "20250611", "CT head without contrast", ("CT",), "Same region.")
    dx_prior = PriorStudy("1.2.3.2", "20260102", "Chest, two views", ("DX",), "Same region.")
    chest = {"modality": "DX", "body_region": "CHEST"}
    items = (
        FakeItem(
            make(
                1,
                priority="HIGH",
                due_in=minutes(18),
                ai=an_ai_flag(),
                history="Atrial fibrillation, apixaban. Fall from standing two hours ago, now vomiting.",
                allergies=("Iodinated contrast: urticaria (2019)",),
                alerts=("Anticoagulated",),
                technologist_notes="Patient restless; one repeat through the posterior fossa.",
            ),
            counts=Counts(expected=160, received=132),
            priors=(ct_prior, dx_prior),
            prior_reports=(ct_report,),
        ),
        FakeItem(
            make(2, priority="HIGH", due_in=minutes(-3), procedure="CT angiography chest", body_region="CHEST"),
            holder="Dr. Sam Second",
            counts=Counts(expected=500, received=500),
            priors=(dx_prior,),
        ),
        FakeItem(
            make(3, due_in=minutes(9), procedure="Chest, two views", facility="Lakeside Clinic", **chest),
            counts=Counts(expected=2, received=2),
            priors=(dx_prior,),
        ),
        FakeItem(
            make(4, due_in=minutes(52), procedure="MR brain with and without contrast", modality="MR"),
            counts=Counts(expected=420, received=97),
        ),
        FakeItem(
            make(
                5,
                due_in=minutes(80),
                procedure="CT chest with contrast",
                body_region="CHEST",
                linked_group="visit-7",
                patient={"sex": "M", "birth_date": "19480702"},
            ),
            counts=Counts(expected=500, received=500),
        ),
        FakeItem(
            make(
                6,
                due_in=minutes(80),
                procedure="CT abdomen and pelvis with contrast",
                body_region="ABDOMEN",
                linked_group="visit-7",
                patient={"sex": "M", "birth_date": "19480702"},
            ),
            counts=Counts(expected=310, received=308, quarantined=2),
        ),
        FakeItem(
            make(
                7,
                due_in=hours(3),
                procedure="Screening mammography, both breasts",
                modality="MG",
                body_region="BREAST",
                facility="Lakeside Women's Imaging Centre",
                ai=an_ai_flag("No suspicious lesion", 0.71),
            ),
            counts=Counts(expected=4, received=4),
            priors=(dx_prior, ct_prior),
        ),
        FakeItem(
            make(8, due_in=hours(4), procedure="Echocardiography", modality="US", body_region="HEART"),
            counts=Counts(expected=12, received=12),
        ),
        FakeItem(make(9, due_in=hours(6), patient={"birth_date": "20260901", "sex": "M"}), counts=full),
        FakeItem(make(10, due_in=hours(7), procedure="Chest, one view", **chest), claim=ClaimState.OURS, counts=full),
        FakeItem(make(11, due_in=hours(9), procedure="CT cervical spine", body_region="NECK"), counts=full),
        FakeItem(make(12, priority="LOW", due_in=hours(30), procedure="MR knee left", body_region="KNEE")),
        FakeItem(
            make(13, priority="LOW", due_in=hours(52), procedure="Hand, three views", body_region="HAND"), counts=full
        ),
        FakeItem(make(14, priority="LOW", due_in=None, procedure="CT sinuses", body_region="HEAD"), counts=full),
    )
    return FakeDesk(items)
