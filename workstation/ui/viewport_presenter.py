"""From what a viewport shows to what its widget paints: the frame through the pixel pipeline, the texts, the bar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer

from calibration.gsdf.display_lut import DisplayLut
from workstation.dicom.display_sets import DisplaySet
from workstation.dicom.voi import Window
from workstation.hanging.hung import HungViewport
from workstation.imaging.drawing import Mark, marks_of
from workstation.imaging.kept import Kept
from workstation.imaging.picture import Placement, Presentation, ViewTransform, render_view
from workstation.imaging.presets import automatic_window
from workstation.imaging.quantities import reading_at, reading_text
from workstation.imaging.reformatting import PlaneFrame
from workstation.imaging.stored_frame import StoredFrame
from workstation.ui.frame_loading import FrameLoader
from workstation.ui.image_overlay import Overlay
from workstation.ui.position_bar import PositionBar, runs_of
from workstation.ui.viewport_widget import ViewportContent, ViewportWidget
from workstation.viewing.annotations import AnnotationLevel, Annotations, annotations_of, state_label, state_notices
from workstation.viewing.reformat import mark_of
from workstation.viewing.viewport_state import ViewportState

CANNOT_SHOW = "This image cannot be shown"
PATIENCE_MS = 150


@dataclass(frozen=True, eq=False)
class _Drawn:
    """The last picture and what it was made from: it is used again while only texts change."""

    frame: StoredFrame
    presentation: Presentation
    placement: Placement
    size: tuple[int, int]
    lut: DisplayLut | None
    pixels: NDArray[np.uint8]


class ViewportPresenter:
    """Draws one viewport of the hanging into one widget."""

    def __init__(self, hung: HungViewport, widget: ViewportWidget, loader: FrameLoader) -> None:
        self.hung = hung
        self.widget = widget
        self._loader = loader
        self._drawn: _Drawn | None = None
        self._state: ViewportState | None = None
        self._kept = Kept()
        self._automatic: tuple[StoredFrame, Window | None] | None = None
        self._runs: tuple[DisplaySet, tuple[tuple[int, int], ...]] | None = None
        self._shown: DisplaySet | None = None
        self._wanted: tuple[ViewportState, AnnotationLevel] | None = None
        self._patience = QTimer(widget)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._say_that_it_waits)
        self.lut: DisplayLut | None = None

    def show(self, state: ViewportState | None, level: AnnotationLevel) -> None:
        """Paint what ``state`` shows, or why there is nothing."""
        self._state = state
        if state is None:
            self._forget()
            self.widget.show_content(ViewportContent(title=self.hung.reason, spoken=f"Empty. {self.hung.reason}"))
            return
        frame = self._loader.frame(self.hung.id, state.display_set, state.index)
        self._wanted = (state, level)
        if frame is None and self._is_there_in_a_moment(state):
            self._keep_picture(state)
            return
        self._patience.stop()
        self._shown = state.display_set if frame is not None else None
        self.widget.show_content(self._content(state, frame, level))

    @property
    def is_waiting(self) -> bool:
        """Whether a picture is wanted that is not shown yet."""
        return self._wanted is not None and (self._shown is None or self._patience.isActive())

    def loading_has_moved_on(self) -> None:
        """More or fewer frames are in memory than before: the bar says which from the next painting on."""
        self._runs = None

    def show_message(self, title: str, detail: str = "") -> None:
        """Paint a sentence and no image."""
        self._forget()
        self.widget.show_content(ViewportContent(title=title, detail=detail, spoken=f"{title} {detail}".strip()))

    def measured_at(self, x: float, y: float) -> str:
        """What lies at device coordinates of the image area, in its own unit; empty where nothing is measured."""
        drawn, state = self._drawn, self._state
        if drawn is None or state is None:
            return ""
        shown = ViewTransform(drawn.frame.rows, drawn.frame.columns, drawn.presentation, drawn.placement)
        column, row = shown.to_image(x, y)
        reading = reading_at(drawn.frame, state.header, floor(row), floor(column))
        return reading_text(reading) if reading is not None else ""

    def base_window(self, state: ViewportState) -> Window | None:
        """The automatic window in use when the image brings none: where a drag begins."""
        if state.window() is not None or state.presentation.window is not None or self._drawn is None:
            return None
        return self._automatic_window(state, self._drawn.frame)

    def _is_there_in_a_moment(self, state: ViewportState) -> bool:
        """Whether the picture shown now, with its own texts, had better stay than give way to a black viewport.

        Another image of the same stack is read and decoded within a few frames; only when that takes longer is it said.
        """
        if self._drawn is None:
            return False
        if self._loader.is_coming(self.hung.id, state.display_set):
            return True
        is_same = self._shown is not None and self._shown.uid == state.display_set.uid
        return is_same and not self._loader.failure(state.display_set, state.index)

    def _keep_picture(self, state: ViewportState) -> None:
        """The bar follows the hand; the picture keeps its own texts until the next one is here."""
        content = self.widget.content
        if content.bar is not None:
            self.widget.show_content(replace(content, bar=self._bar(state)))
        if not self._patience.isActive():
            self._patience.start()

    def _say_that_it_waits(self) -> None:
        self._shown = None
        if self._wanted is not None and not self._loader.is_coming(self.hung.id, self._wanted[0].display_set):
            self.show(*self._wanted)

    def _forget(self) -> None:
        self._drawn, self._shown, self._wanted, self._runs, self._kept = None, None, None, None, Kept()
        self._patience.stop()

    def _content(self, state: ViewportState, frame: StoredFrame | None, level: AnnotationLevel) -> ViewportContent:
        size = self.widget.image_size.toTuple()
        placement = state.placement(*size)
        bar = self._bar(state) if level is not AnnotationLevel.OFF else None
        spoken = self._spoken(state)
        if frame is None:
            overlay = overlay_of(annotations_of(state, level), self.hung, level)
            return replace(self._waiting(state), overlay=overlay, bar=bar, spoken=f"{spoken} Not shown yet.")
        automatic = self._automatic_window(state, frame)
        texts = annotations_of(state, level, zoom=placement.zoom, window=automatic)
        if isinstance(frame, PlaneFrame) and frame.notices and level is not AnnotationLevel.OFF:
            texts = replace(texts, notices=(*texts.notices, *frame.notices))
        pixels = self._picture(frame, state, placement, size)
        overlay, marks = overlay_of(texts, self.hung, level), self._marks(state, placement, size)
        return ViewportContent(pixels, overlay, bar, spoken=spoken, marks=marks)

    def _marks(self, state: ViewportState, placement: Placement, size: tuple[int, int]) -> tuple[Mark, ...]:
        """Graphics and texts of the presentation state in use."""
        shown = state.shown
        if shown.applied is None or shown.hides_overlays:
            return ()
        view = ViewTransform(state.header.rows, state.header.columns, shown, placement)
        return marks_of(shown.applied, view, state.displayed_area(*size), self.lut)

    def _waiting(self, state: ViewportState) -> ViewportContent:
        failure = self._loader.failure(state.display_set, state.index)
        if failure:
            return ViewportContent(title=CANNOT_SHOW, detail=failure)
        there, needed = self._loader.progress(state.display_set)
        if there == needed and mark_of(state.display_set):
            return ViewportContent(title="Reformatting", detail=f"All {needed} images are here")
        return ViewportContent(title="Loading", detail=f"{there} of {needed} images are here")

    def _picture(
        self, frame: StoredFrame, state: ViewportState, placement: Placement, size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        last = self._drawn
        if (
            last is None
            or last.frame is not frame
            or last.lut is not self.lut
            or (last.presentation, last.placement, last.size) != (state.shown, placement, size)
        ):
            pixels = render_view(frame, state.header, state.shown, placement, size, self.lut, kept=self._kept)
            last = self._drawn = _Drawn(frame, state.shown, placement, size, self.lut, pixels)
        return last.pixels

    def _automatic_window(self, state: ViewportState, frame: StoredFrame) -> Window | None:
        if state.window() is not None or state.presentation.window is not None:
            return None
        if state.header.is_colour or frame.bits_stored <= 8 or state.shown_header.pixel.voi_luts:
            return None
        if self._automatic is None or self._automatic[0] is not frame:
            self._automatic = (frame, automatic_window(frame, state.header))
        return self._automatic[1]

    def _spoken(self, state: ViewportState) -> str:
        header = state.header
        series = f"series {header.series_number}" if header.series_number is not None else "series without number"
        where = f"Image {state.index + 1} of {state.count}, {series}, {origin_text(self.hung.from_)}."
        if mark_of(state.display_set):
            where = f"{where} {mark_of(state.display_set).capitalize()}."
        notices = (*state.display_set.warnings, state_label(state), *state_notices(state))
        return " ".join((where, *(f"{notice}." for notice in notices if notice)))

    def _bar(self, state: ViewportState) -> PositionBar:
        if self._runs is None or self._runs[0] is not state.display_set:
            self._runs = (state.display_set, runs_of(self._loader.loaded(state.display_set)))
        missing = tuple(hole.after for hole in state.display_set.missing)
        return PositionBar(state.count, state.index, self._runs[1], missing)


def origin_text(source: str) -> str:
    """``current`` or ``prior 2``, for people."""
    return source.replace(":", " ")


def overlay_of(texts: Annotations, hung: HungViewport, level: AnnotationLevel) -> Overlay:
    """What the widget writes: the annotations, and on top which study this is."""
    letters = texts.letters
    texts = _beside_the_breast(texts, hung.chest_wall)
    headline = "" if level is AnnotationLevel.OFF else origin_text(hung.from_).upper()
    return Overlay(
        top_left=texts.top_left,
        top_right=texts.top_right,
        bottom_left=texts.bottom_left,
        bottom_right=texts.bottom_right,
        letters=(letters.left, letters.right, letters.top, letters.bottom),
        alarm=texts.lossy,
        mark=texts.mark,
        state=texts.state,
        headline=headline,
        is_prior=hung.from_ != "current",
        is_headline_right=hung.chest_wall != "right",
        notices=texts.notices,
        are_notices_right=hung.chest_wall == "left",
    )


def _beside_the_breast(texts: Annotations, chest_wall: str) -> Annotations:
    """All texts on the side away from the chest wall, so that none lies on the breast."""
    top = (*texts.top_left, *texts.top_right)
    bottom = (*texts.bottom_left, *texts.bottom_right)
    if chest_wall == "right":
        return replace(texts, top_left=top, top_right=(), bottom_left=bottom, bottom_right=())
    if chest_wall == "left":
        return replace(texts, top_left=(), top_right=top, bottom_left=(), bottom_right=bottom)
    return texts
