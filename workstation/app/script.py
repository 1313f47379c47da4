"""The main job without a person, through the very use cases that the windows call."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol, TypeVar

from calibration.displays.identity import DisplayFacts, DisplayIdentity
from workstation.app.demo_displays import give_records
from workstation.app.store import KeySource, Store, opened_store
from workstation.app.wiring import build_desk
from workstation.foundation.errors import SomethingMissing, UserFacingError
from workstation.foundation.files import write_atomically
from workstation.hanging.hung import Hanging
from workstation.hanging.screens import HangingScreen, numbered
from workstation.reading.case import Case
from workstation.reading.desk import Desk
from workstation.reading.signing import SignedReport
from workstation.site.folders import Folders
from workstation.site.preferences import Preferences
from workstation.site.profile import SiteProfile
from workstation.sync.worklist import WorklistRow

T = TypeVar("T")

_PATIENCE_S = 180.0
_SUFFIXES = {"SR": ".dcm", "PDF": ".pdf.dcm", "ORU": ".hl7"}

FINDINGS = {
    "technique": "Axial images of the head without contrast.",
    "comparison": "The earlier examination of the head.",
    "findings": (
        "There is an acute haemorrhage in the right basal ganglia with surrounding oedema. The midline is shifted by"
        " 6 mm to the left. Blood layers in the occipital horn of the left lateral ventricle. No fracture."
        " These findings are new."
    ),
    "impression": (
        "1. Acute right basal ganglia haemorrhage with 6 mm of midline shift.\n"
        "2. Intraventricular extension.\n"
        "This patient does not exist: the images are synthetic."
    ),
}


def virtual_screens() -> tuple[HangingScreen, ...]:
    """A report monitor and two 5-megapixel monitors, where there is no screen at all."""
    return numbered(
        (
            HangingScreen("", "REPORT", 0, 0, 1920, 1080, "report"),
            HangingScreen("", "DIAG-L", 1920, 0, 2048, 2560, "diagnostic"),
            HangingScreen("", "DIAG-R", 3968, 0, 2048, 2560, "diagnostic"),
        )
    )


class Onlooker(Protocol):
    """Whoever watches the job: windows that take pictures, or nobody."""

    def screens(self) -> tuple[HangingScreen, ...]:
        """The screens to hang on."""
        ...

    def displays(self) -> Mapping[str, DisplayFacts]:
        """Which monitors these screens are, by screen id."""
        ...

    def picture(self, name: str) -> None:
        """Something is worth a picture now."""
        ...


class NobodyLooks:
    """The job without windows."""

    def screens(self) -> tuple[HangingScreen, ...]:
        return virtual_screens()

    def displays(self) -> Mapping[str, DisplayFacts]:
        return {
            screen.id: DisplayFacts(DisplayIdentity(screen.name, width_px=screen.width, height_px=screen.height))
            for screen in virtual_screens()
        }

    def picture(self, name: str) -> None:
        """Nobody is there to see it."""


class MainJob:
    """Worklist, images, hanging, report, signature, proof."""

    def __init__(self, folders: Folders, profile: SiteProfile, keys: KeySource, *, user: str, password: str) -> None:
        self._folders = folders
        self._profile = profile
        self._keys = keys
        self._user = user
        self._password = password
        self._timings: dict[str, float] = {}
        self._began = time.monotonic()

    def run(self, *, wanted_item: str, out: Path | None, screenshots: Path | None) -> dict[str, Any]:
        """Do the job; see DESIGN section 10 for the keys of the answer."""
        with opened_store(self._folders, self._keys) as store:
            desk = build_desk(store, self._profile, Preferences())
            if screenshots is None:
                return self.perform(store, desk, NobodyLooks(), wanted_item, out)
            from workstation.app.shown_job import perform_shown

            return perform_shown(self, store, desk, screenshots, wanted_item, out)

    def perform(
        self, store: Store, desk: Desk, onlooker: Onlooker, wanted_item: str, out: Path | None
    ) -> dict[str, Any]:
        """All steps, one after another, in the caller's thread."""
        desk.log_in(self._user, self._password)
        self.note("log_in")
        desk.start()
        try:
            row = self.until("the item on the worklist", lambda: chosen_row(desk.worklist_rows(), wanted_item))
            self.note("worklist")
            onlooker.picture("worklist")
            case = opened(desk, row.item.uid)
            self.note("claim")
            screens = onlooker.screens()
            give_records(store.folders, onlooker.displays())
            desk.display_states(onlooker.displays())
            self.until("the first image", lambda: desk.hang(case, screens))
            self.note("first_image")
            self.until("all images", lambda: desk.is_all_here(case))
            self.note("all_images")
            case = desk.refresh_case(case.key)
            hanging = desk.hang(case, screens)
            write(desk, case)
            onlooker.picture("reading")
            signed = desk.sign(case, self._password, {})
            self.note("signed")
            self.until("the delivery", lambda: is_settled(desk, case))
            self.note("delivered")
            onlooker.picture("delivered")
        finally:
            desk.stop()
        return self.outcome(store, desk, case, hanging, [asdict(screen) for screen in screens], signed, out)

    def note(self, name: str) -> None:
        """Remember how long it took until now."""
        self._timings[name] = round(time.monotonic() - self._began, 3)

    def until(self, what: str, answer: Callable[[], T | None]) -> T:
        """Ask again until there is an answer.

        Raises
        ------
        SomethingMissing
            Naming what did not come.
        """
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            found = answer()
            if found:
                return found
            time.sleep(0.05)
        raise SomethingMissing(f"Waited {_PATIENCE_S:.0f} s for {what}, and it did not come.")

    def outcome(
        self,
        store: Store,
        desk: Desk,
        case: Case,
        hanging: Hanging | None,
        screens: Sequence[dict[str, Any]],
        signed: SignedReport,
        out: Path | None,
    ) -> dict[str, Any]:
        """The answer, and the files under ``out``."""
        counts = [desk.counts(uid) for uid in case.study_uids]
        if out is not None:
            leave_files(store, self._profile, signed, out)
        return {
            "item": case.items[0].uid,
            "instances": {"expected": sum(c.expected for c in counts), "received": sum(c.received for c in counts)},
            "protocol": {
                "id": hanging.protocol_id if hanging else None,
                "why": hanging.why if hanging else "no image had arrived",
            },
            "screens": list(screens),
            "report": {"id": signed.report_id, "version": signed.version},
            "timings_s": self._timings,
            "deliveries": [
                {"kind": line.kind, "state": shown_state(line.state), "proof": line.proof or line.sentence}
                for line in desk.deliveries(case.items[0].uid)
            ],
        }


def chosen_row(rows: Sequence[WorklistRow], wanted: str) -> WorklistRow | None:
    """The row to read: the one whose text or accession matches, else the most urgent free head CT, else the first."""
    free = [row for row in rows if row.is_unread]
    if wanted:
        words = wanted.lower()
        return next(
            (r for r in free if words in " ".join((r.item.label, *r.item.accessions, *r.item.study_uids)).lower()), None
        )
    heads = [row for row in free if row.item.is_stat and row.item.modality == "CT" and row.item.body_region == "HEAD"]
    return next(iter(heads or free), None)


def opened(desk: Desk, item_uid: str) -> Case:
    """Open an item for reading."""
    opening = desk.open_case(item_uid)
    if opening.case is None:
        raise UserFacingError("The case cannot be opened: " + " ".join(o.text for o in opening.obstacles))
    if opening.case.is_read_only:
        raise UserFacingError(f"The case cannot be reported: {opening.case.read_only_reason}")
    return opening.case


def write(desk: Desk, case: Case) -> None:
    """Fill the fields of the template."""
    for field in desk.template(case).fields:
        text = FINDINGS.get(field.id, "")
        if text and not desk.draft(case).fields.get(field.id, "").strip():
            desk.edit_field(case.key, field.id, text)
        elif field.required and not desk.draft(case).fields.get(field.id, "").strip():
            desk.edit_field(case.key, field.id, "Unremarkable.")
    for field_id, text in FINDINGS.items():
        if desk.template(case).field(field_id) is not None and field_id in ("findings", "impression"):
            desk.edit_field(case.key, field_id, text)


def is_settled(desk: Desk, case: Case) -> bool:
    """Whether every delivery has arrived or needs a person."""
    lines = desk.deliveries(case.items[0].uid)
    return bool(lines) and all(line.state in ("delivered", "failed") for line in lines)


def shown_state(state: str) -> str:
    """States as the JSON document names them: a thing that was sent but not proven is still being sent."""
    return "sending" if state == "sent" else state


def leave_files(store: Store, profile: SiteProfile, signed: SignedReport, out: Path) -> None:
    """The report as .json .pdf .dcm .hl7, and the site's trust.pem."""
    from workstation.app.report_files import pdf_inside, report_document

    out.mkdir(parents=True, exist_ok=True)
    record = store.catalogue.reports.get(signed.report_id, signed.version)
    if record is None:
        raise SomethingMissing("The signed report is not in the catalogue.")
    write_atomically(out / "report.json", json.dumps(report_document(record), indent=2, ensure_ascii=False).encode())
    for row in store.catalogue.outbox.rows():
        if (row.report_id, row.version) != (signed.report_id, signed.version) or row.kind not in _SUFFIXES:
            continue
        payload = store.catalogue.outbox.payload(row.id)
        write_atomically(out / f"report{_SUFFIXES[row.kind]}", payload)
        if row.kind == "PDF":
            write_atomically(out / "report.pdf", pdf_inside(payload))
    write_atomically(out / "trust.pem", b"".join(path.read_bytes() for path in profile.ca_paths()))
