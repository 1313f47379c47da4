"""Planes of reformatted stacks for the viewports: the volume once, then each plane when it is looked at.

The volume is the array that the frames lie in. Both are made off the GUI thread. For each viewport one plane at a time
is on its way; whatever was asked for meanwhile and is no longer wanted is never made.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from workstation.dicom.display_sets import DisplaySet
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.imaging import reslice
from workstation.imaging.reformatting import PlaneFrame, plane_frame
from workstation.imaging.volume import StackSource, Volume, volume_of
from workstation.qtkit.tasks import TaskRunner
from workstation.viewing.reformat import ReformattedSet

SHORT_MS = 250
"""So long the last plane stays, with all that is written on it, before a viewport says that another one is made."""
_KEPT_BYTES = 96 << 20
_PROGRESS_MS = 100

_PlaneKey = tuple[str, int]
_Wish = tuple[ReformattedSet, int]


@dataclass
class _Building:
    """A volume on its way, there, or refused."""

    source: DisplaySet
    token: CancelToken | None = None
    volume: Volume | None = None
    failure: str = ""


class PlaneMaker(QObject):
    """Makes planes on request.

    ``changed`` carries the UID of a reformatted set of which a plane has come or failed, or whose volume has grown.

    Parameters
    ----------
    frames
        Where the pixels of the acquired images come from.
    """

    changed = Signal(str)
    _progress = Signal(str)

    def __init__(self, frames: StackSource, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._frames = frames
        self._tasks = tasks
        self._wanted: dict[str, _Wish] = {}
        self._making: dict[str, tuple[_PlaneKey, CancelToken]] = {}
        self._late: set[str] = set()
        self._planes: OrderedDict[_PlaneKey, PlaneFrame] = OrderedDict()
        self._failures: dict[_PlaneKey, str] = {}
        self._volumes: dict[str, _Building] = {}
        self._told: set[str] = set()
        self._ticks = QTimer(self)
        self._ticks.setSingleShot(True)
        self._ticks.setInterval(_PROGRESS_MS)
        self._ticks.timeout.connect(self._tell_progress)
        self._progress.connect(self._note_progress, Qt.ConnectionType.QueuedConnection)

    def frame(self, viewport: str, planes: ReformattedSet, index: int) -> PlaneFrame | None:
        """The plane a viewport wants to draw now; None while it is made."""
        if self._wanted.get(viewport) != (planes, index):
            self._want(viewport, planes, index)
        key = (planes.uid, index)
        found = self._planes.get(key)
        if found is not None:
            self._planes.move_to_end(key)
            self._late.discard(viewport)
        elif key not in self._failures:
            self._make_next(viewport)
        return found

    def failure(self, planes: ReformattedSet, index: int) -> str:
        """Why a plane cannot be shown, in words; empty when nothing is known against it."""
        building = self._volumes.get(planes.source.uid)
        refused = building.failure if building is not None and building.source == planes.source else ""
        return refused or self._failures.get((planes.uid, index), "")

    def has_volume(self, planes: ReformattedSet) -> bool:
        """Whether every plane can be made at once."""
        return self._volume(planes) is not None

    def is_coming(self, viewport: str) -> bool:
        """Whether the plane that a viewport wants is being made and will be there in a moment."""
        wish = self._wanted.get(viewport)
        return wish is not None and self.has_volume(wish[0]) and viewport not in self._late

    def let_go(self, viewport: str) -> None:
        """The viewport shows something else."""
        if self._wanted.pop(viewport, None) is not None:
            self._stop(viewport)
            self._drop_unused()

    def keep_viewports(self, viewports: Iterable[str]) -> None:
        """Forget the wishes of viewports that are gone."""
        kept = set(viewports)
        for viewport in [each for each in self._wanted if each not in kept]:
            self.let_go(viewport)

    def forget(self) -> None:
        """Give everything up: another case is coming."""
        self.keep_viewports(())
        self._planes.clear()
        self._failures.clear()
        self._told.clear()
        self._ticks.stop()

    # --- wishes

    def _want(self, viewport: str, planes: ReformattedSet, index: int) -> None:
        before = self._wanted.get(viewport)
        self._wanted[viewport] = (planes, index)
        self._late.discard(viewport)
        QTimer.singleShot(SHORT_MS, self, lambda: self._is_late(viewport, planes, index))
        if before is not None and before[0].uid != planes.uid:
            self._stop(viewport)
            self._drop_unused()

    def _is_late(self, viewport: str, planes: ReformattedSet, index: int) -> None:
        wish = self._wanted.get(viewport)
        if wish is not None and wish[0] is planes and wish[1] == index and (planes.uid, index) not in self._planes:
            self._late.add(viewport)
            self.changed.emit(planes.uid)

    def _stop(self, viewport: str) -> None:
        _, token = self._making.pop(viewport, (None, None))
        if token is not None:
            token.cancel()

    def _drop_unused(self) -> None:
        """Let volumes go that no viewport shows planes of."""
        used = {planes.source.uid for planes, _ in self._wanted.values()}
        for uid in [each for each in self._volumes if each not in used]:
            token = self._volumes.pop(uid).token
            if token is not None:
                token.cancel()

    # --- the volume

    def _volume(self, planes: ReformattedSet) -> Volume | None:
        building = self._volumes.get(planes.source.uid)
        return building.volume if building is not None and building.source == planes.source else None

    def _build(self, source: DisplaySet) -> None:
        """Start making the volume, unless it is on its way or was refused."""
        known = self._volumes.get(source.uid)
        if known is not None and known.source == source:
            return
        if known is not None and known.token is not None:
            known.token.cancel()
        building = self._volumes[source.uid] = _Building(source)
        building.token = self._tasks.run(
            lambda cancel: self._built(source, cancel),
            owner=self,
            on_success=lambda volume: self._volume_ended(building, volume=volume),
            on_failure=lambda error: self._volume_ended(building, failure=str(error)),
        )

    def _built(self, source: DisplaySet, cancel: CancelToken) -> Volume:
        """In a thread of the pool; what VTK needs is imported there, too."""
        reslice.load()
        volume = volume_of(source, self._frames, cancel, lambda _: self._progress.emit(source.uid))
        volume.prepare()
        return volume

    def _volume_ended(self, building: _Building, volume: Volume | None = None, failure: str = "") -> None:
        building.token, building.volume, building.failure = None, volume, failure
        self._told.discard(building.source.uid)
        for viewport, (planes, _) in tuple(self._wanted.items()):
            if planes.source.uid == building.source.uid:
                self._make_next(viewport)
                self.changed.emit(planes.uid)

    def _note_progress(self, source_uid: str) -> None:
        self._told.add(source_uid)
        if not self._ticks.isActive():
            self._ticks.start()

    def _tell_progress(self) -> None:
        told, self._told = self._told, set()
        for uid in {planes.uid for planes, _ in self._wanted.values() if planes.source.uid in told}:
            self.changed.emit(uid)

    # --- one plane

    def _make_next(self, viewport: str) -> None:
        """Make the plane that the viewport wants, unless one is on its way for it."""
        wish = self._wanted.get(viewport)
        if wish is None or viewport in self._making:
            return
        planes, index = wish
        key = (planes.uid, index)
        if key in self._planes or key in self._failures:
            return
        volume = self._volume(planes)
        if volume is None:
            self._build(planes.source)
            return
        token = self._tasks.run(
            _maker(volume, planes, index),
            owner=self,
            on_success=lambda plane: self._made(viewport, key, plane),
            on_failure=lambda error: self._failed(viewport, key, error),
        )
        self._making[viewport] = (key, token)

    def _made(self, viewport: str, key: _PlaneKey, plane: PlaneFrame) -> None:
        self._planes[key] = plane
        self._end(viewport, key)
        total = sum(_taken(each) for each in self._planes.values())
        while total > _KEPT_BYTES and len(self._planes) > len(self._wanted) + 1:
            total -= _taken(self._planes.popitem(last=False)[1])

    def _failed(self, viewport: str, key: _PlaneKey, error: UserFacingError) -> None:
        self._failures[key] = str(error)
        self._end(viewport, key)

    def _end(self, viewport: str, key: _PlaneKey) -> None:
        self._making.pop(viewport, None)
        self.changed.emit(key[0])
        self._make_next(viewport)


def _maker(volume: Volume, planes: ReformattedSet, index: int) -> Callable[[CancelToken], PlaneFrame]:
    def work(cancel: CancelToken) -> PlaneFrame:
        made = plane_frame(volume, planes.planes, index, cancel=cancel)
        made.prepare()
        return made

    return work


def _taken(plane: PlaneFrame) -> int:
    return plane.nbytes + plane.drawing_bytes
