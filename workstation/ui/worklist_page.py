"""The worklist page: lists, table, order panel. It shows what the feed holds and reports what the reader wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.obstacles import Obstacle
from workstation.ui.item_panel import ItemPanel
from workstation.ui.pieces import TOKENS, frame, icon_button, label, row
from workstation.ui.worklist_feed import WorklistFeed
from workstation.ui.worklist_lists import WorklistList, counts_of
from workstation.ui.worklist_rail import WorklistRail
from workstation.ui.worklist_state import saying_of
from workstation.ui.worklist_table import WorklistTable
from workstation.ui.worklist_table_model import WorklistFilter, WorklistTableModel

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

TICK_MS = 1000


class WorklistPage(QWidget):
    """Signals carry item UIDs; opening, returning and next are done by whoever listens."""

    open_requested = Signal(str, tuple)
    next_requested = Signal()
    return_requested = Signal(str, str, str)
    retry_requested = Signal(str)
    density_changed = Signal(str)
    columns_changed = Signal(str)

    def __init__(self, desk: Desk, tasks: TaskRunner, feed: WorklistFeed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Worklist page")
        self._desk = desk
        self._feed = feed
        self._failure = ""
        self._density = "comfortable"
        self._model = WorklistTableModel(desk.site_clock, desk.profile.time_zone, self)
        self._rows = WorklistFilter(self._model, self)
        self.table = WorklistTable(self._rows)
        self.rail = WorklistRail()
        self.item_panel = ItemPanel(desk, tasks, feed)
        self._filter = named(QLineEdit(), "Worklist filter")
        self._above = label("", "warn", name="Worklist state", wrap=True)
        self._instead = label("", name="Worklist empty state", wrap=True)
        self._shown = label("", "caption", name="Items shown")
        self._centre = QStackedWidget()
        self._nothing = named(QWidget(), "Worklist without items")
        self._timer = QTimer(self)
        self._lay_out()
        self._connect()
        self.set_density(desk.preferences.worklist_density)
        self._show_rows()

    # --- what others ask of it

    def current_uid(self) -> str | None:
        """The item in hand."""
        return self.table.current_uid()

    def first_focus(self) -> QWidget:
        """The table, or what stands in its place."""
        return self.table if self._rows.rowCount() else self._nothing

    def focus_filter(self) -> None:
        """Begin to type a filter."""
        self._filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._filter.selectAll()

    def set_density(self, density: str) -> None:
        """``comfortable`` or ``compact``."""
        self._density = density
        self.table.set_density(density)

    def toggle_density(self) -> None:
        """The other density; told so that it can be remembered."""
        self.set_density("compact" if self._density == "comfortable" else "comfortable")
        self.density_changed.emit(self._density)

    def ask_return(self) -> None:
        """Ask why the item in hand goes back to the site."""
        uid = self.current_uid()
        if uid is not None:
            self.item_panel.ask_return(uid)

    def ask_questions(self, item_uid: str, obstacles: tuple[Obstacle, ...]) -> None:
        """Put the questions that keep an item shut, beside its order."""
        self.table.choose(item_uid)
        self.item_panel.ask_questions(item_uid, obstacles)

    def say(self, text: str) -> None:
        """Say what went wrong with the last thing asked for; it goes with the next look that succeeds."""
        self.item_panel.say(text)

    # --- inside

    def _lay_out(self) -> None:
        self._filter.setPlaceholderText("Type to filter  ( /  or  Ctrl+F )")
        self._filter.setToolTip("Every word must occur: patient, study, region, site, state, accession (Ctrl+F)")
        self._filter.setClearButtonEnabled(True)
        self._filter.setFixedWidth(380)
        density = icon_button("layout", "Change the height of worklist rows", self.toggle_density, key="Ctrl+D")
        refresh = icon_button("refresh", "Look at the worklist again", self._feed.ask, key="F5")
        top = row(self._filter, 1, self._shown, density, refresh)
        top.setContentsMargins(TOKENS.spacing.m, TOKENS.spacing.s, TOKENS.spacing.m, TOKENS.spacing.s)
        self._above.setContentsMargins(TOKENS.spacing.m, 0, TOKENS.spacing.m, TOKENS.spacing.s)
        centre = QWidget()
        middle = QVBoxLayout(centre)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addLayout(top)
        middle.addWidget(self._above)
        middle.addWidget(self._table_or_sentence(), 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(centre)
        split.addWidget(self.item_panel)
        split.setStretchFactor(0, 1)
        split.setSizes([1300, 390])
        split.setChildrenCollapsible(False)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        rail = frame("panel")
        rail_layout = QVBoxLayout(rail)
        rail_layout.setContentsMargins(0, 0, 0, 0)
        rail_layout.addWidget(self.rail)
        whole.addWidget(rail)
        whole.addWidget(split, 1)

    def _table_or_sentence(self) -> QWidget:
        self._nothing.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        inside = QVBoxLayout(self._nothing)
        self._instead.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._instead.setStyleSheet(f"color: {TOKENS.text.secondary}; font-size: {TOKENS.type.title}px;")
        inside.addStretch(1)
        inside.addWidget(self._instead)
        inside.addStretch(2)
        self._centre.addWidget(self.table)
        self._centre.addWidget(self._nothing)
        return self._centre

    def _connect(self) -> None:
        self.table.opened.connect(lambda uid: self.open_requested.emit(uid, ()))
        self.table.next_wanted.connect(self.next_requested)
        self.table.chosen.connect(self.item_panel.show_item)
        self.table.typed.connect(self._begin_filter)
        self.table.columns_changed.connect(self.columns_changed)
        self.rail.chosen.connect(self._choose_list)
        self._filter.textChanged.connect(self._filter_changed)
        self._filter.returnPressed.connect(self._to_table)
        self.item_panel.open_requested.connect(self.open_requested)
        self.item_panel.return_requested.connect(self.return_requested)
        self.item_panel.retry_requested.connect(self.retry_requested)
        self.item_panel.given_up.connect(self.table.setFocus)
        self._feed.updated.connect(self._take_rows)
        self._feed.failed.connect(self._take_failure)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._model.tick)
        self._timer.start()

    def _begin_filter(self, text: str) -> None:
        self._filter.setFocus(Qt.FocusReason.OtherFocusReason)
        self._filter.setText(text)
        self._filter.end(False)

    def _filter_changed(self, text: str) -> None:
        self._rows.type(text)
        self._keep_in_hand(self.current_uid())
        self._show_saying()

    def _to_table(self) -> None:
        if self.table.current_uid() is None:
            self.table.choose_first()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose_list(self, which: WorklistList) -> None:
        in_hand = self.current_uid()
        self._rows.choose(which)
        self._keep_in_hand(in_hand)
        self._show_saying()

    def _take_rows(self) -> None:
        self._failure = ""
        self._show_rows()

    def _take_failure(self, text: str) -> None:
        self._failure = text
        self._show_saying()

    def _show_rows(self) -> None:
        in_hand, place = self.current_uid(), self.table.verticalScrollBar().value()
        self._rows.set_drafted(self._feed.drafted)
        self._model.set_rows(self._feed.rows)
        self._keep_in_hand(in_hand)
        self.table.verticalScrollBar().setValue(place)
        self.rail.show_counts(counts_of(self._feed.rows, self._feed.drafted))
        self._show_saying()

    def _keep_in_hand(self, item_uid: str | None) -> None:
        if item_uid is None or not self.table.choose(item_uid):
            self.table.choose_first()

    def conditions_changed(self) -> None:
        """A lasting condition began or ended."""
        self._show_saying()

    def _show_saying(self) -> None:
        which = self._rows.chosen_list
        shown = self._rows.rowCount()
        saying = saying_of(
            is_loaded=self._feed.is_loaded,
            failure=self._failure,
            conditions=self._desk.conditions.current(),
            which=which,
            typed=self._filter.text(),
            shown=shown,
            held=counts_of(self._feed.rows, self._feed.drafted)[which],
        )
        self._above.setText(saying.above)
        self._above.setVisible(bool(saying.above))
        self._instead.setText(saying.instead)
        self._turn_to_table_or_sentence()
        self._shown.setText(f"{shown} item" if shown == 1 else f"{shown} items")
        if not shown:
            self.item_panel.show_nothing()

    def _turn_to_table_or_sentence(self) -> None:
        """The keyboard goes along if it was in the one that goes."""
        had_keyboard = self.table.hasFocus() or self._nothing.hasFocus()
        self._centre.setCurrentWidget(self.first_focus())
        if had_keyboard:
            self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears the filter and goes back to the table."""
        if event.key() == Qt.Key.Key_Escape:
            self._filter.clear()
            self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)
