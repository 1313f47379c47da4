"""The texts over an image, per IHE BIR corners: patient, study, window, series; and what is never switched off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from workstation.dicom.header import InstanceHeader
from workstation.dicom.orientation import EdgeLetters, edge_letters
from workstation.dicom.patient import age_at, display_name, parse_date
from workstation.dicom.voi import Window
from workstation.hanging.wording import day_text
from workstation.imaging.placement import Presentation
from workstation.imaging.quantities import modality_unit, suv_remark
from workstation.imaging.suv import body_weight_suv
from workstation.viewing.reformat import mark_of
from workstation.viewing.viewport_state import ViewportState

_METHODS = {  # Lossy Image Compression Method (0028,2114), PS3.3 C.7.6.1.1.5.1
    "ISO_10918_1": "JPEG",
    "ISO_14495_1": "JPEG-LS",
    "ISO_15444_1": "JPEG 2000",
    "ISO_15444_15": "HTJ2K",
    "ISO_13818_2": "MPEG-2",
    "ISO_14496_10": "H.264",
    "ISO_23008_2": "H.265",
}


_LONGEST_BEAT_MS = 2000.0


class AnnotationLevel(StrEnum):
    """How much is written over images."""

    FULL = "full"
    MINIMAL = "minimal"
    OFF = "off"

    def next(self) -> AnnotationLevel:
        """Full, minimal, off, and full again."""
        levels = list(AnnotationLevel)
        return levels[(levels.index(self) + 1) % len(levels)]


@dataclass(frozen=True)
class Annotations:
    """What is written over one image.

    Attributes
    ----------
    letters
        For the edges, as the image is turned now; empty ones are not known.
    mark
        That the image was not acquired but reformatted, and how: to be drawn at every level; empty for acquired ones.
    lossy
        The mark of lossy compression, to be drawn in red at every level; empty when there was none.
    notices
        What is not as it should be with the stack (missing images, tilt, …) and what of a presentation state is not
        shown: lasting, at the full and minimal levels.
    state
        Which presentation state is applied, to be drawn at every level; empty when none is.
    """

    top_left: tuple[str, ...] = field(default=(), repr=False)
    top_right: tuple[str, ...] = field(default=(), repr=False)
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = field(default=(), repr=False)
    letters: EdgeLetters = field(default_factory=EdgeLetters)
    lossy: str = ""
    notices: tuple[str, ...] = ()
    mark: str = ""
    state: str = ""


def annotations_of(
    state: ViewportState, level: AnnotationLevel | str, *, zoom: float | None = None, window: Window | None = None
) -> Annotations:
    """The texts for what ``state`` shows.

    Parameters
    ----------
    zoom
        Device pixels for one image pixel, to be written as percent; None leaves it out.
    window
        The automatic window in use when the image brings none.
    """
    header, level = state.header, AnnotationLevel(level)
    lossy, mark = lossy_mark(header), mark_of(state.display_set)
    if level is AnnotationLevel.OFF:
        return Annotations(lossy=lossy, mark=mark, state=state_label(state))
    letters = turned_letters(header, state.presentation)
    notices = (*state.display_set.warnings, *state_notices(state))
    label = state_label(state)
    if level is AnnotationLevel.MINIMAL:
        side = _kept((_side_and_view(header),))
        below = (*side, position_text(state))
        return Annotations(_identity(header)[:1], (), (), below, letters, lossy, notices, mark, label)
    corners = (_identity(header), _study(header), _display(state, zoom, window), _series(state))
    return Annotations(*corners, letters, lossy, notices, mark, label)


def state_label(state: ViewportState) -> str:
    """Which presentation state the picture is shown with, or is not although the series is; empty without one."""
    if state.applied is None:
        return ""
    if state.applied_here is None:
        return f"Not in presentation state {state.applied.title}"
    return f"Presentation state {state.applied.title}"


def state_notices(state: ViewportState) -> tuple[str, ...]:
    """What of the presentation state is not shown; without one, what of the image's own overlays and shutter."""
    applied = state.applied_here
    notes = [f"{note[:1].upper()}{note[1:]}" for note in (applied.state.notes if applied else state.header.not_shown)]
    if applied is not None and applied.area is not None and applied.area.mode == "TRUE SIZE":
        notes.append("True size is not known on this display")
    return tuple(notes)


def offered_text(count: int) -> str:
    """``2 presentation states``; empty for none."""
    return f"{count} presentation state{'' if count == 1 else 's'}" if count else ""


def turned_letters(header: InstanceHeader, presentation: Presentation) -> EdgeLetters:
    """The edges' letters, for the image as it is turned and mirrored."""
    letters = edge_letters(header).rotated(presentation.rotate_quarter)
    return letters.flipped() if presentation.flip else letters


def position_text(state: ViewportState) -> str:
    """``12 / 30``; in a stack, the place in it and the number of images."""
    return f"{state.index + 1} / {state.count}"


def lossy_mark(header: InstanceHeader) -> str:
    """``LOSSY 10:1 JPEG``; empty for an image that never was compressed with loss."""
    if not header.is_lossy:
        return ""
    ratio = f"{header.lossy_ratio:.3g}:1" if header.lossy_ratio else ""
    method = _METHODS.get(header.lossy_method, header.lossy_method)
    return " ".join(_kept(("LOSSY", ratio, method)))


def window_text(window: Window | None) -> str:
    """``W 80  L 40``, with a decimal only where it counts."""
    if window is None:
        return ""
    digits = 0 if window.width >= 10 else 2
    return f"W {window.width:.{digits}f}  L {window.center:.{digits}f}"


def uptake_text(window: Window | None, header: InstanceHeader) -> str:
    """``SUV 0.0 to 7.0`` for a window over a PET image whose uptake is known; else empty."""
    factor = body_weight_suv(header)
    if window is None or not factor:
        return ""
    low, high = window.center - window.width / 2, window.center + window.width / 2
    return f"SUV {low * factor:.1f} to {high * factor:.1f}"


def _identity(header: InstanceHeader) -> tuple[str, ...]:
    patient = header.patient
    age = age_at(patient.birth_date, header.study_date)
    born = day_text(parse_date(patient.birth_date)) if parse_date(patient.birth_date) else ""
    return _kept((display_name(patient.name), patient.patient_id, "  ".join(_kept((born, age, patient.sex)))))


def _study(header: InstanceHeader) -> tuple[str, ...]:
    day = parse_date(header.displayed_date)
    moment = "  ".join(_kept((day_text(day) if day else "", _clock_text(header.displayed_time))))
    return _kept((header.institution, header.study_description, moment, header.accession and f"Acc {header.accession}"))


def _display(state: ViewportState, zoom: float | None, window: Window | None) -> tuple[str, ...]:
    chosen = state.window() or (window if state.presentation.window is None else None)
    name = chosen.explanation if chosen is not None else getattr(state.presentation.window, "explanation", "")
    percent = f"{zoom * 100:.0f} %" if zoom is not None else ""
    uptake = uptake_text(chosen, state.header)
    unit = modality_unit(state.header) if state.header.pet is not None and chosen is not None else ""
    window_line = uptake or "  ".join(_kept((" ".join(_kept((window_text(chosen), unit))), name)))
    inverted = "Inverted" if state.presentation.invert else ""
    return _kept((*_states(state), inverted, window_line, suv_remark(state.header), percent))


def _states(state: ViewportState) -> tuple[str, ...]:
    """Presentation states that are offered, or who made the one in use and when; what the reader has hidden."""
    applied = state.applied
    day = parse_date(applied.date) if applied is not None else None
    made = "  ".join(_kept((applied.creator, day_text(day) if day else ""))) if applied is not None else ""
    header, presentation = state.shown_header, state.presentation
    is_lifted = presentation.hides_shutter and header.shutter is not None
    return (
        offered_text(len(state.offered)) if applied is None else made,
        "Shutter off" if is_lifted else "",
        "Overlays and graphics hidden" if presentation.hides_overlays else "",
    )


def _series(state: ViewportState) -> tuple[str, ...]:
    header = state.header
    number = f"Se {header.series_number}" if header.series_number is not None else ""
    return _kept(
        (
            _side_and_view(header),
            "  ".join(_kept((number, state.display_set.title))),
            header.contrast_agent and f"Contrast {header.contrast_agent}",
            technique_text(header, besides=state.display_set.label),
            "  ".join(_kept((_thickness_text(header), _place_text(state)))),
            position_text(state),
        )
    )


def _side_and_view(header: InstanceHeader) -> str:
    return " ".join(_kept((header.laterality, header.view_position)))


def technique_text(header: InstanceHeader, *, besides: str = "") -> str:
    """How this very picture was made, as far as pictures of one series differ in it: echo, b-value, phase, angles.

    Parameters
    ----------
    besides
        What is written already and need not be said again.
    """
    details = header.details
    facts = (
        _quantity("TE", header.echo_time_ms, "ms"),
        _quantity("TI", details.inversion_time_ms, "ms"),
        _quantity("b", details.b_value, ""),
        _quantity("", details.energy_kev, "keV"),
        _quantity("", details.cardiac_percent, "% RR"),
        _heart_text(details.cardiac_delay_ms),
        _angles_text(details.positioner_angles),
    )
    said = besides.split(", ")
    return "  ".join(fact for fact in facts if fact and fact not in said)


def _quantity(name: str, value: float | None, unit: str) -> str:
    return " ".join(_kept((name, f"{value:.4g}", unit))) if value is not None else ""


def _heart_text(delay_ms: float | None) -> str:
    """Empty for 0, which ungated images have too, and for what is longer than a heart beat: time since an injection."""
    return _quantity("ECG +", delay_ms, "ms") if delay_ms is not None and 0 < delay_ms <= _LONGEST_BEAT_MS else ""


def _angles_text(angles: tuple[float, float] | None) -> str:
    """``LAO 30  CRAN 20`` (PS3.3 C.8.7.5.1.2)."""
    if angles is None:
        return ""
    primary, secondary = angles
    sides = ("LAO" if primary >= 0 else "RAO", "CRAN" if secondary >= 0 else "CAUD")
    return f"{sides[0]} {abs(primary):.0f}  {sides[1]} {abs(secondary):.0f}"


def _thickness_text(header: InstanceHeader) -> str:
    return f"{header.slice_thickness:.3g} mm" if header.slice_thickness else ""


def _place_text(state: ViewportState) -> str:
    """Position along the stack, in mm."""
    place = state.display_set.frames[state.index].position_mm
    return f"at {place + 0.0:.1f} mm" if place is not None else ""


def _clock_text(time: str) -> str:
    """``10:15:30`` for a DICOM TM value; empty when it is none."""
    digits = time.partition(".")[0].replace(":", "")
    pairs = [digits[n : n + 2] for n in range(0, min(len(digits), 6), 2)]
    return ":".join(pairs) if len(pairs) >= 2 and digits.isdigit() else ""


def _kept(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
