"""Tables of the pages: one line an object, sorted, filtered and shown without a widget a line."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QItemSelection, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from workstation.qtkit.accessible import named
from workstation.qtkit.icons import icon
from workstation.qtkit.tokens import Tokens

Line = TypeVar("Line")
Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Column(Generic[Line]):
    """One column.

    Attributes
    ----------
    text
        What is shown.
    sort
        By what lines are sorted; the text where nothing is given.
    sign
        Name of an icon and of a tone (``ok``, ``warn``, ``fail``, ``info``) beside the text; a pair of empty texts for
        none. The tone colours the text too.
    is_wide
        Takes the room that the other columns leave.
    """

    title: str
    text: Callable[[Line], str]
    sort: Callable[[Line], Any] | None = None
    sign: Callable[[Line], tuple[str, str]] | None = None
    tip: Callable[[Line], str] | None = None
    is_number: bool = False
    is_wide: bool = False
    is_quiet: bool = False


class LinesModel(QAbstractTableModel, Generic[Line]):
    """Lines as Qt's tables want them."""

    def __init__(self, columns: Sequence[Column[Line]], tokens: Tokens) -> None:
        super().__init__()
        self._columns, self._tokens = tuple(columns), tokens
        self._all: tuple[Line, ...] = ()
        self._shown: list[Line] = []
        self._accepts: Callable[[Line], bool] = lambda _: True
        self._order: tuple[int, Qt.SortOrder] | None = None
        self._icons: dict[tuple[str, str], QIcon] = {}

    @property
    def shown(self) -> Sequence[Line]:
        """What the filter leaves, in the order of the table."""
        return self._shown

    @property
    def total(self) -> int:
        """How many there are, shown or not."""
        return len(self._all)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these."""
        self._all = tuple(lines)
        self._arrange()

    def set_filter(self, accepts: Callable[[Line], bool]) -> None:
        """Show only those."""
        self._accepts = accepts
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column; lines of equal value stay as they came."""
        self._order = (column, order) if column >= 0 else None
        self._arrange()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self._columns[section].is_number else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        column, line = self._columns[index.column()], self._shown[index.row()]
        does = self._ROLES.get(role)
        return None if does is None else does(self, column, line)

    def _text(self, column: Column[Line], line: Line) -> str:
        return column.text(line)

    def _side(self, column: Column[Line], _line: Line) -> Qt.AlignmentFlag:
        return _RIGHT if column.is_number else _LEFT

    def _tip(self, column: Column[Line], line: Line) -> str:
        return column.tip(line) if column.tip is not None else column.text(line)

    def _sign(self, column: Column[Line], line: Line) -> QIcon | None:
        return self._icon(*column.sign(line)) if column.sign is not None else None

    def _colour(self, column: Column[Line], line: Line) -> QColor | None:
        tone = column.sign(line)[1] if column.sign is not None else ""
        if tone:
            return QColor(getattr(self._tokens.status, tone))
        return QColor(self._tokens.text.secondary) if column.is_quiet else None

    def _icon(self, name: str, tone: str) -> QIcon | None:
        if not name:
            return None
        if (name, tone) not in self._icons:
            self._icons[name, tone] = icon(name, str(getattr(self._tokens.status, tone)) if tone else None)
        return self._icons[name, tone]

    _ROLES: ClassVar[dict[int, Callable[[LinesModel[Any], Column[Any], Any], Any]]] = {
        Qt.ItemDataRole.DisplayRole: _text,
        Qt.ItemDataRole.TextAlignmentRole: _side,
        Qt.ItemDataRole.ToolTipRole: _tip,
        Qt.ItemDataRole.ForegroundRole: _colour,
        Qt.ItemDataRole.DecorationRole: _sign,
    }

    def _arrange(self) -> None:
        shown = [line for line in self._all if self._accepts(line)]
        if self._order is not None:
            number, order = self._order
            column = self._columns[number]
            shown.sort(key=column.sort or column.text, reverse=order is Qt.SortOrder.DescendingOrder)
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()


class LinesTable(QTableView, Generic[Line]):
    """A table of lines; exactly one is chosen, and stays so when the lines are shown anew.

    Parameters
    ----------
    key
        By what a line is known again.
    """

    chosen = Signal(object)
    """The line that is in hand now; None for none."""
    activated_line = Signal(object)

    def __init__(
        self,
        name: str,
        columns: Sequence[Column[Line]],
        tokens: Tokens,
        *,
        key: Callable[[Line], Hashable],
        sorts: bool = True,
    ) -> None:
        super().__init__()
        named(self, name)
        self._key = key
        self._in_hand: Hashable = None
        self.lines: LinesModel[Line] = LinesModel(columns, tokens)
        self.setModel(self.lines)
        self._dress(columns, tokens, sorts=sorts)
        self.selectionModel().selectionChanged.connect(self._selected)
        self.activated.connect(lambda index: self.activated_line.emit(self.lines.shown[index.row()]))

    @property
    def line(self) -> Line | None:
        """The one in hand."""
        rows = self.selectionModel().selectedRows()
        return self.lines.shown[rows[0].row()] if rows else None

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these; the one in hand stays so, else the first is taken."""
        self._keeping(lambda: self.lines.show_lines(lines))

    def set_filter(self, accepts: Callable[[Line], bool]) -> None:
        """Show only those."""
        self._keeping(lambda: self.lines.set_filter(accepts))

    def choose(self, key: Hashable) -> bool:
        """Take a line in hand; says whether it is there."""
        for number, line in enumerate(self.lines.shown):
            if self._key(line) == key:
                self._in_hand = key
                self.selectRow(number)
                self.scrollTo(self.lines.index(number, 0))
                return True
        return False

    def _dress(self, columns: Sequence[Column[Line]], tokens: Tokens, *, sorts: bool) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setIconSize(QSize(tokens.px(16), tokens.px(16)))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(tokens.px(28))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(tokens.px(48))
        wide = [number for number, column in enumerate(columns) if column.is_wide]
        for number in range(len(columns)):
            mode = QHeaderView.ResizeMode.Stretch if number in wide else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(number, mode)
        if sorts:
            header.setSortIndicatorShown(True)
            header.setSectionsClickable(True)
            header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            header.sortIndicatorChanged.connect(self._sort)
        header.setStretchLastSection(not wide)

    def fit_columns(self, widths: Sequence[int]) -> None:
        """Widths in pixels, one a column; those that take the rest are passed over."""
        for number, width in enumerate(widths):
            if self.horizontalHeader().sectionResizeMode(number) is not QHeaderView.ResizeMode.Stretch:
                self.setColumnWidth(number, width)

    def _sort(self, column: int, order: Qt.SortOrder) -> None:
        self._keeping(lambda: self.lines.sort(column, order))

    def _keeping(self, change: Callable[[], None]) -> None:
        """Change what is shown without telling of the line in hand when it stays."""
        before, place = self._in_hand, self.verticalScrollBar().value()
        self.selectionModel().blockSignals(True)
        change()
        self.selectionModel().blockSignals(False)
        numbers = {self._key(line): number for number, line in enumerate(self.lines.shown)}
        if before is not None and before in numbers:
            self.selectionModel().blockSignals(True)
            self.selectRow(numbers[before])
            self.selectionModel().blockSignals(False)
            self.verticalScrollBar().setValue(place)
            self.chosen.emit(self.line)
        elif self.lines.shown:
            self.selectRow(0)
        else:
            self._in_hand = None
            self.chosen.emit(None)

    def _selected(self, _now: QItemSelection, _before: QItemSelection) -> None:
        line = self.line
        if line is not None:
            self._in_hand = self._key(line)
            self.chosen.emit(line)
