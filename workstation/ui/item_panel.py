"""The right side of the worklist: the order of the item in hand, its delivery, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from workstation.catalogue.work_items import ClaimState
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.delivery import DeliveryLine
from workstation.reading.obstacles import Obstacle
from workstation.reading.order_panel import OrderPanel
from workstation.ui.delivery_panel import DeliveryPanel
from workstation.ui.delivery_stages import stages_of
from workstation.ui.opening_questions import OpeningQuestions
from workstation.ui.order_panel_widget import OrderPanelWidget
from workstation.ui.pieces import TOKENS, button, label, line, row
from workstation.ui.return_form import ReturnForm
from workstation.ui.worklist_columns import study_text
from workstation.ui.worklist_feed import WorklistFeed

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

LOOK_AGAIN_MS = 3000
Found = tuple[str, OrderPanel, tuple[DeliveryLine, ...]]


class ItemPanel(QFrame):
    """Looks up what it shows off the GUI thread; an answer for an item no longer in hand is dropped."""

    open_requested = Signal(str, tuple)
    return_requested = Signal(str, str, str)
    retry_requested = Signal(str)
    given_up = Signal()

    def __init__(self, desk: Desk, tasks: TaskRunner, feed: WorklistFeed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Item panel")
        self.setProperty("role", "panel")
        self._desk = desk
        self._tasks = tasks
        self._feed = feed
        self._item_uid: str | None = None
        self._token: CancelToken | None = None
        self._order = OrderPanelWidget()
        self._questions = OpeningQuestions()
        self._return = ReturnForm(desk.profile.return_reasons)
        self._delivery = DeliveryPanel()
        self._conditions = label("", "warn", name="Conditions of the item", wrap=True)
        self._trouble = label("", "fail", name="Item problem", wrap=True)
        self._open = button("Open", "Open the item", self._ask_open, key="Enter", role="primary")
        self._back = button("Return to site…", "Return the item to the site", self._ask_return, key="Ctrl+Shift+R")
        self._lines: tuple[DeliveryLine, ...] = ()
        self._looked_at: tuple[object, ...] = ()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LOOK_AGAIN_MS)
        self._lay_out()
        self._connect()
        self.show_nothing()

    def show_item(self, item_uid: str) -> None:
        """Show another item."""
        if item_uid == self._item_uid:
            return
        self._item_uid = item_uid
        self._trouble.hide()
        self._questions.hide()
        self._return.hide()
        self._lines = ()
        self._order.say("Looking up the order …")
        self._show_row()
        self._looked_at = self._what_matters()
        self._look()

    def show_nothing(self) -> None:
        """No item is in hand."""
        self._item_uid = None
        self._order.say("Choose an item to see its order.")
        for part in (self._trouble, self._questions, self._return, self._delivery, self._conditions):
            part.hide()
        self._open.setEnabled(False)
        self._back.setEnabled(False)

    def ask_return(self, item_uid: str) -> None:
        """Ask why the item goes back."""
        found = self._feed.row(item_uid)
        if found is None or not found.is_unread:
            self.say("Only an item that is free or yours, and not signed, can be returned.")
            return
        self._return.ask(item_uid, study_text(found))

    def ask_questions(self, item_uid: str, obstacles: tuple[Obstacle, ...]) -> None:
        """Ask what must be answered before the item opens."""
        self._questions.ask(item_uid, obstacles)

    def say(self, text: str) -> None:
        """Say what went wrong."""
        self._trouble.setText(text)
        self._trouble.setVisible(bool(text))

    def _lay_out(self) -> None:
        self.setMinimumWidth(376)
        below = QVBoxLayout()
        margin = TOKENS.spacing.m
        below.setContentsMargins(margin, TOKENS.spacing.m, margin, TOKENS.spacing.m)
        below.setSpacing(TOKENS.spacing.s)
        for part in (self._trouble, self._conditions, self._questions, self._return, self._delivery):
            below.addWidget(part)
        below.addLayout(row(self._back, 1, self._open))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._order, 1)
        layout.addWidget(line())
        layout.addLayout(below)

    def _connect(self) -> None:
        self._questions.accepted.connect(self.open_requested)
        self._questions.given_up.connect(self.given_up)
        self._return.returned.connect(self.return_requested)
        self._return.given_up.connect(self.given_up)
        self._delivery.retry_requested.connect(self.retry_requested)
        self._feed.updated.connect(self._rows_changed)
        self._later.timeout.connect(self._look)

    def _rows_changed(self) -> None:
        self._show_row()
        if self._item_uid is not None and self._what_matters() != self._looked_at:
            self._looked_at = self._what_matters()
            self._look()
        elif not self._later.isActive():
            self._later.start()  # earlier reports come with the images of the priors

    def _what_matters(self) -> tuple[object, ...]:
        """What of a row can change its order panel or deliveries; progress of loading cannot."""
        found = self._feed.row(self._item_uid) if self._item_uid is not None else None
        if found is None:
            return ()
        is_signed = found.claim in (ClaimState.COMPLETING, ClaimState.COMPLETED)
        return (found.item, found.priors, found.claim, found.state_text if is_signed else "")

    def _show_row(self) -> None:
        found = self._feed.row(self._item_uid) if self._item_uid is not None else None
        self._open.setEnabled(found is not None)
        self._back.setEnabled(found is not None and found.is_unread)
        self._delivery.setVisible(found is not None)
        self._conditions.setVisible(found is not None and bool(found.conditions))
        if found is None:
            return
        self._conditions.setText(". ".join(text[:1].upper() + text[1:] for text in found.conditions))
        self._delivery.show_stages(stages_of(found, self._lines, has_draft=found.item.uid in self._feed.drafted))

    def _look(self) -> None:
        item_uid = self._item_uid
        if item_uid is None:
            return
        if self._token is not None:
            self._token.cancel()

        def work(_cancel: CancelToken) -> Found:
            return item_uid, self._desk.order_panel(item_uid), self._desk.deliveries(item_uid)

        self._token = self._tasks.run(work, owner=self, on_success=self._take, on_failure=self._failed)

    def _take(self, found: Found) -> None:
        item_uid, panel, lines = found
        if item_uid != self._item_uid:
            return
        self._lines = lines
        self._order.show_panel(panel, self._desk.site_clock.now())
        self._show_row()

    def _failed(self, error: UserFacingError) -> None:
        self._order.say(str(error), "warn")

    def _ask_open(self) -> None:
        if self._item_uid is not None:
            self.open_requested.emit(self._item_uid, ())

    def _ask_return(self) -> None:
        if self._item_uid is not None:
            self.ask_return(self._item_uid)
