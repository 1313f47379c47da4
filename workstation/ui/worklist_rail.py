"""The left rail of the worklist: its lists, each with how many items it holds."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.ui.pieces import TOKENS, label
from workstation.ui.worklist_lists import LIST_TIPS, WorklistList


class WorklistRail(QWidget):
    """One button for each list; exactly one is chosen."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Worklist lists")
        self._group = QButtonGroup(self)
        self._buttons: dict[WorklistList, QPushButton] = {}
        self._counts: dict[WorklistList, QLabel] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(TOKENS.spacing.s, TOKENS.spacing.m, TOKENS.spacing.s, TOKENS.spacing.m)
        layout.setSpacing(2)
        heading = label("Lists", "caption")
        heading.setContentsMargins(TOKENS.spacing.s, 0, 0, TOKENS.spacing.xs)
        layout.addWidget(heading)
        for number, which in enumerate(WorklistList):
            layout.addWidget(self._button(which, number))
        layout.addStretch(1)
        self._buttons[WorklistList.ALL].setChecked(True)
        self.setFixedWidth(140)

    def choose(self, which: WorklistList) -> None:
        """Choose a list as a press on it does."""
        self._buttons[which].click()

    def show_counts(self, counts: Mapping[WorklistList, int]) -> None:
        """Show how many items each list holds; STAT stands out while there are any."""
        for which, number in counts.items():
            self._counts[which].setText(str(number))
            self._buttons[which].setAccessibleDescription(f"{number} items")
            is_loud = which is WorklistList.STAT and number > 0
            colour = TOKENS.status.fail if is_loud else TOKENS.text.secondary
            weight = "600" if is_loud else "400"
            self._counts[which].setStyleSheet(f"color: {colour}; font-weight: {weight};")

    def _button(self, which: WorklistList, number: int) -> QPushButton:
        made = named(QPushButton(which.value), f"List {which.value}")
        made.setCheckable(True)
        made.setToolTip(f"{LIST_TIPS[which]} (Alt+{number + 1})")
        made.setShortcut(f"Alt+{number + 1}")
        made.setStyleSheet(_STYLE)
        count = label("0", name=f"Items in list {which.value}")
        inside = QHBoxLayout(made)
        inside.setContentsMargins(0, 0, TOKENS.spacing.m, 0)
        inside.addStretch(1)
        inside.addWidget(count)
        made.clicked.connect(lambda: self.chosen.emit(which))
        self._group.addButton(made)
        self._buttons[which] = made
        self._counts[which] = count
        return made


_STYLE = f"""
QPushButton {{
    background: transparent; border: none; border-left: 3px solid transparent; border-radius: 0;
    text-align: left; min-height: 30px; padding: 0 {TOKENS.spacing.s}px; color: {TOKENS.text.secondary};
}}
QPushButton:hover {{ background: {TOKENS.surface.raised}; }}
QPushButton:checked {{
    background: {TOKENS.surface.raised}; color: {TOKENS.text.primary}; border-left-color: {TOKENS.accent.main};
}}
QPushButton:focus {{ border: 1px solid {TOKENS.accent.main}; border-left: 3px solid {TOKENS.accent.main}; }}
"""
