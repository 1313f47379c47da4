"""Macros (Ctrl+M): type to filter, Enter inserts into the field in hand; the reader's own can be written here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workstation.dictation.macro_files import Macro
from workstation.dictation.macros import MacroList, Macros
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.macro_form import MacroForm
from workstation.ui.overlay import Overlay
from workstation.ui.pieces import TOKENS, button, label, row

WIDTH, HEIGHT, LIST_WIDTH = 1000, 560, 400
_ROW = 26
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_WHOSE = {"own": "your own", "site": "from your site", "shipped": "came with Lightbox"}
_SHORTLY = {"own": "own", "site": "site", "shipped": ""}
_NAME = Qt.ItemDataRole.UserRole


class MacrosPage(Overlay):
    """A sheet over the window.

    Parameters
    ----------
    macros
        The files. They are read off the GUI thread whenever the sheet opens.
    """

    insert_asked = Signal(object)
    """The `Macro` that is to be inserted where the cursor is; the sheet has shut by then."""
    changed = Signal()
    """The macros there are, or their names, are others now."""

    def __init__(self, macros: Macros, tasks: TaskRunner, over: QWidget) -> None:
        super().__init__(over, width=WIDTH, fills=False)
        named(self, "Macros")
        self._macros = macros
        self._tasks = tasks
        self._read = MacroList()
        self._place = ("", "", "")
        self._fields: tuple[tuple[str, str], ...] = ()
        self._undo: Macro | None = None
        self._warned = False
        self._typed = named(QLineEdit(), "Macro to find")
        self._typed.setPlaceholderText("Type part of a name or text")
        self._list = named(QTreeWidget(), "Macros to choose from")
        self._title = label("", "title", name="Macro in hand", wrap=True)
        self._about = label("", "caption", name="About the macro", wrap=True)
        self._preview = named(QPlainTextEdit(), "Preview of the macro")
        self._form = MacroForm()
        self._sides = QStackedWidget()
        self._says = label("", "warn", name="What macros say", wrap=True)
        self._make_buttons()
        self._lay_out_sheet()
        self._connect()

    # --- what others ask of it

    def open_for(self, field_id: str, heading: str, modality: str, fields: Sequence[tuple[str, str]] = ()) -> None:
        """Open to insert into a field; ``fields`` are ids and headings of the report's fields."""
        self._place = (field_id, heading, modality)
        self._fields = tuple(fields)
        self._open()

    def open(self) -> None:
        """Open to look and write; there is no field to insert into."""
        self._place = ("", "", "")
        self._open()

    def first_focus(self) -> QWidget:
        return self._typed

    # --- opening and filling

    def _open(self) -> None:
        self._leave_form()
        self._undo = None
        self._typed.clear()
        super().open()
        self._run(self._macros.read)

    def _run(self, work: Callable[[], MacroList]) -> None:
        def of(_cancel: CancelToken) -> MacroList:
            return work()

        self._tasks.run(of, owner=self, on_success=self._take, on_failure=self._failed)

    def _take(self, read: MacroList) -> None:
        self._read, before = read, self._read
        if self._sides.currentWidget() is self._form:
            self._leave_form()
        self._fill()
        self._say(" ".join(str(each) for each in read.faults))
        if read.texts != before.texts:
            self.changed.emit()

    def _failed(self, error: UserFacingError) -> None:
        if self._sides.currentWidget() is self._form:
            self._form.complain(str(error))
        else:
            self._say(str(error))

    def _fill(self) -> None:
        name = self._name_in_hand()
        field_id, _, modality = self._place
        self._list.blockSignals(True)
        self._list.clear()
        offered = self._read.offered(self._typed.text(), field_id, modality)
        self._list.addTopLevelItems([_item(each) for each in offered])
        names = [each.name for each in offered]
        self._move_to(names.index(name) if name in names and not self._typed.text() else 0)
        self._list.blockSignals(False)
        self._show_macro()

    def _show_macro(self) -> None:
        macro = self._in_hand()
        self._title.setText(macro.name if macro else "No macro has these words.")
        self._about.setText(self._about_of(macro) if macro else "Write one of your own with New.")
        self._preview.setPlainText(macro.text if macro else "")
        is_own = macro is not None and macro.origin == "own"
        self._edit.setText("Edit" if is_own or macro is None else "Change for me")
        self._edit.setEnabled(macro is not None)
        self._remove.setEnabled(is_own)
        self._insert.setEnabled(macro is not None and bool(self._place[0]))
        self._insert.setText(f"Insert into {self._place[1]}" if self._place[0] else "Insert")
        self._insert.setToolTip("Insert the macro (Enter)" if self._place[0] else "Open a report to insert into.")
        self._put_back.setVisible(self._undo is not None)

    def _about_of(self, macro: Macro) -> str:
        parts = [_WHOSE[macro.origin], f"say “insert macro {' '.join(macro.spoken)}”", *_meant_for(macro)]
        hidden = [_WHOSE[each.origin] for each in self._read.hidden if each.spoken == macro.spoken]
        if hidden:
            parts.append(f"stands before the one {' and the one '.join(hidden)}")
        return "  ·  ".join(parts)

    # --- doing

    def _insert_it(self) -> None:
        macro = self._in_hand()
        if macro is not None and self._place[0]:
            self.shut()
            self.insert_asked.emit(macro)

    def _new(self) -> None:
        self._write(Macro("", "", self._place[0]))

    def _edit_it(self) -> None:
        macro = self._in_hand()
        if macro is not None:
            self._write(macro)

    def _write(self, macro: Macro) -> None:
        self._form.write(macro, self._fields)
        self._sides.setCurrentWidget(self._form)
        self._warned = self._shuts_outside = False
        self._form.first_focus().setFocus()

    def _save(self, macro: Macro, before: str) -> None:
        old = self._read.named(before) if before else None
        instead_of = before if old is not None and old.origin == "own" else ""
        self._undo = None
        self._typed.clear()
        self._run(lambda: self._macros.keep(macro, instead_of))

    def _remove_it(self) -> None:
        macro = self._in_hand()
        if macro is not None and macro.origin == "own":
            self._undo = macro
            self._run(lambda: self._macros.remove(macro.name))
            self._typed.setFocus()

    def _put_it_back(self) -> None:
        macro, self._undo = self._undo, None
        if macro is not None:
            self._run(lambda: self._macros.keep(replace(macro, origin="own")))
            self._typed.setFocus()

    def _leave_form(self) -> None:
        self._sides.setCurrentIndex(0)
        self._shuts_outside = True
        self._say("")
        self._typed.setFocus()

    def _in_hand(self) -> Macro | None:
        name = self._name_in_hand()
        return self._read.named(name) if name else None

    def _name_in_hand(self) -> str:
        item = self._list.currentItem()
        return str(item.data(0, _NAME)) if item is not None else ""

    def _move_to(self, number: int) -> None:
        item = self._list.topLevelItem(max(0, min(self._list.topLevelItemCount() - 1, number)))
        if item is not None:
            self._list.setCurrentItem(item)

    def _say(self, text: str) -> None:
        self._says.setText(text)
        self._says.setVisible(bool(text))

    # --- looks and keys

    def _make_buttons(self) -> None:
        self._insert = button("Insert", "Insert the macro", self._insert_it, key="Enter", role="primary")
        self._make = button("New", "New macro", self._new, key="Ctrl+Shift+N")
        self._make.setShortcut("Ctrl+Shift+N")
        self._edit = button("Edit", "Edit the macro", self._edit_it)
        self._remove = button("Remove", "Remove the macro", self._remove_it)
        self._put_back = button("Put it back", "Put the removed macro back", self._put_it_back)
        self._shut_it = button("Close", "Close macros", self.shut, key="Esc")

    def _lay_out_sheet(self) -> None:
        self._prepare_list()
        self._preview.setReadOnly(True)
        shown = QWidget()
        right = QVBoxLayout(shown)
        right.setContentsMargins(0, 0, 0, 0)
        for part in (self._title, self._about, self._preview):
            right.addWidget(part)
        right.addLayout(row(self._make, self._edit, self._remove, self._put_back, 1, self._insert))
        self._sides.addWidget(shown)
        self._sides.addWidget(self._form)
        left = QVBoxLayout()
        left.addWidget(self._typed)
        left.addWidget(self._list, 1)
        both = QHBoxLayout()
        both.setSpacing(TOKENS.spacing.xl)
        both.addLayout(left)
        both.addWidget(self._sides, 1)
        layout = QVBoxLayout(self.sheet)
        layout.setContentsMargins(*([TOKENS.spacing.xl] * 4))
        layout.setSpacing(TOKENS.spacing.m)
        layout.addLayout(row(label("Macros", "title"), 1, self._shut_it))
        layout.addWidget(self._says)
        layout.addLayout(both)
        self._sides.setMinimumHeight(TOKENS.px(HEIGHT))

    def _prepare_list(self) -> None:
        self._list.setFixedWidth(TOKENS.px(LIST_WIDTH))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setHeaderHidden(True)
        self._list.setRootIsDecorated(False)
        self._list.setUniformRowHeights(True)
        self._list.setColumnCount(3)
        header = self._list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._list.setStyleSheet(
            f"QTreeWidget::item {{ min-height: {_ROW}px; }} QTreeWidget {{ background: transparent; }}"
        )

    def _connect(self) -> None:
        self._typed.textChanged.connect(self._fill)
        self._typed.installEventFilter(self)
        self._list.currentItemChanged.connect(lambda *_items: self._show_macro())
        self._list.itemDoubleClicked.connect(lambda *_place: self._insert_it())
        self._form.saved.connect(self._save)
        self._form.given_up.connect(self._leave_form)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list and Enter inserts while the text keeps the keyboard."""
        if watched is self._typed and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _STEPS:
                current = self._list.currentItem()
                self._move_to(_STEPS[key] + (self._list.indexOfTopLevelItem(current) if current is not None else 0))
                return True
            if key in _ENTER:
                self._insert_it()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives up what is being written first; it takes two where something would be lost."""
        if event.key() == Qt.Key.Key_Escape and self._sides.currentWidget() is self._form:
            if self._form.is_changed and not self._warned:
                self._warned = True
                self._form.complain("Not saved. Press Esc again to give up what you wrote.")
            else:
                self._leave_form()
            event.accept()
            return
        super().keyPressEvent(event)


def _meant_for(macro: Macro) -> list[str]:
    found = [f"for {macro.field}"] if macro.field else []
    return [*found, ", ".join(macro.modalities)] if macro.modalities else found


def _item(macro: Macro) -> QTreeWidgetItem:
    item = QTreeWidgetItem([macro.name, " ".join(macro.modalities), _SHORTLY[macro.origin]])
    item.setData(0, _NAME, macro.name)
    for column in (1, 2):
        item.setForeground(column, QColor(TOKENS.text.secondary))
    return item
