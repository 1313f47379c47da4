"""The worklist as a Qt model: rows of `WorklistRow`, ordered as they arrive, with a due column that ticks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from workstation.foundation.clock import Clock
from workstation.sync.worklist import WorklistRow
from workstation.ui.times import both_zones
from workstation.ui.worklist_columns import HEADINGS, Column, images_fraction, sort_key, text_of, tone_of
from workstation.ui.worklist_lists import WorklistList, is_in, matches

COLUMNS = tuple(Column)
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
TONE_ROLE = Qt.ItemDataRole.UserRole + 2
FRACTION_ROLE = Qt.ItemDataRole.UserRole + 3
Index = QModelIndex | QPersistentModelIndex


class WorklistTableModel(QAbstractTableModel):
    """Rows in the order the desk gives them: urgency, then slack.

    Parameters
    ----------
    clock
        The site's clock: due times are promises made on it.
    site_zone
        Name of the site's time zone, for tool tips.
    """

    def __init__(self, clock: Clock, site_zone: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._site_zone = site_zone
        self._rows: tuple[WorklistRow, ...] = ()

    @property
    def rows(self) -> tuple[WorklistRow, ...]:
        return self._rows

    def set_rows(self, rows: Sequence[WorklistRow]) -> None:
        """Show ``rows``; a change that keeps the order repaints only the rows that differ."""
        new = tuple(rows)
        if [row.item.uid for row in new] != [row.item.uid for row in self._rows]:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
            return
        changed = [number for number, (old, now) in enumerate(zip(self._rows, new, strict=True)) if old != now]
        self._rows = new
        for number in changed:
            self.dataChanged.emit(self.index(number, 0), self.index(number, len(COLUMNS) - 1))

    def tick(self) -> None:
        """Repaint the countdown; called every second."""
        if self._rows:
            column = COLUMNS.index(Column.DUE)
            self.dataChanged.emit(self.index(0, column), self.index(len(self._rows) - 1, column))

    def now(self) -> datetime:
        """The site's time."""
        return self._clock.now()

    def row_of(self, item_uid: str) -> int | None:
        """Number of the row of an item."""
        return next((number for number, row in enumerate(self._rows) if row.item.uid == item_uid), None)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text_of(column, row, self.now())
        if role == TONE_ROLE:
            return tone_of(column, row, self.now())
        if role == ROW_ROLE:
            return row
        if role == FRACTION_ROLE:
            return images_fraction(row) if column is Column.IMAGES else None
        return self._more_data(row, column, role)

    def _more_data(self, row: WorklistRow, column: Column, role: int) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if HEADINGS[column].is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADINGS[column].title}: {text_of(column, row, self.now())}"
        return None

    def _tip(self, row: WorklistRow, column: Column) -> str:
        if column is Column.DUE and row.item.due is not None:
            return f"Due {both_zones(row.item.due, self._site_zone)}"
        if column is Column.AI and row.item.ai is not None:
            flag = row.item.ai
            return f"Found by {flag.algorithm} {flag.version}".strip() + ". Not verified by anyone."
        if column is Column.IMAGES:
            return _counts_tip(row)
        return text_of(column, row, self.now())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        heading = HEADINGS[COLUMNS[section]]
        if role == Qt.ItemDataRole.DisplayRole:
            return heading.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{heading.tip}. Click to sort; a third click returns to the order of urgency. Drag to move."
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if heading.is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


def _counts_tip(row: WorklistRow) -> str:
    counts = row.counts
    parts = [f"{counts.received} of {counts.expected} images are here"]
    if counts.quarantined:
        parts.append(f"{counts.quarantined} set aside because they are broken or foreign")
    if counts.failed:
        parts.append(f"{counts.failed} could not be fetched")
    return ", ".join(parts) + "."


class WorklistFilter(QSortFilterProxyModel):
    """Shows one list of the rail, narrowed by what was typed, in the order of urgency unless a heading was clicked."""

    def __init__(self, source: WorklistTableModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = source
        self._list = WorklistList.ALL
        self._typed = ""
        self._drafted: frozenset[str] = frozenset()
        self.setSourceModel(source)

    @property
    def chosen_list(self) -> WorklistList:
        return self._list

    def choose(self, which: WorklistList) -> None:
        """Show another list."""
        self._list = which
        self.invalidate()

    def type(self, text: str) -> None:
        """Narrow by ``text``."""
        self._typed = text
        self.invalidate()

    def set_drafted(self, drafted: frozenset[str]) -> None:
        """Say which items have a draft."""
        if drafted != self._drafted:
            self._drafted = drafted
            self.invalidate()

    def filterAcceptsRow(self, source_row: int, _source_parent: Index) -> bool:
        row = self._model.rows[source_row]
        return is_in(self._list, row, self._drafted) and matches(row, self._typed, self._model.now())

    def lessThan(self, left: Index, right: Index) -> bool:
        column, now = COLUMNS[left.column()], self._model.now()
        rows = self._model.rows
        return sort_key(column, rows[left.row()], now) < sort_key(column, rows[right.row()], now)
