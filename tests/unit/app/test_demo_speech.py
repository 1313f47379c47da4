"""The demo's speech model: taken from an installed package when its content is the one we know, and said so."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.helpers.speech import tiny_en
from workstation.app import demo_speech
from workstation.app.demo_speech import MODEL, PACKAGE, give_speech_model
from workstation.dictation.engine_choice import EngineWish, second_pass_for
from workstation.dictation.speech_models import FOLDER_NAME, SpeechModels
from workstation.site.folders import folders_for


def test_the_known_model_is_added_to_the_demos_own_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_en()
    give_speech_model(folders_for(tmp_path))
    models = SpeechModels(tmp_path / FOLDER_NAME)
    (added,) = models.installed()
    assert (added.manifest.name, added.manifest.licence) == (MODEL, "MIT")
    chosen = second_pass_for(EngineWish(), models, lambda: None)
    assert chosen is not None
    assert chosen.model_sha256 == added.manifest.sha256
    said = capsys.readouterr().err
    assert f"{MODEL} (MIT, sha256 {added.manifest.sha256[:12]}" in said
    assert PACKAGE in said


def test_another_content_under_that_name_is_not_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "odd_models"
    shutil.copytree(tiny_en(), package / "model", ignore=shutil.ignore_patterns("model.bin"))
    (package / "model/model.bin").write_bytes(b"other weights")
    (package / "__init__.py").write_text("raise SystemExit", "utf-8")  # nothing of it is run
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delitem(sys.modules, "odd_models", raising=False)
    give_speech_model(folders_for(tmp_path / "data"), "odd_models")
    assert not (tmp_path / "data" / FOLDER_NAME).exists()
    assert "as we know it" in capsys.readouterr().err


def test_without_the_package_or_the_engine_nothing_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    give_speech_model(folders_for(tmp_path), "no_such_models")
    monkeypatch.setattr(demo_speech, "is_engine_installed", lambda _engine: False)
    give_speech_model(folders_for(tmp_path))
    assert capsys.readouterr().err == ""
    assert list(tmp_path.iterdir()) == []
