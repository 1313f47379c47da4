"""The whole way of an image through the program, from bytes to a picture, for files that may be broken."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from tests.helpers import hostile_objects as hostile
from workstation.dicom.dicom_object import DicomObject, UnusualReader, open_object
from workstation.dicom.display_sets import display_sets_of
from workstation.dicom.header import InstanceHeader
from workstation.dicom.presentation_state import SOP_CLASSES, PresentationState, presentation_state_of
from workstation.dicom.unusual_objects import ReadInHelper
from workstation.foundation.byte_source import BytesSource
from workstation.foundation.errors import UserFacingError
from workstation.foundation.helper_process import HelperProcess
from workstation.imaging.applied_state import applied_state
from workstation.imaging.decoding import DecodeElsewhere, decode_frame_into, decode_frame_of, stored_dtype
from workstation.imaging.decoding_elsewhere import HELPER_MODULES, DecodeInHelper
from workstation.imaging.displayed_area import area_placement, displayed_rectangle
from workstation.imaging.drawing import marks_of
from workstation.imaging.drawn_marks import paint_marks
from workstation.imaging.picture import render_native, render_view
from workstation.imaging.placement import Presentation, ViewTransform, fit_placement
from workstation.imaging.quantities import reading_at, reading_text, statistics_over
from workstation.imaging.stored_frame import StoredFrame

VIEW = (200, 150)


@dataclass(frozen=True)
class Outcome:
    """What became of a file.

    Attributes
    ----------
    kind
        ``shown``, ``applied`` (a presentation state), ``refused``, or ``finding`` for what must not happen.
    detail
        What was said; the exception and its place for a finding.
    """

    kind: str
    detail: str


@dataclass(frozen=True)
class ImagePath:
    """How the program opens files and decodes frames."""

    unusual: UnusualReader
    elsewhere: DecodeElsewhere

    def outcome(self, data: bytes) -> Outcome:
        """Open, sort, decode and draw a file."""
        try:
            opened = open_object(BytesSource(data), unusual=self.unusual)
            if opened.elements.text("SOPClassUID") in SOP_CLASSES:
                return Outcome("applied", f"to {_apply(presentation_state_of(opened.elements))} images")
            pictures = sum(self._draw(opened, frame) for frame in _chosen_frames(opened))
            self._sort(opened)
        except UserFacingError as error:
            return _refusal(error, data)
        except Exception as error:  # noqa: BLE001 - finding these is what this is for
            return Outcome("finding", f"{type(error).__name__} {error} {_places(error)}")
        return Outcome("shown", f"{pictures} pictures")

    def _sort(self, opened: DicomObject) -> None:
        for display_set in display_sets_of([opened.header]):
            for index in (0, len(display_set.frames) - 1):
                display_set.header_at(index)

    def _draw(self, opened: DicomObject, frame: int) -> int:
        header = opened.header_without_identifiers.of_frame(frame)
        stored = decode_frame_of(opened, frame, elsewhere=self.elsewhere)
        render_native(stored, header, bits=16)
        placement = fit_placement(stored.rows, stored.columns, *VIEW, header.pixel_aspect)
        for window in (None, *header.pixel.windows[:1]):
            render_view(stored, header, Presentation(window=window), placement, VIEW)
        _measure(stored, header)
        dtype = stored_dtype(header)
        if dtype is not None:
            decode_frame_into(opened, frame, np.empty((header.rows, header.columns), dtype))
        return 1


@contextmanager
def path_with_helper() -> Iterator[ImagePath]:
    """As the program does it: what is not ordinary goes into a helper process."""
    helper = HelperProcess(name="images", count=1, preload=HELPER_MODULES)
    try:
        yield ImagePath(ReadInHelper(helper), DecodeInHelper(helper))
    finally:
        helper.stop(5.0)


def _apply(state: PresentationState) -> int:
    """Show a whole image as the state wants it."""
    found = open_object(BytesSource(hostile.good()))
    stored, applications = decode_frame_of(found), 0
    for sop_uid in sorted(state.images.sop_uids)[:2]:
        header = replace(found.header, sop_uid=sop_uid)
        applied = applied_state(state, header, 0)
        if applied is None:
            continue
        applications += 1
        presentation = Presentation(rotate_quarter=state.rotate_quarter, flip=state.flip, applied=applied)
        aspect, shape = applied.header.pixel_aspect, (stored.rows, stored.columns)
        placement = fit_placement(*shape, *VIEW, aspect, rotate_quarter=state.rotate_quarter)
        if applied.area is not None:
            placement = area_placement(applied.area, shape, aspect, presentation, VIEW)
        picture = render_view(stored, header, presentation, placement, VIEW)
        render_native(stored, header, presentation, bits=16, has_overlays=True)
        displayed = displayed_rectangle(applied.area, shape, presentation, placement)
        paint_marks(picture, marks_of(applied, ViewTransform(*shape, presentation, placement), displayed), int)
    return applications


def _measure(stored: StoredFrame, header: InstanceHeader) -> None:
    """What a probe and a region of interest would say."""
    reading = reading_at(stored, header, stored.rows // 2, stored.columns // 2)
    if reading is not None:
        reading_text(reading)
    region = np.zeros((stored.rows, stored.columns), bool)
    region[: 1 + stored.rows // 4, : 1 + stored.columns // 4] = True
    statistics_over(stored, header, region)


def _chosen_frames(opened: DicomObject) -> list[int]:
    count = max(opened.header_without_identifiers.frames, 1)
    return sorted({0, count // 2, count - 1})


def _refusal(error: UserFacingError, data: bytes) -> Outcome:
    """A refusal names no patient, and says something."""
    said = str(error)
    if not error.what or any(name in said for name in ("SYNTHETIC", "SYN-HOSTILE")):
        return Outcome("finding", f"the refusal is empty or names the patient: {said}")
    return Outcome("refused", error.what)


def _places(error: BaseException) -> str:
    steps = [f"{step.filename.rpartition('/')[2]}:{step.lineno}" for step in traceback.extract_tb(error.__traceback__)]
    return " < ".join(reversed(steps[-4:]))
