"""A desk for the diagnostic windows alone: real headers, hanging and pixels of a folder, arriving when a test says."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QScreen

from calibration.checks.display_state import DisplayState, StateName
from calibration.displays.identity import DisplayIdentity
from tests.helpers.work_items import NOW, an_item
from workstation.catalogue.instances import Counts
from workstation.dicom.dicom_object import DicomObject, open_object
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.dicom.reading import header_of, read_header
from workstation.foundation.byte_source import BytesSource
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import SystemClock
from workstation.foundation.conditions import ConditionBoard
from workstation.foundation.errors import UserFacingError
from workstation.hanging.engine import hang
from workstation.hanging.hung import Hanging
from workstation.hanging.protocol_files import load_protocols
from workstation.hanging.screens import HangingScreen
from workstation.hanging.study import HangingStudy
from workstation.hanging.study_of_headers import hanging_study_of
from workstation.imaging.frame_source import FrameSource
from workstation.qtkit.screens import ScreenDescription, identity_of, with_roles
from workstation.reading.case import Case
from workstation.reading.presentation_states import StatesOfCase
from workstation.site.preferences import Preferences

_FITNESS = {
    StateName.OK: "fit",
    StateName.DUE: "due",
    StateName.EXPIRED: "expired",
    StateName.FAILED: "failed",
    StateName.UNKNOWN: "unchecked",
}


class Topics(QObject):
    """What `DeskSignals` is in the program."""

    changed = Signal(str)
    _told = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._told.connect(self.changed, Qt.ConnectionType.QueuedConnection)

    def tell(self, topic: str) -> None:
        """Tell from any thread."""
        self._told.emit(topic)


class SetScreens(QObject):
    """Monitors that a test plugs and unplugs; Qt's own screen is none of them."""

    changed = Signal()

    def __init__(self, screens: Sequence[ScreenDescription]) -> None:
        super().__init__()
        self._screens = tuple(screens)

    def screens(self) -> tuple[ScreenDescription, ...]:
        return self._screens

    def qt_screen(self, screen: ScreenDescription) -> QScreen | None:
        return None

    def plug(self, screens: Sequence[ScreenDescription]) -> None:
        """These are the monitors now."""
        self._screens = tuple(screens)
        self.changed.emit()


def a_monitor(name: str, x: int, width: int, height: int) -> ScreenDescription:
    """One monitor, without a role yet."""
    return ScreenDescription(identity_of(name, "", "", "", (x, 0, width, height)), name, x, 0, width, height)


def three_monitors(width: int = 600, height: int = 500) -> tuple[ScreenDescription, ...]:
    """A report monitor and two diagnostic ones of this size."""
    report = a_monitor("REPORT", 0, 400, 300)
    left, right = a_monitor("DIAG-L", 400, width, height), a_monitor("DIAG-R", 400 + width, width, height)
    return with_roles([report, left, right], {"REPORT": "report", "DIAG-L": "diagnostic", "DIAG-R": "diagnostic"})


@dataclass
class FolderDesk:
    """Implements `workstation.ui.hanging_work.ViewerDesk`.

    ``hold`` keeps instances of these SOP UIDs from having arrived; ``trouble`` is raised by the next hanging.
    """

    bytes_of: Mapping[str, bytes]
    headers: Mapping[str, InstanceHeader]
    current: tuple[str, ...]
    priors: tuple[str, ...]
    topics: Topics = field(default_factory=Topics)
    preferences: Preferences = field(default_factory=Preferences)
    states: dict[str, StateName] = field(default_factory=dict)
    overridden: dict[str, str] = field(default_factory=dict)
    hold: set[str] = field(default_factory=set)
    set_aside: tuple[str, ...] = ()
    states_of_case: StatesOfCase = field(default_factory=StatesOfCase)
    trouble: UserFacingError | None = None
    hangs: int = 0

    def __post_init__(self) -> None:
        self.conditions = ConditionBoard(SystemClock())
        self.frame_source = FrameSource(self.open_object, workers=2)
        self.protocols = load_protocols()
        self.active_case: Case | None = None
        self.may_read = threading.Event()
        self.may_read.set()
        self.may_hang = threading.Event()
        self.may_hang.set()

    def read(self, sop_uid: str) -> bytes:
        self.may_read.wait(5)
        return self.bytes_of[sop_uid]

    def open_object(self, sop_uid: str) -> DicomObject:
        return open_object(BytesSource(self.read(sop_uid)))

    # --- what the stage asks

    def refresh_case(self, case_key: str) -> Case:
        assert self.active_case is not None
        return self.active_case

    def hang(
        self, case: Case, screens: Sequence[HangingScreen], cancel: CancelToken | None = None, stage: str | None = None
    ) -> Hanging | None:
        self.hangs += 1
        self.may_hang.wait(5)
        if self.trouble is not None:
            raise self.trouble
        found = {study.study_uid: study for study in self.studies_of(case)}
        currents = [found[uid] for uid in case.study_uids if uid in found]
        if not currents:
            return None
        priors = [found[uid] for uid in case.prior_study_uids if uid in found]
        fit = [self._with_fitness(screen) for screen in screens]
        return hang(
            currents[0],
            priors,
            fit,
            self.protocols,
            override_unfit=frozenset(self.overridden),
            also_current=currents[1:],
            stage=stage,
        )

    def studies_of(self, case: Case, cancel: CancelToken | None = None) -> tuple[HangingStudy, ...]:
        by_study: dict[str, list[InstanceHeader]] = defaultdict(list)
        for uid, header in self.headers.items():
            if uid not in self.hold:
                by_study[header.study_uid].append(header)
        wanted = (*case.study_uids, *case.prior_study_uids)
        return tuple(
            hanging_study_of(by_study[uid], patient_key=case.patient.patient_id) for uid in wanted if uid in by_study
        )

    def presentation_states(self, case: Case, cancel: CancelToken | None = None) -> StatesOfCase:
        return self.states_of_case

    def quarantined(self, case: Case) -> tuple[str, ...]:
        return self.set_aside

    def all_counts(self) -> dict[str, Counts]:
        studies = {header.study_uid for header in self.headers.values()}
        return {uid: Counts(*self._count(uid)) for uid in studies}

    def display_states(self, displays: Mapping[str, DisplayIdentity]) -> dict[str, DisplayState]:
        return {
            screen: DisplayState(self.states.get(screen, StateName.UNKNOWN), screen.partition(":")[0], ())
            for screen in displays
            if not screen.startswith("report")
        }

    def override_display(self, screen_id: str, reason: str) -> None:
        if "refuse" in reason:
            raise UserFacingError("The audit trail cannot be written.", "Tell your site's support.")
        self.overridden[screen_id] = reason

    # --- what a test makes happen

    def a_case(self, **changes: object) -> Case:
        """The case of these studies."""
        patient = self.headers[next(u for u, h in self.headers.items() if h.study_uid == self.current[0])].patient
        item = replace(an_item(1), patient=patient, study_uids=self.current)
        case = Case(item.uid, (item,), patient, self.current, self.priors, (), "", NOW)
        return replace(case, **changes)  # type: ignore[arg-type]

    def open(self, case: Case | None = None) -> Case:
        """Make a case the active one."""
        self.active_case = case or self.a_case()
        self.topics.tell("case")
        return self.active_case

    def close(self) -> None:
        """No case is active."""
        self.active_case = None
        self.topics.tell("case")

    def arrive(self, uids: Collection[str] | None = None) -> None:
        """Instances that were held have come."""
        self.hold -= set(self.hold if uids is None else uids)
        self.topics.tell("images")

    def of_study(self, study_uid: str) -> set[str]:
        """SOP UIDs of a study."""
        return {uid for uid, header in self.headers.items() if header.study_uid == study_uid}

    def _count(self, study_uid: str) -> tuple[int, int]:
        uids = self.of_study(study_uid)
        return len(uids), len(uids - self.hold)

    def _with_fitness(self, screen: HangingScreen) -> HangingScreen:
        fitness = _FITNESS[self.states.get(screen.id, StateName.UNKNOWN)]
        return replace(screen, fitness=fitness)  # type: ignore[arg-type]


def desk_of_folders(current: Path, *priors: Path) -> FolderDesk:
    """A desk over DICOM files: the studies below ``current`` are read, those below ``priors`` compared with."""
    bytes_of: dict[str, bytes] = {}
    headers: dict[str, InstanceHeader] = {}
    uids: list[list[str]] = []
    for folder in (current, *priors):
        here: list[str] = []
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            data = path.read_bytes()
            try:
                header = header_of(read_header(data))
            except UnreadableInstance:
                continue
            if header.is_image:
                bytes_of[header.sop_uid], headers[header.sop_uid] = data, header
                here += [] if header.study_uid in here else [header.study_uid]
        uids.append(here)
    return FolderDesk(bytes_of, headers, tuple(uids[0]), tuple(uid for each in uids[1:] for uid in each))
