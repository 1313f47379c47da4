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
    lossy
        The mark of lossy compression, to be drawn in red at every level; empty when there was none.
    """

    top_left: tuple[str, ...] = field(default=(), repr=False)
    top_right: tuple[str, ...] = field(default=(), repr=False)
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = field(default=(), repr=False)
    letters: EdgeLetters = field(default_factory=EdgeLetters)
    lossy: str = ""


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
    lossy = lossy_mark(header)
    if level is AnnotationLevel.OFF:
        return Annotations(lossy=lossy)
    letters = turned_letters(header, state.presentation)
    if level is AnnotationLevel.MINIMAL:
        side = _kept((_side_and_view(header),))
        return Annotations(_identity(header)[:1], (), (), (*side, position_text(state)), letters, lossy)
    return Annotations(_identity(header), _study(header), _display(state, zoom, window), _series(state), letters, lossy)


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
    window_line = "  ".join(_kept((window_text(chosen), name)))
    return _kept(("Inverted" if state.presentation.invert else "", window_line, percent))


def _series(state: ViewportState) -> tuple[str, ...]:
    header = state.header
    number = f"Se {header.series_number}" if header.series_number is not None else ""
    return _kept(
        (
            _side_and_view(header),
            "  ".join(_kept((number, header.series_description))),
            header.contrast_agent and f"Contrast {header.contrast_agent}",
            "  ".join(_kept((_thickness_text(header), _place_text(state)))),
            position_text(state),
        )
    )


def _side_and_view(header: InstanceHeader) -> str:
    return " ".join(_kept((header.laterality, header.view_position)))


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
