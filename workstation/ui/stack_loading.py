"""Pictures for the viewports, whether acquired or reformatted: one place to ask for both."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from PySide6.QtCore import QObject

from workstation.dicom.display_sets import DisplaySet
from workstation.imaging.stored_frame import StoredFrame
from workstation.imaging.volume import StackSource
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.frame_loading import FrameLoader, Frames
from workstation.ui.plane_making import PlaneMaker
from workstation.viewing.reformat import ReformattedSet, acquired_set


class StackFrames(Frames, StackSource, Protocol):
    """What both of them need of `workstation.imaging.frame_source.FrameSource`."""


class StackLoader(FrameLoader):
    """A `FrameLoader` that also knows the planes of reformatted stacks."""

    def __init__(self, frames: StackFrames, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(frames, tasks, parent)
        self._maker = PlaneMaker(frames, tasks, self)
        self._maker.changed.connect(self.changed)

    def frame(self, viewport: str, display_set: DisplaySet, index: int) -> StoredFrame | None:
        """The picture a viewport wants to draw now, None while it is made or fetched."""
        if isinstance(display_set, ReformattedSet):
            return self._maker.frame(viewport, display_set, index)
        self._maker.let_go(viewport)
        return super().frame(viewport, display_set, index)

    def failure(self, display_set: DisplaySet, index: int) -> str:
        """Why a picture cannot be shown, in words; empty when nothing is known against it."""
        if isinstance(display_set, ReformattedSet):
            return self._maker.failure(display_set, index)
        return super().failure(display_set, index)

    def loaded(self, display_set: DisplaySet) -> list[bool]:
        """Which pictures of a stack are in memory; of a reformat all or none: it needs the whole volume."""
        if isinstance(display_set, ReformattedSet):
            return [self._maker.has_volume(display_set)] * len(display_set.frames)
        return super().loaded(display_set)

    def progress(self, display_set: DisplaySet) -> tuple[int, int]:
        """How many of the images that are needed are here, and how many there are."""
        return super().progress(acquired_set(display_set))

    def is_coming(self, viewport: str, display_set: DisplaySet) -> bool:
        """Whether what the viewport shows had better stay for the moment it takes to make the next plane."""
        return isinstance(display_set, ReformattedSet) and self._maker.is_coming(viewport)

    def load_stacks(self, stacks: Iterable[tuple[DisplaySet, int]]) -> None:
        """Load these stacks one after the other; of a reformat what was acquired, from its middle."""
        super().load_stacks(
            (acquired_set(each), len(acquired_set(each).frames) // 2 if isinstance(each, ReformattedSet) else index)
            for each, index in stacks
        )

    def recentre(self, display_set: DisplaySet, index: int) -> None:
        """The reader looks at ``index`` now; a reformat needs the whole stack in any case."""
        if not isinstance(display_set, ReformattedSet):
            super().recentre(display_set, index)

    def keep_viewports(self, viewports: Iterable[str]) -> None:
        """Forget the wishes of viewports that are gone."""
        kept = tuple(viewports)
        self._maker.keep_viewports(kept)
        super().keep_viewports(kept)

    def forget(self) -> None:
        """Give everything up: another case is coming."""
        self._maker.forget()
        super().forget()
