"""How cells of the worklist are painted: priority as a chip, images with a bar of what is here, all in one line."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from workstation.sync.worklist import WorklistRow
from workstation.ui.pieces import TOKENS
from workstation.ui.worklist_columns import Column, Tone
from workstation.ui.worklist_table_model import COLUMNS, FRACTION_ROLE, ROW_ROLE, TONE_ROLE

Index = QModelIndex | QPersistentModelIndex
COLOURS = {
    Tone.PLAIN: TOKENS.text.primary,
    Tone.QUIET: TOKENS.text.secondary,
    Tone.OK: TOKENS.status.ok,
    Tone.WARN: TOKENS.status.warn,
    Tone.FAIL: TOKENS.status.fail,
    Tone.INFO: TOKENS.status.info,
    Tone.AI: TOKENS.status.ai,
}
PADDING = 8


class WorklistDelegate(QStyledItemDelegate):
    """Paints one cell; rows that wait for a reader stand out by weight, never by colour alone."""

    def __init__(self, row_height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row_height = row_height

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(40, self.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        rect: QRect = option.rect
        self._paint_ground(painter, option, rect, index)
        column = COLUMNS[index.column()]
        row: WorklistRow = index.data(ROW_ROLE)
        painter.setFont(_font(option.font, column, row))
        if column is Column.PRIORITY and row.item.is_stat:
            _paint_chip(painter, rect, index.data(), COLOURS[index.data(TONE_ROLE)])
        else:
            _paint_text(painter, rect, index)
        if column is Column.IMAGES:
            _paint_progress(painter, rect, index.data(FRACTION_ROLE))
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, index: Index) -> None:
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(TOKENS.accent.soft))
            if index.column() == _leftmost(option):
                has_focus = bool(state & QStyle.StateFlag.State_Active)
                colour = TOKENS.accent.main if has_focus else TOKENS.text.secondary
                painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(colour))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(TOKENS.surface.raised))
        painter.setPen(QColor(TOKENS.surface.raised))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())


def _leftmost(option: QStyleOptionViewItem) -> int:
    table = option.widget
    header = table.horizontalHeader() if hasattr(table, "horizontalHeader") else None
    return int(header.logicalIndex(0)) if header is not None else 0


def _font(font: QFont, column: Column, row: WorklistRow) -> QFont:
    made = QFont(font)
    if column is Column.PATIENT and row.is_unread:
        made.setWeight(QFont.Weight.DemiBold)
    return made


def _paint_text(painter: QPainter, rect: QRect, index: Index) -> None:
    inside = rect.adjusted(PADDING, 0, -PADDING, 0)
    painter.setPen(QColor(COLOURS[index.data(TONE_ROLE)]))
    text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, inside.width())
    painter.drawText(inside, int(index.data(Qt.ItemDataRole.TextAlignmentRole)), text)


def _paint_chip(painter: QPainter, rect: QRect, text: str, ink: str) -> None:
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 16, metrics.height() + 4
    chip = QRectF(rect.left() + PADDING + 0.5, rect.center().y() - height / 2 + 1, width, height)
    colour = QColor(ink)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1))
    painter.setBrush(QColor(colour.red(), colour.green(), colour.blue(), 46))
    painter.drawRoundedRect(chip, 4, 4)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)


def _paint_progress(painter: QPainter, rect: QRect, fraction: float | None) -> None:
    if fraction is None or fraction >= 1:
        return
    whole = QRect(rect.left() + PADDING, rect.bottom() - 3, rect.width() - 2 * PADDING, 2)
    painter.fillRect(whole, QColor(TOKENS.surface.line))
    painter.fillRect(QRect(whole.left(), whole.top(), round(whole.width() * fraction), 2), QColor(TOKENS.accent.main))
