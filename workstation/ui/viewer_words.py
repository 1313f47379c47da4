"""What a diagnostic window says in its banner, its strip and its "why": pure functions of the case and its hanging."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from calibration.checks.display_state import DisplayState, StateName
from workstation.dicom.header import InstanceHeader
from workstation.foundation.conditions import Condition, Severity
from workstation.hanging.hung import Hanging
from workstation.reading.case import Case
from workstation.ui.diagnostic_banner import BannerContent, patient_facts, patient_name
from workstation.ui.hanging_work import HungCase
from workstation.ui.notice_strip import Notice, notices_of
from workstation.ui.times import date_text
from workstation.ui.why_panel import Reason
from workstation.viewing.annotations import offered_text
from workstation.viewing.case_view import CaseView

READ_ONLY = "READ ONLY"
INACTIVE = "NOT THE ACTIVE CASE"
_TONES = {
    StateName.OK: "ok",
    StateName.DUE: "warn",
    StateName.UNKNOWN: "warn",
    StateName.EXPIRED: "fail",
    StateName.FAILED: "fail",
}
_SHORT = {
    StateName.OK: "Display checked",
    StateName.DUE: "Display check due",
    StateName.UNKNOWN: "Display not checked",
    StateName.EXPIRED: "Display check expired",
    StateName.FAILED: "Display failed its check",
}


def banner_of(
    case: Case | None, hanging: Hanging | None, display: DisplayState | None, *, is_active: bool = True
) -> BannerContent:
    """The banner of one window."""
    shown = _SHORT[display.name] if display is not None else "Display not checked"
    tone = _TONES[display.name] if display is not None else "warn"
    if case is None:
        return BannerContent(display=shown, display_tone=tone)
    header = first_current(hanging)
    return BannerContent(
        patient=patient_name(case.patient),
        facts=patient_facts(case.patient, header.study_date if header else ""),
        study=study_text(case, header),
        identity_note="  ".join(case.identity_notes),
        protocol=f"{hanging.protocol_name}: {hanging.stage_name}" if hanging else "",
        display=shown,
        display_tone=tone,
        state=case_state(case, is_active=is_active),
    )


def case_state(case: Case, *, is_active: bool) -> str:
    """``READ ONLY`` or that another case is the active one; empty for a case that takes text."""
    if not is_active:
        return INACTIVE
    return READ_ONLY if case.is_read_only else ""


def study_text(case: Case, header: InstanceHeader | None) -> str:
    """Procedure, date and accession of what is read."""
    when = date_text(header.study_date) if header and header.study_date else ""
    accessions = ", ".join(accession for item in case.items for accession in item.accessions)
    return "  ·  ".join(part for part in (case.title, when, accessions and f"Acc {accessions}") if part)


def first_current(hanging: Hanging | None) -> InstanceHeader | None:
    """A header of the study that is read."""
    for viewport in hanging.viewports if hanging else ():
        if viewport.display_set is not None and viewport.from_ == "current":
            return viewport.display_set.instances[0]
    return None


def notices_for(
    screen: str,
    case: Case | None,
    view: CaseView | None,
    hung: HungCase | None,
    conditions: Sequence[Condition],
) -> tuple[Notice, ...]:
    """What stays so for the window on ``screen``."""
    notices = list(notices_of(conditions))
    if hung is not None:
        notices += [Notice(Severity.FAIL, text, "It is not shown. Tell the site.") for text in hung.quarantined]
        notices += [Notice(Severity.INFO, text) for text in _unique(hung.presentation_states.refused)]
    if case is not None:
        notices += [Notice(Severity.WARN, text) for text in case.identity_notes]
        if case.is_read_only:
            notices.append(Notice(Severity.WARN, case.read_only_reason))
    if view is not None:
        here = [viewport for viewport in view.hanging.viewports if viewport.screen == screen]
        notices += [Notice(Severity.WARN, text) for text in _unique(viewport.warning for viewport in here)]
    return tuple(notices)


def facts_of(view: CaseView | None, images: tuple[int, int], playing: str = "") -> str:
    """The quiet line: how many images are here, whether scrolling is linked, how fast a clip plays."""
    received, expected = images
    count = f"Images {received}/{expected}" if expected else ""
    if view is None:
        return count
    states = [view.states.get(viewport.id) for viewport in view.hanging.viewports if viewport.sync]
    is_group = sum(state is not None and state.count > 1 for state in states) > 1
    link = ("Scrolling linked" if view.is_linked else "Scrolling not linked") if is_group else ""
    return "  ·  ".join(part for part in (count, offered_text(len(view.presentation_states)), link, playing) if part)


def reasons_of(hanging: Hanging) -> tuple[Reason, ...]:
    """The trace of the hanging for its "why"."""
    return tuple(Reason(line.rule, line.wanted, line.got, line.passed) for line in hanging.trace)


def unfit_screens(hanging: Hanging, states: Mapping[str, DisplayState]) -> dict[str, str]:
    """Sentence by screen id for each screen that is left out because of its check."""
    return {
        left_out.screen_id: states[left_out.screen_id].sentence if left_out.screen_id in states else left_out.reason
        for left_out in hanging.left_out
    }


def _unique(texts: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]
