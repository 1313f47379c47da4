"""Speech models on screen: what is said without any, adding by path and by drop, giving up, damage, removing."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit

from tests.helpers.fake_desk import FakeDesk, FakeItem
from tests.helpers.report_monitor import a_monitor
from tests.helpers.sheets import Sheet, a_window
from tests.helpers.work_items import an_item
from workstation.dictation import speech_models
from workstation.dictation.model_overview import overview
from workstation.dictation.speech_models import ModelWishes, SpeechModels
from workstation.reading.dictation_changes import DictationState
from workstation.ui import add_model_strip
from workstation.ui.speech_models_page import SpeechModelsPage

VOSK = {
    "am/final.mdl": b"acoustic",
    "conf/mfcc.conf": b"--use-energy=false",
    "graph/HCLr.fst": b"lexicon" * 1000,
    "graph/Gr.fst": b"grammar",
}


def zip_of(path: Path, files: dict[str, bytes] | None = None, folder: str = "vosk-model-small-en-us-9") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (VOSK if files is None else files).items():
            archive.writestr(f"{folder}/{name}", content)
    return path


class Models(Sheet):
    desk: FakeDesk

    def open(self) -> None:
        self.page.open()
        self.settle()

    def give(self, path: Path) -> None:
        self.find("Folder, ZIP or wheel of a speech model", QLineEdit).setText(str(path))
        self.click("Add this speech model")
        self.settle()

    def drop(self, *paths: Path) -> bool:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPointF(9, 9).toPoint(), Qt.DropAction.CopyAction, mime, buttons, keys)
        enter.ignore()
        QApplication.sendEvent(self.page, enter)
        if enter.isAccepted():
            event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys)
            QApplication.sendEvent(self.page, event)
        return enter.isAccepted()


@pytest.fixture
def models(tmp_path: Path) -> SpeechModels:
    return SpeechModels(tmp_path / "models")


@pytest.fixture
def sheet(qtbot: Any, models: SpeechModels) -> Iterator[Models]:
    desk = FakeDesk()
    desk.dictation.models = models
    desk.dictation.state = DictationState()  # no case was opened yet, so no engine is loaded
    with a_window(qtbot) as (window, tasks):
        sheet = Models(qtbot, SpeechModelsPage(desk, tasks, window), tasks=tasks)  # type: ignore[arg-type]
        sheet.desk = desk
        sheet.open()
        yield sheet


def test_without_any_it_says_what_is_used_and_where_to_get_one(sheet: Models) -> None:
    assert "low accuracy" in sheet.text("Speech models in use")
    assert sheet.text("Use of pocketsphinx-en-us") == "in use: live text"
    assert sheet.text("State of pocketsphinx-en-us").startswith("Verified")
    assert not sheet.sees("Remove pocketsphinx-en-us")
    shown = " ".join(each.text() for each in sheet.page.findChildren(QLabel))
    for words in ("alphacephei.com/vosk/models", "never downloads", "sha256", "Apache-2.0", "no sound leaves it"):
        assert words in shown


def test_an_added_model_is_shown_in_use_and_dictation_is_told(sheet: Models, tmp_path: Path) -> None:
    sheet.give(zip_of(tmp_path / "given.zip"))
    assert "vosk-model-small-en-us-9 was added and verified: 4 files" in sheet.text("What adding says")
    assert sheet.desk.dictation.models_looked_at == 1
    assert sheet.text("Use of vosk-model-small-en-us-9") == "in use: live text"
    assert "no licence stated" in sheet.text("Facts of vosk-model-small-en-us-9")
    assert sheet.text("Use of pocketsphinx-en-us") == "not in use"
    assert "Live text comes from vosk-model-small-en-us-9" in sheet.text("Speech models in use")
    sheet.click("Copy the hash of vosk-model-small-en-us-9")
    (found,) = sheet.desk.dictation.models.installed()
    assert QApplication.clipboard().text() == found.manifest.sha256


def test_what_is_loaded_counts_and_not_what_might_be(sheet: Models, tmp_path: Path) -> None:
    """The reader may have chosen another engine; and what the model knows is told once it is loaded."""
    sheet.give(zip_of(tmp_path / "given.zip"))
    name = "vosk-model-small-en-us-9"
    sheet.desk.dictation.becomes(engine="pocketsphinx (pocketsphinx-en-us+radiology)", is_low_accuracy=True)
    sheet.bot.waitUntil(lambda: sheet.text("Use of pocketsphinx-en-us") == "in use: live text")
    assert sheet.text(f"Use of {name}") == "not in use"
    sheet.desk.dictation.becomes(engine=f"Vosk ({name})", coverage=0.97)
    sheet.bot.waitUntil(lambda: sheet.text(f"Use of {name}") == "in use: live text")
    assert "knows 97% of the words of radiology" in sheet.text(f"Facts of {name}")


def test_one_folder_or_file_can_be_dropped_anywhere_on_the_page(sheet: Models, tmp_path: Path) -> None:
    one, two = zip_of(tmp_path / "one.zip"), tmp_path / "two"
    assert not sheet.drop(one, two)
    assert sheet.drop(one)
    sheet.settle()
    assert sheet.sees("Speech model vosk-model-small-en-us-9")


@pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")
def test_a_file_window_gives_a_path(sheet: Models, qtbot: Any, tmp_path: Path) -> None:
    """The real file window, filled in as a person does; the program goes on meanwhile."""
    given = zip_of(tmp_path / "given.zip")
    sheet.click("Choose a ZIP or wheel")
    (window,) = sheet.page.findChildren(QFileDialog)
    assert window.isVisible()
    window.selectFile(str(given))
    window.accept()
    sheet.settle()
    qtbot.waitUntil(lambda: sheet.sees("Speech model vosk-model-small-en-us-9"))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda p: zip_of(p / "a.zip", {"a.txt": b"x"}), "holds no speech model"),
        (lambda p: zip_of(p / "a.zip", {**VOSK, "am/final.mdl": b""}), "it lacks am/final.mdl"),
        (lambda p: zip_of(p / "a.zip", folder="some"), "which language it hears. Say which: en"),
        (lambda p: p / "gone", "no folder, ZIP or wheel"),
    ],
)
def test_what_is_refused_says_why_and_what_to_do(
    sheet: Models, tmp_path: Path, make: Callable[[Path], Path], said: str
) -> None:
    sheet.give(make(tmp_path))
    assert said in sheet.text("What adding says")
    assert sheet.desk.dictation.models.installed() == ()
    assert sheet.desk.dictation.models_looked_at == 0


def test_a_language_that_is_asked_for_can_be_said(sheet: Models, tmp_path: Path) -> None:
    sheet.give(zip_of(tmp_path / "a.zip", folder="some"))
    sheet.find("Language of the speech model", QLineEdit).setText("en-GB")
    sheet.give(tmp_path / "a.zip")
    assert "English (en-GB)" in sheet.text("Facts of some")


def test_nothing_chosen_is_asked_for(sheet: Models) -> None:
    sheet.click("Add this speech model")
    assert "Choose a folder" in sheet.text("What adding says")
    assert sheet.focus_name() == "Folder, ZIP or wheel of a speech model"


def test_giving_up_leaves_nothing(
    sheet: Models, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: SpeechModels
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    real = speech_models.copy_model

    def slow(source: Any, found: Any, target: Path, count: Callable[[int], None]) -> None:
        def counting(more: int) -> None:
            reached.set()
            go_on.wait(5)
            count(more)

        real(source, found, target, counting)

    monkeypatch.setattr(speech_models, "copy_model", slow)
    sheet.find("Folder, ZIP or wheel of a speech model", QLineEdit).setText(str(zip_of(tmp_path / "given.zip")))
    sheet.click("Add this speech model")
    qtbot.waitUntil(reached.is_set)
    assert sheet.sees("Progress of adding")
    assert not sheet.drop(tmp_path / "given.zip")
    sheet.click("Give up adding")
    go_on.set()
    sheet.settle()
    assert "Nothing was added" in sheet.text("What adding says")
    assert sheet.tasks.stop(5)
    assert list((tmp_path / "models").iterdir()) == []
    assert models.installed() == ()


def test_damage_is_found_named_and_mended_by_adding_again(sheet: Models, tmp_path: Path, models: SpeechModels) -> None:
    given = zip_of(tmp_path / "given.zip")
    added = models.add(given)
    place = added.folder / "graph/Gr.fst"
    place.write_bytes(b"grammaR")
    sheet.open()
    name = added.manifest.name
    assert sheet.text(f"State of {name}") == "Verified again each time it is loaded."
    sheet.click(f"Verify {name}")
    sheet.settle()
    assert sheet.text(f"State of {name}") == (
        "Damaged: graph/Gr.fst has another content. It is not used. Remove it and add it again."
    )
    sheet.click(f"Remove {name}")
    assert added.folder.exists()
    sheet.click(f"Keep {name}")
    sheet.click(f"Remove {name}")
    sheet.click(f"Remove {name}")
    sheet.settle()
    assert list((tmp_path / "models").iterdir()) == []
    assert sheet.desk.dictation.models_looked_at == 1
    sheet.give(given)
    sheet.click(f"Verify {name}")
    sheet.settle()
    assert sheet.text(f"State of {name}").startswith("Verified:")


def test_a_model_with_a_broken_description_can_be_removed(sheet: Models, tmp_path: Path, models: SpeechModels) -> None:
    added = models.add(zip_of(tmp_path / "given.zip"), ModelWishes("mine"))
    (added.folder / "lightbox-model.json").write_text("{}", "utf-8")
    sheet.open()
    assert "Damaged: lightbox-model.json is not a manifest" in sheet.text("State of mine")
    sheet.click("Remove mine")
    sheet.click("Remove mine")
    sheet.settle()
    assert not sheet.sees("Speech model mine")


def test_an_engine_that_is_not_installed_is_said(
    sheet: Models, tmp_path: Path, models: SpeechModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workstation.dictation import model_overview

    models.add(zip_of(tmp_path / "given.zip"))
    monkeypatch.setattr(model_overview, "find_spec", lambda name: None if name == "vosk" else object())
    (line, always) = overview(models, "en")
    assert (line.can_be_loaded, line.use, always.use) == (False, "", "live text")
    sheet.open()
    texts = [each.text() for each in sheet.page.findChildren(QLabel)]
    assert any("installed without the engine vosk" in text for text in texts)


def test_no_engine_listens_to_a_language_without_a_model(models: SpeechModels) -> None:
    assert [each.use for each in overview(models, "de")] == [""]


def test_the_hint_is_seen_on_the_worklist_until_it_is_sent_away(qtbot: Any, models: SpeechModels) -> None:
    desk = FakeDesk([FakeItem(an_item(1))])
    desk.dictation.models = models
    with a_monitor(qtbot, desk) as monitor:
        monitor.wait(lambda: monitor.sees("First run hint"))
        assert "low accuracy" in monitor.text("First run hint")
        monitor.window.go_to(monitor.window.delivery)
        assert not monitor.sees("First run hint")
        monitor.window.go_to(monitor.window.worklist)
        monitor.click("Open speech models")
        assert monitor.window.dictation.sheets.models.is_open
        monitor.settle()
        monitor.window.dictation.sheets.models.shut()
        monitor.click("Do not show this hint again")
        assert not monitor.sees("First run hint")
        assert monitor.remembered[-1].speech_models_hint is False


def test_the_hint_goes_once_there_is_a_model(qtbot: Any, models: SpeechModels, tmp_path: Path) -> None:
    desk = FakeDesk()
    desk.dictation.models = models
    with a_monitor(qtbot, desk) as monitor:
        monitor.wait(lambda: monitor.sees("First run hint"))
        monitor.click("Open speech models")
        monitor.window.dictation.sheets.models.strip.add(zip_of(tmp_path / "given.zip"))
        monitor.wait(lambda: not monitor.sees("First run hint"))


def test_a_hint_that_was_sent_away_stays_away(qtbot: Any, models: SpeechModels) -> None:
    desk = FakeDesk()
    desk.preferences = desk.preferences.model_copy(update={"speech_models_hint": False})
    desk.dictation.models = models
    with a_monitor(qtbot, desk) as monitor:
        assert not monitor.sees("First run hint")


def test_the_kinds_of_files_are_those_that_can_be_added() -> None:
    assert "*.zip" in add_model_strip.KINDS
    assert "*.whl" in add_model_strip.KINDS
