"""The report page: the active case's report, what stands in the way of signing it, and its order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.case import Case
from workstation.reading.dictating import Change, LiveText, MarksChanged, TextSpliced
from workstation.reading.obstacles import Obstacle
from workstation.reading.order_panel import OrderPanel
from workstation.ui.choice_list import ChoiceList
from workstation.ui.obstacle_list import READ_ONLY, ObstacleList
from workstation.ui.order_panel_widget import OrderPanelWidget
from workstation.ui.pieces import TOKENS, button, frame, label, line, row, scroll_area, set_role
from workstation.ui.refresh import Refresh
from workstation.ui.report_editor import ReportEditor
from workstation.ui.speller import Speller

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

CHECK_AFTER_MS = 350
ORDER_AGAIN_MS = 3000
"""Earlier reports come with the images of the priors; the order is looked up again so often at most."""
Checked = tuple[str, tuple[Obstacle, ...]]


class ReportPage(QWidget):
    """Follows the desk's open cases: one editor for each, only the active one takes text."""

    sign_requested = Signal(bool)
    activate_requested = Signal(str)

    def __init__(
        self, desk: Desk, tasks: TaskRunner, parent: QWidget | None = None, *, speller: Speller | None = None
    ) -> None:
        super().__init__(parent)
        named(self, "Report page")
        self._desk = desk
        self._tasks = tasks
        self._editors: dict[str, ReportEditor] = {}
        self._active_key = ""
        self._stack = QStackedWidget()
        self._none = label("", name="Report empty state", wrap=True)
        self.obstacles = ObstacleList()
        self.choices = ChoiceList()
        self.speller = speller or Speller(desk, tasks, self)
        self._apply: Callable[[Iterable[Change]], object] = self._apply_here
        self._order = OrderPanelWidget(shows_patient=False)
        self._saved = label("", "caption", name="Draft state")
        self._sign = button(
            "Sign  F12", "Sign report", lambda: self._ask_sign(and_next=False), key="F12", role="primary"
        )
        self._sign_next = button(
            "Sign and next  Ctrl+Enter",
            "Sign report and open next",
            lambda: self._ask_sign(and_next=True),
            key="Ctrl+Enter",
        )
        self._check_soon = QTimer(self)
        self._order_later = QTimer(self)
        self._check = Refresh(tasks, self, self._look_for_obstacles, self._take_obstacles, self._check_failed)
        self._lay_out()
        self._connect()
        self.follow_desk()

    # --- what others ask of it

    @property
    def active_editor(self) -> ReportEditor | None:
        """The editor that takes text."""
        return self._editors.get(self._active_key)

    def follow_desk(self) -> None:
        """Take over which cases are open and which one is active."""
        active = self._desk.active_case
        open_cases = {case.key: case for case in self._desk.open_cases}
        for key in [key for key in self._editors if key not in open_cases]:
            self._remove(key)
        for key, case in open_cases.items():
            if key not in self._editors:
                self._add(case)
            self._editors[key].follow(case, is_active=active is not None and key == active.key)
        self._show_active(active)

    def send_changes_to(self, apply: Callable[[Iterable[Change]], object]) -> None:
        """Hand what a method of dictation has changed to ``apply``, from where it comes back as below."""
        self._apply = apply

    def take_change(self, change: LiveText | TextSpliced) -> None:
        """Show what dictation has heard or done in a report, whether or not that is the active one."""
        editor = self._editors.get(change.case_key)
        if editor is None:
            return
        if isinstance(change, LiveText):
            editor.show_live(change)
        else:
            editor.take_splice(change)
            self._edited(change.case_key)

    def marks_changed(self, case_key: str, field_id: str) -> None:
        """Show marks, confirmations and choices as they are now."""
        editor = self._editors.get(case_key)
        if editor is not None:
            editor.show_marks(field_id)
            self._edited(case_key)

    def choose(self, *, second: bool) -> bool:
        """Decide the uppermost open choice; say whether there was one."""
        return self.choices.choose_first_listed(second=second)

    def confirm_field(self) -> bool:
        """Stand by the low-accuracy text of the field in hand; say whether there was any."""
        return self.active_editor is not None and self.active_editor.confirm()

    def on_topic(self, topic: str) -> None:
        """Something changed at the desk."""
        if topic == "case":
            self.follow_desk()
        elif topic == "draft":
            self._show_saved()
            self._check.ask()
        elif topic in ("images", "worklist", "conditions", "displays"):
            self._check.ask()
            if not self._order_later.isActive():
                self._order_later.start()

    def first_focus(self) -> QWidget:
        """Where typing goes."""
        editor = self.active_editor
        return editor.first_focus() if editor is not None else self

    def step_field(self, by: int) -> None:
        """Next (1) or previous (-1) field of the active report."""
        if self.active_editor is not None:
            self.active_editor.step(by)

    def check_now(self) -> None:
        """Look for obstacles at once."""
        self._check.ask()

    # --- inside

    def _lay_out(self) -> None:
        nothing = QWidget()
        inside = QVBoxLayout(nothing)
        self._none.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._none.setStyleSheet(f"color: {TOKENS.text.secondary}; font-size: {TOKENS.type.title}px;")
        inside.addStretch(1)
        inside.addWidget(self._none)
        inside.addStretch(2)
        self._stack.addWidget(nothing)
        self._side = self._side_panel()
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._stack, 1)
        whole.addWidget(self._side)

    def _side_panel(self) -> QFrame:
        side = named(frame("panel"), "Report side panel")
        side.setFixedWidth(392)
        margin = TOKENS.spacing.l
        signing = QWidget()
        inside = QVBoxLayout(signing)
        inside.setContentsMargins(margin, margin, margin, margin)
        inside.addWidget(self.choices)
        inside.addWidget(self.obstacles)
        inside.addStretch(1)
        scroll = scroll_area(signing, "Checks")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        foot = QVBoxLayout()
        foot.setContentsMargins(margin, TOKENS.spacing.m, margin, TOKENS.spacing.m)
        foot.setSpacing(TOKENS.spacing.s)
        foot.addWidget(self._saved)
        foot.addLayout(row(self._sign, self._sign_next))
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._order, 3)
        layout.addWidget(line())
        layout.addWidget(scroll, 2)
        layout.addWidget(line())
        layout.addLayout(foot)
        return side

    def _connect(self) -> None:
        self._check_soon.setSingleShot(True)
        self._check_soon.setInterval(CHECK_AFTER_MS)
        self._check_soon.timeout.connect(self._check.ask)
        self._order_later.setSingleShot(True)
        self._order_later.setInterval(ORDER_AGAIN_MS)
        self._order_later.timeout.connect(self._look_up_order)
        self.obstacles.go_to.connect(self._go_to)
        self.choices.go_to.connect(self._go_to)
        self.choices.chosen.connect(self._choose)
        self.choices.replay_asked.connect(self._replay)
        self.obstacles.changed.connect(self._show_sign_buttons)

    def _add(self, case: Case) -> None:
        editor = ReportEditor(self._desk, case, self.speller, self._send, self)
        editor.start_at_first_empty()
        editor.edited.connect(self._edited)
        editor.confirmed.connect(self._edited)
        editor.activate_requested.connect(self.activate_requested)
        self._editors[case.key] = editor
        self._stack.addWidget(editor)

    def _remove(self, case_key: str) -> None:
        editor = self._editors.pop(case_key)
        self._stack.removeWidget(editor)
        editor.hide()
        editor.deleteLater()

    def _show_active(self, active: Case | None) -> None:
        key = active.key if active is not None else ""
        has_changed = key != self._active_key
        self._active_key = key
        editor = self.active_editor
        self._side.setVisible(editor is not None)
        if editor is None:
            self._none.setText(_nothing_text(bool(self._editors)))
            self._stack.setCurrentIndex(0)
        else:
            self._stack.setCurrentWidget(editor)
        if has_changed:
            self.obstacles.forget()
            self._order.say("Looking up the order …")
            self._look_up_order()
        if active is not None:
            self._check.ask()
            self.speller.start()
        self._show_choices()
        self._show_saved()
        self._show_sign_buttons()

    def _edited(self, case_key: str) -> None:
        if case_key == self._active_key:
            self._show_saved()
            self._show_choices()
            self._check_soon.start()

    def _show_choices(self) -> None:
        editor = self.active_editor
        if editor is None or not editor.is_writable:
            self.choices.show_choices((), {}, {})
            return
        self.choices.show_choices(
            self._desk.dictation.choices(self._active_key),
            {key: each.text.toPlainText() for key, each in editor.fields.items()},
            {key: each.field.heading for key, each in editor.fields.items()},
        )

    def _choose(self, utterance: str, second: bool) -> None:
        if self.active_editor is not None and self.active_editor.is_writable:
            self._send(self._desk.dictation.choose(self._active_key, utterance, second))
            self._edited(self._active_key)

    def _replay(self, utterance: str) -> None:
        self._desk.dictation.replay(utterance)

    def _send(self, changes: Iterable[Change]) -> None:
        self._apply(changes)

    def _apply_here(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if isinstance(change, LiveText | TextSpliced):
                self.take_change(change)
            elif isinstance(change, MarksChanged):
                self.marks_changed(change.case_key, change.field_id)

    def _show_saved(self) -> None:
        active = self._desk.active_case
        if active is None or active.is_read_only:
            self._saved.setText("")
            return
        saved_at = self._desk.draft_saved_at(active.key)
        if not self._desk.is_draft_saved(active.key):
            self._saved.setText("Saving the draft …")
        else:
            self._saved.setText(f"✓  Draft saved {saved_at.astimezone():%H:%M:%S}" if saved_at else "Draft not begun")

    def _look_for_obstacles(self, _cancel: CancelToken) -> Checked:
        active = self._desk.active_case
        return (active.key, self._desk.obstacles_to_signing(active)) if active is not None else ("", ())

    def _take_obstacles(self, checked: Checked) -> None:
        key, obstacles = checked
        if key == self._active_key and key:
            read_only = tuple(each for each in obstacles if each.key == READ_ONLY)
            self.obstacles.show_obstacles(read_only or obstacles)
            self._show_sign_buttons()

    def _check_failed(self, error: UserFacingError) -> None:
        self.obstacles.show_obstacles((Obstacle("check-failed", str(error)),))
        self._show_sign_buttons()

    def _show_sign_buttons(self) -> None:
        active = self._desk.active_case
        can_sign = self.active_editor is not None and self.obstacles.is_ready
        set_role(self._sign, "primary" if can_sign else "")
        for each in (self._sign, self._sign_next):
            each.setEnabled(can_sign)
            each.setVisible(active is not None and not active.is_read_only)

    def _look_up_order(self) -> None:
        active = self._desk.active_case
        if active is None:
            return
        key, uid = active.key, active.items[0].uid

        def show(panel: OrderPanel) -> None:
            if key == self._active_key:
                self._order.show_panel(panel, self._desk.site_clock.now())

        self._tasks.run(
            lambda _cancel: self._desk.order_panel(uid),
            owner=self,
            on_success=show,
            on_failure=lambda error: self._order.say(str(error), "warn"),
        )

    def _go_to(self, field_id: str) -> None:
        if self.active_editor is not None:
            self.active_editor.go_to(field_id)

    def _ask_sign(self, *, and_next: bool) -> None:
        self.sign_requested.emit(and_next)


def _nothing_text(has_open_cases: bool) -> str:
    if has_open_cases:
        return "No case is active. Choose an open case above (Ctrl+Tab)."
    return "No case is open. Enter on an item of the worklist opens it (Ctrl+1)."
