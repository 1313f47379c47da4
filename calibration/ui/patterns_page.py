"""The page of test patterns: what each is for, how it looks, shown on a display, saved as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from calibration.patterns.catalogue import PATTERNS, PatternKind
from calibration.patterns.drawing import draw
from calibration.patterns.files import write_dicom, write_png
from calibration.patterns.pattern import Pattern, PatternOrder
from calibration.readings.reading import Space
from calibration.ui.lines_table import Column, LinesTable
from calibration.ui.page_parts import FileAsker, FileDialogs, Halves, Told, page_layout
from calibration.ui.pattern_choice import STEP, PatternChoice, PatternTarget
from calibration.ui.pattern_preview import PatternPreview, small_picture
from calibration.ui.pattern_stage import PatternStage
from calibration.ui.pieces import button, label, row
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.screens import ScreenMap
from workstation.qtkit.tasks import TaskRunner
from workstation.qtkit.tokens import Tokens

_COLUMNS = (
    Column[PatternKind]("Pattern", lambda each: each.title),
    Column[PatternKind]("What it is for", lambda each: each.purpose, is_wide=True, is_quiet=True),
)
_PREVIEW_AFTER_MS = 60
_KEYS = (
    "Enter shows it. Then: left and right change the level by 1, the page keys by 15; up and down take another "
    "pattern; Esc goes back."
)


class PatternsPage(QWidget):
    """List at the left, preview and choices at the right."""

    def __init__(
        self, screens: ScreenMap, clock: Clock, tasks: TaskRunner, tokens: Tokens, *, files: FileAsker | None = None
    ) -> None:
        super().__init__()
        named(self, "Patterns")
        self._screens, self._clock, self._tasks, self._tokens = screens, clock, tasks, tokens
        self._files = files or FileDialogs()
        self._stage: PatternStage | None = None
        self._drawn_for: object = None
        self.table: LinesTable[PatternKind] = LinesTable(
            "Test patterns", _COLUMNS, tokens, key=lambda each: each.name, sorts=False
        )
        self.table.fit_columns([tokens.px(240), 0])
        self.preview = PatternPreview(tokens)
        self.choice = PatternChoice(tokens)
        self._title = label("", "title", name="Pattern in hand", wrap=True)
        self._purpose = label("", "secondary", name="Purpose of the pattern", wrap=True)
        self._notes = label("", "caption", name="Notes on the pattern", wrap=True)
        self.told = Told("What became of the pattern")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PREVIEW_AFTER_MS)
        self._lay_out()
        self._connect()
        self.table.show_lines(tuple(PATTERNS.values()))

    # --- what others ask of it ------------------------------------------------------------------------------------

    @property
    def is_shown(self) -> bool:
        """Whether a pattern stands on a display."""
        return self._stage is not None

    def show_targets(self, targets: Sequence[PatternTarget]) -> None:
        """These displays are there."""
        self.choice.show_targets(targets)

    def back(self) -> None:
        """Take the pattern off the display."""
        stage, self._stage = self._stage, None
        self._enable_keys(is_on=False)
        if stage is not None:
            stage.close()
            stage.deleteLater()
            self.told.say("")

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page, or the end: a pattern never stays behind. A window put aside by its owner leaves it."""
        if not event.spontaneous():
            self.back()
        super().hideEvent(event)

    # --- parts ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = self._tokens
        self._show_button = button("Show on the display", "Show the pattern", self.show_pattern, role="primary")
        self._show_button.setToolTip("Show the pattern over the whole display (Enter)")
        self._png = button("Save as PNG …", "Save the pattern as PNG", partial(self._save, ".png"))
        self._dicom = button("Save as DICOM …", "Save the pattern as DICOM", partial(self._save, ".dcm"))
        right = QWidget()
        inside = QVBoxLayout(right)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(tokens.spacing.m)
        inside.addWidget(self._title)
        inside.addWidget(self._purpose)
        inside.addWidget(self.preview, 2)
        inside.addWidget(label("Preview, small and dimmed", "caption"))
        inside.addWidget(self.choice)
        inside.addLayout(row(self._show_button, self._png, self._dicom, 1, spacing=tokens.spacing.s))
        inside.addWidget(self._notes)
        inside.addWidget(label(_KEYS, "caption", name="Keys of the patterns", wrap=True))
        inside.addStretch(1)
        layout = page_layout(self, tokens)
        layout.addWidget(self.told)
        layout.addWidget(Halves("Patterns and pattern", self.table, right, tokens, (1, 1)), 1)

    def _connect(self) -> None:
        self.table.chosen.connect(self._choose)
        self.table.activated_line.connect(lambda _: self.show_pattern())
        self.choice.changed.connect(self._changed)
        self._soon.timeout.connect(self._draw_preview)
        keys = Qt.Key
        self._shortcuts = [
            self._shortcut(key, does)
            for key, does in (
                (keys.Key_Escape, self.back),
                (keys.Key_Left, partial(self.choice.step, -1)),
                (keys.Key_Right, partial(self.choice.step, 1)),
                (keys.Key_PageDown, partial(self.choice.step, -STEP)),
                (keys.Key_PageUp, partial(self.choice.step, STEP)),
                (keys.Key_Up, partial(self._next_pattern, -1)),
                (keys.Key_Down, partial(self._next_pattern, 1)),
            )
        ]
        self._enable_keys(is_on=False)

    def _shortcut(self, key: Qt.Key, does: Callable[[], object]) -> QShortcut:
        """Keys of a pattern that stands there; the keyboard may be with the page or with the pattern."""
        made = QShortcut(QKeySequence(key), self)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(does)
        return made

    def _enable_keys(self, *, is_on: bool) -> None:
        for each in self._shortcuts:
            each.setEnabled(is_on)

    # --- the pattern in hand --------------------------------------------------------------------------------------

    def _choose(self, kind: PatternKind | None) -> None:
        self._title.setText(kind.title if kind else "")
        self._purpose.setText(kind.purpose if kind else "")
        self.choice.show_kind(kind)

    def _changed(self) -> None:
        order, target = self.choice.order, self.choice.target
        can = order is not None and target is not None
        for each in (self._show_button, self._png):
            each.setEnabled(can)
        self._dicom.setEnabled(can and order is not None and order.space is Space.P_VALUE)
        self._soon.start()
        if self.is_shown:
            self._put_on_stage()

    def _draw_preview(self) -> None:
        order, target = self.choice.order, self.choice.target
        if order is None or target is None:
            self.preview.say("No display is there." if target is None else "")
            return
        wanted = self._drawn_for = (order, target.key)
        screen, lut = target.screen, target.lut

        def show(drawn: tuple[Pattern, object]) -> None:
            if self._drawn_for == wanted:
                self.preview.show_picture(drawn[1])  # type: ignore[arg-type]
                self._notes.setText(" ".join(drawn[0].notes))

        self._tasks.run(
            lambda _: small_picture(order, lut, screen.width, screen.height),
            owner=self.preview,
            on_success=show,
            on_failure=lambda error: self.preview.say(str(error)),
        )

    # --- on the display -------------------------------------------------------------------------------------------

    def show_pattern(self) -> None:
        """Over the whole display that is chosen."""
        target = self.choice.target
        if self._stage is not None or target is None or self.choice.order is None:
            return
        stage = PatternStage(self._screens, target.screen, target.title, self._tasks)
        stage.key_pressed.connect(self._key)
        stage.went.connect(self._gone)
        self._stage = stage
        self._enable_keys(is_on=True)
        self.told.say(f"Shown on {target.title}. Esc takes it away.")
        self._put_on_stage()

    def _put_on_stage(self) -> None:
        order, target, stage = self.choice.order, self.choice.target, self._stage
        if order is None or target is None or stage is None:
            return
        if target.screen.identity != stage.screen.identity:
            self.back()
            self.show_pattern()
            return
        stage.show(order, target.lut, lambda: self._on_screen(stage), self._failed)

    def _on_screen(self, stage: PatternStage) -> None:
        if stage.warning:
            self.told.say(f"Not pixel by pixel. {stage.warning}", "warn")

    def _gone(self) -> None:
        self.back()
        self.told.say("The monitor is no longer there.", "warn")

    def _failed(self, error: UserFacingError) -> None:
        self.back()
        self.told.say(str(error), "fail")

    def _key(self, key: int) -> None:
        """A key pressed on the pattern."""
        for each in self._shortcuts:
            if each.key() == QKeySequence(key):
                each.activated.emit()
                return

    def _next_pattern(self, by: int) -> None:
        shown = self.table.lines.shown
        line = self.table.line
        if line is not None:
            number = min(max(list(shown).index(line) + by, 0), len(shown) - 1)
            self.table.choose(shown[number].name)

    # --- files ----------------------------------------------------------------------------------------------------

    def _save(self, suffix: str) -> None:
        order, target = self.choice.order, self.choice.target
        if order is None or target is None:
            return
        width, height = target.screen.width, target.screen.height
        name = f"{order.name} {width}x{height}{suffix}"
        kinds = "PNG (*.png)" if suffix == ".png" else "DICOM (*.dcm)"
        path = self._files.save(self, "Save the pattern", name, kinds)
        if path is None:
            return

        def done(_: None) -> None:
            self.told.say(f"Saved: {path}", "ok")

        self._tasks.run(
            lambda cancel: _written(order, width, height, path, self._clock, cancel),
            owner=self,
            on_success=done,
            on_failure=lambda error: self.told.say(str(error), "fail"),
        )


def _written(order: PatternOrder, width: int, height: int, path: Path, clock: Clock, cancel: CancelToken) -> None:
    pattern = draw(order, width, height)
    cancel.raise_if_cancelled()
    if path.suffix.lower() == ".dcm":
        write_dicom(pattern, path, clock)
    else:
        write_png(pattern, path)
