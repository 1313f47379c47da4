"""The table of the worklist: keys, columns that can be moved, widths that are remembered, two densities."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QItemSelection, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from workstation.qtkit.accessible import named
from workstation.sync.worklist import WorklistRow
from workstation.ui.worklist_columns import HEADINGS, Column
from workstation.ui.worklist_delegate import WorklistDelegate
from workstation.ui.worklist_table_model import COLUMNS, ROW_ROLE, WorklistFilter

HEIGHTS = {"comfortable": 36, "compact": 26}
_NARROWEST = 40
_FLEXIBLE = (Column.PATIENT, Column.STUDY, Column.SITE, Column.AI, Column.STATE)
_LEAST_SHARE = 0.62


def columns_text(order: Iterable[tuple[Column, int]]) -> str:
    """Columns and widths as the preferences keep them: ``priority:84, due:104``."""
    return ", ".join(f"{column.value}:{width}" for column, width in order)


def columns_from(text: str) -> tuple[tuple[Column, int], ...]:
    """Read what `columns_text` wrote; names that are unknown are passed over, absent columns come last."""
    known = {column.value: column for column in Column}
    found: dict[Column, int] = {}
    for part in text.split(","):
        name, _, width = part.strip().partition(":")
        if name in known and width.isdigit():
            found[known[name]] = max(_NARROWEST, min(int(width), 2000))
    for column in Column:
        found.setdefault(column, HEADINGS[column].width)
    return tuple(found.items())


def columns_fitted(width: int) -> tuple[tuple[Column, int], ...]:
    """First widths for a table of ``width`` logical pixels: the wide columns give and take, within reason."""
    spare = width - sum(heading.width for heading in HEADINGS.values())
    flexible = sum(HEADINGS[column].width for column in _FLEXIBLE)
    factor = max(_LEAST_SHARE, 1 + spare / flexible)
    return tuple(
        (column, int(heading.width * factor) if column in _FLEXIBLE else heading.width)
        for column, heading in HEADINGS.items()
    )


class WorklistTable(QTableView):
    """Shows a `WorklistFilter`. Reports intentions; opens nothing by itself."""

    opened = Signal(str)
    chosen = Signal(str)
    next_wanted = Signal()
    typed = Signal(str)
    columns_changed = Signal(str)

    def __init__(self, rows: WorklistFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        named(self, "Worklist table", "Enter opens the item, N the next unread one; type to filter.")
        self._delegate = WorklistDelegate(HEIGHTS["comfortable"], self)
        self._is_restoring = False
        self._is_arranged = False
        self.setModel(rows)
        self._prepare()
        self._connect()

    def _prepare(self) -> None:
        self.setItemDelegate(self._delegate)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        named(header, "Worklist columns")
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(_NARROWEST)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.set_density("comfortable")

    def _connect(self) -> None:
        self.doubleClicked.connect(lambda _index: self._open_current())
        header = self.horizontalHeader()
        header.sectionMoved.connect(lambda *_: self._tell_columns())
        header.sectionResized.connect(self._resized)

    def set_density(self, density: str) -> None:
        """``comfortable`` or ``compact`` rows."""
        self._delegate.row_height = HEIGHTS[density]
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(HEIGHTS[density])

    def restore_columns(self, text: str) -> None:
        """Put columns where the reader left them; nothing remembered means: as the room allows."""
        self._is_arranged = bool(text.strip())
        self._arrange(columns_from(text) if self._is_arranged else columns_fitted(self.viewport().width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Until the reader has moved a column, the wide ones share what room there is."""
        super().resizeEvent(event)
        if not self._is_arranged:
            self._arrange(columns_fitted(self.viewport().width()))

    def _arrange(self, columns: Iterable[tuple[Column, int]]) -> None:
        self._is_restoring = True
        header = self.horizontalHeader()
        for place, (column, width) in enumerate(columns):
            logical = COLUMNS.index(column)
            header.moveSection(header.visualIndex(logical), place)
            header.resizeSection(logical, width)
        self._is_restoring = False

    def columns_now(self) -> str:
        """Where the columns are now."""
        header = self.horizontalHeader()
        order = sorted(Column, key=lambda column: header.visualIndex(COLUMNS.index(column)))
        return columns_text((column, header.sectionSize(COLUMNS.index(column))) for column in order)

    def current_uid(self) -> str | None:
        """The item in hand."""
        row: WorklistRow | None = self.currentIndex().data(ROW_ROLE) if self.currentIndex().isValid() else None
        return row.item.uid if row is not None else None

    def choose(self, item_uid: str) -> bool:
        """Take an item in hand; False when it is not in this list."""
        for number in range(self._rows.rowCount()):
            index = self._rows.index(number, 0)
            if index.data(ROW_ROLE).item.uid == item_uid:
                self.setCurrentIndex(index)
                return True
        return False

    def choose_first(self) -> None:
        """Take the topmost item in hand that waits for a reader, else the topmost."""
        indexes = [self._rows.index(number, 0) for number in range(self._rows.rowCount())]
        waiting = (index for index in indexes if index.data(ROW_ROLE).is_unread)
        first = next(waiting, indexes[0] if indexes else None)
        if first is not None:
            self.setCurrentIndex(first)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:  # noqa: N802 - Qt's name
        """Tell which item is in hand."""
        super().selectionChanged(selected, deselected)
        uid = self.current_uid() if selected.indexes() else None
        if uid is not None:
            self.chosen.emit(uid)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, N opens the next unread, other letters begin the filter."""
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self._open_current()
        elif plain and event.key() == Qt.Key.Key_N:
            self.next_wanted.emit()
        elif plain and event.text().strip() and event.text().isprintable():
            self.typed.emit("" if event.text() == "/" else event.text())
        else:
            super().keyPressEvent(event)

    def _open_current(self) -> None:
        uid = self.current_uid()
        if uid is not None:
            self.opened.emit(uid)

    def _resized(self, logical: int, _old: int, _new: int) -> None:
        """The last column fills what is left by itself; any other width is the reader's."""
        header = self.horizontalHeader()
        if header.visualIndex(logical) != header.count() - 1:
            self._tell_columns()

    def _tell_columns(self) -> None:
        if not self._is_restoring:
            self._is_arranged = True
            self.columns_changed.emit(self.columns_now())
