"""The command palette (Ctrl+K): every command by name, with its key; typing narrows, Enter does it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.ui.commands import Commands, found
from workstation.ui.overlay import Overlay
from workstation.ui.pieces import TOKENS, label

LINE = 26
MOST_LINES = 20
_ID = Qt.ItemDataRole.UserRole


class CommandPalette(Overlay):
    """Lists the commands of ``commands`` over ``over``. What cannot be done now is grey and cannot be run."""

    def __init__(self, commands: Commands, over: QWidget) -> None:
        super().__init__(over, width=620, fills=False)
        self._commands = commands
        self._typed = named(QLineEdit(), "Command to find")
        self._typed.setPlaceholderText("Type what you want to do")
        self._list = named(QTreeWidget(), "Commands")
        self._none = label("No command has these words.", "caption", name="No command found")
        self._prepare_list()
        self._lay_out_sheet()
        self._connect()

    def first_focus(self) -> QWidget:
        return self._typed

    def open(self) -> None:
        """Show all commands, those that can be done now first."""
        self._typed.clear()
        self._fill()
        super().open()

    def titles(self) -> tuple[str, ...]:
        """What is listed now."""
        items = (self._list.topLevelItem(number) for number in range(self._list.topLevelItemCount()))
        return tuple(item.text(0) for item in items if item is not None)

    def _prepare_list(self) -> None:
        self._list.setColumnCount(3)
        self._list.setHeaderHidden(True)
        self._list.setRootIsDecorated(False)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformRowHeights(True)
        self._list.setFixedHeight(LINE * MOST_LINES)
        self._list.setStyleSheet(
            f"QTreeWidget::item {{ min-height: {LINE}px; }} QTreeWidget {{ background: transparent; }}"
        )
        self._list.setColumnWidth(0, 370)
        self._list.setColumnWidth(1, 90)

    def _lay_out_sheet(self) -> None:
        layout = QVBoxLayout(self.sheet)
        layout.setContentsMargins(TOKENS.spacing.m, TOKENS.spacing.m, TOKENS.spacing.m, TOKENS.spacing.m)
        layout.addWidget(self._typed)
        layout.addWidget(self._none)
        layout.addWidget(self._list)

    def _connect(self) -> None:
        self._typed.textChanged.connect(self._fill)
        self._typed.installEventFilter(self)
        self._list.itemClicked.connect(self._run_item)

    def _fill(self) -> None:
        self._list.clear()
        fitting = found(self._commands.known(), self._typed.text())
        for command in sorted(fitting, key=lambda each: not self._commands.can_run(each.id)):
            item = QTreeWidgetItem([command.title, command.group, command.key_text])
            item.setData(0, _ID, command.id)
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            can_run = self._commands.can_run(command.id)
            item.setDisabled(not can_run)
            for place in range(3):
                is_plain = can_run and place == 0
                colour = TOKENS.text.primary if is_plain else TOKENS.text.secondary if can_run else TOKENS.text.disabled
                item.setForeground(place, QColor(colour))
            self._list.addTopLevelItem(item)
        self._none.setVisible(not fitting)
        self._move_to(0)

    def _run_item(self, item: QTreeWidgetItem | None) -> None:
        if item is None or item.isDisabled():
            return
        command_id = str(item.data(0, _ID))
        self.shut()
        self._commands.run(command_id)

    def _move(self, by: int) -> None:
        current = self._list.currentItem()
        self._move_to(by + (self._list.indexOfTopLevelItem(current) if current is not None else 0))

    def _move_to(self, place: int) -> None:
        item = self._list.topLevelItem(max(0, min(self._list.topLevelItemCount() - 1, place)))
        if item is not None:
            self._list.setCurrentItem(item)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list and Enter runs while the text keeps the keyboard."""
        if watched is self._typed and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
            key = Qt.Key(event.key())
            if key in steps:
                self._move(steps[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run_item(self._list.currentItem())
                return True
        return super().eventFilter(watched, event)
