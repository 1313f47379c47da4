"""From what a viewport shows to what its widget paints: the frame through the pixel pipeline, the texts, the bar."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.display_lut import DisplayLut
from workstation.dicom.voi import Window
from workstation.hanging.hung import HungViewport
from workstation.imaging.picture import Placement, Presentation, render_view
from workstation.imaging.presets import automatic_window
from workstation.imaging.stored_frame import StoredFrame
from workstation.ui.frame_loading import FrameLoader
from workstation.ui.image_overlay import Overlay
from workstation.ui.position_bar import PositionBar, runs_of
from workstation.ui.viewport_widget import ViewportContent, ViewportWidget
from workstation.viewing.annotations import AnnotationLevel, Annotations, annotations_of
from workstation.viewing.viewport_state import ViewportState

CANNOT_SHOW = "This image cannot be shown"


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
        self._automatic: tuple[StoredFrame, Window | None] | None = None
        self.lut: DisplayLut | None = None

    def show(self, state: ViewportState | None, level: AnnotationLevel) -> None:
        """Paint what ``state`` shows, or why there is nothing."""
        if state is None:
            self._drawn = None
            self.widget.show_content(ViewportContent(title=self.hung.reason, spoken=f"Empty. {self.hung.reason}"))
            return
        frame = self._loader.frame(self.hung.id, state.display_set, state.index)
        self.widget.show_content(self._content(state, frame, level))

    def show_message(self, title: str, detail: str = "") -> None:
        """Paint a sentence and no image."""
        self._drawn = None
        self.widget.show_content(ViewportContent(title=title, detail=detail, spoken=f"{title} {detail}".strip()))

    def base_window(self, state: ViewportState) -> Window | None:
        """The automatic window in use when the image brings none: where a drag begins."""
        if state.window() is not None or state.presentation.window is not None or self._drawn is None:
            return None
        return self._automatic_window(state, self._drawn.frame)

    def _content(self, state: ViewportState, frame: StoredFrame | None, level: AnnotationLevel) -> ViewportContent:
        size = self.widget.image_size.toTuple()
        placement = state.placement(*size)
        loaded = self._loader.loaded(state.display_set)
        bar = PositionBar(state.count, state.index, runs_of(loaded)) if level is not AnnotationLevel.OFF else None
        spoken = self._spoken(state)
        if frame is None:
            overlay = overlay_of(annotations_of(state, level), self.hung, level)
            return replace(self._waiting(state, loaded), overlay=overlay, bar=bar, spoken=f"{spoken} Not shown yet.")
        automatic = self._automatic_window(state, frame)
        texts = annotations_of(state, level, zoom=placement.zoom, window=automatic)
        pixels = self._picture(frame, state, placement, size)
        return ViewportContent(pixels, overlay_of(texts, self.hung, level), bar, spoken=spoken)

    def _waiting(self, state: ViewportState, loaded: list[bool]) -> ViewportContent:
        failure = self._loader.failure(state.display_set, state.index)
        if failure:
            return ViewportContent(title=CANNOT_SHOW, detail=failure)
        return ViewportContent(title="Loading", detail=f"{sum(loaded)} of {len(loaded)} images are here")

    def _picture(
        self, frame: StoredFrame, state: ViewportState, placement: Placement, size: tuple[int, int]
    ) -> NDArray[np.uint8]:
        last = self._drawn
        if (
            last is None
            or last.frame is not frame
            or last.lut is not self.lut
            or (last.presentation, last.placement, last.size) != (state.presentation, placement, size)
        ):
            pixels = render_view(frame, state.header, state.presentation, placement, size, self.lut)
            last = self._drawn = _Drawn(frame, state.presentation, placement, size, self.lut, pixels)
        return last.pixels

    def _automatic_window(self, state: ViewportState, frame: StoredFrame) -> Window | None:
        if state.window() is not None or state.presentation.window is not None:
            return None
        if state.header.is_colour or frame.bits_stored <= 8 or state.header.pixel.voi_luts:
            return None
        if self._automatic is None or self._automatic[0] is not frame:
            self._automatic = (frame, automatic_window(frame, state.header))
        return self._automatic[1]

    def _spoken(self, state: ViewportState) -> str:
        header = state.header
        series = f"series {header.series_number}" if header.series_number is not None else "series without number"
        return f"Image {state.index + 1} of {state.count}, {series}, {origin_text(self.hung.from_)}."


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
        headline=headline,
        is_prior=hung.from_ != "current",
        is_headline_right=hung.chest_wall != "right",
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
