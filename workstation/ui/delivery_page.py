"""The delivery page: one line for each item that is taken or reported, with its stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workstation.catalogue.work_items import ClaimState
from workstation.dicom.patient import display_name
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.delivery import DeliveryLine
from workstation.sync.worklist import WorklistRow
from workstation.ui.delivery_panel import DeliveryPanel
from workstation.ui.delivery_stages import StageState, stages_of
from workstation.ui.pieces import TOKENS, clear, label, scroll_area
from workstation.ui.refresh import Refresh
from workstation.ui.worklist_columns import study_text
from workstation.ui.worklist_feed import WorklistFeed

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

_SHOWN = (ClaimState.OURS, ClaimState.COMPLETING, ClaimState.COMPLETED)
Lines = dict[str, tuple[DeliveryLine, ...]]


class DeliveryPage(QWidget):
    """Follows the worklist; looks up deliveries only while it is in sight."""

    retry_requested = Signal(str)

    def __init__(self, desk: Desk, tasks: TaskRunner, feed: WorklistFeed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Delivery page")
        self._desk = desk
        self._feed = feed
        self._panels: dict[str, DeliveryPanel] = {}
        self._saying = label("", name="Delivery state", wrap=True)
        self._list = QVBoxLayout()
        self._refresh = Refresh(tasks, self, self._look, self._take, self._failed)
        self._lay_out()
        feed.updated.connect(self.refresh)

    def refresh(self) -> None:
        """Look again, when anybody can see it."""
        if self.isVisible():
            self._refresh.ask()

    def first_focus(self) -> QWidget:
        return self

    def _lay_out(self) -> None:
        self._list.setSpacing(TOKENS.spacing.xl)
        page = QWidget()
        page.setMaximumWidth(1100)
        inside = QVBoxLayout(page)
        inside.setContentsMargins(*([TOKENS.spacing.xl] * 4))
        inside.setSpacing(TOKENS.spacing.l)
        inside.addWidget(label("Reading and delivery", "title"))
        inside.addWidget(self._saying)
        inside.addLayout(self._list)
        inside.addStretch(1)
        middle = QWidget()
        sides = QHBoxLayout(middle)
        sides.addStretch(1)
        sides.addWidget(page, 1000)
        sides.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll_area(middle, "Deliveries"))

    def _rows(self) -> list[WorklistRow]:
        return [row for row in self._feed.rows if row.claim in _SHOWN]

    def _look(self, _cancel: CancelToken) -> Lines:
        return {row.item.uid: self._desk.deliveries(row.item.uid) for row in self._rows()}

    def _take(self, lines: Lines) -> None:
        rows = [row for row in self._rows() if row.item.uid in lines]
        if [row.item.uid for row in rows] != list(self._panels):
            self._rebuild(rows)
        failed = 0
        for each in rows:
            has_draft = each.item.uid in self._feed.drafted
            stages = stages_of(each, lines[each.item.uid], has_draft=has_draft)
            failed += any(stage.state is StageState.FAILED for stage in stages)
            self._panels[each.item.uid].show_stages(stages)
        self._saying.setText(_saying(len(rows), failed))

    def _rebuild(self, rows: list[WorklistRow]) -> None:
        clear(self._list)
        self._panels = {}
        for each in rows:
            title = f"{display_name(each.item.patient.name)}  ·  {study_text(each)}"
            panel = DeliveryPanel(heading=title, detail=", ".join(each.item.accessions))
            panel.retry_requested.connect(self.retry_requested)
            self._panels[each.item.uid] = panel
            self._list.addWidget(panel)

    def _failed(self, error: UserFacingError) -> None:
        self._saying.setText(str(error))

    def showEvent(self, event: QShowEvent) -> None:
        """Look when it comes into sight."""
        super().showEvent(event)
        self._refresh.ask()


def _saying(shown: int, failed: int) -> str:
    if not shown:
        return "You have taken nothing yet. Each item you take shows here how far it has come."
    if failed:
        return f"{failed} of {shown} could not be delivered. Try again, or call the site with the reason shown."
    return "Each item and how far it has come, from images to the site's worklist."
